"""Where results go: tables of a database are checked before a run, and named in every error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureSink,
    QgsFields,
    QgsProcessingException,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSink,
)

from ..compat import destination_of
from ..core.errors import ParameterError, WriteError
from ..core.i18n import tr
from .batches import BATCH_SIZE, safe_batches
from .databases import Table, heard, reason_of, table_of

if TYPE_CHECKING:
    from ..core.feedback import Feedback
    from .inputs import Inputs

__all__ = ["OutputSink", "check_destinations"]

_LAYERS = ("source", "vector", "multilayer")


class OutputSink:
    """Takes the features of one output; what cannot be written is an error that names it.

    Parameters
    ----------
    key : the output's parameter

    Attributes
    ----------
    output_id : by which QGIS loads the result
    count : how many features were taken
    """

    def __init__(
        self,
        inputs: Inputs,
        key: str,
        fields: QgsFields,
        wkb_type: int,
        crs: QgsCoordinateReferenceSystem,
    ) -> None:
        self._key = key
        self._table = table_of(inputs.values.get(key))
        self._waiting: list[QgsFeature] = []
        self._failed = False
        self.output_id = ""
        self.count = 0
        self._sink = None
        problem = inputs.algorithm.invalidSinkError(inputs.values, key)
        with heard() as said:
            try:
                self._sink, self.output_id = inputs.algorithm.parameterAsSink(
                    inputs.values, key, inputs.context, fields, wkb_type, crs
                )
            except QgsProcessingException as error:
                problem = str(error)
        if self._sink is None:
            if self._table is not None:
                # QGIS's own words hold the whole connection, its password too
                problem = _not_made(key, self._table, reason_of("\n".join(said)))
            raise WriteError(problem)
        self._writer = self._sink if self._table is None else destination_of(self._sink)

    def add(self, feature: QgsFeature) -> None:
        """Take a feature."""
        self.count += 1
        if self._table is None:
            self._write(feature)
            return
        self._waiting.append(feature)
        if len(self._waiting) >= BATCH_SIZE:
            self._write_waiting()

    def close(self) -> None:
        """Write what is still in memory, and let go of the file or the connection."""
        self._write_waiting()
        self._flush()
        self._writer = self._sink = None

    def _write_waiting(self) -> None:
        for batch in safe_batches(self._waiting):
            for feature in batch:
                self._write(feature)
            self._flush()
        self._waiting = []

    def _write(self, feature: QgsFeature) -> None:
        if not self._writer.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            self._fail()

    def _flush(self) -> None:
        if not self._writer.flushBuffer():
            self._fail()

    def tell_incomplete(self, feedback: Feedback) -> None:
        """Warn of a table that a run leaves behind before it is done."""
        if self._table is not None and not self._failed:
            feedback.warning(
                tr(
                    "The run ended early: {table} ({key}) holds a part of its rows, or none. "
                    "Run again, which replaces it, or drop it."
                ).format(table=self._table.label, key=self._key)
            )

    def _fail(self) -> None:
        self._failed = True
        reason = self._writer.lastError()
        if self._table is None:
            raise WriteError(
                tr("Result cannot be written to {output}: {reason}").format(
                    output=self.output_id, reason=reason or tr("unknown reason")
                )
            )
        raise WriteError(
            tr(
                "Result {key} cannot be written to {table}: {reason}. It holds a part of its rows, "
                "or none. Check the connection and run again, which replaces it, or drop it."
            ).format(
                key=self._key,
                table=self._table.label,
                reason=reason_of(reason) or tr("the connection was lost"),
            )
        )


def check_destinations(inputs: Inputs) -> None:
    """Refuse a table that would lose its geometry, or that is among the layers that are read.

    Raises
    ------
    ParameterError : if there is one
    """
    for definition in inputs.algorithm.destinationParameterDefinitions():
        table = table_of(inputs.values.get(definition.name()))
        if table is None or not isinstance(definition, QgsProcessingParameterFeatureSink):
            continue
        if definition.hasGeometry() and not table.has_geometry:
            problem = tr(
                "{label} ({key}): {table} is given without a geometry column, and the geometry "
                "would be lost. Name one behind the table: (geom)."
            )
        elif table.has_geometry and not definition.hasGeometry():
            problem = tr(
                "{label} ({key}): {table} is given with a geometry column, but these rows have no "
                "geometry. Leave ({column}) out."
            )
        else:
            problem = _problem_with_sources(inputs, table)
        if problem:
            raise ParameterError(
                problem.format(
                    label=definition.description(),
                    key=definition.name(),
                    table=table.label,
                    column=table.uri.geometryColumn(),
                )
            )


def _problem_with_sources(inputs: Inputs, table: Table) -> str:
    """Return that a table is also read, and as what; an empty text where it is not."""
    for definition in inputs.algorithm.parameterDefinitions():
        if definition.type() not in _LAYERS or not inputs.has(definition.name()):
            continue
        if any(table.is_same(source) for source in _tables_read(inputs, definition)):
            return tr(
                "{{label}} ({{key}}) would replace {{table}}, which is read as {source} "
                "({source_key}). Give the result another table."
            ).format(source=definition.description(), source_key=definition.name())
    return ""


def _tables_read(inputs: Inputs, definition: QgsProcessingParameterDefinition) -> list[Table]:
    algorithm, name = inputs.algorithm, definition.name()
    if definition.type() == "multilayer":
        layers = algorithm.parameterAsLayerList(inputs.values, name, inputs.context)
    else:
        layers = [algorithm.parameterAsVectorLayer(inputs.values, name, inputs.context)]
    return [table for table in map(table_of, layers) if table is not None]


def _not_made(key: str, table: Table, reason: str) -> str:
    return tr(
        "Result {key} cannot be written to {table}: {reason}. Check that the server answers, that "
        "the schema exists, and that {user} may create tables there; a table to be replaced has "
        "to belong to the same user."
    ).format(
        key=key,
        table=table.label,
        reason=reason or tr("it cannot be made"),
        user=tr('the user "{user}"').format(user=table.user) if table.user else tr("its user"),
    )
