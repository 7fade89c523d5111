"""The geodesic distance between outlines, from the few edges that may be the closest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from .roughly import RoughOutline, closest, shares_beside

if TYPE_CHECKING:
    from shapely import Geometry

    from .arrays import Floats, Ints
    from .geodesy import Geodesy

__all__ = ["distance_m", "nearest"]


_EQUALLY_NEAR_M = 0.001


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
    apart_m = _apart_m(edges, others, geodesy)
    nearest_m = float(apart_m.min())
    return nearest_m, np.unique(theirs[apart_m <= nearest_m + _EQUALLY_NEAR_M])


def _apart_m(edges: Floats, others: Floats, geodesy: Geodesy) -> Floats:
    """Return the geodesic distances of edges from other ones that they do not meet, each from one.

    One of two such edges is nearest to the other at one of its ends.

    Parameters
    ----------
    edges, others : (n, 2, 2), straight in the CRS
    """
    ends = np.concatenate([edges[:, 0], edges[:, 1], others[:, 0], others[:, 1]])
    start, end = np.concatenate([others, others, edges, edges]).swapaxes(0, 1)
    share = shares_beside(*(geodesy.in_space(each) for each in (ends, start, end)))[:, None]
    # the end itself, to the last digit, where it is nearest there
    feet = np.where(share == 1.0, end, start + share * (end - start))
    return np.asarray(geodesy.apart_m(ends, feet).reshape(4, -1).min(axis=0))
