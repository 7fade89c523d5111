"""The page as a file: what it says, how it is made of arcs, and that names in it stay names."""

from __future__ import annotations

import itertools
import json
import random
import re
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from enclave_watch.core.errors import Cancelled
from enclave_watch.core.feedback import Feedback
from enclave_watch.processing.publish.exportanimation import ExportAnimation
from enclave_watch.processing.publish.webcode import ALPHABET, encoded
from enclave_watch.processing.publish.webpage import PageError, page_html, write_page
from enclave_watch.tests.processing.publish.pages import Page, decoded

NASTY = [
    "</script><script>document.title='broken'</script>",
    '"><img src=x onerror="document.title=1">',
    "\u202eright to left\u202c {{data}} {{script}}",
    "<!-- <script>",
    "N" * 300,
    "\N{WAVING WHITE FLAG}\ufe0f & \u2028 'quotes' \\u003c",
]


@pytest.fixture
def sample_page(run, sample: Path, tmp_path: Path) -> Page:
    path = tmp_path / "page.html"
    run(
        ExportAnimation,
        CONTROL=f"{sample}|layername=control",
        FACTION_FIELD="faction",
        DATE_FIELD="date",
        PLACES=f"{sample}|layername=places",
        PLACE_FIELD="name",
        FORMAT="html",
        LANGUAGE="ar",
        OUTPUT=str(path),
    )
    assert _names(tmp_path) == ["page.html"]
    return Page.of(path)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def nasty_page(run, make_layer, tmp_path: Path) -> Path:
    """A page whose factions, places and title are what an attacker would choose."""
    rows = [
        (f"POLYGON(({x} 0, {x} 1, {x + 1} 1, {x + 1} 0, {x} 0))", {"faction": name, "date": date})
        for date in ("2020-01-01", "2020-02-01")
        for x, name in enumerate(NASTY)
        if (x, date) != (0, "2020-02-01")
    ]
    control = make_layer(rows, "faction:string(400)", "date:string", name=NASTY[0])
    home = make_layer(
        [("POLYGON((-1 -1, 9 -1, 9 9, -1 9, -1 -1))", {"NAME": NASTY[1]})], "NAME:string(400)"
    )
    places = make_layer([("POINT(0.5 0.5)", {"n": NASTY[0]})], "n:string(400)", kind="Point")
    path = tmp_path / "nasty.html"
    run(
        ExportAnimation,
        CONTROL=control,
        FACTION_FIELD="faction",
        DATE_FIELD="date",
        COUNTRIES=home,
        COUNTRY_FIELD="NAME",
        PLACES=places,
        PLACE_FIELD="n",
        FORMAT="html",
        TITLE=NASTY[0],
        CREDITS=NASTY[1],
        OUTPUT=str(path),
    )
    return path


def test_numbers_come_back_from_their_letters() -> None:
    numbers = [0, 1, -1, 15, 16, -16, 31, 32, 1023, 1024, -(2**40), 2**40, *range(-70, 70)]
    assert decoded(encoded(np.array(numbers))) == numbers
    assert set(encoded(np.array(numbers))) <= set(ALPHABET)
    assert encoded(np.array([], dtype=np.int64)) == ""


def test_the_sample_s_page_is_small_and_says_what_the_sample_says(sample_page: Page) -> None:
    assert len(sample_page.text.encode("utf-8")) < 2_000_000
    assert [date["date"] for date in sample_page.data["dates"]] == [
        "2018-05-31", "2018-06-30", "2018-07-15", "2018-07-31", "2018-08-05",
    ]  # fmt: skip
    number = sample_page.factions.index("Islamic State")
    (row,) = [row for row in sample_page.data["dates"][-1]["rows"] if row[0] == number]
    _, area, share, change, enclaves, largest, border = row
    # the published figures, not those of simplified outlines
    assert area == pytest.approx(3705.0, abs=0.05)
    assert share == pytest.approx(1.99, abs=0.005)
    assert change == pytest.approx(-1670.0, abs=0.05)
    assert enclaves == 8
    assert largest == pytest.approx(1619.5, abs=0.05)
    assert border == []
    kinds = {event[0] for event in sample_page.data["dates"][-1]["events"]}
    assert {"largest_lost", "contact_lost"} <= kinds
    assert "vanished" not in kinds


