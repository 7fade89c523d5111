"""Tables out of the dock: what a spreadsheet makes of them, and files whole or not there."""

from __future__ import annotations

import csv
import io
import stat

import pytest
from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QDate, QDateTime, QLocale, QTime
from qgis.PyQt.QtWidgets import QFileDialog, QMessageBox, QWidget

from enclave_watch.ui.exporting import ExportBar, Sheet, ask_path, copied_text, write_csv

FORMULA = '=HYPERLINK("http://example.org","x")'


@pytest.fixture
def german():
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def parent(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_csv_holds_iso_dates_and_numbers_in_full(tmp_path):
    moment = QDateTime(QDate(2018, 8, 5), QTime(1, 0, 0))
    sheet = Sheet(
        "s", ("a", "b"), ((QDate(2018, 8, 5), 1670.0000000001), (moment, -5), (None, True))
    )
    write_csv(sheet, tmp_path / "s.csv")
    assert read(tmp_path / "s.csv") == [
        ["a", "b"],
        ["2018-08-05", "1670.0000000001"],
        ["2018-08-05T01:00:00", "-5"],
        ["", "true"],
    ]


def test_csv_begins_with_a_mark_by_which_excel_knows_its_letters(tmp_path):
    write_csv(Sheet("s", ("تنظيم",), ()), tmp_path / "s.csv")
    content = (tmp_path / "s.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content[3:].decode("utf-8") == "تنظيم\r\n"


@pytest.mark.parametrize("text", [FORMULA, "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\uff1d1"])
def test_a_name_is_never_a_formula(text, tmp_path):
    write_csv(Sheet("s", (text,), ((text,),)), tmp_path / "s.csv")
    assert read(tmp_path / "s.csv") == [[f"'{text}"], [f"'{text}"]]
    pasted = list(csv.reader(io.StringIO(copied_text(Sheet("s", (text,), ()))), csv.excel_tab))
    assert pasted == [[f"'{text}"]]


def test_numbers_below_zero_and_names_with_signs_inside_stay_as_they_are(tmp_path):
    write_csv(Sheet("s", ("a",), ((-5.5,), ("A=B",), ("al-Baghuz",))), tmp_path / "s.csv")
    assert read(tmp_path / "s.csv")[1:] == [["-5.5"], ["A=B"], ["al-Baghuz"]]


def test_what_is_copied_has_the_users_decimal_sign_and_nothing_between_thousands(german):
    text = copied_text(Sheet("s", ("a", "b"), ((1670.5, 'with "quotes"\nand\ttabs'),)))
    assert text.splitlines()[1].startswith("1670,5\t")
    assert list(csv.reader(io.StringIO(text, newline=""), csv.excel_tab))[1][1].startswith("with")


def test_a_file_that_cannot_be_written_is_said_and_leaves_nothing(parent, tmp_path):
    bar = ExportBar(parent, copy_tip="c", export_tip="e")
    sheet = Sheet("s", ("a",), ())
    target = tmp_path / "missing" / "s.csv"
    bar.save(target, lambda: write_csv(sheet, target))
    assert "s.csv" in bar.message
    assert "could not be written" in bar.message
    assert list(tmp_path.iterdir()) == []
    good = tmp_path / "s.csv"
    bar.save(good, lambda: write_csv(sheet, good))
    assert bar.message == 'Saved: "s.csv"'
    assert stat.S_IMODE(good.stat().st_mode) & stat.S_IRUSR


def test_the_ending_is_added_and_the_folder_remembered(parent, tmp_path, monkeypatch):
    answer = (str(tmp_path / "areas"), "Drawing, SVG (*.svg)")
    asked = []

    def ask(*arguments):
        asked.append(arguments)
        return answer

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    kinds = [("Picture, PNG", "png"), ("Drawing, SVG", "svg")]
    assert ask_path(parent, "x", kinds) == tmp_path / "areas.svg"
    assert QgsSettings().value("enclave_watch/export_folder") == str(tmp_path)
    ask_path(parent, "x", kinds)
    assert asked[1][2] == str(tmp_path / "x.png")


def test_a_file_is_not_replaced_unasked_when_the_ending_was_added(parent, tmp_path, monkeypatch):
    (tmp_path / "areas.csv").write_text("mine")
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "areas"), "Table (*.csv)")
    )
    for answer, expected in (
        (QMessageBox.StandardButton.No, None),
        (QMessageBox.StandardButton.Yes, tmp_path / "areas.csv"),
    ):
        monkeypatch.setattr(QMessageBox, "question", lambda *_, answer=answer: answer)
        assert ask_path(parent, "x", [("Table", "csv")]) == expected


def test_no_name_no_file(parent, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    assert ask_path(parent, "x", [("Table", "csv")]) is None
