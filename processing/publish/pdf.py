"""A report on A4 by QGIS's layout engine: text and tables page by page, and the maps.

For the main thread only: a layout is a scene of Qt's. Text is laid out by Qt's text documents and
painted by items of the layout, so that it stays text in the PDF, in any script and direction;
QGIS's own item for HTML needs a part of Qt that not every QGIS has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable, Sequence

from qgis.core import (
    QgsLayoutExporter,
    QgsLayoutItem,
    QgsLayoutItemPage,
    QgsLayoutItemRegistry,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QRectF, QSizeF, Qt, QUrl
from qgis.PyQt.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QImage,
    QPainter,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
)

from ...core.errors import EnclaveWatchError
from ...core.i18n import tr
from .maplayout import FONT_FAMILY, MapSheet, add_map, add_text, new_layout

if TYPE_CHECKING:
    from pathlib import Path

    from qgis.core import QgsLayoutItemRenderContext, QgsPrintLayout
    from qgis.PyQt.QtGui import QTextBlock

__all__ = ["PaperReport", "write_pdf"]

_DPI = 300.0
_INCH_MM = 25.4
_MM = QgsUnitTypes.LayoutUnit.LayoutMillimeters
_A4_MM = (210.0, 297.0)
_MARGIN_MM = 15.0
_FOOT_MM = 8.0
_BETWEEN_PAGES_MM = 10.0
_TEXT_PT = 10.0
_TABLE_PT = 7.5
_MAP_PT = 8.0
_STYLE = (
    "a { color: #1f4e8c; text-decoration: none; } h1 { font-size: 16pt; } "
    "h2 { font-size: 12pt; } h3 { font-size: 10pt; }"
)


class PdfError(EnclaveWatchError):
    """The PDF cannot be written."""


@dataclass(frozen=True)
class PaperReport:
    """What goes on paper: HTML as Qt's text documents know it, and maps.

    Attributes
    ----------
    text : of the first pages, upright
    tables : of the last pages, across
    pictures : PNG by the name that the tables have for it
    page_text : the words for `page {} of {}`
    digits : writes the digits of a text in those of the language
    """

    text: str = field(repr=False)
    maps: Sequence[MapSheet] = field(repr=False)
    tables: str = field(repr=False)
    pictures: Sequence[tuple[str, QImage]] = field(repr=False)
    title: str
    credits: str
    page_text: str
    digits: Callable[[str], str]
    is_rtl: bool


def write_pdf(report: PaperReport, path: Path) -> int:
    """Write a report; return how many pages it has.

    Raises
    ------
    PdfError : if the file cannot be written
    """
    layout = new_layout("A4", is_landscape=False, resolution_dpi=_DPI)
    layout.pageCollection().clear()
    items: list[QgsLayoutItem] = []
    items += _add_text(layout, report, report.text, _TEXT_PT, is_landscape=False)
    if report.maps:
        _add_maps(layout, report)
    items += _add_text(layout, report, report.tables, _TABLE_PT, is_landscape=True)
    _add_feet(layout, report)
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.dpi = _DPI
    settings.rasterizeWholeImage = False
    settings.forceVectorOutput = True
    settings.exportMetadata = True
    settings.appendGeoreference = False
    result = QgsLayoutExporter(layout).exportToPdf(str(path), settings)
    if result != QgsLayoutExporter.ExportResult.Success:
        raise PdfError(
            tr(
                "The PDF cannot be written to {path}. Check that the folder is there and may be "
                "written to, and that no other program has the file open."
            ).format(path=path)
        )
    return int(layout.pageCollection().pageCount())


class _TextPage(QgsLayoutItem):
    """One page of a text document."""

    def __init__(self, layout: QgsPrintLayout, document: _Document, number: int) -> None:
        super().__init__(layout)
        self._document = document
        self._number = number

    def type(self) -> int:
        """Return a type of item that QGIS has none of."""
        return int(QgsLayoutItemRegistry.ItemType.PluginItem) + 4181

    def draw(self, context: QgsLayoutItemRenderContext) -> None:
        """Paint the page; the painter is in millimetres."""
        render = context.renderContext()
        self._document.paint(render.painter(), self._number, render.scaleFactor())


class _Document:
    """A text document cut into pages; its units are dots of the print."""

    def __init__(
        self, html: str, report: PaperReport, size_pt: float, width_mm: float, height_mm: float
    ) -> None:
        self._device = QImage(8, 8, QImage.Format.Format_ARGB32)
        dots_a_metre = round(_DPI / _INCH_MM * 1000.0)
        self._device.setDotsPerMeterX(dots_a_metre)
        self._device.setDotsPerMeterY(dots_a_metre)
        self._document = QTextDocument()
        font = QFont(FONT_FAMILY)
        font.setPointSizeF(size_pt)
        self._document.setDefaultFont(font)
        self._document.documentLayout().setPaintDevice(self._device)
        option = QTextOption()
        if report.is_rtl:
            option.setTextDirection(Qt.LayoutDirection.RightToLeft)
            option.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._document.setDefaultTextOption(option)
        self._document.setDefaultStyleSheet(_STYLE)
        for name, image in report.pictures:
            resource = QTextDocument.ResourceType.ImageResource
            self._document.addResource(int(resource), QUrl(name), image)
        self._document.setHtml(html)
        self._document.setDocumentMargin(0.0)
        self._size = QSizeF(width_mm * _DPI / _INCH_MM, height_mm * _DPI / _INCH_MM)
        self._document.setPageSize(self._size)
        self._keep_headings()

    def _keep_headings(self) -> None:
        """Move each heading that ends a page to the next one, where what it is of begins."""
        block = self._document.begin()
        while block.isValid():
            following = block.next()
            while following.isValid() and not following.text().strip():
                following = following.next()
            is_heading = block.blockFormat().headingLevel() > 0
            if (
                is_heading
                and following.isValid()
                and self._page_of(block) < self._page_of(following)
            ):
                form = block.blockFormat()
                form.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
                QTextCursor(block).setBlockFormat(form)
            block = block.next()

    def _page_of(self, block: QTextBlock) -> int:
        """Return the page that the end of a block is on."""
        box = self._document.documentLayout().blockBoundingRect(block)
        return int((box.bottom() - 1.0) // self._size.height())

    @property
    def page_count(self) -> int:
        """Return how many pages it takes."""
        return int(self._document.pageCount())

    def paint(self, painter: QPainter, number: int, dots_a_mm: float) -> None:
        """Paint one page; the painter's units are dots, so many a millimetre."""
        painter.save()
        scale = dots_a_mm * _INCH_MM / _DPI
        painter.scale(scale, scale)
        top = number * self._size.height()
        painter.translate(0.0, -top)
        shown = QRectF(0.0, top, self._size.width(), self._size.height())
        painter.setClipRect(shown)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = shown
        self._document.documentLayout().draw(painter, context)
        painter.restore()


