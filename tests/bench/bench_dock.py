"""What a step of the dock costs before the map is drawn, beside drawing that map.

Run with `make bench`. Figures are medians; a ratio says more than its milliseconds, which
are those of the machine.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(ROOT / "build" / "plugins"))

TURNS = 15
PATIENCE_S = 60
VERTICES = 50_000
DATES = 175


def main() -> None:
    """Print a table of what takes how long."""
    from qgis.testing import start_app

    start_app(cleanup=False)
    from enclave_watch.compat import ensure_proj_data
    from enclave_watch.core.requirements import missing_requirements

    missing = missing_requirements()
    if missing:
        sys.exit(missing)
    ensure_proj_data()
    steps = {**_layers(), **_tables(), **_chart()}
    drawing_ms = steps["drawing the map of the same date"]
    for what, took_ms in steps.items():
        print(f"{what:<62} {took_ms:8.1f} ms {took_ms / drawing_ms:8.2f} of drawing")


def _median_ms(act: Callable[[int], Any]) -> float:
    act(0)
    times = []
    for turn in range(1, TURNS + 1):
        start = time.perf_counter()
        act(turn)
        times.append(1000.0 * (time.perf_counter() - start))
    return statistics.median(times)


def _layers() -> dict[str, float]:
    from qgis.core import QgsMapRendererSequentialJob, QgsMapSettings, QgsProject
    from qgis.PyQt.QtCore import QSize

    from enclave_watch.tests.ui.helpers.mapcases import COLORS, analysis_of, circle
    from enclave_watch.tests.ui.helpers.mapcases import DATES as TWO
    from enclave_watch.ui.mapgroup import MapGroup

    analysis = analysis_of(
        {
            TWO[0]: {"Blue": [circle(0, 0, VERTICES)], "Red": [circle(1, 1, VERTICES)]},
            TWO[1]: {"Blue": [circle(0, 0, VERTICES, 0.3)], "Red": [circle(1, 1, VERTICES)]},
        }
    )
    group = MapGroup(None)

    def show(turn: int) -> None:
        result = analysis.results[turn % 2]
        group.show(analysis, result, result.since, COLORS)

    def anew(turn: int) -> None:
        group.remove()
        show(turn)

    def draw(_turn: int) -> None:
        settings = QgsMapSettings()
        settings.setLayers(list(QgsProject.instance().mapLayers().values()))
        settings.setOutputSize(QSize(1280, 720))
        settings.setExtent(settings.fullExtent())
        job = QgsMapRendererSequentialJob(settings)
        job.start()
        job.waitForFinished()

    return {
        f"layers: four polygons of {VERTICES:,} vertices, refilled": _median_ms(show),
        "layers: the same, made anew": _median_ms(anew),
        "drawing the map of the same date": _median_ms(draw),
    }


def _tables() -> dict[str, float]:
    from shapely import Point

    from enclave_watch.core.occurrence import Event, EventKind
    from enclave_watch.ui.eventstab import EventsTab

    dates = _dates()
    events = tuple(
        Event(
            kind=list(EventKind)[number % len(EventKind)],
            date_before=dates[0],
            date=dates[1],
            faction="Red",
            enclave_id=number,
            other="Blue",
            where="East",
            km2=1.0,
            km=None,
            text="Red lost an enclave to Blue.",
            geometry=Point(0, 0),
        )
        for number in range(20)
    )
    results = tuple(SimpleNamespace(events=events, date=date) for date in dates)
    many: Any = SimpleNamespace(results=results, dates=dates, factions=("Red", "Blue"))
    tab = EventsTab()
    tab.show()

    def step(turn: int) -> None:
        tab.show_date(turn * 7 % DATES, None, None)
        tab.grab()

    listed_ms = _median_ms(lambda _turn: tab.set_analysis(many, {}))
    return {
        f"events: {DATES * 20:,} listed, once an analysis": listed_ms,
        "events: a step, painted": _median_ms(step),
    }


def _chart() -> dict[str, float]:
    from qgis.PyQt.QtWidgets import QApplication

    from enclave_watch.ui.chart import ChartTab

    dates = _dates()
    areas = {name: tuple(1000.0 + number for number in range(DATES)) for name in ("Red", "Blue")}
    made_up: Any = SimpleNamespace(
        dates=dates, factions=("Red", "Blue"), areas_km2=areas, results=dates
    )
    tab = ChartTab()
    tab.resize(420, 420)
    tab.show()
    colors = {"Red": "#aa0000", "Blue": "#0000aa"}

    start = time.perf_counter()
    tab.set_analysis(made_up, colors)
    while not tab.view.has_picture and time.perf_counter() - start < PATIENCE_S:
        QApplication.processEvents()
        time.sleep(0.01)
    drawn_ms = 1000.0 * (time.perf_counter() - start)

    def step(turn: int) -> None:
        tab.show_date(turn * 7 % DATES, None, None)
        tab.grab()

    return {
        f"chart: {DATES} dates, drawn in a thread, once an analysis": drawn_ms,
        "chart: a step, painted": _median_ms(step),
    }


def _dates() -> tuple[datetime, ...]:
    return tuple(datetime(2024, 7, 8) + timedelta(days=number) for number in range(DATES))


if __name__ == "__main__":
    main()
