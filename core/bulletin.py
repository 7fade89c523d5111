"""A bulletin: what changed between two dates, for one faction or all, as facts without words.

It says only what the data says. The templates put it into words; every number is a `Figure`,
which names the row of the bulletin's tables that it came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Sequence

from .bulletinfacts import (
    AlongBorder,
    AreaLeft,
    Bulletin,
    ContactLeft,
    CountedWith,
    EnclaveLine,
    EnclaveLost,
    EnclavesLeft,
    Fact,
    Figure,
    Move,
    Moves,
    Near,
    NoChange,
    NoPresence,
    Paragraph,
    ProvinceSince,
    Standing,
    Standings,
)
from .bulletinheadline import headline_of
from .bulletinnews import (
    News,
    about_km,
    about_km2,
    along_enclave,
    count,
    told_provinces,
    whole_km2,
)
from .bulletinrows import Material, RowMaker, share_pct
from .bulletintables import Tables, date_anchor, enclave_anchor
from .model import SEA
from .numerals import Rounding, Unit, rounded

if TYPE_CHECKING:
    from datetime import datetime

    from .history import TracedEnclave
    from .summary import SummaryRow

__all__ = ["Material", "Report", "bulletin_of"]

_MOST_ENCLAVES = 5
_WORTH_TELLING = 0.01
_MOST_MOVES = 5
_LEAST_MOVE_KM2 = 0.1
_LEAST_MOVE_SHARE = 0.01


@dataclass(frozen=True)
class Report:
    """A bulletin and the tables that its numbers stand in."""

    bulletin: Bulletin
    tables: Tables


def bulletin_of(material: Material) -> Report:
    """Return the facts of two dates, and the rows that each of their numbers came from."""
    return _Writer(material).report()


class _Writer:
    def __init__(self, material: Material) -> None:
        self._material = material
        self._rows = RowMaker(material)
        self._news = News(material, self._rows)
        self._home = ", ".join(material.geography.home_names)

    def report(self) -> Report:
        material = self._material
        paragraphs = self._of_all() if material.faction is None else self._of_one(material.faction)
        bulletin = Bulletin(
            faction=material.faction or "",
            home=self._home,
            layer=material.layer_name,
            from_date=self._date(material.before),
            to_date=self._date(material.after),
            min_presence_km2=material.min_presence_km2,
            headline=headline_of(material, self._news, self._rows),
            paragraphs=tuple(each for each in paragraphs if each.facts),
        )
        # last, when all tallies are made
        return Report(bulletin, Tables(self._rows.tables(self._news.tallies)))

    def _date(self, date: datetime) -> Figure:
        return Figure(date, Unit.DATE, Rounding.EXACT, f"date-{date_anchor(date)}", "date")

    # ---- one faction ----------------------------------------------------------------

    def _of_one(self, faction: str) -> list[Paragraph]:
        news = self._news.of(faction)
        moved = self._news.moved(faction)
        told = news if moved is None or _is_told(news) else [*news, moved]
        if not news and moved is None:
            told = [NoChange(faction)]
        counted = self._counted_with(faction)
        return [
            Paragraph("news", tuple(told)),
            Paragraph("ground", tuple(self._area_left(faction))),
            Paragraph("left", tuple(self._enclaves_left(faction))),
            Paragraph("left", (*self._contact_left(faction), *self._no_presence(faction))),
            Paragraph("note", () if counted is None else (counted,)),
        ]

    def _counted_with(self, faction: str) -> CountedWith | None:
        members = sorted(
            member for member, alliance in self._material.alliances.items() if alliance == faction
        )
        members = [member for member in members if member != faction]
        return CountedWith(faction, tuple(members)) if members else None

    def _area_left(self, faction: str) -> list[Fact]:
        rows = [_row_of(rows, faction) for rows in self._material.summary]
        dates = (self._material.before, self._material.after)
        anchors = [self._rows.summary_anchor(faction, date) for date in dates]
        if rows[1] is None:
            return []
        # a faction without a row on the first date held nothing then
        before = 0.0 if rows[0] is None else rows[0].area_km2 or 0.0
        after = rows[1].area_km2 or 0.0
        return [
            AreaLeft(
                faction=faction,
                trend=_trend(before, after),
                before=whole_km2(before, anchors[0]) if before > 0 else None,
                after=whole_km2(after, anchors[1]),
                share=self._share(faction),
                outside=self._outside(rows[1]),
                home=self._home,
                enclaves=count(rows[1].enclaves, anchors[1], "enclaves"),
            )
        ]

    def _share(self, faction: str) -> Figure | None:
        told_pct = share_pct(self._material.step.analysis.enclaves, faction)
        if told_pct is None or not self._home:
            return None
        anchor = self._rows.summary_anchor(faction, self._material.after)
        return Figure(told_pct, Unit.PERCENT, Rounding.SHARE, anchor, "share_country_pct")

    def _outside(self, row: SummaryRow) -> Figure | None:
        """Return the ground outside the home country, where shares would mislead without it."""
        outside_km2 = row.outside_km2 or 0.0
        if not self._home or outside_km2 < _WORTH_TELLING * (row.area_km2 or 0.0):
            return None
        anchor = self._rows.summary_anchor(row.faction, self._material.after)
        return whole_km2(outside_km2, anchor, "outside_km2")

    def _enclaves_left(self, faction: str) -> list[Fact]:
        after = self._material.step.after
        own = [each for each in after if each.enclave.faction == faction]
        ordered = sorted(own, key=lambda each: each.enclave.rank)
        if not ordered:
            return []
        told = [
            each
            for number, each in enumerate(ordered)
            if number < _MOST_ENCLAVES or each.enclave.places
        ][: 2 * _MOST_ENCLAVES]
        every = [each for each in self._material.step.analysis.enclaves if each.faction == faction]
        rest = [each for each in ordered if each not in told]
        number = len(every) - len(told)
        # those too small to be followed have no row that their size could be read in
        has_all = len(rest) == number > 0
        return [
            EnclavesLeft(
                faction=faction,
                enclaves=tuple(self._line(each) for each in told),
                more=self._news.tally(faction, "enclaves_left", number) if number else None,
                smallest=self._area(rest[-1]) if has_all else None,
                largest=self._area(rest[0]) if has_all else None,
            )
        ]

    def _area(self, traced: TracedEnclave) -> Figure:
        row = enclave_anchor(traced.enclave_id, self._material.after)
        return about_km2(traced.enclave.area_km2, row)

    def _line(self, traced: TracedEnclave) -> EnclaveLine:
        enclave = traced.enclave
        near = self._rows.near(enclave)
        row = enclave_anchor(traced.enclave_id, self._material.after)
        return EnclaveLine(
            area=self._area(traced),
            provinces=told_provinces(enclave),
            places=enclave.places,
            near=None if near is None else Near(*near),
            status=enclave.status.value,
            enclosed_by=enclave.enclosed_by,
            contacts=along_enclave(enclave.contacts, row),
        )

    def _contacts(self, faction: str) -> tuple[AlongBorder, ...]:
        own = [
            each
            for each in self._rows.own_contacts
            if each.faction == faction and each.after_km > 0
        ]
        return tuple(
            AlongBorder(
                each.neighbour,
                about_km(each.after_km, self._rows.contact_anchor(each), "after_km"),
                each.neighbour == SEA,
            )
            for each in sorted(own, key=lambda each: (-each.after_km, each.neighbour))
        )

    def _contact_left(self, faction: str) -> list[Fact]:
        holds = any(each.faction == faction for each in self._material.step.analysis.enclaves)
        return [ContactLeft(faction, self._contacts(faction))] if holds else []

    def _no_presence(self, faction: str) -> list[Fact]:
        found = tuple(
            ProvinceSince(
                each.province,
                Figure(each.since, Unit.DATE, Rounding.EXACT, each.anchor, "since"),
                about_km2(each.last_km2, each.anchor, "last_km2"),
            )
            for each in self._rows.presence
            if each.faction == faction
        )
        return [NoPresence(faction, found)] if found else []

    # ---- all factions ---------------------------------------------------------------

    def _of_all(self) -> list[Paragraph]:
        lost_km2 = {
            faction: sum(
                km2
                for (before, after), km2 in self._rows.moved_km2.items()
                if faction in before and faction not in after
            )
            for faction in self._material.factions
        }
        order = sorted(lost_km2, key=lambda faction: (-lost_km2[faction], faction))
        told: list[Paragraph] = []
        places_told: set[Fact] = set()
        for faction in order:
            # a place that was taken is news of two factions, and told once
            facts = [fact for fact in self._news.of(faction) if fact not in places_told]
            places_told.update(fact for fact in facts if fact.kind == "places_taken")
            told.append(Paragraph("news", tuple(facts)))
        moves = self._moves()
        if not moves and not any(each.facts for each in told):
            told = [Paragraph("news", (NoChange(""),))]
        notes = [self._counted_with(faction) for faction in self._material.factions]
        return [
            *told,
            Paragraph("ground", tuple(moves)),
            Paragraph("left", tuple(self._standings())),
            Paragraph("note", tuple(each for each in notes if each is not None)),
        ]

    def _moves(self) -> list[Fact]:
        total_km2 = sum(self._rows.moved_km2.values())
        found = [
            Move(
                " + ".join(key[0]),
                " + ".join(key[1]),
                whole_km2(km2, self._rows.move_anchor(key)),
            )
            for key, km2 in list(self._rows.moved_km2.items())[:_MOST_MOVES]
            if km2 >= max(_LEAST_MOVE_KM2, _LEAST_MOVE_SHARE * total_km2)
        ]
        return [Moves(tuple(found))] if found else []

    def _standings(self) -> list[Fact]:
        date = self._material.after
        held = [
            row
            for row in self._material.summary[1]
            if row.kind == "faction" and (row.area_km2 or 0.0) > 0
        ]
        found = []
        for row in sorted(held, key=lambda row: (-(row.area_km2 or 0.0), row.faction)):
            anchor = self._rows.summary_anchor(row.faction, date)
            found.append(
                Standing(
                    faction=row.faction,
                    area=whole_km2(row.area_km2 or 0.0, anchor),
                    share=self._share(row.faction),
                    outside=self._outside(row),
                    enclaves=count(row.enclaves, anchor, "enclaves"),
                    contacts=self._contacts(row.faction),
                )
            )
        return [Standings(self._home, tuple(found))] if found else []


def _trend(before_km2: float, after_km2: float) -> str:
    if before_km2 <= 0 or after_km2 <= 0:
        return "began" if after_km2 > 0 else "gone"
    told = [rounded(each, Rounding.WHOLE).number for each in (before_km2, after_km2)]
    if told[0] == told[1]:
        return "same"
    return "shrank" if told[0] > told[1] else "grew"


def _row_of(rows: Sequence[SummaryRow], faction: str) -> SummaryRow | None:
    return next((row for row in rows if row.kind == "faction" and row.faction == faction), None)


def _is_told(news: Sequence[Fact]) -> bool:
    """Return whether the loss of one whole enclave tells what ground moved."""
    lost = [fact for fact in news if isinstance(fact, EnclaveLost)]
    return len(lost) == 1 and lost[0].is_whole
