"""Outlines as people draw them: cut up, turned round, jittered, with vertices of their own."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import Geometry

__all__ = ["cut_up", "jittered", "reversed_rings", "rotated_rings"]


def jittered(polygon: Geometry, *, by_m: float, every_m: float, seed: int) -> Geometry:
    """Give a polygon vertices of its own and move each by up to `by_m` in x and in y."""
    random = np.random.default_rng(seed)

    def moved(ring: Geometry) -> np.ndarray:
        xy = shapely.get_coordinates(shapely.segmentize(ring, every_m))[:-1]
        xy = xy + random.uniform(-by_m, by_m, xy.shape)
        return np.vstack([xy, xy[:1]])

    return _with_rings(polygon, moved)


def reversed_rings(geometry: Geometry) -> Geometry:
    """Let every ring run the other way."""
    return _with_rings(geometry, lambda ring: shapely.get_coordinates(ring)[::-1])


def rotated_rings(geometry: Geometry, steps: int) -> Geometry:
    """Let every ring start `steps` vertices later."""

    def turned(ring: Geometry) -> np.ndarray:
        xy = np.roll(shapely.get_coordinates(ring)[:-1], -steps, axis=0)
        return np.vstack([xy, xy[:1]])

    return _with_rings(geometry, turned)


def cut_up(polygon: Geometry, lines: list[Geometry]) -> list[Geometry]:
    """Cut a polygon along lines; the parts share their edges to the last digit."""
    cells = shapely.polygonize([shapely.union_all([shapely.boundary(polygon), *lines])])
    return [
        cell
        for cell in shapely.get_parts(cells)
        if shapely.intersects(polygon, shapely.point_on_surface(cell))
    ]


def _with_rings(geometry: Geometry, change) -> Geometry:
    polygons = []
    for polygon in shapely.get_parts(geometry):
        shell, *holes = (shapely.LinearRing(change(ring)) for ring in shapely.get_rings(polygon))
        polygons.append(shapely.Polygon(shell, holes))
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
