"""`enclavewatch:buildseries` on a folder of files."""

from __future__ import annotations

from zipfile import ZipFile

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingException,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)
from shapely import box, from_wkt

from enclave_watch.processing.data.buildseries import BuildSeries
from enclave_watch.tests.processing.data.seriesfiles import FIELDS, SQUARE, spans, write


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


def test_outlines_stay_as_they_are_drawn(run, folder):
    bow_tie = "POLYGON((0 0,1 1,1 0,0 1,0 0))"
    write(folder / "SDF_20241101.geojson", bow_tie, box(5, 5, 6, 6).wkt)
    result = run(BuildSeries, FOLDER=str(folder))
    shapes = [feature.geometry() for feature in result.layer.getFeatures()]
    assert [shape.isGeosValid() for shape in shapes] == [False, True]
    assert from_wkt(shapes[0].asWkt()) == from_wkt("MULTIPOLYGON(((0 0,1 1,1 0,0 1,0 0)))")


def days(result):
    return [row[1] for row in spans(result)]


@pytest.mark.parametrize(
    "paths",
    [
        ["2024/11/01/control", "2024/11/02/control"],
        ["2024-11/01", "2024-11/02"],
        ["2024/11-01", "2024/11-02"],
        ["2024_11/01_v2", "2024_11/02_v2"],
        ["2024/1101", "2024/1102"],
        ["202411/01", "202411/02"],
        ["2024/november/01", "2024/november/02"],
        ["maps/20241101/control", "maps/20241102/control"],
    ],
)
def test_dates_spread_over_subfolders_are_read_where_names_have_none(run, folder, paths):
    for path in paths:
        write(folder / f"{path}.geojson", SQUARE)
    result = run(BuildSeries, FOLDER=str(folder), RECURSIVE=True, FACTION="SDF")
    assert days(result) == ["2024-11-01", "2024-11-02"]
    assert result.rows[0]["source"] == f"{paths[0]}.geojson"


def test_a_date_in_the_name_goes_before_one_in_the_folder(run, folder):
    for day in (1, 2):
        write(folder / "published 2025-01-01" / f"SDF_2024110{day}.geojson", SQUARE)
    result = run(BuildSeries, FOLDER=str(folder), RECURSIVE=True)
    assert spans(result)[0][:2] == ("SDF", "2024-11-01")


def test_a_folder_with_a_year_dates_no_file_whose_neighbours_have_a_date(run, folder):
    for name in ("SDF_20241101", "SDF_20241102", "countries"):
        write(folder / "2024" / f"{name}.geojson", SQUARE)
    with pytest.raises(QgsProcessingException, match='but not: "countries"'):
        run(BuildSeries, FOLDER=str(folder), RECURSIVE=True)


def test_a_path_that_can_be_read_in_two_ways_stops_the_run(run, folder):
    for day in ("01", "02"):
        write(folder / day / "11" / "2024" / "control.geojson", SQUARE)
    with pytest.raises(QgsProcessingException, match=r"in 2 ways.*01/11/2024/control"):
        run(BuildSeries, FOLDER=str(folder), RECURSIVE=True)
    result = run(BuildSeries, FOLDER=str(folder), RECURSIVE=True, PATTERN="%d/%m/%Y")
    assert [row[:2] for row in spans(result)] == [
        ("control", "2024-11-01"), ("control", "2024-11-02"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "factions"),
    [
        ("*.geojson", ["ISIS", "SDF"]),
        ("SDF_*", ["SDF"]),
        ("sdf_2024110?.GeoJSON", ["SDF"]),
        ("*/ISIS*", ["ISIS"]),
    ],
)
def test_a_pattern_without_a_date_chooses_files(run, folder, pattern, factions):
    for day in (1, 2):
        for name in ("ISIS", "SDF"):
            write(folder / "daily" / f"{name}_2024110{day}.geojson", SQUARE)
    result = run(BuildSeries, FOLDER=str(folder), RECURSIVE=True, PATTERN=pattern)
    assert sorted({row[0] for row in spans(result)}) == factions
    assert set(days(result)) == {"2024-11-01", "2024-11-02"}
    assert result.log.warnings == []


def test_a_pattern_that_chooses_goes_with_dates_from_fields(run, folder):
    write(folder / "control.geojson", SQUARE, day="2024-11-01")
    write(folder / "towns.geojson", SQUARE)
    result = run(
        BuildSeries, FOLDER=str(folder), PATTERN="control*", DATE_FIELD="day", FACTION="SDF"
    )
    assert days(result) == ["2024-11-01"]


def test_a_pattern_that_chooses_nothing_is_refused(refusal, folder):
    write(folder / "SDF_20241101.geojson", SQUARE)
    assert 'fits none of 1 files, such as "SDF_20241101.geojson"' in refusal(
        BuildSeries, FOLDER=str(folder), PATTERN="control_*"
    )


KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document>
</kml>"""
KML_FOLDER = """<Folder><name>{}</name><Placemark><Polygon><outerBoundaryIs><LinearRing>
<coordinates>0,0,0 1,0,0 1,1,0 0,0,0</coordinates></LinearRing></outerBoundaryIs></Polygon>
</Placemark></Folder>"""


@pytest.mark.parametrize("is_zipped", [False, True])
def test_the_folders_of_a_kml_file_are_factions(run, folder, is_zipped):
    # on the second day one of the two holds nothing any more
    for day, factions in ((1, ("SDF", "ISIS")), (2, ("SDF",))):
        text = KML.format("".join(KML_FOLDER.format(name) for name in factions))
        if is_zipped:
            with ZipFile(folder / f"control_2024110{day}.kmz", "w") as archive:
                archive.writestr("doc.kml", text)
        else:
            (folder / f"control_2024110{day}.kml").write_text(text)
    result = run(BuildSeries, FOLDER=str(folder))
    assert [row[:2] for row in spans(result)] == [
        ("ISIS", "2024-11-01"), ("SDF", "2024-11-01"), ("SDF", "2024-11-02"),
    ]  # fmt: skip


def test_an_empty_file_is_left_out_and_named(run, folder):
    write(folder / "SDF_20241101.geojson", SQUARE)
    (folder / "SDF_20241102.geojson").write_text("")
    write(folder / "SDF_20241103.geojson")
    result = run(BuildSeries, FOLDER=str(folder))
    assert days(result) == ["2024-11-01"]
    assert result.outputs["SKIPPED_SOURCES"] == 2
    text = "\n".join(result.log.warnings)
    assert "SDF_20241102.geojson" in text
    assert "SDF_20241103.geojson" in text
