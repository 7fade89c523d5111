"""The boxes that choices are made with: layers, fields and numbers, as a narrow dock takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsProject, QgsVectorLayer
from qgis.gui import QgsDoubleSpinBox, QgsFieldComboBox, QgsMapLayerComboBox
from qgis.PyQt.QtCore import QEvent, QObject, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from ..compat import layer_filters
from .guessing import is_own

if TYPE_CHECKING:
    from qgis.PyQt.QtGui import QDropEvent, QPaintEvent

__all__ = ["FieldBox", "LayerBox", "NumberBox", "hold_wheel"]

_LEAST_LETTERS = 6
_LEAST_NUMBER_PX = 90


class LayerBox(QgsMapLayerComboBox):
    """Offers the layers of the project but the dock's own, and none.

    `layerChosen` tells the id of a layer that the user chose, and nothing else: when a layer is
    taken out of the project, the box may turn to another by itself.
    """

    layerChosen = pyqtSignal(str)

    def __init__(self, parent: QWidget, *, none: str, kinds: tuple[str, ...]) -> None:
        super().__init__(parent)
        self._own_ids: set[str] = set()
        self.setFilters(layer_filters(*kinds))
        self.setAllowEmptyLayer(True, none)
        _fit(self)
        self.activated.connect(lambda _index: self._tell())

    def show_layer(self, layer_id: str) -> None:
        """Show a layer of the project, '' for none, and tell nobody."""
        project = QgsProject.instance()
        was_blocked = self.blockSignals(True)
        own = [layer for layer in project.mapLayers().values() if is_own(project, layer)]
        # the box's own list of them is not to be read: there may be layers in it that are gone
        own_ids = {layer.id() for layer in own}
        if own_ids != self._own_ids:
            self._own_ids = own_ids
            self.setExceptedLayerList(own)
        layer = project.mapLayer(layer_id)
        if layer is None:
            # setLayer(None) would leave the box blank, without the word for none
            self.setCurrentIndex(0)
        else:
            self.setLayer(layer)
        self.blockSignals(was_blocked)

    def dropEvent(self, event: QDropEvent) -> None:
        """Choose a layer that is dropped here."""
        super().dropEvent(event)
        self._tell()

    def _tell(self) -> None:
        layer = self.currentLayer()
        self.layerChosen.emit("" if layer is None else layer.id())


class FieldBox(QgsFieldComboBox):
    """Offers the fields of a layer, and none; `fieldChosen` tells what the user chose."""

    fieldChosen = pyqtSignal(str)

    def __init__(self, parent: QWidget, *, none: str = "") -> None:
        super().__init__(parent)
        self._none = none
        self.setAllowEmptyFieldName(True)
        _fit(self)
        self.activated.connect(lambda _index: self.fieldChosen.emit(self.currentField()))

    def show_field(self, layer_id: str, field: str) -> None:
        """Show a field of a layer of the project, '' for none, and tell nobody."""
        layer = QgsProject.instance().mapLayer(layer_id)
        was_blocked = self.blockSignals(True)
        self.setLayer(layer if isinstance(layer, QgsVectorLayer) else None)
        self.setField(field)
        self.blockSignals(was_blocked)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the word for none where there is no field: QGIS has no text for it."""
        if self.currentField():
            super().paintEvent(event)
            return
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self._none
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class NumberBox(QgsDoubleSpinBox):
    """A number with its unit and a button that brings its default back.

    `numberChosen` tells the number that the user chose.
    """

    numberChosen = pyqtSignal(float)

    def __init__(
        self,
        parent: QWidget,
        *,
        unit: str,
        default: float,
        most: float,
        step: float,
        decimals: int,
        none: str = "",
    ) -> None:
        super().__init__(parent)
        self._is_shown = False
        self.setDecimals(decimals)
        self.setRange(0.0, most)
        self.setSingleStep(step)
        self.setSuffix(f" {unit}")
        self.setGroupSeparatorShown(True)
        self.setClearValue(default)
        if none:
            self.setSpecialValueText(none)
        # a number that is half written is none
        self.setKeyboardTracking(False)
        self.setMinimumWidth(_LEAST_NUMBER_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        hold_wheel(self)
        self.valueChanged.connect(self._tell)

    def _tell(self, number: float) -> None:
        if not self._is_shown:
            self.numberChosen.emit(number)

    def textFromValue(self, value: float) -> str:
        """Return a number without the zeros at its end."""
        text = str(super().textFromValue(value))
        point = self.locale().decimalPoint()
        return text.rstrip(self.locale().zeroDigit()).rstrip(point) if point in text else text

    def show_number(self, number: float) -> None:
        """Show a number, and tell nobody."""
        # its signals are not blocked: by them it shows and hides the button that clears it, which
        # it would otherwise do, and delete a widget, while QGIS changes its theme, and crash
        self._is_shown = True
        self.setValue(number)
        self._is_shown = False


class _WheelHolder(QObject):
    """Keeps the wheel, turned to scroll, from changing what it passes over."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and not watched.hasFocus():
            event.ignore()
            return True
        return False


def hold_wheel(widget: QWidget) -> None:
    """Let the wheel scroll past a widget, until the user has gone into it."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_WheelHolder(widget))


def _fit(box: QComboBox) -> None:
    """Let a box be narrower than the longest of its names."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(_LEAST_LETTERS)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    hold_wheel(box)
