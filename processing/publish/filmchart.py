"""The running chart of areas on a film: drawn anew on each frame, up to the moment shown.

QPainter draws it, and not matplotlib: it shapes every script, and a frame takes it a millisecond.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable, Mapping, Sequence

from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["ChartInk", "RunningChart"]

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_LINES = 4
_TO_COME_ALPHA = 55
_ROOM_ABOVE = 1.06


@dataclass(frozen=True)
class ChartInk:
    """How the chart looks.

    Attributes
    ----------
    colors : of each faction's line, the uppermost last
    line_px : width of a line
    number : writes a number with so many decimals in the reader's way
    day : writes a date in the reader's way, shortly
    unit : of the areas
    """

    colors: Mapping[str, str]
    text: str
    grid: str
    line_px: float
    number: Callable[[float, int], str]
    day: Callable[[datetime], str]
    unit: str


class RunningChart:
    """Areas over time, as steps: a snapshot is valid until the next one.

    Parameters
    ----------
    dates : all real dates
    areas_km2 : of each faction, one figure a date
    """

    def __init__(
        self,
        dates: Sequence[datetime],
        areas_km2: Mapping[str, Sequence[float]],
        ink: ChartInk,
    ) -> None:
        self._dates = tuple(dates)
        self._areas_km2 = areas_km2
        self._ink = ink
        most_km2 = max((max(areas) for areas in areas_km2.values()), default=0.0)
        self._top_km2 = most_km2 * _ROOM_ABOVE or 1.0

    def paint(self, painter: QPainter, box: QRectF, moment: datetime) -> None:
        """Draw into `box` with the painter's font: what was, in full; what is to come, faintly."""
        metrics = QFontMetricsF(painter.font())
        values = _nice_values(self._top_km2)
        # all with as many decimals as the finest needs: 2,500 and 5,000, but 2.5 and 5.0
        decimals = max(_decimals(value) for value in values)
        labels = {value: self._ink.number(value, decimals) for value in values}
        widest = max(metrics.horizontalAdvance(label) for label in labels.values())
        plot = QRectF(box)
        plot.adjust(widest + metrics.height() * 0.4, metrics.height() * 1.5, 0, 0)
        plot.setBottom(box.bottom() - metrics.height() * 1.2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter, box, plot, labels)
        cursor = self._x(plot, moment)
        now = bisect_right(self._dates, moment) - 1
        for faction, areas in self._areas_km2.items():
            self._paint_line(painter, plot, faction, cursor)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._ink.colors[faction]))
            at = QPointF(cursor, self._y(plot, areas[now]))
            painter.drawEllipse(at, self._ink.line_px * 1.5, self._ink.line_px * 1.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._ink.text), max(1.0, self._ink.line_px * 0.6)))
        painter.drawLine(QPointF(cursor, plot.top()), QPointF(cursor, plot.bottom()))
        painter.restore()

    def _paint_axes(
        self, painter: QPainter, box: QRectF, plot: QRectF, labels: Mapping[float, str]
    ) -> None:
        metrics = QFontMetricsF(painter.font())
        line_height = metrics.height()
        for value, label in labels.items():
            y = self._y(plot, value)
            painter.setPen(QPen(QColor(self._ink.grid), 1.0))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(self._ink.text))
            place = QRectF(
                box.left(), y - line_height / 2,
                plot.left() - box.left() - line_height * 0.4, line_height,
            )  # fmt: skip
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, flags, label)
        unit = QRectF(box.left(), box.top(), box.width(), line_height)
        painter.drawText(unit, Qt.AlignmentFlag.AlignLeft, self._ink.unit)
        below = QRectF(plot.left(), box.bottom() - line_height, plot.width(), line_height)
        first, last = self._ink.day(self._dates[0]), self._ink.day(self._dates[-1])
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(below, left, first)
        room = metrics.horizontalAdvance(first) + metrics.horizontalAdvance(last) + line_height
        if len(self._dates) > 1 and room < plot.width():
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
            painter.drawText(below, right, last)

    def _paint_line(self, painter: QPainter, plot: QRectF, faction: str, cursor: float) -> None:
        path = QPainterPath()
        for index, (date, km2) in enumerate(zip(self._dates, self._areas_km2[faction])):
            x, y = self._x(plot, date), self._y(plot, km2)
            if index == 0:
                path.moveTo(x, y)
            else:
                path.lineTo(x, path.currentPosition().y())
                path.lineTo(x, y)
        path.lineTo(plot.right(), path.currentPosition().y())
        color = QColor(self._ink.colors[faction])
        faint = QColor(color)
        faint.setAlpha(_TO_COME_ALPHA)
        height = plot.height() + 2 * self._ink.line_px
        top = plot.top() - self._ink.line_px
        for left, right, shade in (
            (plot.left(), cursor, color),
            (cursor, plot.right() + self._ink.line_px, faint),
        ):
            painter.save()
            painter.setClipRect(QRectF(left, top, right - left, height))
            painter.setPen(QPen(shade, self._ink.line_px, join=Qt.PenJoinStyle.MiterJoin))
            painter.drawPath(path)
            painter.restore()

    def _x(self, plot: QRectF, moment: datetime) -> float:
        span = (self._dates[-1] - self._dates[0]).total_seconds()
        gone = (moment - self._dates[0]).total_seconds()
        return plot.left() + plot.width() * (gone / span if span else 0.5)

    def _y(self, plot: QRectF, km2: float) -> float:
        return plot.bottom() - plot.height() * km2 / self._top_km2


def _nice_values(top: float) -> list[float]:
    """Return round values from 0 up to `top`, a few of them."""
    rough = top / _MOST_LINES
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in _STEPS if power * each >= rough * (1 - 1e-9))
    return [step * number for number in range(int(top / step) + 1)]


def _decimals(value: float) -> int:
    text = f"{value:.4g}"
    return len(text.partition(".")[2]) if "e" not in text else 0
