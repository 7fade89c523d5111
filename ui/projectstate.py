"""What the dock does to a project without it becoming a change that asks to be saved."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator

from qgis.core import QgsProject

__all__ = ["keeping_dirty_flag"]


@contextmanager
def keeping_dirty_flag() -> Iterator[None]:
    """Leave the project as saved as it was: what is done inside is never part of the file."""
    project = QgsProject.instance()
    was_dirty = project.isDirty()
    try:
        yield
    finally:
        if not was_dirty and project.isDirty():
            project.setDirty(False)
