"""Maps drawn by QGIS, several at once, from a thread without an event loop."""

from __future__ import annotations

import os
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Iterable, Iterator, Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsMapLayer,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QEventLoop, QSize
from qgis.PyQt.QtGui import QColor, QImage

if TYPE_CHECKING:
    from qgis.core import QgsDateTimeRange

    from ...core.feedback import Feedback

__all__ = ["MapRequest", "MapView", "drawn_map", "drawn_maps"]

_PAUSE_S = 0.002


@dataclass(frozen=True)
class MapView:
    """What the maps of a film have in common.

    Attributes
    ----------
    dpi : pixels an inch: larger, and lines and letters are
    """

    width_px: int
    height_px: int
    dpi: float
    crs: QgsCoordinateReferenceSystem
    transforms: QgsCoordinateTransformContext


@dataclass(frozen=True)
class MapRequest:
    """One map to be drawn.

    Attributes
    ----------
    layers : the uppermost first; kept until the map is drawn
    extent : in the CRS of the view
    ground : colour below all layers; None leaves the picture transparent
    times : what layers with times show; None: they show all
    """

    layers: Sequence[QgsMapLayer] = field(repr=False)
    extent: QgsRectangle
    ground: str | None = None
    times: QgsDateTimeRange | None = None


def drawn_map(view: MapView, request: MapRequest, feedback: Feedback) -> QImage:
    """Return one map."""
    (image,) = drawn_maps(view, [request], feedback)
    return image


def drawn_maps(
    view: MapView, requests: Iterable[MapRequest], feedback: Feedback
) -> Iterator[QImage]:
    """Yield the maps in the order of their requests, drawn as many at once as there are cores.

    A request is taken when its turn to be drawn comes, so that few are in memory at a time.

    Raises
    ------
    Cancelled
        When the feedback says so; what is being drawn is given up.
    """
    waiting: deque[_Job] = deque()
    loop = QEventLoop()  # the jobs hear by it, in this thread, that their layers are drawn
    try:
        for request in requests:
            waiting.append(_Job(view, request))
            if len(waiting) > (os.cpu_count() or 1):
                yield _finished(waiting, loop, feedback)
        while waiting:
            yield _finished(waiting, loop, feedback)
    finally:
        for job in waiting:
            job.give_up()


class _Job:
    """A map that is being drawn, with all that must live until it is."""

    def __init__(self, view: MapView, request: MapRequest) -> None:
        self._request = request
        self._job = QgsMapRendererParallelJob(_settings(view, request))
        self._job.start()

    def is_active(self) -> bool:
        return bool(self._job.isActive())

    def image(self) -> QImage:
        return self._job.renderedImage()

    def give_up(self) -> None:
        self._job.cancel()


def _finished(waiting: deque[_Job], loop: QEventLoop, feedback: Feedback) -> QImage:
    """Return the first of the maps, once it is drawn.

    Waiting is done in short sleeps, in which Python is free: what is drawn in other threads may
    need it, for an expression function of the user's for instance.
    """
    while waiting[0].is_active():
        loop.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        time.sleep(_PAUSE_S)
        feedback.check()
    return waiting.popleft().image()


def _settings(view: MapView, request: MapRequest) -> QgsMapSettings:
    settings = QgsMapSettings()
    settings.setOutputSize(QSize(view.width_px, view.height_px))
    settings.setOutputDpi(view.dpi)
    settings.setOutputImageFormat(QImage.Format.Format_ARGB32_Premultiplied)
    settings.setTransformContext(view.transforms)
    settings.setDestinationCrs(view.crs)
    settings.setExtent(request.extent)
    settings.setLayers(list(request.layers))
    transparent = QColor(0, 0, 0, 0)
    settings.setBackgroundColor(QColor(request.ground) if request.ground else transparent)
    settings.setFlag(QgsMapSettings.Flag.UseRenderingOptimization, True)
    settings.setFlag(QgsMapSettings.Flag.DrawSelection, False)
    if request.times is not None:
        settings.setIsTemporal(True)
        settings.setTemporalRange(request.times)
    return settings
