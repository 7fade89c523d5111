"""A box to choose one faction, or all."""

from __future__ import annotations

from typing import Iterable, Mapping

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from ..core.i18n import tr
from .tables import swatch

__all__ = ["FactionFilter", "narrow_box"]


def narrow_box(parent: QWidget) -> QComboBox:
    """Return a box that does not grow with the longest of its names: docks are narrow."""
    box = QComboBox(parent)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    return box


class FactionFilter(QWidget):
    """A box with a label; what was chosen stays so while there is such a faction."""

    factionChanged = pyqtSignal()

    def __init__(self, parent: QWidget, *, tip: str) -> None:
        super().__init__(parent)
        self.box = narrow_box(self)
        self.box.setToolTip(tip)
        label = QLabel(tr("Show"), self)
        label.setBuddy(self.box)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label)
        layout.addWidget(self.box, 1)
        self.offer((), {})
        self.box.currentIndexChanged.connect(lambda _index: self.factionChanged.emit())

    @property
    def faction(self) -> str:
        """Return the faction that was chosen; '' for all."""
        return self.box.currentData() or ""

    def choose(self, faction: str) -> None:
        """Choose a faction; '' and one that is not there stand for all."""
        self.box.setCurrentIndex(max(self.box.findData(faction), 0))

    def offer(self, factions: Iterable[str], colors: Mapping[str, str]) -> None:
        """Offer other factions, and say nothing of it."""
        kept = self.faction
        self.box.blockSignals(True)
        self.box.clear()
        self.box.addItem(tr("All factions"), "")
        for faction in factions:
            self.box.addItem(swatch(colors.get(faction, "#808080")), faction, faction)
        self.choose(kept)
        self.box.blockSignals(False)
