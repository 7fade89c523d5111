"""Border contact of the pieces of a coverage, run by run of outline and polygon by polygon."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Sequence

import numpy as np

from .arcruns import Run, runs_of, segments_of
from .contact import (
    BorderRun,
    border_inside,
    border_runs,
    is_covered,
    merged_by_line,
    stretches_of_runs,
)
from .neararcs import NearBorder
from .nearby import meeting
from .outlineset import OutlineSet
from .proximity import EXACT_M
from .recent import Recent

if TYPE_CHECKING:
    from .arctable import ArcTable
    from .arrays import Floats, Ints
    from .borders import Border
    from .model import Contact
    from .outline import Outline
    from .polygons import PolygonStore

__all__ = ["ArcContacts"]


@dataclass
class _Inside:
    """What is known of the border inside one polygon.

    Attributes
    ----------
    candidates : the segments that meet the polygon, in order
    parts : by segment, from where to where it runs inside along its line, (k, 2)
    """

    candidates: Ints
    parts: dict[int, Floats] = field(default_factory=dict)


@dataclass
class _Place:
    """Where an outline is near the border: what is the same for pieces of the same contact.

    Attributes
    ----------
    key : the arcs near the border, which of them follow the one before, and the polygons that
        have border inside
    """

    key: tuple[bytes, bytes, tuple[int, ...]]
    runs: list[Run] = field(default_factory=list)


class ArcContacts:
    """Measures border contact; what lies along the border and stays is measured once."""

    def __init__(
        self, table: ArcTable, border: Border, store: PolygonStore, tolerance_m: float
    ) -> None:
        self._table = table
        self._border = border
        self._store = store
        self._near = NearBorder(table, border.segments, max(tolerance_m, EXACT_M))
        self._inside: dict[int, _Inside] = {}
        self._parts: dict[tuple[int, bytes], Floats] = {}
        self._runs: Recent[bytes, list[BorderRun]] = Recent()
        self._places: Recent[tuple[int, ...], _Place | None] = Recent()
        self._alike: Recent[tuple[bytes, bytes, tuple[int, ...]], tuple[Contact, ...]] = Recent()
        self._known: Recent[tuple[int, ...], tuple[Contact, ...]] = Recent()

    def turn(self) -> None:
        """Begin another date."""
        for each in (self._runs, self._places, self._alike, self._known):
            each.turn()

    def ask(self, arcs: Ints) -> None:
        """Look for border near arcs, all at once; those of outlines asked for are among them."""
        self._near.ask(arcs)

    def learn(self, pieces: Sequence[tuple[tuple[int, ...], Outline]]) -> None:
        """Look along the outlines of pieces, all at once, where they are not known.

        Parameters
        ----------
        pieces : the numbers of the polygons of each, and its outline
        """
        new = []
        for numbers, outline in pieces:
            if self._known.has(numbers):
                continue
            place = self._places.once(numbers, partial(self._placed, numbers, outline))
            if place is not None and not self._alike.has(place.key):
                new.append((place, outline))
        if not new:
            return
        outlines = OutlineSet.of(self._table, [outline for _, outline in new])
        unknown: dict[bytes, Run] = {}
        for (place, _), runs in zip(new, runs_of(outlines, self._rows(outlines))):
            place.runs = runs
            unknown.update((run.key, run) for run in runs if not self._runs.has(run.key))
        for key, found in zip(unknown, self._along(list(unknown.values()))):
            self._runs.keep(key, found)

    def contacts(self, numbers: tuple[int, ...], outline: Outline) -> tuple[Contact, ...]:
        """Return the contact of the union of polygons with each neighbour, the longest first."""
        return self._known.once(numbers, partial(self._of_piece, numbers, outline))

    def _of_piece(self, numbers: tuple[int, ...], outline: Outline) -> tuple[Contact, ...]:
        self.learn([(numbers, outline)])
        place = self._places.get(numbers)
        if place is None:
            return ()
        return self._alike.once(place.key, partial(self._measured, place))

    def _placed(self, numbers: tuple[int, ...], outline: Outline) -> _Place | None:
        uses = np.flatnonzero(self._near.is_near[outline.arc])
        inside = tuple(number for number in numbers if len(self._inside_of(number).candidates))
        if len(uses) == 0 and not inside:
            return None
        follows = np.append(0, np.diff(outline.ring[uses] * len(outline.arc) + uses)) == 1
        return _Place((outline.arc[uses].tobytes(), follows.tobytes(), inside))

    def _measured(self, place: _Place) -> tuple[Contact, ...]:
        near = [found for run in place.runs for found in self._runs.get(run.key)]
        uncovered = partial(self._uncovered, place.key[2])
        return self._border.along(stretches_of_runs(self._border.segments, near, uncovered))

    def _rows(self, outlines: OutlineSet) -> Ints:
        """Return the segments of outlines near the border, turned or not, and those of it."""
        uses = np.flatnonzero(self._near.is_near[outlines.arc])
        some, which = self._near.of_arcs(outlines.arc[uses])
        turned = outlines.turned[uses][which]
        return np.column_stack([self._near.y[some], turned, self._near.x[some]])

    def _along(self, runs: Sequence[Run]) -> list[list[BorderRun]]:
        """Return what each run covers of the border."""
        found: list[list[BorderRun]] = [[] for _ in runs]
        if runs:
            segments, number = segments_of(self._table, runs)
            y, turned, x = np.concatenate([run.rows for run in runs]).T
            laid = self._near.laid(x, y, turned.astype(bool))
            for each in border_runs(self._border.segments, segments, replace(laid, y=number)):
                found[each.outline_line].append(each)
        return found

    def _uncovered(self, inside: Sequence[int], beside: dict[int, Floats]) -> dict[int, Floats]:
        """Return the border inside polygons that is not whole in the stretches `beside`."""
        if not inside:
            return {}
        border = self._border.segments
        candidates = [self._inside_of(number).candidates for number in inside]
        owner = np.repeat(np.array(inside), [len(each) for each in candidates])
        segments = np.concatenate(candidates)
        bare = ~is_covered(border, segments, beside)
        segments, owner = segments[bare], owner[bare]
        if len(segments) == 0:
            return {}
        for number in np.unique(owner).tolist():
            self._measure_inside(number, segments[owner == number])
        rows = [
            self._inside[number].parts[segment]
            for number, segment in zip(owner.tolist(), segments.tolist())
        ]
        numbers = np.repeat(segments, [len(each) for each in rows])
        return merged_by_line(border, numbers, np.concatenate(rows))

    def _inside_of(self, number: int) -> _Inside:
        if number not in self._inside:
            polygon = self._store.polygons[number]
            self._inside[number] = _Inside(meeting(self._border.segments.tree, polygon))
        return self._inside[number]

    def _measure_inside(self, number: int, segments: Ints) -> None:
        """Find the parts of segments inside a polygon that meets them, where not known.

        They depend on no more than the outline near a segment: where there is none, all of it is
        inside, and where that is the same as that of another polygon, so are the parts.
        """
        known = self._inside[number].parts
        new = np.array([each for each in segments.tolist() if each not in known], dtype=np.int64)
        if len(new) == 0:
            return
        keys = self._surroundings(number, new)
        unknown = [at for at, key in enumerate(keys) if key not in self._parts]
        polygon, border = self._store.polygons[number], self._border.segments
        found, rows = border_inside(border, new[unknown], polygon)
        for at in unknown:
            self._parts[keys[at]] = rows[found == new[at]]
        known.update((each, self._parts[key]) for each, key in zip(new.tolist(), keys))

    def _surroundings(self, number: int, segments: Ints) -> list[tuple[int, bytes]]:
        """Return each segment of the border with what of a polygon's outline is near it."""
        table = self._table
        uses = table.uses([number])[0]
        arcs, turned = table.use_arc[uses], table.use_turned[uses]
        some, _ = self._near.of_arcs(arcs)
        x, y = self._near.x[some], self._near.y[some]
        order = np.lexsort((y, x))
        x, y = x[order], y[order]
        side = np.zeros(table.count, dtype=np.int64)
        side[arcs] = turned
        outline = 2 * y + side[table.arc_of[y]]
        first, end = np.searchsorted(x, segments), np.searchsorted(x, segments, side="right")
        return [
            (segment, outline[low:high].tobytes())
            for segment, low, high in zip(segments.tolist(), first.tolist(), end.tolist())
        ]
