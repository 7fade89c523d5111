"""Whole series in both ways: made-up conflicts, clean and soiled, and data from elsewhere."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
import shapely

from enclave_watch.core.model import ControlRow, Parameters
from enclave_watch.core.series import read_series
from enclave_watch.tests.bench.conflictmesh import COUNTRY
from enclave_watch.tests.bench.conflicts import Size, make_conflict
from enclave_watch.tests.bench.dirt import Dirt
from enclave_watch.tests.core.helpers.bothways import assert_same, survey_both_ways
from enclave_watch.tests.core.helpers.build import Log, geography_of
from enclave_watch.tests.core.helpers.geopackage import features, shapes, world_map

SMALL = Size(6, 60, 4_000)
ABROAD = {
    "North": shapely.difference(shapely.box(30, 34.5, 45, 40), COUNTRY),
    "South": shapely.difference(shapely.box(30, 30, 45, 34.5), COUNTRY),
}


def conflict(size=SMALL, parameters=None, is_held=lambda _row: True, **choices):
    """Survey a made-up conflict in both ways; of its rows those that are held."""
    parameters = parameters or Parameters()
    made = make_conflict(size, **choices)
    rows = [
        ControlRow(number, row.faction, row.wkb, datetime(*row.date.timetuple()[:3]))
        for number, row in enumerate(made.rows())
        if is_held(row)
    ]
    series = read_series(rows, layer_name="control", crs="EPSG:4326", feedback=Log())
    where = geography_of(series, countries={"Home": COUNTRY, **ABROAD}, parameters=parameters)
    return survey_both_ways(series, where, parameters)


@pytest.mark.parametrize("seed", [1, 2])
def test_all_dates_of_a_clean_conflict_are_measured_arc_by_arc(seed):
    found = conflict(seed=seed, flips=3, moves=3)
    assert len(found.quick) == SMALL.dates
    assert found.plain_dates == ()
    assert_same(found)


def test_a_conflict_with_a_join_distance_is_measured_arc_by_arc():
    found = conflict(Size(3, 60, 3_000), Parameters(join_distance_m=20_000.0, snap_m=100.0))
    assert found.plain_dates == ()
    assert_same(found)


def test_factions_that_vanish_and_come_back_keep_their_fronts():
    found = conflict(
        Size(4, 60, 2_000), is_held=lambda row: row.faction != "Blue" or row.date.day % 2
    )
    held = [len({each.faction for each in analysis.enclaves}) for analysis in found.quick]
    assert held == [5, 4, 5, 4]
    assert found.plain_dates == ()
    assert_same(found)


@pytest.mark.parametrize(
    ("dirt", "by_unions"),
    [
        (Dirt.JITTER, (0, 1, 2)),
        (Dirt.DROPPED, (0, 1, 2)),
        (Dirt.BOWTIES, (0, 2)),
        (Dirt.TJUNCTIONS, (0, 1, 2)),
    ],
)
def test_a_soiled_conflict_is_measured_by_unions_where_it_is_no_coverage(dirt, by_unions):
    found = conflict(Size(3, 40, 2_000), seed=3, dirt=[dirt])
    assert found.plain_dates == by_unions
    assert_same(found)


def test_a_conflict_soiled_from_one_date_on_is_measured_in_both_ways():
    size = Size(2, 40, 2_000)
    clean, dirty = (make_conflict(size, seed=4, dirt=dirt) for dirt in ((), (Dirt.JITTER,)))
    rows = [
        ControlRow(number, row.faction, row.wkb, datetime(2020, month, row.date.day))
        for month, made in ((1, clean), (2, dirty), (3, clean))
        for number, row in enumerate(made.rows())
    ]
    series = read_series(rows, layer_name="control", crs="EPSG:4326", feedback=Log())
    where = geography_of(series, countries={"Home": COUNTRY, **ABROAD})
    found = survey_both_ways(series, where, Parameters())
    assert found.plain_dates == (2, 3)
    assert_same(found)


def test_the_summer_of_2018_in_syria(sample):
    rows = [
        ControlRow(number, faction, wkb, datetime.fromisoformat(date))
        for number, wkb, (faction, date) in features(sample, "control", "faction", "date")
    ]
    series = read_series(rows, layer_name="control", crs="EPSG:4326", feedback=Log())
    found = survey_both_ways(series, around(series, "Syria", "Iraq", "Turkey"), Parameters())
    print("dates by unions:", found.plain_dates, "of", len(found.plain))
    assert_same(found)


def around(series, home, *others):
    """Return the geography of a country and some of those around it on QGIS's world map."""
    names = ", ".join(f"'{name}'" for name in (home, *others))
    countries = dict(shapes(world_map(), "countries", "NAME", f"NAME in ({names})"))
    return geography_of(series, countries=countries, home=[home])


def test_some_days_of_a_single_large_outline(shared_data):
    paths = sorted((shared_data / "deepstate_2024").glob("*.geojson"))
    if not paths:
        pytest.skip("no outlines of 2024")
    rows = [
        ControlRow(
            number,
            "Russia",
            shapely.to_wkb(shapely.from_geojson(path.read_text())),
            datetime.strptime(path.stem[-8:], "%Y%m%d"),
        )
        for number, path in enumerate(paths[::35])
    ]
    series = read_series(rows, layer_name="control", crs="OGC:CRS84", feedback=Log())
    where = around(series, "Ukraine", "Russia", "Belarus")
    found = survey_both_ways(series, where, Parameters())
    print("dates by unions:", found.plain_dates, "of", len(found.plain))
    assert_same(found)


@pytest.mark.parametrize("year", [1914, 1920, 1938, 1945, 1960, 1994])
def test_borders_of_the_world_as_published(shared_data, year):
    paths = list((shared_data / "historical_basemaps").glob(f"*{year}*.geojson"))
    if not paths:
        pytest.skip(f"no borders of {year}")
    rows = [
        ControlRow(number, each["properties"].get("NAME"), _wkb(each["geometry"]))
        for number, each in enumerate(json.loads(paths[0].read_text())["features"])
        if _is_in_the_window(each["geometry"])
    ]
    series = read_series(rows, layer_name="control", crs="OGC:CRS84", dated=False, feedback=Log())
    countries = {"Home": shapely.box(5, 40, 15, 50), "Abroad": shapely.box(15, 40, 30, 50)}
    where = geography_of(series, countries=countries)
    found = survey_both_ways(series, where, Parameters())
    print("dates by unions:", found.plain_dates, "of", len(found.plain))
    assert_same(found)


def _is_in_the_window(geometry):
    """Return whether a feature is around the Mediterranean: all of the world takes long."""
    if geometry is None:
        return False
    west, south, east, north = shapely.from_geojson(json.dumps(geometry)).bounds
    return west > -20 and south > 20 and east < 50 and north < 60


def _wkb(geometry):
    return None if geometry is None else shapely.to_wkb(shapely.from_geojson(json.dumps(geometry)))
