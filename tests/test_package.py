"""The package: what QGIS reads of it, what users get, and by which name it is imported."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

import package

ROOT = Path(__file__).resolve().parent.parent

REQUIRED_BY_QGIS_ORG = (
    "name",
    "qgisMinimumVersion",
    "description",
    "about",
    "version",
    "author",
    "email",
    "repository",
    "tracker",
)


@pytest.fixture(scope="module")
def metadata() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "metadata.txt", encoding="utf-8")
    return parser["general"]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    with zipfile.ZipFile(package.make_package(tmp_path_factory.mktemp("zip"))) as file:
        return file.namelist()


@pytest.mark.parametrize("key", REQUIRED_BY_QGIS_ORG)
def test_metadata_has_what_the_plugin_site_requires(
    metadata: configparser.SectionProxy, key: str
) -> None:
    assert metadata[key].strip()


def test_metadata_says_which_qgis_and_that_there_are_algorithms(
    metadata: configparser.SectionProxy,
) -> None:
    assert metadata["name"] == "Enclave Watch"
    assert metadata["qgisMinimumVersion"] == "3.22"
    assert metadata["qgisMaximumVersion"] == "4.99"
    assert metadata.getboolean("hasProcessingProvider")
    assert metadata.getboolean("supportsQt6")
    assert not metadata.getboolean("experimental")
    assert re.fullmatch(r"\d+\.\d+\.\d+", metadata["version"])
    assert (ROOT / metadata["icon"]).is_file()


def test_metadata_and_readme_tell_alike_how_to_get_shapely_and_keep_numpy(
    metadata: configparser.SectionProxy,
) -> None:
    about = metadata["about"]
    assert 'python -m pip install "shapely>=2" "numpy<2" where the numpy of QGIS is 1.x' in about
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if "pip install" in line]
    assert len(rows) == 4
    assert all('"numpy<2"' in row for row in rows)


def test_qgis_itself_reads_the_metadata(qgis_processing: None) -> None:
    from qgis import utils

    utils.plugin_paths = [str(ROOT / "build" / "plugins")]
    utils.updateAvailablePlugins()
    assert "enclave_watch" in utils.available_plugins
    assert utils.pluginMetadata("enclave_watch", "name") == "Enclave Watch"
    assert utils.pluginMetadata("enclave_watch", "hasProcessingProvider") == "yes"


def test_changelog_tells_of_the_version(metadata: configparser.SectionProxy) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## [{metadata['version']}]" in changelog
    assert metadata["changelog"].startswith(metadata["version"])


def test_licence_is_the_gpl_2_or_later(metadata: configparser.SectionProxy) -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "Version 2, June 1991" in text
    assert "version 2 or later" in metadata["about"]


def test_zip_has_one_top_folder_with_what_qgis_needs(names: list[str]) -> None:
    assert {PurePosixPath(name).parts[0] for name in names} == {"enclave_watch"}
    inside = {name.partition("/")[2] for name in names}
    assert {
        "metadata.txt",
        "LICENSE",
        "__init__.py",
        "plugin.py",
        "compat.py",
        "core/model.py",
        "processing/provider.py",
        "resources/icon.svg",
    } <= inside


def test_zip_leaves_out_tests_tools_and_litter(names: list[str]) -> None:
    unwanted = {"tests", "tools", "build", "__pycache__", "Makefile", "pyproject.toml"}
    parts = {part for name in names for part in PurePosixPath(name).parts}
    assert not parts & unwanted
    assert not [part for part in parts if part.startswith(".")]
    assert not [name for name in names if name.endswith((".pyc", ".ts", ".gpkg-wal", "~"))]


def test_every_file_that_the_packed_documents_link_to_is_packed(names: list[str]) -> None:
    packed = {PurePosixPath(name.partition("/")[2]) for name in names}
    assert {PurePosixPath("docs/method.md"), PurePosixPath("docs/images/syria-2018.png")} <= packed
    linked = {
        path.parent / target
        for path in packed
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#]+)", (ROOT / path).read_text(encoding="utf-8"))
        if "://" not in target
    }
    assert linked
    assert linked <= packed


def test_zip_holds_every_module_of_the_plugin(names: list[str]) -> None:
    modules = {
        path.relative_to(ROOT).as_posix()
        for folder in ("core", "processing", "ui")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert modules <= {name.partition("/")[2] for name in names}


def test_zip_is_the_same_for_the_same_files(tmp_path: Path) -> None:
    first = package.make_package(tmp_path / "first").read_bytes()
    assert package.make_package(tmp_path / "second").read_bytes() == first


def test_processing_is_that_of_qgis(qgis_processing: None) -> None:
    import processing

    assert hasattr(processing, "run")
    assert ROOT not in Path(processing.__file__).resolve().parents


def test_package_is_imported_by_its_own_name_only() -> None:
    import enclave_watch

    assert Path(enclave_watch.__file__).resolve().parent == ROOT
    assert str(ROOT) not in sys.path
    strangers = {
        name
        for name, module in sys.modules.items()
        if not name.startswith("enclave_watch")
        and _lies_in_package(getattr(module, "__file__", None))
    }
    assert strangers == set()


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this copy is not a git checkout")
def test_no_committed_file_is_a_leftover() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stdout.splitlines()
    assert not [name for name in listed if re.search(r"(^build/|__pycache__|\.pyc$|-wal$)", name)]


def _lies_in_package(file: str | None) -> bool:
    if not file:
        return False
    path = Path(file).resolve()
    if ROOT not in path.parents:
        return False
    top = path.relative_to(ROOT).parts[0]
    return top in {"core", "processing", "ui", "plugin.py", "compat.py"}
