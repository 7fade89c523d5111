"""The dock in a window: its parts wired to each other, and taken apart without a trace."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest
from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsProject,
    QgsRendererCategory,
    QgsTemporalNavigationObject,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject, pyqtSignal
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QMainWindow, QMenu

from enclave_watch.tests.ui.helpers.dockproject import analyse, open_sample
from enclave_watch.ui import sample as sample_module
from enclave_watch.ui.sample import sample_project
from enclave_watch.ui.session import DockSession

RED_STAR = "#a1b2c3"


class Bar:
    """A message bar that remembers."""

    def __init__(self):
        self.messages = []

    def pushMessage(self, _title, text, level, _duration):
        self.messages.append((text, level))


class Window:
    """As much of QGIS's window as the dock asks for."""

    def __init__(self):
        self.window = QMainWindow()
        self.canvas = QgsMapCanvas(self.window)
        self.temporal = QgsTemporalNavigationObject(self.window)
        self.canvas.setTemporalController(self.temporal)
        self.menu = QMenu(self.window)
        self.bar = Bar()
        self.opened = []
        self.tool_icons = []

    def mainWindow(self):
        return self.window

    def mapCanvas(self):
        return self.canvas

    def messageBar(self):
        return self.bar

    def pluginMenu(self):
        return self.menu

    def addToolBarIcon(self, action):
        self.tool_icons.append(action)

    def removeToolBarIcon(self, action):
        self.tool_icons.remove(action)

    def addDockWidget(self, area, dock):
        self.window.addDockWidget(area, dock)

    def removeDockWidget(self, dock):
        self.window.removeDockWidget(dock)

    def layerTreeCanvasBridge(self):
        return None

    def newProject(self, _ask):
        self.opened.append("new")
        return True

    def addProject(self, path):
        self.opened.append(path)
        return True


@pytest.fixture
def window(qgis_app, qtbot):
    QgsProject.instance().clear()
    made = Window()
    qtbot.addWidget(made.window)
    made.window.resize(900, 800)
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
    QgsProject.instance().clear()


@pytest.fixture
def session(window):
    made = DockSession(window)
    yield made
    if made is not None and window.tool_icons:
        made.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def shown(session, sample, tmp_path, qtbot):
    """The session with the sample analysed."""
    open_sample(sample, tmp_path)
    session.dock.show()
    analyse(session.open_dock.controller, qtbot)
    on_the_map(qtbot)
    return session.open_dock


def on_the_map(qtbot):
    qtbot.waitUntil(lambda: len(group_layers()) >= 4)


def group_layers():
    return [
        node.layer()
        for group in QgsProject.instance().layerTreeRoot().findGroups()
        for node in group.findLayers()
    ]


def control_at_date():
    return next(layer for layer in group_layers() if layer.name() == "Control at this date")


def test_the_dock_is_closed_at_first_and_made_when_it_is_opened(session, window):
    assert session.dock.isHidden()
    assert session.open_dock is None
    assert session.action in window.menu.actions()
    assert window.tool_icons == [session.action]
    assert not session.action.icon().isNull()
    session.action.trigger()
    assert session.dock.isVisible()
    assert session.open_dock.panel.isVisible()


def test_an_analysis_is_shown_on_map_and_temporal_controller(shown, window):
    assert len(group_layers()) >= 4
    assert window.temporal.totalFrameCount() == 5
    assert window.temporal.currentFrameNumber() == 4
    shown.controller.first()
    assert window.temporal.currentFrameNumber() == 0
    assert "2018-05-31" in {str(row["date"].toString("yyyy-MM-dd")) for row in
                            control_at_date().getFeatures()}  # fmt: skip


def test_moving_the_temporal_controller_moves_the_dock(shown, window):
    window.temporal.setCurrentFrameNumber(1)
    assert shown.controller.index == 1
    assert shown.panel.slider.index == 1


def test_closing_the_dock_cleans_the_map_and_opening_it_brings_all_back(
    session, shown, window, qtbot
):
    shown.controller.play()
    session.dock.close()
    assert group_layers() == []
    assert not shown.controller.is_playing
    assert window.temporal.navigationMode() != QgsTemporalNavigationObject.NavigationMode.Animated
    session.dock.show()
    on_the_map(qtbot)
    assert window.temporal.totalFrameCount() == 5


