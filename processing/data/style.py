"""How a series looks on the map, and when. For the main thread only."""

from __future__ import annotations

from typing import Sequence

from qgis.core import Qgis, QgsExpression, QgsVectorLayer

from ..styling import style_control

__all__ = ["set_interval_times", "style_series"]


def style_series(layer: QgsVectorLayer, factions: Sequence[str]) -> None:
    """Fill a series by faction, and let the Temporal Controller play it."""
    style_control(layer, "faction", factions)
    set_interval_times(layer, "valid_from", "valid_to")


def set_interval_times(layer: QgsVectorLayer, start_field: str, end_field: str) -> None:
    """Show each row from its start until before its end; one without an end for ever.

    By expressions: from fields, QGIS also shows what begins at the end of the time shown.
    """
    properties = layer.temporalProperties()
    properties.setMode(Qgis.VectorTemporalMode.FeatureDateTimeStartAndEndFromExpressions)
    for field, set_expression in (
        (start_field, properties.setStartExpression),
        (end_field, properties.setEndExpression),
    ):
        set_expression(f"to_datetime({QgsExpression.quotedColumnRef(field)})")
    properties.setIsActive(True)