def _add_text(
    layout: QgsPrintLayout, report: PaperReport, html: str, size_pt: float, *, is_landscape: bool
) -> list[QgsLayoutItem]:
    width, height = _A4_MM[::-1] if is_landscape else _A4_MM
    inner = (width - 2 * _MARGIN_MM, height - 2 * _MARGIN_MM - _FOOT_MM)
    document = _Document(html, report, size_pt, *inner)
    items = []
    for number in range(document.page_count):
        top = _add_page(layout, is_landscape=is_landscape)
        item = _TextPage(layout, document, number)
        layout.addLayoutItem(item)
        item.attemptResize(QgsLayoutSize(*inner, _MM))
        item.attemptMove(QgsLayoutPoint(_MARGIN_MM, top + _MARGIN_MM, _MM))
        items.append(item)
    return items


def _add_maps(layout: QgsPrintLayout, report: PaperReport) -> None:
    top = _add_page(layout, is_landscape=False)
    width = _A4_MM[0] - 2 * _MARGIN_MM
    height = (_A4_MM[1] - 2 * _MARGIN_MM - _FOOT_MM) / 2.0
    for number, sheet in enumerate(report.maps):
        frame = QRectF(_MARGIN_MM, top + _MARGIN_MM + number * height, width, height - 3.0)
        add_map(layout, sheet, frame, letters_pt=_MAP_PT)


def _add_page(layout: QgsPrintLayout, *, is_landscape: bool) -> float:
    """Add a page; return where it begins, in millimetres from the top of the first."""
    pages = layout.pageCollection()
    page = QgsLayoutItemPage(layout)
    turned = QgsLayoutItemPage.Orientation
    page.setPageSize("A4", turned.Landscape if is_landscape else turned.Portrait)
    pages.addPage(page)
    return float(page.pos().y())


def _add_feet(layout: QgsPrintLayout, report: PaperReport) -> None:
    pages = layout.pageCollection()
    count = pages.pageCount()
    start = Qt.AlignmentFlag.AlignRight if report.is_rtl else Qt.AlignmentFlag.AlignLeft
    end = Qt.AlignmentFlag.AlignLeft if report.is_rtl else Qt.AlignmentFlag.AlignRight
    for number in range(count):
        page = pages.page(number)
        width = page.pageSize().width() - 2 * _MARGIN_MM
        y = page.pos().y() + page.pageSize().height() - _MARGIN_MM + 1.0
        numbered = report.page_text.format(
            report.digits(str(number + 1)), report.digits(str(count))
        )
        wide, narrow = QRectF(_MARGIN_MM, y, width - 30.0, 6.0), QRectF(0, y, 30.0, 6.0)
        narrow.moveLeft(_MARGIN_MM if report.is_rtl else _MARGIN_MM + width - 30.0)
        if report.is_rtl:
            wide.moveLeft(_MARGIN_MM + 30.0)
        add_text(layout, report.credits, wide, 6.5, start)
        add_text(layout, numbered, narrow, 6.5, end)
