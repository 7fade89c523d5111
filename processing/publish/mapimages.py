"""Maps as pictures, drawn by QGIS's layouts. For the main thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsLayoutExporter
from qgis.PyQt.QtCore import QBuffer, QByteArray, QIODevice

from .maplayout import map_layout

if TYPE_CHECKING:
    from qgis.PyQt.QtGui import QImage

    from .maplayout import MapSheet

__all__ = ["PRINT_DPI", "WEB_DPI", "map_png", "png_of"]

PRINT_DPI = 300.0
WEB_DPI = 110.0

_INCH_M = 0.0254


def map_png(sheet: MapSheet, resolution_dpi: float) -> bytes:
    """Return a map on A3, landscape, as PNG that knows its resolution."""
    layout = map_layout(sheet, resolution_dpi=resolution_dpi)
    image = QgsLayoutExporter(layout).renderPageToImage(0, dpi=resolution_dpi)
    dots_a_metre = round(resolution_dpi / _INCH_M)
    image.setDotsPerMeterX(dots_a_metre)
    image.setDotsPerMeterY(dots_a_metre)
    return png_of(image)


def png_of(image: QImage) -> bytes:
    """Return a picture as PNG."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    buffer.close()
    return bytes(content)
