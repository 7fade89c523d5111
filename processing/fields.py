"""The fields of results: name, kind, unit, meaning and where the value comes from, each once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Sequence

from qgis.core import QgsEditorWidgetSetup, QgsFeatureRequest, QgsFields, QgsVectorLayer

from ..compat import FieldKind, make_field
from ..core import text
from ..core.i18n import tr
from .convert import to_qdate, to_qdatetime

if TYPE_CHECKING:
    from ..core.model import Contact, Enclave

__all__ = [
    "BorderStretch",
    "Column",
    "contact_columns",
    "cut_names",
    "enclave_columns",
    "label_columns",
    "to_fields",
]


_NEVER_CUT = 8  # letters: of the ten of a shapefile, two can become a number
_PIXELS_A_LETTER = 8
_LEAST_LETTERS = 13
_MOST_LETTERS = 45
_ROWS_LOOKED_AT = 100


@dataclass(frozen=True)
class Column:
    """One field of a result.

    Attributes
    ----------
    alias : heading in the attribute table, with the unit
    meaning : one line for the help
    value : gives the attribute, of an enclave or of whatever a row of the result is
    decimals : shown in the attribute table; the value itself is never rounded
    """

    name: str
    kind: FieldKind
    alias: str
    meaning: str
    value: Callable[[Any], Any]
    decimals: int = 1


@dataclass(frozen=True)
class BorderStretch:
    """A row of `bordercontact`: where one enclave lies along the border with one neighbour."""

    enclave: Enclave
    contact: Contact
    border_total_km: float

    @property
    def share_border_pct(self) -> float | None:
        """Return how much of the whole border with that neighbour this is."""
        if self.border_total_km <= 0.0:
            return None
        return 100.0 * self.contact.length_km / self.border_total_km


def to_fields(columns: Sequence[Column]) -> QgsFields:
    """Return the schema of a result."""
    fields = QgsFields()
    for column in columns:
        field = make_field(column.name, column.kind)
        field.setAlias(column.alias)
        fields.append(field)
    return fields


def label_columns(layer: QgsVectorLayer, columns: Sequence[Column]) -> None:
    """Give the attribute table of a result its headings, sensible decimals and widths."""
    for position, column in enumerate(columns):
        index = _index_of(layer.fields(), columns, position)
        if index is None:
            continue
        layer.setFieldAlias(index, column.alias)
        if column.kind is FieldKind.DOUBLE:
            setup = QgsEditorWidgetSetup("Range", {"Precision": column.decimals})
            layer.setEditorWidgetSetup(index, setup)
    _widen(layer, columns)


def _widen(layer: QgsVectorLayer, columns: Sequence[Column]) -> None:
    """Make headings, and texts up to a point, readable in whole."""
    letters = {
        index: len(column.alias) + 2
        for position, column in enumerate(columns)
        for index in [_index_of(layer.fields(), columns, position)]
        if index is not None
    }
    request = QgsFeatureRequest().setLimit(_ROWS_LOOKED_AT)
    request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    for feature in layer.getFeatures(request):
        for index, most in letters.items():
            value = feature[index]
            if isinstance(value, str):
                letters[index] = max(most, min(len(value), _MOST_LETTERS))
    table = layer.attributeTableConfig()
    table.update(layer.fields())
    places = {column.name: place for place, column in enumerate(table.columns())}
    for index, most in letters.items():
        place = places[layer.fields().at(index).name()]
        table.setColumnWidth(place, _PIXELS_A_LETTER * max(most, _LEAST_LETTERS))
    layer.setAttributeTableConfig(table)


def cut_names(fields: QgsFields, columns: Sequence[Column]) -> dict[str, str]:
    """Return name -> shorter name, of what the format of a written result has cut."""
    indexes = [_index_of(fields, columns, position) for position in range(len(columns))]
    names = {
        column.name: fields.at(index).name()
        for column, index in zip(columns, indexes)
        if index is not None
    }
    return {name: kept for name, kept in names.items() if kept.casefold() != name.casefold()}


def _index_of(fields: QgsFields, columns: Sequence[Column], position: int) -> int | None:
    """Return where the column at `position` is among `fields`; None where it is not.

    A name that the format has cut is known by its beginning and its place. What the format adds,
    such as `fid`, comes first.
    """
    name = columns[position].name
    index = fields.lookupField(name)
    if index >= 0:
        return index
    index = fields.count() - len(columns) + position
    if index < 0 or not fields.at(index).name().casefold().startswith(name[:_NEVER_CUT]):
        return None
    return index


def enclave_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of `enclaveareas`; `has_times` says whether dates have a time of day."""
    return (
        *_identity_columns(has_times),
        *_size_columns(),
        *_border_columns(),
        *_surroundings_columns(),
        *_point_columns(lambda enclave: enclave),
    )


