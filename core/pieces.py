"""Which polygons of a faction make up one enclave.

Pieces that share an edge are one. Outlines are never drawn to the metre, so edges that
stay nearer than the snap distance along ten times its length count as shared; an overlap
no larger than the square of the snap distance nor than half of the smaller one, as two
corners make that should only touch, does not join. With a join distance, pieces at most so
far apart are one, however they lie.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Callable, Iterable

import numpy as np
import shapely
from shapely import Geometry

from .bridging import bridged_in_groups
from .groups import Groups
from .nearby import pairs_within
from .nearest import distance_m
from .proximity import EXACT_M, LEAST_RUN, near_pairs
from .recent import Recent

if TYPE_CHECKING:
    from .feedback import Feedback
    from .polygons import PolygonStore
    from .segments import Segments

__all__ = ["LEAST_EDGE_M", "Piece", "PieceFinder"]


# an edge shared exactly, but shorter, is a point drawn less exactly, in metres
LEAST_EDGE_M = 0.1


@dataclass(frozen=True)
class Piece:
    """A connected piece: the numbers of its polygons, and their union.

    `trimmed` holds the numbers of larger pieces' polygons that a nick at a corner was
    given to; pieces with the same numbers and the same trim are the same piece. `parts`
    counts the pieces that only the join distance made one.
    """

    numbers: tuple[int, ...]
    geometry: Geometry = field(compare=False, repr=False)
    trimmed: tuple[int, ...] = ()
    parts: int = 1

    @property
    def is_polygon(self) -> bool:
        """Whether it is one polygon, and all of it."""
        return len(self.numbers) == 1 and not self.trimmed


@dataclass(frozen=True)
class _Relation:
    joined: bool
    near_m: float
    overlaps: bool


class PieceFinder:
    """Finds the pieces of what factions hold, and remembers what it saw.

    Each pair of polygons is looked at once, and each set of polygons is put together
    once, however many snapshots they are in.
    """

    def __init__(
        self, store: PolygonStore, *, snap_m: float, join_distance_m: float, feedback: Feedback
    ) -> None:
        self._store = store
        self._snap_m = max(snap_m, EXACT_M)
        self._join_m = join_distance_m
        self._feedback = feedback
        self._relations: dict[tuple[int, int], _Relation] = {}
        self._unions: Recent[tuple[int, ...], Geometry] = Recent()
        self._far_apart: dict[tuple[tuple[int, ...], tuple[int, ...]], bool] = {}
        self._known: Recent[tuple[int, ...], tuple[Piece, ...]] = Recent()

    def turn(self) -> None:
        """Begin another date: unions that the last two had no use for are forgotten."""
        self._unions.turn()
        self._known.turn()

    def pieces(self, numbers: Iterable[int]) -> tuple[Piece, ...]:
        """Return the pieces that the polygons `numbers` of one faction make up."""
        key = tuple(sorted(set(numbers)))
        return self._known.once(
            key, lambda: self.joined(Groups(key), self._candidates(key), self._united)
        )

    def joined(
        self,
        groups: Groups,
        pairs: Iterable[tuple[int, int]],
        united: Callable[[tuple[int, ...]], Geometry],
    ) -> tuple[Piece, ...]:
        """Return the pieces that groups of polygons make up.

        Parameters
        ----------
        groups : of which is known that they are one; they grow
        pairs : those that may be near each other and are not in one group
        united : returns the union of the polygons of one piece
        """
        relations = {pair: self._relation(*pair) for pair in pairs if not groups.same(*pair)}
        for pair, relation in relations.items():
            if relation.joined:
                groups.join(*pair)
        self._join_by_length(groups, relations)
        parts = [members[0] for members in groups.members()]
        if self._join_m > 0:
            self._join_by_distance(groups, united)
        count = Counter(groups.root(first) for first in parts)
        pieces = [
            Piece(members, self.union(members, united), parts=count[groups.root(members[0])])
            for members in groups.members()
        ]
        nicks = [
            pair
            for pair, relation in relations.items()
            if relation.overlaps and not groups.same(*pair)
        ]
        return tuple(self._without_nicks(pieces, nicks))

    def union(
        self, numbers: tuple[int, ...], united: Callable[[tuple[int, ...]], Geometry]
    ) -> Geometry:
        """Return the union of polygons, made by `united` where it is not known."""
        if len(numbers) == 1:
            return self._store.polygons[numbers[0]]
        return self._unions.once(numbers, lambda: united(numbers))

    def _candidates(self, numbers: tuple[int, ...]) -> list[tuple[int, int]]:
        if len(numbers) == 1:
            return []
        polygons = np.array([self._store.polygons[number] for number in numbers], dtype=object)
        return [
            (numbers[a], numbers[b])
            for a, b in pairs_within(
                polygons, self._snap_m, geodesy=self._store.geodesy, feedback=self._feedback
            )
        ]

    def _relation(self, a: int, b: int) -> _Relation:
        if (a, b) not in self._relations:
            self._feedback.check()
            self._relations[a, b] = self._related(a, b)
        return self._relations[a, b]

    def _related(self, a: int, b: int) -> _Relation:
        overlaps = self._store.overlap(a, b)
        if overlaps and self._is_real_overlap(a, b):
            return _Relation(joined=True, near_m=0.0, overlaps=True)
        outlines = self._store.segments(a), self._store.segments(b)
        near_m = _facing_m(*outlines, self._snap_m)
        # a corner of one on an edge of the other is rarely there to the last digit
        joined = near_m > 0 and _facing_m(*outlines, EXACT_M) >= LEAST_EDGE_M
        return _Relation(joined=joined, near_m=near_m, overlaps=overlaps)

    def _is_real_overlap(self, a: int, b: int) -> bool:
        common = shapely.intersection(self._store.polygons[a], self._store.polygons[b])
        common_km2 = float(self._store.geodesy.area_km2([common])[0])
        smaller_km2 = float(self._store.areas_km2()[[a, b]].min())
        return common_km2 * 1e6 > self._snap_m**2 or common_km2 > smaller_km2 / 2

    def _join_by_length(self, groups: Groups, relations: dict[tuple[int, int], _Relation]) -> None:
        """Join groups whose near edges together are long enough, until none is left."""
        changed = True
        while changed:
            lengths: dict[tuple[int, int], float] = defaultdict(float)
            for pair, relation in relations.items():
                a, b = sorted(groups.root(number) for number in pair)
                if a != b:
                    lengths[a, b] += relation.near_m
            long_enough = [p for p, m in lengths.items() if m >= LEAST_RUN * self._snap_m]
            for pair in long_enough:
                groups.join(*pair)
            changed = bool(long_enough)

    def _join_by_distance(
        self, groups: Groups, united: Callable[[tuple[int, ...]], Geometry]
    ) -> None:
        members = list(groups.members())
        if len(members) == 1:
            return
        unions = np.array([self.union(each, united) for each in members], dtype=object)
        for a, b in pairs_within(
            unions, self._join_m, geodesy=self._store.geodesy, feedback=self._feedback
        ):
            if groups.same(members[a][0], members[b][0]):
                continue
            key = (members[a], members[b])
            if key not in self._far_apart:
                apart_m = distance_m(unions[a], unions[b], self._store.geodesy)
                self._far_apart[key] = apart_m > self._join_m
            if not self._far_apart[key]:
                groups.join(members[a][0], members[b][0])

    def _united(self, numbers: tuple[int, ...]) -> Geometry:
        self._feedback.check()
        return shapely.union_all([self._store.polygons[number] for number in numbers])

    def _without_nicks(self, pieces: list[Piece], nicks: list[tuple[int, int]]) -> list[Piece]:
        """Give a nick where two corners overlap to the larger piece, so that areas sum."""
        if not nicks:
            return pieces
        owner = {number: index for index, piece in enumerate(pieces) for number in piece.numbers}
        areas = self._store.geodesy.area_km2([piece.geometry for piece in pieces])
        trims: dict[int, set[int]] = defaultdict(set)
        for pair in nicks:
            one, two = (owner[number] for number in pair)
            larger, smaller = sorted((one, two), key=lambda i: (-areas[i], pieces[i].numbers))
            trims[smaller].update(set(pair) & set(pieces[larger].numbers))
        result = []
        for index, piece in enumerate(pieces):
            trimmed = tuple(sorted(trims[index]))
            geometry = piece.geometry
            for number in trimmed:
                geometry = shapely.difference(geometry, self._store.polygons[number])
            result.append(replace(piece, geometry=geometry, trimmed=trimmed))
        return result


def _facing_m(one: Segments, two: Segments, snap_m: float) -> float:
    """Return along how many metres two outlines face each other within the snap distance."""
    return max(_facing_one_way_m(one, two, snap_m), _facing_one_way_m(two, one, snap_m))


def _facing_one_way_m(x: Segments, y: Segments, snap_m: float) -> float:
    pairs = near_pairs(x, y, snap_m)
    start, end, _, some_foot = pairs.feet()
    low, high, some_near = pairs.near()
    some_foot &= pairs.opposed
    feet = pairs.on_line(x, start, end)
    near = pairs.on_line(x, low, high)
    line = x.line[pairs.x]
    stretches = bridged_in_groups(
        feet[some_foot],
        line[some_foot],
        near[some_near],
        line[some_near],
        length_m=x.line_length_m,
        closed=x.line_closed,
    ).stretches
    return float((stretches[:, 1] - stretches[:, 0]).sum())
