"""Front lines: whom a perimeter faces, and what stays open."""

from __future__ import annotations

import itertools

import pytest

from enclave_watch.core.model import Parameters, Status
from enclave_watch.tests.core.helpers.build import (
    Log,
    enclaves_of,
    fronts_km,
    in_km,
    one,
    run,
    shares_pct,
)

KM = 1 / 0.9996  # a kilometre of the grid, in kilometres of ground

MIDDLE = "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))"
FRAME = "POLYGON((-10 -10, 20 -10, 20 20, -10 20, -10 -10), (0 0, 10 0, 10 10, 0 10, 0 0))"
WEST = "POLYGON((-10 -10, 5 -10, 5 0, 0 0, 0 10, 5 10, 5 20, -10 20, -10 -10))"
EAST = "POLYGON((5 -10, 20 -10, 20 20, 5 20, 5 10, 10 10, 10 0, 5 0, 5 -10))"


def test_an_enclave_wholly_within_another_faction_is_encircled_by_it():
    found = run([("A", MIDDLE), ("B", FRAME)])
    middle = one(found, "A")
    assert (middle.status, middle.enclosed_by) == (Status.ENCIRCLED, ("B",))
    assert shares_pct(middle) == pytest.approx({"B": 100.0})
    assert middle.front_km == pytest.approx(40 * KM, rel=1e-5)
    frame = one(found, "B")
    assert (frame.status, frame.enclosed_by) == (Status.OPEN, ())
    assert shares_pct(frame) == pytest.approx({"A": 25.0}, abs=0.001)


def test_an_enclave_between_two_factions_is_besieged_by_both():
    middle = one(run([("A", MIDDLE), ("B", WEST), ("C", EAST)]), "A")
    assert (middle.status, middle.enclosed_by) == (Status.BESIEGED, ("B", "C"))
    assert shares_pct(middle) == pytest.approx({"B": 50.0, "C": 50.0}, abs=0.001)


def test_those_around_are_named_with_the_longest_front_first():
    three = "POLYGON((7 -10, 20 -10, 20 20, 7 20, 7 10, 10 10, 10 0, 7 0, 7 -10))"
    rest = "POLYGON((-10 -10, 7 -10, 7 0, 0 0, 0 10, 7 10, 7 20, -10 20, -10 -10))"
    middle = one(run([("A", MIDDLE), ("B", three), ("C", rest)]), "A")
    assert middle.enclosed_by == ("C", "B")
    assert [front.faction for front in middle.fronts] == ["C", "B"]
    assert shares_pct(middle) == pytest.approx({"C": 60.0, "B": 40.0}, abs=0.001)


def opening(width_m: int) -> str:
    """Leave an opening to the south in the frame, `width_m` wide, 10 km deep."""
    low, high = 5 - width_m / 2000, 5 + width_m / 2000
    return (
        f"POLYGON((-10 -10, {low} -10, {low} 0, 0 0, 0 10, 10 10, 10 0, {high} 0, {high} -10, "
        "20 -10, 20 20, -10 20, -10 -10))"
    )


@pytest.mark.parametrize(
    ("width_m", "status"), [(0, "encircled"), (20, "encircled"), (300, "open"), (5000, "open")]
)
def test_an_opening_of_300_m_leaves_an_enclave_open(width_m, status):
    shape = FRAME if width_m == 0 else opening(width_m)
    middle = one(run([("A", MIDDLE), ("B", shape)]), "A")
    assert middle.status.value == status
    assert shares_pct(middle)["B"] == pytest.approx(100 * (1 - width_m / 40_000), abs=0.13)


def test_without_snapping_an_opening_of_500_m_is_open():
    middle = one(run([("A", MIDDLE), ("B", opening(500))], parameters=Parameters(snap_m=0.0)), "A")
    assert middle.status is Status.OPEN
    assert shares_pct(middle)["B"] == pytest.approx(100 * 39.5 / 40, abs=0.001)


def test_without_snapping_an_opening_of_50_m_is_open():
    middle = one(run([("A", MIDDLE), ("B", opening(50))], parameters=Parameters(snap_m=0.0)), "A")
    assert middle.status is Status.OPEN


def test_a_front_is_with_the_nearest_of_two_within_the_snap_distance():
    """C is a ribbon of 15 m between A and B."""
    ribbon = "POLYGON((10 0, 10.015 0, 10.015 10, 10 10, 10 0))"
    behind = "POLYGON((10.015 0, 20 0, 20 10, 10.015 10, 10.015 0))"
    found = run([("A", MIDDLE), ("B", behind), ("C", ribbon)])
    assert fronts_km(one(found, "A")) == pytest.approx({"C": 10 * KM}, rel=0.01)
    assert fronts_km(one(found, "B")) == pytest.approx({"C": 10 * KM}, rel=0.01)


