"""The outline of a piece, put together from arcs, as rings in order and as a geometry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import Geometry, STRtree

from .arctable import ranges
from .segments import Segments

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arctable import ArcTable
    from .arrays import Bools, Floats, Ints

__all__ = ["Outline"]


@dataclass(frozen=True)
class Outline:
    """The rings of a piece as arcs, in the order in which they run, the inside on the left.

    Attributes
    ----------
    arc, turned, ring : (u,), the arc, whether it runs the other way, and the number of its ring
    at_m : (u,), where the arc begins on its ring, in metres
    ring_length_m : (r,)
    """

    table: ArcTable
    arc: Ints
    turned: Bools
    ring: Ints
    at_m: Floats
    ring_length_m: Floats

    @classmethod
    def of(cls, table: ArcTable, arc: Ints, turned: Bools) -> Outline:
        """Put the arcs of an outline in order; each is given once, in any order."""
        side = turned.astype(np.int64)
        start, end = table.nodes[arc, side], table.nodes[arc, 1 - side]
        rings = _rings(start, _followers(table, arc, turned, start, end))
        order = np.concatenate([np.array(each, dtype=np.int64) for each in rings])
        ring = np.repeat(np.arange(len(rings)), [len(each) for each in rings])
        arc, turned = arc[order], turned[order]
        length_m = table.arc_length_m[arc]
        passed = np.cumsum(length_m) - length_m
        first = np.searchsorted(ring, np.arange(len(rings)))
        return cls(
            table,
            arc,
            turned,
            ring,
            passed - passed[first][ring],
            np.bincount(ring, length_m, len(rings)).astype(np.float64),
        )

    @cached_property
    def length_m(self) -> Floats:
        """Length of each arc in metres, shape (u,)."""
        return self.table.arc_length_m[self.arc]

    @cached_property
    def is_hole(self) -> Bools:
        """Whether a ring is that of a hole, shape (r,)."""
        return ~np.asarray(shapely.is_ccw(self._lines))

    def geometry(self) -> Geometry:
        """Return the polygon or multipolygon."""
        rings = self._lines
        shells, holes = rings[~self.is_hole], rings[self.is_hole]
        owner = _shells_around(shells, holes)
        parts = [shapely.polygons(shell, holes[owner == n]) for n, shell in enumerate(shells)]
        return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)

    @cached_property
    def _lines(self) -> npt.NDArray[np.object_]:
        table = self.table
        low, high = table.first[self.arc], table.first[self.arc + 1] - 1
        step, use = ranges(np.zeros_like(low), high - low)
        vertex = np.where(self.turned[use], high[use] - step, low[use] + step)
        drawn = table.drawn[vertex]
        xy, ring = table.xy[vertex[drawn]], self.ring[use[drawn]]
        return np.asarray(shapely.linearrings(xy, indices=ring))

    def segments(self, uses: Ints) -> Segments:
        """Return some of the arcs as segments of their rings, in order."""
        table = self.table
        low, high = table.first[self.arc[uses]], table.first[self.arc[uses] + 1] - 1
        step, use = ranges(np.zeros_like(low), high - low)
        turned = self.turned[uses][use]
        number = np.where(turned, high[use] - 1 - step, low[use] + step)
        start, end = table.xy[number + turned], table.xy[number + ~turned]
        at_m, length_m = table.at_m[number], table.length_m[number]
        back_m = self.length_m[uses][use] - at_m - length_m
        return Segments(
            start=start,
            end=end,
            line=self.ring[uses][use],
            owner=np.zeros(len(number), dtype=np.int64),
            at_m=self.at_m[uses][use] + np.where(turned, back_m, at_m),
            length_m=length_m,
            metric=table.geodesy.metres_per_unit((start + end) / 2),
            line_length_m=self.ring_length_m,
            line_closed=np.ones(len(self.ring_length_m), dtype=bool),
        )


def _followers(table: ArcTable, arc: Ints, turned: Bools, start: Ints, end: Ints) -> Ints:
    """Return which use comes after each: at a node with several, the sharpest turn to the left."""
    order = np.argsort(start, kind="stable")
    first = np.searchsorted(start[order], end)
    following = order[first]
    count = np.searchsorted(start[order], end, side="right") - first
    for use in np.flatnonzero(count > 1).tolist():
        choice = order[first[use] : first[use] + count[use]]
        back = _direction(table, arc[use], not turned[use])
        ways = np.array([_direction(table, arc[each], turned[each]) for each in choice])
        # the first way met on turning to the right from the one that it came by
        right = (back - ways) % (2 * np.pi)
        following[use] = choice[np.where(right == 0, 2 * np.pi, right).argmin()]
    return following


def _direction(table: ArcTable, arc: int, turned: bool) -> float:
    """Return the angle in which an arc sets out from its start, or from its end when turned."""
    first, last = table.first[arc], table.first[arc + 1] - 1
    a, b = (last, last - 1) if turned else (first, first + 1)
    step = table.xy[b] - table.xy[a]
    return float(np.arctan2(step[1], step[0]))


def _rings(start: Ints, following: Ints) -> list[list[int]]:
    """Return the uses of each ring; one that comes back to a node on its way is cut there."""
    follows, starts = following.tolist(), start.tolist()
    is_done = [False] * len(starts)
    rings = []
    for first in range(len(starts)):
        path: list[int] = []
        use = first
        while not is_done[use]:
            is_done[use] = True
            path.append(use)
            use = follows[use]
        if path:
            rings += _simple_rings(path, starts)
    return rings


def _simple_rings(path: list[int], starts: list[int]) -> list[list[int]]:
    nodes = [starts[use] for use in path]
    if len(set(nodes)) == len(nodes):
        return [path]
    rings: list[list[int]] = []
    way: list[int] = []
    place: dict[int, int] = {}
    for use, node in zip(path, nodes):
        if node in place:
            loop = way[place[node] :]
            del way[place[node] :]
            for each in loop:
                del place[starts[each]]
            rings.append(loop)
        place[node] = len(way)
        way.append(use)
    rings.append(way)
    return rings


def _shells_around(shells: npt.NDArray[np.object_], holes: npt.NDArray[np.object_]) -> Ints:
    """Return the number of the smallest shell around each hole."""
    if len(shells) == 1 or len(holes) == 0:
        return np.zeros(len(holes), dtype=np.int64)
    around, inside = shapely.polygons(shells), shapely.polygons(holes)
    hole, shell = STRtree(around).query(shapely.point_on_surface(inside), predicate="within")
    sizes = shapely.area(around)[shell]
    # what lies in a hole is smaller than that
    larger = sizes > shapely.area(inside)[hole]
    hole, shell, sizes = hole[larger], shell[larger], sizes[larger]
    order = np.lexsort((sizes, hole))
    hole, first = np.unique(hole[order], return_index=True)
    owner = np.full(len(holes), -1, dtype=np.int64)
    owner[hole] = shell[order][first]
    return owner
