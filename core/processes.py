"""Workers in processes of their own on this machine.

They are plain Pythons that are spoken to through pipes, not those of `multiprocessing`: that would
fork a program with Qt in it, or start QGIS once more for each of them, or run the user's script
again.
"""

from __future__ import annotations

import os
import subprocess  # nosec B404
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from threading import Timer
from typing import TYPE_CHECKING

from .crews import Crew, processor_count
from .errors import RequirementError, WorkerError
from .i18n import tr
from .interpreter import interpreters, package_folders
from .version import plugin_version
from .workerprocess import read_block, write_block

if TYPE_CHECKING:
    from pathlib import Path

    from .feedback import Feedback

__all__ = ["ProcessCrew"]

_MODULE = f"{__package__}.workerprocess"
_PATIENCE_S = 30.0


class ProcessCrew(Crew):
    """So many Pythons; one that ends unexpectedly is replaced.

    Raises
    ------
    WorkerError
        When no Python is found that can be a worker.
    """

    def __init__(self, size: int, feedback: Feedback) -> None:
        self.size = size
        self._interpreter, workers = _started(min(size, processor_count()), feedback)
        self._is_closed = False
        self._all: set[_Worker] = set(workers)
        self._idle: SimpleQueue[_Worker | None] = SimpleQueue()
        for worker in workers:
            self._idle.put(worker)
        # more than there are processors start when there is something for them to do
        for _ in range(size - len(workers)):
            self._idle.put(None)
        feedback.info(tr("Worker processes: {}.").format(size))
        # each thread waits for the answer of one process
        self._threads = ThreadPoolExecutor(size, "enclave-watch-worker")

    @property
    def pids(self) -> list[int]:
        """Return the numbers of the processes that run."""
        return [worker.pid for worker in list(self._all)]

    def submit(self, surroundings: bytes, dates: bytes) -> Future[bytes]:
        """Hand a parcel to the next process that has nothing to do."""
        return self._threads.submit(self._ask, surroundings, dates)

    def close(self) -> None:
        """End all processes."""
        self._is_closed = True
        self._threads.shutdown(wait=False)
        for worker in list(self._all):
            worker.end()

    def _check_open(self) -> None:
        if self._is_closed:
            raise WorkerError(tr("The run has ended."))

    def _ask(self, surroundings: bytes, dates: bytes) -> bytes:
        worker = self._idle.get()
        try:
            self._check_open()
            if worker is None:
                worker = _Worker(self._interpreter)
                self._all.add(worker)
                # while it started the run may have ended, which did not know of it yet
                self._check_open()
            worker.greet()
            return worker.ask(surroundings, dates)
        # it has ended, or its pipes are closed; or it is not like the first one after all
        except (OSError, ValueError, RequirementError):
            if worker is not None:
                self._all.discard(worker)
                worker.end()
                worker = None
            raise
        finally:
            if worker is not None and self._is_closed:
                worker.end()
            self._idle.put(worker)


def _started(size: int, feedback: Feedback) -> tuple[Path, list[_Worker]]:
    """Return the first Python that can be a worker, and so many of it, of which the first is ready.

    They start side by side.
    """
    problems = []
    for interpreter in interpreters():
        feedback.check()
        workers: list[_Worker] = []
        try:
            workers += (_Worker(interpreter) for _ in range(size))
            workers[0].greet()
        except (OSError, RequirementError) as error:
            problems.append(f"{interpreter}: {error}")
            for worker in workers:
                worker.end()
        else:
            return interpreter, workers
    raise WorkerError(
        tr("No Python was found to start worker processes with ({}).").format("; ".join(problems))
    )


class _Worker:
    """One process.

    Raises
    ------
    OSError
        When it does not start, or has ended.
    """

    def __init__(self, interpreter: Path) -> None:
        self._surroundings = b""
        # the Python that was found, by its path and with no shell
        self._process = subprocess.Popen(  # noqa: S603 # nosec B603
            [str(interpreter), "-m", _MODULE, _proj_data()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=package_folders()[0],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(package_folders())},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.pid = self._process.pid
        self._is_ready = False

    def greet(self) -> None:
        """Wait until it is ready.

        Raises
        ------
        RequirementError
            When it has not the packages of the engine.
        """
        if self._is_ready:
            return
        # a program that is no Python after all may never say a word
        patience = Timer(_PATIENCE_S, self._process.kill)
        patience.start()
        try:
            missing = self._read().decode()
        except OSError:
            self.end()
            raise
        finally:
            patience.cancel()
        if missing:
            self.end()
            raise RequirementError(missing)
        self._is_ready = True

    def ask(self, surroundings: bytes, dates: bytes) -> bytes:
        """Return the answer to a parcel."""
        to = self._process.stdin
        if to is None:
            raise BrokenPipeError
        write_block(to, plugin_version().encode())
        # it keeps them: they are sent to it once
        write_block(to, b"" if surroundings == self._surroundings else surroundings)
        self._surroundings = surroundings
        write_block(to, dates)
        return self._read()

    def end(self) -> None:
        """End it at once, whatever it is at."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            # what could not be written any more is of no interest
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _read(self) -> bytes:
        block = read_block(self._process.stdout) if self._process.stdout is not None else None
        if block is None:
            raise ConnectionResetError(tr("a worker process has ended"))
        return block


def _proj_data() -> str:
    """Return where PROJ's data lie for this program, which another Python may not find."""
    from pyproj import datadir
    from pyproj.exceptions import DataDirError

    try:
        return str(datadir.get_data_dir())
    except DataDirError:
        return ""
