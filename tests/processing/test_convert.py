"""Features of QGIS as rows and shapely geometries, and back."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import shapely
from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingUtils,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime

from enclave_watch.core.errors import AllianceError, DateError, FieldError, ReadError
from enclave_watch.core.feedback import Feedback
from enclave_watch.processing import convert
from enclave_watch.processing.controlreader import ControlReader
from enclave_watch.processing.convert import (
    GeometryConverter,
    alliances_from_table,
    crs_text,
    field_index,
    named_geometries,
    plain_value,
    to_qdate,
    to_qdatetime,
    to_qgs_geometry,
)

SQUARE = "POLYGON((0 0,1 0,1 1,0 1,0 0))"


class Told(Feedback):
    def __init__(self):
        self.lines = []

    def info(self, text):
        self.lines.append(text)

    warning = info


def _shapes(layer, **fields):
    reader = ControlReader(layer, layer_name="fronts", **fields)
    return [
        None if row.wkb is None else shapely.from_wkb(row.wkb) for row in reader.rows(Feedback())
    ]


def test_curves_become_straight_edges(make_layer):
    circle = "CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))"
    [shape] = _shapes(make_layer([(circle, {})], kind="CurvePolygon"))
    assert shape.geom_type == "Polygon"
    assert shape.area == pytest.approx(3.14159, rel=1e-3)


def test_height_and_measure_are_dropped(make_layer):
    [shape] = _shapes(
        make_layer([("POLYGONZM((0 0 5 1,1 0 5 2,1 1 5 3,0 0 5 4))", {})], kind="PolygonZM")
    )
    assert not shape.has_z
    assert shape.area == 0.5


def test_a_type_for_curves_with_straight_edges_only_is_read(make_layer):
    surface = "MULTISURFACE(((0 0,1 0,1 1,0 1,0 0)))"
    [shape] = _shapes(make_layer([(surface, {})], kind="MultiSurface"))
    assert shape.area == 1


class _Counted:
    """A layer that counts otherwise than it gives, and may give less the first time."""

    def __init__(self, layer, count, first_gives=None):
        self._layer, self._count, self._gives = layer, count, first_gives

    def featureCount(self):
        return self._count

    def fields(self):
        return self._layer.fields()

    def getFeatures(self, request):
        features = list(self._layer.getFeatures(request))
        given, self._gives = features[: self._gives], None
        return iter(given)


def test_a_source_that_ends_early_is_an_error_and_one_that_counts_too_many_is_none(make_layer):
    layer = make_layer([(SQUARE, {}), (SQUARE, {}), (SQUARE, {})])
    assert len(_shapes(_Counted(layer, 5))) == 3
    with pytest.raises(ReadError, match='Control layer "fronts": 1 of its features were read, not'):
        _shapes(_Counted(layer, 3, first_gives=1))


def test_of_a_collection_the_polygons_are_kept_curved_ones_too(make_layer):
    mixed = (
        "GEOMETRYCOLLECTION(POINT(9 9),LINESTRING(0 0,9 9),POLYGON((0 0,1 0,1 1,0 1,0 0)),"
        "CURVEPOLYGON(CIRCULARSTRING(4 0,5 1,6 0,5 -1,4 0)))"
    )
    [shape] = _shapes(make_layer([(mixed, {})], kind="GeometryCollection"))
    assert shape.geom_type == "MultiPolygon"
    assert shape.area == pytest.approx(1 + 3.14159, rel=1e-3)


def test_invalid_polygons_reach_the_engine_as_they_are(make_layer):
    bow_tie = "POLYGON((0 0,1 1,1 0,0 1,0 0))"
    [shape] = _shapes(make_layer([(bow_tie, {})]))
    assert not shape.is_valid


def test_a_null_geometry_is_a_row_without_one(make_layer):
    assert _shapes(make_layer([(None, {}), ("POLYGON EMPTY", {})])) == [None, None]


def test_only_selected_features_are_read_where_the_user_says_so(make_layer):
    layer = make_layer([(SQUARE, {"n": "a"}), (SQUARE, {"n": "b"})], "n:string")
    layer.selectByIds([2])
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    definition = QgsProcessingFeatureSourceDefinition(layer.id(), True)
    source = QgsProcessingUtils.variantToSource(definition, context)
    assert source is not None
    rows = list(ControlReader(source, layer_name="x", faction_field="n").rows(Feedback()))
    assert [row.faction for row in rows] == ["b"]


def test_the_filter_of_a_layer_is_honoured(make_layer):
    layer = make_layer([(SQUARE, {"n": "a"}), (SQUARE, {"n": "b"})], "n:string")
    assert layer.setSubsetString("n = 'a'")
    rows = list(ControlReader(layer, layer_name="x", faction_field="n").rows(Feedback()))
    assert [row.faction for row in rows] == ["a"]


def test_factions_are_texts_without_blanks_around_and_numbers_serve(make_layer):
    layer = make_layer(
        [(SQUARE, {"n": " a ", "i": 7}), (SQUARE, {"n": "  "}), (SQUARE, {})],
        "n:string", "i:int",
    )  # fmt: skip
    names = ControlReader(layer, layer_name="x", faction_field="n").rows(Feedback())
    assert [row.faction for row in names] == ["a", None, None]
    numbers = ControlReader(layer, layer_name="x", faction_field="i").rows(Feedback())
    assert [row.faction for row in numbers] == ["7", None, None]


def test_dates_are_read_from_every_kind_of_field(make_layer):
    day, moment = QDate(2018, 8, 5), QDateTime(QDate(2018, 8, 5), QTime(12, 30))
    layer = make_layer(
        [(SQUARE, {"d": day, "m": moment, "t": "2018-08-05T12:30"})],
        "d:date", "m:datetime", "t:string",
    )  # fmt: skip

    def start(name):
        reader = ControlReader(layer, layer_name="x", date_field=name)
        return next(iter(reader.rows(Feedback()))).start

    assert start("d") == datetime(2018, 8, 5)
    assert start("m") == start("t") == datetime(2018, 8, 5, 12, 30)


@pytest.mark.parametrize(
    ("end", "inclusive", "expected"),
    [
        ("2018-08-05", False, datetime(2018, 8, 5)),
        ("2018-08-05", True, datetime(2018, 8, 6)),
        ("2018-08-05T12:00", True, datetime(2018, 8, 6)),
        (None, True, None),
    ],
)
def test_an_end_day_counts_or_not(make_layer, end, inclusive, expected):
    layer = make_layer([(SQUARE, {"d": "2018-08-01", "e": end})], "d:string", "e:string")
    reader = ControlReader(
        layer, layer_name="x", date_field="d", end_field="e", end_inclusive=inclusive
    )
    assert next(iter(reader.rows(Feedback()))).end == expected


def test_dates_that_cannot_be_read_are_counted_with_the_first(make_layer):
    rows = [(SQUARE, {"d": text}) for text in ("2018-08-05", "soon", "later")]
    reader = ControlReader(make_layer(rows, "d:string"), layer_name="fronts", date_field="d")
    assert len(list(reader.rows(Feedback()))) == 1
    told = Told()
    reader.report(told)
    assert told.lines == [
        (
            'Control layer "fronts": features whose field "d" cannot be read as a date, '
            'skipped: 2 (first ids: 2, 3). The first holds "soon"; write dates as 2018-08-05.'
        )
    ]


def test_where_no_date_can_be_read_the_run_ends(make_layer):
    reader = ControlReader(
        make_layer([(SQUARE, {"d": "soon"})], "d:string"), layer_name="fronts", date_field="d"
    )
    assert list(reader.rows(Feedback())) == []
    with pytest.raises(DateError, match='field "d" cannot be read as a date, skipped: 1 '):
        reader.report(Feedback())


def test_a_field_that_is_not_there_is_told_with_those_that_are(make_layer):
    layer = make_layer([], "a:string", "b:int")
    assert field_index(layer, "B", "Layer") == 1
    assert field_index(layer, None, "Layer") is None
    with pytest.raises(FieldError, match=r'Layer has no field "c"\. Its fields are: a, b\.'):
        field_index(layer, "c", "Layer")


def test_named_geometries_skip_and_count_what_has_no_name_or_no_shape(make_layer):
    layer = make_layer(
        [("POINT(1 2)", {"n": "a"}), ("POINT(3 4)", {}), (None, {"n": "c"})],
        "n:string", kind="Point",
    )  # fmt: skip
    told = Told()
    found = named_geometries(layer, "n", label="Places", feedback=told)
    assert [(name, shape.wkt) for name, shape in found] == [("a", "POINT (1 2)")]
    assert told.lines == [
        "Places: features without a name or a geometry, skipped: 2 (first ids: 2, 3)."
    ]


def test_what_the_shipped_map_lacks_is_not_told_since_nobody_can_mend_it(make_layer):
    layer = make_layer([("POINT(1 2)", {"n": "a"}), ("POINT(3 4)", {})], "n:string", kind="Point")
    told = Told()
    found = named_geometries(layer, "n", label="World map", feedback=told, is_users=False)
    assert [name for name, _ in found] == ["a"]
    assert told.lines == []


def test_named_geometries_can_be_had_from_within_a_box(make_layer):
    layer = make_layer(
        [("POINT(1 2)", {"n": "a"}), ("POINT(30 4)", {"n": "b"})], "n:string", kind="Point"
    )
    box = QgsRectangle(0, 0, 5, 5)
    found = named_geometries(layer, "n", label="Places", feedback=Feedback(), within=box)
    assert [name for name, _ in found] == ["a"]


def test_alliances_come_from_fields_of_that_name_or_the_first_two_texts(make_layer):
    named = make_layer(
        [(None, {"x": "?", "alliance": "B", "faction": "A"}), (None, {"faction": "C"})],
        "x:string", "alliance:string", "faction:string", kind="None", crs=None,
    )  # fmt: skip
    first = make_layer(
        [(None, {"id": 1, "who": "A", "whose": "B"})],
        "id:int", "who:string", "whose:string", kind="None", crs=None,
    )  # fmt: skip
    assert alliances_from_table(named) == alliances_from_table(first) == {"A": "B"}


def test_a_table_that_gives_a_faction_two_alliances_is_refused(make_layer):
    rows = [(None, {"faction": "A", "alliance": name}) for name in "BC"]
    table = make_layer(rows, "faction:string", "alliance:string", kind="None", crs=None)
    with pytest.raises(AllianceError):
        alliances_from_table(table)


def test_plain_values_have_no_kind_of_null():
    assert plain_value(NULL) is None
    assert plain_value(QDate()) is None
    assert plain_value(QDateTime()) is None
    assert plain_value(0) == 0
    assert plain_value("") == ""
    assert plain_value(QDate(2018, 8, 5)) == date(2018, 8, 5)
    moment = QDateTime(QDate(2018, 8, 5), QTime(2, 0), Qt.TimeSpec.OffsetFromUTC, 3 * 3600)
    assert plain_value(moment) == datetime(2018, 8, 4, 23, 0)


def test_dates_go_back_as_they_came():
    moment = datetime(2018, 8, 5, 12, 30, 15, 250_000)
    assert plain_value(to_qdatetime(moment)) == moment
    assert plain_value(to_qdate(moment)) == date(2018, 8, 5)
    assert to_qdate(None).isNull()
    assert to_qdatetime(None).isNull()


def test_geometries_go_back_as_multi_part_ones():
    assert to_qgs_geometry(shapely.box(0, 0, 1, 1)).asWkt(0).startswith("MultiPolygon")
    line = shapely.LineString([(0, 0), (1, 1)])
    assert to_qgs_geometry(line).asWkt(0) == "MultiLineString ((0 0, 1 1))"


@pytest.mark.parametrize("kept", [0, 1_000_000])
def test_a_geometry_met_again_is_the_same_and_no_other_is(monkeypatch, kept):
    monkeypatch.setattr(convert, "_VERTICES_KEPT", kept)
    converter = GeometryConverter()
    for _ in range(3):
        # what is not kept is let go of at once, and its id is free for the next
        for x in range(20):
            there = converter.convert(shapely.box(x, 0, x + 1, 1))
            assert there.boundingBox() == QgsRectangle(x, 0, x + 1, 1)
    square = shapely.box(0, 0, 1, 1)
    assert converter.convert(square).asWkt(0) == to_qgs_geometry(square).asWkt(0)
    assert converter.convert(square).asWkt(0) == converter.convert(square).asWkt(0)


def test_what_becomes_of_one_feature_is_not_done_to_the_others():
    converter, square = GeometryConverter(), shapely.box(0, 0, 1, 1)
    first, second = QgsFeature(), QgsFeature()
    for feature in (first, second):
        feature.setGeometry(converter.convert(square))
    moved = first.geometry()
    moved.translate(5, 0)
    first.setGeometry(moved)
    assert second.geometry().boundingBox() == QgsRectangle(0, 0, 1, 1)


def test_a_crs_without_a_code_is_handed_on_whole():
    from pyproj import CRS

    own = QgsCoordinateReferenceSystem.fromProj("+proj=laea +lat_0=35 +lon_0=38 +datum=WGS84")
    assert "Azimuthal" in CRS.from_user_input(crs_text(own)).coordinate_operation.method_name
