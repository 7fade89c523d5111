"""Workers: who surveys, in how many parcels and in which order changes nothing."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import datetime

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from enclave_watch.core import parcels, sharing
from enclave_watch.core.crews import ALONE, ExecutorCrew, Workers
from enclave_watch.core.errors import Cancelled, OverlayError, ParameterError, WorkerError
from enclave_watch.core.feedback import Feedback
from enclave_watch.core.memory import Memory
from enclave_watch.core.model import ControlRow, Parameters
from enclave_watch.core.series import read_series
from enclave_watch.core.sharing import consecutive
from enclave_watch.core.timeline import analyse
from enclave_watch.tests.bench.conflicts import Size, make_conflict
from enclave_watch.tests.core.helpers.build import Log, geography_of
from enclave_watch.tests.core.helpers.sharing import (
    a_series,
    analysed,
    assert_same,
    geometries_kept,
    parcels_of,
)

# A takes cells from B day by day; the C's overlap at corners and with what is beside them
BOARD = [("A", x, y) for x in range(3) for y in range(3)] + [
    *(("B", x, y) for x in range(3, 6) for y in range(3)),
    ("C", 0, 4), ("C", 1, 5), ("C", 2, 5), ("B", 2, 4),
]  # fmt: skip
DATES = [
    [("A" if faction == "B" and x < 3 + number // 3 else faction, x, y) for faction, x, y in BOARD]
    for number in range(11)
]


@pytest.fixture(scope="module")
def series():
    return a_series(DATES)


def in_parcels_of(monkeypatch, size):
    monkeypatch.setattr("enclave_watch.core.sharing.parcel_sizes", parcels_of(size))


def test_the_scene_has_all_that_may_go_astray(alone):
    enclaves = [each for analysis in alone for each in analysis.enclaves]
    assert any(len(each.polygons) > 1 for each in enclaves), "pieces of several polygons"
    assert any(len(each.polygons) == 1 for each in enclaves), "pieces of one"
    assert any(not each.polygons for each in enclaves), "pieces with a nick taken out"
    assert any(each.contacts for each in enclaves)
    assert any(analysis.contested for analysis in alone)
    assert all(geometries_kept(alone))


@pytest.mark.parametrize("size", [1, 2, 4, 100])
def test_workers_find_what_one_finds(monkeypatch, series, alone, threads, size):
    in_parcels_of(monkeypatch, size)
    assert_same(analysed(series, threads), alone)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_by_unions_they_find_the_same_too(monkeypatch, series, threads, size):
    in_parcels_of(monkeypatch, size)
    assert_same(analysed(series, threads, plain=True), analysed(series, plain=True))


@pytest.mark.parametrize("size", [2, 100])
def test_dates_measured_by_unions_are_counted_wherever_it_was(monkeypatch, series, threads, size):
    in_parcels_of(monkeypatch, size)
    logs = Log(), Log()
    analysed(series, log=logs[0])
    analysed(series, threads, logs[1])
    counts = [[text for text in log.infos if "slower way" in text] for log in logs]
    assert counts[0] == counts[1]
    assert f": {len(DATES)} of {len(DATES)}. " in counts[0][0]


@pytest.mark.parametrize("size", [1, 4])
def test_an_enclave_that_stays_is_the_same_object_whoever_found_it(
    monkeypatch, series, alone, threads, size
):
    in_parcels_of(monkeypatch, size)
    assert geometries_kept(analysed(series, threads)) == geometries_kept(alone)


def test_an_enclave_of_one_polygon_is_the_polygon_of_the_series(series, threads):
    for analysis in analysed(series, threads):
        for each in analysis.enclaves:
            if len(each.polygons) == 1:
                assert each.geometry is series.store.polygons[each.polygons[0]]


@pytest.mark.parametrize("plain", [False, True])
def test_fronts_that_move_are_found_alike(monkeypatch, threads, plain):
    in_parcels_of(monkeypatch, 3)
    conflict = make_conflict(Size(8, 60, 3000), flips=1, moves=1)
    rows = [
        ControlRow(number, row.faction, row.wkb, datetime.combine(row.date, datetime.min.time()))
        for number, row in enumerate(conflict.rows())
    ]
    series = read_series(rows, layer_name="control", crs="OGC:CRS84", feedback=Log())
    geography = geography_of(series, countries={"Home": shapely.box(-180, -80, 180, 80)})
    log = Log()
    alone, shared = (
        list(analyse(series, geography, Parameters(), log, workers=workers, plain=plain))
        for workers in (ALONE, threads)
    )
    assert not any("slower way" in text for text in log.infos)
    assert_same(shared, alone)
    assert all(one <= other for one, other in zip(geometries_kept(alone), geometries_kept(shared)))
    assert all(geometries_kept(alone))


cells = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(0, 4), st.integers(0, 4)),
    min_size=1,
    max_size=9,
    unique_by=lambda cell: cell[1:],
)


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.lists(cells, min_size=1, max_size=6), st.integers(1, 3), st.integers(1, 6))
def test_neither_the_number_of_workers_nor_the_cuts_matter(dates, count, size):
    series = a_series(dates)
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(count) as executor:
        in_parcels_of(patch, size)
        shared = analysed(series, ExecutorCrew(executor, count))
    alone = analysed(series)
    assert_same(shared, alone)
    assert geometries_kept(shared) == geometries_kept(alone)


@given(st.integers(0, 40), st.integers(1, 50))
def test_parcels_are_consecutive_dates_and_all_of_them(count, size):
    cut = consecutive(range(count), parcels_of(size)(count, 1))
    assert [each for parcel in cut for each in parcel] == list(range(count))
    assert all(0 < len(parcel) <= size for parcel in cut)


class Backwards(Executor):
    """Does its tasks last come first, once no more come, and some of them never.

    Attributes
    ----------
    fails : how often a task fails before it is done
    """

    def __init__(self, fails=0):
        self.fails = fails
        self.tasks = []
        self.tried = {}
        self.most = 0

    def submit(self, fn, /, *args):
        future = Future()
        self.tasks.append((future, fn, args))
        self.most = max(self.most, len(self.tasks))
        threading.Timer(0.02, self.work, [len(self.tasks)]).start()
        return future

    def work(self, count):
        if len(self.tasks) != count:
            return
        while self.tasks:
            future, fn, args = self.tasks.pop()
            self.tried[args[2]] = self.tried.get(args[2], 0) + 1
            if self.tried[args[2]] <= self.fails:
                future.set_exception(ConnectionError("the worker is gone"))
            else:
                future.set_result(fn(*args))


def test_results_come_in_order_of_date_in_whichever_order_they_are_done(monkeypatch, series, alone):
    in_parcels_of(monkeypatch, 2)
    assert_same(analysed(series, ExecutorCrew(Backwards(), 4)), alone)


def test_what_was_lost_with_a_worker_is_done_again(monkeypatch, series, alone):
    in_parcels_of(monkeypatch, 2)
    executor = Backwards(fails=2)
    assert_same(analysed(series, ExecutorCrew(executor, 4)), alone)
    assert set(executor.tried.values()) == {3}


def test_dates_at_which_workers_fail_again_and_again_end_the_run(monkeypatch, series):
    in_parcels_of(monkeypatch, 2)
    with pytest.raises(WorkerError, match=r"4 times .* 2018-05-\d\d to .*the worker is gone"):
        analysed(series, ExecutorCrew(Backwards(fails=99), 4))


def test_no_more_dates_are_on_their_way_than_workers_can_use(monkeypatch, series):
    in_parcels_of(monkeypatch, 1)
    executor = Backwards()
    analysed(series, ExecutorCrew(executor, 2))
    assert executor.most <= 4


def test_an_executor_that_was_shut_down_is_told_of(series):
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(WorkerError, match="take no more work"):
        analysed(series, ExecutorCrew(executor, 1))


def test_what_is_known_is_not_sent_again(monkeypatch, series, alone):
    in_parcels_of(monkeypatch, 1)
    memory, executor = Memory(), Backwards()
    few = a_series(DATES[:5])
    memory.begin()
    analysed(few, memory=memory)
    memory.end()
    memory.begin()
    assert_same(analysed(series, ExecutorCrew(executor, 4), memory=memory), alone)
    assert len(executor.tried) == len(DATES) - 5


def test_gaps_in_which_nobody_holds_anything_are_not_sent(threads):
    series = a_series(DATES[:2])
    gap = series.snapshots[-1].date.replace(day=20)
    series = type(series)(
        series.layer_name, series.crs, series.snapshots, series.store, unheld_from=(gap,)
    )
    found = analysed(series, threads, with_gaps=True)
    assert [len(each.enclaves) > 0 for each in found] == [True, True, False]


def speaking(monkeypatch, error_on=None):
    """Let the survey say something, and fail on one date."""
    whole = parcels.Surveyor

    class Speaking(whole):
        def survey(self, snapshot, feedback):
            feedback.warning("something of all dates")
            feedback.info(f"of {snapshot.date.day}")
            if snapshot.date.day == error_on:
                raise OverlayError("They cannot be laid over each other.")
            return super().survey(snapshot, feedback)

    monkeypatch.setattr(parcels, "Surveyor", Speaking)


def test_what_workers_say_is_told_once_and_in_order(monkeypatch, series, threads):
    in_parcels_of(monkeypatch, 2)
    speaking(monkeypatch)
    log = Log()
    analysed(series, threads, log)
    assert log.warnings.count("something of all dates") == 1
    said = [text for text in log.infos if text.startswith("of ")]
    assert said == [f"of {day}" for day in range(1, 12)]
    first_told = log.infos.index("of 2")
    assert log.infos[first_told + 1].startswith("2018-05-02: ")


def test_an_error_of_the_engine_comes_back_as_itself_on_its_date(monkeypatch, series, threads):
    in_parcels_of(monkeypatch, 4)
    speaking(monkeypatch, error_on=7)
    log = Log()
    with pytest.raises(OverlayError, match=r"^They cannot be laid over each other\.$"):
        analysed(series, threads, log)
    assert [text[:10] for text in log.infos if "enclaves: " in text] == [
        f"2018-05-{day:02}" for day in range(1, 7)
    ]


def test_progress_never_goes_back_and_ends_with_all(monkeypatch, series, threads):
    in_parcels_of(monkeypatch, 2)
    log = Log()
    analysed(series, threads, log)
    assert log.fractions == sorted(log.fractions)
    assert log.fractions[-1] == pytest.approx(1.0)


class Impatient(Feedback):
    def __init__(self):
        self.since = time.monotonic()

    def is_cancelled(self):
        return time.monotonic() - self.since > 0.3


def test_a_run_that_is_cancelled_does_not_wait_for_its_workers(series):
    class Never(Executor):
        def submit(self, _fn, /, *args):
            self.stop = args[3]
            return Future()

    executor = Never()
    crew = ExecutorCrew(executor, 2)
    with pytest.raises(Cancelled):
        analysed(series, crew, Impatient())
    crew.close()
    assert executor.stop.is_set


def test_a_worker_of_another_version_is_refused(monkeypatch, series, threads):
    monkeypatch.setattr(parcels, "plugin_version", lambda: "0.0.1")
    with pytest.raises(WorkerError, match=r"Enclave Watch 0\.0\.1, and this is \d"):
        analysed(series, threads)


def test_workers_with_other_libraries_are_told_of_once(monkeypatch, series, threads):
    in_parcels_of(monkeypatch, 2)
    monkeypatch.setattr(parcels, "libraries", lambda: "shapely 9.0, GEOS 9.9")
    log = Log()
    analysed(series, threads, log)
    (told,) = [text for text in log.warnings if "other versions" in text]
    assert told.startswith("Workers have other versions than this machine (shapely 9.0, GEOS 9.9; ")
    assert f"here: shapely {shapely.__version__}, GEOS" in told


def test_workers_with_the_same_libraries_are_not_told_of(series, threads):
    log = Log()
    analysed(series, threads, log)
    assert not any("other versions" in text for text in log.warnings)


@pytest.mark.parametrize("count", [-1, 257])
def test_a_senseless_number_of_workers_is_refused(count):
    with pytest.raises(ParameterError, match=str(count)):
        Workers(count)


@pytest.mark.parametrize(
    ("count", "workers", "sizes"),
    [
        (1, 4, [1]),
        (5, 8, [1, 1, 1, 1, 1]),
        (40, 2, [20, 20]),
        (100, 2, [33, 34, 16, 17]),
        (365, 2, [73, 73, 73, 73, 36, 37]),
        (3650, 16, [65, 65, 66]),
    ],
)
def test_parcels_are_long_but_leave_no_worker_without(count, workers, sizes):
    # 40 dates in two parcels; from 16 dates each on several a worker, the last of half the length
    found = sharing.parcel_sizes(count, workers)
    assert sum(found) == count
    assert found[: len(sizes)] == sizes
    assert max(found) <= 96
