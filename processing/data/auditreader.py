"""Features of a control layer read as they are, with what is wrong about reading them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Iterator

from qgis.core import QgsFeature, QgsFeatureSource, QgsWkbTypes

from ...core.errors import DateError
from ...core.model import ControlRow
from ..convert import check_read_whole, field_index, plain_value, polygon_wkb, raw_features

if TYPE_CHECKING:
    from ...core.audit import AuditRow, Fault
    from ...core.feedback import Feedback

__all__ = ["AuditFields", "read_audit_rows"]

_ROWS_BETWEEN_CHECKS = 100


@dataclass(frozen=True)
class AuditFields:
    """The fields of a control layer, by name; None where there is none."""

    faction: str | None
    date: str | None
    end: str | None
    end_inclusive: bool


def read_audit_rows(
    source: QgsFeatureSource, fields: AuditFields, label: str, feedback: Feedback
) -> Iterator[tuple[QgsFeature, AuditRow]]:
    """Yield every feature with the row that it is, good or bad.

    Raises
    ------
    FieldError : if there is no field of a name
    """
    # not with the module, which is loaded where shapely is missing too
    from ...core.audit import AuditRow

    faction = field_index(source, fields.faction, label)
    date, end = field_index(source, fields.date, label), field_index(source, fields.end, label)
    everything = range(source.fields().count())
    # series repeat their polygons: the same bytes are kept once
    seen: dict[bytes, bytes] = {}
    count, number = source.featureCount(), -1
    for number, feature in enumerate(raw_features(source, everything)):
        if number % _ROWS_BETWEEN_CHECKS == 0:
            feedback.check()
        name = source.sourceName() if faction is None else plain_value(feature[faction])
        start, unread = _moment(feature, date)
        until, unread_end = _moment(feature, end)
        if until is not None and fields.end_inclusive:
            until = datetime.combine(until.date(), time.min) + timedelta(days=1)
        wkb, fault = _geometry(feature)
        if wkb is not None:
            wkb = seen.setdefault(wkb, wkb)
        row = ControlRow(
            feature_id=feature.id(),
            faction=None if name is None else str(name).strip() or None,
            wkb=wkb,
            start=start,
            end=until,
        )
        yield feature, AuditRow(row, fault, unread or unread_end)
    if number + 1 < count:
        check_read_whole(source, number + 1, source.sourceName())


def _moment(feature: QgsFeature, index: int | None) -> tuple[datetime | None, str | None]:
    """Return a date, or else the text that is none."""
    from ...core.dates import parse_date

    value: Any = None if index is None else plain_value(feature[index])
    if value is None or (isinstance(value, str) and not value.strip()):
        return None, None
    try:
        return parse_date(value), None
    except DateError:
        return None, str(value)


def _geometry(feature: QgsFeature) -> tuple[bytes | None, Fault | None]:
    from ...core.audit import Fault

    geometry = feature.geometry()
    if geometry.isNull():
        return None, Fault.NULL
    if geometry.isEmpty():
        return None, Fault.EMPTY
    wkb = polygon_wkb(geometry)
    if wkb is None:
        area = QgsWkbTypes.GeometryType.PolygonGeometry
        return None, Fault.EMPTY if geometry.type() == area else Fault.NOT_POLYGON
    return wkb, None
