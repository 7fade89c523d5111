"""Tables of the dock: rows of dataclasses, sorted by what they are and not by how they read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Callable, Sequence

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QLocale,
    QModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    pyqtSignal,
)
from qgis.PyQt.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPalette,
    QPixmap,
)
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

__all__ = [
    "NUMBER_ALIGNMENT",
    "SORT_ROLE",
    "RowsModel",
    "RowsProxy",
    "RowsView",
    "TableColumn",
    "number_text",
    "plain_number",
    "signed_text",
    "swatch",
]

_SWATCH_PX = 16
_SHARPNESS = 3  # pixels of a swatch for each that a plain screen has
_LEAST_HEIGHT_PX = 72
_ARROW_PX = 22  # of sorting, beside the heading
_HIGHLIGHT_ALPHA = 70  # of 255: text and swatches stay readable on it


def plain_number(flag: Any) -> int:
    """Return a flag or role of Qt as the number that models give and are asked for.

    Qt 6 keeps the two apart.
    """
    return int(getattr(flag, "value", flag))


_TEXT_ALIGNMENT = plain_number(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
# absolute: digits run from left to right in every script, and have to stand below each other
NUMBER_ALIGNMENT = plain_number(
    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
)
_DISPLAY = plain_number(Qt.ItemDataRole.DisplayRole)
_TOOL_TIP = plain_number(Qt.ItemDataRole.ToolTipRole)
_DECORATION = plain_number(Qt.ItemDataRole.DecorationRole)
_ALIGNMENT = plain_number(Qt.ItemDataRole.TextAlignmentRole)
_BACKGROUND = plain_number(Qt.ItemDataRole.BackgroundRole)
_FONT = plain_number(Qt.ItemDataRole.FontRole)
SORT_ROLE = plain_number(Qt.ItemDataRole.UserRole) + 1


@dataclass(frozen=True)
class TableColumn:
    """One column of a table.

    Attributes
    ----------
    title : heading, with the unit
    tip : one line on what stands in it
    value : gives of a row what it is sorted by: text, a number, or None where there is nothing
    text : gives how a value reads
    widest : a text as wide as most cells
    detail : gives the tooltip of a cell; None: the text itself
    icon : gives what stands before the text
    """

    title: str
    tip: str
    value: Callable[[Any], Any]
    text: Callable[[Any], str] = str
    widest: str = ""
    is_number: bool = False
    detail: Callable[[Any], str] | None = None
    icon: Callable[[Any], QIcon | None] | None = None


def number_text(value: float, decimals: int = 1) -> str:
    """Return a number in the user's way of writing it; what rounds to zero is not zero: `<0.1`."""
    least = 10.0**-decimals
    if 0.0 < value < least / 2:
        return _from_the_left("<" + QLocale().toString(least, "f", decimals))
    return str(QLocale().toString(float(value), "f", decimals))


def signed_text(value: float, decimals: int = 1) -> str:
    """Return a change with its sign; one that rounds to zero has none."""
    text = str(QLocale().toString(abs(float(value)), "f", decimals))
    if abs(value) < 10.0**-decimals / 2:
        return text
    return _from_the_left(("+" if value > 0 else "\u2212") + text)


def _from_the_left(text: str) -> str:
    """Keep a sign before its number where all else is written from the right."""
    is_mirrored = QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    return f"\u200e{text}" if is_mirrored else text


@lru_cache(maxsize=256)
def swatch(color: str) -> QIcon:
    """Return a square of a colour with a rim, so that it is seen on any ground."""
    pixmap = QPixmap(QSize(_SWATCH_PX, _SWATCH_PX) * _SHARPNESS)
    pixmap.setDevicePixelRatio(_SHARPNESS)
    pixmap.fill(QColor(0, 0, 0, 0))
    painter = QPainter(pixmap)
    painter.fillRect(2, 2, _SWATCH_PX - 4, _SWATCH_PX - 4, QColor(color))
    painter.setPen(QColor("#808080"))
    painter.drawRect(2, 2, _SWATCH_PX - 5, _SWATCH_PX - 5)
    painter.end()
    return QIcon(pixmap)


