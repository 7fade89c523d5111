"""The dock while the plugin is loaded: makes its parts, wires them, and takes them apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

from qgis.core import Qgis, QgsProject, QgsVectorLayer
from qgis.gui import QgsDockWidget
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, Qt, QTimer
from qgis.PyQt.QtGui import QIcon

from ..core.i18n import tr

if TYPE_CHECKING:
    from qgis.core import QgsMapLayer
    from qgis.gui import QgisInterface
    from qgis.PyQt.QtWidgets import QWidget

    from .controller import DockController
    from .dock import DockPanel
    from .exportmenu import ExportMenu
    from .mapgroup import MapGroup
    from .temporalsync import TemporalSync

__all__ = ["DockSession", "OpenDock"]

_TITLE = "Enclave Watch"
_ICON = Path(__file__).parent.parent / "resources" / "icon.svg"
_DRAWING_CHECK_MS = 250


class DockSession(QObject):
    """The dock, its buttons and menu entries; what is in it is made when it is first opened.

    Parameters
    ----------
    iface : the window
    """

    def __init__(self, iface: QgisInterface) -> None:
        super().__init__()
        self._iface = iface
        self._open: OpenDock | None = None
        self.dock = QgsDockWidget(tr("Enclave Watch"), iface.mainWindow())
        self.dock.setObjectName("EnclaveWatchDock")
        self.dock.setAllowedAreas(
            Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea
        )
        self.dock.setWindowIcon(QIcon(str(_ICON)))
        self.action = self.dock.toggleViewAction()
        self.action.setIcon(QIcon(str(_ICON)))
        self.action.setText(tr("Enclave Watch"))
        self.action.setToolTip(tr("Show who held what, date by date (Enclave Watch)"))
        # in View > Panels it comes by itself, as a dock of the window
        self.dock.opened.connect(self._opened)
        self.dock.closed.connect(self._closed)
        iface.addToolBarIcon(self.action)
        iface.pluginMenu().addAction(self.action)
        self._place()

    @property
    def open_dock(self) -> OpenDock | None:
        """Return what is in the dock; None until it is opened."""
        return self._open

    def _place(self) -> None:
        """Put the dock where it was; the first time to the right, and closed."""
        window = self._iface.mainWindow()
        if hasattr(window, "restoreDockWidget") and window.restoreDockWidget(self.dock):
            return
        self._iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.dock.hide()

    def _opened(self) -> None:
        if self._open is None:
            self._open = OpenDock(self._iface, self.dock)
            self.dock.setWidget(self._open.panel)
        self._open.resume()

    def _closed(self) -> None:
        if self._open is not None:
            self._open.rest()

    def close(self) -> None:
        """Take everything out of the window."""
        self.dock.opened.disconnect(self._opened)
        self.dock.closed.disconnect(self._closed)
        if self._open is not None:
            self._open.close()
            self._open = None
        self._iface.pluginMenu().removeAction(self.action)
        self._iface.removeToolBarIcon(self.action)
        self._iface.removeDockWidget(self.dock)
        self.dock.setParent(None)
        self.dock.deleteLater()
        self.deleteLater()


class OpenDock(QObject):
    """Controller, panel, group of layers and Temporal Controller, wired to each other."""

    def __init__(self, iface: QgisInterface, dock: QWidget) -> None:
        # some of these take a moment to import, and QGIS may start with the dock closed
        from .controller import DockController
        from .dock import DockPanel
        from .exportmenu import ExportMenu
        from .mapgroup import MapGroup
        from .temporalsync import TemporalSync

        super().__init__(dock)
        self._iface = iface
        self._is_resting = True
        self._wires: list[tuple[Any, Callable[..., Any]]] = []
        self._styled: QgsMapLayer | None = None
        self.controller: DockController = DockController(self)
        self.panel: DockPanel = DockPanel(self.controller, dock)
        self.group: MapGroup = MapGroup(iface, self)
        self.exports: ExportMenu = ExportMenu(iface, self.controller, self.panel)
        temporal = iface.mapCanvas().temporalController()
        self.temporal: TemporalSync | None = TemporalSync(temporal, self) if temporal else None
        self._drawing_check = QTimer(self)
        self._drawing_check.setInterval(_DRAWING_CHECK_MS)
        self._removal = self._soon()
        # what an analysis brings is shown in several turns, so that none of them takes long
        self._handing, self._making, self._mapping = self._soon(), self._soon(), self._soon()
        self._wire()

    def _soon(self) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(0)
        return timer

    # ---- wiring -----------------------------------------------------------------------

    def _wire(self) -> None:
        controller, canvas = self.controller, self._iface.mapCanvas()
        for signal, slot in (
            (controller.analysisChanged, self._show_analysis),
            (controller.indexChanged, self._move_temporal),
            (controller.comparisonChanged, self._show_map),
            (controller.choicesChanged, self._show_colors),
            (controller.failed, self._tell),
            (self.group.removedByUser, controller.pause),
            # who asks for an analysis wants to see it; one after an edit is not asked for
            (self.panel.analyse_button.clicked, self._bring_group_back),
            (self.panel.sampleWanted, self._open_sample),
            (self.panel.enclaves_tab.enclaveActivated, self._zoom_to),
            (canvas.renderStarting, self._drawing_began),
            (canvas.mapCanvasRefreshed, self._drawing_ended),
            (self._drawing_check.timeout, self._check_drawing),
            (self._removal.timeout, self._remove_group),
            (self._handing.timeout, self._hand_dates),
            (self._making.timeout, self._make_map),
            (self._mapping.timeout, self._show_map_now),
            (QgsProject.instance().readProject, self._project_read),
        ):
            self._connect(signal, slot)
        if self.temporal is not None:
            self._connect(self.temporal.moved, controller.go_to)

    def _connect(self, signal: Any, slot: Callable[..., Any]) -> None:
        signal.connect(slot)
        self._wires.append((signal, slot))

    def close(self) -> None:
        """Disconnect and stop everything, and leave nothing on the map."""
        self.exports.cancel()
        self._drawing_check.stop()
        self._removal.stop()
        self._stop_showing()
        for signal, slot in self._wires:
            signal.disconnect(slot)
        self._wires = []
        self._follow_style(None)
        self.controller.close()
        self.group.release()
        if self.temporal is not None:
            self.temporal.release()
        self.panel.deleteLater()
        self.deleteLater()

    # ---- opened and closed ----------------------------------------------------------------

    def resume(self) -> None:
        """Show on the map what the dock shows, when it is opened."""
        if not self._is_resting:
            return
        self._is_resting = False
        self.panel.show_choices()
        if self.controller.analysis is not None:
            self._handing.start()
        self._restore()

    def rest(self) -> None:
        """Take the layers off the map and leave the Temporal Controller, when it is closed."""
        if self._is_resting:
            return
        self._is_resting = True
        self.exports.cancel()
        self.controller.pause()
        self.controller.cancel()
        self._drawing_ended()
        self._stop_showing()
        self.group.remove()
        if self.temporal is not None:
            self.temporal.set_dates(())

    def _project_read(self, *_: object) -> None:
        # after the controller has read its choices, which waits for this signal too
        QTimer.singleShot(0, self._restore)

    def _restore(self) -> None:
        """Bring back what was on the map when the project was saved."""
        if sip.isdeleted(self) or self._is_resting or not self._wires:
            return
        controller = self.controller
        idle = controller.analysis is None and not controller.is_busy
        if idle and self.group.was_saved_open and not controller.problem:
            controller.analyse()

    # ---- an analysis, a date --------------------------------------------------------------

    def _show_analysis(self) -> None:
        analysis = self.controller.analysis
        colors = self._colors()
        self.panel.show_analysis(colors)
        if analysis is None:
            # QGIS may be removing layers, and crashes when others are removed meanwhile
            self._removal.start()
            if self.temporal is not None:
                self.temporal.set_dates(())
            return
        if not self._is_resting:
            self._handing.start()

    def _bring_group_back(self, _checked: bool = False) -> None:
        self.group.bring_back()

    def _remove_group(self) -> None:
        if self.controller.analysis is None:
            self.group.remove()

    def _hand_dates(self) -> None:
        analysis = self.controller.analysis
        if self.temporal is not None and analysis is not None:
            self.temporal.set_dates(analysis.dates)
            self.temporal.go_to(self.controller.index)
        self._making.start()

    def _move_temporal(self, index: int) -> None:
        if self.temporal is None or self._is_resting or self._handing.isActive():
            return
        if index >= 0:
            self.temporal.go_to(index)

    def _make_map(self) -> None:
        analysis, result = self.controller.analysis, self.controller.result
        if not self._is_resting and analysis is not None and result is not None:
            comparison = self.controller.comparison
            self.group.prepare(analysis, result, comparison, self._colors())
            self._mapping.start()

    def _stop_showing(self) -> None:
        for timer in (self._handing, self._making, self._mapping):
            timer.stop()

    def _show_map(self) -> None:
        # of a new analysis the map is shown in turns of its own
        if not any(each.isActive() for each in (self._handing, self._making, self._mapping)):
            self._show_map_now()

    def _show_map_now(self) -> None:
        analysis, result = self.controller.analysis, self.controller.result
        if self._is_resting or analysis is None or result is None:
            return
        self.group.show(analysis, result, self.controller.comparison, self._colors())

    def _zoom_to(self, traced: object) -> None:
        self.group.zoom_to(traced)

    # ---- colours ----------------------------------------------------------------------

    def _control_layer(self) -> QgsVectorLayer | None:
        analysis = self.controller.analysis
        layer_id = analysis.layer_id if analysis is not None else self.controller.choices.control
        layer = QgsProject.instance().mapLayer(layer_id)
        return layer if isinstance(layer, QgsVectorLayer) else None

    def _colors(self) -> dict[str, str]:
        from .usercolors import colors_of

        analysis = self.controller.analysis
        if analysis is None:
            return {}
        layer = self._control_layer()
        self._follow_style(layer)
        return colors_of(layer, self.controller.choices.faction_field, analysis.factions)

    def _show_colors(self) -> None:
        if self.controller.analysis is not None:
            self.panel.repaint_with(self._colors())
            self._show_map()

    def _follow_style(self, layer: QgsMapLayer | None) -> None:
        """Hear of another style of the control layer, and of no other layer's."""
        if layer is self._styled:
            return
        if self._styled is not None and not sip.isdeleted(self._styled):
            self._styled.rendererChanged.disconnect(self._show_colors)
        self._styled = layer
        if layer is not None:
            layer.rendererChanged.connect(self._show_colors)

    # ---- drawing ----------------------------------------------------------------------

    def _drawing_began(self) -> None:
        self.controller.set_map_drawing(True)
        self._drawing_check.start()

    def _drawing_ended(self) -> None:
        self._drawing_check.stop()
        self.controller.set_map_drawing(False)

    def _check_drawing(self) -> None:
        """Notice a drawing that was cancelled: QGIS does not tell of its end."""
        if not self._iface.mapCanvas().isDrawing():
            self._drawing_ended()

    # ---- words ------------------------------------------------------------------------

    def _tell(self, message: str) -> None:
        self._iface.messageBar().pushMessage(_TITLE, message, Qgis.MessageLevel.Critical, 0)

    def _open_sample(self) -> None:
        from .sample import sample_project

        # asks whether to save what is open
        if QgsProject.instance().isDirty() and not self._iface.newProject(True):
            return
        try:
            path = sample_project()
        except OSError as error:
            self._tell(tr("The sample cannot be copied: {reason}.").format(reason=error))
            return
        self._iface.addProject(str(path))
