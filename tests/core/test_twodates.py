"""Which two dates a report compares."""

from __future__ import annotations

from datetime import datetime

import pytest

from enclave_watch.core.errors import DateError, FactionError
from enclave_watch.core.feedback import Feedback
from enclave_watch.core.model import ControlRow
from enclave_watch.core.series import Series, read_series
from enclave_watch.core.twodates import compared_series, find_faction, series_until, two_dates

WKB = bytes.fromhex(
    "0103000000010000000500000000000000000000000000000000000000000000000000f03f0000000000000000"
    "000000000000f03f000000000000f03f0000000000000000000000000000f03f00000000000000000000000000000000"
)
FIRST, SECOND, THIRD = (datetime(2020, month, 1) for month in (1, 2, 3))


def series(*dates: datetime) -> Series:
    rows = [ControlRow(number, "Red", WKB, date) for number, date in enumerate(dates)]
    return read_series(rows, layer_name="fronts", crs="EPSG:4326", feedback=Feedback())


def test_the_last_two_dates_are_compared_by_default() -> None:
    assert two_dates(series(FIRST, SECOND, THIRD), None, None) == (SECOND, THIRD)


def test_a_date_between_two_means_the_snapshot_that_is_valid_then() -> None:
    found = two_dates(series(FIRST, SECOND, THIRD), datetime(2020, 1, 15), datetime(2020, 2, 20))
    assert found == (FIRST, SECOND)


def test_a_day_counts_to_its_end() -> None:
    evening = datetime(2020, 2, 1, 18)
    assert two_dates(series(FIRST, evening, THIRD), FIRST, SECOND) == (FIRST, evening)


@pytest.mark.parametrize(
    ("dates", "asked", "told"),
    [
        ((FIRST,), (None, None), "compares two dates"),
        ((FIRST, SECOND), (None, FIRST), "is the first date"),
        ((FIRST, SECOND), (SECOND, SECOND), "must be before"),
        ((FIRST, SECOND), (datetime(2019, 1, 1), None), "no snapshot as early"),
    ],
)
def test_what_cannot_be_compared_is_refused(dates, asked, told) -> None:
    with pytest.raises(DateError, match=told):
        two_dates(series(*dates), *asked)


def test_dates_between_the_two_are_left_out() -> None:
    whole = series(FIRST, SECOND, THIRD)
    kept = compared_series(whole, FIRST, THIRD).snapshots
    assert [each.date for each in kept] == [FIRST, THIRD]
    assert [each.date for each in series_until(whole, SECOND).snapshots] == [FIRST, SECOND]


def test_a_faction_is_found_whatever_its_capitals() -> None:
    assert find_faction(series(FIRST), " red ") == "Red"
    assert find_faction(series(FIRST), "") is None
    with pytest.raises(FactionError, match="It has: Red"):
        find_faction(series(FIRST), "Blue")
