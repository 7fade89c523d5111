"""`enclavewatch:controlchanges`: what it declares, what it takes, what it gives."""

from __future__ import annotations

from collections import defaultdict

import pytest
from pyproj import Geod
from qgis.core import QgsWkbTypes
from shapely import box, segmentize

from enclave_watch.processing.change.controlchanges import ControlChanges

FIELDS = [
    "from_faction", "to_faction", "from_date", "to_date", "area_km2", "width_m", "kind",
    "provinces", "places",
]  # fmt: skip
KEYS = {
    "CONTROL", "FACTION_FIELD", "DATE_FIELD", "END_FIELD", "END_INCLUSIVE", "FROM_DATE", "TO_DATE",
    "ALLIANCES", "COUNTRIES", "COUNTRY_FIELD", "HOME", "PROVINCES", "PROVINCE_FIELD", "PLACES",
    "PLACE_FIELD", "MIN_WIDTH", "MIN_PRESENCE", "COMPARE", "OUTPUT", "MATRIX", "CHURN",
}  # fmt: skip
OUTPUTS = {
    "OUTPUT", "MATRIX", "CHURN", "CHANGED_KM2", "REDRAW_KM2", "NET_KM2", "FLICKER_KM2", "COUNT",
    "DATES", "LAST_DATE", "FEATURES", "SUMMARY",
}  # fmt: skip
JANUARY, FEBRUARY, MARCH = "2020-01-01", "2020-02-01", "2020-03-01"


def _box_km2(west: float, south: float, east: float, north: float) -> float:
    lon, lat = segmentize(box(west, south, east, north), 0.001).exterior.xy
    return abs(Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)[0]) / 1e6


def _box(west, south, east, north) -> str:
    return box(west, south, east, north).wkt


def _table(result, key, context=None):
    layer = result.context.getMapLayer(result.outputs[key])
    names = layer.fields().names()
    return [dict(zip(names, each.attributes())) for each in layer.getFeatures()]


@pytest.fixture
def algorithm(qgis_app):
    return ControlChanges().create()


@pytest.fixture
def fronts(make_layer):
    """Red and Blue side by side; the line between them goes east, and then half of that back."""
    rows = []
    for date, line in ((JANUARY, 0.5), (FEBRUARY, 0.7), (MARCH, 0.6)):
        rows.append((_box(0.2, 0.2, line, 0.8), {"faction": "Red", "date": date}))
        rows.append((_box(line, 0.2, 1.2, 0.8), {"faction": "Blue", "date": date}))
    return make_layer(rows, "faction:string", "date:date", name="fronts")


@pytest.fixture
def given(fronts, countries):
    return {
        "CONTROL": fronts,
        "FACTION_FIELD": "faction",
        "DATE_FIELD": "date",
        "COUNTRIES": countries,
    }


def test_it_declares_its_name_group_icon_and_help(algorithm):
    assert algorithm.name() == "controlchanges"
    assert (algorithm.groupId(), algorithm.group()) == ("change", "Change")
    assert algorithm.svgIconPath().endswith("controlchanges.svg")
    assert not algorithm.icon().isNull()
    assert "flicker" in algorithm.tags()
    text = algorithm.shortHelpString()
    for name in OUTPUTS | set(FIELDS):
        assert f"<code>{name}</code>" in text, name
    for key in KEYS - {"OUTPUT", "MATRIX", "CHURN"}:
        assert f"<code>{key}</code>: " in text, key


def test_parameters_and_outputs_have_the_keys_of_the_interface(algorithm):
    definitions = {each.name(): each for each in algorithm.parameterDefinitions()}
    assert set(definitions) == KEYS
    assert definitions["COMPARE"].defaultValue() == "steps"
    assert definitions["MIN_WIDTH"].defaultValue() == 0
    assert {each.name() for each in algorithm.outputDefinitions()} == OUTPUTS


def test_each_step_gives_the_ground_that_went_from_one_to_the_other(run, given):
    result = run(ControlChanges, **given)
    assert result.layer.fields().names() == FIELDS
    assert result.layer.wkbType() == QgsWkbTypes.Type.MultiPolygon
    east, west = _box_km2(0.5, 0.2, 0.7, 0.8), _box_km2(0.6, 0.2, 0.7, 0.8)
    found = [
        (
            row["from_faction"],
            row["to_faction"],
            row["from_date"].toString("yyyy-MM-dd"),
            row["to_date"].toString("yyyy-MM-dd"),
            row["kind"],
        )
        for row in result.rows
    ]
    assert found == [
        ("Blue", "Red", JANUARY, FEBRUARY, "change"),
        ("Red", "Blue", FEBRUARY, MARCH, "change"),
    ]
    assert [row["area_km2"] for row in result.rows] == pytest.approx([east, west], abs=0.001)
    # 0.2 by 0.6 degrees, about 22.2 by 66.3 km
    assert result.rows[0]["width_m"] == pytest.approx(2 * 22.26 * 66.34 / 177.2 * 1000, rel=0.001)


