"""A small table to say which factions count as part of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Sequence

from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStyledItemDelegate,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ..core.alliances import parse_alliances
from ..core.errors import AllianceError
from ..core.i18n import tr
from .tables import plain_number

if TYPE_CHECKING:
    from qgis.PyQt.QtCore import QAbstractItemModel, QModelIndex
    from qgis.PyQt.QtGui import QKeyEvent
    from qgis.PyQt.QtWidgets import QStyleOptionViewItem

__all__ = ["AlliancesTable", "pairs_of", "text_of"]

_ROWS_SHOWN = 4
_TOOL_TIP = plain_number(Qt.ItemDataRole.ToolTipRole)
_FORBIDDEN = (";", "=", "\n")


def pairs_of(text: str) -> list[tuple[str, str]]:
    """Return faction and alliance of each part of `A=B; C=D`, as they are written.

    Raises
    ------
    AllianceError
        When the text is not of this form, or contradicts itself.
    """
    parse_alliances(text)
    parts = (part.partition("=") for part in text.replace("\n", ";").split(";") if part.strip())
    return [(member.strip(), alliance.strip()) for member, _, alliance in parts]


def text_of(pairs: Iterable[tuple[str, str]]) -> str:
    """Return pairs as the parameter ALLIANCES takes them: `A=B; C=D`.

    Raises
    ------
    AllianceError
        When a name cannot be written so, or the pairs contradict each other.
    """
    pairs = list(pairs)
    for member, alliance in pairs:
        for name, marks in ((member, _FORBIDDEN), (alliance, (";", "\n"))):
            mark = next((mark for mark in marks if mark in name), None)
            if mark is not None:
                raise AllianceError(
                    tr(
                        'Alliances: "{name}" has a "{mark}" in it, which parts names here. Use a '
                        "table with the fields faction and alliance in the toolbox instead."
                    ).format(name=name, mark=mark.replace("\n", "\\n"))
                )
    text = "; ".join(f"{member}={alliance}" for member, alliance in pairs)
    parse_alliances(text)
    return text


class AlliancesTable(QWidget):
    """Edits alliances, row by row; the last row is empty, to write another pair into.

    `textChanged` tells the text whenever it is another one and holds together; what does not is
    said below the table, and changes nothing.
    """

    textChanged = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._is_kept = False  # the text says more than the rows
        self._factions: tuple[str, ...] = ()
        self.table = _Pairs(self)
        self._message = QLabel(self)
        self._message.setWordWrap(True)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._add = QPushButton(tr("Add"), self)
        self._add.setToolTip(tr("Write another faction and what it counts as"))
        self._remove = QPushButton(tr("Remove"), self)
        self._remove.setToolTip(tr("Take the selected lines out (Delete)"))
        # rows come and go once the cell's own editor is done
        self._tidying = QTimer(self)
        self._tidying.setSingleShot(True)
        self._tidying.setInterval(0)
        self._tidying.timeout.connect(self._tidy)
        self.setFocusProxy(self.table)
        self.setToolTip(self.table.toolTip())
        self._lay_out()
        self._fill(())
        self.table.itemChanged.connect(self._on_changed)
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.table.removeAsked.connect(self._remove_selected)
        self._remove.clicked.connect(self._remove_selected)
        self._add.clicked.connect(self._begin_row)

    @property
    def text(self) -> str:
        """Return the alliances as they hold together: `A=B; C=D`."""
        return self._text

    @property
    def message(self) -> str:
        """Return what is said below the table; '' where all is well."""
        return str(self._message.text())

    @property
    def factions(self) -> tuple[str, ...]:
        """Return the names that are offered."""
        return self._factions

    def set_text(self, text: str) -> None:
        """Show other alliances, and tell nobody; rows stay as they are where it is the same text.

        A text that is no pairs, as the name of a table is, is left as it is until the user
        writes pairs, or removes it.
        """
        if text == self._text:
            return
        self._text = text
        self._is_kept = False
        try:
            pairs = pairs_of(text)
        except AllianceError as error:
            pairs = []
            self._is_kept = True
            self._say(_not_pairs(text) if "=" not in text else str(error))
        else:
            self._say("")
        self._fill(pairs)

    def offer(self, factions: Iterable[str]) -> None:
        """Offer these names in the boxes of the cells, beside those in the table."""
        self._factions = tuple(dict.fromkeys(factions))

    def names(self) -> list[str]:
        """Return the names to choose from, in order: those offered and those in the table."""
        names = {*self._factions, *(name for pair in self.table.pairs() for name in pair)}
        return sorted(names - {""}, key=str.casefold)

    # ---- what the user does ---------------------------------------------------------------

    def _on_changed(self) -> None:
        self._tidying.start()
        self._take_over()

    def _tidy(self) -> None:
        self.table.keep_last_row_empty()
        self._on_selected()

    def _take_over(self) -> None:
        whole = [pair for pair in self.table.pairs() if all(pair)]
        halves = sum(1 for pair in self.table.pairs() if any(pair) and not all(pair))
        try:
            text = text_of(whole)
        except AllianceError as error:
            self._say(str(error))
            return
        self._say(
            tr("A line counts once it has both a faction and what it counts as.") if halves else ""
        )
        if text or not self._is_kept:
            self._tell(text)

    def _tell(self, text: str) -> None:
        self._is_kept = False
        if text != self._text:
            self._text = text
            self.textChanged.emit(text)

    def _on_selected(self) -> None:
        rows = {index.row() for index in self.table.selectedIndexes()}
        has_rows = any(row < self.table.rowCount() - 1 for row in rows)
        self._remove.setEnabled(self._is_kept or has_rows)

    def _remove_selected(self) -> None:
        if self._is_kept:
            self._tell("")
            self._say("")
            self._on_selected()
            return
        rows = {index.row() for index in self.table.selectedIndexes()}
        rows.discard(self.table.rowCount() - 1)
        for row in sorted(rows, reverse=True):
            self.table.removeRow(row)
        if rows:
            self._on_selected()
            self._take_over()

    def _begin_row(self) -> None:
        index = self.table.model().index(self.table.rowCount() - 1, 0)
        self.table.setFocus()
        self.table.setCurrentIndex(index)
        self.table.edit(index)

    def _fill(self, pairs: Sequence[tuple[str, str]]) -> None:
        self.table.blockSignals(True)
        self.table.show_pairs(pairs)
        self.table.blockSignals(False)
        self._on_selected()

    def _say(self, text: str) -> None:
        self._message.setText(text)
        self._message.setVisible(bool(text))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self._add)
        buttons.addWidget(self._remove)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.table)
        layout.addWidget(self._message)
        layout.addLayout(buttons)
        self._say("")


class _Pairs(QTableWidget):
    """The table itself: a click, a letter or Enter edits a cell, Delete takes lines out."""

    removeAsked = pyqtSignal()

    def __init__(self, parent: AlliancesTable) -> None:
        super().__init__(0, 2, parent)
        self.setHorizontalHeaderLabels([tr("Faction"), tr("Counted as")])
        self.setItemDelegate(_Names(parent))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.DoubleClicked | trigger.EditKeyPressed | trigger.AnyKeyPressed)
        self.setTabKeyNavigation(False)  # Tab leads out of the table again
        self.setToolTip(
            tr(
                "Each line counts one faction as part of another: click a cell, or press Enter on "
                "it, to choose or write a name. Delete takes a line out."
            )
        )
        self.setAccessibleName(tr("Alliances"))
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.verticalHeader().hide()
        line_px = self.fontMetrics().height() + 8
        self.verticalHeader().setDefaultSectionSize(line_px)
        self.setFixedHeight(_ROWS_SHOWN * line_px + header.sizeHint().height() + 4)
        self.clicked.connect(self.edit)

    def show_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Show these pairs, and an empty row."""
        self.setRowCount(0)
        for pair in (*pairs, ("", "")):
            self._append(pair)

    def pairs(self) -> list[tuple[str, str]]:
        """Return the text of the cells of each row but those that are empty."""
        rows = ((self._cell(row, 0), self._cell(row, 1)) for row in range(self.rowCount()))
        return [pair for pair in rows if any(pair)]

    def keep_last_row_empty(self) -> None:
        """Take emptied rows out, and keep one to write into."""
        self.blockSignals(True)
        for row in reversed(range(self.rowCount() - 1)):
            if not (self._cell(row, 0) or self._cell(row, 1)):
                self.removeRow(row)
        last = self.rowCount() - 1
        if last < 0 or self._cell(last, 0) or self._cell(last, 1):
            self._append(("", ""))
        self.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Edit by Enter, take lines out by Delete."""
        is_editing = self.state() == QAbstractItemView.State.EditingState
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not is_editing:
            self.edit(self.currentIndex())
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace} and not is_editing:
            self.removeAsked.emit()
        else:
            super().keyPressEvent(event)

    def _append(self, pair: tuple[str, str]) -> None:
        row = self.rowCount()
        self.insertRow(row)
        for column, name in enumerate(pair):
            self.setItem(row, column, _Name(name))

    def _cell(self, row: int, column: int) -> str:
        item = self.item(row, column)
        return "" if item is None else item.text().strip()


class _Name(QTableWidgetItem):
    """A cell whose tooltip is its text: columns are narrow."""

    def data(self, role: int) -> Any:
        if plain_number(role) == _TOOL_TIP:
            return self.text()
        return super().data(role)


class _Names(QStyledItemDelegate):
    """Edits a cell by a box that offers names and takes others."""

    def __init__(self, owner: AlliancesTable) -> None:
        super().__init__(owner)
        self._owner = owner

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,  # noqa: ARG002 - Qt's own
        index: QModelIndex,
    ) -> QWidget:
        """Return the box of a cell; it does not offer the faction of its own row."""
        box = QComboBox(parent)
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        other = index.sibling(index.row(), 1 - index.column()).data() or ""
        box.addItems([name for name in self._owner.names() if name != other])
        box.setToolTip(
            tr("A faction as the control layer names it")
            if index.column() == 0
            else tr("The faction or alliance that it is counted as part of")
        )
        # chosen from the list is done; while it is written, Enter or another cell is
        box.activated.connect(lambda _index: self.commitData.emit(box))
        return box

    def setEditorData(self, editor: QComboBox, index: QModelIndex) -> None:
        """Show the name of the cell."""
        editor.setEditText(index.data() or "")
        editor.lineEdit().selectAll()

    def setModelData(
        self, editor: QComboBox, model: QAbstractItemModel, index: QModelIndex
    ) -> None:
        """Put the name into the cell."""
        if editor.currentText().strip() != (index.data() or ""):
            model.setData(index, editor.currentText().strip())


def _not_pairs(text: str) -> str:
    return tr('Taken from the table "{}". Lines written here take its place.').format(text)
