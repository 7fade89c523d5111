"""Who surveys the dates of a series: this thread alone, or workers beside it or elsewhere."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import ParameterError, WorkerError
from .i18n import tr
from .version import plugin_version

if TYPE_CHECKING:
    from .feedback import Feedback

__all__ = [
    "ALONE",
    "LEAST_DATES",
    "MOST_WORKERS",
    "Crew",
    "ExecutorCrew",
    "Workers",
    "open_crew",
    "processor_count",
]

MOST_WORKERS = 256
LEAST_DATES = 16
"""So many dates a worker are worth its first one, which takes as long as some ten others."""


@dataclass(frozen=True)
class Workers:
    """How many workers survey the dates of a series, and where.

    Attributes
    ----------
    count : 0 is as many as pay; 1 is none beside the run itself. Of a cluster: so many of its
        threads, 0 for all
    scheduler : the address of a scheduler of dask.distributed; '' for this machine
    """

    count: int = 0
    scheduler: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.count <= MOST_WORKERS:
            raise ParameterError(
                tr("The number of workers is {}: give 0 to {}, 0 for as many as pay.").format(
                    self.count, MOST_WORKERS
                )
            )


ALONE = Workers(count=1)
"""No worker beside the run itself."""


class Crew(ABC):
    """Workers that survey packed dates.

    Attributes
    ----------
    size : how many parcels are worked on at a time
    """

    size: int

    @abstractmethod
    def submit(self, surroundings: bytes, dates: bytes) -> Future[bytes]:
        """Hand a parcel to a worker; the future fails only where the worker itself did.

        Raises
        ------
        WorkerError
            When there is no worker any more.
        """

    def check(self) -> None:  # noqa: B027 - most are never gone for good
        """Raise `WorkerError` when no worker will ever answer."""

    @abstractmethod
    def close(self) -> None:
        """Let the workers go, at once; what they are at is not waited for."""


class ExecutorCrew(Crew):
    """The workers of any executor of `concurrent.futures`, in threads, processes or elsewhere.

    Parameters
    ----------
    size : how many of its workers may be kept busy
    owns : whether the executor is shut down with the crew
    """

    def __init__(self, executor: Executor, size: int, *, owns: bool = False) -> None:
        # here, not above: with it comes the whole engine
        from .parcels import Stop, survey_parcel

        self.size = size
        self._executor = executor
        self._owns = owns
        self._task = survey_parcel
        self._stop = Stop()

    def submit(self, surroundings: bytes, dates: bytes) -> Future[bytes]:
        """Hand a parcel to the executor."""
        try:
            return self._executor.submit(
                self._task, plugin_version(), surroundings, dates, self._stop
            )
        except RuntimeError as error:  # a pool that broke, or was shut down, takes nothing more
            raise WorkerError(
                tr("The workers ended and take no more work: {}. Start the run again.").format(
                    error
                )
            ) from error

    def close(self) -> None:
        """Tell workers in threads to stop."""
        self._stop.is_set = True
        if self._owns:
            self._executor.shutdown(wait=False)


def open_crew(workers: Workers, feedback: Feedback) -> Crew:
    """Return the workers that were asked for, ready to work.

    Raises
    ------
    RequirementError
        When a scheduler is given, and dask.distributed is not installed.
    WorkerError
        When the scheduler cannot be reached.
    """
    if workers.scheduler:
        from .cluster import ClusterCrew

        return ClusterCrew(workers.scheduler, workers.count, feedback)
    from .processes import ProcessCrew

    size = workers.count or processor_count()
    try:
        return ProcessCrew(size, feedback)
    except WorkerError as error:
        feedback.warning(
            tr("{} Threads of this program take their place, which is slower.").format(error)
        )
        return ExecutorCrew(ThreadPoolExecutor(size, "enclave-watch"), size, owns=True)


def processor_count() -> int:
    """Return how many processors this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
