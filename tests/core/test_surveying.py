"""Who surveys: the run alone, or workers, from the start or on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from enclave_watch.core import surveying
from enclave_watch.core.crews import Workers
from enclave_watch.core.model import Parameters
from enclave_watch.tests.core.helpers.sharing import (
    a_series,
    analysed,
    assert_same,
    geometries_kept,
    parcels_of,
)

# a square of the one moves, day by day, along those of the other
DATES = [
    [("A", x, 0) for x in range(3)]
    + [("B", x, 1) for x in range(4)]
    + [("A" if day % 3 else "B", 5 + day % 2, 1)]
    for day in range(11)
]


@pytest.fixture(scope="module")
def series():
    return a_series(DATES)


def test_as_long_as_it_is_fast_no_worker_is_started(monkeypatch, series, alone):
    monkeypatch.setattr(surveying, "open_crew", lambda *_: pytest.fail("started workers"))
    assert_same(analysed(series, Workers()), alone)


def test_where_it_pays_workers_take_over_on_the_way(monkeypatch, series, alone, threads):
    monkeypatch.setattr(surveying, "open_crew", lambda *_: threads)
    monkeypatch.setattr(surveying, "processor_count", lambda: 4)
    monkeypatch.setattr(surveying, "_WORTH_S", 0.0)
    monkeypatch.setattr(surveying.Job, "expected_s", lambda _: 0.0)
    monkeypatch.setattr(surveying, "_WORTH_SHARE", float("inf"))
    monkeypatch.setattr("enclave_watch.core.sharing.parcel_sizes", parcels_of(3))
    sent = []
    submit = threads.submit
    monkeypatch.setattr(threads, "submit", lambda *args: sent.append(args) or submit(*args))
    found = analysed(series, Workers())
    assert len(sent) == 3  # of eleven dates three are done before
    assert_same(found, alone)
    assert geometries_kept(found) == geometries_kept(alone)


def test_where_the_work_is_seen_to_be_long_workers_do_all_dates(
    monkeypatch, series, alone, threads
):
    monkeypatch.setattr(surveying, "open_crew", lambda *_: threads)
    monkeypatch.setattr(surveying, "processor_count", lambda: 2)
    monkeypatch.setattr(surveying, "Surveyor", lambda *_, **__: pytest.fail("surveyed alone"))
    monkeypatch.setattr(surveying, "_POLYGON_S", 1.0)
    monkeypatch.setattr(surveying, "LEAST_DATES", 5)
    found = analysed(series, Workers())
    assert_same(found, alone)


def test_only_dates_after_the_first_are_worth_workers(series):
    job = surveying.Job(series, None, Parameters(), series.snapshots)
    polygons = vertices = 0
    for before, after in zip(series.snapshots, series.snapshots[1:]):
        for faction, numbers in after.holdings.items():
            new = set(numbers) - set(before.holdings.get(faction, ()))
            polygons += len(new)
            vertices += sum(len(shapely.get_coordinates(series.store.polygons[n])) for n in new)
    assert polygons > 0
    assert job.expected_s() == pytest.approx(0.002 * polygons + 3e-6 * vertices)
    assert replace(job, snapshots=series.snapshots[:1]).expected_s() == 0.0
    assert replace(job, snapshots=()).expected_s() == 0.0
