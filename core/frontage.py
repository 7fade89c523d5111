"""Who lies across an outline: each stretch of it given to the nearest other, or to nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Sequence

import numpy as np

from .bridging import bridged_in_groups
from .proximity import EXACT_M, LEAST_RUN, Pairs, near_pairs
from .segments import Segments

if TYPE_CHECKING:
    from .arrays import Bools, Floats, Ints

__all__ = [
    "NOBODY",
    "SLIT",
    "Frontage",
    "frontage",
    "frontage_of_claims",
    "frontage_of_pairs",
    "slits",
    "slits_of_pairs",
    "slivers",
]


NOBODY = -1
"""The stretch lies along no other outline."""

SLIT = -2
"""The stretch lies along another of the same outline, across a slit."""

# a narrower slit need not be so long: widths are looked at one fifth at a time
_SLIT_STEP = 5.0


@dataclass(frozen=True)
class Frontage:
    """The whole of an outline, cut into stretches by what lies across.

    Attributes
    ----------
    line : (n,), the line of the outline that a stretch is on
    start_m, end_m : (n,), from where to where along that line
    other : (n,), the number of the other outline, `NOBODY` or `SLIT`
    """

    line: Ints
    start_m: Floats
    end_m: Floats
    other: Ints

    @property
    def length_m(self) -> Floats:
        """Length of each stretch in metres."""
        return self.end_m - self.start_m

    def total_m(self, other: int) -> float:
        """Return the length given to `other`, in metres."""
        return float(self.length_m[self.other == other].sum())

    def stretches(self, other: int) -> list[tuple[int, float, float]]:
        """Return line, start and end of the stretches given to `other`."""
        mask = self.other == other
        return list(
            zip(
                self.line[mask].tolist(),
                self.start_m[mask].tolist(),
                self.end_m[mask].tolist(),
            )
        )


def slits(outline: Segments, snap_m: float) -> list[tuple[int, float, float]]:
    """Return the stretches along which an outline faces itself across a narrow slit.

    A slit between pieces of one enclave, no wider than the snap distance and ten times as
    long as wide, or a hole of half that width, is no perimeter: it is there only because
    edges were not drawn to the metre. A narrow neck of the enclave itself is not a slit.
    """
    snap_m = max(snap_m, EXACT_M)
    pairs = near_pairs(outline, outline, snap_m)
    pairs = pairs.taken(pairs.along & pairs.opposed & (pairs.x != pairs.y))
    pairs = pairs.taken(pairs.side_m() <= EXACT_M)
    return slits_of_pairs(outline, pairs, slivers(outline, snap_m), snap_m)


def slits_of_pairs(
    outline: Segments, pairs: Pairs, slivers: Sequence[int], snap_m: float
) -> list[tuple[int, float, float]]:
    """Return the same from the pairs of segments that face each other across the outside.

    Parameters
    ----------
    outline : may be only the segments that are in pairs
    slivers : the lines that are holes no wider than a slit
    """
    found = [(line, 0.0, float(outline.line_length_m[line])) for line in slivers]
    if len(pairs.x) == 0:
        return found
    nobody_else = np.zeros(len(pairs.x), dtype=np.int64)
    for width_m in (snap_m / _SLIT_STEP**2, snap_m / _SLIT_STEP, snap_m):
        runs = _runs(outline, replace(pairs, distance_m=width_m), nobody_else)
        long_enough = runs.length_m >= LEAST_RUN * width_m
        found += runs.rows(long_enough)
    return [each for row in found for each in _unrolled(row, outline)]


def slivers(outline: Segments, snap_m: float) -> list[int]:
    """Return the rings of holes that are narrower than half the snap distance on average.

    Width is twice the area by the perimeter; a long slit is as wide as that. A ring counts only
    if all of it is among the segments.
    """
    if len(outline) == 0:
        return []
    first = outline.start[np.searchsorted(outline.line, outline.line)]
    a, b = outline.start - first, outline.end - first
    twice_m2 = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) * np.linalg.det(outline.metric)
    count = len(outline.line_length_m)
    width_m = -np.bincount(outline.line, twice_m2, count) / np.maximum(outline.line_length_m, 1e-9)
    # holes run with the outside of the ring on their left: their area is below zero
    return [int(line) for line in np.flatnonzero((width_m > 0) & (width_m < snap_m / 2))]


def frontage(
    outline: Segments,
    others: Sequence[Segments],
    *,
    snap_m: float,
    within: Sequence[tuple[int, float, float]] = (),
) -> Frontage:
    """Return what lies across each stretch of `outline`.

    Parameters
    ----------
    outline : with the inside on the left
    others : one set of segments for each other holder, likewise; where two are equally
        near, the first in the sequence has it
    snap_m : how far apart two outlines may be to be one line; 0 takes only edges that
        are the same to the millimetre
    within : slits of the outline itself, as `slits` returns them

    Returns
    -------
    Frontage, with the places of `others` as numbers; its stretches cover the outline once
    """
    snap_m = max(snap_m, EXACT_M)
    several = Segments.joined(others) if any(len(other) for other in others) else outline.none()
    pairs = near_pairs(outline, several, snap_m)
    return frontage_of_pairs(outline, pairs, several.owner[pairs.y], snap_m=snap_m, within=within)


def frontage_of_pairs(
    outline: Segments,
    pairs: Pairs,
    other: Ints,
    *,
    snap_m: float,
    within: Sequence[tuple[int, float, float]] = (),
) -> Frontage:
    """Return the same from pairs of segments of the outline and of others near it.

    Parameters
    ----------
    outline : may be only the segments that are in pairs
    other : (n,), whose the second segment of each pair is
    """
    claims = [(line, start, end, SLIT, 2 * snap_m + 2) for line, start, end in within]
    rows = [np.array(claims, dtype=np.float64).reshape(-1, 5)]
    rows += _claims(outline, pairs, other, snap_m)
    return frontage_of_claims(np.concatenate(rows), outline.line_length_m)


def _claims(outline: Segments, pairs: Pairs, other: Ints, snap_m: float) -> list[Floats]:
    """Return rows of line, start, end, other and distance, (n, 5) each."""
    runs = _runs(outline, pairs, other)
    is_shared = runs.length_m >= LEAST_RUN * snap_m - 1e-6
    counts = (runs.distance_m <= EXACT_M) | is_shared[runs.of_foot]
    feet = np.column_stack(
        [runs.feet_line, runs.feet, runs.feet_other, runs.distance_m],
    )[counts]
    # between its feet a front is farther away than at any of them
    between = [
        (*part, other, snap_m + 1)
        for row, other in zip(runs.rows(is_shared), runs.other[is_shared].tolist())
        for part in _unrolled(row, outline)
    ]
    return [feet, np.array(between, dtype=np.float64).reshape(-1, 5)]


@dataclass(frozen=True)
class _Runs:
    """What others have of the lines of an outline: single feet, and stretches bridged over them.

    `of_foot` is the number of the stretch that each foot is part of.
    """

    line: Ints
    other: Ints
    stretches: Floats
    feet: Floats
    distance_m: Floats
    of_foot: Ints

    @property
    def length_m(self) -> Floats:
        return np.asarray(self.stretches[:, 1] - self.stretches[:, 0])

    @property
    def feet_line(self) -> Ints:
        return self.line[self.of_foot]

    @property
    def feet_other(self) -> Ints:
        return self.other[self.of_foot]

    def rows(self, mask: Bools) -> list[tuple[int, float, float]]:
        """Return line, start and end of the stretches where `mask` is true."""
        ends = self.stretches[mask].T.tolist()
        return list(zip(self.line[mask].tolist(), *ends))


def _runs(outline: Segments, pairs: Pairs, other: Ints) -> _Runs:
    start, end, distance, some_foot = pairs.feet()
    low, high, some_near = pairs.near()
    some_foot &= pairs.opposed
    count = int(other.max()) + 1 if len(other) else 1
    key, group = np.unique(outline.line[pairs.x] * count + other, return_inverse=True)
    line = key // count
    feet = pairs.on_line(outline, start, end)[some_foot]
    found = bridged_in_groups(
        feet,
        group[some_foot],
        pairs.on_line(outline, low, high)[some_near],
        group[some_near],
        length_m=outline.line_length_m[line],
        closed=outline.line_closed[line],
    )
    return _Runs(
        line=line[found.group],
        other=(key % count)[found.group],
        stretches=found.stretches,
        feet=feet,
        distance_m=distance[some_foot],
        of_foot=found.of_foot,
    )


def _unrolled(row: tuple[int, float, float], outline: Segments) -> list[tuple[int, float, float]]:
    """Return a stretch that runs over the seam of a ring as two."""
    line, start, end = row
    length = float(outline.line_length_m[line])
    if end <= length:
        return [row]
    return [(line, start, length), (line, 0.0, min(end - length, start))]


def frontage_of_claims(claims: Floats, line_length_m: Floats) -> Frontage:
    """Give each stretch of lines to the nearest of those that claim it.

    Parameters
    ----------
    claims : (n, 5), line, start, end, other and distance, in metres
    """
    on_line, claimed_by = claims[:, 0].astype(np.int64), claims[:, 3].astype(np.int64)
    end = np.minimum(claims[:, 2], line_length_m[on_line])
    lines = np.arange(len(line_length_m))
    # cuts of all lines, line by line; no place depends on what other lines there are
    place = np.concatenate([np.zeros(len(lines)), line_length_m, claims[:, 1], end])
    cut_line = np.concatenate([lines, lines, on_line, on_line])
    order = np.lexsort((place, cut_line))
    place, cut_line = place[order], cut_line[order]
    is_new = np.append(True, (np.diff(place) != 0) | (np.diff(cut_line) != 0))[: len(order)]
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.cumsum(is_new) - 1
    place, cut_line = place[is_new], cut_line[is_new]
    first, last = rank[2 * len(lines) :].reshape(2, -1)
    count = np.maximum(last - first, 0)
    claim = np.repeat(np.arange(len(count)), count)
    cell = np.arange(len(claim)) - np.repeat(np.cumsum(count) - count, count) + first[claim]
    order = np.lexsort((claimed_by[claim], claims[claim, 4], cell))
    cell, claim = cell[order], claim[order]
    wins = np.r_[True, cell[1:] != cell[:-1]] if len(cell) else np.zeros(0, dtype=bool)
    other = np.full(len(place) - 1, NOBODY, dtype=np.int64)
    other[cell[wins]] = claimed_by[claim[wins]]
    real = cut_line[1:] == cut_line[:-1]
    low, high, line, other = place[:-1][real], place[1:][real], cut_line[:-1][real], other[real]
    opens = np.r_[True, (line[1:] != line[:-1]) | (other[1:] != other[:-1])]
    closes = np.r_[opens[1:], True]
    return Frontage(
        line=line[opens],
        start_m=low[opens],
        end_m=high[closes],
        other=other[opens],
    )