def contact_columns(*, has_times: bool) -> tuple[Column, ...]:
    """Return the fields of `bordercontact`, whose rows are `BorderStretch`."""
    own = tuple(
        _of_enclave(column)
        for column in (*_identity_columns(has_times), _main_column(), _area_column())
    )
    return (
        *own,
        Column(
            "neighbour",
            FieldKind.TEXT,
            tr("Neighbour"),
            tr("the country on the other side of the border, or sea"),
            lambda row: row.contact.neighbour,
        ),
        Column(
            "length_km",
            FieldKind.DOUBLE,
            tr("Length (km)"),
            tr("length of the contact, measured along the border"),
            lambda row: row.contact.length_km,
        ),
        Column(
            "border_total_km",
            FieldKind.DOUBLE,
            tr("Whole border (km)"),
            tr("length of the whole border with that neighbour"),
            lambda row: row.border_total_km,
        ),
        Column(
            "share_border_pct",
            FieldKind.DOUBLE,
            tr("Share of border (%)"),
            tr("how much of that whole border the contact is"),
            lambda row: row.share_border_pct,
        ),
        *_point_columns(lambda row: row.enclave),
    )


def _identity_columns(has_times: bool) -> tuple[Column, ...]:
    return (
        _date_column(has_times),
        Column(
            "faction",
            FieldKind.TEXT,
            tr("Faction"),
            tr("who holds the enclave: a faction or an alliance"),
            lambda enclave: enclave.faction,
        ),
        Column(
            "rank",
            FieldKind.INTEGER,
            tr("Rank"),
            tr("1 is the largest enclave of its faction and date"),
            lambda enclave: enclave.rank,
        ),
    )


def _date_column(has_times: bool) -> Column:
    kind, convert = (FieldKind.DATETIME, to_qdatetime) if has_times else (FieldKind.DATE, to_qdate)
    return Column(
        "date",
        kind,
        tr("Date"),
        tr("date of the snapshot; empty on an undated layer"),
        lambda enclave: convert(enclave.date),
    )


def _area_column() -> Column:
    return Column(
        "area_km2",
        FieldKind.DOUBLE,
        tr("Area (km2)"),
        tr("area of the enclave on the ellipsoid"),
        lambda enclave: enclave.area_km2,
    )


def _main_column() -> Column:
    return Column(
        "main",
        FieldKind.BOOL,
        tr("Main area"),
        tr("whether it is the largest enclave of its faction and date"),
        lambda enclave: enclave.main,
    )


