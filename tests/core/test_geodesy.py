"""Areas, lengths and distances against pyproj's Geod on densified outlines."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.polygon import orient

from enclave_watch.core.errors import CrsError
from enclave_watch.core.geodesy import Geodesy, most_units_per_metre
from enclave_watch.tests.core.helpers.drawing import cut_up, reversed_rings
from enclave_watch.tests.core.helpers.truth import true_area_km2, true_length_km

LONLAT = "EPSG:4326"
SQUARE_DEG = "POLYGON((40 35, 41 35, 41 36, 40 36, 40 35))"
SLANTED_DEG = "POLYGON((39.9 34.2, 41.3 34.9, 41.1 35.8, 40.2 36.1, 39.9 34.2))"
HOLED_DEG = (
    "POLYGON((40 35, 41 35, 41 36, 40 36, 40 35), "
    "(40.2 35.2, 40.4 35.2, 40.4 35.4, 40.2 35.4, 40.2 35.2), "
    "(40.6 35.6, 40.6 35.8, 40.8 35.8, 40.8 35.6, 40.6 35.6))"
)
METRES = (
    "POLYGON((450000 3850000, 600000 3850000, 600000 4000000, 520000 3950000, 450000 3850000), "
    "(500000 3900000, 550000 3900000, 550000 3910000, 500000 3900000))"
)
# crs, shape, and the step in its units at which a chord is a straight edge to 1e-9
CASES = {
    "longitude and latitude": (LONLAT, HOLED_DEG, 0.002),
    "the same in the southern hemisphere": (
        LONLAT, "POLYGON((-60 -50, -58 -51, -57 -49, -60 -50))", 0.002,
    ),
    "across the equator": (LONLAT, "POLYGON((10 -3, 12 -2, 11 3, 10 -3))", 0.002),
    "far north": (LONLAT, "POLYGON((20 75, 30 76, 25 80, 20 75))", 0.002),
    "long edges": (LONLAT, "POLYGON((-120 30, -80 30, -80 49, -120 49, -120 30))", 0.005),
    "UTM": ("EPSG:32637", METRES, 200.0),
    "UTM far from its middle": (
        "EPSG:32637",
        "POLYGON((-200000 3850000, -50000 3850000, -50000 4000000, -200000 3850000))",
        200.0,
    ),
    "Web Mercator": (
        "EPSG:3857",
        "POLYGON((4400000 4100000, 4600000 4150000, 4500000 4300000, 4400000 4100000))",
        200.0,
    ),
    "a continent in Web Mercator": (
        "EPSG:3857",
        "POLYGON((-13000000 3500000, -9000000 6500000, -13000000 6000000, -13000000 3500000))",
        500.0,
    ),
    "a continent seen from the pole": (
        "EPSG:6931",
        "POLYGON((-4000000 -3000000, 2000000 -3500000, -1000000 -1000000, -4000000 -3000000))",
        500.0,
    ),
    "equal-area": (
        "EPSG:6933",
        "POLYGON((3800000 4100000, 4000000 4150000, 3900000 4300000, 3800000 4100000))",
        200.0,
    ),
    "feet": (
        "EPSG:2263",
        "POLYGON((900000 100000, 1100000 120000, 1000000 300000, 900000 100000))",
        600.0,
    ),
    "another datum": ("EPSG:4267", "POLYGON((-100 40, -99 40.2, -99.5 41, -100 40))", 0.002),
    "axes north first": (
        "EPSG:2180",
        "POLYGON((400000 400000, 500000 410000, 450000 500000, 400000 400000))",
        200.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_area_is_that_of_the_dense_outline(name):
    crs, wkt, step = CASES[name]
    shape = shapely.from_wkt(wkt)
    found = Geodesy(crs).area_km2([shape])[0]
    assert found == pytest.approx(true_area_km2(shape, crs, step=step), rel=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_length_is_that_of_all_rings_densely_drawn(name):
    crs, wkt, step = CASES[name]
    shape = shapely.from_wkt(wkt)
    found = Geodesy(crs).length_km([shape])[0]
    assert found == pytest.approx(true_length_km(shape, crs, step=step), rel=1e-7)


def test_a_degree_of_latitude_and_of_the_equator_are_as_long_as_geod_says():
    geod = pyproj.Geod(ellps="WGS84")
    lines = shapely.from_wkt(["LINESTRING(40 35, 40 36)", "LINESTRING(40 0, 41 0)"])
    expected = [geod.inv(40, 35, 40, 36)[2] / 1000, geod.inv(40, 0, 41, 0)[2] / 1000]
    assert Geodesy(LONLAT).length_km(lines) == pytest.approx(expected, rel=1e-10)


def test_holes_count_as_holes_whichever_way_they_run():
    shape = shapely.from_wkt(HOLED_DEG)
    shell = shapely.Polygon(shapely.get_exterior_ring(shape))
    holes = [shapely.Polygon(ring) for ring in shapely.get_rings(shape)[1:]]
    geodesy = Geodesy(LONLAT)
    whole = geodesy.area_km2([shell])[0] - geodesy.area_km2(holes).sum()
    for each in (shape, reversed_rings(shape), orient(shape)):
        assert geodesy.area_km2([each])[0] == pytest.approx(whole, rel=1e-12)


def test_a_multipolygon_has_the_area_and_length_of_its_parts():
    parts = shapely.from_wkt([HOLED_DEG, "POLYGON((50 10, 51 10, 51 11, 50 10))"])
    both = shapely.multipolygons(list(parts))
    geodesy = Geodesy(LONLAT)
    assert geodesy.area_km2([both])[0] == pytest.approx(geodesy.area_km2(parts).sum(), rel=1e-12)
    assert geodesy.length_km([both])[0] == pytest.approx(geodesy.length_km(parts).sum(), rel=1e-12)


def test_each_of_many_has_its_own_figure_and_what_has_no_area_has_none():
    shapes = [
        shapely.from_wkt(SQUARE_DEG),
        None,
        shapely.Polygon(),
        shapely.from_wkt("LINESTRING(40 35, 40 36)"),
        shapely.from_wkt(SLANTED_DEG),
    ]
    geodesy = Geodesy(LONLAT)
    areas, lengths = geodesy.area_km2(shapes), geodesy.length_km(shapes)
    assert areas[[1, 2, 3]].tolist() == [0.0, 0.0, 0.0]
    assert areas[0] == geodesy.area_km2(shapes[:1])[0]
    assert areas[4] == geodesy.area_km2(shapes[4:])[0]
    assert lengths[3] == pytest.approx(110.95, abs=0.05)
    assert lengths[4] == geodesy.length_km(shapes[4:])[0]
    assert geodesy.area_km2([]).shape == geodesy.length_km([]).shape == (0,)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    st.sampled_from(["longitude and latitude", "UTM", "Web Mercator", "feet"]),
    st.lists(st.tuples(*[st.floats(0.05, 0.95)] * 2, st.floats(0.0, 3.14)), min_size=1, max_size=4),
)
def test_cut_polygons_sum_to_the_whole(name, cuts):
    crs, wkt, _ = CASES[name]
    shape = shapely.from_wkt(wkt)
    west, south, east, north = shape.bounds
    reach = (east - west) + (north - south)
    lines = []
    for across, up, angle in cuts:
        middle = np.array([west + across * (east - west), south + up * (north - south)])
        step = reach * np.array([np.cos(angle), np.sin(angle)])
        lines.append(shapely.LineString([middle - step, middle + step]))
    geodesy = Geodesy(crs)
    parts = cut_up(shape, lines)
    assert geodesy.area_km2(parts).sum() == pytest.approx(geodesy.area_km2([shape])[0], rel=1e-9)


@pytest.mark.parametrize("crs", [LONLAT, "OGC:CRS84", pyproj.CRS("EPSG:4326").to_wkt()])
def test_all_names_of_wgs84_degrees_give_the_same_to_the_last_digit(crs):
    shape = shapely.from_wkt(SLANTED_DEG)
    assert Geodesy(crs).area_km2([shape])[0] == Geodesy(LONLAT).area_km2([shape])[0]


@pytest.mark.parametrize("crs", ["EPSG:999999", "no such thing", ""])
def test_what_is_no_crs_is_refused(crs):
    with pytest.raises(CrsError):
        Geodesy(crs)


def test_coordinates_outside_the_crs_are_refused_with_its_name():
    nowhere = shapely.box(1e9, 1e9, 1.1e9, 1.1e9)
    with pytest.raises(CrsError, match="UTM zone 37N"):
        Geodesy("EPSG:32637").area_km2([nowhere])


def test_the_units_of_a_metre_are_those_of_the_direction_in_which_it_takes_most():
    rng = np.random.default_rng(7)
    metric = rng.normal(size=(500, 2, 2)) * 10.0 ** rng.integers(-3, 6, (500, 1, 1))
    smallest = np.array([np.linalg.svd(each, compute_uv=False)[-1] for each in metric])
    assert most_units_per_metre(metric) == pytest.approx(1.0 / smallest, rel=1e-9)
    assert np.isfinite(most_units_per_metre(np.zeros((1, 2, 2)))).all()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32637"])
def test_a_figure_does_not_depend_on_what_is_measured_with_it(crs):
    geodesy, dice = Geodesy(crs), np.random.default_rng(7)
    scale = 1.0 if crs == "EPSG:4326" else 100_000.0
    polygons = []
    for corners in dice.integers(3, 120, 1500).tolist():
        angles = np.linspace(0.0, 2.0 * np.pi, corners, endpoint=False)
        around = np.column_stack([np.cos(angles), np.sin(angles)])
        reach = dice.uniform(0.1, 1.0, (corners, 1))
        polygons.append(shapely.Polygon((np.array([4.0, 36.0]) + around * reach) * scale))
    for measure in (geodesy.area_km2, geodesy.length_km):
        alone = [float(measure([polygon])[0]) for polygon in polygons]
        assert measure(polygons).tolist() == alone
