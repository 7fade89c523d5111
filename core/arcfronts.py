"""Perimeters and front lines of the pieces of a coverage, as sums over arcs.

An arc with polygons on both sides is front line, whole and to the last digit. Only where an arc
has nobody on the other side is it asked what else is near, as the plain way does for all of an
outline; of what is shared, no more is looked at than tells how long a run goes on.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Sequence, Tuple

import numpy as np
import numpy.typing as npt

from .arcfacing import Facing, RunFinder, Sides
from .frontage import NOBODY, SLIT, frontage_of_claims, slivers
from .fronts import Perimeter, open_lengths_m, perimeter_of
from .proximity import EXACT_M, LEAST_RUN
from .recent import Recent

if TYPE_CHECKING:
    from .arcpieces import ArcPieces, FoundPieces
    from .arctable import ArcTable
    from .coverage import Coverage
    from .feedback import Feedback
    from .neararcs import NearArcs
    from .outline import Outline

__all__ = ["ArcFronts"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# a hole that is a sliver and does not face itself along any edge is smaller than this
_SHORT_RING_M = 1000.0

_Key = Tuple[Tuple[int, ...], bytes, bytes]


class ArcFronts:
    """Measures perimeters; what stays from date to date is measured once."""

    def __init__(
        self,
        table: ArcTable,
        near: NearArcs,
        pieces: ArcPieces,
        *,
        snap_m: float,
        feedback: Feedback,
    ) -> None:
        self._table = table
        self._near = near
        self._pieces = pieces
        self._snap_m = max(snap_m, EXACT_M)
        self._window_m = (LEAST_RUN + 2) * self._snap_m + 1.0
        self._feedback = feedback
        self._runs = RunFinder(table, near, self._snap_m)
        self._perimeters: Recent[_Key, Perimeter] = Recent()

    def turn(self) -> None:
        """Begin another date."""
        self._runs.turn()
        self._perimeters.turn()

    def perimeters(self, coverage: Coverage, found: FoundPieces) -> list[Perimeter]:
        """Return the perimeter of each piece."""
        sides = Sides.of(coverage, found)
        some = self._near.of_arcs(np.flatnonzero(coverage.is_free))
        turned = coverage.sides[1, self._near.x_arc[some]] >= 0
        facing = Facing.of(self._near, some, turned, sides).of_piece(len(found.pieces))
        result = []
        for piece, faction, rows in zip(found.pieces, found.faction.tolist(), facing):
            self._feedback.check()
            outline = self._pieces.outline(piece.numbers)
            across = sides.faction[1 - outline.turned.astype(np.int64), outline.arc]
            # an edge so short that it makes no piece is no front line either
            across = np.where(across == faction, NOBODY, across)
            measured = partial(self._measured, coverage.factions, outline, across, rows, sides)
            key = (piece.numbers, across.tobytes(), rows.tobytes())
            result.append(self._perimeters.once(key, measured))
        return result

    def _measured(
        self, names: Sequence[str], outline: Outline, across: Ints, rows: Ints, sides: Sides
    ) -> Perimeter:
        length_m = outline.length_m
        shared = across >= 0
        fronts_m = np.bincount(across[shared], length_m[shared], len(names))
        claims = self._slivers(outline, across, rows)
        if len(rows):
            claims += self._claims(outline, across, rows, sides)
        slit_m = 0.0
        open_rows = _open_stretches(outline, across).tolist()
        if claims:
            known = _known(outline, across)
            result = frontage_of_claims(np.vstack([known, claims]), outline.ring_length_m)
            slit_m = result.total_m(SLIT)
            fronts_m = np.array([result.total_m(index) for index in range(len(names))])
            open_rows = result.stretches(NOBODY)
        return perimeter_of(
            float(length_m.sum()) - slit_m,
            dict(zip(names, fronts_m.tolist())),
            open_lengths_m(open_rows, outline.ring_length_m),
            self._snap_m,
        )

    def _slivers(
        self, outline: Outline, across: Ints, rows: Ints
    ) -> list[tuple[int, float, float, int, float]]:
        """Return the holes with nobody inside that are no wider than a slit, as claims."""
        rings = np.unique(outline.ring[across == NOBODY])
        if len(rings):
            rings = rings[outline.is_hole[rings]]
        if len(rings) and len(rows):
            faces_itself = np.unique(outline.place_of(rows[rows[:, 4] == SLIT, 0])[0])
            small = outline.ring_length_m[rings] < _SHORT_RING_M
            rings = rings[small | np.isin(rings, faces_itself)]
        if len(rings) == 0:
            return []
        segments = outline.segments(np.flatnonzero(np.isin(outline.ring, rings)))
        return [
            (ring, 0.0, float(outline.ring_length_m[ring]), SLIT, 2.0)
            for ring in slivers(segments, self._snap_m)
        ]

    def _claims(
        self, outline: Outline, across: Ints, rows: Ints, sides: Sides
    ) -> list[tuple[int, float, float, int, float]]:
        """Return who lies across free arcs, as claims that yield to what is shared."""
        beside = self._beside(outline, across, sides)
        claims = self._runs.claims(outline, np.concatenate([rows, *beside]))
        return [(*claim, 1.0) for claim in claims]

    def _beside(self, outline: Outline, across: Ints, sides: Sides) -> tuple[Ints, Ints]:
        """Return what the segments of shared arcs face that a run on a free arc may go on along.

        The second are the segments themselves, each facing itself on the other's outline.
        """
        reach = self._within_reach(outline, across)
        uses = np.flatnonzero((across >= 0) & reach(outline.ring, outline.at_m, outline.length_m))
        self._near.ask(outline.arc[uses])
        some = self._near.of_arcs(outline.arc[uses])
        turned = outline.turned[outline.use_of(self._near.x_arc[some])]
        rows = Facing.of(self._near, some, turned, sides).rows
        own = self._table.segments(outline.arc[uses])
        use = outline.use_of(self._table.arc_of[own])
        turned = outline.turned[use]
        same = np.column_stack([own, turned, own, ~turned, across[use]])
        return tuple(
            each[reach(*outline.place_of(each[:, 0]), self._table.length_m[each[:, 0]])]
            for each in (rows, same)
        )

    def _within_reach(self, outline: Outline, across: Ints) -> _Reach:
        return _Reach(_open_stretches(outline, across), outline.ring_length_m, self._window_m)


class _Reach:
    """Tells which stretches of rings come within a reach of any of some others."""

    def __init__(self, rows: Floats, ring_length_m: Floats, reach_m: float) -> None:
        self._offset = np.cumsum(ring_length_m + 1.0) - ring_length_m - 1.0
        ring = rows[:, 0].astype(np.int64)
        length = ring_length_m[ring]
        # over the seam as well, but not into the next ring
        starts = np.concatenate([rows[:, 1] - reach_m + shift * length for shift in (-1, 0, 1)])
        ends = np.concatenate([rows[:, 2] + reach_m + shift * length for shift in (-1, 0, 1)])
        ring, length = np.tile(ring, 3), np.tile(length, 3)
        there = (ends > 0) & (starts < length)
        low = (self._offset[ring] + np.maximum(starts, 0.0))[there]
        high = (self._offset[ring] + np.minimum(ends, length))[there]
        order = np.argsort(low)
        self._low, self._high = low[order], np.maximum.accumulate(high[order])

    def __call__(self, ring: Ints, at_m: Floats, length_m: Floats) -> Bools:
        start = self._offset[ring] + at_m
        before = np.searchsorted(self._low, start + length_m, side="right") - 1
        if len(self._low) == 0:
            return np.zeros(len(ring), dtype=bool)
        return np.asarray((before >= 0) & (self._high[np.maximum(before, 0)] >= start))


def _open_stretches(outline: Outline, across: Ints) -> Floats:
    """Return ring, start and end of the stretches with nobody beyond, (n, 3)."""
    uses = np.flatnonzero(across == NOBODY)
    start, ring = outline.at_m[uses], outline.ring[uses]
    # arcs that follow each other are one stretch
    goes_on = (np.diff(uses) == 1) & (np.diff(ring) == 0)
    opens, closes = np.append(True, ~goes_on), np.append(~goes_on, True)
    ends = start + outline.length_m[uses]
    if len(uses) == 0:
        return np.zeros((0, 3))
    return np.column_stack([ring[opens], start[opens], ends[closes]])


def _known(outline: Outline, across: Ints) -> Floats:
    """Return the shared arcs as claims that nothing comes before, (n, 5)."""
    uses = np.flatnonzero(across >= 0)
    start = outline.at_m[uses]
    ends = start + outline.length_m[uses]
    return np.column_stack(
        [outline.ring[uses], start, ends, across[uses], np.zeros(len(uses))]
    )
