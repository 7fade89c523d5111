"""GeoPandas, without QGIS: dissolve, explode, overlay, date by date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from enclave_watch.tests.bench.ways import TOLERANCE_M, Case, Findings

__all__ = ["GeoPandas"]

WORLD_MAP = Path("/usr/share/qgis/resources/data/world_map.gpkg")


class GeoPandas:
    """Way (d)."""

    def prepare(self, case: Case, folder: Path) -> None:
        import geopandas as gpd

        self._gpd = gpd
        self._case = case
        self._folder = folder
        self._enclaves: dict[str, Any] = {}
        self._contacts: dict[str, Any] = {}
        self._ground: dict[str, Any] = {}

    def run(self) -> None:
        import pandas as pd

        control = self._gpd.read_file(
            self._case.path, layer=self._case.layer, engine="pyogrio", use_arrow=False
        )
        west, south, east, north = control.total_bounds
        metric = (
            f"+proj=laea +lat_0={(south + north) / 2:.1f} +lon_0={(west + east) / 2:.1f} "
            "+datum=WGS84 +units=m"
        )
        border = self._border(metric)
        before = None
        for date, snapshot in control.groupby(control["date"].astype(str).str[:10]):
            enclaves = _enclaves(snapshot, metric)
            self._contacts[date] = self._contact(enclaves, border, metric)
            if before is not None:
                self._ground[date] = self._overlay(before, enclaves, metric)
            self._enclaves[date] = before = enclaves
        together = pd.concat([layer.assign(date=date) for date, layer in self._enclaves.items()])
        together.to_file(self._folder / "geopandas.gpkg", engine="pyogrio")

    def findings(self) -> Findings:
        found = Findings()
        for date, layer in self._enclaves.items():
            for faction, area_km2 in zip(layer["faction"], layer["area_km2"]):
                found.add_enclave(date, faction, area_km2)
        for date, layer in self._contacts.items():
            for row in layer.itertuples():
                found.add_contact(date, row.faction, row.NAME, row.length_km)
        for date, layer in self._ground.items():
            befores, afters = (layer[name].fillna("") for name in ("faction_1", "faction_2"))
            for before, after, area_km2 in zip(befores, afters, layer["area_km2"]):
                found.add_transition(date, before, after, area_km2)
        return found

    def _border(self, metric: str) -> Any:
        """Return the border with each neighbour, the sea among them, in metres."""
        world = self._gpd.read_file(WORLD_MAP, layer="countries", engine="pyogrio")
        is_home = world["NAME"] == self._case.home
        country, others = world[is_home], world[~is_home]
        near = others[others.intersects(country.geometry.iloc[0])]
        lines = country.set_geometry(country.boundary)[["geometry"]]
        named = near[["NAME", "geometry"]]
        cut = self._gpd.overlay(lines, named, how="identity", keep_geom_type=False)
        cut["NAME"] = cut["NAME"].fillna("sea")
        is_line = cut.geom_type.isin(["LineString", "MultiLineString", "GeometryCollection"])
        return cut[is_line].to_crs(metric)

    def _contact(self, enclaves: Any, border: Any, metric: str) -> Any:
        around = enclaves.to_crs(metric)
        around["geometry"] = around.buffer(TOLERANCE_M)
        along = self._gpd.overlay(border, around, keep_geom_type=False)
        return along.assign(length_km=along.length / 1e3)

    def _overlay(self, before: Any, after: Any, metric: str) -> Any:
        names = ["faction", "enclave", "geometry"]
        ground = self._gpd.overlay(before[names], after[names], how="union")
        return ground.assign(area_km2=ground.to_crs(metric).area / 1e6)


def _enclaves(snapshot: Any, metric: str) -> Any:
    snapshot = snapshot.set_geometry(snapshot.make_valid())
    held = snapshot[["faction", "geometry"]].dissolve("faction", as_index=False)
    pieces = held.explode(index_parts=False, ignore_index=True)
    pieces["enclave"] = range(1, len(pieces) + 1)
    return pieces.assign(area_km2=pieces.to_crs(metric).area / 1e6)
