"""The fields of `enclavehistory` and of its events: name, kind, unit and meaning, each once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

from ..compat import FieldKind
from ..core.i18n import tr
from ..core.lineagetext import holders_text, presence_text, relatives_text
from .convert import to_qdate, to_qdatetime
from .fields import Column, enclave_columns

if TYPE_CHECKING:
    from datetime import datetime

    from ..core.history import TracedEnclave
    from ..core.model import Enclave
    from ..core.necks import Neck

__all__ = ["HistoryRow", "date_column", "event_columns", "history_columns"]

_OF_ENCLAVE_BEFORE = ("date", "faction")
_OF_ENCLAVE_AFTER = (
    "area_km2", "rank", "main", "share_faction_pct", "share_country_pct", "perimeter_km",
    "border_km", "border_with", "border_dist_km", "front_km", "neighbours", "status",
    "enclosed_by", "places", "lon", "lat",
)  # fmt: skip


@dataclass(frozen=True)
class HistoryRow:
    """A row of `enclavehistory`: one enclave on one date; `neck` None: none, or not looked for."""

    traced: TracedEnclave
    neck: Neck | None
    min_presence_km2: float

    @property
    def enclave(self) -> Enclave:
        """Return the enclave itself."""
        return self.traced.enclave


def date_column(
    name: str, alias: str, meaning: str, value: Callable[[Any], datetime], *, has_times: bool
) -> Column:
    """Return a field with a date, or with date and time where snapshots have them."""
    kind, convert = (FieldKind.DATETIME, to_qdatetime) if has_times else (FieldKind.DATE, to_qdate)
    return Column(name, kind, alias, meaning, lambda row: convert(value(row)))


def history_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of `enclavehistory`, whose rows are `HistoryRow`."""
    of_enclave = {column.name: column for column in enclave_columns(has_times=has_times)}
    before, after = (
        tuple(_of_enclave(of_enclave[name]) for name in names)
        for names in (_OF_ENCLAVE_BEFORE, _OF_ENCLAVE_AFTER)
    )
    return (
        *before,
        *_identity(has_times),
        *_looking_back(),
        *_looking_ahead(),
        *after,
        _text(
            "provinces",
            tr("Provinces (% of area)"),
            tr("the provinces that it lies in, each with its part of the area"),
            lambda row: presence_text(row.enclave.provinces, row.min_presence_km2),
        ),
        *_neck(),
    )


