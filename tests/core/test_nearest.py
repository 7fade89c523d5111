"""Distances between outlines against pyproj's Geod, and against planes laid on where they end."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from enclave_watch.core.geodesy import Geodesy
from enclave_watch.core.nearest import distance_m, nearest
from enclave_watch.core.roughly import RoughOutline

LONLAT = "EPSG:4326"
DEGREES = Geodesy(LONLAT)
GEOD = pyproj.Geod(ellps="WGS84")
SQUARE_DEG = "POLYGON((40 35, 41 35, 41 36, 40 36, 40 35))"


def in_plane(geometry, lon: float, lat: float):
    """A geometry, with a vertex every few hundred metres, in a plane true around one point."""
    to = pyproj.Transformer.from_crs(
        LONLAT, f"+proj=aeqd +lon_0={lon} +lat_0={lat} +ellps=WGS84", always_xy=True
    )
    dense = shapely.segmentize(geometry, 0.002)
    return shapely.transform(dense, lambda xy: np.column_stack(to.transform(*xy.T)))


def star(random: np.random.Generator, lon: float, lat: float, size_deg: float):
    """A ring of a few long edges around a point."""
    turn = np.sort(random.uniform(0, 2 * np.pi, 9))
    reach = size_deg * random.uniform(0.3, 1.0, len(turn))
    return shapely.linearrings(
        np.column_stack([lon + reach * np.cos(turn), lat + reach * np.sin(turn)])
    )


def test_distance_is_the_geodesic_one_between_the_closest_points():
    lines = shapely.from_wkt(["LINESTRING(39 34, 40 35)", "LINESTRING(41 36, 42 37)"])
    expected = GEOD.inv(40, 35, 41, 36)[2]
    assert distance_m(*lines, DEGREES) == pytest.approx(expected, rel=1e-9)
    touching = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]
    assert distance_m(*touching, DEGREES) == 0.0


def test_distance_does_not_depend_on_the_crs():
    east = "POLYGON((41.02 35.3, 41.5 35.3, 41.5 35.6, 41.02 35.3))"
    shapes = shapely.from_wkt([SQUARE_DEG, east])
    dense = shapely.segmentize(shapes, 0.005)
    expected = distance_m(*dense, DEGREES)
    truth = GEOD.inv(41.0, 35.3, 41.02, 35.3)[2]
    assert expected == pytest.approx(truth, rel=1e-4)
    for crs in ("EPSG:32637", "EPSG:3857", "EPSG:6933"):
        to = pyproj.Transformer.from_crs(LONLAT, crs, always_xy=True)
        moved = shapely.transform(dense, lambda xy, to=to: np.column_stack(to.transform(*xy.T)))
        assert distance_m(*moved, Geodesy(crs)) == pytest.approx(expected, rel=1e-5)


@given(
    seed=st.integers(0, 2**32 - 1),
    lat=st.floats(-78, 78),
    size_deg=st.sampled_from([0.02, 0.2, 0.6]),
    apart=st.floats(1.0, 4.0),
)
@settings(max_examples=60, deadline=None)
def test_the_distance_is_that_in_a_plane_laid_where_they_are_closest(seed, lat, size_deg, apart):
    random = np.random.default_rng(seed)
    turn = random.uniform(0, 2 * np.pi)
    away = apart * size_deg
    one = star(random, 20, lat, size_deg)
    two = star(random, 20 + away * np.cos(turn), lat + away * np.sin(turn), size_deg)
    bridge = shapely.shortest_line(one, two)
    middle = shapely.get_coordinates(shapely.centroid(bridge))[0]
    # laid once more on what is closest in the first one
    flat = shapely.shortest_line(in_plane(one, *middle), in_plane(two, *middle))
    frame = pyproj.Proj(f"+proj=aeqd +lon_0={middle[0]} +lat_0={middle[1]} +ellps=WGS84")
    ends = frame(*shapely.get_coordinates(flat).T, inverse=True)
    lon, lat_ = np.mean(ends, axis=1)
    expected = shapely.distance(in_plane(one, lon, lat_), in_plane(two, lon, lat_))
    found = distance_m(one, two, DEGREES)
    assert found == pytest.approx(expected, rel=2e-5, abs=0.02)
    assert distance_m(two, one, DEGREES) == pytest.approx(found, rel=1e-9, abs=1e-5)


@pytest.mark.parametrize("apart_m", [0.05, 1.0, 30.0])
def test_edges_side_by_side_are_as_far_apart_as_they_are_drawn(apart_m):
    # along the equator of degrees, 5 and 700 km; a degree north of it is 110,574 m on WGS84
    north = apart_m / 110_574.0
    road = shapely.from_wkt("LINESTRING(10 0, 16 0)")
    beside = shapely.linestrings([(12.0, north), (12.04, north)])
    assert distance_m(road, beside, DEGREES) == pytest.approx(apart_m, rel=1e-4)


def test_edges_that_part_slowly_are_as_near_as_where_they_begin_to():
    # a straight way of 4.5 km runs half a metre under the ground in its middle, and so seems
    # nearer to the end of the other edge, 1.1 m away, than to its start, 1 m away
    road = shapely.from_wkt("LINESTRING(10 0, 10.04 0)")
    beside = shapely.linestrings([(10.02, 1.0 / 110_574.0), (10.038, 1.1 / 110_574.0)])
    assert distance_m(road, beside, DEGREES) == pytest.approx(1.0, rel=1e-5)


def test_outlines_that_cross_or_touch_are_not_apart():
    across = shapely.from_wkt("LINESTRING(39.9 35.51, 40.1 35.52)")
    corner = shapely.from_wkt("LINESTRING(39 34, 40 35)")
    square = RoughOutline.of(shapely.from_wkt(SQUARE_DEG), DEGREES)
    for line in (across, corner):
        assert nearest(RoughOutline.of(line, DEGREES), square, DEGREES)[0] == 0.0


def test_all_that_is_as_near_is_named_in_order():
    # a point-like square in the middle between two meridians, 0.4 degrees off each
    lines = shapely.from_wkt(["LINESTRING(10.5 2, 10.5 -2)", "LINESTRING(9.5 -2, 9.5 2)"])
    middle = RoughOutline.of(shapely.box(9.9, -0.001, 10.1, 0.001), DEGREES)
    both = RoughOutline.of(shapely.multilinestrings(list(lines)), DEGREES)
    away_m, edges = nearest(middle, both, DEGREES)
    ends = [GEOD.inv(10.1, y, 10.5, y)[2] for y in (-0.001, 0.001)]
    assert away_m == pytest.approx(min(ends), rel=1e-9)
    found = both.edges[edges]
    assert set(found[:, :, 0].ravel().tolist()) == {9.5, 10.5}
    assert edges.tolist() == sorted(edges.tolist())
