"""The panel "More" of the dock: all choices beyond the control layer, its faction and its date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QSize, Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QApplication,
    QCheckBox,
    QFormLayout,
    QFrame,
    QGroupBox,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ..core.i18n import tr
from .alliancestable import AlliancesTable
from .choices import Choices
from .choicesboxes import FieldBox, LayerBox, NumberBox
from .choicesnumbers import choice_numbers
from .homeedit import HomeEdit
from .workersgroup import WorkersGroup

if TYPE_CHECKING:
    from qgis.PyQt.QtGui import QHideEvent

    from .controller import DockController

__all__ = ["ChoicesPanel"]

_SETTLE_MS = 400


class ChoicesPanel(QWidget):
    """Shows choices of the controller and changes them a moment after the user did.

    What a control shows follows the controller's choices, but for one that the user has just
    changed: it is told first.
    """

    def __init__(self, controller: DockController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._control = controller.choices.control
        self._pending: dict[str, Any] = {}
        self._settling = _timer(self, _SETTLE_MS, self.apply)
        self._following = _timer(self, 0, self.refresh)
        self._shows: dict[str, Callable[[Choices], None]] = {}
        self._make_rows()
        self._make_surroundings()
        self._make_alliances()
        self._make_numbers()
        self.workers = WorkersGroup(self)
        self._lay_out()
        controller.choicesChanged.connect(self.refresh)
        controller.analysisChanged.connect(self._on_analysed)
        controller.outdated.connect(self.home.forget_names)
        # of layers that come the controller tells; of those that go, only where they were chosen
        QgsProject.instance().layersRemoved.connect(self._following.start)
        QApplication.instance().focusChanged.connect(self._on_focus)
        self.refresh()
        self._on_analysed()

    def apply(self) -> None:
        """Hand what the user changed to the controller now."""
        self._settling.stop()
        changes, self._pending = self._pending, {}
        if changes:
            self._controller.set_choices(**changes)

    def refresh(self) -> None:
        """Show the controller's choices."""
        choices = self._controller.choices
        if choices.control != self._control:
            # the changes were meant for another layer, maybe of another project
            self._control = choices.control
            self._pending.clear()
            self._settling.stop()
        for name, show in self._shows.items():
            if name not in self._pending:
                show(choices)
        self._enable()

    def sizeHint(self) -> QSize:
        """Return a size in which some of the choices are seen; the rest scrolls."""
        return QSize(320, 260)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let nothing be lost that was changed just before."""
        super().hideEvent(event)
        self.apply()

    # ---- telling the controller ---------------------------------------------------------------

    def _change(self, name: str, value: Any) -> None:
        self._pending[name] = value
        self._enable()
        self._settling.start()

    def _change_layer(self, name: str, field_name: str, layer_id: str) -> None:
        # at once: the controller guesses the field of the names
        self._pending.pop(field_name, None)
        self._pending[name] = layer_id
        self.apply()

    def _on_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        # whoever goes from here to the button of the analysis means what they have just changed
        if self._pending and now is not None and not self.isAncestorOf(now):
            self.apply()

    def _on_analysed(self) -> None:
        analysis = self._controller.analysis
        self.alliances.offer(analysis.factions if analysis is not None else ())
        found = "; ".join(analysis.home) if analysis is not None else ""
        self.home.setPlaceholderText(found or tr("the country with most of the control layer"))

    def _enable(self) -> None:
        self.end_inclusive.setEnabled(bool(self.end_field.currentField()))
        self.country_field.setEnabled(self.countries.currentLayer() is not None)
        self.province_field.setEnabled(self.provinces.currentLayer() is not None)
        self.place_field.setEnabled(self.places.currentLayer() is not None)

    # ---- making the controls, in the order in which Tab goes through them -----------------------

    def _make_rows(self) -> None:
        self.end_field = FieldBox(self, none=tr("None"))
        self.end_field.setToolTip(
            tr(
                "Field with the date on which a polygon ceases to count; an empty end is open. "
                "Choose none where each date has polygons of its own."
            )
        )
        self.end_field.fieldChosen.connect(lambda field: self._change("end_field", field))
        self._shows["end_field"] = lambda choices: self.end_field.show_field(
            choices.control, choices.end_field
        )
        self.end_inclusive = self._check_box(
            "end_inclusive",
            tr("The end day still counts"),
            tr("Whether a polygon is still held on its end date"),
        )
        self.use_unsaved = self._check_box(
            "use_unsaved",
            tr("Use unsaved edits"),
            tr(
                "Count edits of the layers before they are saved. Otherwise they count once they "
                "are saved."
            ),
        )

    def _make_surroundings(self) -> None:
        self.countries, self.country_field = self._layer_boxes(
            "countries",
            "country_field",
            LayerBox(self, none=tr("World map"), kinds=("PolygonLayer", "LineLayer")),
            tr(
                "Polygons of the home country and its neighbours, or lines of the home country's "
                "border that bear the neighbour's name. The world map is the one that QGIS has; "
                "where a border is disputed, choose a layer of your own."
            ),
            tr("Field with the name of the country; on lines, that of the neighbour"),
        )
        self.home = HomeEdit(self)
        self.home.setToolTip(
            tr(
                "The country that the conflict is in, as the countries layer names it; several "
                'with ";" between. Left empty, the country that holds most of the control layer.'
            )
        )
        self.home.homeChanged.connect(lambda home: self._change("home", home))
        self._shows["home"] = lambda choices: self.home.show_home(choices.home)
        self._shows["names"] = self.home.set_countries
        self.provinces, self.province_field = self._layer_boxes(
            "provinces",
            "province_field",
            LayerBox(self, none=tr("World map"), kinds=("PolygonLayer",)),
            tr("Polygons of provinces; without any, those of the world map that QGIS has"),
            tr("Field with the name of the province"),
        )
        self.places, self.place_field = self._layer_boxes(
            "places",
            "place_field",
            LayerBox(self, none=tr("None"), kinds=("PointLayer",)),
            tr("Points, towns for instance: each enclave lists those inside it"),
            tr("Field with the name of the place"),
        )

    def _make_alliances(self) -> None:
        self.alliances = AlliancesTable(self)
        self.alliances.textChanged.connect(lambda text: self._change("alliances", text))
        self._shows["alliances"] = lambda choices: self.alliances.set_text(choices.alliances)

    def _make_numbers(self) -> None:
        self.numbers: dict[str, NumberBox] = {}
        for number in choice_numbers():
            box = NumberBox(
                self,
                unit=number.unit,
                default=getattr(Choices(), number.name) or 0.0,
                most=number.most,
                step=number.step,
                decimals=number.decimals,
                none=number.none,
            )
            box.setToolTip(number.tip)
            box.numberChosen.connect(
                lambda value, number=number: self._change(
                    number.name, None if number.none and value <= 0 else value
                )
            )
            self._shows[number.name] = lambda choices, name=number.name, box=box: box.show_number(
                getattr(choices, name) or 0.0
            )
            self.numbers[number.name] = box

    def _check_box(self, name: str, text: str, tip: str) -> QCheckBox:
        box = QCheckBox(text, self)
        box.setToolTip(tip)
        box.toggled.connect(lambda is_on: self._change(name, is_on))

        def show(choices: Choices) -> None:
            was_blocked = box.blockSignals(True)
            box.setChecked(getattr(choices, name))
            box.blockSignals(was_blocked)

        self._shows[name] = show
        return box

    def _layer_boxes(
        self, name: str, field_name: str, layers: LayerBox, tip: str, field_tip: str
    ) -> tuple[LayerBox, FieldBox]:
        fields = FieldBox(self)
        layers.setToolTip(tip)
        fields.setToolTip(field_tip)
        layers.layerChosen.connect(lambda layer_id: self._change_layer(name, field_name, layer_id))
        fields.fieldChosen.connect(lambda field: self._change(field_name, field))
        self._shows[name] = lambda choices: layers.show_layer(getattr(choices, name))
        self._shows[field_name] = lambda choices: fields.show_field(
            getattr(choices, name), getattr(choices, field_name)
        )
        return layers, fields

    # ---- laying them out ------------------------------------------------------------------------

    def _lay_out(self) -> None:
        inside = QWidget(self)
        sections = QVBoxLayout(inside)
        sections.setContentsMargins(2, 2, 2, 2)
        for section in (
            self._section(
                tr("Control layer"),
                (
                    (tr("End date field"), self.end_field),
                    ("", self.end_inclusive),
                    ("", self.use_unsaved),
                ),
            ),
            self._section(
                tr("Surroundings"),
                (
                    (tr("Countries"), self.countries),
                    (tr("Country name"), self.country_field),
                    (tr("Home country"), self.home),
                    (tr("Provinces"), self.provinces),
                    (tr("Province name"), self.province_field),
                    (tr("Places"), self.places),
                    (tr("Place name"), self.place_field),
                ),
            ),
            self._alliances_section(),
            self._section(
                tr("What counts"),
                tuple((number.label, self.numbers[number.name]) for number in choice_numbers()),
            ),
            self.workers,
        ):
            sections.addWidget(section)
        sections.addStretch(1)
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)

    def _section(self, title: str, rows: tuple[tuple[str, QWidget], ...]) -> QGroupBox:
        group = QGroupBox(title, self)
        form = QFormLayout(group)
        form.setContentsMargins(6, 4, 6, 6)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, widget in rows:
            if text:
                form.addRow(_label(text, widget), widget)
            else:
                form.addRow(widget)
        return group

    def _alliances_section(self) -> QGroupBox:
        group = QGroupBox(tr("Alliances"), self)
        layout = QVBoxLayout(group)
        layout.setContentsMargins(6, 4, 6, 6)
        label = _label(tr("Counted as one"), self.alliances)
        layout.addWidget(label, 0, Qt.AlignmentFlag.AlignLeading)
        layout.addWidget(self.alliances)
        return group


def _label(text: str, buddy: QWidget) -> QLabel:
    label = QLabel(text)
    label.setBuddy(buddy)
    label.setToolTip(buddy.toolTip())
    buddy.setAccessibleName(text)
    return label


def _timer(owner: QWidget, interval_ms: int, then: Callable[[], None]) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(interval_ms)
    timer.timeout.connect(then)
    return timer
