"""The panel of further choices: both ways between it and the controller, without an echo."""

# ruff: noqa: F811 - fixtures are asked for by their names

from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace

import pytest
from qgis.core import QgsProject
from qgis.PyQt.QtCore import QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QWheelEvent
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTableWidget,
    QWidget,
)

from enclave_watch.tests.processing.conftest import (  # noqa: F401 - fixtures
    _empty_project,
    control,
    countries,
    make_layer,
)
from enclave_watch.ui.choices import Choices
from enclave_watch.ui.choicespanel import ChoicesPanel
from enclave_watch.ui.controller import DockController


@pytest.fixture
def towns(make_layer):
    return make_layer(
        [("POINT(0.5 0.5)", {"town": "Amber", "code": "a"})],
        "town:string",
        "code:string",
        kind="Point",
        name="some points",
    )


@pytest.fixture
def controller(control, countries, towns):
    made = DockController()
    assert made.choices.control == control.id()
    made.set_choices(countries="", country_field="", end_field="")
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def panel(placed, controller):
    return placed(ChoicesPanel(controller), 320, 600)


@pytest.fixture
def changes(panel, controller, monkeypatch):
    """What the panel asks of the controller, which does it."""
    asked = []
    do = controller.set_choices

    def set_choices(**given):
        asked.append(given)
        do(**given)

    monkeypatch.setattr(controller, "set_choices", set_choices)
    return asked


def choose(box, text):
    box.setCurrentIndex(box.findText(text))
    assert box.currentText() == text
    box.activated.emit(box.currentIndex())


def type_in(qtbot, box, text):
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, Qt.Key.Key_Return)


def controls(panel):
    kinds = (QComboBox, QAbstractSpinBox, QLineEdit, QAbstractButton, QTableWidget)
    inner = (QComboBox, QAbstractSpinBox, QTableWidget)
    return [
        each
        for each in panel.findChildren(QWidget)
        if isinstance(each, kinds)
        and not isinstance(each.parent(), (*inner, QLineEdit, QScrollArea))
        and each.isVisibleTo(panel)
    ]


def test_all_choices_of_the_controller_are_shown(panel, controller, countries, towns):
    controller.set_choices(
        end_field="date",
        end_inclusive=True,
        countries=countries.id(),
        country_field="NAME",
        home="Land",
        places=towns.id(),
        place_field="code",
        alliances="Red=Blue",
        tolerance_m=1500.0,
        join_distance_m=20.0,
        snap_m=5.0,
        min_contact_km=2.5,
        min_presence_km2=3.0,
        min_area_km2=4.0,
        min_width_m=60.0,
        reference_area_km2=185180.0,
        use_unsaved=True,
    )
    assert panel.end_field.currentField() == "date"
    assert panel.end_inclusive.isChecked()
    assert panel.end_inclusive.isEnabled()
    assert panel.countries.currentLayer() is countries
    assert panel.country_field.currentField() == "NAME"
    assert panel.home.text() == "Land"
    assert panel.places.currentLayer() is towns
    assert panel.place_field.currentField() == "code"
    assert panel.alliances.text == "Red=Blue"
    assert {name: box.value() for name, box in panel.numbers.items()} == {
        "tolerance_m": 1500.0,
        "join_distance_m": 20.0,
        "snap_m": 5.0,
        "min_contact_km": 2.5,
        "min_presence_km2": 3.0,
        "min_area_km2": 4.0,
        "min_width_m": 60.0,
        "reference_area_km2": 185180.0,
    }
    assert panel.use_unsaved.isChecked()


def test_every_choice_but_those_of_the_first_line_is_here(panel):
    of_first_line = {"control", "faction_field", "date_field"}
    assert set(panel._shows) - {"names"} == {each.name for each in fields(Choices)} - of_first_line


def test_showing_asks_nothing_of_the_controller(panel, controller, changes, countries, qtbot):
    controller._take(
        Choices(
            control=controller.choices.control,
            faction_field="faction",
            date_field="date",
            end_field="date",
            countries=countries.id(),
            country_field="NAME",
            home="East",
            alliances="Red=Blue",
            tolerance_m=7.0,
            reference_area_km2=9.0,
            use_unsaved=True,
        )
    )
    assert panel.home.text() == "East"
    qtbot.wait(600)
    assert not changes


def test_changes_are_told_together_a_moment_later(panel, changes, controller, qtbot):
    panel.numbers["tolerance_m"].setValue(1200.0)
    panel.numbers["tolerance_m"].setValue(1300.0)
    panel.use_unsaved.click()
    assert not changes
    qtbot.waitUntil(lambda: bool(changes))
    assert changes == [{"tolerance_m": 1300.0, "use_unsaved": True}]
    assert controller.choices.tolerance_m == 1300.0
    qtbot.wait(500)
    assert len(changes) == 1


def test_apply_tells_at_once_and_only_once(panel, changes, qtbot):
    panel.numbers["snap_m"].setValue(30.0)
    panel.apply()
    assert changes == [{"snap_m": 30.0}]
    qtbot.wait(500)
    assert len(changes) == 1


