"""The table of events: all dates, those of the current one stand out, a click goes there."""

from __future__ import annotations

import csv
from dataclasses import replace
from types import SimpleNamespace

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QGuiApplication

from enclave_watch.processing.palette import MARK_COLOR
from enclave_watch.ui.eventstab import EventsTab


@pytest.fixture
def tab(placed, syria, colors):
    widget = placed(EventsTab(), height=240)
    widget.set_analysis(syria, colors)
    return widget


def shown(tab):
    return [row.event for row in tab.view.proxy.shown_rows()]


def marked(tab):
    model = tab.view.rows_model
    background = Qt.ItemDataRole.BackgroundRole
    return [row for row in range(model.rowCount()) if model.index(row, 0).data(background)]


def test_the_events_of_all_dates_are_listed_in_their_order(tab, syria):
    expected = [event for result in syria.results for event in result.events]
    assert shown(tab) == expected
    assert len(expected) > 10


def test_the_events_of_the_date_stand_out_and_are_seen(tab, syria, august):
    tab.show_date(august, syria.results[august], None)
    expected = [
        number for number, event in enumerate(shown(tab)) if event.date == syria.dates[august]
    ]
    assert marked(tab) == expected
    first = tab.view.visualRect(tab.view.proxy.index(expected[0], 0))
    assert tab.view.viewport().rect().contains(first)
    tab.show_date(0, syria.results[0], None)
    assert marked(tab) == []


def test_a_click_and_enter_go_to_the_date(tab, qtbot, syria):
    place = next(i for i, event in enumerate(shown(tab)) if event.date == syria.dates[1])
    index = tab.view.proxy.index(place, 1)
    with qtbot.waitSignal(tab.dateActivated) as went:
        qtbot.mouseClick(
            tab.view.viewport(), Qt.MouseButton.LeftButton, pos=tab.view.visualRect(index).center()
        )
    assert went.args == [1]
    last = tab.view.proxy.index(len(shown(tab)) - 1, 0)
    tab.view.setCurrentIndex(last)
    with qtbot.waitSignal(tab.dateActivated) as went:
        qtbot.keyClick(tab.view, Qt.Key.Key_Enter)
    assert went.args == [len(syria.dates) - 1]


def test_a_click_with_a_modifier_only_selects(tab, qtbot):
    index = tab.view.proxy.index(0, 0)
    with qtbot.assertNotEmitted(tab.dateActivated):
        qtbot.mouseClick(
            tab.view.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.ControlModifier,
            tab.view.visualRect(index).center(),
        )
    assert len(tab.view.selected_rows()) == 1


def test_lost_border_contact_has_a_red_mark_and_nothing_else_has(tab):
    for place, event in enumerate(shown(tab)):
        icon = tab.view.proxy.index(place, 0).data(Qt.ItemDataRole.DecorationRole)
        middle = icon.pixmap(48, 48).toImage().pixelColor(24, 18)
        assert (middle == QColor(MARK_COLOR)) == (event.kind.value == "contact_lost")
    assert "contact_lost" in {event.kind.value for event in shown(tab)}


def test_the_filter_takes_kinds_and_words(tab):
    every = shown(tab)
    tab._kinds.setCurrentIndex(tab._kinds.findData("contact_lost"))
    assert shown(tab) == [event for event in every if event.kind.value == "contact_lost"]
    tab._words.setText("iraq islamic")
    assert [event.where for event in shown(tab)] == ["Iraq"]
    tab._words.setText("nothing like it")
    assert shown(tab) == []
    tab._kinds.setCurrentIndex(0)
    tab._words.clear()
    assert shown(tab) == every


def test_marking_a_date_whose_events_are_filtered_out_does_nothing(tab, syria, august):
    tab._words.setText("nothing like it")
    tab.show_date(august, syria.results[august], None)
    tab._words.clear()
    assert marked(tab)


def test_another_analysis_keeps_the_filter_where_it_can(tab, syria, colors):
    tab._kinds.setCurrentIndex(tab._kinds.findData("vanished"))
    tab.set_analysis(syria, colors)
    assert tab._kinds.currentData() == "vanished"
    assert {event.kind.value for event in shown(tab)} == {"vanished"}
    tab.set_analysis(None, {})
    assert shown(tab) == []
    assert not tab._bar.copy_button.isEnabled()


def test_events_go_to_the_clipboard_and_to_a_file(tab, tmp_path, monkeypatch):
    tab._kinds.setCurrentIndex(tab._kinds.findData("contact_lost"))
    tab._bar.copy_button.click()
    assert QGuiApplication.clipboard().text().splitlines()[0].startswith("Date\tEvent\t")
    target = tmp_path / "events.csv"
    monkeypatch.setattr("enclave_watch.ui.exporting.ask_path", lambda *_: target)
    tab._bar.export_button.click()
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["kind"] for row in rows} == {"contact_lost"}
    assert [float(row["km"]) for row in rows] == [event.km for event in shown(tab)]


def test_every_control_has_a_tooltip_and_every_label_a_buddy(tab):
    assert tab._kinds.toolTip()
    assert tab._words.toolTip()
    assert tab._bar.copy_button.toolTip()
    assert tab._bar.export_button.toolTip()


def test_thousands_of_events_are_listed_and_those_of_a_date_marked(tab, syria, august):
    result = syria.results[august]
    events = (result.events * 20)[:20]
    results = tuple(replace(result, events=events) for _ in range(175))
    many = SimpleNamespace(results=results, dates=(), factions=syria.factions)
    tab.set_analysis(many, {})
    assert tab.view.proxy.rowCount() == 3500
    tab.show_date(170, results[170], None)
    marked = [number for number in range(3500) if _is_bold(tab, number)]
    assert marked == list(range(3400, 3420))


def _is_bold(tab, number):
    model = tab.view.rows_model
    font = model.data(model.index(number, 0), Qt.ItemDataRole.FontRole)
    return font is not None and font.bold()
