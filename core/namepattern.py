"""Patterns that say where in a name the date stands, and the date that a match of one gives.

A pattern is either like those of `strptime` (`control_%d.%m.%Y`) or a regular expression with
named groups: year, month, day, hour, minute, second or unix. One such as `control_*.shp`
says nothing of dates: it chooses files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase
from typing import Sequence

from .errors import ParameterError
from .i18n import tr
from .monthnames import MONTH_NAMES, month_number

__all__ = [
    "MONTH_REGEX",
    "DateInName",
    "compile_pattern",
    "fits",
    "is_wildcard",
    "moment_of",
    "read_by_pattern",
]

MONTH_REGEX = "|".join(name.replace(" ", "[ _-]") for name in MONTH_NAMES)
"""Matches the name of a month, in any of the known languages."""

_GROUPS = ("year", "month", "day", "hour", "minute", "second", "unix")
_DIRECTIVES = {
    "Y": r"(?P<year>\d{4})",
    "y": r"(?P<year>\d{2})",
    "m": r"(?P<month>\d{1,2})",
    "d": r"(?P<day>\d{1,2})",
    "b": rf"(?P<month>{MONTH_REGEX})",
    "B": rf"(?P<month>{MONTH_REGEX})",
    "j": r"(?P<yearday>\d{3})",
    "H": r"(?P<hour>\d{1,2})",
    "M": r"(?P<minute>\d{2})",
    "S": r"(?P<second>\d{2})",
    "s": r"(?P<unix>\d{9,10})",
}
_NUMERIC = frozenset("YymdjHMSs")
_SPLIT = re.compile(r"%(.)|(\*)|(\?)|(.)", re.DOTALL)
# POSIX: two digits from 69 on are of the twentieth century
_FIRST_OF_1900 = 69


@dataclass(frozen=True)
class DateInName:
    """The date that a name holds, and where: characters `start` to before `end`."""

    moment: datetime
    start: int
    end: int


def read_by_pattern(names: Sequence[str], pattern: str) -> list[DateInName | None]:
    """Return the date of each name by a pattern that the user gave.

    The pattern may stand anywhere in the name, in capitals or not; the first place where it
    gives a date counts. None: it fits nowhere, or gives no possible date (31 February).

    Raises
    ------
    ParameterError
        When the pattern is none.
    """
    regex = compile_pattern(pattern)
    return [_first(regex, name) for name in names]


def is_wildcard(pattern: str) -> bool:
    """Return whether a pattern only chooses names, and says nothing of dates."""
    is_dated = "%" in pattern or "(?P<" in pattern
    return not is_dated and any(sign in pattern for sign in "*?")


def fits(path: str, wildcard: str) -> bool:
    """Return whether a file's name, or its path where the wildcard has a `/`, is chosen."""
    name = path if "/" in wildcard else path.rsplit("/", maxsplit=1)[-1]
    return fnmatchcase(name.casefold(), wildcard.casefold())


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return a pattern like those of `strptime`, or a regular expression, made ready.

    Raises
    ------
    ParameterError
        When it cannot be understood, or leaves out the year.
    """
    text = pattern if "(?P<" in pattern else _from_directives(pattern)
    try:
        regex = re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise ParameterError(
            tr('Pattern (PATTERN) "{pattern}" cannot be understood: {reason}.').format(
                pattern=pattern, reason=error
            )
        ) from error
    groups = set(regex.groupindex)
    unknown = sorted(groups - {*_GROUPS, "yearday"})
    if unknown or not groups & {"year", "unix"}:
        raise ParameterError(
            tr(
                'Pattern (PATTERN) "{pattern}" does not say where the year is. Write it with '
                "%Y %m %d (or %y, %b, %j, %H, %M, %S, %s), for instance control_%d.%m.%Y, or as a "
                "regular expression with groups named {groups}. Or choose files by their names, "
                "with * for any text: control_*.shp."
            ).format(pattern=pattern, groups=", ".join(_GROUPS))
        )
    return regex


def moment_of(match: re.Match[str]) -> datetime | None:
    """Return the date of a match; None where it is no possible one."""
    parts = {name: text for name, text in match.groupdict().items() if text}
    try:
        if "unix" in parts:
            seconds = int(parts["unix"])
            return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
        year = _year(parts["year"])
        if "yearday" in parts:
            return _of_yearday(year, int(parts["yearday"]))
        return datetime(
            year,
            _month(parts.get("month", "1")),
            int(parts.get("day", 1)),
            int(parts.get("hour", 0)),
            int(parts.get("minute", 0)),
            int(parts.get("second", 0)),
        )
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _first(regex: re.Pattern[str], name: str) -> DateInName | None:
    for match in regex.finditer(name):
        moment = moment_of(match)
        if moment is not None:
            # the literal text of the pattern is not the date
            spans = [match.span(group) for group in regex.groupindex if match.start(group) >= 0]
            return DateInName(moment, min(s for s, _ in spans), max(e for _, e in spans))
    return None


def _from_directives(pattern: str) -> str:
    pieces: list[str] = []
    kinds: list[str] = []
    for match in _SPLIT.finditer(pattern):
        letter, star, mark, literal = match.groups()
        if letter is not None and letter != "%":
            if letter not in _DIRECTIVES:
                raise ParameterError(
                    tr(
                        'Pattern (PATTERN) "{pattern}": %{letter} is unknown. Known are '
                        "%Y %y %m %d %b %B %j %H %M %S %s and %%."
                    ).format(pattern=pattern, letter=letter)
                )
            pieces.append(_DIRECTIVES[letter])
            kinds.append("number" if letter in _NUMERIC else "word")
            continue
        pieces.append(".*?" if star else "." if mark else re.escape(literal or "%"))
        kinds.append("text")
    return "".join(_bounded(pieces, kinds))


def _bounded(pieces: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """Let numbers side by side have two digits, and those at the ends begin and end there."""
    bounded = list(pieces)
    for index, kind in enumerate(kinds):
        beside = [kinds[i] for i in (index - 1, index + 1) if 0 <= i < len(kinds)]
        if kind == "number" and "number" in beside:
            bounded[index] = bounded[index].replace("{1,2}", "{2}")
    if kinds and kinds[0] == "number":
        bounded[0] = r"(?<!\d)" + bounded[0]
    if kinds and kinds[-1] == "number":
        bounded[-1] += r"(?!\d)"
    return bounded


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:  # noqa: PLR2004 - two digits leave out the century
        return year
    return year + (1900 if year >= _FIRST_OF_1900 else 2000)


def _month(text: str) -> int:
    number = month_number(text)
    return int(text) if number is None else number


def _of_yearday(year: int, day: int) -> datetime | None:
    moment = datetime(year, 1, 1) + timedelta(days=day - 1)
    return moment if moment.year == year else None
