"""The credits of a film: where its data come from, and what drew it."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import Qgis

from .. import parameters as keys
from .filmwords import film_words

if TYPE_CHECKING:
    from ..inputs import Inputs

__all__ = ["credits_text"]

_METADATA = Path(__file__).parents[2] / "metadata.txt"


def credits_text(inputs: Inputs, given: str, language: str) -> str:
    """Return what the user wrote, then whose the borders are, then the software's versions."""
    words = film_words(language)
    metadata = ConfigParser(interpolation=None)
    metadata.read(_METADATA, encoding="utf-8")
    parts = [given if not given or given.endswith((".", "!", "?", "؟")) else f"{given}."]
    if not inputs.has(keys.COUNTRIES):
        parts.append(words.countries)
    parts.append(
        words.made.format(
            version=metadata.get("general", "version"), qgis=Qgis.QGIS_VERSION.split("-")[0]
        )
    )
    return " ".join(part for part in parts if part)
