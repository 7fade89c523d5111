"""Border contact of the pieces of a coverage, arc by arc and polygon by polygon."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Sequence, Tuple

import numpy as np
import numpy.typing as npt

from .contact import border_inside, is_covered, merged_by_line, stretches_of_pairs
from .nearby import meeting
from .neararcs import NearBorder
from .proximity import EXACT_M
from .recent import Recent

if TYPE_CHECKING:
    from .arctable import ArcTable
    from .borders import Border
    from .model import Contact
    from .outline import Outline
    from .polygons import PolygonStore
    from .segments import Segments

__all__ = ["ArcContacts"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_Key = Tuple[bytes, bytes, Tuple[int, ...]]


class ArcContacts:
    """Measures border contact; what lies along the border and stays is measured once."""

    def __init__(
        self, table: ArcTable, border: Border, store: PolygonStore, tolerance_m: float
    ) -> None:
        self._table = table
        self._border = border
        self._store = store
        self._near = NearBorder(table, border.segments, max(tolerance_m, EXACT_M))
        self._inside: dict[int, tuple[Ints, Floats]] = {}
        self._known: Recent[_Key, tuple[Contact, ...]] = Recent()

    def turn(self) -> None:
        """Begin another date."""
        self._known.turn()

    def ask(self, arcs: Ints) -> None:
        """Look for border near arcs, all at once; those of outlines asked for are among them."""
        self._near.ask(arcs)

    def contacts(self, numbers: Sequence[int], outline: Outline) -> tuple[Contact, ...]:
        """Return the contact of the union of polygons with each neighbour, the longest first."""
        uses = np.flatnonzero(self._near.is_near[outline.arc])
        inside = tuple(number for number in numbers if len(self._inside_of(number)[0]))
        if len(uses) == 0 and not inside:
            return ()
        arcs = 2 * outline.arc[uses] + outline.turned[uses]
        key = (arcs.tobytes(), _chains(outline, uses).tobytes(), inside)
        return self._known.once(key, partial(self._measured, outline, uses, inside))

    def _measured(
        self, outline: Outline, uses: Ints, inside: Sequence[int]
    ) -> tuple[Contact, ...]:
        border = self._border.segments
        some = self._near.of_arcs(outline.arc[uses])
        segments, numbers, turned = outline.numbered_segments(uses)
        order = np.argsort(numbers)
        place = order[np.searchsorted(numbers[order], self._near.y[some])]
        pairs = self._near.laid(some, place, turned[place])
        held = [self._inside_of(number) for number in inside]
        stretches = stretches_of_pairs(border, segments, pairs, partial(_uncovered, border, held))
        return self._border.along(stretches)

    def _inside_of(self, number: int) -> tuple[Ints, Floats]:
        """Return the parts of the border inside one polygon."""
        if number not in self._inside:
            polygon, border = self._store.polygons[number], self._border.segments
            self._inside[number] = border_inside(border, meeting(border.tree, polygon), polygon)
        return self._inside[number]


def _uncovered(
    border: Segments, held: list[tuple[Ints, Floats]], beside: dict[int, Floats]
) -> dict[int, Floats]:
    if not held:
        return {}
    numbers = np.concatenate([each for each, _ in held])
    rows = np.concatenate([each for _, each in held])
    bare = ~is_covered(border, numbers, beside)
    return merged_by_line(border, numbers[bare], rows[bare])


def _chains(outline: Outline, uses: Ints) -> Ints:
    """Return a number for each use, the same for those that follow each other on a ring."""
    ring = outline.ring[uses]
    breaks = (np.diff(uses) > 1) | (np.diff(ring) != 0)
    return np.cumsum(np.append(0, breaks))
