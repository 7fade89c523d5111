"""Runs one way once, in a process of its own, and writes how long it took and what it found.

    build/venv/bin/python tests/bench/child.py WAY NAME PATH HOME FOLDER

The start of Python and QGIS and the loading of packages are not in the time; all reading and
writing of layers is.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(ROOT / "tools"))
sys.path.insert(0, str(ROOT / "build" / "plugins"))

from enclave_watch.tests.bench.way_engine import (  # noqa: E402
    ControlSummary,
    EnclaveHistory,
    PlainEnclaveHistory,
    QgisProcess,
)
from enclave_watch.tests.bench.way_geopandas import GeoPandas  # noqa: E402
from enclave_watch.tests.bench.way_native import NativeChain  # noqa: E402
from enclave_watch.tests.bench.ways import Case, Way  # noqa: E402

RESULT = "result.json"

WAYS: dict[str, type[Way]] = {
    "engine": EnclaveHistory,
    "summary": ControlSummary,
    "process": QgisProcess,
    "plain": PlainEnclaveHistory,
    "native": NativeChain,
    "geopandas": GeoPandas,
}


def main() -> None:
    """Run the way that the command line names, and write what came of it."""
    name, case_name, path, home, folder = sys.argv[1:6]
    way = WAYS[name]()
    way.prepare(Case(case_name, Path(path), home), Path(folder))
    before, before_mb = _used(name), _peak_mb()
    start = time.perf_counter()
    way.run()
    seconds = time.perf_counter() - start
    after = _used(name)
    told: dict[str, Any] = {
        "seconds": seconds,
        "cpu_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "peak_mb": after.ru_maxrss / 1024.0 if name == "process" else _peak_mb(),
        "before_mb": before_mb,
    }
    if "--findings" in sys.argv:
        told["findings"] = way.findings().as_json()
    Path(folder, RESULT).write_text(json.dumps(told), encoding="utf-8")
    # QGIS has nothing left to save, and its taking apart may take long or fail
    sys.stdout.flush()
    os._exit(0)


def _used(way: str) -> resource.struct_rusage:
    whose = resource.RUSAGE_CHILDREN if way == "process" else resource.RUSAGE_SELF
    return resource.getrusage(whose)


def _peak_mb() -> float:
    """Return the most memory that this process had; its `ru_maxrss` begins with its parent's."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024.0
    raise RuntimeError("this system does not tell how much memory a process had")


if __name__ == "__main__":
    try:
        main()
    except Exception:  # noqa: BLE001 - whatever it is, it goes to the log
        traceback.print_exc()
        os._exit(1)