def test_many_small_openings_leave_an_enclave_open():
    """Four of 200 m: none is wide, but together they are two per cent of the perimeter."""
    frame = (
        "MULTIPOLYGON(((5.1 -10, 20 -10, 20 4.9, 10 4.9, 10 0, 5.1 0, 5.1 -10)), "
        "((20 5.1, 20 20, 5.1 20, 5.1 10, 10 10, 10 5.1, 20 5.1)), "
        "((4.9 20, -10 20, -10 5.1, 0 5.1, 0 10, 4.9 10, 4.9 20)), "
        "((-10 4.9, -10 -10, 4.9 -10, 4.9 0, 0 0, 0 4.9, -10 4.9)))"
    )
    middle = one(run([("A", MIDDLE), ("B", frame)]), "A")
    assert middle.status is Status.OPEN
    assert shares_pct(middle) == pytest.approx({"B": 98.0}, abs=0.3)


def test_an_alliance_that_surrounds_an_enclave_is_one():
    middle = one(run([("A", MIDDLE), ("B", WEST), ("B", EAST)]), "A")
    assert (middle.status, middle.enclosed_by) == (Status.ENCIRCLED, ("B",))


def test_an_enclave_at_a_triple_point_faces_each_of_three_along_its_own_stretch():
    triangle = "POLYGON((0 0, 12 0, 0 9, 0 0))"
    south = "POLYGON((0 0, 0 -9, 12 -9, 12 0, 0 0))"
    west = "POLYGON((0 0, 0 9, -9 9, -9 0, 0 0))"
    slope = "POLYGON((12 0, 12 9, 0 9, 12 0))"
    middle = one(run([("A", triangle), ("B", south), ("C", west), ("D", slope)]), "A")
    assert fronts_km(middle) == pytest.approx({"B": 12 * KM, "C": 9 * KM, "D": 15 * KM}, rel=1e-5)
    assert middle.status is Status.BESIEGED


def test_factions_that_meet_in_a_point_have_no_front():
    corner = "POLYGON((10 10, 20 10, 20 20, 10 20, 10 10))"
    found = run([("A", MIDDLE), ("B", corner)])
    assert one(found, "A").fronts == ()
    assert one(found, "B").fronts == ()


def test_a_hole_that_another_faction_fills_is_front_and_one_that_nobody_holds_is_open():
    ring = "POLYGON((0 0, 20 0, 20 20, 0 20, 0 0), (5 5, 15 5, 15 15, 5 15, 5 5))"
    core = "POLYGON((5 5, 15 5, 15 15, 5 15, 5 5))"
    around = "POLYGON((-5 -5, 25 -5, 25 25, -5 25, -5 -5), (0 0, 20 0, 20 20, 0 20, 0 0))"
    filled = enclaves_of(run([("A", ring), ("B", core), ("B", around)]), "A")[0]
    assert (filled.status, filled.enclosed_by) == (Status.ENCIRCLED, ("B",))
    assert filled.front_km == pytest.approx(120 * KM, rel=1e-5)
    hollow = one(run([("A", ring), ("B", around)]), "A")
    assert hollow.status is Status.OPEN
    assert shares_pct(hollow) == pytest.approx({"B": 100 * 80 / 120}, abs=0.001)


def test_fronts_are_mutual_on_clean_outlines():
    found = run([("A", MIDDLE), ("B", WEST), ("C", EAST)])
    for a, b in itertools.combinations("ABC", 2):
        there, back = fronts_km(one(found, a))[b], fronts_km(one(found, b))[a]
        assert there == pytest.approx(back, rel=1e-6)


def test_the_order_of_features_and_factions_does_not_matter():
    held = [("A", MIDDLE), ("B", WEST), ("C", EAST)]
    expected = {
        (each.faction, each.status, tuple(each.fronts), each.perimeter_km)
        for each in run(held).enclaves
    }
    for order in itertools.permutations(held):
        found = run(order)
        assert {
            (each.faction, each.status, tuple(each.fronts), each.perimeter_km)
            for each in found.enclaves
        } == expected


