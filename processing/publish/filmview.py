"""Where a film looks: the map's coordinate reference system, and the extent at each stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsRectangle,
)

if TYPE_CHECKING:
    from .filmdata import Bounds, Film
    from .filmplan import Stop

__all__ = ["extents_of", "local_crs", "map_crs"]

_MARGIN = 0.06
_LEAST_FILLED = 0.45
"""A camera that follows stands still while what it follows fills this much of the view."""


def map_crs(
    project: QgsCoordinateReferenceSystem, control: QgsCoordinateReferenceSystem, bounds: Bounds
) -> QgsCoordinateReferenceSystem:
    """Return what the film is drawn in: the project's system, the layer's, or a local one.

    Degrees are for no map: at 50 degrees of latitude they draw a circle 1.6 times as wide as high.
    """
    for crs in (project, control):
        if crs.isValid() and not crs.isGeographic():
            return crs
    return local_crs(bounds)


def local_crs(bounds: Bounds) -> QgsCoordinateReferenceSystem:
    """Return an equal-area system around the middle of `bounds`, in degrees."""
    west, south, east, north = bounds
    return QgsCoordinateReferenceSystem.fromProj(
        f"+proj=laea +lat_0={(south + north) / 2:.4f} +lon_0={(west + east) / 2:.4f} "
        "+datum=WGS84 +units=m +no_defs"
    )


def extents_of(
    film: Film,
    stops: Sequence[Stop],
    crs: QgsCoordinateReferenceSystem,
    transforms: QgsCoordinateTransformContext,
    *,
    aspect: float,
    follow: str | None = None,
) -> list[QgsRectangle]:
    """Return what each stop shows, in the system `crs`.

    Stops that show the same have equal extents.

    Parameters
    ----------
    aspect : width of the map by its height
    follow : a faction to keep in view; where it holds nothing, the view stays as it was
    """
    control = QgsCoordinateReferenceSystem.fromWkt(film.series.crs)
    transform = QgsCoordinateTransform(control, crs, transforms)
    transform.setBallparkTransformsAreAppropriate(True)

    def seen(bounds: Bounds) -> QgsRectangle:
        return _fitted(transform.transformBoundingBox(QgsRectangle(*bounds)), aspect)

    if follow is None:
        return [seen(film.extent)] * len(stops)
    grounds = [film.dates[stop.index].held.get(follow) for stop in stops]
    boxes = [None if ground is None else seen(ground.bounds) for ground in grounds]
    first = next((box for box in boxes if box is not None), seen(film.extent))
    extents = [first]
    for box in boxes[1:]:
        extents.append(extents[-1] if box is None else _followed(extents[-1], box))
    return extents


def _followed(view: QgsRectangle, wanted: QgsRectangle) -> QgsRectangle:
    inner = QgsRectangle(wanted)
    inner.scale(1.0 / (1.0 + 2.0 * _MARGIN))
    is_large_enough = wanted.width() >= _LEAST_FILLED * view.width()
    return view if is_large_enough and view.contains(inner) else wanted


def _fitted(box: QgsRectangle, aspect: float) -> QgsRectangle:
    """Return a box with a margin around it, widened to the shape of the map."""
    width = max(box.width(), 1e-9) * (1.0 + 2.0 * _MARGIN)
    height = max(box.height(), 1e-9) * (1.0 + 2.0 * _MARGIN)
    width, height = max(width, height * aspect), max(height, width / aspect)
    centre = box.center()
    return QgsRectangle(
        centre.x() - width / 2, centre.y() - height / 2,
        centre.x() + width / 2, centre.y() + height / 2,
    )  # fmt: skip
