"""How the slider of dates looks: what has room, where it stands, and its colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Mapping, Sequence

from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPalette, QPen, QPolygonF

from ..processing.palette import MARK_COLOR
from .timesliderscale import TimeScale, short_date, spread

if TYPE_CHECKING:
    from datetime import datetime

    from qgis.PyQt.QtGui import QFontMetrics

__all__ = ["SliderLayout", "height_px", "laid_out", "paint_slider"]

_EDGE_PX = 3
_TICK_PX = 4.0
_LEAST_BETWEEN_TICKS_PX = 4.0
_MARK_SHARE = 0.6  # of the height of the letters
_HANDLE_SHARE = 0.42
_GROOVE_PX = 3.0


@dataclass(frozen=True)
class SliderLayout:
    """Where everything stands in a slider of one size.

    Attributes
    ----------
    xs : of each stop
    ticks, marks, red_marks : numbers of the stops that have one drawn
    labels : texts below the line, with their rooms
    """

    xs: tuple[float, ...]
    left: float
    right: float
    axis_y: float
    handle_px: float
    mark_px: float
    mark_top: float
    ticks: tuple[int, ...]
    marks: tuple[int, ...]
    red_marks: tuple[int, ...]
    labels: tuple[tuple[QRectF, str], ...]

    @property
    def marks_bottom(self) -> float:
        """Return where the row of marks ends."""
        return self.mark_top + self.mark_px


def height_px(metrics: QFontMetrics) -> int:
    """Return how high a slider is: marks, line with handle, and dates below."""
    letters = metrics.height()
    return round(2 * _EDGE_PX + _MARK_SHARE * letters + 2 * _HANDLE_SHARE * letters + 4 + letters)


def laid_out(
    dates: Sequence[datetime],
    marks: Mapping[int, bool],
    width_px: int,
    metrics: QFontMetrics,
    *,
    is_mirrored: bool,
) -> SliderLayout:
    """Return where everything stands.

    Parameters
    ----------
    marks : the stops that have marks, and whether there is a red one among them
    """
    letters = metrics.height()
    handle_px, mark_px = _HANDLE_SHARE * letters, _MARK_SHARE * letters
    left, right = _EDGE_PX + handle_px, width_px - _EDGE_PX - handle_px
    scale = TimeScale(dates)
    places = [scale.place_of(index) for index in range(len(scale))]
    xs = [left + (right - left) * (1.0 - at if is_mirrored else at) for at in places]
    axis_y = _EDGE_PX + mark_px + 2 + handle_px
    red = [index for index, is_red in marks.items() if is_red]
    others = [(index, xs[index]) for index, is_red in marks.items() if not is_red]
    grey = spread(others, mark_px * 0.6)
    ends = [0, len(xs) - 1] if xs else []
    by_weight = dict.fromkeys([*ends, *red, *grey, *range(len(xs))])
    ticks = spread([(index, xs[index]) for index in by_weight], _LEAST_BETWEEN_TICKS_PX)
    return SliderLayout(
        xs=tuple(xs),
        left=left,
        right=right,
        axis_y=axis_y,
        handle_px=handle_px,
        mark_px=mark_px,
        mark_top=float(_EDGE_PX),
        ticks=tuple(sorted(ticks)),
        marks=tuple(sorted(grey)),
        red_marks=tuple(sorted(red)),
        labels=_labels(dates, xs, axis_y + handle_px + 2, width_px, metrics),
    )


def _labels(
    dates: Sequence[datetime],
    xs: Sequence[float],
    top: float,
    width_px: int,
    metrics: QFontMetrics,
) -> tuple[tuple[QRectF, str], ...]:
    """Return the dates below the line: the first, the last, and others as far as there is room."""
    if not dates:
        return ()
    widest_px = max(metrics.horizontalAdvance(short_date(max(dates))), 1)
    scale = TimeScale(dates)
    for parts in range(int(width_px / widest_px), 1, -1):
        # as even as the dates allow, or fewer
        inner = [scale.nearest(part / parts) for part in range(1, parts)]
        found = _rooms(dates, xs, [0, *inner, len(xs) - 1], top, width_px, metrics)
        if found:
            return found
    ends = _rooms(dates, xs, [0, len(xs) - 1], top, width_px, metrics)
    return ends or _rooms(dates, xs, [0], top, width_px, metrics)


def _rooms(
    dates: Sequence[datetime],
    xs: Sequence[float],
    indexes: Sequence[int],
    top: float,
    width_px: int,
    metrics: QFontMetrics,
) -> tuple[tuple[QRectF, str], ...]:
    """Return the rooms of some labels; none where one would stand in the way of another."""
    gap_px = metrics.horizontalAdvance("00")
    found: list[tuple[QRectF, str]] = []
    for index in dict.fromkeys(indexes):
        text = short_date(dates[index])
        own_px = metrics.horizontalAdvance(text)
        most = max(width_px - own_px - _EDGE_PX, _EDGE_PX)
        at = min(max(xs[index] - own_px / 2, _EDGE_PX), most)
        room = QRectF(at, top, own_px, metrics.height())
        if any(room.adjusted(-gap_px, 0, gap_px, 0).intersects(other) for other, _ in found):
            return ()
        found.append((room, text))
    return tuple(found)


def paint_slider(
    painter: QPainter, layout: SliderLayout, index: int, palette: QPalette, *, has_focus: bool
) -> None:
    """Paint a slider with its handle at the stop `index`; -1: without one."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_groove(painter, layout, index, palette)
    _paint_ticks(painter, layout, palette)
    _paint_marks(painter, layout, palette)
    painter.setPen(palette.color(QPalette.ColorRole.WindowText))
    for room, text in layout.labels:
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, text)
    if 0 <= index < len(layout.xs):
        _paint_handle(painter, layout, index, palette, has_focus=has_focus)


