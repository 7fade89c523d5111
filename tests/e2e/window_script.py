"""Runs inside the real QGIS window (`qgis --code`): drives it, and writes down what it saw.

The job is a JSON file named by ENCLAVE_WATCH_JOB; what was seen goes to the file that it names.
"""

import json
import os
import sys
import time
import traceback
from pathlib import Path

from qgis import utils
from qgis.core import QgsApplication, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from qgis.PyQt.QtWidgets import QAction, QApplication, QDockWidget, QMenu, QToolBar

PLUGIN = "enclave_watch"
PATIENCE_S = 90
JOB = json.loads(Path(os.environ["ENCLAVE_WATCH_JOB"]).read_text(encoding="utf-8"))
SCREENSHOTS = Path(JOB["screenshots"])


def spin(seconds):
    """Let QGIS live for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        time.sleep(0.01)


def wait_for(condition, what):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        spin(0.1)


def photograph(name):
    spin(0.7)
    image = QApplication.primaryScreen().grabWindow(0)
    path = SCREENSHOTS / f"{JOB['version']}-{name}.png"
    if not image.save(str(path)):
        raise OSError(f"cannot write {path}")
    return str(path)


def traces():
    """Everything that the plugin could leave behind in the window."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        spin(0.1)
    window = utils.iface.mainWindow()
    project = QgsProject.instance()
    registry = QgsApplication.processingRegistry()
    temporal = utils.iface.mapCanvas().temporalController()
    signals = [
        (registry, registry.providerAdded),
        (registry, registry.providerRemoved),
        (project, project.readProject),
        (project, project.writeProject),
        (project, project.cleared),
        (project, project.layersAdded),
        (project, project.layersWillBeRemoved),
        (utils.iface, utils.iface.currentLayerChanged),
        (temporal, temporal.updateTemporalRange),
    ]
    named = [
        f"{type(item).__name__}: {item.objectName()}"
        for kind in (QDockWidget, QToolBar, QMenu)
        for item in window.findChildren(kind)
    ]
    return {
        "providers": sorted(provider.id() for provider in registry.providers()),
        "receivers": [sender.receivers(signal) for sender, signal in signals],
        "named": sorted(named),
        "actions": len(window.findChildren(QAction)),
        # QGIS drops the modules of a plugin that it unloads, and keeps the empty packages
        "modules": sorted(
            name
            for name, module in list(sys.modules.items())
            if name.split(".")[0] == PLUGIN and not hasattr(module, "__path__")
        ),
    }


def life_of_the_plugin():
    started = PLUGIN in utils.active_plugins
    loaded = traces()
    seen = []
    for _ in range(2):
        utils.unloadPlugin(PLUGIN)
        unloaded = traces()
        if not (utils.loadPlugin(PLUGIN) and utils.startPlugin(PLUGIN)):
            raise RuntimeError("the plugin does not start again")
        seen.append({"unloaded": unloaded, "loaded": traces()})
    return {"started": started, "loaded": loaded, "again": seen}


def run_from_toolbox(algorithm, parameters):
    """Run as a user does: open the dialog, press Run, let it load the result."""
    import processing

    before = set(QgsProject.instance().mapLayers())
    dialog = processing.createAlgorithmDialog(algorithm, parameters)
    finished = []
    dialog.algorithmFinished.connect(lambda ok, results: finished.append((ok, results)))
    dialog.show()
    picture = photograph(f"{algorithm.split(':')[1]}-dialog")
    started = time.monotonic()
    dialog.runButton().click()
    wait_for(lambda: finished, f"{algorithm} does not finish")
    ok, results = finished[0]
    wait_for(lambda: set(QgsProject.instance().mapLayers()) != before or not ok, "no new layer")
    log = photograph(f"{algorithm.split(':')[1]}-log")
    dialog.close()
    added = set(QgsProject.instance().mapLayers()) - before
    return {
        "ok": ok,
        "results": {key: str(value) for key, value in results.items()},
        "seconds": time.monotonic() - started,
        "layers": [describe(QgsProject.instance().mapLayer(layer_id)) for layer_id in added],
        "pictures": [picture, log],
    }


