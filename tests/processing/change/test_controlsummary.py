"""`enclavewatch:controlsummary`: what it declares, what it takes, what it gives."""

from __future__ import annotations

from collections import defaultdict

import pytest
from pyproj import Geod
from qgis.core import NULL, QgsWkbTypes
from shapely import box, segmentize

from enclave_watch.processing.change.controlsummary import ControlSummary

FIELDS = [
    "date", "faction", "kind", "province", "km2", "share_pct", "area_km2", "contested_km2",
    "outside_km2", "enclaves", "largest_km2", "border_km", "border_with", "front_km", "front_with",
    "gained_km2", "lost_km2", "redraw_km2", "net_km2",
]  # fmt: skip
KEYS = {
    "WORKERS", "SCHEDULER",
    "CONTROL", "FACTION_FIELD", "DATE_FIELD", "END_FIELD", "END_INCLUSIVE", "DATE", "FROM_DATE",
    "TO_DATE", "ALLIANCES", "COUNTRIES", "COUNTRY_FIELD", "HOME", "PROVINCES", "PROVINCE_FIELD",
    "SNAP", "JOIN_DISTANCE", "TOLERANCE", "MIN_CONTACT", "MIN_PRESENCE", "MIN_WIDTH",
    "REFERENCE_AREA", "BY_PROVINCE", "OUTPUT",
}  # fmt: skip
OUTPUTS = {
    "OUTPUT", "HOME_KM2", "UNASSIGNED_KM2", "CONTESTED_KM2", "OUTSIDE_KM2", "DATES", "LAST_DATE",
    "FEATURES", "SUMMARY",
}  # fmt: skip


def _box_km2(west: float, south: float, east: float, north: float) -> float:
    lon, lat = segmentize(box(west, south, east, north), 0.001).exterior.xy
    return abs(Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)[0]) / 1e6


def _by_date(rows):
    found = defaultdict(list)
    for row in rows:
        found[row["date"].toString("yyyy-MM-dd")].append(row)
    return found


@pytest.fixture
def algorithm(qgis_app):
    return ControlSummary().create()


def test_it_declares_its_name_group_icon_and_help(algorithm):
    assert algorithm.name() == "controlsummary"
    assert (algorithm.groupId(), algorithm.group()) == ("change", "Change")
    assert algorithm.svgIconPath().endswith("controlsummary.svg")
    assert "statistics" in algorithm.tags()
    text = algorithm.shortHelpString()
    for name in OUTPUTS | set(FIELDS):
        assert f"<code>{name}</code>" in text, name
    for key in KEYS - {"OUTPUT"}:
        assert f"<code>{key}</code>: " in text, key


def test_parameters_and_outputs_have_the_keys_of_the_interface(algorithm):
    definitions = {each.name(): each for each in algorithm.parameterDefinitions()}
    assert set(definitions) == KEYS
    assert definitions["BY_PROVINCE"].defaultValue() is False
    assert {each.name() for each in algorithm.outputDefinitions()} == OUTPUTS


def test_it_gives_a_table_with_one_row_a_date_and_holder(run, made_up):
    result = run(ControlSummary, **made_up)
    assert result.layer.fields().names() == FIELDS
    assert result.layer.wkbType() == QgsWkbTypes.Type.NoGeometry
    assert [(row["date"].toString("yyyy-MM-dd"), row["faction"]) for row in result.rows] == [
        ("2020-01-01", "Blue"), ("2020-01-01", "Red"), ("2020-01-01", "unassigned"),
        ("2020-02-01", "Blue"), ("2020-02-01", "Red"), ("2020-02-01", "unassigned"),
    ]  # fmt: skip


def test_the_rows_of_a_date_sum_to_the_home_country(run, made_up):
    result = run(ControlSummary, **made_up)
    land = _box_km2(0, 0, 2, 2)
    for rows in _by_date(result.rows).values():
        assert sum(row["km2"] for row in rows) == pytest.approx(land, abs=0.01)
        assert sum(row["share_pct"] for row in rows) == pytest.approx(100, abs=1e-6)
    assert result.outputs["HOME_KM2"] == pytest.approx(land, abs=0.01)


def test_what_a_faction_lost_is_its_change_of_area(run, made_up):
    rows = _by_date(run(ControlSummary, **made_up).rows)
    lost = _box_km2(1.5, 0.5, 2, 1)
    before, after = (
        next(row for row in rows[date] if row["faction"] == "Red") for date in sorted(rows)
    )
    assert (before["gained_km2"], before["net_km2"]) == (NULL, NULL)
    assert after["lost_km2"] == pytest.approx(lost, abs=0.001)
    assert after["net_km2"] == pytest.approx(after["area_km2"] - before["area_km2"], abs=0.001)
    assert (before["enclaves"], after["enclaves"]) == (2, 1)
    assert before["border_with"] == "East 55.3"
    assert before["front_with"].startswith("Blue ")


