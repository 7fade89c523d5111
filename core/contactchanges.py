"""What became of border contact between two dates: of each faction, and of each enclave.

Contact is compared on the border line itself (stretches.py), so that what was lost, gained
and kept are stretches with a place, and not differences of lengths.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Iterable, Iterator, Sequence

from .history import families
from .occurrence import dated
from .stretches import common_of, difference_of, length_km_of, union_of, without_crumbs

if TYPE_CHECKING:
    from datetime import datetime

    from shapely import Geometry

    from .feedback import Feedback
    from .history import Step, TracedEnclave
    from .model import Enclave
    from .stretches import BorderRuler, Stretch

__all__ = [
    "ContactChange",
    "Flag",
    "Level",
    "StretchChange",
    "changed_stretches",
    "contact_changes",
    "faction_contact",
    "flag_of",
]


class Flag(str, Enum):
    """What became of contact."""

    LOST = "lost"
    GAINED = "gained"
    SHRUNK = "shrunk"
    GROWN = "grown"
    KEPT = "kept"
    NONE = "none"


class Level(str, Enum):
    """Whose contact a row is about."""

    FACTION = "faction"
    ENCLAVE = "enclave"


@dataclass(frozen=True)
class Along:
    """A faction or an enclave that lies along so much of a stretch; '' where nobody does."""

    name: str
    length_km: float


@dataclass(frozen=True)
class ContactChange:
    """The contact of a faction, or of enclaves that follow from each other, with a neighbour.

    Attributes
    ----------
    enclave_id : of the largest enclave concerned, that of the later date if there is one;
        None for a faction
    ids_before, ids_after : the enclaves that belong together by lineage; of a faction, those
        with contact
    before_km, after_km : length of border; what several enclaves lie along counts once
    lost_km, gained_km : border that only one of the dates has, which may both be more than
        the difference when contact moves
    kept_km : border that both have: with what was lost it sums to `before_km`, with what was
        gained to `after_km`
    border_dist_km : from the nearest enclave to that neighbour's border on the later date;
        None where there is contact, or no enclave left
    held_by : the enclaves that had the contact before, the longest first
    now_along : who lies along the border that was lost, the longest first; of enclaves, that
        may be another enclave of the faction. Two may lie along the same stretch, one behind
        the other, within the contact tolerance
    """

    date_before: datetime
    date: datetime
    level: Level
    faction: str
    enclave_id: int | None
    ids_before: tuple[int, ...]
    ids_after: tuple[int, ...]
    neighbour: str
    before_km: float
    after_km: float
    flag: Flag
    lost_km: float
    gained_km: float
    kept_km: float
    border_dist_km: float | None
    held_by: tuple[Along, ...]
    now_along: tuple[Along, ...]


@dataclass(frozen=True)
class StretchChange:
    """A stretch of border whose contact with an enclave was lost, gained or kept.

    `change` is the flag LOST, GAINED or KEPT; `enclave_id` is that of the enclave along it,
    of the date before where contact was lost; None for one too small to be followed.
    `flag` is that of the faction's whole contact with the neighbour.
    """

    date_before: datetime
    date: datetime
    change: Flag
    flag: Flag
    faction: str
    enclave_id: int | None
    neighbour: str
    length_km: float
    now_along: tuple[Along, ...]
    geometry: Geometry


def flag_of(before_km: float, after_km: float, least_km: float) -> Flag:
    """Return what became of contact: shrunk or grown from a change of `least_km` on."""
    if before_km <= 0 and after_km <= 0:
        return Flag.NONE
    if after_km <= 0:
        return Flag.LOST
    if before_km <= 0:
        return Flag.GAINED
    if abs(after_km - before_km) < least_km or after_km == before_km:
        return Flag.KEPT
    return Flag.SHRUNK if after_km < before_km else Flag.GROWN


def contact_changes(
    step: Step, ruler: BorderRuler, *, least_km: float, feedback: Feedback
) -> Iterator[ContactChange]:
    """Yield what became of contact, faction by faction and then enclave by enclave.

    Of a faction there is a row for each neighbour, with flag NONE where it has contact on
    neither date; of enclaves only where there is contact on one of them. Nothing comes of
    the first date.

    Parameters
    ----------
    least_km : a smaller change of length is none; see `flag_of`
    """
    if step.analysis_before is None:
        return
    comparison = _Comparison(step, ruler, least_km)
    for faction in comparison.factions:
        for neighbour in ruler.neighbours:
            feedback.check()
            yield comparison.of_faction(faction, neighbour)
    for before, after in families(step):
        for neighbour in ruler.neighbours:
            if _touches(before, neighbour) or _touches(after, neighbour):
                feedback.check()
                yield comparison.of_family(before, after, neighbour)


def faction_contact(
    step: Step, ruler: BorderRuler, faction: str, neighbour: str, *, least_km: float = 0.0
) -> ContactChange:
    """Return what became of the contact of one faction with one neighbour, of two dates."""
    return _Comparison(step, ruler, least_km).of_faction(faction, neighbour)


def changed_stretches(
    step: Step, ruler: BorderRuler, *, least_km: float, feedback: Feedback
) -> Iterator[StretchChange]:
    """Yield the stretches that a faction lost, gained and kept, enclave by enclave.

    What another enclave of the faction lies along as well is not lost; where two do, the
    stretch is that of the larger, so that the stretches of a faction do not overlap.
    """
    if step.analysis_before is None:
        return
    comparison = _Comparison(step, ruler, least_km)
    for faction in comparison.factions:
        for neighbour in ruler.neighbours:
            feedback.check()
            yield from comparison.stretches(faction, neighbour)


class _Comparison:
    """Two dates side by side."""

    def __init__(self, step: Step, ruler: BorderRuler, least_km: float) -> None:
        self._ruler = ruler
        self._least_km = least_km
        self._dates = dated(step.analysis_before), dated(step.analysis)
        self._before = step.analysis_before.enclaves if step.analysis_before else ()
        self._after = step.analysis.enclaves
        # an enclave too small to be followed has no id
        self._ids = {
            id(traced.enclave): traced.enclave_id for traced in (*step.before, *step.after)
        }
        self.factions = sorted({each.faction for each in (*self._before, *self._after)})

    def of_faction(self, faction: str, neighbour: str) -> ContactChange:
        old, new = _own(self._before, faction), _own(self._after, faction)
        return self._change(
            Level.FACTION,
            faction,
            neighbour,
            old,
            new,
            ids=(self._along_ids(old, neighbour), self._along_ids(new, neighbour)),
        )

    def of_family(
        self,
        before: Sequence[TracedEnclave],
        after: Sequence[TracedEnclave],
        neighbour: str,
    ) -> ContactChange:
        largest = max(after or before, key=lambda each: each.enclave.area_km2)
        return self._change(
            Level.ENCLAVE,
            largest.enclave.faction,
            neighbour,
            [each.enclave for each in before],
            [each.enclave for each in after],
            ids=(_ids(before), _ids(after)),
            enclave_id=largest.enclave_id,
        )

    def stretches(self, faction: str, neighbour: str) -> Iterator[StretchChange]:
        old, new = _own(self._before, faction), _own(self._after, faction)
        before, after = (self._ruler.stretch(each, neighbour) for each in (old, new))
        if not before and not after:
            return
        flag = flag_of(length_km_of(before), length_km_of(after), self._least_km)
        for change, enclaves, within in (
            (Flag.LOST, old, difference_of(before, after)),
            (Flag.GAINED, new, difference_of(after, before)),
            (Flag.KEPT, new, common_of(before, after)),
        ):
            for enclave in sorted(enclaves, key=lambda each: each.rank):
                own = common_of(within, self._ruler.stretch([enclave], neighbour))
                within = difference_of(within, own)  # noqa: PLW2901 - what is left for the next
                own = without_crumbs(own)
                if not own:
                    continue
                yield StretchChange(
                    date_before=self._dates[0],
                    date=self._dates[1],
                    change=change,
                    flag=flag,
                    faction=faction,
                    enclave_id=self._ids.get(id(enclave)),
                    neighbour=neighbour,
                    length_km=length_km_of(own),
                    now_along=self._now_along(own, neighbour),
                    geometry=self._ruler.geometry(own, neighbour),
                )

    def _change(
        self,
        level: Level,
        faction: str,
        neighbour: str,
        old: Sequence[Enclave],
        new: Sequence[Enclave],
        *,
        ids: tuple[tuple[int, ...], tuple[int, ...]],
        enclave_id: int | None = None,
    ) -> ContactChange:
        before, after = (self._ruler.stretch(each, neighbour) for each in (old, new))
        before_km, after_km = length_km_of(before), length_km_of(after)
        lost = difference_of(before, after)
        held = ((self._name(each), self._ruler.stretch([each], neighbour)) for each in old)
        return ContactChange(
            date_before=self._dates[0],
            date=self._dates[1],
            level=level,
            faction=faction,
            enclave_id=enclave_id,
            ids_before=ids[0],
            ids_after=ids[1],
            neighbour=neighbour,
            before_km=before_km,
            after_km=after_km,
            flag=flag_of(before_km, after_km, self._least_km),
            lost_km=length_km_of(lost),
            gained_km=length_km_of(difference_of(after, before)),
            kept_km=length_km_of(common_of(before, after)),
            border_dist_km=None if after_km > 0 else self._ruler.nearest_km(new, neighbour),
            held_by=_alongs(held),
            now_along=self._now_along(lost, neighbour),
        )

    def _name(self, enclave: Enclave) -> str:
        number = self._ids.get(id(enclave))
        return "-" if number is None else str(number)

    def _along_ids(self, enclaves: Sequence[Enclave], neighbour: str) -> tuple[int, ...]:
        return tuple(
            sorted(
                self._ids[id(each)]
                for each in enclaves
                if id(each) in self._ids
                and any(contact.neighbour == neighbour for contact in each.contacts)
            )
        )

    def _now_along(self, stretch: Stretch, neighbour: str) -> tuple[Along, ...]:
        """Return who lies along a stretch on the later date, and how much nobody does."""
        if not stretch:
            return ()
        by_faction: dict[str, Stretch] = defaultdict(dict)
        for enclave in self._after:
            if enclave.contacts:
                own = self._ruler.stretch([enclave], neighbour)
                by_faction[enclave.faction] = union_of(by_faction[enclave.faction], own)
        rest = stretch
        for own in by_faction.values():
            rest = difference_of(rest, own)
        common = [(name, common_of(stretch, own)) for name, own in by_faction.items()]
        return _alongs([*common, ("", rest)])


def _alongs(named: Iterable[tuple[str, Stretch]]) -> tuple[Along, ...]:
    shown = ((name, without_crumbs(stretch)) for name, stretch in named)
    found = [Along(name, length_km_of(stretch)) for name, stretch in shown if stretch]
    return tuple(sorted(found, key=lambda along: (-along.length_km, along.name)))


def _own(enclaves: Sequence[Enclave], faction: str) -> list[Enclave]:
    return [enclave for enclave in enclaves if enclave.faction == faction]


def _ids(traced: Sequence[TracedEnclave]) -> tuple[int, ...]:
    return tuple(sorted(each.enclave_id for each in traced))


def _touches(traced: Sequence[TracedEnclave], neighbour: str) -> bool:
    return any(
        contact.neighbour == neighbour for each in traced for contact in each.enclave.contacts
    )
