"""Figures on the ellipsoid that owe nothing to the engine: pyproj's Geod, on dense outlines."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely
from shapely import Geometry

__all__ = ["true_area_km2", "true_distance_km", "true_length_km"]

_GEOD = pyproj.Geod(ellps="WGS84")


def true_area_km2(geometry: Geometry, crs: str, *, step: float) -> float:
    """Return the area of polygons, edges straight in `crs`, vertices each `step` of its units.

    A geodesic between close vertices is as good as straight; rings are summed one by one,
    so that it does not matter which way round they run.
    """
    total = 0.0
    for polygon in shapely.get_parts(geometry):
        shell, *holes = (_ring_km2(ring, crs, step) for ring in shapely.get_rings(polygon))
        total += shell - sum(holes)
    return total


def true_length_km(geometry: Geometry, crs: str, *, step: float) -> float:
    """Return the length of lines, or of all rings of polygons."""
    lines = shapely.get_parts(geometry)
    if shapely.get_dimensions(geometry) == 2:
        lines = shapely.get_rings(geometry)
    return sum(_GEOD.line_length(*_lonlat(line, crs, step).T) for line in lines) / 1000.0


def true_distance_km(one: tuple[float, float], two: tuple[float, float], crs: str) -> float:
    """Return the geodesic distance between two points given in `crs`."""
    a, b = (_lonlat(shapely.Point(xy), crs, None)[0] for xy in (one, two))
    return _GEOD.inv(*a, *b)[2] / 1000.0


def _ring_km2(ring: Geometry, crs: str, step: float) -> float:
    lon, lat = _lonlat(ring, crs, step).T
    return abs(_GEOD.polygon_area_perimeter(lon[:-1], lat[:-1])[0]) / 1e6


def _lonlat(geometry: Geometry, crs: str, step: float | None) -> np.ndarray:
    if step is not None:
        geometry = shapely.segmentize(geometry, step)
    xy = shapely.get_coordinates(geometry)
    to_lonlat = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    return np.column_stack(to_lonlat.transform(xy[:, 0], xy[:, 1]))
