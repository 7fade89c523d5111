"""What an analysis brings is shown in several turns of the event loop, so that none takes long."""

from __future__ import annotations

import pytest
from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject

from enclave_watch.tests.ui.helpers.mapcases import COLORS, two_dates
from enclave_watch.ui.controller import DockController
from enclave_watch.ui.mapgroup import MapGroup


@pytest.fixture(autouse=True)
def _empty_project(qgis_app):
    QgsProject.instance().clear()
    yield
    QgsProject.instance().clear()


@pytest.fixture
def controller(qgis_app):
    made = DockController()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def told(controller):
    names = []
    controller.analysisChanged.connect(lambda: names.append("analysis"))
    controller.indexChanged.connect(lambda index: names.append(f"date {index}"))
    controller.comparisonChanged.connect(lambda: names.append("comparison"))
    return names


def test_the_date_follows_the_analysis_in_the_next_turn(controller, told, qtbot):
    controller._on_analysed(controller.choices, two_dates(), object())
    assert told == ["analysis"]
    assert controller.index == 1
    qtbot.waitUntil(lambda: "comparison" in told)
    assert told == ["analysis", "date 1", "comparison"]
    assert controller.comparison is controller.result.since


def test_who_steps_meanwhile_is_told_of_the_date_once(controller, told, qtbot):
    controller._on_analysed(controller.choices, two_dates(), object())
    controller.go_to(0)
    qtbot.wait(50)
    assert told == ["analysis", "date 0", "comparison"]


def test_an_analysis_that_goes_at_once_is_not_shown_any_more(controller, told, qtbot):
    controller._on_analysed(controller.choices, two_dates(), object())
    controller._drop_analysis()
    qtbot.wait(50)
    assert told == ["analysis", "analysis", "date -1", "comparison"]


def test_layers_are_made_before_they_are_filled(qgis_iface):
    parent = QObject()
    group, analysis = MapGroup(qgis_iface, parent), two_dates()
    try:
        group.make(analysis)
        made = QgsProject.instance().mapLayers()
        assert len(made) == 5
        assert {each.featureCount() for each in made.values()} == {0}
        group.show(analysis, analysis.results[1], analysis.results[1].since, COLORS)
        assert set(QgsProject.instance().mapLayers()) == set(made)
        assert sum(each.featureCount() for each in made.values()) > 0
    finally:
        group.release()
        parent.deleteLater()
