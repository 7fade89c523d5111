"""Who surveys a series, as parameters: how many workers, and of which cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import (
    QgsProcessingParameterDefinition,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..core.crews import MOST_WORKERS, Workers
from ..core.i18n import tr
from .definitions import with_help

if TYPE_CHECKING:
    from .inputs import Inputs

__all__ = ["SCHEDULER", "WORKERS", "worker_parameters", "workers_of"]

WORKERS = "WORKERS"
SCHEDULER = "SCHEDULER"


def worker_parameters() -> list[QgsProcessingParameterDefinition]:
    """Return new definitions of both parameters."""
    count = QgsProcessingParameterNumber(
        WORKERS,
        tr("Workers"),
        QgsProcessingParameterNumber.Type.Integer,
        defaultValue=0,
        minValue=0,
        maxValue=MOST_WORKERS,
    )
    scheduler = QgsProcessingParameterString(
        SCHEDULER, tr("Scheduler of a cluster"), defaultValue="", optional=True
    )
    return [
        with_help(
            count,
            tr(
                "How many processes measure the enclaves of the series, each some of its dates. "
                "0: as many as there are processors, where it takes long enough. "
                "1: none beside QGIS itself. No figure depends on it. With a scheduler: so many of "
                "its workers, 0 for all."
            ),
            advanced=True,
        ),
        with_help(
            scheduler,
            tr(
                "The address of a scheduler of dask.distributed, whose workers measure the "
                "enclaves: tcp://192.168.1.5:8786. Only in a network that you trust. Left empty, "
                "this machine does."
            ),
            advanced=True,
        ),
    ]


def workers_of(inputs: Inputs) -> Workers:
    """Return who surveys in this run."""
    count = inputs.algorithm.parameterAsInt(inputs.values, WORKERS, inputs.context)
    return Workers(count, (inputs.text(SCHEDULER) or "").strip())