def test_a_group_that_the_user_removed_stays_away_until_the_dock_is_opened_anew(
    session, shown, qtbot
):
    root = QgsProject.instance().layerTreeRoot()
    shown.controller.play()
    root.removeChildNode(root.findGroups()[0])
    qtbot.waitUntil(lambda: not shown.controller.is_playing)
    shown.controller.first()
    qtbot.wait(20)
    assert root.findGroups() == []
    session.dock.close()
    session.dock.show()
    on_the_map(qtbot)


@pytest.mark.parametrize("is_asked_for", [True, False])
def test_a_removed_group_comes_back_with_an_analysis_that_is_asked_for(shown, qtbot, is_asked_for):
    root = QgsProject.instance().layerTreeRoot()
    root.removeChildNode(root.findGroups()[0])
    qtbot.waitUntil(lambda: not shown.group.is_open)
    qtbot.wait(50)
    shown.controller.set_choices(tolerance_m=950.0)
    with qtbot.waitSignal(shown.controller.analysisChanged, timeout=60_000):
        if is_asked_for:
            shown.panel.analyse_button.click()
        else:
            shown.controller.analyse()
    if is_asked_for:
        on_the_map(qtbot)
    else:
        qtbot.wait(100)
        assert group_layers() == []


def test_a_project_that_is_opened_again_shows_what_it_showed(shown, tmp_path, qtbot):
    project = QgsProject.instance()
    shown.controller.set_choices(tolerance_m=900.0)
    path = str(tmp_path / "saved.qgz")
    assert project.write(path)
    project.clear()
    qtbot.wait(50)
    assert group_layers() == []
    with qtbot.waitSignal(shown.controller.analysisChanged, timeout=60_000):
        assert project.read(path)
    on_the_map(qtbot)
    assert shown.controller.choices.tolerance_m == 900.0
    assert not project.isDirty()


def test_while_closed_nothing_comes_onto_the_map(session, shown, qtbot):
    session.dock.close()
    shown.controller.set_choices(tolerance_m=900.0)
    analyse(shown.controller, qtbot)
    shown.controller.first()
    assert group_layers() == []


def test_play_waits_for_the_map(shown, window, qtbot):
    shown.controller.first()
    shown.controller.set_seconds_a_date(0.05)
    shown.controller.play()
    window.canvas.renderStarting.emit()
    window.canvas.isDrawing = lambda: True
    qtbot.wait(400)
    assert shown.controller.index == 0
    window.canvas.mapCanvasRefreshed.emit()
    qtbot.waitUntil(lambda: shown.controller.index > 0, timeout=3000)


def test_a_drawing_that_was_cancelled_does_not_stop_it(shown, window, qtbot):
    shown.controller.first()
    shown.controller.set_seconds_a_date(0.05)
    shown.controller.play()
    window.canvas.renderStarting.emit()
    window.canvas.isDrawing = lambda: False
    qtbot.waitUntil(lambda: shown.controller.index > 0, timeout=3000)


def test_the_user_s_colours_are_followed(shown, qtbot):
    layer = shown._control_layer()
    symbol = QgsFillSymbol.createSimple({"color": "red"})
    symbol.setColor(QColor(RED_STAR))
    category = QgsRendererCategory("Islamic State", symbol, "Islamic State")
    layer.setRenderer(QgsCategorizedSymbolRenderer("faction", [category]))
    assert shown._colors()["Islamic State"] == RED_STAR
    assert shown.panel._colors["Islamic State"] == RED_STAR


def test_errors_are_told_in_the_message_bar(session, window):
    session.dock.show()
    session.open_dock.controller.analyse()
    assert len(window.bar.messages) == 1
    assert "Choose a control layer" in window.bar.messages[0][0]


BUSY = ["idle", "playing", "computing", "showing"]


def show_another_analysis(controller, qtbot):
    """Go on as far as the turn in which an analysis is there, and not yet shown everywhere."""
    controller.set_choices(tolerance_m=700.0 + controller.choices.tolerance_m)
    with qtbot.waitSignal(controller.analysisChanged, timeout=30_000):
        controller.analyse()


