"""The map at each date as PNG files: what the canvas shows, drawn by QGIS itself."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Sequence

from qgis.core import QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsProject
from qgis.PyQt.QtCore import QLocale, QObject, QPointF, QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPen

from ..core.i18n import tr
from ..processing.convert import to_qdate, to_qdatetime
from .temporalsync import ranges_of

if TYPE_CHECKING:
    from datetime import datetime

    from qgis.gui import QgsMapCanvas

__all__ = ["FrameExport", "date_text", "existing_frames", "export_frames", "frame_name"]

_LETTER_PART = 0.045  # of the height of the map
_LEAST_LETTERS_PX = 11
_PARTS_FOLDER = ".enclave-watch-frames-"


def frame_name(date: datetime) -> str:
    """Return the name of a date's file: `2018-08-05.png`, with its time where it has one."""
    if (date.hour, date.minute, date.second, date.microsecond) == (0, 0, 0, 0):
        return f"{date:%Y-%m-%d}.png"
    return f"{date:%Y-%m-%d_%H-%M-%S}.png"


def date_text(date: datetime) -> str:
    """Return the date in the long form of the user's locale, with its time where it has one."""
    locale = QLocale()
    day = locale.toString(to_qdate(date), QLocale.FormatType.LongFormat)
    if (date.hour, date.minute, date.second) == (0, 0, 0):
        return day
    clock = locale.toString(to_qdatetime(date).time(), QLocale.FormatType.ShortFormat)
    return f"{day} {clock}"


def existing_frames(dates: Sequence[datetime], folder: Path) -> list[Path]:
    """Return the files that an export into this folder would replace."""
    return [path for path in (folder / frame_name(date) for date in dates) if path.exists()]


def export_frames(
    canvas: QgsMapCanvas,
    dates: Sequence[datetime],
    folder: Path,
    show_date: Callable[[int], None],
    *,
    size: QSize | None = None,
    parent: QObject | None = None,
) -> FrameExport:
    """Begin to draw the map at each date into PNG files, one at a time, and return at once.

    Parameters
    ----------
    dates : in order; the name of each file is its date
    folder : made where it is not there
    show_date : lets all layers show the date of this number before it returns
    size : of the files, in pixels; None: that of the map on the screen

    Returns
    -------
    What tells of progress, and can be cancelled. Keep it until it has finished or failed.
    """
    export = FrameExport(canvas, dates, folder, show_date, size, parent)
    export.start()
    return export


class FrameExport(QObject):
    """An export that is going on: one frame at a time, none of them kept unless all are done."""

    progressChanged = pyqtSignal(float)
    """How much is done, from 0 to 100."""
    finished = pyqtSignal(list)
    """All files are written: their paths."""
    failed = pyqtSignal(str)
    """Nothing is written; the text says why, and is '' after a cancel."""

    def __init__(
        self,
        canvas: QgsMapCanvas,
        dates: Sequence[datetime],
        folder: Path,
        show_date: Callable[[int], None],
        size: QSize | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._dates = tuple(dates)
        self._ranges = ranges_of(self._dates)
        self._folder = Path(folder)
        self._show_date = show_date
        self._size = size
        self._index = -1
        self._parts: Path | None = None
        self._job: QgsMapRendererParallelJob | None = None
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.setInterval(0)
        self._next.timeout.connect(self._draw)
        self._is_over = False
        self._made_folder = False
        self._problem = ""

    @property
    def is_over(self) -> bool:
        """Return whether it has finished, failed or been cancelled."""
        return self._is_over

    def start(self) -> None:
        """Draw the first frame as soon as the event loop runs."""
        try:
            self._made_folder = not self._folder.exists()
            self._folder.mkdir(parents=True, exist_ok=True)
            # in the same folder, so that a finished frame is moved and not copied
            self._parts = Path(tempfile.mkdtemp(prefix=_PARTS_FOLDER, dir=self._folder))
        except OSError as error:
            # later, when whoever began it listens
            self._problem = _cannot_write(self._folder, error)
        self._index = 0
        QgsProject.instance().cleared.connect(self.cancel)
        self._next.start()

    def cancel(self) -> None:
        """Stop, and leave no file behind."""
        if not self._is_over:
            self._fail("")

    def _draw(self) -> None:
        if self._is_over:
            return
        if self._problem:
            self._fail(self._problem)
            return
        if self._index >= len(self._dates):
            self._finish()
            return
        try:
            self._show_date(self._index)
        except Exception as error:  # noqa: BLE001 - whatever it is, no half of the frames may stay
            self._fail(str(error) or type(error).__name__)
            return
        if self._is_over:  # showing the date may have ended it
            return
        self._job = QgsMapRendererParallelJob(self._settings())
        self._job.finished.connect(self._drawn)
        self._job.start()

    def _settings(self) -> QgsMapSettings:
        settings = QgsMapSettings(self._canvas.mapSettings())
        if self._size is not None:
            settings.setOutputSize(self._size)
        settings.setTemporalRange(self._ranges[self._index])
        settings.setTransformContext(QgsProject.instance().transformContext())
        return settings

    def _drawn(self) -> None:
        job, self._job = self._job, None
        if self._is_over or job is None or self._parts is None:
            return
        image = job.renderedImage()
        job.deleteLater()
        draw_date(image, date_text(self._dates[self._index]))
        target = self._parts / frame_name(self._dates[self._index])
        if not image.save(str(target), "PNG"):
            self._fail(_cannot_write(target, tr("the disk may be full")))
            return
        self._index += 1
        self.progressChanged.emit(100.0 * self._index / len(self._dates))
        self._next.start()

    def _finish(self) -> None:
        written = []
        for date in self._dates:
            target = self._folder / frame_name(date)
            try:
                (self._parts / target.name).replace(target)
            except OSError as error:
                self._fail(_cannot_write(target, error))
                return
            written.append(target)
        self._end()
        self.finished.emit(written)

    def _fail(self, message: str) -> None:
        self._end()
        if self._made_folder and self._folder.is_dir() and not any(self._folder.iterdir()):
            self._folder.rmdir()
        self.failed.emit(message)

    def _end(self) -> None:
        self._is_over = True
        self._next.stop()
        if self._index >= 0:
            QgsProject.instance().cleared.disconnect(self.cancel)
        if self._job is not None:
            job, self._job = self._job, None
            job.finished.disconnect(self._drawn)
            # its threads end by themselves; deleted before, it would wait for them
            job.setParent(QgsApplication.instance())
            job.finished.connect(job.deleteLater)
            job.cancelWithoutBlocking()
        if self._parts is not None:
            shutil.rmtree(self._parts, ignore_errors=True)
            self._parts = None


def draw_date(image: QImage, text: str) -> None:
    """Write a date into the lower left corner: dark on a light rim, readable on any map."""
    height = max(image.height() * _LETTER_PART, _LEAST_LETTERS_PX)
    font = QFont()
    font.setBold(True)
    font.setPixelSize(round(height))
    path = QPainterPath()
    path.addText(QPointF(height * 0.6, image.height() - height * 0.7), font, text)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rim = QPen(QColor("#ffffff"), height * 0.28)
    rim.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, rim)
    painter.fillPath(path, QColor("#111111"))
    painter.end()


def _cannot_write(path: Path, reason: object) -> str:
    return tr("{path} cannot be written: {reason}. Choose another folder.").format(
        path=path, reason=reason
    )
