"""Outlines that do not match to the last digit: pieces, neighbours and enclosure stay."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import shapely

from enclave_watch.core.model import Parameters, Status
from enclave_watch.tests.core.helpers.build import (
    areas_km2,
    enclaves_of,
    in_km,
    one,
    run,
    shares_pct,
)
from enclave_watch.tests.core.helpers.drawing import jittered

# a square of four, 10 km wide, in a frame of four that runs round it like a pinwheel; the
# west of the frame is C's
CLEAN = [
    ("A", "POLYGON((0 0, 5 0, 5 5, 0 5, 0 0))"),
    ("A", "POLYGON((5 0, 10 0, 10 5, 5 5, 5 0))"),
    ("A", "POLYGON((0 5, 5 5, 5 10, 0 10, 0 5))"),
    ("A", "POLYGON((5 5, 10 5, 10 10, 5 10, 5 5))"),
    ("B", "POLYGON((-10 -10, 10 -10, 10 0, -10 0, -10 -10))"),
    ("B", "POLYGON((10 -10, 20 -10, 20 10, 10 10, 10 -10))"),
    ("B", "POLYGON((0 10, 20 10, 20 20, 0 20, 0 10))"),
    ("C", "POLYGON((-10 0, 0 0, 0 20, -10 20, -10 0))"),
]
SHARES = {"B": 75.0, "C": 25.0}


class Drawing(NamedTuple):
    by_m: float
    every_m: float


DRAWINGS = [
    Drawing(0.01, 20_000.0),
    Drawing(0.01, 1000.0),
    Drawing(0.01, 100.0),
    Drawing(2.0, 20_000.0),
    Drawing(2.0, 1000.0),
    Drawing(2.0, 300.0),
    Drawing(5.0, 700.0),
    Drawing(2.0, 100.0),
    Drawing(2.0, 40.0),
]


def drawn(drawing):
    return [
        (name, jittered(in_km(shape), by_m=drawing.by_m, every_m=drawing.every_m, seed=seed))
        for seed, (name, shape) in enumerate(CLEAN)
    ]


def test_the_clean_drawing_is_exact_without_snapping():
    found = run(CLEAN, parameters=Parameters(snap_m=0.0))
    assert len(found.enclaves) == 3
    middle = one(found, "A")
    assert middle.status is Status.BESIEGED
    assert shares_pct(middle) == pytest.approx(SHARES, abs=0.001)
    assert middle.perimeter_km == pytest.approx(40 / 0.9996, rel=1e-5)


@pytest.mark.parametrize("drawing", DRAWINGS, ids=str)
class TestJitter:
    """Each polygon has its own vertices and each vertex is a little off."""

    def test_the_number_of_enclaves_stays(self, drawing):
        found = run(drawn(drawing))
        assert [enclave.faction for enclave in found.enclaves] == ["A", "B", "C"]

    def test_neighbours_and_their_shares_stay_to_one_per_cent(self, drawing):
        assert shares_pct(one(run(drawn(drawing)), "A")) == pytest.approx(SHARES, abs=1.0)

    def test_the_enclosure_stays(self, drawing):
        middle = one(run(drawn(drawing)), "A")
        assert (middle.status, middle.enclosed_by) == (Status.BESIEGED, ("B", "C"))

    def test_the_perimeter_has_no_slits_in_it(self, drawing):
        clean = run(CLEAN)
        found = run(drawn(drawing))
        for faction in "ABC":
            assert one(found, faction).perimeter_km == pytest.approx(
                # an outline that shakes 2 m every 40 m is longer by half a per cent
                one(clean, faction).perimeter_km,
                rel=0.01,
            )

    def test_areas_are_those_that_were_drawn(self, drawing):
        shapes = drawn(drawing)
        union = shapely.union_all([in_km(shape) for name, shape in shapes if name == "A"])
        again = one(run([("A", union)]), "A")
        assert one(run(shapes), "A").area_km2 == pytest.approx(again.area_km2, rel=1e-9)

    def test_fronts_are_mutual_to_one_per_cent(self, drawing):
        found = run(drawn(drawing))
        for a, b in ("AB", "AC", "BC"):
            there = {f.faction: f.length_km for f in one(found, a).fronts}[b]
            back = {f.faction: f.length_km for f in one(found, b).fronts}[a]
            assert there == pytest.approx(back, rel=0.01)


# two halves and a neighbour to the north of both, with what people do to edges
NORTH = "POLYGON((0 10, 20 10, 20 20, 0 20, 0 10))"
EDGES = {
    "vertex of one missing in the other": (
        "POLYGON((0 0, 10 0, 10 3.3, 10 6.7, 10 10, 0 10, 0 0))",
        "POLYGON((10 0, 20 0, 20 10, 10 10, 10 0))",
        NORTH,
    ),
    "T-junction a metre off": (
        "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))",
        "POLYGON((10 0, 20 0, 20 10, 10 10, 10 0))",
        "POLYGON((0 10, 10 10.001, 20 10, 20 20, 0 20, 0 10))",
    ),
    "gap of 20 m between the halves": (
        "POLYGON((0 0, 9.99 0, 9.99 10, 0 10, 0 0))",
        "POLYGON((10.01 0, 20 0, 20 10, 10.01 10, 10.01 0))",
        NORTH,
    ),
    "overlap of 20 m of the halves": (
        "POLYGON((0 0, 10.01 0, 10.01 10, 0 10, 0 0))",
        "POLYGON((9.99 0, 20 0, 20 10, 9.99 10, 9.99 0))",
        NORTH,
    ),
    "gap of 20 m before the neighbour": (
        "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))",
        "POLYGON((10 0, 20 0, 20 10, 10 10, 10 0))",
        "POLYGON((0 10.02, 20 10.02, 20 20, 0 20, 0 10.02))",
    ),
    "overlap of 20 m with the neighbour": (
        "POLYGON((0 0, 10 0, 10 10.02, 0 10.02, 0 0))",
        "POLYGON((10 0, 20 0, 20 10.02, 10 10.02, 10 0))",
        NORTH,
    ),
    "gap that is a wedge": (
        "POLYGON((0 0, 10 0, 9.98 10, 0 10, 0 0))",
        "POLYGON((10 0, 20 0, 20 10, 10 10, 10 0))",
        NORTH,
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges_that_nearly_match_are_shared(name):
    left, right, north = EDGES[name]
    found = run([("A", left), ("A", right), ("B", north)])
    south = one(found, "A")
    assert south.parts == 1
    assert shares_pct(south) == pytest.approx({"B": 100 / 3}, abs=0.5)
    assert shares_pct(one(found, "B")) == pytest.approx({"A": 100 / 3}, abs=0.5)
    assert south.perimeter_km == pytest.approx(60 / 0.9996, rel=0.005)
    assert south.status is Status.OPEN


@pytest.mark.parametrize("name", EDGES)
def test_areas_are_never_changed_by_snapping(name):
    left, right, north = EDGES[name]
    held = [("A", left), ("A", right), ("B", north)]
    snapped = run(held)
    exact = run(held, parameters=Parameters(snap_m=0.0))
    for faction in "AB":
        assert sum(areas_km2(enclaves_of(snapped, faction))) == pytest.approx(
            sum(areas_km2(enclaves_of(exact, faction))), rel=1e-9
        )


def test_without_snapping_a_gap_of_a_centimetre_parts_and_is_no_front():
    exact = Parameters(snap_m=0.0)
    left = "POLYGON((0 0, 9.99999 0, 9.99999 10, 0 10, 0 0))"
    right = "POLYGON((10 0, 20 0, 20 10, 10 10, 10 0))"
    assert len(run([("A", left), ("A", right)], parameters=exact).enclaves) == 2
    assert one(run([("A", left), ("B", right)], parameters=exact), "A").fronts == ()


def test_edges_are_shared_only_along_ten_times_the_snap_distance():
    left = "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))"
    for height, count in ((5.24, 2), (5.26, 1)):
        right = f"POLYGON((10.01 5, 20 5, 20 {height}, 10.01 {height}, 10.01 5))"
        assert len(run([("A", left), ("A", right)]).enclaves) == count


def test_corners_that_overlap_by_a_few_metres_only_touch():
    left = "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))"
    corner = "POLYGON((9.99 9.99, 20 9.99, 20 20, 9.99 20, 9.99 9.99))"
    found = run([("A", left), ("A", corner)])
    assert len(found.enclaves) == 2
    # the nick is not counted twice
    union = shapely.union_all([in_km(left), in_km(corner)])
    whole = sum(areas_km2(run([("A", union)]).enclaves))
    assert sum(areas_km2(found.enclaves)) == pytest.approx(whole, rel=1e-9)


@pytest.mark.parametrize("east_mm", [-0.5, 0.5, 5.0])
def test_corners_drawn_a_centimetre_off_only_touch(east_mm):
    left = "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))"
    west, south = 10 + east_mm * 1e-6, 9.99998
    corner = f"POLYGON(({west} {south}, 20 {south}, 20 20, {west} 20, {west} {south}))"
    assert len(run([("A", left), ("A", corner)]).enclaves) == 2


@pytest.mark.parametrize("every_m", [20_000.0, 300.0, 100.0, 40.0])
@pytest.mark.parametrize("count", [5, 10, 20])
def test_an_enclave_of_many_strips_stays_encircled(count, every_m):
    width = 10 / count
    frame = "POLYGON((-10 -10, 20 -10, 20 20, -10 20, -10 -10), (0 0, 10 0, 10 10, 0 10, 0 0))"
    strips = [
        f"POLYGON(({x} 0, {x + width} 0, {x + width} 10, {x} 10, {x} 0))"
        for x in (number * width for number in range(count))
    ]
    held = [("B", frame), *(("A", strip) for strip in strips)]
    found = run(
        [
            (faction, jittered(in_km(shape), by_m=2.0, every_m=every_m, seed=seed))
            for seed, (faction, shape) in enumerate(held)
        ]
    )
    enclave = one(found, "A")
    assert enclave.status is Status.ENCIRCLED
    assert shares_pct(enclave) == pytest.approx({"B": 100.0}, abs=1.0)
    assert enclave.perimeter_km == pytest.approx(40 / 0.9996, rel=0.01)


def test_a_slit_that_opens_to_the_outside_is_no_perimeter_however_short():
    """The edges cross 110 m from the outside: 10 mm apart there, and overlapping further in."""
    left = "POLYGON((0 0, 2 0, 2 2, 0 2, 0 0))"
    right = "POLYGON((2.00001 0, 4 0, 4 2, 1.99983 2, 2.00001 0))"
    enclave = one(run([("A", left), ("A", right)]), "A")
    assert enclave.perimeter_km == pytest.approx(12 / 0.9996, rel=0.005)


def test_a_neck_of_the_enclave_itself_is_no_slit():
    dumbbell = (
        "POLYGON((0 0, 10 0, 10 4.99, 20 4.99, 20 0, 30 0, 30 10, 20 10, 20 5.01, 10 5.01, "
        "10 10, 0 10, 0 0))"
    )
    enclave = one(run([("A", dumbbell)]), "A")
    assert enclave.perimeter_km == pytest.approx((4 * 10 + 4 * 10 - 0.04 + 20) / 0.9996, rel=1e-5)


def test_a_slit_of_20_m_into_an_enclave_is_no_perimeter_and_one_of_60_m_is():
    for width_m, km in ((20, 40.0), (60, 40.0 + 12.0)):
        low, high = 5 - width_m / 2000, 5 + width_m / 2000
        slit = f"POLYGON((0 0, 10 0, 10 {low}, 4 {low}, 4 {high}, 10 {high}, 10 10, 0 10, 0 0))"
        enclave = one(run([("A", slit)]), "A")
        assert enclave.perimeter_km == pytest.approx(km / 0.9996, abs=0.07)
