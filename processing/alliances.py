"""The alliances that a run counts factions by, from a table or from text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping

from qgis.core import QgsProcessingContext, QgsProcessingUtils, QgsVectorLayer
from qgis.PyQt.QtCore import QFileInfo

from ..core.errors import AllianceError, ReadError
from ..core.i18n import tr
from . import parameters as keys
from .convert import alliances_from_table
from .databases import table_of, unreadable_text

if TYPE_CHECKING:
    from .inputs import Inputs

__all__ = ["read_alliances"]


def read_alliances(inputs: Inputs) -> Mapping[str, str]:
    """Return faction -> alliance, from a table or from text. For the main thread.

    Raises
    ------
    AllianceError : if the text is neither pairs nor the name of a table
    ReadError : if it names a table of a database that cannot be loaded
    """
    from ..core.alliances import parse_alliances

    if not inputs.has(keys.ALLIANCES):
        return {}
    given = inputs.values[keys.ALLIANCES]
    if isinstance(given, QgsVectorLayer):
        return alliances_from_table(given)
    text = inputs.text(keys.ALLIANCES) or ""
    in_database = table_of(text)
    layer = _table(text, inputs.context, is_address=in_database is not None)
    if layer is not None:
        return alliances_from_table(layer)
    if in_database is not None:
        raise ReadError(unreadable_text(f"{tr('Alliances')} ({keys.ALLIANCES})", in_database))
    if "=" not in text:
        raise AllianceError(
            tr(
                'Alliances: there is no table "{text}". Give the name, id or path of a table, or '
                'pairs such as "A=B; C=D", which count A as B and C as D.'
            ).format(text=text)
        )
    return parse_alliances(text)


def _table(text: str, context: QgsProcessingContext, *, is_address: bool) -> QgsVectorLayer | None:
    """Return the table that `text` names; None where it names none."""
    is_file = QFileInfo(text.split("|", maxsplit=1)[0]).isFile()
    # Text of pairs is not worth trying to open as a data source.
    may_open = is_file or is_address or "=" not in text
    layer = QgsProcessingUtils.mapLayerFromString(text, context, may_open)
    return layer if isinstance(layer, QgsVectorLayer) else None
