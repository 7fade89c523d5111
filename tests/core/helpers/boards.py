"""Boards of cells with crooked edges that neighbours share to the last digit, changed by dates."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import shapely
from shapely import Geometry

from enclave_watch.tests.core.helpers.build import EAST_M, NORTH_M

__all__ = ["Board", "crooked_ring", "edited"]

_CELL_M = 10_000.0


class Board:
    """Cells of 10 by 10 km on each of which a faction may sit; edges are crooked lines."""

    def __init__(self, size: int, seed: int, *, vertices: int = 40) -> None:
        self.random = np.random.default_rng(seed)
        self.size = size
        self._vertices = vertices
        span = range(size + 1)
        self._edges = {
            (way, x, y): self._crooked(way, x, y) for way in "hv" for x in span for y in span
        }
        self.owner = {
            (x, y): str(self.random.choice(["Red", "Blue", "Green", ""]))
            for x in range(size)
            for y in range(size)
        }

    def held(self) -> list[tuple[str, Geometry]]:
        """Return the polygons of a date, in the order of the cells."""
        return [(owner, self._cell(*cell)) for cell, owner in self.owner.items() if owner]

    def change(self, times: int) -> None:
        """Let some cells change hands and redraw some edges."""
        for _ in range(times):
            x, y = self.random.integers(0, self.size, 2).tolist()
            if self.random.random() < 0.5:
                self.owner[x, y] = str(self.random.choice(["Red", "Blue", "Green", ""]))
            else:
                way = str(self.random.choice(["h", "v"]))
                self._edges[way, x, y] = self._crooked(way, x, y)

    def _crooked(self, way: str, x: int, y: int) -> np.ndarray:
        along = np.linspace(0.0, _CELL_M, self._vertices + 1)
        # straight near the corners, so that edges that meet there do not cross
        room = np.minimum(along, _CELL_M - along)
        aside = self.random.uniform(-0.1, 0.1, len(along)) * room
        line = np.column_stack([along, aside] if way == "h" else [aside, along])
        return np.round(line + np.array([EAST_M, NORTH_M]) + _CELL_M * np.array([x, y]), 3)

    def _cell(self, x: int, y: int) -> Geometry:
        low, high = self._edges["h", x, y], self._edges["h", x, y + 1]
        left, right = self._edges["v", x, y], self._edges["v", x + 1, y]
        return shapely.Polygon(
            np.concatenate([low[:-1], right[:-1], high[::-1][:-1], left[::-1][:-1]])
        )


def crooked_ring(vertices: int, seed: int) -> Geometry:
    """Return a polygon around the middle of the zone, some 50 km wide, with a crooked outline."""
    random = np.random.default_rng(seed)
    angle = np.linspace(0.0, 2.0 * np.pi, vertices, endpoint=False)
    reach = 25_000.0 * (1.0 + np.cumsum(random.normal(0, 0.002, vertices)))
    xy = reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return shapely.Polygon(xy + np.array([EAST_M, NORTH_M]))


def edited(polygon: Geometry, places: Sequence[tuple[float, int, float]]) -> Geometry:
    """Move short stretches of an outline in or out.

    Parameters
    ----------
    places : where on the outline each begins, 0 to 1; how many vertices it has; and by which
        share of the way from the middle they move, below 0 inward
    """
    xy = shapely.get_coordinates(polygon)[:-1].copy()
    middle = np.array([EAST_M, NORTH_M])
    for start, count, share in places:
        rows = (int(start * len(xy)) + np.arange(count)) % len(xy)
        xy[rows] = middle + (xy[rows] - middle) * (1.0 + share)
    return shapely.Polygon(xy)
