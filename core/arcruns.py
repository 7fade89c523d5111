"""Runs along an outline: segments with something near that follow each other without a gap."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Sequence

import numpy as np

from .segments import Segments

if TYPE_CHECKING:
    from .arctable import ArcTable
    from .arrays import Floats, Ints
    from .outlineset import OutlineSet

__all__ = ["Run", "runs_of", "segments_of"]


# segments farther apart along an outline than this are not of one run, in metres
_APART_M = 0.1


@dataclass(frozen=True)
class Run:
    """Rows whose segments follow each other along a ring.

    Attributes
    ----------
    rows : (n, k), the segment of the table and whether it is turned come first
    at_m, end_m : (n,), from where to where the segment of a row runs; past the seam of the ring
        they go on
    """

    ring: int
    ring_length_m: float
    rows: Ints
    at_m: Floats
    end_m: Floats

    @property
    def length_m(self) -> float:
        """Return how long the run is."""
        return float(self.end_m[-1] - self.at_m[0])

    @property
    def is_whole(self) -> bool:
        """Whether it goes all around its ring."""
        return self.length_m >= self.ring_length_m - _APART_M

    @cached_property
    def key(self) -> bytes:
        """What is the same only for runs with the same rows."""
        return self.rows.tobytes() + (b"o" if self.is_whole else b"")

    def on_ring(self, low: float, high: float) -> list[tuple[float, float]]:
        """Return a stretch of the run as one or two stretches of its ring."""
        start, end = float(self.at_m[0]) + low, float(self.at_m[0]) + high
        length = self.ring_length_m
        if start >= length:
            return [(start - length, end - length)]
        return [(start, end)] if end <= length else [(start, length), (0.0, end - length)]

    def followed_by(self, other: Run) -> Run:
        """Return this run and one that goes on from the start of the ring as one."""
        return Run(
            self.ring,
            self.ring_length_m,
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.at_m, other.at_m + self.ring_length_m]),
            np.concatenate([self.end_m, other.end_m + self.ring_length_m]),
        )


def runs_of(outlines: OutlineSet, rows: Ints) -> list[list[Run]]:
    """Return the runs that rows make up on each outline, each in a fixed order.

    Parameters
    ----------
    rows : (n, k), a segment of the table, of the outlines, and whether it is turned come first
    """
    found: list[list[Run]] = [[] for _ in outlines.outlines]
    if len(rows) == 0:
        return found
    ring, at_m = outlines.place_of(rows[:, 0], rows[:, 1])
    order = np.lexsort((*rows.T[:0:-1], at_m, ring))
    rows, ring, at_m = rows[order], ring[order], at_m[order]
    end_m = at_m + outlines.table.length_m[rows[:, 0]]
    apart = (at_m[1:] > end_m[:-1] + _APART_M) | (ring[1:] != ring[:-1])
    cuts = [0, *(np.flatnonzero(apart) + 1).tolist(), len(rows)]
    of_run = ring[cuts[:-1]]
    runs = [
        Run(number, length_m, rows[low:high], at_m[low:high], end_m[low:high])
        for number, length_m, low, high in zip(
            of_run.tolist(), outlines.ring_length_m[of_run].tolist(), cuts, cuts[1:]
        )
    ]
    for run in _joined_at_seams(runs):
        found[outlines.ring_piece[run.ring]].append(run)
    return found


def segments_of(table: ArcTable, runs: Sequence[Run]) -> tuple[Segments, Ints]:
    """Return the segments of runs, each run a line of its own, and the segment of each row."""
    rows = np.concatenate([run.rows[:, :2] for run in runs])
    line = np.repeat(np.arange(len(runs)), [len(run.rows) for run in runs])
    at_m = np.concatenate([run.at_m - run.at_m[0] for run in runs])
    opens = np.append(True, (rows[1:, 0] != rows[:-1, 0]) | (line[1:] != line[:-1]))
    number, turned = rows[opens, 0], rows[opens, 1].astype(bool)
    start, end = table.xy[number + turned], table.xy[number + ~turned]
    segments = Segments(
        start=start,
        end=end,
        line=line[opens],
        owner=np.zeros(len(number), dtype=np.int64),
        at_m=at_m[opens],
        length_m=table.length_m[number],
        metric=table.geodesy.metres_per_unit((start + end) / 2),
        line_length_m=np.array([run.length_m for run in runs]),
        line_closed=np.array([run.is_whole for run in runs]),
    )
    return segments, np.cumsum(opens) - 1


def _joined_at_seams(runs: list[Run]) -> list[Run]:
    first = {run.ring: number for number, run in reversed(list(enumerate(runs)))}
    last = {run.ring: number for number, run in enumerate(runs)}
    result = list(runs)
    gone = set()
    for ring, number in last.items():
        ahead, behind = runs[first[ring]], runs[number]
        if first[ring] == number or ahead.at_m[0] > _APART_M:
            continue
        if behind.end_m[-1] >= behind.ring_length_m - _APART_M:
            result[number] = behind.followed_by(ahead)
            gone.add(first[ring])
    return [run for number, run in enumerate(result) if number not in gone]
