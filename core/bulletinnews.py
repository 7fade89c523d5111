"""What a bulletin tells of what happened to one faction between two dates."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Iterator, Sequence

from .bulletinfacts import (
    AlongBorder,
    ContactChanged,
    ContactLost,
    EnclaveEvent,
    EnclaveLost,
    Fact,
    Figure,
    GroundMoved,
    Holder,
    MoreEvents,
    PlacesTaken,
    PresenceBegan,
    PresenceEnded,
)
from .bulletintables import Cell, Row, enclave_anchor
from .model import SEA
from .numerals import Rounding, Unit
from .occurrence import EventKind

if TYPE_CHECKING:
    from .bulletinrows import Material, RowMaker
    from .contactchanges import ContactChange
    from .history import TracedEnclave
    from .model import Contact, Enclave
    from .occurrence import Event

__all__ = [
    "LEAST_TOLD_PCT",
    "News",
    "about_km",
    "about_km2",
    "count",
    "told_provinces",
    "whole_km2",
]

LEAST_TOLD_PCT = 5.0
"""A province or taker with a smaller share of an enclave is left to the table."""

_PRACTICALLY_ALL_PCT = 99.5
_MOST_TOLD = 5
_LEAST_KEPT_KM2 = 0.1
_ENCLAVE_EVENTS = (
    EventKind.ENCIRCLED,
    EventKind.RELIEVED,
    EventKind.SPLIT,
    EventKind.MERGED,
    EventKind.APPEARED,
)


def about_km2(value: float, row: str, column: str = "area_km2") -> Figure:
    """Return the area of one enclave."""
    return Figure(value, Unit.KM2, Rounding.ABOUT, row, column)


def whole_km2(value: float, row: str, column: str = "area_km2") -> Figure:
    """Return a sum of areas."""
    return Figure(value, Unit.KM2, Rounding.WHOLE, row, column)


def about_km(value: float, row: str, column: str) -> Figure:
    """Return a length."""
    return Figure(value, Unit.KM, Rounding.ABOUT, row, column)


def count(value: int, row: str, column: str) -> Figure:
    """Return a number of things."""
    return Figure(float(value), Unit.COUNT, Rounding.EXACT, row, column)


def told_provinces(enclave: Enclave) -> tuple[str, ...]:
    """Return the provinces that an enclave lies in, without those of a sliver of it."""
    told = [share.name for share in enclave.provinces if share.share_pct >= LEAST_TOLD_PCT]
    return tuple(told or [share.name for share in enclave.provinces[:1]])


def along_enclave(contacts: Sequence[Contact], row: str) -> tuple[AlongBorder, ...]:
    """Return the border that one enclave lies along."""
    return tuple(
        AlongBorder(
            each.neighbour,
            about_km(each.length_km, row, "border_with"),
            each.neighbour == SEA,
        )
        for each in contacts
    )


class News:
    """Tells what happened; keeps the tallies of what is too much to tell one by one."""

    def __init__(self, material: Material, rows: RowMaker) -> None:
        self._material = material
        self._rows = rows
        self.tallies: list[Row] = []

    def of(self, faction: str) -> list[Fact]:
        """Return what happened to a faction, the gravest first."""
        own = [event for event in self._material.events if event.faction == faction]
        taken = [
            event
            for event in self._material.events
            if event.kind is EventKind.PLACE_TAKEN and faction in (event.faction, event.other)
        ]
        return [
            *self._capped(faction, "enclave_lost", list(self._enclaves_lost(own))),
            *self._contacts(faction),
            *self._capped(faction, "presence_ended", list(self._presence_ended(own))),
            *self._places_taken(taken),
            *self._enclave_events(faction, own),
            *self._capped(faction, "presence_began", list(self._presence_began(own))),
        ]

    def headline_facts(self, faction: str) -> list[Fact]:
        """Return what may stand in a headline, with nothing left out."""
        own = [event for event in self._material.events if event.faction == faction]
        return [
            *self._enclaves_lost(own),
            *self._contacts(faction),
            *self._presence_ended(own),
            *(
                self._enclave_event(event)
                for kind in _ENCLAVE_EVENTS
                for event in _largest_first(own, kind)
            ),
        ]

    def tally(self, faction: str, what: str, number: int) -> Figure:
        """Return a count that has a row of its own."""
        anchor = f"tally-{len(self.tallies) + 1}"
        cells: dict[str, Cell] = {"faction": faction, "kind": what, "count": float(number)}
        self.tallies.append(Row(anchor, cells))
        return count(number, anchor, "count")

    def moved(self, faction: str) -> GroundMoved | None:
        """Return what a faction lost and gained; None where it is too little to tell."""
        lost: dict[str, Figure] = {}
        gained: dict[str, Figure] = {}
        for key, km2 in self._rows.moved_km2.items():
            before, after = key
            if (faction in before) == (faction in after):
                continue
            side, others = (lost, after) if faction in before else (gained, before)
            side[" + ".join(others)] = whole_km2(km2, self._rows.move_anchor(key))
        row = self._rows.summary_anchor(faction, self._material.after)
        sums = [self._sum(side, row, column) for side, column in (
            (lost, "lost_km2"), (gained, "gained_km2")
        )]  # fmt: skip
        if not any(sums):
            return None
        return GroundMoved(
            faction,
            lost=sums[0],
            takers=_holders(lost) if sums[0] else (),
            gained=sums[1],
            givers=_holders(gained) if sums[1] else (),
        )

    # ---- one by one -----------------------------------------------------------------

    def _sum(self, side: dict[str, Figure], row: str, column: str) -> Figure | None:
        total_km2 = sum(_number(figure) for figure in side.values())
        return whole_km2(total_km2, row, column) if total_km2 >= _LEAST_KEPT_KM2 else None

    def _capped(self, faction: str, what: str, facts: list[Fact]) -> list[Fact]:
        """Return the first few facts of a sort, and how many more there are."""
        if len(facts) <= _MOST_TOLD:
            return facts
        more = self.tally(faction, what, len(facts) - _MOST_TOLD)
        return [*facts[:_MOST_TOLD], MoreEvents(what, faction, more)]

    def _enclaves_lost(self, events: Sequence[Event]) -> Iterator[EnclaveLost]:
        lost = [
            event for event in events if event.kind in (EventKind.LARGEST_LOST, EventKind.VANISHED)
        ]
        before = {each.enclave_id: each for each in self._material.step.before}
        largest = {event.enclave_id for event in lost if event.kind is EventKind.LARGEST_LOST}
        ids = {event.enclave_id for event in lost if event.enclave_id is not None}
        for enclave_id in sorted(ids, key=lambda each: -before[each].enclave.area_km2):
            yield self._enclave_lost(before[enclave_id], is_largest=enclave_id in largest)

    def _enclave_lost(self, traced: TracedEnclave, *, is_largest: bool) -> EnclaveLost:
        enclave = traced.enclave
        row = enclave_anchor(traced.enclave_id, self._material.before)
        takers = {
            " + ".join(share.factions): about_km2(share.area_km2, row, "lost_to")
            for share in traced.lost_to
            if share.area_km2 >= LEAST_TOLD_PCT / 100.0 * enclave.area_km2
        }
        first_km2 = traced.lost_to[0].area_km2 if traced.lost_to else 0.0
        kept_km2 = max(enclave.area_km2 - traced.lost_km2, 0.0)
        return EnclaveLost(
            faction=enclave.faction,
            is_largest=is_largest,
            area=about_km2(enclave.area_km2, row),
            provinces=told_provinces(enclave),
            places=enclave.places,
            contacts=along_enclave(enclave.contacts, row),
            takers=_holders(takers),
            is_whole=first_km2 >= _PRACTICALLY_ALL_PCT / 100.0 * enclave.area_km2,
            kept=about_km2(kept_km2, row, "kept_km2") if kept_km2 >= _LEAST_KEPT_KM2 else None,
        )

    def _contacts(self, faction: str) -> Iterator[Fact]:
        own = [each for each in self._rows.own_contacts if each.faction == faction]
        for change in sorted(own, key=lambda each: each.after_km - each.before_km):
            flag, row = change.flag.value, self._rows.contact_anchor(change)
            if flag == "lost":
                distance_km = change.border_dist_km
                yield ContactLost(
                    faction,
                    _along(change, change.before_km, row, "before_km"),
                    None if distance_km is None else about_km(distance_km, row, "border_dist_km"),
                )
            elif flag in ("gained", "shrunk", "grown"):
                yield ContactChanged(
                    flag,
                    faction,
                    _along(change, change.after_km, row, "after_km"),
                    None if flag == "gained" else about_km(change.before_km, row, "before_km"),
                )

    def _presence_ended(self, events: Sequence[Event]) -> Iterator[PresenceEnded]:
        for event in _largest_first(events, EventKind.PRESENCE_ENDED):
            row = self._rows.event_anchors[id(event)]
            area = about_km2(event.km2 or 0.0, row, "km2")
            yield PresenceEnded(event.faction, event.where, area, event.other)

    def _presence_began(self, events: Sequence[Event]) -> Iterator[PresenceBegan]:
        for event in _largest_first(events, EventKind.PRESENCE_BEGAN):
            row = self._rows.event_anchors[id(event)]
            yield PresenceBegan(event.faction, event.where, about_km2(event.km2 or 0.0, row, "km2"))

    def _places_taken(self, events: Sequence[Event]) -> list[PlacesTaken]:
        places: dict[tuple[str, str], list[str]] = defaultdict(list)
        for event in events:
            places[event.other, event.faction].append(event.where)
        return [
            PlacesTaken(taker, loser, tuple(names))
            for (taker, loser), names in sorted(places.items())
        ]

    def _enclave_events(self, faction: str, events: Sequence[Event]) -> Iterator[Fact]:
        for kind in _ENCLAVE_EVENTS:
            found = [self._enclave_event(event) for event in _largest_first(events, kind)]
            yield from self._capped(faction, kind.value, list(found))

    def _enclave_event(self, event: Event) -> EnclaveEvent:
        step = self._material.step
        is_old = event.kind in (EventKind.RELIEVED, EventKind.SPLIT)
        side, date = (
            (step.before, self._material.before) if is_old else (step.after, self._material.after)
        )
        traced = next(each for each in side if each.enclave_id == event.enclave_id)
        others = tuple(event.other.split("; ")) if event.other else ()
        if event.kind in (EventKind.ENCIRCLED, EventKind.RELIEVED):
            others = traced.enclave.enclosed_by
        return EnclaveEvent(
            what=event.kind.value,
            faction=event.faction,
            area=about_km2(traced.enclave.area_km2, enclave_anchor(traced.enclave_id, date)),
            provinces=told_provinces(traced.enclave),
            others=() if event.kind is EventKind.SPLIT else others,
        )


def _along(change: ContactChange, length_km: float, row: str, column: str) -> AlongBorder:
    return AlongBorder(change.neighbour, about_km(length_km, row, column), change.neighbour == SEA)


def _largest_first(events: Sequence[Event], kind: EventKind) -> list[Event]:
    found = [event for event in events if event.kind is kind]
    return sorted(found, key=lambda event: (-(event.km2 or 0.0), event.where))


def _holders(areas: dict[str, Figure]) -> tuple[Holder, ...]:
    told = sorted(areas.items(), key=lambda item: (-_number(item[1]), item[0]))
    least_km2 = max(_LEAST_KEPT_KM2, 0.01 * sum(_number(area) for area in areas.values()))
    return tuple(
        Holder(name, area) for name, area in told[:_MOST_TOLD] if _number(area) >= least_km2
    )


def _number(figure: Figure) -> float:
    return figure.value if isinstance(figure.value, (int, float)) else 0.0
