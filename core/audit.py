"""What can be wrong with a control layer: the kinds of problems, and those of single rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Iterable, Iterator

import numpy as np
import shapely
from shapely import Geometry
from shapely.errors import GEOSException

from .dates import format_date
from .i18n import tr
from .polygons import polygons_of, repaired

if TYPE_CHECKING:
    from .feedback import Feedback
    from .model import ControlRow

__all__ = [
    "AuditRow",
    "Fault",
    "Kind",
    "KindCount",
    "Problem",
    "Severity",
    "advice",
    "counts_of",
    "mended",
    "row_problems",
]

_FIRST_YEAR = 1000
_ROWS_BETWEEN_CHECKS = 100


class Severity(str, Enum):
    """What a problem does to the figures.

    An error: the feature is left out of them, or has to be repaired first. A warning: they may
    not mean what they seem to. A note: it may well be meant so.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Kind(str, Enum):
    """Everything that is looked for."""

    NULL_GEOMETRY = "null_geometry"
    EMPTY_GEOMETRY = "empty_geometry"
    NOT_POLYGON = "not_polygon"
    INVALID_GEOMETRY = "invalid_geometry"
    NULL_FACTION = "null_faction"
    NULL_DATE = "null_date"
    IMPOSSIBLE_DATE = "impossible_date"
    OVERLAP = "overlap"
    GAP = "gap"
    SLIVER = "sliver"
    MISSING_DATE = "missing_date"
    REDEFINITION = "redefinition"

    @property
    def severity(self) -> Severity:
        """Return what it does to the figures."""
        if self in _WARNINGS:
            return Severity.WARNING
        return Severity.NOTE if self is Kind.GAP else Severity.ERROR

    @property
    def is_repairable(self) -> bool:
        """Return whether a repaired copy has none: made valid, or left out for lack of ground."""
        return self in _REPAIRABLE


_REPAIRABLE = {
    Kind.NULL_GEOMETRY,
    Kind.EMPTY_GEOMETRY,
    Kind.NOT_POLYGON,
    Kind.INVALID_GEOMETRY,
}
_WARNINGS = {Kind.OVERLAP, Kind.SLIVER, Kind.MISSING_DATE, Kind.REDEFINITION}


class Fault(str, Enum):
    """Why the geometry of a row gives no polygons."""

    NULL = "null"
    EMPTY = "empty"
    NOT_POLYGON = "not_polygon"


