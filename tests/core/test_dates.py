"""Dates as layers hold them, and as texts show them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from enclave_watch.core.dates import format_date, parse_date
from enclave_watch.core.errors import DateError


@pytest.mark.parametrize(
    "value",
    [
        "2018-08-05",
        " 2018-08-05 ",
        "2018-8-5",
        "2018/08/05",
        "20180805",
        "2018-08-05T00:00:00",
        "2018-08-05 00:00",
        "2018-08-05T00:00:00Z",
        "2018-08-05T02:00:00+02:00",
        date(2018, 8, 5),
        datetime(2018, 8, 5),
        datetime(2018, 8, 4, 22, tzinfo=timezone(-timedelta(hours=2))),
    ],
)
def test_a_day_is_read_in_whatever_form_it_stands(value):
    assert parse_date(value) == datetime(2018, 8, 5)
    assert parse_date(value).tzinfo is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-08", datetime(2018, 8, 1)),
        ("2018", datetime(2018, 1, 1)),
        ("2018-08-05T14:30:15", datetime(2018, 8, 5, 14, 30, 15)),
        ("2018-08-05 14:30", datetime(2018, 8, 5, 14, 30)),
        ("2018-08-05T14:30:15.250", datetime(2018, 8, 5, 14, 30, 15, 250_000)),
        ("2018-08-05T23:30:00-03:00", datetime(2018, 8, 6, 2, 30)),
    ],
)
def test_other_forms_are_read_as_what_they_begin_with(text, moment):
    assert parse_date(text) == moment


@pytest.mark.parametrize(
    "value",
    [
        "", "soon", "2018-13-01", "2018-02-30", "05.08.2018", "05-08-2018", "201808055",
        "2018-08-05-01", "2018-08-05 25:00", None, float("nan"), "-2018-08-05", "+201-08-05",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused_by_name(value):
    with pytest.raises(DateError, match="is not a date"):
        parse_date(value)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (None, ""),
        (datetime(2018, 8, 5), "2018-08-05"),
        (datetime(2018, 8, 5, 14, 30), "2018-08-05 14:30:00"),
        (datetime(2018, 8, 5, 0, 0, 1), "2018-08-05 00:00:01"),
    ],
)
def test_a_date_is_written_without_a_time_at_midnight(moment, text):
    assert format_date(moment) == text