@pytest.mark.parametrize("how", ["clear", "remove"])
@pytest.mark.parametrize("busy", BUSY)
def test_the_control_layer_may_go_at_any_time(shown, window, qtbot, how, busy):
    if busy == "playing":
        shown.controller.set_seconds_a_date(0.05)
        shown.controller.play()
    if busy == "computing":
        shown.controller.set_choices(tolerance_m=800.0)
        shown.controller.analyse()
    if busy == "showing":
        show_another_analysis(shown.controller, qtbot)
    project = QgsProject.instance()
    if how == "clear":
        project.clear()
    else:
        project.removeMapLayer(shown.controller.choices.control)
    qtbot.wait(50)
    assert shown.controller.analysis is None
    assert not shown.controller.is_busy
    assert group_layers() == []
    assert window.bar.messages == []


def receivers(window):
    project, canvas, temporal = QgsProject.instance(), window.canvas, window.temporal
    signals = [
        (project, project.readProject), (project, project.writeProject),
        (project, project.cleared), (project, project.layersAdded),
        (project, project.layersRemoved), (project, project.layersWillBeRemoved),
        (canvas, canvas.renderStarting), (canvas, canvas.mapCanvasRefreshed),
        (temporal, temporal.updateTemporalRange),
    ]  # fmt: skip
    return [sender.receivers(signal) for sender, signal in signals]


@pytest.mark.parametrize("busy", BUSY)
def test_unload_at_any_time_leaves_nothing(window, sample, tmp_path, qtbot, busy):
    open_sample(sample, tmp_path)
    before = receivers(window)
    children = len(window.window.findChildren(QObject))
    for _ in range(2):
        session = DockSession(window)
        session.dock.show()
        controller = session.open_dock.controller
        analyse(controller, qtbot)
        if busy == "playing":
            controller.play()
        if busy == "computing":
            controller.set_choices(tolerance_m=700.0 + controller.choices.tolerance_m)
            controller.analyse()
        if busy == "showing":
            show_another_analysis(controller, qtbot)
        assert receivers(window) != before
        session.close()
        del session, controller
        gc.collect()
        for _ in range(3):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            qtbot.wait(20)
        assert receivers(window) == before
        assert group_layers() == []
        assert window.tool_icons == []
        assert window.menu.actions() == []
        assert len(window.window.findChildren(QObject)) == children


# -- the sample ------------------------------------------------------------------------------------


def test_the_sample_is_opened_as_a_copy(tmp_path):
    path = sample_project(tmp_path)
    assert path.is_file()
    assert sample_module._SHIPPED not in path.parents
    assert {each.name for each in path.parent.iterdir()} == {
        "syria_2018.qgz", "syria_2018.gpkg", "README.md",
    }  # fmt: skip


def test_what_the_user_did_to_the_copy_is_kept(tmp_path):
    path = sample_project(tmp_path)
    path.write_bytes(b"mine")
    assert sample_project(tmp_path) == path
    assert path.read_bytes() == b"mine"


def test_open_the_sample_asks_about_what_is_open(session, window, monkeypatch, tmp_path):
    monkeypatch.setattr(
        "enclave_watch.ui.sample.sample_project", lambda: tmp_path / "syria_2018.qgz"
    )
    session.dock.show()
    QgsProject.instance().setDirty(True)
    session.open_dock.panel.sample_button.click()
    assert window.opened == ["new", str(tmp_path / "syria_2018.qgz")]


# -- what may be missing ---------------------------------------------------------------------------

WITHOUT = """
import sys
sys.path.insert(0, sys.argv[1])
from importlib.machinery import PathFinder
class Gone(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.split(".")[0] in {"shapely", "matplotlib"}:
            return None
        return PathFinder.find_spec(name, path, target)
sys.meta_path[sys.meta_path.index(PathFinder)] = Gone
from qgis.testing import start_app
start_app(False)
from qgis.PyQt.QtWidgets import QMainWindow
from enclave_watch.ui.controller import DockController
from enclave_watch.ui.dock import DockPanel
controller = DockController()
panel = DockPanel(controller)
panel.show()
print("SAID", panel.empty_label.text())
"""


def test_the_dock_opens_without_shapely_and_matplotlib_and_says_so(sample):
    from qgis_env import BUILD

    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, str(BUILD / "plugins")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "SAID Enclave Watch needs Python packages" in done.stdout, done.stdout + done.stderr
    assert "shapely" in done.stdout


def test_the_canvas_has_signals_to_wait_for(window):
    assert isinstance(type(window.canvas).renderStarting, pyqtSignal)
    assert isinstance(type(window.canvas).mapCanvasRefreshed, pyqtSignal)
