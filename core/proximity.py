"""Where lines run along other lines, within a distance in metres on the ground.

All is measured pair by pair of segments, in metres, each pair in the metric of its own
place; so nothing depends on the coordinate reference system or on the extent of a layer.

A *foot* is a stretch of a segment that a stretch of another segment projects on, square
and within the distance. A stretch is *near* where the other segment is within the
distance in any direction. Feet leave gaps where a line bends; `bridging.py` closes them as
long as the line stays near, and never goes past the outermost feet. So there is no
overshoot at the ends, as there would be with a buffer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .nearby import in_blocks

if TYPE_CHECKING:
    from .arrays import Bools, Floats, Ints
    from .segments import Segments

__all__ = [
    "EXACT_M",
    "JOINT_M",
    "LEAST_RUN",
    "Pairs",
    "laid_along",
    "merged",
    "near_pairs",
]


EXACT_M = 0.001
"""Edges nearer than this, in metres, are the same edge: digits, not drawing, part them."""

LEAST_RUN = 10.0
"""Edges count as shared along at least so many times the snap distance."""

JOINT_M = 0.01
"""Intervals nearer than this, in metres, are one: those of neighbouring segments meet so."""

# the least cosine of the angle at which two edges still run along each other
_ALONG = 0.7

# lengths, in metres, that are nothing
_NO_LENGTH_M = 1e-9
_LEVEL = 1e-12


@dataclass(frozen=True)
class Pairs:
    """Pairs of segments that may be near each other, each laid along the first's axis.

    Attributes
    ----------
    x, y : (n,), the numbers of the segments
    length : (n,), length of segment x in local metres
    c, d : (n, 2), ends of segment y, in metres along x and to its left
    distance_m : the distance that counts as near
    """

    x: Ints
    y: Ints
    length: Floats
    c: Floats
    d: Floats
    distance_m: float

    def taken(self, mask: Bools) -> Pairs:
        """Return only the pairs where `mask` is true."""
        return Pairs(
            self.x[mask],
            self.y[mask],
            self.length[mask],
            self.c[mask],
            self.d[mask],
            self.distance_m,
        )

    def on_line(self, segments: Segments, start: Floats, end: Floats) -> Floats:
        """Return intervals along the segments x as intervals along their lines, (n, 2)."""
        at = segments.at_m[self.x]
        scale = segments.length_m[self.x] / self.length
        return np.column_stack([at + start * scale, at + end * scale])

    @property
    def opposed(self) -> Bools:
        """Whether y runs against the direction of x."""
        return np.asarray(self.d[:, 0] < self.c[:, 0])

    @property
    def along(self) -> Bools:
        """Whether y runs more along x than across."""
        return np.asarray(
            np.abs(self.d[:, 0] - self.c[:, 0]) > _ALONG * np.hypot(*(self.d - self.c).T)
        )

    def feet(self) -> tuple[Floats, Floats, Floats, Bools]:
        """Return from, to (metres along x), mean distance, and whether there is a foot."""
        low, high = self._within_reach()
        (a, v_low), (b, v_high) = self._at(low), self._at(high)
        start, end = np.minimum(a, b), np.maximum(a, b)
        distance = (np.abs(v_low) + np.abs(v_high)) / 2
        return start, end, distance, np.asarray((high >= low) & (end - start > _NO_LENGTH_M))

    def side_m(self) -> Floats:
        """Return how far y lies to the left of x, at the middle of its foot or of itself."""
        low, high = self._within_reach()
        return self._at(np.where(high >= low, (low + high) / 2, 0.5))[1]

    def _at(self, share: Floats) -> tuple[Floats, Floats]:
        point = self.c + share[:, None] * (self.d - self.c)
        return point[:, 0], point[:, 1]

    def _within_reach(self) -> tuple[Floats, Floats]:
        """Return from which to which share y lies beside x and within the distance."""
        step = self.d - self.c
        low, high = np.zeros(len(self.x)), np.ones(len(self.x))
        reach = np.full(len(self.x), self.distance_m)
        for axis, least, most in ((0, np.zeros(len(self.x)), self.length), (1, -reach, reach)):
            first, last = _where_between(self.c[:, axis], step[:, axis], least, most)
            low, high = np.maximum(low, first), np.minimum(high, last)
        # where it never does, the shares are infinite: leave only that low is above high
        return np.minimum(low, 1.0), np.where(high >= low, high, -1.0)

    def near(self) -> tuple[Floats, Floats, Bools]:
        """Return from, to (metres along x) where x is near y, and whether it is anywhere."""
        return _near_axis(self.length, self.c, self.d, self.distance_m)

    def near_on_y(self, length_y: Floats) -> tuple[Floats, Floats, Bools]:
        """Return the same the other way round: shares 0 to 1 of y, times `length_y`."""
        step = self.d - self.c
        size = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-12)
        along = step / size[:, None]
        left = np.column_stack([-along[:, 1], along[:, 0]])
        zero = np.zeros_like(self.c)
        tip = np.column_stack([self.length, np.zeros(len(self.length))])
        ends = [
            np.column_stack([((p - self.c) * along).sum(1), ((p - self.c) * left).sum(1)])
            for p in (zero, tip)
        ]
        start, end, some = _near_axis(size, ends[0], ends[1], self.distance_m)
        return start / size * length_y, end / size * length_y, some


def near_pairs(x: Segments, y: Segments, distance_m: float) -> Pairs:
    """Return the pairs of segments of `x` and `y` that may be within `distance_m`.

    None is missing; some may be a little farther apart.
    """
    if len(x) == 0 or len(y) == 0:
        empty = np.zeros(0, dtype=np.int64)
        return Pairs(empty, empty, np.zeros(0), np.zeros((0, 2)), np.zeros((0, 2)), distance_m)
    radius = (distance_m * 1.01 + 0.01) * y.reach_units
    found_y, found_x = in_blocks(
        lambda lines, reach: x.tree.query(lines, predicate="dwithin", distance=reach),
        y.lines,
        np.broadcast_to(radius, len(y)),
    )
    return laid_along(
        found_x,
        found_y,
        (x.start[found_x], x.end[found_x]),
        (y.start[found_y], y.end[found_y]),
        x.metric[found_x],
        distance_m,
    )


def laid_along(
    x: Ints,
    y: Ints,
    x_ends: tuple[Floats, Floats],
    y_ends: tuple[Floats, Floats],
    metric: Floats,
    distance_m: float,
) -> Pairs:
    """Return pairs of segments, each laid along the first's axis.

    Parameters
    ----------
    x, y : (n,), the numbers that the segments have
    x_ends, y_ends : start and end of each, (n, 2), in the CRS
    metric : (n, 2, 2), metres east and north per unit of the CRS, where x is
    """
    tip, c, d = (
        np.einsum("nij,nj->ni", metric, point - x_ends[0]) for point in (x_ends[1], *y_ends)
    )
    length = np.maximum(np.hypot(tip[:, 0], tip[:, 1]), 1e-12)
    along = tip / length[:, None]
    left = np.column_stack([-along[:, 1], along[:, 0]])
    return Pairs(
        x,
        y,
        length,
        np.column_stack([(c * along).sum(1), (c * left).sum(1)]),
        np.column_stack([(d * along).sum(1), (d * left).sum(1)]),
        distance_m,
    )


def merged(intervals: Floats, slack: float = JOINT_M) -> Floats:
    """Return the union of intervals, shape (n, 2), as disjoint ones in order, (k, 2)."""
    if len(intervals) == 0:
        return intervals.reshape(0, 2)
    ordered = intervals[np.lexsort((intervals[:, 1], intervals[:, 0]))]
    furthest = np.maximum.accumulate(ordered[:, 1])
    breaks = ordered[1:, 0] > furthest[:-1] + slack
    opens, closes = np.append(True, breaks), np.append(breaks, True)
    return np.column_stack([ordered[opens, 0], furthest[closes]])


def _near_axis(
    length: Floats, c: Floats, d: Floats, distance: float
) -> tuple[Floats, Floats, Bools]:
    """Return where the axis from 0 to `length` is within `distance` of the segments c to d.

    The set is an interval, as distance to a segment is convex along a line: the hull of
    the parts near each end and of the part with its foot inside the segment.
    """
    start, end = np.full(len(c), np.inf), np.full(len(c), -np.inf)
    for point in (c, d):
        half = np.sqrt(np.maximum(distance**2 - point[:, 1] ** 2, 0.0))
        hit = np.abs(point[:, 1]) <= distance
        start = np.where(hit, np.minimum(start, point[:, 0] - half), start)
        end = np.where(hit, np.maximum(end, point[:, 0] + half), end)
    step = d - c
    size = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-12)
    # perpendicular distance and foot of the axis point (u, 0) are linear in u
    foot_0, foot_1 = -(c * step).sum(1) / size, step[:, 0] / size
    away_0, away_1 = (c[:, 0] * step[:, 1] - c[:, 1] * step[:, 0]) / size, -step[:, 1] / size
    low, high = _where_between(foot_0, foot_1, np.zeros(len(c)), size)
    limit = np.full(len(c), distance)
    low_2, high_2 = _where_between(away_0, away_1, -limit, limit)
    low, high = np.maximum(low, low_2), np.minimum(high, high_2)
    inside = high >= low
    start = np.where(inside, np.minimum(start, low), start)
    end = np.where(inside, np.maximum(end, high), end)
    start, end = np.maximum(start, 0.0), np.minimum(end, length)
    return start, end, np.asarray(end >= start)


def _where_between(
    offset: Floats, slope: Floats, least: Floats, most: Floats
) -> tuple[Floats, Floats]:
    """Return the u with least <= offset + slope u <= most; an empty one is (inf, -inf)."""
    level = np.abs(slope) < _LEVEL
    safe = np.where(level, 1.0, slope)
    one, two = (least - offset) / safe, (most - offset) / safe
    holds = (offset >= least) & (offset <= most)
    low = np.where(level, np.where(holds, -np.inf, np.inf), np.minimum(one, two))
    high = np.where(level, np.where(holds, np.inf, -np.inf), np.maximum(one, two))
    return low, high