def test_every_outline_is_stored_once(sample_page: Page) -> None:
    used = [
        {shape for _, shapes in date["held"] for shape in shapes}
        for date in sample_page.data["dates"]
    ]
    # the sample has 82 polygons on five dates, and 27 distinct ones
    assert sum(len(shapes) for shapes in used) == 82
    assert len(set().union(*used)) == 27


def test_no_gap_or_overlap_opens_between_factions(sample_page: Page, sample: Path) -> None:
    originals = _originals(sample)
    # so many degrees of longitude at 36 degrees north
    degrees = sample_page.data["tolerance_m"] / 90_000
    for number, date in enumerate(sample_page.data["dates"]):
        held = sample_page.held(number)
        original = originals[date["date"]]
        together = shapely.union_all(list(held.values()))
        before = shapely.union_all(list(original.values()))
        assert _holes(together) <= _holes(before)
        for one, two in itertools.combinations(sorted(held), 2):
            common = shapely.intersection(held[one], held[two])
            had = shapely.intersection(original[one], original[two])
            assert common.buffer(-degrees).area <= had.area + 1e-12
        outer, was = (shapely.polygons(_shell(each)) for each in (together, before))
        assert outer.boundary.hausdorff_distance(was.boundary) < degrees


def _originals(sample: Path) -> dict[str, dict[str, shapely.Geometry]]:
    from enclave_watch.tests.core.helpers.geopackage import features

    found: dict[str, dict[str, list[shapely.Geometry]]] = {}
    for _, wkb, (faction, date) in features(sample, "control", "faction", "date"):
        found.setdefault(date, {}).setdefault(faction, []).append(shapely.from_wkb(wkb))
    return {
        date: {faction: shapely.union_all(parts) for faction, parts in factions.items()}
        for date, factions in found.items()
    }


def _shell(geometry: shapely.Geometry) -> shapely.Geometry:
    """The outer ring of the largest part: slivers between outlines as drawn are not its matter."""
    parts = shapely.get_parts(geometry)
    return shapely.get_exterior_ring(parts[shapely.area(parts).argmax()])


def _holes(geometry: shapely.Geometry) -> int:
    return int(shapely.get_num_interior_rings(shapely.get_parts(geometry)).sum())


def test_a_long_edge_lies_where_it_is_straight_in_the_layer(
    run, make_layer, tmp_path: Path
) -> None:
    rows = [("POLYGON((0 30, 6 36, 6 30, 0 30))", {"faction": "A", "date": "2020-01-01"})]
    home = make_layer([("POLYGON((-1 29, 9 29, 9 39, -1 39, -1 29))", {"NAME": "Home"})], "NAME")
    path = tmp_path / "page.html"
    run(
        ExportAnimation,
        CONTROL=make_layer(rows, "faction", "date"),
        FACTION_FIELD="faction",
        DATE_FIELD="date",
        COUNTRIES=home,
        FORMAT="html",
        OUTPUT=str(path),
    )
    page = Page.of(path)
    drawn = shapely.transform(page.held(0)["A"].boundary, _mercator)
    # Mercator's straight line passes 5 km north-west of it
    middle = shapely.transform(shapely.Point(3, 33), _mercator)
    assert shapely.distance(drawn, middle) * np.cos(np.radians(33)) < page.data["tolerance_m"]


def _mercator(lonlat: np.ndarray) -> np.ndarray:
    lam, phi = np.radians(lonlat).T
    return 6_378_137 * np.column_stack([lam, np.arctanh(np.sin(phi))])


def test_half_a_year_of_deepstate_fits_into_a_page(run, shared_data: Path, tmp_path: Path) -> None:
    from enclave_watch.processing.data.buildseries import BuildSeries

    path = tmp_path / "page.html"
    series = tmp_path / "series.gpkg"
    run(
        BuildSeries,
        FOLDER=str(shared_data / "deepstate_2024"),
        FACTION="held by Russia",
        OUTPUT=str(series),
    )
    run(
        ExportAnimation,
        CONTROL=str(series),
        FACTION_FIELD="faction",
        DATE_FIELD="valid_from",
        HOME="Ukraine",
        FORMAT="html",
        OUTPUT=str(path),
    )
    page = Page.of(path)
    assert len(page.data["dates"]) == 175
    assert path.stat().st_size < 10_000_000
    # what the page draws of the last date is what it says of it, to a hundred-thousandth
    (row,) = page.data["dates"][-1]["rows"]
    (held,) = page.held(174).values()
    area_m2, _ = Geod(ellps="WGS84").geometry_area_perimeter(shapely.segmentize(held, 0.01))
    assert abs(area_m2) / 1e6 == pytest.approx(row[1], rel=2e-5)


