"""The border of the home country: a line a neighbour, and the sea."""

from __future__ import annotations

import pytest
import shapely

from enclave_watch.core.errors import BorderError
from enclave_watch.core.model import SEA, Parameters
from enclave_watch.tests.core.helpers.build import UTM, Log, geography_of, in_km, series_of
from enclave_watch.tests.core.helpers.drawing import jittered
from enclave_watch.tests.core.helpers.truth import true_length_km

KM = 1 / 0.9996
HELD = [("A", "POLYGON((10 10, 20 10, 20 20, 10 20, 10 10))")]
HOME = "POLYGON((0 0, 60 0, 60 40, 0 40, 0 0))"
SOUTH = "POLYGON((0 0, 0 -20, 60 -20, 60 0, 0 0))"
EAST = "POLYGON((60 -20, 90 -20, 90 20, 60 20, 60 -20))"
COUNTRIES = {"Home": HOME, "South": SOUTH, "East": EAST}
LENGTHS = {"East": 20 * KM, "South": 60 * KM, SEA: 120 * KM}


def borders_km(countries, *, home=("Home",), feedback=None, **parameters):
    geography = geography_of(
        series_of(HELD),
        countries=countries,
        home=home,
        parameters=Parameters(**parameters),
        feedback=feedback,
    )
    return {line.neighbour: line.length_km for line in geography.borders}


@pytest.mark.parametrize("snap_m", [0.0, 25.0])
def test_each_neighbour_has_its_stretch_and_the_sea_the_rest(snap_m):
    found = borders_km(COUNTRIES, snap_m=snap_m)
    assert found == pytest.approx(LENGTHS, rel=1e-4)
    assert list(found) == ["East", "South", SEA]


def test_the_lines_lie_on_the_outline_of_the_home_country():
    geography = geography_of(series_of(HELD), countries=COUNTRIES)
    lines = {line.neighbour: line for line in geography.borders}
    assert shapely.hausdorff_distance(lines["South"].geometry, in_km("LINESTRING(0 0, 60 0)")) < 1
    for line in geography.borders:
        assert shapely.distance(line.geometry, shapely.boundary(in_km(HOME))) < 0.001
        assert line.length_km == pytest.approx(
            true_length_km(line.geometry, UTM, step=500.0), rel=1e-6
        )


@pytest.mark.parametrize(("by_m", "every_m"), [(0.01, 1000), (2, 1000), (2, 200), (2, 60)])
def test_outlines_with_vertices_of_their_own_share_the_same_border(by_m, every_m):
    drawn = {
        name: jittered(in_km(shape), by_m=by_m, every_m=every_m, seed=seed)
        for seed, (name, shape) in enumerate(COUNTRIES.items())
    }
    assert borders_km(drawn) == pytest.approx(LENGTHS, rel=0.005)


def test_a_gap_of_20_m_is_the_same_border():
    south = "POLYGON((0 -0.02, 0 -20, 60 -20, 60 -0.02, 0 -0.02))"
    assert borders_km({**COUNTRIES, "South": south}) == pytest.approx(LENGTHS, rel=0.002)


def test_an_overlap_of_20_m_is_the_same_border():
    south = "POLYGON((0 0.02, 0 -20, 60 -20, 60 0.02, 0 0.02))"
    assert borders_km({**COUNTRIES, "South": south}) == pytest.approx(LENGTHS, rel=0.002)


def test_a_t_junction_and_missing_vertices_make_no_sea_on_dry_land():
    home = "POLYGON((0 0, 20 0.004, 60 0, 60 20, 60 40, 0 40, 0 0))"
    east = "POLYGON((60.003 -20, 90 -20, 90 20, 60.003 20, 60.003 -20))"
    assert borders_km({"Home": home, "South": SOUTH, "East": east}) == pytest.approx(
        LENGTHS, rel=0.002
    )


def test_a_country_a_little_off_counts_as_sea_and_a_warning_says_so():
    log = Log()
    south = "POLYGON((0 -0.4, 0 -20, 60 -20, 60 -0.4, 0 -0.4))"
    found = borders_km({"Home": HOME, "South": south}, feedback=log)
    assert found == pytest.approx({SEA: 200 * KM}, rel=1e-4)
    assert any(" within 1,000 m of South " in text for text in log.warnings)
    assert "South" in borders_km({"Home": HOME, "South": south}, snap_m=450.0)


def test_several_home_countries_have_the_border_of_both_together():
    found = borders_km(
        {**COUNTRIES, "Far": "POLYGON((90 -20, 99 -20, 99 20, 90 20, 90 -20))"},
        home=("Home", "South"),
    )
    # East: 20 km beside Home, 20 km beside South; nothing between the two
    assert found == pytest.approx({"East": 40 * KM, SEA: 200 * KM}, rel=1e-3)


def test_a_country_wholly_inside_the_home_country_is_a_neighbour():
    home = "POLYGON((0 0, 60 0, 60 40, 0 40, 0 0), (20 10, 40 10, 40 30, 20 30, 20 10))"
    inner = "POLYGON((20 10, 40 10, 40 30, 20 30, 20 10))"
    assert borders_km({"Home": home, "Inner": inner}) == pytest.approx(
        {"Inner": 80 * KM, SEA: 200 * KM}, rel=1e-4
    )


def test_a_lake_that_nobody_holds_is_sea():
    home = "POLYGON((0 0, 60 0, 60 40, 0 40, 0 0), (20 10, 40 10, 40 30, 20 30, 20 10))"
    assert borders_km({"Home": home}) == pytest.approx({SEA: 280 * KM}, rel=1e-4)


def test_two_polygons_of_one_name_are_one_country():
    halves = shapely.MultiPolygon(
        [
            in_km("POLYGON((0 0, 30 0, 30 40, 0 40, 0 0))"),
            in_km("POLYGON((30 0, 60 0, 60 40, 30 40, 30 0))"),
        ]
    )
    assert borders_km({**COUNTRIES, "Home": halves}) == pytest.approx(LENGTHS, rel=1e-4)


def test_border_lines_of_one_neighbour_are_summed_and_named():
    geography = geography_of(
        series_of(HELD),
        border_lines={
            "Iraq": "MULTILINESTRING((0 0, 30 0), (30 0, 60 0))",
            "Turkey": "LINESTRING(0 40, 60 40)",
        },
    )
    assert {line.neighbour: line.length_km for line in geography.borders} == pytest.approx(
        {"Iraq": 60 * KM, "Turkey": 60 * KM}, rel=1e-4
    )
    assert geography.home is None
    assert geography.home_area_km2 is None


def test_border_lines_without_length_are_refused():
    with pytest.raises(BorderError, match="no line with any length"):
        geography_of(series_of(HELD), border_lines={"Iraq": shapely.LineString()})
