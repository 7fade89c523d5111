"""The layers of the maps of a film: what is held on a date, and the land around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Mapping

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsExpression,
    QgsFeature,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsLineSymbol,
    QgsPalLayerSettings,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtGui import QColor

from ...compat import FieldKind, make_field
from ..convert import to_qgs_geometry
from ..styling import draw_contacts, draw_control, style_places

if TYPE_CHECKING:
    from ...core.model import NamedGeometry
    from ..inputs import NamedSource
    from .filmdata import FilmDate

__all__ = ["WATER", "contact_layer", "held_layer", "land_layer", "outline_layer", "place_layer"]

WATER = "#d8e6ef"
_LAND = {"color": "#f4f2ee", "outline_style": "no"}
_BORDER = {"line_color": "#6b6b6b", "line_width": "0.35", "joinstyle": "round"}
_NAME_PT = 7.0
_NAME_COLOR = "#777777"
_FACTION = "faction"
_NAME = "name"


def held_layer(
    date: FilmDate, colors: Mapping[str, str], crs: QgsCoordinateReferenceSystem
) -> QgsVectorLayer:
    """Return what each faction holds on a date, in its colour."""
    rows = [(geometry, {_FACTION: faction}) for faction, geometry in date.held.items()]
    layer = _memory_layer("MultiPolygon", crs, {_FACTION: FieldKind.TEXT}, rows)
    draw_control(layer, _FACTION, colors)
    return layer


def contact_layer(
    date: FilmDate,
    colors: Mapping[str, str],
    crs: QgsCoordinateReferenceSystem,
    *,
    labelled: str | None = None,
) -> QgsVectorLayer:
    """Return the border contact of a date.

    Parameters
    ----------
    labelled : the faction whose contact is labelled with the neighbour and the length; of all
        factions, there would be little else to read on the map
    """
    rows = [
        (
            each.geometry,
            {
                _FACTION: each.faction,
                "neighbour": each.neighbour,
                "length_km": each.length_km,
            },
        )
        for each in date.contacts
    ]
    kinds = {
        _FACTION: FieldKind.TEXT,
        "neighbour": FieldKind.TEXT,
        "length_km": FieldKind.DOUBLE,
    }
    layer = _memory_layer("MultiLineString", crs, kinds, rows)
    draw_contacts(layer, colors)
    if labelled is None:
        layer.setLabelsEnabled(False)
    else:
        own = f'"{_FACTION}" = {QgsExpression.quotedValue(labelled)}'
        settings = layer.labeling().settings()
        settings.fieldName = f"CASE WHEN {own} THEN {settings.fieldName} END"
        layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    return layer


def land_layer(
    countries: NamedSource, extent: QgsRectangle, crs: QgsCoordinateReferenceSystem
) -> QgsVectorLayer:
    """Return the countries within an extent, filled; lines of a border as lines.

    Parameters
    ----------
    extent : in the system `crs`
    """
    layer = _within(countries, extent, crs)
    if countries.is_lines:
        layer.setRenderer(QgsSingleSymbolRenderer(QgsLineSymbol.createSimple(_BORDER)))
    else:
        layer.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(_LAND)))
    return layer


def outline_layer(
    countries: NamedSource,
    extent: QgsRectangle,
    crs: QgsCoordinateReferenceSystem,
    home_names: Iterable[str],
) -> QgsVectorLayer:
    """Return the borders of the countries within an extent, the neighbours' names with them."""
    layer = _within(countries, extent, crs)
    if countries.is_lines:
        layer.setRenderer(QgsSingleSymbolRenderer(QgsLineSymbol.createSimple(_BORDER)))
        return layer
    border = QgsFillSymbol.createSimple(
        {
            "style": "no",
            "outline_color": _BORDER["line_color"],
            "outline_width": _BORDER["line_width"],
            "joinstyle": "round",
        }
    )
    layer.setRenderer(QgsSingleSymbolRenderer(border))
    name = QgsExpression.quotedColumnRef(countries.field_name)
    home = ", ".join(QgsExpression.quotedValue(each) for each in home_names) or "''"
    settings = QgsPalLayerSettings()
    settings.fieldName = f"CASE WHEN {name} NOT IN ({home}) THEN {name} END"
    settings.isExpression = True
    settings.placement = QgsPalLayerSettings.Placement.Horizontal
    text = QgsTextFormat()
    text.setSize(_NAME_PT)
    text.setColor(QColor(_NAME_COLOR))
    settings.setFormat(text)
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)
    return layer


def place_layer(
    places: Iterable[NamedGeometry], crs: QgsCoordinateReferenceSystem
) -> QgsVectorLayer:
    """Return towns with their names."""
    rows = [(place.geometry, {_NAME: place.name}) for place in places]
    layer = _memory_layer("MultiPoint", crs, {_NAME: FieldKind.TEXT}, rows)
    style_places(layer, _NAME)
    return layer


def _memory_layer(
    kind: str,
    crs: QgsCoordinateReferenceSystem,
    fields: Mapping[str, FieldKind],
    rows: Iterable[tuple[Any, Mapping[str, Any]]],
) -> QgsVectorLayer:
    layer = QgsVectorLayer(kind, kind, "memory")
    layer.setCrs(crs)
    provider = layer.dataProvider()
    provider.addAttributes([make_field(name, kind) for name, kind in fields.items()])
    layer.updateFields()
    features = []
    for geometry, values in rows:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(to_qgs_geometry(geometry))
        feature.setAttributes([values[name] for name in fields])
        features.append(feature)
    provider.addFeatures(features)
    layer.updateExtents()
    return layer


def _within(
    countries: NamedSource, extent: QgsRectangle, crs: QgsCoordinateReferenceSystem
) -> QgsVectorLayer:
    """Return a copy in memory of what meets an extent; of all where that cannot be told."""
    source = countries.source
    request = QgsFeatureRequest()
    transform = QgsCoordinateTransform(crs, source.sourceCrs(), QgsCoordinateTransformContext())
    transform.setBallparkTransformsAreAppropriate(True)
    try:
        request.setFilterRect(transform.transformBoundingBox(extent))
    except QgsCsException:
        request = QgsFeatureRequest()  # more than is needed is drawn slower, and no different
    return source.materialize(request)
