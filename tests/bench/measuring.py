"""Runs ways as often as asked for, each time in a process of its own, and keeps the medians."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from enclave_watch.tests.bench.ways import Case, Findings

__all__ = ["Measured", "WayFailedError", "measure"]

CHILD = Path(__file__).with_name("child.py")
LOG_LINES = 12


class WayFailedError(RuntimeError):
    """A way came to no end; the text holds the last lines of its log."""


@dataclass(frozen=True)
class Measured:
    """One way on one case.

    Attributes
    ----------
    seconds, cpu_seconds : medians over the runs: by the clock, and of all cores together
    peak_mb : the most memory that the process ever had, over all runs
    others_mb : the same of each process that it started, in all
    before_mb : of it, what it had before the run: QGIS and the packages
    """

    case: str
    way: str
    runs: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    others_mb: float
    before_mb: float
    findings: Findings | None


def measure(case: Case, way: str, *, runs: int, timeout_s: float, compare: bool) -> Measured:
    """Run a way and take its time.

    Parameters
    ----------
    timeout_s : for one run
    compare : read the findings of the last run too, which takes long on large cases

    Raises
    ------
    WayFailedError
    """
    told = [
        _run(case, way, timeout_s, compare=compare and number == runs - 1) for number in range(runs)
    ]
    found = told[-1].get("findings")
    return Measured(
        case.name,
        way,
        runs,
        *(statistics.median(each[key] for each in told) for key in ("seconds", "cpu_seconds")),
        *(max(each[key] for each in told) for key in ("peak_mb", "others_mb")),
        told[0]["before_mb"],
        None if found is None else Findings(**found),
    )


def _run(case: Case, way: str, timeout_s: float, *, compare: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="enclavewatch-bench-") as folder:
        command = [sys.executable, CHILD, way, case.name, case.path, case.home, folder]
        if compare:
            command.append("--findings")
        log = Path(folder, "log")
        with log.open("w", encoding="utf-8") as stream:
            try:
                done = subprocess.run(
                    [str(part) for part in command],
                    stdout=stream,
                    stderr=subprocess.STDOUT,
                    timeout=timeout_s,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                raise WayFailedError(
                    f"{way} on {case.name}: not done in {timeout_s:g} s"
                ) from error
        if done.returncode:
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
            raise WayFailedError(
                "\n".join([f"{way} on {case.name}: status {done.returncode}", *lines])
            )
        told: dict[str, Any] = json.loads(Path(folder, "result.json").read_text(encoding="utf-8"))
        return told
