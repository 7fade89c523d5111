"""The tabs open where the packages of the engine and of charts are missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PLUGINS = Path(__file__).resolve().parents[2] / "build" / "plugins"

SCRIPT = """
import sys
for name in ("shapely", "pyproj", "matplotlib"):
    sys.modules[name] = None
sys.path.insert(0, sys.argv[1])
from qgis.core import QgsApplication
app = QgsApplication([], True)
from enclave_watch.ui.changestab import ChangesTab
from enclave_watch.ui.chart import ChartTab
from enclave_watch.ui.enclavestab import EnclavesTab
from enclave_watch.ui.eventstab import EventsTab
tabs = [kind() for kind in (EnclavesTab, EventsTab, ChartTab, ChangesTab)]
for tab in tabs:
    tab.set_analysis(None, {})
    tab.show_date(-1, None, None)
    tab.show()
app.processEvents()
print("opened", len(tabs))
"""


def test_the_tabs_open_without_shapely_pyproj_and_matplotlib() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(PLUGINS)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "opened 4" in done.stdout, done.stderr
