"""Along which stretch of a border an enclave lies, measured on the border itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence

import numpy as np
import shapely
from shapely import Geometry

from .bridging import bridged_in_groups
from .groups import grouped
from .nearby import meeting
from .proximity import EXACT_M, JOINT_M, Pairs, merged, near_pairs
from .segments import Segments

if TYPE_CHECKING:
    from .arrays import Bools, Floats, Ints

__all__ = [
    "BorderRun",
    "border_inside",
    "border_runs",
    "contact_stretches",
    "contact_stretches_of",
    "is_covered",
    "merged_by_line",
    "stretches_of_runs",
]


def contact_stretches(
    border: Segments, outline: Segments, polygon: Geometry, *, tolerance_m: float
) -> dict[int, Floats]:
    """Return the stretches of border along which an enclave lies.

    Each run of the enclave's outline that stays within the tolerance is projected on the
    border, square to it; where the border turns away in between, but not farther than the
    tolerance, the stretch goes on. Border inside the enclave is contact too. There is no
    overshoot at the ends.

    Parameters
    ----------
    border : the lines of one or several neighbours, told apart by `owner`
    outline, polygon : the enclave, as segments and as a geometry
    tolerance_m : how far the outline may be drawn from the border; 0 takes only what is
        on it to the millimetre

    Returns
    -------
    For each line of the border with contact, intervals in metres along it, (n, 2), in
    order and disjoint. On a ring the last may run over the seam.
    """
    return contact_stretches_of(border, [outline], [polygon], tolerance_m=tolerance_m)[0]


def contact_stretches_of(
    border: Segments,
    outlines: Sequence[Segments],
    polygons: Sequence[Geometry],
    *,
    tolerance_m: float,
) -> list[dict[int, Floats]]:
    """Return the same for several enclaves, which is quicker than one by one."""
    if not outlines:
        return []
    together = Segments.joined(outlines)
    pairs = near_pairs(border, together, max(tolerance_m, EXACT_M))
    ends = np.cumsum([len(each.line_length_m) for each in outlines])
    runs: list[list[BorderRun]] = [[] for _ in outlines]
    for run in border_runs(border, together, pairs):
        runs[int(np.searchsorted(ends, run.outline_line, side="right"))].append(run)
    return [
        stretches_of_runs(border, own, partial(_border_inside, border, polygon))
        for own, polygon in zip(runs, polygons)
    ]


@dataclass(frozen=True)
class BorderRun:
    """What a run of outline that stays near a border covers of one of its lines.

    Attributes
    ----------
    outline_line : the line of the outline
    feet, near : intervals along the line in metres, (n, 2) and (m, 2)
    beside : what they cover by themselves, (k, 2)
    again : what they cover with the border inside that was held last
    """

    line: int
    outline_line: int
    feet: Floats
    near: Floats
    beside: Floats
    again: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def reach(self) -> tuple[float, float]:
        """From where to where it is near the line at all."""
        own = np.concatenate([self.feet, self.near])
        return float(own[:, 0].min()), float(own[:, 1].max())


def border_runs(border: Segments, outline: Segments, pairs: Pairs) -> list[BorderRun]:
    """Return what each run of an outline covers of a border.

    Parameters
    ----------
    outline : may be only the segments that are in pairs
    """
    run = _runs_of_outline(pairs, border, outline)
    start, end, _, some_foot = pairs.feet()
    low, high, some_near = pairs.near()
    lines = border.line[pairs.x]
    key = lines * (int(run.max()) + 1 if len(run) else 1) + run
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    feet, of_foot = _in_order(pairs.on_line(border, start, end), group, some_foot)
    near, of_near = _in_order(pairs.on_line(border, low, high), group, some_near)
    line, ring = lines[first], outline.line[pairs.y[first]]
    beside = bridged_in_groups(
        feet,
        of_foot,
        near,
        of_near,
        length_m=border.line_length_m[line],
        closed=border.line_closed[line],
    )
    cuts = np.arange(1, len(first))
    return [
        BorderRun(*each)
        for each in zip(
            line.tolist(),
            ring.tolist(),
            np.split(feet, np.searchsorted(of_foot, cuts)),
            np.split(near, np.searchsorted(of_near, cuts)),
            np.split(beside.stretches, np.searchsorted(beside.group, cuts)),
        )
    ]


def _in_order(intervals: Floats, group: Ints, some: Bools) -> tuple[Floats, Ints]:
    """Return some of the intervals and their groups, in the order of the groups."""
    chosen = np.flatnonzero(some)
    chosen = chosen[np.argsort(group[chosen], kind="stable")]
    return intervals[chosen], group[chosen]


def stretches_of_runs(
    border: Segments,
    runs: Sequence[BorderRun],
    inside: Callable[[dict[int, Floats]], dict[int, Floats]],
) -> dict[int, Floats]:
    """Return the stretches of border that an enclave lies along, from the runs of its outline.

    Parameters
    ----------
    inside : takes the stretches that an enclave lies beside, and returns those that run inside it
        and are not whole among them
    """
    beside = _unions(border, [(run.line, run.beside) for run in runs])
    held = inside(beside)
    if not held:
        return beside
    return _unions(border, [*_with_inside(border, runs, held), *held.items()])


def _with_inside(
    border: Segments, runs: Sequence[BorderRun], held: Mapping[int, Floats]
) -> list[tuple[int, Floats]]:
    """Return what runs cover, by line, where border inside the enclave goes on from them."""
    found = []
    new: list[tuple[BorderRun, Floats]] = []
    for run in runs:
        own = held.get(run.line)
        if own is None or len(run.near) == 0:
            found.append((run.line, run.beside))
            continue
        low, high = run.reach
        around = int(own[:, 0].searchsorted(low, side="right")) - 1
        if around >= 0 and high <= own[around, 1]:
            # all of it is among what is inside
            continue
        if not border.line_closed[run.line]:
            own = own[
                int(own[:, 1].searchsorted(low - JOINT_M)) : int(
                    own[:, 0].searchsorted(high + JOINT_M, side="right")
                )
            ]
            if len(own) == 0:
                found.append((run.line, run.beside))
                continue
        if run.again.get("held") == own.tobytes():
            found.append((run.line, run.again["rows"]))
        else:
            new.append((run, own))
    for (run, own), rows in zip(new, _bridged(border, new)):
        run.again.update(held=own.tobytes(), rows=rows)
        found.append((run.line, rows))
    return found


def _bridged(border: Segments, runs: Sequence[tuple[BorderRun, Floats]]) -> list[Floats]:
    """Return what each of some runs covers together with border that is held."""
    if not runs:
        return []
    own, held = zip(*runs)
    feet = [np.concatenate([run.feet, each]) for run, each in zip(own, held)]
    near = [np.concatenate([run.near, each]) for run, each in zip(own, held)]
    lines = [run.line for run in own]
    found = bridged_in_groups(
        np.concatenate(feet),
        np.repeat(np.arange(len(runs)), list(map(len, feet))),
        np.concatenate(near),
        np.repeat(np.arange(len(runs)), list(map(len, near))),
        length_m=border.line_length_m[lines],
        closed=border.line_closed[lines],
    )
    return np.split(found.stretches, np.searchsorted(found.group, np.arange(1, len(runs))))


def _unions(border: Segments, rows: Sequence[tuple[int, Floats]]) -> dict[int, Floats]:
    """Return the union of intervals of border, line by line, without lines that have none."""
    filled = [(line, each) for line, each in rows if len(each)]
    if not filled:
        return {}
    line = np.repeat([line for line, _ in filled], [len(each) for _, each in filled])
    intervals = np.concatenate([each for _, each in filled])
    order = np.lexsort((intervals[:, 1], intervals[:, 0], line))
    line, intervals = line[order], intervals[order]
    opens = np.append(True, line[1:] != line[:-1])
    # the lines laid out one after the other; where any runs on over a seam, it is done again
    length_m = border.line_length_m[line]
    over = intervals[:, 1] > length_m
    shift = np.cumsum(np.where(opens, 2.0 * length_m, 0.0)) - 2.0 * length_m
    low, high = intervals[:, 0] + shift, intervals[:, 1] + shift
    first = opens.copy()
    first[1:] |= low[1:] > np.maximum.accumulate(high)[:-1] + JOINT_M
    begins = np.flatnonzero(first)
    ends = np.maximum.reduceat(intervals[:, 1], begins)
    found = np.column_stack([intervals[begins, 0], ends])
    firsts = np.flatnonzero(opens)
    lines = line[firsts].tolist()
    unions = dict(zip(lines, np.split(found, np.searchsorted(begins, firsts[1:]))))
    for each in np.unique(line[over]).tolist():
        unions[each] = _union_over_seam(intervals[line == each], border.line_length_m[each])
    return unions


def _union_over_seam(rows: Floats, length_m: float) -> Floats:
    """Return the union of intervals of which some run over the seam: cut there and closed again."""
    over = rows[:, 1] > length_m
    rest = np.column_stack([np.zeros(over.sum()), rows[over, 1] - length_m])
    rows = merged(np.concatenate([np.minimum(rows, length_m), rest]))
    if len(rows) > 1:
        rows = np.concatenate([rows[1:-1], [[rows[-1, 0], length_m + rows[0, 1]]]])
    return rows


def _runs_of_outline(pairs: Pairs, border: Segments, outline: Segments) -> Ints:
    """Return, for each pair, the number of the run of outline near that neighbour's border.

    A run is what stays near without a break; the numbers are unique over all lines.
    """
    run = np.zeros(len(pairs.x), dtype=np.int64)
    low, high, some = pairs.near_on_y(outline.length_m[pairs.y])
    at = outline.at_m[pairs.y]
    places = np.column_stack([at + low, at + high])
    line, owner = outline.line[pairs.y], border.owner[pairs.x]
    count = int(owner.max()) + 1 if len(owner) else 1
    next_run = 0
    for members in grouped(line * count + owner):
        near = members[some[members]]
        if len(near) == 0:
            run[members] = next_run
            next_run += 1
            continue
        rows = merged(places[near])
        number = np.searchsorted(rows[:, 0], places[members, 0] + JOINT_M, side="right") - 1
        number = np.clip(number, 0, len(rows) - 1)
        ring = int(line[members[0]])
        length = outline.line_length_m[ring]
        if outline.line_closed[ring] and rows[0, 0] <= JOINT_M and rows[-1, 1] >= length - JOINT_M:
            number = np.where(number == len(rows) - 1, 0, number)
        run[members] = next_run + number
        next_run += len(rows)
    return run


def _border_inside(
    border: Segments, polygon: Geometry, beside: dict[int, Floats]
) -> dict[int, Floats]:
    """Return the intervals of border that run inside the polygon and not only beside it."""
    candidates = meeting(border.tree, polygon)
    candidates = candidates[~is_covered(border, candidates, beside)]
    return merged_by_line(border, *border_inside(border, candidates, polygon))


def border_inside(border: Segments, candidates: Ints, polygon: Geometry) -> tuple[Ints, Floats]:
    """Return the parts of segments of a border that run inside a polygon.

    Returns
    -------
    The segment of each part, and from where to where it runs along its line, (n,) and (n, 2)
    """
    if len(candidates) == 0:
        return candidates, np.zeros((0, 2))
    shapely.prepare(polygon)
    whole = shapely.contains_properly(polygon, border.lines[candidates])
    shapely.destroy_prepared(polygon)
    numbers = candidates[whole].tolist()
    at_m, length_m = border.at_m[candidates[whole]], border.length_m[candidates[whole]]
    rows = np.column_stack([at_m, at_m + length_m]).tolist()
    cut = candidates[~whole]
    pieces = shapely.intersection(border.lines[cut], polygon)
    for index, piece in zip(cut.tolist(), pieces):
        places = _places(border, index, piece)
        numbers += [index] * len(places)
        rows += places
    return np.array(numbers, dtype=np.int64), np.array(rows, dtype=np.float64).reshape(-1, 2)


def merged_by_line(border: Segments, numbers: Ints, rows: Floats) -> dict[int, Floats]:
    """Return the union of parts of segments, line by line."""
    lines = border.line[numbers]
    return {int(lines[members[0]]): merged(rows[members]) for members in grouped(lines)}


def is_covered(border: Segments, candidates: Ints, beside: dict[int, Floats]) -> Bools:
    """Return which of the candidate segments lie whole in the intervals `beside`."""
    covered = np.zeros(len(candidates), dtype=bool)
    lines = border.line[candidates]
    start = border.at_m[candidates]
    end = start + border.length_m[candidates]
    for line, rows in beside.items():
        for shift in (0.0, float(border.line_length_m[line])):
            place = np.searchsorted(rows[:, 0], start + shift + JOINT_M, side="right") - 1
            inside = (place >= 0) & (end + shift <= rows[place, 1] + JOINT_M)
            covered |= (lines == line) & inside
    return covered


def _places(border: Segments, index: int, piece: Geometry) -> list[tuple[float, float]]:
    """Return where the straight pieces of one segment lie along its line."""
    start, step = border.start[index], border.end[index] - border.start[index]
    found = []
    for part in shapely.get_parts(piece):
        shares = (shapely.get_coordinates(part) - start) @ step / (step @ step)
        low, high = np.clip([shares.min(), shares.max()], 0.0, 1.0)
        if high > low:
            at, length = border.at_m[index], border.length_m[index]
            found.append((float(at + low * length), float(at + high * length)))
    return found
