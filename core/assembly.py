"""Polygons gathered from many sources, put together into the rows of one control layer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import Enum
from typing import TYPE_CHECKING, Sequence

from .cadence import missing_dates, step_of
from .dates import format_date
from .errors import DateError
from .i18n import tr

if TYPE_CHECKING:
    from shapely import Geometry

    from .feedback import Feedback

__all__ = ["Assembled", "GatheredRow", "SameDay", "assemble"]

_SHOWN = 5


class SameDay(str, Enum):
    """What becomes of several snapshots on one day."""

    ALL = "all"
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True)
class GatheredRow:
    """One polygon of one source.

    `start` is when it begins to be valid; `end` the first moment at which it no longer is,
    where the source says so. `open_ended`: the source has ends, and this row has none.
    """

    faction: str
    start: datetime
    source: str
    geometry: Geometry
    end: datetime | None = None
    open_ended: bool = False


@dataclass(frozen=True)
class Assembled:
    """The rows of a control layer in order of date, faction and source.

    Attributes
    ----------
    rows : `end` is when the next snapshot begins, unless the source has an end of its own
    dates : of the snapshots
    missing : days that the usual step would have, and that are not there
    """

    rows: tuple[GatheredRow, ...]
    dates: tuple[datetime, ...]
    missing: tuple[datetime, ...]

    @property
    def factions(self) -> tuple[str, ...]:
        """All factions, in alphabetical order."""
        return tuple(sorted({row.faction for row in self.rows}))


def assemble(
    rows: Sequence[GatheredRow],
    *,
    same_day: SameDay = SameDay.ALL,
    last_end: datetime | None = None,
    feedback: Feedback,
) -> Assembled:
    """Put rows in order, give each its end, and tell what days are doubled or missing.

    A snapshot is valid until the next one; the last until `last_end`, or else as long as the
    usual step of the series.

    Raises
    ------
    DateError
        When `last_end` is not after the last snapshot.
    """
    kept = _one_a_day(rows, same_day, feedback)
    ordered = sorted(kept, key=lambda row: (row.start, row.faction, row.source))
    _tell_doubled(ordered, feedback)
    dates = sorted({row.start for row in ordered})
    if not dates:
        return Assembled((), (), ())
    step = step_of(dates)
    if last_end is not None and last_end <= dates[-1]:
        raise DateError(
            tr("End of the last snapshot (LAST_END, {end}) is not after its date, {date}.").format(
                end=format_date(last_end), date=format_date(dates[-1])
            )
        )
    next_date = dict(zip(dates, [*dates[1:], last_end or step.after(dates[-1])]))
    ended = tuple(
        row if row.end or row.open_ended else replace(row, end=next_date[row.start])
        for row in ordered
    )
    if any(row.end or row.open_ended for row in ordered):
        # rows that end by themselves are intervals, whose starts keep no time
        return Assembled(ended, tuple(dates), ())
    days = {datetime.combine(moment.date(), time.min) for moment in dates}
    missing = tuple(missing_dates(days))
    _tell_missing(missing, len(days), step_of(days).is_usual, feedback)
    return Assembled(ended, tuple(dates), missing)


def _one_a_day(
    rows: Sequence[GatheredRow], same_day: SameDay, feedback: Feedback
) -> list[GatheredRow]:
    """Keep, of each faction and day, the rows of the first or the last source alone."""
    if same_day is SameDay.ALL:
        return list(rows)
    order = {(row.start, row.source) for row in rows}
    of_day: dict[tuple[str, object], set[tuple[datetime, str]]] = defaultdict(set)
    for row in rows:
        of_day[row.faction, row.start.date()].add((row.start, row.source))
    choose = min if same_day is SameDay.FIRST else max
    chosen = {key: choose(found) for key, found in of_day.items()}
    kept = [row for row in rows if chosen[row.faction, row.start.date()] == (row.start, row.source)]
    left_out = sorted(order - set(chosen.values()))
    if left_out:
        feedback.warning(
            tr(
                "{count} snapshots left out, others of the same day and faction count: {names}."
            ).format(count=len(left_out), names=_named([source for _, source in left_out]))
        )
    return [replace(row, start=datetime.combine(row.start.date(), time.min)) for row in kept]


def _tell_doubled(rows: Sequence[GatheredRow], feedback: Feedback) -> None:
    sources: dict[tuple[datetime, str], set[str]] = defaultdict(set)
    moments: dict[object, set[datetime]] = defaultdict(set)
    for row in rows:
        sources[row.start, row.faction].add(row.source)
        moments[row.start.date()].add(row.start)
    doubled = [(key, found) for key, found in sorted(sources.items()) if len(found) > 1]
    for (moment, faction), found in doubled[:_SHOWN]:
        feedback.warning(
            tr(
                '{date}: "{faction}" is in {count} sources, whose ground counts together: {names}.'
            ).format(
                date=format_date(moment),
                faction=faction,
                count=len(found),
                names=_named(sorted(found)),
            )
        )
    if len(doubled) > _SHOWN:
        feedback.warning(
            tr(
                "... and so on {count} more dates and factions. Keep one a day with SAME_DAY."
            ).format(count=len(doubled) - _SHOWN)
        )
    several = sorted(str(day) for day, found in moments.items() if len(found) > 1)
    if several:
        feedback.warning(
            tr(
                "{count} days have several snapshots, at different times of day, and all are kept: "
                "{days}. Keep one a day with SAME_DAY."
            ).format(count=len(several), days=_named(several))
        )


def _tell_missing(
    missing: Sequence[datetime], count: int, is_usual: bool, feedback: Feedback
) -> None:
    if missing:
        days = "; ".join(format_date(moment) for moment in missing)
        feedback.warning(
            tr("{count} dates are missing, by the usual step of the series: {days}.").format(
                count=len(missing), days=days
            )
        )
    elif not is_usual and count > 2:  # noqa: PLR2004 - two dates have one step, and that is it
        feedback.info(
            tr("The dates are not evenly spaced, so that none can be said to be missing.")
        )


def _named(names: Sequence[str]) -> str:
    more = tr(" and {count} more").format(count=len(names) - _SHOWN) if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
