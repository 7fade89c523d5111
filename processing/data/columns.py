"""Fields of the results of this group, each with its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from ...compat import FieldKind
from ...core.i18n import tr
from ..convert import to_qdate, to_qdatetime
from ..fields import Column

if TYPE_CHECKING:
    from ...core.assembly import GatheredRow
    from ...core.audit import Problem

__all__ = ["count_columns", "problem_columns", "series_columns"]


def series_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of `buildseries`, whose rows are `GatheredRow`."""
    kind, convert = (FieldKind.DATETIME, to_qdatetime) if has_times else (FieldKind.DATE, to_qdate)

    def start(row: GatheredRow) -> object:
        return convert(row.start)

    def end(row: GatheredRow) -> object:
        return convert(row.end)

    return (
        Column(
            "faction",
            FieldKind.TEXT,
            tr("Faction"),
            tr("who holds the ground"),
            lambda row: row.faction,
        ),
        Column(
            "valid_from",
            kind,
            tr("Valid from"),
            tr("date of the snapshot"),
            start,
        ),
        Column(
            "valid_to",
            kind,
            tr("Valid to"),
            tr("first date on which it no longer counts: that of the next snapshot; empty: open"),
            end,
        ),
        Column(
            "source",
            FieldKind.TEXT,
            tr("Source"),
            tr("the file, or the layer, that the polygon comes from"),
            lambda row: row.source,
        ),
    )


def problem_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of `auditcontrol`, whose rows are `Problem`."""
    kind, convert = (FieldKind.DATETIME, to_qdatetime) if has_times else (FieldKind.DATE, to_qdate)
    return (
        _text("kind", tr("Kind"), tr("what is wrong"), lambda row: row.kind.value),
        _text(
            "severity",
            tr("Severity"),
            tr("error, warning or note: what it does to the figures"),
            lambda row: row.severity.value,
        ),
        Column(
            "date",
            kind,
            tr("Date"),
            tr("the first date on which it is so"),
            lambda row: convert(row.date),
        ),
        Column(
            "last_date",
            kind,
            tr("Last date"),
            tr("the last date on which the very same is so"),
            lambda row: convert(row.last_date),
        ),
        Column(
            "dates",
            FieldKind.INTEGER,
            tr("Dates"),
            tr("number of snapshots in which it is so"),
            lambda row: row.dates,
        ),
        _text("factions", tr("Factions"), tr("whose ground it is"), _factions),
        Column(
            "area_km2",
            FieldKind.DOUBLE,
            tr("Area (km2)"),
            tr("how large it is; of a redefinition the change of area"),
            lambda row: row.area_km2,
            decimals=3,
        ),
        Column(
            "width_m",
            FieldKind.DOUBLE,
            tr("Width (m)"),
            tr("how wide it is on average: twice the area by the perimeter"),
            lambda row: row.width_m,
        ),
        _text("feature_ids", tr("Features"), tr("ids of the features concerned"), _feature_ids),
        _text(
            "text",
            tr("Text"),
            tr("the same in words, and what to do about it"),
            lambda row: row.sentence,
        ),
    )


def count_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of the table of `auditcontrol`, whose rows are `KindCount`."""
    kind, convert = (FieldKind.DATETIME, to_qdatetime) if has_times else (FieldKind.DATE, to_qdate)
    return (
        _text("kind", tr("Kind"), tr("what was looked for"), lambda row: row.kind.value),
        _text(
            "severity",
            tr("Severity"),
            tr("error, warning or note"),
            lambda row: row.kind.severity.value,
        ),
        Column(
            "count",
            FieldKind.INTEGER,
            tr("Number"),
            tr("how many problems of this kind there are"),
            lambda row: len(row.problems),
        ),
        Column(
            "area_km2",
            FieldKind.DOUBLE,
            tr("Area (km2)"),
            tr("area of all of them together, empty where they have none"),
            lambda row: row.area_km2,
            decimals=3,
        ),
        Column(
            "first_date",
            kind,
            tr("First date"),
            tr("the first date with one"),
            lambda row: convert(row.first_date),
        ),
        Column(
            "last_date",
            kind,
            tr("Last date"),
            tr("the last date with one"),
            lambda row: convert(row.last_date),
        ),
    )


def _text(name: str, alias: str, meaning: str, value: Callable[[Any], Any]) -> Column:
    return Column(name, FieldKind.TEXT, alias, meaning, value)


def _factions(problem: Problem) -> str:
    return "; ".join(problem.factions)


def _feature_ids(problem: Problem) -> str:
    return "; ".join(str(number) for number in problem.feature_ids)
