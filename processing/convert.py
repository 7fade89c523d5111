"""The only place where features of QGIS become rows and shapely geometries, and back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
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

from ..core.errors import AllianceError, DateError, FieldError
from ..core.i18n import tr
from ..core.model import ControlRow

if TYPE_CHECKING:
    from shapely import Geometry

    from ..core.feedback import Feedback

__all__ = [
    "ControlReader",
    "alliances_from_table",
    "crs_text",
    "field_index",
    "named_geometries",
    "plain_value",
    "polygon_wkb",
    "raw_features",
    "to_qdate",
    "to_qdatetime",
    "to_qgs_geometry",
]

_SHOWN_IDS = 5
_ROWS_BETWEEN_CHECKS = 100


class ControlReader:
    """Reads the features of a control layer as rows for the engine, and tells what it left out.

    Parameters
    ----------
    source : the control layer, with whatever filter or selection the user gave it
    faction_field : None: every row is held by the faction named `layer_name`
    date_field, end_field : None: rows are undated, or have no end
    end_inclusive : whether a row still counts on its end day
    """

    def __init__(
        self,
        source: QgsFeatureSource,
        *,
        layer_name: str,
        faction_field: str | None = None,
        date_field: str | None = None,
        end_field: str | None = None,
        end_inclusive: bool = False,
    ) -> None:
        self._source = source
        self._layer_name = layer_name
        self._faction = field_index(source, faction_field, layer_name)
        self._date = field_index(source, date_field, layer_name)
        self._end = field_index(source, end_field, layer_name)
        self._date_names = {self._date: date_field, self._end: end_field}
        self._end_inclusive = end_inclusive
        self._parsed: dict[str, datetime | None] = {}
        self._unread_dates: list[tuple[int, str | None, str]] = []
        self._not_polygons: list[int] = []
        self._dates_read = 0

    def rows(self, feedback: Feedback) -> Iterator[ControlRow]:
        """Yield one row a feature.

        Features that are no polygons, or have a date that cannot be read, are left out and
        remembered for `report`.
        """
        count = self._source.featureCount()
        wanted = [index for index in (self._faction, self._date, self._end) if index is not None]
        for number, feature in enumerate(raw_features(self._source, wanted)):
            if number % _ROWS_BETWEEN_CHECKS == 0:
                feedback.check()
                if count > 0:
                    feedback.progress(min(number / count, 1.0))
            row = self._row(feature)
            if row is not None:
                yield row
        feedback.progress(1.0)

    def report(self, feedback: Feedback) -> None:
        """Tell which features were left out and why.

        Raises
        ------
        DateError : if there were dates, and not one could be read
        """
        if self._not_polygons:
            feedback.warning(
                tr(
                    'Control layer "{layer}": features that are not polygons, skipped: {count} '
                    "({ids})."
                ).format(
                    layer=self._layer_name,
                    count=len(self._not_polygons),
                    ids=_first_ids(self._not_polygons),
                )
            )
        if not self._unread_dates:
            return
        _, field_name, text = self._unread_dates[0]
        message = tr(
            'Control layer "{layer}": features whose field "{field}" cannot be read as a date, '
            'skipped: {count} ({ids}). The first holds "{text}"; write dates as '
            "2018-08-05."
        ).format(
            layer=self._layer_name,
            field=field_name,
            count=len(self._unread_dates),
            ids=_first_ids([row[0] for row in self._unread_dates]),
            text=text,
        )
        if self._dates_read == 0:
            raise DateError(message)
        feedback.warning(message)

    def _row(self, feature: QgsFeature) -> ControlRow | None:
        geometry = feature.geometry()
        wkb = polygon_wkb(geometry)
        if wkb is None and not geometry.isNull() and not geometry.isEmpty():
            self._not_polygons.append(feature.id())
            return None
        try:
            start = self._moment(feature, self._date)
            end = self._moment(feature, self._end)
        except DateError:
            return None
        if end is not None and self._end_inclusive:
            end = datetime.combine(end.date(), time.min) + timedelta(days=1)
        faction = self._layer_name if self._faction is None else _text(feature[self._faction])
        return ControlRow(feature_id=feature.id(), faction=faction, wkb=wkb, start=start, end=end)

    def _moment(self, feature: QgsFeature, index: int | None) -> datetime | None:
        if index is None:
            return None
        value = plain_value(feature[index])
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            moment = self._parse(value)
        except DateError:
            self._unread_dates.append((feature.id(), self._date_names[index], str(value)))
            raise
        self._dates_read += 1
        return moment

    def _parse(self, value: Any) -> datetime | None:
        from ..core.dates import parse_date

        if not isinstance(value, str):
            return parse_date(value)
        if value not in self._parsed:
            self._parsed[value] = parse_date(value)
        return self._parsed[value]


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
        name = _text(feature[index])
        geometry = feature.geometry()
        if name is None or geometry.isNull() or geometry.isEmpty():
            skipped.append(feature.id())
            continue
        names.append(name)
        shapes.append(_flat_wkb(geometry))
    if skipped and is_users:
        feedback.warning(
            tr("{label}: features without a name or a geometry, skipped: {count} ({ids}).").format(
                label=label, count=len(skipped), ids=_first_ids(skipped)
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
        [_text(feature[index]) for index in indexes]
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


def crs_text(crs: QgsCoordinateReferenceSystem) -> str:
    """Return a coordinate reference system as WKT, which also holds one that has no code."""
    return crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED)


def raw_features(
    source: QgsFeatureSource,
    attributes: Sequence[int],
    within: QgsRectangle | None = None,
    *,
    geometry: bool = True,
) -> Iterator[QgsFeature]:
    """Iterate over features as they are: the engine repairs what is invalid, and says so."""
    request = QgsFeatureRequest()
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


def polygon_wkb(geometry: QgsGeometry) -> bytes | None:
    """Return the polygons of a geometry, flat and without curves; None if it has none."""
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
    shape = abstract.segmentize() if abstract.hasCurvedSegments() else abstract.clone()
    shape.dropZValue()
    shape.dropMValue()
    return QgsGeometry(shape)


def _text(value: Any) -> str | None:
    """Return a name without blanks around it; None where there is nothing else."""
    plain = plain_value(value)
    return None if plain is None else str(plain).strip() or None


def _first_ids(feature_ids: Sequence[int]) -> str:
    shown = ", ".join(str(feature_id) for feature_id in feature_ids[:_SHOWN_IDS])
    more = ", ..." if len(feature_ids) > _SHOWN_IDS else ""
    return tr("first ids: {ids}").format(ids=shown + more)
