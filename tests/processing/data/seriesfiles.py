"""Files and rows for the tests of `buildseries`."""

from __future__ import annotations

import json
from pathlib import Path

from qgis.core import NULL
from shapely import from_wkt
from shapely.geometry import mapping

__all__ = ["FIELDS", "SQUARE", "spans", "write"]

SQUARE = "POLYGON((0 0,1 0,1 1,0 1,0 0))"
FIELDS = ["faction", "valid_from", "valid_to", "source"]


def write(path: Path, *shapes: str | None, **properties: str) -> None:
    """Write a GeoJSON file of WKT shapes; None is a feature without geometry."""
    path.parent.mkdir(parents=True, exist_ok=True)
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": None if shape is None else mapping(from_wkt(shape)),
        }
        for shape in shapes
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def spans(result, form="yyyy-MM-dd"):
    """Return faction, start and end of each row of a result."""
    return [
        (
            row["faction"],
            row["valid_from"].toString(form),
            "" if row["valid_to"] == NULL else row["valid_to"].toString(form),
        )
        for row in result.rows
    ]
