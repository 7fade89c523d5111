"""The fields of `bordercontactchanges`: name, kind, unit and meaning, each once."""

from __future__ import annotations

from typing import Any, Callable

from ..compat import FieldKind
from ..core.contacttext import alongs_text, ids_text
from ..core.i18n import tr
from .fields import Column
from .historyfields import date_column

__all__ = ["change_columns", "stretch_columns"]


def stretch_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of the stretches, whose rows are `StretchChange`."""
    return (
        *_dates(has_times),
        _text(
            "change",
            tr("Change"),
            tr("what became of contact along this stretch: lost, gained or kept"),
            lambda row: row.change.value,
        ),
        _faction(),
        Column(
            "enclave_id",
            FieldKind.INTEGER,
            tr("Enclave"),
            tr(
                "the enclave along it, of the date before where contact was lost; empty where it "
                "is too small to be followed"
            ),
            lambda row: row.enclave_id,
        ),
        _neighbour(),
        _double(
            "length_km",
            tr("Length (km)"),
            tr("length of the stretch, along the border"),
            lambda row: row.length_km,
        ),
        _text(
            "flag",
            tr("Whole contact"),
            tr("what became of the faction's whole contact with that neighbour: see TABLE"),
            lambda row: row.flag.value,
        ),
        _now_held_by(tr("who lies along the stretch now, and along how many km of it")),
    )


def change_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of the table, whose rows are `ContactChange`."""
    return (
        *_dates(has_times),
        _text(
            "level",
            tr("Level"),
            tr(
                "faction: a faction with all its enclaves; enclave: one enclave, or those that "
                "split from it or merged into it"
            ),
            lambda row: row.level.value,
        ),
        _faction(),
        Column(
            "enclave_id",
            FieldKind.INTEGER,
            tr("Enclave"),
            tr("the largest enclave concerned; empty on the level of the faction"),
            lambda row: row.enclave_id,
        ),
        _neighbour(),
        _double(
            "before_km",
            tr("Before (km)"),
            tr("length of contact on the date before"),
            lambda row: row.before_km,
        ),
        _double(
            "after_km",
            tr("After (km)"),
            tr("length of contact on the date"),
            lambda row: row.after_km,
        ),
        _double(
            "change_km",
            tr("Change (km)"),
            tr("after less before"),
            lambda row: row.after_km - row.before_km,
        ),
        _text(
            "flag",
            tr("Flag"),
            tr(
                "lost, gained; shrunk or grown where the length changed by the shortest contact "
                "or more; kept; none, where there is contact on neither date"
            ),
            lambda row: row.flag.value,
        ),
        _double(
            "lost_km",
            tr("Lost (km)"),
            tr("border with contact before and not now"),
            lambda row: row.lost_km,
        ),
        _double(
            "gained_km",
            tr("Gained (km)"),
            tr("border with contact now and not before"),
            lambda row: row.gained_km,
        ),
        _double(
            "kept_km",
            tr("Kept (km)"),
            tr("border with contact on both dates"),
            lambda row: row.kept_km,
        ),
        _double(
            "border_dist_km",
            tr("Distance (km)"),
            tr(
                "of the nearest enclave from that border on the date; empty where there is "
                "contact, or no enclave is left"
            ),
            lambda row: row.border_dist_km,
        ),
        _text(
            "enclaves_before",
            tr("Enclaves before"),
            tr("the numbers of the enclaves: of a faction, those with contact"),
            lambda row: ids_text(row.ids_before),
        ),
        _text(
            "enclaves_after",
            tr("Enclaves after"),
            tr("the same on the date"),
            lambda row: ids_text(row.ids_after),
        ),
        _text(
            "held_by",
            tr("Held by (enclave, km)"),
            tr("the enclaves that had the contact before; - is one too small to be followed"),
            lambda row: alongs_text(row.held_by),
        ),
        _now_held_by(tr("who lies along the border that was lost, and along how many km")),
    )


def _dates(has_times: bool) -> tuple[Column, ...]:
    return (
        date_column(
            "date",
            tr("Date"),
            tr("the later of the two dates compared"),
            lambda row: row.date,
            has_times=has_times,
        ),
        date_column(
            "date_before",
            tr("Date before"),
            tr("the earlier one"),
            lambda row: row.date_before,
            has_times=has_times,
        ),
    )


def _faction() -> Column:
    return _text(
        "faction",
        tr("Faction"),
        tr("whose contact: a faction or an alliance"),
        lambda row: row.faction,
    )


def _neighbour() -> Column:
    return _text(
        "neighbour",
        tr("Neighbour"),
        tr("the country on the other side of the border, or sea"),
        lambda row: row.neighbour,
    )


def _now_held_by(meaning: str) -> Column:
    return _text(
        "now_held_by", tr("Now held by (km)"), meaning, lambda row: alongs_text(row.now_along)
    )


def _text(name: str, alias: str, meaning: str, value: Callable[[Any], Any]) -> Column:
    return Column(name, FieldKind.TEXT, alias, meaning, value)


def _double(name: str, alias: str, meaning: str, value: Callable[[Any], Any]) -> Column:
    return Column(name, FieldKind.DOUBLE, alias, meaning, value)
