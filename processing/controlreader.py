"""Reads a control layer as rows for the engine: by QGIS, or straight from a GeoPackage's table."""

from __future__ import annotations

import sqlite3
import time
from datetime import datetime, timedelta
from datetime import time as time_of_day
from itertools import islice
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Iterator,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from qgis.PyQt.QtCore import QDate

from ..core.errors import DateError, ReadError
from ..core.i18n import tr
from ..core.model import ControlRow
from .convert import (
    check_read_whole,
    features_by_id,
    field_index,
    first_ids,
    name_text,
    plain_value,
    polygon_wkb,
    raw_features,
)
from .geopackage import flat_polygon_wkb, plain_table, raw_chunks, row_count

if TYPE_CHECKING:
    from qgis.core import QgsFeature, QgsFeatureSource, QgsVectorLayer

    from ..core.feedback import Feedback
    from .geopackage import PlainTable, RawRow

__all__ = ["ControlReader"]

_ROWS_BETWEEN_CHECKS = 100
_PAUSES_S = (0.1, 0.5, 2.0)


class ControlReader:
    """Reads the features of a control layer as rows for the engine, and tells what it left out.

    Parameters
    ----------
    source : the control layer, with whatever filter or selection the user gave it
    faction_field : None: every row is held by the faction named `layer_name`
    date_field, end_field : None: rows are undated, or have no end
    end_inclusive : whether a row still counts on its end day
    layer : the layer of which the source gives all features, which may then be read a faster way
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
        layer: QgsVectorLayer | None = None,
    ) -> None:
        self._source = source
        self._layer_name = layer_name
        self._indexes = [
            field_index(source, name, layer_name) for name in (faction_field, date_field, end_field)
        ]
        self._date_names = (date_field, end_field)
        self._table = self._plain = plain_table(layer, self._wanted)
        self._values = _FieldValues(layer_name, self._indexes, end_inclusive=end_inclusive)
        self._unread_dates: list[tuple[int, str | None, str]] = []
        self._not_polygons: list[int] = []
        self._date_was_read = False

    @property
    def is_direct(self) -> bool:
        """Whether the rows come straight from a table; they are the same."""
        return self._table is not None

    def rows(self, feedback: Feedback) -> Iterator[ControlRow]:
        """Yield one row a feature.

        Features that are no polygons, or have a date that cannot be read, are left out and
        remembered for `report`.

        Raises
        ------
        ReadError : if QGIS gave fewer features than there are, or none
        """
        count, read = self._source.featureCount(), 0
        for row in self._all_rows():
            if read % _ROWS_BETWEEN_CHECKS == 0:
                feedback.check()
                if count > 0:
                    feedback.progress(min(read / count, 1.0))
            read += 1
            if row is not None:
                yield row
        if read < count and not self.is_direct:
            check_read_whole(self._source, read, self._layer_name)
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
                    ids=first_ids(self._not_polygons),
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
            ids=first_ids([row[0] for row in self._unread_dates]),
            text=text,
        )
        if not self._date_was_read:
            raise DateError(message)
        feedback.warning(message)

    @property
    def _wanted(self) -> list[int]:
        return [index for index in self._indexes if index is not None]

    def _all_rows(self) -> Iterator[ControlRow | None]:
        """Yield a row for each feature; None for one that is left out."""
        done = 0
        if self._table is not None:
            try:
                for row in self._rows_of_table(self._table):
                    done += 1
                    yield row
            except (sqlite3.Error, OtherRowsError):
                # QGIS has ways to go on that a plain reader has not
                self._table = None
            else:
                return
        for pause_s in _PAUSES_S:
            for feature in islice(raw_features(self._source, self._wanted), done, None):
                done += 1
                yield self._row_of(feature)
            # a file that another locks for a moment gives QGIS nothing, and no error
            if done or not self._has_rows():
                return
            time.sleep(pause_s)
        raise ReadError(
            tr(
                'Control layer "{layer}": QGIS reads none of its rows, which are in the file. '
                "Another program may lock it: close that, and run again."
            ).format(layer=self._layer_name)
        )

    def _has_rows(self) -> bool:
        """Return whether a plain table holds rows for sure."""
        try:
            return self._plain is not None and row_count(self._plain) > 0
        except sqlite3.Error:
            return False

    def _rows_of_table(self, table: PlainTable) -> Iterator[ControlRow | None]:
        if table.where and row_count(table) != self._source.featureCount():
            raise OtherRowsError
        fields = self._source.fields()
        columns = [None if each is None else fields.at(each).name() for each in self._indexes]
        known = _Known(columns)
        for chunk in raw_chunks(table, columns):
            shapes = [flat_polygon_wkb(raw[1]) for raw in chunk]
            asked = self._ask(chunk, shapes, known)
            for raw, wkb in zip(chunk, shapes):
                feature_id = raw[0]
                if feature_id in asked:
                    yield self._row(feature_id, *asked[feature_id])
                else:
                    yield self._row(feature_id, wkb, known.values(raw))

    def _ask(
        self, chunk: Sequence[RawRow], shapes: Sequence[bytes | None], known: _Known
    ) -> dict[int, tuple[_Shape, _Values]]:
        """Return by id what QGIS reads of those rows that are not known, and learn from it."""
        new = {raw[0]: (raw, wkb) for raw, wkb in known.new_rows(chunk, shapes)}
        asked: dict[int, tuple[_Shape, _Values]] = {}
        if new:
            for feature in features_by_id(self._source, list(new), self._wanted):
                shape, values = _shape(feature), self._values.of_feature(feature)
                known.learn(*new[feature.id()], shape, values)
                asked[feature.id()] = shape, values
        if len(asked) < len(new):
            raise OtherRowsError
        return asked

    def _row_of(self, feature: QgsFeature) -> ControlRow | None:
        return self._row(feature.id(), _shape(feature), self._values.of_feature(feature))

    def _row(self, feature_id: int, shape: _Shape, values: _Values) -> ControlRow | None:
        if shape is _NOT_POLYGON:
            self._not_polygons.append(feature_id)
            return None
        faction, start, end = values
        if start is not None or end is not None:
            for moment, name in ((start, self._date_names[0]), (end, self._date_names[1])):
                if isinstance(moment, _Unread):
                    self._unread_dates.append((feature_id, name, moment.text))
                    return None
                self._date_was_read = self._date_was_read or moment is not None
        return ControlRow(feature_id, faction, shape, start, end)


class OtherRowsError(Exception):
    """QGIS gives other rows of a layer than its table does."""


class _Unread(NamedTuple):
    """A value that is no date."""

    text: str


_NOT_POLYGON = b"not a polygon"
_Shape = Optional[bytes]
"""The WKB of polygons; None for none, `_NOT_POLYGON` for a geometry that is something else."""

_Moment = Union[datetime, _Unread, None]
_Values = Tuple[Optional[str], _Moment, _Moment]


class _FieldValues:
    """Reads faction, start and end of features; texts and days, which repeat, only once."""

    def __init__(
        self, layer_name: str, indexes: Sequence[int | None], *, end_inclusive: bool
    ) -> None:
        self._layer_name = layer_name
        self._faction, self._start, self._end = indexes
        self._name_of = _remembering(name_text)
        self._start_of = _remembering(_moment)
        self._end_of = _remembering(_day_after if end_inclusive else _moment)

    def of_feature(self, feature: QgsFeature) -> _Values:
        """Return what the fields say; a field that there is not says nothing."""
        return (
            self._layer_name if self._faction is None else self._name_of(feature[self._faction]),
            None if self._start is None else self._start_of(feature[self._start]),
            None if self._end is None else self._end_of(feature[self._end]),
        )


class _Known:
    """What QGIS makes of the raw rows of a table: it is asked once for each value and geometry."""

    def __init__(self, columns: Sequence[str | None]) -> None:
        self._of_column: list[dict[Any, Any]] = [{} for _ in columns]
        # only their hashes: the bytes of a year of maps do not fit into memory
        self._plain_shapes: set[int] = set()

    def new_rows(
        self, chunk: Sequence[RawRow], shapes: Sequence[bytes | None]
    ) -> Iterator[tuple[RawRow, bytes | None]]:
        """Yield rows, with their geometries, such that all that is not known is in one of them."""
        new = {
            place
            for place, (raw, wkb) in enumerate(zip(chunk, shapes))
            if (raw[1] is not None if wkb is None else hash(wkb) not in self._plain_shapes)
        }
        for number, known in enumerate(self._of_column, start=2):
            values = [raw[number] for raw in chunk]
            unknown = set(values).difference(known)
            if unknown:
                first = dict(zip(reversed(values), reversed(range(len(values)))))
                new.update(first[value] for value in unknown)
        for place in sorted(new):
            yield chunk[place], shapes[place]

    def learn(self, raw: RawRow, wkb: bytes | None, shape: _Shape, values: _Values) -> None:
        """Remember what QGIS makes of a row; a geometry only if it leaves it as it is."""
        for known, value, meaning in zip(self._of_column, raw[2:], values):
            known[value] = meaning
        if wkb is not None and wkb == shape:
            self._plain_shapes.add(hash(wkb))

    def values(self, raw: RawRow) -> _Values:
        """Return what the values of a row mean."""
        factions, starts, ends = self._of_column
        _, _, faction, start, end = raw
        return factions[faction], starts[start], ends[end]


def _shape(feature: QgsFeature) -> _Shape:
    geometry = feature.geometry()
    wkb = polygon_wkb(geometry)
    if wkb is None and not geometry.isNull() and not geometry.isEmpty():
        return _NOT_POLYGON
    return wkb


def _remembering(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function like `read` that reads each text and each day only once.

    Nothing else is remembered: of two moments that are the same, one can be on another clock.
    """
    known: dict[Any, Any] = {}

    def remembered(value: Any) -> Any:
        if type(value) is not str and type(value) is not QDate:
            return read(value)
        if value not in known:
            known[value] = read(value)
        return known[value]

    return remembered


def _moment(value: Any) -> _Moment:
    from ..core.dates import parse_date

    plain = plain_value(value)
    if plain is None or (isinstance(plain, str) and not plain.strip()):
        return None
    try:
        return parse_date(plain)
    except DateError:
        return _Unread(str(plain))


def _day_after(value: Any) -> _Moment:
    """Return the end of a row that still counts on the day that `value` is."""
    moment = _moment(value)
    if moment is None or isinstance(moment, _Unread):
        return moment
    return datetime.combine(moment.date(), time_of_day.min) + timedelta(days=1)
