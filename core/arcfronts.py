"""Perimeters and front lines of the pieces of a coverage, as sums over arcs.

An arc with polygons on both sides is front line, whole and to the last digit. Only where an arc
has nobody on the other side is it asked what else is near, as the plain way does for all of an
outline; of what is shared, no more is looked at than tells how long a run goes on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Sequence, Tuple

import numpy as np

from .arcfacing import Facing, RunFinder, Sides
from .arcruns import runs_of
from .frontage import NOBODY, SLIT, frontage_of_claims, slivers
from .fronts import Perimeter, open_lengths_m, perimeter_of
from .outlineset import OutlineSet
from .proximity import EXACT_M, LEAST_RUN
from .recent import Recent

if TYPE_CHECKING:
    from .arcpieces import ArcPieces, FoundPieces
    from .arcruns import Run
    from .arctable import ArcTable
    from .arrays import Bools, Floats, Ints
    from .coverage import Coverage
    from .feedback import Feedback
    from .frontage import Frontage
    from .neararcs import NearArcs

__all__ = ["ArcFronts"]


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
        free = coverage.is_free | sides.is_point
        self._near.ask(np.flatnonzero(sides.is_point))
        facing = self._facing(np.flatnonzero(free), sides)
        count = len(found.pieces)
        # what lies behind shared arcs tells no more than how far runs on free ones go on
        is_asked = np.bincount(facing.piece, minlength=count) > 0
        rows = Facing.together([facing, self._beside(coverage, free, sides)]).of_piece(count)
        rows = [each if asked else each[:0] for each, asked in zip(rows, is_asked.tolist())]
        outlines = []
        for piece in found.pieces:
            self._feedback.check()
            outlines.append(self._pieces.outline(piece.numbers))
        across = _across(OutlineSet.of(self._table, outlines), found.faction, sides)
        # factions are numbered anew where one comes or goes
        keys = [
            (coverage.factions, piece.numbers, beyond.tobytes(), each.tobytes())
            for piece, beyond, each in zip(found.pieces, across, rows)
        ]
        new = [number for number, key in enumerate(keys) if not self._perimeters.has(key)]
        if new:
            measured = self._measured(
                coverage.factions,
                OutlineSet.of(self._table, [outlines[each] for each in new]),
                np.concatenate([across[each] for each in new]),
                np.concatenate([rows[each] for each in new]),
            )
            for number, perimeter in zip(new, measured):
                self._perimeters.keep(keys[number], perimeter)
        return [self._perimeters.get(key) for key in keys]

    def _measured(
        self, names: Sequence[str], outlines: OutlineSet, across: Ints, rows: Ints
    ) -> list[Perimeter]:
        """Return the perimeters of outlines, from what is across their arcs and what faces them."""
        runs = [run for several in runs_of(outlines, rows) for run in several]
        self._runs.learn(runs)
        claims = self._slivers(outlines, across, runs)
        # who lies across free arcs yields to who shares an arc
        claims += [(*claim, 1.0) for claim in self._runs.claims(runs)]
        count = len(outlines.outlines)
        length_m = np.bincount(outlines.piece, outlines.length_m, count)
        fronts_m = _totals_m(outlines.piece, across, outlines.length_m, (count, len(names)))
        open_rows = _open_stretches(outlines, across)
        if claims:
            result, is_claimed = _decided(outlines, across, np.array(claims))
            owner = outlines.ring_piece[result.line]
            length_m -= np.bincount(owner, result.length_m * (result.other == SLIT), count)
            claimed_m = _totals_m(owner, result.other, result.length_m, (count, len(names)))
            fronts_m = np.where(is_claimed[:, None], claimed_m, fronts_m)
            undecided = ~is_claimed[outlines.ring_piece[open_rows[:, 0].astype(np.int64)]]
            stretches = np.array(result.stretches(NOBODY)).reshape(-1, 3)
            open_rows = np.concatenate([open_rows[undecided], stretches])
        of_piece = _by_piece(outlines, open_rows)
        return [
            perimeter_of(
                length,
                dict(zip(names, fronts)),
                open_lengths_m(stretches, outlines.ring_length_m),
                self._snap_m,
            )
            for length, fronts, stretches in zip(length_m.tolist(), fronts_m.tolist(), of_piece)
        ]

    def _slivers(
        self, outlines: OutlineSet, across: Ints, runs: Sequence[Run]
    ) -> list[tuple[int, float, float, int, float]]:
        """Return the holes with nobody inside that are no wider than a slit, as claims."""
        rings = np.unique(outlines.ring[across == NOBODY])
        faces_itself = [run.ring for run in runs if (run.rows[:, 4] == SLIT).any()]
        small = outlines.ring_length_m[rings] < _SHORT_RING * self._snap_m
        rings = rings[small | np.isin(rings, faces_itself)]
        claims = []
        for piece in np.unique(outlines.ring_piece[rings]).tolist():
            outline, first = outlines.outlines[piece], int(outlines.first_ring[piece])
            own = rings[outlines.ring_piece[rings] == piece] - first
            own = own[outline.is_hole[own]]
            segments = outline.segments(np.flatnonzero(np.isin(outline.ring, own)))
            claims += [
                (first + ring, 0.0, float(outline.ring_length_m[ring]), SLIT, 2.0)
                for ring in slivers(segments, self._snap_m)
            ]
        return claims

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


def _across(outlines: OutlineSet, faction: Ints, sides: Sides) -> list[Ints]:
    """Return, for each outline, which faction lies across each of its arcs."""
    beyond = sides.faction[1 - outlines.turned.astype(np.int64), outlines.arc]
    beyond = np.where(beyond == faction[outlines.piece], NOBODY, beyond)
    cuts = np.searchsorted(outlines.piece, np.arange(1, len(outlines.outlines)))
    return np.split(beyond, cuts)


def _decided(outlines: OutlineSet, across: Ints, claims: Floats) -> tuple[Frontage, Bools]:
    """Return who lies across the outlines that are claimed, and which of them are."""
    is_claimed = np.zeros(len(outlines.outlines), dtype=bool)
    is_claimed[outlines.ring_piece[claims[:, 0].astype(np.int64)]] = True
    rings = np.flatnonzero(is_claimed[outlines.ring_piece])
    known = _known(outlines, across)
    known = known[is_claimed[outlines.ring_piece[known[:, 0].astype(np.int64)]]]
    claims = np.vstack([known, claims])
    claims[:, 0] = np.searchsorted(rings, claims[:, 0])
    result = frontage_of_claims(claims, outlines.ring_length_m[rings])
    return replace(result, line=rings[result.line]), is_claimed


def _totals_m(piece: Ints, other: Ints, length_m: Floats, shape: tuple[int, int]) -> Floats:
    """Return the length of each piece's outline that each faction lies across, in metres."""
    some = other >= 0
    key = piece[some] * shape[1] + other[some]
    totals_m = np.bincount(key, length_m[some], shape[0] * shape[1])
    return totals_m.astype(np.float64).reshape(shape)


