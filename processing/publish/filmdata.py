"""What a film shows, read and measured once for all formats."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Mapping, Tuple

from .. import parameters as keys
from ..histories import follow
from .filmwords import film_words

if TYPE_CHECKING:
    from datetime import datetime

    from shapely import Geometry

    from ...core.feedback import Feedback
    from ...core.geography import Geography
    from ...core.history import Step
    from ...core.lineage import LinkRule
    from ...core.model import Enclave
    from ...core.occurrence import Event
    from ...core.series import Series
    from ...core.timeline import SnapshotAnalysis
    from ..histories import Survey
    from ..inputs import Inputs

__all__ = [
    "Bounds",
    "ContactStretch",
    "Film",
    "FilmDate",
    "FilmTexts",
    "film_extent",
    "film_title",
    "read_film_dates",
]

Bounds = Tuple[float, float, float, float]
"""Least x, least y, most x, most y, in the CRS of the control layer."""


@dataclass(frozen=True)
class ContactStretch:
    """The stretch of the border with a neighbour along which the enclaves of a faction lie.

    `geometry` is a MultiLineString on the border, in the CRS of the control layer.
    """

    faction: str
    neighbour: str
    length_km: float
    geometry: Geometry = field(repr=False)


@dataclass(frozen=True)
class FilmDate:
    """One real date of the series.

    Attributes
    ----------
    analysis : the enclaves of the date with their figures
    held : all that a faction holds, a MultiPolygon in the CRS of the control layer; one that
        does not change from a date to another is the same object
    areas_km2 : the same ground measured, as the enclaves' figures sum up
    events : what happened since the date before; empty on the first date
    contacts : of each faction with each neighbour; border that two enclaves lie along once
    """

    date: datetime
    analysis: SnapshotAnalysis = field(repr=False)
    held: Mapping[str, Geometry] = field(repr=False)
    areas_km2: Mapping[str, float]
    events: tuple[Event, ...]
    contacts: tuple[ContactStretch, ...]


@dataclass(frozen=True)
class FilmTexts:
    """What is written on a film, and in which language the rest is.

    `language` is `en`, `ar` or `fr`; `credits` may be of no length.
    """

    title: str
    credits: str
    language: str


@dataclass(frozen=True)
class Film:
    """A series ready to be shown.

    Attributes
    ----------
    dates : all real dates in order, those at which nobody holds anything among them
    colors : of all factions, as `#rrggbb`
    extent : what the user wants to see; of all ground held at any time where he said nothing
    seconds : how long a date is shown when the film plays
    """

    series: Series = field(repr=False)
    geography: Geography = field(repr=False)
    dates: tuple[FilmDate, ...] = field(repr=False)
    colors: Mapping[str, str]
    extent: Bounds
    seconds: float
    texts: FilmTexts

    @property
    def factions(self) -> tuple[str, ...]:
        """Return all factions, the one that ever held most first."""
        most_km2 = {
            faction: max(each.areas_km2.get(faction, 0.0) for each in self.dates)
            for faction in self.series.factions
        }
        return tuple(sorted(most_km2, key=lambda faction: (-most_km2[faction], faction)))


def read_film_dates(survey: Survey, rule: LinkRule, feedback: Feedback) -> tuple[FilmDate, ...]:
    """Return all dates of the series, measured, with what happened between them.

    Raises
    ------
    Cancelled
        When the feedback says so, within about a second.
    """
    reader = _Reader(survey, feedback)
    return tuple(reader.date(step) for step in follow(survey, rule, feedback))


class _Reader:
    """Makes the dates of a film, one after the other."""

    def __init__(self, survey: Survey, feedback: Feedback) -> None:
        self._survey = survey
        self._feedback = feedback
        self._held: dict[bytes, Geometry] = {}

    def date(self, step: Step) -> FilmDate:
        """Return the date that a step ends on."""
        from ...core.events import events_of
        from ...core.occurrence import dated

        self._feedback.check()
        factions: dict[str, list[Enclave]] = {}
        for enclave in step.analysis.enclaves:
            factions.setdefault(enclave.faction, []).append(enclave)
        return FilmDate(
            date=dated(step.analysis),
            analysis=step.analysis,
            held={faction: self._together(own) for faction, own in factions.items()},
            areas_km2={
                faction: sum(enclave.area_km2 for enclave in own)
                for faction, own in factions.items()
            },
            events=events_of(
                step,
                self._survey.geography,
                self._survey.ruler,
                min_presence_km2=self._survey.parameters.min_presence_km2,
                feedback=self._feedback,
            ),
            contacts=tuple(
                contact for faction, own in factions.items() for contact in self._contacts(own)
            ),
        )

    def _contacts(self, enclaves: list[Enclave]) -> list[ContactStretch]:
        ruler = self._survey.ruler
        return [
            ContactStretch(
                enclaves[0].faction,
                neighbour,
                length_km,
                ruler.geometry(ruler.stretch(enclaves, neighbour), neighbour),
            )
            for neighbour, length_km in ruler.lengths_km(enclaves).items()
        ]

    def _together(self, enclaves: list[Enclave]) -> Geometry:
        import shapely

        parts = shapely.get_parts([enclave.geometry for enclave in enclaves])
        # dates that share all polygons of a faction share their geometry, and so its memory
        together = shapely.multipolygons(parts)
        key = hashlib.blake2b(shapely.to_wkb(together)).digest()
        return self._held.setdefault(key, together)


def film_title(series: Series, language: str) -> str:
    """Return the title of a film that was given none."""
    return film_words(language).title.format(layer=series.layer_name)


def film_extent(inputs: Inputs, series: Series) -> Bounds:
    """Return what the user wants to see; all ground of the series where he said nothing."""
    import shapely

    from .filmparameters import EXTENT

    if inputs.has(EXTENT):
        crs = inputs.source(keys.CONTROL).sourceCrs()
        given = inputs.algorithm.parameterAsExtent(inputs.values, EXTENT, inputs.context, crs)
        if not given.isEmpty():
            return (given.xMinimum(), given.yMinimum(), given.xMaximum(), given.yMaximum())
    west, south, east, north = shapely.total_bounds(series.store.polygons).tolist()
    return (west, south, east, north)
