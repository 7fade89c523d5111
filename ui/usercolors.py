"""The colours of factions: the user's own where the control layer has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Sequence

from qgis.core import QgsCategorizedSymbolRenderer, QgsProject, QgsSymbol

from ..processing.convert import plain_value
from ..processing.palette import faction_colors
from ..processing.styling import stored_faction_colors

if TYPE_CHECKING:
    from qgis.core import QgsVectorLayer

__all__ = ["colors_of"]


def colors_of(
    layer: QgsVectorLayer | None, faction_field: str, factions: Sequence[str]
) -> dict[str, str]:
    """Return a colour for each faction, as `#rrggbb`; nothing is written to the project.

    A faction has the colour of its category where the control layer is categorised by
    `faction_field`, else the one that the project keeps for it, else one of the palette that
    nothing else has.
    """
    own = {} if layer is None else _colors_of_categories(layer, faction_field)
    taken = {**stored_faction_colors(QgsProject.instance()), **own}
    return faction_colors(factions, taken)


def _colors_of_categories(layer: QgsVectorLayer, faction_field: str) -> dict[str, str]:
    renderer = layer.renderer()
    if not isinstance(renderer, QgsCategorizedSymbolRenderer):
        return {}
    if not faction_field or _field_of(renderer.classAttribute()) != faction_field:
        return {}
    return {
        name: color
        for category in renderer.categories()
        for color in [_color_of(category.symbol())]
        for name in _names(category.value())
        if color is not None
    }


def _field_of(attribute: str) -> str:
    """Return the field's name, which a style may hold as a reference: `"faction"`."""
    attribute = attribute.strip()
    if len(attribute) > 1 and attribute[0] == attribute[-1] == '"':
        return attribute[1:-1].replace('""', '"')
    return attribute


def _names(value: Any) -> Iterator[str]:
    """Yield the names of a category, which may be several; that of all others has none."""
    for each in value if isinstance(value, (list, tuple)) else [value]:
        plain = plain_value(each)
        if plain is not None and str(plain).strip():
            yield str(plain).strip()


def _color_of(symbol: QgsSymbol | None) -> str | None:
    """Return the colour without its opacity: the dock has opacities of its own."""
    color = None if symbol is None else symbol.color()
    return color.name() if color is not None and color.isValid() else None
