"""The panel in the dock: shows what the controller holds, and tells it what the user wants."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Mapping

from qgis.core import QgsProject
from qgis.PyQt import uic
from qgis.PyQt.QtCore import QEvent, QLocale, QSize, pyqtSignal
from qgis.PyQt.QtWidgets import QToolButton, QWidget

from ..core.i18n import tr
from ..core.occurrence import EventKind
from .changestab import ChangesTab
from .chart import ChartTab
from .choicespanel import ChoicesPanel
from .datetext import have_times, large_date, short_date
from .docklook import break_lines, dress, enlarge_date
from .enclavestab import EnclavesTab
from .eventstab import EventsTab
from .layercombo import choose_layer, own_layers
from .problems import missing_packages
from .timeslider import Mark
from .transport import Transport

if TYPE_CHECKING:
    from qgis.gui import QgsFieldComboBox, QgsMapLayerComboBox
    from qgis.PyQt.QtCore import QResizeEvent
    from qgis.PyQt.QtWidgets import (
        QComboBox,
        QHBoxLayout,
        QLabel,
        QProgressBar,
        QPushButton,
        QStackedWidget,
        QTabWidget,
    )

    from .controller import DockController
    from .datebox import DateBox
    from .results import Analysis
    from .timeslider import TimeSlider

__all__ = ["DockPanel"]

_FORM = Path(__file__).with_name("dock.ui")
_LEAST_LETTERS = 34


class DockPanel(QWidget):
    """All that is in the dock. It holds no state but what its widgets show.

    Signals
    -------
    sampleWanted : the user wants to see the sample
    """

    sampleWanted = pyqtSignal()
    control_label: QLabel
    control_combo: QgsMapLayerComboBox
    faction_label: QLabel
    faction_combo: QgsFieldComboBox
    date_label: QLabel
    date_combo: QgsFieldComboBox
    more_button: QToolButton
    choice_line: QHBoxLayout
    date_line: QHBoxLayout
    control_part: QWidget
    fields_part: QWidget
    date_part: QWidget
    transport_part: QWidget
    status_part: QWidget
    status_label: QLabel
    progress_bar: QProgressBar
    analyse_button: QPushButton
    pages: QStackedWidget
    empty_page: QWidget
    empty_label: QLabel
    sample_button: QPushButton
    more_page: QWidget
    shown_page: QWidget
    large_date_label: QLabel
    speed_label: QLabel
    date_box: DateBox
    slider: TimeSlider
    finding_label: QLabel
    compare_label: QLabel
    compare_combo: QComboBox
    tabs: QTabWidget
    export_button: QToolButton
    count_label: QLabel

    def __init__(self, controller: DockController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        uic.loadUi(str(_FORM), self)
        self._controller = controller
        self._has_times = False
        self._colors: Mapping[str, str] = {}
        self.choices_panel = ChoicesPanel(controller, self.more_page)
        self.more_page.layout().addWidget(self.choices_panel)
        self.transport = Transport(controller, self)
        self.enclaves_tab = EnclavesTab(self)
        self.events_tab = EventsTab(self)
        self.chart_tab = ChartTab(self)
        self.changes_tab = ChangesTab(self)
        self._tabs = (self.enclaves_tab, self.events_tab, self.chart_tab, self.changes_tab)
        dress(self)
        self._add_tabs()
        self._connect_widgets()
        self._connect_controller()
        self.show_choices()
        self.show_analysis({})

    # ---- how it looks -----------------------------------------------------------------

    def _add_tabs(self) -> None:
        self.tabs.setDocumentMode(True)
        self.tabs.setUsesScrollButtons(True)
        titles = (tr("Enclaves"), tr("Events"), tr("Chart"), tr("Changes"))
        for tab, title in zip(self._tabs, titles):
            self.tabs.addTab(tab, title)

    def changeEvent(self, event: QEvent) -> None:
        """Follow another font, theme or direction of writing."""
        if event.type() == QEvent.Type.FontChange and hasattr(self, "transport"):
            enlarge_date(self)
        if event.type() == QEvent.Type.LayoutDirectionChange and hasattr(self, "transport"):
            self.transport.show_icons()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out in one line what has room in one, otherwise in two."""
        super().resizeEvent(event)
        break_lines(self)

    def minimumSizeHint(self) -> QSize:
        """Return what is needed with everything in two lines."""
        height = super().minimumSizeHint().height()
        return QSize(self.fontMetrics().averageCharWidth() * _LEAST_LETTERS, height)

    def sizeHint(self) -> QSize:
        """Return a size at which the tables can be read."""
        letters = self.fontMetrics().averageCharWidth()
        return QSize(letters * 66, letters * 100)

    # ---- what the user does -------------------------------------------------------------

    def _connect_widgets(self) -> None:
        controller = self._controller
        self.control_combo.layerChanged.connect(self._control_chosen)
        self.faction_combo.fieldChanged.connect(
            lambda name: controller.set_choices(faction_field=name or "")
        )
        self.date_combo.fieldChanged.connect(
            lambda name: controller.set_choices(date_field=name or "")
        )
        self.more_button.toggled.connect(self._show_page)
        self.analyse_button.clicked.connect(self._analyse_or_cancel)
        self.sample_button.clicked.connect(self.sampleWanted)
        self.date_box.dateTyped.connect(controller.go_to_date)
        self.date_box.stepped.connect(lambda steps: controller.go_to(controller.index + steps))
        self.slider.moved.connect(controller.go_to)
        self.slider.toggled.connect(controller.toggle_play)
        self.compare_combo.activated.connect(
            lambda _row: controller.set_compare(self.compare_combo.currentData())
        )
        for tab in self._tabs:
            tab.dateActivated.connect(controller.go_to)

    def _control_chosen(self, layer: object) -> None:
        layer_id = layer.id() if layer is not None else ""
        if layer_id != self._controller.choices.control:
            self._controller.set_choices(control=layer_id)

    def _analyse_or_cancel(self) -> None:
        if self._controller.is_busy:
            self._controller.cancel()
        else:
            self.more_button.setChecked(False)
            self._controller.analyse()

    # ---- what the controller says ---------------------------------------------------------

    def _connect_controller(self) -> None:
        controller = self._controller
        controller.choicesChanged.connect(self.show_choices)
        controller.outdated.connect(self._show_status)
        controller.busyChanged.connect(self._show_status)
        controller.progressChanged.connect(self._show_progress)
        controller.indexChanged.connect(self._show_index)
        controller.comparisonChanged.connect(self._show_comparison)

    def show_choices(self) -> None:
        """Show what is chosen, and which layers there are to choose from."""
        choices = self._controller.choices
        project = QgsProject.instance()
        combos = (self.control_combo, self.faction_combo, self.date_combo)
        for combo in combos:
            combo.blockSignals(True)
        self.control_combo.setExceptedLayerList(own_layers())
        layer = project.mapLayer(choices.control)
        choose_layer(self.control_combo, layer)
        for combo, name in (
            (self.faction_combo, choices.faction_field),
            (self.date_combo, choices.date_field),
        ):
            combo.setLayer(layer)
            combo.setField(name)
        for combo in combos:
            combo.blockSignals(False)
        self._show_status()

    def _show_progress(self, percent: float) -> None:
        self.progress_bar.setValue(int(percent))

    def _show_status(self, *_: object) -> None:
        """Say what is in the way or to be done; nothing where all is well."""
        controller = self._controller
        problem = controller.problem
        has_layer = bool(controller.choices.control)
        self.analyse_button.setEnabled(controller.is_busy or not problem)
        self.analyse_button.setText(tr("Cancel") if controller.is_busy else tr("Analyse"))
        self.analyse_button.setToolTip(
            tr("Stop the analysis")
            if controller.is_busy
            else tr("Find the enclaves of all dates and what changed")
        )
        self.progress_bar.setVisible(controller.is_busy)
        if not controller.is_busy:
            self.progress_bar.setValue(0)
        self.status_label.setText(self._status(problem if has_layer else ""))
        wanted = controller.is_busy or (has_layer and controller.needs_analysis)
        self.status_part.setVisible(wanted)
        self._show_page()

    def _status(self, problem: str) -> str:
        if self._controller.is_busy:
            return tr("Analysing \u2026")
        if problem:
            return problem
        if self._controller.analysis is not None:
            return tr("The choices or the layer have changed since the analysis.")
        return tr("Ready.")

    def _show_page(self, *_: object) -> None:
        if self.more_button.isChecked():
            page = self.more_page
        elif self._controller.analysis is not None:
            page = self.shown_page
        else:
            page = self.empty_page
            self._explain()
        self.pages.setCurrentWidget(page)

    def _explain(self) -> None:
        """Say in one paragraph what there is to do."""
        missing = missing_packages()
        has_layer = bool(self._controller.choices.control)
        self.sample_button.setVisible(not missing and not has_layer)
        if missing:
            text = missing
        elif has_layer:
            text = tr(
                "Press Analyse to find the enclaves of each date: how large they are, along how "
                "much of which border they lie, and what changed from date to date."
            )
        else:
            text = tr(
                "Enclave Watch shows on a slider who held what, date by date: the enclaves of each "
                "faction, their area, their contact with borders, and who took what from whom. It "
                "needs a layer of polygons with a field for the faction and one for the date. Add "
                "one to the project and choose it above, or open the sample."
            )
        self.empty_label.setText(text)

    def show_analysis(self, colors: Mapping[str, str]) -> None:
        """Offer the dates of the analysis, and give it to the tabs."""
        analysis = self._controller.analysis
        self._colors = dict(colors)
        dates = analysis.dates if analysis is not None else ()
        self._has_times = have_times(dates)
        self.slider.set_stops(dates, _marks(analysis))
        self.date_box.set_dates(dates)
        self.compare_combo.clear()
        self.compare_combo.addItem(tr("the date before"), None)
        for index, date in enumerate(dates):
            self.compare_combo.addItem(short_date(date, with_time=self._has_times), index)
        for tab in self._tabs:
            tab.set_analysis(analysis, self._colors)
        self._show_status()

    def repaint_with(self, colors: Mapping[str, str]) -> None:
        """Show the same date in other colours."""
        if dict(colors) != self._colors:
            self.show_analysis(colors)
            self._show_index(self._controller.index)
            self._show_comparison()

    def _show_index(self, index: int) -> None:
        result = self._controller.result
        self.transport.show_index(index)
        self.slider.set_index(index)
        if result is None:
            self.large_date_label.clear()
            self.finding_label.clear()
            self.count_label.clear()
            return
        self.large_date_label.setText(large_date(result.date, with_time=self._has_times))
        break_lines(self)
        self.date_box.show_date(result.date)
        self.finding_label.setText(result.finding)
        self.count_label.setText(_count_text(len(result.enclaves)))
        counts = Counter(traced.enclave.faction for traced in result.enclaves)
        self.count_label.setToolTip(
            "\n".join(f"{faction}: {_count_text(count)}" for faction, count in counts.items())
        )

    def _show_comparison(self) -> None:
        controller = self._controller
        row = self.compare_combo.findData(controller.compare_index)
        self.compare_combo.setCurrentIndex(max(row, 0))
        for tab in self._tabs:
            tab.show_date(controller.index, controller.result, controller.comparison)


def _marks(analysis: Analysis | None) -> dict[int, list[Mark]]:
    results = analysis.results if analysis is not None else ()
    return {
        index: [Mark(event.text, event.kind is EventKind.CONTACT_LOST) for event in result.events]
        for index, result in enumerate(results)
    }


def _count_text(count: int) -> str:
    if count == 1:
        return tr("1 enclave")
    return tr("{count} enclaves").format(count=QLocale().toString(count))
