"""What a printed map shows: the layers of one date, as QGIS draws them.

For the main thread only.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping, Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsFillSymbol,
    QgsLineSymbol,
    QgsPalLayerSettings,
    QgsProject,
    QgsProperty,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtGui import QColor

from ...compat import FieldKind, make_field
from ...core.errors import CrsError
from ...core.i18n import tr
from ...core.model import SEA
from ..convert import to_qgs_geometry
from ..styling import draw_control, style_places, text_format
from .markup import one_line

if TYPE_CHECKING:
    from ...core.geography import Geography
    from ...core.model import Enclave
    from ...core.stretches import BorderRuler

__all__ = [
    "LINE_BREAK",
    "MapLayers",
    "MapWords",
    "extent_of",
    "make_map_layers",
    "map_crs",
    "plain",
]

LINE_BREAK = "\u2028"
"""What breaks a line of a legend; `plain` leaves none in a name."""

_WIDEST_LOCAL_DEG = 60.0
_MARGIN = 0.12
_LEAST_SPAN_M = 20_000.0
_LONGEST_NAME = 60
_LONGEST_LABEL = 90
_LEGEND_LETTERS = 24
_ROOM_FOR_LABEL_MM = 10.0


@dataclass(frozen=True)
class MapWords:
    """What is written on a map, in the language of the report.

    `number` is given a value and how many decimals.
    """

    places: str
    home: str
    contact: str
    sea: str
    km: str
    km2: str
    number: Callable[[float, int], str]


@dataclass(frozen=True)
class MapLayers:
    """The layers of one date, the topmost first, and those of them that the legend tells of."""

    all: tuple[QgsVectorLayer, ...] = field(repr=False)
    told: tuple[QgsVectorLayer, ...] = field(repr=False)


def plain(text: str, longest: int = _LONGEST_NAME) -> str:
    """Return `text` such that a layout or a legend prints it as it is, at most `longest` letters.

    Both would take what stands between `[%` and `%]` for an expression.
    """
    shown = " ".join(one_line(text).split())
    if len(shown) > longest:
        shown = shown[: longest - 1].rstrip() + "\u2026"
    return shown.replace("[%", "[\u200b%")


def map_crs(
    control_crs: QgsCoordinateReferenceSystem, bounds: QgsRectangle
) -> QgsCoordinateReferenceSystem:
    """Return an equal-area system around what is shown, so that no enclave looks too large.

    Raises
    ------
    CrsError : if the bounds cannot be brought to degrees
    """
    degrees = _moved(bounds, control_crs, QgsCoordinateReferenceSystem("EPSG:4326"))
    if degrees.width() > _WIDEST_LOCAL_DEG or degrees.height() > _WIDEST_LOCAL_DEG:
        middle = degrees.center().x()
        return QgsCoordinateReferenceSystem.fromProj(
            f"+proj=eqearth +lon_0={middle:.4f} +datum=WGS84 +units=m +no_defs"
        )
    middle = degrees.center()
    return QgsCoordinateReferenceSystem.fromProj(
        f"+proj=laea +lat_0={middle.y():.4f} +lon_0={middle.x():.4f} +datum=WGS84 +units=m +no_defs"
    )


def extent_of(
    geometries: Iterable[Any],
    control_crs: QgsCoordinateReferenceSystem,
    crs: QgsCoordinateReferenceSystem,
) -> QgsRectangle:
    """Return what a map shows of geometries, with some ground around."""
    import shapely

    box = _moved(QgsRectangle(*shapely.total_bounds(list(geometries)).tolist()), control_crs, crs)
    grown = max(_MARGIN * max(box.width(), box.height()), (_LEAST_SPAN_M - box.width()) / 2.0)
    return box.buffered(grown)


def make_map_layers(  # noqa: PLR0913 - all but the first by name
    enclaves: Sequence[Enclave],
    geography: Geography,
    ruler: BorderRuler,
    *,
    crs: QgsCoordinateReferenceSystem,
    shown: QgsRectangle,
    colors: Mapping[str, str],
    labelled: Callable[[Enclave], bool],
    along_border: Callable[[Enclave], bool],
    words: MapWords,
) -> MapLayers:
    """Return the layers of one date.

    Parameters
    ----------
    crs : of the control layer, which all geometries are in
    shown : what the map shows, in that system; factions elsewhere are left out of the legend
    labelled : which enclaves have their area written on them
    along_border : which of them have their border contact drawn
    """
    here = [each for each in enclaves if to_qgs_geometry(each.geometry).intersects(shown)]
    held = _held(here, crs, colors, labelled, words)
    contacts = _contacts([each for each in here if along_border(each)], ruler, crs, words)
    places = _places(geography, crs, shown, words)
    borders = _borders(geography, crs, words)
    provinces = _provinces(geography, crs)
    told = [held, *contacts, *places, *borders]
    return MapLayers((*places, *contacts, *borders, held, *provinces), tuple(told))


def _held(
    enclaves: Sequence[Enclave],
    crs: QgsCoordinateReferenceSystem,
    colors: Mapping[str, str],
    labelled: Callable[[Enclave], bool],
    words: MapWords,
) -> QgsVectorLayer:
    rows = [
        (
            (each.faction, _area_text(each, words) if labelled(each) else "", each.area_km2),
            each.geometry,
        )
        for each in enclaves
    ]
    layer = _layer("MultiPolygon", "", crs, ("faction", "label", "area_km2"), rows)
    areas_km2: dict[str, float] = {}
    for each in enclaves:
        areas_km2[each.faction] = areas_km2.get(each.faction, 0.0) + each.area_km2
    # the legend has the largest first, and only who is on the map
    order = sorted(areas_km2, key=lambda name: (-areas_km2[name], name))
    draw_control(layer, "faction", {name: colors[name] for name in order})
    renderer = layer.renderer()
    for index, name in enumerate(order):
        lines = textwrap.wrap(plain(name, _LONGEST_LABEL), _LEGEND_LETTERS, break_on_hyphens=False)
        renderer.updateCategoryLabel(index, LINE_BREAK.join(lines))
    settings = QgsPalLayerSettings()
    settings.fieldName = "label"
    settings.placement = QgsPalLayerSettings.Placement.Horizontal
    settings.priority = 10
    properties = settings.dataDefinedProperties()
    narrow = QgsProperty.fromExpression(
        f'sqrt(to_real("area_km2")) * 1000000 / @map_scale < {_ROOM_FOR_LABEL_MM}'
    )
    properties.setProperty(QgsPalLayerSettings.Property.PolygonLabelOutside, narrow)
    settings.setDataDefinedProperties(properties)
    _label(layer, settings, 9.0)
    return layer


def _area_text(enclave: Enclave, words: MapWords) -> str:
    decimals = 1 if enclave.area_km2 < 10 else 0  # noqa: PLR2004 - as on the map of the toolbox
    return f"{words.number(enclave.area_km2, decimals)} {words.km2}"


def _contacts(
    enclaves: Sequence[Enclave],
    ruler: BorderRuler,
    crs: QgsCoordinateReferenceSystem,
    words: MapWords,
) -> list[QgsVectorLayer]:
    """Return the border contact of each faction: what two of its enclaves lie along counts once."""
    rows = []
    for faction in sorted({each.faction for each in enclaves}):
        own = [each for each in enclaves if each.faction == faction]
        for neighbour, length_km in ruler.lengths_km(own).items():
            line = ruler.geometry(ruler.stretch(own, neighbour), neighbour)
            rows.append(((faction, f"{words.number(length_km, 1)} {words.km}"), line))
    if not rows:
        return []
    layer = _layer("MultiLineString", plain(words.contact), crs, ("faction", "label"), rows)
    symbol = QgsLineSymbol.createSimple(
        {"line_color": "#d7191c", "line_width": "0.9", "capstyle": "flat"}
    )
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    settings = QgsPalLayerSettings()
    settings.fieldName = "label"
    settings.placement = QgsPalLayerSettings.Placement.Line
    settings.priority = 9
    line = settings.lineSettings()
    line.setOverrunDistance(20.0)  # mm: a short stretch has its label too
    settings.setLineSettings(line)
    _label(layer, settings, 8.0, bold=True)
    return [layer]


def _places(
    geography: Geography, crs: QgsCoordinateReferenceSystem, shown: QgsRectangle, words: MapWords
) -> list[QgsVectorLayer]:
    rows = [((plain(place.name),), place.geometry) for place in geography.places]
    here = [row for row in rows if to_qgs_geometry(row[1]).intersects(shown)]
    if not here:
        return []
    layer = _layer("MultiPoint", plain(words.places), crs, ("name",), here)
    style_places(layer, "name")
    return [layer]


def _borders(
    geography: Geography, crs: QgsCoordinateReferenceSystem, words: MapWords
) -> list[QgsVectorLayer]:
    rows = [
        ((words.sea if line.neighbour == SEA else plain(line.neighbour),), line.geometry)
        for line in geography.borders
    ]
    layer = _layer("MultiLineString", plain(words.home), crs, ("neighbour",), rows)
    symbol = QgsLineSymbol.createSimple({"line_color": "#444444", "line_width": "0.5"})
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    settings = QgsPalLayerSettings()
    settings.fieldName = "neighbour"
    settings.placement = QgsPalLayerSettings.Placement.Line
    settings.priority = 3
    _label(layer, settings, 9.0, bold=True, color="#555555")
    return [layer]


def _provinces(geography: Geography, crs: QgsCoordinateReferenceSystem) -> list[QgsVectorLayer]:
    layers = []
    if geography.provinces:
        rows = [((plain(each.name),), each.geometry) for each in geography.provinces]
        layer = _layer("MultiPolygon", "", crs, ("name",), rows)
        _fill(layer, fill="#00000000", line="#b0aaa0", width="0.2")
        settings = QgsPalLayerSettings()
        settings.fieldName = "name"
        settings.placement = QgsPalLayerSettings.Placement.Horizontal
        settings.priority = 1
        _label(layer, settings, 8.0, color="#8a8478")
        layers.append(layer)
    if geography.home is not None:
        layer = _layer("MultiPolygon", "", crs, ("name",), [(("",), geography.home)])
        _fill(layer, fill="#f6f3ec", line="#f6f3ec", width="0")
        layers.append(layer)
    return layers


def _fill(layer: QgsVectorLayer, *, fill: str, line: str, width: str) -> None:
    style = "no" if fill == "#00000000" else "solid"
    symbol = QgsFillSymbol.createSimple(
        {"color": fill, "style": style, "outline_color": line, "outline_width": width}
    )
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))


def _label(
    layer: QgsVectorLayer,
    settings: QgsPalLayerSettings,
    size_pt: float,
    *,
    bold: bool = False,
    color: str = "#111111",
) -> None:
    letters = text_format(size_pt=size_pt, bold=bold)
    letters.setColor(QColor(color))
    settings.setFormat(letters)
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)


def _layer(
    kind: str,
    name: str,
    crs: QgsCoordinateReferenceSystem,
    fields: Sequence[str],
    rows: Iterable[tuple[Sequence[Any], Any]],
) -> QgsVectorLayer:
    layer = QgsVectorLayer(kind, name, "memory")
    layer.setCrs(crs)
    provider = layer.dataProvider()
    provider.addAttributes([make_field(each, FieldKind.TEXT) for each in fields])
    layer.updateFields()
    features = []
    for values, geometry in rows:
        feature = QgsFeature(layer.fields())
        feature.setAttributes([str(value) for value in values])
        feature.setGeometry(to_qgs_geometry(geometry))
        features.append(feature)
    provider.addFeatures(features)
    layer.updateExtents()
    return layer


def _moved(
    box: QgsRectangle, crs: QgsCoordinateReferenceSystem, target: QgsCoordinateReferenceSystem
) -> QgsRectangle:
    transform = QgsCoordinateTransform(crs, target, QgsProject().transformContext())
    try:
        return transform.transformBoundingBox(box)
    except QgsCsException as error:
        raise CrsError(
            tr("What the map is to show cannot be brought from {crs} to {target}: {error}").format(
                crs=crs.userFriendlyIdentifier(),
                target=target.userFriendlyIdentifier(),
                error=error,
            )
        ) from error
