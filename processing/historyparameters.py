"""The parameters of algorithms that follow enclaves through time, each declared once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import (
    QgsProcessingParameterDefinition,
    QgsProcessingParameterNumber,
)

from ..core.i18n import tr
from .definitions import distance_parameter, number_parameter, with_help

if TYPE_CHECKING:
    from ..core.lineage import LinkRule
    from .inputs import Inputs

__all__ = [
    "MIN_OVERLAP",
    "NECK_AREA",
    "NECK_WIDTH",
    "link_rule",
    "min_overlap_parameter",
    "neck_parameters",
]

MIN_OVERLAP = "MIN_OVERLAP"
NECK_WIDTH = "NECK_WIDTH"
NECK_AREA = "NECK_AREA"

_NECK_AREA_KM2 = 10.0
_MIN_OVERLAP_PCT = 10.0


def min_overlap_parameter() -> QgsProcessingParameterDefinition:
    """Return the share of ground that makes parent and child."""
    definition = QgsProcessingParameterNumber(
        MIN_OVERLAP,
        tr("Smallest overlap (%)"),
        QgsProcessingParameterNumber.Type.Double,
        defaultValue=_MIN_OVERLAP_PCT,
        minValue=0.0,
        maxValue=100.0,
    )
    return with_help(
        definition,
        tr(
            "In per cent of the smaller of two enclaves on consecutive dates: with less ground in "
            "common, one does not follow from the other. An overlap under the smallest presence "
            "must be half of the smaller one besides."
        ),
        advanced=True,
    )


def neck_parameters() -> list[QgsProcessingParameterDefinition]:
    """Return what narrow land bridges are looked for."""
    return [
        distance_parameter(
            NECK_WIDTH,
            tr("Widest neck"),
            0.0,
            tr(
                "In metres. Where an enclave hangs together by land no wider than this, the "
                "narrowest such bridge is told: the early warning before a split. 0: not looked "
                "for."
            ),
            advanced=True,
        ),
        number_parameter(
            NECK_AREA,
            tr("Smallest side of a neck (km2)"),
            _NECK_AREA_KM2,
            tr("In km2. A land bridge counts when there is at least so much land on both sides."),
        ),
    ]


def link_rule(inputs: Inputs, min_presence_km2: float) -> LinkRule:
    """Return what overlap makes parent and child in this run."""
    from ..core.lineage import LinkRule

    share_pct = inputs.algorithm.parameterAsDouble(inputs.values, MIN_OVERLAP, inputs.context)
    return LinkRule(min_share_pct=share_pct, min_km2=min_presence_km2)
