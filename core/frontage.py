"""Who lies across an outline: each stretch of it given to the nearest other, or to nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Sequence

import numpy as np
import numpy.typing as npt

from .groups import grouped
from .proximity import EXACT_M, LEAST_RUN, Pairs, bridged, near_pairs
from .segments import Segments

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

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

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
    nobody_else = np.zeros(len(pairs.x), dtype=np.int64)
    for width_m in (snap_m / _SLIT_STEP**2, snap_m / _SLIT_STEP, snap_m):
        for run in _runs(outline, replace(pairs, distance_m=width_m), nobody_else):
            found += [
                (run.line, start, end)
                for start, end in run.stretches.tolist()
                if end - start >= LEAST_RUN * width_m
            ]
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
    claims = []
    for run in _runs(outline, pairs, other):
        stretches = run.stretches
        length_m = stretches[:, 1] - stretches[:, 0]
        shared = stretches[length_m >= LEAST_RUN * snap_m - 1e-6]
        middle = run.feet.mean(axis=1)
        counts = (run.distance_m <= EXACT_M) | _inside(middle, shared)
        counts |= _inside(middle + outline.line_length_m[run.line], shared)
        claims.append(_rows(run.line, run.feet[counts], run.other, run.distance_m[counts]))
        # between its feet a front is farther away than at any of them
        between = [row for a, b in shared.tolist() for row in _unrolled((run.line, a, b), outline)]
        ends = np.array([row[1:] for row in between], dtype=np.float64).reshape(-1, 2)
        claims.append(_rows(run.line, ends, run.other, np.full(len(ends), snap_m + 1)))
    return claims


def _rows(line: int, ends: Floats, other: int, distance_m: Floats) -> Floats:
    count = len(ends)
    return np.column_stack([np.full(count, line), ends, np.full(count, other), distance_m])


def _inside(position: Floats, stretches: Floats) -> npt.NDArray[np.bool_]:
    if len(stretches) == 0:
        return np.zeros(len(position), dtype=bool)
    index = np.searchsorted(stretches[:, 0], position, side="right") - 1
    return np.asarray((index >= 0) & (position <= stretches[index, 1]))


@dataclass(frozen=True)
class _Run:
    """What one other has of one line: single feet, and the stretches bridged over them."""

    line: int
    other: int
    feet: Floats
    distance_m: Floats
    stretches: Floats


def _runs(outline: Segments, pairs: Pairs, other: Ints) -> list[_Run]:
    start, end, distance, some_foot = pairs.feet()
    low, high, some_near = pairs.near()
    some_foot &= pairs.opposed
    feet = pairs.on_line(outline, start, end)
    near = pairs.on_line(outline, low, high)
    line = outline.line[pairs.x]
    count = int(other.max()) + 1 if len(other) else 1
    result = []
    for members in grouped(line * count + other):
        number = int(line[members[0]])
        with_foot = members[some_foot[members]]
        stretches = bridged(
            feet[with_foot],
            near[members[some_near[members]]],
            float(outline.line_length_m[number]),
            bool(outline.line_closed[number]),
        )
        run = _Run(number, int(other[members[0]]), feet[with_foot], distance[with_foot], stretches)
        result.append(run)
    return result


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
    # all lines laid out one after the other, a metre apart
    offset = np.cumsum(line_length_m + 1.0) - line_length_m - 1.0
    line_end = offset + line_length_m
    start = offset[on_line] + claims[:, 1]
    end = np.minimum(offset[on_line] + claims[:, 2], line_end[on_line])
    cuts = np.unique(np.concatenate([offset, line_end, start, end]))
    first, last = np.searchsorted(cuts, start), np.searchsorted(cuts, end)
    count = np.maximum(last - first, 0)
    claim = np.repeat(np.arange(len(count)), count)
    cell = np.arange(len(claim)) - np.repeat(np.cumsum(count) - count, count) + first[claim]
    order = np.lexsort((claimed_by[claim], claims[claim, 4], cell))
    cell, claim = cell[order], claim[order]
    wins = np.r_[True, cell[1:] != cell[:-1]] if len(cell) else np.zeros(0, dtype=bool)
    other = np.full(len(cuts) - 1, NOBODY, dtype=np.int64)
    other[cell[wins]] = claimed_by[claim[wins]]
    line = np.searchsorted(offset, cuts[:-1], side="right") - 1
    real = cuts[:-1] < line_end[line]
    low, high = cuts[:-1][real], cuts[1:][real]
    line, other = line[real], other[real]
    opens = np.r_[True, (line[1:] != line[:-1]) | (other[1:] != other[:-1])]
    closes = np.r_[opens[1:], True]
    return Frontage(
        line=line[opens],
        start_m=low[opens] - offset[line[opens]],
        end_m=high[closes] - offset[line[opens]],
        other=other[opens],
    )
