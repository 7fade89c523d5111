"""Plain tables of GeoPackages, read past QGIS, which takes twice as long over each feature.

Only rows, in QGIS's order, and the bytes of polygons are taken here. What a value means, and
whether QGIS leaves a geometry as it is, whoever reads the rows asks QGIS.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Sequence, Tuple

from qgis.core import QgsProviderRegistry

from .convert import plain_value

if TYPE_CHECKING:
    from qgis.core import QgsVectorLayer

__all__ = ["PlainTable", "RawRow", "flat_polygon_wkb", "plain_table", "raw_chunks", "row_count"]

RawRow = Tuple[Any, ...]
"""Feature id, geometry as the GeoPackage holds it, and the values asked for; texts as bytes."""

_LOCK_PATIENCE_S = 1.0
_CHUNK_BYTES = 2**23
_ROW_BYTES = 256
_LITTLE_ENDIAN_POLYGONS = (b"\x01\x03\x00\x00\x00", b"\x01\x06\x00\x00\x00")
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
# by the first bytes: "GP", version 0, and flags that say neither "empty" nor "not of the standard"
_WKB_STARTS = {
    b"GP\x00" + bytes([kind << 1 | byte_order]): 8 + size
    for kind, size in enumerate(_ENVELOPE_BYTES)
    for byte_order in (0, 1)
}


@dataclass(frozen=True)
class PlainTable:
    """A table of a GeoPackage whose rows are the features of a layer, one for one.

    `where` is the layer's filter as SQL; empty for all rows.
    """

    path: Path
    name: str
    id_column: str
    geometry_column: str
    columns: frozenset[str]
    where: str


def plain_table(layer: QgsVectorLayer | None, indexes: Sequence[int]) -> PlainTable | None:
    """Return the table behind a layer; None unless reading it gives what the layer gives.

    Parameters
    ----------
    indexes : of the fields that are to be read
    """
    if layer is None or not _is_stored(layer, indexes):
        return None
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    given = {key: value for key, value in parts.items() if plain_value(value) not in (None, "", [])}
    where = layer.subsetString()
    # whatever else is given narrows the layer, or lies in an archive or far away
    if not {"path"} <= set(given) <= {"path", "layerName", "subset"} or not _is_condition(where):
        return None
    path = Path(given["path"])
    if not path.is_file():
        return None
    try:
        with closing(_connect(path)) as connection:
            table = _described(connection, path, given.get("layerName"), where)
    except sqlite3.Error:
        return None
    names = {layer.fields().at(index).name() for index in indexes}
    return table if table is not None and names <= table.columns else None


def row_count(table: PlainTable) -> int:
    """Return how many rows there are by the filter.

    Raises
    ------
    sqlite3.Error : where SQLite cannot tell
    """
    with closing(_connect(table.path)) as connection:
        return int(connection.execute(f"SELECT COUNT(*) {_rows_of(table)}").fetchone()[0])


def raw_chunks(table: PlainTable, columns: Sequence[str | None]) -> Iterator[list[RawRow]]:
    """Yield the rows of a table, some at a time; a column None is one without values.

    Raises
    ------
    sqlite3.Error : where SQLite cannot go on, before the first chunk or after any
    """
    selected = ", ".join("NULL" if name is None else f"m.{_quoted(name)}" for name in columns)
    own = f"m.{_quoted(table.id_column)}, m.{_quoted(table.geometry_column)}"
    query = f"SELECT {own}, {selected} {_rows_of(table)}"
    with closing(_connect(table.path)) as connection:
        connection.text_factory = bytes
        cursor = connection.execute(query)
        chunk, size = [], 0
        for row in cursor:
            chunk.append(row)
            size += _ROW_BYTES + (len(row[1]) if isinstance(row[1], bytes) else 0)
            if size > _CHUNK_BYTES:
                yield chunk
                chunk, size = [], 0
        yield chunk


def flat_polygon_wkb(geometry: Any) -> bytes | None:
    """Return the WKB in a geometry of a GeoPackage; None if that does not say flat polygons."""
    start = _WKB_STARTS.get(geometry[:4]) if isinstance(geometry, bytes) else None
    if start is None:
        return None
    wkb: bytes = geometry[start:]
    return wkb if wkb.startswith(_LITTLE_ENDIAN_POLYGONS) else None


def _is_stored(layer: QgsVectorLayer, indexes: Sequence[int]) -> bool:
    """Return whether these fields of a layer are columns in a GeoPackage, and as they are there."""
    provider = layer.dataProvider() if layer.isValid() and not layer.isEditable() else None
    if provider is None or (provider.name(), provider.storageType()) != ("ogr", "GPKG"):
        return False
    own, shown = provider.fields(), layer.fields()
    # what a layer joins or computes comes after the fields of its table
    return all(
        index < own.count() and own.at(index).name() == shown.at(index).name() for index in indexes
    )


def _is_condition(subset: str) -> bool:
    """Return whether a filter can stand after WHERE as it is; the rest QGIS has to take apart."""
    return not (
        subset.lstrip().casefold().startswith("select")
        or any(mark in subset for mark in (";", "--", "/*"))
    )


def _connect(path: Path) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode=ro"
    return sqlite3.connect(address, uri=True, timeout=_LOCK_PATIENCE_S)


def _described(
    connection: sqlite3.Connection, path: Path, name: str | None, where: str
) -> PlainTable | None:
    if name is None:
        contents = connection.execute("SELECT table_name FROM gpkg_contents").fetchall()
        if len(contents) != 1:
            return None
        name = contents[0][0]
    kinds = connection.execute("SELECT type FROM sqlite_master WHERE name = ?", [name]).fetchall()
    geometries = connection.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", [name]
    ).fetchall()
    columns = connection.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
    keys = [(column, kind) for _, column, kind, _, _, key in columns if key]
    # a view can give other ids, and another order, than QGIS does
    if kinds != [("table",)] or len(geometries) != 1 or len(keys) != 1:
        return None
    id_column, id_type = keys[0]
    if id_type.upper() != "INTEGER":
        return None
    names = frozenset(column for _, column, *_ in columns)
    return PlainTable(path, name, id_column, geometries[0][0], names, where)


def _rows_of(table: PlainTable) -> str:
    """Return what follows the columns in a query; the filter goes where QGIS puts it."""
    return f"FROM {_quoted(table.name)} m" + (f" WHERE ({table.where})" if table.where else "")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
