"""Which segments of arcs come near other segments: asked once for each arc of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import STRtree

from .arctable import ranges
from .nearby import in_blocks
from .proximity import EXACT_M, Pairs, laid_along

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arctable import ArcTable
    from .arrays import Bools, Ints
    from .segments import Segments

__all__ = ["NearArcs", "NearBorder"]


class NearArcs:
    """The pairs of segments of arcs that may be within a distance of each other.

    Only arcs that were asked for have pairs; those of the other side are any of the series.

    Attributes
    ----------
    x, y : (n,), segments; x is of an arc that was asked for. No segment is paired with itself
    x_arc, y_arc : (n,), their arcs
    along, opposed, side_m : (n,), whether y runs more along x than across, whether the two run
        against each other, and how far y lies to the left of x, both run as their arcs do
    """

    def __init__(self, table: ArcTable, distance_m: float) -> None:
        self._table = table
        self._distance_m = distance_m
        self._is_known = np.zeros(table.count, dtype=bool)
        self._first = np.zeros(table.count, dtype=np.int64)
        self._end = np.zeros(table.count, dtype=np.int64)
        self._tree: STRtree | None = None
        self._all = np.zeros(0, dtype=np.int64)
        self.x = self.y = np.zeros(0, dtype=np.int64)
        self.x_arc = self.y_arc = np.zeros(0, dtype=np.int64)
        self.along = self.opposed = np.zeros(0, dtype=bool)
        self.side_m = np.zeros(0)
        self._touching = np.zeros((0, 2), dtype=np.int64)

    def ask(self, arcs: Ints) -> None:
        """Find the pairs of these arcs, where they are not known."""
        new = arcs[~self._is_known[arcs]]
        if len(new) == 0:
            return
        self._is_known[new] = True
        table = self._table
        x, y = self._found(new)
        order = np.lexsort((y, x))
        x, y = x[order], y[order]
        x_arc, y_arc = table.arc_of[x], table.arc_of[y]
        # vertices are numbered arc by arc, so the pairs of an arc follow each other
        self._first[new] = len(self.x) + np.searchsorted(x_arc, new)
        self._end[new] = len(self.x) + np.searchsorted(x_arc, new, side="right")
        touching = self._touches(x, y, x_arc, y_arc)
        self.x, self.y = np.concatenate([self.x, x]), np.concatenate([self.y, y])
        self.x_arc = np.concatenate([self.x_arc, x_arc])
        self.y_arc = np.concatenate([self.y_arc, y_arc])
        forwards = np.zeros(len(x), dtype=bool)
        laid = self.laid(x, y, forwards, forwards)
        self.along = np.concatenate([self.along, laid.along])
        self.opposed = np.concatenate([self.opposed, laid.opposed])
        self.side_m = np.concatenate([self.side_m, laid.side_m()])
        rows = np.column_stack([x_arc, y_arc])
        meeting = _unique_rows(rows[touching], table.count)
        self._touching = np.concatenate([self._touching, meeting])

    def of_arcs(self, arcs: Ints) -> Ints:
        """Return which of `x` and `y` are pairs of these arcs, which have been asked for."""
        return ranges(self._first[arcs], self._end[arcs])[0]

    @property
    def touching(self) -> Ints:
        """Pairs of arcs that meet elsewhere than in their ends, or lie on each other, (k, 2)."""
        return self._touching

    def laid(self, x: Ints, y: Ints, x_turned: Bools, y_turned: Bools) -> Pairs:
        """Return pairs of segments laid along x, running backwards where they are turned."""
        table = self._table
        ends = [
            table.xy[segment + (turned ^ last)]
            for segment, turned in ((x, x_turned), (y, y_turned))
            for last in (False, True)
        ]
        metric = table.geodesy.metres_per_unit((ends[0] + ends[1]) / 2)
        return laid_along(x, y, (ends[0], ends[1]), (ends[2], ends[3]), metric, self._distance_m)

    def _found(self, new: Ints) -> tuple[Ints, Ints]:
        table = self._table
        if self._tree is None:
            self._all = table.segments(np.arange(table.count))
            self._tree = STRtree(_lines(table, self._all))
        tree, segments = self._tree, table.segments(new)
        x, y = in_blocks(
            lambda lines, reach: tree.query(lines, predicate="dwithin", distance=reach),
            _lines(table, segments),
            (self._distance_m * 1.01 + 0.01) * table.margins[table.arc_of[segments]],
        )
        x, y = segments[x], self._all[y]
        differ = x != y
        return x[differ], y[differ]

    def _touches(self, x: Ints, y: Ints, x_arc: Ints, y_arc: Ints) -> Bools:
        """Return which pairs of two arcs meet other than in a vertex that both have."""
        found = np.zeros(len(x), dtype=bool)
        other = np.flatnonzero(x_arc != y_arc)
        table = self._table
        pairs = laid_along(
            x[other],
            y[other],
            (table.xy[x[other]], table.xy[x[other] + 1]),
            (table.xy[y[other]], table.xy[y[other] + 1]),
            table.geodesy.metres_per_unit((table.xy[x[other]] + table.xy[x[other] + 1]) / 2),
            EXACT_M,
        )
        near = pairs.near()[2]
        other = other[near]
        shared = np.zeros(len(other), dtype=np.int64)
        for one in (0, 1):
            for two in (0, 1):
                shared += self._is_common(x[other] + one, y[other] + two)
        meets = shared == 0
        # with one vertex in common they touch if an end that is not lies on the other
        joint = np.flatnonzero(shared == 1)
        on = self._ends_on(x[other[joint]], y[other[joint]])
        on |= self._ends_on(y[other[joint]], x[other[joint]])
        meets[joint] = on
        meets |= shared > 1
        found[other[meets]] = True
        return found

    def _is_common(self, one: Ints, two: Ints) -> Bools:
        """Return whether vertices are the same; those that were only added are nobody's own."""
        table = self._table
        same = (table.xy[one] == table.xy[two]).all(axis=1)
        return np.asarray(same & table.drawn[one] & table.drawn[two])

    def _ends_on(self, x: Ints, y: Ints) -> Bools:
        """Return whether the end of y that x has not is on x, to the millimetre."""
        table = self._table
        metric = table.geodesy.metres_per_unit((table.xy[x] + table.xy[x + 1]) / 2)
        result = np.zeros(len(x), dtype=bool)
        for end in (0, 1):
            point = table.xy[y + end]
            own = self._is_common(x, y + end) | self._is_common(x + 1, y + end)
            laid = laid_along(x, y, (table.xy[x], table.xy[x + 1]), (point, point), metric, EXACT_M)
            beyond = np.maximum(np.maximum(-laid.c[:, 0], laid.c[:, 0] - laid.length), 0.0)
            result |= ~own & (np.hypot(beyond, laid.c[:, 1]) <= EXACT_M)
        return result


