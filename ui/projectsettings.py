"""The choices of the dock in the project file."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from .choices import Choices

if TYPE_CHECKING:
    from qgis.core import QgsProject

__all__ = ["SCOPE", "read_choices", "write_choices"]

SCOPE = "EnclaveWatch"
_CHOICES = "/dock/choices"


def read_choices(project: QgsProject) -> Choices | None:
    """Return the choices that a project holds; None where it holds none.

    What a newer or a broken file holds and is not understood keeps its default.
    """
    text, found = project.readEntry(SCOPE, _CHOICES)
    if not found or not text:
        return None
    try:
        stored = json.loads(text)
    except ValueError:
        return None
    if not isinstance(stored, dict):
        return None
    known = {
        each.name: stored[each.name]
        for each in fields(Choices)
        if each.name in stored and _fits(each.name, each.default, stored[each.name])
    }
    return Choices(**known)


def write_choices(project: QgsProject, choices: Choices) -> None:
    """Put the choices into the project, which then has something to save.

    A project that holds them already is left as it is.
    """
    if read_choices(project) != choices:
        project.writeEntry(SCOPE, _CHOICES, json.dumps(asdict(choices), ensure_ascii=False))
        project.setDirty(True)


def _fits(name: str, default: Any, value: Any) -> bool:
    if name == "reference_area_km2":
        return value is None or _is_number(value)
    if isinstance(default, bool):
        return isinstance(value, bool)
    if isinstance(default, float):
        return _is_number(value)
    return isinstance(value, type(default))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
