"""Layers in other coordinate reference systems, brought to that of the control layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import ProjError
from shapely import Geometry

from .errors import CrsError
from .geodesy import Geodesy, transformed
from .i18n import tr

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["reproject"]

_LONGEST_EDGE_M = 1_000.0


def reproject(
    geometries: Sequence[Geometry | None] | npt.NDArray[np.object_], from_crs: str, to_crs: str
) -> npt.NDArray[np.object_]:
    """Return geometries in another CRS; None where a coordinate has no place there.

    Edges are straight in the system that they were drawn in: they get a vertex each
    kilometre first, so that they stay where they are (to some centimetres).

    Raises
    ------
    CrsError
        When there is no way from one system to the other.
    """
    array = np.array(geometries, dtype=object)
    try:
        source, target = (pyproj.CRS.from_user_input(crs) for crs in (from_crs, to_crs))
        transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)
    except ProjError as error:
        raise CrsError(
            tr("No way is known between the coordinate reference systems of two layers: {}").format(
                error
            )
        ) from error
    if source.equals(target, ignore_axis_order=True):
        return array
    dense = Geodesy(from_crs).segmentized(array, _LONGEST_EDGE_M)
    moved = shapely.transform(dense, lambda xy: transformed(transformer.transform, xy))
    return np.array([_if_finite(each) for each in moved] + [None], dtype=object)[:-1]


def _if_finite(geometry: Geometry | None) -> Geometry | None:
    if geometry is None or not np.isfinite(shapely.get_coordinates(geometry)).all():
        return None
    return geometry
