"""A reader of GeoPackages for tests: SQLite holds a header before each WKB."""

from __future__ import annotations

import os
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Iterator, Optional

import pytest
import shapely

__all__ = ["features", "shapes", "wkb_of", "world_map"]

# bytes of the envelope by its code in the header's flags
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
# the number of the kind in WKB
_MULTIPOLYGON = 6
_WORLD_MAP = Path("/usr/share/qgis/resources/data/world_map.gpkg")


def wkb_of(blob: bytes) -> bytes:
    """Return the WKB behind the header of a GeoPackage geometry (OGC 12-128, 2.1.3)."""
    if blob[:1] == b"\0":
        return _wkb_of_spatialite(blob)
    if blob[:2] != b"GP":
        raise ValueError("not a geometry of a GeoPackage")
    return blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 7] :]


def _wkb_of_spatialite(blob: bytes) -> bytes:
    """Return the WKB of polygons as SpatiaLite keeps them, with marks in place of byte orders."""
    endian, body = ("<" if blob[1] else ">"), bytearray(blob[39:-1])
    kind, count = struct.unpack_from(f"{endian}2I", body)
    at = 8
    for _ in range(count if kind == _MULTIPOLYGON else 0):
        body[at] = blob[1]
        (rings,) = struct.unpack_from(f"{endian}I", body, at + 5)
        at += 9
        for _ in range(rings):
            at += 4 + 16 * struct.unpack_from(f"{endian}I", body, at)[0]
    return blob[1:2] + bytes(body)


def features(
    path: Path, layer: str, *fields: str, where: str = "1"
) -> Iterator[tuple[int, Optional[bytes], tuple]]:
    """Yield id, WKB and fields of the features of one layer."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as base:
        (column,) = base.execute(
            "select column_name from gpkg_geometry_columns where table_name = ?", [layer]
        ).fetchone()
        names = ", ".join(f'"{name}"' for name in fields)
        query = f'select rowid, "{column}", {names} from "{layer}" where {where}'  # noqa: S608
        for number, blob, *values in base.execute(query):
            yield number, None if blob is None else wkb_of(blob), tuple(values)


def world_map() -> Path:
    """Return QGIS's world map; skips where there is none."""
    path = Path(os.environ.get("ENCLAVE_WATCH_WORLD_MAP", _WORLD_MAP))
    if not path.is_file():
        pytest.skip(f"no world map at {path}; ENCLAVE_WATCH_WORLD_MAP may name another place")
    return path


def shapes(path: Path, layer: str, name: str, where: str = "1") -> Iterator[tuple[str, object]]:
    """Yield name and shapely geometry of the features of one layer."""
    for _, wkb, (label,) in features(path, layer, name, where=where):
        if wkb is not None and label is not None:
            yield label, shapely.from_wkb(wkb)
