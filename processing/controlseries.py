"""Reads the control layer of a run as a series of snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.errors import EmptyLayerError
from ..core.i18n import tr
from . import parameters as keys
from .convert import crs_text
from .inputs import read_moment

if TYPE_CHECKING:
    from qgis.core import QgsFeatureSource

    from ..core.feedback import Feedback
    from ..core.series import Series
    from .inputs import Inputs

__all__ = ["read_series_of"]


def read_series_of(inputs: Inputs, feedback: Feedback) -> Series:
    """Return the control layer as a series of snapshots."""
    from ..core.series import FieldNames, read_series
    from .controlreader import ControlReader

    source = inputs.source(keys.CONTROL)
    name = source.sourceName()
    _tell_left_empty(inputs, source, name, feedback)
    reader = ControlReader(
        source,
        layer_name=name,
        faction_field=inputs.text(keys.FACTION_FIELD),
        date_field=inputs.text(keys.DATE_FIELD),
        end_field=inputs.text(keys.END_FIELD),
        end_inclusive=inputs.algorithm.parameterAsBool(
            inputs.values, keys.END_INCLUSIVE, inputs.context
        ),
        layer=inputs.whole_layer(keys.CONTROL),
    )
    try:
        series = read_series(
            reader.rows(feedback),
            layer_name=name,
            crs=crs_text(source.sourceCrs()),
            alliances=inputs.alliances,
            dated=inputs.has(keys.DATE_FIELD),
            end_field=inputs.has(keys.END_FIELD),
            field_names=FieldNames(
                faction=inputs.text(keys.FACTION_FIELD) or "",
                start=inputs.text(keys.DATE_FIELD) or "",
                end=inputs.text(keys.END_FIELD) or "",
            ),
            date=read_moment(inputs, keys.DATE),
            from_date=read_moment(inputs, keys.FROM_DATE),
            to_date=read_moment(inputs, keys.TO_DATE),
            feedback=feedback,
        )
    except EmptyLayerError:
        # dates that cannot be read say more than that nothing is left
        reader.report(feedback)
        raise
    reader.report(feedback)
    return series


def _tell_left_empty(
    inputs: Inputs, source: QgsFeatureSource, name: str, feedback: Feedback
) -> None:
    """Warn of fields left empty, where that makes other figures than the user may expect."""
    if not inputs.has(keys.FACTION_FIELD):
        feedback.warning(
            tr(
                "No faction field is given: all of the control layer is held by one faction, "
                '"{name}".'
            ).format(name=name)
        )
    dates = [field.name() for field in source.fields() if field.isDateOrTime()]
    if dates and not inputs.has(keys.DATE_FIELD):
        feedback.warning(
            tr(
                'No date field is given, though the control layer has "{field}": all its features '
                "are taken as held at one time."
            ).format(field=dates[0])
        )
