"""The real programs, each in a profile of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import qgis_env


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a fresh profile in which the plugin is switched on."""
    variables = qgis_env.environment(profile=tmp_path_factory.mktemp("profile"))
    qgis_env.enable_plugin(variables)
    return variables


@pytest.fixture(scope="session")
def sample_copy(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample's folder: opening a GeoPackage may touch it."""
    return Path(shutil.copytree(sample.parent, tmp_path_factory.mktemp("sample") / "sample"))


@pytest.fixture(scope="session")
def control(sample_copy: Path) -> str:
    """The control layer of the sample, as `qgis_process` takes it."""
    return f"{sample_copy / 'syria_2018.gpkg'}|layername=control"
