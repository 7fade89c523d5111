"""What can be known to be wrong before a run, in words that a user can act on."""

from __future__ import annotations

from itertools import islice
from typing import Callable

from qgis.core import QgsFeatureRequest, QgsFeatureSource, QgsWkbTypes

from ..compat import FieldKind, make_field
from ..core.errors import (
    CrsError,
    DateError,
    EmptyLayerError,
    EnclaveWatchError,
    FieldError,
    GeometryTypeError,
    HomeError,
    ParameterError,
)
from ..core.i18n import tr
from . import parameters as keys
from . import worldmap
from .alliances import read_alliances
from .convert import field_index, plain_value
from .destinations import check_destinations
from .inputs import (
    Inputs,
    NamedSource,
    countries_of,
    home_names,
    read_moment,
    source_label,
)

__all__ = ["problem_with"]

_SAMPLED_DATES = 200
_SHOWN_NAMES = 3


def problem_with(inputs: Inputs) -> str | None:
    """Return the first thing that is wrong with what the user gave; None when nothing is.

    What is missing altogether is left to QGIS, which names it.
    """
    checks: tuple[Callable[[Inputs], object], ...] = (check_destinations,)
    if inputs.has(keys.CONTROL):
        checks += (
            _check_control,
            _check_fields,
            _check_numbers,
            _check_dates,
            read_alliances,
            _check_countries,
            _check_home,
        )
    try:
        for check in checks:
            check(inputs)
    except EnclaveWatchError as error:
        return str(error)
    return None


def _check_control(inputs: Inputs) -> None:
    source = inputs.source(keys.CONTROL)
    label = source_label(tr("Control layer"), source)
    _check_geometry(source, label, (QgsWkbTypes.GeometryType.PolygonGeometry,), tr("polygons"))
    _check_crs(source, label)
    _check_not_empty(source, label)


def _check_fields(inputs: Inputs) -> None:
    source = inputs.source(keys.CONTROL)
    label = source_label(tr("Control layer"), source)
    field_index(source, inputs.text(keys.FACTION_FIELD), label)
    for key in (keys.DATE_FIELD, keys.END_FIELD):
        index = field_index(source, inputs.text(key), label)
        if index is not None:
            _check_date_field(source, index, label)
    if inputs.has(keys.END_FIELD) and not inputs.has(keys.DATE_FIELD):
        raise ParameterError(
            tr(
                "An end date field (END_FIELD) needs a date field (DATE_FIELD) too, which says "
                "when a row begins to count."
            )
        )


def _check_date_field(source: QgsFeatureSource, index: int, label: str) -> None:
    field = source.fields().at(index)
    if field.type() in _types(FieldKind.DATE, FieldKind.DATETIME):
        return
    if field.type() not in _types(FieldKind.TEXT):
        raise FieldError(
            tr(
                '{layer}: field "{field}" holds {kind} values, not dates. Choose a field of type '
                "date, date and time, or text such as 2018-08-05."
            ).format(layer=label, field=field.name(), kind=field.typeName())
        )
    _check_date_texts(source, index, label)


def _types(*kinds: FieldKind) -> list[int]:
    """Return the field types of this QGIS for `kinds`."""
    return [make_field("any", kind).type() for kind in kinds]


def _check_date_texts(source: QgsFeatureSource, index: int, label: str) -> None:
    """Refuse a text field in which not one of the first values is a date."""
    from ..core.dates import parse_date

    request = QgsFeatureRequest()
    request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setSubsetOfAttributes([index])
    unread = ""
    for feature in islice(source.getFeatures(request), _SAMPLED_DATES):
        value = plain_value(feature[index])
        if value is None or not str(value).strip():
            continue
        try:
            parse_date(value)
        except DateError:
            unread = unread or str(value)
        else:
            return
    if unread:
        raise DateError(
            tr(
                '{layer}: field "{field}" holds "{text}", which is not a date. Choose another '
                "field, or write dates as 2018-08-05."
            ).format(layer=label, field=source.fields().at(index).name(), text=unread)
        )


def _check_numbers(inputs: Inputs) -> None:
    for key in keys.NUMBER_KEYS:
        if not inputs.has(key):
            continue
        number = inputs.algorithm.parameterAsDouble(inputs.values, key, inputs.context)
        if number < 0 or (number == 0 and key == keys.REFERENCE_AREA):
            label = inputs.algorithm.parameterDefinition(key).description()
            raise ParameterError(
                tr("{label} ({key}) is {number:g}. Give {least}.").format(
                    label=label,
                    key=key,
                    number=number,
                    least=tr("a number above 0") if number == 0 else tr("0 or more"),
                )
            )


