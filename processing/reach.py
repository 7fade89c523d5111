"""Which countries a control layer needs, brought into its coordinate reference system whole.

A projection is good for part of the world: a far country drawn in it is nonsense. So only what
lies in reach is brought over, and a country that does not fit is cut to the surroundings first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsRectangle,
    QgsUnitTypes,
)

from ..core.errors import CrsError
from ..core.i18n import tr
from ..core.model import NamedGeometry
from .convert import crs_text

if TYPE_CHECKING:
    import numpy as np
    from shapely import Geometry

    from ..core.feedback import Feedback

__all__ = ["bring_over", "in_reach", "needed_box", "surroundings"]

_REACH_M = 50_000.0
_ROUND_TRIP_DEGREES = 0.01
"""How far a vertex may come back from where it was, there and back, in a CRS that fits it.

Far more than a change of datum leaves, whose ways there and back need not be the same; a vertex
that a projection cannot draw comes back from another part of the world, or not at all.
"""


def surroundings(
    extent: QgsRectangle,
    crs: QgsCoordinateReferenceSystem,
    target: QgsCoordinateReferenceSystem,
    label: str,
) -> QgsRectangle:
    """Return `extent` in the CRS `target`, with a margin of a tenth of its size and 50 km.

    Raises
    ------
    CrsError : if the extent lies where the two systems cannot be brought together
    """
    transform = QgsCoordinateTransform(crs, target, QgsCoordinateTransformContext())
    transform.setBallparkTransformsAreAppropriate(True)
    try:
        box = transform.transformBoundingBox(extent)
    except QgsCsException as error:
        raise CrsError(
            tr(
                "{layer}: its extent cannot be brought from {crs} to {target}. Check that the "
                "layer has the right coordinate reference system."
            ).format(layer=label, crs=crs.userFriendlyIdentifier(), target=target.authid())
        ) from error
    margin = _reach(target)
    box.grow(margin + max(box.width(), box.height()) / 10.0)
    return box


def in_reach(
    named: Sequence[tuple[str, Geometry]],
    box: QgsRectangle,
    home: Sequence[str],
    crs: QgsCoordinateReferenceSystem,
) -> list[tuple[str, Geometry]]:
    """Return the countries that can be home, and all those around them.

    Home can be any country named in `home`; without names, any that meets `box`.
    """
    import numpy as np
    import shapely

    geometries = np.array([geometry for _, geometry in named], dtype=object)
    if not len(geometries):
        return []
    meets_box, can_be_home = _home_candidates(named, box, home)
    around = shapely.box(*_surrounding_boxes(geometries[can_be_home], crs).T)
    near = shapely.STRtree(geometries).query(around, predicate="intersects")[1]
    chosen = set(near.tolist()) | set(np.flatnonzero(meets_box | can_be_home).tolist())
    return [named[index] for index in sorted(chosen)]


def needed_box(
    named: Sequence[tuple[str, Geometry]],
    box: QgsRectangle,
    home: Sequence[str],
    crs: QgsCoordinateReferenceSystem,
) -> QgsRectangle | None:
    """Return the box outside of which no country can be in reach; None where that is not known.

    Parameters
    ----------
    named : the countries whose own boxes meet `box`; a name is one feature's
    """
    import numpy as np

    if not {name.casefold() for name in home} <= {name.casefold() for name, _ in named}:
        return None
    geometries = np.array([geometry for _, geometry in named], dtype=object)
    needed = QgsRectangle(box)
    if len(geometries):
        _, can_be_home = _home_candidates(named, box, home)
        boxes = _surrounding_boxes(geometries[can_be_home], crs)
        if len(boxes):
            needed.combineExtentWith(
                QgsRectangle(*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
            )
    return needed


def _home_candidates(
    named: Sequence[tuple[str, Geometry]], box: QgsRectangle, home: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return which countries meet `box`, and which can be home."""
    import numpy as np
    import shapely

    meets_box = shapely.intersects([geometry for _, geometry in named], _shapely_box(box))
    wanted = {name.casefold() for name in home}
    can_be_home = np.array([name.casefold() in wanted for name, _ in named])
    return meets_box, can_be_home if can_be_home.any() else meets_box


def _surrounding_boxes(geometries: np.ndarray, crs: QgsCoordinateReferenceSystem) -> np.ndarray:
    """Return for each part the box within which its neighbours lie: west, south, east, north."""
    import numpy as np
    import shapely

    reach = _reach(crs)
    return shapely.bounds(shapely.get_parts(geometries)) + np.array([-reach, -reach, reach, reach])


