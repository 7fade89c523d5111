"""`enclavewatch:placeshistory`: what it declares, what it takes, what it gives."""

from __future__ import annotations

import pytest
from qgis.core import NULL, QgsProcessingParameterDefinition, QgsWkbTypes

from enclave_watch.processing.change.placeshistory import PlacesHistory

POINT_FIELDS = ["number", "place", "faction", "since", "faction_before", "changes"]
TABLE_FIELDS = ["number", "place", "turn", "faction", "from_date", "to_date", "days", "changes"]
KEYS = {
    "CONTROL", "FACTION_FIELD", "DATE_FIELD", "END_FIELD", "END_INCLUSIVE", "FROM_DATE", "TO_DATE",
    "ALLIANCES", "PLACES", "PLACE_FIELD", "OUTPUT", "TABLE",
}  # fmt: skip
OUTPUTS = {
    "OUTPUT", "TABLE", "COUNT", "CHANGED", "DATES", "LAST_DATE", "FEATURES", "SUMMARY",
}  # fmt: skip


def _table(result):
    layer = result.context.getMapLayer(result.outputs["TABLE"])
    assert layer.wkbType() == QgsWkbTypes.Type.NoGeometry
    names = layer.fields().names()
    assert names == TABLE_FIELDS
    return [dict(zip(names, each.attributes())) for each in layer.getFeatures()]


def _day(value):
    return None if value == NULL else value.toString("yyyy-MM-dd")


@pytest.fixture
def algorithm(qgis_app):
    return PlacesHistory().create()


@pytest.fixture
def places(make_layer):
    return make_layer(
        [
            ("POINT(1.7 0.7)", {"name": "Port"}),
            ("POINT(0.5 0.5)", {"name": "Keep"}),
            ("POINT(100 60)", {"name": "Faraway"}),
        ],
        "name:string", kind="Point", name="towns",
    )  # fmt: skip


@pytest.fixture
def given(control, places):
    return {
        "CONTROL": control, "FACTION_FIELD": "faction", "DATE_FIELD": "date", "PLACES": places,
    }  # fmt: skip


def test_it_declares_its_name_group_icon_and_help(algorithm):
    assert algorithm.name() == "placeshistory"
    assert (algorithm.groupId(), algorithm.group()) == ("change", "Change")
    assert algorithm.svgIconPath().endswith("placeshistory.svg")
    assert "town" in algorithm.tags()
    text = algorithm.shortHelpString()
    for name in OUTPUTS | {*POINT_FIELDS, *TABLE_FIELDS}:
        assert f"<code>{name}</code>" in text, name
    for key in KEYS - {"OUTPUT", "TABLE"}:
        assert f"<code>{key}</code>: " in text, key


def test_parameters_and_outputs_have_the_keys_of_the_interface(algorithm):
    definitions = {each.name(): each for each in algorithm.parameterDefinitions()}
    assert set(definitions) == KEYS
    optional = QgsProcessingParameterDefinition.Flag.FlagOptional
    assert not definitions["PLACES"].flags() & optional
    assert {each.name() for each in algorithm.outputDefinitions()} == OUTPUTS


def test_points_tell_who_holds_each_place_now(run, given):
    result = run(PlacesHistory, **given)
    assert result.layer.fields().names() == POINT_FIELDS
    assert result.layer.wkbType() == QgsWkbTypes.Type.MultiPoint
    rows = [
        (row["place"], row["faction"], _day(row["since"]), row["faction_before"], row["changes"])
        for row in result.rows
    ]
    assert rows == [
        ("Port", "unassigned", "2020-02-01", "Red", 1),
        ("Keep", "Red", "2020-01-01", NULL, 0),
        ("Faraway", "unassigned", "2020-01-01", NULL, 0),
    ]
    point = next(result.layer.getFeatures()).geometry().asMultiPoint()[0]
    assert (point.x(), point.y()) == pytest.approx((1.7, 0.7))


def test_the_table_tells_all_who_held_each_place(run, given):
    rows = [
        (row["number"], row["turn"], row["faction"], _day(row["from_date"]), _day(row["to_date"]),
         row["days"], row["changes"])
        for row in _table(run(PlacesHistory, TABLE="memory:", **given))
    ]  # fmt: skip
    assert rows == [
        (1, 1, "Red", "2020-01-01", "2020-02-01", 31, 1),
        (1, 2, "unassigned", "2020-02-01", None, 0, 1),
        (2, 1, "Red", "2020-01-01", None, 31, 0),
        (3, 1, "unassigned", "2020-01-01", None, 31, 0),
    ]


def test_headline_figures(run, given):
    result = run(PlacesHistory, **given)
    outputs = result.outputs
    assert "Places in ground that nobody holds on any date: 1 (Faraway)." in result.log.lines
    assert "TABLE" not in outputs
    assert (outputs["COUNT"], outputs["CHANGED"], outputs["FEATURES"]) == (3, 1, 4)
    assert (outputs["DATES"], outputs["LAST_DATE"]) == (2, "2020-02-01")
    assert outputs["SUMMARY"] == "Port: Red until 2020-02-01; unassigned since 2020-02-01"


def test_places_in_another_crs_are_found(run, given, make_layer):
    from pyproj import Transformer

    x, y = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(1.7, 0.7)
    places = make_layer(
        [(f"POINT({x} {y})", {"town": "Port"})], "town:string", kind="Point", crs="EPSG:3857"
    )
    [row] = run(PlacesHistory, **{**given, "PLACES": places, "PLACE_FIELD": "town"}).rows
    assert (row["place"], row["faction_before"]) == ("Port", "Red")


def test_no_world_map_is_needed(run, given, monkeypatch):
    from enclave_watch.processing import worldmap

    def missing(*_):
        raise worldmap.WorldMapError("gone")

    monkeypatch.setattr(worldmap, "world_layer", missing)
    assert run(PlacesHistory, **given).outputs["COUNT"] == 3


def test_a_wrong_field_of_places_is_refused(refusal, given):
    message = refusal(PlacesHistory, PLACE_FIELD="nom", **given)
    assert message == 'Places layer "towns" has no field "nom". Its fields are: name.'


@pytest.mark.parametrize("cancel_at", [0, 30])
def test_a_cancelled_run_ends_quietly_with_nothing(run, given, new_log, cancel_at):
    assert run(PlacesHistory, log=new_log(cancel_at), **given).outputs == {}


def test_the_towns_of_the_sample(run, syria, sample):
    result = run(PlacesHistory, PLACES=f"{sample}|layername=places", TABLE="memory:", **syria)
    rows = {row["place"]: row for row in result.rows}
    assert len(rows) == 20
    for name in ("Hajin", "al-Shafa", "al-Sousah", "al-Baghuz"):
        assert (rows[name]["faction"], rows[name]["changes"]) == ("Islamic State", 0)
    spans = {row["place"]: row["days"] for row in _table(result) if row["turn"] == 1}
    # 31 May to 5 August 2018
    assert spans["Hajin"] == 66