@pytest.mark.parametrize("order", list(itertools.permutations("BCD")))
def test_the_names_of_factions_do_not_matter(order):
    """Each front keeps its length whatever its faction is called and wherever it is sorted."""
    low, mid, high = order
    held = [
        ("Z", MIDDLE),
        (low, "POLYGON((0 0, 0 -9, 10 -9, 10 0, 0 0))"),
        (mid, "POLYGON((10 0, 19 0, 19 10, 10 10, 10 0))"),
        (high, "POLYGON((0 10, 10 10, 10 19, 0 19, 0 10))"),
    ]
    assert fronts_km(one(run(held), "Z")) == pytest.approx(dict.fromkeys("BCD", 10 * KM), rel=1e-4)


class TestGroundHeldTwice:
    """Two factions on one ground: counted in both, and reported."""

    STRIP = "POLYGON((8 0, 20 0, 20 10, 8 10, 8 0))"

    def test_it_counts_in_both_and_is_reported(self):
        log = Log()
        found = run([("A", MIDDLE), ("B", self.STRIP)], feedback=log)
        assert one(found, "A").area_km2 == pytest.approx(100 * KM**2, rel=1e-5)
        assert one(found, "B").area_km2 == pytest.approx(120 * KM**2, rel=1e-5)
        (contested,) = found.contested
        assert contested.factions == ("A", "B")
        assert contested.area_km2 == pytest.approx(20 * KM**2, rel=1e-5)
        assert any("contested: A + B, 20.02 km2" in text for text in log.warnings)

    def test_a_perimeter_that_runs_over_others_ground_is_front(self):
        found = run([("A", MIDDLE), ("B", self.STRIP)])
        # A: its east side, and 2 km of its north and of its south side
        assert fronts_km(one(found, "A")) == pytest.approx({"B": 14 * KM}, rel=1e-3)
        assert fronts_km(one(found, "B")) == pytest.approx({"A": 14 * KM}, rel=1e-3)

    def test_it_does_not_depend_on_the_order_of_features(self):
        held = [("A", MIDDLE), ("B", self.STRIP)]
        forth, back = run(held), run(held[::-1])
        assert forth.contested == back.contested
        for faction in "AB":
            assert one(forth, faction).fronts == one(back, faction).fronts

    def test_a_claim_wholly_inside_anothers_ground_is_encircled_by_it(self):
        inner = "POLYGON((2 2, 6 2, 6 6, 2 6, 2 2))"
        found = run([("A", inner), ("B", MIDDLE)])
        assert one(found, "A").status is Status.ENCIRCLED
        assert one(found, "B").status is Status.OPEN
        assert one(found, "B").fronts == ()

    def test_the_very_same_ground_claimed_by_two_is_contested_whole(self):
        found = run([("A", MIDDLE), ("B", MIDDLE)])
        (contested,) = found.contested
        assert contested.area_km2 == pytest.approx(100 * KM**2, rel=1e-5)
        assert [each.area_km2 for each in found.enclaves] == pytest.approx([100 * KM**2] * 2)
        for enclave in found.enclaves:
            assert enclave.front_km <= enclave.perimeter_km * (1 + 1e-9)

    def test_three_claims_make_three_pairs(self):
        found = run([("A", MIDDLE), ("B", self.STRIP), ("C", MIDDLE)])
        assert [each.factions for each in found.contested] == [
            ("A", "B"),
            ("A", "C"),
            ("B", "C"),
        ]

    def test_shares_of_the_perimeter_never_exceed_the_whole(self):
        held = [("A", MIDDLE), ("B", self.STRIP), ("C", MIDDLE), ("D", FRAME)]
        for enclave in run(held).enclaves:
            assert sum(shares_pct(enclave).values()) <= 100.0 + 1e-6

    def test_an_overlap_of_edges_only_is_not_contested(self):
        right = "POLYGON((10 0, 20 0, 20 10, 10 10, 10 0))"
        assert run([("A", MIDDLE), ("B", right)]).contested == ()


def test_the_error_of_area_is_perimeter_times_positional_error():
    enclave = one(run([("A", MIDDLE)], parameters=Parameters(position_error_m=250.0)), "A")
    assert enclave.area_err_km2 == pytest.approx(40 * KM * 0.25, rel=1e-5)
    assert one(run([("A", MIDDLE)]), "A").area_err_km2 == 0.0


def test_the_point_inside_an_enclave_is_inside_even_of_a_crescent():
    crescent = "POLYGON((0 0, 20 0, 20 20, 0 20, 0 19, 19 19, 19 1, 0 1, 0 0))"
    enclave = one(run([("A", crescent)], crs="EPSG:32637"), "A")
    import pyproj
    import shapely

    to_utm = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32637", always_xy=True)
    inside = shapely.Point(to_utm.transform(enclave.lon, enclave.lat))
    assert shapely.contains(in_km(crescent), inside)
