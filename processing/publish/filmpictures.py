"""The pictures of a film in order: maps drawn in parallel, framed, faded into each other."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Iterator, Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsDateTimeRange,
    QgsMapLayer,
    QgsRectangle,
)

from ..convert import to_qdatetime
from .filmlayers import WATER, contact_layer, held_layer, land_layer, outline_layer, place_layer
from .framepainter import FramePainter, blended
from .maprender import MapRequest, MapView, drawn_map, drawn_maps

if TYPE_CHECKING:
    from qgis.PyQt.QtGui import QImage

    from ...core.feedback import Feedback
    from ..inputs import NamedSource
    from .filmdata import Film
    from .filmplan import Shot, Stop

__all__ = ["Pictures", "Scenery"]


@dataclass(frozen=True)
class Scenery:
    """What is on the map beside the ground that is held.

    Attributes
    ----------
    countries : their borders are drawn above all ground, their land below it
    others : the user's layers, the uppermost first; drawn below, in place of the land
    labelled : the faction whose border contact is told in figures
    """

    countries: NamedSource
    others: Sequence[QgsMapLayer] = field(default=(), repr=False)
    labelled: str | None = None

    @property
    def changes(self) -> bool:
        """Return whether any of the user's layers shows other things at other times."""
        return any(
            layer.temporalProperties() is not None and layer.temporalProperties().isActive()
            for layer in self.others
        )


class Pictures:
    """Draws each stop once, in order, with few pictures in memory at any time.

    Parameters
    ----------
    extents : of each stop, in the system of the view
    """

    def __init__(
        self,
        film: Film,
        stops: Sequence[Stop],
        extents: Sequence[QgsRectangle],
        view: MapView,
        scenery: Scenery,
        painter: FramePainter,
    ) -> None:
        self._film = film
        self._stops = stops
        self._extents = extents
        self._view = view
        self._scenery = scenery
        self._painter = painter
        self._control = QgsCoordinateReferenceSystem.fromWkt(film.series.crs)
        self._scene: tuple[QgsRectangle, QImage | None, QImage] | None = None

    def frames(self, feedback: Feedback, numbers: Sequence[int] | None = None) -> Iterator[QImage]:
        """Yield the frame of each stop, or of those with these numbers."""
        chosen = range(len(self._stops)) if numbers is None else numbers
        requests = (self._request(number) for number in chosen)
        # closed whatever happens: what is being drawn in other threads is given up at once
        with closing(drawn_maps(self._view, requests, feedback)) as maps:
            for number, held in zip(chosen, maps):
                below, above = self._below_and_above(self._extents[number], feedback)
                layers = [each for each in (below, held, above) if each is not None]
                yield self._painter.frame(layers, self._stops[number])

    def shots(self, shots: Iterator[Shot], feedback: Feedback) -> Iterator[tuple[QImage, Shot]]:
        """Yield the picture of each shot; one of a fade is made of the two stops around it."""
        with closing(self.frames(feedback)) as frames:
            now, ahead, at = next(frames), None, 0
            for shot in shots:
                if shot.stop != at:
                    now, ahead, at = ahead or next(frames), None, shot.stop
                if shot.weight == 0.0:
                    feedback.progress(at / len(self._stops))
                    yield now, shot
                    continue
                ahead = ahead or next(frames)
                feedback.check()
                yield blended(now, ahead, shot.weight), shot

    def _request(self, number: int) -> MapRequest:
        date = self._film.dates[self._stops[number].index]
        layers: list[QgsMapLayer] = [held_layer(date, self._film.colors, self._control)]
        if date.contacts:
            contacts = contact_layer(
                date, self._film.colors, self._control, labelled=self._scenery.labelled
            )
            layers.insert(0, contacts)
        ground = None
        if self._scenery.changes:
            layers.extend(self._scenery.others)
            ground = WATER
        return MapRequest(layers, self._extents[number], ground, self._times(number))

    def _times(self, number: int) -> QgsDateTimeRange | None:
        """Return the time that a stop stands for: until the next one, which is not in it."""
        if not self._scenery.changes:
            return None
        begin = to_qdatetime(self._stops[number].moment)
        if number + 1 < len(self._stops):
            return QgsDateTimeRange(
                begin, to_qdatetime(self._stops[number + 1].moment), True, False
            )
        return QgsDateTimeRange(begin, begin, True, True)

    def _below_and_above(
        self, extent: QgsRectangle, feedback: Feedback
    ) -> tuple[QImage | None, QImage]:
        """Return what lies below and above the ground held; drawn anew where the view moved."""
        if self._scene is None or self._scene[0] != extent:
            self._scene = (extent, self._below(extent, feedback), self._above(extent, feedback))
        return self._scene[1:]

    def _below(self, extent: QgsRectangle, feedback: Feedback) -> QImage | None:
        if self._scenery.changes:
            return None
        layers: Sequence[QgsMapLayer] = self._scenery.others
        if not layers:
            layers = [land_layer(self._scenery.countries, self._seen(extent), self._control)]
        return drawn_map(self._view, MapRequest(layers, extent, WATER), feedback)

    def _above(self, extent: QgsRectangle, feedback: Feedback) -> QImage:
        geography = self._film.geography
        layers = [
            place_layer(geography.places, self._control),
            outline_layer(
                self._scenery.countries, self._seen(extent), self._control, geography.home_names
            ),
        ]
        return drawn_map(self._view, MapRequest(layers, extent), feedback)

    def _seen(self, extent: QgsRectangle) -> QgsRectangle:
        """Return an extent of the view in the system of the control layer."""
        transform = QgsCoordinateTransform(self._view.crs, self._control, self._view.transforms)
        transform.setBallparkTransformsAreAppropriate(True)
        return transform.transformBoundingBox(extent)
