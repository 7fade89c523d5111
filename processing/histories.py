"""Algorithms that follow enclaves from date to date."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Iterator

from ..core.crews import ALONE
from ..core.i18n import tr
from . import parameters as keys
from .base import EnclaveWatchAlgorithm
from .controlseries import read_series_of
from .help import HelpEntry
from .historyparameters import link_rule
from .inputs import Inputs, engine_parameters, read_geography
from .results import Result, writing
from .workerparameters import workers_of

if TYPE_CHECKING:
    from qgis.core import QgsProcessingContext

    from ..core.crews import Workers
    from ..core.feedback import Feedback
    from ..core.geography import Geography
    from ..core.history import Step
    from ..core.lineage import LinkRule
    from ..core.memory import SeriesMemory
    from ..core.model import Parameters
    from ..core.series import Series
    from ..core.stretches import BorderRuler
    from .output import ResultWriter

__all__ = ["HistoryAlgorithm", "Survey", "follow", "read_survey"]


@dataclass(frozen=True)
class Survey:
    """What a run has to go on once all is read: the same for every step."""

    series: Series
    geography: Geography
    ruler: BorderRuler
    parameters: Parameters
    workers: Workers = ALONE


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
        survey = read_survey(inputs, feedback)
        results = [
            result
            for result in self.results(has_times=survey.series.has_times)
            # an output that the user does not want has no destination
            if result.key == keys.OUTPUT or inputs.has(result.key)
        ]
        if len(survey.series.moments) == 1:
            feedback.warning(tr("There is only one snapshot: nothing can be said of change."))
        with ExitStack() as stack:
            writers = {
                each.key: stack.enter_context(writing(inputs, each, survey.series, feedback))
                for each in results
            }
            gatherer = self.start(inputs, survey, writers)
            rule = link_rule(inputs, survey.parameters.min_presence_km2)
            for step in follow(survey, rule, feedback.part(0.2, 1.0)):
                feedback.check()
                gatherer.take(step, feedback)
            outputs = gatherer.finish(feedback)
        return {**{key: writer.output_id for key, writer in writers.items()}, **outputs}


def read_survey(inputs: Inputs, feedback: Feedback) -> Survey:
    """Read all that a history is made of."""
    from ..core.stretches import BorderRuler

    parameters = engine_parameters(inputs)
    series = read_series_of(inputs, feedback.part(0.0, 0.1))
    geography = read_geography(inputs, series, parameters, feedback.part(0.1, 0.2))
    return Survey(series, geography, BorderRuler(geography), parameters, workers_of(inputs))


def follow(
    survey: Survey, rule: LinkRule, feedback: Feedback, memory: SeriesMemory | None = None
) -> Iterator[Step]:
    """Yield the steps from date to date, the first of them without a date before.

    Parameters
    ----------
    memory : what is known from earlier runs, if any
    """
    from ..core.history import trace
    from ..core.timeline import analyse

    # presence is of all that a faction holds in a province, so each enclave lists all of its own
    all_provinces = replace(survey.parameters, min_presence_km2=0.0)
    return trace(
        analyse(
            survey.series,
            survey.geography,
            all_provinces,
            feedback,
            memory,
            with_gaps=True,
            workers=survey.workers,
        ),
        geodesy=survey.series.store.geodesy,
        rule=rule,
        min_area_km2=survey.parameters.min_area_km2,
        feedback=feedback,
        memory=memory,
        store=survey.series.store,
    )
