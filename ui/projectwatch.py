"""What becomes of a project and of the layers that the dock uses, told in few signals."""

from __future__ import annotations

from typing import Any, Callable, Iterable

from qgis.core import QgsMapLayer, QgsProject, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

__all__ = ["ProjectWatch"]

_QUIET_MS = 300

_SAVED = ("afterCommitChanges", "dataChanged", "subsetStringChanged", "crsChanged")
_UNSAVED = (
    "featureAdded", "featureDeleted", "geometryChanged", "attributeValueChanged", "afterRollBack",
)  # fmt: skip
_LOOKS = ("nameChanged", "updatedFields")


class ProjectWatch(QObject):
    """Watches a project, and of its layers those that it is told to.

    Signals
    -------
    opened : another project is there, or an empty one
    layersAdded : a moment after layers were added
    layersGone : ids of layers that are about to be removed
    looksChanged : a watched layer has another name or other fields
    edited : a moment after the last change of what is in a watched layer
    """

    opened = pyqtSignal()
    layersAdded = pyqtSignal()
    layersGone = pyqtSignal(list)
    looksChanged = pyqtSignal()
    edited = pyqtSignal()

    def __init__(self, project: QgsProject, parent: QObject) -> None:
        super().__init__(parent)
        self._project = project
        self._of_project: list[tuple[Any, Callable[..., None]]] = []
        self._of_layers: list[tuple[QgsMapLayer, str, Callable[..., None]]] = []
        self._added = self._timer(self.layersAdded, 0)
        self._edits = self._timer(self.edited, _QUIET_MS)
        for signal, slot in (
            (project.readProject, self._on_opened),
            (project.cleared, self._on_opened),
            (project.layersAdded, self._on_added),
            (project.layersWillBeRemoved, self._on_removed),
        ):
            signal.connect(slot)
            self._of_project.append((signal, slot))

    def watch(self, layer_ids: Iterable[str], *, unsaved: bool) -> None:
        """Watch these layers and no others; edits that are not saved too, or not."""
        self._leave_layers()
        edits = (*_SAVED, *_UNSAVED) if unsaved else _SAVED
        for layer_id in layer_ids:
            layer = self._project.mapLayer(layer_id)
            if isinstance(layer, QgsVectorLayer):
                for name in edits:
                    self._connect(layer, name, self._on_edited)
                for name in _LOOKS:
                    self._connect(layer, name, self._on_looks)

    def close(self) -> None:
        """Watch nothing any more."""
        self._leave_layers()
        for signal, slot in self._of_project:
            signal.disconnect(slot)
        self._of_project = []
        self._added.stop()
        self._edits.stop()

    def _timer(self, signal: Any, after_ms: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(after_ms)
        timer.timeout.connect(signal.emit)
        return timer

    def _connect(self, layer: QgsMapLayer, name: str, slot: Callable[..., None]) -> None:
        # QGIS 3.22 has not all of them
        signal = getattr(layer, name, None)
        if signal is not None:
            signal.connect(slot)
            self._of_layers.append((layer, name, slot))

    def _leave_layers(self) -> None:
        for layer, name, slot in self._of_layers:
            if not sip.isdeleted(layer):
                getattr(layer, name).disconnect(slot)
        self._of_layers = []

    def _on_opened(self, *_document: Any) -> None:
        self._added.stop()
        self._edits.stop()
        self.opened.emit()

    def _on_added(self, _layers: Any) -> None:
        self._added.start()

    def _on_removed(self, layer_ids: list[str]) -> None:
        gone = set(layer_ids)
        kept = []
        for layer, name, slot in self._of_layers:
            if sip.isdeleted(layer):
                continue
            if layer.id() in gone:
                getattr(layer, name).disconnect(slot)
            else:
                kept.append((layer, name, slot))
        self._of_layers = kept
        self.layersGone.emit(list(layer_ids))

    def _on_edited(self, *_what: Any) -> None:
        self._edits.start()

    def _on_looks(self, *_what: Any) -> None:
        self.looksChanged.emit()