def test_gross_net_and_flicker_of_a_series(run, given):
    outputs = run(ControlChanges, **given).outputs
    tenth = _box_km2(0.6, 0.2, 0.7, 0.8)
    assert outputs["CHANGED_KM2"] == pytest.approx(3 * tenth, abs=0.001)
    assert outputs["NET_KM2"] == pytest.approx(tenth, abs=0.001)
    assert outputs["FLICKER_KM2"] == pytest.approx(tenth, abs=0.001)
    assert outputs["REDRAW_KM2"] == 0
    assert (outputs["COUNT"], outputs["FEATURES"], outputs["DATES"]) == (2, 2, 3)
    assert outputs["LAST_DATE"] == MARCH
    gross, net = (f"{times * tenth:,.1f}" for times in (2, 1))
    assert (
        f"Red: gained {gross} km2 (from Blue {gross}); lost {net} km2 (to Blue {net}); "
        f"net +{net} km2"
    ) in outputs["SUMMARY"].splitlines()


def test_ends_compares_the_first_date_with_the_last(run, given):
    result = run(ControlChanges, COMPARE="ends", **given)
    tenth = _box_km2(0.5, 0.2, 0.6, 0.8)
    [row] = result.rows
    assert row["from_date"].toString("yyyy-MM-dd") == JANUARY
    assert row["to_date"].toString("yyyy-MM-dd") == MARCH
    assert row["area_km2"] == pytest.approx(tenth, abs=0.001)
    outputs = result.outputs
    assert outputs["CHANGED_KM2"] == pytest.approx(tenth, abs=0.001)
    assert outputs["NET_KM2"] == pytest.approx(tenth, abs=0.001)
    assert outputs["FLICKER_KM2"] == 0
    assert outputs["DATES"] == 2


def test_a_range_of_dates_chooses_what_is_compared(run, given):
    [row] = run(ControlChanges, FROM_DATE=FEBRUARY, **given).rows
    assert (row["from_faction"], row["to_faction"]) == ("Red", "Blue")


def test_what_is_narrower_than_the_smallest_width_is_redrawing(run, given):
    # the first step is some 16.7 km wide on average, the second some 9.5
    result = run(ControlChanges, MIN_WIDTH=12_000, **given)
    assert [row["kind"] for row in result.rows] == ["change", "redraw"]
    tenth = _box_km2(0.6, 0.2, 0.7, 0.8)
    assert result.outputs["CHANGED_KM2"] == pytest.approx(2 * tenth, abs=0.001)
    assert result.outputs["REDRAW_KM2"] == pytest.approx(tenth, abs=0.001)
    assert result.outputs["COUNT"] == 1


def test_the_matrix_sums_by_step_loser_and_winner(run, given):
    result = run(ControlChanges, MATRIX="memory:", MIN_WIDTH=12_000, **given)
    rows = _table(result, "MATRIX")
    tenth = _box_km2(0.6, 0.2, 0.7, 0.8)
    assert [(row["from_faction"], row["to_faction"], row["count"]) for row in rows] == [
        ("Blue", "Red", 1),
        ("Red", "Blue", 1),
    ]
    assert [row["km2"] for row in rows] == pytest.approx([2 * tenth, tenth], abs=0.001)
    assert [row["change_km2"] for row in rows] == pytest.approx([2 * tenth, 0], abs=0.001)
    assert [row["redraw_km2"] for row in rows] == pytest.approx([0, tenth], abs=0.001)


def test_the_churn_tells_how_often_ground_changed_hands(run, given):
    result = run(ControlChanges, CHURN="memory:", **given)
    rows = _table(result, "CHURN")
    assert [
        (row["times"], row["first_faction"], row["last_faction"], row["returned"]) for row in rows
    ] == [(2, "Blue", "Blue", True), (1, "Blue", "Red", False)]
    tenth = _box_km2(0.6, 0.2, 0.7, 0.8)
    assert [row["area_km2"] for row in rows] == pytest.approx([tenth, tenth], abs=0.001)


def test_without_asking_there_is_no_matrix_and_no_churn(run, given):
    assert not {"MATRIX", "CHURN"} & set(run(ControlChanges, **given).outputs)


