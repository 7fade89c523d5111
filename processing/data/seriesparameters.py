"""The parameters of `buildseries` that no other algorithm has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExpression,
    QgsProcessingParameterFile,
    QgsProcessingParameterMultipleLayers,
)

from ...core.i18n import tr
from .. import parameters as keys
from ..definitions import moment_parameter, text_parameter, with_help

if TYPE_CHECKING:
    from ..inputs import Inputs

__all__ = [
    "DATES_FROM",
    "DATE_EXPRESSION",
    "FACTION",
    "FACTION_EXPRESSION",
    "FOLDER",
    "LAST_END",
    "LAYERS",
    "PATTERN",
    "RECURSIVE",
    "SAME_DAY",
    "TARGET_CRS",
    "choice",
    "series_parameters",
]

LAYERS = "LAYERS"
FOLDER = "FOLDER"
RECURSIVE = "RECURSIVE"
PATTERN = "PATTERN"
DATES_FROM = "DATES_FROM"
DATE_EXPRESSION = "DATE_EXPRESSION"
FACTION = "FACTION"
FACTION_EXPRESSION = "FACTION_EXPRESSION"
SAME_DAY = "SAME_DAY"
LAST_END = "LAST_END"
TARGET_CRS = "TARGET_CRS"


def choice(inputs: Inputs, key: str) -> str:
    """Return what was chosen of an enum with static strings."""
    return inputs.algorithm.parameterAsEnumString(inputs.values, key, inputs.context)


def series_parameters() -> list[QgsProcessingParameterDefinition]:
    """Return new definitions, in the order of the dialog."""
    return [*_inputs(), *_faction(), *_dates(), *_details()]


def _inputs() -> list[QgsProcessingParameterDefinition]:
    return [
        with_help(
            QgsProcessingParameterMultipleLayers(
                LAYERS,
                tr("Layers"),
                QgsProcessing.SourceType.TypeVectorAnyGeometry,
                optional=True,
            ),
            tr("The layers to put together. Give these or a folder."),
        ),
        with_help(
            QgsProcessingParameterFile(
                FOLDER,
                tr("Folder"),
                QgsProcessingParameterFile.Behavior.Folder,
                optional=True,
            ),
            tr(
                "A folder of GeoJSON, Shapefile, GeoPackage, KML or KMZ files. Give this or layers."
            ),
        ),
        with_help(
            QgsProcessingParameterBoolean(RECURSIVE, tr("Subfolders too"), defaultValue=False),
            tr(
                "Whether files in the folder's subfolders are read as well. Where no file has a "
                "date in its name, it is read from the names of the subfolders too: "
                "2024/11/01/control.geojson."
            ),
        ),
        text_parameter(
            PATTERN,
            tr("Pattern of the date in names"),
            tr(
                "Where the date stands in the names, for instance %d.%m.%Y or control_%Y%m%d. "
                "Left empty, it is found, if only one way to read it fits all names. Names that "
                "the pattern does not fit are left out. A pattern without any date, such as "
                "control_*.shp, chooses files by name. See the help for all that it can say."
            ),
        ),
    ]


def _faction() -> list[QgsProcessingParameterDefinition]:
    return [
        text_parameter(
            FACTION,
            tr("Faction, one for all"),
            tr(
                "The faction that holds all of it. Left empty, with no field and no expression "
                "either, each source's name without its date is the faction's."
            ),
        ),
        text_parameter(
            keys.FACTION_FIELD,
            tr("Faction field"),
            tr("Name of the field with the faction, the same in all sources."),
        ),
        _expression(
            FACTION_EXPRESSION,
            tr("Faction expression"),
            tr("Gives the faction of each feature; @layer_name is the name of its source."),
        ),
    ]


def _dates() -> list[QgsProcessingParameterDefinition]:
    return [
        with_help(
            _enum(DATES_FROM, tr("Dates without field and expression"), _DATES_FROM),
            tr(
                "Where dates come from when neither a field nor an expression gives them: name, "
                "the names of files or layers; temporal, the temporal settings of the layers; "
                "auto, the latter if all layers have them, otherwise the former."
            ),
            advanced=True,
        ),
        text_parameter(
            keys.DATE_FIELD,
            tr("Date field"),
            tr(
                "Name of the field with the date, the same in all sources: a date, a date with "
                "time, or ISO text such as 2018-08-05."
            ),
        ),
        _expression(
            DATE_EXPRESSION,
            tr("Date expression"),
            tr("Gives the date of each feature, as a date or as ISO text."),
        ),
        text_parameter(
            keys.END_FIELD,
            tr("End date field"),
            tr(
                "Name of the field with the date on which a polygon ceases to count; an empty end "
                "is open. Goes with a date field or expression."
            ),
        ),
        with_help(
            QgsProcessingParameterBoolean(
                keys.END_INCLUSIVE, tr("The end day still counts"), defaultValue=False
            ),
            tr(
                "Whether a polygon is still held on its end date. Only used with an end date field."
            ),
            advanced=True,
        ),
    ]


def _details() -> list[QgsProcessingParameterDefinition]:
    return [
        with_help(
            _enum(SAME_DAY, tr("Several snapshots of a faction on one day"), _SAME_DAY),
            tr(
                "What becomes of them: all, kept, those of the same moment as one; first or last, "
                "only that source of the day, at the day's date."
            ),
            advanced=True,
        ),
        moment_parameter(
            LAST_END,
            tr("End of the last snapshot"),
            tr(
                "The date on which the last snapshot ceases to be valid: 2018-09-01. Left empty, "
                "it is valid for as long as the usual step between dates."
            ),
        ),
        with_help(
            QgsProcessingParameterCrs(
                TARGET_CRS, tr("Coordinate reference system of the result"), optional=True
            ),
            tr("Left empty, that of the first source; sources in others are brought to it."),
            advanced=True,
        ),
    ]


_DATES_FROM = ("auto", "name", "temporal")
_SAME_DAY = ("all", "first", "last")


def _enum(key: str, label: str, options: tuple[str, ...]) -> QgsProcessingParameterEnum:
    return QgsProcessingParameterEnum(
        key,
        label,
        options=list(options),
        allowMultiple=False,
        defaultValue=options[0],
        optional=False,
        usesStaticStrings=True,
    )


def _expression(key: str, label: str, text: str) -> QgsProcessingParameterDefinition:
    return with_help(QgsProcessingParameterExpression(key, label, optional=True), text)
