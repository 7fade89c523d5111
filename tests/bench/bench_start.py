"""How long whole runs of `qgis_process` on the sample take, beside an algorithm that does nothing.

Run with `make bench`. Each round runs them all, one after the other, so that what else the
machine does falls on all of them alike; the ratios are of medians.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import qgis_env  # noqa: E402 - found in tools/

ROUNDS = 7
MOST_TIMES_LONGER = 1.5
EMPTY = "enclavewatchempty:nothing"

# an algorithm as all of the plugin's are, whose work is nothing
_PLUGIN = """
from qgis.core import QgsApplication

from enclave_watch.processing.base import EnclaveWatchAlgorithm, Texts
from enclave_watch.processing.provider import EnclaveWatchProvider


class Nothing(EnclaveWatchAlgorithm):
    NAME = "nothing"
    GROUP = "data"

    def texts(self):
        return Texts("Nothing", "", "")

    def declared_parameters(self):
        return ()

    declared_outputs = declared_parameters

    def help_fields(self):
        return []

    def compute(self, inputs, feedback):
        return {}


class EmptyProvider(EnclaveWatchProvider):
    def id(self):
        return "enclavewatchempty"

    def loadAlgorithms(self):
        self.addAlgorithm(Nothing())


class Plugin:
    def initProcessing(self):
        self.provider = EmptyProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self):
        self.initProcessing()

    def unload(self):
        QgsApplication.processingRegistry().removeProvider(self.provider)


def classFactory(iface):
    return Plugin()
"""
_METADATA = """[general]
name=Nothing
description=Does nothing
version=1.0
author=nobody
email=nobody
qgisMinimumVersion=3.22
hasProcessingProvider=yes
"""


def main() -> None:
    """Print a table of medians; end with an error where a run takes too long."""
    with tempfile.TemporaryDirectory() as folder:
        slow = _measure(Path(folder))
    if slow:
        sys.exit(f"more than {MOST_TIMES_LONGER} times an empty run: {', '.join(slow)}")


def _measure(folder: Path) -> list[str]:
    variables = _environment(folder)
    sample = shutil.copy(ROOT / "resources" / "sample" / "syria_2018.gpkg", folder)
    runs = {EMPTY: [], **_runs(sample, folder)}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for number in range(ROUNDS + 1):
        for name, arguments in runs.items():
            spent = _seconds(name, arguments, variables)
            # the first round fills the caches of files and compiled modules
            if number:
                taken[name].append(spent)
    print(f"{'qgis_process run':<32} {'s':>6} {'ratio':>6} {'CPU s':>6} {'ratio':>6}")
    medians = {
        name: [statistics.median(each) for each in zip(*spent)] for name, spent in taken.items()
    }
    for name, (wall_s, cpu_s) in medians.items():
        empty_wall_s, empty_cpu_s = medians[EMPTY]
        wall, cpu = wall_s / empty_wall_s, cpu_s / empty_cpu_s
        print(f"{name:<32} {wall_s:6.2f} {wall:6.2f} {cpu_s:6.2f} {cpu:6.2f}")
    limit_s = MOST_TIMES_LONGER * medians[EMPTY][0]
    return [name for name, (wall_s, _) in medians.items() if wall_s > limit_s]


def _environment(folder: Path) -> dict[str, str]:
    plugins = folder / "plugins"
    (plugins / "nothing").mkdir(parents=True)
    (plugins / qgis_env.PLUGIN).symlink_to(ROOT, target_is_directory=True)
    (plugins / "nothing" / "__init__.py").write_text(_PLUGIN, encoding="utf-8")
    (plugins / "nothing" / "metadata.txt").write_text(_METADATA, encoding="utf-8")
    variables = qgis_env.environment(profile=folder / "profile", plugins=plugins)
    qgis_env.enable_plugin(variables)
    qgis_env.qgis_process(["plugins", "enable", "nothing"], variables=variables)
    return variables


def _runs(sample: str, folder: Path) -> dict[str, list[str]]:
    control = [f"CONTROL={sample}|layername=control", "FACTION_FIELD=faction", "DATE_FIELD=date"]
    events = f"EVENTS={folder / 'events.gpkg'}"
    return {
        f"enclavewatch:{name}": [*control, *more, f"OUTPUT={folder / name}.gpkg"]
        for name, more in (
            ("enclaveareas", []),
            ("enclavehistory", [events]),
            ("controlsummary", []),
            ("bordercontact", []),
            ("controlchanges", []),
        )
    }


def _seconds(
    algorithm: str, arguments: list[str], variables: dict[str, str]
) -> tuple[float, float]:
    """Return the time on the clock, and that on the processors, of one run."""
    before, start = os.times(), time.perf_counter()
    qgis_env.qgis_process(["--json", "run", algorithm, "--", *arguments], variables=variables)
    wall_s, after = time.perf_counter() - start, os.times()
    user_s = after.children_user - before.children_user
    return wall_s, user_s + after.children_system - before.children_system


if __name__ == "__main__":
    main()
