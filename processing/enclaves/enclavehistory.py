"""`enclavewatch:enclavehistory`: the enclaves of all dates, followed through time, and events."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Sequence

from qgis.core import QgsProcessing, QgsWkbTypes

from ...core.i18n import tr
from .. import parametergroups as groups
from .. import parameters as keys
from ..base import Texts
from ..definitions import sink
from ..headlines import COUNT, DATES, FEATURES, LAST_DATE, SUMMARY, number_output, text_output
from ..histories import HistoryAlgorithm, Survey
from ..historyfields import HistoryRow, event_columns, history_columns
from ..historyparameters import (
    NECK_AREA,
    NECK_WIDTH,
    min_overlap_parameter,
    neck_parameters,
)
from ..results import Result
from ..workerparameters import worker_parameters

if TYPE_CHECKING:
    from qgis.core import QgsProcessingOutputDefinition, QgsProcessingParameterDefinition

    from ...core.feedback import Feedback
    from ...core.history import Step, TracedEnclave
    from ...core.necks import Neck, NeckFinder
    from ...core.occurrence import Event
    from ..inputs import Inputs
    from ..output import ResultWriter

__all__ = ["EnclaveHistory"]

_EVENTS_IN_LOG = 40


class EnclaveHistory(HistoryAlgorithm):
    """Follows enclaves from date to date, and tells what happened to them."""

    NAME = "enclavehistory"
    GROUP = "enclaves"
    EVENTS = "EVENTS"
    EVENT_COUNT = "EVENT_COUNT"
    ENCLAVES = "ENCLAVES"
    APPEARED = "APPEARED"
    VANISHED = "VANISHED"
    SPLIT = "SPLIT"
    MERGED = "MERGED"
    CONTACT_LOST = "CONTACT_LOST"
    LARGEST_LOST = "LARGEST_LOST"
    NARROWEST_NECK_M = "NARROWEST_NECK_M"

    def texts(self) -> Texts:
        """Return what the toolbox says of it."""
        return Texts(
            title=tr("Enclave history"),
            summary=tr(
                "Each enclave through all dates under a number that it keeps: what it follows from,"
                " what became of it, who took its ground; and a table of all events, in sentences."
            ),
            tags=tr(
                "enclave,pocket,history,lineage,event,split,merge,vanish,appear,encircled,track,"
                "faction,conflict,change,neck"
            ),
        )

    def declared_parameters(self) -> Sequence[QgsProcessingParameterDefinition]:
        """Return what the user gives, results among it."""
        polygon = QgsProcessing.SourceType.TypeVectorPolygon
        point = QgsProcessing.SourceType.TypeVectorPoint
        return (
            *keys.make_parameters(groups.ENCLAVES),
            min_overlap_parameter(),
            *worker_parameters(),
            *neck_parameters(),
            sink(keys.OUTPUT, tr("Enclave history"), polygon),
            sink(self.EVENTS, tr("Events"), point, optional=True),
        )

    def declared_outputs(self) -> Sequence[QgsProcessingOutputDefinition]:
        """Return the headline figures."""
        return (
            number_output(COUNT, tr("Number of enclaves on the last date")),
            number_output(self.ENCLAVES, tr("Number of different enclaves, over all dates")),
            number_output(self.EVENT_COUNT, tr("Number of events, over all dates")),
            number_output(self.APPEARED, tr("Number of enclaves that appeared")),
            number_output(self.VANISHED, tr("Number of enclaves that vanished")),
            number_output(self.SPLIT, tr("Number of enclaves that split")),
            number_output(self.MERGED, tr("Number of enclaves that others merged into")),
            number_output(self.CONTACT_LOST, tr("Number of border contacts lost")),
            number_output(self.LARGEST_LOST, tr("Number of times a largest enclave was lost")),
            number_output(
                self.NARROWEST_NECK_M,
                tr("Width of the narrowest neck on the last date (m); -1 where there is none"),
            ),
            number_output(DATES, tr("Number of dates")),
            text_output(LAST_DATE, tr("Last date")),
            number_output(FEATURES, tr("Number of features written, of all dates")),
            text_output(SUMMARY, tr("The events of the last date, one sentence a line")),
        )

    def results(self, *, has_times: bool) -> tuple[Result, ...]:
        """Return the outputs, the main one first."""
        from ..historystyling import style_events
        from ..styling import style_enclaves

        return (
            Result(
                keys.OUTPUT,
                history_columns(has_times=has_times),
                QgsWkbTypes.Type.MultiPolygon,
                tr("Enclave history"),
                style_enclaves,
            ),
            Result(
                self.EVENTS,
                event_columns(has_times=has_times),
                QgsWkbTypes.Type.MultiPoint,
                tr("Events"),
                style_events,
            ),
        )

    def start(self, inputs: Inputs, survey: Survey, writers: dict[str, ResultWriter]) -> _Gatherer:
        """Return what gathers the steps of this run."""
        widest_m, side_km2 = (
            self.parameterAsDouble(inputs.values, key, inputs.context)
            for key in (NECK_WIDTH, NECK_AREA)
        )
        return _Gatherer(survey, writers, widest_m, side_km2)


class _Gatherer:
    """Writes each date once its enclaves' fate is known, and counts."""

    def __init__(
        self, survey: Survey, writers: dict[str, ResultWriter], widest_m: float, side_km2: float
    ) -> None:
        self._survey = survey
        self._writers = writers
        self._widest_m = widest_m
        self._side_km2 = side_km2
        self._finder: NeckFinder | None = None
        self._counts: Counter[str] = Counter()
        self._last: Step | None = None
        self._last_events: tuple[Event, ...] = ()
        self._necks: list[Neck] = []
        self._highest_id = 0

    def take(self, step: Step, feedback: Feedback) -> None:
        """Write the enclaves of the date before, and what happened since."""
        from ...core.dates import format_date
        from ...core.events import events_of, told_once

        self._write(step.before, feedback)
        survey = self._survey
        events = events_of(
            step,
            survey.geography,
            survey.ruler,
            min_presence_km2=survey.parameters.min_presence_km2,
            feedback=feedback,
        )
        if "EVENTS" in self._writers:
            for event in events:
                self._writers["EVENTS"].write(event, event.geometry)
        told = told_once(events)
        for event in told[:_EVENTS_IN_LOG]:
            feedback.info(f"{format_date(event.date)}: {event.text}")
        if len(told) > _EVENTS_IN_LOG:
            feedback.info(
                tr("{date}: ... and {count} more events.").format(
                    date=format_date(step.analysis.date), count=len(told) - _EVENTS_IN_LOG
                )
            )
        self._counts.update(event.kind.value for event in events)
        ids = [traced.enclave_id for traced in step.after]
        self._highest_id = max([self._highest_id, *ids])
        self._last, self._last_events = step, told
        self._tell_small(step, feedback)

    def finish(self, feedback: Feedback) -> dict[str, Any]:
        """Write the last date and return the headline figures."""
        from ...core.dates import format_date

        last = self._last
        self._necks = []
        self._write(last.after if last else (), feedback)
        return {
            COUNT: len(last.after) if last else 0,
            EnclaveHistory.ENCLAVES: self._highest_id,
            EnclaveHistory.EVENT_COUNT: sum(self._counts.values()),
            EnclaveHistory.APPEARED: self._counts["appeared"],
            EnclaveHistory.VANISHED: self._counts["vanished"],
            EnclaveHistory.SPLIT: self._counts["split"],
            EnclaveHistory.MERGED: self._counts["merged"],
            EnclaveHistory.CONTACT_LOST: self._counts["contact_lost"],
            EnclaveHistory.LARGEST_LOST: self._counts["largest_lost"],
            EnclaveHistory.NARROWEST_NECK_M: min(
                (neck.width_m for neck in self._necks), default=-1.0
            ),
            DATES: len(self._survey.series.moments),
            LAST_DATE: format_date(last.analysis.date) if last else "",
            FEATURES: self._writers[keys.OUTPUT].count,
            SUMMARY: "\n".join(event.text for event in self._last_events),
        }

    def _write(self, traced: tuple[TracedEnclave, ...], feedback: Feedback) -> None:
        for each in traced:
            feedback.check()
            neck = self._neck(each, feedback)
            if neck is not None:
                self._necks.append(neck)
            row = HistoryRow(each, neck, self._survey.parameters.min_presence_km2)
            self._writers[keys.OUTPUT].write(row, each.enclave.geometry)

    def _neck(self, traced: TracedEnclave, feedback: Feedback) -> Neck | None:
        if self._widest_m <= 0:
            return None
        if self._finder is None:
            from ...core.necks import NeckFinder

            self._finder = NeckFinder(
                self._survey.series.store.geodesy,
                widest_m=self._widest_m,
                least_side_km2=self._side_km2,
                snap_m=self._survey.parameters.snap_m,
                feedback=feedback,
            )
        return self._finder.neck(traced.enclave)

    def _tell_small(self, step: Step, feedback: Feedback) -> None:
        from ...core.dates import format_date
        from ...core.history import LEAST_FOLLOWED_KM2

        small = len(step.analysis.enclaves) - len(step.after)
        if small:
            feedback.info(
                tr("{date}: {count} enclaves under {least:g} km2 are not followed.").format(
                    date=format_date(step.analysis.date),
                    count=small,
                    least=max(self._survey.parameters.min_area_km2, LEAST_FOLLOWED_KM2),
                )
            )
