"""The tab with the chart of area by faction over time.

The chart is drawn in a thread of its own: loading matplotlib takes half a second, and drawing
longer than a step may. On the main thread only the cursor moves.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Mapping

from qgis.PyQt.QtCore import QBuffer, QIODevice, QLocale, QMimeData, QRect, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QGuiApplication, QImage, QPainter, QPalette
from qgis.PyQt.QtWidgets import QLabel, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from ..core.dates import format_date
from ..core.i18n import tr
from ..core.requirements import missing_for_charts
from ..processing.publish.charts import ChartData, ChartLook, ChartPicture, draw_chart, svg_chart
from .chartview import ChartView, image_of, legend_height_px, paint_legend
from .exporting import ExportBar, Sheet, ask_path, copied_text, write_csv, write_whole
from .factionfilter import FactionFilter
from .inks import ground_of, ink_of

if TYPE_CHECKING:
    from pathlib import Path

    from .results import Analysis, Comparison, DateResult

__all__ = ["ChartTab"]

_POLL_MS = 15
_PNG_PX = (1800, 1000)
_PNG_DPI = 150.0
_SVG_PX = (860, 480)
_ON_SCREEN = 0.9  # of the size of the letters around the chart


@dataclass(frozen=True)
class _Job:
    """Something being made in the thread, and what to do with it."""

    future: Future[Any]
    done: Callable[[Any], None]


class ChartTab(QWidget):
    """How much each faction held on each date, with a cursor at the date; a click sets it."""

    enclaveActivated = pyqtSignal(object)
    dateActivated = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all: ChartData | None = None
        self._data: ChartData | None = None
        self._colors: Mapping[str, str] = {}
        self._problem = ""
        self._index = -1
        self._thread: ThreadPoolExecutor | None = None
        self._jobs: dict[str, _Job] = {}
        self._poll = QTimer(self)
        self._poll.setInterval(_POLL_MS)
        self._poll.timeout.connect(self._look_after_jobs)
        self.view = ChartView(self)
        self.view.setToolTip(tr("Click the chart to go to a date"))
        self._message = QLabel(self)
        self._message.setWordWrap(True)
        self._message.setMargin(8)
        self._message.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._message.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._filter = FactionFilter(
            self, tip=tr("Draw one faction only, on a scale of its own, or all")
        )
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.view)
        self._pages.addWidget(self._message)
        self._bar = ExportBar(
            self,
            copy_tip=tr("Copy the figures of the chart, and a picture of it"),
            export_tip=tr("Save the chart as PNG or SVG, or its figures as CSV"),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        layout.addWidget(self._filter)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._bar)
        self._filter.factionChanged.connect(self._show_chosen)
        self.view.drawingNeeded.connect(self._draw)
        self.view.dateClicked.connect(self.dateActivated)
        self._bar.copyRequested.connect(self._copy)
        self._bar.exportRequested.connect(self._export)

    @property
    def message(self) -> str:
        """Return what is shown in place of the chart; '' where the chart is."""
        return self._problem

    def set_analysis(self, analysis: Analysis | None, colors: Mapping[str, str]) -> None:
        """Draw the chart of an analysis, or none."""
        self._colors = dict(colors)
        self._all = None
        if analysis is not None and analysis.results:
            self._all = ChartData(analysis.dates, dict(analysis.areas_km2))
        self._filter.offer(self._all.areas_km2 if self._all is not None else (), colors)
        self._bar.set_enabled(self._all is not None)
        self._bar.say("")
        self._index = -1
        self._show_chosen()

    def show_date(
        self,
        index: int,
        result: DateResult | None,  # noqa: ARG002 - all tabs are told the same
        comparison: Comparison | None,  # noqa: ARG002
    ) -> None:
        """Move the cursor to a date."""
        self._index = index
        self.view.show_cursor(index)

    def _show_chosen(self) -> None:
        faction = self._filter.faction
        self._data = self._all
        if self._all is not None and faction:
            self._data = ChartData(self._all.dates, {faction: self._all.areas_km2[faction]})
        shown = self._data.areas_km2 if self._data is not None else {}
        self.view.show_data(self._data, {name: self._color(name) for name in shown})
        self.view.show_cursor(self._index)
        self._jobs.pop("screen", None)  # what is still being drawn is of something else
        self._draw()

    def sheet(self) -> Sheet:
        """Return the areas that are drawn: a row for each date, a column for each faction."""
        data = self._data
        if data is None:
            return Sheet("areas", (), ())
        titles = ("date", *(tr("{} (km2)").format(name) for name in data.areas_km2))
        columns = [[format_date(date) for date in data.dates], *data.areas_km2.values()]
        return Sheet("areas", titles, tuple(zip(*columns)))

    # ---- drawing -------------------------------------------------------------------

    def _draw(self) -> None:
        if self._data is None or self._problem or not self.view.isVisible():
            return
        room, ratio = self.view.plot_room, self.view.devicePixelRatioF()
        width_px, height_px = (max(int(side * ratio), 2) for side in (room.width(), room.height()))
        dpi = self.view.logicalDpiX() * ratio
        data, look = self._data, self._look()

        def drawn() -> ChartPicture | str:
            return missing_for_charts() or draw_chart(
                data, look, width_px=width_px, height_px=height_px, dpi=dpi
            )

        # a picture that is asked for later takes the place of the one before
        self._make("screen", drawn, self._show)

    def _show(self, drawn: ChartPicture | str) -> None:
        if isinstance(drawn, str):
            self._say_missing(drawn)
        else:
            self.view.show_picture(drawn)

    def _say_missing(self, problem: str) -> None:
        self._problem = problem
        self._message.setText(problem)
        self._pages.setCurrentWidget(self._message)

    def _look(self) -> ChartLook:
        font = self.view.font()
        text = ink_of(self.view)
        ground = ground_of(self.view, QPalette.ColorRole.Base)
        points = font.pointSizeF()
        if points <= 0:  # the size is set in pixels
            points = font.pixelSize() * 72.0 / self.view.logicalDpiX()
        return ChartLook(
            colors={name: self._color(name) for name in self._colors},
            text=text.name(),
            ground=ground.name(),
            grid=_mixed(text, ground, 0.18).name(),
            font_pt=_ON_SCREEN * points,
            number=_number_in(QLocale()),
        )

    def _color(self, faction: str) -> str:
        # an alpha would be taken for a part of the name
        return QColor(self._colors.get(faction, "#808080")).name()

    # ---- out of the dock -------------------------------------------------------------

    def _copy(self) -> None:
        sheet, colors = self.sheet(), self.view.colors
        if self._problem:
            self._bar.copy(sheet)
            return

        def copied(drawn: ChartPicture | str) -> None:
            if isinstance(drawn, str):
                self._say_missing(drawn)
                self._bar.copy(sheet)
                return
            both = QMimeData()
            both.setText(copied_text(sheet))
            both.setImageData(self._with_legend(drawn, colors))
            QGuiApplication.clipboard().setMimeData(both)
            self._bar.say(tr("Copied: the figures and a picture"))

        self._make("copy", self._png_drawing(), copied)

    def _export(self) -> None:
        kinds = [(tr("Figures, CSV"), "csv")]
        if not self._problem:
            kinds = [(tr("Picture, PNG"), "png"), (tr("Drawing, SVG"), "svg"), *kinds]
        path = ask_path(self, "areas", kinds)
        if path is not None:
            self.save(path)

    def save(self, path: Path) -> None:
        """Save the figures (.csv) or the chart (.png, .svg) by the ending of the name."""
        if self._data is None:
            return
        ending = path.suffix.lower()
        if ending == ".csv":
            sheet = self.sheet()
            self._bar.save(path, lambda: write_csv(sheet, path))
            return
        colors = self.view.colors  # those of this chart: another may be shown when it is drawn
        work = self._svg_drawing() if ending == ".svg" else self._png_drawing()
        self._make(f"export {path}", work, lambda drawn: self._written(path, drawn, colors))

    def _written(
        self, path: Path, drawn: ChartPicture | bytes | str, colors: Mapping[str, str]
    ) -> None:
        if isinstance(drawn, str):
            self._say_missing(drawn)
            self._bar.say(tr('"{}" was not written: there is no chart.').format(path.name))
            return
        content = drawn if isinstance(drawn, bytes) else _png(self._with_legend(drawn, colors))
        self._bar.save(path, lambda: write_whole(path, content))

    def _png_drawing(self) -> Callable[[], ChartPicture | str]:
        data, look = self._data, self._look_on_paper()
        width_px, height_px = _PNG_PX

        def drawn() -> ChartPicture | str:
            return missing_for_charts() or draw_chart(
                data, look, width_px=width_px, height_px=height_px, dpi=_PNG_DPI
            )

        return drawn

    def _svg_drawing(self) -> Callable[[], bytes | str]:
        data, look = self._data, self._look_on_paper()
        width_px, height_px = _SVG_PX

        def drawn() -> bytes | str:
            return missing_for_charts() or svg_chart(
                data, look, width_px=width_px, height_px=height_px
            )

        return drawn

    def _look_on_paper(self) -> ChartLook:
        colors = {name: self._color(name) for name in self._colors}
        return ChartLook(colors=colors, font_pt=9.0, number=_number_in(QLocale()))

    def _with_legend(self, picture: ChartPicture, colors: Mapping[str, str]) -> QImage:
        """Return a picture with its legend below, written by Qt: see chartfigure.py."""
        chart = image_of(picture)
        painter = QPainter()
        font = self.font()
        font.setPixelSize(round(9.0 * _PNG_DPI / 72.0))
        probe = QImage(1, 1, QImage.Format.Format_RGB32)
        painter.begin(probe)
        painter.setFont(font)
        margin = chart.width() // 40
        width = chart.width() - 2 * margin
        height = legend_height_px(list(colors), width, painter.fontMetrics())
        painter.end()
        image = QImage(chart.width(), chart.height() + height + margin, QImage.Format.Format_RGB32)
        image.fill(QColor("#ffffff"))
        painter.begin(image)
        painter.setFont(font)
        painter.drawImage(0, 0, chart)
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        room = QRect(margin, chart.height(), width, height + 1)
        paint_legend(painter, room, colors, QColor("#000000"), is_mirrored=is_mirrored)
        painter.end()
        return image

    # ---- the thread ----------------------------------------------------------------

    def _make(self, name: str, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Do `work` in the thread, then `done` here; of one name, only the last one counts."""
        if self._thread is None:
            thread = self._thread = ThreadPoolExecutor(1, "enclave-watch-chart")
            # nobody waits for what is still being drawn
            self.destroyed.connect(lambda: thread.shutdown(wait=False))
        before = self._jobs.get(name)
        if before is not None:
            before.future.cancel()
        self._jobs[name] = _Job(self._thread.submit(work), done)
        self._poll.start()

    def _look_after_jobs(self) -> None:
        for name, job in list(self._jobs.items()):
            if job.future.done():
                del self._jobs[name]
                problem = job.future.exception()
                if problem is None:
                    job.done(job.future.result())
                else:
                    self._bar.say(tr("The chart could not be drawn: {}").format(problem))
        if not self._jobs:
            self._poll.stop()


def _number_in(locale: QLocale) -> Callable[[float, int], str]:
    # taken here, since the thread may not see the user change it half-way
    own = QLocale(locale)
    return lambda value, decimals: str(own.toString(float(value), "f", decimals))


def _mixed(one: QColor, two: QColor, share: float) -> QColor:
    return QColor(
        *(
            round(share * first + (1 - share) * second)
            for first, second in zip(one.getRgb()[:3], two.getRgb()[:3])
        )
    )


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data())
