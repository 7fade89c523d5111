"""What changed hands between two snapshots: a partition of the ground that did.

Only polygons that one faction holds in one of the snapshots alone can bring a change. What moved
between them is told by the edges that they do not share (moved.py); where that is not sure, they
are overlaid, with whatever lies over them, and their cells given to who holds them before and
after. Cells of one transition that share an edge are one. That the areas close is checked against
the polygons' own, which the overlay has no part in.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Iterable, Iterator, Mapping, Sequence

import numpy as np

from .dates import format_date
from .errors import DateError
from .holders import UNASSIGNED, Holders, holders_name, sorted_holders
from .i18n import tr
from .model import NamedShare
from .moved import GroundLedger
from .overlay import CLOSES_KM2, Cells, closing_overlay, joined_polygons, widths_m
from .proximity import EXACT_M

if TYPE_CHECKING:
    from datetime import datetime

    from shapely import Geometry

    from .feedback import Feedback
    from .ground import GroundMatcher
    from .model import Snapshot
    from .moved import MovedGround
    from .polygons import PolygonStore
    from .series import Series

__all__ = [
    "ChangeFinder",
    "Step",
    "Transition",
    "changes",
    "located",
    "matrix_km2",
    "warn_of_unassigned",
]

_WORTH_SAYING_KM2 = 0.01


@dataclass(frozen=True)
class Transition:
    """A connected bit of ground that went from some holders to others.

    Attributes
    ----------
    before, after : the factions that held it, in alphabetical order; none: unassigned
    geometry : Polygon
    width_m : twice the area by the perimeter
    is_redraw : whether it is narrower than what counts as change
    provinces : the largest share first
    places : names of the places inside, in alphabetical order
    """

    before: Holders
    after: Holders
    geometry: Geometry = field(repr=False)
    area_km2: float
    width_m: float
    is_redraw: bool
    provinces: tuple[NamedShare, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def from_faction(self) -> str:
        """Return who held it, as results name them."""
        return holders_name(self.before)

    @property
    def to_faction(self) -> str:
        """Return who holds it now, as results name them."""
        return holders_name(self.after)

    @property
    def kind(self) -> str:
        """Return `change` or `redraw`."""
        return "redraw" if self.is_redraw else "change"

    @property
    def is_rounding(self) -> bool:
        """Return whether digits and not drawing made it: it counts in sums and is not shown."""
        return self.width_m < EXACT_M

    def change_of(self, faction: str) -> float:
        """Return what the faction wins by it in km2, or loses (below 0); shared ground counts."""
        return self.area_km2 * ((faction in self.after) - (faction in self.before))


@dataclass(frozen=True)
class Step:
    """All transitions from one snapshot to another, the largest first."""

    from_date: datetime | None
    to_date: datetime | None
    transitions: tuple[Transition, ...]

    @property
    def changed_km2(self) -> float:
        """Return the ground that changed hands."""
        return sum(each.area_km2 for each in self.transitions if not each.is_redraw)

    @property
    def redraw_km2(self) -> float:
        """Return the ground that is only drawn otherwise."""
        return sum(each.area_km2 for each in self.transitions if each.is_redraw)


def changes(
    series: Series,
    *,
    min_width_m: float = 0.0,
    ends_only: bool = False,
    matcher: GroundMatcher | None = None,
    min_presence_km2: float = 0.0,
    feedback: Feedback,
) -> Iterator[Step]:
    """Yield what changed between each snapshot and the next.

    Parameters
    ----------
    min_width_m : what is narrower on average, 2 x area / perimeter, is redrawing
    ends_only : compare the first snapshot with the last one, and nothing between
    matcher : finds provinces and places; None leaves them out
    min_presence_km2 : least ground in a province that is told of

    Raises
    ------
    DateError
        When there are not two snapshots.
    """
    snapshots = series.moments
    if len(snapshots) <= 1:
        raise DateError(
            tr(
                'Control layer "{}" has only one snapshot here, and a change needs two. Give a '
                "date field, or a wider range of dates."
            ).format(series.layer_name)
        )
    warn_of_unassigned(series, feedback)
    if ends_only:
        snapshots = (snapshots[0], snapshots[-1])
    finder = ChangeFinder(series.store, min_width_m=min_width_m, feedback=feedback)
    count = len(snapshots) - 1
    for index, (before, after) in enumerate(zip(snapshots, snapshots[1:])):
        step = finder.compare(before, after)
        if matcher is not None:
            step = located(step, matcher, min_presence_km2)
        feedback.progress((index + 1) / count)
        yield step


def located(step: Step, matcher: GroundMatcher, min_presence_km2: float) -> Step:
    """Return a step whose transitions have their provinces and places.

    Parameters
    ----------
    min_presence_km2 : least ground in a province that is told of
    """
    transitions = tuple(
        each if each.is_rounding else _located(each, matcher, min_presence_km2)
        for each in step.transitions
    )
    return replace(step, transitions=transitions)


def warn_of_unassigned(series: Series, feedback: Feedback) -> None:
    """Warn of a faction that bears the name of ground that nobody holds."""
    if UNASSIGNED in series.factions:
        feedback.warning(
            tr(
                'A faction is called "{}", as ground that nobody holds is in results: the two '
                "cannot be told apart there."
            ).format(UNASSIGNED)
        )


def matrix_km2(transitions: Sequence[Transition]) -> dict[tuple[str, str], float]:
    """Return the area by (from, to), in alphabetical order."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for each in transitions:
        sums[each.from_faction, each.to_faction] += each.area_km2
    return dict(sorted(sums.items()))


