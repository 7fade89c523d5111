"""Shows a drawn chart with a cursor at the date and a legend; a click sets the date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Sequence

from qgis.PyQt.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QFontMetrics, QImage, QMouseEvent, QPainter, QPalette, QPen
from qgis.PyQt.QtWidgets import QToolTip, QWidget

from ..core.dates import format_date
from ..core.i18n import tr
from .inks import ground_of, ink_of
from .tables import number_text

if TYPE_CHECKING:
    from qgis.PyQt.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

    from ..processing.publish.charts import ChartData, ChartPicture

__all__ = ["ChartView", "image_of", "legend_height_px", "paint_legend"]

_SETTLE_MS = 120
_SLACK_PX = 4.0
_GAP_PX = 4
_LEAST_PLOT_PX = 90
_LEGEND_SHARE = 0.5
_CHANGES_LOOK = (
    QEvent.Type.PaletteChange,
    QEvent.Type.FontChange,
    QEvent.Type.LocaleChange,
    QEvent.Type.StyleChange,
)


def image_of(picture: ChartPicture) -> QImage:
    """Return the pixels of a chart as an image of its own."""
    image = QImage(
        picture.pixels,
        picture.width_px,
        picture.height_px,
        4 * picture.width_px,
        QImage.Format.Format_RGBA8888,
    )
    return image.copy()


def _legend_places(
    names: Sequence[str], width_px: int, metrics: QFontMetrics, *, is_mirrored: bool
) -> list[tuple[str, QRect]]:
    """Return where each name stands, its swatch before it: as many in a line as there is room."""
    line_px = metrics.lineSpacing() + 2
    swatch_px = metrics.height()
    x = y = 0
    places = []
    for name in names:
        own_px = min(metrics.horizontalAdvance(name) + swatch_px + 2 * _GAP_PX + 6, width_px)
        if x > 0 and x + own_px > width_px:
            x, y = 0, y + line_px
        left = width_px - x - own_px if is_mirrored else x
        places.append((name, QRect(left, y, own_px, line_px)))
        x += own_px
    return places


def legend_height_px(names: Sequence[str], width_px: int, metrics: QFontMetrics) -> int:
    """Return how much room a legend needs."""
    places = _legend_places(names, width_px, metrics, is_mirrored=False)
    return places[-1][1].bottom() + 1 if places else 0


def paint_legend(
    painter: QPainter,
    room: QRect,
    colors: Mapping[str, str],
    text: QColor,
    *,
    is_mirrored: bool = False,
) -> None:
    """Paint names with their colours; what has no room left is counted in the last line."""
    metrics = painter.fontMetrics()
    names = list(colors)
    places = _legend_places(names, room.width(), metrics, is_mirrored=is_mirrored)
    fitting = [each for each in places if each[1].bottom() < room.height()]
    side = metrics.height() * 2 // 3
    for number, (name, place) in enumerate(fitting):
        box = place.translated(room.topLeft())
        is_last = number == len(fitting) - 1
        if is_last and len(fitting) < len(names):
            painter.setPen(text)
            painter.drawText(
                box, Qt.AlignmentFlag.AlignCenter, tr("+{}").format(len(names) - number)
            )
            return
        mark = QRect(0, 0, side, side)
        mark.moveCenter(box.center())
        mark.moveLeft(box.right() - side - 1 if is_mirrored else box.left() + 1)
        painter.fillRect(mark, QColor(colors[name]))
        painter.setPen(QColor("#808080"))
        painter.drawRect(mark.adjusted(0, 0, -1, -1))
        words = box.adjusted(0, 0, -side - _GAP_PX - 1, 0)
        if not is_mirrored:
            words.moveRight(box.right())
        painter.setPen(text)
        elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, words.width())
        side_of = Qt.AlignmentFlag.AlignRight if is_mirrored else Qt.AlignmentFlag.AlignLeft
        toward = side_of | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(words, toward, elided)


class ChartView(QWidget):
    """A picture of the chart, scaled while a new one is being drawn.

    `drawingNeeded` says that the picture does not fit any more: another size, palette or font.
    """

    dateClicked = pyqtSignal(int)
    drawingNeeded = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._data: ChartData | None = None
        self._colors: Mapping[str, str] = {}
        self._picture: ChartPicture | None = None
        self._image: QImage | None = None
        self._index = -1
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLE_MS)
        self._settling.timeout.connect(self.drawingNeeded)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 150)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Area by faction over time"))
        self.setAccessibleDescription(
            tr("A line for each faction. The arrow keys, Home and End go from date to date.")
        )

    def sizeHint(self) -> QSize:
        """Return a size in which the chart reads well."""
        return QSize(420, 280)

    @property
    def has_picture(self) -> bool:
        """Return whether there is a picture, of whatever size."""
        return self._image is not None

    @property
    def colors(self) -> Mapping[str, str]:
        """Return the factions that are drawn, with their colours, as the legend has them."""
        return self._colors

    @property
    def plot_room(self) -> QRect:
        """Return where the chart is; the legend is below."""
        legend_px = legend_height_px(list(self._colors), self.width(), self.fontMetrics())
        most_px = min(int(self.height() * _LEGEND_SHARE), self.height() - _LEAST_PLOT_PX)
        return self.rect().adjusted(0, 0, 0, -max(0, min(legend_px, most_px)))

    def show_data(self, data: ChartData | None, colors: Mapping[str, str]) -> None:
        """Take in what the next pictures are of; the one before is of something else."""
        self._data, self._colors = data, dict(colors)
        self._picture = self._image = None
        self._index = -1
        self.update()

    def show_picture(self, picture: ChartPicture) -> None:
        """Show a picture."""
        self._picture, self._image = picture, image_of(picture)
        self.update()

    def show_cursor(self, index: int) -> None:
        """Move the cursor to a date; -1 takes it away. Nothing is drawn but a line."""
        self._index = index
        self.update()

    def x_of(self, index: int) -> float | None:
        """Return where a date is in the widget; None while there is no picture."""
        if self._picture is None or self._data is None:
            return None
        room, picture = self.plot_room, self._picture
        scale = room.width() / picture.width_px
        left, right = picture.left_px * scale, picture.right_px * scale
        return float(room.left() + left + (right - left) * self._data.place_of(index))

    def index_at(self, x: float) -> int | None:
        """Return the date shown at a place in the widget; None while there is no picture."""
        if self._picture is None or self._data is None:
            return None
        room, picture = self.plot_room, self._picture
        scale = room.width() / picture.width_px
        left, right = picture.left_px * scale, picture.right_px * scale
        width = max(right - left, 1.0)
        place = min(max((x - room.left() - left) / width, 0.0), 1.0)
        return self._data.index_at(place, _SLACK_PX / width)

    # ---- what Qt asks ---------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - all of it, it is quick
        """Paint the picture, the cursor and the legend."""
        painter = QPainter(self)
        palette = self.palette()
        painter.fillRect(self.rect(), ground_of(self, QPalette.ColorRole.Base))
        if self._image is None:
            if self._data is not None:
                painter.setPen(ink_of(self))
                painter.drawText(
                    self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Drawing the chart \u2026")
                )
            return
        room = self.plot_room
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(room), self._image)
        self._paint_cursor(painter)
        below = QRect(0, room.bottom() + 1, self.width(), self.height() - room.height())
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        paint_legend(painter, below, self._colors, ink_of(self), is_mirrored=is_mirrored)
        if self.hasFocus():
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for a new picture once the size has settled."""
        super().resizeEvent(event)
        self._settling.start()

    def showEvent(self, event: QEvent) -> None:
        """Ask for a picture: while hidden, none is drawn."""
        super().showEvent(event)
        self.drawingNeeded.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Ask for a new picture in other colours, letters or numbers."""
        super().changeEvent(event)
        if event.type() in _CHANGES_LOOK:
            self._settling.start()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the date that is clicked."""
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse while its button is down."""
        self._follow(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step from date to date."""
        count = 0 if self._data is None else len(self._data.dates)
        target = {
            Qt.Key.Key_Left: self._index - 1,
            Qt.Key.Key_Right: self._index + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: count - 1,
        }.get(event.key())
        if target is None or not count:
            super().keyPressEvent(event)
        elif 0 <= target < count:
            self.dateClicked.emit(target)

    def event(self, event: QEvent) -> bool:
        """Say what each faction holds where the mouse points."""
        if event.type() == QEvent.Type.ToolTip:
            index = self.index_at(event.pos().x())
            QToolTip.showText(event.globalPos(), "" if index is None else self.text_of(index), self)
            return True
        return bool(super().event(event))

    def text_of(self, index: int) -> str:
        """Return what each faction holds on a date, the largest first."""
        if self._data is None:
            return ""
        areas = [(areas[index], name) for name, areas in self._data.areas_km2.items()]
        lines = [
            tr("{faction}: {area} km\u00b2").format(faction=name, area=number_text(km2))
            for km2, name in sorted(areas, key=lambda each: (-each[0], each[1]))
            if km2 > 0
        ]
        return "\n".join([format_date(self._data.dates[index]), *lines])

    def _follow(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return
        index = self.index_at(event.pos().x())
        if index is not None and index != self._index:
            self.dateClicked.emit(index)

    def _paint_cursor(self, painter: QPainter) -> None:
        x = self.x_of(self._index) if self._index >= 0 else None
        if x is None or self._picture is None:
            return
        room = self.plot_room
        scale = room.height() / self._picture.height_px
        top, bottom = (room.top() + scale * y for y in self._rows())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ground_of(self, QPalette.ColorRole.Base), 3.5))
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1.8))
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))

    def _rows(self) -> tuple[float, float]:
        picture: Any = self._picture
        return picture.top_px, picture.bottom_px
