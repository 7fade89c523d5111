"""What polygons do not share: the ground between outlines that differ only here and there.

Each edge of an outline has the ground on its left. An edge that what was and what is both have
bounds no ground that changed, and neither does one that two neighbours have in opposite
directions: such edges cancel. What is left are closed loops, mostly short ones, and only they are
noded and polygonized. How often a cell is covered more than before is its winding number by the
edges left (the boundary of a sum of regions is the sum of their boundaries), so that no polygon
is asked what lies in it. Whoever calls has to check that areas close.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Collection, Iterable, Iterator, Sequence, Tuple

import numpy as np
import shapely
from shapely import STRtree
from shapely.errors import GEOSException

from .groups import components
from .hashing import hashed_points
from .nearby import in_blocks

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import Bools, Floats, Ints
    from .geodesy import Geodesy
    from .polygons import PolygonStore

__all__ = ["Between", "GroundBetween", "Outlines", "Signed", "ground_between"]


Signed = Tuple[int, int, int]
"""The number of a polygon, the number of the sum it is part of, and 1 to add it or -1 to take it
away."""

_KEPT_EDGES = 400_000
_KEPT_GROUNDS = 8
_MOST_EDGES = 30_000
_MOST_DIFFERENT = 5_000
_FEW_EDGES = 100
_FEW_TESTS = 100_000
_NOTHING_KM2 = 1e-12
# in projected layers the last digits of the way to the ellipsoid come to square metres
_CLOSES_KM2 = 1e-4


@dataclass(frozen=True)
class _Edges:
    """The edges of a polygon in the order of their keys.

    An edge in the other direction has the same key.

    Attributes
    ----------
    key : (n,)
    sign : (n,), 1 where the ground is on the left of the edge as an edge with its key is counted,
        whichever way it is drawn; else -1
    turn : (n,), 1 where it is drawn that way, else -1
    at : (n,), the vertex that it starts at as it is drawn; it ends at the next
    vertices : (m, 2), of all rings
    """

    key: npt.NDArray[np.uint64]
    sign: npt.NDArray[np.int8]
    turn: npt.NDArray[np.int8]
    at: npt.NDArray[np.int32]
    vertices: Floats


@dataclass(frozen=True)
class Between:
    """Edges that did not cancel, as they are drawn one after the other, and how many did.

    Attributes
    ----------
    start, end : (n, 2)
    net : (n, k), how often each edge bounds each of k sums on its left, less on its right
    follows : (n,), whether an edge starts where the one before it ends
    of : the number of edges that there were
    """

    start: Floats
    end: Floats
    net: Ints
    follows: Bools
    of: int

    def __len__(self) -> int:
        return len(self.start)

    @property
    def is_worth_it(self) -> bool:
        """Return whether it pays to go by these edges: outlines of a few are overlaid as fast."""
        if 2 * len(self) <= self.of:
            return len(self) <= _MOST_EDGES
        return self.of >= _FEW_EDGES and len(self) <= _MOST_DIFFERENT


@dataclass(frozen=True)
class GroundBetween:
    """Ground that is covered more often than before, or less often.

    Attributes
    ----------
    cells : (n,), polygons without common ground
    areas_km2 : (n,)
    times : (n, k), how often each of k sums covers a cell more than before
    """

    cells: npt.NDArray[np.object_]
    areas_km2: Floats
    times: Ints


class Outlines:
    """The edges of the polygons of a store; those asked for last are kept."""

    def __init__(self, store: PolygonStore) -> None:
        self._store = store
        self._known: OrderedDict[int, _Edges] = OrderedDict()
        self._kept = 0
        self._last: OrderedDict[tuple[Signed, ...], GroundBetween | None] = OrderedDict()

    def ground(self, polygons: Sequence[Signed], sums: int) -> GroundBetween | None:
        """Return the ground between polygons; None where that is not sure.

        Parameters
        ----------
        sums : how many there are, each of some of the polygons
        """
        key = tuple(polygons)
        if key not in self._last:
            between = self.between(key, sums)
            areas_km2 = self._store.areas_km2()
            expected_km2 = np.zeros(sums)
            for number, of_sum, sign in key:
                expected_km2[of_sum] += sign * areas_km2[number]
            self._last[key] = (
                ground_between(between, expected_km2, self._store.geodesy)
                if between.is_worth_it
                else None
            )
            if len(self._last) > _KEPT_GROUNDS:
                self._last.popitem(last=False)
        return self._last[key]

    def between(self, polygons: Iterable[Signed], sums: int) -> Between:
        """Return the edges of polygons, added and taken away, that do not cancel.

        Parameters
        ----------
        sums : how many there are, each of some of the polygons
        """
        asked = list(polygons)
        self._take_apart({number for number, _, _ in asked} - self._known.keys())
        rows = [(self._edges(number), of_sum, sign) for number, of_sum, sign in asked]
        self._forget()
        if not rows:
            none = np.zeros((0, 2))
            net = np.zeros((0, sums), dtype=np.int64)
            return Between(none, none, net, np.zeros(0, dtype=bool), 0)
        keys = np.concatenate([edges.key for edges, _, _ in rows])
        weights = np.concatenate([edges.sign * np.int8(sign) for edges, _, sign in rows])
        # runs in order already: a stable sort of integers only merges them
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        opens = np.append(True, ordered[1:] != ordered[:-1])
        group = np.cumsum(opens) - 1
        first = order[opens]
        net = np.zeros((len(first), sums), dtype=np.int64)
        if sums == 1:
            net[:, 0] = np.add.reduceat(weights[order].astype(np.int64), np.flatnonzero(opens))
        else:
            label = np.repeat([each for _, each, _ in rows], [len(each.key) for each, _, _ in rows])
            flat = np.bincount(group * sums + label[order], weights[order], net.size)
            net = np.rint(flat).astype(np.int64).reshape(net.shape)
        left = net.any(axis=1)
        begins = np.cumsum([0] + [len(edges.vertices) for edges, _, _ in rows[:-1]])
        starts = [edges.at + begin for (edges, _, _), begin in zip(rows, begins.tolist())]
        at = np.concatenate(starts)[first[left]]
        drawn = np.argsort(at)
        at = at[drawn]
        turn = np.concatenate([edges.turn for edges, _, _ in rows])[first[left]][drawn]
        vertices = np.concatenate([edges.vertices for edges, _, _ in rows])
        return Between(
            vertices[at],
            vertices[at + 1],
            net[left][drawn] * turn[:, None],
            np.diff(at, prepend=-2) == 1,
            len(keys),
        )

    def shared_share(self, one: int, two: int) -> float:
        """Return what share of its edges the smaller of two polygons has from the other."""
        first, second = self._edges(one).key, self._edges(two).key
        self._forget()
        if len(first) > len(second):
            first, second = second, first
        at = np.minimum(np.searchsorted(second, first), len(second) - 1)
        return float(np.mean(second[at] == first))

    def _edges(self, number: int) -> _Edges:
        if number not in self._known:
            self._take_apart({number})
        self._known.move_to_end(number)
        return self._known[number]

    def _take_apart(self, numbers: Collection[int]) -> None:
        """Learn the edges of several polygons at once."""
        some = sorted(numbers)
        polygons = np.array([self._store.polygons[number] for number in some], dtype=object)
        for number, edges in zip(some, _edges_of(polygons)):
            self._known[number] = edges
            self._kept += len(edges.key)

    def _forget(self) -> None:
        while self._kept > _KEPT_EDGES and self._known:
            self._kept -= len(self._known.popitem(last=False)[1].key)


def ground_between(
    between: Between, expected_km2: Floats, geodesy: Geodesy
) -> GroundBetween | None:
    """Return the ground between edges; None where that cannot be told for sure.

    Parameters
    ----------
    expected_km2 : by how much the area of each sum should grow, from the polygons' own areas
    """
    cells = _cells(between)
    if cells is None:
        return None
    times = _times(cells, between)
    areas_km2 = geodesy.area_km2(cells)
    off_km2 = np.abs(areas_km2 @ times - expected_km2)
    if len(off_km2) and off_km2.max() > _CLOSES_KM2:
        return None
    kept = times.any(axis=1) & (areas_km2 > _NOTHING_KM2)
    return GroundBetween(cells[kept], areas_km2[kept], times[kept])


def _edges_of(polygons: npt.NDArray[np.object_]) -> Iterator[_Edges]:
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    if len(rings) == 0:
        return
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    # shells run against the clock and holes with it, so that the ground is on the left
    is_shell = np.append(True, polygon[1:] != polygon[:-1])
    is_turned = shapely.is_ccw(rings) != is_shell
    hashed = hashed_points(xy)
    is_edge = (ring[1:] == ring[:-1]) & (hashed[1:] != hashed[:-1])
    low, high = hashed[:-1][is_edge], hashed[1:][is_edge]
    is_back = low > high
    key = low + high
    at = np.flatnonzero(is_edge)
    is_left = is_back == is_turned[ring[at]]
    turn, sign = (np.where(each, 1, -1).astype(np.int8) for each in (~is_back, is_left))
    first_vertex = np.searchsorted(polygon[ring], np.arange(len(polygons) + 1))
    bounds = np.searchsorted(at, first_vertex).tolist()
    for begin, end, first, last in zip(first_vertex, first_vertex[1:], bounds, bounds[1:]):
        order = first + np.argsort(key[first:last])
        own = (at[order] - begin).astype(np.int32)
        yield _Edges(key[order], sign[order], turn[order], own, xy[begin:end])


def _cells(between: Between) -> npt.NDArray[np.object_] | None:
    if len(between) == 0:
        return np.zeros(0, dtype=object)
    try:
        # a few long lines are noded and polygonized much sooner than all their edges
        noded = shapely.union_all(_lines(between))
    except GEOSException:
        return None
    parts = shapely.get_parts(noded)
    # while GEOS polygonizes, no other thread of Python runs: so it does loop by loop
    cells = [shapely.get_parts(shapely.polygonize(parts[some])) for some in _apart(parts)]
    return np.asarray(np.concatenate(cells), dtype=object)


def _lines(between: Between) -> npt.NDArray[np.object_]:
    """Return the edges as lines, each as long as edges follow on each other."""
    line = np.cumsum(~between.follows) - 1
    last = np.flatnonzero(np.diff(line, append=line[-1] + 1))
    # after the starts of the edges of a line comes the end of its last one
    xy = np.insert(between.start, last + 1, between.end[last], axis=0)
    return np.asarray(shapely.linestrings(xy, indices=np.insert(line, last + 1, line[last])))


def _apart(lines: npt.NDArray[np.object_]) -> list[Ints]:
    """Return lines in groups of which none lies in the box around another."""
    group = np.arange(len(lines))
    boxes = shapely.bounds(lines)
    while True:
        one, two = STRtree(shapely.box(*boxes.T)).query(shapely.box(*boxes.T))
        label = components(len(boxes), one, two)
        if (label == np.arange(len(boxes))).all():
            return [np.flatnonzero(group == number) for number in range(len(boxes))]
        kept, label = np.unique(label, return_inverse=True)
        label = label.reshape(-1)
        low = np.full((len(kept), 2), np.inf)
        high = -low
        np.minimum.at(low, label, boxes[:, :2])
        np.maximum.at(high, label, boxes[:, 2:])
        boxes, group = np.hstack([low, high]), label[group]


def _times(cells: npt.NDArray[np.object_], between: Between) -> Ints:
    """Return the winding number of each sum of edges around each cell."""
    if len(cells) == 0:
        return np.zeros((0, between.net.shape[1]), dtype=np.int64)
    points = shapely.get_coordinates(shapely.point_on_surface(cells))
    (x0, y0), (x1, y1) = between.start.T, between.end.T
    point, edge = _beside(points, between)
    x, y = points[point].T
    x0, y0, x1, y1 = x0[edge], y0[edge], x1[edge], y1[edge]
    # a ray to the east crosses what runs up on its left, and down on its right
    left = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
    up = (y0 <= y) & (y1 > y) & (left > 0)
    down = (y1 <= y) & (y0 > y) & (left < 0)
    turns = up.astype(np.int64) - down
    times = [np.bincount(point, turns * net[edge], minlength=len(points)) for net in between.net.T]
    return np.rint(np.column_stack(times)).astype(np.int64)


def _beside(points: Floats, between: Between) -> tuple[Ints, Ints]:
    """Return the pairs of points and of edges that a ray from the point to the east may cross."""
    low = np.minimum(between.start, between.end)
    high = np.maximum(between.start, between.end)
    if len(points) * len(between) <= _FEW_TESTS:
        y = points[:, 1:]
        point, edge = np.nonzero(
            (low[:, 1] <= y) & (high[:, 1] >= y) & (high[:, 0] >= points[:, :1])
        )
        return point, edge
    tree = STRtree(shapely.linestrings(np.stack([low, high], axis=1)))
    far = np.column_stack([np.full(len(points), high[:, 0].max()), points[:, 1]])
    point, edge = in_blocks(tree.query, shapely.linestrings(np.stack([points, far], axis=1)))
    return point, edge
