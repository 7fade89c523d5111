"""Algorithms that follow enclaves from date to date."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Sequence

from ..core.i18n import tr
from . import parameters as keys
from .base import EnclaveWatchAlgorithm
from .headlines import layer_name
from .help import HelpEntry
from .historyparameters import link_rule
from .inputs import Inputs, engine_parameters, read_geography, read_series_of
from .output import ResultWriter, StyleFunction, name_and_style_on_load

if TYPE_CHECKING:
    from qgis.core import QgsProcessingContext

    from ..core.feedback import Feedback
    from ..core.geography import Geography
    from ..core.model import Parameters
    from ..core.series import Series
    from ..core.stretches import BorderRuler
    from .fields import Column

__all__ = ["HistoryAlgorithm", "Result", "Survey"]


@dataclass(frozen=True)
class Survey:
    """What a run has to go on once all is read: the same for every step."""

    series: Series
    geography: Geography
    ruler: BorderRuler
    parameters: Parameters


@dataclass(frozen=True)
class Result:
    """One output that a run writes.

    Attributes
    ----------
    wkb_type : of its layer; that without geometry for a table
    title : what it is, for the name of its layer
    style : None leaves it as QGIS loads it
    """

    key: str
    columns: Sequence[Column]
    wkb_type: int
    title: str
    style: StyleFunction | None


class HistoryAlgorithm(EnclaveWatchAlgorithm):
    """Reads, follows the enclaves from date to date, and writes as it goes."""

    @abstractmethod
    def results(self, *, has_times: bool) -> tuple[Result, ...]:
        """Return the outputs, the main one first."""

    @abstractmethod
    def start(self, inputs: Inputs, survey: Survey, writers: dict[str, ResultWriter]) -> Any:
        """Return what gathers the steps of this run: it has `take` and `finish`."""

    def help_fields(self) -> list[HelpEntry]:
        """Return the fields of all outputs."""
        results = self.results(has_times=False)
        return [
            HelpEntry(
                column.name if number == 0 else f"{result.key}: {column.name}",
                column.alias,
                column.meaning,
            )
            for number, result in enumerate(results)
            for column in result.columns
        ]

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Refuse a control layer without dates: it has no history."""
        accepted, message = super().checkParameterValues(parameters, context)
        inputs = Inputs(self, parameters, context)
        if accepted and inputs.has(keys.CONTROL) and not inputs.has(keys.DATE_FIELD):
            return False, tr(
                "Without dates there is no history. Give the date field of the control layer "
                "(DATE_FIELD)."
            )
        return accepted, message

    def compute(self, inputs: Inputs, feedback: Feedback) -> dict[str, Any]:
        """Read, follow, write."""
        survey = _survey(inputs, feedback)
        results = [
            result
            for result in self.results(has_times=survey.series.has_times)
            # an output that the user does not want has no destination
            if result.key == keys.OUTPUT or inputs.has(result.key)
        ]
        crs = inputs.source(keys.CONTROL).sourceCrs()
        writers = {
            each.key: ResultWriter(inputs, each.key, each.columns, each.wkb_type, crs)
            for each in results
        }
        if len(survey.series.moments) == 1:
            feedback.warning(tr("There is only one snapshot: nothing can be said of change."))
        gatherer = self.start(inputs, survey, writers)
        for step in _steps(inputs, survey, feedback.part(0.2, 1.0)):
            feedback.check()
            gatherer.take(step, feedback)
        outputs = gatherer.finish(feedback)
        for result in results:
            writers[result.key].close(feedback)
            name_and_style_on_load(
                inputs,
                result.key,
                writers[result.key],
                name=layer_name(result.title, survey.series),
                columns=result.columns,
                style=result.style or _unstyled,
                factions=survey.series.factions,
            )
        return {**{key: writer.output_id for key, writer in writers.items()}, **outputs}


def _survey(inputs: Inputs, feedback: Feedback) -> Survey:
    from ..core.stretches import BorderRuler

    parameters = engine_parameters(inputs)
    series = read_series_of(inputs, feedback.part(0.0, 0.1))
    geography = read_geography(inputs, series, parameters, feedback.part(0.1, 0.2))
    return Survey(series, geography, BorderRuler(geography), parameters)


def _steps(inputs: Inputs, survey: Survey, feedback: Feedback) -> Any:
    from ..core.history import trace
    from ..core.timeline import analyse

    # presence is of all that a faction holds in a province, so each enclave lists all of its own
    all_provinces = replace(survey.parameters, min_presence_km2=0.0)
    return trace(
        analyse(survey.series, survey.geography, all_provinces, feedback, with_gaps=True),
        geodesy=survey.series.store.geodesy,
        rule=link_rule(inputs, survey.parameters.min_presence_km2),
        min_area_km2=survey.parameters.min_area_km2,
        feedback=feedback,
    )


def _unstyled(layer: Any, factions: Sequence[str]) -> None:
    """Leave a table as it is."""
