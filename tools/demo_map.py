"""Draws the map of the demo: two dates side by side, from the results of the two algorithms.

    PYTHONPATH=build/plugins /usr/bin/python3 tools/demo_map.py FOLDER FACTION BEFORE AFTER

FOLDER holds `enclaves.gpkg` and `contact.gpkg`; BEFORE and AFTER are dates of them. Writes
`map.png` there and prints its path.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsDateTimeRange,
    QgsExpression,
    QgsFillSymbol,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendStyle,
    QgsPalLayerSettings,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsTextFormat,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QLocale, QSize, Qt, QTime
from qgis.PyQt.QtGui import QColor, QFont

SAMPLE = Path(__file__).resolve().parent.parent / "resources" / "sample" / "syria_2018.gpkg"
HOME = "Syria"
UTM_37_NORTH = "EPSG:32637"
PAGE_MM = (300.0, 175.0)
PANEL_MM = (146.0, 116.0)
TOP_MM = 29.0
DPI = 150
CREDITS = (
    "Fronts are schematic, fitted to figures of the Syrian Observatory for Human Rights. "
    "Countries: Natural Earth, as shipped with QGIS."
)


@dataclass(frozen=True)
class MapLayers:
    """The layers of the map, the uppermost first."""

    places: QgsVectorLayer
    contact: QgsVectorLayer
    enclaves: QgsVectorLayer
    world: QgsVectorLayer

    def in_order(self) -> list[QgsVectorLayer]:
        """Return them as a layout map takes them."""
        return [self.places, self.contact, self.enclaves, self.world]


def draw(folder: Path, faction: str, dates: Sequence[str]) -> Path:
    """Write `map.png` into `folder`, a panel for each of `dates`; return its path."""
    layers = _layers(folder, faction, dates)
    project = QgsProject.instance()
    project.setCrs(QgsCoordinateReferenceSystem(UTM_37_NORTH))
    if not all(project.addMapLayer(layer) for layer in reversed(layers.in_order())):
        raise OSError("The layers of the map cannot be added to a project")
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize(QgsLayoutSize(*PAGE_MM))
    days = [QDate.fromString(date, Qt.DateFormat.ISODate) for date in dates]
    when = f"{_day(days[0])} and {_day(days[-1])}"
    title = f"{faction}: enclaves and border contact in {HOME}, {when}"
    _text(layout, title, (3, 4), (PAGE_MM[0] - 6, 9), size_pt=16, bold=True)
    maps = []
    for index, day in enumerate(days):
        left = 3.0 + index * (PANEL_MM[0] + 2.0)
        _text(layout, _day(day), (left, 14), (PANEL_MM[0], 7), size_pt=12, bold=True)
        _text(layout, _finding(layers, faction, day), (left, 21), (PANEL_MM[0], 7), size_pt=10)
        maps.append(_panel(layout, layers, day, left))
    _legend(layout, layers, maps[0])
    _scale_bar(layout, maps[0])
    _text(layout, CREDITS, (3, PAGE_MM[1] - 6), (PAGE_MM[0] - 8, 5), size_pt=7.5)
    return _export(layout, folder / "map.png")


def _layers(folder: Path, faction: str, dates: Sequence[str]) -> MapLayers:
    from enclave_watch.processing.styling import style_contacts, style_enclaves, style_places

    world = Path(QgsApplication.pkgDataPath()) / "resources" / "data" / "world_map.gpkg"
    layers = MapLayers(
        places=_open(f"{SAMPLE}|layername=places", "Places"),
        contact=_open(str(folder / "contact.gpkg"), "Border contact"),
        enclaves=_open(str(folder / "enclaves.gpkg"), "Enclaves"),
        world=_open(f"{world}|layername=countries", "Countries"),
    )
    shown = ", ".join(QgsExpression.quotedValue(date) for date in dates)
    _filter(layers.enclaves, f'"date" IN ({shown})')
    _filter(layers.contact, f'"faction" = {QgsExpression.quotedValue(faction)}')
    style_enclaves(layers.enclaves, _values(layers.enclaves, "faction"))
    style_contacts(layers.contact, [faction])
    style_places(layers.places, "name")
    land = {"color": "#f4f2ee", "outline_color": "#8a8a8a", "outline_width": "0.3"}
    layers.world.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(land)))
    _label_neighbours(layers.world)
    return layers


def _label_neighbours(world: QgsVectorLayer) -> None:
    settings = QgsPalLayerSettings()
    home = QgsExpression.quotedValue(HOME)
    settings.fieldName = f'CASE WHEN "NAME" <> {home} THEN upper("NAME") END'
    settings.isExpression = True
    settings.placement = QgsPalLayerSettings.Placement.Horizontal
    text = QgsTextFormat()
    text.setFont(_font(7.0))
    text.setSize(7.0)
    text.setColor(QColor("#777777"))
    settings.setFormat(text)
    world.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    world.setLabelsEnabled(True)


def _open(source: str, name: str) -> QgsVectorLayer:
    layer = QgsVectorLayer(source, name, "ogr")
    if not layer.isValid():
        raise OSError(f"{source} cannot be read")
    return layer


def _filter(layer: QgsVectorLayer, test: str) -> None:
    if not layer.setSubsetString(test):
        raise OSError(f"{layer.source()} cannot be filtered by {test}")


def _values(layer: QgsVectorLayer, field: str) -> list[str]:
    return sorted(layer.uniqueValues(layer.fields().indexOf(field)))


def _finding(layers: MapLayers, faction: str, day: QDate) -> str:
    """Return what the results say of a faction on one day, in one line."""
    test = (
        f'"faction" = {QgsExpression.quotedValue(faction)} AND '
        f"\"date\" = '{day.toString(Qt.DateFormat.ISODate)}'"
    )
    areas = [float(f["area_km2"]) for f in layers.enclaves.getFeatures(test)]
    lengths = [(f["neighbour"], f["length_km"]) for f in layers.contact.getFeatures(test)]
    contact = "; ".join(f"{km:,.1f} km along {neighbour}" for neighbour, km in lengths)
    return f"{len(areas)} enclaves, {sum(areas):,.0f} km\u00b2; {contact or 'no border contact'}"


def _panel(
    layout: QgsPrintLayout, layers: MapLayers, day: QDate, left_mm: float
) -> QgsLayoutItemMap:
    panel = QgsLayoutItemMap(layout)
    extent = _extent(layers.enclaves)
    panel.attemptMove(QgsLayoutPoint(left_mm, TOP_MM))
    panel.attemptResize(QgsLayoutSize(*PANEL_MM))
    panel.setExtent(extent)  # zoomToExtent needs an extent to start from; this one reshapes
    panel.attemptResize(QgsLayoutSize(*PANEL_MM))
    panel.setCrs(QgsCoordinateReferenceSystem(UTM_37_NORTH))
    panel.setLayers(layers.in_order())
    panel.setBackgroundColor(QColor("#d8e6ef"))
    panel.setFrameEnabled(True)
    panel.zoomToExtent(extent)
    panel.setIsTemporal(True)
    begin = QDateTime(day, QTime(0, 0))
    panel.setTemporalRange(QgsDateTimeRange(begin, begin.addSecs(3600), True, False))
    layout.addLayoutItem(panel)
    return panel


def _extent(layer: QgsVectorLayer) -> QgsRectangle:
    project = QgsProject.instance()
    transform = QgsCoordinateTransform(layer.crs(), project.crs(), project)
    extent = transform.transformBoundingBox(layer.extent())
    extent.scale(1.04)
    return extent


def _legend(layout: QgsPrintLayout, layers: MapLayers, panel: QgsLayoutItemMap) -> None:
    legend = QgsLayoutItemLegend(layout)
    legend.setLinkedMap(panel)
    legend.setAutoUpdateModel(False)
    for layer in (layers.places, layers.world):
        legend.model().rootGroup().removeLayer(layer)
    legend.setLegendFilterByMapEnabled(True)
    legend.setColumnCount(5)
    legend.setSplitLayer(True)
    legend.setEqualColumnWidth(False)
    for part in (
        QgsLegendStyle.Style.Subgroup,
        QgsLegendStyle.Style.SymbolLabel,
    ):
        legend.setStyleFont(part, _font(8.0, bold=part == QgsLegendStyle.Style.Subgroup))
    legend.setBoxSpace(0.0)
    layout.addLayoutItem(legend)
    legend.attemptMove(QgsLayoutPoint(3.0, TOP_MM + PANEL_MM[1] + 2.0))
    legend.adjustBoxSize()


def _scale_bar(layout: QgsPrintLayout, panel: QgsLayoutItemMap) -> None:
    bar = QgsLayoutItemScaleBar(layout)
    bar.setStyle("Line Ticks Up")
    bar.setLinkedMap(panel)
    bar.setUnits(QgsUnitTypes.DistanceUnit.DistanceKilometers)
    bar.setUnitLabel("km")
    bar.setNumberOfSegmentsLeft(0)
    bar.setNumberOfSegments(2)
    bar.setUnitsPerSegment(50.0)
    text = QgsTextFormat()
    text.setFont(_font(8.0))
    text.setSize(8.0)
    bar.setTextFormat(text)
    layout.addLayoutItem(bar)
    bar.update()
    bar.attemptMove(QgsLayoutPoint(PANEL_MM[0] - 45.0, TOP_MM + PANEL_MM[1] - 14.0))


def _text(
    layout: QgsPrintLayout,
    text: str,
    at_mm: tuple[float, float],
    size_mm: tuple[float, float],
    *,
    size_pt: float,
    bold: bool = False,
) -> None:
    label = QgsLayoutItemLabel(layout)
    label.setText(text)
    label.setFont(_font(size_pt, bold))
    label.attemptMove(QgsLayoutPoint(*at_mm))
    label.attemptResize(QgsLayoutSize(*size_mm))
    layout.addLayoutItem(label)


def _font(size_pt: float, bold: bool = False) -> QFont:
    font = QFont("DejaVu Sans")
    font.setPointSizeF(size_pt)
    font.setBold(bold)
    return font


def _day(day: QDate) -> str:
    return QLocale.c().toString(day, "d MMMM yyyy")


def _export(layout: QgsPrintLayout, path: Path) -> Path:
    image = QgsLayoutExporter(layout).renderPageToImage(0, QSize(), DPI)
    if not image.save(str(path)):
        raise OSError(f"{path} could not be written")
    return path


def main(arguments: Sequence[str]) -> int:
    """Draw the map that the command line asks for."""
    folder, faction, *dates = arguments
    application = QgsApplication([], False)
    application.initQgis()
    try:
        print(draw(Path(folder).resolve(), faction, dates))
    finally:
        QgsProject.instance().clear()
        application.exitQgis()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
