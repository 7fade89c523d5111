"""The state of the dock, without any widget."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from qgis.core import QgsGeometry, QgsProject, QgsVectorLayer

import enclave_watch
from enclave_watch.ui import analyst as analyst_module
from enclave_watch.ui.controller import DockController

PATIENCE_MS = 15_000

_IMPORTS = """
import builtins, sys
sys.path.insert(0, sys.argv[1])
given = builtins.__import__
def watched(name, *rest, **more):
    for banned in ("qgis.gui", "QtWidgets", "shapely", "matplotlib", "pyproj"):
        assert banned not in name, name
    return given(name, *rest, **more)
import qgis.core, qgis.PyQt.QtCore, qgis.PyQt.QtGui
builtins.__import__ = watched
import enclave_watch.ui.controller
"""


@pytest.fixture
def controller(qgis_app):
    made = []

    def make() -> DockController:
        made.append(DockController())
        return made[-1]

    yield make
    for each in made:
        each.close()
        each.deleteLater()


@pytest.fixture
def sample(sample, tmp_path):
    """A copy: QGIS writes to the very file that it only shows."""
    return Path(shutil.copy(sample, tmp_path))


@pytest.fixture
def sample_layer(sample):
    layer = QgsVectorLayer(f"{sample}|layername=control", "control", "ogr")
    QgsProject.instance().addMapLayer(layer)
    return layer


def square(x: float, y: float) -> str:
    return f"POLYGON(({x} {y},{x + 0.1} {y},{x + 0.1} {y + 0.1},{x} {y + 0.1},{x} {y}))"


@pytest.fixture
def fronts(make_layer, countries):
    """A control layer of four days: Red's square moves east; the rest of the world is Land's."""
    rows = [
        (square(0.2 * day, 0.5), {"faction": "Red", "date": f"2020-01-0{day}"})
        for day in (1, 2, 3, 4)
    ]
    return make_layer(rows, "faction:string", "date:date", name="fronts")


@pytest.fixture
def dock(controller, fronts, qtbot):
    """A controller with four days analysed, at the last of them."""
    made = controller()
    analyse(qtbot, made)
    return made


def analyse(qtbot, dock: DockController) -> None:
    with qtbot.waitSignal(dock.comparisonChanged, timeout=PATIENCE_MS):
        dock.analyse()
    assert not dock.is_busy


def heard(dock: DockController) -> list:
    """Return the list in which signals are noted."""
    said: list = []
    dock.analysisChanged.connect(lambda: said.append("analysis"))
    dock.indexChanged.connect(said.append)
    dock.comparisonChanged.connect(lambda: said.append("comparison"))
    return said


def move(layer: QgsVectorLayer, by: float = 0.05) -> None:
    feature = next(layer.getFeatures())
    moved = QgsGeometry(feature.geometry())
    moved.translate(by, 0.0)
    layer.changeGeometry(feature.id(), moved)


# ---- analysing -----------------------------------------------------------------------------


def test_no_widget_and_no_package_of_the_engine_is_needed_to_load_it():
    plugins = Path(enclave_watch.__file__).parent.parent
    command = [sys.executable, "-c", _IMPORTS, str(plugins)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_the_sample_is_guessed_and_analysed(qtbot, controller, sample_layer):
    dock = controller()
    assert dock.choices.control == sample_layer.id()
    assert (dock.choices.faction_field, dock.choices.date_field) == ("faction", "date")
    assert dock.problem == ""
    said = heard(dock)
    progress = []
    dock.progressChanged.connect(progress.append)
    analyse(qtbot, dock)
    assert said == ["analysis", 4, "comparison"]
    assert progress == sorted(progress)
    assert 3 < len(progress) <= 101
    assert dock.analysis.dates[-1] == datetime(2018, 8, 5)
    own = [each for each in dock.result.enclaves if each.enclave.faction == "Islamic State"]
    assert len(own) == 8
    assert dock.result.finding == (
        "Islamic State lost its largest enclave (1,670.0 km2) to Syrian Democratic Forces, "
        "and its contact with Iraq (84.8 km before)."
    )
    assert any(event.kind.value == "contact_lost" for event in dock.result.events)
    assert not dock.needs_analysis


def test_without_a_control_layer_it_says_what_to_do(controller):
    dock = controller()
    assert (dock.index, dock.result, dock.analysis) == (-1, None, None)
    said = []
    dock.failed.connect(said.append)
    dock.analyse()
    assert said == [dock.problem]
    assert "Choose a control layer" in dock.problem
    for step in (dock.first, dock.back, dock.forward, dock.last, dock.play, dock.toggle_play):
        step()
    assert not dock.is_playing


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"date_field": ""}, "Choose the date field"),
        ({"faction_field": "nobody"}, 'no field "nobody"'),
    ],
)
def test_what_is_wrong_at_once_is_a_problem(controller, fronts, changes, words):
    dock = controller()
    dock.set_choices(**changes)
    assert words in dock.problem


def test_a_missing_package_is_a_problem(controller, fronts, monkeypatch):
    from enclave_watch.ui import problems

    dock = controller()
    monkeypatch.setattr(problems, "_PACKAGES", ("no_such_package",))
    monkeypatch.setattr(problems, "missing_requirements", lambda: "needs more")
    assert dock.problem == "needs more"


def test_an_error_of_the_engine_is_told_and_can_be_mended(qtbot, dock):
    dock.set_choices(home="Atlantis")
    assert dock.needs_analysis
    with qtbot.waitSignal(dock.failed, timeout=PATIENCE_MS) as failed:
        dock.analyse()
    assert 'no country "Atlantis"' in failed.args[0]
    assert not dock.is_busy
    assert dock.needs_analysis
    assert dock.index == 3
    dock.set_choices(home="")
    analyse(qtbot, dock)
    assert not dock.needs_analysis


def test_an_unforeseen_error_is_told(qtbot, dock, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(analyst_module, "_analysed", broken)
    with qtbot.waitSignal(dock.failed, timeout=PATIENCE_MS) as failed:
        dock.analyse()
    assert "by nought" in failed.args[0]
    assert not dock.is_busy


def test_a_cancelled_analysis_says_nothing(qtbot, dock):
    said, busy = heard(dock), []
    dock.busyChanged.connect(busy.append)
    dock.failed.connect(said.append)
    dock.analyse()
    dock.cancel()
    qtbot.wait(500)
    assert said == []
    assert busy == [True, False]
    assert dock.index == 3


def test_only_the_last_of_many_is_shown(qtbot, dock):
    """Late answers never overwrite newer ones."""
    said = heard(dock)
    for home in ("Land", "East", ""):
        dock.set_choices(home=home)
        dock.analyse()
    qtbot.waitUntil(lambda: not dock.is_busy, timeout=PATIENCE_MS)
    qtbot.wait(300)
    assert said == ["analysis", 3, "comparison"]
    assert not dock.needs_analysis


# ---- stepping ------------------------------------------------------------------------------


def test_steps_stay_within_the_dates(dock):
    said = heard(dock)
    dock.last()
    dock.forward()
    assert said == []
    dock.first()
    dock.back()
    dock.go_to(99)
    dock.go_to(1)
    assert said == [0, "comparison", 3, "comparison", 1, "comparison"]
    assert dock.result.date == datetime(2020, 1, 2)


@pytest.mark.parametrize(
    ("date", "index"),
    [
        (datetime(2019, 1, 1), 0),
        (datetime(2020, 1, 2), 1),
        (datetime(2020, 1, 2, 23), 1),
        (datetime(2030, 1, 1), 3),
    ],
)
def test_a_date_leads_to_what_holds_on_it(dock, date, index):
    dock.go_to_date(date)
    assert dock.index == index


def test_the_date_is_kept_over_an_analysis(qtbot, dock, fronts):
    dock.go_to(1)
    dock.set_compare(0)
    analyse(qtbot, dock)
    assert (dock.index, dock.compare_index) == (1, 0)
    first = [f.id() for f in fronts.getFeatures() if f["date"].toString("dd") == "01"]
    fronts.startEditing()
    fronts.deleteFeatures(first)
    with qtbot.waitSignal(dock.comparisonChanged, timeout=PATIENCE_MS):
        fronts.commitChanges()
    assert (dock.index, dock.compare_index) == (0, None)
    assert dock.result.date == datetime(2020, 1, 2)


# ---- comparing -----------------------------------------------------------------------------


def test_each_date_is_compared_with_the_one_before(dock):
    assert dock.comparison is dock.result.since
    assert dock.comparison.from_date == datetime(2020, 1, 3)
    dock.first()
    assert dock.comparison is None


def test_a_far_comparison_comes_later_and_is_kept(qtbot, dock):
    with qtbot.waitSignals([dock.comparisonChanged] * 2, timeout=PATIENCE_MS):
        dock.set_compare(0)
        assert dock.comparison is None
        assert dock.is_comparing
    comparison = dock.comparison
    assert (comparison.from_date, comparison.to_date) == (
        datetime(2020, 1, 1),
        datetime(2020, 1, 4),
    )
    dock.go_to(1)
    assert dock.comparison is dock.result.since
    dock.go_to(0)
    assert dock.comparison is None
    dock.go_to(3)
    assert dock.comparison is comparison
    dock.set_compare(None)
    assert dock.comparison is dock.result.since
    dock.set_compare(99)
    assert dock.compare_index is None


def test_the_comparison_of_a_date_that_was_left_is_not_shown(qtbot, dock):
    dock.set_compare(0)
    dock.go_to(2)
    qtbot.waitUntil(lambda: not dock.is_comparing, timeout=PATIENCE_MS)
    qtbot.wait(200)
    assert dock.comparison.to_date == datetime(2020, 1, 3)


# ---- playing -------------------------------------------------------------------------------


def test_it_plays_from_the_first_date_to_the_last(qtbot, dock):
    said, playing = [], []
    dock.indexChanged.connect(said.append)
    dock.playingChanged.connect(playing.append)
    dock.set_seconds_a_date(0.05)
    dock.toggle_play()
    qtbot.waitUntil(lambda: not dock.is_playing, timeout=5000)
    assert said == [0, 1, 2, 3]
    assert playing == [True, False]


def test_it_loops(qtbot, dock):
    said = []
    dock.indexChanged.connect(said.append)
    dock.set_loop(True)
    dock.set_seconds_a_date(0.05)
    dock.play()
    qtbot.waitUntil(lambda: said.count(0) == 2, timeout=5000)
    dock.toggle_play()
    count = len(said)
    qtbot.wait(200)
    assert len(said) == count
    assert said[:5] == [0, 1, 2, 3, 0]


def test_it_waits_for_the_map(qtbot, dock):
    dock.set_seconds_a_date(0.05)
    dock.go_to(0)
    dock.play()
    dock.set_map_drawing(True)
    qtbot.wait(300)
    assert dock.index == 0
    dock.set_map_drawing(False)
    assert dock.index == 1
    dock.pause()
    dock.set_map_drawing(True)
    dock.set_map_drawing(False)
    assert dock.index == 1


def test_it_keeps_its_pace_where_the_map_is_fast(qtbot, dock):
    dock.set_seconds_a_date(30)
    dock.go_to(0)
    dock.play()
    dock.set_map_drawing(True)
    dock.set_map_drawing(False)
    assert dock.index == 0
    dock.set_seconds_a_date(0.05)
    qtbot.waitUntil(lambda: dock.index == 1, timeout=5000)


# ---- following the project -----------------------------------------------------------------


def test_layers_added_later_are_guessed(qtbot, controller, sample):
    dock = controller()
    layer = QgsVectorLayer(f"{sample}|layername=control", "control", "ogr")
    with qtbot.waitSignal(dock.choicesChanged):
        QgsProject.instance().addMapLayer(layer)
    assert dock.choices.control == layer.id()
    places = QgsVectorLayer(f"{sample}|layername=places", "places", "ogr")
    with qtbot.waitSignal(dock.choicesChanged):
        QgsProject.instance().addMapLayer(places)
    assert (dock.choices.places, dock.choices.place_field) == (places.id(), "name")


def test_what_was_chosen_is_not_guessed_again(qtbot, controller, fronts, sample):
    dock = controller()
    dock.set_choices(tolerance_m=500.0)
    with qtbot.waitSignal(dock.choicesChanged):
        QgsProject.instance().addMapLayer(
            QgsVectorLayer(f"{sample}|layername=control", "control", "ogr")
        )
    assert dock.choices.control == fronts.id()


@pytest.mark.parametrize("state", ["shown", "playing", "computing", "comparing"])
def test_the_control_layer_may_be_removed_any_time(qtbot, dock, fronts, state):
    if state == "playing":
        dock.set_seconds_a_date(0.05)
        dock.play()
    if state == "computing":
        dock.set_choices(tolerance_m=1.0)
        dock.analyse()
    if state == "comparing":
        dock.set_compare(0)
    said = heard(dock)
    QgsProject.instance().removeMapLayer(fronts.id())
    assert said == ["analysis", -1, "comparison"]
    assert (dock.analysis, dock.result, dock.comparison) == (None, None, None)
    assert [dock.is_playing, dock.is_busy, dock.is_comparing] == [False] * 3
    assert dock.choices.control == ""
    qtbot.wait(500)
    assert len(said) == 3


@pytest.mark.parametrize("state", ["shown", "computing"])
def test_the_project_may_be_closed_any_time(qtbot, dock, state):
    if state == "computing":
        dock.set_choices(tolerance_m=1.0)
        dock.analyse()
    QgsProject.instance().clear()
    qtbot.wait(300)
    assert dock.analysis is None
    assert dock.choices == type(dock.choices)()
    assert not dock.is_busy


def test_a_removed_layer_of_places_makes_it_analyse_again(qtbot, controller, sample, sample_layer):
    places = QgsVectorLayer(f"{sample}|layername=places", "places", "ogr")
    QgsProject.instance().addMapLayer(places)
    dock = controller()
    analyse(qtbot, dock)
    assert any(each.enclave.places for each in dock.result.enclaves)
    with qtbot.waitSignals([dock.outdated, dock.comparisonChanged], timeout=PATIENCE_MS):
        QgsProject.instance().removeMapLayer(places.id())
    assert not any(each.enclave.places for each in dock.result.enclaves)


def test_a_saved_edit_is_followed(qtbot, dock, fronts):
    area_km2 = dock.analysis.areas_km2["Red"]
    outdated = []
    dock.outdated.connect(lambda: outdated.append(True))
    fronts.startEditing()
    move(fronts)
    fronts.deleteFeature(max(fronts.allFeatureIds()))
    qtbot.wait(600)
    assert outdated == []
    with qtbot.waitSignal(dock.comparisonChanged, timeout=PATIENCE_MS):
        assert fronts.commitChanges()
    assert outdated
    assert len(dock.analysis.dates) == 3
    assert len(area_km2) == 4


def test_an_unsaved_edit_is_followed_when_asked_for(qtbot, dock, fronts):
    dock.set_choices(use_unsaved=True)
    analyse(qtbot, dock)
    fronts.startEditing()
    with qtbot.waitSignal(dock.comparisonChanged, timeout=PATIENCE_MS):
        fronts.deleteFeature(max(fronts.allFeatureIds()))
    assert len(dock.analysis.dates) == 3
    with qtbot.waitSignal(dock.comparisonChanged, timeout=PATIENCE_MS):
        fronts.rollBack()
    assert len(dock.analysis.dates) == 4


def test_names_and_fields_are_followed(qtbot, dock, fronts):
    with qtbot.waitSignal(dock.choicesChanged):
        fronts.setName("lines")
    with qtbot.waitSignal(dock.choicesChanged):
        fronts.startEditing()
        fronts.deleteAttribute(fronts.fields().lookupField("faction"))
        assert fronts.commitChanges()
    assert 'no field "faction"' in dock.problem


def test_another_control_layer_brings_its_own_fields(controller, fronts, sample_layer):
    dock = controller()
    dock.set_choices(control=fronts.id())
    assert (dock.choices.faction_field, dock.choices.date_field) == ("faction", "date")
    dock.set_choices(control=sample_layer.id(), date_field="")
    assert (dock.choices.faction_field, dock.choices.date_field) == ("faction", "")


# ---- the project file ----------------------------------------------------------------------


def test_choices_come_back_with_the_project(qtbot, controller, sample_layer, tmp_path):
    project = QgsProject.instance()
    dock = controller()
    assert not project.isDirty() or project.setDirty(False) is None
    dock.set_choices(tolerance_m=750.0, alliances="A=B", reference_area_km2=185_180.0)
    assert project.isDirty()
    chosen = dock.choices
    path = str(tmp_path / "project.qgz")
    assert project.write(path)
    project.clear()
    assert dock.choices.control == ""
    assert project.read(path)
    assert dock.choices == chosen
    other = controller()
    assert other.choices == chosen


def test_a_guess_does_not_ask_to_be_saved(controller, sample_layer):
    QgsProject.instance().setDirty(False)
    assert controller().choices.control == sample_layer.id()
    assert not QgsProject.instance().isDirty()


def test_closing_lets_go_of_everything(qtbot, dock, fronts):
    dock.set_choices(tolerance_m=1.0)
    dock.analyse()
    dock.set_compare(0)
    dock.play()
    dock.close()
    dock.close()
    said = heard(dock)
    dock.choicesChanged.connect(lambda: said.append("choices"))
    fronts.setName("others")
    QgsProject.instance().clear()
    qtbot.wait(500)
    assert said == []