def bring_over(
    named: Sequence[tuple[str, Geometry]],
    crs: QgsCoordinateReferenceSystem,
    target: QgsCoordinateReferenceSystem,
    box: QgsRectangle,
    feedback: Feedback,
) -> list[NamedGeometry]:
    """Return geometries in the CRS `target`.

    One that does not fit there whole is cut to `box` and to the surroundings of the ones that meet
    it and do fit; one that does not even then is left out, which the log says.
    """
    import numpy as np
    import shapely

    from ..core.reproject import reproject

    if crs == target or not named:
        return [NamedGeometry(name, geometry) for name, geometry in named]
    names = [name for name, _ in named]
    geometries = np.array([geometry for _, geometry in named], dtype=object)
    fits = _fits(geometries, crs, target)
    if not fits.all():
        window = _window(geometries[fits], box, _reach(crs))
        geometries[~fits] = shapely.intersection(shapely.make_valid(geometries[~fits]), window)
        _tell_cut([name for name, whole in zip(names, fits) if not whole], target, feedback)
        useless = ~_fits(geometries, crs, target) | shapely.is_empty(geometries)
        geometries[useless] = None
    moved = reproject(geometries, crs_text(crs), crs_text(target))
    lost = [name for name, shape in zip(names, moved) if shape is None]
    if lost:
        feedback.info(
            tr("Left out, too far away to be drawn in {crs}: {names}.").format(
                crs=target.userFriendlyIdentifier(), names=", ".join(lost)
            )
        )
    return [
        NamedGeometry(name, shape, is_whole=bool(whole))
        for name, shape, whole in zip(names, moved, fits)
        if shape is not None and not shape.is_empty
    ]


def _fits(
    geometries: np.ndarray, crs: QgsCoordinateReferenceSystem, target: QgsCoordinateReferenceSystem
) -> np.ndarray:
    """Return, for each geometry, whether all its vertices come back from `target` unmoved."""
    import numpy as np
    import shapely
    from pyproj import Transformer

    from ..core.geodesy import transformed

    there = Transformer.from_crs(crs_text(crs), crs_text(target), always_xy=True)
    back = Transformer.from_crs(crs_text(target), crs_text(crs), always_xy=True)
    coordinates, owners = shapely.get_coordinates(geometries, return_index=True)
    returned = transformed(back.transform, transformed(there.transform, coordinates))
    (x, y), (x_back, y_back) = coordinates.T, returned.T
    tolerance = _ROUND_TRIP_DEGREES * _units_per_degree(crs)
    with np.errstate(invalid="ignore"):
        x_off, y_off = x_back - x, y_back - y
        if crs.isGeographic():
            # 180 and -180 are one meridian, and at a pole all are
            x_off = (np.mod(x_off + 180.0, 360.0) - 180.0) * np.cos(np.radians(y))
        astray = ~(np.hypot(x_off, y_off) <= tolerance)
    fits = np.ones(len(geometries), dtype=bool)
    fits[np.unique(owners[astray])] = False
    return fits


def _window(fitting: np.ndarray, box: QgsRectangle, reach: float) -> Geometry:
    import shapely

    around = _shapely_box(box)
    seeds = [geometry for geometry in fitting if geometry.intersects(around)]
    return shapely.box(*shapely.union_all([around, *seeds]).buffer(2.0 * reach).bounds)


def _tell_cut(
    names: Sequence[str], target: QgsCoordinateReferenceSystem, feedback: Feedback
) -> None:
    feedback.info(
        tr("Cut to the surroundings, because {crs} cannot draw them whole: {names}.").format(
            crs=target.userFriendlyIdentifier(), names=", ".join(names)
        )
    )


def _reach(crs: QgsCoordinateReferenceSystem) -> float:
    """Return 50 km in the units of `crs`, roughly."""
    return _REACH_M * _units_per_degree(crs) / 111_195.0


def _units_per_degree(crs: QgsCoordinateReferenceSystem) -> float:
    """Return how many units of `crs` a degree along a meridian is, roughly."""
    degrees = QgsUnitTypes.DistanceUnit.DistanceDegrees
    metres = QgsUnitTypes.DistanceUnit.DistanceMeters
    unit = crs.mapUnits()
    if unit == degrees:
        return 1.0
    metres_per_unit = QgsUnitTypes.fromUnitToUnitFactor(unit, metres) or 1.0
    return 111_195.0 / metres_per_unit


def _shapely_box(box: QgsRectangle) -> Geometry:
    import shapely

    return shapely.box(box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum())
