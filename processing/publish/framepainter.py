"""A frame of a film: the map, and beside it title, date, legend and running chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QLocale, QPointF, QRect, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QTextOption

from ..convert import to_qdate, to_qdatetime
from .filmchart import ChartInk, RunningChart
from .filmwords import film_words

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Sequence

    from .filmdata import Film
    from .filmplan import Stop

__all__ = ["FramePainter", "blended", "film_locale", "map_box"]

_GROUND = "#ffffff"
_TEXT = "#1a1a1a"
_FAINT = "#767676"
_GRID = "#dddddd"
_PANEL_PART = 0.3
_PANEL_PART_BELOW = 0.4
_LETTERS_PART = 0.026  # of the shorter side
_LEAST_LETTERS_PX = 8.0
_TITLE_LINES = 2
_CREDIT_LINES = 4
_LEAST_CHART = 5.0  # in letters' heights
_CHART_PART = 0.42
_CHART_HEIGHT = 0.9  # of its width
_FONTS = ["DejaVu Sans", "Arial", "Liberation Sans", "Helvetica"]
_FILL_ALPHA = 200


@dataclass(frozen=True)
class _Row:
    """A line of the legend."""

    text: str
    figure: str
    color: str | None


def film_locale(language: str) -> QLocale:
    """Return how numbers and dates are written in the language of a film."""
    return QLocale(QLocale.Language.English) if language == "en" else QLocale(language)


def map_box(width_px: int, height_px: int) -> QRect:
    """Return where on the frame the map is: beside the panel, or above it on an upright frame."""
    if height_px > width_px:
        return QRect(0, 0, width_px, height_px - round(height_px * _PANEL_PART_BELOW))
    return QRect(0, 0, width_px - round(width_px * _PANEL_PART), height_px)


def blended(one: QImage, other: QImage, weight: float) -> QImage:
    """Return `one` with `other` over it, as opaque as `weight`."""
    image = QImage(one)
    painter = QPainter(image)
    painter.setOpacity(weight)
    painter.drawImage(0, 0, other)
    painter.end()
    return image


class FramePainter:
    """Paints the frames of one film."""

    def __init__(self, film: Film, width_px: int, height_px: int) -> None:
        self._film = film
        self._words = film_words(film.texts.language)
        self._locale = film_locale(film.texts.language)
        self._size = (width_px, height_px)
        self._map = map_box(width_px, height_px)
        self._letters_px = max(min(width_px, height_px) * _LETTERS_PART, _LEAST_LETTERS_PX)
        self._is_rtl = film.texts.language == "ar"
        self._factions = film.factions
        self._has_times = film.series.has_times
        dates = [each.date for each in film.dates]
        self._chart = RunningChart(
            dates,
            {
                faction: [each.areas_km2.get(faction, 0.0) for each in film.dates]
                for faction in reversed(self._factions)
            },
            ChartInk(
                film.colors, _FAINT, _GRID, max(1.5, self._letters_px * 0.13),
                self._number, self._short_day, self._words.km2,
            ),
        )  # fmt: skip

    def frame(self, maps: Sequence[QImage], stop: Stop) -> QImage:
        """Return the frame of a stop.

        Parameters
        ----------
        maps : pictures of the map's size, the lowest first
        """
        image = QImage(*self._size, QImage.Format.Format_RGB32)
        image.fill(QColor(_GROUND))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        for each in maps:
            painter.drawImage(self._map.topLeft(), each)
        self._paint_panel(painter, stop)
        painter.end()
        return image

    # ---- the panel --------------------------------------------------------------------

    def _paint_panel(self, painter: QPainter, stop: Stop) -> None:
        em = self._letters_px
        width, height = self._size
        is_below = self._map.height() < height
        left, top = (0, self._map.bottom() + 1) if is_below else (self._map.right() + 1, 0)
        box = QRectF(left, top, width - left, height - top)
        painter.setPen(QPen(QColor(_GRID), 1.0))
        painter.drawLine(box.topLeft(), box.topRight() if is_below else box.bottomLeft())
        box.adjust(em, em * 0.8, -em, -em * 0.6)
        credit_height = self._paint_credits(painter, box)
        box.setBottom(box.bottom() - credit_height)
        box.setTop(box.top() + self._paint_heading(painter, box, stop))
        if is_below:  # the legend beside the chart
            half = box.width() / 2
            self._paint_legend(
                painter, QRectF(box.left(), box.top(), half - em, box.height()), stop
            )
            box.setLeft(box.left() + half)
            self._paint_chart(painter, box, stop)
            return
        legend = QRectF(box)
        legend.setBottom(box.bottom() - max(box.height() * _CHART_PART, em * _LEAST_CHART))
        used = self._paint_legend(painter, legend, stop)
        # what the legend leaves is the chart's, up to a shape that is good to read
        height = min(box.height() - used - em, box.width() * _CHART_HEIGHT)
        box.setTop(box.bottom() - height)
        self._paint_chart(painter, box, stop)

    def _paint_heading(self, painter: QPainter, box: QRectF, stop: Stop) -> float:
        em = self._letters_px
        title = self._paint_text(
            painter, box, self._film.texts.title, em, lines=_TITLE_LINES, color=_TEXT
        )
        below = QRectF(box)
        below.setTop(box.top() + title + em * 0.3)
        date = self._paint_text(
            painter, below, self._long_day(stop.moment), em * 1.45, bold=True, lines=2, color=_TEXT
        )
        return title + em * 0.3 + date + em * 0.6

    def _paint_credits(self, painter: QPainter, box: QRectF) -> float:
        """Write the credits at the bottom; return how much room they take."""
        if not self._film.texts.credits:
            return 0.0
        size = max(self._letters_px * 0.55, _LEAST_LETTERS_PX)
        height = self._paint_text(
            painter, box, self._film.texts.credits, size,
            lines=_CREDIT_LINES, color=_FAINT, at_bottom=True,
        )  # fmt: skip
        return height + size * 0.8

    def _paint_legend(self, painter: QPainter, box: QRectF, stop: Stop) -> float:
        """Draw the legend; return how much room it takes."""
        font = self._font(self._letters_px * 0.8)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        row_height = metrics.height() * 1.35
        rows = self._rows(stop, int(box.height() / row_height))
        for number, row in enumerate(rows):
            line = QRectF(box.left(), box.top() + number * row_height, box.width(), row_height)
            self._paint_row(painter, line, row, metrics)
        return float(len(rows) * row_height)

    def _paint_row(
        self, painter: QPainter, line: QRectF, row: _Row, metrics: QFontMetricsF
    ) -> None:
        side = metrics.height() * 0.75
        gap = side * 0.5
        swatch = QRectF(line.left(), line.center().y() - side / 2, side, side)
        if row.color is not None:
            fill = QColor(row.color)
            fill.setAlpha(_FILL_ALPHA)
            swatch = self._mirrored(swatch, line)
            painter.fillRect(swatch, fill)
            painter.setPen(QPen(QColor(row.color).darker(150), 1.0))
            painter.drawRect(swatch)
        painter.setPen(QColor(_TEXT if row.figure or row.color is None else _FAINT))
        figure_width = metrics.horizontalAdvance(row.figure)
        name = QRectF(line)
        name.setLeft(line.left() + side + gap)
        name.setRight(line.right() - figure_width - gap)
        figure = QRectF(
            line.right() - figure_width - 1, line.top(), figure_width + 1, line.height()
        )
        shown = metrics.elidedText(_one_line(row.text), Qt.TextElideMode.ElideRight, name.width())
        self._write(painter, self._mirrored(name, line), shown)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(
            self._mirrored(figure, line), middle | Qt.AlignmentFlag.AlignAbsolute, row.figure
        )

    def _write(self, painter: QPainter, box: QRectF, text: str) -> None:
        """Write one line at its beginning, wherever the language of the film begins."""
        option = QTextOption(
            (Qt.AlignmentFlag.AlignRight if self._is_rtl else Qt.AlignmentFlag.AlignLeft)
            | Qt.AlignmentFlag.AlignAbsolute
            | Qt.AlignmentFlag.AlignVCenter
        )
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        painter.drawText(box, text, option)

    def _mirrored(self, box: QRectF, line: QRectF) -> QRectF:
        if not self._is_rtl:
            return box
        left = line.left() + line.right() - box.right()
        return QRectF(left, box.top(), box.width(), box.height())

    def _rows(self, stop: Stop, most: int) -> list[_Row]:
        """Return the lines of the legend: whoever ever held most first; as many as there is room.

        A faction keeps its line on all frames, so that the eye finds it.
        """
        areas_km2 = self._film.dates[stop.index].areas_km2
        rows = [
            _Row(faction, self._area(areas_km2[faction]), self._film.colors[faction])
            if faction in areas_km2
            else _Row(faction, "", self._film.colors[faction])
            for faction in self._factions
        ]
        if len(rows) <= most:
            return rows
        kept = max(most - 1, 0)
        more = self._words.more.format(count=self._locale.toString(len(rows) - kept))
        return [*rows[:kept], _Row(more, "", None)]

    def _paint_chart(self, painter: QPainter, box: QRectF, stop: Stop) -> None:
        if box.height() < self._letters_px * _LEAST_CHART / 2:
            return
        painter.setFont(self._font(self._letters_px * 0.62))
        self._chart.paint(painter, box, stop.moment)

    # ---- text -------------------------------------------------------------------------

    def _paint_text(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        size_px: float,
        *,
        lines: int,
        color: str,
        bold: bool = False,
        at_bottom: bool = False,
    ) -> float:
        """Write a text of a few lines at most; return the height that it takes."""
        font = self._font(size_px, bold=bold)
        painter.setFont(font)
        painter.setPen(QColor(color))
        metrics = QFontMetricsF(font)
        shown = _wrapped(_one_line(text), metrics, box.width(), lines)
        height = len(shown) * metrics.lineSpacing()
        top = box.bottom() - height if at_bottom else box.top()
        for number, line in enumerate(shown):
            at = QPointF(box.left(), top + number * metrics.lineSpacing())
            self._write(painter, QRectF(at.x(), at.y(), box.width(), metrics.lineSpacing()), line)
        return height

    def _font(self, size_px: float, *, bold: bool = False) -> QFont:
        font = QFont(_FONTS[0])
        font.setFamilies(_FONTS)
        font.setPixelSize(max(1, round(size_px)))
        font.setBold(bold)
        return font

    def _number(self, value: float, decimals: int) -> str:
        return str(self._locale.toString(float(value), "f", decimals))

    def _area(self, km2: float) -> str:
        return f"{self._number(km2, 0 if km2 >= 10 else 1)} {self._words.km2}"  # noqa: PLR2004

    def _short_day(self, moment: datetime) -> str:
        return str(self._locale.toString(to_qdate(moment), "yyyy-MM-dd"))

    def _long_day(self, moment: datetime) -> str:
        day = str(self._locale.toString(to_qdate(moment), "d MMMM yyyy"))
        if not self._has_times:
            return day
        return f"{day} {self._locale.toString(to_qdatetime(moment).time(), 'HH:mm')}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _wrapped(text: str, metrics: QFontMetricsF, width: float, most: int) -> list[str]:
    """Return a text in lines that fit; what there is no room for ends in an ellipsis."""
    lines: list[str] = []
    line = ""
    words = text.split(" ")
    for number, word in enumerate(words):
        longer = f"{line} {word}" if line else word
        if not line or metrics.horizontalAdvance(longer) <= width:
            line = longer
            continue
        if len(lines) == most - 1:
            rest = " ".join([line, *words[number:]])
            return [*lines, metrics.elidedText(rest, Qt.TextElideMode.ElideRight, width)]
        lines.append(line)
        line = word
    lines.append(line)
    return [metrics.elidedText(each, Qt.TextElideMode.ElideRight, width) for each in lines]
