"""`situationreport` on the sample, and on names that were made to break it."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingException
from qgis.PyQt.QtGui import QImage

from enclave_watch.processing.borders.bordercontactchanges import BorderContactChanges
from enclave_watch.processing.change.controlsummary import ControlSummary
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas
from enclave_watch.processing.publish.situationreport import SituationReport

ALLIANCES = "Jaysh Khalid ibn al-Walid=Islamic State"
NASTY = '<script>alert("x")</script> \u202eright & [% 1+1 %] {{ 7*7 }} \U0001f6a9'


def outside(html: str) -> list[str]:
    """Return whatever a page would fetch or run."""
    found = re.findall(r'(?:src|href|action)\s*=\s*"(?!data:|#)([^"]*)"', html)
    return found + re.findall(r"<script|<iframe|<link|@import|url\(", html)


def cells_of(html: str, table: str) -> list[list[str]]:
    """Return the rows of a table of the page as plain text."""
    body = re.search(rf'<table class="{table}".*?</table>', html, re.DOTALL).group()
    return [
        [
            unescape(re.sub(r"<[^>]+>", "", cell))
            for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)
        ]
        for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    ]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("report")
    return {
        "OUTPUT": str(folder / "report.html"),
        "PDF": str(folder / "report.pdf"),
        "TEXT": str(folder / "report.md"),
        "MAPS": str(folder / "maps"),
    }


@pytest.fixture(scope="module")
def runs_so_far() -> dict[str, Any]:
    return {}


@pytest.fixture
def sample_run(syria, sample, run, paths, runs_so_far):
    if "sample" not in runs_so_far:
        runs_so_far["sample"] = run(
            SituationReport,
            **syria,
            PLACES=f"{sample}|layername=places",
            ALLIANCES=ALLIANCES,
            FACTION="Islamic State",
            REFERENCE_AREA=185180,
            **paths,
        )
    return runs_so_far["sample"]


def test_the_sample_is_told_on_page_paper_and_as_text(sample_run, paths) -> None:
    outputs = sample_run.outputs
    assert (outputs["DATE_BEFORE"], outputs["LAST_DATE"]) == ("2018-07-31", "2018-08-05")
    assert outputs["COUNT"] == 8
    assert outputs["TOTAL_KM2"] == pytest.approx(3705.0, abs=0.1)
    assert outputs["AREA_BEFORE_KM2"] == pytest.approx(5375.0, abs=0.1)
    assert "largest enclave" in outputs["HEADLINE"]
    assert "[^" not in outputs["SUMMARY"]
    text = outputs["SUMMARY"].replace("\u00a0", " ")
    for told in ("1,670 km²", "85 km", "3,705 km²", "2 %", "Hajin", "Iraq", "Dayr Az Zawr"):
        assert told in text
    assert Path(paths["PDF"]).read_bytes().startswith(b"%PDF")
    assert outputs["PAGES"] > 3
    assert "[^1]:" in Path(paths["TEXT"]).read_text(encoding="utf-8")


def test_the_page_needs_nothing_but_itself(sample_run, paths) -> None:
    html = Path(paths["OUTPUT"]).read_text(encoding="utf-8")
    assert outside(html) == []
    assert html.count('src="data:image/png;base64,') == 2
    assert html.count('src="data:image/svg+xml;base64,') == 1


def test_every_mark_leads_to_a_row_of_the_page(sample_run, paths) -> None:
    html = Path(paths["OUTPUT"]).read_text(encoding="utf-8")
    targets = re.findall(r'href="#([^"]+)"', html)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(targets) > 20
    assert set(targets) <= set(ids)
    assert len(ids) == len(set(ids))


def test_figures_are_those_of_the_other_algorithms(sample_run, syria, sample, run, paths) -> None:
    html = Path(paths["OUTPUT"]).read_text(encoding="utf-8")
    common = {**syria, "ALLIANCES": ALLIANCES}
    places = {"PLACES": f"{sample}|layername=places"}
    areas = run(
        EnclaveAreas, **common, **places, REFERENCE_AREA=185180, FROM_DATE="2018-07-31"
    ).rows
    own = [row for row in areas if row["faction"] == "Islamic State"]
    enclaves = cells_of(html, "enclaves")
    assert len(enclaves) == len(own) + 1
    area, share = (enclaves[0].index(each) for each in ("Area (km²)", "Share of the country (%)"))
    assert sorted((row[area], row[share]) for row in enclaves[1:]) == sorted(
        (f"{row['area_km2']:,.1f}", f"{row['share_country_pct']:,.2f}") for row in own
    )
    changes = run(BorderContactChanges, **common, FROM_DATE="2018-07-31", TABLE="memory:")
    table = changes.context.getMapLayer(changes.outputs["TABLE"])
    lost = [
        each
        for each in table.getFeatures()
        if each["faction"] == "Islamic State"
        and each["flag"] == "lost"
        and each["level"] == "faction"
    ]
    contact = cells_of(html, "contact")
    assert len(lost) == 1
    assert f"{lost[0]['before_km']:,.1f}" in contact[1]
    assert f"{lost[0]['border_dist_km']:,.1f}" in contact[1]
    summary = run(ControlSummary, **common, REFERENCE_AREA=185180, FROM_DATE="2018-07-31").rows
    factions = cells_of(html, "summary")
    for row in summary:
        if row["kind"] == "faction":
            assert any(
                told[2] == row["faction"] and told[3] == f"{row['area_km2']:,.1f}"
                for told in factions[1:]
            ), row["faction"]


def test_maps_are_a3_at_print_resolution_and_differ(sample_run, paths) -> None:
    pictures = {path.name: QImage(str(path)) for path in Path(paths["MAPS"]).glob("*.png")}
    assert sorted(pictures) == [
        "map_2018-07-31.png",
        "map_2018-07-31_web.png",
        "map_2018-08-05.png",
        "map_2018-08-05_web.png",
    ]
    before, after = pictures["map_2018-07-31.png"], pictures["map_2018-08-05.png"]
    assert before.width() == pytest.approx(420 / 25.4 * 300, abs=2)
    assert before.height() == pytest.approx(297 / 25.4 * 300, abs=2)
    assert before.dotsPerMeterX() == pytest.approx(300 / 0.0254, abs=1)
    assert before != after
    colors = {
        before.pixelColor(x, y).name() for x in range(0, 4900, 50) for y in range(0, 3500, 50)
    }
    assert len(colors) > 10  # a map, and no empty frame


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fr", "ltr")])
def test_other_languages(syria, sample, run, tmp_path, language: str, direction: str) -> None:
    result = run(
        SituationReport,
        **syria,
        LANGUAGE=language,
        NUMERALS="arabic" if language == "ar" else "latin",
        OUTPUT=str(tmp_path / "report.html"),
        PDF=str(tmp_path / "report.pdf"),
    )
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f'<html lang="{language}" dir="{direction}">' in html
    text = re.sub(r"<[^>]+>", "", html[html.index("<body>") :])
    if language == "ar":
        assert "٣٬٧٠٥" in text
        assert "3,705" not in text
    assert result.outputs["PAGES"] > 3


def nasty_layer(make_layer):
    square = "POLYGON((0 0,1 0,1 1,0 1,0 0))"
    half = "POLYGON((0 0,0.5 0,0.5 1,0 1,0 0))"
    rest = "POLYGON((0.5 0,1 0,1 1,0.5 1,0.5 0))"
    long = "N" * 300
    rows = [
        (square, {"faction": NASTY, "date": "2020-01-01"}),
        (half, {"faction": NASTY, "date": "2020-02-01"}),
        (rest, {"faction": long, "date": "2020-02-01"}),
    ]
    return make_layer(rows, "faction:string(400)", "date:date", name=NASTY)


def test_names_come_out_as_text(make_layer, countries, run, tmp_path) -> None:
    places = make_layer([("POINT(0.7 0.5)", {"name": NASTY})], "name:string", kind="Point")
    result = run(
        SituationReport,
        CONTROL=nasty_layer(make_layer),
        FACTION_FIELD="faction",
        DATE_FIELD="date",
        COUNTRIES=countries,
        PLACES=places,
        CREDITS=NASTY,
        OUTPUT=str(tmp_path / "report.html"),
        PDF=str(tmp_path / "report.pdf"),
        TEXT=str(tmp_path / "report.md"),
    )
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert outside(html) == []
    assert "alert(&#34;x&#34;)" in html or "alert(&quot;x&quot;)" in html
    assert "49" not in re.findall(r"right &amp; [^<]*", html)[0]
    assert "N" * 300 in html
    assert '<script>alert("x")</script>' in result.outputs["HEADLINE"]
    assert "<script" not in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_dates_between_snapshots_mean_the_valid_one(syria, run, tmp_path) -> None:
    result = run(
        SituationReport,
        **syria,
        FROM_DATE="2018-06-10",
        TO_DATE="2018-08-01",
        OUTPUT=str(tmp_path / "report.html"),
    )
    assert result.outputs["DATE_BEFORE"] == "2018-05-31"
    assert result.outputs["LAST_DATE"] == "2018-07-31"
    assert result.outputs["PAGES"] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"FACTION": "Nobody here"}, "It has: "),
        ({"FROM_DATE": "2018-08-05"}, "FROM_DATE must be before TO_DATE"),
        ({"TO_DATE": "2018-05-31"}, "is the first date"),
        ({"TO_DATE": "2017-05-31"}, "no snapshot as early as"),
        ({"TEMPLATES": "/nowhere/at/all"}, "there is no folder"),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(syria, given, told, tmp_path, new_log) -> None:
    algorithm = SituationReport().create()
    log = new_log()
    parameters = {**syria, "OUTPUT": str(tmp_path / "report.html"), **given}
    with pytest.raises(QgsProcessingException, match=told):
        algorithm.run(parameters, QgsProcessingContext(), log, {}, False)
    assert list(tmp_path.iterdir()) == []


def test_a_layer_without_dates_is_refused(syria) -> None:
    undated = {**syria, "DATE_FIELD": None, "OUTPUT": "report.html"}
    accepted, message = (
        SituationReport().create().checkParameterValues(undated, QgsProcessingContext())
    )
    assert not accepted
    assert "DATE_FIELD" in message


def test_a_cancelled_run_leaves_no_file(syria, run, new_log, tmp_path) -> None:
    paths = {"OUTPUT": str(tmp_path / "r.html"), "PDF": str(tmp_path / "r.pdf")}
    result = run(SituationReport, log=new_log(cancel_at=50.0), **syria, **paths)
    assert result.outputs == {}
    assert list(tmp_path.iterdir()) == []


def test_it_asks_for_the_main_thread() -> None:
    algorithm = SituationReport().create()
    assert algorithm.flags() & type(algorithm).Flag.FlagNoThreading
