"""What is left out as too far away never changes the distance that is measured."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from enclave_watch.core.borders import border_of_lines
from enclave_watch.core.geodesy import Geodesy
from enclave_watch.core.model import NamedGeometry
from enclave_watch.core.roughly import RoughOutline, closest
from enclave_watch.core.stretches import BorderRuler
from enclave_watch.tests.core.helpers.build import geography_of, run, series_of
from enclave_watch.tests.core.helpers.histories import square

DEGREES = Geodesy("EPSG:4326")
RANDOM = np.random.default_rng(7)
# a border that winds from 30 to 40 degrees east
ZIGZAG = shapely.linestrings([(lon, 48 + 0.3 * (lon % 2)) for lon in np.linspace(30, 40, 60)])


def border():
    return border_of_lines([NamedGeometry("Land", ZIGZAG)], DEGREES)


def blob(lon: float, lat: float, size_deg: float):
    """A polygon of 2,000 vertices with a jagged edge."""
    turn = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    reach = size_deg * RANDOM.uniform(0.7, 1.0, len(turn))
    return shapely.polygons(
        np.column_stack([lon + reach * np.cos(turn), lat + reach * np.sin(turn)])
    )


def measured_km(polygon) -> float:
    """The distance by pyproj's Geod, point by point, with nothing left out that may be nearest."""
    lines = shapely.segmentize([polygon.exterior, ZIGZAG], 0.01)
    one, two = (shapely.get_coordinates(each) for each in lines)
    scale = np.array([np.cos(np.radians(one[:, 1].mean())), 1.0])
    away = np.array([np.hypot(*((two - place) * scale).T) for place in one])
    near, beside = np.nonzero(away <= 1.1 * away.min())
    return pyproj.Geod(ellps="WGS84").inv(*one[near].T, *two[beside].T)[2].min() / 1000


@pytest.mark.parametrize(
    ("lon", "lat", "size_deg"),
    [(35, 47, 0.1), (35, 47, 0.8), (35, 46, 1.7), (31, 50, 0.5), (42, 46, 0.5), (28, 48.1, 0.01)],
)
def test_the_distance_is_that_of_all_edges_to_all_of_the_border(lon, lat, size_deg):
    polygon = blob(lon, lat, size_deg)
    outline = RoughOutline.of(polygon, DEGREES)
    distance_km, neighbour = border().nearest(outline)
    assert neighbour == "Land"
    # a kilometre lies between points of the other
    assert distance_km == pytest.approx(measured_km(polygon), rel=1e-3)
    least_km = border().least_km(outline)
    assert least_km <= distance_km
    assert least_km >= 0.9 * distance_km - 2.5 * 111 * size_deg - 20


def test_few_edges_are_left_to_measure():
    outline = RoughOutline.of(blob(35, 46, 1.0), DEGREES)
    mine, theirs = closest(outline, border().rough)
    assert 0 < len(mine) < len(outline.edges) / 20
    assert len(np.unique(theirs)) < len(border().segments) / 20


def test_an_edge_of_1000_km_along_a_parallel_counts_where_it_bulges():
    # along 60 degrees north, 15 km from the border in the middle, where no vertex is
    polygon = shapely.from_wkt("POLYGON((20 60, 40 60, 40 61, 20 61, 20 60))")
    line = shapely.from_wkt("LINESTRING(29 59.8, 31 59.8)")
    found = border_of_lines([NamedGeometry("Land", line)], DEGREES)
    outline = RoughOutline.of(polygon, DEGREES)
    distance_km, _ = found.nearest(outline)
    # a fifth of a degree of the meridian, 111.4 km to the degree there
    assert distance_km == pytest.approx(0.2 * 111.41, abs=0.01)
    assert found.least_km(outline) <= distance_km


def test_the_nearest_of_many_enclaves_is_found_whatever_their_order():
    countries = {"Home": square(0, 0, 900), "Land": square(900, 0, 100, 900)}
    # some small ones, and a large one whose middle is farther away than theirs
    held = [
        ("Red", square(x, y, size))
        for x, y, size in [(700, 100, 20), (690, 800, 20), (300, 300, 400), (200, 100, 20)]
    ]
    enclaves = run(held, countries=countries).enclaves
    ruler = BorderRuler(geography_of(series_of(held), countries=countries))
    each_km = [ruler.nearest_km([enclave], "Land") for enclave in enclaves]
    assert len(set(each_km)) == len(held)
    # from 720 to 900, half of a per cent more for the edge of the zone
    assert min(each_km) == pytest.approx(180, rel=0.01)
    for order in (enclaves, enclaves[::-1]):
        assert BorderRuler(geography_of(series_of(held), countries=countries)).nearest_km(
            order, "Land"
        ) == pytest.approx(min(each_km), abs=1e-9)
    assert ruler.nearest_km([], "Land") is None
