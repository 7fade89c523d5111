"""Holdings over time become snapshots: compared with asking every holding on every date."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from enclave_watch.core import polygons
from enclave_watch.core.geodesy import Geodesy
from enclave_watch.core.polygons import PolygonStore
from enclave_watch.core.rows import Holding
from enclave_watch.core.snapshots import snapshots_by_date, snapshots_of_intervals
from enclave_watch.tests.core.helpers.build import UTM, Log, in_km

FIRST = datetime(2018, 1, 1)


def day(number):
    return None if number is None else FIRST + timedelta(days=number)


@st.composite
def intervals(draw):
    start = draw(st.integers(0, 8))
    end = draw(st.none() | st.integers(start + 1, 10))
    numbers = draw(st.lists(st.integers(0, 4), min_size=1, max_size=3))
    return Holding(draw(st.sampled_from("ABC")), day(start), day(end), numbers)


def held_on(holdings, moment):
    found = {}
    for each in holdings:
        if each.start <= moment and (each.end is None or moment < each.end):
            found.setdefault(each.faction, set()).update(each.numbers)
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


@given(st.lists(intervals(), min_size=1, max_size=12))
def test_on_every_day_the_snapshot_valid_then_holds_what_its_rows_say(holdings):
    snapshots, gaps = snapshots_of_intervals(holdings, Log())
    for number in range(12):
        moment = day(number)
        in_gap = any(start <= moment and (end is None or moment < end) for start, end in gaps)
        until = [each.holdings for each in snapshots if each.date <= moment]
        valid = {} if in_gap or not until else until[-1]
        expected = held_on(holdings, moment)
        assert valid == expected
        assert list(valid) == list(expected)


@given(st.lists(intervals(), min_size=1, max_size=12))
def test_no_snapshot_repeats_the_one_before_unless_a_gap_lies_between(holdings):
    snapshots, gaps = snapshots_of_intervals(holdings, Log())
    ends = {end for _, end in gaps}
    for before, after in zip(snapshots, snapshots[1:]):
        assert after.holdings != before.holdings or after.date in ends


def test_a_faction_that_holds_the_same_on_two_dates_holds_the_same_tuple():
    dates = [Holding("A", day(0), None, [2, 1, 2]), Holding("A", day(1), None, [1, 2])]
    first, second = snapshots_by_date(dates)
    assert first.holdings["A"] == (1, 2)
    assert first.holdings["A"] is second.holdings["A"]


@pytest.mark.parametrize("recent_bytes", [0, 2**20])
def test_a_geometry_is_known_again_whether_or_not_its_bytes_are_kept(monkeypatch, recent_bytes):
    monkeypatch.setattr(polygons, "_RECENT_BYTES", recent_bytes)
    store = PolygonStore(Geodesy(UTM))
    square = in_km("POLYGON((0 0,1 0,1 1,0 1,0 0))")
    bow = in_km("POLYGON((5 5,6 6,6 5,5 6,5 5))")
    both = shapely.MultiPolygon([square, in_km("POLYGON((9 9,10 9,10 10,9 9))")])
    first = [store.stored(shapely.to_wkb(shape)) for shape in (square, bow, both)]
    again = [store.stored(shapely.to_wkb(shape)) for shape in (both, square, bow)]
    assert again == [first[2], first[0], first[1]]
    assert [each.was_invalid for each in first] == [False, True, False]
    assert first[0].numbers == (0,)
    assert first[2].numbers[0] == 0
    assert len(store.polygons) == 4
