"""What the export button offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import QMenu

from ..core.dates import format_date
from ..core.i18n import tr
from .framesdialog import FramesDialog

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from .controller import DockController
    from .dock import DockPanel

__all__ = ["ExportMenu"]

_PUBLISHING = ("exportanimation", "situationreport")


class ExportMenu(QObject):
    """Fills the menu anew each time: what there is depends on what is loaded and shown."""

    def __init__(self, iface: QgisInterface, controller: DockController, panel: DockPanel) -> None:
        super().__init__(panel)
        self._iface = iface
        self._controller = controller
        self._panel = panel
        self._frames: FramesDialog | None = None
        self.menu = QMenu(panel)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill)
        panel.export_button.setMenu(self.menu)

    @property
    def is_exporting(self) -> bool:
        """Return whether frames are being drawn."""
        return self._frames is not None and not self._frames.is_over

    def cancel(self) -> None:
        """Stop what is being exported, and leave no half of it."""
        if self._frames is not None:
            self._frames.cancel()

    # ---- the menu ---------------------------------------------------------------------

    def _fill(self) -> None:
        self.menu.clear()
        for algorithm_id in self._publishers():
            algorithm = QgsApplication.processingRegistry().algorithmById(algorithm_id)
            action = self.menu.addAction(algorithm.icon(), f"{algorithm.displayName()} \u2026")
            action.setToolTip(algorithm.shortDescription())
            action.triggered.connect(
                lambda _checked=False, each=algorithm_id: self._open_algorithm(each)
            )
        if self.menu.actions():
            self.menu.addSeparator()
        frames = self.menu.addAction(tr("Map of each date as PNG \u2026"))
        frames.setToolTip(tr("Draw the map as it is at each date, one picture a date"))
        frames.triggered.connect(self._export_frames)
        finding = self.menu.addAction(tr("Copy the finding"))
        finding.setToolTip(tr("Copy the sentence of this date, with the date"))
        finding.triggered.connect(self._copy_finding)
        is_shown = self._controller.result is not None
        frames.setEnabled(is_shown and not self.is_exporting)
        finding.setEnabled(is_shown)

    @staticmethod
    def _publishers() -> list[str]:
        """Return the algorithms that publish, of those that there are."""
        registry = QgsApplication.processingRegistry()
        ids = [f"enclavewatch:{name}" for name in _PUBLISHING]
        return [each for each in ids if registry.algorithmById(each) is not None]

    def _copy_finding(self) -> None:
        result = self._controller.result
        if result is not None:
            text = f"{self._panel.large_date_label.text()}: {result.finding}"
            QGuiApplication.clipboard().setText(text)

    # ---- algorithms -------------------------------------------------------------------

    def _open_algorithm(self, algorithm_id: str) -> None:
        """Open the dialog of an algorithm, with what the dock knows filled in."""
        from qgis import processing

        dialog = processing.createAlgorithmDialog(algorithm_id, self._settings(algorithm_id))
        if dialog is not None:
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.show()

    def _settings(self, algorithm_id: str) -> dict[str, object]:
        from .sources import parameters_of
        from .workersettings import worker_values

        algorithm = QgsApplication.processingRegistry().algorithmById(algorithm_id)
        known = {**parameters_of(self._controller.choices), **worker_values()}
        result, comparison = self._controller.result, self._controller.comparison
        if result is not None:
            known["TO_DATE"] = format_date(result.date)
            known["FROM_DATE"] = format_date(comparison.from_date) if comparison else None
        if algorithm_id.endswith("exportanimation"):
            # the whole film, not the step that is shown
            known.update(FROM_DATE=None, TO_DATE=None)
        names = {each.name() for each in algorithm.parameterDefinitions()}
        return {name: value for name, value in known.items() if name in names and value is not None}

    # ---- frames -----------------------------------------------------------------------

    def _export_frames(self) -> None:
        self._controller.pause()
        self._frames = FramesDialog(self._iface, self._controller, self)
        self._frames.start()
