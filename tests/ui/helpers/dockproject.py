"""The sample in the project, and a controller that has analysed it."""

from __future__ import annotations

import shutil

from qgis.core import QgsProject, QgsVectorLayer

__all__ = ["analyse", "open_sample"]

PATIENCE_MS = 60_000


def open_sample(sample, folder) -> QgsVectorLayer:
    """Put a copy of the control layer into the project."""
    copy = shutil.copyfile(sample, folder / "syria_2018.gpkg")
    layer = QgsVectorLayer(f"{copy}|layername=control", "control", "ogr")
    assert QgsProject.instance().addMapLayer(layer) is layer
    return layer


def analyse(controller, qtbot) -> None:
    """Analyse what is chosen, and wait for it."""
    with qtbot.waitSignal(controller.analysisChanged, timeout=PATIENCE_MS):
        controller.analyse()
