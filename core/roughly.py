"""Outlines as straight lines through the ellipsoid, which tell near from far within metres.

Between edges of five kilometres the straight way is metres off the way along the ground, or, far
away, off by as much whichever way it leads. So it only leaves out what is too far away to matter,
with room to spare; what is left is measured on the ellipsoid (nearest.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from .segments import LONGEST_M

if TYPE_CHECKING:
    from shapely import Geometry

    from .arrays import Floats, Ints
    from .geodesy import Geodesy

__all__ = ["RoughOutline", "closest", "shares_beside", "spare_m"]


_EDGES_A_RUN = 32
_FEWEST_RUNS = 32
_MOST_GAPS = 200_000
_LEAST_RADIUS_M = 6_335_000.0
_LEAST_SPARE_M = 1.0
# an edge that is straight in the CRS bulges more than a circle around the Earth; near the poles
# of a map in degrees, by so many times
_BULGE = 10.0
# by so much the bends of ways of the same length differ
_BEND = 0.05


@dataclass(frozen=True)
class RoughOutline:
    """Edges of lines or outlines, some kilometres long at most, in runs of consecutive ones.

    Attributes
    ----------
    edges : (n, 2, 2), their ends in the CRS
    start, end : (n, 3), their ends in space, in metres
    first : (k,), where each run begins
    middles, radii : (k, 3) and (k,), of a ball around each run whose middle lies on it
    """

    edges: Floats
    start: Floats
    end: Floats
    first: Ints
    middles: Floats
    radii: Floats

    @classmethod
    def of(cls, geometry: Geometry, geodesy: Geodesy) -> RoughOutline:
        """Take the outline of a polygon, or a line, apart."""
        is_line = shapely.get_dimensions(geometry) == 1
        lines = geometry if is_line else shapely.boundary(geometry)
        parts = geodesy.segmentized(shapely.get_parts(lines), LONGEST_M)
        xy, line = shapely.get_coordinates(parts, return_index=True)
        return cls.of_vertices(xy, line, geodesy)

    @classmethod
    def of_vertices(
        cls, xy: Floats, line: Ints, geodesy: Geodesy, *, run: int | None = None
    ) -> RoughOutline:
        """Take lines apart, line after line, that have edges of some 5 km at most.

        Parameters
        ----------
        xy, line : (m, 2) and (m,), vertices in the CRS, and which line each is of
        run : edges of a run at most; by default as many as measure best
        """
        follows = np.flatnonzero(line[1:] == line[:-1])
        places = geodesy.in_space(xy)
        edges = np.stack([xy[follows], xy[follows + 1]], axis=1)
        return cls._of(edges, places[follows], places[follows + 1], line[follows], run)

    @classmethod
    def of_edges(
        cls, start: Floats, end: Floats, line: Ints, geodesy: Geodesy, *, runs: int
    ) -> RoughOutline:
        """Take edges of some 5 km at most by their ends in the CRS, those of a line in order.

        Parameters
        ----------
        runs : into about so many, or one an edge
        """
        places = geodesy.in_space(start), geodesy.in_space(end)
        run = max(1, len(start) // runs)
        return cls._of(np.stack([start, end], axis=1), *places, line, run)

    @classmethod
    def _of(
        cls, edges: Floats, start: Floats, end: Floats, line: Ints, run: int | None
    ) -> RoughOutline:
        count = len(start)
        at_most = run or int(np.clip(count // _FEWEST_RUNS, 1, _EDGES_A_RUN))
        begins = np.flatnonzero(np.append(True, line[1:] != line[:-1]))
        of_line = np.arange(count) - np.repeat(begins, np.diff(np.append(begins, count)))
        first = np.flatnonzero(of_line % at_most == 0)
        size = np.diff(np.append(first, count))
        middles = np.where(
            (size == 1)[:, None], (start[first] + end[first]) / 2, start[first + size // 2]
        )
        around = np.repeat(middles, size, axis=0)
        reach = np.maximum(_length(start - around), _length(end - around))
        return cls(edges, start, end, first, middles, np.maximum.reduceat(reach, first))

    def ball(self) -> tuple[Floats, float]:
        """Return the middle and the radius in metres of a ball around all of it."""
        middle = self.middles.mean(axis=0)
        return middle, float((_length(self.middles - middle) + self.radii).max())

    def reach_m(self, other: RoughOutline) -> tuple[Floats, Floats]:
        """Return how far each run is from the other outline at least, and at most, in metres."""
        least, most = np.empty(len(self.first)), np.empty(len(self.first))
        rows = max(1, _MOST_GAPS // len(other.first))
        for low in range(0, len(self.first), rows):
            some = slice(low, low + rows)
            away = _distances(self.middles[some], other.middles)
            most[some] = away.min(axis=1)
            least[some] = (away - other.radii).min(axis=1) - self.radii[some]
        return least, most

    @property
    def longest_m(self) -> float:
        """Return the length of the longest edge in metres."""
        return float(_length(self.end - self.start).max())


def spare_m(away_m: float, longest_m: float) -> float:
    """Return how much farther something may seem that is the nearest nevertheless, in metres.

    Parameters
    ----------
    away_m : how far the nearest seems
    longest_m : the length of the longest edge
    """
    bulge_m = _BULGE * 2.0 * longest_m**2 / (8.0 * _LEAST_RADIUS_M)
    bend_m = _BEND * away_m**3 / (24.0 * _LEAST_RADIUS_M**2)
    return _LEAST_SPARE_M + bulge_m + bend_m


def closest(one: RoughOutline, other: RoughOutline) -> tuple[Ints, Ints]:
    """Return the pairs of an edge of one and an edge of the other that may be the closest.

    The pair that seems the closest is the first.
    """
    longest_m = max(one.longest_m, other.longest_m)
    least, most = one.reach_m(other)
    best_m = float(most.min())
    runs = np.flatnonzero(least <= best_m + spare_m(best_m, longest_m))
    away = _distances(one.middles[runs], other.middles)
    least = away - one.radii[runs, None] - other.radii
    run, rival = np.nonzero(least <= best_m + spare_m(best_m, longest_m))
    order = np.argsort(least[run, rival], kind="stable")
    run, rival, least = runs[run[order]], rival[order], least[run[order], rival[order]]
    found: list[tuple[Ints, Ints, Floats]] = []
    pairs = np.cumsum(_sizes(one)[run] * _sizes(other)[rival])
    low = 0
    while low < len(run) and least[low] <= best_m + spare_m(best_m, longest_m):
        done = pairs[low - 1] if low else 0
        high = max(low + 1, int(np.searchsorted(pairs, done + _MOST_GAPS, side="right")))
        edge, rivals = _edge_pairs(one, other, run[low:high], rival[low:high])
        gap = _gaps(one.start[edge], one.end[edge], other.start[rivals], other.end[rivals])
        best_m = min(best_m, float(gap.min()))
        found.append((edge, rivals, gap))
        low = high
    edge, rivals, gap = (np.concatenate(each) for each in zip(*found))
    near = np.flatnonzero(gap <= gap.min() + spare_m(float(gap.min()), longest_m))
    near = near[np.argsort(gap[near], kind="stable")]
    return edge[near], rivals[near]


def _sizes(outline: RoughOutline) -> Ints:
    return np.diff(np.append(outline.first, len(outline.start)))


def _edge_pairs(
    one: RoughOutline, other: RoughOutline, run: Ints, rival: Ints
) -> tuple[Ints, Ints]:
    """Return all pairs of edges of pairs of runs."""
    mine, theirs = _sizes(one)[run], _sizes(other)[rival]
    pair = np.repeat(np.arange(len(run)), mine * theirs)
    number = np.arange(len(pair)) - (np.cumsum(mine * theirs) - mine * theirs)[pair]
    return (
        one.first[run][pair] + number // theirs[pair],
        other.first[rival][pair] + number % theirs[pair],
    )


def _length(vectors: Floats) -> Floats:
    return np.asarray(np.sqrt(_dot(vectors, vectors)))


def _dot(one: Floats, two: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", one, two))


def _distances(places: Floats, others: Floats) -> Floats:
    """Return the distances between all of some places and all of others, shape (n, m)."""
    # from a place among them: squares of the Earth's radius would leave no centimetres
    origin = others[0]
    one, two = places - origin, others - origin
    squares = _dot(one, one)[:, None] + _dot(two, two) - 2.0 * (one @ two.T)
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


def _gaps(start: Floats, end: Floats, others_start: Floats, others_end: Floats) -> Floats:
    """Return the distance between each of some straight edges and another one.

    After C. Ericson, Real-Time Collision Detection (2005), 5.1.9.
    """
    along, across, between = end - start, others_end - others_start, start - others_start
    a, e, f = _dot(along, along), _dot(across, across), _dot(across, between)
    b, c = _dot(along, across), _dot(along, between)
    share = _share(b * f - c * e, a * e - b * b)
    others_share = _share(b * share + f, e)
    share = _share(b * others_share - c, a)
    return _length(between + share[:, None] * along - others_share[:, None] * across)


def shares_beside(places: Floats, start: Floats, end: Floats) -> Floats:
    """Return how far along straight edges they come closest to places, each to one, 0 to 1.

    All have the shape (n, 3). Across an edge, a way along the ground is off by nothing to speak of.
    """
    way = end - start
    return _share(_dot(places - start, way), _dot(way, way))


def _share(part: Floats, whole: Floats) -> Floats:
    """Return part of a whole, 0 to 1; of nothing, as of parallel edges, all is as near: 0."""
    share = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)
    return np.asarray(np.minimum(np.maximum(share, 0.0), 1.0))