class NearBorder:
    """The pairs of segments of a border and of arcs that may be within a distance.

    Attributes
    ----------
    x, y : (n,), segments of the border and of arcs that were asked for
    is_near : (a,), whether an arc has any
    """

    def __init__(self, table: ArcTable, border: Segments, distance_m: float) -> None:
        self._table = table
        self._border = border
        self._distance_m = distance_m
        self._is_known = np.zeros(table.count, dtype=bool)
        self._first = np.zeros(table.count, dtype=np.int64)
        self._end = np.zeros(table.count, dtype=np.int64)
        self.is_near = np.zeros(table.count, dtype=bool)
        self.x = self.y = np.zeros(0, dtype=np.int64)

    def ask(self, arcs: Ints) -> None:
        """Find the pairs of these arcs, where they are not known."""
        new = arcs[~self._is_known[arcs]]
        if len(new) == 0:
            return
        self._is_known[new] = True
        x, y = self._found(new)
        order = np.lexsort((x, y))
        x, y = x[order], y[order]
        y_arc = self._table.arc_of[y]
        self._first[new] = len(self.x) + np.searchsorted(y_arc, new)
        self._end[new] = len(self.x) + np.searchsorted(y_arc, new, side="right")
        self.is_near[y_arc] = True
        self.x, self.y = np.concatenate([self.x, x]), np.concatenate([self.y, y])

    def of_arcs(self, arcs: Ints) -> tuple[Ints, Ints]:
        """Return which pairs are of these arcs, which have been asked for, and of which each is."""
        return ranges(self._first[arcs], self._end[arcs])

    def laid(self, x: Ints, y: Ints, turned: Bools) -> Pairs:
        """Return pairs laid along the border, y running backwards where it is turned."""
        border, xy = self._border, self._table.xy
        return laid_along(
            x,
            y,
            (border.start[x], border.end[x]),
            (xy[y + turned], xy[y + ~turned]),
            border.metric[x],
            self._distance_m,
        )

    def _found(self, new: Ints) -> tuple[Ints, Ints]:
        table, border = self._table, self._border
        reach = 1.02 * self._distance_m * table.margins[new]
        boxes = shapely.box(*(table.bounds[new] + reach[:, None] * np.array([-1, -1, 1, 1])).T)
        near = new[np.unique(in_blocks(border.tree.query, boxes)[0])]
        segments = table.segments(near)
        radius = (self._distance_m * 1.01 + 0.01) * table.margins[table.arc_of[segments]]
        y, x = in_blocks(
            lambda lines, reach: border.tree.query(lines, predicate="dwithin", distance=reach),
            _lines(table, segments),
            radius,
        )
        return x, segments[y]


def _lines(table: ArcTable, segments: Ints) -> npt.NDArray[np.object_]:
    ends = np.stack([table.xy[segments], table.xy[segments + 1]], axis=1)
    return np.asarray(shapely.linestrings(ends))


def _unique_rows(rows: Ints, count: int) -> Ints:
    """Return pairs of numbers below `count`, each pair once."""
    keys = np.unique(rows[:, 0] * count + rows[:, 1])
    return np.column_stack([keys // count, keys % count])