def _by_piece(outlines: OutlineSet, rows: Floats) -> list[list[list[float]]]:
    found: list[list[list[float]]] = [[] for _ in outlines.outlines]
    owner = outlines.ring_piece[rows[:, 0].astype(np.int64)]
    for piece, row in zip(owner.tolist(), rows.tolist()):
        found[piece].append(row)
    return found


def _open_stretches(outlines: OutlineSet, across: Ints) -> Floats:
    """Return ring, start and end of the stretches with nobody beyond, (n, 3)."""
    uses = np.flatnonzero(across == NOBODY)
    start, ring = outlines.at_m[uses], outlines.ring[uses]
    # arcs that follow each other are one stretch
    goes_on = (np.diff(uses) == 1) & (np.diff(ring) == 0)
    opens, closes = np.append(True, ~goes_on), np.append(~goes_on, True)
    ends = start + outlines.length_m[uses]
    if len(uses) == 0:
        return np.zeros((0, 3))
    return np.column_stack([ring[opens], start[opens], ends[closes]])


def _known(outlines: OutlineSet, across: Ints) -> Floats:
    """Return the shared arcs as claims that nothing comes before, (n, 5)."""
    uses = np.flatnonzero(across >= 0)
    start = outlines.at_m[uses]
    ends = start + outlines.length_m[uses]
    return np.column_stack([outlines.ring[uses], start, ends, across[uses], np.zeros(len(uses))])
