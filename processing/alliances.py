"""The alliances that a run counts factions by, from a table or from text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping

from qgis.core import QgsProcessingContext, QgsProcessingUtils, QgsVectorLayer
from qgis.PyQt.QtCore import QFileInfo

from ..core.errors import AllianceError
from ..core.i18n import tr
from . import parameters as keys
from .convert import alliances_from_table

if TYPE_CHECKING:
    from .inputs import Inputs

__all__ = ["read_alliances"]


def read_alliances(inputs: Inputs) -> Mapping[str, str]:
    """Return faction -> alliance, from a table or from text. For the main thread.

    Raises
    ------
    AllianceError : if the text is neither pairs nor the name of a table
    """
    from ..core.alliances import parse_alliances

    if not inputs.has(keys.ALLIANCES):
        return {}
    given = inputs.values[keys.ALLIANCES]
    if isinstance(given, QgsVectorLayer):
        return alliances_from_table(given)
    text = inputs.text(keys.ALLIANCES) or ""
    layer = _table(text, inputs.context)
    if layer is not None:
        return alliances_from_table(layer)
    if "=" not in text:
        raise AllianceError(
            tr(
                'Alliances: there is no table "{text}". Give the name, id or path of a table, or '
                'pairs such as "A=B; C=D", which count A as B and C as D.'
            ).format(text=text)
        )
    return parse_alliances(text)


def _table(text: str, context: QgsProcessingContext) -> QgsVectorLayer | None:
    """Return the table that `text` names; None where it names none."""
    is_file = QFileInfo(text.split("|", maxsplit=1)[0]).isFile()
    # Text of pairs is not worth trying to open as a data source.
    may_open = is_file or "=" not in text
    layer = QgsProcessingUtils.mapLayerFromString(text, context, may_open)
    return layer if isinstance(layer, QgsVectorLayer) else None
