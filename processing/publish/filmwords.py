"""The few words on a film, in the language of the film and not in that of QGIS."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FilmWords", "film_words"]


@dataclass(frozen=True)
class FilmWords:
    """Words with their places to fill in.

    Attributes
    ----------
    title : of a film that was given none; takes `layer`
    more : of factions that the legend has no room for; takes `count`
    countries : whose the borders are
    made : what drew it; takes `version` and `qgis`
    """

    title: str
    more: str
    countries: str
    made: str
    km2: str


_WORDS = {
    "en": FilmWords(
        title="Who holds what: {layer}",
        more="{count} more",
        countries="Countries: Natural Earth, as shipped with QGIS.",
        made="Made with Enclave Watch {version} and QGIS {qgis}.",
        km2="km\u00b2",
    ),
    "ar": FilmWords(
        title="خريطة السيطرة: {layer}",
        more="أخرى: {count}",
        countries="حدود الدول: Natural Earth كما يوزعها QGIS.",
        made="أُعدّ ببرنامج Enclave Watch {version} و QGIS {qgis}.",
        km2="كم\u00b2",
    ),
    "fr": FilmWords(
        title="Qui tient quoi : {layer}",
        more="{count} autres",
        countries="Pays : Natural Earth, fournis avec QGIS.",
        made="Réalisé avec Enclave Watch {version} et QGIS {qgis}.",
        km2="km\u00b2",
    ),
}


def film_words(language: str) -> FilmWords:
    """Return the words in `en`, `ar` or `fr`."""
    return _WORDS[language]
