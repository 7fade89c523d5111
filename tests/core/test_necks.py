"""The narrowest land bridge, on shapes whose widths are those of their rectangles."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from enclave_watch.core.feedback import Feedback
from enclave_watch.core.geodesy import Geodesy
from enclave_watch.core.model import Parameters
from enclave_watch.core.necks import NeckFinder
from enclave_watch.tests.core.helpers.build import UTM, in_km, one, run
from enclave_watch.tests.core.helpers.drawing import jittered
from enclave_watch.tests.core.helpers.histories import square

GROUND = 1.0008


def neck_of(*shapes, widest_m=3000.0, least_side_km2=10.0, snap_m=25.0, join_m=0.0):
    parameters = Parameters(snap_m=snap_m, join_distance_m=join_m)
    enclave = one(run([("Red", shape) for shape in shapes], parameters=parameters), "Red")
    finder = NeckFinder(
        Geodesy(UTM), widest_m=widest_m, least_side_km2=least_side_km2, snap_m=snap_m,
        feedback=Feedback(),
    )  # fmt: skip
    return finder.neck(enclave)


def dumbbell(width_km, length_km=1.0):
    """Two squares of 10 km, and a bridge between them."""
    low, high = 5 - width_km / 2, 5 + width_km / 2
    x = 10 + length_km
    return (
        f"POLYGON((0 0, 10 0, 10 {low}, {x} {low}, {x} 0, {x + 10} 0, {x + 10} 10, {x} 10, "
        f"{x} {high}, 10 {high}, 10 10, 0 10, 0 0))"
    )


@pytest.mark.parametrize("width_km", [0.2, 0.7, 1.5, 2.9])
def test_a_bridge_has_the_width_of_its_rectangle(width_km):
    neck = neck_of(dumbbell(width_km))
    assert neck.width_m == pytest.approx(1000 * width_km / 0.9996, rel=0.01)
    # the discs reach into the bridge, which is 1 km long, from both ends
    assert neck.sides_km2[0] == pytest.approx(neck.sides_km2[1], rel=1e-3)
    assert 199.99 * GROUND < sum(neck.sides_km2) < (200.01 + width_km) * GROUND


def test_the_place_is_in_the_bridge():
    neck = neck_of(dumbbell(0.5, length_km=4.0))
    to_utm = pyproj.Transformer.from_crs("EPSG:4326", UTM, always_xy=True)
    point = shapely.Point(to_utm.transform(neck.lon, neck.lat))
    assert shapely.contains(in_km(square(9.8, 4.75, 4.4, 0.5)), point)


def test_a_long_bridge_counts_in_neither_side():
    neck = neck_of(dumbbell(1.0, length_km=30.0))
    assert neck.sides_km2 == pytest.approx((100 * GROUND, 100 * GROUND), rel=0.01)


def test_a_wider_bridge_than_asked_for_is_none():
    assert neck_of(dumbbell(2.0), widest_m=1900) is None
    assert neck_of(dumbbell(2.0), widest_m=2100) is not None


def test_a_square_has_no_neck():
    assert neck_of(square(0, 0, 10), widest_m=9000) is None


def test_a_side_that_is_too_small_is_no_side():
    # a square of 2 km hangs on a large one
    shape = "POLYGON((0 0, 10 0, 10 4.9, 11 4.9, 11 4, 13 4, 13 6, 11 6, 11 5.1, 10 5.1, 10 10, 0 10, 0 0))"  # noqa: E501
    assert neck_of(shape, least_side_km2=5.0) is None
    neck = neck_of(shape, least_side_km2=3.0)
    assert neck.width_m == pytest.approx(200, rel=0.01)
    assert neck.sides_km2[0] == pytest.approx(100 * GROUND, rel=0.01)
    assert neck.sides_km2[1] == pytest.approx(4 * GROUND, rel=0.06)


def test_of_two_necks_the_narrowest_is_told():
    # squares of 10 km with bridges of 1 km and, farther east, of 0.4 km
    shape = (
        "POLYGON((0 0, 10 0, 10 4.5, 12 4.5, 12 0, 22 0, 22 4.8, 24 4.8, 24 0, 34 0, 34 10, 24 10, "
        "24 5.2, 22 5.2, 22 10, 12 10, 12 5.5, 10 5.5, 10 10, 0 10, 0 0))"
    )
    neck = neck_of(shape)
    assert neck.width_m == pytest.approx(400, rel=0.01)
    assert neck.sides_km2[0] == pytest.approx(202 * GROUND, rel=0.01)
    assert neck.sides_km2[1] == pytest.approx(100 * GROUND, rel=0.01)


def test_round_a_lake_the_wider_way_holds():
    # between two squares, land of 0.6 km south of a lake and of 1.4 km north of it
    shape = (
        "POLYGON((0 0, 10 0, 10 3, 14 3, 14 0, 24 0, 24 10, 14 10, 14 7, 10 7, 10 10, 0 10, 0 0), "
        "(9 3.6, 15 3.6, 15 5.6, 9 5.6, 9 3.6))"
    )
    neck = neck_of(shape)
    assert neck.width_m == pytest.approx(1400, rel=0.01)
    to_utm = pyproj.Transformer.from_crs("EPSG:4326", UTM, always_xy=True)
    point = shapely.Point(to_utm.transform(neck.lon, neck.lat))
    assert shapely.contains(in_km(square(9, 5.6, 6, 1.4)), point)
    assert neck_of(shape, widest_m=1000) is None


def test_land_that_jitters_has_its_neck_all_the_same():
    drawn = jittered(in_km(dumbbell(1.0)), by_m=5.0, every_m=200.0, seed=3)
    assert neck_of(drawn).width_m == pytest.approx(1000, abs=25)


def test_degrees_and_metres_give_the_same_neck():
    to_degrees = pyproj.Transformer.from_crs(UTM, "EPSG:4326", always_xy=True)
    dense = shapely.segmentize(in_km(dumbbell(0.7)), 500.0)
    degrees = shapely.transform(dense, lambda xy: np.column_stack(to_degrees.transform(*xy.T)))
    far = shapely.box(30, 20, 50, 50)
    enclave = one(run([("Red", degrees)], crs="EPSG:4326", countries={"Home": far}), "Red")
    finder = NeckFinder(
        Geodesy("EPSG:4326"), widest_m=3000.0, least_side_km2=10.0, snap_m=25.0,
        feedback=Feedback(),
    )  # fmt: skip
    assert finder.neck(enclave).width_m == pytest.approx(700 / 0.9996, rel=0.01)


def test_an_edge_drawn_twice_is_no_neck():
    # two squares of 10 km side by side; their common edge, drawn by two hands, leaves slits
    left, right = (
        jittered(in_km(square(x, 0, 10)), by_m=5.0, every_m=700.0, seed=seed)
        for x, seed in ((0, 1), (10, 2))
    )
    assert neck_of(left, right) is None


def test_a_neck_cut_by_a_slit_is_a_neck_all_the_same():
    # a bridge of 1 km by 1 km between squares of 10 km, drawn in two parts, 8 m apart
    left = "POLYGON((0 0,10 0,10 4.5,10.5 4.5,10.5 5.5,10 5.5,10 10,0 10,0 0))"
    right = "POLYGON((10.508 4.5,11 4.5,11 0,21 0,21 10,11 10,11 5.5,10.508 5.5,10.508 4.5))"
    neck = neck_of(left, right)
    assert neck.width_m == pytest.approx(1000 / 0.9996, rel=0.01)
    assert neck.sides_km2 == pytest.approx((100.5 * GROUND, 100.5 * GROUND), rel=2e-3)


def test_of_parts_that_a_join_distance_made_one_the_narrowest_neck_is_told():
    # two dumbbells 1 km apart, of 1 km and of 0.4 km
    south, north = dumbbell(1.0), in_km(dumbbell(0.4))
    moved = shapely.transform(north, lambda xy: xy + np.array([0.0, 11_000.0]))
    neck = neck_of(south, moved, join_m=1500.0)
    assert neck.width_m == pytest.approx(400, rel=0.01)


def test_water_that_a_join_distance_bridges_is_no_land():
    assert neck_of(square(0, 0, 10), square(10.5, 0, 10), join_m=600.0) is None


def test_a_lake_far_from_the_neck_changes_nothing_but_the_area():
    lake = "(3 4, 5 4, 5 6, 3 6, 3 4)"
    shape = dumbbell(0.8).replace("0 0))", f"0 0), {lake})")
    neck = neck_of(shape)
    assert neck.width_m == pytest.approx(800 / 0.9996, rel=0.01)
    larger, smaller = neck.sides_km2
    assert larger - smaller == pytest.approx(4 * GROUND, rel=0.01)


@pytest.mark.parametrize(("lat", "width_deg"), [(0, 0.01), (35, 0.01), (60, 0.02), (-70, 0.01)])
def test_a_bridge_in_degrees_is_as_wide_as_the_ellipsoid_says(lat, width_deg):
    # squares of 0.4 degrees, and a bridge that runs east between them
    low, high, top = lat + 0.2 - width_deg / 2, lat + 0.2 + width_deg / 2, lat + 0.4
    shape = shapely.Polygon(
        [(10, lat), (10.4, lat), (10.4, low), (10.5, low), (10.5, lat), (10.9, lat), (10.9, top),
         (10.5, top), (10.5, high), (10.4, high), (10.4, top), (10, top)]
    )  # fmt: skip
    home = shapely.box(0, lat - 5, 20, lat + 5)
    enclave = one(run([("Red", shape)], crs="EPSG:4326", countries={"Home": home}), "Red")
    finder = NeckFinder(
        Geodesy("EPSG:4326"), widest_m=3000.0, least_side_km2=10.0, snap_m=25.0,
        feedback=Feedback(),
    )  # fmt: skip
    neck = finder.neck(enclave)
    across_m = pyproj.Geod(ellps="WGS84").line_length([10.45, 10.45], [low, high])
    assert neck.width_m == pytest.approx(across_m, rel=0.01)
    assert 10.4 <= neck.lon <= 10.5
    assert low <= neck.lat <= high
