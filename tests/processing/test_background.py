"""Runs as the toolbox makes them: in a worker thread, on layers of the project."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from enclave_watch.processing.borders.bordercontact import BorderContact
from enclave_watch.processing.data.auditcontrol import AuditControl
from enclave_watch.processing.data.buildseries import BuildSeries
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas


@pytest.fixture
def in_background(qtbot, new_log):
    """Return a function that runs an algorithm as a task and gives its outputs and its log."""

    def run(kind, parameters, cancel=False):
        context, log = QgsProcessingContext(), new_log()
        context.setProject(QgsProject.instance())
        algorithm = kind().create()
        task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, log)
        with qtbot.waitSignal(task.executed, timeout=60_000) as executed:
            QgsApplication.taskManager().addTask(task)
            if cancel:
                task.cancel()
        return executed.args, log

    return run


@pytest.mark.parametrize("kind", [EnclaveAreas, BorderContact])
def test_a_run_in_a_worker_thread_gives_the_same_figures(in_background, run, sample, kind):
    layer = QgsVectorLayer(f"{sample}|layername=control", "control", "ogr")
    QgsProject.instance().addMapLayer(layer)
    parameters = {
        "CONTROL": layer.id(),
        "FACTION_FIELD": "faction",
        "DATE_FIELD": "date",
        "OUTPUT": "memory:",
    }
    (accepted, outputs), log = in_background(kind, parameters)
    assert accepted, log.errors
    expected = run(kind, **parameters).outputs
    for name in set(expected) - {"OUTPUT"}:
        assert outputs[name] == expected[name], name


@pytest.mark.parametrize("form", ["layers", "folder"])
def test_a_series_is_built_in_a_worker_thread(in_background, make_layer, tmp_path, form):
    names = [f"SDF_2024010{day}" for day in (1, 2, 3)]
    square = "POLYGON((0 0,1 0,1 1,0 1,0 0))"
    layers = [make_layer([(square, {})], name=name) for name in names]
    for layer in layers:
        options = QgsVectorFileWriter.SaveVectorOptions()
        path = str(tmp_path / f"{layer.name()}.gpkg")
        QgsVectorFileWriter.writeAsVectorFormatV3(
            layer, path, QgsProject.instance().transformContext(), options
        )
    given = {"LAYERS": [layer.id() for layer in layers]}
    if form == "folder":
        given = {"FOLDER": str(tmp_path)}
    expression = {"FACTION_EXPRESSION": "left(@layer_name, 3)", "OUTPUT": "memory:"}
    for _ in range(2):
        (accepted, outputs), log = in_background(BuildSeries, {**given, **expression})
        assert accepted, log.errors
        assert (outputs["DATES"], outputs["FACTIONS"]) == (3, 1)


@pytest.mark.parametrize("cancel", [False, True])
def test_a_layer_is_audited_in_a_worker_thread(in_background, made_up, cancel):
    made_up.pop("COUNTRIES")
    parameters = {**made_up, "OUTPUT": "memory:", "FIXED": "memory:", "TABLE": "memory:"}
    (accepted, outputs), log = in_background(AuditControl, parameters, cancel=cancel)
    assert accepted is not cancel, log.errors
    assert cancel or outputs["COUNT"] == 0


def test_a_task_that_is_cancelled_ends_without_result(in_background, made_up):
    (accepted, _), log = in_background(EnclaveAreas, {**made_up, "OUTPUT": "memory:"}, cancel=True)
    assert not accepted
    assert log.errors == []
