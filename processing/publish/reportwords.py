"""What a report says beside its bulletin and its tables, in the language that the user chose."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Mapping

from ...core.i18n import tr
from ...core.languages import Language, language_of
from ...core.model import SEA
from ...core.numerals import number_text
from ..definitions import choice_parameter
from .markup import one_line

if TYPE_CHECKING:
    from datetime import datetime

    from qgis.core import QgsProcessingParameterDefinition

__all__ = ["Labels", "labels_of", "language_parameter", "numerals_parameter"]

_LANGUAGES = ("en", "ar", "fr")
_NUMERALS = ("latin", "arabic")
_FOLDER = Path(__file__).parents[2] / "resources" / "templates"
_AS_WHOLE = 1e-9


@dataclass(frozen=True)
class Labels:
    """The words of one language, and how its numbers and dates are written."""

    language: Language
    texts: Mapping[str, str] = field(repr=False)

    @property
    def is_rtl(self) -> bool:
        """Return whether the language is written from right to left."""
        return self.language.is_rtl

    def __getitem__(self, key: str) -> str:
        """Return the words of a key."""
        return self.texts[key]

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with so many decimals."""
        return number_text(value, decimals, self.language.numerals)

    def measure(self, value: float) -> str:
        """Return a number with as many decimals as it has, two at most."""
        found = (each for each in (0, 1) if abs(value - round(value, each)) < _AS_WHOLE)
        return self.number(value, next(found, 2))

    def digits(self, text: str) -> str:
        """Return a text with the digits of the language."""
        own = self.language.numerals.digits
        return "".join(own[int(sign)] if sign in "0123456789" else sign for sign in text)

    def date(self, moment: datetime) -> str:
        """Return a date in words."""
        return self.language.date_text(moment)

    def name(self, name: str) -> str:
        """Return who or what is named: nobody has no name, and the sea is no proper one."""
        if not name:
            return self["nobody"]
        return self["sea"] if name == SEA else one_line(name)


def labels_of(language: str, numerals: str) -> Labels:
    """Return the words of a language; `numerals` is `latin` or `arabic`."""
    texts = json.loads((_FOLDER / f"report.{language}.json").read_text(encoding="utf-8"))
    return Labels(language_of(language, numerals), texts)


def language_parameter(key: str) -> QgsProcessingParameterDefinition:
    """Return the language of what is written."""
    return choice_parameter(
        key,
        tr("Language"),
        _LANGUAGES,
        tr(
            "en: English; ar: Arabic, from right to left; fr: French. Names stay as the layers "
            "have them."
        ),
    )


def numerals_parameter(key: str) -> QgsProcessingParameterDefinition:
    """Return which digits numbers are written with."""
    return choice_parameter(
        key,
        tr("Numerals"),
        _NUMERALS,
        tr("The digits of all numbers. latin: 0 to 9; arabic: the Arabic-Indic ones."),
    )
