"""Runs as the toolbox makes them: in a worker thread, on layers of the project."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProject,
    QgsVectorLayer,
)

from enclave_watch.processing.borders.bordercontact import BorderContact
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


def test_a_task_that_is_cancelled_ends_without_result(in_background, made_up):
    (accepted, _), log = in_background(EnclaveAreas, {**made_up, "OUTPUT": "memory:"}, cancel=True)
    assert not accepted
    assert log.errors == []
