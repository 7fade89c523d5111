"""Every difference between QGIS 3.22 and QGIS 4, and between the Pythons that they come with."""

from __future__ import annotations

import warnings
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsFeatureSink,
    QgsField,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLegendStyle,
    QgsMapLayerProxyModel,
    QgsProjUtils,
    QgsProxyFeatureSink,
    QgsTextFormat,
    QgsUnitTypes,
)
from qgis.PyQt import sip

if TYPE_CHECKING:
    from qgis.PyQt.QtGui import QColor, QFont

__all__ = [
    "FieldKind",
    "destination_of",
    "ensure_proj_data",
    "format_label",
    "format_legend",
    "keep_proj_context",
    "layer_filters",
    "make_field",
]

_FIRST_WITH_META_TYPES = 33800


class FieldKind(Enum):
    """What a field holds; the value is the type's name in Qt's `QMetaType`."""

    TEXT = "QString"
    DOUBLE = "Double"
    INTEGER = "Int"
    BOOL = "Bool"
    DATE = "QDate"
    DATETIME = "QDateTime"


_proj_contexts: list[Any] = []

_VARIANT_NAMES = {
    FieldKind.TEXT: "String",
    FieldKind.DATETIME: "DateTime",
    FieldKind.DATE: "Date",
}


def make_field(name: str, kind: FieldKind, length: int = 0, precision: int = 0) -> QgsField:
    """Return a field; `length` and `precision` 0 leave them to the format that it is written to."""
    if Qgis.QGIS_VERSION_INT >= _FIRST_WITH_META_TYPES:
        from qgis.PyQt.QtCore import QMetaType

        field_type = getattr(QMetaType.Type, kind.value)
    else:
        from qgis.PyQt.QtCore import QVariant

        field_type = getattr(QVariant.Type, _VARIANT_NAMES.get(kind, kind.value))
    return QgsField(name, field_type, "", length, precision)


def destination_of(sink: QgsFeatureSink) -> QgsFeatureSink:
    """Return what stands behind a sink of an algorithm, which lives as long as that one does.

    In QGIS 3.22 the sink in front does not pass `flushBuffer` on: what waits behind it is written
    when it is deleted, and an error then goes unnoticed.
    """
    return sip.cast(sink, QgsProxyFeatureSink).destinationSink()


def layer_filters(*kinds: str) -> Any:
    """Return what a box of layers offers: layers of these kinds, such as `PolygonLayer`.

    The names are the same on all versions; the class that they are in, and what the box takes
    without a warning, is not.
    """
    if hasattr(Qgis, "LayerFilters"):
        filters: Any = Qgis.LayerFilters()
        holder: Any = Qgis.LayerFilter
    else:
        filters = QgsMapLayerProxyModel.Filters()
        holder = QgsMapLayerProxyModel.Filter
    for kind in kinds:
        filters |= getattr(holder, kind)
    return filters


def format_label(label: QgsLayoutItemLabel, font: QFont, color: QColor) -> None:
    """Let a label of a layout write in this font, whose size is in points, and in this colour."""
    if not hasattr(label, "setTextFormat"):
        label.setFont(font)
        label.setFontColor(color)
        return
    label.setTextFormat(_text_format(font, color))


def format_legend(
    legend: QgsLayoutItemLegend, style: QgsLegendStyle.Style, font: QFont, color: QColor
) -> None:
    """Let one kind of text of a legend be in this font, whose size is in points, and colour."""
    if hasattr(QgsLegendStyle, "setTextFormat"):
        legend.rstyle(style).setTextFormat(_text_format(font, color))
    else:
        legend.setStyleFont(style, font)
        legend.setFontColor(color)


def _text_format(font: QFont, color: QColor) -> QgsTextFormat:
    text_format = QgsTextFormat()
    text_format.setFont(font)
    text_format.setSize(font.pointSizeF())
    text_format.setSizeUnit(QgsUnitTypes.RenderUnit.RenderPoints)
    text_format.setColor(color)
    return text_format


def ensure_proj_data() -> None:
    """Let pyproj use QGIS's PROJ data where it does not find its own.

    A pyproj of the system looks for `proj.db` from `sys.prefix`, which is elsewhere in a virtual
    environment and in some of QGIS's installers.
    """
    with warnings.catch_warnings():
        # on import, pyproj warns of the very thing that is mended here
        warnings.simplefilter("ignore", UserWarning)
        from pyproj import datadir
        from pyproj.exceptions import DataDirError

    try:
        datadir.get_data_dir()
    except DataDirError:
        folders = (Path(folder) for folder in QgsProjUtils.searchPaths())
        found = next((folder for folder in folders if (folder / "proj.db").is_file()), None)
        if found is not None:
            datadir.set_data_dir(str(found))


def keep_proj_context() -> None:
    """Let pyproj work in a thread that Qt made; to be called there before anything of pyproj.

    pyproj 3.7 ends its PROJ context with Python's state of the thread, which QGIS drops after
    each task, and then takes the same one, freed, for the thread's next task: QGIS crashes on the
    second run. What is kept here is never freed: one context for each thread of Qt's pool.
    """
    from pyproj import datadir

    datadir.get_user_data_dir()  # makes the context of this thread if there is none
    try:
        from pyproj._context import get_context_manager
    except ImportError:
        return
    context = get_context_manager()
    if context is not None and all(kept is not context for kept in _proj_contexts):
        _proj_contexts.append(context)
