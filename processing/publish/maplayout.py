"""Puts a map with title, date, legend, scale bar, north arrow and credits on a page of a layout.

For the main thread only: a layout is a scene of Qt's, and those are not made for others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from qgis.core import (
    QgsBasicNumericFormat,
    QgsCoordinateReferenceSystem,
    QgsLayoutItem,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemMapGrid,
    QgsLayoutItemPage,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendRenderer,
    QgsLegendStyle,
    QgsPointXY,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
    QgsTextFormat,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont

from ...compat import format_label, format_legend
from .maps import LINE_BREAK, plain

if TYPE_CHECKING:
    from qgis.core import QgsLayout, QgsNumericFormatContext

    from .maps import MapLayers

__all__ = ["FONT_FAMILY", "MapSheet", "add_map", "add_text", "map_layout", "new_layout"]

FONT_FAMILY = "DejaVu Sans"

_ARROW = Path(__file__).parent.parent.parent / "resources" / "northarrow.svg"
_MM = QgsUnitTypes.LayoutUnit.LayoutMillimeters
_GRIDS_DEG = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
_GRID_LINES = 6
_DEGREE_M = 111_000.0
_SCALE_SEGMENTS = 2
_COLUMN = 5.4  # millimetres a point of the letters
_BAR_SHARE = 0.75  # of the column, which has the unit beside the last number as well


@dataclass(frozen=True)
class MapSheet:
    """Everything on one map.

    Attributes
    ----------
    extent : in `crs`, which is that of the map
    kilometres : the unit of the scale bar, as it is written
    digits : writes the digits of a text in those of the language
    """

    title: str
    date: str
    credits: str
    layers: MapLayers = field(repr=False)
    crs: QgsCoordinateReferenceSystem
    extent: QgsRectangle
    kilometres: str
    digits: Callable[[str], str]
    is_rtl: bool
    has_graticule: bool = False


class _Digits(QgsBasicNumericFormat):
    """Writes numbers in the digits of a language."""

    def __init__(self, digits: Callable[[str], str]) -> None:
        super().__init__()
        self._digits = digits

    def clone(self) -> _Digits:
        """Return a copy."""
        return _Digits(self._digits)

    def formatDouble(self, value: float, context: QgsNumericFormatContext) -> str:  # noqa: ARG002
        """Return a number as the scale bar has it."""
        return self._digits(f"{value:g}")


def new_layout(page: str, *, is_landscape: bool, resolution_dpi: float) -> QgsPrintLayout:
    """Return an empty layout of one page, in a project of its own."""
    project = QgsProject()
    layout = QgsPrintLayout(project)
    layout.enclave_watch_project = project  # a layout does not keep the project that it needs
    layout.initializeDefaults()
    turned = QgsLayoutItemPage.Orientation
    layout.pageCollection().page(0).setPageSize(
        page, turned.Landscape if is_landscape else turned.Portrait
    )
    layout.renderContext().setDpi(resolution_dpi)
    return layout


def map_layout(sheet: MapSheet, *, resolution_dpi: float) -> QgsPrintLayout:
    """Return an A3 page, landscape, filled by one map."""
    layout = new_layout("A3", is_landscape=True, resolution_dpi=resolution_dpi)
    add_map(layout, sheet, QRectF(12.0, 10.0, 396.0, 277.0), letters_pt=12.0)
    return layout


def add_map(layout: QgsLayout, sheet: MapSheet, frame: QRectF, *, letters_pt: float) -> None:
    """Put a map with all that belongs to it into a part of a layout.

    Parameters
    ----------
    frame : in millimetres from the top left of the first page
    letters_pt : size of the plain text; all else follows from it
    """
    line_mm = letters_pt * 0.55
    head_mm, foot_mm = 2.9 * line_mm, 1.6 * line_mm
    start = Qt.AlignmentFlag.AlignRight if sheet.is_rtl else Qt.AlignmentFlag.AlignLeft
    title = QRectF(frame.left(), frame.top(), frame.width(), 1.5 * line_mm)
    add_text(layout, plain(sheet.title, 120), title, 1.5 * letters_pt, start, bold=True)
    date = QRectF(frame.left(), frame.top() + 1.5 * line_mm, frame.width(), 1.3 * line_mm)
    add_text(layout, plain(sheet.date, 120), date, 1.15 * letters_pt, start)
    inner = frame.adjusted(0.0, head_mm, 0.0, -foot_mm)
    legend = _legend(layout, sheet, letters_pt)
    # beside the map, where it hides nothing; as wide on each map, so that they are alike
    room_mm = _COLUMN * letters_pt
    box = inner.adjusted(0.0, 0.0, -room_mm, 0.0)
    if sheet.is_rtl:
        box = inner.adjusted(room_mm, 0.0, 0.0, 0.0)
    shown = _map(layout, sheet, box, letters_pt)
    foot = QRectF(frame.left(), inner.bottom() + 0.2 * line_mm, frame.width(), foot_mm)
    add_text(layout, plain(sheet.credits, 400), foot, 0.68 * letters_pt, start)
    legend.setLinkedMap(shown)
    left = inner.left() if sheet.is_rtl else box.right() + 2.0
    column = QRectF(left, inner.top(), room_mm - 2.0, inner.height())
    _place_in(legend, column, is_at_end=sheet.is_rtl, is_low=False)
    _scale_bar(layout, sheet, shown, column, letters_pt)
    _north(layout, shown, column, 2.2 * line_mm, is_rtl=sheet.is_rtl)


def _map(layout: QgsLayout, sheet: MapSheet, box: QRectF, letters_pt: float) -> QgsLayoutItemMap:
    shown = QgsLayoutItemMap(layout)
    layout.addLayoutItem(shown)
    shown.setCrs(sheet.crs)
    shown.setLayers(list(sheet.layers.all))
    shown.setKeepLayerSet(True)
    shown.setBackgroundColor(QColor("#e3e7ea"))
    _place(shown, box)
    # zoomToExtent would go by the extent that a new map has: none
    shown.setExtent(_shaped(sheet.extent, box))
    _place(shown, box)
    shown.setFrameEnabled(True)
    if sheet.has_graticule:
        _graticule(shown, sheet.extent, 0.6 * letters_pt)
    return shown


def _shaped(extent: QgsRectangle, box: QRectF) -> QgsRectangle:
    """Return the extent made wider or higher until it has the shape of the box."""
    ratio = box.width() / box.height()
    width = max(extent.width(), extent.height() * ratio)
    middle, half = extent.center(), QgsPointXY(width / 2.0, width / ratio / 2.0)
    return QgsRectangle(
        middle.x() - half.x(), middle.y() - half.y(), middle.x() + half.x(), middle.y() + half.y()
    )


def _graticule(shown: QgsLayoutItemMap, extent: QgsRectangle, letters_pt: float) -> None:
    span_deg = max(extent.width(), extent.height()) / _DEGREE_M
    interval = next((each for each in _GRIDS_DEG if span_deg / each <= _GRID_LINES), 30.0)
    grid = QgsLayoutItemMapGrid("graticule", shown)
    shown.grids().addGrid(grid)
    grid.setEnabled(True)
    grid.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    grid.setIntervalX(interval)
    grid.setIntervalY(interval)
    grid.setGridLineColor(QColor(70, 90, 110, 110))
    grid.setGridLineWidth(0.15)
    grid.setAnnotationEnabled(True)
    grid.setAnnotationFormat(QgsLayoutItemMapGrid.AnnotationFormat.DecimalWithSuffix)
    letters = QgsTextFormat()
    letters.setFont(_font(letters_pt))
    letters.setSize(letters_pt)
    grid.setAnnotationTextFormat(letters)
    grid.setAnnotationPrecision(2 if interval < 1 else 0)
    side, display = QgsLayoutItemMapGrid.BorderSide, QgsLayoutItemMapGrid.DisplayMode
    for each in (side.Left, side.Right, side.Top, side.Bottom):
        is_upright = each in (side.Left, side.Right)
        grid.setAnnotationDisplay(
            display.LatitudeOnly if is_upright else display.LongitudeOnly, each
        )
        grid.setAnnotationPosition(QgsLayoutItemMapGrid.AnnotationPosition.InsideMapFrame, each)


def _legend(layout: QgsLayout, sheet: MapSheet, letters_pt: float) -> QgsLayoutItemLegend:
    legend = QgsLayoutItemLegend(layout)
    layout.addLayoutItem(legend)
    legend.setAutoUpdateModel(False)
    root = legend.model().rootGroup()
    for layer in sheet.layers.told:
        node = root.addLayer(layer)
        if not layer.name():
            QgsLegendRenderer.setNodeLegendStyle(node, QgsLegendStyle.Style.Hidden)
    for style in (QgsLegendStyle.Style.SymbolLabel, QgsLegendStyle.Style.Subgroup):
        format_legend(legend, style, _font(0.85 * letters_pt), QColor("#111111"))
    legend.setSymbolWidth(0.6 * letters_pt)
    legend.setSymbolHeight(0.36 * letters_pt)
    if sheet.is_rtl:
        legend.setSymbolAlignment(Qt.AlignmentFlag.AlignRight)
        for style in (QgsLegendStyle.Style.SymbolLabel, QgsLegendStyle.Style.Subgroup):
            legend.rstyle(style).setAlignment(Qt.AlignmentFlag.AlignRight)
    legend.setWrapString(LINE_BREAK)
    legend.setBoxSpace(0.0)
    legend.adjustBoxSize()
    return legend


def _scale_bar(
    layout: QgsLayout, sheet: MapSheet, shown: QgsLayoutItemMap, column: QRectF, letters_pt: float
) -> None:
    bar = QgsLayoutItemScaleBar(layout)
    layout.addLayoutItem(bar)
    bar.setStyle("Single Box")
    bar.setLinkedMap(shown)
    bar.setUnits(QgsUnitTypes.DistanceUnit.DistanceKilometers)
    bar.setUnitLabel(sheet.kilometres)
    bar.setNumberOfSegmentsLeft(0)
    bar.setNumberOfSegments(_SCALE_SEGMENTS)
    km_a_mm = shown.extent().width() / 1000.0 / shown.rect().width()
    room_km = km_a_mm * _BAR_SHARE * column.width()
    bar.setUnitsPerSegment(_round_km(room_km / _SCALE_SEGMENTS))
    bar.setNumericFormat(_Digits(sheet.digits))
    bar.setHeight(0.16 * letters_pt)
    letters = QgsTextFormat()
    letters.setFont(_font(0.75 * letters_pt))
    letters.setSize(0.75 * letters_pt)
    bar.setTextFormat(letters)
    bar.setBoxContentSpace(0.0)
    bar.update()
    bar.refreshItemSize()
    _place_in(bar, column, is_at_end=sheet.is_rtl, is_low=True)


def _round_km(length_km: float) -> float:
    """Return the largest of 1, 2, 2.5 and 5 times a power of ten that is not longer."""
    power = 10.0 ** len(str(int(max(length_km, 1.0)))) / 10.0
    while power > length_km:
        power /= 10.0
    return max(each * power for each in (1.0, 2.0, 2.5, 5.0) if each * power <= length_km)


def _north(
    layout: QgsLayout, shown: QgsLayoutItemMap, column: QRectF, size_mm: float, *, is_rtl: bool
) -> None:
    """Put the arrow above the scale bar."""
    arrow = QgsLayoutItemPicture(layout)
    layout.addLayoutItem(arrow)
    arrow.setPicturePath(str(_ARROW))
    arrow.setLinkedMap(shown)
    arrow.setNorthMode(QgsLayoutItemPicture.NorthMode.TrueNorth)
    x = column.right() - size_mm if is_rtl else column.left()
    _place(arrow, QRectF(x, column.bottom() - 2.2 * size_mm, size_mm, size_mm))


def _place_in(item: QgsLayoutItem, column: QRectF, *, is_at_end: bool, is_low: bool) -> None:
    """Move an item into a corner of a column; it keeps the corner when its size changes."""
    corner = QgsLayoutItem.ReferencePoint
    corners = {
        (False, False): corner.UpperLeft,
        (False, True): corner.LowerLeft,
        (True, False): corner.UpperRight,
        (True, True): corner.LowerRight,
    }
    item.setReferencePoint(corners[is_at_end, is_low])
    x = column.right() if is_at_end else column.left()
    y = column.bottom() if is_low else column.top()
    item.attemptMove(QgsLayoutPoint(x, y, _MM))


def add_text(
    layout: QgsLayout,
    text: str,
    box: QRectF,
    size_pt: float,
    alignment: Qt.AlignmentFlag,
    *,
    bold: bool = False,
) -> None:
    """Write plain text into a box; what does not fit is cut."""
    label = QgsLayoutItemLabel(layout)
    layout.addLayoutItem(label)
    label.setText(plain(text, 400))
    format_label(label, _font(size_pt, bold=bold), QColor("#111111"))
    label.setHAlign(alignment)
    label.setVAlign(Qt.AlignmentFlag.AlignTop)
    label.setMarginX(0.0)
    label.setMarginY(0.0)
    _place(label, box)


def _font(size_pt: float, *, bold: bool = False) -> QFont:
    font = QFont(FONT_FAMILY)
    font.setPointSizeF(size_pt)
    font.setBold(bold)
    return font


def _place(item: QgsLayoutItem, box: QRectF) -> None:
    item.attemptMove(QgsLayoutPoint(box.x(), box.y(), _MM))
    item.attemptResize(QgsLayoutSize(box.width(), box.height(), _MM))