def describe(layer):
    if not isinstance(layer, QgsVectorLayer):
        return {"name": layer.name(), "valid": layer.isValid()}
    fields = layer.fields()
    node = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
    temporal = layer.temporalProperties()
    return {
        "id": layer.id(),
        "name": layer.name(),
        "valid": layer.isValid(),
        "features": layer.featureCount(),
        "fields": fields.names(),
        "aliases": {field.name(): layer.attributeAlias(i) for i, field in enumerate(fields)},
        "renderer": layer.renderer().type() if layer.isSpatial() else None,
        "labels": layer.labelsEnabled(),
        "temporal": temporal.isActive(),
        "visible": bool(node and node.isVisible()),
        "legend": [
            child.data(0)
            for child in utils.iface.layerTreeView().layerTreeModel().layerLegendNodes(node)
        ],
    }


def show_on_map(layer_ids):
    canvas = utils.iface.mapCanvas()
    extent = QgsProject.instance().mapLayer(layer_ids[0]).extent()
    extent.scale(1.1)
    transform = canvas.mapSettings().layerExtentToOutputExtent(
        QgsProject.instance().mapLayer(layer_ids[0]), extent
    )
    canvas.setExtent(transform)
    canvas.refresh()
    wait_for(lambda: not canvas.isDrawing(), "the map is not drawn")
    spin(1)
    wait_for(lambda: not canvas.isDrawing(), "the map is not drawn")
    return {
        "picture": photograph("map"),
        "on_canvas": [layer.id() for layer in canvas.layers()],
        "colors": count_colors(canvas),
    }


def count_colors(canvas):
    image = canvas.grab().toImage()
    return len(
        {image.pixel(x, y) for x in range(0, image.width(), 5) for y in range(0, image.height(), 5)}
    )


def show_table(layer_id):
    layer = QgsProject.instance().mapLayer(layer_id)
    table = utils.iface.showAttributeTable(layer)
    picture = photograph("table")
    if table is not None:
        table.close()
    return {"picture": picture}


def messages():
    return [item.text() for item in utils.iface.messageBar().items()]


def work():
    window = utils.iface.mainWindow()
    window.setGeometry(QApplication.primaryScreen().geometry())
    # a bare machine has QGIS itself complain, of fonts for example
    seen = {"messages_before": messages()}
    seen["life"] = life_of_the_plugin()
    toolbox = window.findChild(QDockWidget, "ProcessingToolbox")
    toolbox.show()
    parameters = dict(JOB["parameters"])
    parameters["CONTROL"] = next(
        layer.id()
        for layer in QgsProject.instance().mapLayers().values()
        if layer.source().endswith(JOB["control_source"])
    )
    seen["enclaves"] = run_from_toolbox("enclavewatch:enclaveareas", parameters)
    seen["contact"] = run_from_toolbox("enclavewatch:bordercontact", parameters)
    seen["changes"] = run_from_toolbox(
        "enclavewatch:controlchanges", {**parameters, "CHURN": "TEMPORARY_OUTPUT"}
    )
    seen["contact_changes"] = run_from_toolbox(
        "enclavewatch:bordercontactchanges", {**parameters, "TABLE": "TEMPORARY_OUTPUT"}
    )
    layer_ids = [layer["id"] for run in ("enclaves", "contact") for layer in seen[run]["layers"]]
    seen["map"] = show_on_map(layer_ids)
    seen["table"] = show_table(layer_ids[0])
    seen["messages"] = messages()
    return seen


def main():
    try:
        seen = work()
    except Exception:  # noqa: BLE001 - whatever it is, the test has to hear of it
        seen = {"error": traceback.format_exc(), "messages": messages()}
        photograph("error")
    Path(JOB["seen"]).write_text(json.dumps(seen, indent=1, default=str), encoding="utf-8")
    # without asking whether to keep the temporary layers; QGIS 3.44 crashes if they are still there
    utils.iface.newProject(False)
    utils.iface.actionExit().trigger()


QTimer.singleShot(1500, main)
