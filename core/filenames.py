"""The date in the names of files and layers, found where only one way of reading fits them all.

A wrong reading would be a silent one, day and month swapped: so whatever could be read in two
ways is not read at all, and the error shows the ways.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Sequence

from .dates import format_date
from .errors import DateError
from .i18n import tr
from .namepattern import MONTH_REGEX, DateInName, moment_of

__all__ = ["NameDates", "read_names", "without_date"]

_SHOWN = 4
_SEPARATORS = "-_. "
_TEXT_AT_ENDS = " -_.,;:()[]#/"


@dataclass(frozen=True)
class NameDates:
    """The dates of names, or of paths: `pattern` is how they were read, `dates` runs along."""

    pattern: str
    names: tuple[str, ...]
    dates: tuple[DateInName, ...]


@dataclass(frozen=True)
class _Reading:
    """One way to read a date; `~` in the pattern stands for the separator.

    `is_full`: to the day and with all of the year, so that chance rarely makes one.
    """

    pattern: str
    regex: re.Pattern[str]
    is_full: bool


@dataclass(frozen=True)
class _Match:
    date: DateInName
    separator: str


@dataclass(frozen=True)
class _Candidate:
    reading: _Reading
    matches: tuple[_Match, ...]

    @property
    def moments(self) -> tuple[datetime, ...]:
        return tuple(match.date.moment for match in self.matches)

    @property
    def pattern(self) -> str:
        return self.reading.pattern.replace("~", self.matches[0].separator)

    @property
    def is_constant(self) -> bool:
        return len(self.moments) > 1 and len(set(self.moments)) == 1


def read_names(
    names: Sequence[str], *, today: datetime, paths: Sequence[str] | None = None
) -> NameDates:
    """Return the date of each name, where one reading alone fits all of them.

    Of two readings that fit, the one that takes more of the name counts, then the one to the
    day with four digits of the year, then the one that puts no name after `today`. What
    then is left must agree on all dates.

    Parameters
    ----------
    names : of files without their ending, or of layers
    today : no map of what was held is dated later, if it can be read otherwise
    paths : the names with the folders before them, read where no name has any date

    Raises
    ------
    DateError
        When no reading fits all names, or several do; the text shows them.
    """
    found = [_matches(name) for name in names]
    if paths is not None and not any(found):
        return read_names(paths, today=today)
    candidates = _candidates(found)
    if not candidates:
        raise DateError(_none_fits(names, found))
    candidates = _likelier(candidates, today)
    if len({candidate.moments for candidate in candidates}) > 1:
        raise DateError(_several_fit(names, candidates))
    chosen = candidates[0]
    return NameDates(chosen.pattern, tuple(names), tuple(match.date for match in chosen.matches))


def without_date(name: str, date: DateInName) -> str:
    """Return what else a name says: `control_20241101_v2` gives `control_v2`; may be ''."""
    before = name[: date.start].rstrip(_TEXT_AT_ENDS)
    after = name[date.end :].lstrip(_TEXT_AT_ENDS)
    between = name[len(before) : date.start][:1] or "_"
    joined = before + between + after if before and after else before + after
    return joined.strip(_TEXT_AT_ENDS)


# ---- the ways to read ---------------------------------------------------------------

_Y = r"(?P<year>(?:1[5-9]|2[01])\d\d)"
_YY = r"(?P<year>\d\d)"
_M, _D = r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_MM, _DD = r"(?P<month>\d\d)", r"(?P<day>\d\d)"
_B = rf"(?P<month>(?<![^\W\d_])(?:{MONTH_REGEX})(?![^\W\d_]))"
_HH, _MIN, _SEC = r"(?P<hour>\d\d)", r"(?P<minute>\d\d)", r"(?P<second>\d\d)"
# the same between all fields, where no folder ends
_SEP, _SAME = rf"(?:(?P<sep>[{_SEPARATORS}])|/)", rf"(?(sep)(?:(?P=sep)|/)|[{_SEPARATORS}/])"
_LOOSE = r"(?P<sep>[-_. ,/]{0,2})"
_LOOSE_TOO = r"[-_. ,/]{0,2}"
# a time of day has its T, its separators or its seconds: four bare digits can be a number
_TIME = (
    rf"(?:T{_HH}[-:_.]?{_MIN}(?:[-:_.]?{_SEC})?Z?"
    rf"|[ _-](?P<hour2>\d\d)[-:_.h](?P<minute2>\d\d)(?:[-:_.m](?P<second2>\d\d))?"
    rf"|[ _-](?P<hour3>\d\d)(?P<minute3>\d\d)(?P<second3>\d\d))"
)


def _reading(pattern: str, text: str, *, is_full: bool = False) -> _Reading:
    # a lookahead, so that matches that overlap are all seen
    regex = re.compile(rf"(?<!\d)(?=(?P<whole>{text})(?!\d))", re.IGNORECASE)
    return _Reading(pattern, regex, is_full)


def _separated(pattern: str, *fields: str, is_full: bool = False) -> _Reading:
    first, *others = fields
    text = first + _SEP + others[0] + "".join(_SAME + field for field in others[1:])
    return _reading("~".join(pattern.split()), text, is_full=is_full)


_READINGS = (
    _reading("%Y%m%d", _Y + _MM + _DD, is_full=True),
    _reading("%d%m%Y", _DD + _MM + _Y, is_full=True),
    _reading("%m%d%Y", _MM + _DD + _Y, is_full=True),
    _separated("%Y %m %d", _Y, _M, _D, is_full=True),
    _reading("%Y/%m%d", _Y + "/" + _MM + _DD, is_full=True),
    _reading("%Y%m/%d", _Y + _MM + "/" + _DD, is_full=True),
    _separated("%d %m %Y", _D, _M, _Y, is_full=True),
    _separated("%m %d %Y", _M, _D, _Y, is_full=True),
    _reading("%d~%b~%Y", _D + _LOOSE + _B + _LOOSE_TOO + _Y, is_full=True),
    _reading("%b~%d~%Y", _B + _LOOSE + _D + r"[-_. ,/]{1,2}" + _Y, is_full=True),
    _reading("%Y~%b~%d", _Y + _LOOSE + _B + _LOOSE_TOO + _D, is_full=True),
    _reading("%Y%m%d %H%M%S", _Y + _MM + _DD + _TIME, is_full=True),
    _reading("%Y~%m~%d %H%M%S", _Y + _SEP + _M + _SAME + _D + _TIME, is_full=True),
    _reading("%Y%m%d%H", _Y + _MM + _DD + _HH, is_full=True),
    _reading("%Y%m%d%H%M", _Y + _MM + _DD + _HH + _MIN, is_full=True),
    _reading("%Y%m%d%H%M%S", _Y + _MM + _DD + _HH + _MIN + _SEC, is_full=True),
    _reading("%s", r"(?P<unix>[1-4]\d{9})", is_full=True),
    _reading("%s000", r"(?P<unix>[1-4]\d{9})\d{3}", is_full=True),
    _separated("%y %m %d", _YY, _M, _D),
    _separated("%d %m %y", _D, _M, _YY),
    _separated("%m %d %y", _M, _D, _YY),
    _reading("%y%m%d", _YY + _MM + _DD),
    _reading("%d%m%y", _DD + _MM + _YY),
    _reading("%m%d%y", _MM + _DD + _YY),
    _reading("%d~%b~%y", _D + _LOOSE + _B + _LOOSE_TOO + _YY),
    _reading("%y~%b~%d", _YY + _LOOSE + _B + _LOOSE_TOO + _D),
    _reading("%Y%m", _Y + _MM),
    _separated("%Y %m", _Y, _M),
    _separated("%m %Y", _M, _Y),
    _reading("%b~%Y", _B + _LOOSE + _Y),
    _reading("%Y~%b", _Y + _LOOSE + _B),
    _reading("%Y", _Y),
)


def _matches(name: str) -> dict[_Reading, list[_Match]]:
    """Return the possible dates by reading, less those inside of a longer one."""
    found = [
        (reading, match)
        for reading in _READINGS
        for match in (_match(each) for each in reading.regex.finditer(name))
        if match is not None
    ]
    spans = {(match.date.start, match.date.end) for _, match in found}
    kept: dict[_Reading, list[_Match]] = {}
    for reading, match in found:
        start, end = match.date.start, match.date.end
        if not any(s <= start and end <= e and (s, e) != (start, end) for s, e in spans):
            kept.setdefault(reading, []).append(match)
    return kept


def _match(match: re.Match[str]) -> _Match | None:
    moment = moment_of(match)
    if moment is None:
        return None
    groups = match.groupdict()
    for number in ("2", "3"):
        if groups.get("hour" + number):
            clock = [int(groups.get(name + number) or 0) for name in ("hour", "minute", "second")]
            moment = _at(moment, clock)
    if moment is None:
        return None
    start, end = match.span("whole")
    between = groups.get("sep") or ("/" if "/" in match.group("whole") else "")
    return _Match(DateInName(moment, start, end), between)


def _at(moment: datetime | None, clock: Sequence[int]) -> datetime | None:
    hour, minute, second = clock
    try:
        return None if moment is None else moment.replace(hour=hour, minute=minute, second=second)
    except ValueError:
        return None


# ---- which of them it is ------------------------------------------------------------


def _candidates(found: Sequence[dict[_Reading, list[_Match]]]) -> list[_Candidate]:
    candidates = []
    for reading in _READINGS:
        columns = [each.get(reading, []) for each in found]
        counts = {len(column) for column in columns}
        if not found or 0 in counts:
            continue
        # names with more dates than others: the first, or the last, may be meant
        places = range(counts.pop()) if len(counts) == 1 else (0, -1)
        candidates += [
            _Candidate(reading, tuple(column[place] for column in columns)) for place in places
        ]
    return candidates


def _likelier(candidates: list[_Candidate], today: datetime) -> list[_Candidate]:
    full = [each for each in candidates if each.reading.is_full]
    tells_apart = any(not each.is_constant for each in candidates)
    if full and not (tells_apart and all(each.is_constant for each in full)):
        candidates = full
    latest = today + timedelta(days=1)  # it is tomorrow already in the east
    past = [each for each in candidates if max(each.moments) <= latest]
    return past or candidates


def _none_fits(names: Sequence[str], found: Sequence[dict[_Reading, list[_Match]]]) -> str:
    fits = {
        reading: [index for index, each in enumerate(found) if reading in each]
        for reading in _READINGS
    }
    best = max(_READINGS, key=lambda reading: len(fits[reading]))
    if not fits[best]:
        return tr(
            "No date was found in the names, such as {names}. Give a PATTERN, for instance "
            "%d.%m.%Y, or take dates from a field (DATE_FIELD) or expression (DATE_EXPRESSION)."
        ).format(names=_quoted(names))
    first = fits[best][0]
    separator = found[first][best][0].separator
    others = [name for index, name in enumerate(names) if index not in set(fits[best])]
    return tr(
        "No one way to read a date fits all names. {pattern} fits {count} of {total} (in "
        '"{name}"), but not: {others}. Take those out, rename them, or give a PATTERN: names that '
        "it does not fit are left out."
    ).format(
        pattern=best.pattern.replace("~", separator),
        count=len(fits[best]),
        total=len(names),
        name=names[first],
        others=_quoted(others),
    )


def _several_fit(names: Sequence[str], candidates: Sequence[_Candidate]) -> str:
    distinct: dict[tuple[datetime, ...], _Candidate] = {}
    for candidate in candidates:
        distinct.setdefault(candidate.moments, candidate)
    shown = [
        tr('{pattern} (in "{name}": {date})').format(
            pattern=each.pattern, name=names[0], date=format_date(each.moments[0])
        )
        for each in distinct.values()
    ]
    return tr(
        "The dates in the names can be read in {count} ways: {candidates}. Give the right one as "
        "PATTERN."
    ).format(count=len(distinct), candidates="; ".join(shown))


def _quoted(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:_SHOWN])
    return shown + (", ..." if len(names) > _SHOWN else "")
