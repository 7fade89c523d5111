"""`enclavewatch:placeshistory`: who held each place from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Sequence

from qgis.core import QgsProcessing, QgsProcessingParameterFeatureSource, QgsWkbTypes

from ...core.i18n import tr
from .. import parameters as keys
from ..base import EnclaveWatchAlgorithm, Texts
from ..controlseries import read_series_of
from ..definitions import sink, with_help
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
from ..inputs import Inputs, read_all_places
from ..placefields import history_columns, spell_columns, spell_rows
from ..results import Result, writing

if TYPE_CHECKING:
    from qgis.core import QgsProcessingOutputDefinition, QgsProcessingParameterDefinition

    from ...core.feedback import Feedback
    from ...core.placehistory import PlaceHistory
    from ...core.series import Series
    from ..help import HelpEntry

__all__ = ["PlacesHistory"]

_BEFORE_PLACES = (
    keys.CONTROL,
    keys.FACTION_FIELD,
    keys.DATE_FIELD,
)
_NAMES_SHOWN = 5
_AFTER_PLACES = (
    keys.FROM_DATE,
    keys.TO_DATE,
    keys.ALLIANCES,
    keys.END_FIELD,
    keys.END_INCLUSIVE,
)


class PlacesHistory(EnclaveWatchAlgorithm):
    """Gives each place with its present holder, and a table of all who held it."""

    NAME = "placeshistory"
    GROUP = "change"
    TABLE = "TABLE"
    CHANGED = "CHANGED"

    def texts(self) -> Texts:
        """Return what the toolbox says of it."""
        return Texts(
            title=tr("History of places"),
            summary=tr(
                "Who held each town from when to when, for how many days, how often it changed "
                "hands, and who holds it now."
            ),
            tags=tr(
                "place,town,city,village,history,holder,captured,lost,changed hands,control,"
                "faction,conflict"
            ),
        )

    def help_fields(self) -> list[HelpEntry]:
        """Return the fields of the result."""
        return field_entries((*history_columns(has_times=False), *spell_columns(has_times=False)))

    def declared_parameters(self) -> Sequence[QgsProcessingParameterDefinition]:
        """Return what the user gives, results among it."""
        places = with_help(
            QgsProcessingParameterFeatureSource(
                keys.PLACES, tr("Places"), [QgsProcessing.SourceType.TypeVectorPoint]
            ),
            tr("Points, towns for instance."),
        )
        point = QgsProcessing.SourceType.TypeVectorPoint
        table = QgsProcessing.SourceType.TypeVector
        return (
            *keys.make_parameters(_BEFORE_PLACES),
            places,
            *keys.make_parameters([keys.PLACE_FIELD]),
            *keys.make_parameters(_AFTER_PLACES),
            sink(keys.OUTPUT, tr("Places"), point),
            sink(self.TABLE, tr("Holders of places"), table, optional=True),
        )

    def declared_outputs(self) -> Sequence[QgsProcessingOutputDefinition]:
        """Return the headline figures."""
        return (
            number_output(COUNT, tr("Number of places")),
            number_output(self.CHANGED, tr("Of them, places that changed hands")),
            number_output(DATES, tr("Number of dates")),
            text_output(LAST_DATE, tr("Last date")),
            number_output(FEATURES, tr("Number of rows of the table of holders")),
            text_output(SUMMARY, tr("The places that changed hands, one line each")),
        )

    def compute(self, inputs: Inputs, feedback: Feedback) -> dict[str, Any]:
        """Read, look who held each place, write."""
        from ...core.dates import format_date
        from ...core.placehistory import history_lines, place_histories
        from ..changestyles import style_place_history

        series = read_series_of(inputs, feedback.part(0.0, 0.4))
        places = read_all_places(inputs, series, feedback.part(0.4, 0.5))
        histories = place_histories(series, places, feedback.part(0.5, 1.0))
        _tell_never_held(histories, feedback)
        columns = history_columns(has_times=series.has_times)
        points = QgsWkbTypes.Type.MultiPoint
        result = Result(keys.OUTPUT, columns, points, tr("Places"), style_place_history)
        with writing(inputs, result, series, feedback) as writer:
            for each in histories:
                writer.write(each, each.geometry)
        outputs: dict[str, Any] = {
            keys.OUTPUT: writer.output_id,
            **self._write_table(inputs, series, histories, feedback),
            COUNT: len(histories),
            self.CHANGED: sum(each.changes > 0 for each in histories),
            DATES: len(series.moments),
            LAST_DATE: format_date(series.moments[-1].date),
            FEATURES: sum(len(each.spells) for each in histories),
            SUMMARY: "\n".join(history_lines(histories)),
        }
        tell_summary(outputs[SUMMARY].splitlines(), feedback)
        return outputs

    def _write_table(
        self,
        inputs: Inputs,
        series: Series,
        histories: Sequence[PlaceHistory],
        feedback: Feedback,
    ) -> dict[str, Any]:
        from ..changestyles import style_table

        if not inputs.has(self.TABLE):
            return {}
        columns = spell_columns(has_times=series.has_times)
        table = QgsWkbTypes.Type.NoGeometry
        result = Result(self.TABLE, columns, table, tr("Holders of places"), style_table)
        with writing(inputs, result, series, feedback) as writer:
            for each in histories:
                for row in spell_rows(each):
                    writer.write(row)
        return {self.TABLE: writer.output_id}


def _tell_never_held(histories: Sequence[PlaceHistory], feedback: Feedback) -> None:
    names = [each.name for each in histories if not each.changes and not each.now.holders]
    if names:
        shown = ", ".join(names[:_NAMES_SHOWN]) + (", ..." if len(names) > _NAMES_SHOWN else "")
        feedback.info(
            tr("Places in ground that nobody holds on any date: {count} ({names}).").format(
                count=len(names), names=shown
            )
        )
