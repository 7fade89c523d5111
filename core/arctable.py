"""The outlines of all polygons of a series taken apart into arcs, each kept and measured once.

An arc is a run of edges that the same polygons have, to the last digit, whenever one of them has
it. So what lies on its two sides on a date is told by the polygons alone, and the outline of a
piece is made of arcs. It is built once for a series; dates cost as many steps as there are arcs,
and not as there are vertices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Sequence

import numpy as np
import shapely

from .arcs import arcs_between_junctions
from .segments import LONGEST_M

if TYPE_CHECKING:
    import numpy.typing as npt
    from shapely import Geometry

    from .arcs import ArcSet
    from .arrays import Bools, Floats, Ints
    from .geodesy import Geodesy

__all__ = ["ArcTable", "ranges"]


@dataclass(frozen=True)
class ArcTable:
    """All arcs of the polygons of a series, and how polygons are made of them.

    A segment is known by the number of the vertex that it starts at; the last vertex of an arc
    starts none.

    Attributes
    ----------
    xy : (v, 2), the vertices of all arcs, arc by arc, in the CRS; edges longer than some 5 km
        have vertices of their own added
    drawn : (v,), whether a vertex is one of the own of the polygons that have the arc
    first : (a + 1,), where the vertices of each arc begin
    nodes : (a, 2), the numbers of the places where an arc begins and ends
    bounds : (a, 4)
    use_arc, use_turned, use_ring : (u,), each use of an arc by a ring, in the order in which the
        ring runs with the inside on its left; whether the arc runs the other way; the ring
    ring_polygon : (r,), the polygon of each ring
    first_use : (p + 1,), where the uses of each polygon begin
    """

    geodesy: Geodesy
    xy: Floats
    drawn: Bools
    first: Ints
    nodes: Ints
    bounds: Floats
    use_arc: Ints
    use_turned: Bools
    use_ring: Ints
    ring_polygon: Ints
    first_use: Ints

    @classmethod
    def of(cls, polygons: Sequence[Geometry], geodesy: Geodesy) -> ArcTable:
        """Take valid polygons apart."""
        xy, path, ring_polygon = _rings(polygons)
        ids, vertices = _numbered(xy)
        closed = np.ones(len(ring_polygon), dtype=bool)
        arcs = arcs_between_junctions(vertices, ids, path, closed)
        first = np.searchsorted(arcs.arc, np.arange(arcs.count + 1))
        ends = np.stack([arcs.xy[first[:-1]], arcs.xy[first[1:] - 1]], axis=1)
        nodes = _numbered(ends.reshape(-1, 2))[0].reshape(-1, 2)
        dense, dense_first = _dense(arcs.xy, arcs.arc, geodesy)
        return cls(
            geodesy=geodesy,
            xy=dense,
            drawn=_drawn(dense, dense_first, arcs),
            first=dense_first,
            nodes=nodes,
            bounds=_bounds(dense, dense_first),
            use_arc=arcs.used,
            use_turned=arcs.turned,
            use_ring=arcs.path,
            ring_polygon=ring_polygon,
            first_use=np.searchsorted(ring_polygon[arcs.path], np.arange(len(polygons) + 1)),
        )

    @property
    def count(self) -> int:
        """Return how many arcs there are."""
        return len(self.first) - 1

    @cached_property
    def length_m(self) -> Floats:
        """Ellipsoidal length of the segment that starts at each vertex, in metres, shape (v,)."""
        lengths = np.zeros(len(self.xy))
        starts = self.segments(np.arange(self.count))
        lengths[starts] = self.geodesy.edge_lengths_m(self.xy[starts], self.xy[starts + 1])
        return lengths

    @cached_property
    def at_m(self) -> Floats:
        """Distance of each vertex from the start of its arc, in metres, shape (v,)."""
        passed = np.cumsum(self.length_m) - self.length_m
        return np.asarray(passed - np.repeat(passed[self.first[:-1]], np.diff(self.first)))

    @cached_property
    def arc_length_m(self) -> Floats:
        """Ellipsoidal length of each arc in metres, shape (a,)."""
        return np.add.reduceat(self.length_m, self.first[:-1])

    @cached_property
    def arc_of(self) -> Ints:
        """The arc of each vertex, shape (v,)."""
        return np.repeat(np.arange(self.count), np.diff(self.first))

    @cached_property
    def lines(self) -> npt.NDArray[np.object_]:
        """Each arc as a shapely line, shape (a,)."""
        return np.asarray(shapely.linestrings(self.xy, indices=self.arc_of))

    @cached_property
    def margins(self) -> Floats:
        """Units of the CRS that a metre takes at most around each arc, shape (a,)."""
        return self.geodesy.reach_units(self.bounds)

    def uses(self, numbers: Sequence[int] | Ints) -> tuple[Ints, Ints]:
        """Return the uses of arcs by polygons, and the place in `numbers` of each use."""
        chosen = np.asarray(numbers, dtype=np.int64)
        return ranges(self.first_use[chosen], self.first_use[chosen + 1])

    def segments(self, arcs: Ints) -> Ints:
        """Return the segments of arcs, one arc after the other."""
        return ranges(self.first[arcs], self.first[arcs + 1] - 1)[0]


def ranges(first: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return the numbers from `first` to before `end`, range after range, and which range."""
    size = end - first
    which = np.repeat(np.arange(len(size)), size)
    return np.arange(int(size.sum())) - (np.cumsum(size) - size - first)[which], which


