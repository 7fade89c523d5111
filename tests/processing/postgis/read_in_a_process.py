"""Reads a layer of PostGIS as algorithms do; prints how many rows, and the most memory it took.

Called with the layer's address.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "build" / "plugins"))

from qgis.core import QgsApplication, QgsVectorLayer

application = QgsApplication([], False)
application.initQgis()


def read() -> int:
    """Return how many rows there are for the engine."""
    from enclave_watch.core.feedback import Feedback
    from enclave_watch.processing.controlreader import ControlReader

    layer = QgsVectorLayer(sys.argv[1], "control", "postgres")
    reader = ControlReader(layer, layer_name="control", faction_field="faction", date_field="date")
    return sum(1 for _ in reader.rows(Feedback()))


rows = read()
# not from `resource`, which counts the process that started this one too
status = Path("/proc/self/status").read_text(encoding="ascii")
most_bytes = 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])
print(json.dumps({"rows": rows, "most_bytes": most_bytes}))
application.exitQgis()
