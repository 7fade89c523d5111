"""Ground lost and gained sums to the change of area, on random ground and on real outlines."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import datetime

import numpy as np
import pytest
import shapely

from enclave_watch.core.feedback import Feedback
from enclave_watch.core.history import trace
from enclave_watch.core.lineage import LinkRule
from enclave_watch.core.model import ControlRow, Parameters
from enclave_watch.core.series import read_series
from enclave_watch.core.timeline import analyse
from enclave_watch.tests.core.helpers.build import geography_of, in_km
from enclave_watch.tests.core.helpers.drawing import jittered
from enclave_watch.tests.core.helpers.histories import history_of, square


def by_faction(step):
    """Return area before, area after, ground lost and ground gained, of each faction."""
    found = defaultdict(lambda: np.zeros(4))
    for old in step.before:
        found[old.enclave.faction] += (old.enclave.area_km2, 0, old.lost_km2, 0)
    for new in step.after:
        gained_km2 = sum(share.area_km2 for share in new.gained_from)
        found[new.enclave.faction] += (0, new.enclave.area_km2, 0, gained_km2)
    return found


def scattered(random):
    """Rectangles of three factions that overlap, touch and leave gaps, their edges jittered."""
    held = []
    for number in range(15):
        x, y, width, height = (*random.uniform(0, 40, 2), *random.uniform(2, 15, 2))
        shape = jittered(
            in_km(square(x, y, width, height)), by_m=20.0, every_m=1500.0,
            seed=int(random.integers(1_000_000)),
        )  # fmt: skip
        held.append((("Red", "Blue", "Green")[number % 3], shape))
    return held


@pytest.mark.parametrize("seed", range(8))
def test_on_random_ground_gained_less_lost_is_the_change(seed):
    random = np.random.default_rng(seed)
    first, second = scattered(random), scattered(random)
    step = history_of(first, second).last
    for faction, (before, after, lost, gained) in by_faction(step).items():
        assert gained - lost == pytest.approx(after - before, abs=0.01), faction


@pytest.mark.parametrize("seed", range(4))
def test_on_random_ground_takers_are_those_of_a_plain_overlay(seed):
    random = np.random.default_rng(100 + seed)
    step = history_of(scattered(random), scattered(random)).last
    ground = defaultdict(list)
    for enclave in step.analysis.enclaves:
        ground[enclave.faction].append(enclave.geometry)
    held = {faction: shapely.union_all(parts) for faction, parts in ground.items()}
    for old in step.before:
        own = old.enclave.faction
        lost = shapely.difference(old.enclave.geometry, held[own])
        for other in held.keys() - {own}:
            # on the plane; a square metre of the grid is a little more on the ground
            plain_km2 = shapely.area(shapely.intersection(lost, held[other])) / 1e6
            found_km2 = sum(s.area_km2 for s in old.lost_to if other in s.factions)
            assert found_km2 == pytest.approx(plain_km2, rel=1e-3, abs=0.01)


def test_on_published_outlines_gained_less_lost_is_the_published_change(shared_data):
    folder = shared_data / "deepstate_2024"
    with (folder / "areas_km2.csv").open(newline="") as file:
        days = list(csv.DictReader(file))[20:30]
    rows = []
    for number, day in enumerate(days):
        path = folder / f"deepstatemap_data_{day['date'].replace('-', '')}.geojson"
        wkb = shapely.to_wkb(shapely.from_geojson(path.read_text()))
        rows.append(ControlRow(number, "held", wkb, datetime.fromisoformat(day["date"])))
    series = read_series(rows, layer_name="c", crs="OGC:CRS84", feedback=Feedback())
    geography = geography_of(series, countries={"Home": shapely.box(0, 30, 60, 70)})
    steps = list(
        trace(
            analyse(series, geography, Parameters(), Feedback()),
            geodesy=series.store.geodesy, rule=LinkRule(), feedback=Feedback(),
        )
    )  # fmt: skip
    published = [float(day["straight_edges_km2"]) for day in days]
    for step, before, after in zip(steps[1:], published, published[1:]):
        _, _, lost, gained = by_faction(step)["held"]
        assert gained - lost == pytest.approx(after - before, abs=0.01)
    # the main area is one and the same all along
    assert {step.after[0].enclave_id for step in steps} == {1}
