"""How the dock's own layers look: as the results of the algorithms do, for one date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Mapping

from qgis.core import QgsFillSymbol, QgsRuleBasedRenderer

from ..core.i18n import tr
from ..processing.changestyles import draw_changes
from ..processing.historystyling import draw_stretches
from ..processing.styling import cut_off_rules, draw_contacts, draw_control, label_areas
from .maplayers import Role

if TYPE_CHECKING:
    from qgis.core import QgsVectorLayer

__all__ = ["DRAW", "Draw"]

Draw = Callable[["QgsVectorLayer", Mapping[str, str]], None]


def _control(layer: QgsVectorLayer, colors: Mapping[str, str]) -> None:
    draw_control(layer, "faction", colors)


def _changes(layer: QgsVectorLayer, colors: Mapping[str, str]) -> None:
    draw_changes(layer, colors, hatch_losers=False)


def _enclaves(layer: QgsVectorLayer, colors: Mapping[str, str]) -> None:  # noqa: ARG001
    """Outline enclaves and mark those cut off: the layers below have filled them already."""
    outline = QgsFillSymbol.createSimple(
        {
            "style": "no",
            "outline_color": "#222222",
            "outline_width": "0.3",
            "joinstyle": "round",
        }
    )
    root = QgsRuleBasedRenderer.Rule(None)
    root.appendChild(QgsRuleBasedRenderer.Rule(outline, 0, 0, "", tr("Enclave")))
    for rule in cut_off_rules():
        root.appendChild(rule)
    layer.setRenderer(QgsRuleBasedRenderer(root))
    label_areas(layer)


def _contacts(layer: QgsVectorLayer, colors: Mapping[str, str]) -> None:
    draw_contacts(layer, colors)


def _stretches(layer: QgsVectorLayer, colors: Mapping[str, str]) -> None:  # noqa: ARG001
    draw_stretches(layer)


DRAW: Mapping[Role, Draw] = {
    Role.STRETCHES: _stretches,
    Role.CONTACTS: _contacts,
    Role.ENCLAVES: _enclaves,
    Role.CHANGES: _changes,
    Role.CONTROL: _control,
}
"""How to draw the layer of each role in the colours of the factions."""
