"""QGIS's own algorithms, one after another, date by date, as an analyst chains them.

The chain is the shortest that gives the same figures: one overlay of the enclaves of two dates
gives the transitions and the lineage; the border is cut by neighbour once; each date is taken
from the file by an index on its date. Its results are one layer of enclaves and, for each pair of
dates, the ground by enclave before and after.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from enclave_watch.tests.bench.qgisapp import WORLD_MAP, run, start_qgis
from enclave_watch.tests.bench.ways import TOLERANCE_M, Case, Findings

__all__ = ["NativeChain"]

_NEIGHBOUR = "neighbour_NAME"
_TEXT = 2


class NativeChain:
    """Way (c)."""

    def prepare(self, case: Case, folder: Path) -> None:
        start_qgis()
        self._case = case
        self._folder = folder
        self._enclaves: dict[str, Any] = {}
        self._contacts: dict[str, Any] = {}
        self._ground: dict[str, Any] = {}

    def run(self) -> None:
        from qgis.core import QgsVectorLayer

        control = QgsVectorLayer(self._case.source, "control", "ogr")
        run("native:createattributeindex", INPUT=control, FIELD="date")
        metric = _metric_crs(control)
        border = _border(self._case.home, metric)
        before = None
        for date in _dates(control):
            enclaves = _enclaves(control, date)
            self._contacts[date] = _contact(enclaves, border, metric)
            if before is not None:
                self._ground[date] = _ground(before, enclaves)
            self._enclaves[date] = before = enclaves
        run(
            "native:mergevectorlayers",
            LAYERS=list(self._enclaves.values()),
            OUTPUT=str(self._folder / "native.gpkg"),
        )

    def findings(self) -> Findings:
        found = Findings()
        for date, layer in self._enclaves.items():
            for row in layer.getFeatures():
                found.add_enclave(date, row["faction"], row["area_km2"])
        for date, layer in self._contacts.items():
            for row in layer.getFeatures():
                found.add_contact(date, row["faction"], row[_NEIGHBOUR], row["length_km"])
        for date, layer in self._ground.items():
            for row in layer.getFeatures():
                # where nobody held it, it has no faction, which is not None in QGIS
                before, after = (
                    name if isinstance(name, str) else ""
                    for name in (row["faction"], row["to_faction"])
                )
                found.add_transition(date, before, after, row["ground_km2"])
        return found


def _dates(control: Any) -> list[str]:
    """Return the dates of the layer, in order."""
    values = control.uniqueValues(control.fields().indexOf("date"))
    return sorted(value.toString("yyyy-MM-dd") for value in values)


def _metric_crs(control: Any) -> Any:
    from qgis.core import QgsCoordinateReferenceSystem

    middle = control.extent().center()
    crs = QgsCoordinateReferenceSystem()
    crs.createFromProj(
        f"+proj=laea +lat_0={middle.y():.1f} +lon_0={middle.x():.1f} +datum=WGS84 +units=m"
    )
    return crs


def _border(home: str, metric: Any) -> Any:
    """Return the border with each neighbour, the sea among them, in metres."""
    from qgis.core import QgsApplication

    world = f"{Path(QgsApplication.pkgDataPath()) / WORLD_MAP}|layername=countries"
    country = run("native:extractbyexpression", INPUT=world, EXPRESSION=f"\"NAME\" = '{home}'")
    others = run("native:extractbyexpression", INPUT=world, EXPRESSION=f"\"NAME\" <> '{home}'")
    near = run("native:extractbylocation", INPUT=others, PREDICATE=[0], INTERSECT=country)
    lines = run("native:polygonstolines", INPUT=country)
    coast = run("native:difference", INPUT=lines, OVERLAY=near)
    coast = run(
        "native:fieldcalculator",
        INPUT=coast,
        FIELD_NAME=_NEIGHBOUR,
        FIELD_TYPE=_TEXT,
        FIELD_LENGTH=0,
        FORMULA="'sea'",
    )
    land = run(
        "native:intersection",
        INPUT=lines,
        OVERLAY=near,
        INPUT_FIELDS=["NAME"],
        OVERLAY_FIELDS=["NAME"],
        OVERLAY_FIELDS_PREFIX="neighbour_",
    )
    border = run("native:mergevectorlayers", LAYERS=[land, coast])
    return run("native:reprojectlayer", INPUT=border, TARGET_CRS=metric)


def _enclaves(control: Any, date: str) -> Any:
    snapshot = run("native:extractbyexpression", INPUT=control, EXPRESSION=f"\"date\" = '{date}'")
    repaired = run("native:fixgeometries", INPUT=snapshot)
    held = run("native:dissolve", INPUT=repaired, FIELD=["faction"])
    pieces = run("native:multiparttosingleparts", INPUT=held)
    numbered = run("native:addautoincrementalfield", INPUT=pieces, FIELD_NAME="enclave", START=1)
    return _measured(numbered, "area_km2", "$area / 1e6")


def _contact(enclaves: Any, border: Any, metric: Any) -> Any:
    """Return the border within the tolerance of each enclave."""
    around = run(
        "native:buffer",
        INPUT=run("native:reprojectlayer", INPUT=enclaves, TARGET_CRS=metric),
        DISTANCE=TOLERANCE_M,
    )
    along = run(
        "native:intersection",
        INPUT=border,
        OVERLAY=around,
        INPUT_FIELDS=[_NEIGHBOUR],
        OVERLAY_FIELDS=["faction", "enclave"],
    )
    return _measured(along, "length_km", "$length / 1e3")


def _ground(before: Any, after: Any) -> Any:
    """Return the ground of two dates by enclave before and after: transitions and lineage."""
    overlaid = run("native:union", INPUT=before, OVERLAY=after, OVERLAY_FIELDS_PREFIX="to_")
    return _measured(overlaid, "ground_km2", "$area / 1e6")


def _measured(layer: Any, name: str, formula: str) -> Any:
    return run(
        "native:fieldcalculator",
        INPUT=layer,
        FIELD_NAME=name,
        FIELD_TYPE=0,
        FIELD_LENGTH=0,
        FIELD_PRECISION=0,
        FORMULA=formula,
    )
