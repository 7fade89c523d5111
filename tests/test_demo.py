"""The demo says what the results say, and its map is drawn."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from demo_report import lines, read_findings, story
from qgis.PyQt.QtGui import QImage

from qgis_env import BUILD, ROOT

ENCLAVES = """
    date TEXT, faction TEXT, rank INTEGER, area_km2 REAL, share_country_pct REAL, status TEXT,
    enclosed_by TEXT, provinces TEXT, places TEXT, border_dist_km REAL, border_nearest TEXT
"""
CONTACT = "date TEXT, faction TEXT, rank INTEGER, neighbour TEXT, length_km REAL"
EVENTS = "date TEXT, faction TEXT, kind TEXT, enclave_id INTEGER, text TEXT"
STORY = """
2018-05-31  6,163.5 km2 in 11 enclaves
2018-06-30  5,625.0 km2 in 10 enclaves
  The enclave of Islamic State in Hasaka (Al Haksa), 538.5 km2 before, vanished.
  Islamic State lost all presence in Hasaka (Al Haksa): 538.6 km2 before.
2018-07-15  5,625.0 km2 in 10 enclaves
2018-07-31  5,375.0 km2 in 9 enclaves
  The enclave of Islamic State in Dar`a, 250.0 km2 before, vanished.
  Islamic State lost contact with Jordan: 9.0 km of border before, none now.
  Islamic State lost all presence in Dar`a: 250.0 km2 before.
  Syrian government took Saham al-Jawlan from Islamic State.
2018-08-05  3,705.0 km2 in 8 enclaves
  Islamic State lost its largest enclave, of 1,670.0 km2 in Dayr Az Zawr.
  Islamic State lost contact with Iraq: 84.8 km of border before, none now.
