"""The engine beside QGIS's own algorithms and GeoPandas, on the same input in the same run.

    make bench                                   small, medium and DeepState's map
    make bench SIZE=large                        another size; several: SIZE="small large"
    make bench SIZE=curve                        the engine on ever more dates
    build/venv/bin/python tests/bench/bench_engine.py --help

Each way runs in a process of its own. Ways that would take very long are left out by themselves:
name them with --ways to run them all the same.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from pathlib import Path
from typing import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(ROOT / "build" / "plugins"))
warnings.filterwarnings("ignore", message="Valid PROJ data directory")

from enclave_watch.tests.bench import deepstatefile  # noqa: E402
from enclave_watch.tests.bench.conflictfile import parse_size, write_conflict  # noqa: E402
from enclave_watch.tests.bench.conflicts import SIZES, Size, make_conflict  # noqa: E402
from enclave_watch.tests.bench.dirt import Dirt  # noqa: E402
from enclave_watch.tests.bench.measuring import Measured, WayFailedError, measure  # noqa: E402
from enclave_watch.tests.bench.performancetable import (  # noqa: E402
    CURVE_HEADINGS,
    HEADINGS,
    TITLES,
    curve_lines,
    machine_lines,
    put_between_marks,
    table_rows,
    tabulated,
)
from enclave_watch.tests.bench.ways import Case  # noqa: E402

FOLDER = ROOT / "build" / "bench"
PAGE = ROOT / "docs" / "performance.md"
DEEPSTATE = ROOT.parent / "shared" / "data" / "deepstate_2024"
CURVE_DATES = (10, 100, 365, 1_000)
# per date, whatever the number of dates
CURVE_POLYGONS, CURVE_VERTICES = SIZES["medium"].polygons, SIZES["medium"].vertices
CURVE_CHANGES = 3
# more than this many polygons in all, and chains that work out each date take a quarter of an hour
LARGE_ROWS = 100_000
QUICK = ("engine", "summary", "process")


def main() -> int:
    """Measure what the command line asks for, and print it."""
    given = _arguments()
    print(machine_lines(), flush=True)
    measured = [
        each
        for case, is_large in _cases(given)
        for each in _measured(case, given, is_large=is_large)
    ]
    table = ""
    if measured:
        table = tabulated(HEADINGS, table_rows(measured), markdown=given.write)
        print(f"\n{table}")
    curve = list(_curve(given)) if "curve" in given.cases else []
    if curve:
        print(f"\n{tabulated(CURVE_HEADINGS, curve_lines(curve))}")
    if given.write:
        if measured:
            put_between_marks(PAGE, "ways", f"{machine_lines()}\n\n{table}")
        if curve:
            text = tabulated(CURVE_HEADINGS, curve_lines(curve), markdown=True)
            put_between_marks(PAGE, "curve", f"{machine_lines()}\n\n{text}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "cases",
        nargs="*",
        type=_case_name,
        default=["small", "medium", "deepstate"],
        help="small, medium, large, DATESxPOLYGONSxVERTICES, deepstate, or curve: the engine on 10 "
        "to 1,000 dates (default: %(default)s)",
    )
    parser.add_argument("--ways", nargs="+", choices=list(TITLES), help="default: all that are fit")
    parser.add_argument("--runs", type=int, default=3, help="of the engine (default: 3)")
    parser.add_argument("--slow-runs", type=int, default=1, help="of other ways (default: 1)")
    parser.add_argument("--timeout", type=float, default=3600.0, help="seconds for one run")
    parser.add_argument("--dirt", nargs="*", default=[], type=Dirt, choices=list(Dirt))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dates", nargs="+", type=int, default=CURVE_DATES, help="of the curve")
    parser.add_argument("--write", action="store_true", help=f"write the tables to {PAGE.name}")
    return parser.parse_args()


def _case_name(text: str) -> str:
    """Return the name of an input, or say what is wrong with it."""
    if text not in {"deepstate", "curve"}:
        parse_size(text)
    return text


def _cases(given: argparse.Namespace) -> Iterator[tuple[Case, bool]]:
    """Yield the inputs, and whether they are large."""
    for name in given.cases:
        if name == "curve":
            continue
        if name == "deepstate":
            path = FOLDER / "deepstate.gpkg"
            if deepstatefile.gather(DEEPSTATE, path):
                yield Case("DeepState", path, deepstatefile.HOME), False
            else:
                print(f"no files at {DEEPSTATE}: DeepState is left out", file=sys.stderr)
            continue
        size = parse_size(name)
        label = "-".join([name, *(kind.value for kind in given.dirt)])
        yield _made_up(label, size, given.seed, given.dirt), size.dates * size.polygons > LARGE_ROWS


def _made_up(
    name: str, size: Size, seed: int, dirt: Sequence[Dirt] = (), changes: int | None = None
) -> Case:
    path = FOLDER / f"{name}.gpkg"
    write_conflict(make_conflict(size, seed=seed, flips=changes, moves=changes, dirt=dirt), path)
    return Case(name, path, "Syria")


def _measured(case: Case, given: argparse.Namespace, *, is_large: bool) -> Iterator[Measured]:
    fit = QUICK if is_large else tuple(TITLES)
    for way in given.ways or fit:
        runs = given.runs if way in QUICK else given.slow_runs
        compare = not is_large and way != "process"
        try:
            each = measure(case, way, runs=runs, timeout_s=given.timeout, compare=compare)
        except WayFailedError as failure:
            print(failure, file=sys.stderr, flush=True)
            continue
        print(f"{case.name}, {TITLES[way]}: {each.seconds:.2f} s", flush=True)
        yield each


def _curve(given: argparse.Namespace) -> Iterator[tuple[int, Measured]]:
    """Yield what the engine takes for ever more dates with the same changes on each."""
    for dates in given.dates:
        size = Size(dates, CURVE_POLYGONS, CURVE_VERTICES)
        case = _made_up(f"curve-{dates}", size, given.seed, changes=CURVE_CHANGES)
        each = measure(case, "engine", runs=given.runs, timeout_s=given.timeout, compare=False)
        print(f"{dates} dates: {each.seconds:.2f} s", flush=True)
        yield dates, each
        case.path.unlink()


if __name__ == "__main__":
    sys.exit(main())
