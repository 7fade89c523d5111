"""How results and control layers look on the map. For the main thread only.

Everything here works on any layer with the fields of the results, whatever program wrote it.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Callable, Iterable, Mapping, Sequence

from qgis.core import (
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsExpression,
    QgsFillSymbol,
    QgsFontUtils,
    QgsLabeling,
    QgsLinePatternFillSymbolLayer,
    QgsLineSymbol,
    QgsMessageLog,
    QgsPalLayerSettings,
    QgsProcessingFeedback,
    QgsProject,
    QgsProperty,
    QgsRendererCategory,
    QgsRuleBasedRenderer,
    QgsSimpleLineSymbolLayer,
    QgsSymbol,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt
from qgis.PyQt.QtGui import QColor, QFont

from ..core.i18n import tr
from .palette import MARK_COLOR, faction_colors

__all__ = [
    "cut_off_rules",
    "draw_contacts",
    "draw_control",
    "faction_colors",
    "label_areas",
    "project_faction_colors",
    "set_snapshot_times",
    "stored_faction_colors",
    "style_contacts",
    "style_control",
    "style_enclaves",
    "style_places",
    "styled",
    "text_format",
]

Style = Callable[[QgsVectorLayer, Sequence[str]], None]

_SCOPE = "enclave_watch"
_COLORS_KEY = "faction_colors"
_FILL_ALPHA = 140  # of 255: a base map stays readable below
_SMALLEST_LABELLED_MM = 3.0
_ROOM_FOR_LABEL_MM = 12.0
_LABELS_UP_TO_SCALE = 12_000_000.0
_FONTS = ["DejaVu Sans", "Arial", "Liberation Sans", "Helvetica"]
_KEY_FORMAT = "yyyy-MM-dd HH:mm:ss"


def styled(
    style: Style,
    layer: QgsVectorLayer,
    factions: Sequence[str],
    feedback: QgsProcessingFeedback | None = None,
) -> bool:
    """Style `layer` by `style`; return whether it went well.

    A layer without its style is still a good result, so what goes wrong is told in the log
    of the run and in QGIS's, and raises nothing.
    """
    try:
        style(layer, factions)
    except Exception as error:  # noqa: BLE001 - whatever it is, the figures are good
        message = tr('Layer "{name}" could not be styled: {error}').format(
            name=layer.name(), error=f"{type(error).__name__}: {error}"
        )
        QgsMessageLog.logMessage(message, "Enclave Watch", Qgis.MessageLevel.Warning)
        if feedback is not None:
            feedback.reportError(message)
        return False
    return True


def style_enclaves(layer: QgsVectorLayer, factions: Sequence[str]) -> None:
    """Fill enclaves by faction, mark those cut off, label areas, and set times.

    The label of a main area is bold.
    """
    colors = project_faction_colors(factions)
    root = QgsRuleBasedRenderer.Rule(None)
    for faction in factions:
        test = f'"faction" = {QgsExpression.quotedString(faction)}'
        root.appendChild(_rule(_faction_fill(colors[faction]), faction, test))
    for rule in cut_off_rules():
        root.appendChild(rule)
    layer.setRenderer(QgsRuleBasedRenderer(root))
    label_areas(layer)
    set_snapshot_times(layer, "date")
    layer.triggerRepaint()


def style_contacts(layer: QgsVectorLayer, factions: Sequence[str]) -> None:
    """Draw border contact as a thick line in its faction's colour, label it, set times."""
    colors = project_faction_colors(factions)
    draw_contacts(layer, {faction: colors[faction] for faction in factions})
    set_snapshot_times(layer, "date")
    layer.triggerRepaint()


def draw_contacts(layer: QgsVectorLayer, colors: Mapping[str, str]) -> None:
    """Draw border contact as `style_contacts` does, in colours that are given."""
    categories = [
        QgsRendererCategory(faction, _contact_line(color), faction)
        for faction, color in colors.items()
    ]
    layer.setRenderer(QgsCategorizedSymbolRenderer("faction", categories))
    _label(layer, _length_settings())


def style_control(
    layer: QgsVectorLayer,
    faction_field: str,
    factions: Sequence[str],
    date_field: str | None = None,
) -> None:
    """Fill a control layer by faction and, with a date field, set its times."""
    colors = project_faction_colors(factions)
    draw_control(layer, faction_field, {faction: colors[faction] for faction in factions})
    if date_field is not None:
        set_snapshot_times(layer, date_field)
    layer.triggerRepaint()


def draw_control(layer: QgsVectorLayer, faction_field: str, colors: Mapping[str, str]) -> None:
    """Fill a control layer as `style_control` does, in colours that are given."""
    categories = [
        QgsRendererCategory(faction, _faction_fill(color), faction)
        for faction, color in colors.items()
    ]
    layer.setRenderer(QgsCategorizedSymbolRenderer(faction_field, categories))


def label_areas(layer: QgsVectorLayer) -> None:
    """Label enclaves with their area; that of a main area is bold."""
    _label(layer, _area_settings())


