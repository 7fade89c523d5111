"""What faces the arcs of an outline: pairs of segments, and the runs that they make up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Sequence

import numpy as np

from .arcruns import Run, segments_of
from .frontage import NOBODY, SLIT, frontage_of_pairs, slits_of_pairs
from .proximity import EXACT_M
from .recent import Recent

if TYPE_CHECKING:
    from .arcpieces import FoundPieces
    from .arctable import ArcTable
    from .arrays import Bools, Ints
    from .coverage import Coverage
    from .neararcs import NearArcs

__all__ = ["Facing", "RunFinder", "Sides"]


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

    @property
    def is_point(self) -> Bools:
        """Whether an arc is so short that two pieces of one faction touch in it as in a point."""
        return np.asarray(self.is_outer.all(axis=0) & (self.faction[0] == self.faction[1]))


@dataclass(frozen=True)
class Facing:
    """Pairs of segments, x on the outline of a piece and y on one that it faces.

    Attributes
    ----------
    piece : (n,), that of x
    rows : (n, 5), x and whether it is turned, y likewise, and whose y is: the number of a
        faction, or `SLIT` where it is of the same outline
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
        may_be_slit = near.along[some] & (
            np.where(x_turned, -1.0, 1.0) * near.side_m[some] <= EXACT_M
        )
        against = near.opposed[some] ^ x_turned
        pieces, rows = [], []
        for side in (0, 1):
            outer = sides.is_outer[side, y_arc]
            other = sides.faction[side, y_arc]
            is_slit = outer & may_be_slit & (against ^ bool(side))
            is_slit &= sides.piece[side, y_arc] == piece
            slit = np.full(len(some), SLIT)
            for mask, whose in ((outer & (other != faction), other), (is_slit, slit)):
                chosen = np.flatnonzero(mask)
                at = some[chosen]
                y_side = np.full(len(chosen), side)
                pieces.append(piece[chosen])
                rows.append(
                    np.column_stack([near.x[at], x_side[chosen], near.y[at], y_side, whose[chosen]])
                )
        return cls(np.concatenate(pieces), np.concatenate(rows))

    @classmethod
    def of_itself(cls, segments: Ints, arc: Ints, side: int, sides: Sides) -> Facing:
        """Return shared segments facing themselves, as both pieces have them on their outlines.

        Parameters
        ----------
        arc : (n,), that of each segment
        side : 0: seen by the piece to the left of the arcs; 1: to the right
        """
        other = sides.faction[1 - side, arc]
        some = sides.is_outer[side, arc] & (other != sides.faction[side, arc])
        segments, piece, other = segments[some], sides.piece[side, arc[some]], other[some]
        here, there = np.full(len(segments), side), np.full(len(segments), 1 - side)
        return cls(piece, np.column_stack([segments, here, segments, there, other]))

    @staticmethod
    def together(several: Sequence[Facing]) -> Facing:
        """Return all pairs of several."""
        return Facing(
            np.concatenate([each.piece for each in several]),
            np.concatenate([each.rows for each in several]),
        )

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

    def learn(self, runs: Sequence[Run]) -> None:
        """Decide runs that are not known, all at once."""
        unknown = {run.key: run for run in runs if not self._known.has(run.key)}
        for key, stretches in zip(unknown, self._decided(list(unknown.values()))):
            self._known.keep(key, stretches)

    def claims(self, runs: Sequence[Run]) -> list[tuple[int, float, float, int]]:
        """Return ring, start, end and other of the stretches that somebody lies across."""
        return [
            (run.ring, start, end, other)
            for run in runs
            for low, high, other in self._known.get(run.key)
            for start, end in run.on_ring(low, high)
        ]

    def _decided(self, runs: list[Run]) -> list[list[tuple[float, float, int]]]:
        """Return, for each run, from where to where who lies across it."""
        if not runs:
            return []
        rows = np.concatenate([run.rows for run in runs])
        segments, number = segments_of(self._table, runs)
        turned = rows[:, [1, 3]].astype(bool)
        laid = self._near.laid(rows[:, 0], rows[:, 2], turned[:, 0], turned[:, 1])
        pairs = replace(laid, x=number)
        other = rows[:, 4]
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
