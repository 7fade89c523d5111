"""What the boxes that choose layers and fields have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QComboBox

from .guessing import is_own

if TYPE_CHECKING:
    from qgis.core import QgsMapLayer
    from qgis.gui import QgsMapLayerComboBox

__all__ = ["choose_layer", "let_shrink", "own_layers"]

_LETTERS = 6


def choose_layer(combo: QgsMapLayerComboBox, layer: QgsMapLayer | None) -> None:
    """Choose a layer; None chooses the entry of no layer, which QGIS leaves blank otherwise."""
    if layer is None:
        combo.setCurrentIndex(0)
    else:
        combo.setLayer(layer)


def let_shrink(combo: QComboBox, letters: int = _LETTERS) -> None:
    """Let a box be narrower than its longest text, which its list shows in full."""
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(letters)
    # else the wheel changes it while a form is scrolled
    combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


def own_layers() -> list[QgsMapLayer]:
    """Return the layers that the dock itself has put into the project: they are no choice."""
    project = QgsProject.instance()
    return [layer for layer in project.mapLayers().values() if is_own(project, layer)]
