"""Who took how much from whom between two dates, as a matrix with its sums."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Mapping

from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, Qt, pyqtSignal
from qgis.PyQt.QtGui import QFont, QGuiApplication, QKeyEvent, QKeySequence
from qgis.PyQt.QtWidgets import QAbstractItemView, QTableView, QWidget

from ..core.holders import CONTESTED, UNASSIGNED
from ..core.i18n import tr
from .tables import NUMBER_ALIGNMENT, number_text, plain_number, swatch
from .words import holder_word

if TYPE_CHECKING:
    from .results import Comparison

__all__ = ["MatrixModel", "MatrixView"]

_DISPLAY = plain_number(Qt.ItemDataRole.DisplayRole)
_TOOL_TIP = plain_number(Qt.ItemDataRole.ToolTipRole)
_DECORATION = plain_number(Qt.ItemDataRole.DecorationRole)
_ALIGNMENT = plain_number(Qt.ItemDataRole.TextAlignmentRole)
_FONT = plain_number(Qt.ItemDataRole.FontRole)

_LINE_LETTERS = 14
_LEAST_HEIGHT_PX = 72


class MatrixModel(QAbstractTableModel):
    """Rows are who held the ground before, columns who holds it after; the last ones are sums."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._km2: Mapping[tuple[str, str], float] = {}
        self._colors: Mapping[str, str] = {}
        self._before: list[str] = []
        self._after: list[str] = []
        self._lost_km2: list[float] = []
        self._gained_km2: list[float] = []

    def show(self, comparison: Comparison | None, colors: Mapping[str, str]) -> None:
        """Take in what changed, or nothing."""
        self.beginResetModel()
        self._km2 = {} if comparison is None else dict(comparison.matrix_km2)
        self._colors = colors
        self._before = _ordered({pair[0] for pair in self._km2})
        self._after = _ordered({pair[1] for pair in self._km2})
        self._lost_km2 = [
            sum(km2 for (before, _), km2 in self._km2.items() if before == name)
            for name in self._before
        ]
        self._gained_km2 = [
            sum(km2 for (_, after), km2 in self._km2.items() if after == name)
            for name in self._after
        ]
        self.endResetModel()

    @property
    def total_km2(self) -> float:
        """Return all ground that changed hands."""
        return sum(self._lost_km2)

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of rows, that of the sums among them."""
        is_cell = parent is not None and parent.isValid()
        return 0 if is_cell or not self._before else len(self._before) + 1

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of columns, that of the sums among them."""
        is_cell = parent is not None and parent.isValid()
        return 0 if is_cell or not self._after else len(self._after) + 1

    def value_km2(self, row: int, column: int) -> float | None:
        """Return what went from the holder of a row to that of a column; None: nothing."""
        is_last_row, is_last_column = row == len(self._before), column == len(self._after)
        if is_last_row and is_last_column:
            return self.total_km2
        if is_last_row:
            return self._gained_km2[column]
        if is_last_column:
            return self._lost_km2[row]
        return self._km2.get((self._before[row], self._after[column]))

    def data(self, index: QModelIndex, role: int = _DISPLAY) -> Any:
        """Return what Qt asks of a cell."""
        row, column = index.row(), index.column()
        if role == _ALIGNMENT:
            return NUMBER_ALIGNMENT
        if role == _FONT:
            return _bold() if row == len(self._before) or column == len(self._after) else None
        if role in {_DISPLAY, _TOOL_TIP}:
            km2 = self.value_km2(row, column)
            if role == _DISPLAY:
                return "" if km2 is None else number_text(km2)
            return self._sentence(row, column, 0.0 if km2 is None else km2)
        return None

    def headerData(self, section: int, orientation: Any, role: int = _DISPLAY) -> Any:
        """Return what Qt asks of a heading: a holder with the colour, or the sums."""
        is_column = orientation == Qt.Orientation.Horizontal
        names = self._after if is_column else self._before
        if section > len(names):
            return None
        is_sum = section == len(names)
        if role == _DISPLAY:
            return tr("Sum") if is_sum else _in_lines(holder_word(names[section]))
        if role == _TOOL_TIP:
            return self._heading_detail(None if is_sum else names[section], is_column=is_column)
        if role == _DECORATION and not is_sum and names[section] in self._colors:
            return swatch(self._colors[names[section]])
        if role == _FONT and is_sum:
            return _bold()
        return None

    def table(self) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
        """Return headings and rows, as they are shown."""
        columns = range(self.columnCount())
        before, after = (
            [*(holder_word(name) for name in names), tr("Sum")]
            for names in (self._before, self._after)
        )
        rows = [
            (before[row], *(self.value_km2(row, column) for column in columns))
            for row in range(self.rowCount())
        ]
        return (tr("From \\ to (km\u00b2)"), *after), tuple(rows)

    def _heading_detail(self, name: str | None, *, is_column: bool) -> str:
        if name is None:
            return tr("All that was lost") if is_column else tr("All that was gained")
        pattern = tr("What {} gained") if is_column else tr("What {} lost")
        return pattern.format(holder_word(name))

    def _sentence(self, row: int, column: int, km2: float) -> str:
        area = number_text(km2, 2)
        before = holder_word(self._before[row]) if row < len(self._before) else ""
        after = holder_word(self._after[column]) if column < len(self._after) else ""
        if before and after:
            return tr("{area} km\u00b2 went from {before} to {after}").format(
                area=area, before=before, after=after
            )
        if before:
            return tr("{area} km\u00b2 went from {before} to others").format(
                area=area, before=before
            )
        if after:
            return tr("{area} km\u00b2 went from others to {after}").format(area=area, after=after)
        return tr("{} km\u00b2 changed hands").format(area)


class MatrixView(QTableView):
    """Shows the matrix; the usual keys copy it."""

    copyRequested = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.matrix = MatrixModel(self)
        self.setModel(self.matrix)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setMinimumHeight(_LEAST_HEIGHT_PX)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setHighlightSections(False)

    def show_changes(self, comparison: Comparison | None, colors: Mapping[str, str]) -> None:
        """Show what changed, or nothing."""
        self.matrix.show(comparison, colors)
        self.resizeColumnsToContents()
        self.resizeRowsToContents()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy all of it by the usual keys."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copyRequested.emit()
        else:
            super().keyPressEvent(event)


def _ordered(names: set[str]) -> list[str]:
    """Return factions in alphabetical order, then contested ground, then what nobody holds."""
    return sorted(
        names, key=lambda name: (name == UNASSIGNED, name.startswith(f"{CONTESTED}: "), name)
    )


def _in_lines(name: str) -> str:
    # names of factions are long, and columns narrow
    return "\n".join(textwrap.wrap(name, _LINE_LETTERS, break_long_words=False))


def _bold() -> QFont:
    font = QFont(QGuiApplication.font())
    font.setBold(True)
    return font
