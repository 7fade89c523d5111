"""How a series, and what is wrong with one, looks on the map. For the main thread only."""

from __future__ import annotations

from typing import Sequence

from qgis.core import (
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsExpression,
    QgsFillSymbol,
    QgsRendererCategory,
    QgsVectorLayer,
)

from ...core.i18n import tr
from ..styling import style_control

__all__ = ["set_interval_times", "style_problems", "style_series"]

_SEVERITY_COLORS = {"error": "213,0,50", "warning": "230,120,0", "note": "90,90,110"}


def style_series(layer: QgsVectorLayer, factions: Sequence[str]) -> None:
    """Fill a series by faction, and let the Temporal Controller play it."""
    style_control(layer, "faction", factions)
    set_interval_times(layer, "valid_from", "valid_to")


def style_problems(layer: QgsVectorLayer, factions: Sequence[str]) -> None:  # noqa: ARG001
    """Outline problems by how bad they are, thick enough for slivers to be seen."""
    names = {"error": tr("error"), "warning": tr("warning"), "note": tr("note")}
    categories = [
        QgsRendererCategory(
            severity,
            QgsFillSymbol.createSimple(
                {
                    "color": f"{color},70",
                    "outline_color": f"{color},255",
                    "outline_width": "0.6",
                    "joinstyle": "round",
                }
            ),
            names[severity],
        )
        for severity, color in _SEVERITY_COLORS.items()
    ]
    layer.setRenderer(QgsCategorizedSymbolRenderer("severity", categories))
    layer.triggerRepaint()


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
