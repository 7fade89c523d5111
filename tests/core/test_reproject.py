"""Layers brought to the CRS of the control layer."""

from __future__ import annotations

import pyproj
import pytest
import shapely

from enclave_watch.core.errors import CrsError
from enclave_watch.core.reproject import reproject


def test_a_long_edge_stays_where_it_was_drawn():
    line = shapely.LineString([(30, 36), (42, 36)])
    (moved,) = reproject([line], "EPSG:4326", "EPSG:32637")
    to = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32637", always_xy=True)
    for lon in (31.3, 33.0, 38.77, 41.9):
        assert shapely.distance(moved, shapely.Point(to.transform(lon, 36.0))) < 0.1


def test_geometries_keep_their_order_and_their_holes():
    holed = "POLYGON((40 35, 41 35, 41 36, 40 35), (40.6 35.2, 40.8 35.2, 40.8 35.4, 40.6 35.2))"
    shapes = shapely.from_wkt(["POINT(40 35)", holed])
    moved = reproject(list(shapes), "EPSG:4326", "EPSG:3857")
    assert [shape.geom_type for shape in moved] == ["Point", "Polygon"]
    assert len(moved[1].interiors) == 1


def test_the_same_crs_changes_nothing():
    shape = shapely.box(40, 35, 41, 36)
    (same,) = reproject([shape], "EPSG:4326", "OGC:CRS84")
    assert shapely.equals_exact(same, shape, 0.0)


def test_what_has_no_place_there_is_none_and_none_stays_none():
    pole = shapely.Point(0, 90)
    fine = shapely.Point(10, 50)
    moved = reproject([pole, None, fine], "EPSG:4326", "EPSG:3395")
    assert moved[1] is None
    assert moved[2] is not None
    (lost,) = reproject([shapely.Point(float("inf"), 0)], "EPSG:4326", "EPSG:3857")
    assert lost is None


def test_nothing_is_nothing():
    assert len(reproject([], "EPSG:4326", "EPSG:3857")) == 0


def test_a_crs_without_a_place_on_the_earth_is_refused():
    with pytest.raises(CrsError):
        reproject([shapely.Point(0, 0)], 'LOCAL_CS["plan",UNIT["metre",1]]', "EPSG:3857")
