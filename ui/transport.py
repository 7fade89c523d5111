"""The buttons that step and play."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QLocale, QObject, QSize, Qt
from qgis.PyQt.QtGui import QIcon, QTransform

from ..core.i18n import tr

if TYPE_CHECKING:
    from .controller import DockController
    from .dock import DockPanel

__all__ = ["Transport"]

_SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Dates a second."""

_ICON_PX = 64


class Transport(QObject):
    """Wires the buttons of the panel to the controller, and shows on them what goes on.

    The panel has them: `first_button`, `back_button`, `play_button`, `forward_button`,
    `last_button`, `speed_label`, `speed_combo` and `loop_button`.
    """

    def __init__(self, controller: DockController, panel: DockPanel) -> None:
        super().__init__(panel)
        self._controller = controller
        self._panel = panel
        self._dress()
        for button, action in (
            (panel.first_button, controller.first),
            (panel.back_button, controller.back),
            (panel.play_button, controller.toggle_play),
            (panel.forward_button, controller.forward),
            (panel.last_button, controller.last),
        ):
            button.clicked.connect(lambda _checked=False, run=action: run())
        panel.speed_combo.activated.connect(
            lambda row: controller.set_seconds_a_date(1.0 / _SPEEDS[row])
        )
        panel.loop_button.toggled.connect(controller.set_loop)
        controller.playingChanged.connect(self._show_playing)
        controller.playbackChanged.connect(self._show_playback)
        controller.analysisChanged.connect(lambda: self.show_index(controller.index))
        self.show_icons()
        self._show_playback()
        self.show_index(controller.index)

    def show_index(self, index: int) -> None:
        """Offer only the steps that there are."""
        analysis = self._controller.analysis
        last = len(analysis.results) - 1 if analysis is not None else -1
        panel = self._panel
        for button in (panel.first_button, panel.back_button):
            _enable(button, index > 0)
        for button in (panel.forward_button, panel.last_button):
            _enable(button, 0 <= index < last)
        _enable(panel.play_button, last > 0)

    def show_icons(self) -> None:
        """Give each button its picture, turned where writing runs to the left."""
        panel = self._panel
        for button, name in (
            (panel.first_button, "rewindToStart"),
            (panel.back_button, "previous"),
            (panel.forward_button, "next"),
            (panel.last_button, "skipToEnd"),
        ):
            button.setIcon(self._icon(f"temporal_navigation/{name}.svg"))
        self._show_playing()

    def _dress(self) -> None:
        panel = self._panel
        for button, tip in (
            (panel.first_button, tr("First date")),
            (panel.back_button, tr("Date before")),
            (panel.forward_button, tr("Next date")),
            (panel.last_button, tr("Last date")),
        ):
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setAutoRaise(True)
        panel.play_button.setAutoRaise(True)
        panel.loop_button.setCheckable(True)
        panel.loop_button.setText(tr("Loop"))
        panel.loop_button.setToolTip(tr("After the last date, play from the first again"))
        panel.speed_label.setText(tr("S&peed"))
        panel.speed_combo.setToolTip(tr("How many dates are shown in a second"))
        locale = QLocale()
        for speed in _SPEEDS:
            panel.speed_combo.addItem(
                # the marks keep the sign behind the number where writing runs to the left
                "\u200e{}\u200e".format(
                    tr("{number}\u00d7").format(number=locale.toString(speed, "g", 3))
                ),
                speed,
            )

    def _show_playing(self, *_: object) -> None:
        is_playing = self._controller.is_playing
        button = self._panel.play_button
        name = "temporal_navigation/pause.svg" if is_playing else "mActionPlay.svg"
        button.setIcon(self._icon(name))
        tip = tr("Pause (Space)") if is_playing else tr("Play (Space)")
        button.setToolTip(tip)
        button.setAccessibleName(tip)

    def _show_playback(self) -> None:
        panel, controller = self._panel, self._controller
        speed = 1.0 / controller.seconds_a_date
        nearest = min(range(len(_SPEEDS)), key=lambda row: abs(_SPEEDS[row] - speed))
        panel.speed_combo.setCurrentIndex(nearest)
        panel.loop_button.setChecked(controller.is_looping)

    def _icon(self, name: str) -> QIcon:
        icon = QgsApplication.getThemeIcon(name)
        if self._panel.layoutDirection() != Qt.LayoutDirection.RightToLeft:
            return icon
        turn = QTransform.fromScale(-1, 1)
        turned = QIcon()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled):
            picture = icon.pixmap(QSize(_ICON_PX, _ICON_PX), mode)
            turned.addPixmap(picture.transformed(turn), mode)
        return turned


def _enable(button: object, enabled: bool) -> None:
    """Disable a button without the focus jumping to another one, as it would by itself."""
    if not enabled and button.hasFocus():
        button.window().setFocus()
    button.setEnabled(enabled)
