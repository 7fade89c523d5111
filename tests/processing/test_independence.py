"""What must not change a figure: the project, the CRS of the layer, how it is cut and ordered."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsVectorLayer,
)

from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas

DATE = "2018-07-31"
FIGURES = (
    "area_km2", "inside_km2", "share_faction_pct", "share_country_pct", "perimeter_km", "border_km",
    "front_km",
)  # fmt: skip
TEXTS = ("faction", "rank", "status", "enclosed_by", "provinces")


def _figures(rows):
    return [[row[name] for name in FIGURES] for row in rows]


def _texts(rows):
    return [[row[name] for name in TEXTS] for row in rows]


@pytest.fixture
def plain(run, syria):
    # rows and not the run: a fixture outlives QGIS at the end of the session
    return run(EnclaveAreas, DATE=DATE, **syria).rows


@pytest.fixture
def changed(sample):
    """Return a function that gives a copy of the sample, each geometry and the order changed."""

    def change(crs: str = "EPSG:4326", alter=lambda geometry: geometry, order=list):
        source = QgsVectorLayer(f"{sample}|layername=control", "control", "ogr")
        copy = QgsVectorLayer(
            f"MultiPolygon?crs={crs}&field=faction:string&field=date:date", "control", "memory"
        )
        features = []
        for feature in source.getFeatures():
            if feature["date"].toString("yyyy-MM-dd") != DATE:
                continue
            altered = QgsFeature(copy.fields())
            altered.setAttributes([feature["faction"], feature["date"]])
            altered.setGeometry(alter(feature.geometry()))
            features.append(altered)
        assert copy.dataProvider().addFeatures(order(features))[0]
        copy.updateExtents()
        return copy

    return change


@pytest.mark.parametrize("ellipsoid", ["NONE", "EPSG:7001", "PARAMETER:3000000:2500000"])
def test_project_settings_change_nothing(run, syria, plain, ellipsoid):
    QgsProject.instance().setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    QgsProject.instance().setEllipsoid(ellipsoid)
    rows = run(EnclaveAreas, DATE=DATE, **syria).rows
    assert _figures(rows) == _figures(plain)
    assert _texts(rows) == _texts(plain)


def test_the_order_of_features_changes_nothing(run, syria, plain, changed):
    syria = {**syria, "CONTROL": changed(order=lambda features: features[::-1])}
    rows = run(EnclaveAreas, DATE=DATE, **syria).rows
    assert _texts(rows) == _texts(plain)
    for row, expected in zip(_figures(rows), _figures(plain)):
        assert row == pytest.approx(expected, rel=1e-9)


def _reversed(geometry: QgsGeometry) -> QgsGeometry:
    """Turn every ring round."""
    import shapely

    shape = shapely.from_wkb(bytes(geometry.asWkb()))
    turned = QgsGeometry()
    turned.fromWkb(shapely.to_wkb(shapely.reverse(shape)))
    return turned


def test_the_direction_of_rings_changes_nothing(run, syria, plain, changed):
    rows = run(EnclaveAreas, DATE=DATE, **{**syria, "CONTROL": changed(alter=_reversed)}).rows
    assert _texts(rows) == _texts(plain)
    for row, expected in zip(_figures(rows), _figures(plain)):
        assert row == pytest.approx(expected, rel=1e-9)


def test_height_and_measure_of_vertices_change_nothing(run, syria, plain, changed):
    def raised(geometry):
        shape = geometry.constGet().clone()
        shape.addZValue(500)
        shape.addMValue(1)
        return QgsGeometry(shape)

    rows = run(EnclaveAreas, DATE=DATE, **{**syria, "CONTROL": changed(alter=raised)}).rows
    assert _figures(rows) == _figures(plain)


@pytest.fixture
def reprojected(changed):
    """Return a function that gives a copy of the sample in another CRS.

    Its edges are under 2 km, so that a straight one is nearly the same line in any CRS.
    """

    def reproject(crs: str) -> QgsVectorLayer:
        transform = QgsCoordinateTransform(
            QgsCoordinateReferenceSystem("EPSG:4326"),
            QgsCoordinateReferenceSystem(crs),
            QgsCoordinateTransformContext(),
        )

        def moved(geometry: QgsGeometry) -> QgsGeometry:
            dense = geometry.densifyByDistance(0.015)
            assert dense.transform(transform) == 0
            return dense

        return changed(crs, moved)

    return reproject


@pytest.mark.parametrize("crs", ["EPSG:32637", "EPSG:3857", "EPSG:6933", "EPSG:3035"])
def test_the_crs_of_the_layer_changes_little_where_edges_are_short(run, syria, reprojected, crs):
    here = run(EnclaveAreas, DATE=DATE, **{**syria, "CONTROL": reprojected("EPSG:4326")}).rows
    there = run(EnclaveAreas, DATE=DATE, **{**syria, "CONTROL": reprojected(crs)}).rows
    assert _texts(there) == _texts(here)
    for row, expected in zip(_figures(there), _figures(here)):
        areas = slice(0, 4)
        assert row[areas] == pytest.approx(expected[areas], rel=1e-5, abs=1e-4)
        assert row == pytest.approx(expected, rel=1e-4, abs=1e-2)


def test_a_layer_on_another_datum_keeps_its_neighbours(run, syria, plain, reprojected):
    # the ways from one datum to another and back are several, and differ by metres
    rows = run(EnclaveAreas, DATE=DATE, **{**syria, "CONTROL": reprojected("EPSG:23037")}).rows
    assert _texts(rows) == _texts(plain)
    for row, expected in zip(_figures(rows), _figures(plain)):
        assert row == pytest.approx(expected, rel=1e-3, abs=0.1)
