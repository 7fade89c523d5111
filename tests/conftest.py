"""What every test stands on: PROJ's data, the folders of the tools, a clean checkout."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Iterator

import pytest
from hypothesis import configuration

from enclave_watch.tests.postgisserver import Server, missing_programs, running_server

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "resources" / "sample" / "syria_2018.gpkg"
SHARED_DATA = ROOT.parent / "shared" / "data"

# whatever the tests write into the checkout lies in build/, where the link .qgis-settings leads
_OUTSIDE = {".git", "build", ".qgis-settings", "__pycache__"}

sys.path.insert(0, str(ROOT / "tools"))
configuration.set_hypothesis_home_dir(ROOT / "build" / "hypothesis")


def pytest_configure(config: pytest.Config) -> None:
    """Let pyproj find PROJ's data in the virtual environment, as the plugin does in QGIS."""
    from enclave_watch.compat import ensure_proj_data
    from enclave_watch.core.requirements import missing_requirements

    ensure_proj_data()
    # as in QGIS, this is what imports shapely first
    assert missing_requirements() is None


@pytest.fixture(scope="session", autouse=True)
def _checkout_stays_clean() -> Iterator[None]:
    before = _files()
    yield
    # where people work while tests run, files come and go
    if os.environ.get("CI"):
        assert _files() == before, "tests left files in the checkout"


def _files() -> set[Path]:
    found = set()
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in _OUTSIDE]
        found.update(Path(folder, name) for name in names)
    return found


@pytest.fixture(scope="session")
def sample() -> Path:
    """The GeoPackage of the sample, with its layers `control` and `places`."""
    return SAMPLE


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of data that is not part of the product; skips where there is none."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no data at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def postgis() -> Iterator[Server]:
    """A PostgreSQL server with PostGIS of the tests' own; skips where it is not installed."""
    missing = missing_programs()
    if missing:
        pytest.skip(f"needs {', '.join(missing)}, which `make test` installs")
    with running_server() as server:
        yield server
