"""The table of alliances: pairs in, text out, and what does not hold together is said."""

from __future__ import annotations

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QComboBox, QPushButton

from enclave_watch.core.alliances import parse_alliances
from enclave_watch.core.errors import AllianceError
from enclave_watch.ui.alliancestable import AlliancesTable, pairs_of, text_of

TEXT = "JKW=Islamic State; HTS=Opposition"


@pytest.fixture
def table(placed):
    widget = placed(AlliancesTable(), 300, 260)
    widget.offer(["Islamic State", "Government", "SDF"])
    widget.set_text(TEXT)
    return widget


@pytest.fixture
def told(table):
    texts = []
    table.textChanged.connect(texts.append)
    return texts


def rows(table):
    return [
        tuple(table.table.item(row, column).text() for column in (0, 1))
        for row in range(table.table.rowCount())
    ]


def write(table, row, column, text):
    table.table.item(row, column).setText(text)


def editor(table, row, column):
    table.table.clicked.emit(table.table.model().index(row, column))
    return table.table.findChild(QComboBox)


def button(table, text):
    return next(each for each in table.findChildren(QPushButton) if each.text() == text)


def test_text_and_pairs_are_the_same_thing():
    assert pairs_of(TEXT) == [("JKW", "Islamic State"), ("HTS", "Opposition")]
    assert text_of(pairs_of(TEXT)) == TEXT
    assert pairs_of("") == []
    assert text_of([]) == ""
    assert pairs_of("A = B;\nC=D=E") == [("A", "B"), ("C", "D=E")]


@pytest.mark.parametrize("pair", [("A;B", "C"), ("A=B", "C"), ("A", "B;C"), ("A", "B\nC")])
def test_a_name_that_the_text_cannot_hold_is_refused(pair):
    with pytest.raises(AllianceError, match="in the toolbox"):
        text_of([pair])


def test_alliances_stand_in_rows_and_an_empty_one_follows(table):
    assert rows(table) == [("JKW", "Islamic State"), ("HTS", "Opposition"), ("", "")]
    assert not table.message


def test_showing_tells_nobody(table, told):
    table.set_text("A=B")
    assert rows(table) == [("A", "B"), ("", "")]
    assert not told


def test_a_changed_cell_is_told_as_text(table, told):
    write(table, 1, 1, " Government ")
    assert told == ["JKW=Islamic State; HTS=Government"]
    assert table.text == told[0]
    assert parse_alliances(told[0]) == {"JKW": "Islamic State", "HTS": "Government"}


def test_a_pair_in_the_empty_row_counts_once_it_is_whole(table, told, qtbot):
    write(table, 2, 0, "Ahrar")
    assert not told
    assert "once it has both" in table.message
    write(table, 2, 1, "Opposition")
    assert told == [f"{TEXT}; Ahrar=Opposition"]
    assert not table.message
    qtbot.waitUntil(lambda: rows(table)[-2:] == [("Ahrar", "Opposition"), ("", "")])


def test_half_a_row_survives_that_the_same_text_is_shown_again(table):
    write(table, 2, 0, "Ahrar")
    table.set_text(TEXT)
    assert rows(table)[2] == ("Ahrar", "")


def test_an_emptied_row_goes(table, told, qtbot):
    write(table, 0, 0, "")
    write(table, 0, 1, "")
    assert told == ["HTS=Opposition"]
    qtbot.waitUntil(lambda: rows(table) == [("HTS", "Opposition"), ("", "")])


@pytest.mark.parametrize(
    ("member", "alliance", "said"),
    [
        ("JKW", "Opposition", "given to both"),
        ("Opposition", "HTS", "leads back to itself"),
        ("A;B", "HTS", "in the toolbox"),
    ],
)
def test_what_contradicts_itself_is_said_and_changes_nothing(table, told, member, alliance, said):
    write(table, 2, 0, member)
    write(table, 2, 1, alliance)
    assert said in table.message
    assert not told
    assert table.text == TEXT
    write(table, 2, 0, "Ahrar")
    write(table, 2, 1, "HTS")
    assert not table.message
    assert told[-1] == f"{TEXT}; Ahrar=HTS"


