"""Analyses in the background, one at a time: begun, given up, handed over when they are done."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..core.errors import EnclaveWatchError
from ..core.i18n import tr
from .sources import prepared
from .task import Task, in_engine, loading, start

if TYPE_CHECKING:
    from qgis.core import QgsProject

    from ..core.feedback import Feedback
    from ..core.memory import Memory
    from .choices import Choices
    from .comparing import Comparer
    from .results import Analysis
    from .sources import Request

__all__ = ["Analyst"]


class Analyst(QObject):
    """Runs the analysis that was asked for last; what is late is dropped.

    What was computed before is kept, so that after an edit only what was edited is computed.

    Signals
    -------
    analysed : the choices, the analysis, and what compares any two of its dates
    failed : why there is none; '' when it was cancelled in QGIS's task bar
    """

    busyChanged = pyqtSignal(bool)
    progressChanged = pyqtSignal(float)
    analysed = pyqtSignal(object, object, object)
    failed = pyqtSignal(str)

    def __init__(self, project: QgsProject, parent: QObject) -> None:
        super().__init__(parent)
        self._project = project
        self._task: Task | None = None
        self._memory: Memory | None = None
        self._turn = Lock()
        self._is_loaded = False

    @property
    def is_busy(self) -> bool:
        """Return whether an analysis is on its way."""
        return self._task is not None

    def analyse(self, choices: Choices) -> None:
        """Begin an analysis; one that is on its way is given up."""
        if not self._is_loaded:
            self._begin(loading(partial(self._on_loaded, choices)))
            return
        try:
            request = prepared(choices, self._project)
        except EnclaveWatchError as error:
            self.cancel()
            self.failed.emit(str(error))
            return
        task = Task(
            tr("Enclave Watch: {layer}").format(layer=request.layer_name),
            in_engine(partial(_analysed, request, self._kept_memory())),
            partial(self._on_analysed, choices),
            self._turn,
        )
        task.progressChanged.connect(self.progressChanged)
        self._begin(task)

    def cancel(self) -> None:
        """Give up the analysis that is on its way."""
        if self._task is not None:
            task, self._task = self._task, None
            task.abandon()
            self.busyChanged.emit(False)

    def forget(self) -> None:
        """Forget what was computed before: it is of another project."""
        self._memory = None

    def close(self) -> None:
        """Give up, and tell nobody."""
        if self._task is not None:
            self._task.abandon()
        self._task = self._memory = None

    def _begin(self, task: Task) -> None:
        was_busy = self._task is not None
        if self._task is not None:
            self._task.abandon()
        self._task = task
        start(task)
        if not was_busy:
            self.busyChanged.emit(True)

    def _kept_memory(self) -> Memory:
        from ..core.memory import Memory

        if self._memory is None:
            self._memory = Memory()
        return self._memory

    def _on_loaded(self, choices: Choices, _result: None, error: str) -> None:
        if error:
            self._end(error)
            return
        self._is_loaded = True
        self.analyse(choices)

    def _on_analysed(
        self, choices: Choices, found: tuple[Analysis, Comparer] | None, error: str
    ) -> None:
        if found is None:
            self._end(error)
            return
        self._task = None
        self.busyChanged.emit(False)
        self.analysed.emit(choices, *found)

    def _end(self, error: str) -> None:
        self._task = None
        self.busyChanged.emit(False)
        self.failed.emit(error)


def _analysed(request: Request, memory: Memory, feedback: Feedback) -> tuple[Analysis, Comparer]:
    from .analysis import analysed

    return analysed(request, memory, feedback)
