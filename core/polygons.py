"""Every distinct polygon of a series: repaired, taken apart and measured once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Geometry
from shapely.errors import GEOSException

from .segments import Segments

if TYPE_CHECKING:
    from .geodesy import Geodesy

__all__ = ["PolygonStore", "polygons_of", "repaired"]


class PolygonStore:
    """Keeps single polygons, numbered in the order in which they were first seen.

    A geometry with bytes seen before costs a look into a dictionary, so that a series
    whose snapshots share most of their polygons is repaired and measured once.

    Attributes
    ----------
    polygons : the polygons by number, valid and two-dimensional
    """

    def __init__(self, geodesy: Geodesy) -> None:
        self.geodesy = geodesy
        self.polygons: list[Geometry] = []
        self._numbers: dict[bytes, tuple[int, ...]] = {}
        self._number_of: dict[bytes, int] = {}
        self._was_invalid: set[bytes] = set()
        self._areas = np.zeros(0)
        self._segments: dict[int, Segments] = {}

    def add(self, wkb: bytes) -> tuple[int, ...]:
        """Return the numbers of the single polygons of a geometry; none when it has no area."""
        if wkb not in self._numbers:
            geometry = shapely.from_wkb(wkb, on_invalid="ignore")
            valid = geometry is not None and bool(shapely.is_valid(geometry))
            if not valid:
                self._was_invalid.add(wkb)
            self._numbers[wkb] = tuple(
                dict.fromkeys(self._number(part) for part in _single_polygons(geometry, valid))
            )
        return self._numbers[wkb]

    def was_invalid(self, wkb: bytes) -> bool:
        """Return whether the geometry `wkb` had to be repaired."""
        return wkb in self._was_invalid

    def areas_km2(self) -> npt.NDArray[np.float64]:
        """Return the area of each polygon by number, in km2."""
        known = len(self._areas)
        if known < len(self.polygons):
            new = self.geodesy.area_km2(self.polygons[known:])
            self._areas = np.concatenate([self._areas, new])
        return self._areas

    def segments(self, number: int) -> Segments:
        """Return the outline of one polygon as segments."""
        if number not in self._segments:
            self._segments[number] = Segments.of_polygons([self.polygons[number]], self.geodesy)
        return self._segments[number]

    def _number(self, polygon: Geometry) -> int:
        key = shapely.to_wkb(polygon)
        if key not in self._number_of:
            self._number_of[key] = len(self.polygons)
            self.polygons.append(polygon)
        return self._number_of[key]


def repaired(geometry: Geometry) -> Geometry:
    """Return a polygon or multipolygon made valid, without losing ground.

    Each polygon is repaired by itself and holes are taken out afterwards: parts that
    overlap stay, as ground held twice is held, and no overlap turns into a hole.
    """
    polygons = [_repaired_polygon(part) for part in polygons_of(geometry)]
    return shapely.union_all([part for whole in polygons for part in polygons_of(whole)])


def polygons_of(geometry: Geometry | None) -> list[Geometry]:
    """Return the polygons in a geometry of any kind, collections included."""
    if geometry is None:
        return []
    parts = [geometry]
    while any(shapely.get_type_id(part) > shapely.GeometryType.POLYGON for part in parts):
        parts = list(shapely.get_parts(parts))
    return [
        part
        for part in parts
        if shapely.get_type_id(part) == shapely.GeometryType.POLYGON and not part.is_empty
    ]


def _single_polygons(geometry: Geometry | None, valid: bool) -> list[Geometry]:
    if geometry is None:
        return []
    geometry = shapely.force_2d(geometry)
    if not valid or shapely.get_type_id(geometry) == shapely.GeometryType.GEOMETRYCOLLECTION:
        if not np.isfinite(shapely.get_coordinates(geometry)).all():
            return []
        try:
            geometry = repaired(geometry)
        except GEOSException:  # beyond repair: nothing is left to hold
            return []
    return polygons_of(geometry)


def _repaired_polygon(polygon: Geometry) -> Geometry:
    if shapely.is_valid(polygon):
        return polygon
    shell, *holes = shapely.make_valid(shapely.polygons(shapely.get_rings(polygon)))
    if not holes:
        return shell
    return shapely.difference(shell, shapely.union_all(holes))
