"""Tables of PostgreSQL as sources and destinations: what they are called, and what is wrong."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from threading import get_ident
from typing import Any, Iterator

from qgis.core import (
    QgsApplication,
    QgsDataSourceUri,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt

from ..core.i18n import tr

__all__ = ["Table", "heard", "reason_of", "table_of", "unreadable_text"]

_PROVIDER = "postgres"
_GIVEN = re.compile(r"(?:postgres|postgis):(?://)?(?P<uri>.+)", re.DOTALL)
_SAID_BY_SERVER = re.compile(r"(?:ERROR|FATAL): +(.+)")
_SAID_OF_SERVER = re.compile(r"^connection to server .+ failed: (.+)", re.MULTILINE)


@dataclass(frozen=True)
class Table:
    """A table, view or query, and how its database is reached."""

    uri: QgsDataSourceUri

    @property
    def label(self) -> str:
        """Return how messages call it: with no password."""
        name = self.uri.quotedTablename() if self.uri.table() else "?"
        return tr("the table {name} of {database}").format(name=name, database=self._database)

    @property
    def user(self) -> str:
        """Return who connects, as far as that is said; else an empty text."""
        return self.uri.username()

    @property
    def has_key(self) -> bool:
        """Return whether a column is named that tells rows apart."""
        return bool(self.uri.keyColumn())

    @property
    def has_geometry(self) -> bool:
        """Return whether a geometry column is named."""
        return bool(self.uri.geometryColumn())

    def is_same(self, other: Table) -> bool:
        """Return whether both are one, as far as their names tell."""
        return self._identity == other._identity

    @property
    def _identity(self) -> tuple[str, ...]:
        uri = self.uri
        where = (uri.service(), uri.host(), uri.port() or "5432", uri.database())
        return (*where, uri.schema() or "public", uri.table())

    @property
    def _database(self) -> str:
        uri = self.uri
        if uri.service():
            return tr('the service "{service}"').format(service=uri.service())
        return tr('the database "{database}" at {host}').format(
            database=uri.database(), host=":".join(filter(None, (uri.host(), uri.port()))) or "?"
        )


def table_of(value: Any) -> Table | None:
    """Return the table that a parameter's value names; None where it names something else.

    Parameters
    ----------
    value : a layer, or a text such as `postgres://dbname='x' table="y" (geom)`, as it is or in
        QGIS's definition of a source or an output
    """
    if isinstance(value, QgsProcessingFeatureSourceDefinition):
        value = value.source.staticValue()
    elif isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink.staticValue()
    if isinstance(value, QgsVectorLayer):
        own = value.providerType() == _PROVIDER
        return Table(QgsDataSourceUri(value.source())) if own else None
    given = _GIVEN.fullmatch(value.strip()) if isinstance(value, str) else None
    return Table(QgsDataSourceUri(given["uri"])) if given else None


def unreadable_text(label: str, table: Table) -> str:
    """Return that a table cannot be loaded, why as far as anyone says, and what to do.

    Parameters
    ----------
    label : what the table should have been: `Control layer (CONTROL)`
    """
    with heard() as said:
        QgsVectorLayer(table.uri.uri(False), "", _PROVIDER)
    message = tr(
        "{label}: {table} cannot be read: {reason}. Check the connection, the names and the "
        "permissions."
    ).format(
        label=label,
        table=table.label,
        reason=reason_of("\n".join(said)) or tr("QGIS does not say why"),
    )
    if table.has_key:
        return message
    hint = tr("A view or a query needs a column that tells its rows apart, such as key='id'.")
    return f"{message} {hint}"


@contextmanager
def heard() -> Iterator[list[str]]:
    """Give a list, which takes what QGIS writes to its log of messages in this thread meanwhile."""
    said: list[str] = []
    here = get_ident()

    def hear(text: str, *_tag_and_level: Any) -> None:
        if get_ident() == here:
            said.append(text)

    log = QgsApplication.messageLog()
    connection = log.messageReceived.connect(hear, Qt.ConnectionType.DirectConnection)
    try:
        yield said
    finally:
        log.messageReceived.disconnect(connection)


def reason_of(text: str) -> str:
    """Return what the server said, if that is in the text; else the whole text, on one line."""
    found = _SAID_BY_SERVER.search(text) or _SAID_OF_SERVER.search(text)
    return (found[1] if found else " ".join(text.split())).strip().rstrip(".")