def _size_columns() -> tuple[Column, ...]:
    return (
        _area_column(),
        Column(
            "area_err_km2",
            FieldKind.DOUBLE,
            tr("Error of area (km2)"),
            tr("perimeter times the position error"),
            lambda enclave: enclave.area_err_km2,
        ),
        Column(
            "inside_km2",
            FieldKind.DOUBLE,
            tr("Inside the home country (km2)"),
            tr("area of the part inside the home country; empty where only border lines are given"),
            lambda enclave: enclave.inside_km2,
        ),
        Column(
            "share_faction_pct",
            FieldKind.DOUBLE,
            tr("Share of faction (%)"),
            tr("how much of all that its faction holds on that date the enclave is"),
            lambda enclave: enclave.share_faction_pct,
        ),
        Column(
            "share_country_pct",
            FieldKind.DOUBLE,
            tr("Share of country (%)"),
            tr("how much of the reference area the part inside the home country is"),
            lambda enclave: enclave.share_country_pct,
            decimals=2,
        ),
        Column(
            "perimeter_km",
            FieldKind.DOUBLE,
            tr("Perimeter (km)"),
            tr("length of all edges of the enclave, those of holes too"),
            lambda enclave: enclave.perimeter_km,
        ),
        Column(
            "parts",
            FieldKind.INTEGER,
            tr("Parts"),
            tr("number of separate polygons, which a join distance makes one enclave"),
            lambda enclave: enclave.parts,
        ),
        _main_column(),
    )


def _border_columns() -> tuple[Column, ...]:
    return (
        Column(
            "border_km",
            FieldKind.DOUBLE,
            tr("Border contact (km)"),
            tr("length of border along which the enclave lies within the contact tolerance"),
            lambda enclave: enclave.border_km,
        ),
        Column(
            "border_with",
            FieldKind.TEXT,
            tr("Border contact with (km)"),
            tr("the same by neighbour, the longest first"),
            text.border_with_text,
        ),
        Column(
            "border_dist_km",
            FieldKind.DOUBLE,
            tr("Distance to border (km)"),
            tr("to the nearest neighbour's border, or the sea; empty where there is contact"),
            lambda enclave: enclave.border_dist_km,
        ),
        Column(
            "border_nearest",
            FieldKind.TEXT,
            tr("Nearest border"),
            tr("the neighbour behind that border; empty where there is contact"),
            lambda enclave: enclave.border_nearest,
        ),
    )


def _surroundings_columns() -> tuple[Column, ...]:
    return (
        Column(
            "front_km",
            FieldKind.DOUBLE,
            tr("Front line (km)"),
            tr("length of the front line with all other factions"),
            lambda enclave: enclave.front_km,
        ),
        Column(
            "neighbours",
            FieldKind.TEXT,
            tr("Front line with (% of perimeter)"),
            tr("the other factions, with their part of the perimeter"),
            text.neighbours_text,
        ),
        Column(
            "status",
            FieldKind.TEXT,
            tr("Status"),
            tr(
                "border or coast: in contact with one; encircled: all of the perimeter is front "
                "line with one other; besieged: with several; open: none of these"
            ),
            lambda enclave: enclave.status.value,
        ),
        Column(
            "enclosed_by",
            FieldKind.TEXT,
            tr("Enclosed by"),
            tr("the factions around an encircled or besieged enclave"),
            text.enclosed_by_text,
        ),
        Column(
            "provinces",
            FieldKind.TEXT,
            tr("Provinces (% of area)"),
            tr("the provinces that it lies in, each with its part of the area"),
            text.provinces_text,
        ),
        Column(
            "places",
            FieldKind.TEXT,
            tr("Places"),
            tr("the places inside"),
            text.places_text,
        ),
    )


def _point_columns(enclave_of: Callable[[Any], Enclave]) -> tuple[Column, ...]:
    return (
        Column(
            "lon",
            FieldKind.DOUBLE,
            tr("Longitude (degrees)"),
            tr("longitude of a point inside the enclave"),
            lambda row: enclave_of(row).lon,
            decimals=5,
        ),
        Column(
            "lat",
            FieldKind.DOUBLE,
            tr("Latitude (degrees)"),
            tr("latitude of a point inside the enclave"),
            lambda row: enclave_of(row).lat,
            decimals=5,
        ),
    )


def _of_enclave(column: Column) -> Column:
    """Return a column of an enclave as one of a `BorderStretch`."""
    return Column(
        column.name,
        column.kind,
        column.alias,
        column.meaning,
        lambda row: column.value(row.enclave),
        column.decimals,
    )
