"""Outlines taken apart into straight segments, each knowing its place, length and metric."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Sequence

import numpy as np
import shapely
from shapely import Geometry, STRtree

from .geodesy import Geodesy, most_units_per_metre

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import Bools, Floats, Ints

__all__ = ["LONGEST_M", "Segments"]


# within a segment so short, one metric serves for distances up to some kilometres
LONGEST_M = 5_000.0


@dataclass(frozen=True)
class Segments:
    """Straight segments of many lines, in the order in which the lines run.

    Attributes
    ----------
    start, end : (n, 2), ends in the CRS of the layer
    line : (n,), the number of the line or ring that a segment is part of
    owner : (n,), the number of the geometry that the line belongs to
    at_m : (n,), ellipsoidal distance of the start from the start of its line, in metres
    length_m : (n,), ellipsoidal length in metres
    metric : (n, 2, 2), metres east and north per unit of the CRS, at the middle
    line_length_m : (k,), ellipsoidal length of each line
    line_closed : (k,), whether a line is a ring
    """

    start: Floats
    end: Floats
    line: Ints
    owner: Ints
    at_m: Floats
    length_m: Floats
    metric: Floats
    line_length_m: Floats
    line_closed: Bools

    @classmethod
    def of_polygons(
        cls, polygons: Sequence[Geometry] | npt.NDArray[np.object_], geodesy: Geodesy
    ) -> Segments:
        """Take the rings of polygons apart, with the inside on the left of each segment."""
        parts, part_owner = shapely.get_parts(np.asarray(polygons, dtype=object), return_index=True)
        rings, polygon = shapely.get_rings(parts, return_index=True)
        if len(rings) == 0:
            return cls.of_lines([], geodesy)
        is_shell = np.r_[True, polygon[1:] != polygon[:-1]]
        runs_left = shapely.is_ccw(rings) == is_shell
        turned = np.where(runs_left, rings, shapely.reverse(rings))
        return cls._of_parts(turned, part_owner[polygon], geodesy)

    @classmethod
    def of_lines(
        cls, lines: Sequence[Geometry] | npt.NDArray[np.object_], geodesy: Geodesy
    ) -> Segments:
        """Take lines apart in the direction in which they run."""
        parts, owner = shapely.get_parts(np.asarray(lines, dtype=object), return_index=True)
        return cls._of_parts(parts, owner, geodesy)

    @classmethod
    def _of_parts(
        cls, lines: npt.NDArray[np.object_], owner: npt.NDArray[Any], geodesy: Geodesy
    ) -> Segments:
        lines = geodesy.segmentized(lines, LONGEST_M)
        xy, number = shapely.get_coordinates(lines, return_index=True)
        together = (number[1:] == number[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
        start, end, line = xy[:-1][together], xy[1:][together], number[:-1][together]
        length_m = geodesy.edge_lengths_m(start, end)
        line_length_m = np.bincount(line, length_m, len(lines)).astype(np.float64)
        before = np.cumsum(length_m) - length_m
        first = np.searchsorted(line, line)
        return cls(
            start=start,
            end=end,
            line=line,
            owner=np.asarray(owner, dtype=np.int64)[line],
            at_m=before - before[first] if len(line) else before,
            length_m=length_m,
            metric=geodesy.metres_per_unit((start + end) / 2),
            line_length_m=line_length_m,
            line_closed=shapely.is_closed(lines),
        )

    def __len__(self) -> int:
        return len(self.line)

    @cached_property
    def lines(self) -> npt.NDArray[np.object_]:
        """Each segment as a shapely line, shape (n,)."""
        return np.asarray(shapely.linestrings(np.stack([self.start, self.end], axis=1)))

    @cached_property
    def tree(self) -> STRtree:
        """Spatial index of `lines`."""
        return STRtree(self.lines)

    @cached_property
    def reach_units(self) -> Floats:
        """Units of the CRS that one metre takes at most, in any direction, shape (n,)."""
        return most_units_per_metre(self.metric)

    def taken(self, mask: Bools) -> Segments:
        """Return only the segments where `mask` is true; lines keep their numbers."""
        found = Segments(
            self.start[mask],
            self.end[mask],
            self.line[mask],
            self.owner[mask],
            self.at_m[mask],
            self.length_m[mask],
            self.metric[mask],
            self.line_length_m,
            self.line_closed,
        )
        if self.has_lines:
            found.keep_lines(self.lines[mask])
        return found

    def none(self) -> Segments:
        """Return no segment at all; the lines keep their numbers."""
        return self.taken(np.zeros(len(self), dtype=bool))

    @staticmethod
    def joined(several: Sequence[Segments]) -> Segments:
        """Return the segments of several sets as one; `owner` becomes the set's number."""
        offsets = np.cumsum([0, *(len(each.line_length_m) for each in several)])
        found = Segments(
            np.concatenate([each.start for each in several]),
            np.concatenate([each.end for each in several]),
            np.concatenate([each.line + offsets[i] for i, each in enumerate(several)]),
            np.concatenate([np.full(len(each), i) for i, each in enumerate(several)]),
            np.concatenate([each.at_m for each in several]),
            np.concatenate([each.length_m for each in several]),
            np.concatenate([each.metric for each in several]),
            np.concatenate([each.line_length_m for each in several]),
            np.concatenate([each.line_closed for each in several]),
        )
        if all(each.has_lines for each in several):
            found.keep_lines(np.concatenate([each.lines for each in several]))
        return found

    @property
    def has_lines(self) -> bool:
        """Whether the lines are at hand."""
        return "lines" in self.__dict__

    def keep_lines(self, lines: npt.NDArray[np.object_]) -> None:
        """Have the lines at hand that were made before: making them takes long."""
        self.__dict__["lines"] = lines

    def within(self, bounds: Floats, margin: float) -> Bools:
        """Return which segments come within `margin` of the box `bounds`, in CRS units."""
        (left, low), (right, high) = self._boxes
        return np.asarray(
            (right >= bounds[0] - margin)
            & (left <= bounds[2] + margin)
            & (high >= bounds[1] - margin)
            & (low <= bounds[3] + margin)
        )

    @cached_property
    def _boxes(self) -> tuple[Floats, Floats]:
        return np.minimum(self.start.T, self.end.T), np.maximum(self.start.T, self.end.T)

    def cut(self, line: int, start_m: float, end_m: float) -> Floats:
        """Return the vertices of a stretch of one line, shape (k, 2).

        On a ring `end_m` may go past the length: the stretch then runs over the seam.
        """
        first, last = np.searchsorted(self.line, [line, line + 1])
        at, length = self.at_m[first:last], self.length_m[first:last]
        if end_m > self.line_length_m[line] + 1e-6 and self.line_closed[line]:
            over = self.cut(line, 0.0, end_m - self.line_length_m[line])
            return np.concatenate([self.cut(line, start_m, self.line_length_m[line]), over[1:]])
        ends = []
        for position in (start_m, end_m):
            index = min(int(np.searchsorted(at, position, side="right")) - 1, last - first - 1)
            index = max(index, 0)
            share = min(max((position - at[index]) / length[index], 0.0), 1.0)
            a, b = self.start[first + index], self.end[first + index]
            ends.append(b if share == 1.0 else a + share * (b - a))
        between = self.start[first:last][(at > start_m + 1e-6) & (at < end_m - 1e-6)]
        return np.vstack([ends[0], between, ends[1]])
