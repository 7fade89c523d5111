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
from ..styling import set_snapshot_times, style_control

__all__ = ["set_interval_times", "style_copy", "style_problems", "style_series"]

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


def style_copy(
    layer: QgsVectorLayer,
    factions: Sequence[str],
    *,
    faction_field: str | None,
    date_field: str | None,
    end_field: str | None,
    end_inclusive: bool,
) -> None:
    """Give a copy of a control layer the fills and times of one."""
    if faction_field is not None:
        style_control(layer, faction_field, factions)
    if date_field is not None and end_field is not None:
        set_interval_times(layer, date_field, end_field, end_inclusive=end_inclusive)
    elif date_field is not None:
        set_snapshot_times(layer, date_field)


def set_interval_times(
    layer: QgsVectorLayer, start_field: str, end_field: str, *, end_inclusive: bool = False
) -> None:
    """Show each row from its start until before its end; one without an end for ever.

    By expressions: from fields, QGIS also shows what begins at the end of the time shown.
    """
    properties = layer.temporalProperties()
    properties.setMode(Qgis.VectorTemporalMode.FeatureDateTimeStartAndEndFromExpressions)
    start, end = (
        f"to_datetime({QgsExpression.quotedColumnRef(name)})" for name in (start_field, end_field)
    )
    properties.setStartExpression(start)
    properties.setEndExpression(f"{end} + to_interval('1 day')" if end_inclusive else end)
    properties.setIsActive(True)
