"""Ground that moved between two snapshots, and polygons that lie over each other in one.

Both are followed from snapshot to snapshot: what is looked at is only what is held in one of the
two. Where no polygon that came or went lies over another, ground moves from one faction to one
other or to nobody, and how often it is covered by each says all (unshared.py). New polygons that
cover no ground more often than those before them did lie over none either.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Collection, Mapping, Sequence

import numpy as np
import shapely
from shapely import Geometry

from .held import HeldGround
from .nearby import meeting_boxes
from .unshared import Outlines

if TYPE_CHECKING:
    from .feedback import Feedback
    from .polygons import PolygonStore
    from .unshared import GroundBetween, Signed

__all__ = ["GroundLedger", "Holdings", "MovedGround"]

Holdings = Mapping[str, Sequence[int]]
"""The numbers of the polygons that each faction holds."""


@dataclass(frozen=True)
class MovedGround:
    """A polygon of ground that one faction held, or nobody, and now another, or nobody.

    Attributes
    ----------
    before, after : the faction; '' is nobody
    number : of the polygon of the store that it is; None where it is only part of polygons
    """

    geometry: Geometry = field(repr=False)
    area_km2: float
    before: str
    after: str
    number: int | None = None


class GroundLedger:
    """Knows what moved between snapshots of one series, and what lies over what in each.

    It stands at one snapshot; going on to the next costs what changed, and anywhere else what
    is different there.

    Attributes
    ----------
    held : measures what polygons cover
    outlines : of the polygons
    """

    def __init__(self, store: PolygonStore, feedback: Feedback) -> None:
        self._store = store
        self._feedback = feedback
        self.held = HeldGround(store, feedback)
        self.outlines = Outlines(store)
        self._holdings: Holdings = {}
        self._claims: Counter[int] = Counter()
        self._pairs: frozenset[tuple[int, int]] = frozenset()
        self._tangled: frozenset[int] = frozenset()

    def overlaps(
        self, holdings: Holdings, *, is_coverage: bool = False
    ) -> frozenset[tuple[int, int]]:
        """Return the pairs of polygons held that lie over each other, the smaller number first.

        With `is_coverage` it is known beforehand that there are none.
        """
        if holdings != self._holdings:
            self._go_to(holdings, is_coverage=is_coverage)
        return self._pairs

    @property
    def is_any_claimed_twice(self) -> bool:
        """Whether several factions hold one polygon in the snapshot asked for last."""
        return any(count > 1 for count in self._claims.values())

    def moved(
        self,
        before: Holdings,
        after: Holdings,
        *,
        was_coverage: bool = False,
        is_coverage: bool = False,
    ) -> tuple[MovedGround, ...] | None:
        """Return the ground that moved; None where only a plain overlay can be sure of it.

        Parameters
        ----------
        was_coverage, is_coverage : whether the polygons before and after are known beforehand to
            lie over no other
        """
        self.overlaps(before, is_coverage=was_coverage)
        return () if before == after else self._go_to(after, is_coverage=is_coverage)

    # ---- from one snapshot to another ----------------------------------------------

    def _go_to(self, holdings: Holdings, *, is_coverage: bool) -> tuple[MovedGround, ...] | None:
        self._feedback.check()
        change = _Change.between(self._holdings, holdings)
        claims = self._claims.copy()
        for number in change.lost_numbers:
            claims[number] -= 1
        for number in change.won_numbers:
            claims[number] += 1
        gone = {number for number in change.lost_numbers if claims[number] == 0}
        fresh = {number for number in change.won_numbers if number not in self._claims}
        flipped = change.flipped
        was_sure = not any(self._is_tangled(number) for number in change.lost_numbers)
        ground = self._ground_between(change, flipped) if was_sure else None
        for number in gone:
            del claims[number]
        clear = is_coverage or (
            ground is not None and self._covers_none_twice(ground, gone, fresh, claims)
        )
        pairs = frozenset(pair for pair in self._pairs if gone.isdisjoint(pair))
        if fresh and not clear:
            pairs |= frozenset(self.held.overlapping(sorted(fresh), sorted(claims)))
        self._holdings, self._claims, self._pairs = holdings, claims, pairs
        self._tangled = frozenset(number for pair in pairs for number in pair)
        if ground is None or any(self._is_tangled(number) for number in change.won_numbers):
            return None
        return self._moved(change, flipped, ground)

    def _is_tangled(self, number: int) -> bool:
        return number in self._tangled or self._claims[number] > 1

    def _ground_between(
        self, change: _Change, flipped: Mapping[int, tuple[str, str]]
    ) -> GroundBetween | None:
        """Return what polygons that came and went do not share, a sum for each faction."""
        signed: list[Signed] = [
            (number, place, sign)
            for place, faction in enumerate(change.factions)
            for sign, numbers in ((-1, change.lost[faction]), (1, change.won[faction]))
            for number in sorted(numbers)
            if number not in flipped
        ]
        return self.outlines.ground(signed, len(change.factions))

    def _covers_none_twice(
        self,
        ground: GroundBetween,
        gone: Collection[int],
        fresh: Collection[int],
        claims: Mapping[int, int],
    ) -> bool:
        """Return whether new polygons are seen to lie over no other one.

        What was covered once and is not covered more often now is covered once. Where it is
        covered more often, there must have been nothing; or where something was that went, only
        one new polygon may be.
        """
        times = ground.times.sum(axis=1)
        if (times > 1).any():
            return False
        cells = ground.cells[times == 1]
        if len(cells) == 0:
            return True
        boxes = shapely.bounds(cells)
        new, old = (self.held.bounds()[sorted(numbers)] for numbers in (fresh, gone))
        several = np.bincount(meeting_boxes(boxes, new)[0], minlength=len(cells)) > 1
        if len(meeting_boxes(boxes[several], old)[0]):
            return False
        kept = sorted(claims.keys() - set(fresh))
        one, two = meeting_boxes(boxes, self.held.bounds()[kept])
        polygons = self._store.polygons
        others = np.array([polygons[kept[place]] for place in two.tolist()], dtype=object)
        return not shapely.relate_pattern(cells[one], others, "T********").any()

    def _moved(
        self, change: _Change, flipped: Mapping[int, tuple[str, str]], ground: GroundBetween
    ) -> tuple[MovedGround, ...] | None:
        polygons, areas_km2 = self._store.polygons, self._store.areas_km2()
        found = [
            MovedGround(polygons[number], float(areas_km2[number]), had, has, number)
            for number, (had, has) in flipped.items()
        ]
        for cell, area_km2, times in zip(
            ground.cells, ground.areas_km2.tolist(), ground.times.tolist()
        ):
            had = [name for name, count in zip(change.factions, times) if count < 0]
            has = [name for name, count in zip(change.factions, times) if count > 0]
            if max(map(abs, times)) > 1 or len(had) > 1 or len(has) > 1:
                return None
            names = [each[0] if each else "" for each in (had, has)]
            found.append(MovedGround(cell, area_km2, names[0], names[1]))
        return tuple(found)


@dataclass(frozen=True)
class _Change:
    """The polygons that each faction lost and won, those with any in alphabetical order."""

    factions: tuple[str, ...]
    lost: Mapping[str, frozenset[int]]
    won: Mapping[str, frozenset[int]]

    @classmethod
    def between(cls, before: Holdings, after: Holdings) -> _Change:
        lost, won = {}, {}
        for faction in sorted(before.keys() | after.keys()):
            had, has = before.get(faction, ()), after.get(faction, ())
            if had is has or had == has:
                continue
            one, two = frozenset(had), frozenset(has)
            if one != two:
                lost[faction], won[faction] = one - two, two - one
        return cls(tuple(lost), lost, won)

    @property
    def lost_numbers(self) -> list[int]:
        return [number for numbers in self.lost.values() for number in numbers]

    @property
    def won_numbers(self) -> list[int]:
        return [number for numbers in self.won.values() for number in numbers]

    @property
    def flipped(self) -> dict[int, tuple[str, str]]:
        """The polygons that one faction alone lost and one alone won, with the two."""
        had = {number: faction for faction, numbers in self.lost.items() for number in numbers}
        has = {number: faction for faction, numbers in self.won.items() for number in numbers}
        lost, won = Counter(self.lost_numbers), Counter(self.won_numbers)
        return {
            number: (had[number], has[number])
            for number in sorted(had.keys() & has.keys())
            if lost[number] == won[number] == 1
        }
