"""The dates of a series shared out among workers, and their results put in order of date."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from itertools import accumulate
from typing import TYPE_CHECKING, Iterator, Sequence

import numpy as np

from .crews import LEAST_DATES
from .dates import format_date
from .errors import WorkerError
from .i18n import tr
from .parcels import Remark, Unpacker, libraries, pack_dates, pack_surroundings

if TYPE_CHECKING:
    from .crews import Crew
    from .feedback import Feedback
    from .geography import Geography
    from .model import Enclave, Findings, Parameters, Snapshot
    from .pace import Pace
    from .parcels import Answer, Surveyed
    from .series import Series

__all__ = ["SharedSurvey", "consecutive", "parcel_sizes"]

_PATIENCE_S = 0.1
_TRIES = 4
# so many parcels a worker are on their way, or waiting to be asked for
_LOOK_AHEAD = 2
_MOST_DATES = 64
_FEW_PARCELS = 2


class SharedSurvey:
    """Surveys snapshots by workers, some dates ahead of who asks for them.

    Parameters
    ----------
    snapshots : those that will be asked for, in the order in which they will be
    before : the enclaves of the date before the first of them, if it was surveyed otherwise
    plain : measure all dates by unions

    Attributes
    ----------
    plain_dates : how many of the dates that came back were measured so
    """

    def __init__(
        self,
        series: Series,
        geography: Geography,
        parameters: Parameters,
        snapshots: Sequence[Snapshot],
        crew: Crew,
        pace: Pace,
        *,
        before: Sequence[Enclave] = (),
        plain: bool = False,
    ) -> None:
        self._series = series
        self._surroundings = pack_surroundings(series, geography, parameters, plain=plain)
        self._crew = crew
        self.plain_dates = 0
        self._pace = pace
        self._unpacker = Unpacker(series)
        self._unpacker.take_for_last(before)
        self._count = len(snapshots)
        self._parcels = consecutive(snapshots, parcel_sizes(self._count, crew.size))
        self._next = self._surveyed = 0
        self._flying: dict[Future[bytes], int] = {}
        self._tries = [0] * len(self._parcels)
        # packed until their turn comes: geometries take more memory than their bytes
        self._answers: dict[int, bytes] = {}
        self._results = self._in_order()
        self._told: set[Remark] = set()

    def survey(self, snapshot: Snapshot, feedback: Feedback) -> Findings:
        """Return what is found on the next of the snapshots.

        Raises
        ------
        Cancelled
            When the feedback says so, within about a second.
        WorkerError
            When workers failed at the same dates again and again, or there are none any more.
        """
        expected, found = next(self._results)
        if expected is not snapshot:
            raise ValueError(snapshot.date)
        for remark in found.remarks:
            # several workers come upon what one surveyor would have told once
            if remark not in self._told:
                self._told.add(remark)
                (feedback.warning if remark.is_warning else feedback.info)(remark.text)
        return found.found

    def _in_order(self) -> Iterator[tuple[Snapshot, Surveyed]]:
        for index, parcel in enumerate(self._parcels):
            answer = self._awaited(index)
            yield from zip(parcel, answer.dates)
            if answer.error is not None:
                raise answer.error

    def _awaited(self, index: int) -> Answer:
        while True:
            self._pace.check()
            self._fill(index)
            if index in self._answers:
                return self._opened(self._answers.pop(index))
            done, _ = wait(self._flying, _PATIENCE_S, FIRST_COMPLETED)
            for future in done:
                self._take(future)
            self._crew.check()

    def _fill(self, asked: int) -> None:
        """Keep the workers busy, but no farther ahead than the look-ahead."""
        at_most = _LOOK_AHEAD * self._crew.size
        until = min(len(self._parcels), asked + 1 + at_most)
        while self._next < until and len(self._flying) < at_most:
            self._pace.check()
            self._submit(self._next)
            self._next += 1

    def _submit(self, index: int) -> None:
        self._tries[index] += 1
        # packed again where a worker was lost: to keep the bytes of all would take memory
        dates = pack_dates(self._series, self._parcels[index])
        self._flying[self._crew.submit(self._surroundings, dates)] = index

    def _take(self, future: Future[bytes]) -> None:
        index = self._flying.pop(future)
        try:
            data = future.result()
        except (Exception, CancelledError) as error:
            self._crew.check()
            if isinstance(error, (WorkerError, ImportError)) or self._tries[index] >= _TRIES:
                raise self._lost(index, error) from error
            self._submit(index)
            return
        self._answers[index] = data
        self._surveyed += len(self._parcels[index])
        self._pace.surveyed(self._surveyed / self._count)

    def _opened(self, data: bytes) -> Answer:
        answer = self._unpacker.answer(data)
        self.plain_dates += answer.plain_dates
        self._warn_of(answer.libraries)
        return answer

    def _warn_of(self, theirs: str) -> None:
        """Warn of workers whose results may differ from those of this machine, once of each."""
        remark = Remark(
            tr(
                "Workers have other versions than this machine ({theirs}; here: {ours}): figures "
                "may differ in their last digits from those of a run without workers."
            ).format(theirs=theirs, ours=libraries()),
            is_warning=True,
        )
        if theirs != libraries() and remark not in self._told:
            self._told.add(remark)
            self._pace.warning(remark.text)

    def _lost(self, index: int, error: BaseException) -> WorkerError:
        if isinstance(error, WorkerError):
            return error
        if isinstance(error, ImportError):
            return WorkerError(
                tr(
                    "A worker lacks a package: {}. It needs shapely, pyproj and numpy, and the "
                    "folder that holds enclave_watch in PYTHONPATH; docs/scale.md tells how."
                ).format(error)
            )
        return WorkerError(
            tr(
                "Workers failed {} times at the dates from {} to {}: {}. They may lack memory: "
                "take fewer of them (WORKERS), or 1 to go without."
            ).format(
                self._tries[index],
                format_date(self._parcels[index][0].date),
                format_date(self._parcels[index][-1].date),
                f"{type(error).__name__} {error}".strip(),
            )
        )


def consecutive(snapshots: Sequence[Snapshot], sizes: Sequence[int]) -> list[tuple[Snapshot, ...]]:
    """Return snapshots cut into rows of so many consecutive ones."""
    ends = list(accumulate(sizes))
    return [tuple(snapshots[end - size : end]) for size, end in zip(sizes, ends)]


def parcel_sizes(count: int, workers: int) -> list[int]:
    """Return how many consecutive dates are surveyed at a time, parcel after parcel.

    What stays from date to date is done once a parcel, so parcels are long; but there are several
    a worker, so that no one waits long for the first, and little is lost with a worker. The last
    one of each worker is half as long: what the run makes of it, it makes alone.
    """
    few = _FEW_PARCELS if count >= _FEW_PARCELS * LEAST_DATES * workers else 1
    parcels = max(few, -(-count // (workers * _MOST_DATES)))
    weights = [2] * (workers * (parcels - 1)) + [1 if parcels > 1 else 2] * workers
    ends = [round(count * end / sum(weights)) for end in accumulate(weights)]
    return [size for size in np.diff(ends, prepend=0).tolist() if size]
