"""Work in the background: in QGIS's task bar, to be cancelled, with its error kept."""

from __future__ import annotations

import gc
import traceback
from threading import Lock
from typing import Any, Callable

from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsTask

from ..compat import ensure_proj_data, keep_proj_context
from ..core.collecting import no_collections
from ..core.errors import Cancelled, EnclaveWatchError, RequirementError
from ..core.feedback import Feedback
from ..core.i18n import tr
from ..core.requirements import missing_requirements

__all__ = ["Task", "in_engine", "loading", "start"]

_LOG = "Enclave Watch"

# QGIS runs a task whose Python half is gone as one that does nothing
_running: set[QgsTask] = set()


class _TaskFeedback(Feedback):
    """Lets the engine speak to a task."""

    def __init__(self, task: QgsTask) -> None:
        self._task = task
        self._shown_pct = -1

    def warning(self, text: str) -> None:
        QgsMessageLog.logMessage(text, _LOG, Qgis.MessageLevel.Warning, False)

    def progress(self, fraction: float) -> None:
        # each step is an event for the main thread: a hundred of them are enough
        percent = int(100.0 * fraction)
        if percent != self._shown_pct:
            self._shown_pct = percent
            self._task.setProgress(float(percent))

    def is_cancelled(self) -> bool:
        return bool(self._task.isCanceled())


class Task(QgsTask):
    """Runs `work` in a worker, and hands what came of it to `publish` on the main thread.

    Parameters
    ----------
    work : takes a feedback; what it needs it was given when it was made
    publish : takes the result, or None and the error in words, '' when it was cancelled
    lock : only one task with the same lock works at a time
    """

    def __init__(
        self,
        title: str,
        work: Callable[[Feedback], Any],
        publish: Callable[[Any, str], None],
        lock: Lock | None = None,
    ) -> None:
        super().__init__(title, QgsTask.Flag.CanCancel)
        self._work: Callable[[Feedback], Any] | None = work
        self._publish: Callable[[Any, str], None] | None = publish
        self._lock = lock or Lock()
        self._result: Any = None
        self._error = ""

    def run(self) -> bool:
        """Work, in a worker thread."""
        feedback = _TaskFeedback(self)
        try:
            with _Turn(self._lock, feedback):
                self._result = self._work(feedback) if self._work else None
        except Cancelled:
            return False
        except EnclaveWatchError as error:
            self._error = str(error)
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, QGIS must hear of it and go on
            self._error = tr("Something went wrong inside Enclave Watch: {error}").format(
                error=repr(error)
            )
            QgsMessageLog.logMessage(
                traceback.format_exc(), _LOG, Qgis.MessageLevel.Critical, False
            )
            return False
        return True

    def finished(self, succeeded: bool) -> None:
        """Publish, on the main thread."""
        _running.discard(self)
        publish, result = self._publish, self._result
        self._publish = self._work = self._result = None
        if publish is not None:
            publish(result if succeeded else None, self._error)

    def abandon(self) -> None:
        """Cancel, and publish nothing whatever comes of it."""
        self._publish = None
        self.cancel()


class _Turn:
    """Waits for a lock, unless the task is cancelled meanwhile."""

    _PATIENCE_S = 0.1

    def __init__(self, lock: Lock, feedback: Feedback) -> None:
        self._lock = lock
        self._feedback = feedback

    def __enter__(self) -> None:
        while not self._lock.acquire(timeout=self._PATIENCE_S):
            self._feedback.check()

    def __exit__(self, *_error: object) -> None:
        self._lock.release()


def start(task: Task) -> None:
    """Let QGIS run a task."""
    _running.add(task)
    QgsApplication.taskManager().addTask(task)


def loading(then: Callable[[None, str], None]) -> Task:
    """Return a task that loads the packages of the engine, which takes a moment.

    Parameters
    ----------
    then : takes None, and what is missing in words, or ''
    """

    def load(_feedback: Feedback) -> None:
        missing = missing_requirements()
        if missing is not None:
            raise RequirementError(missing)
        # pyproj makes a context for the thread that imports it, which must outlive this task
        keep_proj_context()

    def loaded(_result: Any, error: str) -> None:
        if not error:
            ensure_proj_data()
        then(None, error)

    return Task(tr("Enclave Watch: loading"), load, loaded)


def in_engine(work: Callable[[Feedback], Any]) -> Callable[[Feedback], Any]:
    """Return work that may use pyproj in a thread that Qt made; the packages must be loaded."""

    def run(feedback: Feedback) -> Any:
        keep_proj_context()
        with no_collections():
            found = work(feedback)
            # later collections need not walk through it either
            gc.freeze()
        return found

    return run
