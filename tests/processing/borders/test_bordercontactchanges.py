"""`enclavewatch:bordercontactchanges`: what it declares, what it takes, what it gives."""

from __future__ import annotations

import pytest
from pyproj import Geod
from qgis.core import NULL, QgsVectorLayer, QgsWkbTypes

from enclave_watch.processing.borders.bordercontactchanges import BorderContactChanges
from enclave_watch.processing.historystyling import style_stretches
from enclave_watch.processing.palette import MARK_COLOR
from enclave_watch.processing.styling import styled

FIELDS = [
    "date", "date_before", "change", "faction", "enclave_id", "neighbour", "length_km", "flag",
    "now_held_by",
]  # fmt: skip
TABLE_FIELDS = [
    "date", "date_before", "level", "faction", "enclave_id", "neighbour", "before_km", "after_km",
    "change_km", "flag", "lost_km", "gained_km", "kept_km", "border_dist_km", "enclaves_before",
    "enclaves_after", "held_by", "now_held_by",
]  # fmt: skip
KEYS = {
    "WORKERS", "SCHEDULER",
    "CONTROL", "FACTION_FIELD", "DATE_FIELD", "END_FIELD", "END_INCLUSIVE", "FROM_DATE", "TO_DATE",
    "ALLIANCES", "COUNTRIES", "COUNTRY_FIELD", "HOME", "SNAP", "JOIN_DISTANCE", "TOLERANCE",
    "MIN_CONTACT", "MIN_PRESENCE", "MIN_AREA", "MIN_OVERLAP", "OUTPUT", "TABLE",
}  # fmt: skip
OUTPUTS = {
    "OUTPUT", "TABLE", "LOST", "GAINED", "SHRUNK", "GROWN", "LOST_KM", "GAINED_KM", "DATES",
    "LAST_DATE", "FEATURES", "SUMMARY",
}  # fmt: skip
ALLIANCE = "Jaysh Khalid ibn al-Walid=Islamic State"


def _meridian_km(south: float, north: float) -> float:
    return Geod(ellps="WGS84").line_length([2.0, 2.0], [south, north]) / 1e3


@pytest.fixture
def algorithm(qgis_app):
    return BorderContactChanges().create()


@pytest.fixture
def compared(run):
    """Return a function that runs with the table, and gives the run and the table's rows."""

    def compare(**parameters):
        result = run(BorderContactChanges, TABLE="memory:", **parameters)
        layer = result.context.getMapLayer(result.outputs["TABLE"])
        names = layer.fields().names()
        assert names == TABLE_FIELDS
        assert layer.wkbType() == QgsWkbTypes.Type.NoGeometry
        return result, [dict(zip(names, each.attributes())) for each in layer.getFeatures()]

    return compare


def test_it_declares_its_name_group_icon_and_help(algorithm):
    assert algorithm.name() == "bordercontactchanges"
    assert (algorithm.groupId(), algorithm.group()) == ("borders", "Borders")
    assert not algorithm.icon().isNull()
    assert algorithm.svgIconPath().endswith("bordercontactchanges.svg")
    text = algorithm.shortHelpString()
    for name in OUTPUTS | set(FIELDS):
        assert f"<code>{name}</code>" in text, name
    for name in TABLE_FIELDS:
        assert f"<code>TABLE: {name}</code>" in text, name
    for key in KEYS - {"OUTPUT", "TABLE"}:
        assert f"<code>{key}</code>: " in text, key


def test_parameters_and_outputs_have_the_keys_of_the_interface(algorithm):
    assert {each.name() for each in algorithm.parameterDefinitions()} == KEYS
    assert {each.name() for each in algorithm.outputDefinitions()} == OUTPUTS


def test_a_layer_without_dates_is_refused(refusal, made_up):
    del made_up["DATE_FIELD"]
    assert "DATE_FIELD" in refusal(BorderContactChanges, **made_up)


def test_it_gives_the_stretch_that_was_lost(run, made_up):
    result = run(BorderContactChanges, **made_up)
    assert result.layer.fields().names() == FIELDS
    assert result.layer.wkbType() == QgsWkbTypes.Type.MultiLineString
    [row] = result.rows
    assert row["date"].toString("yyyy-MM-dd") == "2020-02-01"
    assert row["date_before"].toString("yyyy-MM-dd") == "2020-01-01"
    found = [row[name] for name in ("change", "flag", "faction", "enclave_id", "neighbour")]
    assert found == ["lost", "lost", "Red", 2, "East"]
    assert row["length_km"] == pytest.approx(_meridian_km(0.5, 1.0), abs=0.002)
    assert row["now_held_by"] == "unassigned 55.3"
    box = next(result.layer.getFeatures()).geometry().boundingBox()
    assert (box.xMinimum(), box.xMaximum()) == (2.0, 2.0)
    assert (box.yMinimum(), box.yMaximum()) == pytest.approx((0.5, 1.0), abs=1e-4)


