"""The pieces of a coverage: polygons of a faction that share edges, found by their arcs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Tuple

import numpy as np
import numpy.typing as npt

from .groups import Groups, components
from .outline import Outline
from .pieces import LEAST_EDGE_M, Piece, PieceFinder
from .recent import Recent

if TYPE_CHECKING:
    from shapely import Geometry

    from .arctable import ArcTable
    from .coverage import Coverage
    from .neararcs import NearArcs

__all__ = ["ArcPieces", "FoundPieces"]

Ints = npt.NDArray[np.int64]

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

    def __init__(self, table: ArcTable, finder: PieceFinder, near: NearArcs, join_m: float) -> None:
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
        near = self._may_be_near(coverage, label)
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

    def _may_be_near(self, coverage: Coverage, label: Ints) -> Ints:
        """Return the places of polygons of one faction, not yet one, that may be near, (k, 2)."""
        rows = [coverage.across, self._near_free(coverage), self._in_one_node(coverage, label)]
        one, two = np.sort(np.concatenate(rows), axis=1).T
        some = (coverage.faction[one] == coverage.faction[two]) & (label[one] != label[two])
        pairs: Ints = np.unique(np.column_stack([one[some], two[some]]), axis=0)
        return pairs

    def _near_free(self, coverage: Coverage) -> Ints:
        one, two = self._near.arcs.T
        some = coverage.is_free[one] & (coverage.is_free | coverage.is_shared)[two]
        one, two = one[some], two[some]
        own = coverage.sides[:, one].max(axis=0)
        rows = np.concatenate([np.column_stack([own, side]) for side in coverage.sides[:, two]])
        return np.asarray(rows[rows[:, 1] >= 0])

    def _in_one_node(self, coverage: Coverage, label: Ints) -> Ints:
        """Return the polygons of one faction that meet in a point, without a common edge."""
        table = self._table
        node = table.nodes[table.use_arc[coverage.use]].reshape(-1)
        place = np.repeat(coverage.place, 2)
        count = len(coverage.polygons)
        meeting = np.unique(node * count + label[place])
        nodes, labels = meeting // count, meeting % count
        of_faction = nodes * len(coverage.factions) + coverage.faction[labels]
        several = np.bincount(np.unique(of_faction, return_inverse=True)[1].reshape(-1))
        if len(several) == 0 or several.max() <= 1:
            return np.zeros((0, 2), dtype=np.int64)
        met = np.isin(node, nodes[_counts(of_faction) > 1])
        rows = np.unique(np.column_stack([node[met], place[met]]), axis=0)
        return np.concatenate([_pairs(each) for each in np.split(*_by_first(rows))])


def _counts(values: Ints) -> Ints:
    """Return how often each value is there."""
    _, which, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray(count[which.reshape(-1)])


def _by_first(rows: Ints) -> tuple[Ints, Ints]:
    return rows[:, 1], np.flatnonzero(np.diff(rows[:, 0])) + 1


def _pairs(places: Ints) -> Ints:
    one, two = np.triu_indices(len(places), 1)
    return np.column_stack([places[one], places[two]])


def _groups(numbers: Ints, label: Ints) -> list[_Numbers]:
    order = np.argsort(label, kind="stable")
    cuts = np.flatnonzero(np.diff(label[order])) + 1
    return [tuple(each.tolist()) for each in np.split(numbers[order], cuts)]
