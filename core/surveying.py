"""Which way the snapshots of a series are surveyed: alone, by workers, or whatever is faster."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Iterator, Protocol, Sequence

import shapely

from .crews import LEAST_DATES, Crew, Workers, open_crew, processor_count
from .enclaves import Surveyor

if TYPE_CHECKING:
    from .feedback import Feedback
    from .geography import Geography
    from .model import Enclave, Findings, Parameters, Snapshot
    from .pace import Pace
    from .series import Series
    from .sharing import SharedSurvey

__all__ = ["Job", "Surveys", "surveying"]

# what workers take to start, in seconds; what is done within so many seconds needs none
_START_S = 0.7
_WORTH_S = 1.5
_WORTH_SHARE = 0.8
_DATES_TRIED = 3
# what a polygon that came or went takes, and each of its vertices, as measured on coverages
_POLYGON_S = 2e-3
_VERTEX_S = 3e-6
# each worker has so many parcels, and what stays from date to date is done once in each
_FIRST_DATES = 2


class Surveys(Protocol):
    """Finds the enclaves of snapshots that are asked for one after the other."""

    @property
    def plain_dates(self) -> int:
        """Return how many of them were measured by unions so far."""

    def survey(self, snapshot: Snapshot, feedback: Feedback) -> Findings:
        """Return what is found on the date of a snapshot."""


@dataclass(frozen=True)
class Job:
    """What is to be surveyed: the snapshots that will be asked for, in order."""

    series: Series
    geography: Geography
    parameters: Parameters
    snapshots: Sequence[Snapshot]
    plain: bool = False

    def expected_s(self) -> float:
        """Return what the dates after the first take at least, in seconds, to a factor of some.

        A first date is done by each worker, so there is nothing in it to share out.
        """
        polygons, vertices = 0, 0
        sizes = shapely.get_num_coordinates(self.series.store.polygons)
        for before, snapshot in zip(self.snapshots, self.snapshots[1:]):
            for faction, numbers in snapshot.holdings.items():
                had = before.holdings.get(faction, ())
                new = [] if had == numbers else list(set(numbers).difference(had))
                polygons += len(new)
                vertices += int(sizes[new].sum())
        return _POLYGON_S * polygons + _VERTEX_S * vertices

    def alone(self, feedback: Feedback) -> Surveyor:
        """Return who surveys in this thread."""
        return Surveyor(
            self.series.store, self.geography, self.parameters, feedback, plain=self.plain
        )

    def shared(
        self, crew: Crew, pace: Pace, *, done: int = 0, before: Sequence[Enclave] = ()
    ) -> SharedSurvey:
        """Return who has the snapshots surveyed by a crew, but for the `done` first of them.

        `before` are the enclaves of the last of those.
        """
        # most runs need no workers
        from .sharing import SharedSurvey

        left = self.snapshots[done:]
        return SharedSurvey(
            self.series,
            self.geography,
            self.parameters,
            left,
            crew,
            pace,
            before=before,
            plain=self.plain,
        )


@contextmanager
def surveying(job: Job, workers: Workers | Crew, pace: Pace) -> Iterator[Surveys]:
    """Survey the snapshots of a job with so many workers, who are let go at the end.

    A crew that is given in place of a number stays open.
    """
    with ExitStack() as stack:
        if isinstance(workers, Crew):
            yield job.shared(workers, pace)
        elif not job.snapshots or (workers.count == 1 and not workers.scheduler):
            yield job.alone(pace)
        elif workers.scheduler or workers.count:
            yield job.shared(_crew(workers, stack, pace), pace)
        elif _is_seen_to_be_long(job):
            yield job.shared(_crew(Workers(_as_many_as_pay(job)), stack, pace), pace)
        else:
            yield _Chooser(job, stack, pace)


def _is_seen_to_be_long(job: Job) -> bool:
    """Return whether workers are sure to be done earlier, before any date is surveyed."""
    return _as_many_as_pay(job) > 1 and job.expected_s() > _WORTH_S


def _as_many_as_pay(job: Job) -> int:
    return min(processor_count(), len(job.snapshots) // LEAST_DATES)


def _crew(workers: Workers, stack: ExitStack, pace: Pace) -> Crew:
    crew = open_crew(workers, pace)
    stack.callback(crew.close)
    return crew


class _Chooser:
    """Surveys in this thread as long as that is the fastest, and then by workers.

    What takes long is not always foreseen: most of it is unions, where polygons overlap. After
    some dates it is known what the first one took and what each further one does, and so whether
    workers, who need some time to start and a first date each, would be done earlier.
    """

    def __init__(self, job: Job, stack: ExitStack, pace: Pace) -> None:
        self._job = job
        self._stack = stack
        self._pace = pace
        self._surveys: Surveys = job.alone(pace)
        self._is_shared = False
        self._plain_dates = 0
        self._before: Sequence[Enclave] = ()
        self._took_s: list[float] = []

    @property
    def plain_dates(self) -> int:
        """Return how many were measured by unions so far, here and by workers."""
        return self._plain_dates + self._surveys.plain_dates

    def survey(self, snapshot: Snapshot, feedback: Feedback) -> Findings:
        """Return what is found on the next of the snapshots."""
        if not self._is_shared and self._pays():
            left = len(self._job.snapshots) - len(self._took_s)
            crew = _crew(Workers(min(processor_count(), left)), self._stack, self._pace)
            self._plain_dates = self._surveys.plain_dates
            self._surveys = self._job.shared(
                crew, self._pace, done=len(self._took_s), before=self._before
            )
            self._is_shared = True
        start = time.perf_counter()
        found = self._surveys.survey(snapshot, feedback)
        if not self._is_shared:
            self._took_s.append(time.perf_counter() - start)
            self._before = found.enclaves
        return found

    def _pays(self) -> bool:
        size = processor_count()
        if size == 1 or len(self._took_s) < _DATES_TRIED:
            return False
        first_s, *others_s = self._took_s
        left = len(self._job.snapshots) - len(self._took_s)
        alone_s = left * sum(others_s) / len(others_s)
        shared_s = _START_S + _FIRST_DATES * first_s + alone_s / size
        return alone_s > _WORTH_S and shared_s < _WORTH_SHARE * alone_s