def test_headline_figures_are_of_the_last_date(run, made_up):
    outputs = run(ControlSummary, **made_up).outputs
    held = _box_km2(0.2, 0.2, 0.8, 0.8)
    assert outputs["UNASSIGNED_KM2"] == pytest.approx(outputs["HOME_KM2"] - held, abs=0.01)
    assert (outputs["CONTESTED_KM2"], outputs["OUTSIDE_KM2"]) == (0, pytest.approx(0, abs=1e-6))
    assert (outputs["DATES"], outputs["LAST_DATE"], outputs["FEATURES"]) == (2, "2020-02-01", 6)
    assert any(line.startswith("unassigned: ") for line in outputs["SUMMARY"].splitlines())


def test_ground_outside_that_two_hold_counts_once_in_the_figure(run, make_layer, countries):
    spill = box(1.5, 0.5, 2.5, 1).wkt
    control = make_layer(
        [(spill, {"faction": "Red"}), (spill, {"faction": "Blue"})], "faction:string"
    )
    result = run(
        ControlSummary, CONTROL=control, FACTION_FIELD="faction", COUNTRIES=countries, HOME="Land"
    )
    assert result.outputs["OUTSIDE_KM2"] == pytest.approx(_box_km2(2, 0.5, 2.5, 1), abs=0.001)
    assert result.outputs["CONTESTED_KM2"] == pytest.approx(_box_km2(1.5, 0.5, 2, 1), abs=0.001)
    assert {row["date"] for row in result.rows} == {NULL}


def test_by_province_rows_sum_to_each_province(run, made_up, make_layer):
    provinces = make_layer(
        [(box(0, 0, 0.5, 2).wkt, {"name": "West"}), (box(0.5, 0, 1, 2).wkt, {"name": "Centre"})],
        "name:string",
    )
    result = run(ControlSummary, PROVINCES=provinces, BY_PROVINCE=True, **made_up)
    for rows in _by_date(result.rows).values():
        sums = defaultdict(float)
        for row in rows:
            sums[row["province"]] += row["km2"]
        assert sums == {
            "West": pytest.approx(_box_km2(0, 0, 0.5, 2), abs=0.01),
            "Centre": pytest.approx(_box_km2(0.5, 0, 1, 2), abs=0.01),
            "": pytest.approx(_box_km2(1, 0, 2, 2), abs=0.01),
        }


def test_a_reference_area_changes_shares_and_not_the_sum(run, made_up):
    result = run(ControlSummary, REFERENCE_AREA=100_000, DATE="2020-02-01", **made_up)
    land = _box_km2(0, 0, 2, 2)
    assert sum(row["share_pct"] for row in result.rows) == pytest.approx(land / 1000, abs=1e-4)
    assert any("shares are of 100,000.0 km2" in line for line in result.log.lines)


def test_border_lines_are_warned_of(run, control, make_layer):
    lines = make_layer(
        [("LINESTRING(2 0,2 2)", {"NAME": "East"})], "NAME:string", kind="LineString"
    )
    result = run(
        ControlSummary, CONTROL=control, FACTION_FIELD="faction", DATE_FIELD="date",
        COUNTRIES=lines,
    )  # fmt: skip
    assert {row["faction"] for row in result.rows} == {"Blue", "Red"}
    assert any("no telling what is unassigned" in line for line in result.log.warnings)
    assert result.outputs["HOME_KM2"] is None


def test_progress_goes_from_nothing_to_all_and_never_back(run, made_up):
    steps = run(ControlSummary, **made_up).log.steps
    assert steps == sorted(steps)
    assert steps[-1] == pytest.approx(100)


@pytest.mark.parametrize("cancel_at", [0, 15, 40])
def test_a_cancelled_run_ends_quietly_with_nothing(run, made_up, new_log, cancel_at):
    assert run(ControlSummary, log=new_log(cancel_at), **made_up).outputs == {}


def test_the_sample_sums_to_syria_and_tells_its_story(run, syria):
    result = run(ControlSummary, ALLIANCES="Jaysh Khalid ibn al-Walid=Islamic State", **syria)
    rows = _by_date(result.rows)
    assert len(rows) == 5
    for of_date in rows.values():
        assert sum(row["km2"] for row in of_date) == pytest.approx(185_993, abs=1)
    last = next(row for row in rows["2018-08-05"] if row["faction"] == "Islamic State")
    assert last["area_km2"] == pytest.approx(3705.0, abs=0.1)
    assert last["lost_km2"] == pytest.approx(1670.0, abs=0.1)
    assert (last["enclaves"], last["border_with"]) == (8, "")
    assert last["largest_km2"] == pytest.approx(1619.5, abs=0.1)
    assert last["share_pct"] == pytest.approx(1.99, abs=0.005)