def cut_off_rules() -> list[QgsRuleBasedRenderer.Rule]:
    """Return what marks enclaves without border contact, above all fills."""
    return [_rule(symbol, label, test) for symbol, label, test in _marks()]


def style_places(layer: QgsVectorLayer, name_field: str) -> None:
    """Draw towns as small rings with their names."""
    symbol = QgsSymbol.defaultSymbol(layer.geometryType())
    marker = symbol.symbolLayer(0)
    marker.setSize(1.8)
    marker.setColor(QColor("#ffffff"))
    marker.setStrokeColor(QColor("#222222"))
    marker.setStrokeWidth(0.4)
    layer.renderer().setSymbol(symbol)
    settings = QgsPalLayerSettings()
    settings.fieldName = name_field
    settings.placement = QgsPalLayerSettings.Placement.OrderedPositionsAroundPoint
    settings.dist = 0.8
    settings.offsetType = QgsPalLayerSettings.FromSymbolBounds
    settings.setFormat(text_format(size_pt=8.0))
    _label(layer, settings)
    layer.triggerRepaint()


def project_faction_colors(factions: Iterable[str]) -> dict[str, str]:
    """Return a colour for each faction, and keep new ones in the project.

    So a faction has one colour in all layers of a project, in whatever order they come.
    """
    project = QgsProject.instance()
    taken = stored_faction_colors(project)
    colors = faction_colors(factions, taken)
    if not colors.keys() <= taken.keys():
        text = json.dumps({**taken, **colors}, ensure_ascii=False, sort_keys=True)
        project.writeEntry(_SCOPE, _COLORS_KEY, text)
    return colors


def stored_faction_colors(project: QgsProject) -> dict[str, str]:
    """Return the colours of factions that are kept in the project; nothing is written."""
    text, found = project.readEntry(_SCOPE, _COLORS_KEY, "{}")
    try:
        stored = json.loads(text) if found else {}
    except ValueError:
        stored = {}
    if not isinstance(stored, dict):
        return {}
    return {str(name): str(color) for name, color in stored.items() if QColor(str(color)).isValid()}


def set_snapshot_times(layer: QgsVectorLayer, date_field: str) -> None:
    """Let the Temporal Controller show each snapshot from its date until the next one.

    The last snapshot is shown for a day, or as long as the shortest of the others where
    that is less. A layer without dates has no times set.
    """
    dates = _dates(layer, date_field)
    properties = layer.temporalProperties()
    properties.setIsActive(bool(dates))
    if not dates:
        return
    column = QgsExpression.quotedColumnRef(date_field)
    properties.setMode(Qgis.VectorTemporalMode.FeatureDateTimeStartAndEndFromExpressions)
    properties.setStartExpression(f"to_datetime({column})")
    properties.setEndExpression(_end_expression(column, dates))


def _dates(layer: QgsVectorLayer, date_field: str) -> list[datetime]:
    index = layer.fields().lookupField(date_field)
    if index < 0:
        return []
    moments = (_moment(value) for value in layer.uniqueValues(index))
    return sorted({moment for moment in moments if moment is not None})


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        value = QDateTime.fromString(value, Qt.DateFormat.ISODate)
    if isinstance(value, QDate):
        return datetime(value.year(), value.month(), value.day()) if value.isValid() else None
    if isinstance(value, QDateTime) and value.isValid():
        return datetime.strptime(value.toString(_KEY_FORMAT), "%Y-%m-%d %H:%M:%S")
    return None


def _end_expression(column: str, dates: Sequence[datetime]) -> str:
    steps = [later - earlier for earlier, later in zip(dates, dates[1:])]
    last = min([timedelta(days=1), *steps])
    ends = [*dates[1:], dates[-1] + last]
    pairs = ", ".join(f"'{start}', '{end}'" for start, end in zip(dates, ends))
    key = f"format_date(to_datetime({column}), '{_KEY_FORMAT}')"
    return f"to_datetime(map_get(map({pairs}), {key}))"


def _rule(symbol: QgsSymbol, label: str, test: str) -> QgsRuleBasedRenderer.Rule:
    return QgsRuleBasedRenderer.Rule(symbol, 0, 0, test, label)


def _faction_fill(color: str) -> QgsFillSymbol:
    fill = QColor(color)
    fill.setAlpha(_FILL_ALPHA)
    return QgsFillSymbol.createSimple(
        {
            "color": _rgba(fill),
            "outline_color": _rgba(QColor(color).darker(150)),
            "outline_width": "0.26",
            "joinstyle": "round",
        }
    )


def _marks() -> list[tuple[QgsFillSymbol, str, str]]:
    """Return what is drawn over the fills: symbol, legend label, and for which enclaves."""
    encircled = _outline(MARK_COLOR, 0.7)
    encircled.insertSymbolLayer(0, _hatch(45.0))
    besieged = _outline(MARK_COLOR, 0.7)
    besieged.insertSymbolLayer(0, _hatch(45.0))
    besieged.insertSymbolLayer(0, _hatch(135.0))
    cut_off = _outline(MARK_COLOR, 0.6, "dash")
    marks = [
        (cut_off, tr("No border contact"), "\"status\" = 'open'"),
        (besieged, tr("Besieged by several factions"), "\"status\" = 'besieged'"),
        (encircled, tr("Encircled by one faction"), "\"status\" = 'encircled'"),
    ]
    for symbol, _, _ in marks:  # after all fills, whatever the order of the enclaves
        for index in range(symbol.symbolLayerCount()):
            symbol.symbolLayer(index).setRenderingPass(1)
    return marks


