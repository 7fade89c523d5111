"""Playing: a step when its time is up and the map has drawn the one before."""

from __future__ import annotations

from typing import Callable

from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

__all__ = ["Player"]

_MS_A_SECOND = 1000
_FASTEST_S = 0.05


class Player(QObject):
    """Says when the next date is due.

    Parameters
    ----------
    advance : goes to the next date, or says that there is none by returning False
    """

    playingChanged = pyqtSignal(bool)
    playbackChanged = pyqtSignal()

    def __init__(self, advance: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._advance = advance
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_time)
        self._is_playing = False
        self._is_drawing = False
        self._is_due = False
        self._seconds = 1.0
        self._is_looping = False

    @property
    def is_playing(self) -> bool:
        """Return whether dates follow each other by themselves."""
        return self._is_playing

    @property
    def seconds_a_date(self) -> float:
        """Return how long each date is shown at least."""
        return self._seconds

    @property
    def is_looping(self) -> bool:
        """Return whether the first date follows the last."""
        return self._is_looping

    def play(self) -> None:
        """Begin; the first step is due when the date shown has had its time."""
        if not self._is_playing:
            self._is_playing = True
            self._wait()
            self.playingChanged.emit(True)

    def pause(self) -> None:
        """Stop where it is."""
        if self._is_playing:
            self._is_playing = False
            self._is_due = False
            self._timer.stop()
            self.playingChanged.emit(False)

    def set_seconds_a_date(self, seconds: float) -> None:
        """Set how long each date is shown at least."""
        seconds = max(seconds, _FASTEST_S)
        if seconds != self._seconds:
            self._seconds = seconds
            if self._timer.isActive():
                self._wait()
            self.playbackChanged.emit()

    def set_loop(self, loops: bool) -> None:
        """Set whether the first date follows the last."""
        if loops != self._is_looping:
            self._is_looping = loops
            self.playbackChanged.emit()

    def set_map_drawing(self, is_drawing: bool) -> None:
        """Say whether the map is being drawn: until it is done, no step is made."""
        self._is_drawing = is_drawing
        if self._is_due and not is_drawing:
            self._step()

    def _wait(self) -> None:
        self._is_due = False
        self._timer.start(int(self._seconds * _MS_A_SECOND))

    def _on_time(self) -> None:
        if self._is_drawing:
            self._is_due = True
        else:
            self._step()

    def _step(self) -> None:
        self._is_due = False
        if not self._is_playing:
            return
        if self._advance():
            # whoever heard of the new date may have paused
            if self._is_playing:
                self._wait()
        else:
            self.pause()
