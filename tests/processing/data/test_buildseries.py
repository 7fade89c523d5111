"""`enclavewatch:buildseries`: what it declares, what it takes, what it gives."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from qgis.core import (
    NULL,
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsDateTimeRange,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsVectorLayerTemporalContext,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDateTime
from shapely import box, from_wkt
from shapely.geometry import mapping

from enclave_watch.processing.data.buildseries import BuildSeries
from enclave_watch.processing.output import _post_processors

SQUARE = "POLYGON((0 0,1 0,1 1,0 1,0 0))"
FIELDS = ["faction", "valid_from", "valid_to", "source"]
KEYS = {
    "LAYERS", "FOLDER", "RECURSIVE", "PATTERN", "FACTION", "FACTION_FIELD", "FACTION_EXPRESSION",
    "DATES_FROM", "DATE_FIELD", "DATE_EXPRESSION", "END_FIELD", "END_INCLUSIVE", "SAME_DAY",
    "LAST_END", "TARGET_CRS", "OUTPUT",
}  # fmt: skip
OUTPUTS = {
    "OUTPUT", "FEATURES", "DATES", "FIRST_DATE", "LAST_DATE", "FACTIONS", "MISSING_COUNT",
    "MISSING", "SKIPPED", "SKIPPED_SOURCES", "SUMMARY",
}  # fmt: skip


@pytest.fixture
def algorithm(qgis_app):
    return BuildSeries().create()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "files"
    made.mkdir()
    return made


def write(path, *shapes, **properties):
    """Write a GeoJSON file of WKT shapes; None is a feature without geometry."""
    path.parent.mkdir(exist_ok=True)
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": None if shape is None else mapping(from_wkt(shape)),
        }
        for shape in shapes
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def spans(result, form="yyyy-MM-dd"):
    return [
        (
            row["faction"],
            row["valid_from"].toString(form),
            "" if row["valid_to"] == NULL else row["valid_to"].toString(form),
        )
        for row in result.rows
    ]


def test_it_declares_its_name_group_icon_and_help(algorithm):
    assert algorithm.name() == "buildseries"
    assert (algorithm.groupId(), algorithm.group()) == ("data", "Data")
    assert algorithm.svgIconPath().endswith("buildseries.svg")
    assert not algorithm.icon().isNull()
    assert "folder" in algorithm.tags()


def test_its_help_tells_of_every_parameter_output_and_field(algorithm):
    text = algorithm.shortHelpString()
    for name in OUTPUTS | set(FIELDS):
        assert f"<code>{name}</code>" in text, name
    for key in KEYS - {"OUTPUT"}:
        assert f"<code>{key}</code>: " in text, key
    assert "$" not in text


def test_parameters_and_outputs_have_the_keys_of_the_interface(algorithm):
    definitions = {each.name(): each for each in algorithm.parameterDefinitions()}
    assert set(definitions) == KEYS
    assert {each.name() for each in algorithm.outputDefinitions()} == OUTPUTS
    assert definitions["SAME_DAY"].options() == ["all", "first", "last"]
    assert definitions["DATES_FROM"].options() == ["auto", "name", "temporal"]
    assert all(each.help() for name, each in definitions.items() if name != "OUTPUT")


def test_files_with_dates_in_their_names_become_a_series(run, folder):
    for day in ("01", "02", "04", "05", "06"):
        write(folder / f"SDF_202408{day}.geojson", SQUARE)
        write(folder / f"ISIS_202408{day}.geojson", "POLYGON((2 0,3 0,3 1,2 1,2 0))")
    result = run(BuildSeries, FOLDER=str(folder))
    assert result.layer.fields().names() == FIELDS
    assert result.layer.wkbType() == QgsWkbTypes.Type.MultiPolygon
    assert result.layer.crs() == QgsCoordinateReferenceSystem("EPSG:4326")
    assert spans(result)[:4] == [
        ("ISIS", "2024-08-01", "2024-08-02"),
        ("SDF", "2024-08-01", "2024-08-02"),
        ("ISIS", "2024-08-02", "2024-08-04"),
        ("SDF", "2024-08-02", "2024-08-04"),
    ]
    assert spans(result)[-1] == ("SDF", "2024-08-06", "2024-08-07")
    assert result.rows[0]["source"] == "ISIS_20240801.geojson"
    expected = {
        "FEATURES": 10, "DATES": 5, "FIRST_DATE": "2024-08-01", "LAST_DATE": "2024-08-06",
        "FACTIONS": 2, "MISSING_COUNT": 1, "MISSING": "2024-08-03", "SKIPPED": 0,
        "SKIPPED_SOURCES": 0,
    }  # fmt: skip
    assert {key: result.outputs[key] for key in expected} == expected
    assert 'Dates: the names, read as %Y%m%d ("ISIS_20240801" is 2024-08-01).' in result.log.lines


def test_names_that_can_be_read_in_two_ways_stop_the_run(run, folder):
    for name in ("SDF_01_11_2024", "SDF_02_11_2024"):
        write(folder / f"{name}.geojson", SQUARE)
    with pytest.raises(QgsProcessingException, match="in 2 ways"):
        run(BuildSeries, FOLDER=str(folder))
    result = run(BuildSeries, FOLDER=str(folder), PATTERN="%d_%m_%Y")
    assert [row[1] for row in spans(result)] == ["2024-11-01", "2024-11-02"]


def test_a_pattern_leaves_out_what_it_does_not_fit_and_says_so(run, folder):
    for name in ("SDF_20241101", "SDF_20241102", "countries"):
        write(folder / f"{name}.geojson", SQUARE)
    result = run(BuildSeries, FOLDER=str(folder), PATTERN="%Y%m%d")
    assert (result.outputs["FEATURES"], result.outputs["SKIPPED_SOURCES"]) == (2, 1)
    assert "1 sources left out, the pattern gives no date: countries.geojson." in (
        result.log.warnings
    )


def test_subfolders_are_read_when_asked_for(run, refusal, folder):
    write(folder / "2024" / "SDF_20241101.geojson", SQUARE)
    assert "set RECURSIVE" in refusal(BuildSeries, FOLDER=str(folder))
    result = run(BuildSeries, FOLDER=str(folder), RECURSIVE=True)
    assert result.rows[0]["source"] == "2024/SDF_20241101.geojson"


@pytest.mark.parametrize(
    ("driver", "ending"), [("ESRI Shapefile", "shp"), ("GPKG", "gpkg"), ("KML", "kml")]
)
def test_other_formats_are_read_as_well(run, make_layer, folder, driver, ending):
    layer = make_layer([(SQUARE, {"holder": "SDF"})], "holder:string(20)")
    for day in (1, 2):
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName = driver
        path = str(folder / f"fronts_2024110{day}.{ending}")
        QgsVectorFileWriter.writeAsVectorFormatV3(
            layer, path, QgsProject.instance().transformContext(), options
        )
    result = run(BuildSeries, FOLDER=str(folder), FACTION_FIELD="holder")
    assert spans(result) == [
        ("SDF", "2024-11-01", "2024-11-02"),
        ("SDF", "2024-11-02", "2024-11-03"),
    ]
    assert result.log.warnings == []


def test_layers_of_one_geopackage_are_sources_of_their_own(run, make_layer, folder):
    path = str(folder / "control.gpkg")
    layer = make_layer([(SQUARE, {})])
    points = make_layer([("POINT(0 0)", {})], kind="Point")
    for number, (each, name) in enumerate(
        [(layer, "d20241101"), (layer, "d20241102"), (points, "towns")]
    ):
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.layerName = name
        if number:
            options.actionOnExistingFile = (
                QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
            )
        QgsVectorFileWriter.writeAsVectorFormatV3(
            each, path, QgsProject.instance().transformContext(), options
        )
    result = run(BuildSeries, FOLDER=str(folder), FACTION="SDF")
    assert [row["source"] for row in result.rows] == [
        "control.gpkg: d20241101",
        "control.gpkg: d20241102",
    ]
    assert result.outputs["SKIPPED_SOURCES"] == 1
    assert "1 sources left out, no polygons: control.gpkg: towns." in result.log.warnings


def test_a_style_stored_in_a_file_changes_no_name(run, make_layer, folder):
    layer = make_layer([(SQUARE, {})])
    for day in (1, 2):
        options = QgsVectorFileWriter.SaveVectorOptions()
        path = str(folder / f"SDF_2024110{day}.gpkg")
        QgsVectorFileWriter.writeAsVectorFormatV3(
            layer, path, QgsProject.instance().transformContext(), options
        )
    styled = QgsVectorLayer(path, "styled", "ogr")
    assert styled.saveStyleToDatabase("style", "", True, "") == ""
    result = run(BuildSeries, FOLDER=str(folder))
    assert [(row["faction"], row["source"]) for row in result.rows] == [
        ("SDF", "SDF_20241101.gpkg"),
        ("SDF", "SDF_20241102.gpkg"),
    ]
    assert result.log.warnings == []


def test_what_is_no_polygon_is_left_out_and_counted(run, folder):
    write(folder / "SDF_20241101.geojson", "POINT(0 0)", SQUARE, None, "LINESTRING(0 0,1 1)")
    write(
        folder / "SDF_20241102.geojson",
        "POLYGON Z((0 0 5,1 0 5,1 1 5,0 0 5))",
        f"GEOMETRYCOLLECTION(POINT(0 0),{SQUARE})",
        "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))",
    )
    (folder / "SDF_20241103.geojson").write_text('{"type": "FeatureColl')
    write(folder / "SDF_20241104.geojson", "POINT(0 0)")
    result = run(BuildSeries, FOLDER=str(folder))
    assert (result.outputs["FEATURES"], result.outputs["SKIPPED"]) == (4, 3)
    assert result.outputs["SKIPPED_SOURCES"] == 2
    assert all(
        feature.geometry().wkbType() == QgsWkbTypes.Type.MultiPolygon
        for feature in result.layer.getFeatures()
    )
    warnings = "\n".join(result.log.warnings)
    assert "2 features skipped, not polygons (SDF_20241101.geojson)." in warnings
    assert "1 features skipped, no geometry (SDF_20241101.geojson)." in warnings
    assert "1 sources left out, cannot be opened: SDF_20241103.geojson." in warnings
    assert "1 sources left out, no polygons: SDF_20241104.geojson." in warnings
    lines = "\n".join(result.log.lines)
    assert "1 features had heights or measures, which are dropped (SDF_20241102" in lines
    assert "1 features are collections, of which the polygons are taken (SDF_20241102" in lines


def test_layers_give_faction_and_dates_by_fields(run, make_layer):
    first = make_layer(
        [
            (SQUARE, {"who": "A", "day": "2024-01-01", "until": "2024-01-05"}),
            (SQUARE, {"who": "B", "day": "2024-01-02", "until": None}),
            (SQUARE, {"who": None, "day": "2024-01-02", "until": None}),
            (SQUARE, {"who": "C", "day": "soon", "until": None}),
            (SQUARE, {"who": "C", "day": "2024-01-03", "until": "2024-01-02"}),
        ],
        "who:string", "day:string", "until:string",
        name="first",
    )  # fmt: skip
    result = run(
        BuildSeries, LAYERS=[first], FACTION_FIELD="who", DATE_FIELD="day", END_FIELD="until",
        END_INCLUSIVE=True,
    )  # fmt: skip
    assert spans(result) == [("A", "2024-01-01", "2024-01-06"), ("B", "2024-01-02", "")]
    assert result.outputs["SKIPPED"] == 3
    warnings = "\n".join(result.log.warnings)
    for reason in ("no faction", "a date that cannot be read", "an end that is not after"):
        assert f"1 features skipped, {reason}" in warnings


def test_layers_give_faction_and_dates_by_expressions(run, make_layer):
    layers = [
        make_layer([(SQUARE, {"d": day})], "d:int", name=f"sdf {day}")
        for day in (20240805, 20240806)
    ]
    result = run(
        BuildSeries,
        LAYERS=layers,
        FACTION_EXPRESSION="upper(left(@layer_name, 3))",
        DATE_EXPRESSION="to_date(to_string(\"d\"), 'yyyyMMdd')",
    )
    assert spans(result) == [
        ("SDF", "2024-08-05", "2024-08-06"),
        ("SDF", "2024-08-06", "2024-08-07"),
    ]


def test_layers_give_dates_by_their_temporal_settings(run, make_layer):
    fixed = make_layer([(SQUARE, {})], name="SDF")
    fixed.temporalProperties().setIsActive(True)
    fixed.temporalProperties().setFixedTemporalRange(
        QgsDateTimeRange(QDateTime(2024, 1, 1, 0, 0), QDateTime(2024, 1, 3, 0, 0))
    )
    fields = make_layer([(SQUARE, {"a": "2024-01-02"})], "a:date", name="ISIS")
    properties = fields.temporalProperties()
    properties.setIsActive(True)
    properties.setMode(Qgis.VectorTemporalMode.FeatureDateTimeInstantFromField)
    properties.setStartField("a")
    result = run(BuildSeries, LAYERS=[fixed, fields])
    assert spans(result) == [
        ("SDF", "2024-01-01", "2024-01-03"),
        ("ISIS", "2024-01-02", "2024-01-03"),
    ]
    assert "Dates: the temporal settings of the layers." in result.log.lines


def test_sources_in_other_reference_systems_are_brought_to_the_first(run, make_layer):
    first = make_layer([(SQUARE, {})], name="SDF 2024-01-01")
    # a degree along the equator, as spherical Mercator has it
    edge = 111319.49079327358
    second = make_layer(
        [(f"POLYGON((0 0,{edge} 0,{edge} {edge},0 {edge},0 0))", {})],
        crs="EPSG:3857",
        name="SDF 2024-01-02",
    )
    result = run(BuildSeries, LAYERS=[first, second])
    assert result.layer.crs().authid() == "EPSG:4326"
    box_of_second = list(result.layer.getFeatures())[1].geometry().boundingBox()
    assert box_of_second.xMaximum() == pytest.approx(1.0, abs=1e-9)
    assert box_of_second.yMaximum() == pytest.approx(0.99995, abs=1e-5)
    assert any("1 sources brought to EPSG:4326" in line for line in result.log.warnings)
    metres = run(BuildSeries, LAYERS=[first, second], TARGET_CRS="EPSG:3857")
    assert metres.layer.crs().authid() == "EPSG:3857"


def test_a_source_without_reference_system_is_left_out_and_named(run, make_layer):
    layers = [
        make_layer([(SQUARE, {})], name="SDF 2024-01-01"),
        make_layer([(SQUARE, {})], name="SDF 2024-01-02", crs=None),
    ]
    result = run(BuildSeries, LAYERS=layers)
    assert result.outputs["DATES"] == 1
    assert "1 sources left out, no coordinate reference system: SDF 2024-01-02." in (
        result.log.warnings
    )


def test_times_of_day_are_kept_or_one_a_day_is(run, make_layer):
    # 8:00 and 20:00 of 1 November 2024
    layers = [make_layer([(SQUARE, {})], name=f"SDF {at}") for at in (1730448000, 1730491200)]
    both = run(BuildSeries, LAYERS=layers)
    assert spans(both, "yyyy-MM-dd HH") == [
        ("SDF", "2024-11-01 08", "2024-11-01 20"),
        ("SDF", "2024-11-01 20", "2024-11-02 08"),
    ]
    last = run(BuildSeries, LAYERS=layers, SAME_DAY="last", LAST_END="2024-12-01")
    assert spans(last) == [("SDF", "2024-11-01", "2024-12-01")]
    assert last.rows[0]["source"] == "SDF 1730491200"


def test_a_loaded_result_is_styled_and_plays_in_time(qgis_app, make_layer):
    layers = [make_layer([(SQUARE, {})], name=f"SDF 2024-01-0{day}") for day in (1, 2)]
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    target = QgsProcessingOutputLayerDefinition("memory:", QgsProject.instance())
    algorithm = BuildSeries().create()
    feedback = QgsProcessingFeedback()
    outputs, done = algorithm.run(
        {"LAYERS": layers, "OUTPUT": target}, context, feedback, {}, False
    )
    assert done
    layer = context.getMapLayer(outputs["OUTPUT"])
    details = context.layerToLoadOnCompletionDetails(outputs["OUTPUT"])
    assert details.name == "Control, 2024-01-01 to 2024-01-02"
    _post_processors[outputs["OUTPUT"]].postProcessLayer(layer, context, feedback)
    properties = layer.temporalProperties()
    assert properties.isActive()
    assert [category.value() for category in layer.renderer().categories()] == ["SDF"]

    def shown(day: int) -> list[int]:
        moment = datetime(2024, 1, day)
        span = QgsDateTimeRange(
            QDateTime(moment), QDateTime(datetime(2024, 1, day + 1)), True, False
        )

        in_time = QgsVectorLayerTemporalContext()
        in_time.setLayer(layer)
        test = properties.createFilterString(in_time, span)
        return [feature.attributes()[1].day() for feature in layer.getFeatures(test)]

    assert [shown(day) for day in (1, 2, 3)] == [[1], [2], []]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "either layers (LAYERS) or a folder"),
        ({"FOLDER": "/nowhere/at/all"}, "no folder"),
        ({"FOLDER": ".", "PATTERN": "%d"}, "where the year is"),
        ({"FOLDER": ".", "FACTION": "A", "FACTION_FIELD": "b"}, "FACTION, FACTION_FIELD"),
        ({"FOLDER": ".", "PATTERN": "%Y", "DATE_FIELD": "b"}, "DATE_FIELD, PATTERN"),
        ({"FOLDER": ".", "END_FIELD": "b"}, "needs a date field"),
        ({"FOLDER": ".", "DATE_FIELD": "b", "DATES_FROM": "name"}, "leave it at auto"),
        ({"FOLDER": ".", "FACTION_EXPRESSION": "1 +"}, "FACTION_EXPRESSION"),
    ],
)
def test_what_cannot_work_is_refused_before_the_run(refusal, parameters, words):
    assert words in refusal(BuildSeries, **parameters)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"FACTION_FIELD": "who"}, 'no field "who"'),
        ({}, "Give FACTION"),
        ({"DATES_FROM": "temporal"}, "no temporal settings"),
        ({"PATTERN": "x%Y"}, "gives no date in any of 1 names"),
    ],
)
def test_what_the_sources_lack_is_said(run, folder, parameters, words):
    write(folder / "20241101.geojson", SQUARE)
    with pytest.raises(QgsProcessingException) as refused:
        run(BuildSeries, FOLDER=str(folder), **parameters)
    assert words in str(refused.value)


def test_nothing_that_can_be_used_is_an_error(run, folder):
    write(folder / "SDF_20241101.geojson", "POINT(0 0)", None)
    write(folder / "SDF_20241102.geojson", SQUARE)
    with pytest.raises(QgsProcessingException, match="Nothing is left"):
        run(BuildSeries, FOLDER=str(folder), FACTION_EXPRESSION="NULL")


def test_a_cancelled_run_ends_without_result(run, folder, new_log):
    write(folder / "SDF_20241101.geojson", SQUARE)
    assert run(BuildSeries, FOLDER=str(folder), log=new_log(cancel_at=0)).outputs == {}


def test_outlines_stay_as_they_are_drawn(run, folder):
    bow_tie = "POLYGON((0 0,1 1,1 0,0 1,0 0))"
    write(folder / "SDF_20241101.geojson", bow_tie, box(5, 5, 6, 6).wkt)
    result = run(BuildSeries, FOLDER=str(folder))
    shapes = [feature.geometry() for feature in result.layer.getFeatures()]
    assert [shape.isGeosValid() for shape in shapes] == [False, True]
    assert from_wkt(shapes[0].asWkt()) == from_wkt("MULTIPOLYGON(((0 0,1 1,1 0,0 1,0 0)))")
