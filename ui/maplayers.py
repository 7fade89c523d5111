"""The dock's own layers: what each holds of a date, with the fields of the algorithms' results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import Enum
from typing import TYPE_CHECKING, Any, Callable, FrozenSet, Iterator, Mapping, Sequence, Tuple

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureSink,
    QgsGeometry,
    QgsVectorLayer,
    QgsWkbTypes,
)

from ..core.i18n import tr
from ..processing.changefields import DatedTransition, transition_columns
from ..processing.contactfields import stretch_columns
from ..processing.convert import to_qgs_geometry
from ..processing.fields import (
    BorderStretch,
    Column,
    contact_columns,
    enclave_columns,
    label_columns,
    to_fields,
)
from ..processing.historyfields import HistoryRow, history_columns

if TYPE_CHECKING:
    from datetime import datetime

    from shapely import Geometry

    from .results import Analysis, Comparison, DateResult

__all__ = ["Role", "Shown", "columns_of", "features_of", "has_times", "make_layer", "refill"]


class Role(str, Enum):
    """What a layer of the dock shows, the uppermost first."""

    STRETCHES = "stretches"
    CONTACTS = "contacts"
    ENCLAVES = "enclaves"
    CHANGES = "changes"
    CONTROL = "control"


@dataclass(frozen=True)
class Shown:
    """One date of an analysis, and what changed until then since another; None: nothing."""

    analysis: Analysis
    result: DateResult
    comparison: Comparison | None


@dataclass(frozen=True)
class _Held:
    date: datetime
    faction: str
    area_km2: float


def has_times(analysis: Analysis) -> bool:
    """Return whether a date of the analysis has a time of day."""
    return any(date.time() != time.min for date in analysis.dates)


def make_layer(role: Role, analysis: Analysis) -> QgsVectorLayer:
    """Return an empty layer in memory, read-only for the user, with headings for its fields."""
    columns = columns_of(role, has_times=has_times(analysis))
    options = QgsVectorLayer.LayerOptions(loadDefaultStyle=False)
    # its CRS is set below: no question may be asked about it
    options.skipCrsValidation = True
    kind = "MultiPolygon" if _TYPES[role] == _POLYGONS else "MultiLineString"
    layer = QgsVectorLayer(kind, _name_of(role), "memory", options)
    layer.setCrs(QgsCoordinateReferenceSystem.fromWkt(analysis.crs_wkt))
    layer.dataProvider().addAttributes(list(to_fields(columns)))
    layer.updateFields()
    label_columns(layer, columns)
    layer.setReadOnly(True)
    # no question about losing what the dock makes anew at any time
    layer.setCustomProperty("skipMemoryLayersCheck", 1)
    return layer


def columns_of(role: Role, *, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of the layer of a role: those of a result, without what is not known."""
    columns, left_out = _COLUMNS[role]
    return tuple(each for each in columns(has_times=has_times) if each.name not in left_out)


def features_of(role: Role, columns: Sequence[Column], shown: Shown) -> list[QgsFeature]:
    """Return what the layer of a role holds; what has no geometry is left out."""
    features = []
    for row, geometry in _ROWS[role](shown):
        converted = _converted(role, geometry)
        if converted is None:
            continue
        feature = QgsFeature()
        feature.setGeometry(converted)
        feature.setAttributes([column.value(row) for column in columns])
        features.append(feature)
    return features


def refill(layer: QgsVectorLayer, features: list[QgsFeature]) -> None:
    """Put these features in the place of all others, and let the layer be drawn again."""
    provider = layer.dataProvider()
    if not features and not provider.featureCount():
        return
    provider.truncate()
    added, _ = provider.addFeatures(features, QgsFeatureSink.Flag.FastInsert)
    if not added:
        raise RuntimeError(
            tr('Layer "{name}" does not take its features.').format(name=layer.name())
        )
    layer.updateExtents()
    provider.dataChanged.emit()  # for selections and open attribute tables
    layer.triggerRepaint()


def _name_of(role: Role) -> str:
    return {
        Role.STRETCHES: tr("Border contact lost and gained"),
        Role.CONTACTS: tr("Border contact"),
        Role.ENCLAVES: tr("Enclaves"),
        Role.CHANGES: tr("Ground gained"),
        Role.CONTROL: tr("Control at this date"),
    }[role]


def _converted(role: Role, geometry: Geometry) -> QgsGeometry | None:
    converted = to_qgs_geometry(geometry)
    if converted.isNull() or converted.isEmpty():
        return None
    kind = _TYPES[role]
    if converted.type() == kind:
        return converted
    # a union may leave stray lines or points beside its polygons
    return converted if converted.convertGeometryCollectionToSubclass(kind) else None


def _held_columns(*, has_times: bool) -> tuple[Column, ...]:
    kept = ("date", "faction", "area_km2")
    return tuple(each for each in enclave_columns(has_times=has_times) if each.name in kept)


_Row = Tuple[Any, "Geometry"]


def _held_rows(shown: Shown) -> Iterator[_Row]:
    position = shown.analysis.dates.index(shown.result.date)
    for faction, geometry in shown.result.held.items():
        area_km2 = shown.analysis.areas_km2[faction][position]
        yield _Held(shown.result.date, faction, area_km2), geometry


def _enclave_rows(shown: Shown) -> Iterator[_Row]:
    for traced in shown.result.enclaves:
        yield HistoryRow(traced, None, 0.0), traced.enclave.geometry


def _contact_rows(shown: Shown) -> Iterator[_Row]:
    for traced in shown.result.enclaves:
        for contact in traced.enclave.contacts:
            yield BorderStretch(traced.enclave, contact, 0.0), contact.geometry


def _change_rows(shown: Shown) -> Iterator[_Row]:
    found = shown.comparison
    for transition in () if found is None else found.transitions:
        if not transition.is_rounding:
            row = DatedTransition(found.from_date, found.to_date, transition)
            yield row, transition.geometry


def _stretch_rows(shown: Shown) -> Iterator[_Row]:
    """Yield what was lost and gained; what was kept is border contact, in a layer of its own."""
    for drawn in () if shown.comparison is None else shown.comparison.stretches:
        if drawn.change.change.value != "kept":
            yield drawn.change, drawn.geometry


_POLYGONS = QgsWkbTypes.GeometryType.PolygonGeometry
_LINES = QgsWkbTypes.GeometryType.LineGeometry

_TYPES = {
    Role.STRETCHES: _LINES,
    Role.CONTACTS: _LINES,
    Role.ENCLAVES: _POLYGONS,
    Role.CHANGES: _POLYGONS,
    Role.CONTROL: _POLYGONS,
}
_NECK = frozenset(("neck_m", "neck_sides", "neck_lon", "neck_lat"))
_COLUMNS: Mapping[Role, Tuple[Callable[..., Tuple[Column, ...]], FrozenSet[str]]] = {
    Role.STRETCHES: (stretch_columns, frozenset()),
    Role.CONTACTS: (contact_columns, frozenset(("border_total_km", "share_border_pct"))),
    # provinces there are those with presence, and the least presence is not known here
    Role.ENCLAVES: (history_columns, _NECK | {"provinces"}),
    Role.CHANGES: (transition_columns, frozenset()),
    Role.CONTROL: (_held_columns, frozenset()),
}
_ROWS: Mapping[Role, Callable[[Shown], Iterator[_Row]]] = {
    Role.STRETCHES: _stretch_rows,
    Role.CONTACTS: _contact_rows,
    Role.ENCLAVES: _enclave_rows,
    Role.CHANGES: _change_rows,
    Role.CONTROL: _held_rows,
}
