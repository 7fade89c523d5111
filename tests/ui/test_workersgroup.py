"""How many workers the dock's analysis has is a setting of the user, not of a project."""

from __future__ import annotations

import pytest
from qgis.core import QgsProject, QgsSettings, QgsVectorLayer
from qgis.PyQt.QtCore import Qt

from enclave_watch.core.crews import Workers
from enclave_watch.core.errors import WorkerError
from enclave_watch.core.feedback import Feedback
from enclave_watch.core.memory import Memory
from enclave_watch.processing.workerparameters import workers_of
from enclave_watch.ui.analysis import analysed
from enclave_watch.ui.choices import Choices
from enclave_watch.ui.projectsettings import write_choices
from enclave_watch.ui.sources import prepared
from enclave_watch.ui.workersettings import read_workers, worker_values, write_workers
from enclave_watch.ui.workersgroup import WorkersGroup


@pytest.fixture(autouse=True)
def _settings_as_before(qgis_app):
    before = read_workers()
    yield
    write_workers(before)


@pytest.fixture
def choices(sample):
    layer = QgsVectorLayer(f"{sample}|layername=control", "control", "ogr")
    project = QgsProject()
    project.addMapLayer(layer)
    made = Choices(control=layer.id(), faction_field="faction", date_field="date")
    yield made, project
    project.clear()


def test_what_is_chosen_is_kept_and_shown_again(placed, qtbot):
    group = placed(WorkersGroup())
    group.count.setValue(3)
    qtbot.keyClicks(group.scheduler, " tcp://127.0.0.1:8786 ")
    qtbot.keyClick(group.scheduler, Qt.Key.Key_Return)
    assert read_workers() == Workers(3, "tcp://127.0.0.1:8786")
    other = placed(WorkersGroup())
    assert (other.count.value(), other.scheduler.text()) == (3, "tcp://127.0.0.1:8786")


def test_no_number_is_as_many_as_pay(placed):
    write_workers(Workers())
    assert placed(WorkersGroup()).count.text() == "As many as pay"


def test_a_setting_that_cannot_be_is_none(qgis_app):
    QgsSettings().setValue("enclave_watch/workers", 100000)
    assert read_workers().count == 0


def test_the_analysis_has_the_workers_that_were_chosen(choices):
    write_workers(Workers(2))
    assert workers_of(prepared(*choices).inputs) == Workers(2)
    assert worker_values() == {"WORKERS": 2, "SCHEDULER": ""}


def test_no_project_names_a_scheduler(choices):
    write_workers(Workers(2, "tcp://127.0.0.1:9"))
    _, project = choices
    write_choices(project, choices[0])
    entry, _ = project.readEntry("EnclaveWatch", "/dock/choices")
    assert "control" in entry
    assert "127.0.0.1" not in entry


def test_the_figures_are_those_of_an_analysis_without_workers(choices, syria):
    write_workers(Workers(2))
    found, _ = analysed(prepared(*choices), Memory(), Feedback())
    assert found.areas_km2 == syria.areas_km2
    assert [each.finding for each in found.results] == [each.finding for each in syria.results]


def test_a_scheduler_that_is_not_there_is_told_of(monkeypatch, choices):
    monkeypatch.setattr("enclave_watch.core.cluster._REACH_S", 0.5)
    write_workers(Workers(0, "tcp://127.0.0.1:9"))
    with pytest.raises(WorkerError, match="No scheduler"):
        analysed(prepared(*choices), Memory(), Feedback())