def _check_dates(inputs: Inputs) -> None:
    moments = {key: read_moment(inputs, key) for key in keys.DATE_KEYS}
    given = [key for key, moment in moments.items() if moment is not None]
    if given and not inputs.has(keys.DATE_FIELD):
        raise ParameterError(
            tr(
                "{keys} needs a date field (DATE_FIELD), since the control layer is undated."
            ).format(keys=", ".join(given))
        )
    if keys.DATE in given and len(given) > 1:
        raise ParameterError(
            tr("Give either one date (DATE) or a range (FROM_DATE, TO_DATE), not both.")
        )
    start, end = moments[keys.FROM_DATE], moments[keys.TO_DATE]
    if start is not None and end is not None and start > end:
        raise ParameterError(
            tr("From date (FROM_DATE, {start}) is after to date (TO_DATE, {end}).").format(
                start=start.date().isoformat(), end=end.date().isoformat()
            )
        )


def _check_countries(inputs: Inputs) -> None:
    if inputs.algorithm.parameterDefinition(keys.COUNTRIES) is not None:
        if inputs.has(keys.COUNTRIES):
            _check_country_layer(inputs)
        else:
            worldmap.existing_world_map()
    _check_named_layers(inputs)


def _check_country_layer(inputs: Inputs) -> None:
    polygon = QgsWkbTypes.GeometryType.PolygonGeometry
    line = QgsWkbTypes.GeometryType.LineGeometry
    countries = countries_of(inputs)
    label = countries.label
    _check_geometry(countries.source, label, (polygon, line), tr("polygons or lines"))
    _check_crs(countries.source, label)
    field_index(countries.source, countries.field_name, label)
    _check_not_empty(countries.source, label)


def _check_named_layers(inputs: Inputs) -> None:
    polygon = QgsWkbTypes.GeometryType.PolygonGeometry
    others = (
        (keys.PROVINCES, keys.PROVINCE_FIELD, tr("Provinces layer"), polygon, tr("polygons")),
        (
            keys.PLACES,
            keys.PLACE_FIELD,
            tr("Places layer"),
            QgsWkbTypes.GeometryType.PointGeometry,
            tr("points"),
        ),
    )
    for key, field_key, kind, geometry_type, wanted in others:
        other = inputs.source(key)
        if other is None:
            continue
        other_label = source_label(kind, other)
        _check_geometry(other, other_label, (geometry_type,), wanted)
        _check_crs(other, other_label)
        field_index(other, inputs.text(field_key), other_label)


def _check_home(inputs: Inputs) -> None:
    from ..core.geography import near_names

    wanted = home_names(inputs)
    if not wanted:
        return
    countries = countries_of(inputs) if inputs.has(keys.COUNTRIES) else None
    if countries is not None and countries.is_lines:
        return
    names = worldmap.world_country_names() if countries is None else _names_in(countries)
    known = {name.casefold() for name in names}
    for name in wanted:
        if name.casefold() in known:
            continue
        near = near_names(name, names)
        hint = (
            tr("Did you mean {names}?").format(names=", ".join(near))
            if near
            else tr("It names for instance {names}.").format(names=", ".join(names[:_SHOWN_NAMES]))
        )
        countries = countries or countries_of(inputs)
        raise HomeError(
            tr('{layer}: there is no country "{name}" in field "{field}". {hint}').format(
                layer=countries.label, name=name, field=countries.field_name, hint=hint
            )
        )


def _names_in(countries: NamedSource) -> list[str]:
    index = field_index(countries.source, countries.field_name, countries.label)
    values = (plain_value(value) for value in countries.source.uniqueValues(index))
    return sorted({str(value).strip() for value in values if value is not None})


def _check_geometry(
    source: QgsFeatureSource, label: str, wanted: tuple[int, ...], wanted_text: str
) -> None:
    """Accept also a layer of mixed geometry: what cannot be used of it is skipped and counted."""
    found = QgsWkbTypes.geometryType(source.wkbType())
    mixed = source.wkbType() != QgsWkbTypes.Type.NoGeometry and (
        found == QgsWkbTypes.GeometryType.UnknownGeometry
    )
    if not mixed and found not in wanted:
        raise GeometryTypeError(
            tr("{layer} holds {found}, not {wanted}. Choose a layer of {wanted}.").format(
                layer=label,
                found=_geometry_text(found),
                wanted=wanted_text,
            )
        )


def _geometry_text(kind: int) -> str:
    texts = {
        QgsWkbTypes.GeometryType.PointGeometry: tr("points"),
        QgsWkbTypes.GeometryType.LineGeometry: tr("lines"),
        QgsWkbTypes.GeometryType.PolygonGeometry: tr("polygons"),
    }
    return texts.get(kind, tr("rows without geometry"))


def _check_not_empty(source: QgsFeatureSource, label: str) -> None:
    if source.featureCount() == 0:
        raise EmptyLayerError(
            tr(
                "{layer} has no features. Choose another layer, or check its filter and, if only "
                "selected features are to be used, its selection."
            ).format(layer=label)
        )


def _check_crs(source: QgsFeatureSource, label: str) -> None:
    if not source.sourceCrs().isValid():
        raise CrsError(
            tr(
                "{layer} has no coordinate reference system, so nothing can be measured. Set it "
                "in the layer's properties, under Source."
            ).format(layer=label)
        )