def _paint_groove(painter: QPainter, layout: SliderLayout, index: int, palette: QPalette) -> None:
    groove = QRectF(
        layout.left, layout.axis_y - _GROOVE_PX / 2, layout.right - layout.left, _GROOVE_PX
    )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_blend(palette, 0.3))
    painter.drawRoundedRect(groove, _GROOVE_PX / 2, _GROOVE_PX / 2)
    if 0 <= index < len(layout.xs):
        passed = QRectF(groove)
        first, x = layout.xs[0], layout.xs[index]
        passed.setLeft(min(first, x))
        passed.setRight(max(first, x))
        painter.setBrush(palette.color(QPalette.ColorRole.Highlight))
        painter.drawRoundedRect(passed, _GROOVE_PX / 2, _GROOVE_PX / 2)


def _paint_ticks(painter: QPainter, layout: SliderLayout, palette: QPalette) -> None:
    painter.setPen(QPen(_blend(palette, 0.6), 1.0))
    for index in layout.ticks:
        x = layout.xs[index]
        painter.drawLine(QPointF(x, layout.axis_y - _TICK_PX), QPointF(x, layout.axis_y + _TICK_PX))


def _paint_marks(painter: QPainter, layout: SliderLayout, palette: QPalette) -> None:
    # a rim of the ground, so that marks beside each other stay apart
    painter.setPen(QPen(palette.color(QPalette.ColorRole.Window), 1.0))
    painter.setBrush(_blend(palette, 0.55))
    for index in layout.marks:
        painter.drawPolygon(_triangle(layout, index, 0.8))
    painter.setBrush(QColor(MARK_COLOR))
    for index in layout.red_marks:
        painter.drawPolygon(_triangle(layout, index, 1.1))


def _triangle(layout: SliderLayout, index: int, size: float) -> QPolygonF:
    x, bottom = layout.xs[index], layout.marks_bottom
    half, high = size * layout.mark_px / 2, min(size, 1.0) * layout.mark_px
    return QPolygonF(
        [QPointF(x - half, bottom - high), QPointF(x + half, bottom - high), QPointF(x, bottom)]
    )


def _paint_handle(
    painter: QPainter, layout: SliderLayout, index: int, palette: QPalette, *, has_focus: bool
) -> None:
    centre = QPointF(layout.xs[index], layout.axis_y)
    highlight = palette.color(QPalette.ColorRole.Highlight)
    if has_focus:
        glow = QColor(highlight)
        glow.setAlpha(90)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(glow)
        painter.drawEllipse(centre, layout.handle_px + 2.5, layout.handle_px + 2.5)
    painter.setPen(QPen(highlight, 2.0))
    painter.setBrush(palette.color(QPalette.ColorRole.Base))
    painter.drawEllipse(centre, layout.handle_px - 1.5, layout.handle_px - 1.5)


def _blend(palette: QPalette, share: float) -> QColor:
    """Return a colour between the ground and the letters: readable on any theme."""
    ground = palette.color(QPalette.ColorRole.Window)
    letters = palette.color(QPalette.ColorRole.WindowText)
    return QColor.fromRgbF(
        *(
            (1.0 - share) * low + share * high
            for low, high in zip(ground.getRgbF()[:3], letters.getRgbF()[:3])
        )
    )
