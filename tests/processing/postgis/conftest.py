"""The sample in PostGIS, in a schema of its own, and what its layers are called there."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from qgis.core import QgsVectorLayer

from enclave_watch.tests.core.helpers.geopackage import features
from enclave_watch.tests.postgisserver import Server

_TABLE = """
    CREATE TABLE front.control (
        id serial PRIMARY KEY, faction text, date date, geom geometry(MultiPolygon, 4326)
    )
"""
_ROW = "INSERT INTO front.control (faction, date, geom) VALUES (%s, %s, ST_GeomFromWKB(%s, 4326))"


@pytest.fixture(scope="session")
def front(postgis, sample) -> Server:
    """The server with the sample's control layer in the table front.control."""
    postgis.run("CREATE SCHEMA front", _TABLE)
    with postgis.cursor() as cursor:
        for _, wkb, (faction, date) in features(sample, "control", "faction", "date"):
            cursor.execute(_ROW, (faction, date, wkb))
    return postgis


@pytest.fixture
def made(front):
    """Return a function that makes relations in the schema `made`; it is dropped afterwards."""
    front.run("CREATE SCHEMA made")
    yield front.run
    front.run("DROP SCHEMA made CASCADE")


@pytest.fixture(scope="session")
def layer_of(front) -> Callable[..., str]:
    """Return a function that gives a layer as an algorithm takes it.

    Parameters of it: the relation, as `"front"."control"` or a query in brackets; more of the
    connection, such as `key='id'`; the filter.
    """

    def uri(relation: str, more: str = "key='id'", *, where: str = "", column: str = "geom") -> str:
        condition = f" sql={where}" if where else ""
        return f"postgres://{front.connection()} {more} table={relation} ({column}){condition}"

    return uri


@pytest.fixture(scope="session")
def destination(front) -> Callable[..., str]:
    """Return a function that gives a table to write to as an algorithm takes it."""

    def uri(table: str, column: str = "geom", *, user: str = "watch") -> str:
        geometry = f" ({column})" if column else ""
        return f'postgres://{front.connection(user)} table="made"."{table}"{geometry}'

    return uri


@pytest.fixture(scope="session")
def content() -> Callable[[QgsVectorLayer], list[tuple[dict[str, Any], bytes]]]:
    """Return a function that gives all features of a layer: fields by name, and WKB.

    What a format adds as its own key is left out.
    """

    def read(layer: QgsVectorLayer) -> list[tuple[dict[str, Any], bytes]]:
        assert layer.isValid(), layer.source()
        keys = {layer.fields().at(index).name() for index in layer.primaryKeyAttributes()}
        return [
            (
                {name: value for name, value in each.attributeMap().items() if name not in keys},
                bytes(each.geometry().asWkb()),
            )
            for each in layer.getFeatures()
        ]

    return read