def event_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of events."""
    return (
        date_column(
            "date", tr("Date"), tr("the date by which it had happened"),
            lambda event: event.date, has_times=has_times,
        ),
        date_column(
            "date_before", tr("Date before"), tr("the snapshot before, when it had not"),
            lambda event: event.date_before, has_times=has_times,
        ),
        _text(
            "kind",
            tr("Event"),
            tr(
                "appeared, vanished, split, merged, contact_lost, contact_gained, encircled, "
                "relieved, presence_began, presence_ended, place_taken or largest_lost"
            ),
            lambda event: event.kind.value,
        ),
        _text(
            "faction",
            tr("Faction"),
            tr("whom it happened to; empty where nobody held the place that was taken"),
            lambda event: event.faction,
        ),
        Column(
            "enclave_id",
            FieldKind.INTEGER,
            tr("Enclave"),
            tr("the enclave that it happened to; empty where it is too small to be followed"),
            lambda event: event.enclave_id,
        ),
        _text(
            "other",
            tr("Other side"),
            tr(
                "who took most of the ground or the place, lies along the border now, surrounds "
                "the enclave, or held the ground before"
            ),
            lambda event: event.other,
        ),
        _text(
            "where", tr("Where"), tr("the neighbour, province or place"), lambda event: event.where
        ),
        _double(
            "km2",
            tr("Area (km2)"),
            tr(
                "area of the enclave (of a vanished, split, lost or relieved one: before), or "
                "ground in the province"
            ),
            lambda event: event.km2,
        ),
        _double(
            "km",
            tr("Length (km)"),
            tr("length of the border contact that was lost or gained"),
            lambda event: event.km,
        ),
        _text("text", tr("Text"), tr("the event in a sentence"), lambda event: event.text),
    )  # fmt: skip


def _identity(has_times: bool) -> tuple[Column, ...]:
    return (
        Column(
            "enclave_id",
            FieldKind.INTEGER,
            tr("Enclave"),
            tr("the number that an enclave keeps through all dates"),
            lambda row: row.traced.enclave_id,
        ),
        date_column(
            "first_date", tr("First date"), tr("the first date with this enclave"),
            lambda row: row.traced.first_date, has_times=has_times,
        ),
        _double(
            "age_days",
            tr("Age (days)"),
            tr("days since the first date with this enclave"),
            lambda row: row.traced.age_days,
            decimals=0,
        ),
    )  # fmt: skip


def _looking_back() -> tuple[Column, ...]:
    return (
        _text(
            "lineage",
            tr("Lineage"),
            tr(
                "how it follows from the date before: continued, split (one of several heirs), "
                "merged (of several) or appeared; empty on the first date"
            ),
            lambda row: row.traced.lineage and row.traced.lineage.value,
        ),
        _text(
            "parents",
            tr("Parents (% of area)"),
            tr("the enclaves that it follows from, with the part of its area that was theirs"),
            lambda row: relatives_text(row.traced.parents),
        ),
        Column(
            "predecessor",
            FieldKind.INTEGER,
            tr("Predecessor"),
            tr("of one that appeared: the enclave that vanished in the same place before"),
            lambda row: row.traced.predecessor,
        ),
        _double(
            "change_km2",
            tr("Change (km2)"),
            tr("since the date before, when a new enclave was 0; empty on the first date"),
            lambda row: row.traced.change_km2,
        ),
        _double(
            "change_first_km2",
            tr("Change since the first date (km2)"),
            tr("since its own first date"),
            lambda row: row.traced.change_first_km2,
        ),
        _text(
            "gained_from",
            tr("Gained from (km2)"),
            tr("ground in it that its faction did not hold the date before, by who held it"),
            lambda row: holders_text(row.traced.gained_from),
        ),
    )


def _looking_ahead() -> tuple[Column, ...]:
    return (
        _text(
            "fate",
            tr("Fate"),
            tr(
                "what became of it by the next date: continued, split, merged or vanished; empty "
                "on the last date"
            ),
            lambda row: row.traced.fate and row.traced.fate.value,
        ),
        _text(
            "children",
            tr("Children (% of area)"),
            tr("the enclaves that follow from it, with the part of its area that is theirs"),
            lambda row: relatives_text(row.traced.children),
        ),
        _double(
            "lost_km2",
            tr("Lost (km2)"),
            tr("its ground that its faction does not hold on the next date; empty on the last"),
            lambda row: None if row.traced.fate is None else row.traced.lost_km2,
        ),
        _text(
            "lost_to",
            tr("Lost to (km2)"),
            tr("the same by who holds it on the next date, the largest first"),
            lambda row: holders_text(row.traced.lost_to),
        ),
    )


def _neck() -> tuple[Column, ...]:
    return (
        _double(
            "neck_m",
            tr("Neck (m)"),
            tr("width of its narrowest land bridge; empty where none is as narrow as asked for"),
            lambda row: row.neck and row.neck.width_m,
            decimals=0,
        ),
        _text(
            "neck_sides",
            tr("Sides of the neck (km2)"),
            tr("area on each side of that bridge, the larger first"),
            lambda row: row.neck and "; ".join(f"{km2:,.1f}" for km2 in row.neck.sides_km2),
        ),
        *(
            _double(
                name,
                alias,
                meaning,
                lambda row, name=name: row.neck and getattr(row.neck, name.split("_")[1]),
                decimals=5,
            )
            for name, alias, meaning in (
                ("neck_lon", tr("Longitude of the neck"), tr("longitude of a point in the bridge")),
                ("neck_lat", tr("Latitude of the neck"), tr("latitude of a point in the bridge")),
            )
        ),
    )


def _text(name: str, alias: str, meaning: str, value: Callable[[Any], Any]) -> Column:
    return Column(name, FieldKind.TEXT, alias, meaning, value)


def _double(
    name: str, alias: str, meaning: str, value: Callable[[Any], Any], *, decimals: int = 1
) -> Column:
    return Column(name, FieldKind.DOUBLE, alias, meaning, value, decimals)


def _of_enclave(column: Column) -> Column:
    """Return a column of an enclave as one of a `HistoryRow`."""
    return Column(
        column.name,
        column.kind,
        column.alias,
        column.meaning,
        lambda row: column.value(row.enclave),
        column.decimals,
    )
