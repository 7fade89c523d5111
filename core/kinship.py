"""How much ground enclaves of two consecutive dates share, and who has the rest, by what moved.

An enclave keeps what its polygons keep, so that only polygons that came or went are looked at:
what moved between them (moved.py) is what the enclaves before lost and those after gained.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Collection, Iterable, Mapping, Sequence

import numpy as np
import shapely

from .lineage import ground_of
from .moved import GroundLedger, MovedGround
from .nearby import meeting_boxes
from .takers import NOTHING_KM2, Share

if TYPE_CHECKING:
    from shapely import Geometry

    from .feedback import Feedback
    from .model import Enclave
    from .polygons import PolygonStore

__all__ = ["Kin", "KinFinder"]

# what the last digits of sums of areas come to
_SAME_KM2 = 1e-5
_NO_KM2 = 1e-6


@dataclass(frozen=True)
class Kin:
    """What enclaves of two dates have of each other's ground, by their numbers on the dates.

    Attributes
    ----------
    overlaps_km2 : the ground that an enclave before and one after of its faction share
    lost, gained : the ground that its faction does not hold on the other date, by who does, the
        largest share first; those without any are left out
    moved : the ground itself
    """

    overlaps_km2: Mapping[tuple[int, int], float]
    lost: Mapping[int, tuple[Share, ...]]
    gained: Mapping[int, tuple[Share, ...]]
    moved: tuple[MovedGround, ...] = field(repr=False)


class KinFinder:
    """Compares the enclaves of consecutive dates of one series."""

    def __init__(self, store: PolygonStore, feedback: Feedback) -> None:
        self._store = store
        self._ledger = GroundLedger(store, feedback)
        self._last: _Side | None = None

    def kin(
        self,
        before: Sequence[Enclave],
        after: Sequence[Enclave],
        *,
        was_coverage: bool = False,
        is_coverage: bool = False,
    ) -> Kin | None:
        """Return what two dates share; None where only plain overlays can be sure of it.

        Parameters
        ----------
        was_coverage, is_coverage : whether the polygons before and after are known to lie over no
            other
        """
        old = self._last if self._last and self._last.enclaves is before else _Side(before)
        new = self._last = _Side(after)
        moved = self._ledger.moved(
            old.holdings, new.holdings, was_coverage=was_coverage, is_coverage=is_coverage
        )
        if moved is None or not self._is_known(old, new):
            return None
        lost = self._by_owner(moved, [each.before for each in moved], old, new)
        gained = self._by_owner(moved, [each.after for each in moved], new, old)
        if lost is None or gained is None:
            return None
        overlaps = _Overlaps(self._store, self._ledger, old, new).found(lost, gained)
        if overlaps is None:
            return None
        return Kin(
            overlaps,
            {
                number: _shares((each.after, each.area_km2) for each in parts)
                for number, parts in lost.items()
            },
            {
                number: _shares((each.before, each.area_km2) for each in parts)
                for number, parts in gained.items()
            },
            moved,
        )

    def _is_known(self, old: _Side, new: _Side) -> bool:
        """Return whether enclaves whose polygons are not known stay, far from all that changed."""
        if old.unknown.keys() != new.unknown.keys():
            return False
        changed = sorted(old.without(new) | new.without(old))
        if not old.unknown or not changed:
            return True
        boxes = shapely.bounds([old.enclaves[number].geometry for number in old.unknown.values()])
        return len(meeting_boxes(boxes, self._ledger.held.bounds()[changed])[0]) == 0

    def _by_owner(
        self, moved: Sequence[MovedGround], factions: Sequence[str], side: _Side, other: _Side
    ) -> dict[int, list[MovedGround]] | None:
        """Return what moved by the enclave of one date that it is part of."""
        found: dict[int, list[MovedGround]] = defaultdict(list)
        cells: dict[str, list[MovedGround]] = defaultdict(list)
        for each, faction in zip(moved, factions):
            if faction and each.number is not None:
                found[side.owner[faction][each.number]].append(each)
            elif faction:
                cells[faction].append(each)
        for faction, own in cells.items():
            alone = side.changed(faction, other)
            if not self._is_apart(list(alone.values())):
                return None
            for each, owner in zip(own, self._owners([each.geometry for each in own], alone)):
                if owner is None:
                    return None
                found[owner].append(each)
        return found

    def _is_apart(self, several: Sequence[Sequence[int]]) -> bool:
        """Return whether polygons of different enclaves have no edge in common."""
        bounds = self._ledger.held.bounds()
        return not any(
            self._ledger.outlines.shared_share(one[i], two[j]) > 0
            for place, one in enumerate(several)
            for two in several[place + 1 :]
            for i, j in zip(*(pair.tolist() for pair in meeting_boxes(bounds[one], bounds[two])))
        )

    def _owners(
        self, cells: Sequence[Geometry], changed: Mapping[int, Sequence[int]]
    ) -> Sequence[int | None]:
        """Return the enclave that each cell is part of, by those of its polygons that changed."""
        if len(changed) == 1:
            return list(changed) * len(cells)
        owners = np.repeat(list(changed), [len(numbers) for numbers in changed.values()]).tolist()
        numbers = [number for several in changed.values() for number in several]
        polygons = [self._store.polygons[number] for number in numbers]
        inner = shapely.point_on_surface(np.array(cells, dtype=object))
        around: list[list[int]] = [[] for _ in cells]
        boxes = self._ledger.held.bounds()[numbers]
        for place, cell in zip(
            *(each.tolist() for each in meeting_boxes(boxes, shapely.bounds(inner)))
        ):
            around[cell].append(place)
        return [_owner_of(point, places, owners, polygons) for point, places in zip(inner, around)]


def _owner_of(
    point: Geometry, around: list[int], owners: Sequence[int], polygons: Sequence[Geometry]
) -> int | None:
    """Return the owner of the polygon that a point lies in, of those whose boxes are around it."""
    if len({owners[place] for place in around}) > 1:
        # where all others are ruled out it is the last; the largest takes longest to be asked
        around.sort(key=lambda place: int(shapely.get_num_coordinates(polygons[place])))
    while len({owners[place] for place in around}) > 1:
        place = around.pop(0)
        if shapely.intersects(polygons[place], point):
            return owners[place]
    return owners[around[0]] if around else None


class _Side:
    """The enclaves of one date, by faction and polygon.

    Attributes
    ----------
    owner : the number of the enclave that each polygon of a faction is part of
    unknown : the enclaves whose polygons are not known, by what they are
    """

    def __init__(self, enclaves: Sequence[Enclave]) -> None:
        self.enclaves = enclaves
        self.owner: dict[str, dict[int, int]] = defaultdict(dict)
        self.unknown: dict[tuple[str, int], int] = {}
        for place, enclave in enumerate(enclaves):
            if enclave.polygons:
                self.owner[enclave.faction].update(dict.fromkeys(enclave.polygons, place))
            else:
                self.unknown[_identity(enclave)] = place
        self.holdings = {faction: tuple(sorted(own)) for faction, own in self.owner.items()}

    def without(self, other: _Side) -> set[int]:
        """Return the polygons of factions that do not have them on the other date."""
        return {
            number
            for faction, own in self.owner.items()
            for number in own.keys() - other.owner.get(faction, {}).keys()
        }

    def changed(self, faction: str, other: _Side) -> dict[int, list[int]]:
        """Return the polygons that a faction has on this date alone and nobody on the other.

        They are told by the enclave that they are part of.
        """
        own = self.owner.get(faction, {})
        found: dict[int, list[int]] = defaultdict(list)
        for number in sorted(own.keys() - other.owner.get(faction, {}).keys()):
            if not any(number in others for others in other.owner.values()):
                found[own[number]].append(number)
        return found


class _Overlaps:
    """Finds the ground that enclaves of one faction share on two dates."""

    def __init__(self, store: PolygonStore, ledger: GroundLedger, old: _Side, new: _Side) -> None:
        self._store = store
        self._areas_km2 = store.areas_km2()
        self._bounds = ledger.held.bounds()
        self._old = old
        self._new = new

    def found(
        self, lost: Mapping[int, Sequence[MovedGround]], gained: Mapping[int, Sequence[MovedGround]]
    ) -> dict[tuple[int, int], float] | None:
        """Return the overlaps by the numbers of the enclaves; None where they cannot be told."""
        km2: dict[tuple[int, int], float] = defaultdict(float)
        for place, enclave in enumerate(self._old.enclaves):
            kept = self._kept_km2(enclave)
            if kept is None:
                return None
            for other, area_km2 in kept.items():
                km2[place, other] += area_km2
        for faction in sorted(self._old.owner.keys() & self._new.owner.keys()):
            for pair, area_km2 in self._between_changed(faction, lost, gained).items():
                km2[pair] += area_km2
        return {pair: area_km2 for pair, area_km2 in sorted(km2.items()) if area_km2 > _NO_KM2}

    def _kept_km2(self, enclave: Enclave) -> dict[int, float] | None:
        """Return what the polygons that a faction keeps bring to each of its enclaves after."""
        if not enclave.polygons:
            return {self._new.unknown[_identity(enclave)]: enclave.area_km2}
        after = self._new.owner.get(enclave.faction, {})
        kept: dict[int, list[int]] = defaultdict(list)
        gone = []
        for number in enclave.polygons:
            if number in after:
                kept[after[number]].append(number)
            else:
                gone.append(number)
        # polygons of an enclave may lie over each other; those that went do not
        rest_km2 = enclave.area_km2 - self._sum_km2(gone)
        if len(kept) == 1:
            return dict.fromkeys(kept, rest_km2)
        by_enclave = {other: self._sum_km2(numbers) for other, numbers in kept.items()}
        if abs(sum(by_enclave.values()) - rest_km2) > _SAME_KM2:
            return None
        return by_enclave

    def _between_changed(
        self,
        faction: str,
        lost: Mapping[int, Sequence[MovedGround]],
        gained: Mapping[int, Sequence[MovedGround]],
    ) -> dict[tuple[int, int], float]:
        """Return what polygons that went share with those that came.

        An enclave that only one other can share with shares all that it did not lose, or gain;
        so one after the other is told. Where each may share with several, the smallest two are
        overlaid.
        """
        old = self._old.changed(faction, self._new)
        new = self._new.changed(faction, self._old)
        left_km2 = {
            (side, place): self._sum_km2(numbers)
            - sum(each.area_km2 for each in moved.get(place, ()) if each.number is None)
            for side, (places, moved) in enumerate(((old, lost), (new, gained)))
            for place, numbers in places.items()
        }
        open_pairs = {
            (one, two): self._vertices(old[one]) + self._vertices(new[two])
            for one in old
            for two in new
            if len(meeting_boxes(self._bounds[old[one]], self._bounds[new[two]])[0])
        }
        found: dict[tuple[int, int], float] = {}
        while open_pairs:
            single = _single(open_pairs)
            if single is not None:
                pair, side = single
                found[pair] = left_km2[side, pair[side]]
            else:
                pair = min(open_pairs, key=lambda each: (open_pairs[each], each))
                found[pair] = self._common_km2(old[pair[0]], new[pair[1]])
            for side in (0, 1):
                left_km2[side, pair[side]] -= found[pair]
            del open_pairs[pair]
        return found

    def _common_km2(self, some: Sequence[int], others: Sequence[int]) -> float:
        """Return the ground that polygons share with others; none of either overlap."""
        one, two = meeting_boxes(self._bounds[list(some)], self._bounds[list(others)])
        polygons = self._store.polygons
        common = [
            ground_of(shapely.intersection(polygons[some[i]], polygons[others[j]]))
            for i, j in zip(one.tolist(), two.tolist())
        ]
        return float(self._store.geodesy.area_km2(common).sum())

    def _vertices(self, numbers: Sequence[int]) -> int:
        polygons = self._store.polygons
        return sum(int(shapely.get_num_coordinates(polygons[number])) for number in numbers)

    def _sum_km2(self, numbers: Sequence[int]) -> float:
        return math.fsum(self._areas_km2[list(numbers)].tolist())


def _identity(enclave: Enclave) -> tuple[str, int]:
    return enclave.faction, id(enclave.geometry)


def _single(pairs: Collection[tuple[int, int]]) -> tuple[tuple[int, int], int] | None:
    """Return the first pair one of whose two is in no other pair, and which of the two."""
    for side in (0, 1):
        count = Counter(pair[side] for pair in pairs)
        found = min((pair for pair in pairs if count[pair[side]] == 1), default=None)
        if found is not None:
            return found, side
    return None


def _shares(parts: Iterable[tuple[str, float]]) -> tuple[Share, ...]:
    sums_km2: dict[str, float] = defaultdict(float)
    for faction, area_km2 in parts:
        sums_km2[faction] += area_km2
    shares = (
        Share((faction,) if faction else (), area_km2)
        for faction, area_km2 in sums_km2.items()
        if area_km2 >= NOTHING_KM2
    )
    return tuple(sorted(shares, key=lambda share: (-share.area_km2, share.factions)))
