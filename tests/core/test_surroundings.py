"""Shares, provinces, places, outside ground and ranks."""

from __future__ import annotations

import pytest
import shapely

from enclave_watch.core.model import Parameters
from enclave_watch.tests.core.helpers.build import Log, enclaves_of, in_km, one, run

KM2 = 1 / 0.9996**2
HOME = "POLYGON((0 0, 100 0, 100 100, 0 100, 0 0))"
WEST = "POLYGON((0 0, 50 0, 50 100, 0 100, 0 0))"
EAST = "POLYGON((50 0, 100 0, 100 100, 50 100, 50 0))"
FOREIGN = "POLYGON((100 0, 150 0, 150 100, 100 100, 100 0))"
PROVINCES = {"West": WEST, "East": EAST, "Foreign": FOREIGN}


def surveyed(held, *, feedback=None, places=None, provinces=None, **parameters):
    return run(
        held,
        countries={"Home": HOME, "Abroad": FOREIGN},
        provinces=PROVINCES if provinces is None else provinces,
        places=places,
        parameters=Parameters(**parameters),
        feedback=feedback,
    )


def provinces_pct(enclave):
    return {share.name: share.share_pct for share in enclave.provinces}


def test_provinces_share_an_enclave_and_the_largest_share_comes_first():
    enclave = one(surveyed([("A", "POLYGON((20 10, 60 10, 60 20, 20 20, 20 10))")]), "A")
    assert [share.name for share in enclave.provinces] == ["West", "East"]
    assert provinces_pct(enclave) == pytest.approx({"West": 75.0, "East": 25.0}, abs=0.01)
    assert enclave.provinces[0].area_km2 == pytest.approx(300 * KM2, rel=1e-4)


def test_a_presence_smaller_than_the_least_is_none():
    held = [("A", "POLYGON((20 10, 50.05 10, 50.05 20, 20 20, 20 10))")]
    assert list(provinces_pct(one(surveyed(held), "A"))) == ["West"]
    assert list(provinces_pct(one(surveyed(held, min_presence_km2=0.4), "A"))) == ["West", "East"]


def test_a_tiny_enclave_is_told_with_its_province_all_the_same():
    held = [("A", "POLYGON((20 10, 20.1 10, 20.1 10.1, 20 10.1, 20 10))")]
    assert provinces_pct(one(surveyed(held), "A")) == pytest.approx({"West": 100.0})


def test_an_enclave_of_many_polygons_has_the_provinces_of_all_of_them():
    held = [
        ("A", "POLYGON((20 10, 40 10, 40 20, 20 20, 20 10))"),
        ("A", "POLYGON((40 10, 60 10, 60 20, 40 20, 40 10))"),
        ("A", "POLYGON((20 20, 60 20, 60 30, 20 30, 20 20))"),
    ]
    assert provinces_pct(one(surveyed(held), "A")) == pytest.approx(
        {"West": 75.0, "East": 25.0}, abs=0.01
    )


def test_overlapping_polygons_count_once_in_provinces_and_country():
    held = [
        ("A", "POLYGON((20 10, 60 10, 60 20, 20 20, 20 10))"),
        ("A", "POLYGON((45 10, 60 10, 60 20, 45 20, 45 10))"),
    ]
    enclave = one(surveyed(held), "A")
    assert provinces_pct(enclave) == pytest.approx({"West": 75.0, "East": 25.0}, abs=0.01)
    assert enclave.inside_km2 == pytest.approx(400 * KM2, rel=1e-4)


def test_ground_abroad_counts_in_the_area_and_not_in_shares():
    log = Log()
    held = [("A", "POLYGON((80 10, 120 10, 120 20, 80 20, 80 10))")]
    enclave = one(surveyed(held, feedback=log), "A")
    assert enclave.area_km2 == pytest.approx(400 * KM2, rel=1e-3)
    assert enclave.inside_km2 == pytest.approx(200 * KM2, rel=1e-3)
    assert enclave.share_country_pct == pytest.approx(2.0, rel=1e-3)
    assert provinces_pct(enclave) == pytest.approx({"East": 100.0})
    assert any("50.0 % of the ground held lies outside the home country" in w for w in log.warnings)


def test_a_little_ground_abroad_is_not_worth_a_warning():
    log = Log()
    held = [("A", "POLYGON((0.5 10, 100.05 10, 100.05 20, 0.5 20, 0.5 10))")]
    surveyed(held, feedback=log)
    assert not any("outside the home country" in text for text in log.warnings)


