"""What changed up to the date that is shown: known at once, or found in the background."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..core.i18n import tr
from .task import Task, in_engine, start

if TYPE_CHECKING:
    from .comparing import Comparer
    from .results import Comparison, DateResult

__all__ = ["Compared"]


class Compared(QObject):
    """Holds the comparison of one date with another.

    Signals
    -------
    found : the comparison that was looked for in the background is there, or an error in words

    Attributes
    ----------
    comparison : None until it is known, and where a date would be compared with itself
    """

    found = pyqtSignal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.comparison: Comparison | None = None
        self._task: Task | None = None

    @property
    def is_busy(self) -> bool:
        """Return whether it is on its way."""
        return self._task is not None

    def find(
        self,
        comparer: Comparer | None,
        result: DateResult | None,
        from_index: int | None,
        to_index: int,
    ) -> None:
        """Compare a date with another one; None: with the one before."""
        self.forget()
        if comparer is None or result is None or from_index == to_index:
            return
        if from_index is None:
            self.comparison = result.since
            return
        self.comparison = comparer.known(from_index, to_index)
        if self.comparison is None:
            self._task = Task(
                tr("Enclave Watch: comparing two dates"),
                in_engine(partial(comparer.compare, from_index, to_index)),
                self._on_found,
            )
            start(self._task)

    def forget(self) -> None:
        """Hold none, and give up the one that is on its way."""
        self.comparison = None
        if self._task is not None:
            self._task.abandon()
            self._task = None

    def _on_found(self, comparison: Comparison | None, error: str) -> None:
        self._task = None
        self.comparison = comparison
        self.found.emit(error)
