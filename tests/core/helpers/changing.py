"""Series of literal snapshots, and a plain overlay to hold what changed against."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from typing import Sequence

import shapely
from shapely import Geometry

from enclave_watch.core.feedback import Feedback
from enclave_watch.core.series import Series, read_series
from enclave_watch.tests.core.helpers.build import UTM, Shapes, in_km, rows_of

__all__ = ["FIRST_DAY", "Held", "dated_series", "ground_by_holders", "plain_matrix"]

FIRST_DAY = datetime(2020, 1, 1)

Held = Sequence[tuple]
"""Pairs of faction and shape, one snapshot's."""


def dated_series(*snapshots: Held, crs: str = UTM, feedback: Feedback | None = None) -> Series:
    """Read snapshots, a day apart, into a series."""
    rows = []
    for day, held in enumerate(snapshots):
        start = FIRST_DAY + timedelta(days=day)
        rows += rows_of(held, start=start, first_id=len(rows))
    return read_series(rows, layer_name="control", crs=crs, feedback=feedback or Feedback())


def ground_by_holders(held: Sequence[tuple[str, Shapes]]) -> dict[tuple[str, ...], Geometry]:
    """Return what each set of factions holds together and alone, by plain set operations."""
    factions = sorted({faction for faction, _ in held})
    whole = {
        name: shapely.union_all([in_km(shape) for faction, shape in held if faction == name])
        for name in factions
    }
    found = {}
    for chosen in product((False, True), repeat=len(factions)):
        holders = tuple(name for name, is_in in zip(factions, chosen) if is_in)
        if not holders:
            continue
        ground = whole[holders[0]]
        for name in factions:
            ground = (
                shapely.intersection(ground, whole[name])
                if name in holders
                else shapely.difference(ground, whole[name])
            )
        if ground.area > 0:
            found[holders] = ground
    return found


def plain_matrix(before: Held, after: Held) -> dict[tuple[tuple, tuple], Geometry]:
    """Return the ground by who held it and who holds it, where that is not the same."""
    had, has = ground_by_holders(before), ground_by_holders(after)
    found = {
        (one, two): shapely.intersection(had[one], has[two])
        for one, two in product(had, has)
        if one != two
    }
    all_before, all_after = (shapely.union_all(list(each.values())) for each in (had, has))
    for one in had:
        found[one, ()] = shapely.difference(had[one], all_after)
    for two in has:
        found[(), two] = shapely.difference(has[two], all_before)
    return {pair: ground for pair, ground in found.items() if ground.area > 0}
