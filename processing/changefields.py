"""The fields of the results about change: transitions, their matrix, and churn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

from ..compat import FieldKind
from ..core import text
from ..core.i18n import tr
from .convert import to_qdate, to_qdatetime
from .fields import Column

if TYPE_CHECKING:
    from datetime import datetime

    from ..core.changes import Step, Transition

__all__ = [
    "DatedTransition",
    "MatrixRow",
    "churn_columns",
    "matrix_columns",
    "matrix_rows",
    "moment_column",
    "transition_columns",
]


@dataclass(frozen=True)
class DatedTransition:
    """A row of `controlchanges`."""

    from_date: datetime | None
    to_date: datetime | None
    transition: Transition


@dataclass(frozen=True)
class MatrixRow:
    """All that went from one holder to another between two dates."""

    from_date: datetime | None
    to_date: datetime | None
    from_faction: str
    to_faction: str
    change_km2: float
    redraw_km2: float
    count: int

    @property
    def km2(self) -> float:
        """Return change and redrawing together: with both, sums close."""
        return self.change_km2 + self.redraw_km2


def matrix_rows(step: Step) -> list[MatrixRow]:
    """Return one row for each pair of holders between which ground went, in alphabetical order."""
    found: dict[tuple[str, str], list[Transition]] = {}
    for each in step.transitions:
        found.setdefault((each.from_faction, each.to_faction), []).append(each)
    return [
        MatrixRow(
            step.from_date,
            step.to_date,
            *pair,
            change_km2=sum(each.area_km2 for each in found[pair] if not each.is_redraw),
            redraw_km2=sum(each.area_km2 for each in found[pair] if each.is_redraw),
            count=sum(not each.is_rounding for each in found[pair]),
        )
        for pair in sorted(found)
    ]


def moment_column(
    name: str, alias: str, meaning: str, value: Callable[[Any], Any], *, has_times: bool
) -> Column:
    """Return a date, or a date and time where the series has times of day."""
    kind, convert = (FieldKind.DATETIME, to_qdatetime) if has_times else (FieldKind.DATE, to_qdate)
    return Column(name, kind, alias, meaning, lambda row: convert(value(row)))


def transition_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of `controlchanges`, whose rows are `DatedTransition`."""
    return (
        Column(
            "from_faction",
            FieldKind.TEXT,
            tr("From"),
            tr(
                "who held the ground before: a faction or alliance, contested: A + B where several "
                "did, or unassigned"
            ),
            lambda row: row.transition.from_faction,
        ),
        Column(
            "to_faction",
            FieldKind.TEXT,
            tr("To"),
            tr("who holds it after, likewise"),
            lambda row: row.transition.to_faction,
        ),
        *_span_columns(has_times),
        Column(
            "area_km2",
            FieldKind.DOUBLE,
            tr("Area (km2)"),
            tr("area of the ground on the ellipsoid"),
            lambda row: row.transition.area_km2,
            decimals=2,
        ),
        Column(
            "width_m",
            FieldKind.DOUBLE,
            tr("Width (m)"),
            tr("how wide it is on average: 2 x area / perimeter"),
            lambda row: row.transition.width_m,
            decimals=0,
        ),
        Column(
            "kind",
            FieldKind.TEXT,
            tr("Kind"),
            tr("change, or redraw where it is narrower than the smallest width of a change"),
            lambda row: row.transition.kind,
        ),
        Column(
            "provinces",
            FieldKind.TEXT,
            tr("Provinces (% of area)"),
            tr("the provinces that it lies in, each with its part of the area"),
            lambda row: text.provinces_text(row.transition),
        ),
        Column(
            "places",
            FieldKind.TEXT,
            tr("Places"),
            tr("the places inside"),
            lambda row: text.places_text(row.transition),
        ),
    )


def matrix_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of the matrix, whose rows are `MatrixRow`."""
    return (
        *_span_columns(has_times),
        Column(
            "from_faction",
            FieldKind.TEXT,
            tr("From"),
            tr("who held the ground before"),
            lambda row: row.from_faction,
        ),
        Column(
            "to_faction",
            FieldKind.TEXT,
            tr("To"),
            tr("who holds it after"),
            lambda row: row.to_faction,
        ),
        Column(
            "km2",
            FieldKind.DOUBLE,
            tr("Area (km2)"),
            tr("change and redrawing together"),
            lambda row: row.km2,
            decimals=2,
        ),
        Column(
            "change_km2",
            FieldKind.DOUBLE,
            tr("Change (km2)"),
            tr("of it, ground that changed hands"),
            lambda row: row.change_km2,
            decimals=2,
        ),
        Column(
            "redraw_km2",
            FieldKind.DOUBLE,
            tr("Redrawn (km2)"),
            tr("of it, ground that was only drawn otherwise"),
            lambda row: row.redraw_km2,
            decimals=2,
        ),
        Column(
            "count",
            FieldKind.INTEGER,
            tr("Transitions"),
            tr("number of connected bits of ground"),
            lambda row: row.count,
        ),
    )


def churn_columns() -> tuple[Column, ...]:
    """Return the fields of the churn, whose rows are `Churn`."""
    return (
        Column(
            "times",
            FieldKind.INTEGER,
            tr("Times"),
            tr("how often the ground changed hands"),
            lambda row: row.times,
        ),
        Column(
            "redraws",
            FieldKind.INTEGER,
            tr("Redrawn"),
            tr("how often it was only drawn otherwise"),
            lambda row: row.redraws,
        ),
        Column(
            "first_faction",
            FieldKind.TEXT,
            tr("First"),
            tr("who held it on the first date"),
            lambda row: row.first_faction,
        ),
        Column(
            "last_faction",
            FieldKind.TEXT,
            tr("Last"),
            tr("who holds it on the last date"),
            lambda row: row.last_faction,
        ),
        Column(
            "returned",
            FieldKind.BOOL,
            tr("Came back"),
            tr("whether who held it first holds it last"),
            lambda row: row.returned,
        ),
        Column(
            "area_km2",
            FieldKind.DOUBLE,
            tr("Area (km2)"),
            tr("area of the ground on the ellipsoid"),
            lambda row: row.area_km2,
            decimals=2,
        ),
    )


def _span_columns(has_times: bool) -> tuple[Column, ...]:
    return (
        moment_column(
            "from_date",
            tr("From date"),
            tr("date of the snapshot before"),
            lambda row: row.from_date,
            has_times=has_times,
        ),
        moment_column(
            "to_date",
            tr("To date"),
            tr("date of the snapshot after"),
            lambda row: row.to_date,
            has_times=has_times,
        ),
    )