def test_the_selected_lines_are_taken_out(table, told, qtbot):
    assert not button(table, "Remove").isEnabled()
    table.table.selectRow(0)
    qtbot.mouseClick(button(table, "Remove"), Qt.MouseButton.LeftButton)
    assert told == ["HTS=Opposition"]
    table.table.selectRow(0)
    qtbot.keyClick(table.table, Qt.Key.Key_Delete)
    assert told[-1] == ""
    assert rows(table) == [("", "")]


def test_a_row_just_written_can_be_removed(table, told, qtbot):
    table.table.selectRow(2)
    write(table, 2, 0, "Ahrar")
    qtbot.waitUntil(lambda: button(table, "Remove").isEnabled())


def test_the_empty_row_stays(table, told, qtbot):
    table.table.selectRow(2)
    assert not button(table, "Remove").isEnabled()
    qtbot.keyClick(table.table, Qt.Key.Key_Delete)
    assert len(rows(table)) == 3
    assert not told


def test_a_cell_offers_the_factions_and_not_its_own_other_one(table):
    box = editor(table, 0, 0)
    names = [box.itemText(place) for place in range(box.count())]
    assert names == ["Government", "HTS", "JKW", "Opposition", "SDF"]
    assert box.currentText() == "JKW"


def test_a_name_chosen_from_the_list_is_taken_over(table, told):
    box = editor(table, 0, 1)
    box.setCurrentText("SDF")
    box.activated.emit(0)
    assert told == ["JKW=SDF; HTS=Opposition"]


def test_a_name_that_is_not_offered_can_be_written(table, told, qtbot):
    box = editor(table, 0, 1)
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "Somebody")
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: told == ["JKW=Somebody; HTS=Opposition"])


def test_add_opens_the_empty_row(table, qtbot):
    qtbot.mouseClick(button(table, "Add"), Qt.MouseButton.LeftButton)
    assert table.table.currentRow() == 2
    assert table.table.findChild(QComboBox) is not None


def test_enter_opens_a_cell(table, qtbot):
    table.table.setFocus()
    table.table.setCurrentCell(1, 0)
    qtbot.keyClick(table.table, Qt.Key.Key_Return)
    assert table.table.findChild(QComboBox).currentText() == "HTS"


def test_the_name_of_a_table_is_kept_until_pairs_are_written(table, told):
    table.set_text("alliances.csv")
    assert table.text == "alliances.csv"
    assert rows(table) == [("", "")]
    assert '"alliances.csv"' in table.message
    assert not told
    write(table, 0, 0, "A")
    write(table, 0, 1, "B")
    assert told == ["A=B"]
    assert not table.message


def test_the_name_of_a_table_can_be_removed(table, told, qtbot):
    table.set_text("alliances.csv")
    qtbot.mouseClick(button(table, "Remove"), Qt.MouseButton.LeftButton)
    assert told == [""]
    assert not table.message
    assert not button(table, "Remove").isEnabled()


def test_text_that_cannot_be_read_is_kept_and_said(table, told):
    table.set_text("A=B; nonsense")
    assert table.text == "A=B; nonsense"
    assert "nonsense" in table.message
    assert not told


def test_a_long_name_is_read_in_the_tooltip(table):
    write(table, 0, 0, "A very long name of a faction")
    assert table.table.item(0, 0).toolTip() == "A very long name of a faction"


def test_tab_leads_on_and_every_control_says_what_it_does(table):
    assert not table.table.tabKeyNavigation()
    assert table.focusProxy() is table.table
    assert all(each.toolTip() for each in (table, table.table, *table.findChildren(QPushButton)))