def test_ground_wholly_abroad_has_no_share_and_no_province():
    enclave = one(surveyed([("A", "POLYGON((120 10, 130 10, 130 20, 120 20, 120 10))")]), "A")
    assert (enclave.inside_km2, enclave.share_country_pct) == (0.0, 0.0)
    assert enclave.provinces == ()


def test_the_reference_area_takes_the_place_of_the_country_s_own():
    held = [("A", "POLYGON((20 10, 60 10, 60 20, 20 20, 20 10))")]
    assert one(surveyed(held), "A").share_country_pct == pytest.approx(4.0, rel=1e-3)
    enclave = one(surveyed(held, reference_area_km2=2000.0), "A")
    assert enclave.share_country_pct == pytest.approx(20.0 * KM2, rel=1e-3)


def test_shares_of_the_faction_sum_to_the_whole_and_the_largest_is_main():
    held = [
        ("A", "POLYGON((20 10, 25 10, 25 20, 20 20, 20 10))"),
        ("A", "POLYGON((30 10, 45 10, 45 20, 30 20, 30 10))"),
        ("B", "POLYGON((60 10, 65 10, 65 20, 60 20, 60 10))"),
    ]
    found = surveyed(held)
    first, second = enclaves_of(found, "A")
    assert (first.rank, first.main, second.rank, second.main) == (1, True, 2, False)
    assert first.area_km2 > second.area_km2
    assert first.share_faction_pct == pytest.approx(75.0, rel=1e-3)
    assert first.share_faction_pct + second.share_faction_pct == pytest.approx(100.0)
    assert (one(found, "B").rank, one(found, "B").main) == (1, True)


def test_equal_enclaves_are_ranked_from_west_to_east_in_any_order():
    squares = [shapely.box(lon, 35, lon + 0.5, 35.5) for lon in (42, 44, 41)]
    for order in (squares, squares[::-1]):
        found = run(
            [("A", square) for square in order],
            crs="EPSG:4326",
            countries={"Home": shapely.box(30, 30, 50, 40)},
        )
        assert len({enclave.area_km2 for enclave in found.enclaves}) == 1
        assert [round(enclave.lon) for enclave in found.enclaves] == [41, 42, 44]
        assert [enclave.rank for enclave in found.enclaves] == [1, 2, 3]


def test_small_enclaves_are_among_the_results_and_in_the_shares():
    held = [
        ("A", "POLYGON((20 10, 25 10, 25 20, 20 20, 20 10))"),
        ("A", "POLYGON((30 10, 30.1 10, 30.1 10.1, 30 10.1, 30 10))"),
    ]
    assert len(surveyed(held, min_area_km2=5.0).enclaves) == 2


def test_places_inside_are_named_in_alphabetical_order():
    places = {"Zaid": "POINT(30 15)", "Abu": "POINT(25 12)", "Out": "POINT(70 70)"}
    held = [
        ("A", "POLYGON((20 10, 28 10, 28 20, 20 20, 20 10))"),
        ("A", "POLYGON((28 10, 40 10, 40 20, 28 20, 28 10))"),
    ]
    assert one(surveyed(held, places=places), "A").places == ("Abu", "Zaid")


def test_a_place_on_the_edge_between_two_polygons_is_named_once():
    held = [
        ("A", "POLYGON((20 10, 28 10, 28 20, 20 20, 20 10))"),
        ("A", "POLYGON((28 10, 40 10, 40 20, 28 20, 28 10))"),
    ]
    assert one(surveyed(held, places={"Edge": "POINT(28 15)"}), "A").places == ("Edge",)


def test_a_place_in_a_hole_is_not_inside():
    ring = "POLYGON((20 10, 40 10, 40 30, 20 30, 20 10), (25 15, 35 15, 35 25, 25 25, 25 15))"
    assert one(surveyed([("A", ring)], places={"Hole": "POINT(30 20)"}), "A").places == ()


def test_a_province_that_reaches_abroad_counts_only_inside():
    provinces = {"Wide": "POLYGON((50 0, 150 0, 150 100, 50 100, 50 0))"}
    held = [("A", "POLYGON((80 10, 120 10, 120 20, 80 20, 80 10))")]
    (share,) = one(surveyed(held, provinces=provinces), "A").provinces
    assert (share.name, share.share_pct) == ("Wide", pytest.approx(100.0))
    assert share.area_km2 == pytest.approx(200 * KM2, rel=1e-3)


def test_the_geometry_of_an_enclave_is_what_was_drawn():
    shape = "POLYGON((20 10, 60 10, 60 20, 20 20, 20 10))"
    assert shapely.equals(one(surveyed([("A", shape)]), "A").geometry, in_km(shape))
