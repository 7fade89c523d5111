"""Outlines on the unit sphere, where chords tell near from far at little cost.

Chords are within a per cent of the truth. So they only leave out what is too far away to
matter, with room to spare; what is left is measured on the ellipsoid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Geometry

if TYPE_CHECKING:
    from .geodesy import Geodesy

__all__ = ["RoughOutline", "chords", "within_reach"]

Floats = npt.NDArray[np.float64]

# the least radius of curvature of the ellipsoid: no way is shorter than an angle times this
_LEAST_RADIUS_KM = 6_335.0
_LONGEST_M = 5_000.0
_RUN = 32
_SPARE = 1.02
# twelve kilometres: more than two segments of five
_SPARE_CHORD = 0.002


@dataclass(frozen=True)
class RoughOutline:
    """The outline of a polygon in runs of short edges, each in a ball.

    Attributes
    ----------
    vertices : (m, 3), those of the polygon
    edges : (n, 2, 2), ends in the CRS, none longer than some 5 km
    centres, radii : (k, 3) and (k,), of the ball around each run of edges
    centre, radius : of a ball around all of it
    """

    vertices: Floats
    edges: Floats
    centres: Floats
    radii: Floats
    centre: Floats
    radius: float

    @classmethod
    def of(cls, geometry: Geometry, geodesy: Geodesy) -> RoughOutline:
        """Take the outline of a polygon, or a line, apart."""
        is_line = shapely.get_dimensions(geometry) == 1
        lines = geometry if is_line else shapely.boundary(geometry)
        rings = geodesy.segmentized(shapely.get_parts(lines), _LONGEST_M)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        follows = ring[1:] == ring[:-1]
        places = geodesy.on_sphere(xy)
        # the start of an edge stands for it: its end is within the room to spare
        start = places[:-1][follows]
        first = np.arange(0, len(start), _RUN)
        run = np.arange(len(start)) // _RUN
        centres = np.add.reduceat(start, first) / np.bincount(run)[:, None]
        away = np.linalg.norm(start - centres[run], axis=1)
        centre = places.mean(axis=0)
        return cls(
            geodesy.on_sphere(shapely.get_coordinates(geometry)),
            np.stack([xy[:-1][follows], xy[1:][follows]], axis=1),
            centres,
            np.maximum.reduceat(away, first),
            centre,
            float(np.linalg.norm(places - centre, axis=1).max()),
        )

    def least_km(self, places: Floats) -> float:
        """Return a distance that no place is nearer by, nor what is within 6 km of one."""
        away = float(np.linalg.norm(places - self.centre, axis=1).min())
        chord = max(away - self.radius - _SPARE_CHORD, 0.0)
        return _LEAST_RADIUS_KM * 2.0 * math.asin(min(chord / 2.0, 1.0))

    def lines_near(self, places: Floats, reached: float) -> npt.NDArray[np.object_]:
        """Return the edges that may come as near to one of the places as the chord `reached`."""
        dots = self.centres @ places.T
        sizes = (self.centres**2).sum(axis=1) + 1.0
        away = np.sqrt(np.maximum(sizes - 2.0 * dots.max(axis=1), 0.0))
        near = within_reach(away, reached + self.radii)
        of_run = np.repeat(near, _RUN)[: len(self.edges)]
        return np.asarray(shapely.linestrings(self.edges[of_run]))


def chords(places: Floats, place: Floats) -> Floats:
    """Return the lengths of the chords between unit vectors."""
    return np.asarray(np.sqrt(np.maximum(2.0 - 2.0 * (places @ place), 0.0)))


def within_reach(away: Floats, reach: Floats | float) -> npt.NDArray[np.bool_]:
    """Return which chords are within a reach, with room to spare."""
    return np.asarray(away <= _SPARE * reach + _SPARE_CHORD)
