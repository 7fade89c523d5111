"""`qgis_process` runs the algorithms about change, with all their results written to files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsVectorLayer

import qgis_env

FIELDS = {"FACTION_FIELD": "faction", "DATE_FIELD": "date"}


def rows(path: Path) -> list[dict[str, Any]]:
    layer = QgsVectorLayer(str(path), "result", "ogr")
    assert layer.isValid(), path
    return [feature.attributeMap() for feature in layer.getFeatures()]


def test_changes_between_the_first_and_the_last_date(
    profile: dict[str, str], control: str, tmp_path: Path
) -> None:
    files = {key: tmp_path / f"{key}.gpkg" for key in ("OUTPUT", "MATRIX", "CHURN")}
    results = qgis_env.run_algorithm(
        "enclavewatch:controlchanges",
        {"CONTROL": control, **FIELDS, "COMPARE": "ends", **files},
        variables=profile,
    )
    assert results["FEATURES"] == len(rows(files["OUTPUT"]))
    assert results["DATES"] == 2
    lost = {
        row["to_faction"]: row["km2"]
        for row in rows(files["MATRIX"])
        if row["from_faction"] == "Islamic State" and row["km2"] > 1
    }
    # 5,913.5 km2 in May, 3,705.0 in August, both as published
    assert lost == {"Syrian Democratic Forces": pytest.approx(2208.5, abs=0.1)}
    assert sum(row["area_km2"] for row in rows(files["CHURN"])) == pytest.approx(
        results["NET_KM2"], abs=0.01
    )


def test_a_summary_by_province_in_a_spreadsheet(
    profile: dict[str, str], control: str, tmp_path: Path
) -> None:
    target = tmp_path / "summary.csv"
    results = qgis_env.run_algorithm(
        "enclavewatch:controlsummary",
        {"CONTROL": control, **FIELDS, "BY_PROVINCE": "true", "OUTPUT": target},
        variables=profile,
    )
    table = rows(target)
    assert results["FEATURES"] == len(table)
    last = [row for row in table if str(row["date"]).startswith(("2018-08-05", "2018/08/05"))]
    assert last
    total = sum(float(row["km2"]) for row in last)
    assert total == pytest.approx(results["HOME_KM2"], abs=0.01)


def test_the_history_of_the_towns(profile: dict[str, str], control: str, tmp_path: Path) -> None:
    files = {key: tmp_path / f"{key}.gpkg" for key in ("OUTPUT", "TABLE")}
    results = qgis_env.run_algorithm(
        "enclavewatch:placeshistory",
        {
            "CONTROL": control,
            **FIELDS,
            "PLACES": control.replace("layername=control", "layername=places"),
            "PLACE_FIELD": "name",
            **files,
        },
        variables=profile,
    )
    assert results["COUNT"] == len(rows(files["OUTPUT"])) == 20
    assert results["FEATURES"] == len(rows(files["TABLE"]))
