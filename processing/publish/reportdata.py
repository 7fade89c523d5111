"""All that a report tells, computed once by the functions that the other algorithms call."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Mapping

from ...core.feedback import Feedback
from ...core.i18n import tr
from .. import parameters as keys
from ..controlseries import read_series_of
from ..histories import Survey
from ..historyparameters import link_rule
from ..inputs import (
    Inputs,
    countries_of,
    engine_parameters,
    read_geography,
    read_moment,
)
from ..workerparameters import workers_of

if TYPE_CHECKING:
    from datetime import datetime

    from ...core.changes import Step as ChangeStep
    from ...core.contactchanges import ContactChange
    from ...core.history import Step
    from ...core.model import Enclave
    from ...core.occurrence import Event
    from ...core.series import Series
    from ...core.summary import SummaryRow
    from ...core.timeline import SnapshotAnalysis

__all__ = ["AreaHistory", "ReportData", "Source", "read_report"]

FACTION = "FACTION"


@dataclass(frozen=True)
class Source:
    """A layer that the figures come from; `role` is its parameter."""

    role: str
    name: str
    crs: str
    features: int
    is_users: bool


@dataclass(frozen=True)
class AreaHistory:
    """What each faction holds, one figure a date, in the order of the dates."""

    dates: tuple[datetime, ...]
    areas_km2: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class ReportData:
    """Two dates side by side, and what came before.

    Attributes
    ----------
    survey : its series has the dates up to the first of the two, and the second
    faction : whom the report is about; None: all
    steps : from date to date; the last one is from the first of the two dates to the second
    summary : the rows of the two dates
    events : of the last step
    analyses : of all dates up to the second
    notes : what the engine warned of, and what it told while reading, in the order told
    """

    survey: Survey
    min_width_m: float
    faction: str | None
    before: datetime
    after: datetime
    steps: tuple[Step, ...]
    transitions: ChangeStep
    contacts: tuple[ContactChange, ...]
    summary: tuple[tuple[SummaryRow, ...], tuple[SummaryRow, ...]]
    events: tuple[Event, ...]
    analyses: tuple[SnapshotAnalysis, ...]
    areas: AreaHistory
    sources: tuple[Source, ...]
    alliances: Mapping[str, str]
    notes: tuple[str, ...] = field(default=())

    @property
    def step(self) -> Step:
        """Return the step from the first of the two dates to the second."""
        return self.steps[-1]

    @property
    def enclaves(self) -> tuple[tuple[Enclave, ...], tuple[Enclave, ...]]:
        """Return all enclaves of the first date, and of the second."""
        before = self.step.analysis_before
        return (before.enclaves if before else (), self.step.analysis.enclaves)


class _Notes(Feedback):
    """Passes all on, and keeps warnings; while `is_reading`, plain lines too."""

    def __init__(self, feedback: Feedback) -> None:
        self._feedback = feedback
        self.lines: list[str] = []
        self.is_reading = True

    def info(self, text: str) -> None:
        if self.is_reading:
            self._keep(text)
        self._feedback.info(text)

    def warning(self, text: str) -> None:
        if text not in self.lines:
            self._feedback.warning(text)
        self._keep(text)

    def progress(self, fraction: float) -> None:
        self._feedback.progress(fraction)

    def is_cancelled(self) -> bool:
        return self._feedback.is_cancelled()

    def _keep(self, text: str) -> None:
        if text not in self.lines:
            self.lines.append(text)


class _Quiet(Feedback):
    """Passes warnings on, but no plain lines: those of the same dates have been told."""

    def __init__(self, feedback: Feedback) -> None:
        self._feedback = feedback

    def warning(self, text: str) -> None:
        self._feedback.warning(text)

    def is_cancelled(self) -> bool:
        return self._feedback.is_cancelled()


def read_report(inputs: Inputs, feedback: Feedback) -> ReportData:
    """Read the layers, choose the two dates, and compute all that is told of them.

    Raises
    ------
    DateError, FactionError
        When the dates or the faction asked for are not in the control layer.
    """
    from ...core.stretches import BorderRuler
    from ...core.twodates import compared_series, find_faction, series_until, two_dates

    notes = _Notes(feedback)
    parameters = engine_parameters(inputs)
    # all dates are read: the chart shows them, and what was lost before the two dates is told
    whole = {
        key: value
        for key, value in inputs.values.items()
        if key not in (keys.FROM_DATE, keys.TO_DATE)
    }
    series = read_series_of(replace(inputs, values=whole), notes.part(0.0, 0.1))
    faction = find_faction(series, inputs.text(FACTION))
    before, after = two_dates(
        series, read_moment(inputs, keys.FROM_DATE), read_moment(inputs, keys.TO_DATE)
    )
    geography = read_geography(inputs, series, parameters, notes.part(0.1, 0.2))
    notes.is_reading = False
    until = series_until(series, after)
    ruler = BorderRuler(geography)
    whole_survey = Survey(until, geography, ruler, parameters, workers_of(inputs))
    analyses = _analyses(whole_survey, notes.part(0.2, 0.6))
    survey = replace(whole_survey, series=compared_series(series, before, after))
    steps = _steps(inputs, survey, analyses, notes)
    min_width_m = inputs.algorithm.parameterAsDouble(inputs.values, keys.MIN_WIDTH, inputs.context)
    two = _two(survey.series, before)
    return ReportData(
        survey=survey,
        min_width_m=min_width_m,
        faction=faction,
        before=before,
        after=after,
        steps=steps,
        transitions=_transitions(two, survey, min_width_m, notes.part(0.6, 0.65)),
        contacts=_contacts(steps[-1], survey, notes),
        summary=_summary(two, survey, min_width_m, notes.part(0.65, 0.7)),
        events=_events(steps[-1], survey, notes),
        analyses=tuple(analyses),
        areas=_areas(until, analyses),
        sources=_sources(inputs),
        alliances=dict(inputs.alliances),
        notes=tuple(notes.lines),
    )


def _analyses(survey: Survey, feedback: Feedback) -> list[SnapshotAnalysis]:
    from ...core.timeline import analyse

    # presence is of all that a faction holds in a province, so each enclave lists all of its own
    parameters = replace(survey.parameters, min_presence_km2=0.0)
    return list(
        analyse(
            survey.series,
            survey.geography,
            parameters,
            feedback,
            with_gaps=True,
            workers=survey.workers,
        )
    )


def _steps(
    inputs: Inputs, survey: Survey, analyses: list[SnapshotAnalysis], feedback: Feedback
) -> tuple[Step, ...]:
    from ...core.history import trace

    dates = {each.date for each in survey.series.moments}
    return tuple(
        trace(
            [each for each in analyses if each.date in dates],
            geodesy=survey.series.store.geodesy,
            rule=link_rule(inputs, survey.parameters.min_presence_km2),
            min_area_km2=survey.parameters.min_area_km2,
            feedback=feedback,
            store=survey.series.store,
        )
    )


def _two(series: Series, before: datetime) -> Series:
    """Return the series of the two dates alone."""
    return replace(
        series,
        snapshots=tuple(each for each in series.snapshots if each.date and each.date >= before),
        unheld_from=tuple(date for date in series.unheld_from if date >= before),
    )


def _transitions(
    series: Series, survey: Survey, min_width_m: float, feedback: Feedback
) -> ChangeStep:
    from ...core.changes import changes
    from ...core.ground import GroundMatcher

    (step,) = changes(
        series,
        min_width_m=min_width_m,
        matcher=GroundMatcher(series.store, survey.geography),
        min_presence_km2=survey.parameters.min_presence_km2,
        feedback=feedback,
    )
    return step


def _contacts(step: Step, survey: Survey, feedback: Feedback) -> tuple[ContactChange, ...]:
    from ...core.contactchanges import contact_changes

    least_km = survey.parameters.min_contact_km
    return tuple(contact_changes(step, survey.ruler, least_km=least_km, feedback=feedback))


def _summary(
    series: Series, survey: Survey, min_width_m: float, feedback: Feedback
) -> tuple[tuple[SummaryRow, ...], tuple[SummaryRow, ...]]:
    from ...core.summary import summarise

    first, second = summarise(
        series,
        survey.geography,
        survey.parameters,
        min_width_m=min_width_m,
        feedback=_Quiet(feedback),
    )
    return first, second


def _events(step: Step, survey: Survey, feedback: Feedback) -> tuple[Event, ...]:
    from ...core.events import events_of, told_once

    return told_once(
        events_of(
            step,
            survey.geography,
            survey.ruler,
            min_presence_km2=survey.parameters.min_presence_km2,
            feedback=feedback,
        )
    )


def _areas(series: Series, analyses: list[SnapshotAnalysis]) -> AreaHistory:
    dates = tuple(each.date for each in analyses if each.date is not None)
    areas_km2 = {
        faction: tuple(
            sum(each.area_km2 for each in analysis.enclaves if each.faction == faction)
            for analysis in analyses
        )
        for faction in series.factions
    }
    largest_first = sorted(areas_km2, key=lambda name: (-areas_km2[name][-1], name))
    return AreaHistory(dates, {name: areas_km2[name] for name in largest_first})


def _sources(inputs: Inputs) -> tuple[Source, ...]:
    found = []
    for key in (keys.CONTROL, keys.COUNTRIES, keys.PROVINCES, keys.PLACES):
        source = inputs.source(key)
        if source is not None:
            found.append(_source(key, source, is_users=True))
        elif key == keys.COUNTRIES:
            found.append(_source(key, countries_of(inputs).source, is_users=False))
    return tuple(found)


def _source(key: str, source: Any, *, is_users: bool) -> Source:
    return Source(
        role=key,
        name=source.sourceName() or tr("unnamed"),
        crs=source.sourceCrs().userFriendlyIdentifier(),
        features=source.featureCount(),
        is_users=is_users,
    )
