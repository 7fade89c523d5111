"""Makes the tables of a bulletin from what the engine found."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Mapping, Sequence

from .bulletinplaces import Surroundings
from .bulletintables import COLUMNS, Cell, Part, Row, Table, date_anchor, enclave_anchor
from .occurrence import dated

if TYPE_CHECKING:
    from datetime import datetime

    from .changes import Step as ChangeStep
    from .contactchanges import ContactChange
    from .geography import Geography
    from .history import Step, TracedEnclave
    from .holders import Holders
    from .model import Enclave
    from .occurrence import Event
    from .summary import SummaryRow
    from .timeline import SnapshotAnalysis

__all__ = ["Material", "Presence", "RowMaker", "share_pct"]


@dataclass(frozen=True)
class Material:
    """All that a bulletin is made of, as the functions behind the algorithms give it.

    Attributes
    ----------
    faction : whom it is about; None: all
    step : from the first of the two dates to the second; its enclaves must list every province
        that they have ground in
    analyses : of all dates up to the second, in order; what was lost before is told from them
    events : of the step
    contacts : of the step, of factions; those of enclaves are not looked at
    transitions : between the two dates
    summary : the rows of the two dates
    alliances : the alliance that a faction is counted as
    """

    faction: str | None
    step: Step
    analyses: tuple[SnapshotAnalysis, ...]
    events: tuple[Event, ...]
    contacts: tuple[ContactChange, ...]
    transitions: ChangeStep
    summary: tuple[tuple[SummaryRow, ...], tuple[SummaryRow, ...]]
    geography: Geography
    layer_name: str
    min_presence_km2: float
    alliances: Mapping[str, str]

    @property
    def before(self) -> datetime:
        """Return the first of the two dates."""
        return dated(self.step.analysis_before)

    @property
    def after(self) -> datetime:
        """Return the second of the two dates."""
        return dated(self.step.analysis)

    @cached_property
    def factions(self) -> tuple[str, ...]:
        """Return all factions in alphabetical order: their numbers in anchors."""
        return tuple(
            sorted({each.faction for analysis in self.analyses for each in analysis.enclaves})
        )

    def number_of(self, faction: str) -> int:
        """Return the number of a faction in anchors."""
        return self.factions.index(faction) + 1

    def is_about(self, faction: str) -> bool:
        """Return whether a faction is one that the bulletin tells of."""
        return self.faction is None or faction == self.faction


@dataclass(frozen=True)
class Presence:
    """A province without presence of a faction that it once had.

    Attributes
    ----------
    last_date, last_km2 : the last date with presence, and what was held then
    since : the first date without it, after which it never came back
    now_km2 : what is left, less than a presence
    """

    anchor: str
    faction: str
    province: str
    last_date: datetime
    last_km2: float
    since: datetime
    now_km2: float


class RowMaker:
    """Makes the rows, table by table; knows the anchors of what the text tells."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._surroundings = Surroundings(material.geography)
        self._near: dict[int, tuple[str, str] | None] = {}
        self.presence = tuple(self._presence())
        self.moved_km2 = self._moved_km2()
        self.event_anchors = {
            id(event): f"event-{number}" for number, event in enumerate(self.own_events, 1)
        }

    @property
    def own_events(self) -> list[Event]:
        """Return the events that happened to whom the bulletin is about, or that it caused."""
        return [
            event
            for event in self._material.events
            if self._material.is_about(event.faction) or event.other == self._material.faction
        ]

    def near(self, enclave: Enclave) -> tuple[str, str] | None:
        """Return the place nearest to an enclave and in which direction of it that lies."""
        key = id(enclave)
        if key not in self._near:
            self._near[key] = self._surroundings.near(enclave)
        return self._near[key]

    def summary_anchor(self, faction: str, date: datetime) -> str:
        """Return the anchor of what a faction has on a date."""
        return f"summary-{self._material.number_of(faction)}-{date_anchor(date)}"

    def contact_anchor(self, change: ContactChange) -> str:
        """Return the anchor of what became of contact with a neighbour."""
        neighbours = sorted({each.neighbour for each in self._material.contacts})
        number = self._material.number_of(change.faction)
        return f"contact-{number}-{neighbours.index(change.neighbour) + 1}"

    def tables(self, tallies: Sequence[Row]) -> tuple[Table, ...]:
        """Return all tables; `tallies` are rows that the text made."""
        rows = {
            "dates": self._dates(),
            "summary": self._summary(),
            "enclaves": self._enclaves(),
            "contact": self._contact(),
            "presence": self._presence_rows(),
            "transitions": self._transitions(),
            "events": self._events(),
            "tally": tallies,
        }
        return tuple(Table(name, tuple(rows[name])) for name in COLUMNS)

    # ---- rows -----------------------------------------------------------------------

    def _dates(self) -> list[Row]:
        analyses = (self._material.step.analysis_before, self._material.step.analysis)
        return [
            Row(
                f"date-{date_anchor(dated(analysis))}",
                {
                    "date": dated(analysis),
                    "factions": float(len({each.faction for each in analysis.enclaves})),
                    "enclaves": float(len(analysis.enclaves)),
                    "area_km2": sum(each.area_km2 for each in analysis.enclaves),
                },
            )
            for analysis in analyses
            if analysis is not None
        ]

    def _summary(self) -> list[Row]:
        material = self._material
        analyses = (material.step.analysis_before, material.step.analysis)
        found = []
        for date, rows, analysis in zip(
            (material.before, material.after), material.summary, analyses
        ):
            enclaves = analysis.enclaves if analysis is not None else ()
            is_second = date == material.after
            for row in rows:
                if row.kind != "faction":
                    continue
                cells: dict[str, Cell] = {
                    "date": date,
                    "faction": row.faction,
                    "area_km2": row.area_km2,
                    "share_country_pct": share_pct(enclaves, row.faction),
                    "outside_km2": row.outside_km2,
                    "enclaves": float(row.enclaves),
                    "border_with": tuple(Part(*each) for each in row.border_km),
                    "gained_km2": self._net(row.faction, gained=True) if is_second else None,
                    "lost_km2": self._net(row.faction, gained=False) if is_second else None,
                }
                found.append(Row(self.summary_anchor(row.faction, date), cells))
        return found

    def _net(self, faction: str, *, gained: bool) -> float:
        return sum(
            km2
            for (before, after), km2 in self.moved_km2.items()
            if (faction in after and faction not in before) == gained
            and (faction in after) != (faction in before)
        )

    def _enclaves(self) -> list[Row]:
        material = self._material
        return [
            self._enclave(traced, date, has_fate=date == material.before)
            for date, side in (
                (material.before, material.step.before),
                (material.after, material.step.after),
            )
            for traced in sorted(side, key=lambda each: (each.enclave.faction, each.enclave.rank))
            if material.is_about(traced.enclave.faction)
        ]

    def _enclave(self, traced: TracedEnclave, date: datetime, *, has_fate: bool) -> Row:
        enclave, material = traced.enclave, self._material
        return Row(
            enclave_anchor(traced.enclave_id, date),
            {
                "date": date,
                "faction": enclave.faction,
                "enclave_id": float(traced.enclave_id),
                "area_km2": enclave.area_km2,
                "share_country_pct": enclave.share_country_pct,
                "provinces": tuple(
                    Part(share.name, share.share_pct)
                    for number, share in enumerate(enclave.provinces)
                    # the largest is told in any case
                    if number == 0 or share.area_km2 >= material.min_presence_km2
                ),
                "places": enclave.places,
                "near": self.near(enclave),
                "status": enclave.status.value,
                "enclosed_by": enclave.enclosed_by,
                "border_with": tuple(
                    Part(contact.neighbour, contact.length_km) for contact in enclave.contacts
                ),
                "border_dist_km": enclave.border_dist_km,
                "kept_km2": max(enclave.area_km2 - traced.lost_km2, 0.0) if has_fate else None,
                "lost_to": tuple(
                    Part(" + ".join(share.factions), share.area_km2) for share in traced.lost_to
                ),
            },
        )

    def _contact(self) -> list[Row]:
        return [
            Row(
                self.contact_anchor(each),
                {
                    "faction": each.faction,
                    "neighbour": each.neighbour,
                    "before_km": each.before_km,
                    "after_km": each.after_km,
                    "flag": each.flag.value,
                    "lost_km": each.lost_km,
                    "gained_km": each.gained_km,
                    "border_dist_km": each.border_dist_km,
                    "now_along": tuple(
                        Part(along.name, along.length_km) for along in each.now_along
                    ),
                },
            )
            for each in self.own_contacts
        ]

    @property
    def own_contacts(self) -> list[ContactChange]:
        """Return what became of contact of whom the bulletin is about, where there was any."""
        return [
            each
            for each in self._material.contacts
            if each.level.value == "faction"
            and self._material.is_about(each.faction)
            and (each.before_km > 0 or each.after_km > 0)
        ]

    def _presence_rows(self) -> list[Row]:
        return [
            Row(
                each.anchor,
                {
                    "faction": each.faction,
                    "province": each.province,
                    "last_date": each.last_date,
                    "last_km2": each.last_km2,
                    "since": each.since,
                    "now_km2": each.now_km2,
                },
            )
            for each in self.presence
        ]

    def _transitions(self) -> list[Row]:
        return [
            Row(
                self.move_anchor(key),
                {
                    "from_faction": " + ".join(key[0]),
                    "to_faction": " + ".join(key[1]),
                    "area_km2": km2,
                },
            )
            for key, km2 in self.moved_km2.items()
        ]

    def move_anchor(self, key: tuple[Holders, Holders]) -> str:
        """Return the anchor of what went from some holders to others."""
        return f"transition-{list(self.moved_km2).index(key) + 1}"

    def _events(self) -> list[Row]:
        return [
            Row(
                self.event_anchors[id(event)],
                {
                    "kind": event.kind.value,
                    "faction": event.faction,
                    "enclave_id": None if event.enclave_id is None else float(event.enclave_id),
                    "other": event.other,
                    "where": event.where,
                    "km2": event.km2,
                    "km": event.km,
                },
            )
            for event in self.own_events
        ]

    # ---- what rows are made of ------------------------------------------------------

    def _moved_km2(self) -> dict[tuple[Holders, Holders], float]:
        sums: dict[tuple[Holders, Holders], float] = defaultdict(float)
        for each in self._material.transitions.transitions:
            if not each.is_redraw and not each.is_rounding:
                sums[each.before, each.after] += each.area_km2
        order = sorted(sums, key=lambda key: (-sums[key], key))
        return {key: sums[key] for key in order}

    def _presence(self) -> list[Presence]:
        # with no least at all, ground of any size is presence
        least_km2 = max(self._material.min_presence_km2, 1e-6)
        held = [_held_km2(analysis.enclaves) for analysis in self._material.analyses]
        dates = [dated(analysis) for analysis in self._material.analyses]
        names = sorted({province for each in held for _, province in each})
        found = []
        for faction, province in sorted({key for each in held for key in each}):
            areas = [each.get((faction, province), 0.0) for each in held]
            present = [index for index, km2 in enumerate(areas) if km2 >= least_km2]
            if not present or present[-1] == len(dates) - 1 or not self._material.is_about(faction):
                continue
            last = present[-1]
            number = self._material.number_of(faction)
            found.append(
                Presence(
                    anchor=f"presence-{number}-{names.index(province) + 1}",
                    faction=faction,
                    province=province,
                    last_date=dates[last],
                    last_km2=areas[last],
                    since=dates[last + 1],
                    now_km2=areas[-1],
                )
            )
        return sorted(
            found, key=lambda each: (each.faction, -each.since.timestamp(), each.province)
        )


def _held_km2(enclaves: Sequence[Enclave]) -> dict[tuple[str, str], float]:
    held: dict[tuple[str, str], float] = defaultdict(float)
    for enclave in enclaves:
        for share in enclave.provinces:
            held[enclave.faction, share.name] += share.area_km2
    return held


def share_pct(enclaves: Sequence[Enclave], faction: str) -> float | None:
    """Return the share of all ground inside the home country, contested ground with it."""
    shares_pct = [each.share_country_pct for each in enclaves if each.faction == faction]
    known_pct = [share for share in shares_pct if share is not None]
    return sum(known_pct) if known_pct and len(known_pct) == len(shares_pct) else None
