"""The stretches of lines that feet cover, bridged over where a line stays near.

Many lines are done at once, at a fraction of the time where there are many small ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .proximity import JOINT_M

if TYPE_CHECKING:
    from .arrays import Bools, Floats, Ints

__all__ = ["Bridged", "bridged_in_groups"]


@dataclass(frozen=True)
class Bridged:
    """Stretches of lines, in order of their groups.

    Attributes
    ----------
    group : (k,), the group that a stretch is of
    stretches : (k, 2), from where to where, in metres; over the seam of a ring past its length
    of_foot : (n,), the number of the stretch that each foot is part of
    """

    group: Ints
    stretches: Floats
    of_foot: Ints


def bridged_in_groups(
    feet: Floats,
    feet_group: Ints,
    near: Floats,
    near_group: Ints,
    *,
    length_m: Floats,
    closed: Bools,
) -> Bridged:
    """Return the stretches from the first to the last foot of each near stretch of each group.

    Parameters
    ----------
    feet, near : (n, 2) and (m, 2), intervals in metres along the line that a group is on
    feet_group, near_group : (n,) and (m,), the numbers of their groups
    length_m, closed : of the line of each group
    """
    intervals = np.concatenate([feet, near])
    group = np.concatenate([feet_group, near_group])
    # the lines of the groups laid out one after the other, a metre apart
    shift = (np.cumsum(length_m + 1.0) - length_m - 1.0)[group]
    order = np.lexsort((intervals[:, 1], intervals[:, 0], group))
    low, high = (intervals[:, 0] + shift)[order], (intervals[:, 1] + shift)[order]
    opens = np.ones(len(order), dtype=bool)
    opens[1:] = low[1:] > np.maximum.accumulate(high)[:-1] + JOINT_M
    run = np.empty(len(order), dtype=np.int64)
    run[order] = np.cumsum(opens) - 1
    first = order[opens]
    run_group, run_low = group[first], intervals[first, 0]
    run_high = np.maximum.reduceat(intervals[order, 1], np.flatnonzero(opens))
    own, feet = run[: len(feet)], feet.copy()
    _close_seams(own, feet, run_group, run_low, run_high, length_m, closed)
    known, of_foot = np.unique(own, return_inverse=True)
    by_stretch = np.argsort(of_foot, kind="stable")
    starts = np.searchsorted(of_foot[by_stretch], np.arange(len(known)))
    low, high = feet[by_stretch].T
    ends = np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)
    group, stretches = run_group[known], np.column_stack(ends)
    # feet that all come after the seam make a stretch at the start of the ring
    stretches -= np.where(stretches[:, 0] >= length_m[group], length_m[group], 0.0)[:, None]
    in_order = np.lexsort((stretches[:, 0], group))
    return Bridged(group[in_order], stretches[in_order], np.argsort(in_order)[of_foot])


def _close_seams(
    own: Ints,
    feet: Floats,
    group: Ints,
    low: Floats,
    high: Floats,
    length_m: Floats,
    closed: Bools,
) -> None:
    """Let the run at the start of a ring go on from the one at its end, where both are at the seam.

    Parameters
    ----------
    own, feet : (n,) and (n, 2), the run that each foot is part of, and the foot; changed in place
    group, low, high : (r,), of each run
    """
    is_first = np.append(True, group[1:] != group[:-1])[: len(group)]
    last = np.append(np.flatnonzero(is_first)[1:], len(group))[: is_first.sum()] - 1
    first = np.flatnonzero(is_first)
    line_m = length_m[group[first]]
    seam = closed[group[first]] & (low[first] <= JOINT_M) & (high[last] >= line_m - JOINT_M)
    follows = np.full(len(group), -1)
    follows[first[seam]] = last[seam]
    turned = np.flatnonzero(follows[own] >= 0)
    ahead = own[turned]
    whole = follows[ahead] == ahead
    whole_m = length_m[group[ahead]]
    # a run all around has the whole ring, wherever its feet are
    feet[turned[whole]] = np.column_stack([np.zeros(whole.sum()), whole_m[whole]])
    feet[turned[~whole]] += whole_m[~whole, None]
    own[turned] = follows[ahead]
