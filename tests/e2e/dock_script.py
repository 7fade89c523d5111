"""Runs inside the real QGIS window: clicks through the dock with xdotool, and notes what it sees.

The job is a JSON file named by ENCLAVE_WATCH_JOB; what was seen goes to the file that it names.
"""

import json
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path

from qgis import utils
from qgis.core import QgsCoordinateTransform, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QEventLoop, QPoint, Qt, QTimer
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QApplication, QDialogButtonBox, QDockWidget, QFileDialog, QToolBar

from enclave_watch.processing.palette import MARK_COLOR

PLUGIN = "enclave_watch"
PATIENCE_S = 60
_SAME_COLOR = 40
JOB = json.loads(Path(os.environ["ENCLAVE_WATCH_JOB"]).read_text(encoding="utf-8"))
SCREENSHOTS = Path(JOB["screenshots"])
FRAMES = Path(JOB["folder"]) / "frames"
SEEN = {"pictures": [], "errors": []}


def spin(seconds):
    """Let QGIS live for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        time.sleep(0.005)


def wait_for(condition, what):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        spin(0.05)


def photograph(name):
    spin(0.5)
    wait_for(lambda: not utils.iface.mapCanvas().isDrawing(), "the map is not drawn")
    spin(0.3)
    path = SCREENSHOTS / f"{JOB['version']}-dock-{name}.png"
    if not QApplication.primaryScreen().grabWindow(0).save(str(path)):
        raise OSError(f"cannot write {path}")
    SEEN["pictures"].append(str(path))


def xdotool(*words):
    subprocess.run(["/usr/bin/xdotool", *map(str, words)], check=True, timeout=20)


def press(widget, at=None):
    """Click on a widget with the mouse of the X server, and do not wait for what follows."""
    point = widget.mapToGlobal(at if at is not None else widget.rect().center())
    xdotool("mousemove", point.x(), point.y(), "click", 1)


def click(widget, at=None):
    press(widget, at)
    spin(0.4)


def later(milliseconds, action):
    """Do something even while a menu or a dialog has the event loop."""

    def guarded():
        try:
            action()
        except Exception:  # noqa: BLE001 - whatever it is, the test has to hear of it
            SEEN["errors"].append(traceback.format_exc())

    QTimer.singleShot(milliseconds, guarded)


def session():
    return utils.plugins[PLUGIN]._session


def group_layers():
    """The dock's layers and how many features each has, by name."""
    root = QgsProject.instance().layerTreeRoot()
    return {
        node.layer().name(): node.layer().featureCount()
        for group in root.findGroups()
        for node in group.findLayers()
        if isinstance(node.layer(), QgsVectorLayer)
    }


def state():
    dock = session().open_dock
    controller = dock.controller
    result = controller.result
    temporal = utils.iface.mapCanvas().temporalController()
    return {
        "index": controller.index,
        "date": result.date.isoformat() if result else None,
        "finding": result.finding if result else "",
        "islamic_state": [
            traced.enclave.area_km2
            for traced in (result.enclaves if result else ())
            if traced.enclave.faction == "Islamic State"
        ],
        "lost_km": [
            stretch.change.length_km
            for stretch in (result.since.stretches if result and result.since else ())
            if stretch.change.flag.value == "lost"
        ],
        "red_marks": [
            index
            for index, marks in dock.panel.slider._marks.items()
            if any(mark.is_red for mark in marks)
        ],
        "slider": dock.panel.slider.index,
        "large_date": dock.panel.large_date_label.text(),
        "rows": dock.panel.enclaves_tab.view.model().rowCount(),
        "layers": group_layers(),
        "temporal": temporal.currentFrameNumber(),
        "is_playing": controller.is_playing,
    }


def is_lost_stretch_drawn():
    """Return whether the map is red at the middle of the longest stretch that was lost."""
    canvas = utils.iface.mapCanvas()
    (layer,) = QgsProject.instance().mapLayersByName("Border contact lost and gained")
    lost = [each.geometry() for each in layer.getFeatures() if each["change"] == "lost"]
    line = max(lost, key=lambda each: each.length())
    line.transform(
        QgsCoordinateTransform(
            layer.crs(), canvas.mapSettings().destinationCrs(), QgsProject.instance()
        )
    )
    middle = line.interpolate(line.length() / 2).asPoint()
    pixel = canvas.getCoordinateTransform().transform(middle)
    image = canvas.grab().toImage()
    scale = image.devicePixelRatio()
    red = QColor(MARK_COLOR)
    return any(
        max(abs(a - b) for a, b in zip(found.getRgb(), red.getRgb())) < _SAME_COLOR
        for x in range(-2, 3)
        for y in range(-2, 3)
        for found in [image.pixelColor(int(pixel.x() * scale) + x, int(pixel.y() * scale) + y)]
    )


def open_dock():
    action = session().action
    bar = next(
        bar
        for bar in utils.iface.mainWindow().findChildren(QToolBar)
        if bar.widgetForAction(action) is not None
    )
    click(bar.widgetForAction(action))
    wait_for(lambda: session().dock.isVisible(), "the dock does not open")
    utils.iface.mainWindow().resizeDocks([session().dock], [560], Qt.Orientation.Horizontal)
    photograph("1-opened")


