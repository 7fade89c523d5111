"""Makes the sample's project, `resources/sample/syria_2018.qgz`, from its GeoPackage.

Run it by the system's Python after `make install` and a change of the styles:

    /usr/bin/python3 tools/make_sample.py
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsDateTimeRange,
    QgsProject,
    QgsReferencedRectangle,
    QgsSettings,
    QgsUnitTypes,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime

from qgis_env import BUILD, ROOT, environment

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE = ROOT / "resources" / "sample"
TITLE = "Syria, summer 2018 (schematic sample of Enclave Watch)"
UTM_37_NORTH = "EPSG:32637"
TIME_PANEL = "TemporalControllerWidget"


def make_project(folder: Path) -> Path:
    """Write the project beside the GeoPackage in `folder`; return its path."""
    from enclave_watch.processing.styling import style_control, style_places

    project = QgsProject.instance()
    project.clear()
    project.setTitle(TITLE)
    project.setCrs(QgsCoordinateReferenceSystem(UTM_37_NORTH))
    project.setEllipsoid("EPSG:7030")
    project.setFilePathStorage(Qgis.FilePathType.Relative)
    control = _layer(folder, "control", "Control")
    places = _layer(folder, "places", "Places")
    # the one added last stands on top: QGIS makes it the active layer, which dialogs choose first
    if not all(project.addMapLayer(layer) for layer in (places, control)):
        raise OSError(f"The layers of {folder} cannot be added to a project")
    index = control.fields().indexOf("faction")
    style_control(control, "faction", sorted(control.uniqueValues(index)), "date")
    style_places(places, "name")
    _set_times(project, control)
    _set_view(project, control)
    path = folder / "syria_2018.qgz"
    if not project.write(str(path)):
        raise OSError(project.error())
    project.clear()
    return path


def _layer(folder: Path, table: str, name: str) -> QgsVectorLayer:
    layer = QgsVectorLayer(f"{folder / 'syria_2018.gpkg'}|layername={table}", name, "ogr")
    if not layer.isValid():
        raise OSError(f"{layer.source()} cannot be read")
    layer.setReadOnly(True)
    return layer


def _set_times(project: QgsProject, control: QgsVectorLayer) -> None:
    dates = sorted(control.uniqueValues(control.fields().indexOf("date")))
    begin, last = (
        QDateTime(QDate(day), QTime(0, 0), Qt.TimeSpec.UTC) for day in (dates[0], dates[-1])
    )
    end = last.addDays(1)
    settings = project.timeSettings()
    settings.setTemporalRange(QgsDateTimeRange(begin, end, True, False))
    settings.setTimeStep(1)
    settings.setTimeStepUnit(QgsUnitTypes.TemporalUnit.TemporalDays)
    settings.setFramesPerSecond(4)
    # The panel, often hidden, opens animated, or QGIS would draw all dates at once. It starts at
    # the first frame of its range, so that is the last date: the one that users ask of first.
    project.writeEntry(TIME_PANEL, "/NavigationMode", 1)
    project.writeEntry(TIME_PANEL, "/StartDateTime", last.toString(Qt.DateFormat.ISODateWithMs))
    project.writeEntry(TIME_PANEL, "/EndDateTime", end.toString(Qt.DateFormat.ISODateWithMs))


def _set_view(project: QgsProject, control: QgsVectorLayer) -> None:
    transform = QgsCoordinateTransform(control.crs(), project.crs(), project)
    extent = transform.transformBoundingBox(control.extent())
    extent.scale(1.08)
    project.viewSettings().setDefaultViewExtent(QgsReferencedRectangle(extent, project.crs()))


def main() -> int:
    """Make the project anew."""
    os.environ.update(environment())  # a profile of its own: the user's stays as it is
    sys.path.insert(0, str(BUILD / "plugins"))
    application = QgsApplication([], False)
    application.initQgis()
    QgsSettings().setValue("projects/anonymize_saved_projects", True, QgsSettings.Section.Core)
    try:
        print(make_project(SAMPLE))
    finally:
        application.exitQgis()
    return 0


if __name__ == "__main__":
    sys.exit(main())
