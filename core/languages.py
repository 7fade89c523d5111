"""How the languages of bulletins write numbers, dates and lists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Mapping

from .errors import ParameterError
from .i18n import tr
from .numerals import ARABIC_INDIC, Numerals, Unit

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["LANGUAGES", "NO_BREAK", "Language", "language_of"]

NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Language:
    """One language of bulletins.

    Attributes
    ----------
    units : a number with its unit
    about, below, above : a rounded number; one that is only a bound
    date_pattern, first_pattern : of a day, and of the first of a month
    """

    code: str
    is_rtl: bool
    numerals: Numerals
    units: Mapping[Unit, str]
    about: str
    below: str
    above: str
    comma: str
    conjunction: str
    months: tuple[str, ...]
    date_pattern: str
    first_pattern: str

    def date_text(self, moment: datetime) -> str:
        """Return a date in words, with the time of day where it has one."""
        pattern = self.first_pattern if moment.day == 1 else self.date_pattern
        text = pattern.format(
            day=self._digits(moment.day),
            month=self.months[moment.month - 1],
            year=self._digits(moment.year),
        )
        if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
            return text
        clock = ":".join(self._digits(part, 2) for part in (moment.hour, moment.minute))
        return f"{text}{self.comma}{clock}"

    def plural(self, number: int) -> str:
        """Return which form of a noun follows a number (Unicode CLDR's cardinal rules)."""
        if self.code == "ar":
            return _arabic_plural(number)
        if number == 1 or (self.code == "fr" and number == 0):
            return "one"
        return "other"

    def _digits(self, number: int, width: int = 1) -> str:
        return "".join(self.numerals.digits[int(digit)] for digit in f"{number:0{width}d}")


def language_of(code: str, digits: str = "") -> Language:
    """Return a language, with the digits asked for.

    Parameters
    ----------
    digits : `latin` or `arabic`; '' for latin

    Raises
    ------
    ParameterError
        When the language or the digits are not known.
    """
    if code not in LANGUAGES:
        raise ParameterError(
            tr('There are no texts in the language "{}". There are: {}.').format(
                code, ", ".join(LANGUAGES)
            )
        )
    if digits not in ("", "latin", "arabic"):
        raise ParameterError(
            tr('There are no numerals "{}". Choose "latin" or "arabic".').format(digits)
        )
    language = LANGUAGES[code]
    return replace(language, numerals=ARABIC_INDIC) if digits == "arabic" else language


def _arabic_plural(number: int) -> str:
    if number in (1, 2):
        return ("one", "two")[number - 1]
    hundredths = number % 100
    if hundredths in range(3, 11):
        return "few"
    return "many" if hundredths >= 11 else "other"  # noqa: PLR2004 - eleven to ninety-nine


def _units(percent: str, km: str, km2: str) -> Mapping[Unit, str]:
    return {
        Unit.PERCENT: f"{{}}{percent}",
        Unit.KM: f"{{}}{NO_BREAK}{km}",
        Unit.KM2: f"{{}}{NO_BREAK}{km2}",
        Unit.COUNT: "{}",
    }


LANGUAGES: Mapping[str, Language] = {
    "en": Language(
        code="en",
        is_rtl=False,
        numerals=Numerals(),
        units=_units(f"{NO_BREAK}%", "km", "km²"),
        about="about {}",
        below="less than {}",
        above="more than {}",
        comma=", ",
        conjunction=" and ",
        months=(
            "January", "February", "March", "April", "May", "June", "July", "August",
            "September", "October", "November", "December",
        ),
        date_pattern="{day} {month} {year}",
        first_pattern="{day} {month} {year}",
    ),
    "ar": Language(
        code="ar",
        is_rtl=True,
        numerals=Numerals(),
        units=_units("٪", "كم", "كم²"),
        about="نحو {}",
        below="أقل من {}",
        above="أكثر من {}",
        comma="، ",
        conjunction=" و",
        # the Levant's names with the Gregorian ones, as the United Nations write them
        months=(
            "كانون الثاني/يناير", "شباط/فبراير", "آذار/مارس", "نيسان/أبريل", "أيار/مايو",
            "حزيران/يونيو", "تموز/يوليو", "آب/أغسطس", "أيلول/سبتمبر", "تشرين الأول/أكتوبر",
            "تشرين الثاني/نوفمبر", "كانون الأول/ديسمبر",
        ),
        date_pattern="{day} {month} {year}",
        first_pattern="{day} {month} {year}",
    ),
    "fr": Language(
        code="fr",
        is_rtl=False,
        numerals=Numerals(thousands="\N{NARROW NO-BREAK SPACE}", decimal=","),
        units=_units(f"{NO_BREAK}%", "km", "km²"),
        about="environ {}",
        below="moins de {}",
        above="plus de {}",
        comma=", ",
        conjunction=" et ",
        months=(
            "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
            "septembre", "octobre", "novembre", "décembre",
        ),
        date_pattern="{day} {month} {year}",
        first_pattern="{day}er {month} {year}",
    ),
}  # fmt: skip
"""The languages of bulletins by their codes."""
