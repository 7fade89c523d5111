"""The narrowest land bridge of an enclave: how wide it is, where, and what hangs on it.

An enclave's neck is as wide as the widest disc that can still pass from one side to the
other: eroded by half of that width, and not before, the enclave falls apart into sides of a
given size (morphological opening; Serra 1982, *Image Analysis and Mathematical
Morphology*). Where land runs round a lake on both sides, the wider of the two counts, as
the enclave hangs together until both are cut.

The widths tried rise by a quarter at a time, so a side must be wider than the bridge by a
quarter to be told from it; the width is then found to a per cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely
from shapely import Geometry

from .polygons import polygons_of

if TYPE_CHECKING:
    from .feedback import Feedback
    from .geodesy import Geodesy
    from .model import Enclave

__all__ = ["Neck", "NeckFinder"]

_STEP = 1.25
_NARROWEST_M = 1.0
_PRECISION = 0.005
_QUADRANT = 32  # segments a quarter circle: corners are round to an eighth of a per cent
_TOUCH_M = 0.5


@dataclass(frozen=True)
class Neck:
    """A land bridge: its width, a point in it, and the area on each side, the larger first.

    Of a bridge longer than wide, what lies more than its width from both sides counts in
    neither.
    """

    width_m: float
    lon: float
    lat: float
    sides_km2: tuple[float, ...]


@dataclass(frozen=True)
class _Opened:
    """A polygon eroded by half a width, and its parts that are sides, each grown back."""

    eroded: Geometry
    sides: tuple[Geometry, ...]


class NeckFinder:
    """Finds necks, and remembers those of enclaves that do not change.

    Parameters
    ----------
    widest_m : wider bridges are none
    least_side_km2 : how much land there must be on both sides, without its own narrow parts
    snap_m : slits no wider are how outlines are drawn, and part no land
    """

    def __init__(
        self,
        geodesy: Geodesy,
        *,
        widest_m: float,
        least_side_km2: float,
        snap_m: float,
        feedback: Feedback,
    ) -> None:
        self._geodesy = geodesy
        self._snap_m = snap_m
        self._widest_m = widest_m
        self._least_km2 = max(least_side_km2, 1e-6)
        self._feedback = feedback
        self._known: dict[int, tuple[Geometry, Neck | None]] = {}

    def neck(self, enclave: Enclave) -> Neck | None:
        """Return the narrowest neck of an enclave; None where it has none so narrow."""
        geometry = enclave.geometry
        if enclave.area_km2 < 2 * self._least_km2 or self._widest_m < _NARROWEST_M:
            return None
        if id(geometry) not in self._known:
            self._known[id(geometry)] = (geometry, self._narrowest(enclave))
        return self._known[id(geometry)][1]

    def _narrowest(self, enclave: Enclave) -> Neck | None:
        frame = pyproj.Proj(proj="laea", lon_0=enclave.lon, lat_0=enclave.lat, ellps="WGS84")
        # parts that a join distance made one hang together by no land
        found = [
            neck
            for polygon in polygons_of(self._without_slits(self._flat(enclave.geometry, frame)))
            for neck in [self._of_polygon(polygon, frame)]
            if neck is not None
        ]
        return min(found, key=lambda neck: neck.width_m, default=None)

    def _flat(self, geometry: Geometry, frame: pyproj.Proj) -> Geometry:
        """Return an enclave in an equal-area plane in metres, laid on it."""
        straight = self._geodesy.segmentized([geometry], 2_000.0)[0]
        local = shapely.transform(
            straight, lambda xy: np.column_stack(frame(*self._geodesy.lonlat(xy).T))
        )
        return local if shapely.is_valid(local) else shapely.make_valid(local)

    def _without_slits(self, flat: Geometry) -> Geometry:
        """Close slits as wide as the snap distance (morphological closing)."""
        if self._snap_m <= 0:
            return flat
        half_m = self._snap_m / 2
        return shapely.buffer(shapely.buffer(flat, half_m), -half_m)

    def _of_polygon(self, polygon: Geometry, frame: pyproj.Proj) -> Neck | None:
        if polygon.area < 2e6 * self._least_km2:
            return None
        low_m, high_m = 0.0, min(_NARROWEST_M, self._widest_m)
        opened = self._opened(polygon, high_m)
        while len(opened.sides) <= 1:
            if high_m >= self._widest_m or opened.eroded.is_empty:
                return None
            low_m, high_m = high_m, min(high_m * _STEP, self._widest_m)
            opened = self._opened(polygon, high_m)
        while high_m - low_m > _PRECISION * high_m:
            middle_m = (low_m + high_m) / 2
            tried = self._opened(polygon, middle_m)
            if len(tried.sides) > 1:
                high_m, opened = middle_m, tried
            else:
                low_m = middle_m
        point, areas_km2 = self._sides(polygon, low_m, opened)
        lon, lat = frame(point.x, point.y, inverse=True)
        return Neck((low_m + high_m) / 2, float(lon), float(lat), areas_km2)

    def _opened(self, polygon: Geometry, width_m: float) -> _Opened:
        self._feedback.check()
        eroded = shapely.buffer(polygon, -width_m / 2, quad_segs=_QUADRANT)
        grown = [
            shapely.buffer(part, width_m / 2, quad_segs=_QUADRANT)
            for part in shapely.get_parts(eroded)
        ]
        return _Opened(eroded, tuple(each for each in grown if each.area >= 1e6 * self._least_km2))

    def _sides(
        self, polygon: Geometry, low_m: float, opened: _Opened
    ) -> tuple[Geometry, tuple[float, ...]]:
        """Return a point in the bridge, and the area of each side with all that hangs on it."""
        sides = np.array(opened.sides)
        # the discs reach into the bridge from both ends: what both cover is shared
        common_m2 = shapely.area(shapely.intersection(sides[:, None], sides[None, :]))
        areas_m2 = (1.5 * np.diag(common_m2) - common_m2.sum(axis=1) / 2).tolist()
        rest = shapely.difference(polygon, shapely.union_all(opened.sides))
        bridges = []
        for part in shapely.get_parts(rest):
            near = np.flatnonzero(shapely.dwithin(sides, part, _TOUCH_M))
            if len(near) == 1:
                areas_m2[near[0]] += part.area
            elif len(near) > 1:
                bridges.append(part)
        if not bridges:  # so short that the sides, grown back, meet
            bridge = shapely.shortest_line(*opened.sides[:2])
            point = shapely.line_interpolate_point(bridge, 0.5, normalized=True)
        else:
            # of several the widest holds: the disc that fits just before passes there
            before = shapely.buffer(polygon, -low_m / 2, quad_segs=_QUADRANT)
            held = [each for each in bridges if shapely.intersects(each, before)]
            point = shapely.point_on_surface(max(held or bridges, key=lambda each: each.area))
        return point, tuple(sorted((each / 1e6 for each in areas_m2), reverse=True))
