"""`enclavewatch:controlsummary`: a table of who holds how much on each date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Sequence

from qgis.core import QgsProcessing, QgsProcessingParameterBoolean, QgsWkbTypes

from ...core.i18n import tr
from .. import parametergroups as groups
from .. import parameters as keys
from ..base import EnclaveWatchAlgorithm, Texts
from ..controlseries import read_series_of
from ..definitions import sink, with_help
from ..headlines import (
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
from ..snapshots import Finding
from ..workerparameters import worker_parameters, workers_of

if TYPE_CHECKING:
    from qgis.core import QgsProcessingOutputDefinition, QgsProcessingParameterDefinition

    from ...core.feedback import Feedback
    from ...core.geography import Geography
    from ...core.model import Parameters
    from ...core.series import Series
    from ...core.summary import SummaryRow
    from ..help import HelpEntry
    from ..output import ResultWriter

__all__ = ["ControlSummary"]

_KEYS = (
    *groups.SERIES,
    *groups.PROVINCES,
    *groups.CONTACT,
    keys.DATE,
    keys.MIN_WIDTH,
    keys.MIN_PRESENCE,
    keys.REFERENCE_AREA,
)


class ControlSummary(EnclaveWatchAlgorithm):
    """Gives one row a date and holder, so that the rows of a date sum to the home country."""

    NAME = "controlsummary"
    GROUP = "change"
    BY_PROVINCE = "BY_PROVINCE"
    HOME_KM2 = "HOME_KM2"
    UNASSIGNED_KM2 = "UNASSIGNED_KM2"
    CONTESTED_KM2 = "CONTESTED_KM2"
    OUTSIDE_KM2 = "OUTSIDE_KM2"

    def texts(self) -> Texts:
        """Return what the toolbox says of it."""
        return Texts(
            title=tr("Summary of control"),
            summary=tr(
                "A table of who holds how much of the home country on each date, with contested "
                "and unassigned ground, enclaves, border contact, front line, gains and losses."
            ),
            tags=tr(
                "summary,statistics,table,share,percent,area,province,gain,loss,net,contested,"
                "unassigned,control,faction,conflict"
            ),
        )

    def help_fields(self) -> list[HelpEntry]:
        """Return the fields of the result."""
        from ..summaryfields import summary_columns

        return field_entries(summary_columns(has_times=False))

    def declared_parameters(self) -> Sequence[QgsProcessingParameterDefinition]:
        """Return what the user gives, results among it."""
        by_province = with_help(
            QgsProcessingParameterBoolean(
                self.BY_PROVINCE, tr("One row a province"), defaultValue=False
            ),
            tr("Give each holder one row a province, in place of one for the whole country."),
        )
        return (
            *keys.make_parameters(_KEYS),
            *worker_parameters(),
            by_province,
            sink(keys.OUTPUT, tr("Summary of control"), QgsProcessing.SourceType.TypeVector),
        )

    def declared_outputs(self) -> Sequence[QgsProcessingOutputDefinition]:
        """Return the headline figures."""
        return (
            number_output(self.HOME_KM2, tr("Area of the home country (km2)")),
            number_output(self.UNASSIGNED_KM2, tr("Of it, unassigned on the last date (km2)")),
            number_output(self.CONTESTED_KM2, tr("Of it, contested on the last date (km2)")),
            number_output(
                self.OUTSIDE_KM2, tr("Ground that factions hold outside it on the last date (km2)")
            ),
            number_output(DATES, tr("Number of dates")),
            text_output(LAST_DATE, tr("Last date")),
            number_output(FEATURES, tr("Number of rows written, of all dates")),
            text_output(SUMMARY, tr("The last date in words, one line a row")),
        )

    def compute(self, inputs: Inputs, feedback: Feedback) -> dict[str, Any]:
        """Read, analyse, write."""
        parameters = engine_parameters(inputs)
        series = read_series_of(inputs, feedback.part(0.0, 0.1))
        geography = read_geography(inputs, series, parameters, feedback.part(0.1, 0.2))
        _tell_reference(geography, parameters, feedback)
        writer, last = self._write(inputs, series, geography, parameters, feedback)
        outputs = self._figures(series, geography, last)
        tell_summary(outputs[SUMMARY].splitlines(), feedback)
        return {keys.OUTPUT: writer.output_id, FEATURES: writer.count, **outputs}

    def _write(
        self,
        inputs: Inputs,
        series: Series,
        geography: Geography,
        parameters: Parameters,
        feedback: Feedback,
    ) -> tuple[ResultWriter, Sequence[SummaryRow]]:
        from ...core.summary import summarise
        from ..changestyles import style_table
        from ..summaryfields import summary_columns

        columns = summary_columns(has_times=series.has_times)
        table = QgsWkbTypes.Type.NoGeometry
        result = Result(keys.OUTPUT, columns, table, tr("Summary"), style_table)
        rows: Sequence[SummaryRow] = ()
        with writing(inputs, result, series, feedback) as writer:
            for rows in summarise(
                series,
                geography,
                parameters,
                min_width_m=inputs.algorithm.parameterAsDouble(
                    inputs.values, keys.MIN_WIDTH, inputs.context
                ),
                by_province=inputs.algorithm.parameterAsBool(
                    inputs.values, self.BY_PROVINCE, inputs.context
                ),
                workers=workers_of(inputs),
                feedback=feedback.part(0.2, 1.0),
            ):
                for row in rows:
                    writer.write(row)
        return writer, rows

    def _figures(
        self, series: Series, geography: Geography, last: Sequence[SummaryRow]
    ) -> dict[str, Any]:
        from ...core.dates import format_date
        from ...core.summarytext import row_lines

        def total_km2(kind: str) -> float:
            return sum(row.km2 for row in last if row.kind == kind)

        outside = [row.outside_km2 or 0.0 for row in last if row.kind == "faction"]
        # ground that several hold outside is in each of theirs
        shared = [
            (row.outside_km2 or 0.0) * (len(row.holders) - 1)
            for row in last
            if row.kind == "contested"
        ]
        label = Finding(series, geography, 0.0).home_label
        return {
            self.HOME_KM2: geography.home_area_km2,
            self.UNASSIGNED_KM2: total_km2("unassigned"),
            self.CONTESTED_KM2: total_km2("contested"),
            self.OUTSIDE_KM2: sum(outside) - sum(shared),
            DATES: len(series.moments),
            LAST_DATE: format_date(series.moments[-1].date),
            SUMMARY: "\n".join(row_lines(last, label)),
        }


def _tell_reference(geography: Geography, parameters: Parameters, feedback: Feedback) -> None:
    home_km2, reference_km2 = geography.home_area_km2, parameters.reference_area_km2
    if home_km2 is None:
        feedback.warning(
            tr(
                "Border lines give no home country, so there is no telling what is unassigned or "
                "outside: all ground counts as inside, and rows do not sum to a country."
            )
        )
    elif reference_km2 is not None and abs(reference_km2 - home_km2) > 1.0:
        feedback.info(
            tr(
                "Rows of a date sum to {home:,.1f} km2, the home country as it is drawn; shares "
                "are of {reference:,.1f} km2."
            ).format(home=home_km2, reference=reference_km2)
        )