"""


def _table(path: Path, name: str, columns: str, rows: list[tuple]) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT)")
        database.execute("INSERT INTO gpkg_contents VALUES (?, 'features')", (name,))
        database.execute(f'CREATE TABLE "{name}" ({columns})')
        marks = ", ".join("?" * len(rows[0]))
        database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)  # noqa: S608
        database.commit()
    return path


@pytest.fixture
def enclaves(tmp_path):
    """Two dates of Alpha: it keeps the smaller of two enclaves."""
    town = ("encircled", "Bravo", "South 100 %", "Town", 7.25, "Overland")
    rows = [
        ("2020-01-01", "Alpha", 1, 500.0, 5.0, "border", "", "North 100 %", "", None, None),
        ("2020-01-01", "Alpha", 2, 40.0, 0.4, *town),
        ("2020-02-01", "Alpha", 1, 40.0, 0.4, *town),
        ("2020-02-01", "Bravo", 1, 9_000.0, 90.0, "border", "", "North 100 %", "", None, None),
    ]
    return _table(tmp_path / "enclaves.gpkg", "my enclaves", ENCLAVES, rows)


def _contact(folder: Path, rows: list[tuple]) -> Path:
    return _table(folder / "contact.gpkg", "contact", CONTACT, rows)


@pytest.fixture
def events(tmp_path):
    """Three of Alpha, not in order of their dates or letters, one told twice; one of Bravo."""
    rows = [
        ("2020-03-01", "Alpha", "vanished", 2, "Alpha is gone."),
        ("2020-02-01", "Bravo", "merged", 3, "Bravo grew."),
        ("2020-02-01", "Alpha", "largest_lost", 1, "Second letter, first event."),
        ("2020-02-01", "Alpha", "vanished", 1, "The first event once more."),
        ("2020-02-01", "Alpha", "vanished", 4, "First letter, second event."),
    ]
    return _table(tmp_path / "events.gpkg", "my events", EVENTS, rows)


def test_what_is_said_is_read_from_the_results(enclaves, events, tmp_path):
    contact = _contact(
        tmp_path,
        [
            ("2020-01-01", "Alpha", 1, "Overland", 30.4),
            ("2020-01-01", "Alpha", 2, "Overland", 1.1),
            ("2020-01-01", "Bravo", 1, "Overland", 99.0),
        ],
    )
    text = "\n".join(lines(read_findings(enclaves, contact, events, "Alpha")))
    assert "largest enclave of Alpha, 500 km2 (North 100 %)" in text
    assert "32 km with Overland" in text
    assert "On 2020-02-01 Alpha holds 40 km2, 0 % of Syria, in 1 enclave:" in text
    assert "encircled by Bravo; South 100 %; Town" in text
    assert "Contact with Overland is gone: 32 km before, 0 now." in text
    nearest = "The nearest enclave left, 40.0 km2 (Town), lies 7.2 km from the border with"
    assert f"{nearest} Overland." in text


def test_the_story_gives_each_date_and_the_events_of_the_faction_in_their_order(
    enclaves, events, tmp_path
):
    contact = _contact(tmp_path, [("2020-01-01", "Alpha", 1, "Overland", 30.0)])
    assert story(read_findings(enclaves, contact, events, "Alpha"))[1:] == [
        "2020-01-01  540.0 km2 in 2 enclaves",
        "2020-02-01  40.0 km2 in 1 enclave",
        "  Second letter, first event.",
        "  First letter, second event.",
        "2020-03-01  0.0 km2 in 0 enclaves",
        "  Alpha is gone.",
    ]


def test_contact_that_lasts_is_not_called_gone(enclaves, events, tmp_path):
    contact = _contact(
        tmp_path,
        [
            ("2020-01-01", "Alpha", 1, "Overland", 30.0),
            ("2020-02-01", "Alpha", 1, "Overland", 12.0),
        ],
    )
    text = "\n".join(lines(read_findings(enclaves, contact, events, "Alpha")))
    assert "Contact with Overland: 30 km before, 12 now." in text
    assert "gone" not in text


def test_a_faction_that_is_not_there_is_named(enclaves, events, tmp_path):
    contact = _contact(tmp_path, [("2020-01-01", "Alpha", 1, "Overland", 30.0)])
    with pytest.raises(ValueError, match="0 dates of Nobody"):
        read_findings(enclaves, contact, events, "Nobody")


def test_the_demo_finds_the_published_figures_and_draws_them():
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "demo.py")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for figure in (
        "On 2018-07-31 the largest enclave of Islamic State, 1,670 km2 (Dayr Az Zawr 100 %)",
        "85 km with Iraq",
        "On 2018-08-05 Islamic State holds 3,705 km2, 2 % of Syria, in 8 enclaves",
        "encircled by Syrian government",
        "Contact with Iraq is gone: 85 km before, 0 now.",
        "(Hajin; al-Baghuz; al-Shafa; al-Sousah), lies 4.2 km from the border with Iraq",
    ):
        assert figure in done.stdout
    for figure in (
        "The ground is now held by: Syrian Democratic Forces 538.5 (km2).",
        "What is left, 0.1 km2, is under the 1 km2 of a presence.",
        "The ground is now held by: Syrian government 250.0 (km2).",
        "The ground is now held by: Syrian Democratic Forces 1,670.0 (km2).",
        "Its nearest enclave is 4.2 km away from there.",
    ):
        assert figure in done.stdout
    _assert_the_story_is_told(done.stdout)
    for name in ("enclaves", "contact", "history", "events"):
        assert str(BUILD / "demo" / f"{name}.gpkg") in done.stdout
    for name in ("report.html", "report.pdf", "report.md", "film.mp4", "page.html"):
        path = BUILD / "demo" / name
        assert str(path) in done.stdout
        assert path.stat().st_size > 2_000
    assert "about 1,670" in (BUILD / "demo" / "report.md").read_text(encoding="utf-8")
    picture = BUILD / "demo" / "map.png"
    assert str(picture) in done.stdout
    _assert_both_panels_are_drawn(QImage(str(picture)))


def _assert_the_story_is_told(output: str) -> None:
    """Nothing that happened is missing, and nothing else is told."""
    _, told = output.split("from date to date, and what happened by each:\n")
    found = told.split("\n\n")[0].splitlines()
    expected = STORY.strip("\n").splitlines()
    assert len(found) == len(expected), told
    for line, beginning in zip(found, expected):
        assert line.startswith(beginning)


def _assert_both_panels_are_drawn(image: QImage) -> None:
    assert image.width() > 1500
    middle = image.width() // 2
    for left in (0, middle):
        colors = {
            image.pixelColor(x, y).name()
            for x in range(left, left + middle, 5)
            for y in range(0, image.height(), 5)
        }
        # blank panels have the sea, the page and the frame
        assert len(colors) > 40
        assert "#d7191c" in colors