def analyse():
    dock = session().open_dock
    gaps = []
    last = [time.monotonic()]
    pulse = QTimer()

    def beat():
        now = time.monotonic()
        gaps.append(now - last[0])
        last[0] = now

    pulse.timeout.connect(beat)
    pulse.start(5)
    press(dock.panel.analyse_button)
    wait_for(lambda: dock.controller.is_busy, "the analysis does not begin")
    wait_for(lambda: not dock.controller.is_busy, "the analysis does not end")
    pulse.stop()
    wait_for(lambda: dock.controller.analysis is not None, "there is no analysis")
    SEEN["beats"] = len(gaps)
    SEEN["longest_gap_s"] = max(gaps)
    photograph("2-analysed")
    return {**state(), "is_lost_stretch_drawn": is_lost_stretch_drawn()}


def step():
    click(session().open_dock.panel.back_button)
    back = state()
    photograph("3-stepped-back")
    click(session().open_dock.panel.forward_button)
    return back


def scrub():
    slider = session().open_dock.panel.slider
    y = slider.height() // 2
    click(slider, QPoint(round(slider.x_of(1)), y))
    by_mouse = state()
    xdotool("key", "Home")
    spin(0.4)
    by_key = state()
    return {"mouse": by_mouse, "key": by_key}


def play():
    dock = session().open_dock
    heard = []
    dock.controller.indexChanged.connect(heard.append)
    dock.controller.set_seconds_a_date(0.1)
    click(dock.panel.play_button)
    was_playing = dock.controller.is_playing
    photograph("4-playing")
    wait_for(lambda: not dock.controller.is_playing, "playing does not end")
    dock.controller.indexChanged.disconnect(heard.append)
    return {"was_playing": was_playing, "indices": heard, "after": state()}


def click_enclave():
    canvas = utils.iface.mapCanvas()
    before = canvas.extent().width()
    view = session().open_dock.panel.enclaves_tab.view
    index = view.model().index(0, 0)
    click(view.viewport(), view.visualRect(index).center())
    spin(1)
    photograph("5-enclave")
    return {"before_m": before, "after_m": canvas.extent().width()}


def tabs():
    bar = session().open_dock.panel.tabs.tabBar()
    for number in range(bar.count()):
        click(bar, bar.tabRect(number).center())
        spin(1)
        photograph(f"6-tab-{number}")
    click(bar, bar.tabRect(0).center())


def export():
    panel = session().open_dock.panel
    menu = panel.export_button.menu()
    FRAMES.mkdir()

    def choose():
        action = next(each for each in menu.actions() if "PNG" in each.text())
        later(2000, accept)
        press(menu, menu.actionGeometry(action).center())

    def accept():
        dialog = next(
            each for each in QApplication.topLevelWidgets()
            if isinstance(each, QFileDialog) and each.isVisible()
        )  # fmt: skip
        dialog.setDirectory(str(FRAMES))
        edit = dialog.findChild(QDialogButtonBox)
        later(500, lambda: press(edit.button(QDialogButtonBox.StandardButton.Open)))

    later(1000, choose)
    click(panel.export_button)
    wait_for(lambda: SEEN["errors"] or len(list(FRAMES.glob("*.png"))) == 5, "no frames")
    photograph("7-exported")
    return {path.name: path.stat().st_size for path in sorted(FRAMES.glob("*.png"))}


def close_dock():
    session().dock.close()
    spin(0.5)
    layers = group_layers()
    temporal = utils.iface.mapCanvas().temporalController()
    return {"layers": layers, "mode": int(temporal.navigationMode())}


def unload_while_playing():
    session().dock.show()
    session().open_dock.controller.play()
    spin(0.5)
    utils.unloadPlugin(PLUGIN)
    spin(0.5)
    names = [dock.objectName() for dock in utils.iface.mainWindow().findChildren(QDockWidget)]
    return {"layers": group_layers(), "docks": [name for name in names if "Enclave" in name]}


def messages():
    return [item.text() for item in utils.iface.messageBar().items()]


def work():
    window = utils.iface.mainWindow()
    window.setGeometry(QApplication.primaryScreen().geometry())
    spin(1)
    SEEN["messages_before"] = messages()
    mode = utils.iface.mapCanvas().temporalController().navigationMode()
    SEEN["mode_before"] = int(mode)
    SEEN["dirty_before"] = QgsProject.instance().isDirty()
    open_dock()
    SEEN["analysed"] = analyse()
    SEEN["back"] = step()
    SEEN["scrubbed"] = scrub()
    SEEN["played"] = play()
    SEEN["enclave"] = click_enclave()
    tabs()
    SEEN["frames"] = export()
    SEEN["messages"] = messages()
    SEEN["closed"] = close_dock()
    SEEN["unloaded"] = unload_while_playing()


def main():
    try:
        work()
    except Exception:  # noqa: BLE001 - whatever it is, the test has to hear of it
        SEEN["error"] = traceback.format_exc()
        QApplication.primaryScreen().grabWindow(0).save(
            str(SCREENSHOTS / f"{JOB['version']}-dock-error.png")
        )
    Path(JOB["seen"]).write_text(json.dumps(SEEN, indent=1, default=str), encoding="utf-8")
    sys.stdout.flush()
    utils.iface.newProject(False)
    utils.iface.actionExit().trigger()


QTimer.singleShot(1500, main)
