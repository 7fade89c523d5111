"""Eighty years of the world's borders, dirty as published: all runs through, nothing is absurd."""

from __future__ import annotations

import math
from collections import defaultdict

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsVectorLayer

from enclave_watch.processing.change.controlchanges import ControlChanges
from enclave_watch.processing.change.controlsummary import ControlSummary
from enclave_watch.processing.change.placeshistory import PlacesHistory
from enclave_watch.processing.data.auditcontrol import AuditControl
from enclave_watch.processing.data.buildseries import BuildSeries
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas
from enclave_watch.processing.enclaves.enclavehistory import EnclaveHistory

# km2, from handbooks; borders drawn for the whole world are good to some per cent
AREAS_KM2 = {
    "USSR": 22_402_200, "China": 8_430_000, "Brazil": 8_515_767, "India": 3_287_263,
    "France": 551_500, "Mexico": 1_964_375, "Sudan": 2_505_813, "Switzerland": 41_285,
}  # fmt: skip
EARTH_KM2 = 510_065_622
LAND_KM2 = 148_940_000


FIELDS = {"FACTION_FIELD": "faction", "DATE_FIELD": "valid_from"}


@pytest.fixture(scope="module")
def world(qgis_app, shared_data, tmp_path_factory):
    """The outputs of making all years one layer and of its audit, with the repaired copy."""
    folder = shared_data / "historical_basemaps"
    if not folder.is_dir():
        pytest.skip(f"no data at {folder}")
    files = tmp_path_factory.mktemp("world")

    def outputs_of(kind, **parameters):
        context = QgsProcessingContext()
        outputs, done = kind().create().run(parameters, context, QgsProcessingFeedback(), {}, False)
        assert done
        return outputs

    series = outputs_of(
        BuildSeries, FOLDER=str(folder), FACTION_FIELD="NAME", OUTPUT=str(files / "world.gpkg")
    )
    copy, problems = str(files / "repaired.gpkg"), str(files / "problems.gpkg")
    audit = outputs_of(
        AuditControl, CONTROL=series["OUTPUT"], FIXED=copy, OUTPUT=problems, **FIELDS
    )
    return series, audit


@pytest.fixture
def repaired(world):
    return {"CONTROL": world[1]["FIXED"], **FIELDS}


def test_what_is_skipped_and_repaired_is_told(run, world, repaired):
    series, audit = world
    assert (series["DATES"], series["FEATURES"], series["SKIPPED"]) == (6, 1025, 275)
    assert (audit["INVALID"], audit["REPAIRED"], audit["DROPPED"]) == (1, 1, 0)
    # all of Jordan and Kuwait in 1938 are hairs, which have a length and no area
    hairs = [row["text"] for row in table(audit["OUTPUT"]) if "<1 m2" in row["text"]]
    for name, count in (("Jordan", 3), ("Kuwait", 1)):
        start = f"1938-01-01: a polygon of {name}, <1 m2, is <1 m wide on average. "
        assert sum(text.startswith(start) for text in hairs) == count
    assert run(AuditControl, **repaired).outputs["ERRORS"] == 0


def sane(rows):
    """Hold that no number of any row is what no ground can have."""
    assert rows
    for row in rows:
        for name, value in row.items():
            if not isinstance(value, float):
                continue
            assert math.isfinite(value), (name, row)
            if name.endswith("_km2") or name == "km2":
                assert abs(value) < EARTH_KM2 / 3, (name, row)
            if name.endswith("_pct"):
                assert -1e-6 <= value <= 100 + 1e-6, (name, row)
            if not name.startswith(("lat", "lon", "net", "redraw", "change")):
                assert value >= 0, (name, row)


def table(path):
    layer = QgsVectorLayer(path, "table", "ogr")
    names = layer.fields().names()
    return [dict(zip(names, row.attributes())) for row in layer.getFeatures()]


def test_areas_of_countries_are_those_of_handbooks(run, repaired):
    result = run(EnclaveAreas, DATE="1960-01-01", HOME="France", **repaired)
    sane(result.rows)
    held_km2: dict[str, float] = defaultdict(float)
    for row in result.rows:
        held_km2[row["faction"]] += row["area_km2"]
    for name, km2 in AREAS_KM2.items():
        assert held_km2[name] == pytest.approx(km2, rel=0.03), name
    assert sum(held_km2.values()) == pytest.approx(LAND_KM2, rel=0.03)


def test_the_story_of_the_enclaves_keeps_to_the_ground(run, repaired, tmp_path):
    events = str(tmp_path / "events.gpkg")
    result = run(
        EnclaveHistory, FROM_DATE="1960-01-01", TO_DATE="1994-01-01", HOME="France",
        EVENTS=events, **repaired,
    )  # fmt: skip
    sane(result.rows)
    rows = table(events)
    sane(rows)
    largest = {row["faction"]: row for row in rows if row["kind"] == "largest_lost"}
    assert largest["USSR"]["km2"] == pytest.approx(21_600_970, rel=1e-5)
    # each id is one enclave a date, and ids are counted on without a gap
    ids = [(row["date"].year(), row["enclave_id"]) for row in result.rows]
    assert len(set(ids)) == len(ids)
    assert {number for _, number in ids} == set(range(1, max(ids, key=lambda i: i[1])[1] + 1))


def test_changes_and_churn_are_no_larger_than_the_land(run, repaired, tmp_path):
    files = {key: str(tmp_path / f"{key}.gpkg") for key in ("MATRIX", "CHURN")}
    result = run(ControlChanges, HOME="France", **files, **repaired)
    sane(result.rows)
    churn = table(files["CHURN"])
    sane(churn)
    assert sum(row["area_km2"] for row in churn) < LAND_KM2
    gross_km2 = sum(row["area_km2"] * (row["times"] + row["redraws"]) for row in churn)
    outputs = result.outputs
    assert gross_km2 == pytest.approx(outputs["CHANGED_KM2"] + outputs["REDRAW_KM2"], abs=0.01)
    moved = sum(row["km2"] for row in table(files["MATRIX"]))
    assert moved == pytest.approx(gross_km2, abs=0.01)
    assert max(row["times"] for row in churn) <= 5
    assert result.log.warnings == [line for line in result.log.warnings if "Suriname" in line]


def test_rows_by_province_sum_to_a_home_of_two_countries(run, repaired):
    result = run(
        ControlSummary, HOME="Austria; Switzerland", DATE="1938-01-01", BY_PROVINCE=True, **repaired
    )
    sane(result.rows)
    total_km2 = sum(row["km2"] for row in result.rows)
    assert total_km2 == pytest.approx(result.outputs["HOME_KM2"], abs=0.01)
    assert result.outputs["HOME_KM2"] == pytest.approx(83_879 + 41_285, rel=0.01)


def test_towns_tell_who_held_them(run, repaired, make_layer):
    towns = make_layer(
        [("POINT(36.3 33.5)", {"name": "Damascus"}), ("POINT(-30 40)", {"name": "Ocean"})],
        "name:string", kind="Point",
    )  # fmt: skip
    outputs = run(PlacesHistory, PLACES=towns, **repaired).outputs
    assert outputs["SUMMARY"] == (
        "Damascus: Ottoman Empire until 1920-01-01; Syria (France) until 1945-01-01; "
        "Syria since 1945-01-01"
    )
