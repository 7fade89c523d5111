"""The slider of the dock: a stop for each real date, and marks for what happened."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Mapping, Sequence

from qgis.PyQt.QtCore import QEvent, QRect, QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QPainter, QPalette
from qgis.PyQt.QtWidgets import QSizePolicy, QToolTip, QWidget

from ..core.i18n import tr
from ..processing.palette import MARK_COLOR
from .inks import ink_of, inked_palette
from .timesliderpaint import SliderLayout, height_px, laid_out, paint_slider
from .timesliderscale import TimeScale, long_date

if TYPE_CHECKING:
    from datetime import datetime

    from qgis.PyQt.QtCore import QPoint
    from qgis.PyQt.QtGui import (
        QFocusEvent,
        QHelpEvent,
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
        QWheelEvent,
    )

__all__ = ["Mark", "TimeSlider"]

_PAGES = 10
_NOTCH = 120  # what Qt calls one step of a wheel
_MOST_LINES = 12
_CHANGES_LAYOUT = (
    QEvent.Type.FontChange,
    QEvent.Type.StyleChange,
    QEvent.Type.LocaleChange,
    QEvent.Type.LayoutDirectionChange,
)


@dataclass(frozen=True)
class Mark:
    """Something that happened by a date; red is for what must not be missed."""

    text: str
    is_red: bool = False


class TimeSlider(QWidget):
    """Shows the dates of a series along a line, and lets the user go from one to another.

    `moved` tells the date that the user went to; of many in one moment only the latest is told.
    `toggled` asks to play or to pause.
    """

    moved = pyqtSignal(int)
    toggled = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dates: tuple[datetime, ...] = ()
        self._marks: Mapping[int, tuple[Mark, ...]] = {}
        self._scale = TimeScale(())
        self._index = -1
        self._turned = 0
        self._layout: SliderLayout | None = None
        self._telling = QTimer(self)
        self._telling.setSingleShot(True)
        self._telling.setInterval(0)
        self._telling.timeout.connect(self._tell)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Date"))
        self.setToolTip(
            tr(
                "The dates of the control layer. Drag, or use the arrow keys, Page Up and Page "
                "Down, Home and End; the space bar plays and pauses."
            )
        )
        self._describe()
        ink_of(self)  # makes what it asks, which is not to be made while painting

    # ---- what it shows ----------------------------------------------------------------

    @property
    def index(self) -> int:
        """Return the date that the handle is at; -1 is none."""
        return self._index

    def set_stops(self, dates: Sequence[datetime], marks: Mapping[int, Sequence[Mark]]) -> None:
        """Show other dates, in order, with marks by the number of their date; none is current."""
        self._telling.stop()
        self._dates = tuple(dates)
        self._scale = TimeScale(self._dates)
        self._marks = {
            index: tuple(marks[index])
            for index in sorted(marks)
            if marks[index] and 0 <= index < len(self._dates)
        }
        self._index = -1
        self._turned = 0
        self._lay_out_anew()
        self._describe()

    def set_index(self, index: int) -> None:
        """Bring the handle to a date, and tell nobody; -1 takes it away.

        What the user asked for in the same moment is told all the same, while there are dates.
        """
        if not 0 <= index < len(self._dates):
            self._telling.stop()
            self._put(-1)
        elif not self._telling.isActive():
            self._put(index)

    def x_of(self, index: int) -> float:
        """Return where a date is in the widget."""
        return self._placed().xs[index]

    def index_at(self, x: float) -> int:
        """Return the date nearest to a place in the widget; -1 where there is none."""
        layout = self._placed()
        place = (x - layout.left) / max(layout.right - layout.left, 1.0)
        if self._is_mirrored():
            place = 1.0 - place
        return self._scale.nearest(min(max(place, 0.0), 1.0))

    # ---- sizes --------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """Return a size in which the dates read well."""
        return QSize(360, height_px(self.fontMetrics()))

    def minimumSizeHint(self) -> QSize:
        """Return the least size: docks are narrow."""
        return QSize(160, height_px(self.fontMetrics()))

    # ---- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - all of it, it is quick
        """Paint the line, the marks, the dates and the handle."""
        painter = QPainter(self)
        # a date in Latin letters reads from the left in any layout
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        palette = inked_palette(self)
        paint_slider(painter, self._placed(), self._index, palette, has_focus=self.hasFocus())
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(palette.color(QPalette.ColorRole.Highlight))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the room there is."""
        super().resizeEvent(event)
        self._layout = None

    def changeEvent(self, event: QEvent) -> None:
        """Follow other letters, another locale, another direction of reading."""
        super().changeEvent(event)
        if event.type() in _CHANGES_LAYOUT:
            self._lay_out_anew()
            self._describe()
            self.updateGeometry()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that keys come here."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that keys go elsewhere."""
        super().focusOutEvent(event)
        self.update()

    # ---- what the user does -----------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the date that is clicked."""
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._ask(self._pointed_at(event.pos()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse while its button is down."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._ask(self.index_at(event.pos().x()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Go a date on for each step of the wheel, whole ones only."""
        turned = event.angleDelta()
        # as Qt's own sliders: a wheel turned sideways counts the other way round
        sideways = abs(turned.x()) > abs(turned.y())
        self._turned += -turned.x() if sideways else turned.y()
        steps = int(self._turned / _NOTCH)
        self._turned -= steps * _NOTCH
        if steps:
            self._ask_within(self._index + steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step from date to date, play and pause."""
        key = event.key()
        if key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.toggled.emit()
            return
        target = self._target_of(key)
        if target is None or not self._dates:
            super().keyPressEvent(event)
        else:
            self._ask_within(target)

    def event(self, event: QEvent) -> bool:
        """Say what happened by the date that the mouse points at."""
        if event.type() == QEvent.Type.ToolTip and self._dates:
            self._show_tip(event)
            return True
        return bool(super().event(event))

    def _target_of(self, key: int) -> int | None:
        onward = -1 if self._is_mirrored() else 1
        page = max(len(self._dates) // _PAGES, 1)
        return {
            Qt.Key.Key_Right: self._index + onward,
            Qt.Key.Key_Left: self._index - onward,
            Qt.Key.Key_Up: self._index + 1,
            Qt.Key.Key_Down: self._index - 1,
            Qt.Key.Key_PageUp: self._index + page,
            Qt.Key.Key_PageDown: self._index - page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self._dates) - 1,
        }.get(key)

    def _ask_within(self, index: int) -> None:
        self._ask(min(max(index, 0), len(self._dates) - 1))

    def _ask(self, index: int) -> None:
        if index >= 0 and index != self._index:
            self._put(index)
            self._telling.start()

    def _tell(self) -> None:
        self.moved.emit(self._index)

    def _put(self, index: int) -> None:
        if index != self._index:
            self._index = index
            self._describe()
            self.update()

    # ---- texts ----------------------------------------------------------------------------

    def _lines(self, index: int) -> list[str]:
        marks = sorted(self._marks.get(index, ()), key=lambda mark: not mark.is_red)
        lines = [mark.text for mark in marks[:_MOST_LINES]]
        if len(marks) > _MOST_LINES:
            lines.append(tr("and {} more").format(len(marks) - _MOST_LINES))
        return lines

    def _describe(self) -> None:
        """Let screen readers know the date: they hear of it when it changes."""
        if self._index < 0:
            self.setAccessibleDescription(tr("No date is shown"))
            return
        first = tr("{date}, {number} of {count}").format(
            date=long_date(self._dates[self._index]),
            number=self._index + 1,
            count=len(self._dates),
        )
        self.setAccessibleDescription("\n".join([first, *self._lines(self._index)]))

    def _show_tip(self, event: QHelpEvent) -> None:
        index = self._pointed_at(event.pos())
        x = round(self.x_of(index))
        # with a room of one stop, the tip changes as soon as the mouse points at another
        room = QRect(min(x, event.pos().x()) - 1, 0, abs(x - event.pos().x()) + 2, self.height())
        QToolTip.showText(event.globalPos(), self._tip_of(index), self, room)

    def _tip_of(self, index: int) -> str:
        marks = sorted(self._marks.get(index, ()), key=lambda mark: not mark.is_red)
        red = sum(mark.is_red for mark in marks[:_MOST_LINES])
        lines = [f"<b>{escape(long_date(self._dates[index]))}</b>"]
        for number, text in enumerate(self._lines(index)):
            color = MARK_COLOR if number < red else "#8a8a8a"
            lines.append(f'<font color="{color}">\u25bc</font> {escape(text)}')
        return "<qt>" + "<br/>".join(lines) + "</qt>"

    # ---- places ---------------------------------------------------------------------------

    def _pointed_at(self, position: QPoint) -> int:
        """Return the date at a position; among the marks, a marked one that is near."""
        nearest = self.index_at(position.x())
        if nearest < 0 or position.y() > self._placed().marks_bottom:
            return nearest
        x, layout = position.x(), self._placed()
        # a red one is seen above the others
        for drawn in (layout.red_marks, layout.marks):
            near = min(drawn, key=lambda index: abs(layout.xs[index] - x), default=-1)
            if near >= 0 and abs(layout.xs[near] - x) <= layout.mark_px / 2 + 1:
                return near
        return nearest

    def _placed(self) -> SliderLayout:
        if self._layout is None:
            self._layout = laid_out(
                self._dates,
                {index: any(mark.is_red for mark in marks) for index, marks in self._marks.items()},
                self.width(),
                self.fontMetrics(),
                is_mirrored=self._is_mirrored(),
            )
        return self._layout

    def _lay_out_anew(self) -> None:
        self._layout = None
        self.update()

    def _is_mirrored(self) -> bool:
        return bool(self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
