"""The pieces of a coverage: polygons of a faction that share edges, found by their arcs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Tuple

import numpy as np

from .groups import Groups, components
from .outline import Outline
from .pieces import LEAST_EDGE_M, Piece, PieceFinder
from .recent import Recent

if TYPE_CHECKING:
    from shapely import Geometry

    from .arctable import ArcTable
    from .arrays import Ints
    from .coverage import Coverage
    from .nearpolygons import NearPolygons

__all__ = ["ArcPieces", "FoundPieces"]


_Numbers = Tuple[int, ...]


@dataclass(frozen=True)
class FoundPieces:
    """The pieces of a coverage.

    Attributes
    ----------
    pieces : of all factions
    faction : (k,), the faction of each, as the coverage numbers them
    of_place : (n,), the number of the piece that each polygon of the coverage is part of
    """

    pieces: tuple[Piece, ...]
    faction: Ints
    of_place: Ints


class ArcPieces:
    """Finds pieces; what consecutive dates have in common is put together once."""

    def __init__(
        self, table: ArcTable, finder: PieceFinder, near: NearPolygons, join_m: float
    ) -> None:
        self._table = table
        self._finder = finder
        self._near = near
        self._join_m = join_m
        self._outlines: Recent[_Numbers, Outline] = Recent()

    def turn(self) -> None:
        """Begin another date."""
        self._outlines.turn()

    def of(self, coverage: Coverage) -> FoundPieces:
        """Return the pieces of a coverage."""
        label = self._sharing_edges(coverage)
        near = self._near.pairs(coverage.polygons, coverage.faction, label)
        doubtful = set(coverage.faction[near[:, 0]].tolist())
        if self._join_m > 0:
            doubtful = set(range(len(coverage.factions)))
        pieces: list[Piece] = []
        faction: list[int] = []
        for index in range(len(coverage.factions)):
            own = np.flatnonzero(coverage.faction == index)
            pairs = near[coverage.faction[near[:, 0]] == index]
            groups = _groups(coverage.polygons[own], label[own])
            if index in doubtful:
                found = self._joined(groups, coverage.polygons[pairs])
            else:
                found = tuple(Piece(numbers, self._geometry(numbers)) for numbers in groups)
            pieces += found
            faction += [index] * len(found)
        of_place = np.empty(len(coverage.polygons), dtype=np.int64)
        for number, piece in enumerate(pieces):
            of_place[np.searchsorted(coverage.polygons, piece.numbers)] = number
        return FoundPieces(tuple(pieces), np.array(faction, dtype=np.int64), of_place)

    def outline(self, numbers: _Numbers) -> Outline:
        """Return the outline of the union of polygons that have no ground in common."""
        return self._outlines.once(numbers, lambda: self._outlined(numbers))

    def _outlined(self, numbers: _Numbers) -> Outline:
        table = self._table
        use, _ = table.uses(numbers)
        arc, turned = table.use_arc[use], table.use_turned[use]
        # an arc that the polygons run along both ways is inside
        outer = np.bincount(arc, minlength=table.count)[arc] == 1
        return Outline.of(table, arc[outer], turned[outer])

    def _geometry(self, numbers: _Numbers) -> Geometry:
        return self._finder.union(numbers, self._united)

    def _united(self, numbers: _Numbers) -> Geometry:
        return self.outline(numbers).geometry()

    def _joined(self, groups: list[_Numbers], pairs: Ints) -> tuple[Piece, ...]:
        together = Groups(number for members in groups for number in members)
        for members in groups:
            for number in members[1:]:
                together.join(members[0], number)
        near = [(min(a, b), max(a, b)) for a, b in pairs.tolist()]
        return self._finder.joined(together, near, self._united)

    def _sharing_edges(self, coverage: Coverage) -> Ints:
        """Return a label for each polygon, the same for those of a faction that share edges."""
        arcs = np.flatnonzero(coverage.is_shared)
        one, two = coverage.sides[:, arcs]
        alike = coverage.faction[one] == coverage.faction[two]
        arcs, one, two = arcs[alike], np.minimum(one, two)[alike], np.maximum(one, two)[alike]
        count = len(coverage.polygons)
        pair, which = np.unique(one * count + two, return_inverse=True)
        shared_m = np.bincount(which.reshape(-1), self._table.arc_length_m[arcs], len(pair))
        edge = pair[shared_m >= LEAST_EDGE_M]
        return components(count, edge // count, edge % count)


def _groups(numbers: Ints, label: Ints) -> list[_Numbers]:
    order = np.argsort(label, kind="stable")
    cuts = np.flatnonzero(np.diff(label[order])) + 1
    return [tuple(each.tolist()) for each in np.split(numbers[order], cuts)]
