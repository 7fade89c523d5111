"""Border contact: measured on the border, without overshoot at the ends."""

from __future__ import annotations

import pytest
import shapely

from enclave_watch.core.model import SEA, Parameters, Status
from enclave_watch.tests.core.helpers.build import (
    EAST_M,
    NORTH_M,
    UTM,
    contacts_km,
    in_km,
    one,
    run,
)
from enclave_watch.tests.core.helpers.truth import true_distance_km, true_length_km

KM = 1 / 0.9996
HOME = "POLYGON((-100 0, 100 0, 100 200, -100 200, -100 0))"
SOUTH = "POLYGON((-100 -100, 100 -100, 100 0, -100 0, -100 -100))"
EAST = "POLYGON((100 0, 200 0, 200 200, 100 200, 100 0))"
COUNTRIES = {"Home": HOME, "South": SOUTH, "East": EAST}


def contact(shape, *, countries=None, border_lines=None, **parameters):
    if border_lines is None:
        countries = countries or COUNTRIES
    found = run(
        [("A", shape)],
        countries=countries,
        border_lines=border_lines,
        parameters=Parameters(**parameters),
    )
    return one(found, "A")


def true_km(line):
    return true_length_km(in_km(line), UTM, step=500.0)


@pytest.mark.parametrize("away_km", [0.0, 0.25, 0.9])
def test_a_rectangle_beside_a_straight_border_has_exactly_its_own_length(away_km):
    shape = f"POLYGON((-40 {away_km}, 45 {away_km}, 45 20, -40 20, -40 {away_km}))"
    enclave = contact(shape)
    assert contacts_km(enclave) == pytest.approx(
        {"South": true_km("LINESTRING(-40 0, 45 0)")}, rel=1e-5
    )
    assert enclave.border_km == pytest.approx(85 * KM, rel=1e-4)
    assert enclave.status is Status.BORDER
    assert (enclave.border_dist_km, enclave.border_nearest) == (None, None)


def test_the_line_of_a_contact_runs_on_the_border_and_is_as_long_as_it_says():
    (found,) = contact("POLYGON((-40 0.25, 45 0.25, 45 20, -40 20, -40 0.25))").contacts
    expected = in_km("LINESTRING(-40 0, 45 0)")
    assert shapely.hausdorff_distance(found.geometry, expected) < 1.0
    assert found.length_km == pytest.approx(
        true_length_km(found.geometry, UTM, step=500.0), rel=1e-6
    )


@pytest.mark.parametrize(("tolerance_m", "count"), [(249.0, 0), (251.0, 1)])
def test_the_tolerance_decides_to_the_metre_of_ground(tolerance_m, count):
    shape = "POLYGON((-40 0.25, 45 0.25, 45 20, -40 20, -40 0.25))"
    enclave = contact(shape, tolerance_m=tolerance_m)
    assert len(enclave.contacts) == count
    if count:
        assert enclave.border_km == pytest.approx(85 * KM, rel=1e-4)
    else:
        assert enclave.border_dist_km == pytest.approx(0.25 * KM, rel=1e-4)


def test_without_tolerance_only_what_is_on_the_border_is_contact():
    on_it = "POLYGON((-40 0, 45 0, 45 20, -40 20, -40 0))"
    assert contact(on_it, tolerance_m=0.0).border_km == pytest.approx(85 * KM, rel=1e-5)
    off_it = "POLYGON((-40 0.001, 45 0.001, 45 20, -40 20, -40 0.001))"
    assert contact(off_it, tolerance_m=0.0).contacts == ()


def test_an_outline_that_spills_over_the_border_has_the_border_inside_it():
    shape = "POLYGON((-40 -5, 45 -5, 45 20, -40 20, -40 -5))"
    assert contact(shape).border_km == pytest.approx(85 * KM, rel=1e-4)
    assert contact(shape, tolerance_m=0.0).border_km == pytest.approx(85 * KM, rel=1e-4)


def test_at_a_corner_of_the_country_each_neighbour_has_its_own_stretch():
    shape = "POLYGON((80 0.2, 99.8 0.2, 99.8 30, 80 30, 80 0.2))"
    enclave = contact(shape)
    # both borders end in the corner: their stretches end at the foot of the enclave's corner
    assert contacts_km(enclave) == pytest.approx({"South": 19.8 * KM, "East": 29.8 * KM}, abs=0.25)
    assert [each.neighbour for each in enclave.contacts] == ["East", "South"]


