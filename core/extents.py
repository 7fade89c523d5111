"""How much ground each faction holds on a date, alone and with others, and where it lies."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Collection, Iterable, Mapping, Sequence, Tuple

from .dates import format_date
from .groups import Groups
from .holders import Holders, sorted_holders
from .i18n import tr
from .moved import GroundLedger
from .overlay import Cells, closing_overlay

if TYPE_CHECKING:
    from shapely import Geometry

    from .feedback import Feedback
    from .ground import Ground, GroundMatcher
    from .model import Snapshot
    from .polygons import PolygonStore

__all__ = ["NOWHERE", "Extent", "ExtentFinder"]

_WORTH_SAYING_KM2 = 0.01
_NOTHING_KM2 = 1e-6

# a power of two, so that areas keep all their digits
_UNITS = 1 << 60

_Group = Tuple[int, ...]
"""The numbers of polygons that hang together by overlaps."""

_Claim = Tuple[int, Holders]
"""The number of a polygon, and the factions that hold it."""


@dataclass(frozen=True)
class Extent:
    """Areas of some ground.

    Attributes
    ----------
    area_km2 : all of it
    inside_km2 : inside the home country; all of it where the home country has no polygon
    provinces_km2 : inside it, by province
    """

    area_km2: float
    inside_km2: float
    provinces_km2: Mapping[str, float]

    def in_province(self, province: str | None) -> float:
        """Return the area inside the home country in a province; '' is what is in none."""
        if province is None:
            return self.inside_km2
        if province:
            return self.provinces_km2.get(province, 0.0)
        return _rest(self.inside_km2 - sum(self.provinces_km2.values()))

    @property
    def outside_km2(self) -> float:
        """Return the area outside the home country."""
        return _rest(self.area_km2 - self.inside_km2)

    @classmethod
    def total(cls, parts: Iterable[tuple[float, Extent]]) -> Extent:
        """Return the sum of extents, each taken so many times (-1 takes it away)."""
        area_km2 = inside_km2 = 0.0
        provinces: dict[str, float] = defaultdict(float)
        for times, part in parts:
            area_km2 += times * part.area_km2
            inside_km2 += times * part.inside_km2
            for name, km2 in part.provinces_km2.items():
                provinces[name] += times * km2
        return cls(area_km2, inside_km2, dict(provinces))


def _rest(km2: float) -> float:
    """Return a difference of areas, without what rounding leaves of nothing."""
    return 0.0 if abs(km2) < _NOTHING_KM2 else km2


NOWHERE = Extent(0.0, 0.0, {})


class _Running:
    """The extent of what one faction holds, carried on from snapshot to snapshot.

    Areas are summed in whole units too small to matter, so that what is added and taken away
    leaves no trace, and no sum depends on those before it.
    """

    def __init__(self) -> None:
        self._groups: frozenset[_Group] = frozenset()
        self._provinces: dict[str, int] = {}
        self._area_units = 0
        self._inside_units = 0

    def moved_to(self, groups: frozenset[_Group], extents: Mapping[_Group, Extent]) -> Extent:
        """Return the extent of groups of polygons that do not overlap."""
        for sign, changed in ((1, groups - self._groups), (-1, self._groups - groups)):
            for group in changed:
                self._add(sign, extents[group])
        self._groups = groups
        provinces_km2 = {
            name: units / _UNITS for name, units in sorted(self._provinces.items()) if units
        }
        return Extent(self._area_units / _UNITS, self._inside_units / _UNITS, provinces_km2)

    def _add(self, sign: int, extent: Extent) -> None:
        self._area_units += sign * _units(extent.area_km2)
        self._inside_units += sign * _units(extent.inside_km2)
        for name, km2 in extent.provinces_km2.items():
            self._provinces[name] = self._provinces.get(name, 0) + sign * _units(km2)


class ExtentFinder:
    """Measures who holds what; ground that stays between snapshots is measured once."""

    def __init__(
        self,
        store: PolygonStore,
        matcher: GroundMatcher,
        feedback: Feedback,
        ledger: GroundLedger | None = None,
    ) -> None:
        self._store = store
        self._matcher = matcher
        self._feedback = feedback
        self._ledger = ledger or GroundLedger(store, feedback)
        self._held = self._ledger.held
        self._running: dict[str, _Running] = defaultdict(_Running)
        self._of_group: dict[tuple[int, ...], Extent] = {}
        self._of_claims: dict[tuple[_Claim, ...], dict[Holders, Extent]] = {}

    def held(self, snapshot: Snapshot) -> dict[str, Extent]:
        """Return all that each faction holds; what it shares with others counts in full."""
        pairs = self._ledger.overlaps(snapshot.holdings)
        found = {}
        for faction, numbers in snapshot.holdings.items():
            self._feedback.check()
            groups = _groups(numbers, pairs)
            self._learn(groups)
            found[faction] = self._running[faction].moved_to(groups, self._of_group)
        return found

    def contested(self, snapshot: Snapshot) -> dict[Holders, Extent]:
        """Return the ground that several factions hold, by which they are."""
        found: dict[Holders, list[tuple[float, Extent]]] = defaultdict(list)
        for claims in self._overlapping_claims(snapshot):
            self._feedback.check()
            if claims not in self._of_claims:
                self._of_claims[claims] = self._shared(claims, snapshot)
            for holders, extent in self._of_claims[claims].items():
                found[holders].append((1.0, extent))
        return {holders: Extent.total(found[holders]) for holders in sorted(found)}

    def of_geometry(self, geometry: Geometry, area_km2: float) -> Extent:
        """Return the extent of any polygon, `area_km2` large."""
        return _extent(self._matcher.of_geometry(geometry, area_km2), area_km2)

    def of_geometries(
        self, geometries: Sequence[Geometry], areas_km2: Sequence[float]
    ) -> list[Extent]:
        """Return the extents of several polygons, so large in km2."""
        grounds = self._matcher.of_geometries(geometries, areas_km2)
        return [_extent(ground, area_km2) for ground, area_km2 in zip(grounds, areas_km2)]

    def _learn(self, groups: Collection[_Group]) -> None:
        """Measure groups of polygons that are not known yet."""
        unknown = sorted(group for group in groups if group not in self._of_group)
        alone = [group[0] for group in unknown if len(group) == 1]
        for number, ground in zip(alone, self._matcher.of_polygons(alone)):
            area_km2 = float(self._store.areas_km2()[number])
            self._of_group[(number,)] = _extent(ground, area_km2)
        for group in unknown:
            if len(group) > 1:
                self._feedback.check()
                area_km2 = self._held.covered_km2(group)
                self._of_group[group] = self.of_geometry(self._held.union(group), area_km2)

    def _overlapping_claims(self, snapshot: Snapshot) -> list[tuple[_Claim, ...]]:
        """Return the polygons that lie over another faction's, in groups that lie apart."""
        overlapping = self._ledger.overlaps(snapshot.holdings)
        if not overlapping and not self._ledger.is_any_claimed_twice:
            return []
        factions: dict[int, list[str]] = defaultdict(list)
        for faction, held in snapshot.holdings.items():
            for number in held:
                factions[number].append(faction)
        holders = {number: sorted_holders(names) for number, names in factions.items()}
        numbers = sorted(holders)
        pairs = [(a, b) for a, b in sorted(overlapping) if len({*holders[a], *holders[b]}) > 1]
        shared = {number for number in numbers if len(holders[number]) > 1}
        groups = Groups(sorted(shared | {number for pair in pairs for number in pair}))
        for a, b in pairs:
            groups.join(a, b)
        return [tuple((number, holders[number]) for number in each) for each in groups.members()]

    def _shared(self, claims: tuple[_Claim, ...], snapshot: Snapshot) -> dict[Holders, Extent]:
        numbers = [number for number, _ in claims]
        covered_km2 = self._held.covered_km2(numbers)
        geodesy = self._store.geodesy

        def measured(cells: Cells) -> tuple[dict[Holders, list[tuple[float, Geometry]]], float]:
            found: dict[Holders, list[tuple[float, Geometry]]] = defaultdict(list)
            total_km2 = 0.0
            areas_km2 = geodesy.area_km2(cells.geometries).tolist()
            for cell, members, area_km2 in zip(cells.geometries, cells.members, areas_km2):
                holders = sorted_holders(name for place in members for name in claims[place][1])
                total_km2 += area_km2 if holders else 0.0
                if len(holders) > 1:
                    found[holders].append((area_km2, cell))
            return found, abs(total_km2 - covered_km2)

        polygons = [self._store.polygons[number] for number in numbers]
        found, off_km2, _ = closing_overlay(polygons, geodesy, measured)
        if off_km2 > _WORTH_SAYING_KM2:
            self._feedback.warning(
                tr(
                    "{}: ground held by several misses {:,.3f} km2. Its polygons cannot be "
                    "overlaid exactly; repair the control layer."
                ).format(format_date(snapshot.date), off_km2)
            )
        return {
            holders: Extent.total(
                (1.0, self.of_geometry(cell, area_km2)) for area_km2, cell in found[holders]
            )
            for holders in sorted(found)
        }


def _extent(ground: Ground, area_km2: float) -> Extent:
    inside_km2 = area_km2 if ground.inside_km2 is None else ground.inside_km2
    return Extent(area_km2, inside_km2, ground.provinces_km2)


def _units(km2: float) -> int:
    return int(km2 * _UNITS)


def _groups(numbers: Sequence[int], pairs: Collection[tuple[int, int]]) -> frozenset[_Group]:
    """Return polygons in groups of which no two overlap."""
    own = frozenset(numbers)
    joined = [(a, b) for a, b in pairs if a in own and b in own]
    groups = Groups(number for pair in joined for number in pair)
    for a, b in joined:
        groups.join(a, b)
    several = tuple(groups.members())
    alone = own.difference(*several)
    return frozenset((*((number,) for number in alone), *several))
