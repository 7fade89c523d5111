"""QGIS starts no slower for the plugin: what a run needs is loaded when it runs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import qgis_env

# packages of the engine and of pictures, the dock, and what of our own imports them
LATER = ("shapely", "pyproj", "numpy", "matplotlib", "jinja2", "PIL", "sqlite3", "osgeo")
OURS_LATER = (
    "enclave_watch.ui.",
    "enclave_watch.core.geography.",
    "enclave_watch.core.series.",
    "enclave_watch.core.enclaves.",
    "enclave_watch.core.timeline.",
    "enclave_watch.processing.controlreader.",
    "enclave_watch.processing.publish.reportmaker.",
    "enclave_watch.processing.publish.film.",
)
STARTS = """
import json, os, sys
from qgis.core import QgsApplication
application = QgsApplication([], False)
application.initQgis()
before = set(sys.modules)
import enclave_watch
plugin = enclave_watch.classFactory(None)
plugin.initProcessing()
provider = QgsApplication.processingRegistry().providerById("enclavewatch")
for algorithm in provider.algorithms():
    algorithm.create(), algorithm.shortDescription(), algorithm.tags()
print(json.dumps([len(provider.algorithms()), sorted(set(sys.modules) - before)]))
sys.stdout.flush()
os._exit(0)
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory) -> tuple[int, list[str]]:
    """How many algorithms there are in a QGIS just started, and the modules they loaded."""
    variables = qgis_env.environment(profile=tmp_path_factory.mktemp("profile"))
    variables["PYTHONPATH"] += f":{qgis_env.BUILD / 'plugins'}"
    done = subprocess.run(
        [sys.executable, "-c", STARTS],
        env=variables, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    count, modules = json.loads(done.stdout.splitlines()[-1])
    return count, modules


def test_all_algorithms_are_there_before_any_package_is_loaded(started):
    count, modules = started
    assert count == 11
    assert "enclave_watch.processing.enclaves.enclavehistory" in modules
    assert sorted({name.partition(".")[0] for name in modules} & set(LATER)) == []


def test_neither_the_dock_nor_the_engine_is_loaded_with_the_algorithms(started):
    _, modules = started
    loaded = [name for name in modules if f"{name}.".startswith(OURS_LATER)]
    assert loaded == []
