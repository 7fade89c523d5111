"""The page in real Chromium: made by `qgis_process`, opened from a file, used by hand and keys."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Iterator

import pytest

import qgis_env
from enclave_watch.tests.e2e.browser import Browser, browser, missing_programs

PICTURES = qgis_env.BUILD / "pictures"
NASTY = "</script><script>document.title='broken'</script>"
DATES = ["31 May 2018", "30 June 2018", "15 July 2018", "31 July 2018", "5 August 2018"]


@pytest.fixture(scope="module", autouse=True)
def _programs() -> None:
    missing = missing_programs()
    # a browser is not there by default everywhere that the tests run: say so, do not pass
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}. Run `make install`.")
    PICTURES.mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="module")
def page(control: str, profile: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    places = control.replace("layername=control", "layername=places")
    qgis_env.run_algorithm(
        "enclavewatch:exportanimation",
        {
            "CONTROL": control,
            "FACTION_FIELD": "faction",
            "DATE_FIELD": "date",
            "ALLIANCES": "Jaysh Khalid ibn al-Walid=Islamic State",
            "PLACES": places,
            "PLACE_FIELD": "name",
            "FORMAT": "html",
            "LANGUAGE": "en",
            "SECONDS": 0.2,
            "TITLE": f"Syria 2018 {NASTY}",
            "OUTPUT": path,
        },
        variables=profile,
    )
    return path


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    yield from browser(tmp_path_factory.mktemp("desktop"), width=1400, height=950)


@pytest.fixture
def window(desktop: Browser, page: Path) -> Iterator[Browser]:
    desktop.open(page)
    yield desktop
    assert desktop.complaints() == []
    assert desktop.requests() == [page.resolve().as_uri()]


@pytest.fixture
def phone(page: Path, tmp_path: Path) -> Iterator[Browser]:
    for window in browser(tmp_path / "profile", width=390, height=844, is_phone=True):
        window.open(page)
        yield window
        assert window.complaints() == []
        assert window.requests() == [page.resolve().as_uri()]


def cells(window: Browser, faction: str) -> list[str]:
    """The row of a faction in the table."""
    rows = window.run(
        "return Array.from(document.querySelectorAll('#rows tr'),"
        " row => Array.from(row.children, cell => cell.innerText.trim()))"
    )
    (found,) = [row for row in rows if row[0] == faction]
    return found


def drawn(window: Browser, pane: str) -> list[str]:
    """The outlines in a pane of the map that are not empty."""
    return window.run(
        "return Array.from(document.querySelectorAll("
        "`.leaflet-${arguments[0]}-pane path`), p => p.getAttribute('d'))"
        ".filter(d => d.length > 5)",
        pane,
    )


def cursor(window: Browser) -> str:
    return window.run("return document.querySelector('#chart .cursor').getAttribute('d')")


def test_it_opens_on_the_last_date_with_its_figures(window: Browser) -> None:
    assert window.text("#date") == "5 August 2018"
    assert cells(window, "Islamic State")[1:] == ["3,705.0", "1.99", "-1,670.0", "8", "1,619.5", ""]
    assert window.text("#title") == f"Syria 2018 {NASTY}"
    assert window.run("return document.title") == f"Syria 2018 {NASTY}"
    events = window.texts("#events li")
    assert events[0].startswith("Islamic State loses its largest enclave: 1,670.0 km²")
    assert events[1].startswith("Islamic State loses contact with the border of Iraq: 8")
    assert len(drawn(window, "held")) == 5
    window.picture(PICTURES / "page_desktop.png")


def test_keys_on_the_slider_lead_through_the_real_dates(window: Browser) -> None:
    window.focus("#slider")
    seen, ground, bars = [], [], []
    window.press("home")
    for _ in DATES:
        seen.append(window.text("#date"))
        ground.append("".join(drawn(window, "held")))
        bars.append(cursor(window))
        window.press("right")
    assert seen == DATES
    assert window.run("return document.querySelector('#slider').ariaValueText") == DATES[-1]
    assert len(set(bars)) == len(DATES)
    assert len(set(ground)) == len(DATES)
    window.press("left", "left")
    assert window.text("#date") == DATES[2]
    window.press("home")
    assert cells(window, "Islamic State")[1] == "6,163.5"
    assert window.text("#events li") == "The record begins here."


def test_dragging_the_slider_stops_at_the_nearest_date(window: Browser) -> None:
    window.run(
        "const s = document.querySelector('#slider'); s.value = 0.47 * s.max;"
        " s.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    assert window.text("#date") == "30 June 2018"
    # 30 of 66 days
    assert window.run("const s = document.querySelector('#slider'); return s.value / s.max") == (
        pytest.approx(30 / 66)
    )


def test_it_plays_to_the_end_and_stops(window: Browser) -> None:
    window.click("#play")
    window.wait("return document.querySelector('#date').textContent === '31 May 2018'")
    window.wait("return document.querySelector('#date').textContent === '5 August 2018'")
    window.wait("return document.querySelector('#play').getAttribute('aria-label') === 'Play'")


def test_the_table_the_events_and_the_chart_follow_a_click_in_the_chart(window: Browser) -> None:
    window.run(
        "const c = document.querySelector('#chart svg'), b = c.getBoundingClientRect();"
        "c.dispatchEvent(new MouseEvent('click', {bubbles: true, clientX: b.right - 13 - "
        "5 / 66 * (b.width - 80), clientY: b.top + 50}))"
    )
    assert window.text("#date") == "31 July 2018"
    assert "31 July 2018" in window.text("#table-title")
    assert "31 July 2018" in window.text("#events-title")
    assert "Iraq 84.8" in cells(window, "Islamic State")[6]


def test_an_event_leads_to_its_date_and_place(window: Browser) -> None:
    window.click("#all-events")
    window.run(
        "Array.from(document.querySelectorAll('#events button'))"
        ".find(b => b.textContent.includes('Daraa')).click()"
    )
    assert window.text("#date") == "15 July 2018"
    assert window.run("return document.querySelectorAll('path[stroke=\"#d7191c\"]').length") > 0


def test_a_faction_stands_out_and_goes_back(window: Browser) -> None:
    window.focus("#legend button")
    window.press("enter")
    assert window.run("return document.activeElement.getAttribute('aria-pressed')") == "true"
    faint = "return document.querySelectorAll('#chart .line.faint').length"
    assert window.run(faint) == 4
    window.press("enter")
    assert window.run(faint) == 0


def test_everything_can_be_reached_and_has_a_name(window: Browser) -> None:
    nameless = window.run(
        "return Array.from(document.querySelectorAll("
        "'button, select, input, a[href], [role=region], [tabindex=\"0\"]'))"
        ".filter(e => !e.hidden && e.offsetParent && !(e.getAttribute('aria-label') ||"
        " e.getAttribute('aria-labelledby') || e.innerText || e.closest('label') || e.title))"
        ".map(e => e.outerHTML.slice(0, 100))"
    )
    assert nameless == []
    reached = set()
    window.run("document.activeElement.blur()")
    for _ in range(40):
        window.press("tab")
        reached.add(
            window.run("return document.activeElement.id || document.activeElement.tagName")
        )
    assert {"language", "print", "map", "previous", "play", "slider", "all-events"} <= reached


def test_in_arabic_it_reads_from_right_to_left_and_the_map_stays(window: Browser) -> None:
    where = (
        "const map = document.querySelector('#map').getBoundingClientRect();"
        "return Array.from(document.querySelectorAll('.place'),"
        " e => Math.round(e.getBoundingClientRect().left - map.left))"
    )
    before = window.run(where)
    window.run(
        "const s = document.querySelector('#language'); s.value = 'ar';"
        " s.dispatchEvent(new Event('change'))"
    )
    assert window.run("return document.documentElement.dir") == "rtl"
    assert window.run("return document.documentElement.lang") == "ar"
    assert window.text("#date") == "5 أغسطس 2018"
    assert window.texts("#events li")[0].startswith("خسارة أكبر جيوب")
    assert window.run(where) == before
    window.click("#digits")
    assert window.text("#date") == "٥ أغسطس ٢٠١٨"
    assert cells(window, "Islamic State")[4] == "٨"
    window.picture(PICTURES / "page_arabic.png")
    window.run(
        "const s = document.querySelector('#language'); s.value = 'fr';"
        " s.dispatchEvent(new Event('change'))"
    )
    assert window.text("#date") == "5 août 2018"


def test_no_zoom_opens_a_gap_between_factions(window: Browser) -> None:
    """Leaflet simplifies each path for itself unless told not to: then corners would differ."""
    window.run("document.querySelector('.leaflet-control-zoom-in').click()")
    shared = window.run(
        "const corners = p => new Set(p.getAttribute('d').split(/[MLz]/).filter(Boolean));"
        "const [a, b] = Array.from(document.querySelectorAll('.leaflet-held-pane path'))"
        ".map(corners); return [a.size, b.size, [...a].filter(c => b.has(c)).length]"
    )
    assert shared[2] > 20


def test_it_prints_map_table_and_chart_without_buttons(window: Browser, tmp_path: Path) -> None:
    before = window.run("return document.querySelector('#map').getBoundingClientRect().width")
    assert window.pdf(tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    (PICTURES / "page.pdf").write_bytes((tmp_path / "page.pdf").read_bytes())
    after = window.run("return document.querySelector('#map').getBoundingClientRect().width")
    assert after == before


def test_names_are_text_on_the_map_and_everywhere_else(
    profile: dict[str, str], desktop: Browser, tmp_path: Path
) -> None:
    names = [NASTY, '"><img src=x onerror="document.title=1">', "N" * 300, "\u202e\u0639 {{data}}"]
    turned = names[::-1]
    control, countries, places = (
        _geojson(tmp_path / f"{name}.geojson", rows)
        for name, rows in {
            "control": [
                *((number, 0, 1, name) for number, name in enumerate(names)),
                *((number, 0, 1, name, "2020-02-01") for number, name in enumerate(turned)),
            ],
            "countries": [(-1, -1, 9, names[1]), (8, -1, 9, names[0])],
            "places": [(number, 0, 0, name) for number, name in enumerate(names)],
        }.items()
    )
    path = tmp_path / "nasty.html"
    qgis_env.run_algorithm(
        "enclavewatch:exportanimation",
        {
            "CONTROL": control,
            "FACTION_FIELD": "name",
            "DATE_FIELD": "date",
            "COUNTRIES": countries,
            "COUNTRY_FIELD": "name",
            "HOME": names[1],
            "PLACES": places,
            "PLACE_FIELD": "name",
            "FORMAT": "html",
            "TITLE": names[1],
            "CREDITS": names[0],
            "OUTPUT": path,
        },
        variables=profile,
    )
    desktop.open(path)
    assert set(desktop.texts("#rows th .name")) == set(names)
    assert set(
        desktop.run("return Array.from(document.querySelectorAll('.place'), e => e.textContent)")
    ) == set(names)
    told = " ".join(
        desktop.run(
            "return Array.from(document.querySelectorAll('#events bdi'), e => e.textContent)"
        )
    )
    assert all(name in told for name in names)
    assert desktop.text("#credits").startswith(names[0])
    assert desktop.run("return document.title") == names[1]
    assert desktop.run("return document.querySelectorAll('img').length") == 0
    assert desktop.run("return document.documentElement.scrollWidth <= innerWidth")
    desktop.picture(PICTURES / "page_nasty.png")
    assert desktop.complaints() == []
    assert desktop.requests() == [path.resolve().as_uri()]


def _geojson(path: Path, rows: list[tuple]) -> Path:
    """Squares (points where their side is 0) with a name and a date."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "date": date[0] if date else "2020-01-01"},
            "geometry": {"type": "Point", "coordinates": [x + 0.5, y + 0.5]}
            if not side
            else {
                "type": "Polygon",
                "coordinates": [
                    [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
                ],
            },
        }
        for x, y, side, name, *date in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_it_works_on_a_phone(phone: Browser) -> None:
    assert phone.run("return [innerWidth, innerHeight]") == [390, 844]
    assert phone.run("return document.documentElement.scrollWidth") == 390
    # the player is in sight without scrolling, and large enough for a thumb
    box = phone.run(
        "const b = document.querySelector('#play').getBoundingClientRect();"
        "return [b.width, b.height, b.bottom]"
    )
    assert min(box[:2]) >= 40
    assert box[2] <= 844
    phone.click("#previous")
    assert phone.text("#date") == "31 July 2018"
    assert cells(phone, "Islamic State")[1] == "5,375.0"
    phone.picture(PICTURES / "page_phone.png")


def test_a_script_that_got_in_would_not_run(window: Browser) -> None:
    """The policy stands behind the escaping."""
    window.run(
        "const s = document.createElement('script'); s.textContent = 'window.broken = 1';"
        " document.body.append(s)"
    )
    assert window.run("return window.broken === undefined")
    (complaint,) = window.complaints()
    assert "Content Security Policy" in complaint


def test_the_browser_is_gone_after_its_tests(tmp_path: Path) -> None:
    windows = browser(tmp_path / "gone", width=400, height=400)
    next(windows)
    windows.close()
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert str(tmp_path / "gone") not in running.stdout
