"""How much ground a faction holds, and which polygons lie over each other.

Areas of polygons are known, so only where some overlap is their union ever made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Sequence

import numpy as np
import shapely
from shapely import Geometry, STRtree

from .groups import Groups
from .nearby import meeting_boxes
from .overlay import robust_union

if TYPE_CHECKING:
    from .arrays import Floats, Ints
    from .feedback import Feedback
    from .polygons import PolygonStore

__all__ = ["HeldGround"]


_FEW = 50


class HeldGround:
    """Measures what sets of polygons cover; each pair is looked at once in a series."""

    def __init__(self, store: PolygonStore, feedback: Feedback) -> None:
        self._store = store
        self._feedback = feedback
        self._union_km2: dict[tuple[int, ...], float] = {}
        self._unions: dict[tuple[int, ...], Geometry] = {}
        self._covered_km2: dict[tuple[int, ...], float] = {}
        self._bounds = np.zeros((0, 4))

    def bounds(self) -> Floats:
        """Return the bounds of each polygon of the store by number, (n, 4)."""
        known = len(self._bounds)
        if known < len(self._store.polygons):
            new = shapely.bounds(np.array(self._store.polygons[known:], dtype=object))
            self._bounds = np.concatenate([self._bounds, new])
        return self._bounds

    def covered_km2(self, numbers: Iterable[int]) -> float:
        """Return the area that the polygons `numbers` cover; ground held twice counts once."""
        key = tuple(sorted(set(numbers)))
        if key not in self._covered_km2:
            areas_km2 = self._store.areas_km2()
            self._covered_km2[key] = sum(
                float(areas_km2[group[0]]) if len(group) == 1 else self._overlapping_km2(group)
                for group in self.groups(key)
            )
        return self._covered_km2[key]

    def groups(self, numbers: Sequence[int]) -> list[tuple[int, ...]]:
        """Return the polygons in groups of which no two overlap."""
        groups = Groups(numbers)
        for a, b in self.overlapping(numbers, numbers):
            groups.join(a, b)
        return list(groups.members())

    def union(self, group: tuple[int, ...]) -> Geometry:
        """Return the ground that a group of polygons covers."""
        if len(group) == 1:
            return self._store.polygons[group[0]]
        if group not in self._unions:
            self._feedback.check()
            polygons = [self._store.polygons[number] for number in group]
            self._unions[group] = robust_union(polygons, self._store.geodesy)
        return self._unions[group]

    def overlapping(self, some: Sequence[int], others: Sequence[int]) -> list[tuple[int, int]]:
        """Return the pairs of one of `some` and one of `others` whose insides have a common part.

        Each pair is told once, the smaller number first.
        """
        if not some or not others:
            return []
        one, two = self._near(some, others)
        candidates = {
            (min(some[i], others[j]), max(some[i], others[j]))
            for i, j in zip(one.tolist(), two.tolist())
            if some[i] != others[j]
        }
        found = []
        for pair in sorted(candidates):
            self._feedback.check()
            if self._store.overlap(*pair):
                found.append(pair)
        return found

    def _near(self, some: Sequence[int], others: Sequence[int]) -> tuple[Ints, Ints]:
        if len(some) <= _FEW:
            return meeting_boxes(self.bounds()[list(some)], self.bounds()[list(others)])
        polygons = self._store.polygons
        tree = STRtree([polygons[number] for number in others])
        one, two = tree.query(np.array([polygons[number] for number in some], dtype=object))
        return one, two

    def _overlapping_km2(self, group: tuple[int, ...]) -> float:
        if group not in self._union_km2:
            self._union_km2[group] = float(self._store.geodesy.area_km2([self.union(group)])[0])
        return self._union_km2[group]
