"""Numbers as the user writes them, cells that are taken once, rows that are kept."""

from __future__ import annotations

import pytest
from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QLocale, Qt
from qgis.PyQt.QtGui import QColor

from enclave_watch.ui.tables import RowsView, TableColumn, number_text, signed_text, swatch


@pytest.fixture
def german():
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def view(placed):
    columns = (
        TableColumn("Name", "its name", lambda row: row[0]),
        TableColumn("Size", "its size", lambda row: row[1], number_text, is_number=True),
    )
    from qgis.PyQt.QtWidgets import QWidget

    parent = placed(QWidget())
    view = RowsView(columns, parent, name="test")
    view.setSortingEnabled(True)
    view.rows_model.set_rows([("b", 9.0), ("a", 10.0), ("C", None), ("d", 100.0)])
    return view  # its parent is kept by `placed`


def names(view):
    return [row[0] for row in view.proxy.shown_rows()]


def test_numbers_are_written_in_the_users_way(german):
    assert number_text(1670.04) == "1.670,0"
    assert signed_text(-1670.04) == "\u22121.670,0"
    assert number_text(0.01) == "<0,1"


def test_a_change_has_a_sign_and_nothing_has_none():
    assert [signed_text(value) for value in (5.0, -5.0, 0.0, -0.01, 0.04)] == [
        "+5.0",
        "\u22125.0",
        "0.0",
        "0.0",
        "0.0",
    ]


def test_sorting_is_by_number_and_nothing_comes_last(view):
    view.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert names(view) == ["b", "a", "d", "C"]


def test_names_are_sorted_without_regard_to_capitals(view):
    view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert names(view) == ["a", "b", "C", "d"]


def test_a_cell_without_a_value_is_empty(view):
    index = view.rows_model.index(2, 1)
    assert index.data() == ""


def test_numbers_stand_right_in_their_cells_in_every_script(view):
    flags = Qt.AlignmentFlag
    expected = flags.AlignRight | flags.AlignAbsolute | flags.AlignVCenter
    role = Qt.ItemDataRole.TextAlignmentRole
    assert view.rows_model.index(0, 1).data(role) == int(getattr(expected, "value", expected))
    header = view.rows_model.headerData(1, Qt.Orientation.Horizontal, role)
    assert header == int(getattr(expected, "value", expected))


def test_headings_explain_themselves(view):
    tip = Qt.ItemDataRole.ToolTipRole
    assert view.rows_model.headerData(1, Qt.Orientation.Horizontal, tip) == "its size"


def test_selecting_by_a_test_takes_rows_as_they_are_shown(view):
    view.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    view.select_where(lambda row: row[0] in {"a", "d"})
    assert view.selected_rows() == [("d", 100.0), ("a", 10.0)]
    view.select_where(lambda _row: False)
    assert view.selected_rows() == []


def test_rows_that_stand_out_do_so_alone(view):
    role = Qt.ItemDataRole.BackgroundRole
    view.rows_model.mark([1, 2])
    view.rows_model.mark([2])
    marks = [view.rows_model.index(row, 0).data(role) is not None for row in range(4)]
    assert marks == [False, False, True, False]
    view.rows_model.set_rows([("x", 1.0)])
    assert view.rows_model.index(0, 0).data(role) is None


def test_widths_that_the_user_gives_are_those_of_the_next_table(view, monkeypatch):
    key = "enclave_watch/tables/test"
    QgsSettings().remove(key)
    before = view.columnWidth(0)
    view.setColumnWidth(0, before + 30)
    assert QgsSettings().value(key) is None, "nobody drags a column"
    pressed = Qt.MouseButton.LeftButton
    monkeypatch.setattr("enclave_watch.ui.tables.QGuiApplication.mouseButtons", lambda: pressed)
    view.setColumnWidth(0, before + 40)
    again = RowsView(view.rows_model.columns, view.parent(), name="test")
    assert again.columnWidth(0) == before + 40
    QgsSettings().setValue(key, "rubble")
    assert RowsView(view.rows_model.columns, view.parent(), name="test").columnWidth(0) == before
    QgsSettings().remove(key)


def test_tab_leads_out_of_the_table(view):
    assert not view.tabKeyNavigation()


def test_a_swatch_has_its_colour_and_a_rim_that_is_seen_on_any_ground():
    image = swatch("#222222").pixmap(48, 48).toImage()
    assert image.pixelColor(24, 24) == QColor("#222222")
    row = [image.pixelColor(x, 24) for x in range(48)]
    assert QColor("#808080") in row
    assert row[0].alpha() == 0
