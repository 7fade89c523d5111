"""`enclavewatch:controlchanges`: what ground went from whom to whom between dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Sequence

from qgis.core import QgsProcessing, QgsWkbTypes

from ...core.i18n import tr
from .. import parametergroups as groups
from .. import parameters as keys
from ..base import EnclaveWatchAlgorithm, Texts
from ..changefields import (
    DatedTransition,
    churn_columns,
    matrix_columns,
    matrix_rows,
    transition_columns,
)
from ..controlseries import read_series_of
from ..definitions import choice_parameter, sink
from ..headlines import (
    COUNT,
    DATES,
    FEATURES,
    LAST_DATE,
    SUMMARY,
    number_output,
    tell_summary,
    text_output,
)
from ..help import field_entries
from ..inputs import Inputs, engine_parameters, read_geography
from ..results import Result, writing

if TYPE_CHECKING:
    from qgis.core import QgsProcessingOutputDefinition, QgsProcessingParameterDefinition

    from ...core.changes import Step
    from ...core.churn import Churn
    from ...core.feedback import Feedback
    from ...core.model import Parameters
    from ...core.series import Series
    from ..help import HelpEntry
    from ..output import ResultWriter

__all__ = ["ControlChanges"]

_POLYGON = QgsWkbTypes.Type.MultiPolygon
_TABLE = QgsWkbTypes.Type.NoGeometry
_STEPS = "steps"
_ENDS = "ends"
_KEYS = (
    *groups.SERIES,
    *groups.PROVINCES,
    *groups.PLACES,
    keys.MIN_WIDTH,
    keys.MIN_PRESENCE,
)


class ControlChanges(EnclaveWatchAlgorithm):
    """Gives the ground that went from faction to faction, with a matrix and what flickered."""

    NAME = "controlchanges"
    GROUP = "change"
    COMPARE = "COMPARE"
    MATRIX = "MATRIX"
    CHURN = "CHURN"
    CHANGED_KM2 = "CHANGED_KM2"
    REDRAW_KM2 = "REDRAW_KM2"
    NET_KM2 = "NET_KM2"
    FLICKER_KM2 = "FLICKER_KM2"

    def texts(self) -> Texts:
        """Return what the toolbox says of it."""
        return Texts(
            title=tr("Changes of control"),
            summary=tr(
                "The ground that went from faction to faction between two dates or through a "
                "series, with a matrix of who took how much from whom, and what came back."
            ),
            tags=tr(
                "change,transition,gain,loss,advance,retreat,difference,matrix,flicker,churn,"
                "control,faction,conflict"
            ),
        )

    def help_fields(self) -> list[HelpEntry]:
        """Return the fields of the result."""
        return field_entries(transition_columns(has_times=False))

    def declared_parameters(self) -> Sequence[QgsProcessingParameterDefinition]:
        """Return what the user gives, results among it."""
        polygon = QgsProcessing.SourceType.TypeVectorPolygon
        table = QgsProcessing.SourceType.TypeVector
        compare = choice_parameter(
            self.COMPARE,
            tr("Compare"),
            (_STEPS, _ENDS),
            tr(
                "steps: each date with the next one. ends: the first date with the last one, "
                "and nothing between."
            ),
        )
        return (
            *keys.make_parameters(_KEYS),
            compare,
            sink(keys.OUTPUT, tr("Changes of control"), polygon),
            sink(self.MATRIX, tr("Matrix of changes"), table, optional=True, by_default=False),
            sink(self.CHURN, tr("Churn"), polygon, optional=True, by_default=False),
        )

    def declared_outputs(self) -> Sequence[QgsProcessingOutputDefinition]:
        """Return the headline figures."""
        return (
            number_output(self.CHANGED_KM2, tr("Ground that changed hands, of all steps (km2)")),
            number_output(self.REDRAW_KM2, tr("Ground only drawn otherwise, of all steps (km2)")),
            number_output(
                self.NET_KM2, tr("Ground whose holder on the last date is not the first (km2)")
            ),
            number_output(
                self.FLICKER_KM2, tr("Ground that came back to its first holder by the end (km2)")
            ),
            number_output(COUNT, tr("Number of changes; redrawing is left out")),
            number_output(DATES, tr("Number of dates")),
            text_output(LAST_DATE, tr("Last date")),
            number_output(FEATURES, tr("Number of features written")),
            text_output(SUMMARY, tr("All changes in words, one line a faction")),
        )

    def compute(self, inputs: Inputs, feedback: Feedback) -> dict[str, Any]:
        """Read, compare, write."""
        from ...core.churn import churn

        parameters = engine_parameters(inputs)
        series = read_series_of(inputs, feedback.part(0.0, 0.1))
        steps, writer = self._write_changes(inputs, series, parameters, feedback)
        outputs: dict[str, Any] = {keys.OUTPUT: writer.output_id}
        outputs.update(self._write_matrix(inputs, series, steps, feedback))
        histories = churn(steps, series.store.geodesy, feedback.part(0.8, 1.0))
        outputs.update(self._write_churn(inputs, series, histories, feedback))
        feedback.progress(1.0)
        outputs.update(self._figures(steps, histories, writer))
        tell_summary(outputs[SUMMARY].splitlines(), feedback)
        return outputs

    def _write_changes(
        self, inputs: Inputs, series: Series, parameters: Parameters, feedback: Feedback
    ) -> tuple[list[Step], ResultWriter]:
        from ...core.changes import changes
        from ...core.ground import GroundMatcher
        from ..changestyles import style_changes

        columns = transition_columns(has_times=series.has_times)
        geography = read_geography(inputs, series, parameters, feedback.part(0.1, 0.2))
        result = Result(keys.OUTPUT, columns, _POLYGON, tr("Changes"), style_changes)
        min_width_m = inputs.algorithm.parameterAsDouble(
            inputs.values, keys.MIN_WIDTH, inputs.context
        )
        compare = inputs.algorithm.parameterAsEnumString(
            inputs.values, self.COMPARE, inputs.context
        )
        steps = []
        with writing(inputs, result, series, feedback) as writer:
            for step in changes(
                series,
                min_width_m=min_width_m,
                ends_only=compare == _ENDS,
                matcher=GroundMatcher(series.store, geography),
                min_presence_km2=parameters.min_presence_km2,
                feedback=feedback.part(0.2, 0.8),
            ):
                feedback.check()
                _write_step(step, writer, feedback)
                steps.append(step)
        return steps, writer

    def _write_matrix(
        self, inputs: Inputs, series: Series, steps: list[Step], feedback: Feedback
    ) -> dict[str, Any]:
        from ..changestyles import style_table

        if not inputs.has(self.MATRIX):
            return {}
        columns = matrix_columns(has_times=series.has_times)
        result = Result(self.MATRIX, columns, _TABLE, tr("Matrix of changes"), style_table)
        with writing(inputs, result, series, feedback) as writer:
            for step in steps:
                for row in matrix_rows(step):
                    writer.write(row)
        return {self.MATRIX: writer.output_id}

    def _write_churn(
        self, inputs: Inputs, series: Series, histories: Sequence[Churn], feedback: Feedback
    ) -> dict[str, Any]:
        from ..changestyles import style_churn

        if not inputs.has(self.CHURN):
            return {}
        result = Result(self.CHURN, churn_columns(), _POLYGON, tr("Churn"), style_churn)
        with writing(inputs, result, series, feedback) as writer:
            for each in histories:
                if not each.is_rounding:
                    writer.write(each, each.geometry)
        return {self.CHURN: writer.output_id}

    def _figures(
        self, steps: list[Step], histories: Sequence[Churn], writer: ResultWriter
    ) -> dict[str, Any]:
        from ...core.changetext import change_lines
        from ...core.dates import format_date

        return {
            self.CHANGED_KM2: sum(step.changed_km2 for step in steps),
            self.REDRAW_KM2: sum(step.redraw_km2 for step in steps),
            self.NET_KM2: sum(each.area_km2 for each in histories if not each.returned),
            self.FLICKER_KM2: sum(each.area_km2 for each in histories if each.returned),
            COUNT: sum(not each.is_redraw for step in steps for each in step.transitions),
            DATES: len(steps) + 1,
            LAST_DATE: format_date(steps[-1].to_date),
            FEATURES: writer.count,
            SUMMARY: "\n".join(change_lines(steps)),
        }


def _write_step(step: Step, writer: ResultWriter, feedback: Feedback) -> None:
    from ...core.dates import format_date

    rounding = [each for each in step.transitions if each.is_rounding]
    for each in step.transitions:
        if not each.is_rounding:
            writer.write(DatedTransition(step.from_date, step.to_date, each), each.geometry)
    feedback.info(
        tr("{before} to {after}: {changed:,.2f} km2 changed hands, {redrawn:,.2f} redrawn.").format(
            before=format_date(step.from_date),
            after=format_date(step.to_date),
            changed=step.changed_km2,
            redrawn=step.redraw_km2,
        )
    )
    if rounding:
        feedback.info(
            tr(
                "{count} slivers under a millimetre wide, {km2:.6f} km2 in all, are left out of "
                "the features; they count in the sums, as redrawing."
            ).format(count=len(rounding), km2=sum(each.area_km2 for each in rounding))
        )