class ChangeFinder:
    """Compares snapshots of one series; what it learns of a pair of polygons it keeps."""

    def __init__(
        self,
        store: PolygonStore,
        *,
        min_width_m: float = 0.0,
        feedback: Feedback,
        ledger: GroundLedger | None = None,
    ) -> None:
        self._store = store
        self._least_m = max(min_width_m, EXACT_M)
        self._feedback = feedback
        self._ledger = ledger or GroundLedger(store, feedback)
        self._held = self._ledger.held

    def compare(self, before: Snapshot, after: Snapshot) -> Step:
        """Return the transitions from one snapshot to another, the largest first."""
        moved = self._ledger.moved(before.holdings, after.holdings)
        step = None if moved is None else self._of_moved(moved, before, after)
        return step or self.compare_plainly(before, after)

    def compare_plainly(self, before: Snapshot, after: Snapshot) -> Step:
        """Return the same by laying whole polygons over each other."""
        numbers = self._involved(before, after)
        if not numbers:
            return Step(before.date, after.date, ())
        expected = self._expected(before, after)

        def measured(cells: Cells) -> tuple[list[Transition], float]:
            self._feedback.check()
            found = self._transitions(cells, numbers, before, after)
            return found, _off_km2(found, expected)

        polygons = [self._store.polygons[number] for number in numbers]
        found, off_km2, grid_m = closing_overlay(polygons, self._store.geodesy, measured)
        self._tell(before, after, off_km2, grid_m)
        return _step(before, after, found)

    def _of_moved(
        self, moved: Sequence[MovedGround], before: Snapshot, after: Snapshot
    ) -> Step | None:
        """Return the transitions that ground that moved makes; None where areas do not close."""
        parts: dict[tuple[Holders, Holders], list[Geometry]] = defaultdict(list)
        for each in moved:
            had, has = ((name,) if name else () for name in (each.before, each.after))
            parts[had, has].append(each.geometry)
        found = self._measured(parts)
        areas_km2 = self._store.areas_km2()
        expected = {
            faction: sum(
                sign * float(areas_km2[sorted(one - two)].sum())
                for sign, one, two in ((1, has, had), (-1, had, has))
            )
            for faction in sorted(before.holdings.keys() | after.holdings.keys())
            for had, has in [
                [set(each.holdings.get(faction, ())) for each in (before, after)],
            ]
        }
        return _step(before, after, found) if _off_km2(found, expected) <= CLOSES_KM2 else None

    def _involved(self, before: Snapshot, after: Snapshot) -> list[int]:
        """Return the polygons that bring changes, and those that lie over them."""
        changed: set[int] = set()
        kept: set[int] = set()
        for faction in before.holdings.keys() | after.holdings.keys():
            had, has = (set(each.holdings.get(faction, ())) for each in (before, after))
            changed |= had ^ has
            kept |= had & has
        pairs = self._held.overlapping(sorted(changed), sorted(kept - changed))
        over = {number for pair in pairs for number in pair}
        return sorted(changed | over)

    def _expected(self, before: Snapshot, after: Snapshot) -> dict[str, float]:
        return {
            faction: self._held.covered_km2(after.holdings.get(faction, ()))
            - self._held.covered_km2(before.holdings.get(faction, ()))
            for faction in sorted(before.holdings.keys() | after.holdings.keys())
        }

    def _transitions(
        self, cells: Cells, numbers: Sequence[int], before: Snapshot, after: Snapshot
    ) -> list[Transition]:
        held_by = [_factions_by_number(snapshot) for snapshot in (before, after)]
        parts: dict[tuple[Holders, Holders], list[Geometry]] = defaultdict(list)
        for cell, members in zip(cells.geometries, cells.members):
            had, has = (
                sorted_holders(name for place in members for name in held.get(numbers[place], ()))
                for held in held_by
            )
            if had != has:
                parts[had, has].append(cell)
        return self._measured(parts)

    def _measured(
        self, parts: Mapping[tuple[Holders, Holders], Sequence[Geometry]]
    ) -> list[Transition]:
        """Return the transitions between the same holders, those that share an edge as one."""
        geodesy = self._store.geodesy
        joined = {key: joined_polygons(parts[key], geodesy) for key in sorted(parts)}
        united = np.concatenate([np.zeros(0, dtype=object), *joined.values()])
        areas_km2 = geodesy.area_km2(united)
        measured = zip(
            [key for key, each in joined.items() for _ in each],
            united.tolist(),
            areas_km2.tolist(),
            widths_m(united, geodesy, areas_km2=areas_km2).tolist(),
        )
        return [
            Transition(had, has, geometry, area_km2, width_m, is_redraw=width_m < self._least_m)
            for (had, has), geometry, area_km2, width_m in measured
        ]

    def _tell(self, before: Snapshot, after: Snapshot, off_km2: float, grid_m: float) -> None:
        dates = tr("{} to {}").format(format_date(before.date), format_date(after.date))
        if grid_m > 0:
            self._feedback.info(
                tr("{}: outlines could only be overlaid on a grid of {:g} m.").format(dates, grid_m)
            )
        if off_km2 > _WORTH_SAYING_KM2:
            self._feedback.warning(
                tr(
                    "{}: the transitions of a faction miss its change of area by {:,.3f} km2. "
                    "Its polygons cannot be overlaid exactly; repair the control layer."
                ).format(dates, off_km2)
            )


