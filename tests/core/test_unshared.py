"""The ground between outlines that differ here and there, against set operations of GEOS."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from enclave_watch.core.geodesy import Geodesy
from enclave_watch.core.polygons import PolygonStore
from enclave_watch.core.unshared import Between, Outlines, ground_between
from enclave_watch.tests.core.helpers.boards import crooked_ring, edited
from enclave_watch.tests.core.helpers.build import UTM, in_km
from enclave_watch.tests.core.helpers.drawing import reversed_rings, rotated_rings
from enclave_watch.tests.core.helpers.histories import square

# a square kilometre of the grid is this much ground
KM2 = 1 / 0.9996**2

places = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(1, 30),
        st.floats(-0.3, 0.3).filter(lambda share: abs(share) > 1e-4),
    ),
    max_size=5,
)


def store_of(*shapes):
    store = PolygonStore(Geodesy(UTM))
    for shape in shapes:
        assert len(store.add(shapely.to_wkb(in_km(shape)))) == 1
    return store


def dense(wkt):
    """Give an outline a vertex each 500 m."""
    return shapely.segmentize(in_km(wkt), 500.0)


def between(*shapes_and_signs):
    """Return the ground between shapes, each to be added or taken away."""
    store = store_of(*(shape for shape, _ in shapes_and_signs))
    numbers = [store.add(shapely.to_wkb(in_km(shape)))[0] for shape, _ in shapes_and_signs]
    signed = [(number, 0, sign) for number, (_, sign) in zip(numbers, shapes_and_signs)]
    return Outlines(store).ground(signed, 1)


def by_times(ground):
    return {
        times: ground.areas_km2[ground.times[:, 0] == times].sum()
        for times in np.unique(ground.times).tolist()
    }


SQUARE = dense("POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))")


def test_a_polygon_that_stays_leaves_nothing():
    ground = between((SQUARE, -1), (rotated_rings(reversed_rings(SQUARE), 7), 1))
    assert len(ground.cells) == 0


def test_what_bulges_is_gained_and_what_is_dented_lost():
    # 2 km2 more in the east, and 1 km2 less in the west
    after = dense(
        "POLYGON((0 0, 10 0, 10 4, 12 4, 12 5, 10 5, 10 10, 0 10, 0 6, 1 6, 1 5, 0 5, 0 0))"
    )
    found = by_times(between((SQUARE, -1), (after, 1)))
    assert found == {1: pytest.approx(2 * KM2, rel=1e-5), -1: pytest.approx(1 * KM2, rel=1e-5)}


def test_a_hole_that_opens_is_lost_and_one_that_closes_gained():
    hole = dense("POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), (4 4, 4 6, 6 6, 6 4, 4 4))")
    assert by_times(between((SQUARE, -1), (hole, 1))) == {-1: pytest.approx(4 * KM2, rel=1e-5)}
    assert by_times(between((hole, -1), (SQUARE, 1))) == {1: pytest.approx(4 * KM2, rel=1e-5)}


def test_an_edge_redrawn_between_two_that_both_count_leaves_nothing():
    east, west = (
        "POLYGON((10 0, 20 0, 20 10, 10 10, 10 0))",
        "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))",
    )
    redrawn_west = "POLYGON((0 0, 10 0, 8 5, 10 10, 0 10, 0 0))"
    redrawn_east = "POLYGON((10 0, 20 0, 20 10, 10 10, 8 5, 10 0))"
    moves = (
        (dense(west), -1),
        (dense(east), -1),
        (dense(redrawn_west), 1),
        (dense(redrawn_east), 1),
    )
    assert len(between(*moves).cells) == 0


def test_ground_that_is_covered_twice_counts_twice():
    ground = between((SQUARE, 1), (rotated_rings(SQUARE, 7), 1))
    assert by_times(ground) == {2: pytest.approx(100 * KM2, rel=1e-5)}


def test_areas_that_do_not_close_are_no_answer():
    after = dense("POLYGON((0 0, 12 0, 12 10, 0 10, 0 0))")
    outlines = Outlines(store_of(SQUARE, after))
    edges = outlines.between([(0, 0, -1), (1, 0, 1)], 1)
    assert ground_between(edges, np.array([21 * KM2]), Geodesy(UTM)) is None
    true_km2 = np.diff(Geodesy(UTM).area_km2([SQUARE, after]))
    assert ground_between(edges, true_km2, Geodesy(UTM)).areas_km2.sum() == pytest.approx(
        true_km2[0]
    )


def test_an_edge_lost_on_the_way_is_noticed():
    after = dense("POLYGON((0 0, 12 0, 12 10, 0 10, 0 0))")
    outlines = Outlines(store_of(SQUARE, after))
    edges = outlines.between([(0, 0, -1), (1, 0, 1)], 1)
    apart = np.zeros(len(edges) - 1, dtype=bool)
    broken = Between(edges.start[1:], edges.end[1:], edges.net[1:], apart, edges.of)
    true_km2 = np.diff(Geodesy(UTM).area_km2([SQUARE, after]))
    assert ground_between(broken, true_km2, Geodesy(UTM)) is None


def test_outlines_of_a_few_edges_are_left_to_a_plain_overlay():
    assert between((square(0, 0, 10), -1), (square(1, 1, 10), 1)) is None


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(0, 3), places, st.integers(0, 700), st.booleans())
def test_on_any_edits_it_is_the_difference_both_ways(seed, places, turn, is_reversed):
    before = crooked_ring(800, seed)
    after = rotated_rings(edited(before, places), turn)
    after = reversed_rings(after) if is_reversed else after
    if not after.is_valid or not before.is_valid:
        return
    ground = between((before, -1), (after, 1))
    assert ground is not None
    geodesy = Geodesy(UTM)
    plain = geodesy.area_km2([shapely.difference(after, before), shapely.difference(before, after)])
    found = by_times(ground)
    assert set(found) <= {-1, 1}
    assert [found.get(1, 0.0), found.get(-1, 0.0)] == pytest.approx(plain.tolist(), abs=1e-8)
    for sign, whole in ((1, after), (-1, before)):
        cells = ground.cells[ground.times[:, 0] == sign]
        assert shapely.covers(shapely.buffer(whole, 1e-3), cells).all()
