"""Names of months in the languages in which maps of control are commonly published."""

from __future__ import annotations

__all__ = ["MONTH_NAMES", "month_number"]

_ENGLISH = (
    "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|"
    "september sept sep|october oct|november nov|december dec"
)
_FRENCH = (
    "janvier janv|février fevrier févr fevr|mars|avril avr|mai|juin|juillet juil|août aout|"
    "septembre|octobre|novembre|décembre decembre déc"
)
_SPANISH = (
    "enero ene|febrero|marzo|abril abr|mayo|junio|julio|agosto ago|septiembre setiembre|"
    "octubre|noviembre|diciembre dic"
)
_UKRAINIAN = (
    "січень січня|лютий лютого|березень березня|квітень квітня|травень травня|червень червня|"
    "липень липня|серпень серпня|вересень вересня|жовтень жовтня|листопад листопада|"
    "грудень грудня"
)
_RUSSIAN = (
    "январь января|февраль февраля|март марта|апрель апреля|май мая|июнь июня|июль июля|"
    "август августа|сентябрь сентября|октябрь октября|ноябрь ноября|декабрь декабря"
)
_LEVANTINE = (
    "كانون_الثاني|شباط|آذار اذار|نيسان|أيار ايار|حزيران|تموز|آب|أيلول ايلول|تشرين_الأول|"
    "تشرين_الثاني|كانون_الأول"
)
_EGYPTIAN = (
    "يناير|فبراير|مارس|أبريل ابريل إبريل|مايو|يونيو|يوليو|أغسطس اغسطس|سبتمبر|أكتوبر اكتوبر|"
    "نوفمبر|ديسمبر"
)


def _numbers() -> dict[str, int]:
    languages = (_ENGLISH, _FRENCH, _SPANISH, _UKRAINIAN, _RUSSIAN, _LEVANTINE, _EGYPTIAN)
    return {
        name.replace("_", " "): number
        for language in languages
        for number, names in enumerate(language.split("|"), start=1)
        for name in names.split()
    }


_NUMBERS = _numbers()

MONTH_NAMES = tuple(sorted(_NUMBERS, key=lambda name: (-len(name), name)))
"""All names in small letters, the longest first, as a regular expression wants them."""


def month_number(name: str) -> int | None:
    """Return 1 to 12 for the name of a month; None for anything else."""
    return _NUMBERS.get(" ".join(name.casefold().replace("_", " ").replace("-", " ").split()))