def _outline(color: str, width_mm: float, line_style: str = "solid") -> QgsFillSymbol:
    return QgsFillSymbol.createSimple(
        {
            "style": "no",
            "outline_color": color,
            "outline_width": str(width_mm),
            "outline_style": line_style,
            "joinstyle": "round",
        }
    )


def _hatch(angle_deg: float) -> QgsLinePatternFillSymbolLayer:
    hatch = QgsLinePatternFillSymbolLayer()
    hatch.setLineAngle(angle_deg)
    hatch.setDistance(2.2)
    line = QgsLineSymbol.createSimple({"line_color": MARK_COLOR, "line_width": "0.26"})
    hatch.setSubSymbol(line)
    return hatch


def _contact_line(color: str) -> QgsLineSymbol:
    # white around dark: the line stands off from a dark border and from a dark fill alike
    halo, casing, inner = (
        {"line_color": shade, "line_width": width, "capstyle": "flat", "joinstyle": "round"}
        for shade, width in (("#ffffff", "2.8"), ("#1a1a1a", "2.2"), (color, "1.4"))
    )
    line = QgsLineSymbol.createSimple(halo)
    for band in (casing, inner):
        if not line.appendSymbolLayer(QgsSimpleLineSymbolLayer.create(band)):
            raise RuntimeError(tr("QGIS does not take a line of {}.").format(band))
    return line


def _area_settings() -> QgsPalLayerSettings:
    settings = QgsPalLayerSettings()
    settings.isExpression = True
    settings.fieldName = (
        'format_number("area_km2", CASE WHEN "area_km2" < 10 THEN 1 ELSE 0 END) || \' km\u00b2\''
    )
    settings.placement = QgsPalLayerSettings.Placement.Horizontal
    settings.priority = 7
    thinning = settings.thinningSettings()
    thinning.setMinimumFeatureSize(_SMALLEST_LABELLED_MM)
    settings.setThinningSettings(thinning)
    settings.setFormat(text_format(size_pt=8.0))
    properties = settings.dataDefinedProperties()
    bold = QgsProperty.fromExpression('"main"')
    properties.setProperty(QgsPalLayerSettings.Property.Bold, bold)
    narrow = QgsProperty.fromExpression(
        f'sqrt("area_km2") * 1000000 / @map_scale < {_ROOM_FOR_LABEL_MM}'
    )
    properties.setProperty(QgsPalLayerSettings.Property.PolygonLabelOutside, narrow)
    settings.setDataDefinedProperties(properties)
    return settings


def _length_settings() -> QgsPalLayerSettings:
    settings = QgsPalLayerSettings()
    settings.isExpression = True
    settings.fieldName = "\"neighbour\" || ' ' || format_number(\"length_km\", 1) || ' km'"
    settings.placement = QgsPalLayerSettings.Placement.Line
    settings.priority = 9
    line = settings.lineSettings()
    line.setPlacementFlags(
        QgsLabeling.LinePlacementFlag.AboveLine
        | QgsLabeling.LinePlacementFlag.BelowLine
        | QgsLabeling.LinePlacementFlag.MapOrientation
    )
    line.setOverrunDistance(20.0)  # mm: a short stretch has its label too
    settings.setLineSettings(line)
    settings.dist = 1.6
    settings.mergeLines = False
    obstacle = settings.obstacleSettings()
    obstacle.setIsObstacle(False)  # or no area label would stand beside a border
    settings.setObstacleSettings(obstacle)
    settings.setFormat(text_format(size_pt=8.0, bold=True))
    return settings


def text_format(size_pt: float, bold: bool = False) -> QgsTextFormat:
    """Return dark letters with a light rim, in a font that every system has."""
    text = QgsTextFormat()
    here = [name for name in _FONTS if QgsFontUtils.fontFamilyOnSystem(name)]
    font = QFont(here[0]) if here else text.font()
    font.setBold(bold)
    text.setFont(font)
    text.setFamilies(_FONTS)  # one of them is on any machine that opens the project
    text.setSize(size_pt)
    text.setColor(QColor("#111111"))
    buffer = QgsTextBufferSettings()
    buffer.setEnabled(True)
    buffer.setSize(0.9)
    buffer.setColor(QColor("#ffffff"))
    text.setBuffer(buffer)
    return text


def _label(layer: QgsVectorLayer, settings: QgsPalLayerSettings) -> None:
    settings.scaleVisibility = True
    settings.minimumScale = _LABELS_UP_TO_SCALE
    settings.maximumScale = 0.0
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)


def _rgba(color: QColor) -> str:
    return f"{color.red()},{color.green()},{color.blue()},{color.alpha()}"
