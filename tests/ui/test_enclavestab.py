"""The table of enclaves: the figures of the date, sorted by value, opened by click and key."""

from __future__ import annotations

import csv

import pytest
from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtGui import QGuiApplication

from enclave_watch.ui.enclavestab import EnclavesTab

AREA, SHARE, CHANGE, BORDER, STATUS = 1, 2, 3, 4, 5
IS = "Islamic State"


@pytest.fixture
def tab(placed, syria, colors):
    widget = placed(EnclavesTab())
    widget.set_analysis(syria, colors)
    return widget


def show(tab, syria, index):
    tab.show_date(index, syria.results[index], syria.results[index].since)


def column(tab, place):
    proxy = tab.view.proxy
    return [proxy.index(row, place).data() for row in range(proxy.rowCount())]


def filter_by(tab, faction):
    tab._filter.choose(faction)


def test_the_eight_enclaves_of_august(tab, syria, august):
    show(tab, syria, august)
    filter_by(tab, IS)
    areas = [row.enclave.area_km2 for row in tab.view.proxy.shown_rows()]
    assert areas == pytest.approx([1619.5, 760, 700, 340, 202.5, 42, 23, 18], abs=0.1)
    assert column(tab, AREA)[0] == "1,619.5"
    assert column(tab, STATUS)[0] == "encircled"


def test_sorting_goes_by_the_number_and_not_by_its_text(tab, syria, august):
    show(tab, syria, august)
    filter_by(tab, IS)
    tab.view.sortByColumn(AREA, Qt.SortOrder.AscendingOrder)
    shown = column(tab, AREA)
    assert [shown[0], shown[2], shown[-1]] == ["18.0", "42.0", "1,619.5"]
    areas = [row.enclave.area_km2 for row in syria.results[august].enclaves]
    assert shown == [f"{km2:,.1f}" for km2 in sorted(areas[:8])]


def test_the_change_is_that_of_the_comparison(tab, syria, august):
    result = syria.results[august]
    tab.show_date(august, result, result.since)
    first = tab.view.proxy.shown_rows()[0]
    assert tab._change_km2(first) == result.since.change_km2[first.enclave_id]
    tab.show_date(august, result, None)
    assert set(column(tab, CHANGE)) == {""}


def test_a_step_keeps_sorting_selection_and_widths(tab, syria, august):
    show(tab, syria, august - 1)
    tab.view.sortByColumn(AREA, Qt.SortOrder.DescendingOrder)
    tab.view.setColumnWidth(AREA, 133)
    kept = next(
        row
        for row in syria.results[august].enclaves
        if row.enclave.faction == IS and row.enclave.rank == 2
    )
    tab.select(kept.enclave_id)
    assert [row.enclave_id for row in tab.view.selected_rows()] == [kept.enclave_id]
    show(tab, syria, august)
    assert [row.enclave_id for row in tab.view.selected_rows()] == [kept.enclave_id]
    areas = [row.enclave.area_km2 for row in tab.view.proxy.shown_rows()]
    assert areas == sorted(areas, reverse=True)
    assert tab.view.columnWidth(AREA) == 133


def test_a_click_and_enter_open_the_enclave(tab, syria, august, qtbot):
    show(tab, syria, august)
    index = tab.view.proxy.index(2, AREA)
    with qtbot.waitSignal(tab.enclaveActivated) as opened:
        qtbot.mouseClick(
            tab.view.viewport(), Qt.MouseButton.LeftButton, pos=tab.view.visualRect(index).center()
        )
    assert opened.args == [tab.view.proxy.shown_rows()[2]]
    tab.view.setCurrentIndex(tab.view.proxy.index(1, AREA))
    with qtbot.waitSignal(tab.enclaveActivated) as opened:
        qtbot.keyClick(tab.view, Qt.Key.Key_Return)
    assert opened.args == [tab.view.proxy.shown_rows()[1]]


def test_the_tooltips_say_with_whom_and_by_whom(tab, syria, august):
    show(tab, syria, august - 1)
    rows = tab.view.proxy.shown_rows()
    tip = Qt.ItemDataRole.ToolTipRole
    largest = next(
        place for place, row in enumerate(rows) if row.enclave.faction == IS and row.enclave.main
    )
    assert "Iraq 84.8" in tab.view.proxy.index(largest, BORDER).data(tip)
    enclosed = next(place for place, row in enumerate(rows) if row.enclave.enclosed_by)
    assert rows[enclosed].enclave.enclosed_by[0] in tab.view.proxy.index(enclosed, STATUS).data(tip)


def test_copying_takes_the_selected_rows_and_the_button_all(tab, syria, august, qtbot):
    show(tab, syria, august)
    filter_by(tab, IS)
    tab.view.selectRow(0)
    qtbot.keyClick(tab.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 2
    assert lines[1].split("\t")[:2] == [IS, lines[1].split("\t")[1]]
    assert float(lines[1].split("\t")[1]) == pytest.approx(1619.5, abs=0.1)
    qtbot.mouseClick(tab._bar.copy_button, Qt.MouseButton.LeftButton)
    assert len(QGuiApplication.clipboard().text().splitlines()) == 9


def test_the_file_holds_the_fields_of_the_algorithm(tab, syria, august, tmp_path, monkeypatch):
    show(tab, syria, august)
    filter_by(tab, IS)
    target = tmp_path / "enclaves.csv"
    monkeypatch.setattr("enclave_watch.ui.exporting.ask_path", lambda *_: target)
    tab._bar.export_button.click()
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    assert rows[0]["date"] == "2018-08-05"
    assert rows[0]["compared_with"] == "2018-07-31"
    first = tab.view.proxy.shown_rows()[0]
    assert float(rows[0]["area_km2"]) == first.enclave.area_km2
    assert float(rows[0]["change_compared_km2"]) == tab._change_km2(first)
    assert int(rows[0]["enclave_id"]) == first.enclave_id


def test_no_analysis_leaves_an_empty_table_without_buttons(tab, syria, august):
    show(tab, syria, august)
    assert tab._bar.copy_button.isEnabled()
    tab.set_analysis(None, {})
    assert tab.view.proxy.rowCount() == 0
    assert not tab._bar.copy_button.isEnabled()
    assert tab._filter.box.count() == 1


def test_three_hundred_rows_are_shown_sorted_with_the_same_one_selected(tab, syria, august):
    from dataclasses import replace

    result = syria.results[august]
    many = (result.enclaves * 30)[:300]
    numbered = tuple(replace(row, enclave_id=number) for number, row in enumerate(many))
    large = replace(result, enclaves=numbered)
    tab.view.sortByColumn(AREA, Qt.SortOrder.DescendingOrder)
    tab.show_date(august, large, result.since)
    tab.select(7)
    tab.show_date(august, large, result.since)
    areas = [row.enclave.area_km2 for row in tab.view.proxy.shown_rows()]
    assert len(areas) == 300
    assert areas == sorted(areas, reverse=True)
    assert [row.enclave_id for row in tab.view.selected_rows()] == [7]


def test_500_steps_leave_no_objects_behind(tab, syria):
    def step(count):
        for number in range(count):
            index = number % len(syria.dates)
            tab.show_date(index, syria.results[index], syria.results[index].since)

    step(10)
    before = len(tab.findChildren(QObject))
    step(500)
    assert len(tab.findChildren(QObject)) == before
