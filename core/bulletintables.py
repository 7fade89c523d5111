"""The tables behind a bulletin: every number of its text stands in one of their rows.

A row's anchor is made of numbers and dates alone, so that no name can break a link:
`date-2018-08-05`, `summary-3-2018-08-05` (third faction in alphabetical order),
`enclave-12-2018-08-05` (its id), `contact-3-1` (faction, neighbour), `presence-3-2` (faction,
province), `transition-1`, `event-1`, `tally-1`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Mapping, Tuple, Union

from .dates import format_date
from .numerals import Unit

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "COLUMNS",
    "Cell",
    "Column",
    "Part",
    "Row",
    "Table",
    "Tables",
    "date_anchor",
    "enclave_anchor",
]


@dataclass(frozen=True)
class Part:
    """So much of something with a name: a province, a neighbour, a faction ('': nobody)."""

    name: str
    value: float


Cell = Union[None, str, float, "datetime", Tuple[Part, ...], Tuple[str, ...]]


@dataclass(frozen=True)
class Column:
    """A column; `unit` None: text. Table cells show so many `decimals`."""

    name: str
    unit: Unit | None = None
    decimals: int = 0


@dataclass(frozen=True)
class Row:
    """A row; its anchor is the `id` that marks lead to. Every cell is there, empty or not."""

    anchor: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Table:
    """A table of a bulletin; `name` is one of `COLUMNS`."""

    name: str
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return its columns in order."""
        return COLUMNS[self.name]


@dataclass(frozen=True)
class Tables:
    """All tables of a bulletin, in the order in which a report shows them."""

    tables: tuple[Table, ...]

    def row(self, anchor: str) -> Row:
        """Return a row by its anchor."""
        return next(row for table in self.tables for row in table.rows if row.anchor == anchor)

    def named(self, name: str) -> Table:
        """Return a table by its name."""
        return next(table for table in self.tables if table.name == name)

    def table_of(self, anchor: str) -> Table:
        """Return the table that has a row."""
        return next(
            table for table in self.tables if any(row.anchor == anchor for row in table.rows)
        )


def _km2(name: str) -> Column:
    return Column(name, Unit.KM2, 1)


def _km(name: str) -> Column:
    return Column(name, Unit.KM, 1)


def _percent(name: str, decimals: int = 2) -> Column:
    return Column(name, Unit.PERCENT, decimals)


def _count(name: str) -> Column:
    return Column(name, Unit.COUNT)


def _date(name: str) -> Column:
    return Column(name, Unit.DATE)


_FACTION = Column("faction")

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "dates": (_date("date"), _count("factions"), _count("enclaves"), _km2("area_km2")),
    "summary": (
        _date("date"), _FACTION, _km2("area_km2"), _percent("share_country_pct"),
        _km2("outside_km2"), _count("enclaves"), _km("border_with"), _km2("gained_km2"),
        _km2("lost_km2"),
    ),
    "enclaves": (
        _date("date"), _FACTION, _count("enclave_id"), _km2("area_km2"),
        _percent("share_country_pct"), _percent("provinces", 0), Column("places"),
        Column("near"), Column("status"), Column("enclosed_by"), _km("border_with"),
        _km("border_dist_km"), _km2("kept_km2"), _km2("lost_to"),
    ),
    "contact": (
        _FACTION, Column("neighbour"), _km("before_km"), _km("after_km"), Column("flag"),
        _km("lost_km"), _km("gained_km"), _km("border_dist_km"), _km("now_along"),
    ),
    "presence": (
        _FACTION, Column("province"), _date("last_date"), _km2("last_km2"), _date("since"),
        _km2("now_km2"),
    ),
    "transitions": (Column("from_faction"), Column("to_faction"), _km2("area_km2")),
    "events": (
        Column("kind"), _FACTION, _count("enclave_id"), Column("other"), Column("where"),
        _km2("km2"), _km("km"),
    ),
    "tally": (_FACTION, Column("kind"), _count("count")),
}  # fmt: skip
"""The columns of each table, in order."""


def date_anchor(date: datetime) -> str:
    """Return a date as anchors have it."""
    return format_date(date).replace(" ", "T").replace(":", "")


def enclave_anchor(enclave_id: int, date: datetime) -> str:
    """Return the anchor of an enclave on a date."""
    return f"enclave-{enclave_id}-{date_anchor(date)}"
