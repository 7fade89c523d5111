"""A real Python to start workers with: in QGIS, `sys.executable` may be QGIS itself."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

__all__ = ["interpreters", "package_folders"]

_PACKAGES = ("numpy", "shapely", "pyproj")


def interpreters() -> list[Path]:
    """Return programs that may be a Python like this one, the likeliest first.

    Only where this Python itself comes from is looked, never on the path for programs, where
    anything may lie. Whether one fits is seen once it runs.
    """
    own = [getattr(sys, "executable", None), getattr(sys, "_base_executable", None)]
    stated = [Path(each) for each in own if each and Path(each).stem.lower().startswith("python")]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    names = (
        ("python.exe", "python3.exe")
        if sys.platform == "win32"
        else (f"bin/python{version}", "bin/python3", f"python{version}", "python3")
    )
    homes = dict.fromkeys([sys.prefix, sys.exec_prefix, sys.base_prefix])
    beside = [Path(home, name) for home in homes for name in names]
    return [path for path in dict.fromkeys([*stated, *beside]) if path.is_file()]


def package_folders() -> list[str]:
    """Return the folders in which this package and those that it needs are found here."""
    own = str(Path(__file__).parent.parent.parent)
    needed = {folder for folder in map(_folder_of, _PACKAGES) if folder is not None}
    # in the order in which this Python looks: one folder may hold an older copy of a package
    ordered = [folder for folder in sys.path if folder in needed]
    return list(dict.fromkeys([own, *ordered, *sorted(needed)]))


def _folder_of(name: str) -> str | None:
    spec = importlib.util.find_spec(name)
    return str(Path(spec.origin).parent.parent) if spec is not None and spec.origin else None
