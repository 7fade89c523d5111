"""The fields of `controlsummary`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from ..compat import FieldKind
from ..core.i18n import tr
from ..core.summarytext import lengths_text
from .changefields import moment_column
from .fields import Column

if TYPE_CHECKING:
    from ..core.summary import SummaryRow

__all__ = ["summary_columns"]


def summary_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of `controlsummary`, whose rows are `SummaryRow`."""
    return (
        moment_column(
            "date",
            tr("Date"),
            tr("date of the snapshot; empty on an undated layer"),
            lambda row: row.date,
            has_times=has_times,
        ),
        Column(
            "faction",
            FieldKind.TEXT,
            tr("Faction"),
            tr("a faction or alliance, contested: A + B, or unassigned"),
            lambda row: row.faction,
        ),
        Column(
            "kind",
            FieldKind.TEXT,
            tr("Kind"),
            tr("faction, contested or unassigned"),
            lambda row: row.kind,
        ),
        Column(
            "province",
            FieldKind.TEXT,
            tr("Province"),
            tr(
                "empty (null) where the row is of the whole home country; by province, a text of "
                "no length is what lies in no province"
            ),
            lambda row: row.province,
        ),
        *_area_columns(),
        *_enclave_columns(),
        *_change_columns(),
    )


def _km2(
    name: str, alias: str, meaning: str, value: Callable[[SummaryRow], float | None]
) -> Column:
    return Column(name, FieldKind.DOUBLE, alias, meaning, value, decimals=2)


def _area_columns() -> tuple[Column, ...]:
    return (
        _km2(
            "km2",
            tr("Ground (km2)"),
            tr(
                "inside the home country and held by nobody else; of the rows of one date it sums "
                "to the area of the home country"
            ),
            lambda row: row.km2,
        ),
        Column(
            "share_pct",
            FieldKind.DOUBLE,
            tr("Share (%)"),
            tr("how much of the reference area that is; by province, of the province"),
            lambda row: row.share_pct,
            decimals=2,
        ),
        _km2(
            "area_km2",
            tr("All ground (km2)"),
            tr("all that it holds: km2, contested_km2 and outside_km2"),
            lambda row: row.area_km2,
        ),
        _km2(
            "contested_km2",
            tr("Contested (km2)"),
            tr("of that, what others hold as well, inside the home country"),
            lambda row: row.contested_km2,
        ),
        _km2(
            "outside_km2",
            tr("Outside (km2)"),
            tr("of that, what lies outside the home country, contested or not"),
            lambda row: row.outside_km2,
        ),
    )


def _enclave_columns() -> tuple[Column, ...]:
    return (
        Column(
            "enclaves",
            FieldKind.INTEGER,
            tr("Enclaves"),
            tr("number of enclaves; by province, of those with presence there"),
            lambda row: row.enclaves,
        ),
        _km2(
            "largest_km2",
            tr("Largest enclave (km2)"),
            tr("area of the largest one; by province, of its ground there"),
            lambda row: row.largest_km2,
        ),
        Column(
            "border_km",
            FieldKind.DOUBLE,
            tr("Border contact (km)"),
            tr("of all its enclaves; empty by province"),
            lambda row: _total_km(row, row.border_km),
        ),
        Column(
            "border_with",
            FieldKind.TEXT,
            tr("Border contact with (km)"),
            tr("the same by neighbour, the longest first"),
            lambda row: lengths_text(row.border_km),
        ),
        Column(
            "front_km",
            FieldKind.DOUBLE,
            tr("Front line (km)"),
            tr("of all its enclaves; empty by province"),
            lambda row: _total_km(row, row.front_km),
        ),
        Column(
            "front_with",
            FieldKind.TEXT,
            tr("Front line with (km)"),
            tr("the same by other faction, the longest first"),
            lambda row: lengths_text(row.front_km),
        ),
    )


def _change_columns() -> tuple[Column, ...]:
    return (
        _km2(
            "gained_km2",
            tr("Gained (km2)"),
            tr("since the date before, without redrawing; empty on the first date"),
            lambda row: row.gained_km2,
        ),
        _km2(
            "lost_km2",
            tr("Lost (km2)"),
            tr("since the date before, without redrawing; empty on the first date"),
            lambda row: row.lost_km2,
        ),
        _km2(
            "redraw_km2",
            tr("Redrawn (km2)"),
            tr("what redrawing brought, or took where it is below 0"),
            lambda row: row.redraw_km2,
        ),
        _km2(
            "net_km2",
            tr("Net change (km2)"),
            tr(
                "gained less lost, with redrawing: the change of area_km2; of unassigned ground, "
                "that of km2"
            ),
            lambda row: row.net_km2,
        ),
    )


def _total_km(row: SummaryRow, lengths: tuple[tuple[str, float], ...]) -> float | None:
    """Return the sum; None in rows that no length is told of."""
    if row.province is not None or row.kind != "faction":
        return None
    return sum(km for _, km in lengths)
