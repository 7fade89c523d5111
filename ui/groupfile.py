"""What a saved project keeps of the dock's group of layers: how it was shown, and no layer.

Layers in memory would come back empty. What they held is computed again from the control layer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from qgis.core import QgsProject

if TYPE_CHECKING:
    from qgis.core import QgsLayerTreeGroup
    from qgis.PyQt.QtXml import QDomDocument, QDomElement

    from .maplayers import Role

__all__ = ["GroupFile"]

_SCOPE = "enclave_watch"
_KEY = "map_group"
_SKIPPED_TAG = "enclave_watch-layer"


class GroupFile:
    """Takes the group out of project files while they are written, and notes how it was.

    Parameters
    ----------
    mark : the custom property by which the group is known
    """

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def was_open(self) -> bool:
        """Return whether the group was there when the project was saved."""
        return bool(_stored())

    def is_group_visible(self) -> bool:
        """Return whether the group was switched on when the project was saved."""
        return bool(_stored().get("visible", True))

    def hidden_roles(self) -> frozenset[str]:
        """Return the layers that were switched off when the project was saved."""
        hidden = _stored().get("hidden", [])
        return frozenset(str(role) for role in hidden) if isinstance(hidden, list) else frozenset()

    def leave_out_group(
        self, document: QDomDocument, ids: Mapping[Role, str], group: QgsLayerTreeGroup | None
    ) -> None:
        """Take the nodes of these layers out of a project that is being written.

        The group goes with them unless it holds something else.
        """
        project = QgsProject.instance()
        if group is None:
            project.removeEntry(_SCOPE, _KEY)
            return
        project.writeEntry(_SCOPE, _KEY, json.dumps(_state_of(ids, group), sort_keys=True))
        own = set(ids.values())
        nodes = [
            node for node in _elements(document, "layer-tree-layer") if node.attribute("id") in own
        ]
        for node in nodes:
            parent = node.parentNode()
            parent.removeChild(node)
            if _is_marked(parent.toElement(), self._mark) and not _holds_nodes(parent.toElement()):
                parent.parentNode().removeChild(parent)
        _leave_out_mentions(document, own)

    def leave_out_layer(self, element: QDomElement) -> None:
        """Turn the element of a layer into one that QGIS does not read.

        QGIS puts it into the project whatever comes of it.
        """
        while element.hasChildNodes():
            element.removeChild(element.firstChild())
        names = [
            element.attributes().item(i).nodeName() for i in range(element.attributes().count())
        ]
        for name in names:
            element.removeAttribute(name)
        element.setTagName(_SKIPPED_TAG)


def _leave_out_mentions(document: QDomDocument, own: set[str]) -> None:
    """Take out an order of layers and settings for snapping to them."""
    items = [each for each in _elements(document, "item") if each.text() in own]
    settings = [
        each for each in _elements(document, "layer-setting") if each.attribute("id") in own
    ]
    for element in items + settings:
        element.parentNode().removeChild(element)


def _stored() -> dict[str, Any]:
    text, found = QgsProject.instance().readEntry(_SCOPE, _KEY, "")
    try:
        stored = json.loads(text) if found and text else {}
    except ValueError:
        return {}
    return stored if isinstance(stored, dict) else {}


def _state_of(ids: Mapping[Role, str], group: QgsLayerTreeGroup) -> dict[str, Any]:
    nodes = {role: group.findLayer(layer_id) for role, layer_id in ids.items()}
    hidden = [
        role.value
        for role, node in nodes.items()
        if node is not None and not node.itemVisibilityChecked()
    ]
    return {"hidden": sorted(hidden), "open": True, "visible": group.itemVisibilityChecked()}


def _elements(document: QDomDocument, tag: str) -> Iterator[QDomElement]:
    found = document.elementsByTagName(tag)
    # a list of its own: the one of Qt follows what is taken out meanwhile
    yield from [found.item(index).toElement() for index in range(found.count())]


def _is_marked(group: QDomElement, mark: str) -> bool:
    properties = group.firstChildElement("customproperties")
    options = properties.elementsByTagName("Option")
    return any(
        options.item(index).toElement().attribute("name") == mark
        for index in range(options.count())
    )


def _holds_nodes(group: QDomElement) -> bool:
    return any(
        not group.firstChildElement(tag).isNull()
        for tag in ("layer-tree-layer", "layer-tree-group")
    )
