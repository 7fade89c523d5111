"""A line to write the home country into, which completes the names of countries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Iterable

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QStringListModel, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QCompleter, QLineEdit, QWidget

from ..core.errors import WorldMapError
from ..core.i18n import tr
from ..processing.worldmap import WORLD_COUNTRIES, WORLD_COUNTRY_FIELD, world_layer
from .sources import LayerSource
from .task import Task, start

if TYPE_CHECKING:
    from qgis.PyQt.QtCore import QModelIndex
    from qgis.PyQt.QtGui import QFocusEvent

    from ..core.feedback import Feedback
    from .choices import Choices

__all__ = ["HomeEdit"]

_BETWEEN = ";"


class HomeEdit(QLineEdit):
    """Takes names of countries with `;` between.

    The names to complete are read in the background when the user first comes here, and again
    for another layer or field.
    """

    homeChanged = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked: tuple[str, str] | None = None
        self._countries = ("", "")
        self._task: Task | None = None
        self._names = QStringListModel(self)
        self._shown = ""
        completer = _Completer(self)
        completer.setModel(self._names)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        self.setClearButtonEnabled(True)
        self.editingFinished.connect(self._tell)

    @property
    def home(self) -> str:
        """Return the names as they are stored: one space after each `;`."""
        names = (name.strip() for name in self.text().split(_BETWEEN))
        return f"{_BETWEEN} ".join(name for name in names if name)

    @property
    def names(self) -> list[str]:
        """Return the names that are completed."""
        return list(self._names.stringList())

    def show_home(self, home: str) -> None:
        """Show a stored home country, and tell nobody; what is being written stays."""
        if home != self._shown:
            self._shown = home
            self.setText(home)

    def set_countries(self, choices: Choices) -> None:
        """Say which layer and field the names are in."""
        self._countries = (choices.countries, choices.country_field)

    def forget_names(self) -> None:
        """Read the names again when the user comes here next: layers were edited."""
        self._asked = None

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Have the names read."""
        super().focusInEvent(event)
        if self._asked != self._countries:
            self._read()

    def _tell(self) -> None:
        if self.home != self._shown:
            self._shown = self.home
            self.homeChanged.emit(self._shown)

    def _read(self) -> None:
        if self._task is not None:
            self._task.abandon()
            self._task = None
        self._asked = self._countries
        found = _source_of(*self._countries)
        if found is None:
            self._names.setStringList([])
            return
        source, field = found
        self._task = Task(
            tr("Enclave Watch: names of countries"),
            partial(_read_names, source, source.fields().lookupField(field)),
            partial(_publish, self, self._asked),
        )
        start(self._task)

    def take_names(self, asked: tuple[str, str], names: list[str]) -> None:
        """Complete these names, unless others were asked for since."""
        if asked == self._asked:
            self._task = None
            self._names.setStringList(names)


class _Completer(QCompleter):
    """Completes the last of several names."""

    def splitPath(self, path: str) -> list[str]:
        """Return what is looked for."""
        return [path.rpartition(_BETWEEN)[2].strip()]

    def pathFromIndex(self, index: QModelIndex) -> str:
        """Return what the line reads with this name chosen."""
        before = self.widget().text().rpartition(_BETWEEN)[0]
        name = index.data() or ""
        return f"{before}{_BETWEEN} {name}" if before else name


def _source_of(layer_id: str, field: str) -> tuple[LayerSource, str] | None:
    """Return what to read names of countries from; None where there is nothing."""
    if layer_id:
        layer = QgsProject.instance().mapLayer(layer_id)
    else:
        try:
            layer, field = world_layer(WORLD_COUNTRIES), WORLD_COUNTRY_FIELD
        except WorldMapError:
            return None  # the analysis itself says so, where it matters
    field = field or WORLD_COUNTRY_FIELD
    if not isinstance(layer, QgsVectorLayer) or layer.fields().lookupField(field) < 0:
        return None
    return LayerSource(layer), field


def _read_names(source: LayerSource, field_index: int, _feedback: Feedback) -> list[str]:
    return _sorted(source.uniqueValues(field_index))


def _sorted(values: Iterable[Any]) -> list[str]:
    return sorted({str(value).strip() for value in values} - {""}, key=str.casefold)


def _publish(
    edit: HomeEdit,
    asked: tuple[str, str],
    names: list[str] | None,
    error: str,  # noqa: ARG001 - the names are a help; without them the line works all the same
) -> None:
    if not sip.isdeleted(edit):
        edit.take_names(asked, names or [])
