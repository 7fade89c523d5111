"""What an analysis brings is shown in several turns of the event loop, so that none takes long."""

from __future__ import annotations

import pytest
from qgis.core import QgsProject

from enclave_watch.tests.ui.helpers.mapcases import COLORS, two_dates
from enclave_watch.ui.controller import DockController


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


def held():
    """Return how many features each layer of the project has, by its name."""
    return {each.name(): each.featureCount() for each in QgsProject.instance().mapLayers().values()}


def test_layers_that_are_made_beforehand_come_onto_the_map_with_all_that_they_hold(group):
    analysis = two_dates()
    result = analysis.results[1]
    group.show(analysis, result, result.since, COLORS)
    expected = held()
    group.remove()
    group.prepare(analysis, result, result.since, COLORS)
    assert held() == {}
    group.show(analysis, result, result.since, COLORS)
    assert held() == expected
    assert set(expected.values()) != {0}


@pytest.mark.parametrize("step", [0, 1])
def test_what_was_made_for_another_date_is_not_shown(group, step):
    analysis = two_dates()
    asked, other = analysis.results[step], analysis.results[1 - step]
    group.show(analysis, asked, asked.since, COLORS)
    expected = held()
    group.remove()
    group.prepare(analysis, other, other.since, COLORS)
    group.show(analysis, asked, asked.since, COLORS)
    assert held() == expected


def test_what_was_made_is_forgotten_with_the_project(group):
    analysis = two_dates()
    result = analysis.results[1]
    group.prepare(analysis, result, result.since, COLORS)
    QgsProject.instance().clear()
    assert group._ready is None
