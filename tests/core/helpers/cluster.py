"""A cluster of dask.distributed on this machine: a scheduler and workers in their own processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from enclave_watch.core.interpreter import package_folders

__all__ = ["LocalCluster"]

_START_S = 60.0


class LocalCluster:
    """A scheduler on a port of its own, on loopback; all of it ends with the `with`.

    Attributes
    ----------
    scheduler : the process
    workers : the processes, in the order in which they were started
    """

    def __init__(self, folder: Path, workers: int = 2) -> None:
        self._folder = folder
        self._count = workers
        self.workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self):
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"
        )
        try:
            self.address = self._said("scheduler", r"Scheduler at:\s+(tcp://\S+)")
            for _ in range(self._count):
                self.add_worker()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        for process in (*self.workers, self.scheduler):
            end(process)

    def add_worker(self, **variables: str) -> None:
        name = f"worker-{len(self.workers)}"
        self.workers.append(
            self._start(
                "worker", self.address, "--host", "127.0.0.1", "--no-dashboard", "--no-nanny",
                "--nthreads", "1", "--name", name, log=name, **variables,
            )
        )  # fmt: skip
        self._said(name, "Registered to")

    def _start(self, *arguments: str, log: str = "", **variables: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(package_folders()),
            "DASK_DISTRIBUTED__ADMIN__LOG_FORMAT": "%(message)s",
            **variables,
        }
        with (self._folder / f"{log or arguments[0]}.log").open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env=environment,
            )

    def _said(self, name: str, pattern: str) -> str:
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            text = (self._folder / f"{name}.log").read_text(errors="replace")
            found = re.search(pattern, text)
            if found:
                return found.group(found.lastindex or 0)
            time.sleep(0.05)
        raise AssertionError(f"{name} does not start: {text}")


def end(process: subprocess.Popen[bytes]) -> None:
    """End one process, by its number."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait(20)
