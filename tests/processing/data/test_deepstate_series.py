"""The folder of DeepState's daily files as it is published, made a series with one command."""

from __future__ import annotations

import csv
import time

import pytest

from enclave_watch.processing.data.buildseries import BuildSeries
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas


@pytest.fixture
def deepstate(shared_data):
    folder = shared_data / "deepstate_2024"
    if not folder.is_dir():
        pytest.skip(f"no data at {folder}")
    return folder


def test_the_folder_becomes_a_series_with_the_areas_of_every_day(run, deepstate, tmp_path):
    began = time.monotonic()
    series = run(BuildSeries, FOLDER=str(deepstate), OUTPUT=str(tmp_path / "series.gpkg"))
    assert time.monotonic() - began < 60
    outputs = series.outputs
    assert (outputs["DATES"], outputs["FEATURES"], outputs["FACTIONS"]) == (175, 175, 1)
    assert (outputs["FIRST_DATE"], outputs["LAST_DATE"]) == ("2024-07-08", "2024-12-31")
    assert (outputs["MISSING_COUNT"], outputs["MISSING"]) == (2, "2024-08-18; 2024-08-19")
    assert any("2024-08-18; 2024-08-19" in line for line in series.log.warnings)
    assert "Files of other kinds are not read: 1 .csv." in series.log.lines
    ends = {
        row["valid_from"].toString("yyyy-MM-dd"): row["valid_to"].toString("yyyy-MM-dd")
        for row in series.rows
    }
    assert ends["2024-08-17"] == "2024-08-20"
    assert ends["2024-12-31"] == "2025-01-01"

    areas = run(
        EnclaveAreas,
        CONTROL=outputs["OUTPUT"],
        FACTION_FIELD="faction",
        DATE_FIELD="valid_from",
        HOME="Ukraine",
    )
    of_day: dict[str, float] = {}
    for row in areas.rows:
        day = row["date"].toString("yyyy-MM-dd")
        of_day[day] = of_day.get(day, 0.0) + row["area_km2"]
    with (deepstate / "areas_km2.csv").open(encoding="utf-8") as table:
        truth = {row["date"]: float(row["straight_edges_km2"]) for row in csv.DictReader(table)}
    assert of_day == pytest.approx(truth, abs=0.01)