def test_the_table_has_factions_with_all_neighbours_and_enclaves_in_contact(compared, made_up):
    _, rows = compared(**made_up)
    found = [(row["level"], row["faction"], row["neighbour"], row["flag"]) for row in rows]
    assert found == [
        ("faction", "Blue", "East", "none"),
        ("faction", "Blue", "sea", "none"),
        ("faction", "Red", "East", "lost"),
        ("faction", "Red", "sea", "none"),
        ("enclave", "Red", "East", "lost"),
    ]
    lost = rows[2]
    assert lost["before_km"] == lost["lost_km"] == pytest.approx(_meridian_km(0.5, 1), abs=0.002)
    assert lost["change_km"] == -lost["before_km"]
    assert (lost["after_km"], lost["gained_km"]) == (0, 0)
    assert (lost["enclaves_before"], lost["enclaves_after"]) == ("2", "")
    # from the edge of the enclave left, along its parallel
    away_km = Geod(ellps="WGS84").inv(0.6, 0.5, 2.0, 0.5)[2] / 1e3
    assert lost["border_dist_km"] == pytest.approx(away_km, abs=0.05)
    assert lost["enclave_id"] == NULL
    assert rows[4]["enclave_id"] == 2


def test_headline_figures_count_factions_and_neighbours(run, made_up):
    outputs = run(BorderContactChanges, **made_up).outputs
    figures = {
        "LOST": 1, "GAINED": 0, "SHRUNK": 0, "GROWN": 0, "GAINED_KM": 0, "DATES": 2,
        "LAST_DATE": "2020-02-01", "FEATURES": 1,
    }  # fmt: skip
    assert {name: outputs[name] for name in figures} == figures
    assert outputs["LOST_KM"] == pytest.approx(_meridian_km(0.5, 1.0), abs=0.002)
    assert outputs["SUMMARY"].startswith("Red lost contact with East: 55.3 km")
    assert "TABLE" not in outputs


def test_contact_that_comes_is_gained(run, make_layer, countries):
    control = make_layer(
        [
            ("POLYGON((1.5 0.5,1.8 0.5,1.8 1,1.5 1,1.5 0.5))", {"date": "2020-01-01"}),
            ("POLYGON((1.5 0.5,2 0.5,2 1,1.5 1,1.5 0.5))", {"date": "2020-02-01"}),
        ],
        "date:string",
        name="Red",
    )
    result = run(BorderContactChanges, CONTROL=control, DATE_FIELD="date", COUNTRIES=countries)
    [row] = result.rows
    assert (row["change"], row["faction"], row["now_held_by"]) == ("gained", "Red", "Red 55.3")
    assert (result.outputs["GAINED"], result.outputs["LOST"]) == (1, 0)
    assert result.outputs["GAINED_KM"] == pytest.approx(_meridian_km(0.5, 1.0), abs=0.002)


def test_the_sample_loses_contact_with_iraq(compared, syria):
    result, rows = compared(ALLIANCES=ALLIANCE, **syria)
    lost = [
        (row["date"].toString("yyyy-MM-dd"), row["faction"], row["neighbour"])
        for row in rows
        if row["flag"] == "lost" and row["level"] == "faction"
    ]
    assert lost == [
        ("2018-07-15", "Opposition and Turkey", "Israel"),
        ("2018-07-15", "Opposition and Turkey", "Jordan"),
        ("2018-07-31", "Islamic State", "Jordan"),
        ("2018-08-05", "Islamic State", "Iraq"),
    ]
    assert result.outputs["LOST"] == 4
    iraq = next(
        row
        for row in rows
        if (row["level"], row["neighbour"], row["flag"]) == ("faction", "Iraq", "lost")
    )
    assert iraq["before_km"] == pytest.approx(85.0, abs=0.3)
    assert iraq["after_km"] == 0
    assert iraq["border_dist_km"] == pytest.approx(4.2, abs=0.05)
    assert iraq["held_by"] == f"1 {iraq['before_km']:.1f}"
    assert iraq["now_held_by"].startswith("Syrian Democratic Forces 84.")
    red = [row for row in result.rows if row["change"] == "lost" and row["neighbour"] == "Iraq"]
    # southern al-Hasakah lay along it too
    assert [(row["enclave_id"], row["flag"]) for row in red] == [(5, "shrunk"), (1, "lost")]
    assert red[1]["length_km"] == pytest.approx(iraq["lost_km"], abs=1e-6)


def test_lost_stretches_are_red(run, made_up):
    result = run(BorderContactChanges, **made_up)
    layer = result.layer
    assert styled(style_stretches, layer, ["Red"])
    colors = {
        category.value(): category.symbol().symbolLayer(1).color().name()
        for category in layer.renderer().categories()
    }
    assert colors["lost"] == MARK_COLOR
    assert set(colors) == {"lost", "gained", "kept"}
    # what one lost and another gained is one line: red is drawn last
    passes = {
        category.value(): category.symbol().symbolLayer(1).renderingPass()
        for category in layer.renderer().categories()
    }
    assert layer.renderer().usingSymbolLevels()
    assert passes["lost"] > passes["gained"] > passes["kept"]
    assert layer.temporalProperties().isActive()


def test_results_are_written_to_files(run, made_up, tmp_path):
    outputs = run(
        BorderContactChanges,
        **{**made_up, "OUTPUT": str(tmp_path / "a.gpkg"), "TABLE": str(tmp_path / "b.csv")},
    ).outputs
    assert QgsVectorLayer(outputs["OUTPUT"], "stretches", "ogr").featureCount() == 1
    assert QgsVectorLayer(outputs["TABLE"], "table", "ogr").featureCount() == 5
