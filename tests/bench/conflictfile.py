"""Writes a made-up conflict as a GeoPackage, in seconds for gigabytes.

    build/venv/bin/python tests/bench/conflictfile.py medium build/bench/medium.gpkg

GDAL makes the empty layer, SQLite takes the rows, and GDAL adds the spatial index: outlines that
stand in many rows are packed once.
"""

from __future__ import annotations

import argparse
import sqlite3
import struct
import sys
import warnings
from contextlib import closing
from pathlib import Path
from typing import Iterator

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "build" / "plugins"))

from osgeo import gdal, ogr, osr  # noqa: E402

from enclave_watch.core.requirements import missing_requirements  # noqa: E402

missing_requirements()

import shapely  # noqa: E402

from enclave_watch.tests.bench.conflicts import SIZES, Conflict, Size, make_conflict  # noqa: E402
from enclave_watch.tests.bench.dirt import Dirt  # noqa: E402

__all__ = ["LAYER", "parse_size", "write_conflict"]

LAYER = "control"
_WGS84 = 4326
# the header of a GeoPackage geometry: version 0, little-endian, an envelope of x and y
_HEADER = struct.Struct("<2sBBi4d")
_FLAGS = 0b0000_0011


def write_conflict(conflict: Conflict, path: Path, *, as_intervals: bool = False) -> None:
    """Write the layer `control`, in longitude and latitude.

    Parameters
    ----------
    as_intervals : one row for each time that a faction holds an outline, with the fields
        `valid_from` and `valid_to`; otherwise one row a polygon and date, with `date`
    """
    gdal.UseExceptions()
    ogr.UseExceptions()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    days = ("valid_from", "valid_to") if as_intervals else ("date",)
    _make_empty(path, days)
    packed = _packed(conflict)
    rows = _intervals(conflict, packed) if as_intervals else _dated(conflict, packed)
    names = ", ".join(("geom", "faction", *days))
    marks = ", ".join("?" * (2 + len(days)))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = OFF")
        # both are constants of this module
        connection.executemany(
            f"INSERT INTO {LAYER} ({names}) VALUES ({marks})",  # noqa: S608
            rows,
        )
        bounds = shapely.total_bounds(shapely.from_wkb(conflict.outlines)).tolist()
        connection.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?", bounds
        )
    source = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
    source.ExecuteSQL(f"SELECT CreateSpatialIndex('{LAYER}', 'geom')")
    source = None


def parse_size(text: str) -> Size:
    """Return a size by name, or from `DATESxPOLYGONSxVERTICES`.

    Raises
    ------
    ArgumentTypeError
        When it is neither.
    """
    if text in SIZES:
        return SIZES[text]
    try:
        dates, polygons, vertices = (int(part) for part in text.lower().split("x"))
    except ValueError as error:
        message = f"size {text!r}: give one of {', '.join(SIZES)}, or for instance 30x200x40000"
        raise argparse.ArgumentTypeError(message) from error
    return Size(dates, polygons, vertices)


def _make_empty(path: Path, days: tuple[str, ...]) -> None:
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(_WGS84)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = source.CreateLayer(LAYER, crs, ogr.wkbPolygon, ["SPATIAL_INDEX=NO"])
    layer.CreateField(ogr.FieldDefn("faction", ogr.OFTString))
    for name in days:
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTDate))
    layer = source = None


def _packed(conflict: Conflict) -> dict[bytes, bytes]:
    bounds = shapely.bounds(shapely.from_wkb(conflict.outlines)).tolist()
    return {
        wkb: _HEADER.pack(b"GP", 0, _FLAGS, _WGS84, west, east, south, north) + wkb
        for wkb, (west, south, east, north) in zip(conflict.outlines, bounds)
    }


def _dated(conflict: Conflict, packed: dict[bytes, bytes]) -> Iterator[tuple[object, ...]]:
    for row in conflict.rows():
        yield packed[row.wkb], row.faction, row.date.isoformat()


def _intervals(conflict: Conflict, packed: dict[bytes, bytes]) -> Iterator[tuple[object, ...]]:
    for row in conflict.intervals():
        end = row.valid_to and row.valid_to.isoformat()
        yield packed[row.wkb], row.faction, row.valid_from.isoformat(), end


def main() -> None:
    """Write the conflict that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("size", type=parse_size, help="small, medium, large or e.g. 30x200x40000")
    parser.add_argument("path", type=Path, help="GeoPackage to write; one that is there goes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flips", type=int, help="cells that change hands each date")
    parser.add_argument("--moves", type=int, help="places where the front moves each date")
    parser.add_argument("--dirt", nargs="*", default=[], type=Dirt, choices=list(Dirt))
    parser.add_argument("--intervals", action="store_true", help="valid_from and valid_to")
    given = parser.parse_args()
    conflict = make_conflict(
        given.size, seed=given.seed, flips=given.flips, moves=given.moves, dirt=given.dirt
    )
    write_conflict(conflict, given.path, as_intervals=given.intervals)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
