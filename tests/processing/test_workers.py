"""Every algorithm over a series takes workers, and says with them what it says without."""

from __future__ import annotations

import pytest
from qgis.core import QgsFeatureRequest, QgsProcessingContext, QgsProcessingException

from enclave_watch.core import processes
from enclave_watch.core.crews import Workers
from enclave_watch.processing.borders.bordercontact import BorderContact
from enclave_watch.processing.borders.bordercontactchanges import BorderContactChanges
from enclave_watch.processing.change.controlsummary import ControlSummary
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas
from enclave_watch.processing.enclaves.enclavehistory import EnclaveHistory
from enclave_watch.processing.inputs import Inputs
from enclave_watch.processing.publish.exportanimation import ExportAnimation
from enclave_watch.processing.publish.situationreport import SituationReport
from enclave_watch.processing.workerparameters import workers_of
from enclave_watch.tests.core.helpers.cluster import LocalCluster

OVER_SERIES = (
    BorderContact,
    BorderContactChanges,
    ControlSummary,
    EnclaveAreas,
    EnclaveHistory,
    ExportAnimation,
    SituationReport,
)
WITH_A_LAYER = OVER_SERIES[:5]
NOBODY = "tcp://127.0.0.1:9"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    with LocalCluster(tmp_path_factory.mktemp("cluster")) as found:
        yield found


@pytest.fixture
def started(monkeypatch):
    """The numbers of the processes that were started."""
    numbers = []

    class Counted(processes._Worker):
        def __init__(self, interpreter):
            super().__init__(interpreter)
            numbers.append(self.pid)

    monkeypatch.setattr(processes, "_Worker", Counted)
    return numbers


def assert_same(found, expected):
    """Hold that two runs gave the same figures and features.

    Numbers are sums whose order depends on what else is drawn, and may differ by their last digits.
    """
    for key in expected.outputs.keys() - {"OUTPUT", "TABLE", "EVENTS"}:
        assert found.outputs[key] == like(expected.outputs[key]), key
    pairs = list(zip(features_of(found), features_of(expected)))
    assert len(pairs) == expected.layer.featureCount() == found.layer.featureCount() > 0
    for one, other in pairs:
        assert in_order(one) == in_order(other)
        assert one.attributes() == [like(value) for value in other.attributes()]


def in_order(feature):
    geometry = feature.geometry()
    geometry.normalize()
    return geometry.asWkb()


def features_of(run):
    return list(run.layer.getFeatures(QgsFeatureRequest()))


def like(value):
    return pytest.approx(value, rel=1e-10, abs=0.0) if isinstance(value, float) else value


@pytest.mark.parametrize("kind", WITH_A_LAYER, ids=lambda kind: kind.NAME)
def test_two_workers_write_what_one_writes(run, syria, started, kind):
    alone = run(kind, WORKERS=1, **syria)
    assert not started
    assert_same(run(kind, WORKERS=2, **syria), alone)
    assert len(started) == 2


@pytest.mark.parametrize("kind", WITH_A_LAYER, ids=lambda kind: kind.NAME)
def test_a_cluster_writes_what_one_writes(run, syria, cluster, kind):
    alone = run(kind, WORKERS=1, **syria)
    shared = run(kind, SCHEDULER=cluster.address, **syria)
    assert_same(shared, alone)
    assert f"Cluster {cluster.address}: workers: 2, threads: 2." in shared.log.lines


def test_the_bulletin_is_the_same_with_workers(run, syria, tmp_path, started):
    texts = [tmp_path / "alone.txt", tmp_path / "shared.txt"]
    for count, text in enumerate(texts, start=1):
        run(
            SituationReport,
            WORKERS=count,
            OUTPUT=str(text.with_suffix(".html")),
            TEXT=str(text),
            **syria,
        )
    alone, shared = (text.read_text(encoding="utf-8") for text in texts)
    assert len(started) == 2
    assert "km2" in alone or "km²" in alone
    assert shared == alone


@pytest.mark.parametrize("kind", OVER_SERIES, ids=lambda kind: kind.NAME)
def test_every_algorithm_over_a_series_takes_workers(qgis_app, kind):
    algorithm = kind().create()
    count = algorithm.parameterDefinition("WORKERS")
    scheduler = algorithm.parameterDefinition("SCHEDULER")
    assert count.defaultValue() == 0
    assert (count.minimum(), count.maximum()) == (0, 256)
    for each in (count, scheduler):
        assert each.flags() & each.Flag.FlagAdvanced
        assert each.help()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Workers()),
        ({"WORKERS": "3"}, Workers(3)),
        ({"SCHEDULER": " tcp://a:1 "}, Workers(0, "tcp://a:1")),
        ({"WORKERS": 2, "SCHEDULER": None}, Workers(2)),
    ],
)
def test_what_is_given_is_understood(qgis_app, values, expected):
    assert workers_of(Inputs(EnclaveAreas().create(), values, QgsProcessingContext())) == expected


def test_a_scheduler_that_is_not_there_fails_the_run_in_plain_words(
    syria, monkeypatch, new_log, qgis_app
):
    monkeypatch.setattr("enclave_watch.core.cluster._REACH_S", 0.5)
    context, algorithm = QgsProcessingContext(), EnclaveAreas().create()
    parameters = {**syria, "SCHEDULER": NOBODY, "OUTPUT": "memory:"}
    with pytest.raises(QgsProcessingException, match=f"No scheduler .* answers at {NOBODY}"):
        algorithm.run(parameters, context, new_log(), {}, False)
