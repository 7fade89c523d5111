"""Every distinct polygon of a series: repaired, taken apart and measured once."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely import Geometry
from shapely.errors import GEOSException

from .segments import Segments

if TYPE_CHECKING:
    from .arrays import Floats
    from .geodesy import Geodesy

__all__ = ["PolygonStore", "Stored", "polygons_of", "repaired"]


_DIGEST_BYTES = 16
_RECENT_BYTES = 32 * 2**20
# how the WKB of a flat polygon begins, as it is written here, and how long that of an empty one is
_PLAIN_POLYGON = b"\x01\x03\x00\x00\x00"
_EMPTY_BYTES = 9


class Stored(NamedTuple):
    """What became of a geometry: the numbers of its polygons, and whether it was repaired."""

    numbers: tuple[int, ...]
    was_invalid: bool


class PolygonStore:
    """Keeps single polygons, numbered in the order in which they were first seen.

    A geometry with bytes seen before costs a look into a dictionary, so that a series
    whose snapshots share most of their polygons is repaired and measured once. Bytes are known
    by their digest, so that they are not kept beside the polygons made of them.

    Attributes
    ----------
    polygons : the polygons by number, valid and two-dimensional
    """

    def __init__(self, geodesy: Geodesy) -> None:
        self.geodesy = geodesy
        self.polygons: list[Geometry] = []
        self._stored: dict[bytes, Stored] = {}
        self._recent: dict[bytes, Stored] = {}
        self._recent_bytes = 0
        self._number_of: dict[bytes, int] = {}
        self._areas = np.zeros(0)
        self._segments: dict[int, Segments] = {}
        self._overlaps: dict[tuple[int, int], bool] = {}

    def add(self, wkb: bytes) -> tuple[int, ...]:
        """Return the numbers of the single polygons of a geometry; none when it has no area."""
        return self.stored(wkb).numbers

    def stored(self, wkb: bytes) -> Stored:
        """Return what became of a geometry, which is added if it was not seen before."""
        known = self._recent.get(wkb)
        if known is None:
            digest = _digest(wkb)
            known = self._stored.get(digest)
            if known is None:
                known = self._stored[digest] = self._made(wkb, digest)
            self._keep_recent(wkb, known)
        return known

    def _made(self, wkb: bytes, digest: bytes) -> Stored:
        geometry = shapely.from_wkb(wkb, on_invalid="ignore")
        valid = geometry is not None and bool(shapely.is_valid(geometry))
        if valid and wkb.startswith(_PLAIN_POLYGON) and len(wkb) > _EMPTY_BYTES:
            # nothing has to be taken apart, nor written to know its bytes
            return Stored((self._numbered(geometry, digest),), was_invalid=False)
        parts = _single_polygons(geometry, valid)
        return Stored(tuple(dict.fromkeys(map(self._number, parts))), not valid)

    def _keep_recent(self, wkb: bytes, stored: Stored) -> None:
        """Know the last megabytes by the bytes themselves, which are found faster than digests."""
        if self._recent_bytes > _RECENT_BYTES:
            self._recent.clear()
            self._recent_bytes = 0
        self._recent[wkb] = stored
        self._recent_bytes += len(wkb)

    def areas_km2(self) -> Floats:
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

    def overlap(self, one: int, two: int) -> bool:
        """Return whether the insides of two polygons have a common part; looked at once a pair."""
        pair = min(one, two), max(one, two)
        if pair not in self._overlaps:
            first, second = (self.polygons[number] for number in pair)
            self._overlaps[pair] = bool(shapely.relate_pattern(first, second, "T********"))
        return self._overlaps[pair]

    def _number(self, polygon: Geometry) -> int:
        return self._numbered(polygon, _digest(shapely.to_wkb(polygon)))

    def _numbered(self, polygon: Geometry, digest: bytes) -> int:
        if digest not in self._number_of:
            self._number_of[digest] = len(self.polygons)
            self.polygons.append(polygon)
        return self._number_of[digest]


def _digest(wkb: bytes) -> bytes:
    return blake2b(wkb, digest_size=_DIGEST_BYTES).digest()


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
    parts = np.array([geometry], dtype=object)
    kinds = shapely.get_type_id(parts)
    while (kinds > shapely.GeometryType.POLYGON).any():
        parts = shapely.get_parts(parts)
        kinds = shapely.get_type_id(parts)
    return list(parts[(kinds == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)])


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
