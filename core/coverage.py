"""Which snapshots are coverages, and what lies on the two sides of each arc of one.

In a coverage no two polygons have ground in common, and those that share an edge share it to the
last digit. Then pieces, perimeters and front lines are sums over arcs. Whether a snapshot is one
is decided without doubt or not at all: what cannot be sure here is left to the plain way.

Polygons overlap if and only if some ground is covered twice. What is covered how often changes
only at arcs that have a polygon on one side alone; so it is enough that no such arc is met by
another elsewhere than in a common vertex, and that none lies in a polygon that it is no part of.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Sequence

import numpy as np
import shapely
from shapely import STRtree

if TYPE_CHECKING:
    from shapely import Geometry

    from .arctable import ArcTable
    from .arrays import Bools, Floats, Ints
    from .feedback import Feedback
    from .model import Snapshot
    from .neararcs import NearArcs

__all__ = ["Coverage", "CoverageFinder"]


@dataclass(frozen=True)
class Coverage:
    """A snapshot without overlaps.

    Attributes
    ----------
    polygons : (n,), numbers in the store, in ascending order
    factions, faction : the names, and which of them each polygon is held by
    use, place : (u,), all uses of arcs, and the place in `polygons` of the user of each
    sides : (2, a), the place of the polygon to the left and right of each arc; -1: none
    """

    polygons: Ints
    factions: tuple[str, ...]
    faction: Ints
    use: Ints
    place: Ints
    sides: Ints

    @cached_property
    def is_free(self) -> Bools:
        """Whether an arc has a polygon on one side and nobody's ground on the other, (a,)."""
        return np.asarray((self.sides[0] >= 0) != (self.sides[1] >= 0))

    @cached_property
    def is_shared(self) -> Bools:
        """Whether an arc has polygons on both sides, (a,)."""
        return np.asarray((self.sides[0] >= 0) & (self.sides[1] >= 0))


class CoverageFinder:
    """Tells coverages; what it learns of arcs and polygons it keeps."""

    def __init__(
        self,
        table: ArcTable,
        polygons: Sequence[Geometry],
        near: NearArcs,
        feedback: Feedback,
    ) -> None:
        self._table = table
        self._polygons = np.asarray(polygons, dtype=object)
        self._bounds = shapely.bounds(self._polygons)
        self._near = near
        self._feedback = feedback
        self._middles = _middles(table)
        self._outside: set[int] = set()

    def of(self, snapshot: Snapshot) -> Coverage | None:
        """Return the coverage that a snapshot is; None where it is none or that is unsure."""
        numbers = [number for each in snapshot.holdings.values() for number in each]
        if not numbers or len(set(numbers)) < len(numbers):
            return None
        found = self._laid_out(snapshot)
        if found is None:
            return None
        self._feedback.check()
        free = np.flatnonzero(found.is_free)
        self._near.ask(free)
        if self._meets_elsewhere(found) or self._covered_twice(found, free):
            return None
        return found

    def _laid_out(self, snapshot: Snapshot) -> Coverage | None:
        held = [
            (number, index)
            for index, numbers in enumerate(snapshot.holdings.values())
            for number in numbers
        ]
        polygons, faction = np.array(sorted(held), dtype=np.int64).T
        table = self._table
        use, place = table.uses(polygons)
        arc, side = table.use_arc[use], table.use_turned[use].astype(np.int64)
        sides = np.full((2, table.count), -1, dtype=np.int64)
        sides[side, arc] = place
        if (sides[side, arc] != place).any():
            return None
        return Coverage(polygons, tuple(snapshot.holdings), faction, use, place, sides)

    def _meets_elsewhere(self, found: Coverage) -> bool:
        pairs = self._near.touching
        is_there = found.is_free | found.is_shared
        return bool((found.is_free[pairs[:, 0]] & is_there[pairs[:, 1]]).any())

    def _covered_twice(self, found: Coverage, free: Ints) -> bool:
        """Return whether a free arc lies in a polygon that it is no part of."""
        owner = found.polygons[found.sides[:, free].max(axis=0)]
        points = self._middles[free]
        bounds = self._bounds[found.polygons]
        boxes = STRtree(shapely.box(*bounds.T))
        one, two = boxes.query(shapely.points(points))
        polygon = found.polygons[two]
        other = polygon != owner[one]
        one, polygon = one[other], polygon[other]
        keys = free[one] * len(self._polygons) + polygon
        unknown = np.array([key not in self._outside for key in keys.tolist()], dtype=bool)
        if not unknown.any():
            return False
        one, polygon, keys = one[unknown], polygon[unknown], keys[unknown]
        if shapely.intersects_xy(self._polygons[polygon], *points[one].T).any():
            return True
        self._outside.update(keys.tolist())
        return False


def _middles(table: ArcTable) -> Floats:
    """Return a point inside the middle segment of each arc, (a, 2)."""
    middle = (table.first[:-1] + table.first[1:] - 2) // 2
    return np.asarray((table.xy[middle] + table.xy[middle + 1]) / 2)
