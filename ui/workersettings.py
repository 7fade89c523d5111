"""Who surveys for the dock: a setting of this user on this machine.

It is no part of a project, as the other choices are: a project that came from elsewhere must not
send its maps to a cluster, or take results from one, that its reader never chose.
"""

from __future__ import annotations

from typing import Any

from qgis.core import QgsSettings

from ..core.crews import MOST_WORKERS, Workers
from ..processing.workerparameters import SCHEDULER, WORKERS

__all__ = ["read_workers", "worker_values", "write_workers"]

_COUNT = "enclave_watch/workers"
_SCHEDULER = "enclave_watch/scheduler"


def read_workers() -> Workers:
    """Return what was chosen; what cannot be keeps its default."""
    settings = QgsSettings()
    count = settings.value(_COUNT, 0, type=int)
    scheduler = settings.value(_SCHEDULER, "", type=str)
    return Workers(count if 0 <= count <= MOST_WORKERS else 0, scheduler)


def write_workers(workers: Workers) -> None:
    """Keep what was chosen, for all projects."""
    settings = QgsSettings()
    settings.setValue(_COUNT, workers.count)
    settings.setValue(_SCHEDULER, workers.scheduler)


def worker_values() -> dict[str, Any]:
    """Return what was chosen as parameters of an algorithm."""
    workers = read_workers()
    return {WORKERS: workers.count, SCHEDULER: workers.scheduler}
