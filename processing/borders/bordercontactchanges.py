"""`enclavewatch:bordercontactchanges`: what became of border contact from date to date."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Sequence

from qgis.core import QgsProcessing, QgsWkbTypes

from ...core.i18n import tr
from .. import parametergroups as groups
from .. import parameters as keys
from ..base import Texts
from ..contactfields import change_columns, stretch_columns
from ..definitions import sink
from ..headlines import DATES, FEATURES, LAST_DATE, SUMMARY, number_output, text_output
from ..histories import HistoryAlgorithm, Survey
from ..historyparameters import min_overlap_parameter
from ..results import Result
from ..workerparameters import worker_parameters

if TYPE_CHECKING:
    from qgis.core import QgsProcessingOutputDefinition, QgsProcessingParameterDefinition

    from ...core.contactchanges import ContactChange
    from ...core.feedback import Feedback
    from ...core.history import Step
    from ..inputs import Inputs
    from ..output import ResultWriter

__all__ = ["BorderContactChanges"]

_KEYS = (*groups.SERIES, *groups.CONTACT, keys.MIN_PRESENCE, keys.MIN_AREA)


class BorderContactChanges(HistoryAlgorithm):
    """Flags border contact that was lost or gained, and shows where."""

    NAME = "bordercontactchanges"
    GROUP = "borders"
    TABLE = "TABLE"
    LOST = "LOST"
    GAINED = "GAINED"
    SHRUNK = "SHRUNK"
    GROWN = "GROWN"
    LOST_KM = "LOST_KM"
    GAINED_KM = "GAINED_KM"

    def texts(self) -> Texts:
        """Return what the toolbox says of it."""
        return Texts(
            title=tr("Border contact changes"),
            summary=tr(
                "Where each faction lost, gained or kept contact with each neighbour's border from "
                "date to date, with lengths before and after, and who lies along it now."
            ),
            tags=tr(
                "border,contact,lost,gained,change,frontier,neighbour,neighbor,coast,enclave,"
                "faction,conflict,crossing"
            ),
        )

    def declared_parameters(self) -> Sequence[QgsProcessingParameterDefinition]:
        """Return what the user gives, results among it."""
        line = QgsProcessing.SourceType.TypeVectorLine
        table = QgsProcessing.SourceType.TypeVector
        return (
            *keys.make_parameters(_KEYS),
            min_overlap_parameter(),
            *worker_parameters(),
            sink(keys.OUTPUT, tr("Border contact changes"), line),
            sink(self.TABLE, tr("Table of changes"), table, optional=True),
        )

    def declared_outputs(self) -> Sequence[QgsProcessingOutputDefinition]:
        """Return the headline figures."""
        return (
            number_output(self.LOST, tr("Number of contacts lost, of factions with neighbours")),
            number_output(self.GAINED, tr("Number of contacts gained")),
            number_output(self.SHRUNK, tr("Number of contacts that shrank")),
            number_output(self.GROWN, tr("Number of contacts that grew")),
            number_output(self.LOST_KM, tr("Length of the contacts lost (km)")),
            number_output(self.GAINED_KM, tr("Length of the contacts gained (km)")),
            number_output(DATES, tr("Number of dates")),
            text_output(LAST_DATE, tr("Last date")),
            number_output(FEATURES, tr("Number of features written, of all dates")),
            text_output(SUMMARY, tr("What changed by the last date, one sentence a line")),
        )

    def results(self, *, has_times: bool) -> tuple[Result, ...]:
        """Return the outputs, the main one first."""
        from ..changestyles import style_table
        from ..historystyling import style_stretches

        return (
            Result(
                keys.OUTPUT,
                stretch_columns(has_times=has_times),
                QgsWkbTypes.Type.MultiLineString,
                tr("Border contact changes"),
                style_stretches,
            ),
            Result(
                self.TABLE,
                change_columns(has_times=has_times),
                QgsWkbTypes.Type.NoGeometry,
                tr("Table of border contact changes"),
                style_table,
            ),
        )

    def start(
        self,
        inputs: Inputs,  # noqa: ARG002 - what it takes is in the survey
        survey: Survey,
        writers: dict[str, ResultWriter],
    ) -> _Gatherer:
        """Return what gathers the steps of this run."""
        return _Gatherer(survey, writers)


class _Gatherer:
    """Writes the changes of each step, and counts those of factions."""

    def __init__(self, survey: Survey, writers: dict[str, ResultWriter]) -> None:
        self._survey = survey
        self._writers = writers
        self._counts: Counter[str] = Counter()
        self._lengths_km: Counter[str] = Counter()
        self._last: Step | None = None
        self._sentences: list[str] = []

    def take(self, step: Step, feedback: Feedback) -> None:
        """Write what changed since the date before."""
        from ...core.contactchanges import changed_stretches, contact_changes

        self._last, self._sentences = step, []
        least_km = self._survey.parameters.min_contact_km
        ruler = self._survey.ruler
        for change in contact_changes(step, ruler, least_km=least_km, feedback=feedback):
            if BorderContactChanges.TABLE in self._writers:
                self._writers[BorderContactChanges.TABLE].write(change, None)
            self._count(change, feedback)
        for stretch in changed_stretches(step, ruler, least_km=least_km, feedback=feedback):
            self._writers[keys.OUTPUT].write(stretch, stretch.geometry)

    def finish(self, feedback: Feedback) -> dict[str, Any]:  # noqa: ARG002 - all is told
        """Return the headline figures."""
        from ...core.dates import format_date

        return {
            BorderContactChanges.LOST: self._counts["lost"],
            BorderContactChanges.GAINED: self._counts["gained"],
            BorderContactChanges.SHRUNK: self._counts["shrunk"],
            BorderContactChanges.GROWN: self._counts["grown"],
            BorderContactChanges.LOST_KM: float(self._lengths_km["lost"]),
            BorderContactChanges.GAINED_KM: float(self._lengths_km["gained"]),
            DATES: len(self._survey.series.moments),
            LAST_DATE: format_date(self._last.analysis.date) if self._last else "",
            FEATURES: self._writers[keys.OUTPUT].count,
            SUMMARY: "\n".join(self._sentences),
        }

    def _count(self, change: ContactChange, feedback: Feedback) -> None:
        from ...core.contactchanges import Flag, Level
        from ...core.contacttext import change_text
        from ...core.dates import format_date

        if change.level is not Level.FACTION:
            return
        self._counts[change.flag.value] += 1
        if change.flag is Flag.LOST:
            self._lengths_km["lost"] += change.before_km
        if change.flag is Flag.GAINED:
            self._lengths_km["gained"] += change.after_km
        if change.flag not in (Flag.KEPT, Flag.NONE):
            sentence = change_text(change)
            self._sentences.append(sentence)
            feedback.info(f"{format_date(change.date)}: {sentence}")
