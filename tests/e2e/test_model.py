"""The model that comes with the plugin, from a folder of files to the story, by `qgis_process`."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any, Iterable

import pytest
from qgis.core import QgsJsonExporter, QgsProcessingModelAlgorithm, QgsVectorLayer

import package
import qgis_env

MODEL = qgis_env.ROOT / "resources" / "models" / "follow_a_conflict.model3"
OUTPUTS = (
    "series:control",
    "audit:problems",
    "audit:counts",
    "audit:fixed",
    "history:enclaves",
    "history:events",
    "contact:stretches",
    "contact:changes",
)
SYRIAN_DATES = ["2018-05-31", "2018-06-30", "2018-07-15", "2018-07-31", "2018-08-05"]
TIMEOUT_S = 120


def run_model(
    profile: dict[str, str],
    folder: Path,
    target: Path,
    outputs: Iterable[str] = OUTPUTS,
    **inputs: str,
) -> dict[str, Any]:
    """Return the results; each output is a GeoPackage in `target`."""
    target.mkdir()
    return qgis_env.run_algorithm(
        str(MODEL),
        {
            "FOLDER": folder,
            **inputs,
            **{output: target / f"{output.replace(':', '_')}.gpkg" for output in outputs},
        },
        variables=profile,
        timeout_s=TIMEOUT_S,
    )


def rows(results: dict[str, Any], output: str) -> list[dict[str, Any]]:
    layer = QgsVectorLayer(results[output], output, "ogr")
    assert layer.isValid(), results[output]
    return [feature.attributeMap() for feature in layer.getFeatures()]


def iso(value: Any) -> str:
    return value.toString("yyyy-MM-dd")


def problems_by_kind(results: dict[str, Any]) -> dict[str, int]:
    return {row["kind"]: row["count"] for row in rows(results, "audit:counts") if row["count"]}


@pytest.fixture(scope="module")
def syrian_files(control: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of five GeoJSON files, one a date, whose only attribute is the faction."""
    folder = tmp_path_factory.mktemp("syria") / "files"
    folder.mkdir()
    layer = QgsVectorLayer(control, "control", "ogr")
    exporter = QgsJsonExporter(layer, 12)
    exporter.setAttributes([layer.fields().indexOf("faction")])
    of_date = defaultdict(list)
    for feature in layer.getFeatures():
        of_date[iso(feature["date"])].append(feature)
    for date, features in of_date.items():
        text = exporter.exportFeatures(features)
        (folder / f"control_{date}.geojson").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def story(
    profile: dict[str, str], syrian_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """The results of the model on the Syrian files."""
    return run_model(
        profile,
        syrian_files,
        tmp_path_factory.mktemp("story") / "results",
        FACTION_FIELD="faction",
        HOME="Syria",
        ALLIANCES="Jaysh Khalid ibn al-Walid=Islamic State",
    )


def test_help_names_every_input_and_output(profile: dict[str, str]) -> None:
    text = qgis_env.qgis_process(
        ["help", str(MODEL)], variables=profile, timeout_s=TIMEOUT_S
    ).stdout
    assert text.startswith("Follow a conflict")
    for key in ("FOLDER", "PATTERN", "FACTION_FIELD", "FACTION", "HOME", "ALLIANCES", *OUTPUTS):
        assert f"\n{key}: " in text


def test_the_model_holds_no_path_and_is_packed() -> None:
    text = MODEL.read_text(encoding="utf-8")
    for folder in (str(qgis_env.ROOT), str(Path.home()), "/tmp/", "file:", "C:\\"):  # noqa: S108
        assert folder not in text
    assert MODEL.relative_to(qgis_env.ROOT) in package.packaged_files()


def test_enclaves_and_border_are_followed_on_the_repaired_copy() -> None:
    model = QgsProcessingModelAlgorithm()
    assert model.fromFile(str(MODEL))
    assert (model.displayName(), model.group()) == ("Follow a conflict", "Enclave Watch")
    for step, before, output in (
        ("audit", "series", "OUTPUT"),
        ("history", "audit", "FIXED"),
        ("contact", "audit", "FIXED"),
    ):
        (source,) = model.childAlgorithm(step).parameterSources()["CONTROL"]
        assert (source.outputChildId(), source.outputName()) == (before, output)


def test_five_files_become_a_series_of_five_dates(
    story: dict[str, Any], syrian_files: Path
) -> None:
    series = rows(story, "series:control")
    assert len(series) == 82
    assert sorted({iso(row["valid_from"]) for row in series}) == SYRIAN_DATES
    assert len({row["faction"] for row in series}) == 6
    assert {row["source"] for row in series} == {path.name for path in syrian_files.iterdir()}


def test_the_audit_counts_what_is_wrong_with_the_series(story: dict[str, Any]) -> None:
    # fronts drawn twice, some metres apart at most: all of them under a metre wide
    assert problems_by_kind(story) == {"sliver": 11}
    problems = rows(story, "audit:problems")
    assert len(problems) == 11
    assert max(row["width_m"] for row in problems) < 1
    # nothing is invalid, so nothing is changed or left out
    assert rows(story, "audit:fixed") == rows(story, "series:control")


def test_the_events_say_what_was_lost_and_to_whom(story: dict[str, Any]) -> None:
    events = [
        row
        for row in rows(story, "history:events")
        if row["faction"] == "Islamic State" and iso(row["date"]) == "2018-08-05"
    ]
    lost = [row for row in events if row["kind"] == "contact_lost"]
    assert [(row["where"], iso(row["date_before"])) for row in lost] == [("Iraq", "2018-07-31")]
    assert lost[0]["km"] == pytest.approx(85.0, abs=0.3)
    largest = [row for row in events if row["kind"] == "largest_lost"]
    assert [row["other"] for row in largest] == ["Syrian Democratic Forces"]
    assert largest[0]["km2"] == pytest.approx(1670.0, abs=0.1)


def test_the_enclaves_of_the_last_date_are_those_published(story: dict[str, Any]) -> None:
    last = [
        row["area_km2"]
        for row in rows(story, "history:enclaves")
        if row["faction"] == "Islamic State" and iso(row["date"]) == "2018-08-05"
    ]
    assert sorted(last, reverse=True) == pytest.approx(
        [1619.5, 760.0, 700.0, 340.0, 202.5, 42.0, 23.0, 18.0], abs=0.1
    )


def test_the_table_flags_the_contact_lost_with_its_lengths(story: dict[str, Any]) -> None:
    (iraq,) = (
        row
        for row in rows(story, "contact:changes")
        if row["level"] == "faction"
        and row["faction"] == "Islamic State"
        and row["neighbour"] == "Iraq"
        and iso(row["date"]) == "2018-08-05"
    )
    assert (iraq["flag"], iraq["after_km"]) == ("lost", 0.0)
    assert iraq["before_km"] == pytest.approx(85.0, abs=0.3)


def test_tables_may_be_left_out(
    profile: dict[str, str], syrian_files: Path, tmp_path: Path
) -> None:
    needed = [
        output
        for output in OUTPUTS
        if output not in {"audit:counts", "history:events", "contact:changes"}
    ]
    results = run_model(
        profile, syrian_files, tmp_path / "results", needed, FACTION_FIELD="faction"
    )
    assert len(rows(results, "history:enclaves")) > 0
    assert len(list((tmp_path / "results").glob("*.gpkg"))) == len(needed)


def test_an_invalid_polygon_is_told_and_mended_before_it_is_followed(
    profile: dict[str, str], tmp_path: Path
) -> None:
    # two triangles that meet in a point, drawn as one ring: two enclaves a date
    bow_tie = [[[38, 35], [39, 36], [39, 35], [38, 36], [38, 35]]]
    folder = tmp_path / "files"
    folder.mkdir()
    for day in ("01", "02", "04"):
        collection = {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {},
                    "geometry": {"type": "Polygon", "coordinates": bow_tie},
                }
            ],
        }
        text = json.dumps(collection)
        (folder / f"held_201808{day}.geojson").write_text(text, encoding="utf-8")
    results = run_model(profile, folder, tmp_path / "results", FACTION="A", HOME="Syria")
    assert problems_by_kind(results)["invalid_geometry"] == 3
    assert not [
        feature.id()
        for feature in QgsVectorLayer(results["audit:fixed"], "fixed", "ogr").getFeatures()
        if not feature.geometry().isGeosValid()
    ]
    assert {row["faction"] for row in rows(results, "history:enclaves")} == {"A"}
    assert len(rows(results, "history:enclaves")) == 6


