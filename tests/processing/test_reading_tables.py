"""A GeoPackage's table read straight gives the rows that QGIS gives, or is left to QGIS."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing

import pytest
import shapely
from osgeo import ogr, osr
from qgis.core import (
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProject,
    QgsProperty,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtCore import QVariant

from enclave_watch.core.errors import Cancelled, EnclaveWatchError
from enclave_watch.core.feedback import Feedback
from enclave_watch.processing import geopackage
from enclave_watch.processing.controlreader import ControlReader
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas
from enclave_watch.processing.inputs import Inputs

SQUARE = "POLYGON((0 0,1 0,1 1,0 1,0 0))"
TWO = "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))"
EMPTY, EXTENDED = 0x10, 0x20


class Told(Feedback):
    def __init__(self):
        self.lines = []

    def info(self, text):
        self.lines.append(text)

    warning = info


def blob(wkb, *, flags=1, envelope=b""):
    return b"GP\x00" + bytes([flags]) + struct.pack("<i", 4326) + envelope + wkb


def plain(wkt, **options):
    return blob(shapely.to_wkb(shapely.from_wkt(wkt)), **options)


def qgis_wkb(wkt):
    return QgsGeometry.fromWkt(wkt).asWkb().data()


@pytest.fixture
def new_table(tmp_path):
    """Return a function that makes a GeoPackage with these rows in its table `control`.

    Rows are `{column: value}`, put there by SQLite, which takes any value for any column.
    """

    def make(rows, kind=ogr.wkbUnknown, name="dirty.gpkg"):
        path = tmp_path / name
        package = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(4326)
        layer = package.CreateLayer("control", crs, kind, ["SPATIAL_INDEX=NO"])
        for name_, type_ in (
            ("faction", ogr.OFTString),
            ("whole", ogr.OFTInteger64),
            ("real", ogr.OFTReal),
            ("day", ogr.OFTDate),
            ("moment", ogr.OFTDateTime),
            ("text", ogr.OFTString),
        ):
            layer.CreateField(ogr.FieldDefn(name_, type_))
        del layer, package
        fill(path, rows)
        return path

    return make


def fill(path, rows):
    with closing(sqlite3.connect(path)) as connection:
        for row in rows:
            names = ", ".join(row)
            marks = ", ".join("?" * len(row))
            connection.execute(
                f"INSERT INTO control ({names}) VALUES ({marks})",  # noqa: S608
                list(row.values()),
            )
        connection.commit()


def layer_of(path, rest=""):
    layer = QgsVectorLayer(f"{path}|layername=control{rest}", "fronts", "ogr")
    assert layer.isValid()
    return layer


def read(layer, source=None, *, direct, **fields):
    """Return the rows and what was told of the others."""
    reader = ControlReader(
        source or layer, layer_name="fronts", layer=layer if direct else None, **fields
    )
    assert reader.is_direct == direct
    rows = list(reader.rows(Feedback()))
    told = Told()
    try:
        reader.report(told)
    except EnclaveWatchError as error:
        told.lines.append(repr(error))
    # whether it had to leave the rest to QGIS
    return rows, told.lines, reader.is_direct


def assert_same(layer, **fields):
    """Compare both ways; return the rows."""
    rows, told, _ = read(layer, direct=False, **fields)
    straight, straight_told, was_direct = read(layer, direct=True, **fields)
    assert was_direct
    assert straight == rows
    assert straight_told == told
    return rows


def is_direct(layer, **fields):
    return ControlReader(layer, layer_name="fronts", layer=layer, **fields).is_direct


def test_the_sample_reads_the_same(sample):
    rows = assert_same(layer_of(sample), faction_field="faction", date_field="date")
    assert len(rows) == 82


GEOMETRIES = {
    "null": None,
    "flat": plain(SQUARE),
    "several": plain(TWO),
    "with an envelope": plain(SQUARE, flags=3, envelope=struct.pack("<4d", 0, 1, 0, 1)),
    "with one of heights": plain(SQUARE, flags=5, envelope=struct.pack("<6d", 0, 1, 0, 1, 0, 0)),
    "header of the other byte order": b"GP\x00\x00" + struct.pack(">i", 4326)
    + shapely.to_wkb(shapely.from_wkt(SQUARE)),
    "the other byte order": blob(shapely.to_wkb(shapely.from_wkt(SQUARE), byte_order=0)),
    "empty by its flag": plain("POLYGON EMPTY", flags=1 | EMPTY),
    "empty": plain("POLYGON EMPTY"),
    "several and all empty": blob(struct.pack("<BII", 1, 6, 2) + struct.pack("<BII", 1, 3, 0) * 2),
    "several, the first empty": blob(
        struct.pack("<BII", 1, 6, 2)
        + struct.pack("<BII", 1, 3, 0)
        + shapely.to_wkb(shapely.from_wkt(SQUARE))
    ),
    "a ring without points": blob(struct.pack("<BIII", 1, 3, 1, 0)),
    "with heights": blob(qgis_wkb("POLYGONZ((0 0 5,1 0 5,1 1 5,0 0 5))")),
    "with measures": blob(qgis_wkb("POLYGONM((0 0 5,1 0 5,1 1 5,0 0 5))")),
    "curved": blob(qgis_wkb("CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))")),
    "a collection": plain(f"GEOMETRYCOLLECTION(POINT(9 9),{SQUARE})"),
    "a line": plain("LINESTRING(0 0,1 1)"),
    "a point": plain("POINT(0 0)"),
    "not closed": blob(
        struct.pack("<BIII", 1, 3, 1, 3) + struct.pack("<6d", 0, 0, 1, 0, 1, 1)
    ),
    "crossing itself": plain("POLYGON((0 0,1 1,1 0,0 1,0 0))"),
    "no number": plain("POLYGON((0 0,nan 0,1 1,0 0))"),
    "not of the standard": plain(SQUARE, flags=1 | EXTENDED),
    "cut off": plain(SQUARE)[:-20],
    "no geometry": b"nothing",
    "text": "POLYGON",
    "a number": 7,
}  # fmt: skip


@pytest.mark.parametrize("kind", GEOMETRIES)
def test_a_geometry_is_read_the_same(new_table, kind):
    rows = [
        {"geom": geometry, "faction": "A"}
        # twice: once asked of QGIS, once known
        for geometry in (plain(SQUARE), GEOMETRIES[kind], plain(SQUARE), GEOMETRIES[kind])
    ]
    assert_same(layer_of(new_table(rows)), faction_field="faction")


@pytest.mark.parametrize("kind", [ogr.wkbPolygon, ogr.wkbMultiPolygon, ogr.wkbPolygon25D])
def test_geometries_are_read_the_same_whatever_the_layer_says_it_holds(new_table, kind):
    rows = [{"geom": geometry, "faction": "A"} for geometry in [*GEOMETRIES.values()] * 2]
    assert_same(layer_of(new_table(rows, kind)), faction_field="faction")


VALUES = {
    "faction": [None, "", " ", " A ", "A", "a\0b", "é", b"A", 7, 7.5],
    "whole": [None, 0, 1, 2**40, "A", 1.5, b"1"],
    "real": [None, 0, 1.5, 2.0, "A", 1e300],
    "day": [None, "", "2018-08-05", "2018-8-5", "soon", "2018-02-30", "20180805", 2018, b"2018"],
    "moment": [
        None,
        "2018-08-05T12:30:00Z",
        "2018-08-05T12:30:00.250Z",
        "2018-08-05T12:30:00+03:00",
        "2018-08-05T12:30:00",
        "2018-08-05 12:30",
        "2018-08-05",
        "soon",
        12.5,
    ],
    "text": [None, "", " ", "2018-08-05", "2018", "20180805", "2018-08-05T12:00+02:00", "soon", 7],
}


@pytest.mark.parametrize("column", VALUES)
@pytest.mark.parametrize("role", ["faction_field", "date_field", "end_field"])
def test_values_mean_the_same_good_or_bad(new_table, column, role):
    # each value twice: once asked of QGIS, once known
    values = [*VALUES[column], *VALUES[column]]
    path = new_table([{"geom": plain(SQUARE), column: value} for value in values])
    assert_same(layer_of(path), **{role: column}, end_inclusive=role == "end_field")


def test_the_number_of_a_row_can_be_its_faction(new_table):
    rows = assert_same(layer_of(new_table([{"geom": plain(SQUARE)}] * 2)), faction_field="fid")
    assert [row.faction for row in rows] == ["1", "2"]


def test_without_fields_all_is_held_by_the_layer(new_table):
    [row] = assert_same(layer_of(new_table([{"geom": plain(SQUARE)}])))
    assert (row.faction, row.start, row.end) == ("fronts", None, None)


def dirty(new_table):
    """Rows in which good and bad of every kind take turns."""
    rows = [
        {
            "geom": geometry if other == 1 else plain(SQUARE),
            "faction": ("A", "B", None)[(number + other) % 3],
            "day": ("2018-08-05", "soon", None, "2018-08-06")[(number + other) % 4],
        }
        for number, geometry in enumerate([*GEOMETRIES.values()] * 2)
        for other in range(3)
    ]
    return new_table(rows)


def test_ids_are_the_same_where_rows_are_missing(new_table):
    path = dirty(new_table)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM control WHERE fid % 3 = 0")
        connection.execute("UPDATE control SET fid = fid + 1000 WHERE fid % 5 = 0")
        connection.commit()
    rows = assert_same(layer_of(path), faction_field="faction", date_field="day")
    assert max(row.feature_id for row in rows) > 1000


@pytest.mark.parametrize(
    "subset", ["faction = 'A'", '"fid" > 7 AND faction IS NOT NULL', "faction LIKE 'a'", "fid < 0"]
)
def test_a_filter_lets_the_same_rows_through(new_table, subset):
    path = dirty(new_table)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE INDEX by_faction ON control (faction)")
        connection.commit()
    layer = layer_of(path)
    assert layer.setSubsetString(subset)
    assert_same(layer, faction_field="faction", date_field="day")
    in_name = layer_of(path, f"|subset={subset}")
    assert_same(in_name, faction_field="faction", date_field="day")


@pytest.mark.parametrize(
    "subset",
    [
        "SELECT * FROM control WHERE faction = 'A'",
        "faction = 'A' -- only these",
        "faction = 'A' /* only these */",
        "faction = 'a;b'",
    ],
)
def test_a_filter_that_is_more_than_a_condition_is_left_to_qgis(new_table, subset):
    layer = layer_of(dirty(new_table))
    layer.setSubsetString(subset)
    assert not is_direct(layer) or not layer.subsetString()


def test_a_filter_with_a_function_that_only_qgis_knows_is_left_to_it(new_table):
    layer = layer_of(dirty(new_table))
    assert layer.setSubsetString("ST_MinX(geom) = 0")
    rows, told, _ = read(layer, direct=False, faction_field="faction")
    straight, straight_told, was_direct = read(layer, direct=True, faction_field="faction")
    assert not was_direct
    assert straight == rows != []
    assert straight_told == told


def test_what_goes_wrong_on_the_way_is_left_to_qgis_from_there(new_table, monkeypatch):
    layer = layer_of(dirty(new_table))
    monkeypatch.setattr(geopackage, "_CHUNK_BYTES", 2000)
    chunks = geopackage.raw_chunks

    def broken(*arguments):
        for number, chunk in enumerate(chunks(*arguments)):
            if number == 3:
                raise sqlite3.DatabaseError
            yield chunk

    monkeypatch.setattr("enclave_watch.processing.controlreader.raw_chunks", broken)
    rows, told, _ = read(layer, direct=False, faction_field="faction", date_field="day")
    straight, straight_told, was_direct = read(
        layer, direct=True, faction_field="faction", date_field="day"
    )
    assert not was_direct
    assert straight == rows
    assert straight_told == told


def test_text_that_is_no_text_is_left_to_qgis(new_table):
    path = new_table([{"geom": plain(SQUARE), "faction": "A"}])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE control SET faction = CAST(X'41FF' AS TEXT)")
        connection.commit()
    assert_same(layer_of(path), faction_field="faction")


def test_a_layer_that_is_being_edited_is_left_to_qgis(new_table):
    layer = layer_of(new_table([{"geom": plain(SQUARE), "faction": "A"}]))
    assert layer.startEditing()
    assert layer.changeAttributeValue(1, layer.fields().lookupField("faction"), "B")
    added = QgsFeature(layer.fields())
    added["faction"] = "C"
    added.setGeometry(QgsGeometry.fromWkt(SQUARE))
    assert layer.addFeature(added)
    reader = ControlReader(layer, layer_name="x", faction_field="faction", layer=layer)
    assert not reader.is_direct
    assert sorted(row.faction for row in reader.rows(Feedback())) == ["B", "C"]
    layer.rollBack()


def test_a_joined_or_computed_field_is_left_to_qgis_and_the_others_are_not(new_table, make_layer):
    layer = layer_of(new_table([{"geom": plain(SQUARE), "faction": "A"}]))
    table = make_layer(
        [(None, {"member": "A", "side": "S"})], "member:string", "side:string", kind="None"
    )
    QgsProject.instance().addMapLayer(layer)
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(table)
    join.setJoinFieldName("member")
    join.setTargetFieldName("faction")
    join.setUsingMemoryCache(True)
    assert layer.addJoin(join)
    layer.addExpressionField("upper(text)", QgsField("loud", QVariant.String))
    joined = layer.fields().names()[-2]
    assert is_direct(layer, faction_field="faction")
    assert not is_direct(layer, faction_field=joined)
    assert not is_direct(layer, faction_field="loud")
    [row] = ControlReader(layer, layer_name="x", faction_field=joined, layer=layer).rows(Feedback())
    assert row.faction == "S"


@pytest.mark.parametrize("is_registered", [True, False])
def test_a_view_is_left_to_qgis(new_table, is_registered):
    path = new_table([{"geom": plain(SQUARE), "faction": "A", "whole": 9}])
    columns = "whole AS OGC_FID, geom, faction" if is_registered else "geom, faction"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE VIEW seen AS SELECT {columns} FROM control")  # noqa: S608
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, identifier, data_type, srs_id) "
            "VALUES ('seen', 'seen', 'features', 4326)"
        )
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES ('seen', 'geom', 'POLYGON', 4326, 0, 0)"
        )
        connection.commit()
    layer = QgsVectorLayer(f"{path}|layername=seen", "seen", "ogr")
    reader = ControlReader(layer, layer_name="x", faction_field="faction", layer=layer)
    assert not reader.is_direct
    assert [row.faction for row in reader.rows(Feedback())] == ["A"]


def test_other_providers_and_formats_are_left_to_qgis(make_layer, tmp_path):
    assert not is_direct(make_layer([(SQUARE, {})]))
    file = tmp_path / "a.geojson"
    file.write_text('{"type":"FeatureCollection","features":[]}', encoding="utf-8")
    assert not is_direct(QgsVectorLayer(str(file), "a", "ogr"))


def test_a_file_of_one_table_needs_no_name_of_it(new_table):
    path = new_table([{"geom": plain(SQUARE), "faction": "A"}])
    layer = QgsVectorLayer(str(path), "fronts", "ogr")
    [row] = assert_same(layer, faction_field="faction")
    assert row.faction == "A"


def test_a_layer_narrowed_to_one_kind_of_geometry_is_left_to_qgis(new_table):
    path = new_table([{"geom": plain(SQUARE)}, {"geom": plain("POINT(0 0)")}])
    layer = QgsVectorLayer(f"{path}|layername=control|geometrytype=Polygon", "fronts", "ogr")
    assert layer.isValid()
    assert not is_direct(layer)


def test_a_table_in_use_by_a_writer_is_read_the_same(new_table):
    path = new_table([{"geom": plain(SQUARE), "faction": "A"}])
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("INSERT INTO control (geom, faction) VALUES (?, 'B')", [plain(SQUARE)])
        writer.commit()
        layer = layer_of(path)
        writer.execute("INSERT INTO control (geom, faction) VALUES (?, 'C')", [plain(SQUARE)])
        rows = assert_same(layer, faction_field="faction")
    assert [row.faction for row in rows] == ["A", "B"]


def test_strange_names_of_files_and_columns_are_read(new_table):
    path = new_table([{"geom": plain(SQUARE)}], name="a # 'b' ü.gpkg")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute('ALTER TABLE control ADD COLUMN "who ""is"" it" TEXT')
        connection.execute('UPDATE control SET "who ""is"" it" = \'A\'')
        connection.commit()
    [row] = assert_same(layer_of(path), faction_field='who "is" it')
    assert row.faction == "A"


def test_a_reading_can_be_cancelled(new_table):
    class Stop(Feedback):
        def is_cancelled(self):
            return True

    layer = layer_of(new_table([{"geom": plain(SQUARE)}]))
    with pytest.raises(Cancelled):
        list(ControlReader(layer, layer_name="x", layer=layer).rows(Stop()))


def whole_layer(value):
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    inputs = Inputs(EnclaveAreas().create(), {"CONTROL": value}, context)
    assert inputs.source("CONTROL") is not None
    return inputs.whole_layer("CONTROL")


def test_a_layer_is_whole_unless_the_user_wants_part_of_it(new_table):
    path = new_table([{"geom": plain(SQUARE), "faction": "A"}])
    layer = layer_of(path)
    QgsProject.instance().addMapLayer(layer)
    part = QgsProcessingFeatureSourceDefinition
    assert whole_layer(layer) == layer
    assert whole_layer(layer.id()) == layer
    assert whole_layer(layer.source()) is not None
    assert whole_layer(part(layer.id())) == layer
    assert whole_layer(QgsProperty.fromValue(layer.id())) == layer
    assert whole_layer(part(layer.id(), selectedFeaturesOnly=True)) is None
    assert whole_layer(part(layer.id(), featureLimit=1)) is None
    narrowed = part(layer.id())
    if hasattr(narrowed, "filterExpression"):
        narrowed.filterExpression = "faction = 'A'"
        assert whole_layer(narrowed) is None
