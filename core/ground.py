"""In which country, which provinces and around which places the ground of a polygon lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Geometry, STRtree

from .nearby import meeting

if TYPE_CHECKING:
    from .feedback import Feedback
    from .geography import Geography
    from .pieces import Piece
    from .polygons import PolygonStore

__all__ = ["Ground", "GroundMatcher"]

# polygons whose areas sum to that of their union to so many parts do not overlap
_SAME_AREA = 1e-9

# so many polygons are matched between two looks at whether the user cancelled
_BLOCK = 50

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ground:
    """What was found under a polygon or a piece.

    `inside_km2` is None without home polygons; `provinces_km2` holds the area by name.
    """

    inside_km2: float | None
    provinces_km2: Mapping[str, float]
    places: tuple[str, ...]


@dataclass(frozen=True)
class _Matched:
    """What is under a polygon: numbers of provinces with the common ground, and of places."""

    inside_km2: float | None
    provinces: Ints
    km2: Floats
    places: Ints


class GroundMatcher:
    """Matches each distinct polygon against country, provinces and places once."""

    def __init__(
        self, store: PolygonStore, geography: Geography, feedback: Feedback | None = None
    ) -> None:
        self._store = store
        self._geography = geography
        self._feedback = feedback
        self._known: dict[int, _Matched] = {}
        self._provinces = np.array([p.geometry for p in geography.provinces], dtype=object)
        self._province_tree = STRtree(self._provinces)
        self._place_tree = STRtree([place.geometry for place in geography.places])
        for geometry in (*self._provinces, geography.home):
            shapely.prepare(geometry)

    def of_piece(self, piece: Piece, area_km2: float) -> Ground:
        """Return the ground of a piece: that of its polygons, where they do not overlap."""
        areas = self._store.areas_km2()[list(piece.numbers)]
        if piece.trimmed or abs(areas.sum() - area_km2) > _SAME_AREA * area_km2:
            return self.of_geometry(piece.geometry, area_km2)
        self._match(piece.numbers)
        return self._sum([self._known[number] for number in piece.numbers])

    def of_geometry(self, geometry: Geometry, area_km2: float) -> Ground:
        """Return the ground of any polygon or multipolygon, `area_km2` large."""
        one = np.array([geometry], dtype=object)
        return self._sum(self._matched(one, np.array([area_km2])))

    def _match(self, numbers: Sequence[int]) -> None:
        """Match polygons that are not known, some at a time."""
        new = [number for number in numbers if number not in self._known]
        areas_km2 = self._store.areas_km2()
        for start in range(0, len(new), _BLOCK):
            if self._feedback is not None:
                self._feedback.check()
            some = new[start : start + _BLOCK]
            polygons = np.array([self._store.polygons[each] for each in some], dtype=object)
            self._known.update(zip(some, self._matched(polygons, areas_km2[some])))

    def _matched(self, geometries: npt.NDArray[np.object_], areas_km2: Floats) -> list[_Matched]:
        home = self._geography.home
        count = len(geometries)
        inside = [None] * count
        if home is not None:
            all_of = np.arange(count)
            inside = self._common_km2(geometries, areas_km2, all_of, home).tolist()
        owner, province, km2 = self._in_provinces(geometries, areas_km2)
        found = []
        for number, geometry in enumerate(geometries):
            own = owner == number
            places = meeting(self._place_tree, geometry)
            found.append(_Matched(inside[number], province[own], km2[own], places))
        return found

    def _in_provinces(
        self, geometries: npt.NDArray[np.object_], areas_km2: Floats
    ) -> tuple[Ints, Ints, Floats]:
        """Return geometry, province and common ground, wherever there is some."""
        owner, province = self._province_tree.query(geometries)
        km2 = np.zeros(len(owner))
        for index in np.unique(province).tolist():
            here = province == index
            other = self._provinces[index]
            km2[here] = self._common_km2(geometries, areas_km2, owner[here], other)
        some = km2 > 0
        order = np.lexsort((province[some], owner[some]))
        return owner[some][order], province[some][order], km2[some][order]

    def _common_km2(
        self, geometries: npt.NDArray[np.object_], areas_km2: Floats, some: Ints, other: Geometry
    ) -> Floats:
        """Return how much of some of the geometries is in `other`, which is prepared."""
        # contains_properly looks no farther than it must; covers would, along shared edges
        km2 = np.where(shapely.contains_properly(other, geometries[some]), areas_km2[some], 0.0)
        rest = np.flatnonzero(km2 == 0)
        rest = rest[shapely.intersects(other, geometries[some[rest]])]
        if len(rest):
            common = shapely.intersection(geometries[some[rest]], other)
            km2[rest] = self._store.geodesy.area_km2(common)
        return np.asarray(km2)

    def _sum(self, several: Sequence[_Matched]) -> Ground:
        parts = [each.inside_km2 for each in several if each.inside_km2 is not None]
        index = np.concatenate([each.provinces for each in several])
        sums = np.bincount(index, np.concatenate([each.km2 for each in several]))
        provinces: dict[str, float] = {}
        for number in np.flatnonzero(sums).tolist():
            name = self._geography.provinces[number].name
            provinces[name] = provinces.get(name, 0.0) + float(sums[number])
        places = {
            self._geography.places[number].name
            for each in several
            if len(each.places)
            for number in each.places.tolist()
        }
        inside = None if self._geography.home is None else sum(parts)
        return Ground(inside, provinces, tuple(sorted(places)))
