"""How results about change look on the map. For the main thread only."""

from __future__ import annotations

from typing import Mapping, Sequence

from qgis.core import (
    QgsExpression,
    QgsFillSymbol,
    QgsGraduatedSymbolRenderer,
    QgsLinePatternFillSymbolLayer,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsProperty,
    QgsRendererRange,
    QgsRuleBasedRenderer,
    QgsSymbol,
    QgsVectorLayer,
)

from ..core.holders import CONTESTED, UNASSIGNED
from ..core.i18n import tr
from .styling import project_faction_colors, set_snapshot_times, style_places

__all__ = [
    "draw_changes",
    "style_changes",
    "style_churn",
    "style_place_history",
    "style_table",
]

_UNASSIGNED_COLOR = "#c8c8c8"
_CONTESTED_COLOR = "#7a7a7a"
_OUTLINE_MM = 0.2
_STRONG_OUTLINE_MM = 0.6
_REDRAW_TEST = "\"kind\" = 'redraw'"

# from pale to dark: single-hue purple, ColorBrewer (Brewer 2003), told apart in grey too
_CHURN_CLASSES = (
    (1, 1, "#bcbddc"),
    (2, 2, "#918bc3"),
    (3, 4, "#6a51a3"),
    (5, 1_000_000, "#3f007d"),
)


def style_changes(layer: QgsVectorLayer, factions: Sequence[str]) -> None:
    """Fill ground in the colour of who gained it, hatch it in that of who lost it, set times.

    What is only redrawn is a thin dashed outline.
    """
    draw_changes(layer, project_faction_colors(factions))
    set_snapshot_times(layer, "to_date")
    layer.triggerRepaint()


def draw_changes(
    layer: QgsVectorLayer, colors: Mapping[str, str], *, hatch_losers: bool = True
) -> None:
    """Draw changes as `style_changes` does, in colours that are given.

    `hatch_losers` False leaves the fills plain, in the colour of who gained the ground, and
    draws their outlines strong, as they may lie on ground of the same colour.
    """
    outline_mm = _OUTLINE_MM if hatch_losers else _STRONG_OUTLINE_MM
    root = QgsRuleBasedRenderer.Rule(None)
    real = f"NOT ({_REDRAW_TEST})"
    for label, color, test in _holder_rules("to_faction", tr("Gained by {}"), colors):
        root.appendChild(_rule(_fill(color, outline_mm), label, f"{real} AND {test}"))
    if hatch_losers:
        for label, color, test in _holder_rules("from_faction", tr("Lost by {}"), colors):
            root.appendChild(_rule(_hatch(color), label, f"{real} AND {test}"))
    root.appendChild(_rule(_redrawn(), tr("Only redrawn"), _REDRAW_TEST))
    layer.setRenderer(QgsRuleBasedRenderer(root))


def style_churn(layer: QgsVectorLayer, factions: Sequence[str]) -> None:  # noqa: ARG001 - as others
    """Fill ground the darker the more often it changed hands; nothing where it was redrawn."""
    ranges = [
        QgsRendererRange(low, high, _plain_fill(color), _churn_label(low, high))
        for low, high, color in _CHURN_CLASSES
    ]
    layer.setRenderer(QgsGraduatedSymbolRenderer("times", ranges))
    layer.triggerRepaint()


def style_place_history(layer: QgsVectorLayer, factions: Sequence[str]) -> None:
    """Draw places as dots in their holders' colours, larger where they changed hands often."""
    style_places(layer, "place")
    colors = project_faction_colors(factions)
    root = QgsRuleBasedRenderer.Rule(None)
    for label, color, test in _holder_rules("faction", "{}", colors):
        symbol = QgsMarkerSymbol.createSimple(
            {"name": "circle", "color": color, "outline_color": "#222222", "outline_width": "0.3"}
        )
        size = QgsProperty.fromExpression('2.2 + 0.8 * min("changes", 4)')
        symbol.setDataDefinedSize(size)
        root.appendChild(_rule(symbol, label, test))
    layer.setRenderer(QgsRuleBasedRenderer(root))
    layer.triggerRepaint()


def style_table(layer: QgsVectorLayer, factions: Sequence[str]) -> None:
    """Leave a table as it is: its headings are all it needs."""


def _holder_rules(
    field: str, pattern: str, colors: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Return label, colour and test for each faction and for ground of none or of several."""
    column = QgsExpression.quotedColumnRef(field)
    rules = [
        (pattern.format(name), color, f"{column} = {QgsExpression.quotedString(name)}")
        for name, color in colors.items()
    ]
    known = ", ".join(QgsExpression.quotedString(name) for name in (*colors, UNASSIGNED))
    if UNASSIGNED not in colors:
        test = f"{column} = {QgsExpression.quotedString(UNASSIGNED)}"
        rules.append((pattern.format(tr("nobody")), _UNASSIGNED_COLOR, test))
    # a faction may bear any name: what is none of them is contested
    test = f"{column} NOT IN ({known})"
    rules.append((pattern.format(tr("several ({})").format(CONTESTED)), _CONTESTED_COLOR, test))
    return rules


def _rule(symbol: QgsSymbol, label: str, test: str) -> QgsRuleBasedRenderer.Rule:
    return QgsRuleBasedRenderer.Rule(symbol, 0, 0, test, label)


def _fill(color: str, outline_mm: float) -> QgsFillSymbol:
    return QgsFillSymbol.createSimple(
        {
            "color": color,
            "outline_color": "#222222",
            "outline_width": str(outline_mm),
            "joinstyle": "round",
        }
    )


def _plain_fill(color: str) -> QgsFillSymbol:
    return QgsFillSymbol.createSimple({"color": color, "outline_style": "no"})


def _hatch(color: str) -> QgsFillSymbol:
    symbol = QgsFillSymbol.createSimple({"style": "no", "outline_style": "no"})
    hatch = QgsLinePatternFillSymbolLayer()
    hatch.setLineAngle(45.0)
    hatch.setDistance(2.4)
    hatch.setSubSymbol(QgsLineSymbol.createSimple({"line_color": color, "line_width": "0.7"}))
    symbol.appendSymbolLayer(hatch)
    for index in range(symbol.symbolLayerCount()):
        symbol.symbolLayer(index).setRenderingPass(1)
    return symbol


def _redrawn() -> QgsFillSymbol:
    return QgsFillSymbol.createSimple(
        {
            "style": "no",
            "outline_color": "#666666",
            "outline_width": "0.2",
            "outline_style": "dash",
        }
    )


def _churn_label(low: int, high: int) -> str:
    if low == high == 1:
        return tr("Changed hands once")
    if low == high:
        return tr("{} times").format(low)
    last = _CHURN_CLASSES[-1][1]
    return (
        tr("{} times or more").format(low)
        if high == last
        else tr("{} to {} times").format(low, high)
    )