def _step(before: Snapshot, after: Snapshot, found: Iterable[Transition]) -> Step:
    ordered = sorted(found, key=lambda each: (-each.area_km2, each.before, each.after))
    return Step(before.date, after.date, tuple(ordered))


def _factions_by_number(snapshot: Snapshot) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for faction, numbers in snapshot.holdings.items():
        for number in numbers:
            found[number].append(faction)
    return found


def _off_km2(transitions: Sequence[Transition], expected: Mapping[str, float]) -> float:
    """Return by how much the worst faction's transitions miss its change of area."""
    return max(
        (
            abs(sum(each.change_of(faction) for each in transitions) - km2)
            for faction, km2 in expected.items()
        ),
        default=0.0,
    )


def _located(transition: Transition, matcher: GroundMatcher, least_km2: float) -> Transition:
    """Return the transition with its provinces and places; the largest share is always told."""
    ground = matcher.of_geometry(transition.geometry, transition.area_km2)
    whole_km2 = (
        sum(ground.provinces_km2.values()) if ground.inside_km2 is None else ground.inside_km2
    )
    shares = sorted(
        (
            NamedShare(name, km2, 100.0 * km2 / whole_km2 if whole_km2 else 0.0)
            for name, km2 in ground.provinces_km2.items()
        ),
        key=lambda share: (-share.area_km2, share.name),
    )
    provinces = tuple(
        share for index, share in enumerate(shares) if index == 0 or share.area_km2 >= least_km2
    )
    return replace(transition, provinces=provinces, places=ground.places)
