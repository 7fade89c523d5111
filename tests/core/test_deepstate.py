"""Every published day of a year's half, against areas summed by pyproj on dense outlines."""

from __future__ import annotations

import csv

import pytest
import shapely

from enclave_watch.core.geodesy import Geodesy
from enclave_watch.core.model import ControlRow
from enclave_watch.core.pieces import PieceFinder
from enclave_watch.core.polygons import PolygonStore
from enclave_watch.core.series import read_series
from enclave_watch.tests.core.helpers.build import Log


@pytest.fixture(scope="module")
def folder(shared_data):
    found = shared_data / "deepstate_2024"
    if not found.is_dir():
        pytest.skip(f"no data at {found}")
    return found


@pytest.fixture(scope="module")
def rows(folder):
    with (folder / "areas_km2.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert len(found) == 175
    return found


def test_every_day_has_the_area_of_its_dense_outline(folder, rows):
    geodesy = Geodesy("OGC:CRS84")
    worst = 0.0
    for row in rows:
        path = folder / f"deepstatemap_data_{row['date'].replace('-', '')}.geojson"
        shape = shapely.from_geojson(path.read_text())
        store = PolygonStore(geodesy)
        numbers = store.add(shapely.to_wkb(shape))
        parts = [store.polygons[number] for number in numbers]
        area_km2 = float(geodesy.area_km2(parts).sum())
        worst = max(worst, abs(area_km2 - float(row["straight_edges_km2"])))
    assert worst < 0.01


def test_the_pieces_of_a_day_sum_to_its_area(folder, rows):
    for row in (rows[0], rows[-1]):
        path = folder / f"deepstatemap_data_{row['date'].replace('-', '')}.geojson"
        wkb = shapely.to_wkb(shapely.from_geojson(path.read_text()))
        series = read_series(
            [ControlRow(1, "held", wkb)],
            layer_name=path.stem,
            crs="OGC:CRS84",
            dated=False,
            feedback=Log(),
        )
        finder = PieceFinder(series.store, snap_m=25.0, join_distance_m=0.0, feedback=Log())
        pieces = finder.pieces(series.snapshots[0].holdings["held"])
        areas = series.store.geodesy.area_km2([piece.geometry for piece in pieces])
        assert areas.sum() == pytest.approx(float(row["straight_edges_km2"]), abs=0.01)
