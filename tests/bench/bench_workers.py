"""How long a series takes by one, by threads and by processes, turn by turn in one run.

    build/venv/bin/python tests/bench/bench_workers.py --dates 100 --turns 3 [--deepstate FOLDER]

Prints the seconds of the survey of all dates for each way, and the medians; results are compared.
Where the machine has other work, seconds of its processors tell more than those of the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "build" / "plugins"))

from enclave_watch.core.requirements import missing_requirements  # noqa: E402

if missing_requirements():
    raise SystemExit(missing_requirements())

import numpy as np  # noqa: E402
import shapely  # noqa: E402

from enclave_watch.core.crews import (  # noqa: E402
    ALONE,
    ExecutorCrew,
    Workers,
)
from enclave_watch.core.feedback import Feedback  # noqa: E402
from enclave_watch.core.geography import build_geography  # noqa: E402
from enclave_watch.core.model import ControlRow, NamedGeometry, Parameters  # noqa: E402
from enclave_watch.core.parcels import pack_dates, pack_surroundings  # noqa: E402
from enclave_watch.core.series import read_series  # noqa: E402
from enclave_watch.core.timeline import analyse  # noqa: E402
from enclave_watch.tests.bench.conflicts import SIZES, Size, make_conflict  # noqa: E402


def made_up(dates):
    """Yield the rows of a made-up conflict of the medium size."""
    medium = SIZES["medium"]
    conflict = make_conflict(Size(dates, medium.polygons, medium.vertices))
    for number, row in enumerate(conflict.rows()):
        day = datetime.combine(row.date, datetime.min.time())
        yield ControlRow(number, row.faction, row.wkb, day)


def deepstate(folder, dates):
    """Yield the rows of the published files, one large polygon a day."""
    for number, path in enumerate(sorted(folder.glob("*.geojson"))[:dates]):
        day = datetime.strptime(path.stem[-8:], "%Y%m%d")
        for feature in json.loads(path.read_text())["features"]:
            shape = shapely.from_geojson(json.dumps(feature["geometry"]))
            yield ControlRow(number, "held", shapely.to_wkb(shape), day)


def seconds(series, geography, workers):
    start, before = time.perf_counter(), os.times()
    found = list(analyse(series, geography, Parameters(), Feedback(), workers=workers))
    took_s, after = time.perf_counter() - start, os.times()
    # of this process, and of those that were ended
    used_s = [sum(after[i : i + 2]) - sum(before[i : i + 2]) for i in (0, 2)]
    return (took_s, *used_s), [
        (e.area_km2, e.perimeter_km, e.geometry.wkb) for a in found for e in a.enclaves
    ]


def measure(label, rows, counts, turns):
    start = time.perf_counter()
    series = read_series(rows, layer_name=label, crs="OGC:CRS84", feedback=Feedback())
    bounds = shapely.total_bounds(series.store.polygons)
    home = NamedGeometry("Home", shapely.box(*(bounds + np.array([-1.0, -1.0, 1.0, 1.0]))))
    geography = build_geography(
        series, countries=[home], home=["Home"], parameters=Parameters(), feedback=Feedback()
    )
    read_s = time.perf_counter() - start
    packed = len(pack_dates(series, series.snapshots))
    around = len(pack_surroundings(series, geography, Parameters()))
    print(
        f"{label}: {len(series.snapshots)} dates, {len(series.store.polygons)} polygons, "
        f"{sum(map(shapely.get_num_coordinates, series.store.polygons)):,} vertices; read "
        f"in {read_s:.1f} s; packed {packed / 1e6:.1f} MB, surroundings {around / 1e3:.0f} kB"
    )
    ways = {"alone": ALONE, "by itself": Workers()}
    ways.update({f"{count} processes": Workers(count) for count in counts})
    ways.update({f"{count} threads": count for count in counts})
    took = {way: [] for way in ways}
    truth = None
    for _ in range(turns):
        for way, workers in ways.items():
            if isinstance(workers, int):
                with ThreadPoolExecutor(workers) as executor:
                    took_s, found = seconds(series, geography, ExecutorCrew(executor, workers))
            else:
                took_s, found = seconds(series, geography, workers)
            truth = truth or found
            took[way].append(took_s)
            print(f"  {way:14} {_words(took_s)}{'' if found == truth else '  ANOTHER RESULT'}")
    for way, each in took.items():
        print(f"  median {way:14} {_words(map(statistics.median, zip(*each)))}")


def _words(seconds):
    return "{:8.2f} s; processor: {:.2f} s here, {:.2f} s in workers".format(*seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dates", type=int, default=100)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="*", default=[2])
    parser.add_argument("--deepstate", type=Path)
    arguments = parser.parse_args()
    rows = (
        deepstate(arguments.deepstate, arguments.dates)
        if arguments.deepstate
        else made_up(arguments.dates)
    )
    measure(
        (arguments.deepstate and "deepstate") or "made up", rows, arguments.workers, arguments.turns
    )


if __name__ == "__main__":
    main()
