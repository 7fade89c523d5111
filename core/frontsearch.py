"""What lies across the outlines of several pieces, found at once: quicker than one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np

from .frontage import Frontage, frontage_of_pairs, slits_of_pairs, slivers
from .proximity import EXACT_M, Pairs, near_pairs
from .segments import Segments

__all__ = ["Holder", "search"]


@dataclass(frozen=True)
class Holder:
    """A piece that a faction holds, and its outline, or what of that may be near others.

    Attributes
    ----------
    faction : its place among all in the order of their names, as the first of equally near ones
        lies across
    is_asked_for : whether what lies across the outline, which is whole then, is to be found
    """

    faction: int
    outline: Segments
    is_asked_for: bool


def search(holders: Sequence[Holder], snap_m: float) -> list[Frontage]:
    """Return what lies across the outline of each of the holders that are asked for, in order.

    Parameters
    ----------
    holders : those that are asked for first
    snap_m : how far apart two outlines may be to be one line
    """
    asked = [each for each in holders if each.is_asked_for]
    if not asked:
        return []
    outline = Segments.joined([each.outline for each in asked])
    several = Segments.joined([each.outline for each in holders])
    # those asked for come first in both, so that their segments have the same numbers
    outline.keep_lines(several.lines[: len(outline)])
    pairs = near_pairs(outline, several, snap_m)
    x_holder, y_holder = outline.owner[pairs.x], several.owner[pairs.y]
    own = pairs.taken((x_holder == y_holder) & (pairs.x != pairs.y))
    within = _slits(outline, own, snap_m)
    faction = np.array([each.faction for each in holders])
    foreign = faction[x_holder] != faction[y_holder]
    result = frontage_of_pairs(
        outline,
        pairs.taken(foreign),
        faction[y_holder[foreign]],
        snap_m=snap_m,
        within=within,
    )
    counts = [len(each.outline.line_length_m) for each in asked]
    return _taken_apart(result, counts)


def _slits(outline: Segments, pairs: Pairs, snap_m: float) -> list[tuple[int, float, float]]:
    pairs = pairs.taken(pairs.along & pairs.opposed)
    pairs = pairs.taken(pairs.side_m() <= EXACT_M)
    return slits_of_pairs(outline, pairs, slivers(outline, snap_m), snap_m)


def _taken_apart(result: Frontage, counts: Sequence[int]) -> list[Frontage]:
    """Return for each outline what is of it; `counts` says how many lines it has."""
    ends = np.cumsum([0, *counts])
    cuts = np.searchsorted(result.line, ends).tolist()
    return [
        Frontage(
            result.line[low:high] - first,
            result.start_m[low:high],
            result.end_m[low:high],
            result.other[low:high],
        )
        for first, low, high in zip(ends.tolist(), cuts, cuts[1:])
    ]
