"""How parameters of each kind are made, with their help and the flag for advanced ones."""

from __future__ import annotations

from typing import Sequence

from qgis.core import (
    QgsProcessingParameterDateTime,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterDistance,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsUnitTypes,
)

__all__ = [
    "choice_parameter",
    "distance_parameter",
    "field_parameter",
    "moment_parameter",
    "number_parameter",
    "sink",
    "source_parameter",
    "text_parameter",
    "with_help",
]


def with_help(
    definition: QgsProcessingParameterDefinition, text: str, *, advanced: bool = False
) -> QgsProcessingParameterDefinition:
    """Return `definition` with its help text."""
    definition.setHelp(text)
    if advanced:
        flag = QgsProcessingParameterDefinition.Flag.FlagAdvanced
        definition.setFlags(definition.flags() | flag)
    return definition


def source_parameter(
    key: str, label: str, kinds: Sequence[int], text: str
) -> QgsProcessingParameterDefinition:
    """Return an optional layer of one of the `kinds`."""
    definition = QgsProcessingParameterFeatureSource(key, label, list(kinds), optional=True)
    return with_help(definition, text)


def field_parameter(
    key: str,
    label: str,
    layer_key: str,
    text: str,
    *,
    default: str | None = None,
    advanced: bool = False,
) -> QgsProcessingParameterDefinition:
    """Return an optional field of the layer that is the parameter `layer_key`."""
    definition = QgsProcessingParameterField(
        key, label, default, layer_key, QgsProcessingParameterField.DataType.Any, optional=True
    )
    return with_help(definition, text, advanced=advanced)


def text_parameter(key: str, label: str, text: str) -> QgsProcessingParameterDefinition:
    """Return an optional text."""
    return with_help(QgsProcessingParameterString(key, label, optional=True), text)


def moment_parameter(key: str, label: str, text: str) -> QgsProcessingParameterDefinition:
    """Return an optional date with or without a time of day."""
    kind = QgsProcessingParameterDateTime.Type.DateTime
    return with_help(QgsProcessingParameterDateTime(key, label, kind, optional=True), text)


def distance_parameter(
    key: str, label: str, default_m: float, text: str, *, advanced: bool = False
) -> QgsProcessingParameterDefinition:
    """Return a distance in metres."""
    # No parent: the number is in metres whatever the unit of the control layer's CRS is.
    definition = QgsProcessingParameterDistance(key, label, default_m, minValue=0.0)
    definition.setDefaultUnit(QgsUnitTypes.DistanceUnit.DistanceMeters)
    return with_help(definition, text, advanced=advanced)


def number_parameter(
    key: str, label: str, default: float | None, text: str
) -> QgsProcessingParameterDefinition:
    """Return a number from 0 up; it is optional where it has no default."""
    definition = QgsProcessingParameterNumber(
        key,
        label,
        QgsProcessingParameterNumber.Type.Double,
        defaultValue=default,
        optional=default is None,
        minValue=0.0,
    )
    return with_help(definition, text, advanced=True)


def choice_parameter(
    key: str, label: str, choices: Sequence[str], text: str
) -> QgsProcessingParameterDefinition:
    """Return one of several words, the first by default; command lines give the word itself."""
    definition = QgsProcessingParameterEnum(
        key, label, list(choices), defaultValue=choices[0], usesStaticStrings=True
    )
    return with_help(definition, text)


def sink(
    key: str, label: str, kind: int, *, optional: bool = False, by_default: bool = True
) -> QgsProcessingParameterDefinition:
    """Return a result; dialogs make an optional one only `by_default` or where they are asked."""
    return QgsProcessingParameterFeatureSink(
        key, label, kind, None, optional=optional, createByDefault=by_default
    )