def test_the_page_names_no_other_file_and_no_host_but_leaflet_s(sample_page: Page) -> None:
    text = sample_page.text
    assert "url(" not in text.replace("url(#", "")
    assert "sourceMappingURL" not in text
    assert not re.findall(r"<(?:link|img|iframe|base|form|object|embed)\b|\ssrc=|\son\w+=", text)
    hosts = {re.sub(r"^www\.", "", host) for host in re.findall(r"https?://([\w.-]+)", text)}
    # a namespace, what Leaflet says of itself, and bug numbers in its style sheet
    assert hosts <= {"w3.org", "leafletjs.com", "bugs.chromium.org", "bugzilla.mozilla.org"}
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "BSD 2-Clause License" in text


def test_it_opens_in_the_language_that_was_asked_for(sample_page: Page) -> None:
    assert '<html lang="ar" dir="rtl">' in sample_page.text


def test_every_language_has_the_same_words_with_the_same_places() -> None:
    path = Path(__file__).parents[3] / "resources" / "web" / "strings.json"
    languages = json.loads(path.read_text(encoding="utf-8"))
    assert set(languages) == {"en", "ar", "fr"}

    def slots(words: dict) -> dict:
        return {
            key: slots(text) if isinstance(text, dict) else sorted(re.findall(r"\{\w+\}", text))
            for key, text in words.items()
        }

    assert slots(languages["ar"]) == slots(languages["en"])
    assert slots(languages["fr"]) == slots(languages["en"])


def test_every_kind_of_event_has_its_sentence() -> None:
    from enclave_watch.core.occurrence import EventKind

    path = Path(__file__).parents[3] / "resources" / "web" / "strings.json"
    languages = json.loads(path.read_text(encoding="utf-8"))
    assert set(languages["en"]["event"]) == {kind.value for kind in EventKind}


def test_names_are_text_whatever_they_say(nasty_page: Path) -> None:
    page = Page.of(nasty_page)
    assert sorted(page.factions) == sorted(NASTY)
    assert page.data["title"] == NASTY[0]
    assert page.data["places"][0][0] == NASTY[0]
    # two of data, two of scripts; nothing that a name brought
    assert page.text.count("<script") == page.text.count("</script>") == 4
    assert "<img" not in page.text
    assert 'onerror="' not in page.text


def test_random_text_cannot_leave_its_script_element() -> None:
    dice = random.Random(5)  # noqa: S311 - the same text every time
    pieces = [
        "<",
        "/",
        "script",
        ">",
        "!--",
        "\\",
        '"',
        "'",
        "\u2028",
        "{{title}}",
        "\ud800",
        "&lt;",
    ]
    for _ in range(200):
        name = "".join(dice.choices(pieces, k=8))
        text = page_html({"title": name, "language": "en", "credits": name})
        assert text.count("</script>") == 4
        assert _data_of(text)["credits"] == name


def _data_of(text: str) -> dict:
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)
    return json.loads(found)


class _Presses(Feedback):
    def is_cancelled(self) -> bool:
        return True


def test_a_page_that_cannot_be_written_says_so_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from enclave_watch.processing.publish import webdata

    data = {"title": "t", "language": "en", "credits": ""}
    monkeypatch.setattr(webdata, "page_data", lambda *_: data)
    (tmp_path / "file").write_text("a file, not a folder")
    with pytest.raises(PageError, match="another output file"):
        write_page(tmp_path / "file" / "page.html", None, Feedback())
    old = tmp_path / "page.html"
    old.write_text("the page of yesterday")
    with pytest.raises(Cancelled):
        write_page(old, None, _Presses())
    assert old.read_text() == "the page of yesterday"
    assert _names(tmp_path) == ["file", "page.html"]
