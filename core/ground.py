"""In which country, which provinces and around which places the ground of a polygon lies."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Iterable, Mapping

import numpy as np
import shapely
from shapely import Geometry, STRtree

from .nearby import meeting

if TYPE_CHECKING:
    from .geography import Geography
    from .pieces import Piece
    from .polygons import PolygonStore

__all__ = ["Ground", "GroundMatcher"]

# polygons whose areas sum to that of their union to so many parts do not overlap
_SAME_AREA = 1e-9


@dataclass(frozen=True)
class Ground:
    """What was found under a polygon or a piece.

    `inside_km2` is None without home polygons; `provinces_km2` holds the area by name.
    """

    inside_km2: float | None
    provinces_km2: Mapping[str, float]
    places: tuple[str, ...]


class GroundMatcher:
    """Matches each distinct polygon against country, provinces and places once."""

    def __init__(self, store: PolygonStore, geography: Geography) -> None:
        self._store = store
        self._geography = geography
        self._known: dict[int, Ground] = {}
        self._provinces = np.array([p.geometry for p in geography.provinces], dtype=object)
        self._province_tree = STRtree(self._provinces)
        self._place_tree = STRtree([place.geometry for place in geography.places])
        for geometry in (*self._provinces, geography.home):
            shapely.prepare(geometry)

    def of_piece(self, piece: Piece, area_km2: float) -> Ground:
        """Return the ground of a piece: that of its polygons, where they do not overlap."""
        areas = self._store.areas_km2()[list(piece.numbers)]
        if piece.trimmed or abs(areas.sum() - area_km2) > _SAME_AREA * area_km2:
            return self._matched(piece.geometry, area_km2)
        return _sum(
            self._of_polygon(number, float(area)) for number, area in zip(piece.numbers, areas)
        )

    def of_geometry(self, geometry: Geometry, area_km2: float) -> Ground:
        """Return the ground of any polygon or multipolygon, `area_km2` large."""
        return self._matched(geometry, area_km2)

    def _of_polygon(self, number: int, area_km2: float) -> Ground:
        if number not in self._known:
            self._known[number] = self._matched(self._store.polygons[number], area_km2)
        return self._known[number]

    def _matched(self, geometry: Geometry, area_km2: float) -> Ground:
        home = self._geography.home
        inside = None if home is None else self._common_km2(geometry, area_km2, home)
        provinces: dict[str, float] = defaultdict(float)
        for index in meeting(self._province_tree, geometry).tolist():
            common = self._common_km2(geometry, area_km2, self._provinces[index])
            if common > 0:
                provinces[self._geography.provinces[index].name] += common
        places = [
            self._geography.places[index].name
            for index in meeting(self._place_tree, geometry).tolist()
        ]
        return Ground(inside, dict(provinces), tuple(sorted(places)))

    def _common_km2(self, geometry: Geometry, area_km2: float, other: Geometry) -> float:
        # contains_properly looks no farther than it must; covers would, along shared edges
        if shapely.contains_properly(other, geometry):
            return area_km2
        if not shapely.intersects(other, geometry):
            return 0.0
        common = shapely.intersection(geometry, other)
        return float(self._store.geodesy.area_km2([common])[0])


def _sum(several: Iterable[Ground]) -> Ground:
    inside: float | None = None
    provinces: dict[str, float] = {}
    places: set[str] = set()
    for ground in several:
        if ground.inside_km2 is not None:
            inside = (inside or 0.0) + ground.inside_km2
        for name, km2 in ground.provinces_km2.items():
            provinces[name] = provinces.get(name, 0.0) + km2
        places.update(ground.places)
    return Ground(inside, provinces, tuple(sorted(places)))
