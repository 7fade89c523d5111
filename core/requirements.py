"""Which Python packages the engine needs, and what to do where they are missing."""

from __future__ import annotations

import importlib
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Mapping, Sequence

from .i18n import tr

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "find_proj_data",
    "missing_for_charts",
    "missing_for_cluster",
    "missing_for_pictures",
    "missing_requirements",
]

_NEEDED = (("numpy", (1, 20)), ("pyproj", (3, 2)), ("shapely", (2, 0)))
_NEEDED_FOR_CHARTS = (("matplotlib", (3, 3)),)
_NEEDED_FOR_PICTURES = (("PIL", (9, 1)),)
_NEEDED_FOR_CLUSTER = (("distributed", (2022, 1)),)
_NAMES_IN_PIP = {"PIL": "Pillow"}
_NEXT_NUMPY = (2, 0)


@lru_cache(maxsize=1)
def missing_requirements() -> str | None:
    """Return what is missing and how to get it; None when all is there."""
    problems = _problems(_NEEDED)
    if not problems:
        return None
    return tr(
        "Enclave Watch needs Python packages that this QGIS does not have: {}. Install them into "
        "the Python of QGIS, for example with: python3 -m pip install --user {} (on Windows in "
        "the OSGeo4W Shell), then start QGIS again. The README tells how on each system."
    ).format("; ".join(problems.values()), _packages(problems, _NEEDED))


@lru_cache(maxsize=1)
def missing_for_charts() -> str | None:
    """Return what charts need and is missing, and how to get it; None when all is there.

    It takes about half a second the first time, when the package is loaded.
    """
    problems = _problems(_NEEDED_FOR_CHARTS)
    if not problems:
        return None
    return tr(
        "Charts need a Python package that this QGIS does not have: {}. All else works without "
        "it. Install it into the Python of QGIS, for example with: python3 -m pip install --user "
        "{} (on Windows in the OSGeo4W Shell), then start QGIS again."
    ).format("; ".join(problems.values()), _packages(problems, _NEEDED_FOR_CHARTS))


@lru_cache(maxsize=1)
def missing_for_pictures() -> str | None:
    """Return what GIF and WebP need and is missing, and how to get it; None when all is there."""
    problems = _problems(_NEEDED_FOR_PICTURES)
    if not problems:
        return None
    return tr(
        "GIF and WebP need a Python package that this QGIS does not have: {}. Install it into the "
        "Python of QGIS, for example with: python3 -m pip install --user {} (on Windows in the "
        "OSGeo4W Shell), then start QGIS again; or set FORMAT to mp4, png or html."
    ).format("; ".join(problems.values()), _packages(problems, _NEEDED_FOR_PICTURES))


@lru_cache(maxsize=1)
def missing_for_cluster() -> str | None:
    """Return what a cluster needs and is missing, and how to get it; None when all is there."""
    problems = _problems(_NEEDED_FOR_CLUSTER)
    if not problems:
        return None
    return tr(
        "Workers of a cluster need a Python package that this QGIS does not have: {}. Install it "
        "into the Python of QGIS, for example with: python3 -m pip install --user {} (on Windows "
        "in the OSGeo4W Shell), then start QGIS again; or leave SCHEDULER empty to work on this "
        "machine."
    ).format("; ".join(problems.values()), _packages(problems, _NEEDED_FOR_CLUSTER))


def _problems(needed: Sequence[tuple[str, tuple[int, int]]]) -> dict[str, str]:
    return {
        name: problem
        for name, least in needed
        for problem in [_problem_with(name, least)]
        if problem is not None
    }


def _packages(problems: Mapping[str, str], needed: Sequence[tuple[str, tuple[int, int]]]) -> str:
    packages = [
        f'"{_NAMES_IN_PIP.get(name, name)}>={_dotted(least)}"'
        for name, least in needed
        if name in problems
    ]
    numpy_version = str(getattr(sys.modules.get("numpy"), "__version__", ""))
    if "numpy" not in problems and _numbers(numpy_version or "9") < _NEXT_NUMPY:
        # a newer one would break the modules of QGIS and GDAL that are built against it
        packages.append('"numpy<2"')
    return " ".join(packages)


def _problem_with(name: str, least: tuple[int, int]) -> str | None:
    needed = _dotted(least)
    try:
        module = _imported_apart(name) if name == "shapely" else importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - a package can be broken in any way
        return tr("{} {} or newer (cannot be loaded: {})").format(
            _NAMES_IN_PIP.get(name, name), needed, error
        )
    version = str(getattr(module, "__version__", "0"))
    if _numbers(version) < least:
        return tr("{} {} or newer (found {})").format(
            _NAMES_IN_PIP.get(name, name), needed, version
        )
    return None


def _imported_apart(name: str) -> ModuleType:
    """Import a package that brings its own copy of a library that QGIS has loaded already.

    On Linux the loader would bind shapely's calls to the GEOS of QGIS, which may be an older
    one: wrong results or a crash. Bound deeply, shapely keeps to the GEOS it came with.
    """
    deep = getattr(os, "RTLD_DEEPBIND", None)
    if deep is None or name in sys.modules:
        return importlib.import_module(name)
    flags = sys.getdlopenflags()
    sys.setdlopenflags(flags | deep)
    try:
        return importlib.import_module(name)
    finally:
        sys.setdlopenflags(flags)


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(str(number) for number in version)


def _numbers(version: str) -> tuple[int, int]:
    major, minor, *_ = (*version.split("."), "0", "0")
    digits = ["".join(sign for sign in part if sign.isdigit()) or "0" for part in (major, minor)]
    return int(digits[0]), int(digits[1])


def find_proj_data() -> None:
    """Let pyproj use the system's PROJ data where it finds none, as in a virtual environment."""
    from pyproj import datadir
    from pyproj.exceptions import DataDirError

    try:
        datadir.get_data_dir()
    except DataDirError:
        folder = Path(sys.base_prefix) / "share" / "proj"
        if (folder / "proj.db").is_file():
            datadir.set_data_dir(str(folder))
