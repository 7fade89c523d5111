"""A colour for each faction: the same in every run, and told apart by colour-blind eyes."""

from __future__ import annotations

import zlib
from typing import Iterable, Mapping

__all__ = ["FACTION_COLORS", "MARK_COLOR", "faction_colors"]

FACTION_COLORS = (
    "#332288",
    "#785ef0",
    "#ffaabb",
    "#222222",
    "#56b4e9",
    "#f0e442",
    "#999933",
    "#117733",
    "#aa4499",
    "#cc79a7",
    "#4477aa",
    "#009e73",
    "#ccbb44",
    "#225522",
)
"""Taken from sets made for colour-blind readers, without their reds.

#56b4e9, #f0e442, #cc79a7 and #009e73: Okabe and Ito, "Color Universal Design", 2008.
#332288, #ffaabb, #999933, #117733, #aa4499, #4477aa, #ccbb44 and #225522: Tol, "Colour
schemes", SRON technical note 09-002, 2021. #785ef0: IBM Design Library. The first eight are
the ones farthest apart under every kind of colour blindness; the rest follow by the same rule.
"""

MARK_COLOR = "#d7191c"
"""Red is for what a reader must not miss, and never a faction's."""

_FIRST = 8
_HASH_START = 9  # with it, the six factions of the sample and many others do not collide


def faction_colors(
    factions: Iterable[str], taken: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return a colour for each of `factions`, as `#rrggbb`.

    A faction's colour follows from its name. Where two names ask for the same colour, the
    first in alphabetical order has it and the other takes the next that is free.

    Parameters
    ----------
    factions : names, in any order, repeated or not
    taken : colours given before, by faction; these factions keep theirs, and the others
        stay away from them while there are other colours left
    """
    given = dict(taken or {})
    colors: dict[str, str] = {}
    names = sorted(set(factions))
    for name in names:
        if name in given:
            colors[name] = given[name]
    for name in names:
        if name not in colors:
            colors[name] = _pick(name, set(colors.values()), set(given.values()))
    return {name: colors[name] for name in names}


def _pick(name: str, used: set[str], elsewhere: set[str]) -> str:
    wishes = _wishes(name)
    for blocked in (used | elsewhere, used):
        free = [color for color in wishes if color not in blocked]
        if free:
            return free[0]
    return wishes[0]  # more factions than colours: some share one


def _wishes(name: str) -> list[str]:
    # crc32 and not hash(): Python salts hash() anew in every process
    number = zlib.crc32(name.encode("utf-8"), _HASH_START)
    return _turned(FACTION_COLORS[:_FIRST], number) + _turned(FACTION_COLORS[_FIRST:], number)


def _turned(colors: tuple[str, ...], number: int) -> list[str]:
    start = number % len(colors)
    return list(colors[start:] + colors[:start])
