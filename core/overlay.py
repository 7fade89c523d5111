"""Polygons laid over each other: the ground cut into cells, each wholly in or out of each of them.

All outlines are noded together and polygonized, so cells neither overlap nor leave gaps, whatever
the outlines are like. What an overlay of floating-point numbers cannot do is tried again on ever
coarser grids, the coarsest of a centimetre; whoever calls has to check that areas close.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable, Iterator, Sequence, Tuple, TypeVar

import numpy as np
import shapely
from shapely import Geometry, STRtree
from shapely.errors import GEOSException

from .errors import OverlayError
from .groups import Groups
from .i18n import tr
from .nearby import meeting_boxes

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import Floats
    from .geodesy import Geodesy

__all__ = [
    "CLOSES_KM2",
    "Cells",
    "closing_overlay",
    "joined_polygons",
    "robust_union",
    "widths_m",
]

_GRIDS_M = (0.0, 1e-6, 1e-4, 1e-2)
CLOSES_KM2 = 0.001
"""Areas that miss each other by less close, in km2."""

Found = TypeVar("Found")


@dataclass(frozen=True)
class Cells:
    """Ground cut into cells.

    Attributes
    ----------
    geometries : (n,), polygons without common ground
    members : for each cell, the places in the sequence of the polygons that it lies in
    grid_m : of the grid that vertices were laid on; 0 where they stayed where they were
    """

    geometries: npt.NDArray[np.object_]
    members: tuple[tuple[int, ...], ...]
    grid_m: float


def closing_overlay(
    polygons: Sequence[Geometry],
    geodesy: Geodesy,
    measured: Callable[[Cells], Tuple[Found, float]],
) -> tuple[Found, float, float]:
    """Return what `measured` makes of the cells, by how much it misses in km2, and the grid in m.

    Parameters
    ----------
    measured : makes something of the cells, and says by how much its areas miss what they should
        come to; the overlay is done again on coarser grids until that is under 0.001 km2

    Raises
    ------
    OverlayError
        When no grid helps.
    """
    best: tuple[Found, float, float] | None = None
    for cells in _attempts(polygons, geodesy):
        found, off_km2 = measured(cells)
        if best is None or off_km2 < best[1]:
            best = found, off_km2, cells.grid_m
        if off_km2 <= CLOSES_KM2:
            break
    if best is None:
        raise _error()
    return best


def robust_union(
    polygons: Sequence[Geometry] | npt.NDArray[np.object_], geodesy: Geodesy
) -> Geometry:
    """Return the union of polygons, on as fine a grid as it needs.

    Raises
    ------
    OverlayError
        When no grid helps.
    """
    array = np.asarray(polygons, dtype=object)
    for grid_m in _GRIDS_M:
        united = _united(array, _units(grid_m, array, geodesy))
        if united is not None:
            return united
    raise _error()


def joined_polygons(polygons: Sequence[Geometry], geodesy: Geodesy) -> npt.NDArray[np.object_]:
    """Return the polygons of the union of polygons; those that none comes near stay as they are.

    Raises
    ------
    OverlayError
        When no grid helps.
    """
    array = np.asarray(polygons, dtype=object)
    bounds = shapely.bounds(array)
    groups = Groups(range(len(array)))
    for one, two in zip(*(each.tolist() for each in meeting_boxes(bounds, bounds))):
        groups.join(one, two)
    groups_of = list(groups.members())
    alone = array[[members[0] for members in groups_of if len(members) == 1]]
    joined = [
        shapely.get_parts(robust_union(array[list(members)], geodesy))
        for members in groups_of
        if len(members) > 1
    ]
    return np.concatenate([shapely.get_parts(alone), *joined])


def widths_m(
    polygons: Sequence[Geometry] | npt.NDArray[np.object_],
    geodesy: Geodesy,
    *,
    areas_km2: Floats | None = None,
) -> Floats:
    """Return how wide polygons are on average: twice the area by the perimeter, in metres."""
    if areas_km2 is None:
        areas_km2 = geodesy.area_km2(polygons)
    outlines_km = geodesy.length_km(polygons)
    return np.asarray(2000.0 * areas_km2 / np.maximum(outlines_km, 1e-12))


def _attempts(polygons: Sequence[Geometry], geodesy: Geodesy) -> Iterator[Cells]:
    """Yield the cells of polygons laid over each other, the most exact way first.

    Cells that lie in no polygon are among them. Ways that fail are left out.
    """
    array = np.asarray(polygons, dtype=object)
    lines = shapely.boundary(array)
    for grid_m in _GRIDS_M:
        noded = _united(lines, _units(grid_m, array, geodesy))
        if noded is not None:
            parts = shapely.get_parts(shapely.polygonize([noded]))
            yield Cells(parts, _members(parts, array), grid_m)


def _united(geometries: npt.NDArray[np.object_], grid: float | None) -> Geometry | None:
    try:
        return shapely.union_all(geometries, grid_size=grid)
    except GEOSException:
        return None


def _error() -> OverlayError:
    return OverlayError(
        tr(
            "The polygons of the control layer cannot be laid over each other, not even with "
            "vertices rounded to a centimetre. Repair the layer (Fix geometries), and try again."
        )
    )


def _units(grid_m: float, array: npt.NDArray[np.object_], geodesy: Geodesy) -> float | None:
    if grid_m == 0.0:
        return None
    return grid_m * float(geodesy.reach_units(shapely.total_bounds(array)[None, :])[0])


def _members(
    cells: npt.NDArray[np.object_], polygons: npt.NDArray[np.object_]
) -> tuple[tuple[int, ...], ...]:
    found: list[list[int]] = [[] for _ in cells]
    inner = shapely.point_on_surface(cells)
    tree = STRtree(inner)
    for number, polygon in enumerate(polygons):
        near = tree.query(polygon)
        # prepared for this one look, many outlines would fill the memory
        shapely.prepare(polygon)
        within = near[shapely.intersects(polygon, inner[near])]
        shapely.destroy_prepared(polygon)
        for cell in within.tolist():
            found[cell].append(number)
    return tuple(tuple(numbers) for numbers in found)
