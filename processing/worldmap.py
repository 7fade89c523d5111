"""The world map that QGIS ships: what countries and provinces are when none are given."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication, QgsVectorLayer

from ..core.errors import WorldMapError
from ..core.i18n import tr

__all__ = [
    "WORLD_COUNTRIES",
    "WORLD_COUNTRY_FIELD",
    "WORLD_PROVINCES",
    "WORLD_PROVINCE_FIELD",
    "world_layer",
    "world_map_file",
]

WORLD_COUNTRIES = "countries"
WORLD_COUNTRY_FIELD = "NAME"
WORLD_PROVINCES = "states_provinces"
WORLD_PROVINCE_FIELD = "name"


def world_map_file() -> Path:
    """Return where QGIS keeps its world map."""
    return Path(QgsApplication.pkgDataPath()) / "resources" / "data" / "world_map.gpkg"


def world_layer(name: str) -> QgsVectorLayer:
    """Return the layer `name` of the world map.

    Raises
    ------
    WorldMapError : if the map or the layer is not there
    """
    path = world_map_file()
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr") if path.is_file() else None
    if layer is None or not layer.isValid():
        raise WorldMapError(
            tr(
                "The world map that comes with QGIS is not at {path}. Give a layer of countries "
                "(COUNTRIES) and one of provinces (PROVINCES) instead."
            ).format(path=path)
        )
    return layer