def test_daily_files_without_attributes_become_the_story_of_a_faction(
    profile: dict[str, str], shared_data: Path, tmp_path: Path
) -> None:
    published = shared_data / "deepstate_2024"
    if not published.is_dir():
        pytest.skip(f"no data at {published}")
    folder = tmp_path / "files"
    folder.mkdir()
    # the two days between are not published
    days = ("0816", "0817", "0820", "0821", "0822", "0823")
    for day in days:
        shutil.copy(published / f"deepstatemap_data_2024{day}.geojson", folder)
    results = run_model(profile, folder, tmp_path / "results", FACTION="Russia", HOME="Ukraine")

    series = rows(results, "series:control")
    assert sorted(iso(row["valid_from"]) for row in series) == [
        f"2024-{day[:2]}-{day[2:]}" for day in days
    ]
    assert {row["faction"] for row in series} == {"Russia"}
    assert problems_by_kind(results) == {"missing_date": 2, "gap": 1, "sliver": 1}
    missing = [row for row in rows(results, "audit:problems") if row["kind"] == "missing_date"]
    assert sorted(iso(row["date"]) for row in missing) == ["2024-08-18", "2024-08-19"]
    areas = defaultdict(float)
    for row in rows(results, "history:enclaves"):
        areas[iso(row["date"])] += row["area_km2"]
    assert sorted(areas) == sorted({iso(row["valid_from"]) for row in series})
    assert areas == pytest.approx(published_areas(published, set(areas)), abs=0.01)


def published_areas(folder: Path, dates: set[str]) -> dict[str, float]:
    lines = (folder / "areas_km2.csv").read_text(encoding="utf-8").splitlines()
    cells = [line.split(",") for line in lines[1:]]
    return {date: float(area) for date, area, *_ in cells if date in dates}
