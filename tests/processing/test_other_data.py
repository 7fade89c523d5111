"""Data that was not made for the plugin: DeepState's days and the countries of the world."""

from __future__ import annotations

import csv

import pytest

from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas
from enclave_watch.processing.worldmap import world_map_file

DAYS = ["2024-07-08", "2024-08-17", "2024-08-20", "2024-10-31", "2024-12-31"]


@pytest.fixture
def deepstate(shared_data):
    folder = shared_data / "deepstate_2024"
    if not folder.is_dir():
        pytest.skip(f"no data at {folder}")
    return folder


@pytest.mark.parametrize("day", DAYS)
def test_areas_of_raw_daily_files_are_exact(run, deepstate, day):
    with (deepstate / "areas_km2.csv").open(encoding="utf-8") as table:
        truth = {row["date"]: row for row in csv.DictReader(table)}[day]
    path = deepstate / f"deepstatemap_data_{day.replace('-', '')}.geojson"
    result = run(EnclaveAreas, CONTROL=str(path))
    assert result.outputs["TOTAL_KM2"] == pytest.approx(
        float(truth["straight_edges_km2"]), abs=0.01
    )
    assert {row["faction"] for row in result.rows} == {path.stem}
    # how much that is depends on where the map of this QGIS draws Crimea
    assert "lies outside the home country (Ukraine)" in "\n".join(result.log.warnings)


def test_lesotho_is_encircled_among_the_countries_of_the_world(run):
    result = run(
        EnclaveAreas, CONTROL=f"{world_map_file()}|layername=countries", FACTION_FIELD="NAME"
    )
    [lesotho] = [row for row in result.rows if row["faction"] == "Lesotho"]
    assert (lesotho["status"], lesotho["enclosed_by"]) == ("encircled", "South Africa")
    # the two features of the map that have no name
    assert "no faction (features skipped: 2;" in "\n".join(result.log.warnings)
    assert len(result.outputs["SUMMARY"].splitlines()) == 238
    assert "Further lines in SUMMARY: 218." in result.log.lines
