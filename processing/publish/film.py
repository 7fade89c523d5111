"""A film from its stops to the file: one way for all formats that are pictures."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Sequence

from qgis.core import QgsCoordinateReferenceSystem, QgsProcessingContext

from ...core.dates import format_date
from ...core.i18n import tr
from ..inputs import countries_of
from . import filmwriters
from .ffmpeg import even
from .filmpictures import Pictures, Scenery
from .filmplan import Shot, Stop, even_stops, real_stops, shots_of
from .filmview import extents_of, map_crs
from .framepainter import FramePainter, map_box
from .maprender import MapView

if TYPE_CHECKING:
    from datetime import datetime

    from qgis.core import QgsMapLayer

    from ...core.feedback import Feedback
    from ..inputs import Inputs
    from .filmdata import Film
    from .filmparameters import FilmOptions

__all__ = ["png_name", "write_film"]

_DPI = 96.0
_HEIGHT_OF_DPI = 720.0
"""At this many pixels of the shorter side letters and lines on the map have their own size."""


def write_film(
    inputs: Inputs,
    film: Film,
    options: FilmOptions,
    layers: Sequence[QgsMapLayer],
    feedback: Feedback,
) -> tuple[int, float]:
    """Write the film; return how many pictures it has, and how many seconds it takes.

    Parameters
    ----------
    layers : to be drawn below the ground held, the uppermost first
    """
    stops = _stops(film, options, feedback)
    width_px, height_px = _size(options, feedback)
    target = filmwriters.FilmTarget(options.path, width_px, height_px)
    scenery = Scenery(countries_of(inputs), tuple(layers), options.follow)
    pictures = _pictures(inputs, film, options, stops, scenery, target)
    plan = tuple(
        shots_of(
            len(stops),
            seconds=options.seconds,
            fade_seconds=options.fade_seconds,
            pictures_a_second=filmwriters.FRAME_RATES[options.format],
        )
    )
    count = _written(pictures, plan, stops, target, options.format, feedback)
    return count, round(sum(shot.seconds for shot in plan), 3)


def png_name(number: int, moment: datetime) -> str:
    """Return the name of the picture of a stop: `0001_2018-05-31.png`, with its time if any."""
    day = format_date(moment).replace(" ", "_").replace(":", "-")
    return f"{number:04}_{day}.png"


def _written(
    pictures: Pictures,
    plan: Sequence[Shot],
    stops: Sequence[Stop],
    target: filmwriters.FilmTarget,
    film_format: str,
    feedback: Feedback,
) -> int:
    samples = []
    if film_format == "gif":
        # no more than a few pictures tell all colours that a film has
        some = sorted({0, len(stops) // 3, 2 * len(stops) // 3, len(stops) - 1})
        samples = list(pictures.frames(feedback, some))
    with closing(pictures.shots(iter(plan), feedback)) as shots:
        if film_format == "gif":
            return filmwriters.write_gif(target, shots, samples)
        if film_format == "mp4":
            return filmwriters.write_mp4(target, shots, plan)
        if film_format == "webp":
            return filmwriters.write_webp(target, shots, plan)
        names = [png_name(number + 1, stop.moment) for number, stop in enumerate(stops)]
        return filmwriters.write_png(target, shots, names)


def _stops(film: Film, options: FilmOptions, feedback: Feedback) -> tuple[Stop, ...]:
    dates = [each.date for each in film.dates]
    stops = even_stops(dates, options.step_days) if options.is_even else real_stops(dates)
    shown = {stop.index for stop in stops}
    passed = [format_date(date) for index, date in enumerate(dates) if index not in shown]
    if passed:
        feedback.warning(
            tr(
                "Dates between two even steps, which the film passes over: {count} (first: "
                "{first}). Give fewer STEP_DAYS to show them."
            ).format(count=len(passed), first=passed[0])
        )
    return stops


def _size(options: FilmOptions, feedback: Feedback) -> tuple[int, int]:
    size = options.width_px, options.height_px
    if options.format != "mp4":
        return size
    evened = even(size[0]), even(size[1])
    if evened != size:
        feedback.info(
            tr("An MP4 has even sizes: it is {} by {} pixels.").format(evened[0], evened[1])
        )
    return evened


def _pictures(
    inputs: Inputs,
    film: Film,
    options: FilmOptions,
    stops: Sequence[Stop],
    scenery: Scenery,
    target: filmwriters.FilmTarget,
) -> Pictures:
    context: QgsProcessingContext = inputs.context
    box = map_box(target.width_px, target.height_px)
    control = QgsCoordinateReferenceSystem.fromWkt(film.series.crs)
    project = context.project()
    view = MapView(
        width_px=box.width(),
        height_px=box.height(),
        dpi=_DPI * min(target.width_px, target.height_px) / _HEIGHT_OF_DPI,
        crs=map_crs(
            project.crs() if project is not None else QgsCoordinateReferenceSystem(),
            control,
            film.extent,
        ),
        transforms=context.transformContext(),
    )
    extents = extents_of(
        film,
        stops,
        view.crs,
        view.transforms,
        aspect=box.width() / box.height(),
        follow=options.follow,
    )
    painter = FramePainter(film, target.width_px, target.height_px)
    return Pictures(film, stops, extents, view, scenery, painter)
