"""The engine through its public algorithms, and on its plain path."""

from __future__ import annotations

import inspect
import re
from functools import partial
from pathlib import Path
from typing import Any

from enclave_watch.tests.bench.qgisapp import start_qgis
from enclave_watch.tests.bench.ways import TOLERANCE_M, Case, Findings

__all__ = ["ControlSummary", "EnclaveHistory", "PlainEnclaveHistory", "QgisProcess"]

_TIMEOUT_S = 3_600
_CONTACT = re.compile(r"(?P<name>.+) (?P<km>[\d.,]+)$")


class EnclaveHistory:
    """Way (a): `enclavewatch:enclavehistory` with its events, written to a GeoPackage."""

    def prepare(self, case: Case, folder: Path) -> None:
        start_qgis()
        self._case = case
        self._folder = folder
        self._path = folder / "enclaves.gpkg"

    def parameters(self) -> dict[str, Any]:
        """Return what the algorithm is given."""
        return {**self.inputs(), "OUTPUT": str(self._path), "EVENTS": str(self._folder / "e.gpkg")}

    def inputs(self) -> dict[str, Any]:
        """Return the layer, its fields and the tolerance."""
        return {
            "CONTROL": self._case.source,
            "FACTION_FIELD": "faction",
            "DATE_FIELD": "date",
            "HOME": self._case.home,
            "TOLERANCE": TOLERANCE_M,
        }

    def run(self) -> None:
        import processing

        processing.run("enclavewatch:enclavehistory", self.parameters())

    def findings(self) -> Findings:
        found = Findings()
        for row in _table(f"{self._path}"):
            date, faction = row["date"].toString("yyyy-MM-dd"), row["faction"]
            found.add_enclave(date, faction, row["area_km2"])
            for name, length_km in _contacts(row["border_with"]):
                found.add_contact(date, faction, name, length_km)
        self._add_transitions(found)
        return found

    def _add_transitions(self, found: Findings) -> None:
        import processing

        matrix = str(self._folder / "matrix.gpkg")
        changes = str(self._folder / "changes.gpkg")
        inputs = {key: value for key, value in self.inputs().items() if key != "TOLERANCE"}
        processing.run(
            "enclavewatch:controlchanges", {**inputs, "OUTPUT": changes, "MATRIX": matrix}
        )
        for row in _table(matrix):
            before, after = (
                "" if name == "unassigned" else name
                for name in (row["from_faction"], row["to_faction"])
            )
            date = row["to_date"].toString("yyyy-MM-dd")
            found.add_transition(date, before, after, row["km2"])


class ControlSummary(EnclaveHistory):
    """Way (a), the other algorithm: `enclavewatch:controlsummary`."""

    def run(self) -> None:
        import processing

        processing.run("enclavewatch:controlsummary", {**self.inputs(), "OUTPUT": str(self._path)})

    def findings(self) -> Findings:
        found = Findings()
        for row in _table(str(self._path)):
            if row["kind"] != "faction":
                continue
            date, faction = row["date"].toString("yyyy-MM-dd"), row["faction"]
            key = f"{date}|{faction}"
            found.area_km2[key] = row["area_km2"]
            found.enclaves[key] = row["enclaves"]
            for name, length_km in _contacts(row["border_with"]):
                found.add_contact(date, faction, name, length_km)
        return found


class PlainEnclaveHistory(EnclaveHistory):
    """Way (b): the same algorithm on the engine's plain path."""

    def prepare(self, case: Case, folder: Path) -> None:
        super().prepare(case, folder)
        take_the_plain_path()


class QgisProcess(EnclaveHistory):
    """Way (a) from a command line, the start of the program and all imports with it."""

    def prepare(self, case: Case, folder: Path) -> None:
        from qgis_env import enable_plugin

        super().prepare(case, folder)
        enable_plugin()

    def run(self) -> None:
        from qgis_env import run_algorithm

        run_algorithm("enclavewatch:enclavehistory", self.parameters(), timeout_s=_TIMEOUT_S)


def take_the_plain_path() -> None:
    """Let the engine work every date out by itself: `make_valid` and `union_all`.

    Raises
    ------
    RuntimeError
        When this version of the engine has no other path to switch off.
    """
    from enclave_watch.core import timeline

    if "plain" not in inspect.signature(timeline.analyse).parameters:
        raise RuntimeError("this version of the engine has one path only")
    timeline.analyse = partial(timeline.analyse, plain=True)


def _contacts(text: Any) -> list[tuple[str, float]]:
    """Return the neighbours and km of `Iraq 85.0; Turkey 3.2`."""
    if not isinstance(text, str):
        return []
    matches = [_CONTACT.match(part.strip()) for part in text.split(";") if part.strip()]
    return [(match["name"], float(match["km"].replace(",", ""))) for match in matches if match]


def _table(path: str) -> Any:
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer(path, "result", "ogr")
    if not layer.isValid():
        raise RuntimeError(f"no result at {path}")
    return layer.getFeatures()
