"""Workers of a real cluster, started here: a scheduler and two workers in their own processes."""

from __future__ import annotations

import threading
import time

import pytest

from enclave_watch.core import cluster as clusters
from enclave_watch.core import requirements
from enclave_watch.core.cluster import ClusterCrew
from enclave_watch.core.crews import Workers
from enclave_watch.core.errors import Cancelled, RequirementError, WorkerError
from enclave_watch.core.feedback import Feedback
from enclave_watch.tests.core.helpers.build import Log
from enclave_watch.tests.core.helpers.cluster import LocalCluster, end
from enclave_watch.tests.core.helpers.sharing import (
    MOVING_FRONT,
    a_series,
    analysed,
    assert_same,
    geometries_kept,
    parcels_of,
)

pytest.importorskip("distributed", reason="dask.distributed is not installed")

NOBODY = "tcp://127.0.0.1:9"


@pytest.fixture(scope="module")
def series():
    return a_series(MOVING_FRONT)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with LocalCluster(tmp_path_factory.mktemp("cluster")) as found:
        yield found


@pytest.fixture
def small_parcels(monkeypatch):
    monkeypatch.setattr("enclave_watch.core.sharing.parcel_sizes", parcels_of(2))


@pytest.fixture
def impatient(monkeypatch):
    """Seconds in place of half minutes."""
    monkeypatch.setattr(clusters, "_REACH_S", 1.0)
    monkeypatch.setattr(clusters, "_NO_WORKER_S", 1.0)
    monkeypatch.setattr(clusters, "_LOOK_EVERY_S", 0.2)


def test_a_cluster_finds_what_one_finds(series, alone, cluster, small_parcels):
    log = Log()
    found = analysed(series, Workers(scheduler=cluster.address), log)
    assert_same(found, alone)
    assert geometries_kept(found) == geometries_kept(alone)
    assert f"Cluster {cluster.address}: workers: 2, threads: 2." in log.infos


def test_of_a_cluster_no_more_is_used_than_asked_for(cluster):
    crew = ClusterCrew(cluster.address, 1, Feedback())
    assert crew.size == 1
    crew.close()


def test_nothing_is_lost_with_a_worker_that_is_killed(
    tmp_path, monkeypatch, series, alone, small_parcels
):
    with LocalCluster(tmp_path) as cluster:
        sent = []
        submit = ClusterCrew.submit

        def submit_and_kill(crew, *parcel):
            sent.append(submit(crew, *parcel))
            if len(sent) == 3:
                end(cluster.workers[0])
            return sent[-1]

        monkeypatch.setattr(ClusterCrew, "submit", submit_and_kill)
        found = analysed(series, Workers(scheduler=cluster.address))
        assert cluster.workers[0].poll() is not None
        assert_same(found, alone)
        assert geometries_kept(found) == geometries_kept(alone)


def test_a_scheduler_that_is_gone_is_told_of_by_its_address(
    tmp_path, monkeypatch, series, small_parcels, impatient
):
    with LocalCluster(tmp_path) as cluster:
        address = cluster.address
        killer = threading.Timer(0.3, end, [cluster.scheduler])
        monkeypatch.setattr(ClusterCrew, "__init__", started(killer, ClusterCrew.__init__))
        forever = a_series(MOVING_FRONT * 20)
        with pytest.raises(WorkerError, match=address) as problem:
            analysed(forever, Workers(scheduler=address))
        assert "leave SCHEDULER empty" in str(problem.value)


def started(killer, init):
    def initialised(crew, *arguments):
        init(crew, *arguments)
        killer.start()

    return initialised


def test_a_cluster_without_workers_is_told_of(tmp_path, impatient, series):
    log = Log()
    with LocalCluster(tmp_path, workers=0) as cluster, pytest.raises(WorkerError) as problem:
        analysed(series, Workers(scheduler=cluster.address), log)
    assert f"{cluster.address} has no worker. Start some" in str(problem.value)
    assert any("has no worker yet" in text for text in log.infos)


def test_workers_that_all_go_are_told_of(tmp_path, monkeypatch, impatient, small_parcels):
    with LocalCluster(tmp_path, workers=1) as cluster:
        killer = threading.Timer(0.1, end, [cluster.workers[0]])
        monkeypatch.setattr(ClusterCrew, "__init__", started(killer, ClusterCrew.__init__))
        with pytest.raises(WorkerError, match=f"{cluster.address} has no worker"):
            analysed(a_series(MOVING_FRONT * 20), Workers(scheduler=cluster.address))


@pytest.mark.parametrize("address", [NOBODY, "nonsense://there", "tcp://"])
def test_a_scheduler_that_never_was_is_told_of(series, impatient, address):
    with pytest.raises(WorkerError, match=f"No scheduler .* at {address} "):
        analysed(series, Workers(scheduler=address))


def test_tls_without_certificates_is_told_of(series):
    with pytest.raises(WorkerError, match=r"dask has no certificates .*distributed\.comm\.tls"):
        analysed(series, Workers(scheduler="tls://127.0.0.1:9"))


def test_the_wait_for_a_scheduler_can_be_cancelled(series, monkeypatch):
    monkeypatch.setattr(clusters, "_REACH_S", 5.0)

    class Impatient(Feedback):
        since = time.monotonic()

        def is_cancelled(self):
            return time.monotonic() > self.since + 1.0

    with pytest.raises(Cancelled):
        analysed(series, Workers(scheduler=NOBODY), Impatient())


def test_workers_of_another_version_are_refused(monkeypatch, series, cluster):
    monkeypatch.setattr("enclave_watch.core.crews.plugin_version", lambda: "99.1")
    with pytest.raises(WorkerError, match=r"and this is 99\.1: .* Install 99\.1"):
        analysed(series, Workers(scheduler=cluster.address))


def test_without_dask_it_is_said_how_to_get_it(monkeypatch, series):
    monkeypatch.setattr(requirements, "_NEEDED_FOR_CLUSTER", (("no_such_package", (1, 0)),))
    requirements.missing_for_cluster.cache_clear()
    try:
        with pytest.raises(RequirementError, match=r'pip install --user "no_such_package>=1\.0"'):
            analysed(series, Workers(scheduler=NOBODY))
    finally:
        requirements.missing_for_cluster.cache_clear()


def test_what_a_worker_cannot_read_is_told_of(monkeypatch, series, cluster):
    monkeypatch.setattr("enclave_watch.core.sharing.pack_dates", lambda *_: b"no parcel")
    with pytest.raises(WorkerError, match="cannot be read"):
        analysed(series, Workers(scheduler=cluster.address))
