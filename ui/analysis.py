"""From choices to figures: what a worker computes, by the functions that the algorithms call."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Iterator, Mapping

from ..core.errors import DateError, EmptyLayerError, ParameterError
from ..core.feedback import Feedback
from ..core.i18n import tr
from ..processing import parameters as keys
from ..processing.checks import problem_with
from ..processing.convert import crs_text
from ..processing.histories import follow, read_survey
from ..processing.historyparameters import link_rule
from .comparing import Comparer
from .problems import without_dates
from .results import Analysis, DateResult

if TYPE_CHECKING:
    from datetime import datetime

    from shapely import Geometry

    from ..core.history import Step
    from ..core.memory import Memory
    from ..core.model import Enclave
    from ..core.timeline import SnapshotAnalysis
    from ..processing.histories import Survey
    from .sources import Request

__all__ = ["analysed"]


def analysed(request: Request, memory: Memory, feedback: Feedback) -> tuple[Analysis, Comparer]:
    """Return all dates of a control layer, and what compares any two of them.

    Parameters
    ----------
    memory : of earlier runs; no other run may use it meanwhile

    Raises
    ------
    EnclaveWatchError
        What the user can mend.
    """
    inputs = request.inputs
    _refuse(request)
    listening = _Listening(feedback)
    survey = read_survey(inputs, listening)
    memory.begin()
    known = memory.of_series(
        survey.series, survey.geography, replace(survey.parameters, min_presence_km2=0.0)
    )
    rule = link_rule(inputs, survey.parameters.min_presence_km2)
    comparer = Comparer(survey, rule, request.min_width_m, known)
    steps = follow(survey, rule, listening.part(0.2, 1.0), known)
    results = _Gatherer(survey, comparer, listening).results(steps)
    memory.end()
    comparer.settle(results)
    factions = survey.series.factions
    analysis = Analysis(
        layer_id=request.layer_id,
        layer_name=request.layer_name,
        crs_wkt=crs_text(inputs.source(keys.CONTROL).sourceCrs()),
        factions=factions,
        results=results,
        areas_km2={
            faction: tuple(_area_km2(each.analysis, faction) for each in results)
            for faction in factions
        },
        home=survey.geography.home_names,
        reference_km2=survey.parameters.reference_area_km2 or survey.geography.home_area_km2,
        min_presence_km2=survey.parameters.min_presence_km2,
        warnings=tuple(listening.warnings),
    )
    return analysis, comparer


def _refuse(request: Request) -> None:
    if not request.inputs.has(keys.CONTROL):
        raise EmptyLayerError(tr("Choose a control layer."))
    problem = problem_with(request.inputs)
    if problem is not None:
        raise ParameterError(problem)
    if not request.inputs.has(keys.DATE_FIELD):
        raise DateError(without_dates())


def _area_km2(analysis: SnapshotAnalysis, faction: str) -> float:
    return sum(each.area_km2 for each in analysis.enclaves if each.faction == faction)


class _Listening(Feedback):
    """Passes everything on, and keeps each warning once."""

    def __init__(self, feedback: Feedback) -> None:
        self._feedback = feedback
        self.warnings: dict[str, None] = {}

    def info(self, text: str) -> None:
        self._feedback.info(text)

    def warning(self, text: str) -> None:
        self.warnings[text] = None
        self._feedback.warning(text)

    def progress(self, fraction: float) -> None:
        self._feedback.progress(fraction)

    def is_cancelled(self) -> bool:
        return self._feedback.is_cancelled()


class _Gatherer:
    """Makes the results of the moments of a series, one after the other."""

    def __init__(self, survey: Survey, comparer: Comparer, feedback: Feedback) -> None:
        from ..core.changes import warn_of_unassigned

        self._survey = survey
        self._comparer = comparer
        self._feedback = feedback
        self._held: dict[tuple[int, ...], Geometry] = {}
        warn_of_unassigned(survey.series, feedback)

    def results(self, steps: Iterator[Step]) -> tuple[DateResult, ...]:
        """Return the results of all moments, those at which nobody holds anything among them."""
        results: list[DateResult] = []
        for step in steps:
            self._feedback.check()
            if results:
                # what became of the enclaves is only known now
                results[-1] = replace(results[-1], enclaves=step.before)
            results.append(self._result(results[-1].date if results else None, step))
        return tuple(results)

    def _result(self, before: datetime | None, step: Step) -> DateResult:
        from ..core.events import events_of
        from ..core.report import finding_of_first, finding_of_step, nobody_holds

        survey, feedback, analysis = self._survey, self._feedback, step.analysis
        events = events_of(
            step,
            survey.geography,
            survey.ruler,
            min_presence_km2=survey.parameters.min_presence_km2,
            feedback=feedback,
        )
        since = None
        if before is None:
            finding = finding_of_first(analysis.enclaves, survey.geography.home_names)
        else:
            change = self._comparer.changes(before, analysis.date, feedback)
            since = self._comparer.comparison(change, step, feedback)
            finding = finding_of_step(events, since.transitions, before)
        if not analysis.enclaves:
            finding = nobody_holds(analysis.date)
        return DateResult(
            date=analysis.date,
            analysis=analysis,
            enclaves=step.after,
            held=self._held_by_faction(analysis),
            events=events,
            finding=finding,
            since=since,
        )

    def _held_by_faction(self, analysis: SnapshotAnalysis) -> Mapping[str, Geometry]:
        factions: dict[str, list[Enclave]] = {}
        for enclave in analysis.enclaves:
            factions.setdefault(enclave.faction, []).append(enclave)
        return {faction: self._together(own) for faction, own in factions.items()}

    def _together(self, enclaves: list[Enclave]) -> Geometry:
        import shapely

        # enclaves that stay are the same object, and live as long as the results do
        key = tuple(id(enclave.geometry) for enclave in enclaves)
        if key not in self._held:
            parts = shapely.get_parts([enclave.geometry for enclave in enclaves])
            self._held[key] = shapely.multipolygons(parts)
        return self._held[key]
