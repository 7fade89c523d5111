"""What an analysis reads, taken on the main thread, so that no worker touches a layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from qgis.core import (
    QgsFeature,
    QgsFeatureRequest,
    QgsFields,
    QgsProcessingContext,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)

from ..processing import parameters as keys
from ..processing.alliances import read_alliances
from ..processing.convert import plain_value
from ..processing.enclaves.enclavehistory import EnclaveHistory
from ..processing.inputs import Inputs
from .workersettings import worker_values

if TYPE_CHECKING:
    from qgis.core import QgsCoordinateReferenceSystem

    from .choices import Choices

__all__ = ["LAYERS", "DockInputs", "LayerSource", "Request", "parameters_of", "prepared"]

LAYERS = {
    "control": keys.CONTROL,
    "countries": keys.COUNTRIES,
    "provinces": keys.PROVINCES,
    "places": keys.PLACES,
}
"""The choices that are layers, with the parameters that they stand for."""

_OTHERS = {
    "faction_field": keys.FACTION_FIELD,
    "date_field": keys.DATE_FIELD,
    "end_field": keys.END_FIELD,
    "end_inclusive": keys.END_INCLUSIVE,
    "country_field": keys.COUNTRY_FIELD,
    "home": keys.HOME,
    "province_field": keys.PROVINCE_FIELD,
    "place_field": keys.PLACE_FIELD,
    "alliances": keys.ALLIANCES,
    "tolerance_m": keys.TOLERANCE,
    "join_distance_m": keys.JOIN_DISTANCE,
    "snap_m": keys.SNAP,
    "min_contact_km": keys.MIN_CONTACT,
    "min_presence_km2": keys.MIN_PRESENCE,
    "min_area_km2": keys.MIN_AREA,
    "reference_area_km2": keys.REFERENCE_AREA,
}


class LayerSource:
    """A layer as it stood when this was made; it can be read in any thread.

    It answers as a `QgsFeatureSource` does, as far as the readers ask. A filter of the layer
    holds, and edits count that are not saved.
    """

    def __init__(self, layer: QgsVectorLayer) -> None:
        self._name = layer.name()
        self._crs = layer.crs()
        self._fields = QgsFields(layer.fields())
        self._wkb_type = layer.wkbType()
        self._source = QgsVectorLayerFeatureSource(layer)
        self._count: int | None = None

    def sourceName(self) -> str:
        """Return the name of the layer."""
        return self._name

    def sourceCrs(self) -> QgsCoordinateReferenceSystem:
        """Return the CRS of the layer."""
        return self._crs

    def fields(self) -> QgsFields:
        """Return the fields of the layer."""
        return self._fields

    def wkbType(self) -> int:
        """Return the geometry type of the layer."""
        return self._wkb_type

    def getFeatures(self, request: QgsFeatureRequest | None = None) -> Iterator[QgsFeature]:
        """Return an iterator over features."""
        return self._source.getFeatures(request or QgsFeatureRequest())

    def featureCount(self) -> int:
        """Count the features: a layer may only guess how many there are."""
        if self._count is None:
            request = QgsFeatureRequest()
            request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
            request.setSubsetOfAttributes([])
            self._count = sum(1 for _ in self.getFeatures(request))
        return self._count

    def uniqueValues(self, index: int) -> set[Any]:
        """Return the different values of a field, without null."""
        request = QgsFeatureRequest()
        request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
        request.setSubsetOfAttributes([index])
        values = (plain_value(feature[index]) for feature in self.getFeatures(request))
        return {value for value in values if value is not None}

    def sourceExtent(self) -> QgsRectangle:
        """Return the extent of the features."""
        request = QgsFeatureRequest()
        request.setSubsetOfAttributes([])
        extent = QgsRectangle()
        for feature in self.getFeatures(request):
            if feature.hasGeometry():
                extent.combineExtentWith(feature.geometry().boundingBox())
        return extent


@dataclass(frozen=True)
class DockInputs(Inputs):
    """The choices as an algorithm would take them, with layers that any thread can read."""

    sources: Mapping[str, LayerSource] = field(default_factory=dict)

    def source(self, key: str) -> LayerSource | None:
        """Return a layer; None where the user chose none."""
        return self.sources.get(key)


@dataclass(frozen=True)
class Request:
    """One analysis that was asked for, with all that it reads."""

    inputs: DockInputs
    layer_id: str
    layer_name: str
    min_width_m: float


def parameters_of(choices: Choices) -> dict[str, Any]:
    """Return the choices as parameters of an algorithm, layers by their ids; without empty ones."""
    named = {**LAYERS, **_OTHERS, "min_width_m": keys.MIN_WIDTH}
    values = {key: getattr(choices, name) for name, key in named.items()}
    return {key: value for key, value in values.items() if value not in ("", None)}


def prepared(choices: Choices, project: QgsProject) -> Request:
    """Take what an analysis by `choices` reads. For the main thread.

    Raises
    ------
    AllianceError
        When the alliances are neither pairs nor a table.
    """
    layers = {
        key: layer
        for name, key in LAYERS.items()
        for layer in [project.mapLayer(getattr(choices, name))]
        if isinstance(layer, QgsVectorLayer)
    }
    values = {key: layer.id() for key, layer in layers.items()}
    values.update((key, getattr(choices, name)) for name, key in _OTHERS.items())
    values.update(worker_values())
    values = {key: value for key, value in values.items() if value not in ("", None)}
    context = QgsProcessingContext()
    context.setProject(project)
    algorithm = EnclaveHistory().create()
    alliances = read_alliances(Inputs(algorithm, values, context))
    # a table of alliances is read by now, and belongs to the main thread
    values.pop(keys.ALLIANCES, None)
    sources = {
        key: LayerSource(layer if choices.use_unsaved else _as_saved(layer))
        for key, layer in layers.items()
    }
    inputs = DockInputs(algorithm, values, QgsProcessingContext(), alliances, sources)
    control = layers.get(keys.CONTROL)
    name = control.name() if control is not None else ""
    return Request(inputs, choices.control, name, choices.min_width_m)


def _as_saved(layer: QgsVectorLayer) -> QgsVectorLayer:
    """Return the layer, or a copy of it without edits that are not saved."""
    if not layer.isModified():
        return layer
    saved = layer.clone()
    if saved.subsetString() != layer.subsetString():
        saved.setSubsetString(layer.subsetString())
    return saved
