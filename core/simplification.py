"""Outlines with fewer vertices for the screen, whose shared edges stay shared.

Simplified one by one, neighbours come apart. So outlines are cut into arcs (arcs.py), each
arc is simplified once, by Douglas and Peucker's rule, and whoever has it in common has the
same line again: no gap can open. `shapely.coverage_simplify` does the like for one date, where
nothing overlaps and every edge is noded; a series has contested ground, outlines drawn on
different days, and borders that factions follow, and what did not change between two dates
must not change on the map. So the arcs are those of all dates together.

Figures are never those of the simplified outlines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, List, Sequence, Tuple

import numpy as np
import shapely
from shapely import Geometry, STRtree

from .arcs import ArcSet, Outlines, cut_into_arcs, outlines_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import Bools, Floats, Ints

__all__ = ["SharedOutlines", "simplified_together"]


Path = Tuple[int, ...]
"""The arcs of a ring or line as it runs; `~i` is arc `i` backwards."""

_SHARE_OF_WIDTH = 0.05
_WORST_AREA = 0.1
_FINER = 4.0
_ROUNDS = 8
_LAST_TO_SIMPLIFY = 3


@dataclass(frozen=True)
class SharedOutlines:
    """Simplified outlines as arcs, and what each geometry is made of.

    Attributes
    ----------
    grid : the width of a cell, in the units of the geometries given
    tolerance : no vertex left out lies farther than this from its line
    arcs : of each, the vertices in cells of the grid, (n, 2)
    parts : of each geometry, in the order given: of each of its parts, the shell and the holes,
        or the line
    vanished : how many rings and lines are too small for the grid, and left out
    """

    grid: float
    tolerance: float
    arcs: tuple[Ints, ...]
    parts: tuple[tuple[tuple[Path, ...], ...], ...]
    vanished: int

    def polygon(self, number: int) -> Geometry:
        """Return a geometry of polygons as the arcs draw it, in the units given."""
        return shapely.multipolygons(
            [
                shapely.polygons(rings[0], holes=rings[1:] or None)
                for rings in (
                    [shapely.linearrings(self.vertices(path) * self.grid) for path in part]
                    for part in self.parts[number]
                )
            ]
        )

    def vertices(self, path: Path) -> Ints:
        """Return the vertices of a ring or line, in cells of the grid."""
        pieces = [self.arcs[arc] if arc >= 0 else self.arcs[~arc][::-1] for arc in path]
        return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])


def simplified_together(
    geometries: Sequence[Geometry], *, tolerance: float, grid: float
) -> SharedOutlines:
    """Simplify polygons and lines of a plane so that what they share stays shared.

    Parameters
    ----------
    geometries : polygons or lines, each of which may have many parts
    tolerance : how far a line may move, in the units of the plane. Small ones move less: a
        twentieth of the square root of a ring's area, so that an enclave keeps its shape
    grid : vertices are rounded to whole multiples of this

    Notes
    -----
    Where simplified lines cross that did not cross before, and where the area of a ring changed
    by more than a tenth, the lines in question are simplified less, if need be not at all.
    """
    outlines = outlines_of(geometries, grid)
    if len(outlines.closed) == 0:
        return SharedOutlines(grid, tolerance, (), ((),) * len(geometries), outlines.vanished)
    arcs = cut_into_arcs(outlines)
    original = _lines(arcs)
    limits = _limits(outlines, arcs, tolerance / grid)
    lines = shapely.simplify(original, limits, preserve_topology=False)
    for turn in range(_ROUNDS):
        bad = _spoilt(outlines, arcs, original, lines)
        if not bad.any():
            break
        limits = np.where(bad, limits / _FINER if turn < _LAST_TO_SIMPLIFY else 0.0, limits)
        lines = lines.copy()
        lines[bad] = shapely.simplify(original[bad], limits[bad], preserve_topology=False)
    return SharedOutlines(
        grid,
        tolerance,
        tuple(np.rint(xy).astype(np.int64) for xy in _split(lines)),
        _parts(outlines, arcs, len(geometries)),
        outlines.vanished,
    )


def _lines(arcs: ArcSet) -> npt.NDArray[np.object_]:
    return np.asarray(shapely.linestrings(arcs.xy.astype(np.float64), indices=arcs.arc))


def _split(lines: npt.NDArray[np.object_]) -> list[Floats]:
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    return np.split(xy, np.searchsorted(owner, np.arange(1, len(lines))))


def _limits(outlines: Outlines, arcs: ArcSet, tolerance: float) -> Floats:
    """Return how far each arc may move: as far as the smallest ring that it is part of lets it."""
    areas = np.abs(_ring_areas(outlines, arcs, _lines(arcs)))
    of_path = np.where(outlines.closed, _SHARE_OF_WIDTH * np.sqrt(areas), np.inf)
    limits = np.full(arcs.count, float(tolerance))
    np.minimum.at(limits, arcs.used, of_path[arcs.path])
    return limits


def _ring_areas(outlines: Outlines, arcs: ArcSet, lines: npt.NDArray[np.object_]) -> Floats:
    """Return the signed area of each ring; nothing of value for a line."""
    xy, arc = shapely.get_coordinates(lines, return_index=True)
    xy = xy - xy.mean(axis=0)
    together = arc[1:] == arc[:-1]
    cross = (xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1])[together]
    swept = np.bincount(arc[:-1][together], cross / 2.0, arcs.count)
    signs = np.where(arcs.turned, -1.0, 1.0)
    return np.asarray(
        np.bincount(arcs.path, signs * swept[arcs.used], len(outlines.closed)), dtype=np.float64
    )


def _spoilt(
    outlines: Outlines,
    arcs: ArcSet,
    original: npt.NDArray[np.object_],
    lines: npt.NDArray[np.object_],
) -> Bools:
    """Return the arcs that must not be simplified so far."""
    bad = np.zeros(arcs.count, dtype=np.bool_)
    was, now = (_ring_areas(outlines, arcs, each) for each in (original, lines))
    spoilt = outlines.closed & (np.abs(now - was) > _WORST_AREA * np.abs(was))
    bad[arcs.used[spoilt[arcs.path]]] = True
    bad[~shapely.is_simple(lines) & shapely.is_simple(original)] = True
    one, two = STRtree(lines).query(lines, predicate="crosses")
    new = (one < two) & ~shapely.crosses(original[one], original[two])
    bad[one[new]] = True
    bad[two[new]] = True
    # what is at its finest already is as it was drawn
    changed = shapely.get_num_points(lines) < shapely.get_num_points(original)
    return np.asarray(bad & changed)


def _parts(
    outlines: Outlines, arcs: ArcSet, count: int
) -> tuple[tuple[tuple[Path, ...], ...], ...]:
    signed = np.where(arcs.turned, ~arcs.used, arcs.used)
    paths = np.split(signed, np.searchsorted(arcs.path, np.arange(1, len(outlines.closed))))
    result: List[List[Any]] = [[] for _ in range(count)]
    previous = -1
    for path, geometry, part in zip(paths, outlines.geometry.tolist(), outlines.part.tolist()):
        if part != previous:
            result[geometry].append([])
        result[geometry][-1].append(tuple(path.tolist()))
        previous = part
    return tuple(tuple(tuple(part) for part in each) for each in result)
