"""Ground held alone and with others, on the borders of the world as they were published."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
import shapely

from enclave_watch.core.extents import Extent, ExtentFinder
from enclave_watch.core.ground import GroundMatcher
from enclave_watch.core.model import ControlRow
from enclave_watch.core.series import read_series
from enclave_watch.tests.core.helpers.build import Log, geography_of


@pytest.fixture(scope="module")
def world(shared_data):
    folder = shared_data / "historical_basemaps"
    if not folder.is_dir():
        pytest.skip(f"no data at {folder}")
    rows = []
    for path in sorted(folder.glob("*.geojson")):
        year = datetime(int(path.stem[-4:]), 1, 1)
        for each in json.loads(path.read_text())["features"]:
            shape = shapely.from_geojson(json.dumps(each["geometry"])) if each["geometry"] else None
            wkb = None if shape is None else shapely.to_wkb(shape)
            rows.append(ControlRow(len(rows), each["properties"].get("NAME"), wkb, year))
    return read_series(rows, layer_name="world", crs="EPSG:4326", feedback=Log())


def test_ground_of_all_less_what_is_counted_again_is_all_that_is_held(world):
    home = shapely.box(20, 20, 60, 45)
    east = shapely.box(60, 20, 70, 45)
    geography = geography_of(world, countries={"Home": home, "East": east})
    log = Log()
    finder = ExtentFinder(world.store, GroundMatcher(world.store, geography), log)
    geodesy = world.store.geodesy
    overlapping = 0
    for snapshot in world.snapshots:
        held, contested = finder.held(snapshot), finder.contested(snapshot)
        overlapping += len(contested)
        numbers = {number for own in snapshot.holdings.values() for number in own}
        whole = shapely.union_all([world.store.polygons[number] for number in numbers])
        inside = shapely.intersection(whole, home)
        for name, truth in (("area_km2", whole), ("inside_km2", inside)):
            total = sum(getattr(extent, name) for extent in held.values()) - sum(
                (len(holders) - 1) * getattr(extent, name) for holders, extent in contested.items()
            )
            assert total == pytest.approx(float(geodesy.area_km2([truth])[0]), abs=0.01), name
    assert overlapping > 6
    assert log.warnings == []


def test_what_rounding_leaves_of_nothing_is_nothing():
    thirds = Extent(0.3, 0.1 + 0.2, {"A": 0.1 + 0.1, "B": 0.1 + 1e-12})
    assert (thirds.outside_km2, thirds.in_province("")) == (0.0, 0.0)
    assert Extent(0.3, 0.2, {}).outside_km2 == pytest.approx(0.1)
