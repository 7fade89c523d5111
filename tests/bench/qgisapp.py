"""QGIS without a window, with its own algorithms and the plugin's."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

__all__ = ["WORLD_MAP", "run", "start_qgis"]

ROOT = Path(__file__).resolve().parents[2]
WORLD_MAP = "resources/data/world_map.gpkg"
_kept: list[Any] = []


def start_qgis() -> None:
    """Start QGIS as a session of the desktop has it, the engine's packages loaded.

    Lengths and areas in expressions are those of the WGS84 ellipsoid.
    """
    from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsProject

    application = QgsApplication([], True)
    application.initQgis()
    # the registry and Qt keep no reference that Python knows of
    _kept.append(application)
    sys.path.append(str(Path(QgsApplication.pkgDataPath()) / "python" / "plugins"))

    from enclave_watch.compat import ensure_proj_data
    from enclave_watch.core.requirements import missing_requirements

    missing = missing_requirements()
    if missing:
        sys.exit(missing)
    ensure_proj_data()

    from processing.core.Processing import Processing

    from enclave_watch.processing.provider import EnclaveWatchProvider

    Processing.initialize()
    provider = EnclaveWatchProvider()
    _kept.append(provider)
    QgsApplication.processingRegistry().addProvider(provider)
    project = QgsProject.instance()
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    project.setEllipsoid("EPSG:7030")


def run(name: str, **parameters: Any) -> Any:
    """Run an algorithm and return its main output, a layer in memory unless told otherwise."""
    from qgis.core import QgsProcessing

    import processing

    given = {"OUTPUT": QgsProcessing.TEMPORARY_OUTPUT, **parameters}
    return processing.run(name, given)["OUTPUT"]
