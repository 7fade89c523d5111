"""`enclavewatch:buildseries`: many layers, or a folder of files, made one control layer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Sequence

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsWkbTypes,
)

from ...core.errors import EmptyLayerError, EnclaveWatchError
from ...core.i18n import tr
from .. import parameters as keys
from ..base import EnclaveWatchAlgorithm, Texts
from ..definitions import sink
from ..headlines import DATES, FEATURES, LAST_DATE, SUMMARY, number_output, text_output
from ..help import field_entries
from ..inputs import Inputs, read_moment
from ..output import ResultWriter, name_and_style_on_load
from . import seriesparameters as own
from .columns import series_columns
from .gather import Gatherer
from .seriesrules import check_series_inputs, chosen_by, rules_for, wildcard_of
from .sources import sources_of_files, sources_of_layers

if TYPE_CHECKING:
    from qgis.core import QgsProcessingOutputDefinition, QgsProcessingParameterDefinition

    from ...core.assembly import Assembled
    from ...core.feedback import Feedback
    from ..help import HelpEntry
    from .sources import Source

__all__ = ["BuildSeries"]


class BuildSeries(EnclaveWatchAlgorithm):
    """Makes one control layer of many layers or files, each with the date it was valid on."""

    NAME = "buildseries"
    GROUP = "data"
    FACTIONS = "FACTIONS"
    FIRST_DATE = "FIRST_DATE"
    MISSING = "MISSING"
    MISSING_COUNT = "MISSING_COUNT"
    SKIPPED = "SKIPPED"
    SKIPPED_SOURCES = "SKIPPED_SOURCES"

    def __init__(self) -> None:
        super().__init__()
        self._sources: list[Source] = []

    def texts(self) -> Texts:
        """Return what the toolbox says of it."""
        return Texts(
            title=tr("Build series"),
            summary=tr(
                "One control layer with faction, start and end, of many layers or of a folder of "
                "files with the date in their names, ready for the Temporal Controller."
            ),
            tags=tr(
                "series,merge,folder,date,file name,temporal,time,control,faction,snapshot,"
                "geojson,kml,batch"
            ),
        )

    def help_fields(self) -> list[HelpEntry]:
        """Return the fields of the result."""
        return field_entries(series_columns(has_times=False))

    def declared_parameters(self) -> Sequence[QgsProcessingParameterDefinition]:
        """Return what the user gives, results among it."""
        return (
            *own.series_parameters(),
            sink(keys.OUTPUT, tr("Control layer"), QgsProcessing.SourceType.TypeVectorPolygon),
        )

    def declared_outputs(self) -> Sequence[QgsProcessingOutputDefinition]:
        """Return the headline figures."""
        return (
            number_output(FEATURES, tr("Number of polygons written")),
            number_output(DATES, tr("Number of dates")),
            text_output(self.FIRST_DATE, tr("First date")),
            text_output(LAST_DATE, tr("Last date")),
            number_output(self.FACTIONS, tr("Number of factions")),
            number_output(self.MISSING_COUNT, tr("Number of missing days")),
            text_output(self.MISSING, tr("Missing days, by the usual step of the series")),
            number_output(self.SKIPPED, tr("Number of features left out")),
            number_output(self.SKIPPED_SOURCES, tr("Number of files or layers left out")),
            text_output(SUMMARY, tr("The series in one line")),
        )

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Return whether the run can succeed as far as that is known before, and why not."""
        accepted, message = super().checkParameterValues(parameters, context)
        if accepted and self.canExecute()[0]:
            try:
                check_series_inputs(Inputs(self, parameters, context))
            except EnclaveWatchError as error:
                return False, str(error)
        return accepted, message

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Check again, and take hold of the layers, which only the main thread may."""
        ready = super().prepareAlgorithm(parameters, context, feedback)
        try:
            layers = check_series_inputs(Inputs(self, parameters, context))
            self._sources = sources_of_layers(layers)
        except EnclaveWatchError as error:
            raise QgsProcessingException(str(error)) from error
        return ready

    def compute(self, inputs: Inputs, feedback: Feedback) -> dict[str, Any]:
        """Find the sources, read them, put them in order, write."""
        from ...core.assembly import SameDay, assemble

        sources, left_out = self._found(inputs, feedback)
        kept, rules = rules_for(inputs, sources, feedback)
        crs = inputs.algorithm.parameterAsCrs(inputs.values, own.TARGET_CRS, inputs.context)
        gatherer = Gatherer(rules, crs if crs.isValid() else None)
        undated = [source for source in sources if source not in kept]
        gatherer.skipped_sources.update(left_out)
        gatherer.skipped_sources.update(
            {source.label: tr("the pattern gives no date") for source in undated}
        )
        for number, source in enumerate(kept):
            feedback.check()
            gatherer.read(source, feedback)
            feedback.progress(0.9 * (number + 1) / len(kept))
        gatherer.report(feedback)
        _check_not_empty(gatherer)
        series = assemble(
            gatherer.rows,
            same_day=SameDay(own.choice(inputs, own.SAME_DAY)),
            last_end=read_moment(inputs, own.LAST_END),
            feedback=feedback,
        )
        return self._written(inputs, series, gatherer, feedback)

    def _found(self, inputs: Inputs, feedback: Feedback) -> tuple[list[Source], dict[str, str]]:
        wildcard = wildcard_of(inputs)
        if not inputs.has(own.FOLDER):
            return chosen_by(wildcard, self._sources), {}
        return sources_of_files(
            inputs.text(own.FOLDER) or "",
            recursive=inputs.algorithm.parameterAsBool(
                inputs.values, own.RECURSIVE, inputs.context
            ),
            wildcard=wildcard,
            feedback=feedback,
        )

    def _written(
        self, inputs: Inputs, series: Assembled, gatherer: Gatherer, feedback: Feedback
    ) -> dict[str, Any]:
        from ...core.dates import format_date

        columns = series_columns(has_times=_has_times(series))
        polygon = QgsWkbTypes.Type.MultiPolygon
        writer = ResultWriter(inputs, keys.OUTPUT, columns, polygon, gatherer.crs)
        for row in series.rows:
            feedback.check()
            writer.write(row, row.geometry)
        writer.close(feedback)
        first, last = format_date(series.dates[0]), format_date(series.dates[-1])
        self._name_on_load(inputs, writer, series, first, last)
        summary = tr(
            "{count} polygons, {dates} dates from {first} to {last}, factions: {factions}."
        ).format(
            count=writer.count,
            dates=len(series.dates),
            first=first,
            last=last,
            factions=", ".join(series.factions),
        )
        feedback.info(summary)
        return {
            keys.OUTPUT: writer.output_id,
            FEATURES: writer.count,
            DATES: len(series.dates),
            self.FIRST_DATE: first,
            LAST_DATE: last,
            self.FACTIONS: len(series.factions),
            self.MISSING_COUNT: len(series.missing),
            self.MISSING: "; ".join(format_date(moment) for moment in series.missing),
            self.SKIPPED: gatherer.skipped_count,
            self.SKIPPED_SOURCES: len(gatherer.skipped_sources),
            SUMMARY: summary,
        }

    def _name_on_load(
        self, inputs: Inputs, writer: ResultWriter, series: Assembled, first: str, last: str
    ) -> None:
        from .style import style_series

        name_and_style_on_load(
            inputs,
            keys.OUTPUT,
            writer,
            name=tr("Control, {first} to {last}").format(first=first, last=last),
            columns=series_columns(has_times=_has_times(series)),
            style=style_series,
            factions=series.factions,
        )


def _has_times(series: Assembled) -> bool:
    moments = [*series.dates, *(row.end for row in series.rows if row.end is not None)]
    return any(moment != datetime(moment.year, moment.month, moment.day) for moment in moments)


def _check_not_empty(gatherer: Gatherer) -> None:
    if not gatherer.rows:
        raise EmptyLayerError(
            tr(
                "Nothing is left to make a series of: {count} sources and {features} features were "
                "left out. The log says why."
            ).format(count=len(gatherer.skipped_sources), features=gatherer.skipped_count)
        )
