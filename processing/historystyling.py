"""How events and changes of border contact look on the map. For the main thread only."""

from __future__ import annotations

from typing import Sequence

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsRendererCategory,
    QgsSimpleLineSymbolLayer,
    QgsVectorLayer,
)

from ..core.i18n import tr
from .palette import MARK_COLOR
from .styling import set_snapshot_times

__all__ = ["draw_stretches", "style_events", "style_stretches"]

_NEUTRAL = "#6b6b75"
_GAIN = "#0072b2"


def style_events(layer: QgsVectorLayer, factions: Sequence[str]) -> None:  # noqa: ARG001
    """Mark events by kind, losses in red, and set times."""
    categories = [
        QgsRendererCategory(kind, _marker(shape, color), label)
        for kind, label, shape, color in _event_marks()
    ]
    layer.setRenderer(QgsCategorizedSymbolRenderer("kind", categories))
    set_snapshot_times(layer, "date")
    layer.triggerRepaint()


def style_stretches(layer: QgsVectorLayer, factions: Sequence[str]) -> None:  # noqa: ARG001
    """Draw stretches of border: lost in red, gained in blue, kept thin and grey; set times.

    Where one faction lost what another gained, red lies upon a wider blue, so that both show.
    """
    draw_stretches(layer)
    set_snapshot_times(layer, "date")
    layer.triggerRepaint()


def draw_stretches(layer: QgsVectorLayer) -> None:
    """Draw stretches of border as `style_stretches` does."""
    looks = (
        ("kept", tr("Contact kept"), _NEUTRAL, 0.8),
        ("gained", tr("Contact gained"), _GAIN, 3.0),
        ("lost", tr("Contact lost"), MARK_COLOR, 1.4),
    )
    categories = [
        QgsRendererCategory(change, _line(color, width_mm, level), label)
        for level, (change, label, color, width_mm) in enumerate(looks)
    ]
    renderer = QgsCategorizedSymbolRenderer("change", categories)
    renderer.setUsingSymbolLevels(True)
    layer.setRenderer(renderer)


def _event_marks() -> tuple[tuple[str, str, str, str], ...]:
    return (
        ("largest_lost", tr("Largest enclave lost"), "star", MARK_COLOR),
        ("vanished", tr("Enclave vanished"), "cross2", MARK_COLOR),
        ("contact_lost", tr("Border contact lost"), "line", MARK_COLOR),
        ("presence_ended", tr("Presence in a province ended"), "diamond", MARK_COLOR),
        ("encircled", tr("Enclave encircled"), "circle", MARK_COLOR),
        ("split", tr("Enclave split"), "triangle", MARK_COLOR),
        ("place_taken", tr("Place taken"), "square", _NEUTRAL),
        ("appeared", tr("Enclave appeared"), "cross", _GAIN),
        ("merged", tr("Enclaves merged"), "pentagon", _GAIN),
        ("contact_gained", tr("Border contact gained"), "line", _GAIN),
        ("presence_began", tr("Presence in a province began"), "diamond", _GAIN),
        ("relieved", tr("Enclave relieved"), "circle", _GAIN),
    )


def _marker(shape: str, color: str) -> QgsMarkerSymbol:
    # shapes of lines alone have no outline that a white one would set off
    is_open = shape in ("cross", "cross2", "line")
    return QgsMarkerSymbol.createSimple(
        {
            "name": shape,
            "color": color,
            "outline_color": color if is_open else "#ffffff",
            "outline_width": "0.9" if is_open else "0.3",
            "size": "4.2",
        }
    )


def _line(color: str, width_mm: float, level: int) -> QgsLineSymbol:
    caps = {"capstyle": "flat", "joinstyle": "round"}
    halo = {"line_color": "#ffffff", "line_width": str(width_mm + 0.8), **caps}
    line = QgsLineSymbol.createSimple(halo)
    inner = {"line_color": color, "line_width": str(width_mm), **caps}
    if not line.appendSymbolLayer(QgsSimpleLineSymbolLayer.create(inner)):
        raise RuntimeError(tr("QGIS does not take a line of {}.").format(inner))
    for index in range(line.symbolLayerCount()):
        line.symbolLayer(index).setRenderingPass(level)
    return line
