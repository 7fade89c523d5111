"""Which snapshots the quick way takes, which it leaves to the slow one, and what the log says."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from enclave_watch.core.model import Parameters
from enclave_watch.core.timeline import analyse
from enclave_watch.tests.core.helpers.bothways import assert_same, survey_both_ways
from enclave_watch.tests.core.helpers.build import Log, geography_of, in_km
from enclave_watch.tests.core.helpers.changing import dated_series

SQUARE = "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))"
NEXT = "POLYGON((10 0, 20 0, 20 10, 10 10, 10 0))"
CLEAN = [("A", SQUARE), ("B", NEXT)]
SLOWER = "measured by a slower way"

REFUSED = {
    "an overlap": [("A", SQUARE), ("B", "POLYGON((9 0, 20 0, 20 10, 9 10, 9 0))")],
    "an overlap of one faction with itself": [
        ("A", SQUARE), ("A", "POLYGON((9 0, 20 0, 20 10, 9 10, 9 0))"),
    ],
    "an overlap through common vertices alone": [
        ("A", SQUARE), ("B", "POLYGON((0 0, 10 10, 20 10, 10 0, 0 0))"),
    ],
    "two that cross in common vertices alone": [
        ("A", "POLYGON((0 0, 10 0, 10 10, 5 5, 0 10, 0 0))"),
        ("B", "POLYGON((10 10, 5 5, 0 0, 0 -5, 15 -5, 10 10))"),
    ],
    "one inside another that it does not touch": [
        ("A", SQUARE), ("B", "POLYGON((4 4, 6 4, 6 6, 4 6, 4 4))"),
    ],
    "an overlap through vertices that long edges are given to be measured": [
        ("A", "POLYGON((0 0, 20 0, 20 20, 0 20, 0 0))"),
        ("B", "POLYGON((20 5, 30 5, 30 10, 20 10, 15 7.5, 20 5))"),
    ],
    "one inside another that it touches in corners": [
        ("A", SQUARE), ("B", "POLYGON((0 0, 10 0, 5 5, 0 0))"),
    ],
    "one inside another, of two parts": [
        ("A", SQUARE),
        ("B", "POLYGON((4 4, 6 4, 6 6, 4 6, 4 4))"), ("C", "POLYGON((6 4, 8 4, 8 6, 6 6, 6 4))"),
    ],
    "two that together are inside a third along its edge": [
        ("A", SQUARE), ("B", "POLYGON((0 0, 5 0, 5 10, 0 10, 0 0))"),
        ("C", "POLYGON((5 0, 10 0, 10 10, 5 10, 5 0))"),
    ],
    "one that is held twice": [("A", SQUARE), ("B", SQUARE)],
    "the same written another way": [
        ("A", SQUARE), ("B", "POLYGON((10 0, 10 10, 0 10, 0 0, 10 0))"),
    ],
    "a hole that is held twice over": [
        ("A", "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), (4 4, 6 4, 6 6, 4 6, 4 4))"),
        ("B", "POLYGON((3 3, 7 3, 7 7, 3 7, 3 3))"),
    ],
    "a vertex on an edge": [
        ("A", SQUARE), ("B", "POLYGON((10 0, 20 0, 20 10, 10 10, 10 5, 10 0))"),
    ],
    "a corner on an edge": [("A", SQUARE), ("B", "POLYGON((10 5, 20 0, 20 10, 10 5))")],
    "an edge along a part of another": [
        ("A", SQUARE), ("B", "POLYGON((10 2, 20 2, 20 8, 10 8, 10 2))"),
    ],
    "an edge half a millimetre off": [
        ("A", SQUARE), ("B", "POLYGON((10.0000005 0, 20 0, 20 10, 10.0000005 10, 10.0000005 0))"),
    ],
    "an edge crossed near its end": [
        ("A", SQUARE), ("B", "POLYGON((9.999 0.0005, 20 0, 20 10, 10 10, 9.999 0.0005))"),
    ],
}  # fmt: skip

TAKEN = {
    "a common edge": CLEAN,
    "a hole that is filled": [
        ("A", "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), (4 4, 6 4, 6 6, 4 6, 4 4))"),
        ("B", "POLYGON((6 6, 4 6, 4 4, 6 4, 6 6))"),
    ],
    "one in the hole of another that it does not touch": [
        ("A", "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), (3 3, 7 3, 7 7, 3 7, 3 3))"),
        ("B", "POLYGON((6 6, 4 6, 4 4, 6 4, 6 6))"),
    ],
    "corners that touch": [("A", SQUARE), ("B", "POLYGON((10 10, 20 10, 20 20, 10 20, 10 10))")],
    "a slit of a metre": [
        ("A", SQUARE), ("B", "POLYGON((10.001 0, 20 0, 20 10, 10.001 10, 10.001 0))"),
    ],
    "a gap that tapers into a common corner": [
        ("A", SQUARE), ("B", "POLYGON((10 0, 20 0, 20 10, 10.05 10, 10 0))"),
    ],
    "many that meet in one point": [
        (name, f"POLYGON((0 0, {np.cos(a)} {np.sin(a)}, {np.cos(b)} {np.sin(b)}, 0 0))")
        for name, a, b in zip("ABABAB", np.arange(6), [*np.arange(1, 6), 2 * np.pi])
    ],
}  # fmt: skip


def in_both_ways(*dates):
    series = dated_series(*dates)
    return survey_both_ways(series, geography_of(series), Parameters())


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_coverage_is_left_to_the_slower_way(name):
    found = in_both_ways(REFUSED[name])
    assert found.plain_dates == (0,)
    assert_same(found)


@pytest.mark.parametrize("name", TAKEN)
def test_a_coverage_is_measured_arc_by_arc(name):
    found = in_both_ways(TAKEN[name])
    assert found.plain_dates == ()
    assert_same(found)


def test_only_dates_that_are_no_coverages_take_the_slower_way():
    dirty = REFUSED["an overlap"]
    found = in_both_ways(CLEAN, dirty, CLEAN, REFUSED["a vertex on an edge"], dirty)
    assert found.plain_dates == (1, 3, 4)
    assert_same(found)


def test_polygons_of_other_dates_do_not_make_a_date_unsure():
    # each alone is a coverage; they overlap only from date to date
    found = in_both_ways(*([("A", f"POLYGON(({x} 0, {x + 3} 0, {x + 3} 9, {x} 9, {x} 0))")]
                           for x in range(4)))  # fmt: skip
    assert found.plain_dates == ()
    assert_same(found)


def told(*dates, plain=False):
    """Return what the log says of the slower way."""
    log, series = Log(), dated_series(*dates)
    list(analyse(series, geography_of(series), Parameters(), log, plain=plain))
    return [text for text in log.infos if SLOWER in text]


def test_the_log_counts_the_dates_measured_the_slower_way():
    (text,) = told(CLEAN, REFUSED["an overlap"], CLEAN, REFUSED["a corner on an edge"])
    assert "2 of 4" in text


def test_the_log_says_so_when_no_date_is_a_coverage():
    (text,) = told(REFUSED["an overlap"])
    assert "1 of 1" in text


def test_the_log_says_nothing_where_all_dates_are_coverages():
    assert told(CLEAN, TAKEN["corners that touch"]) == []


def test_the_log_says_nothing_where_the_slower_way_was_asked_for():
    assert told(CLEAN, REFUSED["an overlap"], plain=True) == []


@pytest.mark.parametrize("seed", range(3))
def test_outlines_that_are_jittered_apart_take_the_slower_way(seed):
    random = np.random.default_rng(seed)

    def off(shape):
        dense = shapely.segmentize(in_km(shape), 500.0)
        xy = shapely.get_coordinates(dense)[:-1] + random.uniform(-3, 3, (1, 2))
        xy += random.uniform(-3, 3, xy.shape)
        return shapely.Polygon(xy)

    found = in_both_ways([(faction, off(shape)) for faction, shape in CLEAN])
    assert found.plain_dates == (0,)
    assert_same(found)
