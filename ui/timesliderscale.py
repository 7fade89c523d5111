"""Where the dates of a series stand along a line, and how a date reads in the user's locale."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, Sequence

from qgis.PyQt.QtCore import QDate, QLocale, QTime

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["TimeScale", "long_date", "short_date", "spread"]


class TimeScale:
    """Real dates as places from 0 (the first) to 1 (the last), spaced by time."""

    def __init__(self, dates: Sequence[datetime]) -> None:
        self._places = _places(dates)

    def __len__(self) -> int:
        return len(self._places)

    def place_of(self, index: int) -> float:
        """Return the place of a date."""
        return self._places[index]

    def nearest(self, place: float) -> int:
        """Return the date nearest to a place, the earlier of two; -1 where there is none."""
        if not self._places:
            return -1
        after = bisect.bisect_left(self._places, place)
        around = [index for index in (after - 1, after) if 0 <= index < len(self._places)]
        return min(around, key=lambda index: abs(self._places[index] - place))


def spread(places_px: Sequence[tuple[int, float]], least_px: float) -> list[int]:
    """Return which stops can be drawn at least `least_px` apart; the earlier in the list wins.

    Parameters
    ----------
    places_px : number of a stop and where it is, the most important first
    """
    taken: list[float] = []
    chosen = []
    for index, x in places_px:
        at = bisect.bisect_left(taken, x)
        if at > 0 and x - taken[at - 1] < least_px:
            continue
        if at < len(taken) and taken[at] - x < least_px:
            continue
        taken.insert(at, x)
        chosen.append(index)
    return chosen


def long_date(moment: datetime) -> str:
    """Return a date in the long form of the user's locale, with the time where it has one."""
    return _written(moment, QLocale.FormatType.LongFormat)


def short_date(moment: datetime) -> str:
    """Return a date in the short form of the user's locale, with the time where it has one."""
    return _written(moment, QLocale.FormatType.ShortFormat)


def _written(moment: datetime, form: QLocale.FormatType) -> str:
    locale = QLocale()
    date = QDate(moment.year, moment.month, moment.day)
    text = str(locale.toString(date, form))
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return text
    time = QTime(moment.hour, moment.minute, moment.second)
    return f"{text} {locale.toString(time, QLocale.FormatType.ShortFormat)}"


def _places(dates: Sequence[datetime]) -> list[float]:
    if not dates:
        return []
    span_s = (dates[-1] - dates[0]).total_seconds()
    if span_s <= 0:
        return [0.5] * len(dates)
    return [(date - dates[0]).total_seconds() / span_s for date in dates]
