"""Perimeters and front lines of the pieces of a coverage, as sums over arcs.

An arc with polygons on both sides is front line, whole and to the last digit. Only where an arc
has nobody on the other side is it asked what else is near, as the plain way does for all of an
outline; of what is shared, no more is looked at than tells how long a run goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Tuple

import numpy as np
import numpy.typing as npt

from .frontage import NOBODY, SLIT, Frontage, frontage_of_pairs, slits_of_pairs, slivers
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
    from .proximity import Pairs
    from .segments import Segments

__all__ = ["ArcFronts"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# a hole that is a sliver and does not face itself along any edge is smaller than this
_SHORT_RING_M = 1000.0


@dataclass(frozen=True)
class _Sides:
    """Who has the two sides of each arc: pieces and factions, -1 for nobody, (2, a) each.

    `is_outer` : whether the arc is part of the outline of the piece on that side
    """

    piece: Ints
    faction: Ints
    is_outer: Bools


@dataclass(frozen=True)
class _Facing:
    """Pairs of segments, x on an outline and y on one near it.

    `piece` is that of x; `other` the faction of y, or `SLIT` where it is of the same outline.
    """

    x: Ints
    y: Ints
    x_turned: Bools
    y_turned: Bools
    piece: Ints
    other: Ints

    def taken(self, chosen: Bools | Ints) -> _Facing:
        """Return some of the pairs."""
        return _Facing(
            self.x[chosen],
            self.y[chosen],
            self.x_turned[chosen],
            self.y_turned[chosen],
            self.piece[chosen],
            self.other[chosen],
        )

    def key(self) -> bytes:
        """Return what is the same only for the same pairs."""
        rows = np.column_stack([self.x, self.y, self.x_turned, self.y_turned, self.other])
        return rows[np.lexsort(rows.T)].tobytes()


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
        self._perimeters: Recent[_Key, Perimeter] = Recent()

    def turn(self) -> None:
        """Begin another date."""
        self._perimeters.turn()

    def perimeters(self, coverage: Coverage, found: FoundPieces) -> list[Perimeter]:
        """Return the perimeter of each piece."""
        sides = _sides(coverage, found)
        facing = self._facing(coverage, sides)
        order = np.argsort(facing.piece, kind="stable")
        cuts = np.searchsorted(facing.piece[order], np.arange(len(found.pieces) + 1))
        result = []
        for number, piece in enumerate(found.pieces):
            self._feedback.check()
            own = facing.taken(order[cuts[number] : cuts[number + 1]])
            outline = self._pieces.outline(piece.numbers)
            across = sides.faction[1 - outline.turned.astype(np.int64), outline.arc]
            # an edge so short that it makes no piece is no front line either
            across = np.where(across == found.faction[number], NOBODY, across)
            key = (piece.numbers, across.tobytes(), own.key() if len(own.x) else b"")
            result.append(
                self._perimeters.once(
                    key,
                    lambda outline=outline, across=across, own=own, number=number: self._measured(  # type: ignore[misc]
                        coverage, outline, across, own, sides, number
                    ),
                )
            )
        return result

    def _facing(self, coverage: Coverage, sides: _Sides) -> _Facing:
        """Return what faces the free arcs of all pieces: others, and the piece itself."""
        some = np.flatnonzero(coverage.is_free[self._near.x_arc])
        turned = coverage.sides[1, self._near.x_arc[some]] >= 0
        return self._pairs(some, turned, sides)

    def _pairs(self, some: Ints, x_turned: Bools, sides: _Sides) -> _Facing:
        """Return known pairs of segments that face each other, their x running as told."""
        near = self._near
        side_x = x_turned.astype(np.int64)
        piece = sides.piece[side_x, near.x_arc[some]]
        faction = sides.faction[side_x, near.x_arc[some]]
        rows = []
        for side in (0, 1):
            y_arc = near.y_arc[some]
            y_turned = np.full(len(some), bool(side))
            outer = sides.is_outer[side, y_arc]
            others = outer & (sides.faction[side, y_arc] != faction)
            itself = outer & (sides.piece[side, y_arc] == piece)
            itself &= near.along[some] & (near.opposed[some] ^ x_turned ^ y_turned)
            itself &= np.where(x_turned, -1.0, 1.0) * near.side_m[some] <= EXACT_M
            for mask in (others, itself):
                other = sides.faction[side, y_arc] if mask is others else np.full(len(some), SLIT)
                rows.append(
                    _Facing(
                        near.x[some], near.y[some], x_turned, y_turned, piece, other
                    ).taken(mask)
                )
        return _together(rows)

    def _measured(
        self,
        coverage: Coverage,
        outline: Outline,
        across: Ints,
        own: _Facing,
        sides: _Sides,
        number: int,
    ) -> Perimeter:
        names = coverage.factions
        length_m = outline.length_m
        shared = across >= 0
        fronts_m = np.bincount(across[shared], length_m[shared], len(names))
        short = self._slivers(outline, across, own)
        if len(own.x) == 0 and not short:
            rows = _free_stretches(outline, across)
            return perimeter_of(
                float(length_m.sum()),
                dict(zip(names, fronts_m.tolist())),
                open_lengths_m(rows, outline.ring_length_m),
                self._snap_m,
            )
        result = self._frontage(outline, across, own, sides, number, short)
        return perimeter_of(
            float(length_m.sum()) - result.total_m(SLIT),
            {name: result.total_m(index) for index, name in enumerate(names)},
            open_lengths_m(result.stretches(NOBODY), outline.ring_length_m),
            self._snap_m,
        )

    def _slivers(self, outline: Outline, across: Ints, own: _Facing) -> list[int]:
        """Return the rings with nobody beyond that are holes no wider than a slit."""
        rings = np.unique(outline.ring[across == NOBODY])
        rings = rings[
            (outline.ring_length_m[rings] < _SHORT_RING_M)
            | np.isin(rings, outline.ring[np.isin(outline.arc, self._table.arc_of[own.x])])
        ]
        segments = outline.segments(np.flatnonzero(np.isin(outline.ring, rings)))[0]
        return slivers(segments, self._snap_m)

    def _frontage(
        self,
        outline: Outline,
        across: Ints,
        own: _Facing,
        sides: _Sides,
        number: int,
        short: list[int],
    ) -> Frontage:
        window = self._windows(outline, across)
        arcs = outline.arc[window]
        self._near.ask(arcs)
        some = np.flatnonzero(np.isin(self._near.x_arc, arcs))
        place = np.full(self._table.count, -1, dtype=np.int64)
        place[arcs] = window
        turned = outline.turned[place[self._near.x_arc[some]]]
        beside = self._pairs(some, turned, sides)
        facing = _together([own, beside, self._same(outline, across, window, number)])
        uses = np.flatnonzero(np.isin(outline.arc, self._table.arc_of[facing.x]))
        segments, numbers, _ = outline.segments(uses)
        order = np.argsort(numbers)
        x = order[np.searchsorted(numbers[order], facing.x)]
        laid = self._near.laid(facing.x, facing.y, facing.x_turned, facing.y_turned)
        pairs = _numbered(laid, x)
        is_slit = facing.other == SLIT
        within = slits_of_pairs(segments, pairs.taken(is_slit), short, self._snap_m)
        return frontage_of_pairs(
            segments,
            pairs.taken(~is_slit),
            facing.other[~is_slit],
            snap_m=self._snap_m,
            within=within,
            known=_known(outline, across),
        )

    def _windows(self, outline: Outline, across: Ints) -> Ints:
        """Return the shared arcs that a run on a free arc may go on along."""
        is_free = across == NOBODY
        chosen = np.zeros(len(across), dtype=bool)
        reach = self._window_m
        for ring in np.unique(outline.ring[is_free]).tolist():
            uses = np.flatnonzero(outline.ring == ring)
            low = outline.at_m[uses]
            high = low + outline.length_m[uses]
            length = outline.ring_length_m[ring]
            free = is_free[uses]
            for shift in (-length, 0.0, length):
                # the free arc that ends last before the start, and the one that starts next
                near = _reaches(low[free] + shift - reach, high[free] + shift + reach, low, high)
                chosen[uses] |= near
        return np.flatnonzero(chosen & ~is_free)

    def _same(self, outline: Outline, across: Ints, window: Ints, number: int) -> _Facing:
        """Return the segments of shared arcs, each facing itself on the other's outline."""
        _, numbers, turned = outline.segments(window)
        arc = self._table.arc_of[numbers]
        place = np.full(self._table.count, -1, dtype=np.int64)
        place[outline.arc] = across
        return _Facing(
            numbers, numbers, turned, ~turned, np.full(len(numbers), number), place[arc]
        )


