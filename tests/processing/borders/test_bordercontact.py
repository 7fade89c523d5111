"""`enclavewatch:bordercontact`: what it declares, what it takes, what it gives."""

from __future__ import annotations

import pytest
from pyproj import Geod
from qgis.core import QgsWkbTypes

from enclave_watch.processing.borders.bordercontact import BorderContact

FIELDS = [
    "date", "faction", "rank", "main", "area_km2", "neighbour", "length_km", "border_total_km",
    "share_border_pct", "lon", "lat",
]  # fmt: skip
KEYS = {
    "WORKERS", "SCHEDULER",
    "CONTROL", "FACTION_FIELD", "DATE_FIELD", "END_FIELD", "END_INCLUSIVE", "DATE", "FROM_DATE",
    "TO_DATE", "ALLIANCES", "COUNTRIES", "COUNTRY_FIELD", "HOME", "SNAP", "JOIN_DISTANCE",
    "TOLERANCE", "MIN_CONTACT", "MIN_AREA", "OUTPUT",
}  # fmt: skip
OUTPUTS = {
    "OUTPUT", "COUNT", "TOTAL_KM", "LONGEST_KM", "DATES", "LAST_DATE", "FEATURES", "SUMMARY",
}  # fmt: skip


def _meridian_km(south: float, north: float, lon: float = 2.0) -> float:
    return Geod(ellps="WGS84").line_length([lon, lon], [south, north]) / 1e3


@pytest.fixture
def algorithm(qgis_app):
    return BorderContact().create()


def test_it_declares_its_name_group_icon_and_help(algorithm):
    assert algorithm.name() == "bordercontact"
    assert (algorithm.groupId(), algorithm.group()) == ("borders", "Borders")
    assert not algorithm.icon().isNull()
    assert "border" in algorithm.tags()
    text = algorithm.shortHelpString()
    for name in OUTPUTS | set(FIELDS):
        assert f"</b>, <code>{name}</code>" in text, name
    for key in KEYS - {"OUTPUT"}:
        assert f"</b>, <code>{key}</code>: " in text, key


def test_parameters_and_outputs_have_the_keys_of_the_interface(algorithm):
    assert {each.name() for each in algorithm.parameterDefinitions()} == KEYS
    assert {each.name() for each in algorithm.outputDefinitions()} == OUTPUTS


def test_it_gives_one_line_an_enclave_neighbour_and_date(run, made_up):
    result = run(BorderContact, **made_up)
    assert result.layer.fields().names() == FIELDS
    assert result.layer.wkbType() == QgsWkbTypes.Type.MultiLineString
    [row] = result.rows
    assert row["date"].toString("yyyy-MM-dd") == "2020-01-01"
    assert (row["faction"], row["rank"], row["neighbour"]) == ("Red", 1, "East")


def test_length_is_that_of_the_border_and_not_of_a_clip_by_a_buffer(run, made_up):
    result = run(BorderContact, **made_up)
    [row] = result.rows
    assert row["length_km"] == pytest.approx(_meridian_km(0.5, 1.0), abs=0.002)
    assert row["border_total_km"] == pytest.approx(_meridian_km(0.0, 2.0), abs=0.002)
    share_pct = 100 * row["length_km"] / row["border_total_km"]
    assert row["share_border_pct"] == pytest.approx(share_pct)


def test_the_line_runs_on_the_border(run, made_up):
    result = run(BorderContact, **made_up)
    feature = next(result.layer.getFeatures())
    box = feature.geometry().boundingBox()
    assert (box.xMinimum(), box.xMaximum()) == (2.0, 2.0)
    assert (box.yMinimum(), box.yMaximum()) == pytest.approx((0.5, 1.0), abs=1e-4)


def test_headline_figures_are_of_the_last_date(run, made_up):
    lost = run(BorderContact, **made_up).outputs
    assert (lost["COUNT"], lost["TOTAL_KM"], lost["LONGEST_KM"]) == (0, 0, 0)
    assert (lost["FEATURES"], lost["DATES"], lost["LAST_DATE"]) == (1, 2, "2020-02-01")
    assert "Red: no border contact; the nearest enclave lies " in lost["SUMMARY"]
    held = run(BorderContact, TO_DATE="2020-01-01", **made_up).outputs
    assert held["COUNT"] == 1
    assert held["TOTAL_KM"] == held["LONGEST_KM"] == pytest.approx(55.29, abs=0.01)
    assert "Red: East 55.3 km" in held["SUMMARY"].splitlines()


def test_contact_shorter_than_the_shortest_is_none(run, made_up):
    assert run(BorderContact, MIN_CONTACT=56, **made_up).rows == []
    assert len(run(BorderContact, MIN_CONTACT=55, **made_up).rows) == 1


def test_an_enclave_beyond_the_tolerance_is_not_in_contact(run, make_layer, countries):
    # its eastern edge lies 0.005 degrees, about 557 m, inside the border
    control = make_layer([("POLYGON((1.5 0.5,1.995 0.5,1.995 1,1.5 1,1.5 0.5))", {})])
    near = run(BorderContact, CONTROL=control, COUNTRIES=countries, TOLERANCE=600)
    far = run(BorderContact, CONTROL=control, COUNTRIES=countries, TOLERANCE=500)
    assert len(near.rows) == 1
    assert far.rows == []


def test_small_enclaves_are_left_out_of_features_and_not_of_sums(run, made_up):
    result = run(BorderContact, MIN_AREA=1e6, DATE="2020-01-01", **made_up)
    assert result.rows == []
    assert result.outputs["COUNT"] == 1


def test_border_lines_serve_in_place_of_countries(run, control, make_layer):
    lines = make_layer(
        [
            ("LINESTRING(2 0,2 2)", {"with": "East"}),
            ("LINESTRING(2 2,0 2,0 0,2 0)", {"with": "sea"}),
        ],
        "with:string", kind="LineString", name="border",
    )  # fmt: skip
    result = run(
        BorderContact, CONTROL=control, FACTION_FIELD="faction", DATE_FIELD="date",
        COUNTRIES=lines, COUNTRY_FIELD="with",
    )  # fmt: skip
    [row] = result.rows
    assert row["neighbour"] == "East"
    assert row["length_km"] == pytest.approx(_meridian_km(0.5, 1.0), abs=0.002)


def test_home_chooses_whose_border_is_measured(run, made_up):
    # seen from East the same stretch is border with Land
    [row] = run(BorderContact, HOME="east", **made_up).rows
    assert row["neighbour"] == "Land"
    assert row["length_km"] == pytest.approx(_meridian_km(0.5, 1.0), abs=0.002)


def test_a_border_within_the_home_countries_is_none(run, made_up):
    assert run(BorderContact, HOME="Land; East", **made_up).rows == []
