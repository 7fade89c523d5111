"""The sample, opened as a copy: what is shipped stays as it is."""

from __future__ import annotations

import shutil
import zlib
from pathlib import Path

from qgis.core import QgsApplication

__all__ = ["sample_project"]

_SHIPPED = Path(__file__).parent.parent / "resources" / "sample"
_PROJECT = "syria_2018.qgz"
_FILES = (_PROJECT, "syria_2018.gpkg", "README.md")


def sample_project(folder: Path | None = None) -> Path:
    """Return a project with the sample that the user may change and save.

    It lies in the user's profile. What is there already is kept, with all that the user has
    done to it; a version of the plugin with another sample makes another copy.

    Parameters
    ----------
    folder : where copies lie; None: in the profile

    Raises
    ------
    OSError : where it cannot be written
    """
    if folder is None:
        folder = Path(QgsApplication.qgisSettingsDirPath()) / "enclave_watch"
    checksum = 0
    for name in _FILES:
        checksum = zlib.crc32((_SHIPPED / name).read_bytes(), checksum)
    target = folder / f"sample-{checksum:08x}"
    target.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        if not (target / name).exists():
            part = target / f"{name}.part"
            shutil.copyfile(_SHIPPED / name, part)
            part.replace(target / name)
    return target / _PROJECT
