"""Packs the plugin as QGIS installs it: build/enclave_watch-VERSION.zip, with one top folder."""

from __future__ import annotations

import argparse
import configparser
import fnmatch
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = "enclave_watch"

# what users get; whatever is not named here stays out
FILES = (
    "metadata.txt",
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "__init__.py",
    "plugin.py",
    "compat.py",
)
FOLDERS = {
    "core": ("*.py",),
    "processing": ("*.py",),
    "docs": ("*.md", "*.png"),
    "ui": ("*.py", "*.ui"),
    "resources": ("*",),
    "i18n": ("*.qm",),
}
NEVER = ("__pycache__", "*.py[co]", "*.gpkg-shm", "*.gpkg-wal", "*~", ".*")

# a fixed date, so that the same files give the same zip
DATE = (2020, 1, 1, 0, 0, 0)


def version() -> str:
    """Return the version that metadata.txt gives."""
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(ROOT / "metadata.txt", encoding="utf-8")
    return metadata["general"]["version"]


def packaged_files() -> list[Path]:
    """Return the files of the package, relative to the checkout, in alphabetical order."""
    files = [Path(name) for name in FILES if (ROOT / name).is_file()]
    for folder, patterns in FOLDERS.items():
        files += [
            path.relative_to(ROOT)
            for path in (ROOT / folder).rglob("*")
            if path.is_file()
            and any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns)
            and not _is_litter(path.relative_to(ROOT))
        ]
    return sorted(files)


def make_package(folder: Path) -> Path:
    """Write the zip into `folder` and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{PLUGIN}-{version()}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for path in packaged_files():
            entry = zipfile.ZipInfo(f"{PLUGIN}/{path.as_posix()}", DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            package.writestr(entry, (ROOT / path).read_bytes())
    return target


def _is_litter(path: Path) -> bool:
    return any(fnmatch.fnmatch(part, pattern) for part in path.parts for pattern in NEVER)


def main() -> None:
    """Make the package, or list what would be in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", metavar="PATTERN", help="list such files, make nothing")
    pattern = parser.parse_args().list
    if pattern is None:
        print(make_package(ROOT / "build"))
        return
    for path in packaged_files():
        if fnmatch.fnmatch(path.name, pattern):
            print(path.as_posix())


if __name__ == "__main__":
    main()
