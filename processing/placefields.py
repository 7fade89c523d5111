"""The fields of `placeshistory`: of its points, and of its table of holders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..compat import FieldKind
from ..core.i18n import tr
from .changefields import moment_column
from .fields import Column

if TYPE_CHECKING:
    from ..core.placehistory import PlaceHistory, Spell

__all__ = ["SpellRow", "history_columns", "spell_columns", "spell_rows"]


@dataclass(frozen=True)
class SpellRow:
    """A row of the table of holders."""

    history: PlaceHistory
    spell: Spell
    turn: int


def spell_rows(history: PlaceHistory) -> list[SpellRow]:
    """Return the rows of one place in order of date."""
    return [SpellRow(history, spell, turn + 1) for turn, spell in enumerate(history.spells)]


def history_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of the points, whose rows are `PlaceHistory`."""
    return (
        Column(
            "number",
            FieldKind.INTEGER,
            tr("Number"),
            tr("counts the places in the order of their layer, as names can be alike"),
            lambda row: row.number,
        ),
        Column(
            "place",
            FieldKind.TEXT,
            tr("Place"),
            tr("name of the place"),
            lambda row: row.name,
        ),
        Column(
            "faction",
            FieldKind.TEXT,
            tr("Holder"),
            tr("who holds it: a faction or alliance, contested: A + B, or unassigned"),
            lambda row: row.now.faction,
        ),
        moment_column(
            "since",
            tr("Since"),
            tr("date of the first snapshot that shows the present holder"),
            lambda row: row.now.start,
            has_times=has_times,
        ),
        Column(
            "faction_before",
            FieldKind.TEXT,
            tr("Holder before"),
            tr("who held it before; empty where it never changed hands"),
            lambda row: row.before.faction if row.before else None,
        ),
        Column(
            "changes",
            FieldKind.INTEGER,
            tr("Times changed hands"),
            tr("how often it changed hands, from and to nobody's too"),
            lambda row: row.changes,
        ),
    )


def spell_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of the table of holders, whose rows are `SpellRow`."""
    return (
        Column(
            "number",
            FieldKind.INTEGER,
            tr("Number"),
            tr("counts the places in the order of their layer, as names can be alike"),
            lambda row: row.history.number,
        ),
        Column(
            "place",
            FieldKind.TEXT,
            tr("Place"),
            tr("name of the place"),
            lambda row: row.history.name,
        ),
        Column(
            "turn",
            FieldKind.INTEGER,
            tr("Turn"),
            tr("in the table of holders: 1 is the first holder of the place"),
            lambda row: row.turn,
        ),
        Column(
            "faction",
            FieldKind.TEXT,
            tr("Holder"),
            tr("who holds it: a faction or alliance, contested: A + B, or unassigned"),
            lambda row: row.spell.faction,
        ),
        moment_column(
            "from_date",
            tr("From date"),
            tr("in the table of holders: date of the first snapshot that shows this holder"),
            lambda row: row.spell.start,
            has_times=has_times,
        ),
        moment_column(
            "to_date",
            tr("To date"),
            tr(
                "in the table of holders: date of the first snapshot that shows another one; empty "
                "where there is none"
            ),
            lambda row: row.spell.end,
            has_times=has_times,
        ),
        Column(
            "days",
            FieldKind.DOUBLE,
            tr("Days"),
            tr("in the table of holders: from date to date, or to the last date of the series"),
            lambda row: row.spell.days,
        ),
        Column(
            "changes",
            FieldKind.INTEGER,
            tr("Times changed hands"),
            tr("how often it changed hands, from and to nobody's too"),
            lambda row: row.history.changes,
        ),
    )
