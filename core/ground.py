"""In which country, which provinces and around which places the ground of a polygon lies."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Mapping, Sequence

import numpy as np
import shapely
from shapely import Geometry, STRtree

from .feedback import Feedback
from .nearby import meeting
from .unshared import Outlines

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import Floats
    from .geography import Geography
    from .pieces import Piece
    from .polygons import PolygonStore

__all__ = ["Ground", "GroundMatcher"]

# polygons whose areas sum to that of their union to so many parts do not overlap
_SAME_AREA = 1e-9
# less than a square metre is what sums of areas leave of nothing
_NO_KM2 = 1e-6

# with fewer vertices, all of a polygon is matched as fast
_LARGE = 1000
_LOOKED_BACK = 5
_ALIKE = 0.75
_NONE: frozenset[int] = frozenset()

# so many polygons are matched between two looks at whether the user cancelled
_BLOCK = 50


@dataclass(frozen=True)
class Ground:
    """What was found under a polygon or a piece.

    `inside_km2` is None without home polygons; `provinces_km2` holds the area by name.
    """

    inside_km2: float | None
    provinces_km2: Mapping[str, float]
    places: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    """Ground by the numbers of provinces and places, so that names may be alike."""

    inside_km2: float | None
    provinces_km2: Mapping[int, float]
    places: frozenset[int]


class GroundMatcher:
    """Matches each distinct polygon against country, provinces and places once.

    Of a large polygon that is mostly like one that is known, only what the two do not share is
    matched.
    """

    def __init__(
        self,
        store: PolygonStore,
        geography: Geography,
        outlines: Outlines | None = None,
        feedback: Feedback | None = None,
    ) -> None:
        self._store = store
        self._geography = geography
        self._outlines = outlines or Outlines(store)
        self._feedback = feedback or Feedback()
        self._known: dict[int, _Found] = {}
        self._large: list[int] = []
        self._provinces = np.array([p.geometry for p in geography.provinces], dtype=object)
        self._province_tree = STRtree(self._provinces)
        self._places = np.array([place.geometry for place in geography.places], dtype=object)
        self._place_tree = STRtree(self._places)
        for geometry in (*self._provinces, geography.home):
            shapely.prepare(geometry)

    def of_piece(self, piece: Piece, area_km2: float) -> Ground:
        """Return the ground of a piece: that of its polygons, where they do not overlap."""
        if not self._is_sum_of_polygons(piece, area_km2):
            return self.of_geometry(piece.geometry, area_km2)
        self.match(piece.numbers)
        return self._sum([self._known[number] for number in piece.numbers])

    def learn(self, pieces: Sequence[tuple[Piece, float]]) -> None:
        """Match the polygons of pieces, each with its area, at once: quicker than one by one."""
        plain = [piece.numbers for piece, km2 in pieces if self._is_sum_of_polygons(piece, km2)]
        self.match([number for numbers in plain for number in numbers])

    def _is_sum_of_polygons(self, piece: Piece, area_km2: float) -> bool:
        areas_km2 = self._store.areas_km2()[list(piece.numbers)]
        return not piece.trimmed and bool(abs(areas_km2.sum() - area_km2) <= _SAME_AREA * area_km2)

    def of_geometry(self, geometry: Geometry, area_km2: float) -> Ground:
        """Return the ground of any polygon or multipolygon, `area_km2` large."""
        return self.of_geometries([geometry], [area_km2])[0]

    def of_geometries(
        self, geometries: Sequence[Geometry], areas_km2: Sequence[float]
    ) -> list[Ground]:
        """Return the ground of each of several polygons or multipolygons, so large in km2."""
        array = np.array([*geometries, None], dtype=object)[:-1]
        found = self._matched(array, np.asarray(areas_km2))
        return [self._sum([each]) for each in found]

    def of_polygons(self, numbers: Sequence[int]) -> list[Ground]:
        """Return the ground of polygons of the store."""
        self.match(numbers)
        return [self._sum([self._known[number]]) for number in numbers]

    def match(self, numbers: Sequence[int]) -> None:
        """Match polygons that are not known, some at a time."""
        unknown = [number for number in dict.fromkeys(numbers) if number not in self._known]
        if not unknown:
            return
        polygons = self._store.polygons
        areas_km2 = self._store.areas_km2()
        sizes = shapely.get_num_coordinates([polygons[number] for number in unknown])
        large = [number for number, size in zip(unknown, sizes) if size >= _LARGE]
        small = [number for number, size in zip(unknown, sizes) if size < _LARGE]
        for start in range(0, len(small), _BLOCK):
            self._feedback.check()
            some = small[start : start + _BLOCK]
            array = np.array([polygons[number] for number in some], dtype=object)
            self._known.update(zip(some, self._matched(array, areas_km2[some])))
        for number in large:
            self._feedback.check()
            self._known[number] = self._by_likeness(number) or self._alone(number)
            self._large = [number, *self._large[:_LOOKED_BACK]]

    def _alone(self, number: int) -> _Found:
        polygon = np.array([self._store.polygons[number]], dtype=object)
        return self._matched(polygon, self._store.areas_km2()[[number]])[0]

    def _by_likeness(self, number: int) -> _Found | None:
        """Return what is found from that of a polygon like it; None where there is none."""
        alike = next(
            (old for old in self._large if self._outlines.shared_share(old, number) > _ALIKE), None
        )
        if alike is None:
            return None
        ground = self._outlines.ground([(alike, 0, -1), (number, 0, 1)], 1)
        if ground is None or np.abs(ground.times).max(initial=0) > 1:
            return None
        cells = self._matched(ground.cells, ground.areas_km2)
        old = self._known[alike]
        inside_km2, provinces_km2 = old.inside_km2, dict(old.provinces_km2)
        near: set[int] = set()
        for sign, cell in zip(ground.times[:, 0].tolist(), cells):
            if inside_km2 is not None and cell.inside_km2 is not None:
                inside_km2 += sign * cell.inside_km2
            for province, km2 in cell.provinces_km2.items():
                provinces_km2[province] = provinces_km2.get(province, 0.0) + sign * km2
            near |= cell.places
        polygon = self._store.polygons[number]
        again = {place for place in near if shapely.intersects(polygon, self._places[place])}
        return _Found(
            inside_km2,
            {province: km2 for province, km2 in provinces_km2.items() if km2 > _NO_KM2},
            frozenset(old.places - near | again),
        )

    def _matched(self, geometries: npt.NDArray[np.object_], areas_km2: Floats) -> list[_Found]:
        provinces: list[dict[int, float]] = [{} for _ in geometries]
        numbers, near = self._province_tree.query(geometries)
        common_km2 = self._common_km2(
            geometries[numbers], areas_km2[numbers], self._provinces[near]
        )
        for number, province, km2 in zip(numbers.tolist(), near.tolist(), common_km2.tolist()):
            if km2 > 0:
                provinces[number][province] = km2
        inside: list[float | None] = [None] * len(geometries)
        if self._geography.home is not None:
            home = np.full(len(geometries), self._geography.home, dtype=object)
            inside = list(self._common_km2(geometries, areas_km2, home).tolist())
        places = [
            frozenset(meeting(self._place_tree, geometry).tolist()) if len(self._places) else _NONE
            for geometry in geometries
        ]
        return [_Found(*each) for each in zip(inside, provinces, places)]

    def _common_km2(
        self,
        geometries: npt.NDArray[np.object_],
        areas_km2: Floats,
        others: npt.NDArray[np.object_],
    ) -> Floats:
        """Return the ground of each geometry in the prepared one beside it."""
        # contains_properly looks no farther than it must; covers would, along shared edges
        is_within = shapely.contains_properly(others, geometries)
        common_km2 = np.where(is_within, areas_km2, 0.0)
        rest = np.flatnonzero(~is_within)
        rest = rest[shapely.intersects(others[rest], geometries[rest])]
        common = [shapely.intersection(geometries[each], others[each]) for each in rest.tolist()]
        if common:
            common_km2[rest] = self._store.geodesy.area_km2(common)
        return common_km2

    def _sum(self, several: Sequence[_Found]) -> Ground:
        """Return several, that have no ground in common, as one, with names."""
        index = [number for each in several for number in each.provinces_km2]
        km2 = [value for each in several for value in each.provinces_km2.values()]
        sums = np.bincount(np.array(index, dtype=np.int64), np.array(km2))
        provinces: dict[str, float] = defaultdict(float)
        for number in np.flatnonzero(sums).tolist():
            provinces[self._geography.provinces[number].name] += float(sums[number])
        inside = [each.inside_km2 for each in several if each.inside_km2 is not None]
        places = _NONE.union(*(each.places for each in several if each.places))
        return Ground(
            None if self._geography.home is None else sum(inside),
            dict(provinces),
            tuple(sorted(self._geography.places[number].name for number in places)),
        )
