"""The dock's own group of layers on the map: there while a date is shown, and never in a file."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Iterator, Mapping

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsLayerTreeGroup,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ..core.i18n import tr
from ..processing.convert import to_qgs_geometry
from .groupfile import GroupFile
from .maplayers import Role, Shown, columns_of, features_of, has_times, make_layer, refill
from .mapstyles import DRAW
from .projectstate import keeping_dirty_flag

if TYPE_CHECKING:
    from qgis.gui import QgisInterface
    from qgis.PyQt.QtXml import QDomDocument

    from ..core.history import TracedEnclave
    from .results import Analysis, Comparison, DateResult

__all__ = ["MapGroup"]

_MARK = "enclave_watch/group"
_ROOM_AROUND = 1.6
_FLASHES = 3


@dataclass(frozen=True)
class _Ready:
    """Layers that hold a date, and are not on the map yet."""

    shown: Shown
    colors: Mapping[str, str]
    layers: Mapping[Role, QgsVectorLayer]

    def is_of(self, shown: Shown, colors: Mapping[str, str]) -> bool:
        """Return whether they hold this very date, in these colours."""
        return (
            self.shown.analysis is shown.analysis
            and self.shown.result is shown.result
            and self.shown.comparison is shown.comparison
            and self.colors == colors
        )


class MapGroup(QObject):
    """Shows dates in layers of its own, which it finds by their ids: others may delete them.

    Parameters
    ----------
    iface : the window whose map is zoomed
    """

    removedByUser = pyqtSignal()
    """The group, or the last of its layers, was removed in the layer tree. It stays away until
    `bring_back`, `remove` or another project."""

    def __init__(self, iface: QgisInterface, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._iface = iface
        self._ids: dict[Role, str] = {}
        self._unwanted: set[Role] = set()
        self._is_dismissed = False
        self._is_working = False
        self._key: tuple[str, bool] | None = None
        self._colors: dict[str, str] = {}
        self._ready: _Ready | None = None
        self._crs_wkt = ""
        self._file = GroupFile(_MARK)
        self._looking_after = QTimer(self)
        self._looking_after.setSingleShot(True)
        self._looking_after.setInterval(0)
        self._looking_after.timeout.connect(self._look_after_removal)
        project = QgsProject.instance()
        self._connections = (
            (project.layersRemoved, self._layers_removed),
            (project.cleared, self._forget),
            (project.writeProject, self._leave_out_group),
            (project.writeMapLayer, self._leave_out_layer),
            (project.layerTreeRoot().removedChildren, self._nodes_removed),
        )
        for signal, slot in self._connections:
            signal.connect(slot)

    @property
    def is_open(self) -> bool:
        """Return whether any of the group's layers is in the project."""
        return bool(self._ids)

    @property
    def was_saved_open(self) -> bool:
        """Return whether the group was there when the project was saved."""
        return self._file.was_open()

    def show(
        self,
        analysis: Analysis,
        result: DateResult,
        comparison: Comparison | None,
        colors: Mapping[str, str],
    ) -> None:
        """Show a date, and what changed until then; make the group if it is not there.

        Parameters
        ----------
        comparison : None: nothing changed, as on the first date
        colors : of all factions of the analysis
        """
        if self._is_dismissed:
            return
        shown = Shown(analysis, result, comparison)
        ready, self._ready = self._ready, None
        with self._working():
            if ready is not None and not self.is_open and ready.is_of(shown, colors):
                self._make_layers(analysis, ready.layers)
                self._colors = dict(colors)
                return
            self._make_layers(analysis)
            if dict(colors) != self._colors:
                self._paint(colors)
            for role, layer in self._layers():
                _fill(role, layer, shown)

    def prepare(
        self,
        analysis: Analysis,
        result: DateResult,
        comparison: Comparison | None,
        colors: Mapping[str, str],
    ) -> None:
        """Make the layers that `show` would, in a turn of its own, but not put them on the map.

        There they would be drawn empty first.
        """
        if self._is_dismissed or self.is_open or self._unwanted:
            return
        shown = Shown(analysis, result, comparison)
        layers = {role: make_layer(role, analysis) for role in Role}
        for role, layer in layers.items():
            DRAW[role](layer, colors)
            _fill(role, layer, shown)
        self._ready = _Ready(shown, dict(colors), layers)

    def remove(self) -> None:
        """Take the group and its layers out of the project; `show` makes them anew."""
        with self._working():
            self._take_out()
        self._forget()

    def bring_back(self) -> None:
        """Let `show` make the group again though the user has removed it, or layers of it."""
        self._is_dismissed = False
        self._unwanted.clear()

    def release(self) -> None:
        """Take the group away for good, and listen to the project no longer."""
        self.remove()
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._connections = ()

    def zoom_to(self, traced: TracedEnclave) -> None:
        """Let the map show an enclave, and flash it."""
        canvas = self._iface.mapCanvas()
        geometry = to_qgs_geometry(traced.enclave.geometry)
        crs = QgsCoordinateReferenceSystem.fromWkt(self._crs_wkt)
        settings = canvas.mapSettings()
        to_map = QgsCoordinateTransform(
            crs, settings.destinationCrs(), QgsProject.instance().transformContext()
        )
        try:
            box = to_map.transformBoundingBox(geometry.boundingBox())
        except QgsCsException:
            return  # the map's own CRS has no room for the enclave
        if box.isEmpty() or not box.isFinite():
            return
        box.scale(_ROOM_AROUND)
        canvas.setExtent(box)
        canvas.refresh()
        canvas.flashGeometries([geometry], crs, flashes=_FLASHES)

    # ---- layers and their group ---------------------------------------------------

    def _make_layers(
        self, analysis: Analysis, ready: Mapping[Role, QgsVectorLayer] | None = None
    ) -> None:
        self._crs_wkt = analysis.crs_wkt
        key = (analysis.crs_wkt, has_times(analysis))
        if key != self._key:
            self._take_out()
            self._key = key
        missing = [role for role in Role if self._layer(role) is None]
        missing = [role for role in missing if role not in self._unwanted]
        if not missing:
            return
        group = self._group() or self._make_group()
        hidden = self._file.hidden_roles() if not self._ids else frozenset()
        for role in missing:
            layer = ready[role] if ready else make_layer(role, analysis)
            QgsProject.instance().addMapLayer(layer, False)
            node = group.insertLayer(self._place_of(role, group), layer)
            node.setExpanded(role is Role.CONTROL)
            node.setItemVisibilityChecked(role.value not in hidden)
            self._ids[role] = layer.id()
        # an empty group stays folded in the panel whatever it is told
        group.setExpanded(False)
        group.setExpanded(True)
        self._colors = {}
        self._bring_to_map()

    def _place_of(self, role: Role, group: QgsLayerTreeGroup) -> int:
        """Return where the layer goes: above the first of those that lie below it."""
        order = list(Role)
        below = {self._ids.get(each) for each in order[order.index(role) + 1 :]}
        for place, node in enumerate(group.children()):
            if hasattr(node, "layerId") and node.layerId() in below:
                return place
        return len(group.children())

    def _make_group(self) -> QgsLayerTreeGroup:
        group = QgsProject.instance().layerTreeRoot().insertGroup(0, tr("Enclave Watch"))
        group.setCustomProperty(_MARK, True)
        group.setItemVisibilityChecked(self._file.is_group_visible())
        return group

    def _group(self) -> QgsLayerTreeGroup | None:
        groups = QgsProject.instance().layerTreeRoot().findGroups(True)
        return next((group for group in groups if group.customProperty(_MARK)), None)

    def _layers(self) -> Iterator[tuple[Role, QgsVectorLayer]]:
        for role in Role:
            layer = self._layer(role)
            if layer is not None:
                yield role, layer

    def _layer(self, role: Role) -> QgsVectorLayer | None:
        layer = QgsProject.instance().mapLayer(self._ids.get(role, ""))
        if layer is None:
            self._ids.pop(role, None)
            return None
        if layer.providerType() != "memory":
            self._give_away(role, layer)
            return None
        return layer

    def _give_away(self, role: Role, layer: QgsVectorLayer) -> None:
        """Let go of a layer that the user made permanent: what is in it is theirs now."""
        layer.setReadOnly(False)
        layer.removeCustomProperty("skipMemoryLayersCheck")
        del self._ids[role]

    def _paint(self, colors: Mapping[str, str]) -> None:
        for role, layer in self._layers():
            DRAW[role](layer, colors)
        self._colors = dict(colors)

    def _take_out(self) -> None:
        project = QgsProject.instance()
        project.removeMapLayers([layer.id() for _, layer in self._layers()])
        self._ids = {}
        self._remove_group_if_empty()
        self._bring_to_map()

    def _bring_to_map(self) -> None:
        """Let the map take layers over at once: when it does so later, QGIS dirties the project."""
        bridge = getattr(self._iface, "layerTreeCanvasBridge", None)
        if bridge is not None and bridge() is not None:
            bridge().setCanvasLayers()

    def _remove_group_if_empty(self) -> None:
        """Remove the group unless the user has put something of their own into it."""
        group = self._group()
        if group is not None and not group.children():
            group.parent().removeChildNode(group)

    # ---- what others do -----------------------------------------------------------

    @contextmanager
    def _working(self) -> Iterator[None]:
        self._is_working = True
        try:
            with keeping_dirty_flag():
                yield
        finally:
            self._is_working = False

    def _layers_removed(self, layer_ids: list[str]) -> None:
        if self._is_working:
            return
        gone = [role for role, layer_id in self._ids.items() if layer_id in layer_ids]
        for role in gone:
            del self._ids[role]
            self._unwanted.add(role)
        if gone:
            self._looking_after.start()

    def _nodes_removed(self, *_: object) -> None:
        if not self._is_working and self._ids:
            self._looking_after.start()

    def _look_after_removal(self) -> None:
        """Remove what is left of a group that the user removed.

        Later and not at once: QGIS is still taking its tree apart then.
        """
        if self._is_dismissed or (self._ids and self._group() is not None):
            return
        if not self._ids and not self._unwanted:
            return  # another project has come meanwhile
        self.remove()
        self._is_dismissed = True
        self.removedByUser.emit()

    def _forget(self) -> None:
        """Begin anew: the project holds nothing of the group any more."""
        self._looking_after.stop()
        self._ready = None
        self._ids = {}
        self._unwanted.clear()
        self._is_dismissed = False
        self._key = None
        self._colors = {}

    def _leave_out_group(self, document: QDomDocument) -> None:
        group = self._group() if self._ids else None
        self._file.leave_out_group(document, self._ids, group)

    def _leave_out_layer(self, layer: QgsVectorLayer, element: object, _: QDomDocument) -> None:
        if layer.id() in self._ids.values() and layer.providerType() == "memory":
            self._file.leave_out_layer(element)


def _fill(role: Role, layer: QgsVectorLayer, shown: Shown) -> None:
    columns = columns_of(role, has_times=has_times(shown.analysis))
    refill(layer, features_of(role, columns, shown))
