"""The only place where features of QGIS become rows and shapely geometries, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Sequence

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSource,
    QgsGeometry,
    QgsProcessingFeatureSource,
    QgsRectangle,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime

from ..core.errors import AllianceError, FieldError, ReadError
from ..core.i18n import tr

if TYPE_CHECKING:
    from datetime import date, datetime

    from shapely import Geometry

    from ..core.feedback import Feedback

__all__ = [
    "GeometryConverter",
    "alliances_from_table",
    "check_read_whole",
    "crs_text",
    "features_by_id",
    "field_index",
    "first_ids",
    "name_text",
    "named_geometries",
    "plain_value",
    "polygon_wkb",
    "raw_features",
    "to_qdate",
    "to_qdatetime",
    "to_qgs_geometry",
]

_SHOWN_IDS = 5
_FLAT_POLYGONS = (QgsWkbTypes.Type.Polygon, QgsWkbTypes.Type.MultiPolygon)
_ROWS_BETWEEN_CHECKS = 100
_VERTICES_KEPT = 1_000_000


def named_geometries(
    source: QgsFeatureSource,
    field_name: str,
    *,
    label: str,
    feedback: Feedback,
    within: QgsRectangle | None = None,
    is_users: bool = True,
) -> list[tuple[str, Geometry]]:
    """Return the name and the shapely geometry of each feature, in the source's CRS.

    Features without a name or a geometry are skipped, and counted in the log if they are the
    user's: nobody can mend the map that QGIS ships.

    Parameters
    ----------
    label : what the source holds, for messages: `Countries layer "world"`
    within : only features whose bounding box meets this one
    is_users : whether the source is the user's own
    """
    import shapely

    index = field_index(source, field_name, label)
    names: list[str] = []
    shapes: list[bytes] = []
    skipped: list[int] = []
    for number, feature in enumerate(raw_features(source, [index], within)):
        if number % _ROWS_BETWEEN_CHECKS == 0:
            feedback.check()
        name = name_text(feature[index])
        geometry = feature.geometry()
        if name is None or geometry.isNull() or geometry.isEmpty():
            skipped.append(feature.id())
            continue
        names.append(name)
        shapes.append(_flat_wkb(geometry))
    if skipped and is_users:
        feedback.warning(
            tr("{label}: features without a name or a geometry, skipped: {count} ({ids}).").format(
                label=label, count=len(skipped), ids=first_ids(skipped)
            )
        )
    geometries = shapely.from_wkb(shapes, on_invalid="ignore")
    return [
        (name, geometry)
        for name, geometry in zip(names, geometries)
        if geometry is not None and not geometry.is_empty
    ]


def alliances_from_table(layer: QgsVectorLayer) -> dict[str, str]:
    """Return faction -> alliance of a table.

    Its fields are `faction` and `alliance`, or else its first two text fields.

    Raises
    ------
    AllianceError : if there are no such fields, or the alliances contradict each other
    """
    from ..core.alliances import alliances_of_pairs

    fields = layer.fields()
    indexes = [fields.lookupField("faction"), fields.lookupField("alliance")]
    if min(indexes) < 0:
        texts = [i for i in range(fields.count()) if not fields.at(i).isNumeric()]
        indexes = texts[:2]
    if len(indexes) <= 1:
        raise AllianceError(
            tr(
                'Alliance table "{layer}" needs two text fields, faction and alliance. Its fields '
                "are: {fields}."
            ).format(layer=layer.name(), fields=", ".join(fields.names()))
        )
    rows = (
        [name_text(feature[index]) for index in indexes]
        for feature in raw_features(layer, indexes, geometry=False)
    )
    return alliances_of_pairs((row[0], row[1]) for row in rows if row[0] and row[1])


def field_index(source: QgsFeatureSource, name: str | None, label: str) -> int | None:
    """Return the index of the field called `name`; None for no name.

    Raises
    ------
    FieldError : if there is none; the text lists the fields that there are
    """
    if not name:
        return None
    index = source.fields().lookupField(name)
    if index < 0:
        raise FieldError(
            tr('{layer} has no field "{field}". Its fields are: {fields}.').format(
                layer=label, field=name, fields=", ".join(source.fields().names()) or tr("none")
            )
        )
    return index


def plain_value(value: Any) -> Any:
    """Return an attribute as plain Python; None for every kind of null."""
    if value is None or value == NULL:
        return None
    if isinstance(value, QDateTime):
        return _plain_moment(value)
    if isinstance(value, QDate):
        return value.toPyDate() if value.isValid() else None
    return value


def _plain_moment(value: QDateTime) -> datetime | None:
    """Return the time on the clock; one with an offset is brought to UTC, as the engine does."""
    if not value.isValid():
        return None
    if value.timeSpec() == Qt.TimeSpec.OffsetFromUTC:
        value = value.toUTC()
    return value.toPyDateTime().replace(tzinfo=None)


def to_qdate(moment: datetime | date | None) -> QDate:
    """Return the day of `moment`; a null QDate for None."""
    return QDate() if moment is None else QDate(moment.year, moment.month, moment.day)


def to_qdatetime(moment: datetime | None) -> QDateTime:
    """Return `moment` to the millisecond; a null QDateTime for None."""
    if moment is None:
        return QDateTime()
    clock = QTime(moment.hour, moment.minute, moment.second, moment.microsecond // 1000)
    return QDateTime(to_qdate(moment), clock)


def to_qgs_geometry(geometry: Geometry) -> QgsGeometry:
    """Return a multi-part geometry of QGIS."""
    import shapely

    converted = QgsGeometry()
    converted.fromWkb(shapely.to_wkb(geometry))
    converted.convertToMultiType()
    return converted


class GeometryConverter:
    """Turns shapely geometries into QGIS's, one and the same only once.

    An enclave that stays as it is for a year is one geometry in memory then, of all its dates.
    """

    def __init__(self) -> None:
        # with the geometries themselves: an id is another's as soon as its owner is gone
        self._known: dict[int, tuple[Geometry, QgsGeometry]] = {}
        self._vertices = 0

    def convert(self, geometry: Geometry) -> QgsGeometry:
        """Return a multi-part geometry of QGIS."""
        import shapely

        known = self._known.get(id(geometry))
        if known is not None:
            return known[1]
        if self._vertices > _VERTICES_KEPT:
            self._known.clear()
            self._vertices = 0
        converted = to_qgs_geometry(geometry)
        self._known[id(geometry)] = geometry, converted
        self._vertices += int(shapely.get_num_coordinates(geometry))
        return converted


def crs_text(crs: QgsCoordinateReferenceSystem) -> str:
    """Return a coordinate reference system as WKT, which also holds one that has no code."""
    return crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED)


def raw_features(
    source: QgsFeatureSource,
    attributes: Sequence[int],
    within: QgsRectangle | None = None,
    *,
    geometry: bool = True,
    request: QgsFeatureRequest | None = None,
) -> Iterator[QgsFeature]:
    """Iterate over features as they are: the engine repairs what is invalid, and says so."""
    request = request or QgsFeatureRequest()
    request.setInvalidGeometryCheck(QgsFeatureRequest.InvalidGeometryCheck.GeometryNoCheck)
    request.setSubsetOfAttributes(list(attributes))
    if within is not None:
        request.setFilterRect(within)
    if not geometry:
        request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    if isinstance(source, QgsProcessingFeatureSource):
        # Without the flag, such a source puts the user's own setting in place of the request's.
        skip = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
        return source.getFeatures(request, skip)
    return source.getFeatures(request)


def features_by_id(
    source: QgsFeatureSource, feature_ids: Sequence[int], attributes: Sequence[int]
) -> Iterator[QgsFeature]:
    """Iterate, in any order, over the features of these ids, as they are."""
    request = QgsFeatureRequest()
    request.setFilterFids(list(feature_ids))
    return raw_features(source, attributes, request=request)


def check_read_whole(source: QgsFeatureSource, read: int, layer_name: str) -> None:
    """Count again the features of a control layer that gave fewer than it has.

    Some formats count what was deleted, and estimates may be off; but a database that is lost
    while it is read ends its rows without an error.

    Raises
    ------
    ReadError : if not all were read
    """
    there = sum(1 for _ in raw_features(source, [], geometry=False))
    if there != read:
        raise ReadError(
            tr(
                'Control layer "{layer}": {read} of its features were read, not all. The '
                "connection to its database was lost, or rows were deleted meanwhile. Check the "
                "connection and run again."
            ).format(layer=layer_name, read=read)
        )


def polygon_wkb(geometry: QgsGeometry) -> bytes | None:
    """Return the polygons of a geometry, flat and without curves; None if it has none."""
    if geometry.wkbType() in _FLAT_POLYGONS and not geometry.isEmpty():
        return geometry.asWkb().data()
    if geometry.isNull() or geometry.isEmpty():
        return None
    straight = _straight(geometry)
    polygon = QgsWkbTypes.GeometryType.PolygonGeometry
    if straight.type() != polygon and not straight.convertGeometryCollectionToSubclass(polygon):
        return None
    return None if straight.isEmpty() else bytes(straight.asWkb())


def _flat_wkb(geometry: QgsGeometry) -> bytes:
    return bytes(_straight(geometry).asWkb())


def _straight(geometry: QgsGeometry) -> QgsGeometry:
    """Return a copy without curves, heights and measures."""
    abstract = geometry.constGet()
    # a type for curves may hold straight edges only
    curved = QgsWkbTypes.isCurvedType(abstract.wkbType()) or abstract.hasCurvedSegments()
    shape = abstract.segmentize() if curved else abstract.clone()
    shape.dropZValue()
    shape.dropMValue()
    return QgsGeometry(shape)


def name_text(value: Any) -> str | None:
    """Return a value as a name without blanks around it; None where there is nothing else."""
    plain = plain_value(value)
    return None if plain is None else str(plain).strip() or None


def first_ids(feature_ids: Sequence[int]) -> str:
    """Return the first of some ids as text."""
    shown = ", ".join(str(feature_id) for feature_id in feature_ids[:_SHOWN_IDS])
    more = ", ..." if len(feature_ids) > _SHOWN_IDS else ""
    return tr("first ids: {ids}").format(ids=shown + more)
