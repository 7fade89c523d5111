"""The made-up conflicts that speed is measured on, and the dirt in them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely

from enclave_watch.tests.bench.conflictmesh import COUNTRY
from enclave_watch.tests.bench.conflicts import SIZES, Conflict, Size, make_conflict
from enclave_watch.tests.bench.dirt import Dirt

SMALL = SIZES["small"]


@pytest.fixture(scope="module")
def small() -> Conflict:
    return make_conflict(SMALL)


def _polygons(conflict: Conflict, day: int) -> np.ndarray:
    return shapely.from_wkb([conflict.outlines[number] for _, number in conflict.held[day]])


def _segments(polygons: np.ndarray) -> Counter:
    """Count each straight piece of the outlines, whichever way it runs."""
    found: Counter = Counter()
    for polygon in polygons:
        points = [tuple(point) for point in shapely.get_coordinates(polygon)]
        found.update(tuple(sorted(pair)) for pair in zip(points, points[1:]))
    return found


@pytest.mark.parametrize("name", ["small", "medium"])
def test_it_has_the_size_asked_for(name):
    size = SIZES[name]
    conflict = make_conflict(size)

    assert len(conflict.dates) == size.dates
    assert {len(polygons) for polygons in conflict.held} == {size.polygons}
    for day in (0, size.dates - 1):
        polygons = _polygons(conflict, day)
        vertices = shapely.get_num_coordinates(polygons).sum() - len(polygons)
        assert vertices == pytest.approx(size.vertices, rel=0.03)


def test_polygons_of_a_date_share_their_edges_to_the_last_bit(small):
    for day in (0, 5, 11):
        polygons = _polygons(small, day)

        assert shapely.is_valid(polygons).all()
        # overlaps would make the union smaller than the sum
        assert shapely.union_all(polygons).area == pytest.approx(
            shapely.area(polygons).sum(), rel=1e-12
        )
        counts = _segments(polygons)
        assert set(counts.values()) == {1, 2}
        shared = sum(1 for count in counts.values() if count == 2)
        assert shared > 0.5 * len(counts)
        once = [pair for pair, count in counts.items() if count == 1]
        # what is met once is the outline of the whole, or of ground that nobody holds
        outline = shapely.boundary(shapely.union_all(polygons))
        assert shapely.length(shapely.linestrings(once)).sum() == pytest.approx(outline.length)


def test_the_outer_edge_stays_near_the_border(small):
    whole = shapely.union_all(_polygons(small, 0))

    assert shapely.difference(whole, COUNTRY.buffer(0.01)).is_empty


def test_few_polygons_change_from_date_to_date(small):
    for before, after in zip(small.held, small.held[1:]):
        new = set(after) - set(before)

        # one cell changes hands, or one and another that falls to nobody; two are redrawn
        assert 2 <= len(new) <= 4
        redrawn = {number for _, number in after} - {number for _, number in before}
        assert len(redrawn) <= 3


def test_more_changes_where_they_are_asked_for():
    calm = make_conflict(SMALL, flips=0, moves=0)
    wild = make_conflict(SMALL, flips=10, moves=5)

    assert len(set(calm.held)) == 1
    assert min(len(set(b) - set(a)) for a, b in zip(wild.held, wild.held[1:])) > 8


def test_the_same_seed_gives_the_same_conflict(small):
    assert make_conflict(SMALL) == small
    assert make_conflict(SMALL, seed=2) != small


def test_intervals_tell_the_same_as_rows(small):
    told: Counter = Counter()
    for each in small.intervals():
        until = each.valid_to or small.dates[-1].replace(year=9999)
        told.update(
            (each.faction, each.wkb, day) for day in small.dates if each.valid_from <= day < until
        )

    assert told == Counter((row.faction, row.wkb, row.date) for row in small.rows())
    assert len(list(small.intervals())) < 0.3 * SMALL.dates * SMALL.polygons


def test_jitter_moves_every_vertex_by_less_than_5_m(small):
    jittered = make_conflict(SMALL, dirt=[Dirt.JITTER])
    clean, dirty = (
        shapely.get_coordinates(shapely.from_wkb(each.outlines)) for each in (small, jittered)
    )
    # a degree of latitude is 110.6 to 111.7 km
    moved_m = np.hypot(*(dirty - clean).T) * 111_000

    assert 1.0 < np.median(moved_m) < moved_m.max() < 5.05
    assert max(_segments(_polygons(jittered, 0)).values()) == 1


def test_dropped_vertices_leave_one_side_of_an_edge(small):
    dirty = make_conflict(SMALL, dirt=[Dirt.DROPPED])
    clean_counts, counts = (
        shapely.get_num_coordinates(shapely.from_wkb(each.outlines)) for each in (small, dirty)
    )

    assert 0.3 < (counts < clean_counts).mean() < 0.7
    assert (counts <= clean_counts).all()


def test_t_junctions_add_vertices_on_one_side_and_change_no_area(small):
    dirty = make_conflict(SMALL, dirt=[Dirt.TJUNCTIONS])
    before, after = (shapely.from_wkb(each.outlines) for each in (small, dirty))
    added = shapely.get_num_coordinates(after) - shapely.get_num_coordinates(before)

    assert 0.3 < (added > 0).mean() < 0.7
    assert (added >= 0).all()
    assert shapely.area(after) == pytest.approx(shapely.area(before), rel=1e-9)


def test_bow_ties_cross_themselves():
    outlines = make_conflict(Size(2, 300, 30_000), dirt=[Dirt.BOWTIES]).outlines
    invalid = ~shapely.is_valid(shapely.from_wkb(outlines))

    assert 0.01 < invalid.mean() < 0.06
