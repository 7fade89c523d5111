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

from enclave_watch.tests.bench.processtree import TreeWatch, peak_mb  # noqa: E402
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
    before_s, before_mb = _cpu_s(), peak_mb()
    start = time.perf_counter()
    with TreeWatch() as watch:
        way.run()
        seconds = time.perf_counter() - start
    told: dict[str, Any] = {
        "seconds": seconds,
        "cpu_seconds": _cpu_s() - before_s,
        "peak_mb": 0.0 if name == "process" else peak_mb(),
        "others_mb": watch.together_mb,
        "before_mb": before_mb,
    }
    if "--findings" in sys.argv:
        told["findings"] = way.findings().as_json()
    Path(folder, RESULT).write_text(json.dumps(told), encoding="utf-8")
    # QGIS has nothing left to save, and its taking apart may take long or fail
    sys.stdout.flush()
    os._exit(0)


def _cpu_s() -> float:
    """Return what all cores worked for this process and for those that it started and ended."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    try:
        main()
    except Exception:  # noqa: BLE001 - whatever it is, it goes to the log
        traceback.print_exc()
        os._exit(1)