def test_ground_held_by_nobody_or_by_several_takes_part(run, make_layer, countries):
    control = make_layer(
        [
            (_box(0.2, 0.2, 0.6, 0.6), {"faction": "Red", "date": JANUARY}),
            (_box(0.2, 0.2, 0.6, 0.6), {"faction": "Red", "date": FEBRUARY}),
            (_box(0.5, 0.2, 0.8, 0.6), {"faction": "Blue", "date": FEBRUARY}),
        ],
        "faction:string", "date:date",
    )  # fmt: skip
    result = run(
        ControlChanges, CONTROL=control, FACTION_FIELD="faction", DATE_FIELD="date",
        COUNTRIES=countries,
    )  # fmt: skip
    found = {(row["from_faction"], row["to_faction"]): row["area_km2"] for row in result.rows}
    assert found == {
        ("Red", "contested: Blue + Red"): pytest.approx(_box_km2(0.5, 0.2, 0.6, 0.6), abs=0.001),
        ("unassigned", "Blue"): pytest.approx(_box_km2(0.6, 0.2, 0.8, 0.6), abs=0.001),
    }


def test_provinces_and_places_are_told_of_each_change(run, given, make_layer):
    provinces = make_layer(
        [
            (_box(0, 0, 0.6, 2), {"name": "West"}),
            (_box(0.6, 0, 2, 2), {"name": "Centre"}),
        ],
        "name:string",
    )
    places = make_layer(
        [("POINT(0.55 0.5)", {"name": "Mid"}), ("POINT(0.9 0.5)", {"name": "Quiet"})],
        "name:string", kind="Point",
    )  # fmt: skip
    rows = run(ControlChanges, PROVINCES=provinces, PLACES=places, **given).rows
    assert [row["provinces"] for row in rows] == ["Centre 50 %; West 50 %", "Centre 100 %"]
    assert [row["places"] for row in rows] == ["Mid", ""]


def test_allied_factions_take_nothing_from_each_other(run, given):
    result = run(ControlChanges, ALLIANCES="Red=Blue", **given)
    assert result.rows == []
    assert result.outputs["CHANGED_KM2"] == 0


def test_one_date_is_not_enough(run, given):
    with pytest.raises(Exception, match="only one snapshot here, and a change needs two"):
        run(ControlChanges, TO_DATE=JANUARY, **given)


def test_while_nobody_holds_anything_all_is_unassigned(run, make_layer, countries):
    square = _box(0.2, 0.2, 0.6, 0.6)
    control = make_layer(
        [
            (square, {"faction": "Red", "start": "2020-01-01", "end": "2020-01-10"}),
            (square, {"faction": "Red", "start": "2020-02-01", "end": None}),
        ],
        "faction:string", "start:date", "end:date",
    )  # fmt: skip
    result = run(
        ControlChanges, CONTROL=control, FACTION_FIELD="faction", DATE_FIELD="start",
        END_FIELD="end", COUNTRIES=countries,
    )  # fmt: skip
    assert [
        (row["to_date"].toString("yyyy-MM-dd"), row["from_faction"], row["to_faction"])
        for row in result.rows
    ] == [("2020-01-10", "Red", "unassigned"), ("2020-02-01", "unassigned", "Red")]


def test_progress_goes_from_nothing_to_all_and_never_back(run, given):
    steps = run(ControlChanges, **given).log.steps
    assert steps == sorted(steps)
    assert steps[-1] == pytest.approx(100)


@pytest.mark.parametrize("cancel_at", [0, 15, 50])
def test_a_cancelled_run_ends_quietly_with_nothing(run, given, new_log, cancel_at):
    assert run(ControlChanges, log=new_log(cancel_at), **given).outputs == {}


def test_the_story_of_the_sample(run, syria, sample):
    """Losses as published by the Syrian Observatory for Human Rights."""
    result = run(
        ControlChanges, MATRIX="memory:", PLACES=f"{sample}|layername=places",
        ALLIANCES="Jaysh Khalid ibn al-Walid=Islamic State", **syria,
    )  # fmt: skip
    lost = defaultdict(float)
    for row in _table(result, "MATRIX"):
        if row["from_faction"] == "Islamic State":
            lost[row["to_date"].toString("yyyy-MM-dd"), row["to_faction"]] += row["km2"]
    sdf, government = "Syrian Democratic Forces", "Syrian government"
    assert {key: km2 for key, km2 in lost.items() if km2 > 1} == {
        ("2018-06-30", sdf): pytest.approx(538.5, abs=0.1),
        ("2018-07-31", government): pytest.approx(250.0, abs=0.1),
        ("2018-08-05", sdf): pytest.approx(1670.0, abs=0.1),
    }
    [largest] = [row for row in result.rows if row["to_faction"] == sdf and row["area_km2"] > 1000]
    assert largest["provinces"] == "Dayr Az Zawr 100 %"
    assert result.log.warnings == []
