"""The world map that QGIS ships: what countries and provinces are when none are given."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from qgis.core import QgsApplication, QgsVectorLayer

from ..core.errors import WorldMapError
from ..core.i18n import tr

__all__ = [
    "WORLD_COUNTRIES",
    "WORLD_COUNTRY_FIELD",
    "WORLD_PROVINCES",
    "WORLD_PROVINCE_FIELD",
    "existing_world_map",
    "world_country_names",
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
    path = existing_world_map()
    # nobody sees it: looking for its style takes longer than all else
    options = QgsVectorLayer.LayerOptions(loadDefaultStyle=False)
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr", options)
    if not layer.isValid():
        raise _no_world_map(path)
    return layer


def world_country_names() -> list[str]:
    """Return the names of all countries of the world map, in order.

    They are read without opening the layer, which would take ten times as long, at each check of
    what the user gave.

    Raises
    ------
    WorldMapError : if the map or the layer is not there
    """
    # not needed before a run
    import sqlite3

    path = existing_world_map()
    named = f'SELECT DISTINCT "{WORLD_COUNTRY_FIELD}" FROM "{WORLD_COUNTRIES}"'  # noqa: S608 # nosec B608
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as file:
            return sorted(name.strip() for (name,) in file.execute(named) if name)
    except sqlite3.Error as error:
        raise _no_world_map(path) from error


def existing_world_map() -> Path:
    """Return where the world map is.

    Raises
    ------
    WorldMapError : if it is not there
    """
    path = world_map_file()
    if not path.is_file():
        raise _no_world_map(path)
    return path


def _no_world_map(path: Path) -> WorldMapError:
    return WorldMapError(
        tr(
            "The world map that comes with QGIS is not at {path}. Give a layer of countries "
            "(COUNTRIES) and one of provinces (PROVINCES) instead."
        ).format(path=path)
    )
