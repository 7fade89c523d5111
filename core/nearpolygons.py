"""Which polygons of a series are within a distance of each other: asked once for each pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import STRtree

from .arctable import ranges

if TYPE_CHECKING:
    from .arctable import ArcTable
    from .arrays import Bools, Floats, Ints

__all__ = ["NearPolygons"]


_OUTWARD = np.array([-1.0, -1.0, 1.0, 1.0])


class NearPolygons:
    """Finds the polygons whose outlines may be within a distance of each other."""

    def __init__(self, table: ArcTable, distance_m: float) -> None:
        self._table = table
        self._reach = 1.02 * distance_m * table.margins
        arcs, first = table.use_arc, table.first_use[:-1]
        bounds = table.bounds[arcs]
        self._bounds = np.hstack(
            [
                np.minimum.reduceat(bounds[:, :2], first, axis=0),
                np.maximum.reduceat(bounds[:, 2:], first, axis=0),
            ]
        )
        self._boxes = (
            self._bounds + np.maximum.reduceat(self._reach[arcs], first)[:, None] * _OUTWARD
        )
        self._known = np.zeros(0, dtype=np.int64)
        self._are_near = np.zeros(0, dtype=bool)

    def pairs(self, polygons: Ints, faction: Ints, label: Ints) -> Ints:
        """Return the places in `polygons` of those that may be near, (k, 2).

        Parameters
        ----------
        polygons : numbers, in ascending order
        faction, label : of each; only those of one faction with two labels are looked at
        """
        several = _has_several(faction, label)
        some = np.flatnonzero(several)
        if len(some) == 0:
            return np.zeros((0, 2), dtype=np.int64)
        tree = STRtree(shapely.box(*self._bounds[polygons[some]].T))
        one, two = some[tree.query(shapely.box(*self._boxes[polygons[some]].T))]
        chosen = (one < two) & (faction[one] == faction[two]) & (label[one] != label[two])
        one, two = one[chosen], two[chosen]
        near = self._near(polygons[one], polygons[two])
        return np.column_stack([one[near], two[near]])

    def _near(self, one: Ints, two: Ints) -> Bools:
        """Return which pairs of polygons may be near."""
        keys = one * (len(self._bounds) + 1) + two
        new = np.unique(keys[~np.isin(keys, self._known)])
        if len(new):
            measured = self._measured(*np.divmod(new, len(self._bounds) + 1))
            known = np.concatenate([self._known, new])
            order = np.argsort(known)
            self._known = known[order]
            self._are_near = np.concatenate([self._are_near, measured])[order]
        return self._are_near[np.searchsorted(self._known, keys)]

    def _measured(self, one: Ints, two: Ints) -> Bools:
        """Return which pairs of polygons have arcs that are near each other."""
        table = self._table
        pair, x, y = self._pairs_of_arcs(one, two)
        near = np.bincount(pair[x == y], minlength=len(one)) > 0
        left = ~near[pair]
        pair, x, y = pair[left], x[left], y[left]
        reach = np.maximum(self._reach[x], self._reach[y])
        lines = table.lines
        found = shapely.dwithin(lines[x], lines[y], reach)
        near[pair[found]] = True
        return np.asarray(near)

    def _pairs_of_arcs(self, one: Ints, two: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the arcs of both polygons of each pair whose boxes are near, and the pair."""
        table = self._table
        x_use, x_pair = ranges(table.first_use[one], table.first_use[one + 1])
        x = table.use_arc[x_use]
        # only arcs in reach of the whole of the other
        some = _boxes_near(table.bounds[x], self._bounds[two[x_pair]], self._reach[x])
        x, x_pair = x[some], x_pair[some]
        y_use, row = ranges(table.first_use[two[x_pair]], table.first_use[two[x_pair] + 1])
        x, pair, y = x[row], x_pair[row], table.use_arc[y_use]
        some = _boxes_near(
            table.bounds[x], table.bounds[y], np.maximum(self._reach[x], self._reach[y])
        )
        return pair[some], x[some], y[some]


def _has_several(faction: Ints, label: Ints) -> Bools:
    """Return which polygons are of a faction with more than one label."""
    count = int(faction.max()) + 1
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(least, faction, label)
    np.maximum.at(most, faction, label)
    return np.asarray((least < most)[faction])


def _boxes_near(one: Floats, two: Floats, reach: Floats) -> Bools:
    return np.asarray(
        (one[:, 0] - reach <= two[:, 2])
        & (two[:, 0] <= one[:, 2] + reach)
        & (one[:, 1] - reach <= two[:, 3])
        & (two[:, 1] <= one[:, 3] + reach)
    )