class RowsModel(QAbstractTableModel):
    """Rows as a table: values are taken once, texts only for the cells that are drawn."""

    def __init__(self, columns: Sequence[TableColumn], parent: QWidget) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._rows: tuple[Any, ...] = ()
        self._values: list[list[Any]] = []
        self._marked: frozenset[int] = frozenset()

    @property
    def columns(self) -> tuple[TableColumn, ...]:
        """Return the columns."""
        return self._columns

    @property
    def rows(self) -> tuple[Any, ...]:
        """Return the rows, in the order in which they were given."""
        return self._rows

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows; none of them stands out."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self._values = [[column.value(row) for column in self._columns] for row in self._rows]
        self._marked = frozenset()
        self.endResetModel()

    def mark(self, numbers: Sequence[int]) -> None:
        """Let the rows with these numbers stand out, and no others."""
        before, self._marked = self._marked, frozenset(numbers)
        for number in before ^ self._marked:
            last = len(self._columns) - 1
            self.dataChanged.emit(self.index(number, 0), self.index(number, last))

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of rows."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    def data(self, index: QModelIndex, role: int = _DISPLAY) -> Any:
        """Return what Qt asks of a cell."""
        number, place = index.row(), index.column()
        if role == SORT_ROLE:
            value = self._values[number][place]
            # a C locale, as programs without a desktop have, puts all capitals first
            return value.casefold() if isinstance(value, str) else value
        if role == _DISPLAY:
            return self._text(number, place)
        if role in {_BACKGROUND, _FONT}:
            return _standing_out(role) if number in self._marked else None
        return self._about(role, number, place)

    def _about(self, role: int, number: int, place: int) -> Any:
        column = self._columns[place]
        if role == _ALIGNMENT:
            return NUMBER_ALIGNMENT if column.is_number else _TEXT_ALIGNMENT
        if role == _DECORATION:
            return None if column.icon is None else column.icon(self._rows[number])
        if role == _TOOL_TIP:
            detail = column.detail
            return self._text(number, place) if detail is None else detail(self._rows[number])
        return None

    def headerData(self, section: int, orientation: Any, role: int = _DISPLAY) -> Any:
        """Return what Qt asks of a heading."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == _DISPLAY:
            # the unit below: docks are narrow
            return column.title.replace(" (", "\n(")
        if role == _TOOL_TIP:
            return column.tip
        if role == _ALIGNMENT:
            return NUMBER_ALIGNMENT if column.is_number else _TEXT_ALIGNMENT
        return None

    def _text(self, number: int, place: int) -> str:
        value = self._values[number][place]
        return "" if value is None else self._columns[place].text(value)


def _standing_out(role: int) -> Any:
    if role == _FONT:
        font = QFont(QGuiApplication.font())
        font.setBold(True)
        return font
    color = QGuiApplication.palette().color(QPalette.ColorRole.Highlight)
    color.setAlpha(_HIGHLIGHT_ALPHA)
    return color


class RowsProxy(QSortFilterProxyModel):
    """Sorts a `RowsModel` by its values and shows the rows that pass a test."""

    def __init__(self, model: RowsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._passes: Callable[[Any], bool] | None = None
        self.setSourceModel(model)
        self.setSortRole(SORT_ROLE)
        self.setSortLocaleAware(True)

    def set_test(self, passes: Callable[[Any], bool] | None) -> None:
        """Show the rows that pass; None: all."""
        self._passes = passes
        self.invalidateFilter()

    def filterAcceptsRow(self, number: int, parent: QModelIndex) -> bool:  # noqa: ARG002
        """Return whether a row is shown."""
        return self._passes is None or bool(self._passes(self.sourceModel().rows[number]))

    def shown_rows(self) -> list[Any]:
        """Return the rows that are shown, as they are sorted."""
        rows = self.sourceModel().rows
        numbers = (self.mapToSource(self.index(place, 0)).row() for place in range(self.rowCount()))
        return [rows[number] for number in numbers]

    def row_at(self, index: QModelIndex) -> Any:
        """Return the row that a cell of the proxy belongs to."""
        return self.sourceModel().rows[self.mapToSource(index).row()]


class RowsView(QTableView):
    """A table for reading: a click or Enter opens a row, the usual keys copy the selected ones.

    The widths of its columns are those that the user gave the table with this `name` before.
    """

    rowOpened = pyqtSignal(object)
    copyRequested = pyqtSignal()

    def __init__(self, columns: Sequence[TableColumn], parent: QWidget, *, name: str) -> None:
        super().__init__(parent)
        self._widths_key = f"enclave_watch/tables/{name}"
        self.rows_model = RowsModel(columns, self)
        self.proxy = RowsProxy(self.rows_model, self)
        self.setModel(self.proxy)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)  # Tab leads out of the table again
        self.setMinimumHeight(_LEAST_HEIGHT_PX)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        # as the rows are given, until the user sorts them
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self._set_up_columns()
        self.clicked.connect(self._clicked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open by Enter, copy whole rows by the usual keys."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copyRequested.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self.currentIndex().isValid():
                self.rowOpened.emit(self.proxy.row_at(self.currentIndex()))
        else:
            super().keyPressEvent(event)

    def selected_rows(self) -> list[Any]:
        """Return the selected rows, in the order in which they are shown."""
        indexes = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        return [self.proxy.row_at(index) for index in indexes]

    def select_where(self, test: Callable[[Any], bool]) -> None:
        """Select the rows that pass, and only those; the first one of them becomes current."""
        selection = self.selectionModel()
        selection.clear()
        flag = QItemSelectionModel.SelectionFlag
        rows = self.proxy.shown_rows()
        first = True
        for place in (place for place, row in enumerate(rows) if test(row)):
            index = self.proxy.index(place, 0)
            command = flag.Select | flag.Rows
            if first:
                selection.setCurrentIndex(index, command)
            else:
                selection.select(index, command)
            first = False

    def _clicked(self, index: QModelIndex) -> None:
        # with a modifier the user is choosing rows, to copy them
        if QGuiApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier:
            self.rowOpened.emit(self.proxy.row_at(index))

    def _set_up_columns(self) -> None:
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(24)
        metrics = self.fontMetrics()
        for place, column in enumerate(self.rows_model.columns):
            room = 14 if column.icon is None else 18 + _SWATCH_PX
            lines = column.title.replace(" (", "\n(").split("\n")
            title = max(metrics.horizontalAdvance(line) for line in lines)
            self.setColumnWidth(
                place,
                max(metrics.horizontalAdvance(column.widest) + room, title + _ARROW_PX),
            )
        self._take_kept_widths()
        header.sectionResized.connect(self._keep_widths)

    def _take_kept_widths(self) -> None:
        kept = QgsSettings().value(self._widths_key, "", type=str).split(",")
        if len(kept) == len(self.rows_model.columns) and all(part.isdigit() for part in kept):
            for place, width_px in enumerate(map(int, kept)):
                self.setColumnWidth(place, width_px)

    def _keep_widths(self) -> None:
        # a column that fills the rest, or that Qt lays out, was not given its width by the user
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            header = self.horizontalHeader()
            widths = [str(header.sectionSize(place)) for place in range(header.count())]
            QgsSettings().setValue(self._widths_key, ",".join(widths))
