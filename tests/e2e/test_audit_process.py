"""`qgis_process` audits a control layer and writes its repaired copy, from files to files."""

from __future__ import annotations

import json
from pathlib import Path

from qgis.core import QgsVectorLayer
from shapely import from_wkt
from shapely.geometry import mapping

import qgis_env

SQUARE = "POLYGON((0 0, 1 0, 1 1, 0 1, 0 0))"
ROWS = [
    (SQUARE, "Red", "2024-01-01"),
    ("POLYGON((5 0, 6 1, 6 0, 5 1, 5 0))", "Red", "2024-01-02"),
    ("POLYGON((0.5 0, 2 0, 2 1, 0.5 1, 0.5 0))", "Blue", "2024-01-01"),
    (SQUARE, None, "2024-01-03"),
    (SQUARE, "Red", "early in 2024"),
    (None, "Red", "2024-01-03"),
]


def kinds(path: Path) -> dict[str, int]:
    layer = QgsVectorLayer(str(path), "table", "ogr")
    assert layer.isValid()
    return {row["kind"]: row["count"] for row in layer.getFeatures() if row["count"]}


def test_what_is_wrong_is_told_and_the_copy_has_it_mended(
    profile: dict[str, str], tmp_path: Path
) -> None:
    source = tmp_path / "dirty.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {"faction": faction, "date": date},
            "geometry": None if shape is None else mapping(from_wkt(shape)),
        }
        for shape, faction, date in ROWS
    ]
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    before = source.read_bytes()
    files = {key: tmp_path / f"{key}.gpkg" for key in ("OUTPUT", "TABLE", "FIXED")}
    fields = {"FACTION_FIELD": "faction", "DATE_FIELD": "date"}
    results = qgis_env.run_algorithm(
        "enclavewatch:auditcontrol", {"CONTROL": source, **fields, **files}, variables=profile
    )
    expected = {
        "COUNT": 5, "ERRORS": 4, "WARNINGS": 1, "INVALID": 1, "OVERLAPS": 1, "REPAIRED": 1,
        "DROPPED": 1,
    }  # fmt: skip
    assert {key: results[key] for key in expected} == expected
    assert kinds(files["TABLE"]) == {
        "invalid_geometry": 1, "null_faction": 1, "impossible_date": 1, "null_geometry": 1,
        "overlap": 1,
    }  # fmt: skip
    assert source.read_bytes() == before

    again = tmp_path / "again.gpkg"
    qgis_env.run_algorithm(
        "enclavewatch:auditcontrol",
        {"CONTROL": files["FIXED"], **fields, "OUTPUT": tmp_path / "left.gpkg", "TABLE": again},
        variables=profile,
    )
    assert kinds(again) == {"null_faction": 1, "impossible_date": 1, "overlap": 1}
