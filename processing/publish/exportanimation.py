"""`enclavewatch:exportanimation`: a series as a film, as pictures, or as one page with a slider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Sequence

from ...core.errors import EnclaveWatchError, FactionError, ParameterError
from ...core.i18n import tr
from .. import parametergroups as groups
from .. import parameters as keys
from ..base import EnclaveWatchAlgorithm, Texts
from ..headlines import DATES, LAST_DATE, number_output, text_output
from ..histories import read_survey
from ..historyparameters import link_rule, min_overlap_parameter
from ..inputs import Inputs
from ..styling import stored_faction_colors
from ..workerparameters import worker_parameters
from .filmparameters import LAYERS, FilmOptions, film_parameters, read_options

if TYPE_CHECKING:
    from pathlib import Path

    from qgis.core import (
        QgsMapLayer,
        QgsProcessingContext,
        QgsProcessingFeedback,
        QgsProcessingOutputDefinition,
        QgsProcessingParameterDefinition,
    )

    from ...core.feedback import Feedback
    from ...core.series import Series
    from ..help import HelpEntry
    from .filmdata import Film

__all__ = ["ExportAnimation"]


class ExportAnimation(EnclaveWatchAlgorithm):
    """Shows the series date by date."""

    NAME = "exportanimation"
    GROUP = "publish"
    LEAVES_CIRCLES = True
    PICTURES = "PICTURES"
    DURATION = "DURATION"

    def __init__(self) -> None:
        super().__init__()
        self._layers: list[QgsMapLayer] = []
        self._colors: dict[str, str] = {}

    def texts(self) -> Texts:
        """Return what the toolbox says of it."""
        return Texts(
            title=tr("Export animation"),
            summary=tr(
                "The series as an MP4, GIF or WebP film, as PNG pictures, or as one HTML page with "
                "a slider: map, date, legend and a running chart of areas."
            ),
            tags=tr(
                "animation,film,video,movie,mp4,gif,webp,png,html,page,slider,frames,time,chart,"
                "faction,conflict,publish"
            ),
        )

    def help_fields(self) -> list[HelpEntry]:
        """Return nothing: a film has no fields."""
        return []

    def declared_parameters(self) -> Sequence[QgsProcessingParameterDefinition]:
        """Return what the user gives, results among it."""
        shared = keys.make_parameters(groups.ENCLAVES)
        return (*shared, min_overlap_parameter(), *worker_parameters(), *film_parameters())

    def declared_outputs(self) -> Sequence[QgsProcessingOutputDefinition]:
        """Return the headline figures."""
        return (
            number_output(
                self.PICTURES, tr("Number of pictures in the film, or in the folder; 0 for a page")
            ),
            number_output(self.DURATION, tr("How long the film is (seconds); 0 for a page")),
            number_output(DATES, tr("Number of dates")),
            text_output(LAST_DATE, tr("Last date")),
        )

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Also refuse what would fail only after minutes of work: no ffmpeg, no dates."""
        accepted, message = super().checkParameterValues(parameters, context)
        if not accepted or not self.canExecute()[0]:
            return accepted, message
        problem = _film_problem(Inputs(self, parameters, context))
        return problem is None, problem or ""

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Also take copies of the user's layers and colours, on the main thread."""
        from qgis.core import QgsProcessingException

        ready = super().prepareAlgorithm(parameters, context, feedback)
        problem = _film_problem(Inputs(self, parameters, context))
        if problem is not None:
            raise QgsProcessingException(problem)
        layers = self.parameterAsLayerList(parameters, LAYERS, context) or []
        self._layers = [layer.clone() for layer in layers]
        if context.project() is not None:
            self._colors = stored_faction_colors(context.project())
        return bool(ready)

    def compute(self, inputs: Inputs, feedback: Feedback) -> dict[str, Any]:
        """Read, measure, draw, write."""
        from ...core.dates import format_date

        options = read_options(inputs)
        film = self._film(inputs, options, feedback.part(0.0, 0.4))
        _refuse_unknown(options.follow, film.series)
        pictures, seconds = self._write(inputs, film, options, feedback.part(0.4, 1.0))
        feedback.info(
            tr("{dates} dates, {pictures} pictures, {seconds:g} seconds: {path}").format(
                dates=len(film.dates), pictures=pictures, seconds=seconds, path=options.path
            )
        )
        return {
            keys.OUTPUT: str(options.path),
            self.PICTURES: pictures,
            self.DURATION: seconds,
            DATES: len(film.dates),
            LAST_DATE: format_date(film.dates[-1].date),
        }

    def _film(self, inputs: Inputs, options: FilmOptions, feedback: Feedback) -> Film:
        from ..palette import faction_colors
        from .filmcredits import credits_text
        from .filmdata import Film, FilmTexts, film_extent, film_title, read_film_dates

        survey = read_survey(inputs, feedback.part(0.0, 0.2))
        rule = link_rule(inputs, survey.parameters.min_presence_km2)
        dates = read_film_dates(survey, rule, feedback.part(0.2, 1.0))
        return Film(
            series=survey.series,
            geography=survey.geography,
            dates=dates,
            colors=faction_colors(survey.series.factions, self._colors),
            extent=film_extent(inputs, survey.series),
            seconds=options.seconds,
            texts=FilmTexts(
                title=options.title or film_title(survey.series, options.language),
                credits=credits_text(inputs, options.credits, options.language),
                language=options.language,
            ),
        )

    def _write(
        self, inputs: Inputs, film: Film, options: FilmOptions, feedback: Feedback
    ) -> tuple[int, float]:
        if options.format == "html":
            from .webpage import write_page

            write_page(options.path, film, feedback)
            return 0, 0.0
        from .film import write_film

        return write_film(inputs, film, options, self._layers, feedback)


def _refuse_unknown(faction: str | None, series: Series) -> None:
    if faction is not None and faction not in series.factions:
        raise FactionError(
            tr(
                'No faction or alliance is called "{faction}" (FOLLOW). There are: {factions}.'
            ).format(faction=faction, factions=", ".join(series.factions))
        )


def _film_problem(inputs: Inputs) -> str | None:
    """Return what would end the run, in words; None when nothing is known to."""
    from ...core.requirements import missing_for_pictures
    from .ffmpeg import missing_for_mp4

    if not inputs.has(keys.CONTROL):
        return None
    try:
        if not inputs.has(keys.DATE_FIELD):
            raise ParameterError(
                tr(
                    "Without dates there is no film. Give the date field of the control layer "
                    "(DATE_FIELD)."
                )
            )
        options = read_options(inputs)
    except EnclaveWatchError as error:
        return str(error)
    if options.format == "mp4":
        return missing_for_mp4()
    if options.format in {"gif", "webp"}:
        return missing_for_pictures()
    return _folder_problem(options.path) if options.format == "png" else None


def _folder_problem(path: Path) -> str | None:
    if path.is_file():
        return tr(
            "{path} is a file: PNG pictures go into a folder. Give the name of one (OUTPUT)."
        ).format(path=path)
    return None
