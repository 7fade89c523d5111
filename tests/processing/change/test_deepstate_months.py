"""The months of DeepState's half year, as the results of the algorithms tell them."""

from __future__ import annotations

import csv
from collections import defaultdict

import pytest

from enclave_watch.processing.change.controlchanges import ControlChanges
from enclave_watch.processing.change.controlsummary import ControlSummary
from enclave_watch.processing.data.buildseries import BuildSeries

# first days of months; the published days end with the year
ENDS = [f"2024-{month:02}-01" for month in range(8, 13)] + ["2024-12-31"]


@pytest.fixture
def given(run, shared_data, tmp_path):
    folder = shared_data / "deepstate_2024"
    if not folder.is_dir():
        pytest.skip(f"no data at {folder}")
    files = sorted(folder.glob("*.geojson"))
    assert len(files) == 175
    # each tenth day, and the ends of months
    ends = tuple(f"{end.replace('-', '')}.geojson" for end in ENDS)
    chosen = [path for n, path in enumerate(files) if n % 10 == 0 or path.name.endswith(ends)]
    (tmp_path / "days").mkdir()
    for path in chosen:
        (tmp_path / "days" / path.name).symlink_to(path)
    series = run(
        BuildSeries, FOLDER=str(tmp_path / "days"), FACTION="Russia",
        OUTPUT=str(tmp_path / "days.gpkg"),
    )  # fmt: skip
    assert series.outputs["DATES"] == len(chosen)
    return {
        "CONTROL": series.outputs["OUTPUT"],
        "FACTION_FIELD": "faction",
        "DATE_FIELD": "valid_from",
        "HOME": "Ukraine",
    }


@pytest.fixture
def truth(shared_data):
    path = shared_data / "deepstate_2024" / "areas_km2.csv"
    if not path.is_file():
        pytest.skip(f"no data at {path}")
    with path.open(encoding="utf-8", newline="") as table:
        areas = {row["date"]: float(row["straight_edges_km2"]) for row in csv.DictReader(table)}
    return {pair: areas[pair[1]] - areas[pair[0]] for pair in zip(ENDS, ENDS[1:])}


def test_the_summary_of_days_adds_up_to_the_months_and_to_the_country(run, given, truth):
    result = run(ControlSummary, **given)
    home_km2 = result.outputs["HOME_KM2"]
    held_km2, net_km2, of_day = {}, {}, defaultdict(float)
    for row in result.rows:
        day = row["date"].toString("yyyy-MM-dd")
        of_day[day] += row["km2"]
        if row["faction"] == "Russia":
            held_km2[day], net_km2[day] = row["area_km2"], row["net_km2"]
    assert len(of_day) == result.outputs["DATES"] >= len(ENDS)
    assert list(of_day.values()) == pytest.approx([home_km2] * len(of_day), abs=0.01)
    for (first, last), change_km2 in truth.items():
        assert held_km2[last] - held_km2[first] == pytest.approx(change_km2, abs=0.01)
        # from date to date, so that gains and losses of one place cancel
        total = sum(net for day, net in net_km2.items() if first < day <= last)
        assert total == pytest.approx(change_km2, abs=0.02)


def test_changes_between_the_ends_of_a_month_are_its_net(run, given, truth):
    for (first, last), change_km2 in truth.items():
        result = run(
            ControlChanges, COMPARE="ends", FROM_DATE=first, TO_DATE=last, MATRIX="memory:",
            **given,
        )  # fmt: skip
        layer = result.context.getMapLayer(result.outputs["MATRIX"])
        moved = {row["to_faction"]: row["km2"] for row in layer.getFeatures()}
        assert set(moved) <= {"Russia", "unassigned"}
        found = moved.get("Russia", 0.0) - moved.get("unassigned", 0.0)
        assert found == pytest.approx(change_km2, abs=0.01)
        assert result.outputs["NET_KM2"] == pytest.approx(sum(moved.values()), abs=0.01)
