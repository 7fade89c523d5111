"""Where an enclave lies as seen from the places around it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .arrays import Floats
    from .geography import Geography
    from .model import Enclave


__all__ = ["FARTHEST_KM", "Surroundings"]

FARTHEST_KM = 100.0
"""From a place farther away than this no enclave is described."""

_DIRECTIONS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
_KM_A_DEGREE = 111.2


class Surroundings:
    """The places, ready to be asked which of them is nearest."""

    def __init__(self, geography: Geography) -> None:
        import shapely

        self._names = [place.name for place in geography.places]
        self._geodesy = geography.geodesy
        points = [shapely.centroid(place.geometry) for place in geography.places]
        self._lonlat = self._geodesy.lonlat(shapely.get_coordinates(points).reshape(-1, 2))

    def near(self, enclave: Enclave) -> tuple[str, str] | None:
        """Return the nearest place outside an enclave, and the direction from it to the enclave.

        The direction is that of the enclave's centre. None where a place lies inside, which
        says more, or none is near. Near and far are told on a plane around the enclave, true
        to a per cent; no figure comes of it.
        """
        import shapely

        if enclave.places or not self._names:
            return None
        narrowing = math.cos(math.radians(enclave.lat))

        def laid(lonlat: Floats) -> Floats:
            east = (lonlat[:, 0] - enclave.lon + 180.0) % 360.0 - 180.0
            plane: Floats = _KM_A_DEGREE * np.column_stack([east * narrowing, lonlat[:, 1]])
            return plane

        ground = shapely.transform(enclave.geometry, lambda xy: laid(self._geodesy.lonlat(xy)))
        places = laid(self._lonlat)
        distances_km = shapely.distance(shapely.points(places), ground)
        nearest = int(np.argmin(distances_km))
        if distances_km[nearest] > FARTHEST_KM:
            return None
        east_km, north_km = (shapely.get_coordinates(shapely.centroid(ground)) - places[nearest])[0]
        eighth = round(math.degrees(math.atan2(east_km, north_km)) / 45.0) % 8
        return self._names[nearest], _DIRECTIONS[eighth]
