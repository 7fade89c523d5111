"""Keeps the dock and QGIS's own Temporal Controller at the same date, whichever is moved."""

from __future__ import annotations

from bisect import bisect_right
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Iterator, Sequence

from qgis.core import (
    QgsDateTimeRange,
    QgsInterval,
    QgsProject,
    QgsTemporalNavigationObject,
    QgsUnitTypes,
)
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ..processing.convert import to_qdatetime
from .projectstate import keeping_dirty_flag

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["TemporalSync", "ranges_of"]

_Mode = QgsTemporalNavigationObject.NavigationMode
_LONGEST_LAST = timedelta(days=1)


def ranges_of(dates: Sequence[datetime]) -> list[QgsDateTimeRange]:
    """Return when each snapshot is valid: until the last millisecond before the next one.

    The last is valid for a day, or as long as the shortest of the others where that is less,
    as in the layers that the algorithms make.

    Notes
    -----
    A range that ended with the next date, exclusive, would say the same. But QGIS 3.22 compares
    a field of dates with a moment as texts, where 2018-08-05 comes before 2018-08-05T00:00, and
    would show two snapshots at once in layers with such fields.
    """
    steps = [later - earlier for earlier, later in zip(dates, dates[1:])]
    ends = [*dates[1:], *(date + min([_LONGEST_LAST, *steps]) for date in dates[-1:])]
    return [
        QgsDateTimeRange(to_qdatetime(start), to_qdatetime(end).addMSecs(-1))
        for start, end in zip(dates, ends)
    ]


