"""Who held each place from when to when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Sequence

import numpy as np
import shapely
from shapely import Geometry, STRtree

from .dates import format_date
from .holders import Holders, holders_name, sorted_holders
from .i18n import tr

if TYPE_CHECKING:
    from datetime import datetime

    from .feedback import Feedback
    from .model import NamedGeometry, Snapshot
    from .series import Series

__all__ = ["PlaceHistory", "Spell", "history_lines", "place_histories"]

_SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True)
class Spell:
    """A time through which the same factions held a place, or nobody did.

    Attributes
    ----------
    start : date of the first snapshot that shows it so; None in an undated series
    end : date of the first snapshot that shows it otherwise; None: not over
    days : from start to end, or to the last date where it is not over
    """

    holders: Holders
    start: datetime | None
    end: datetime | None
    days: float | None

    @property
    def faction(self) -> str:
        """Return who held the place, as results name them."""
        return holders_name(self.holders)


@dataclass(frozen=True)
class PlaceHistory:
    """A place and its spells in order of date, at least one.

    `number` counts the places from 1 in the order of their layer: names can be alike.
    """

    number: int
    name: str
    geometry: Geometry = field(repr=False)
    spells: tuple[Spell, ...]

    @property
    def now(self) -> Spell:
        """Return the last spell."""
        return self.spells[-1]

    @property
    def before(self) -> Spell | None:
        """Return the spell before the last one; None where the place never changed hands."""
        return self.spells[-2] if len(self.spells) > 1 else None

    @property
    def changes(self) -> int:
        """Return how often the place changed hands, to nobody's and from nobody's too."""
        return len(self.spells) - 1


def place_histories(
    series: Series, places: Sequence[NamedGeometry], feedback: Feedback
) -> tuple[PlaceHistory, ...]:
    """Return the history of each place, in the order given.

    A place on the very line between two factions is held by both: it is contested.

    Raises
    ------
    Cancelled
        When the feedback says so.
    """
    moments = series.moments
    finder = _Finder(series, places)
    seen: list[list[Holders]] = []
    for index, moment in enumerate(moments):
        feedback.check()
        seen.append(finder.holders(moment))
        feedback.progress((index + 1) / len(moments))
    return tuple(
        PlaceHistory(
            number + 1,
            place.name,
            place.geometry,
            _spells(moments, [holders[number] for holders in seen]),
        )
        for number, place in enumerate(places)
    )


def history_lines(histories: Sequence[PlaceHistory]) -> list[str]:
    """Return one plain line a place that changed hands: who held it until when."""
    return [
        "{}: {}".format(each.name, "; ".join(_spell_text(spell) for spell in each.spells))
        for each in histories
        if each.changes
    ]


def _spell_text(spell: Spell) -> str:
    if spell.end is None:
        return tr("{faction} since {date}").format(
            faction=spell.faction, date=format_date(spell.start)
        )
    return tr("{faction} until {date}").format(faction=spell.faction, date=format_date(spell.end))


def _spells(moments: Sequence[Snapshot], held: Sequence[Holders]) -> tuple[Spell, ...]:
    starts = [index for index in range(len(held)) if index == 0 or held[index] != held[index - 1]]
    spells = []
    for start, following in zip(starts, [*starts[1:], None]):
        begin = moments[start].date
        end = None if following is None else moments[following].date
        until = moments[-1].date if following is None else end
        days = None
        if begin is not None and until is not None:
            days = (until - begin).total_seconds() / _SECONDS_A_DAY
        spells.append(Spell(held[start], begin, end, days))
    return tuple(spells)


class _Finder:
    """Finds the places in each distinct polygon once."""

    def __init__(self, series: Series, places: Sequence[NamedGeometry]) -> None:
        self._polygons = series.store.polygons
        self._places = np.array([place.geometry for place in places], dtype=object)
        self._tree = STRtree(self._places)
        self._inside: dict[int, list[int]] = {}

    def holders(self, snapshot: Snapshot) -> list[Holders]:
        found: dict[int, set[str]] = defaultdict(set)
        for faction, numbers in snapshot.holdings.items():
            for number in numbers:
                for place in self._places_in(number):
                    found[place].add(faction)
        return [sorted_holders(found.get(place, ())) for place in range(len(self._places))]

    def _places_in(self, number: int) -> list[int]:
        if number not in self._inside:
            polygon = self._polygons[number]
            near = self._tree.query(polygon)
            self._inside[number] = near[shapely.intersects(polygon, self._places[near])].tolist()
        return self._inside[number]
