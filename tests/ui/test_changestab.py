"""The changes of a step: who took how much from whom, and what became of border contact."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtGui import QGuiApplication

from enclave_watch.ui.changestab import ChangesTab
from enclave_watch.ui.matrix import MatrixModel

IS, SDF = "Islamic State", "Syrian Democratic Forces"
HORIZONTAL, VERTICAL = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


@pytest.fixture
def tab(placed, syria, colors, august):
    widget = placed(ChangesTab(), height=560)
    widget.set_analysis(syria, colors)
    result = syria.results[august]
    widget.show_date(august, result, result.since)
    return widget


def model_of(parent, matrix, colors=None):
    model = MatrixModel(parent)

    class Compared:
        matrix_km2 = matrix

    model.show(Compared(), colors or {})
    return model


def heads(model, orientation):
    count = model.columnCount() if orientation == HORIZONTAL else model.rowCount()
    return [model.headerData(number, orientation).replace("\n", " ") for number in range(count)]


def test_the_matrix_has_sums_and_ground_of_nobody_last(placed):
    parent = placed(ChangesTab())
    matrix = {
        ("unassigned", "B"): 1.0,
        ("contested: A + B", "B"): 2.0,
        ("A", "B"): 10.0,
        ("A", "unassigned"): 5.0,
        ("z", "A"): 20.0,
    }
    model = model_of(parent, matrix)
    assert heads(model, VERTICAL) == ["A", "z", "contested: A + B", "unassigned", "Sum"]
    assert heads(model, HORIZONTAL) == ["A", "B", "unassigned", "Sum"]
    assert [model.value_km2(0, column) for column in range(4)] == [None, 10.0, 5.0, 15.0]
    assert [model.value_km2(4, column) for column in range(4)] == [20.0, 13.0, 5.0, 38.0]
    assert "10.00 km² went from A to B" in model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole)


def test_in_august_the_sdf_took_the_largest_enclave(tab, syria, august):
    model = tab.matrix_view.matrix
    row = heads(model, VERTICAL).index(IS)
    column = heads(model, HORIZONTAL).index(SDF)
    expected = syria.results[august].since.matrix_km2[IS, SDF]
    assert model.value_km2(row, column) == expected
    assert expected == pytest.approx(1670.0, abs=0.1)
    assert "2018-07-31" in tab._heading.text()
    total_km2 = sum(syria.results[august].since.matrix_km2.values())
    assert f"{total_km2:,.1f} km² changed hands" in tab._heading.text()


def test_redrawing_is_told_apart(tab, syria, august):
    result = syria.results[august]
    largest, *rest = result.since.transitions
    redrawn = replace(largest, is_redraw=True)
    comparison = replace(result.since, transitions=(redrawn, *rest), matrix_km2={})
    tab.show_date(august, result, comparison)
    assert "were only redrawn" in tab._heading.text()
    assert tab.matrix_view.matrix.rowCount() == 0


def test_border_contact_lost_is_in_the_table(tab):
    rows = {(row.faction, row.neighbour): row for row in tab.contacts_view.proxy.shown_rows()}
    lost = rows[IS, "Iraq"]
    assert lost.flag.value == "lost"
    place = tab.contacts_view.proxy.shown_rows().index(lost)
    cells = [tab.contacts_view.proxy.index(place, column).data() for column in range(6)]
    assert cells == [IS, "Iraq", "lost", "84.8", "0.0", "\u221284.8"]
    assert SDF in tab.contacts_view.proxy.index(place, 2).data(Qt.ItemDataRole.ToolTipRole)
    assert all(row.flag.value != "none" for row in rows.values())


def test_the_box_shows_enclaves_in_place_of_factions(tab):
    assert {row.level.value for row in tab.contacts_view.proxy.shown_rows()} == {"faction"}
    tab._each.setChecked(True)
    assert {row.level.value for row in tab.contacts_view.proxy.shown_rows()} == {"enclave"}


def test_the_first_date_says_that_there_is_nothing_to_compare_with(tab, syria):
    tab.show_date(0, syria.results[0], None)
    assert tab._heading.text() == "There is no earlier date to compare with."
    assert tab.matrix_view.matrix.rowCount() == 0
    assert tab.contacts_view.proxy.rowCount() == 0
    assert not tab.matrix_bar.copy_button.isEnabled()
    tab.set_analysis(None, {})
    assert tab._heading.text() == ""


def test_both_tables_are_copied(tab, qtbot):
    tab.matrix_bar.copy_button.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t")[0] == "From \\ to (km²)"
    assert lines[-1].split("\t")[0] == "Sum"
    tab.contacts_bar.copy_button.click()
    assert QGuiApplication.clipboard().text().startswith("Faction\tBorder with\t")
    qtbot.keyClick(tab.matrix_view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines() == lines


def test_both_files_have_the_fields_of_the_algorithms(tab, tmp_path, monkeypatch, syria, august):
    target = tmp_path / "out.csv"
    monkeypatch.setattr("enclave_watch.ui.exporting.ask_path", lambda *_: target)

    def saved(bar):
        bar.export_button.click()
        with target.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    matrix = saved(tab.matrix_bar)
    taken = {(row["from_faction"], row["to_faction"]): float(row["change_km2"]) for row in matrix}
    for pair, km2 in syria.results[august].since.matrix_km2.items():
        assert taken[pair] == pytest.approx(km2, rel=1e-12)
    contacts = saved(tab.contacts_bar)
    lost = next(row for row in contacts if (row["faction"], row["neighbour"]) == (IS, "Iraq"))
    assert lost["flag"] == "lost"
    assert lost["date_before"] == "2018-07-31"


def test_500_steps_leave_no_objects_behind(tab, syria):
    def step(count):
        for number in range(count):
            index = number % len(syria.dates)
            tab.show_date(index, syria.results[index], syria.results[index].since)

    step(10)
    before = len(tab.findChildren(QObject))
    step(500)
    assert len(tab.findChildren(QObject)) == before
