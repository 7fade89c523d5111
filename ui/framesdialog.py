"""Asks where to, exports the map at each date as PNG, and tells of it in the message bar."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import Qgis
from qgis.PyQt.QtCore import QEventLoop, QObject
from qgis.PyQt.QtWidgets import QFileDialog, QMessageBox, QProgressBar, QPushButton

from ..core.i18n import tr
from .frames import FrameExport, existing_frames, export_frames

if TYPE_CHECKING:
    from qgis.gui import QgisInterface, QgsMessageBarItem

    from .controller import DockController

__all__ = ["FramesDialog"]


class FramesDialog(QObject):
    """One export of frames, from the question to its end."""

    def __init__(
        self, iface: QgisInterface, controller: DockController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._iface = iface
        self._controller = controller
        self._export: FrameExport | None = None
        self._item: QgsMessageBarItem | None = None
        self._bar: QProgressBar | None = None
        self._index = controller.index

    @property
    def is_over(self) -> bool:
        """Return whether nothing goes on."""
        return self._export is None or self._export.is_over

    def start(self) -> None:
        """Ask for a folder, and begin."""
        folder = QFileDialog.getExistingDirectory(
            self._iface.mainWindow(), tr("Folder for the pictures of all dates")
        )
        if folder:
            self.export_to(Path(folder))

    def export_to(self, folder: Path) -> None:
        """Begin, unless files that are there must not be replaced."""
        analysis = self._controller.analysis
        if analysis is None or not self._may_replace(existing_frames(analysis.dates, folder)):
            return
        self._show_progress()
        self._export = export_frames(
            self._iface.mapCanvas(), analysis.dates, folder, self._show_date, parent=self
        )
        self._export.progressChanged.connect(lambda percent: self._bar.setValue(round(percent)))
        self._export.finished.connect(self._on_finished)
        self._export.failed.connect(self._on_failed)

    def cancel(self) -> None:
        """Stop, and leave no file behind."""
        if self._export is not None:
            self._export.cancel()

    def _show_date(self, index: int) -> None:
        self._controller.go_to(index)
        if self._controller.is_comparing:
            # the map shows changes too, and those since a date far away take a moment
            loop = QEventLoop()
            self._controller.comparisonChanged.connect(loop.quit)
            loop.exec()
            self._controller.comparisonChanged.disconnect(loop.quit)

    def _may_replace(self, paths: list[Path]) -> bool:
        if not paths:
            return True
        answer = QMessageBox.question(
            self._iface.mainWindow(),
            tr("Replace pictures"),
            tr(
                "{count} of the files are there already, {first} for instance. Replace them?"
            ).format(count=len(paths), first=paths[0].name),
        )
        return answer == QMessageBox.StandardButton.Yes

    def _show_progress(self) -> None:
        bar = self._iface.messageBar()
        self._item = bar.createMessage(tr("Enclave Watch"), tr("Drawing the map at each date"))
        self._bar = QProgressBar(self._item)
        self._bar.setRange(0, 100)
        stop = QPushButton(tr("Stop"), self._item)
        stop.clicked.connect(self.cancel)
        self._item.layout().addWidget(self._bar)
        self._item.layout().addWidget(stop)
        bar.pushWidget(self._item, Qgis.MessageLevel.Info)
        # closing the message by its cross is a cancel too
        self._item.destroyed.connect(self._forget_item)

    def _forget_item(self) -> None:
        self._item = self._bar = None
        self.cancel()

    def _end(self) -> None:
        item, self._item = self._item, None
        if item is not None:
            item.destroyed.disconnect(self._forget_item)
            self._iface.messageBar().popWidget(item)
        self._controller.go_to(self._index)

    def _on_finished(self, paths: list[Path]) -> None:
        self._end()
        self._iface.messageBar().pushMessage(
            tr("Enclave Watch"),
            tr("{count} pictures are in {folder}").format(count=len(paths), folder=paths[0].parent),
            Qgis.MessageLevel.Success,
            0,
        )

    def _on_failed(self, reason: str) -> None:
        self._end()
        if reason:
            self._iface.messageBar().pushMessage(
                tr("Enclave Watch"), reason, Qgis.MessageLevel.Warning, 0
            )