def _rings(polygons: Sequence[Geometry]) -> tuple[Floats, Ints, Ints]:
    """Return vertices and ring of each, without those that close rings, and rings' polygons."""
    rings, polygon = shapely.get_rings(np.asarray(polygons, dtype=object), return_index=True)
    is_shell = np.r_[True, polygon[1:] != polygon[:-1]]
    runs_left = shapely.is_ccw(rings) == is_shell
    turned = np.where(runs_left, rings, shapely.reverse(rings))
    xy, path = shapely.get_coordinates(turned, return_index=True)
    follows = np.r_[False, (path[1:] == path[:-1]) & (xy[1:] == xy[:-1]).all(axis=1)]
    xy, path = xy[~follows], path[~follows]
    last = np.r_[path[1:] != path[:-1], True]
    return xy[~last], path[~last], np.asarray(polygon, dtype=np.int64)


def _numbered(xy: Floats) -> tuple[Ints, Floats]:
    """Return the number of each point's place, and the places, each once."""
    places, ids = np.unique(_as_complex(xy), return_inverse=True)
    return ids.reshape(-1), places.view(np.float64).reshape(-1, 2)


def _as_complex(xy: Floats) -> npt.NDArray[np.complex128]:
    """Return points as complex numbers, which sort by x, then by y; minus zero is zero."""
    return np.asarray((xy + 0.0).view(np.complex128).reshape(-1))


def _dense(xy: Floats, arc: Ints, geodesy: Geodesy) -> tuple[Floats, Ints]:
    lines = geodesy.segmentized(shapely.linestrings(xy, indices=arc), LONGEST_M)
    dense, number = shapely.get_coordinates(lines, return_index=True)
    return dense, np.searchsorted(number, np.arange(len(lines) + 1))


def _drawn(dense: Floats, dense_first: Ints, arcs: ArcSet) -> Bools:
    """Return which vertices are an arc's own; one added there may be another's own."""
    arc = np.repeat(np.arange(arcs.count), np.diff(dense_first))
    place = _numbered(np.concatenate([dense, arcs.xy]))[0]
    key = place * arcs.count + np.concatenate([arc, arcs.arc])
    return np.isin(key[: len(dense)], key[len(dense) :])


def _bounds(xy: Floats, first: Ints) -> Floats:
    low = np.minimum.reduceat(xy, first[:-1], axis=0)
    high = np.maximum.reduceat(xy, first[:-1], axis=0)
    return np.hstack([low, high])
