"""The parameters of a film, and what can be known to be wrong with them before the work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Sequence

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
)

from ...core.errors import ParameterError
from ...core.i18n import tr
from .. import parameters as keys
from ..definitions import choice_parameter, text_parameter, with_help

if TYPE_CHECKING:
    from qgis.core import QgsProcessingParameterDefinition

    from ..inputs import Inputs

__all__ = [
    "EXTENT",
    "FOLLOW",
    "LAYERS",
    "FilmOptions",
    "film_parameters",
    "read_options",
]

FORMAT = "FORMAT"
WIDTH = "WIDTH"
HEIGHT = "HEIGHT"
SECONDS = "SECONDS"
FADE = "FADE"
STEP = "STEP"
STEP_DAYS = "STEP_DAYS"
EXTENT = "EXTENT"
FOLLOW = "FOLLOW"
LAYERS = "LAYERS"
LANGUAGE = "LANGUAGE"
TITLE = "TITLE"
CREDITS = "CREDITS"

FORMATS = ("mp4", "gif", "webp", "png", "html")
DATES, EVEN = "dates", "even"
LANGUAGES = ("en", "ar", "fr")

_LEAST_PX = 160
_MOST_PX = 7680
_FADING = ("mp4", "gif", "webp")


@dataclass(frozen=True)
class FilmOptions:
    """What the user wants of a film, checked.

    Attributes
    ----------
    path : the file; the folder of a film of PNGs
    step_days : between even steps; None: the shortest time between two dates
    """

    format: str
    path: Path
    width_px: int
    height_px: int
    seconds: float
    fade_seconds: float
    is_even: bool
    step_days: float | None
    follow: str | None
    language: str
    title: str
    credits: str


def film_parameters() -> Sequence[QgsProcessingParameterDefinition]:
    """Return the definitions, the output the last."""
    return (
        choice_parameter(
            FORMAT,
            tr("Format"),
            FORMATS,
            tr(
                "mp4: a film for players and posts, by ffmpeg. gif, webp: a film that plays in "
                "pages and messages, for ever. png: one picture a date, in a folder. html: one "
                "page with a map, a slider and a chart, for any browser, without a network."
            ),
        ),
        _whole(WIDTH, tr("Width (pixels)"), 1280, tr("Width of the pictures, in pixels.")),
        _whole(
            HEIGHT,
            tr("Height (pixels)"),
            720,
            tr(
                "Height of the pictures, in pixels. Higher than wide: legend and chart are below "
                "the map. An MP4 has even sizes: of odd ones a pixel is left out."
            ),
        ),
        _seconds(
            SECONDS,
            tr("Seconds a date"),
            1.0,
            tr("How long each date is shown, its fade included."),
        ),
        _seconds(
            FADE,
            tr("Fade (seconds)"),
            0.3,
            tr(
                "How long a date takes to fade into the next one, less than SECONDS. 0: it jumps. "
                "Folders of PNG and pages have no fades."
            ),
        ),
        choice_parameter(
            STEP,
            tr("Step"),
            (DATES, EVEN),
            tr(
                "dates: a picture for each real date. even: pictures as far apart in time as each "
                "other, each with the snapshot that is valid then; and the last date at the end. "
                "A page always has the real dates."
            ),
        ),
        with_help(
            QgsProcessingParameterNumber(
                STEP_DAYS,
                tr("Days between even steps"),
                QgsProcessingParameterNumber.Type.Double,
                optional=True,
                minValue=0.0,
            ),
            tr("Left empty, the shortest time between two dates, so that no date is passed over."),
            advanced=True,
        ),
        with_help(
            QgsProcessingParameterExtent(EXTENT, tr("Extent of the map"), optional=True),
            tr("Left empty, all ground that is held on any date."),
        ),
        text_parameter(
            FOLLOW,
            tr("Faction to follow"),
            tr(
                "The map keeps what this faction or alliance holds in view, and moves when that "
                "leaves it or has shrunk to less than half of it. Not together with an extent."
            ),
        ),
        with_help(
            QgsProcessingParameterMultipleLayers(
                LAYERS, tr("Other layers"), QgsProcessing.SourceType.TypeMapLayer, optional=True
            ),
            tr(
                "Layers to draw below the ground held, in place of plain land, the uppermost "
                "first. Layers with times show the time of each picture. Not drawn on a page."
            ),
        ),
        choice_parameter(
            LANGUAGE, tr("Language"), LANGUAGES, tr("How dates and numbers are written.")
        ),
        text_parameter(TITLE, tr("Title"), tr("Left empty, the name of the control layer.")),
        text_parameter(
            CREDITS,
            tr("Credits"),
            tr("Where the data come from; written in small letters with the software's version."),
        ),
        QgsProcessingParameterFileDestination(
            keys.OUTPUT,
            tr("Film"),
            ";;".join(
                (
                    f"{tr('MP4 film')} (*.mp4)",
                    f"{tr('GIF film')} (*.gif)",
                    f"{tr('WebP film')} (*.webp)",
                    f"{tr('Folder of PNG pictures')} (*.png)",
                    f"{tr('HTML page')} (*.html)",
                )
            ),
        ),
    )


def read_options(inputs: Inputs) -> FilmOptions:
    """Return what the user wants.

    Raises
    ------
    ParameterError
        When one choice is at odds with another.
    """
    algorithm, values, context = inputs.algorithm, inputs.values, inputs.context

    def chosen(key: str) -> str:
        return str(algorithm.parameterAsEnumString(values, key, context))

    def number(key: str) -> float:
        return float(algorithm.parameterAsDouble(values, key, context))

    def text(key: str) -> str:
        return str(algorithm.parameterAsString(values, key, context) or "").strip()

    film_format = chosen(FORMAT)
    options = FilmOptions(
        format=film_format,
        path=_path(inputs, film_format),
        width_px=int(number(WIDTH)),
        height_px=int(number(HEIGHT)),
        seconds=number(SECONDS),
        fade_seconds=number(FADE) if film_format in _FADING else 0.0,
        is_even=chosen(STEP) == EVEN,
        step_days=number(STEP_DAYS) if inputs.has(STEP_DAYS) else None,
        follow=text(FOLLOW) or None,
        language=chosen(LANGUAGE),
        title=text(TITLE),
        credits=text(CREDITS),
    )
    _check(options, inputs)
    return options


def _check(options: FilmOptions, inputs: Inputs) -> None:
    if options.seconds <= 0.0:
        raise ParameterError(tr("A date has to be shown for some time: give SECONDS above 0."))
    if options.fade_seconds >= options.seconds:
        raise ParameterError(
            tr(
                "A fade of {fade:g} seconds leaves nothing of a date that is shown for "
                "{seconds:g}: give a shorter FADE, or longer SECONDS."
            ).format(fade=options.fade_seconds, seconds=options.seconds)
        )
    if options.follow is not None and inputs.has(EXTENT):
        raise ParameterError(
            tr("The map cannot both stay at EXTENT and follow a faction (FOLLOW): give one.")
        )


def _path(inputs: Inputs, film_format: str) -> Path:
    """Return where the film goes; the ending of its name is that of its format."""
    path = Path(inputs.algorithm.parameterAsFileOutput(inputs.values, keys.OUTPUT, inputs.context))
    ending = path.suffix.lower().lstrip(".")
    if film_format == "png":
        return path.with_suffix("") if ending in FORMATS else path
    if ending == film_format or (film_format == "html" and ending == "htm"):
        return path
    if _is_temporary(inputs.values.get(keys.OUTPUT)):
        return path.with_suffix(f".{film_format}")
    if ending in FORMATS:
        raise ParameterError(
            tr(
                'OUTPUT is "{name}", but FORMAT is {format}: give a name that ends in .{format}, '
                "or set FORMAT={ending}."
            ).format(name=path.name, format=film_format, ending=ending)
        )
    return path.with_name(f"{path.name}.{film_format}")


def _is_temporary(output: Any) -> bool:
    return str(output) == QgsProcessing.TEMPORARY_OUTPUT


def _whole(key: str, label: str, default: int, text: str) -> QgsProcessingParameterDefinition:
    kind = QgsProcessingParameterNumber.Type.Integer
    return with_help(
        QgsProcessingParameterNumber(
            key, label, kind, default, minValue=_LEAST_PX, maxValue=_MOST_PX
        ),
        text,
    )


def _seconds(key: str, label: str, default: float, text: str) -> QgsProcessingParameterDefinition:
    kind = QgsProcessingParameterNumber.Type.Double
    return with_help(
        QgsProcessingParameterNumber(key, label, kind, default, minValue=0.0, maxValue=3600.0),
        text,
    )
