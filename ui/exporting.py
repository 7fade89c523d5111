"""Tables out of the dock: to the clipboard as they read, to CSV as the algorithms write them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Sequence

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QDate, QDateTime, QIODevice, QLocale, QSaveFile, Qt, pyqtSignal
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ..core.i18n import tr

__all__ = [
    "ExportBar",
    "Sheet",
    "ask_path",
    "copied_text",
    "sheet_of",
    "write_csv",
    "write_whole",
]

_FOLDER_KEY = "enclave_watch/export_folder"
_STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_DIGITS = 12


@dataclass(frozen=True)
class Sheet:
    """A table of plain values.

    Attributes
    ----------
    name : of the file, without its ending
    titles : of the columns, with units
    """

    name: str
    titles: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def sheet_of(name: str, columns: Sequence[Any], rows: Sequence[Any]) -> Sheet:
    """Return rows under the names of the fields of an algorithm's result.

    Parameters
    ----------
    columns : of processing/fields.py: each has a `name` and gives the `value` of a row
    """
    return Sheet(
        name,
        tuple(column.name for column in columns),
        tuple(tuple(column.value(row) for column in columns) for row in rows),
    )


def copied_text(sheet: Sheet) -> str:
    """Return a table as spreadsheets paste it: tabs between, numbers as the user writes them.

    There are no signs between thousands: a spreadsheet would take them for text.
    """
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)

    def number(value: float) -> str:
        return str(locale.toString(float(value), "g", _DIGITS))

    return _written(sheet, csv.excel_tab, number)


def write_csv(sheet: Sheet, path: Path) -> None:
    """Write a table as CSV: UTF-8, ISO dates, numbers in full with a decimal point.

    It begins with a byte order mark, without which Excel shows Arabic names as rubble; QGIS and
    pandas know it. The file is there whole or not at all.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    write_whole(path, _written(sheet, csv.excel, repr).encode("utf-8-sig"))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, and put it there once it is complete.

    Raises
    ------
    OSError
        When it cannot be written; what was there before is there still.
    """
    file = QSaveFile(str(path))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise OSError(file.errorString())
    file.write(content)
    if not file.commit():
        raise OSError(file.errorString())


def _written(sheet: Sheet, dialect: Any, number: Callable[[float], str]) -> str:
    target = io.StringIO(newline="")
    writer = csv.writer(target, dialect)
    writer.writerow([_harmless(title) for title in sheet.titles])
    writer.writerows([_cell(value, number) for value in row] for row in sheet.rows)
    return target.getvalue()


def _cell(value: Any, number: Callable[[float], str]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, (QDate, QDateTime)):
        return str(value.toString(Qt.DateFormat.ISODate))
    return _harmless(str(value))


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; an apostrophe before it says so."""
    return f"'{text}" if text.startswith(_STARTS_OF_FORMULAS) else text


def ask_path(parent: QWidget, name: str, kinds: Sequence[tuple[str, str]]) -> Path | None:
    """Ask where to save, and before a file is overwritten; None: the user would rather not.

    Parameters
    ----------
    name : of the file, without its ending
    kinds : what can be saved, in words, each with its ending, such as `csv`
    """
    folder = QgsSettings().value(_FOLDER_KEY, "", type=str)
    filters = {f"{words} (*.{ending})": ending for words, ending in kinds}
    first = kinds[0][1]
    given, chosen = QFileDialog.getSaveFileName(
        parent,
        tr("Export"),
        str(Path(folder or Path.home(), f"{name}.{first}")),
        ";;".join(filters),
    )
    if not given:
        return None
    path = Path(given)
    if path.suffix.lower() not in {f".{ending}" for ending in filters.values()}:
        path = path.with_name(f"{path.name}.{filters.get(chosen, first)}")
        if path.exists() and not _may_overwrite(parent, path):
            return None
    QgsSettings().setValue(_FOLDER_KEY, str(path.parent))
    return path


def _may_overwrite(parent: QWidget, path: Path) -> bool:
    # the dialog asked about the name as it was typed, without the ending
    answer = QMessageBox.question(
        parent, tr("Export"), tr('"{}" is there already. Replace it?').format(path.name)
    )
    return bool(answer == QMessageBox.StandardButton.Yes)


class ExportBar(QWidget):
    """The buttons Copy and Export below a table, and a line that says what came of them."""

    copyRequested = pyqtSignal()
    exportRequested = pyqtSignal()

    def __init__(self, parent: QWidget, *, copy_tip: str, export_tip: str) -> None:
        super().__init__(parent)
        self._line = QLabel(self)
        self._line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.copy_button = self._button(tr("Copy"), copy_tip, self.copyRequested)
        self.export_button = self._button(tr("Export\u2026"), export_tip, self.exportRequested)
        for widget in (self.copy_button, self.export_button):
            layout.addWidget(widget)
        layout.addWidget(self._line, 1)
        self.set_enabled(False)

    @property
    def message(self) -> str:
        """Return what the line says."""
        return str(self._line.text())

    def set_enabled(self, is_enabled: bool) -> None:
        """Allow the buttons, or not, while there is nothing to take."""
        self.copy_button.setEnabled(is_enabled)
        self.export_button.setEnabled(is_enabled)

    def say(self, text: str) -> None:
        """Say what came of it; '' clears the line."""
        self._line.setText(text)
        self._line.setToolTip(text)

    def copy(self, sheet: Sheet) -> None:
        """Put a table on the clipboard."""
        QGuiApplication.clipboard().setText(copied_text(sheet))
        self.say(tr("Copied: {} rows").format(QLocale().toString(len(sheet.rows))))

    def export(self, sheet: Sheet) -> None:
        """Ask for a file and write a table to it."""
        path = ask_path(self, sheet.name, [(tr("Table, CSV"), "csv")])
        if path is not None:
            self.save(path, lambda: write_csv(sheet, path))

    def save(self, path: Path, write: Callable[[], None]) -> None:
        """Write, and say what came of it."""
        try:
            write()
        except OSError as error:
            self.say_failed(path, error)
        else:
            self.say(tr('Saved: "{}"').format(path.name))
            self._line.setToolTip(str(path))

    def say_failed(self, path: Path, error: Exception) -> None:
        """Say that a file could not be written, and why."""
        self.say(
            tr('"{}" could not be written: {}. Choose another folder or name.').format(
                path.name, error
            )
        )

    def _button(self, text: str, tip: str, signal: Any) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda _checked=False: signal.emit())
        return button