def test_a_number_counts_once_it_is_written_whole(panel, changes, qtbot):
    box = panel.numbers["join_distance_m"]
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "250")
    qtbot.wait(500)
    assert not changes
    qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: changes == [{"join_distance_m": 250.0}])


def test_what_is_changed_is_not_overwritten_by_other_news(panel, controller, changes):
    panel.numbers["tolerance_m"].setValue(1200.0)
    controller.choicesChanged.emit()
    assert panel.numbers["tolerance_m"].value() == 1200.0
    panel.apply()
    assert changes == [{"tolerance_m": 1200.0}]


def test_changes_meant_for_another_control_layer_are_dropped(
    panel, controller, changes, make_layer
):
    other = make_layer([], "faction:string", "date:date", name="other fronts")
    panel.numbers["tolerance_m"].setValue(1200.0)
    controller._take(Choices(control=other.id()))
    assert panel.numbers["tolerance_m"].value() == 1000.0
    panel.apply()
    assert not changes


def test_a_number_with_more_digits_than_are_shown_stays_as_it_is(panel, controller, changes):
    controller._take(Choices(control=controller.choices.control, min_area_km2=0.12345))
    panel.numbers["snap_m"].setValue(7.0)
    panel.apply()
    assert changes == [{"snap_m": 7.0}]
    assert controller.choices.min_area_km2 == 0.12345


def test_no_reference_area_is_the_countrys_own(panel, changes, qtbot):
    box = panel.numbers["reference_area_km2"]
    assert box.text() == "Country"
    box.setValue(185180.0)
    panel.apply()
    box.clear()
    panel.apply()
    assert changes == [{"reference_area_km2": 185180.0}, {"reference_area_km2": None}]


def test_the_button_in_a_number_brings_its_default_back(panel, controller, changes):
    box = panel.numbers["tolerance_m"]
    box.setValue(5.0)
    panel.apply()
    box.clear()
    panel.apply()
    assert controller.choices.tolerance_m == Choices().tolerance_m


def test_numbers_read_without_idle_zeros(panel):
    assert panel.numbers["tolerance_m"].text() == "1,000 m"
    panel.numbers["tolerance_m"].setValue(1012.5)
    assert panel.numbers["tolerance_m"].text() == "1,012.5 m"
    panel.numbers["tolerance_m"].setValue(0.0)
    assert panel.numbers["tolerance_m"].text() == "0 m"


def test_a_layer_is_taken_at_once_and_its_field_guessed(panel, controller, changes, towns):
    assert panel.places.currentText() == "None"
    assert not panel.place_field.isEnabled()
    choose(panel.places, "some points")
    assert changes == [{"places": towns.id()}]
    assert controller.choices.place_field == "town"
    assert panel.place_field.currentField() == "town"
    assert panel.place_field.isEnabled()
    choose(panel.place_field, "code")
    panel.apply()
    assert controller.choices.place_field == "code"
    choose(panel.places, "None")
    assert controller.choices.places == ""
    assert not panel.place_field.isEnabled()


def test_lines_and_polygons_can_be_countries_points_only_places(panel, make_layer, qtbot):
    make_layer([], "name:string", kind="LineString", name="a border")
    make_layer([], "name:string", kind="Point", name="more points")

    def offered(box):
        return {box.itemText(place) for place in range(box.count())}

    assert offered(panel.countries) == {"World map", "fronts", "countries", "a border"}
    assert offered(panel.provinces) == {"World map", "fronts", "countries"}
    assert offered(panel.places) == {"None", "some points", "more points"}


def test_the_docks_own_layers_are_not_offered(panel, make_layer, qtbot):
    own = make_layer([], kind="Polygon", name="enclaves now")
    # marked only after it was added, as by the group of the dock
    own.setCustomProperty("enclave_watch/layer", "enclaves")
    qtbot.waitUntil(lambda: panel.countries.findText("enclaves now") == -1)
    assert panel.countries.findText("countries") > 0


def test_the_docks_own_layers_may_go_again(panel, make_layer, qtbot):
    for number in range(3):
        own = make_layer([], kind="Polygon", name=f"enclaves {number}")
        own.setCustomProperty("enclave_watch/layer", "enclaves")
        qtbot.waitUntil(lambda own=own: panel.countries._own_ids == {own.id()})
        QgsProject.instance().removeMapLayer(own.id())
        del own
        qtbot.waitUntil(lambda: not panel.countries._own_ids)
    assert panel.countries.findText("countries") > 0


def test_a_layer_taken_out_of_the_project_is_none_and_no_other(
    panel, controller, changes, countries, make_layer, qtbot
):
    make_layer([], "name:string", name="other countries")
    choose(panel.countries, "countries")
    QgsProject.instance().removeMapLayer(countries.id())
    qtbot.wait(50)
    assert panel.countries.currentText() == "World map"
    assert controller.choices.countries == ""
    assert len(changes) == 1


