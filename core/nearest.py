"""The geodesic distance between outlines, from the few edges that may be the closest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from .roughly import RoughOutline, closest, closest_shares

if TYPE_CHECKING:
    from shapely import Geometry

    from .arrays import Floats, Ints
    from .geodesy import Geodesy

__all__ = ["distance_m", "nearest"]


_EQUALLY_NEAR_M = 0.001
# of an edge of 5 km, 80 m are left to look at, which bulge by no millimetre
_WINDOWS = (1 / 128,)


def distance_m(first: Geometry, second: Geometry, geodesy: Geodesy) -> float:
    """Return the geodesic distance in metres between two polygons or lines, 0 if they meet."""
    if shapely.intersects(first, second):
        return 0.0
    return nearest(RoughOutline.of(first, geodesy), RoughOutline.of(second, geodesy), geodesy)[0]


def nearest(one: RoughOutline, other: RoughOutline, geodesy: Geodesy) -> tuple[float, Ints]:
    """Return the geodesic distance in metres from lines to others, 0 if they meet.

    Edges are straight in the CRS. Also returned are the edges of the others that are so near, to
    the millimetre, in order.
    """
    mine, theirs = closest(one, other)
    edges, others = one.edges[mine], other.edges[theirs]
    meets = shapely.intersects(shapely.linestrings(edges), shapely.linestrings(others))
    if meets.any():
        return 0.0, np.unique(theirs[meets])
    places, others_places = _closest_places(edges, others, geodesy)
    apart_m = geodesy.apart_m(places, others_places)
    nearest_m = float(apart_m.min())
    return nearest_m, np.unique(theirs[apart_m <= nearest_m + _EQUALLY_NEAR_M])


def _closest_places(edges: Floats, others: Floats, geodesy: Geodesy) -> tuple[Floats, Floats]:
    """Return where edges come closest to other ones, each to one, in the CRS, shape (n, 2).

    Parameters
    ----------
    edges, others : (n, 2, 2), straight in the CRS
    """
    both = np.stack([edges, others])
    low, high = np.zeros(both.shape[:2]), np.ones(both.shape[:2])
    for window in (*_WINDOWS, 0.0):
        ends = np.stack([_along(both, low), _along(both, high)], axis=1)
        places = geodesy.in_space(ends.reshape(-1, 2)).reshape(4, -1, 3)
        share = low + np.stack(closest_shares(*places)) * (high - low)
        low, high = np.maximum(share - window, 0.0), np.minimum(share + window, 1.0)
    first, second = _along(both, low)
    return first, second


def _along(edges: Floats, share: Floats) -> Floats:
    """Return the places at a share of the way along edges, shape (..., 2, 2)."""
    way = edges[..., 1, :] - edges[..., 0, :]
    # the end itself, to the last digit, where an edge is nearest there
    return np.where(
        share[..., None] == 1.0, edges[..., 1, :], edges[..., 0, :] + share[..., None] * way
    )
