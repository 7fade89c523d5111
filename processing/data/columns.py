"""Fields of the results of this group, each with its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...compat import FieldKind
from ...core.i18n import tr
from ..convert import to_qdate, to_qdatetime
from ..fields import Column

if TYPE_CHECKING:
    from ...core.assembly import GatheredRow

__all__ = ["series_columns"]


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