def test_the_end_day_matters_only_with_an_end_field(panel, changes):
    assert panel.end_field.currentField() == ""
    assert not panel.end_inclusive.isEnabled()
    choose(panel.end_field, "date")
    assert panel.end_inclusive.isEnabled()
    panel.end_inclusive.click()
    panel.apply()
    assert changes == [{"end_field": "date", "end_inclusive": True}]


def test_alliances_are_stored_as_text(panel, controller, changes):
    table = panel.alliances.table
    table.item(0, 0).setText("Red")
    table.item(0, 1).setText("Blue")
    panel.apply()
    assert changes == [{"alliances": "Red=Blue"}]


def test_factions_of_the_analysis_are_offered_and_the_home_it_found(panel, controller):
    controller._analysis = SimpleNamespace(factions=("Red", "Blue"), home=("Land",))
    controller.analysisChanged.emit()
    assert panel.alliances.names() == ["Blue", "Red"]
    assert panel.home.placeholderText() == "Land"
    controller._analysis = None
    controller.analysisChanged.emit()
    assert panel.alliances.names() == []
    assert "most of the control layer" in panel.home.placeholderText()


def test_home_is_told_when_it_is_written(panel, changes, qtbot):
    type_in(qtbot, panel.home, "Land ;East;")
    panel.apply()
    assert changes == [{"home": "Land; East"}]


def test_names_of_the_countries_layer_are_completed(panel, controller, countries, qtbot):
    choose(panel.countries, "countries")
    panel.activateWindow()
    panel.home.setFocus()
    qtbot.waitUntil(lambda: panel.home.names == ["East", "Land"])
    completer = panel.home.completer()
    panel.home.setText("Land; ea")
    completer.setCompletionPrefix(panel.home.text())
    assert completer.completionCount() == 1
    assert completer.currentCompletion() == "Land; East"


def test_without_a_layer_names_are_those_of_the_world_map(panel, qtbot):
    panel.activateWindow()
    panel.home.setFocus()
    qtbot.waitUntil(lambda: "Syria" in panel.home.names)


def test_names_that_come_when_the_panel_is_gone_do_no_harm(controller, qtbot):
    from qgis.PyQt import sip

    panel = ChoicesPanel(controller)
    panel.home._read()
    task = panel.home._task
    sip.delete(panel)
    qtbot.waitUntil(lambda: sip.isdeleted(task) or task._publish is None)


def test_going_on_to_a_button_applies_what_was_changed(panel, changes, qtbot, placed):
    elsewhere = placed(QLineEdit())
    panel.numbers["snap_m"].setValue(30.0)
    elsewhere.activateWindow()
    elsewhere.setFocus()
    qtbot.waitUntil(lambda: changes == [{"snap_m": 30.0}], timeout=300)


def test_hiding_applies_what_was_changed(panel, changes):
    panel.numbers["snap_m"].setValue(30.0)
    panel.hide()
    assert changes == [{"snap_m": 30.0}]


def test_the_wheel_changes_nothing_it_passes_over(panel, changes):
    for box in (panel.numbers["snap_m"], panel.end_field, panel.countries):
        box.clearFocus()
        point = QPointF(box.rect().center())
        event = QWheelEvent(
            point,
            QPointF(box.mapToGlobal(point.toPoint())),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(box, event)
        # left to whatever is below: that scrolls
        assert not event.isAccepted()
    panel.apply()
    assert not changes


def test_every_control_has_a_tooltip_and_a_label_and_is_reached_by_keyboard(panel):
    found = controls(panel)
    assert len(found) >= 18
    labelled = {label.buddy() for label in panel.findChildren(QLabel) if label.buddy()}
    for each in found:
        assert each.toolTip(), each
        assert each.focusPolicy() & Qt.FocusPolicy.TabFocus, each
        named = isinstance(each, QAbstractButton) and each.text()
        owner = each.parent() if isinstance(each, QTableWidget) else each
        assert named or owner in labelled, each


def test_tab_goes_from_top_to_bottom(panel, towns, countries, qtbot):
    panel.resize(320, 1200)
    choose(panel.countries, "countries")
    panel.activateWindow()
    panel.end_field.setFocus()
    qtbot.waitUntil(panel.end_field.hasFocus)
    heights = []
    while panel.isAncestorOf(QApplication.focusWidget() or panel) and len(heights) < 40:
        now = QApplication.focusWidget()
        heights.append((now.mapTo(panel, QPoint(0, 0)).y(), now.mapTo(panel, QPoint(0, 0)).x()))
        if not panel.focusNextPrevChild(True) or QApplication.focusWidget() is panel.end_field:
            break
    assert heights == sorted(heights)
    assert len(heights) >= 16


@pytest.mark.parametrize("direction", ["LeftToRight", "RightToLeft"])
def test_a_narrow_dock_scrolls_up_and_down_only(panel, direction):
    panel.setLayoutDirection(getattr(Qt.LayoutDirection, direction))
    panel.resize(300, 400)
    QApplication.processEvents()
    area = panel.findChild(QScrollArea)
    assert area.horizontalScrollBar().maximum() == 0
    assert area.verticalScrollBar().maximum() > 0
