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
from .arcruns import runs_of
from .frontage import NOBODY, SLIT, frontage_of_claims, slivers
from .fronts import Perimeter, open_lengths_m, perimeter_of
from .proximity import EXACT_M, LEAST_RUN
from .recent import Recent

if TYPE_CHECKING:
    from .arcpieces import ArcPieces, FoundPieces
    from .arcruns import Run
    from .arctable import ArcTable
    from .coverage import Coverage
    from .feedback import Feedback
    from .neararcs import NearArcs
    from .outline import Outline

__all__ = ["ArcFronts"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# a hole that is a sliver and does not face itself along any edge is shorter than this, in snaps
_SHORT_RING = 40.0

_Key = Tuple[Tuple[str, ...], Tuple[int, ...], bytes, bytes]


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
        count = len(found.pieces)
        free = coverage.is_free | sides.is_point
        self._near.ask(np.flatnonzero(sides.is_point))
        facing = self._facing(np.flatnonzero(free), sides).of_piece(count)
        beside = self._beside(coverage, free, sides).of_piece(count)
        new_runs: list[Run] = []
        seen = []
        for piece, faction, rows, more in zip(found.pieces, found.faction.tolist(), facing, beside):
            self._feedback.check()
            outline = self._pieces.outline(piece.numbers)
            across = sides.faction[1 - outline.turned.astype(np.int64), outline.arc]
            across = np.where(across == faction, NOBODY, across)
            # what lies behind shared arcs tells no more than how far runs on free ones go on
            facing_all = np.concatenate([rows, more]) if len(rows) else rows
            # factions are numbered anew where one comes or goes
            key = (coverage.factions, piece.numbers, across.tobytes(), facing_all.tobytes())
            is_new = len(rows) > 0 and not self._perimeters.has(key)
            runs = runs_of(outline, facing_all) if is_new else []
            seen.append((key, partial(self._measured, coverage.factions, outline, across, runs)))
            new_runs += runs
        self._runs.learn(new_runs)
        return [self._perimeters.once(key, measured) for key, measured in seen]

    def _measured(
        self, names: Sequence[str], outline: Outline, across: Ints, runs: Sequence[Run]
    ) -> Perimeter:
        length_m = outline.length_m
        shared = across >= 0
        fronts_m = np.bincount(across[shared], length_m[shared], len(names))
        claims = self._slivers(outline, across, runs)
        # who lies across free arcs yields to who shares an arc
        claims += [(*claim, 1.0) for claim in self._runs.claims(runs)]
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
        self, outline: Outline, across: Ints, runs: Sequence[Run]
    ) -> list[tuple[int, float, float, int, float]]:
        """Return the holes with nobody inside that are no wider than a slit, as claims."""
        rings = np.unique(outline.ring[across == NOBODY])
        if len(rings):
            rings = rings[outline.is_hole[rings]]
        if len(rings):
            faces_itself = [run.ring for run in runs if (run.rows[:, 4] == SLIT).any()]
            small = outline.ring_length_m[rings] < _SHORT_RING * self._snap_m
            rings = rings[small | np.isin(rings, faces_itself)]
        if len(rings) == 0:
            return []
        segments = outline.segments(np.flatnonzero(np.isin(outline.ring, rings)))
        return [
            (ring, 0.0, float(outline.ring_length_m[ring]), SLIT, 2.0)
            for ring in slivers(segments, self._snap_m)
        ]

    def _facing(self, arcs: Ints, sides: Sides) -> Facing:
        """Return what faces arcs, which have been asked for, on the outlines that they are on."""
        some = self._near.of_arcs(arcs)
        found = []
        for side in (0, 1):
            outer = sides.is_outer[side, self._near.x_arc[some]]
            turned = np.full(int(outer.sum()), bool(side))
            found.append(Facing.of(self._near, some[outer], turned, sides))
        return Facing.together(found)

    def _beside(self, coverage: Coverage, free: Bools, sides: Sides) -> Facing:
        """Return what faces the shared arcs that a run on a free arc may go on along.

        Each of their segments also faces itself, on the outline of the other piece.
        """
        arcs = self._next_to(free, coverage)
        self._near.ask(arcs)
        segments = self._table.segments(arcs)
        arc = self._table.arc_of[segments]
        itself = [Facing.of_itself(segments, arc, side, sides) for side in (0, 1)]
        return Facing.together([self._facing(arcs, sides), *itself])

    def _next_to(self, free: Bools, coverage: Coverage) -> Ints:
        """Return the shared arcs that go on from a free one, for as long as a run counts."""
        nodes = np.zeros(int(self._table.nodes.max()) + 1, dtype=bool)
        chosen = np.zeros(self._table.count, dtype=bool)
        new = np.flatnonzero(free)
        while len(new):
            nodes[self._table.nodes[new]] = True
            meets = nodes[self._table.nodes].any(axis=1) & coverage.is_shared & ~free & ~chosen
            chosen |= meets
            # a short one goes on in the next
            new = np.flatnonzero(meets & (self._table.arc_length_m < self._window_m))
        return np.flatnonzero(chosen)


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
    return np.column_stack([outline.ring[uses], start, ends, across[uses], np.zeros(len(uses))])
