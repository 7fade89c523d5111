"""What a run is given: parameters as plain values, layers, and the countries around the first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Mapping, Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeatureSource,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProperty,
    QgsRectangle,
    QgsVectorLayer,
    QgsWkbTypes,
)

from ..core.errors import CountryError, ReadError, WorldMapError
from ..core.i18n import tr
from ..core.model import NamedGeometry, Parameters
from . import parameters as keys
from . import worldmap
from .convert import named_geometries, plain_value
from .databases import table_of, unreadable_text
from .reach import bring_over, in_reach, needed_box, surroundings

if TYPE_CHECKING:
    from datetime import datetime

    from shapely import Geometry

    from ..core.feedback import Feedback
    from ..core.geography import Geography
    from ..core.series import Series

__all__ = [
    "Inputs",
    "NamedSource",
    "countries_of",
    "engine_parameters",
    "home_names",
    "read_all_places",
    "read_countries_around",
    "read_geography",
    "read_moment",
    "source_label",
]

_NUMBERS = {
    keys.SNAP: "snap_m",
    keys.JOIN_DISTANCE: "join_distance_m",
    keys.TOLERANCE: "tolerance_m",
    keys.MIN_CONTACT: "min_contact_km",
    keys.MIN_PRESENCE: "min_presence_km2",
    keys.MIN_AREA: "min_area_km2",
    keys.REFERENCE_AREA: "reference_area_km2",
    keys.POSITION_ERROR: "position_error_m",
}


@dataclass(frozen=True)
class Inputs:
    """The algorithm that runs, and what the user gave it."""

    algorithm: QgsProcessingAlgorithm
    values: Mapping[str, Any]
    context: QgsProcessingContext
    alliances: Mapping[str, str] = field(default_factory=dict)
    _sources: dict[str, QgsFeatureSource] = field(default_factory=dict, init=False, repr=False)
    """Opened once: each time costs a database some twenty questions."""

    def has(self, key: str) -> bool:
        """Return whether the algorithm takes `key` and the user gave a value for it."""
        if self.algorithm.parameterDefinition(key) is None:
            return False
        value = plain_value(self.values.get(key))
        return value is not None and value != ""

    def text(self, key: str) -> str | None:
        """Return a text or the name of a field; its default where the user left it empty."""
        definition = self.algorithm.parameterDefinition(key)
        if definition is None:
            return None
        given = self.algorithm.parameterAsString(self.values, key, self.context)
        return given or definition.defaultValue() or None

    def source(self, key: str) -> QgsFeatureSource | None:
        """Return a layer; None where the user gave none.

        Raises
        ------
        ReadError : if it cannot be loaded
        """
        if not self.has(key):
            return None
        if key not in self._sources:
            source = self.algorithm.parameterAsSource(self.values, key, self.context)
            if source is None:
                raise ReadError(_unreadable(self, key))
            self._sources[key] = source
        return self._sources[key]

    def whole_layer(self, key: str) -> QgsVectorLayer | None:
        """Return the layer of which all features are to be read; None where not all are.

        None too for a table of a database, which is not opened once more for it.
        """
        value = self.values.get(key)
        if table_of(value) is not None:
            return None
        if isinstance(value, QgsProcessingFeatureSourceDefinition):
            if value.selectedFeaturesOnly or value.featureLimit >= 0:
                return None
            # newer than the oldest QGIS
            if getattr(value, "filterExpression", ""):
                return None
            value = value.source
        if isinstance(value, QgsProperty):
            value = value.staticValue()
        if not isinstance(value, (str, QgsVectorLayer)):
            return None
        return self.algorithm.parameterAsVectorLayer({key: value}, key, self.context)


@dataclass(frozen=True)
class NamedSource:
    """A layer of things with names.

    Attributes
    ----------
    label : how messages call it
    is_users : whether it is the user's own, not the world map's
    """

    source: QgsFeatureSource
    field_name: str
    label: str
    is_users: bool = True

    @property
    def is_lines(self) -> bool:
        """Return whether it holds lines."""
        line = QgsWkbTypes.GeometryType.LineGeometry
        return QgsWkbTypes.geometryType(self.source.wkbType()) == line


def _unreadable(inputs: Inputs, key: str) -> str:
    """Return that a layer cannot be loaded, and why as far as QGIS says."""
    table = table_of(inputs.values.get(key))
    if table is None:
        return inputs.algorithm.invalidSourceError(dict(inputs.values), key)
    label = inputs.algorithm.parameterDefinition(key).description()
    return unreadable_text(f"{label} ({key})", table)


def source_label(kind: str, source: QgsFeatureSource) -> str:
    """Return how messages call a layer: `Control layer "fronts"`."""
    return f'{kind} "{source.sourceName()}"'


def engine_parameters(inputs: Inputs) -> Parameters:
    """Return the numbers of the run; those that the algorithm does not take keep their defaults."""
    given = {
        name: inputs.algorithm.parameterAsDouble(inputs.values, key, inputs.context)
        for key, name in _NUMBERS.items()
        if inputs.has(key)
    }
    return Parameters(**given)


def read_moment(inputs: Inputs, key: str) -> datetime | None:
    """Return the date that is the parameter `key`; None where the user gave none."""
    from ..core.dates import parse_date

    if not inputs.has(key):
        return None
    given = inputs.algorithm.parameterAsDateTime(inputs.values, key, inputs.context)
    plain = plain_value(given) if given.isValid() else inputs.values[key]
    return parse_date(plain)


def home_names(inputs: Inputs) -> tuple[str, ...]:
    """Return the names of the home country as the user wrote them."""
    text = inputs.text(keys.HOME) or ""
    return tuple(name.strip() for name in text.split(";") if name.strip())


def read_geography(
    inputs: Inputs, series: Series, parameters: Parameters, feedback: Feedback
) -> Geography:
    """Return the home country, its border, its provinces and its places."""
    from ..core.geography import build_geography

    countries = countries_of(inputs)
    outlines = _read_countries(inputs, series, countries, feedback)
    feedback.progress(0.2)
    provinces = _read_provinces(inputs, series, feedback)
    places = _read_places(inputs, series, feedback)
    feedback.progress(0.4)
    return build_geography(
        series,
        countries=[] if countries.is_lines else outlines,
        border_lines=outlines if countries.is_lines else [],
        provinces=provinces,
        places=places,
        home=home_names(inputs),
        countries_label=countries.label,
        parameters=parameters,
        feedback=feedback.part(0.4, 1.0),
    )


def read_all_places(inputs: Inputs, series: Series, feedback: Feedback) -> list[NamedGeometry]:
    """Return all places, those far from the control layer too, in its CRS."""
    source = inputs.source(keys.PLACES)
    places = NamedSource(
        source, inputs.text(keys.PLACE_FIELD), source_label(tr("Places layer"), source)
    )
    box = _around_control(inputs, series, source.sourceCrs())
    named = _read_named(places, feedback)
    target = inputs.source(keys.CONTROL).sourceCrs()
    return bring_over(named, source.sourceCrs(), target, box, feedback)


def countries_of(inputs: Inputs) -> NamedSource:
    """Return the countries that the user gave, or else those of the world map."""
    source = inputs.source(keys.COUNTRIES)
    if source is not None:
        label = source_label(tr("Countries layer"), source)
        return NamedSource(source, inputs.text(keys.COUNTRY_FIELD), label)
    layer = worldmap.world_layer(worldmap.WORLD_COUNTRIES)
    label = tr("World map of QGIS, countries")
    return NamedSource(layer, worldmap.WORLD_COUNTRY_FIELD, label, is_users=False)


def _provinces_of(inputs: Inputs) -> NamedSource:
    source = inputs.source(keys.PROVINCES)
    if source is not None:
        label = source_label(tr("Provinces layer"), source)
        return NamedSource(source, inputs.text(keys.PROVINCE_FIELD), label)
    layer = worldmap.world_layer(worldmap.WORLD_PROVINCES)
    label = tr("World map of QGIS, provinces")
    return NamedSource(layer, worldmap.WORLD_PROVINCE_FIELD, label, is_users=False)


def _read_countries(
    inputs: Inputs, series: Series, countries: NamedSource, feedback: Feedback
) -> list[NamedGeometry]:
    """Return the countries, or border lines, that the control layer needs, in its CRS."""
    control = inputs.source(keys.CONTROL)
    crs, target = countries.source.sourceCrs(), control.sourceCrs()
    box = _around_control(inputs, series, crs)
    if countries.is_lines:
        return bring_over(_read_named(countries, feedback), crs, target, box, feedback)
    named = read_countries_around(countries, box, home_names(inputs), feedback)
    chosen = in_reach(named, box, home_names(inputs), crs)
    feedback.info(
        tr("{layer}: countries read: {count}, within reach of the control layer: {near}.").format(
            layer=countries.label, count=len(named), near=len(chosen)
        )
    )
    if not chosen and (named or not countries.is_users):
        raise CountryError(_far_away(countries, control))
    return bring_over(chosen, crs, target, box, feedback)


def read_countries_around(
    countries: NamedSource, box: QgsRectangle, home: Sequence[str], feedback: Feedback
) -> list[tuple[str, Geometry]]:
    """Return all countries, or those of the world map that can be in reach of `box`.

    What is wrong with the user's own is told of all of them, so all of them are read.
    """
    if not countries.is_users:
        meeting = _read_named(countries, feedback, within=box)
        needed = needed_box(meeting, box, home, countries.source.sourceCrs())
        if needed is not None:
            return _read_named(countries, feedback, within=needed)
    return _read_named(countries, feedback)


def _far_away(countries: NamedSource, control: QgsFeatureSource) -> str:
    return tr(
        "{countries}: no country lies near the control layer, which has the coordinate reference "
        "system {crs} and the extent {extent}. Check that system, or give another layer of "
        "countries."
    ).format(
        countries=countries.label,
        crs=control.sourceCrs().userFriendlyIdentifier(),
        extent=control.sourceExtent().toString(3),
    )


def _read_provinces(inputs: Inputs, series: Series, feedback: Feedback) -> list[NamedGeometry]:
    if inputs.algorithm.parameterDefinition(keys.PROVINCES) is None:
        return []
    try:
        provinces = _provinces_of(inputs)
    except WorldMapError as error:
        # Countries of one's own are enough to go on with.
        feedback.warning(tr("Provinces are left out. {reason}").format(reason=error))
        return []
    return _read_near_control(inputs, series, provinces, feedback)


def _read_places(inputs: Inputs, series: Series, feedback: Feedback) -> list[NamedGeometry]:
    source = inputs.source(keys.PLACES)
    if source is None:
        return []
    label = source_label(tr("Places layer"), source)
    places = NamedSource(source, inputs.text(keys.PLACE_FIELD), label)
    return _read_near_control(inputs, series, places, feedback)


def _read_near_control(
    inputs: Inputs, series: Series, named_source: NamedSource, feedback: Feedback
) -> list[NamedGeometry]:
    crs = named_source.source.sourceCrs()
    box = _around_control(inputs, series, crs)
    named = _read_named(named_source, feedback, within=box)
    if named_source.is_users:
        _tell_near(named_source, len(named), feedback)
    target = inputs.source(keys.CONTROL).sourceCrs()
    return bring_over(named, crs, target, box, feedback)


def _tell_near(named_source: NamedSource, near: int, feedback: Feedback) -> None:
    count = named_source.source.featureCount()
    if near == 0:
        feedback.warning(
            tr("{layer}: nothing with a name lies near the control layer.").format(
                layer=named_source.label
            )
        )
    elif near < count:
        feedback.info(
            tr(
                "{layer}: features read: {near} of {count}. The others lie far from the control "
                "layer, or have no name or geometry."
            ).format(layer=named_source.label, near=near, count=count)
        )


def _read_named(
    named_source: NamedSource, feedback: Feedback, within: QgsRectangle | None = None
) -> list[tuple[str, Geometry]]:
    return named_geometries(
        named_source.source,
        named_source.field_name,
        label=named_source.label,
        feedback=feedback,
        within=within,
        is_users=named_source.is_users,
    )


def _around_control(
    inputs: Inputs, series: Series, crs: QgsCoordinateReferenceSystem
) -> QgsRectangle:
    """Return the surroundings of the control layer in the CRS of another layer.

    They are those of what was read of it: the extent that a layer gives can be out of date.
    """
    import shapely

    control = inputs.source(keys.CONTROL)
    label = source_label(tr("Control layer"), control)
    extent = QgsRectangle(*shapely.total_bounds(series.store.polygons))
    return surroundings(extent, control.sourceCrs(), crs, label)
