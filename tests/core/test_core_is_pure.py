"""The engine stands without QGIS: no import of it, and it runs where there is none."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core"
MODULES = sorted(CORE.glob("**/*.py"))
FORBIDDEN = {"qgis", "PyQt5", "PyQt6", "PySide2", "PySide6", "sip", "osgeo", "processing"}
SIBLINGS = {"plugin", "compat", "processing", "ui"}

# a meta path finder in front of all others stands for a Python in which these are not installed
WITHOUT_QGIS = f"""
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {sorted(FORBIDDEN)!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}} (refused)", name=name)

sys.meta_path.insert(0, Refuse())
sys.path.insert(0, sys.argv[1])
try:
    import qgis
except ModuleNotFoundError:
    pass
else:
    raise SystemExit("the refusal does not work")
import importlib
for module in sys.argv[2:]:
    importlib.import_module(module)
print(sorted(set(sys.modules).intersection({sorted(FORBIDDEN)!r})))
"""


def imported_modules(source: str) -> set[str]:
    """Return every module that `source` imports, inside functions too; relative ones with dots."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def offences(source: str) -> set[str]:
    return {
        name
        for name in imported_modules(source)
        if name.partition(".")[0] in FORBIDDEN
        or name.startswith("enclave_watch")
        or (name.startswith("..") and name.lstrip(".").partition(".")[0] in SIBLINGS)
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_module_imports_nothing_of_qgis_or_of_the_rest_of_the_plugin(module: Path) -> None:
    assert offences(module.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    "source",
    [
        "import qgis.core",
        "from qgis.PyQt.QtCore import QDate",
        "def f():\n    from osgeo import ogr",
        "from ..compat import make_field",
        "from enclave_watch import compat",
    ],
)
def test_the_scan_sees_what_it_looks_for(source: str) -> None:
    assert offences(source)


def test_every_module_imports_in_a_python_without_qgis() -> None:
    names = [
        ".".join(("enclave_watch", *path.relative_to(ROOT).with_suffix("").parts))
        for path in MODULES
        if path.stem != "__init__"
    ]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_QGIS, str(ROOT / "build" / "plugins"), *names],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
    assert len(names) > 3
