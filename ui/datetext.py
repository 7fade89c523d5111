"""Dates as the user's locale writes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Sequence

from qgis.PyQt.QtCore import QLocale

from ..processing.convert import to_qdate, to_qdatetime

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["have_times", "large_date", "long_date", "short_date"]

_WEEKDAY_FIRST = re.compile(r"^dddd[\s,،.]*(?:'[^']*'\s*)?")
_WEEKDAY_LAST = re.compile(r"[\s,،]*dddd$")
_CLOCK_LENGTH = QLocale.FormatType.ShortFormat


def have_times(dates: Sequence[datetime]) -> bool:
    """Return whether any of the dates is not a whole day."""
    return any((date.hour, date.minute, date.second) != (0, 0, 0) for date in dates)


def long_date(date: datetime, *, with_time: bool = False) -> str:
    """Return a date with its weekday and month in full."""
    return _with_clock(
        QLocale().toString(to_qdate(date), QLocale.FormatType.LongFormat), date, with_time=with_time
    )


def large_date(date: datetime, *, with_time: bool = False) -> str:
    """Return a date with its month in full, without the weekday where that stands at an end."""
    locale = QLocale()
    full = locale.dateFormat(QLocale.FormatType.LongFormat)
    short = _WEEKDAY_LAST.sub("", _WEEKDAY_FIRST.sub("", full))
    return _with_clock(locale.toString(to_qdate(date), short), date, with_time=with_time)


def short_date(date: datetime, *, with_time: bool = False) -> str:
    """Return a date in figures."""
    return _with_clock(
        QLocale().toString(to_qdate(date), QLocale.FormatType.ShortFormat),
        date,
        with_time=with_time,
    )


def _with_clock(day: str, date: datetime, *, with_time: bool) -> str:
    if not with_time:
        return day
    return f"{day} {QLocale().toString(to_qdatetime(date).time(), _CLOCK_LENGTH)}"
