"""The figures of the bench as a table for the screen and as Markdown for docs/performance.md."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from pathlib import Path
from typing import Sequence

from enclave_watch.tests.bench.measuring import Measured
from enclave_watch.tests.bench.ways import agreement

__all__ = ["TITLES", "curve_lines", "machine_lines", "put_between_marks", "table_rows", "tabulated"]

TITLES = {
    "engine": "`enclavehistory` with its events",
    "summary": "`controlsummary`",
    "process": "`enclavehistory` by `qgis_process`, its start included",
    "plain": "`enclavehistory`, plain path",
    "native": "chain of QGIS's own algorithms",
    "geopandas": "GeoPandas",
}
HEADINGS = ("input", "way", "s", "CPU s", "times the engine", "peak MB", "runs", "agreement")
CURVE_HEADINGS = ("dates", "s", "CPU s", "ms a date", "peak MB")


def table_rows(measured: Sequence[Measured]) -> list[tuple[str, ...]]:
    """Return a row for each way, with its time as a multiple of the engine's on the same input."""
    engines = {each.case: each for each in measured if each.way == "engine"}
    rows = []
    for each in measured:
        engine = engines.get(each.case)
        agrees = "-"
        if engine and each is not engine and each.findings and engine.findings:
            agrees = agreement(each.findings, engine.findings).text()
        rows.append(
            (
                each.case,
                TITLES[each.way],
                f"{each.seconds:.2f}",
                f"{each.cpu_seconds:.2f}",
                f"{each.seconds / engine.seconds:.1f}" if engine else "-",
                f"{_memory(each)} ({each.before_mb:,.0f})",
                str(each.runs),
                agrees,
            )
        )
    return rows


def curve_lines(curve: Sequence[tuple[int, Measured]]) -> list[tuple[str, ...]]:
    """Return a row for each number of dates."""
    return [
        (
            f"{dates:,}",
            f"{each.seconds:.2f}",
            f"{each.cpu_seconds:.2f}",
            f"{1000.0 * each.seconds / dates:.1f}",
            _memory(each),
        )
        for dates, each in curve
    ]


def _memory(each: Measured) -> str:
    """Return the memory of the run itself and, after a plus, of what processes it started."""
    parts = [mb for mb in (each.peak_mb, each.others_mb) if mb]
    return " + ".join(f"{mb:,.0f}" for mb in parts)


def tabulated(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, markdown: bool = False
) -> str:
    """Return a table, its columns aligned."""
    widths = [max(map(len, column)) for column in zip(headings, *rows)]
    ruler = ["-" * width for width in widths]
    between, edges = (" | ", ("| ", " |")) if markdown else ("  ", ("", ""))
    return "\n".join(
        edges[0] + between.join(cell.ljust(width) for cell, width in zip(row, widths)) + edges[1]
        for row in (headings, ruler, *rows)
    )


def machine_lines() -> str:
    """Return what the figures depend on: the machine and the versions of the libraries."""
    import numpy as np
    import pyproj
    import shapely
    from qgis.core import Qgis

    from enclave_watch.core.requirements import missing_requirements

    missing_requirements()
    cores = len(os.sched_getaffinity(0))
    return (
        f"{_processor()}, {cores} cores, {platform.system()}; QGIS {Qgis.QGIS_VERSION}, "
        f"GEOS of QGIS {_geos_of_qgis()}, shapely {shapely.__version__} "
        f"(GEOS {shapely.geos_version_string}), numpy {np.__version__}, pyproj "
        f"{pyproj.__version__}, Python {platform.python_version()}; "
        f"{datetime.now(tz=timezone.utc).date().isoformat()}"
    )


def put_between_marks(path: Path, name: str, text: str) -> None:
    """Replace what stands between `<!-- NAME -->` and `<!-- /NAME -->` in a file.

    Raises
    ------
    ValueError
        When the marks are not there.
    """
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    whole = path.read_text(encoding="utf-8")
    if start not in whole or end not in whole:
        raise ValueError(f"{path}: there are no marks {start} and {end} to write between")
    before, rest = whole.split(start, 1)
    _, after = rest.split(end, 1)
    path.write_text(f"{before}{start}\n{text}\n{end}{after}", encoding="utf-8")


def _geos_of_qgis() -> str:
    from qgis.core import Qgis

    return str(Qgis.geosVersion()) if hasattr(Qgis, "geosVersion") else "?"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