def test_two_towers_are_two_stretches_and_what_lies_between_is_none():
    towers = "POLYGON((-40 0.5, -20 0.5, -20 10, 20 10, 20 0.5, 40 0.5, 40 20, -40 20, -40 0.5))"
    enclave = contact(towers)
    assert enclave.border_km == pytest.approx(40 * KM, rel=1e-3)
    (found,) = enclave.contacts
    assert len(shapely.get_parts(found.geometry)) == 2


def test_a_recess_within_the_tolerance_is_bridged_and_one_beyond_it_is_not():
    def notch(depth_km):
        return (
            f"POLYGON((-40 0.5, -5 0.5, -5 {depth_km}, 5 {depth_km}, 5 0.5, 40 0.5, 40 20, "
            "-40 20, -40 0.5))"
        )

    assert contact(notch(0.9)).border_km == pytest.approx(80 * KM, rel=1e-3)
    assert contact(notch(5)).border_km == pytest.approx(70 * KM, rel=1e-3)


def test_a_narrow_deep_recess_is_not_bridged():
    notch = "POLYGON((-40 0.5, -0.5 0.5, -0.5 15, 0.5 15, 0.5 0.5, 40 0.5, 40 20, -40 20, -40 0.5))"
    assert contact(notch).border_km == pytest.approx(79 * KM, rel=1e-3)


def test_two_pieces_on_one_stretch_have_their_own_contact_each():
    west = "POLYGON((-40 0.5, -20 0.5, -20 10, -40 10, -40 0.5))"
    east = "POLYGON((20 0.5, 50 0.5, 50 10, 20 10, 20 0.5))"
    found = run([("A", west), ("A", east)], countries=COUNTRIES)
    assert [enclave.border_km for enclave in found.enclaves] == pytest.approx(
        [30 * KM, 20 * KM], rel=1e-3
    )


def test_a_tip_that_points_at_the_border_has_what_lies_within_the_tolerance():
    # 45 degrees: the outline is within 1 km of ground on 1 km to each side
    tip = "POLYGON((0 0, 20 20, -20 20, 0 0))"
    assert contact(tip).border_km == pytest.approx(2.0, abs=0.02)


def test_shorter_than_the_least_contact_is_no_contact():
    shape = "POLYGON((0 0.25, 0.9 0.25, 0.9 5, 0 5, 0 0.25))"
    enclave = contact(shape)
    assert enclave.contacts == ()
    assert enclave.status is Status.OPEN
    assert enclave.border_dist_km == pytest.approx(0.25 * KM, rel=1e-4)
    assert enclave.border_nearest == "South"
    assert contact(shape, min_contact_km=0.5).border_km == pytest.approx(0.9 * KM, rel=1e-3)


def test_the_distance_to_the_nearest_border_is_that_between_the_closest_points():
    enclave = contact("POLYGON((60 33, 93 33, 93 50, 60 50, 60 33))")
    truth = true_distance_km(
        (EAST_M + 93_000, NORTH_M + 40_000), (EAST_M + 100_000, NORTH_M + 40_000), UTM
    )
    assert enclave.border_dist_km == pytest.approx(truth, rel=1e-4)
    assert enclave.border_nearest == "East"


def test_the_sea_is_a_neighbour_and_makes_a_coast():
    enclave = contact("POLYGON((-99.5 20, -50 20, -50 60, -99.5 60, -99.5 20))")
    assert contacts_km(enclave) == pytest.approx({SEA: 40 * KM}, rel=1e-3)
    assert enclave.status is Status.COAST


def test_a_border_with_a_country_makes_the_status_border_even_where_the_coast_is_longer():
    enclave = contact("POLYGON((-99.5 0.5, -80 0.5, -80 60, -99.5 60, -99.5 0.5))")
    assert enclave.contacts[0].neighbour == SEA
    assert enclave.status is Status.BORDER


