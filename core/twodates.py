"""Which two dates of a series a report compares."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Callable, Sequence

from .dates import format_date
from .errors import DateError, FactionError
from .i18n import tr

if TYPE_CHECKING:
    from .model import Snapshot
    from .series import Series

__all__ = ["compared_series", "find_faction", "series_until", "two_dates"]

_SHOWN = 12


def two_dates(
    series: Series, from_date: datetime | None, to_date: datetime | None
) -> tuple[datetime, datetime]:
    """Return the dates of the two snapshots that are valid on the dates asked for.

    Parameters
    ----------
    from_date : None: the snapshot before that of `to_date`
    to_date : None: the last snapshot

    Raises
    ------
    DateError
        When the series has no such two snapshots.
    """
    dates = [each.date for each in series.moments if each.date is not None]
    if len(dates) < 2:  # noqa: PLR2004 - two dates
        raise DateError(
            tr(
                'A report compares two dates; control layer "{layer}" has {count}. Give the date '
                "field of a layer with several dates (DATE_FIELD)."
            ).format(layer=series.layer_name, count=len(dates))
        )
    after = len(dates) - 1 if to_date is None else _valid_on(dates, to_date, series)
    before = after - 1 if from_date is None else _valid_on(dates, from_date, series)
    if before < 0:
        raise DateError(
            tr(
                "{date} is the first date: there is none before to compare it with. Give a later "
                "TO_DATE. The dates are: {dates}."
            ).format(date=format_date(dates[after]), dates=_listed(dates))
        )
    if before >= after:
        raise DateError(
            tr(
                "FROM_DATE must be before TO_DATE; the snapshots valid then are those of {before} "
                "and {after}. The dates are: {dates}."
            ).format(
                before=format_date(dates[before]),
                after=format_date(dates[after]),
                dates=_listed(dates),
            )
        )
    return dates[before], dates[after]


def series_until(series: Series, last: datetime) -> Series:
    """Return the series without the dates after `last`."""
    return _kept(series, lambda date: date <= last)


def compared_series(series: Series, before: datetime, after: datetime) -> Series:
    """Return the series without the dates between the two, and after the second."""
    return _kept(series, lambda date: date <= before or date == after)


def find_faction(series: Series, name: str | None) -> str | None:
    """Return the faction or alliance that a user means; None for all.

    Raises
    ------
    FactionError
        When the series has none of that name; the text lists those that there are.
    """
    wanted = (name or "").strip()
    if not wanted:
        return None
    factions = series.factions
    if wanted in factions:
        return wanted
    alike = [each for each in factions if each.casefold() == wanted.casefold()]
    if len(alike) == 1:
        return alike[0]
    raise FactionError(
        tr(
            'Control layer "{layer}" has no faction or alliance "{name}" (FACTION). It has: '
            "{known}."
        ).format(layer=series.layer_name, name=wanted[:80], known=", ".join(factions))
    )


def _kept(series: Series, is_kept: Callable[[datetime], bool]) -> Series:
    def holds(snapshot: Snapshot) -> bool:
        return snapshot.date is not None and is_kept(snapshot.date)

    return replace(
        series,
        snapshots=tuple(each for each in series.snapshots if holds(each)),
        unheld_from=tuple(date for date in series.unheld_from if is_kept(date)),
    )


def _valid_on(dates: Sequence[datetime], wanted: datetime, series: Series) -> int:
    """Return the last date up to `wanted`; a day without a time of day counts to its end."""
    until = wanted
    if wanted.time() == time.min:
        until = wanted + timedelta(days=1) - timedelta(microseconds=1)
    found = [index for index, date in enumerate(dates) if date <= until]
    if not found:
        raise DateError(
            tr(
                'Control layer "{layer}" has no snapshot as early as {date}. Its dates are: '
                "{dates}."
            ).format(layer=series.layer_name, date=format_date(wanted), dates=_listed(dates))
        )
    return found[-1]


def _listed(dates: Sequence[datetime]) -> str:
    texts = [format_date(date) for date in dates]
    if len(texts) > _SHOWN:
        texts = [*texts[: _SHOWN - 1], "...", texts[-1]]
    return ", ".join(texts)
