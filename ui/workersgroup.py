"""The section "Speed" of the dock's choices: how many workers, and of which cluster."""

from __future__ import annotations

from qgis.PyQt.QtWidgets import QFormLayout, QGroupBox, QLabel, QLineEdit, QSpinBox, QWidget

from ..core.crews import MOST_WORKERS, Workers
from ..core.i18n import tr
from .choicesboxes import hold_wheel
from .workersettings import read_workers, write_workers

__all__ = ["WorkersGroup"]


class WorkersGroup(QGroupBox):
    """Shows and keeps who surveys. It holds from the next analysis on: no figure depends on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Speed"), parent)
        workers = read_workers()
        self.count = QSpinBox(self)
        self.count.setRange(0, MOST_WORKERS)
        self.count.setSpecialValueText(tr("As many as pay"))
        self.count.setKeyboardTracking(False)
        self.count.setToolTip(
            tr(
                "How many processes measure the enclaves, each some of the dates. 1: none beside "
                "QGIS itself. With a scheduler: so many of its workers. No figure depends on it."
            )
        )
        self.count.setValue(workers.count)
        hold_wheel(self.count)
        self.scheduler = QLineEdit(workers.scheduler, self)
        self.scheduler.setPlaceholderText(tr("none: this machine"))
        self.scheduler.setToolTip(
            tr(
                "The address of a scheduler of dask.distributed, such as tcp://192.168.1.5:8786, "
                "whose workers measure the enclaves. Only in a network that you trust."
            )
        )
        self.count.valueChanged.connect(self._keep)
        self.scheduler.editingFinished.connect(self._keep)
        form = QFormLayout(self)
        form.setContentsMargins(6, 4, 6, 6)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, widget in ((tr("Workers"), self.count), (tr("Scheduler"), self.scheduler)):
            label = QLabel(text, self)
            label.setBuddy(widget)
            label.setToolTip(widget.toolTip())
            widget.setAccessibleName(text)
            form.addRow(label, widget)

    def _keep(self) -> None:
        write_workers(Workers(self.count.value(), self.scheduler.text().strip()))
