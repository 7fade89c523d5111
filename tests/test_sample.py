"""The sample opens, styled and ready to play, and stays as it was shipped."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from qgis.core import (
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsDateTimeRange,
    QgsFeatureRequest,
    QgsProject,
    QgsVectorLayerTemporalContext,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QTime
from qgis.PyQt.QtGui import QColor

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "sample"
GEOPACKAGE = "syria_2018.gpkg"
PROJECT = "syria_2018.qgz"
SHA256 = "28621310910e4caec3259750bdf12ce8a8943990c00410e92c8ee5aece003045"
PIECES = {"2018-05-31": 19, "2018-06-30": 18, "2018-07-15": 16, "2018-07-31": 15, "2018-08-05": 14}


@pytest.fixture
def folder(tmp_path):
    """A copy of the sample, in a place where it has never been."""
    copy = tmp_path / "elsewhere"
    copy.mkdir()
    for name in (GEOPACKAGE, PROJECT):
        shutil.copy(FOLDER / name, copy)
    return copy


@pytest.fixture
def project(folder):
    """The project of the copy, opened."""
    project = QgsProject.instance()
    project.clear()
    assert project.read(str(folder / PROJECT)), project.error()
    yield project
    project.clear()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _layer(project, name):
    (layer,) = project.mapLayersByName(name)
    return layer


def test_the_data_are_those_that_the_note_describes():
    assert _sha256(FOLDER / GEOPACKAGE) == SHA256
    assert (FOLDER / "README.md").read_text(encoding="utf-8").count("schematic") >= 1


def test_every_layer_is_valid_and_found_beside_the_project(project, folder):
    layers = list(project.mapLayers().values())
    assert sorted(layer.name() for layer in layers) == ["Control", "Places"]
    for layer in layers:
        assert layer.isValid()
        assert Path(layer.source().split("|")[0]).resolve().parent == folder.resolve()


def test_the_project_names_no_place_on_the_machine_that_made_it(folder):
    with zipfile.ZipFile(folder / PROJECT) as archive:
        text = archive.read(PROJECT.replace(".qgz", ".qgs")).decode("utf-8")
    assert "<datasource>./syria_2018.gpkg|layername=control</datasource>" in text
    for trace in ("/root", "/home/", "/tmp/", "/usr/", str(FOLDER), "saveUser="):  # noqa: S108
        assert trace not in text


def test_opening_says_nothing_of_missing_fonts_or_files(folder):
    said = []
    project = QgsProject.instance()
    project.clear()
    project.loadingLayerMessageReceived.connect(lambda _, messages: said.extend(messages))
    assert project.read(str(folder / PROJECT))
    project.clear()
    assert [message.message for message in said] == []


def test_control_has_a_colour_a_faction_and_places_have_labels(project):
    control = _layer(project, "Control")
    renderer = control.renderer()
    assert isinstance(renderer, QgsCategorizedSymbolRenderer)
    assert renderer.classAttribute() == "faction"
    factions = control.uniqueValues(control.fields().indexOf("faction"))
    colors = {c.value(): c.symbol().color().name() for c in renderer.categories()}
    assert set(colors) == set(factions)
    assert len(set(colors.values())) == 6
    places = _layer(project, "Places")
    assert places.labelsEnabled()
    assert places.labeling().settings().fieldName == "name"


def test_results_take_the_colours_of_the_control_layer(project):
    from enclave_watch.processing.styling import project_faction_colors

    renderer = _layer(project, "Control").renderer()
    for category in renderer.categories():
        color = QColor(project_faction_colors([category.value()])[category.value()])
        assert category.symbol().color().getRgb()[:3] == color.getRgb()[:3]


def test_the_temporal_controller_plays_every_date(project):
    control = _layer(project, "Control")
    properties = control.temporalProperties()
    assert properties.isActive()
    context = QgsVectorLayerTemporalContext()
    context.setLayer(control)
    whole = project.timeSettings().temporalRange()
    assert project.timeSettings().timeStep() == 1
    for date, pieces in PIECES.items():
        begin = QDateTime(QDate.fromString(date, "yyyy-MM-dd"), QTime(0, 0))
        assert whole.begin().date() <= begin.date() < whole.end().date()
        interval = QgsDateTimeRange(begin, begin.addDays(1), True, False)
        request = QgsFeatureRequest().setFilterExpression(
            properties.createFilterString(context, interval)
        )
        shown = list(control.getFeatures(request))
        assert len(shown) == pieces
        assert {feature["date"].toString("yyyy-MM-dd") for feature in shown} == {date}


def test_the_time_panel_opens_animated_at_the_last_date(project):
    mode, found = project.readNumEntry("TemporalControllerWidget", "/NavigationMode")
    assert found
    assert mode == 1
    texts = [
        project.readEntry("TemporalControllerWidget", key)[0]
        for key in ("/StartDateTime", "/EndDateTime")
    ]
    assert texts == ["2018-08-05T00:00:00.000Z", "2018-08-06T00:00:00.000Z"]


def test_control_stands_on_top_which_qgis_makes_the_active_layer(project):
    names = [node.name() for node in project.layerTreeRoot().children()]
    assert names == ["Control", "Places"]


def test_the_note_says_what_the_plugin_measures_and_what_was_published():
    note = (FOLDER / "README.md").read_text(encoding="utf-8")
    for figure in ("84.8 km", "about 85", "202.6", "202.55", "202.5)"):
        assert figure in note
    assert "85.0" not in note


def test_title_and_crs_suit_syria(project):
    assert "Syria" in project.title()
    assert project.crs().authid() == "EPSG:32637"
    assert project.filePathStorage() == Qgis.FilePathType.Relative


def test_opening_and_reading_leave_the_data_byte_for_byte(folder):
    script = (
        "import sys; from qgis.core import QgsApplication, QgsProject;"
        "a = QgsApplication([], False); a.initQgis(); p = QgsProject.instance();"
        "assert p.read(sys.argv[1]);"
        "print(sum(1 for l in p.mapLayers().values() for f in l.getFeatures()));"
        "p.clear(); a.exitQgis()"
    )
    # pytest's own Python may be a virtual environment's: it sees QGIS all the same
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder / PROJECT)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.split()[-1] == "102"
    assert _sha256(folder / GEOPACKAGE) == SHA256
    assert sorted(path.name for path in folder.iterdir()) == [GEOPACKAGE, PROJECT]


def test_the_project_can_be_made_anew(folder):
    from make_sample import make_project

    (folder / PROJECT).unlink()
    path = make_project(folder)
    assert path == folder / PROJECT
    assert _description(path) == _description(FOLDER / PROJECT)


def _description(path: Path) -> dict[str, object]:
    project = QgsProject()
    assert project.read(str(path))
    (control,) = project.mapLayersByName("Control")
    times = project.timeSettings()
    return {
        "title": project.title(),
        "colors": {c.value(): c.symbol().color().name() for c in control.renderer().categories()},
        "ends": control.temporalProperties().endExpression(),
        "range": times.temporalRange(),
        "step": (times.timeStep(), times.timeStepUnit()),
        "mode": project.readNumEntry("TemporalControllerWidget", "/NavigationMode"),
        "tree": [node.name() for node in project.layerTreeRoot().children()],
        "opens_at": project.readEntry("TemporalControllerWidget", "/StartDateTime"),
        "view": project.viewSettings().defaultViewExtent(),
    }
