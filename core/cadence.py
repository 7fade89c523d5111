"""How far apart the dates of a series usually are, and which dates are missing by that."""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Iterable

__all__ = ["Step", "missing_dates", "step_of"]

_LAST_OF_SHORTEST_MONTH = 28
_YEAR = 12


@dataclass(frozen=True)
class Step:
    """The most common time from one date to the next: calendar months, or a plain span.

    `is_usual` says whether more than half of all steps are so long; where they are not,
    the series keeps no time, and no date can be said to be missing.
    """

    months: int
    span: timedelta
    is_usual: bool
    at_month_ends: bool = False

    def after(self, moment: datetime, times: int = 1) -> datetime:
        """Return the date so many steps after `moment`."""
        if not self.months:
            return moment + times * self.span
        month = moment.month - 1 + times * self.months
        year = moment.year + month // _YEAR
        last = calendar.monthrange(year, month % _YEAR + 1)[1]
        day = last if self.at_month_ends else min(moment.day, last)
        return moment.replace(year=year, month=month % _YEAR + 1, day=day)


def step_of(dates: Iterable[datetime]) -> Step:
    """Return the usual step of a series; a day for fewer than two dates.

    Dates that all fall on one day of the month, or on its last, step by months; all others
    by their plain distance. Of steps as common, the shortest counts.
    """
    ordered = sorted(set(dates))
    if len(ordered) <= 1:
        return Step(0, timedelta(days=1), False)
    pairs = list(zip(ordered, ordered[1:]))
    if _keep_months(ordered):
        counts = Counter(_months_between(*pair) for pair in pairs)
        months, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
        one_day = len({moment.day for moment in ordered}) == 1
        return Step(months, timedelta(0), 2 * count > len(pairs), at_month_ends=not one_day)
    spans = Counter(later - earlier for earlier, later in pairs)
    span, count = min(spans.items(), key=lambda item: (-item[1], item[0]))
    return Step(0, span, 2 * count > len(pairs))


def missing_dates(dates: Iterable[datetime]) -> list[datetime]:
    """Return the dates that a series should have by its usual step and has not.

    They are counted on from the date before each gap. A series without a usual step has
    none missing.
    """
    ordered = sorted(set(dates))
    step = step_of(ordered)
    if not step.is_usual:
        return []
    missing = []
    for earlier, later in zip(ordered, ordered[1:]):
        times = 1
        while step.after(earlier, times) < later:
            missing.append(step.after(earlier, times))
            times += 1
    return missing


def _keep_months(ordered: list[datetime]) -> bool:
    clocks = {moment.time() for moment in ordered}
    one_day = len({moment.day for moment in ordered}) == 1
    return (
        len(clocks) == 1
        and len({(moment.year, moment.month) for moment in ordered}) == len(ordered)
        and (one_day or all(_is_month_end(moment) for moment in ordered))
    )


def _is_month_end(moment: datetime) -> bool:
    # the 28th of February of any year but a leap year is one; a 28th of May is none
    return (
        moment.day >= _LAST_OF_SHORTEST_MONTH and (moment + timedelta(days=1)).month != moment.month
    )


def _months_between(earlier: datetime, later: datetime) -> int:
    return (later.year - earlier.year) * _YEAR + later.month - earlier.month
