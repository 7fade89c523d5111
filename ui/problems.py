"""Why there can be no analysis, as far as that is known at once."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from qgis.core import QgsProject, QgsVectorLayer

from ..core.i18n import tr
from ..core.requirements import missing_requirements

if TYPE_CHECKING:
    from .choices import Choices

__all__ = ["missing_packages", "problem_of", "without_dates"]

_PACKAGES = ("numpy", "pyproj", "shapely")


def problem_of(choices: Choices, project: QgsProject) -> str:
    """Return what keeps an analysis from being made, with the remedy; '' where nothing does.

    What takes longer to find out is left to the analysis itself.
    """
    missing = missing_packages()
    if missing:
        return missing
    layer = project.mapLayer(choices.control)
    if not isinstance(layer, QgsVectorLayer):
        return tr("Choose a control layer: polygons that say which faction held what, and when.")
    if not layer.isValid():
        return tr('Control layer "{layer}" cannot be read. Repair its data source.').format(
            layer=layer.name()
        )
    for name in (choices.faction_field, choices.date_field, choices.end_field):
        if name and layer.fields().lookupField(name) < 0:
            return tr('Control layer "{layer}" has no field "{field}" any more.').format(
                layer=layer.name(), field=name
            )
    return "" if choices.date_field else without_dates()


def missing_packages() -> str:
    """Return what the engine needs and is not there, with how to get it; '' where all is."""
    # whether they can be imported is found out in a worker: that takes a moment
    if any(importlib.util.find_spec(name) is None for name in _PACKAGES):
        return missing_requirements() or ""
    return ""


def without_dates() -> str:
    """Return why a control layer without a date field cannot be shown."""
    return tr(
        "The dock steps from date to date. Choose the date field of the control layer; a layer "
        "without dates can be measured by the algorithms of the toolbox."
    )