def test_around_an_island_the_contact_is_the_whole_coast():
    island = "POLYGON((0 0, 30 0, 30 30, 0 30, 0 0))"
    enclave = contact(
        "POLYGON((0.2 0.2, 29.8 0.2, 29.8 29.8, 0.2 29.8, 0.2 0.2))", countries={"Home": island}
    )
    assert contacts_km(enclave) == pytest.approx({SEA: 120 * KM}, rel=1e-3)


@pytest.mark.parametrize("turn", range(4))
def test_contact_over_the_seam_of_a_ring_is_one_stretch(turn):
    corners = [(0, 0), (30, 0), (30, 30), (0, 30)]
    ring = corners[turn:] + corners[: turn + 1]
    island = "POLYGON((" + ", ".join(f"{x} {y}" for x, y in ring) + "))"
    enclave = contact("POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))", countries={"Home": island})
    assert contacts_km(enclave) == pytest.approx({SEA: 20 * KM}, rel=1e-4)
    (found,) = enclave.contacts
    assert len(shapely.get_parts(found.geometry)) == 1
    assert found.length_km == pytest.approx(true_length_km(found.geometry, UTM, step=500.0))


def test_contact_near_the_seam_of_a_ring_but_not_over_it_stays_apart():
    island = "POLYGON((0 0, 30 0, 30 30, 0 30, 0 0))"
    shape = "POLYGON((2 0.1, 10 0.1, 10 20, 8 20, 8 2, 2 2, 2 0.1))"
    assert contact(shape, countries={"Home": island}).border_km == pytest.approx(8 * KM, rel=1e-2)


def test_a_border_that_bends_is_followed_round_its_corners():
    # a step of 500 m in the border, and an enclave whose edge is straight
    step = "POLYGON((-100 0, 0 0, 0 0.5, 100 0.5, 100 200, -100 200, -100 0))"
    below = "POLYGON((-100 -100, 100 -100, 100 0.5, 0 0.5, 0 0, -100 0, -100 -100))"
    enclave = contact(
        "POLYGON((-40 0.6, 45 0.6, 45 20, -40 20, -40 0.6))",
        countries={"Home": step, "South": below},
    )
    assert contacts_km(enclave) == pytest.approx({"South": 85.5 * KM}, rel=1e-3)


LINES = {"Iraq": "LINESTRING(-100 0, 50 0)", "Jordan": "LINESTRING(50 0, 100 0)"}


class TestBorderLines:
    """A layer of lines with a neighbour's name in place of countries."""

    def test_contact_is_told_by_neighbour(self):
        enclave = contact(
            "POLYGON((-40 0.25, 65 0.25, 65 20, -40 20, -40 0.25))", border_lines=LINES
        )
        assert contacts_km(enclave) == pytest.approx({"Iraq": 90 * KM, "Jordan": 15 * KM}, rel=1e-4)
        assert enclave.inside_km2 is None
        assert enclave.share_country_pct is None

    def test_a_line_drawn_in_bits_and_the_other_way_is_the_same_line(self):
        bits = {
            "Iraq": "MULTILINESTRING((10 0, -100 0), (10 0, 50 0))",
            "Jordan": "LINESTRING(100 0, 50 0)",
        }
        shape = "POLYGON((-40 0.25, 65 0.25, 65 20, -40 20, -40 0.25))"
        one_way, other_way = (contact(shape, border_lines=each) for each in (LINES, bits))
        assert contacts_km(one_way) == pytest.approx(contacts_km(other_way), rel=1e-9)

    def test_past_the_end_of_a_line_there_is_no_contact(self):
        enclave = contact(
            "POLYGON((80 0.25, 165 0.25, 165 20, 80 20, 80 0.25))", border_lines=LINES
        )
        assert contacts_km(enclave) == pytest.approx({"Jordan": 20 * KM}, rel=1e-3)

    def test_shares_of_the_country_need_the_reference_area(self):
        enclave = contact(
            "POLYGON((0 10, 10 10, 10 20, 0 20, 0 10))",
            border_lines=LINES,
            reference_area_km2=10_000.0,
        )
        assert enclave.share_country_pct == pytest.approx(KM**2, rel=1e-3)
        assert enclave.border_dist_km == pytest.approx(10 * KM, rel=1e-4)