@dataclass(frozen=True)
class AuditRow:
    """One feature of a control layer, with all that is wrong about reading it.

    Attributes
    ----------
    row : what could be read
    fault : why it has no polygons; None when it has
    unread_date : the text that is no date, if any
    """

    row: ControlRow
    fault: Fault | None = None
    unread_date: str | None = None


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes
    ----------
    date : the first on which it is so; None where it has none
    last_date, dates : the last, and the number of snapshots
    feature_ids : of the features concerned, where they are single ones
    geometry : a polygon or multipolygon in the layer's CRS; None where it has no place
    area_km2 : of the geometry; for a redefinition the change of area, with its sign
    width_m : twice the area by the perimeter: how wide it is on average
    """

    kind: Kind
    text: str
    date: datetime | None = None
    last_date: datetime | None = None
    dates: int = 1
    factions: tuple[str, ...] = ()
    feature_ids: tuple[int, ...] = ()
    geometry: Geometry | None = None
    area_km2: float | None = None
    width_m: float | None = None

    @property
    def severity(self) -> Severity:
        """Return what it does to the figures."""
        return self.kind.severity

    @property
    def sentence(self) -> str:
        """Return what is wrong and what can be done about it."""
        return f"{self.text} {advice(self.kind)}"


@dataclass(frozen=True)
class KindCount:
    """All problems of one kind."""

    kind: Kind
    problems: tuple[Problem, ...]

    @property
    def area_km2(self) -> float | None:
        """Return the area of all of them; None where none has one."""
        areas = [each.area_km2 for each in self.problems if each.area_km2 is not None]
        return sum(abs(area) for area in areas) if areas else None

    @property
    def first_date(self) -> datetime | None:
        """Return the first date with one."""
        return min((each.date for each in self.problems if each.date is not None), default=None)

    @property
    def last_date(self) -> datetime | None:
        """Return the last date with one."""
        dates = (each.last_date for each in self.problems if each.last_date is not None)
        return max(dates, default=None)


def advice(kind: Kind) -> str:
    """Return what a problem of a kind means for the figures, and what to do about it."""
    return {
        Kind.NULL_GEOMETRY: tr("It counts in no figure: draw it, or delete the feature."),
        Kind.EMPTY_GEOMETRY: tr("It counts in no figure: draw it, or delete the feature."),
        Kind.NOT_POLYGON: tr("It counts in no figure: move it to a layer of its own."),
        Kind.INVALID_GEOMETRY: tr(
            "Figures are of its ground as repaired: use the repaired copy (FIXED), or draw it anew."
        ),
        Kind.NULL_FACTION: tr("It counts in no figure: fill in who holds it, or delete it."),
        Kind.NULL_DATE: tr("It counts in no figure: fill in its date, or delete it."),
        Kind.IMPOSSIBLE_DATE: tr(
            "It counts in no figure or on a date of its own: correct its dates."
        ),
        Kind.OVERLAP: tr(
            "It counts for each of them, and as contested: if only one holds it, take it from the "
            "others."
        ),
        Kind.GAP: tr("It counts as unassigned: if somebody holds it, draw it."),
        Kind.SLIVER: tr(
            "If outlines should meet there, snap them to each other; the area counts until then."
        ),
        Kind.MISSING_DATE: tr(
            "The snapshot before stands for it: add it, if there is one to be had."
        ),
        Kind.REDEFINITION: tr(
            "Look at that ground on the map: a line drawn anew is no gain and no loss."
        ),
    }[kind]


def counts_of(problems: Iterable[Problem]) -> list[KindCount]:
    """Return the problems by kind, in order of kind; those that there are none of too."""
    found = list(problems)
    return [KindCount(kind, tuple(p for p in found if p.kind is kind)) for kind in Kind]


def row_problems(
    rows: Iterable[AuditRow], *, dated: bool, today: datetime, feedback: Feedback
) -> Iterator[Problem]:
    """Yield what is wrong with each row by itself, whatever the others are.

    Parameters
    ----------
    dated : whether rows should have a date
    today : later dates are impossible
    """
    for number, row in enumerate(rows):
        if number % _ROWS_BETWEEN_CHECKS == 0:
            feedback.check()
        yield from _geometry_problems(row)
        yield from _attribute_problems(row, dated, today)


def mended(geometry: Geometry) -> Geometry | None:
    """Return the polygons of a geometry made valid, without losing ground; None without area."""
    kinds = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    if shapely.get_type_id(geometry) in kinds and shapely.is_valid(geometry):
        return geometry
    flat = shapely.force_2d(geometry)
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        return None
    try:
        whole = repaired(flat)
    except GEOSException:  # beyond repair
        return None
    return whole if polygons_of(whole) else None


def _geometry_problems(audited: AuditRow) -> Iterator[Problem]:
    row = audited.row
    kinds = {
        Fault.NULL: (Kind.NULL_GEOMETRY, tr("has no geometry")),
        Fault.EMPTY: (Kind.EMPTY_GEOMETRY, tr("has an empty geometry")),
        Fault.NOT_POLYGON: (Kind.NOT_POLYGON, tr("is no polygon")),
    }
    if audited.fault is not None:
        kind, what = kinds[audited.fault]
        yield _of_row(row, kind, what)
        return
    geometry = shapely.from_wkb(row.wkb, on_invalid="ignore")
    if geometry is None:
        yield _of_row(row, Kind.INVALID_GEOMETRY, tr("has an outline that is none"))
        return
    if shapely.is_valid(geometry):
        return
    reason = shapely.is_valid_reason(geometry)
    yield _of_row(
        row,
        Kind.INVALID_GEOMETRY,
        tr("has an invalid geometry: {reason}").format(reason=reason),
    )


def _attribute_problems(audited: AuditRow, dated: bool, today: datetime) -> Iterator[Problem]:
    row = audited.row
    if row.faction is None or not row.faction.strip():
        yield _of_row(row, Kind.NULL_FACTION, tr("has no faction"))
    if not dated:
        return
    if audited.unread_date is not None:
        what = tr('has "{text}" for a date').format(text=audited.unread_date)
        yield _of_row(row, Kind.IMPOSSIBLE_DATE, what)
    elif row.start is None:
        yield _of_row(row, Kind.NULL_DATE, tr("has no date"))
    else:
        yield from _impossible_dates(row, row.start, today)


def _impossible_dates(row: ControlRow, start: datetime, today: datetime) -> Iterator[Problem]:
    if row.end is not None and row.end <= start:
        # an end that still counts is kept as the day after it, so it is not named here
        what = tr("has an end that is not after its start")
        yield _of_row(row, Kind.IMPOSSIBLE_DATE, what)
    if start > today + timedelta(days=1):  # it is tomorrow already in the east
        yield _of_row(row, Kind.IMPOSSIBLE_DATE, tr("lies in the future"))
    elif start.year < _FIRST_YEAR:
        yield _of_row(row, Kind.IMPOSSIBLE_DATE, tr("lies before the year 1000"))


def _of_row(row: ControlRow, kind: Kind, what: str) -> Problem:
    known = [row.faction or "", format_date(row.start)]
    text = tr("Feature {id}{known} {what}.").format(
        id=row.feature_id, known=_in_brackets([each for each in known if each]), what=what
    )
    return Problem(
        kind,
        text,
        date=row.start,
        last_date=row.start,
        factions=(row.faction,) if row.faction else (),
        feature_ids=(row.feature_id,),
        geometry=_drawn(row),
    )


def _in_brackets(texts: list[str]) -> str:
    return " ({})".format(", ".join(texts)) if texts else ""


def _drawn(row: ControlRow) -> Geometry | None:
    """Return what can be shown of a row on the map."""
    geometry = None if row.wkb is None else shapely.from_wkb(row.wkb, on_invalid="ignore")
    return None if geometry is None else mended(geometry)
