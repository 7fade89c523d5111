"""What faces the arcs of an outline: pairs of segments, and the runs that they make up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .frontage import NOBODY, SLIT, frontage_of_pairs, slits_of_pairs
from .proximity import EXACT_M
from .recent import Recent
from .segments import Segments

if TYPE_CHECKING:
    from .arctable import ArcTable
    from .coverage import Coverage
    from .arcpieces import FoundPieces
    from .neararcs import NearArcs
    from .outline import Outline

__all__ = ["Facing", "RunFinder", "Sides"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# segments farther apart along an outline than this are not of one run, in metres
_APART_M = 0.1


@dataclass(frozen=True)
class Sides:
    """Who has the two sides of each arc: pieces and factions, -1 for nobody, (2, a) each.

    `is_outer` : whether the arc is part of the outline of the piece on that side
    """

    piece: Ints
    faction: Ints
    is_outer: Bools

    @classmethod
    def of(cls, coverage: Coverage, found: FoundPieces) -> Sides:
        """Tell the sides of all arcs."""
        there = coverage.sides >= 0
        piece = np.where(there, found.of_place[coverage.sides], NOBODY)
        faction = np.where(there, coverage.faction[coverage.sides], NOBODY)
        return cls(piece, faction, there & (piece != piece[::-1]))


@dataclass(frozen=True)
class Facing:
    """Pairs of segments, x on the outline of a piece and y on one that it faces.

    Attributes
    ----------
    piece : (n,), that of x
    rows : (n, 4), x and y, which of the two are turned (1: x, 2: y), and whose y is: the number
        of a faction, or `SLIT` where it is of the same outline
    """

    piece: Ints
    rows: Ints

    @classmethod
    def of(cls, near: NearArcs, some: Ints, x_turned: Bools, sides: Sides) -> Facing:
        """Return what faces the segments x of some of the pairs that are known.

        Parameters
        ----------
        x_turned : whether the outlines run along the arcs of x the other way
        """
        x_side, x_arc, y_arc = x_turned.astype(np.int64), near.x_arc[some], near.y_arc[some]
        piece, faction = sides.piece[x_side, x_arc], sides.faction[x_side, x_arc]
        # the outside is to the right: there a slit has its other side
        may_be_slit = near.along[some] & (np.where(x_turned, -1.0, 1.0) * near.side_m[some] <= EXACT_M)
        against = near.opposed[some] ^ x_turned
        pieces, rows = [], []
        for side in (0, 1):
            outer = sides.is_outer[side, y_arc]
            other = sides.faction[side, y_arc]
            is_slit = outer & may_be_slit & (against ^ bool(side))
            is_slit &= sides.piece[side, y_arc] == piece
            for mask, whose in ((outer & (other != faction), other), (is_slit, SLIT)):
                chosen = np.flatnonzero(mask)
                turned = x_side[chosen] + 2 * side
                whose = np.broadcast_to(whose, mask.shape)[chosen]
                at = some[chosen]
                pieces.append(piece[chosen])
                rows.append(np.column_stack([near.x[at], near.y[at], turned, whose]))
        return cls(np.concatenate(pieces), np.concatenate(rows))

    def of_piece(self, count: int) -> list[Ints]:
        """Return the rows of each of `count` pieces, always in the same order."""
        order = np.argsort(self.piece, kind="stable")
        cuts = np.searchsorted(self.piece[order], np.arange(1, count))
        return np.split(self.rows[order], cuts)


class RunFinder:
    """Decides who lies across the runs of an outline that face something; each run once.

    A run is what pairs of segments follow each other along the outline without a gap. It is
    known by its pairs, so where nothing moved nothing is decided anew.
    """

    def __init__(self, table: ArcTable, near: NearArcs, snap_m: float) -> None:
        self._table = table
        self._near = near
        self._snap_m = snap_m
        self._known: Recent[bytes, list[tuple[float, float, int]]] = Recent()

    def turn(self) -> None:
        """Begin another date."""
        self._known.turn()

    def claims(self, outline: Outline, rows: Ints) -> list[tuple[int, float, float, int]]:
        """Return ring, start, end and other of the stretches that somebody lies across.

        Parameters
        ----------
        rows : as in `Facing`, of one outline
        """
        runs = self._runs(outline, rows)
        unknown = [run for run in runs if not self._known.has(run.key)]
        for run, stretches in zip(unknown, self._decided(unknown)):
            self._known.keep(run.key, stretches)
        return [
            (run.ring, start, end, other)
            for run in runs
            for low, high, other in self._known.get(run.key)
            for start, end in run.on_ring(low, high)
        ]

    def _runs(self, outline: Outline, rows: Ints) -> list[_Run]:
        ring, at_m = outline.place_of(rows[:, 0])
        order = np.lexsort((rows[:, 3], rows[:, 1], at_m, ring))
        rows, ring, at_m = rows[order], ring[order], at_m[order]
        end_m = at_m + self._table.length_m[rows[:, 0]]
        apart = (at_m[1:] > end_m[:-1] + _APART_M) | (ring[1:] != ring[:-1])
        cuts = np.flatnonzero(apart) + 1
        runs = [
            _Run(int(ring[low]), float(outline.ring_length_m[ring[low]]), *each)
            for low, each in zip(
                [0, *cuts.tolist()],
                zip(np.split(rows, cuts), np.split(at_m, cuts), np.split(end_m, cuts)),
            )
        ]
        return _joined_at_seams(runs)

    def _decided(self, runs: list[_Run]) -> list[list[tuple[float, float, int]]]:
        """Return, for each run, from where to where who lies across it."""
        if not runs:
            return []
        rows = np.concatenate([run.rows for run in runs])
        line = np.repeat(np.arange(len(runs)), [len(run.rows) for run in runs])
        at_m = np.concatenate([run.at_m - run.at_m[0] for run in runs])
        opens = np.r_[True, (rows[1:, 0] != rows[:-1, 0]) | (line[1:] != line[:-1])]
        x, y = rows[:, 0], rows[:, 1]
        x_turned, y_turned = (rows[:, 2] & 1).astype(bool), (rows[:, 2] & 2).astype(bool)
        xy, first = self._table.xy, x[opens]
        start, end = xy[first + x_turned[opens]], xy[first + ~x_turned[opens]]
        segments = Segments(
            start=start,
            end=end,
            line=line[opens],
            owner=np.zeros(len(first), dtype=np.int64),
            at_m=at_m[opens],
            length_m=self._table.length_m[first],
            metric=self._table.geodesy.metres_per_unit((start + end) / 2),
            line_length_m=np.array([run.length_m for run in runs]),
            line_closed=np.array([run.is_whole for run in runs]),
        )
        laid = self._near.laid(x, y, x_turned, y_turned)
        pairs = replace(laid, x=np.cumsum(opens) - 1)
        other = rows[:, 3]
        is_slit = other == SLIT
        result = frontage_of_pairs(
            segments,
            pairs.taken(~is_slit),
            other[~is_slit],
            snap_m=self._snap_m,
            within=slits_of_pairs(segments, pairs.taken(is_slit), (), self._snap_m),
        )
        found: list[list[tuple[float, float, int]]] = [[] for _ in runs]
        for number, low, high, whose in zip(
            result.line.tolist(),
            result.start_m.tolist(),
            result.end_m.tolist(),
            result.other.tolist(),
        ):
            if whose != NOBODY:
                found[number].append((low, high, whose))
        return found


@dataclass(frozen=True)
class _Run:
    """Pairs whose segments x follow each other along a ring; past the seam `at_m` goes on."""

    ring: int
    ring_length_m: float
    rows: Ints
    at_m: Floats
    end_m: Floats

    @property
    def is_whole(self) -> bool:
        """Whether it goes all around."""
        return self.length_m >= self.ring_length_m - _APART_M

    @property
    def length_m(self) -> float:
        return float(self.end_m[-1] - self.at_m[0])

    @property
    def key(self) -> bytes:
        """Return what is the same only for runs of the same pairs."""
        return self.rows.tobytes() + (b"o" if self.is_whole else b"")

    def on_ring(self, low: float, high: float) -> list[tuple[float, float]]:
        """Return a stretch of the run as one or two stretches of its ring."""
        start, end = self.at_m[0] + low, self.at_m[0] + high
        length = self.ring_length_m
        if start >= length:
            return [(start - length, end - length)]
        return [(start, end)] if end <= length else [(start, length), (0.0, end - length)]

    def followed_by(self, other: _Run) -> _Run:
        """Return this run and one that goes on from the start of the ring as one."""
        return _Run(
            self.ring,
            self.ring_length_m,
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.at_m, other.at_m + self.ring_length_m]),
            np.concatenate([self.end_m, other.end_m + self.ring_length_m]),
        )


def _joined_at_seams(runs: list[_Run]) -> list[_Run]:
    first = {run.ring: number for number, run in reversed(list(enumerate(runs)))}
    last = {run.ring: number for number, run in enumerate(runs)}
    gone = set()
    result = list(runs)
    for ring, number in last.items():
        ahead, behind = runs[first[ring]], runs[number]
        if first[ring] == number or ahead.at_m[0] > _APART_M:
            continue
        if behind.end_m[-1] >= behind.ring_length_m - _APART_M:
            result[number] = behind.followed_by(ahead)
            gone.add(first[ring])
    return [run for number, run in enumerate(result) if number not in gone]
