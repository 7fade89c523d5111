"""`enclavewatch:auditcontrol`: what it declares, what it finds, what it repairs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pyproj import Geod
from qgis.core import (
    NULL,
    QgsDateTimeRange,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVectorLayerTemporalContext,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDateTime
from shapely import box, segmentize

from enclave_watch.core.audit import Kind
from enclave_watch.processing.data.auditcontrol import AuditControl
from enclave_watch.processing.data.style import style_copy, style_problems

SQUARE = "POLYGON((0 0,1 0,1 1,0 1,0 0))"
BOW_TIE = "POLYGON((5 0,6 1,6 0,5 1,5 0))"
FIELDS = [
    "kind", "severity", "date", "last_date", "dates", "factions", "area_km2", "width_m",
    "feature_ids", "text",
]  # fmt: skip
KEYS = {
    "CONTROL", "FACTION_FIELD", "DATE_FIELD", "END_FIELD", "END_INCLUSIVE", "SLIVER_WIDTH",
    "JUMP_FACTOR", "OUTPUT", "TABLE", "FIXED",
}  # fmt: skip
OUTPUTS = {
    "OUTPUT", "TABLE", "FIXED", "COUNT", "ERRORS", "WARNINGS", "NOTES", "INVALID", "OVERLAPS",
    "OVERLAP_KM2", "GAPS", "SLIVERS", "MISSING_COUNT", "MISSING", "REDEFINITIONS", "REPAIRED",
    "DROPPED", "SUMMARY",
}  # fmt: skip


@pytest.fixture
def algorithm(qgis_app):
    return AuditControl().create()


@pytest.fixture
def dirty(make_layer):
    """A layer with one problem of nearly every kind."""
    return make_layer(
        [
            (SQUARE, {"who": "Red", "day": "2024-01-01", "note": "good"}),
            (SQUARE, {"who": "Red", "day": "2024-01-02", "note": "good"}),
            ("POLYGON((0.5 0,2 0,2 1,0.5 1,0.5 0))", {"who": "Blue", "day": "2024-01-02"}),
            (BOW_TIE, {"who": "Red", "day": "2024-01-03", "note": "bow tie"}),
            (SQUARE, {"who": "Red", "day": "2024-01-05"}),
            (SQUARE, {"who": None, "day": "2024-01-05"}),
            (SQUARE, {"who": "Red", "day": None}),
            (SQUARE, {"who": "Red", "day": "2024-02-31"}),
            (None, {"who": "Red", "day": "2024-01-05"}),
            ("POLYGON EMPTY", {"who": "Red", "day": "2024-01-05"}),
        ],
        "who:string", "day:string", "note:string",
        name="dirty",
    )  # fmt: skip


@pytest.fixture
def audited(dirty):
    return {"CONTROL": dirty, "FACTION_FIELD": "who", "DATE_FIELD": "day"}


def overlap_km2():
    """Return what Red and Blue both hold on 2 January."""
    dense = segmentize(box(0.5, 0, 1, 1), 0.0005)
    return Geod(ellps="WGS84").geometry_area_perimeter(dense)[0] / 1e6


def rows_of(run, key):
    layer = run.context.getMapLayer(run.outputs[key])
    names = layer.fields().names()
    return [(dict(zip(names, each.attributes())), each.geometry()) for each in layer.getFeatures()]


def test_it_declares_its_name_group_icon_and_help(algorithm):
    assert algorithm.name() == "auditcontrol"
    assert (algorithm.groupId(), algorithm.group()) == ("data", "Data")
    assert algorithm.svgIconPath().endswith("auditcontrol.svg")
    assert "overlap" in algorithm.tags()
    text = algorithm.shortHelpString()
    for name in OUTPUTS | set(FIELDS):
        assert f"<code>{name}</code>" in text, name
    for key in KEYS - {"OUTPUT", "TABLE", "FIXED"}:
        assert f"<code>{key}</code>: " in text, key
    assert "$" not in text


def test_parameters_and_outputs_have_the_keys_of_the_interface(algorithm):
    definitions = {each.name(): each for each in algorithm.parameterDefinitions()}
    assert set(definitions) == KEYS
    assert {each.name() for each in algorithm.outputDefinitions()} == OUTPUTS
    assert definitions["SLIVER_WIDTH"].defaultValue() == 25
    assert definitions["JUMP_FACTOR"].defaultValue() == 10


def test_each_problem_is_a_feature(run, audited):
    result = run(AuditControl, **audited)
    assert result.layer.fields().names() == FIELDS
    assert result.layer.wkbType() == QgsWkbTypes.Type.MultiPolygon
    found = sorted((row["kind"], row["severity"], row["feature_ids"]) for row in result.rows)
    assert found == [
        ("empty_geometry", "error", "10"),
        ("impossible_date", "error", "8"),
        ("invalid_geometry", "error", "4"),
        ("missing_date", "warning", ""),
        ("null_date", "error", "7"),
        ("null_faction", "error", "6"),
        ("null_geometry", "error", "9"),
        ("overlap", "warning", ""),
    ]
    overlap = next(row for row in result.rows if row["kind"] == "overlap")
    assert overlap["factions"] == "Blue; Red"
    assert overlap["date"].toString("yyyy-MM-dd") == "2024-01-02"
    assert overlap["area_km2"] == pytest.approx(overlap_km2(), rel=1e-8)
    assert overlap["text"].endswith("if only one holds it, take it from the others.")
    missing = next(row for row in result.rows if row["kind"] == "missing_date")
    assert missing["area_km2"] == NULL


def test_headline_figures_count_the_problems(run, audited):
    outputs = run(AuditControl, **audited).outputs
    expected = {
        "COUNT": 8, "ERRORS": 6, "WARNINGS": 2, "NOTES": 0, "INVALID": 1, "OVERLAPS": 1,
        "GAPS": 0, "SLIVERS": 0, "MISSING_COUNT": 1, "MISSING": "2024-01-04",
        "REDEFINITIONS": 0, "REPAIRED": 0, "DROPPED": 0,
    }  # fmt: skip
    assert {key: outputs[key] for key in expected} == expected
    assert outputs["OVERLAP_KM2"] == pytest.approx(overlap_km2(), rel=1e-8)
    assert "error, invalid_geometry: 1" in outputs["SUMMARY"].splitlines()


def test_the_table_has_a_row_for_every_kind(run, audited):
    result = run(AuditControl, TABLE="memory:", **audited)
    rows = [row for row, _ in rows_of(result, "TABLE")]
    assert len(rows) == 12
    counts = {row["kind"]: row["count"] for row in rows}
    assert counts["invalid_geometry"] == 1
    assert counts["redefinition"] == 0
    overlap = next(row for row in rows if row["kind"] == "overlap")
    assert overlap["area_km2"] == pytest.approx(result.outputs["OVERLAP_KM2"])
    assert overlap["first_date"].toString("yyyy-MM-dd") == "2024-01-02"


def test_the_repaired_copy_has_all_but_what_has_no_polygons(run, audited, dirty):
    before = [feature.geometry().asWkb() for feature in dirty.getFeatures()]
    result = run(AuditControl, FIXED="memory:", **audited)
    rows = rows_of(result, "FIXED")
    assert (result.outputs["REPAIRED"], result.outputs["DROPPED"]) == (1, 2)
    assert len(rows) == 8
    assert all(shape.isGeosValid() for _, shape in rows)
    assert all(shape.wkbType() == QgsWkbTypes.Type.MultiPolygon for _, shape in rows)
    tie = next(shape for row, shape in rows if row["note"] == "bow tie")
    assert tie.area() == pytest.approx(0.5)
    assert [row["day"] for row, _ in rows].count("2024-02-31") == 1
    # never in place
    assert [feature.geometry().asWkb() for feature in dirty.getFeatures()] == before


def test_the_audit_of_a_repaired_copy_finds_its_geometry_good(run, audited):
    first = run(AuditControl, FIXED="memory:", **audited)
    copy = first.context.getMapLayer(first.outputs["FIXED"])
    again = run(AuditControl, **{**audited, "CONTROL": copy}).outputs
    assert (again["INVALID"], again["ERRORS"]) == (0, 3)
    assert {kind for kind in Kind if kind.is_repairable} == {
        Kind.NULL_GEOMETRY, Kind.EMPTY_GEOMETRY, Kind.NOT_POLYGON, Kind.INVALID_GEOMETRY,
    }  # fmt: skip


def test_what_a_repair_leaves_is_said_and_is_in_the_copy(run, audited):
    first = run(AuditControl, FIXED="memory:", **audited)
    left = "null_faction 1; null_date 1; impossible_date 1; overlap 1; missing_date 1"
    assert f"Not repaired in the copy, but left to you: {left}." in first.log.lines
    copy = first.context.getMapLayer(first.outputs["FIXED"])
    again = run(AuditControl, **{**audited, "CONTROL": copy})
    found = sorted(row["kind"] for row in again.rows)
    assert found == ["impossible_date", "missing_date", "null_date", "null_faction", "overlap"]


def test_intervals_miss_no_days_and_end_after_their_start(run, make_layer):
    layer = make_layer(
        [
            (f"POLYGON((0 0,{day} 0,{day} 1,0 1,0 0))", {"a": f"2024-01-0{day}", "b": end})
            for day, end in (
                (1, "2024-01-02"),
                (2, "2024-01-03"),
                (3, "2024-01-04"),
                (4, "2024-01-06"),
                (6, "2024-01-07"),
                (7, None),
                (8, "2024-01-02"),
            )
        ],
        "a:date",
        "b:date",
    )
    rows = {"CONTROL": layer, "DATE_FIELD": "a"}
    as_intervals = run(AuditControl, END_FIELD="b", **rows).outputs
    assert (as_intervals["COUNT"], as_intervals["ERRORS"]) == (1, 1)
    assert as_intervals["MISSING"] == ""
    as_days = run(AuditControl, **rows).outputs
    assert (as_days["ERRORS"], as_days["MISSING"]) == (0, "2024-01-05")


def test_a_clean_layer_has_no_problems(run, made_up):
    made_up.pop("COUNTRIES")
    result = run(AuditControl, **made_up)
    assert result.outputs["COUNT"] == 0
    assert result.outputs["SUMMARY"] == "No problems found."
    assert result.rows == []


def test_a_layer_with_nothing_good_in_it_is_audited_all_the_same(run, make_layer):
    layer = make_layer([(SQUARE, {"who": None})], "who:string")
    result = run(AuditControl, CONTROL=layer, FACTION_FIELD="who")
    assert result.outputs["ERRORS"] == 1
    assert len(result.log.warnings) == 1


def test_the_sliver_width_decides(run, make_layer):
    # 0.0001 degrees are 11 m
    layer = make_layer([("POLYGON((0 0,1 0,1 0.0001,0 0.0001,0 0))", {})])
    assert run(AuditControl, CONTROL=layer).outputs["SLIVERS"] == 1
    assert run(AuditControl, CONTROL=layer, SLIVER_WIDTH=10).outputs["SLIVERS"] == 0


def test_problems_are_drawn_by_severity(run, audited):
    result = run(AuditControl, **audited)
    style_problems(result.layer, ())
    values = [category.value() for category in result.layer.renderer().categories()]
    assert values == ["error", "warning", "note"]


def test_a_loaded_copy_is_named_and_filled_by_faction(qgis_app, audited):
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    target = QgsProcessingOutputLayerDefinition("memory:", QgsProject.instance())
    outputs, done = (
        AuditControl()
        .create()
        .run({**audited, "OUTPUT": "memory:", "FIXED": target}, context, feedback, {}, False)
    )
    assert done
    copy = context.getMapLayer(outputs["FIXED"])
    details = context.layerToLoadOnCompletionDetails(outputs["FIXED"])
    assert details.name == "Repaired: dirty"
    details.postProcessor().postProcessLayer(copy, context, feedback)
    assert [each.value() for each in copy.renderer().categories()] == ["Blue", "Red"]
    assert copy.temporalProperties().isActive()


def test_a_loaded_table_is_named_and_has_headings(qgis_app, audited):
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    target = QgsProcessingOutputLayerDefinition("memory:", QgsProject.instance())
    parameters = {**audited, "OUTPUT": "memory:", "TABLE": target}
    outputs, done = AuditControl().create().run(parameters, context, feedback, {}, False)
    assert done
    table = context.getMapLayer(outputs["TABLE"])
    details = context.layerToLoadOnCompletionDetails(outputs["TABLE"])
    assert details.name == "Counts of problems: dirty"
    details.postProcessor().postProcessLayer(table, context, feedback)
    assert table.attributeAlias(table.fields().lookupField("count")) == "Number"


@pytest.mark.parametrize(("inclusive", "last_day"), [(False, 4), (True, 5)])
def test_a_copy_of_intervals_plays_from_start_to_end(make_layer, inclusive, last_day):
    layer = make_layer(
        [("POLYGON((0 0,1 0,1 1,0 0))", {"who": "A", "a": "2024-01-02", "b": "2024-01-05"})],
        "who:string", "a:date", "b:date",
    )  # fmt: skip
    style_copy(
        layer, ["A"], faction_field="who", date_field="a", end_field="b", end_inclusive=inclusive
    )

    def is_shown(day: int) -> bool:
        start = datetime(2024, 1, day)
        span = QgsDateTimeRange(QDateTime(start), QDateTime(start + timedelta(days=1)), True, False)
        in_time = QgsVectorLayerTemporalContext()
        in_time.setLayer(layer)
        test = layer.temporalProperties().createFilterString(in_time, span)
        return len(list(layer.getFeatures(test))) == 1

    assert [day for day in range(1, 8) if is_shown(day)] == list(range(2, last_day + 1))


def test_a_field_that_is_not_there_is_refused(refusal, dirty):
    assert '"party"' in refusal(AuditControl, CONTROL=dirty, FACTION_FIELD="party")


def test_a_copy_that_cannot_be_written_is_an_error(run, audited, tmp_path):
    with pytest.raises(QgsProcessingException):
        run(AuditControl, FIXED=str(tmp_path / "no" / "such" / "copy.gpkg"), **audited)


def test_a_cancelled_run_ends_without_result(run, audited, new_log):
    assert run(AuditControl, log=new_log(cancel_at=0), **audited).outputs == {}


@pytest.mark.parametrize(
    ("year", "invalid", "nameless"), [("1914", 0, 33), ("1938", 1, 79), ("1994", 0, 43)]
)
def test_world_borders_as_published_are_told_and_mended(run, shared_data, year, invalid, nameless):
    path = shared_data / "historical_basemaps" / f"world_{year}.geojson"
    if not path.is_file():
        pytest.skip(f"no data at {path}")
    result = run(AuditControl, CONTROL=str(path), FACTION_FIELD="NAME", FIXED="memory:")
    rows = [row["kind"] for row in result.rows]
    # counted by shapely and json alone
    assert (rows.count("invalid_geometry"), rows.count("null_faction")) == (invalid, nameless)
    assert result.outputs["REPAIRED"] == invalid
    assert all(shape.isGeosValid() for _, shape in rows_of(result, "FIXED"))