class TemporalSync(QObject):
    """Hands the Temporal Controller the real dates, moves it, and follows it.

    Parameters
    ----------
    temporal_controller : that of the map canvas
    """

    moved = pyqtSignal(int)
    """Somebody else moved the Temporal Controller to the snapshot of this number."""

    def __init__(
        self, temporal_controller: QgsTemporalNavigationObject, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = temporal_controller
        self._ranges: list[QgsDateTimeRange] = []
        self._starts_ms: list[int] = []
        self._index = -1
        self._is_moving = False
        self._times: _Times | None = None
        self._before: _State | None = None
        self._controller.updateTemporalRange.connect(self._follow)
        self._reclaiming = QTimer(self)
        self._reclaiming.setSingleShot(True)
        self._reclaiming.setInterval(0)
        self._reclaiming.timeout.connect(self._reclaim)
        project = QgsProject.instance()
        self._connections = (
            (project.layersAdded, self._layers_changed),
            (project.layersRemoved, self._layers_changed),
            (project.cleared, self._forget),
            (project.writeProject, self._put_back_times),
            (project.projectSaved, self._put_times),
        )
        for signal, slot in self._connections:
            signal.connect(slot)

    def set_dates(self, dates: Sequence[datetime]) -> None:
        """Let the Temporal Controller stop at these dates, which are in order."""
        if not dates:
            self._give_back()
            return
        if not self._has_controller():
            return
        if self._before is None:
            self._before = _State.of(self._controller)
        self._ranges = ranges_of(dates)
        self._starts_ms = [each.begin().toMSecsSinceEpoch() for each in self._ranges]
        self._index = -1
        whole = QgsDateTimeRange(self._ranges[0].begin(), self._ranges[-1].end())
        step = QgsInterval(1, QgsUnitTypes.TemporalUnit.TemporalIrregularStep)
        with self._moving():
            self._controller.setTemporalExtents(whole)
            self._controller.setAvailableTemporalRanges(self._ranges)
            self._controller.setFrameDuration(step)
            self._controller.setNavigationMode(_Mode.Animated)

    def go_to(self, index: int) -> None:
        """Move the Temporal Controller to the snapshot of this number.

        Where the user has switched it off meanwhile, it stays off.
        """
        if not self._has_controller() or not 0 <= index < len(self._ranges):
            return
        self._index = index
        if self._controller.navigationMode() != _Mode.Animated:
            return
        self._reclaim()
        frame = index
        if not self._is_ours():  # the user has set steps of a length of their own
            start = self._ranges[index].begin()
            frame = self._controller.findBestFrameNumberForFrameStart(start)
        with self._moving():
            self._controller.setCurrentFrameNumber(frame)

    def release(self) -> None:
        """Let go of the Temporal Controller, and leave it as it was found."""
        self._reclaiming.stop()
        self._give_back()
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._connections = ()
        if self._has_controller():
            self._controller.updateTemporalRange.disconnect(self._follow)
        self._controller = None

    def _give_back(self) -> None:
        if self._has_controller() and self._before is not None and self._is_ours():
            with self._moving():
                self._before.restore(self._controller)
        self._forget()

    def _forget(self) -> None:
        """Hold the Temporal Controller no longer; with another project, its panel sets it anew."""
        self._before = None
        self._ranges, self._starts_ms, self._index = [], [], -1

    def _follow(self, moment: QgsDateTimeRange) -> None:
        if self._is_moving or not self._ranges:
            return
        index = self._index_of(moment)
        if index is not None and index != self._index:
            self._index = index
            self.moved.emit(index)

    def _index_of(self, moment: QgsDateTimeRange) -> int | None:
        """Return the number of the snapshot that is valid then; the first before all dates."""
        # with "cumulative range" every frame begins with the first
        if self._controller.temporalRangeCumulative():
            if not moment.end().isValid():
                return None
            at_ms = moment.end().toMSecsSinceEpoch() - 1
        elif moment.begin().isValid():
            at_ms = moment.begin().toMSecsSinceEpoch()
        else:
            return None
        return max(bisect_right(self._starts_ms, at_ms) - 1, 0)

    def _is_ours(self) -> bool:
        """Return whether the Temporal Controller still stops at the dates given to it."""
        unit = self._controller.frameDuration().originalUnit()
        return bool(self._ranges) and unit == QgsUnitTypes.TemporalUnit.TemporalIrregularStep

    def _layers_changed(self, *_: object) -> None:
        if self._ranges:
            self._reclaiming.start()

    def _reclaim(self) -> None:
        """Hand the Temporal Controller its dates again where its panel has taken them away.

        With irregular steps, the panel puts the times of the project's layers in their place
        whenever layers are added or removed: none, where they come from expressions.
        """
        if not self._has_controller() or not self._is_ours():
            return
        if self._controller.availableTemporalRanges() == self._ranges:
            return
        with self._moving():
            self._controller.setAvailableTemporalRanges(self._ranges)
            # the number of the frame may be the same as before, and its range is not
            self._controller.setCurrentFrameNumber(max(self._index, 0))

    def _put_back_times(self, *_: object) -> None:
        """Let a project that is being written have the times that were its own."""
        if self._has_controller() and self._before is not None and self._is_ours():
            self._times = _Times.of_project()
            self._before.times.put()

    def _put_times(self) -> None:
        if self._times is not None:
            with keeping_dirty_flag():
                self._times.put()
            self._times = None

    def _has_controller(self) -> bool:
        return self._controller is not None and not sip.isdeleted(self._controller)

    @contextmanager
    def _moving(self) -> Iterator[None]:
        """Do not follow what is done here, nor let the panel's notes of it dirty the project."""
        was_moving, self._is_moving = self._is_moving, True
        try:
            with keeping_dirty_flag():
                yield
        finally:
            self._is_moving = was_moving


@dataclass(frozen=True)
class _Times:
    """The project's own times, which the panel sets as it follows the Temporal Controller."""

    span: QgsDateTimeRange
    step: float
    unit: QgsUnitTypes.TemporalUnit

    @classmethod
    def of_project(cls) -> _Times:
        times = QgsProject.instance().timeSettings()
        return cls(times.temporalRange(), times.timeStep(), times.timeStepUnit())

    def put(self) -> None:
        times = QgsProject.instance().timeSettings()
        times.setTemporalRange(self.span)
        times.setTimeStep(self.step)
        times.setTimeStepUnit(self.unit)


@dataclass(frozen=True)
class _State:
    """How the Temporal Controller was found, and the project's own times with it."""

    mode: _Mode
    extents: QgsDateTimeRange
    ranges: list[QgsDateTimeRange]
    duration: QgsInterval
    frame: int
    times: _Times

    @classmethod
    def of(cls, controller: QgsTemporalNavigationObject) -> _State:
        return cls(
            mode=controller.navigationMode(),
            extents=controller.temporalExtents(),
            ranges=controller.availableTemporalRanges(),
            duration=controller.frameDuration(),
            frame=controller.currentFrameNumber(),
            times=_Times.of_project(),
        )

    def restore(self, controller: QgsTemporalNavigationObject) -> None:
        controller.setTemporalExtents(self.extents)
        controller.setAvailableTemporalRanges(self.ranges)
        controller.setFrameDuration(self.duration)
        controller.setNavigationMode(self.mode)
        controller.setCurrentFrameNumber(self.frame)
        self.times.put()