def _sides(coverage: Coverage, found: FoundPieces) -> _Sides:
    there = coverage.sides >= 0
    piece = np.where(there, found.of_place[coverage.sides], NOBODY)
    faction = np.where(there, coverage.faction[coverage.sides], NOBODY)
    return _Sides(piece, faction, there & (piece != piece[::-1]))


def _together(several: list[_Facing]) -> _Facing:
    return _Facing(
        *(
            np.concatenate([getattr(each, name) for each in several])
            for name in ("x", "y", "x_turned", "y_turned", "piece", "other")
        )
    )


def _numbered(pairs: Pairs, x: Ints) -> Pairs:
    return type(pairs)(x, pairs.y, pairs.length, pairs.c, pairs.d, pairs.distance_m)


def _known(outline: Outline, across: Ints) -> list[tuple[int, float, float, int]]:
    shared = across >= 0
    start = outline.at_m[shared]
    return list(
        zip(
            outline.ring[shared].tolist(),
            start.tolist(),
            (start + outline.length_m[shared]).tolist(),
            across[shared].tolist(),
        )
    )


def _free_stretches(outline: Outline, across: Ints) -> list[tuple[int, float, float]]:
    """Return the stretches with nobody beyond; arcs that follow each other are one."""
    free = np.flatnonzero(across == NOBODY)
    start = outline.at_m[free]
    end = start + outline.length_m[free]
    ring = outline.ring[free]
    goes_on = (np.diff(free) == 1) & (np.diff(ring) == 0)
    opens, closes = np.r_[True, ~goes_on], np.r_[~goes_on, True]
    if len(free) == 0:
        return []
    return list(zip(ring[opens].tolist(), start[opens].tolist(), end[closes].tolist()))


def _reaches(low: Floats, high: Floats, start: Floats, end: Floats) -> Bools:
    """Return which of the stretches `start` to `end` meet any of `low` to `high`."""
    order = np.argsort(low)
    low, furthest = low[order], np.maximum.accumulate(high[order])
    before = np.searchsorted(low, end, side="right") - 1
    return np.asarray((before >= 0) & (furthest[np.maximum(before, 0)] >= start))
