"""Who holds a bit of ground on one date: one faction, several that contest it, or nobody."""

from __future__ import annotations

from typing import Iterable, Sequence, Tuple

__all__ = ["CONTESTED", "UNASSIGNED", "Holders", "holders_name", "sorted_holders"]

Holders = Tuple[str, ...]
"""The factions that hold the ground, in alphabetical order; none: unassigned."""

UNASSIGNED = "unassigned"
"""How results call ground that nobody holds."""

CONTESTED = "contested"
"""How results begin the name of ground that several hold: `contested: A + B`."""


def holders_name(holders: Sequence[str]) -> str:
    """Return how results call the ground: a faction, `contested: A + B` or `unassigned`."""
    if not holders:
        return UNASSIGNED
    if len(holders) == 1:
        return holders[0]
    return f"{CONTESTED}: {' + '.join(sorted(holders))}"


def sorted_holders(factions: Iterable[str]) -> Holders:
    """Return each faction once, in an order that does not depend on that of features."""
    return tuple(sorted(set(factions)))
