"""Writing results, and what becomes of them once QGIS loads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Protocol, Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingOutputLayerDefinition,
    QgsVectorLayer,
)

from ..core.i18n import tr
from .convert import GeometryConverter
from .destinations import OutputSink
from .fields import Column, cut_names, label_columns, to_fields

if TYPE_CHECKING:
    from ..core.feedback import Feedback
    from .inputs import Inputs

__all__ = ["ResultWriter", "name_and_style_on_load"]

StyleFunction = Callable[[QgsVectorLayer, Sequence[str]], None]

_post_processors: dict[str, _StyleOnLoad] = {}
"""Kept here because nothing else keeps them: QGIS holds no reference, and an algorithm that ran in
a model is gone before its layers are loaded."""


class HasOutputId(Protocol):
    """Whatever wrote a result, and knows by which id QGIS loads it."""

    output_id: str


class ResultWriter:
    """Writes rows of one output by its columns; a write that fails is an error.

    Parameters
    ----------
    key : the output's parameter
    wkb_type : of the layer to write, multi-part
    """

    def __init__(
        self,
        inputs: Inputs,
        key: str,
        columns: Sequence[Column],
        wkb_type: int,
        crs: QgsCoordinateReferenceSystem,
    ) -> None:
        self._columns = columns
        self._fields = to_fields(columns)
        self._sink = OutputSink(inputs, key, self._fields, wkb_type, crs)
        self.output_id = self._sink.output_id
        self._geometries = GeometryConverter()

    @property
    def count(self) -> int:
        """Return how many rows were written."""
        return self._sink.count

    def write(self, row: Any, geometry: Any = None) -> None:
        """Write one row with a shapely geometry; without one in a table."""
        feature = QgsFeature(self._fields)
        feature.setAttributes([column.value(row) for column in self._columns])
        if geometry is not None:
            feature.setGeometry(self._geometries.convert(geometry))
        self._sink.add(feature)

    def close(self, feedback: Feedback) -> None:
        """Write what is still in memory, let go of the file, and tell what its format cut."""
        self._sink.close()
        self._tell_cut_names(feedback)

    def tell_incomplete(self, feedback: Feedback) -> None:
        """Warn of a table in a database that a run leaves behind before it is done."""
        self._sink.tell_incomplete(feedback)

    def _tell_cut_names(self, feedback: Feedback) -> None:
        path = self.output_id.split("|", maxsplit=1)[0]
        if path.lower().endswith(".gpkg") or not Path(path).is_file():
            return
        cut = cut_names(QgsVectorLayer(self.output_id, "", "ogr").fields(), self._columns)
        if cut:
            name, kept = next(iter(cut.items()))
            feedback.warning(
                tr(
                    "{file}: this format cuts the names of fields, for example {name} to {kept}. "
                    "A GeoPackage keeps them."
                ).format(file=Path(path).name, name=name, kept=kept)
            )


def name_and_style_on_load(
    inputs: Inputs,
    key: str,
    writer: HasOutputId,
    *,
    name: str,
    columns: Sequence[Column],
    style: StyleFunction,
    factions: Sequence[str],
) -> None:
    """Let QGIS load the result, if it will, under `name` with its headings and its style."""
    context, output_id = inputs.context, writer.output_id
    if not context.willLoadLayerOnCompletion(output_id):
        return
    details = context.layerToLoadOnCompletionDetails(output_id)
    if not _named_by_user(inputs.values.get(key)):
        details.name = name
    _keep(output_id, _StyleOnLoad(columns, style, factions))
    details.setPostProcessor(_post_processors[output_id])


def _keep(output_id: str, post_processor: _StyleOnLoad) -> None:
    """Keep a post-processor until it has run.

    Those that have are let go of here, and not by themselves: QGIS is still inside of them then.
    """
    for done in [key for key, kept in _post_processors.items() if kept.has_run]:
        del _post_processors[done]
    _post_processors[output_id] = post_processor


def _named_by_user(destination: Any) -> bool:
    """Return whether a model gives the output a name of its own."""
    return isinstance(destination, QgsProcessingOutputLayerDefinition) and bool(
        destination.destinationName
    )


class _StyleOnLoad(QgsProcessingLayerPostProcessorInterface):
    """Runs on the main thread when a result has been loaded."""

    def __init__(
        self, columns: Sequence[Column], style: StyleFunction, factions: Sequence[str]
    ) -> None:
        super().__init__()
        self.has_run = False
        self._columns = columns
        self._style = style
        self._factions = factions

    def postProcessLayer(
        self,
        layer: QgsVectorLayer,
        context: QgsProcessingContext,  # noqa: ARG002 - QGIS's signature
        feedback: QgsProcessingFeedback,
    ) -> None:
        """Give the layer its headings and its style."""
        from .styling import styled

        self.has_run = True
        label_columns(layer, self._columns)
        styled(self._style, layer, self._factions, feedback)
