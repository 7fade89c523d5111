"""The usual step of a series, and the dates that are missing by it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from enclave_watch.core.cadence import missing_dates, step_of


def dates(*texts: str) -> list[datetime]:
    return [datetime.fromisoformat(text) for text in texts]


def missing(*texts: str) -> list[str]:
    return [moment.date().isoformat() for moment in missing_dates(dates(*texts))]


def test_days_missing_from_a_daily_series_are_named():
    found = missing("2024-08-15", "2024-08-16", "2024-08-17", "2024-08-20", "2024-08-21")
    assert found == ["2024-08-18", "2024-08-19"]


def test_a_weekly_series_misses_weeks():
    assert missing("2024-01-01", "2024-01-08", "2024-01-15", "2024-01-29") == ["2024-01-22"]


def test_a_monthly_series_misses_months_however_long_they_are():
    assert missing("2024-01-01", "2024-02-01", "2024-03-01", "2024-05-01") == ["2024-04-01"]


@pytest.mark.parametrize(
    ("given", "gone"),
    [
        (("2024-01-31", "2024-02-29", "2024-03-31", "2024-05-31"), "2024-04-30"),
        (("2024-04-30", "2024-06-30", "2024-07-30", "2024-08-30"), "2024-05-30"),
    ],
)
def test_ends_of_months_are_one_day_of_the_month_only_where_all_are(given, gone):
    assert missing(*given) == [gone]


def test_years_step_by_years():
    assert missing("2001-01-01", "2002-01-01", "2003-01-01", "2005-01-01") == ["2004-01-01"]


def test_nothing_is_missing_from_a_series_that_keeps_no_time():
    assert missing("2018-05-31", "2018-06-30", "2018-07-15", "2018-07-31", "2018-08-05") == []


@pytest.mark.parametrize("given", [(), ("2024-01-01",), ("2024-01-01", "2024-01-09")])
def test_too_few_dates_miss_none(given):
    assert missing(*given) == []


def test_the_usual_step_is_the_most_common_and_of_equals_the_shortest():
    assert step_of(dates("2024-01-01", "2024-01-03", "2024-01-04")).span == timedelta(days=1)
    usual = step_of(dates("2024-01-01", "2024-01-03", "2024-01-05", "2024-01-06"))
    assert (usual.span, usual.is_usual) == (timedelta(days=2), True)


def test_a_step_of_months_ends_on_a_day_that_there_is():
    step = step_of(dates("2023-10-30", "2023-11-30", "2023-12-30"))
    assert step.after(datetime(2024, 1, 30)) == datetime(2024, 2, 29)
