"""Dates of snapshots: read from whatever a layer holds, and written one way."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone

from .errors import DateError
from .i18n import tr

__all__ = ["format_date", "parse_date"]

_ISO = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2})(?:[T ]+(.+))?)?)?")
_EIGHT_DIGITS = re.compile(r"\d{8}")


def parse_date(value: object) -> datetime:
    """Return a date, date-time or ISO 8601 text as a date-time without time zone.

    A time with a zone is brought to UTC. ``2018-08``, ``2018`` and ``20180805`` are read
    as the day they begin with.

    Raises
    ------
    DateError
        When `value` is no date; the text names it.
    """
    if isinstance(value, datetime):
        return _in_utc(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    text = str(value).strip()
    for reading in (_iso, _compact):
        found = reading(text)
        if found is not None:
            return _in_utc(found)
    raise DateError(
        tr('"{}" is not a date. Write it as 2018-08-05, or use a date field.').format(text[:60])
    )


def format_date(moment: datetime | None) -> str:
    """Return ISO text: the day alone at midnight, otherwise to the second; '' for None."""
    if moment is None:
        return ""
    if (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0):
        return moment.date().isoformat()
    return moment.isoformat(sep=" ", timespec="seconds")


def _iso(text: str) -> datetime | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    year, month, day, clock = found.groups()
    # Python before 3.11 knows neither Z nor days without leading zeros
    moment = f"{year}-{int(month or 1):02}-{int(day or 1):02} {(clock or '00:00').strip()}"
    try:
        return datetime.fromisoformat(moment.replace("Z", "+00:00"))
    except ValueError:
        return None


def _compact(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%d") if _EIGHT_DIGITS.fullmatch(text) else None
    except ValueError:
        return None


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(timezone.utc).replace(tzinfo=None)
