"""The panel in the dock, on a controller that has analysed the sample."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime

import pytest
from qgis.core import QgsProject
from qgis.PyQt.QtCore import QDate, QLocale, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QBoxLayout,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollBar,
)

from enclave_watch.tests.ui.helpers.dockproject import analyse, open_sample
from enclave_watch.ui import dock as dock_module
from enclave_watch.ui.controller import DockController
from enclave_watch.ui.dock import DockPanel

AUGUST = datetime(2018, 8, 5)


@pytest.fixture
def made(qgis_app, placed):
    """Return a function that makes a controller and its panel."""
    kept = []

    def make():
        controller = DockController()
        panel = placed(DockPanel(controller), 420, 760)
        controller.analysisChanged.connect(lambda: panel.show_analysis({}))
        kept.append(controller)
        return controller, panel

    QgsProject.instance().clear()
    yield make
    for controller in kept:
        controller.close()
    QgsProject.instance().clear()


@pytest.fixture
def shown(made, sample, tmp_path, qtbot):
    """A panel that shows the sample at its last date."""
    open_sample(sample, tmp_path)
    controller, panel = made()
    analyse(controller, qtbot)
    return controller, panel


def test_without_data_it_explains_itself_and_offers_the_sample(made, qtbot):
    _, panel = made()
    assert panel.pages.currentWidget() is panel.empty_page
    assert "layer of polygons" in panel.empty_label.text()
    assert panel.status_part.isHidden()
    with qtbot.waitSignal(panel.sampleWanted):
        panel.sample_button.click()


def test_with_data_it_asks_for_the_analysis(made, sample, tmp_path):
    layer = open_sample(sample, tmp_path)
    _, panel = made()
    assert panel.control_combo.currentLayer() is layer
    assert panel.faction_combo.currentField() == "faction"
    assert panel.date_combo.currentField() == "date"
    assert panel.sample_button.isHidden()
    assert panel.analyse_button.isEnabled()
    assert "Press Analyse" in panel.empty_label.text()


def test_what_is_missing_is_told_with_its_remedy(made, monkeypatch):
    monkeypatch.setattr(dock_module, "missing_packages", lambda: "pip install shapely")
    _, panel = made()
    assert panel.empty_label.text() == "pip install shapely"
    assert panel.empty_label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    assert panel.sample_button.isHidden()


def test_the_last_date_of_the_sample_is_shown(shown):
    _, panel = shown
    assert panel.pages.currentWidget() is panel.shown_page
    assert panel.status_part.isHidden()
    assert panel.large_date_label.text() == "August 5, 2018"
    assert panel.finding_label.text().startswith("Islamic State lost its largest enclave")
    assert "Islamic State: 8 enclaves" in panel.count_label.toolTip()
    assert panel.slider.index == 4
    assert panel.slider._dates[4] == AUGUST
    assert any(mark.is_red for mark in panel.slider._marks[4])
    assert not any(mark.is_red for mark in panel.slider._marks[1])


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom), "5 August 2018"),
        (QLocale(QLocale.Language.German, QLocale.Country.Germany), "5. August 2018"),
        (QLocale(QLocale.Language.French, QLocale.Country.France), "5 août 2018"),
    ],
)
def test_the_date_is_written_as_the_locale_does(shown, language, text):
    controller, panel = shown
    QLocale.setDefault(language)
    controller.first()
    controller.last()
    assert panel.large_date_label.text() == text


def test_buttons_step_and_end_at_the_ends(shown):
    controller, panel = shown
    assert not panel.forward_button.isEnabled()
    assert not panel.last_button.isEnabled()
    panel.back_button.click()
    assert controller.index == 3
    panel.first_button.click()
    assert controller.index == 0
    assert not panel.back_button.isEnabled()
    panel.forward_button.click()
    panel.last_button.click()
    assert controller.index == 4


def test_the_slider_goes_to_dates_and_follows_them(shown, qtbot):
    controller, panel = shown
    panel.slider.moved.emit(1)
    qtbot.waitUntil(lambda: controller.index == 1)
    controller.go_to(2)
    assert panel.slider.index == 2


def test_a_date_that_is_typed_shows_the_snapshot_that_holds_then(shown):
    controller, panel = shown
    panel.date_box.setDate(QDate(2018, 7, 20))
    assert controller.result.date == datetime(2018, 7, 15)
    assert panel.date_box.date() == QDate(2018, 7, 15)


def test_arrows_in_the_date_box_step_by_real_dates(shown):
    controller, panel = shown
    QTest.keyClick(panel.date_box, Qt.Key.Key_Down)
    assert controller.result.date == datetime(2018, 7, 31)
    assert panel.date_box.date() == QDate(2018, 7, 31)


def test_play_speed_and_loop(shown, qtbot):
    controller, panel = shown
    panel.loop_button.click()
    assert controller.is_looping
    row = panel.speed_combo.findData(8.0)
    panel.speed_combo.setCurrentIndex(row)
    panel.speed_combo.activated.emit(row)
    assert controller.seconds_a_date == pytest.approx(1 / 8)
    QTest.keyClick(panel.slider, Qt.Key.Key_Space)
    assert controller.is_playing
    assert "Pause" in panel.play_button.toolTip()
    qtbot.waitUntil(lambda: controller.index == 2, timeout=5000)
    panel.play_button.click()
    assert not controller.is_playing
    assert "Play" in panel.play_button.toolTip()


def test_another_date_can_be_compared_with(shown, qtbot):
    controller, panel = shown
    panel.compare_combo.setCurrentIndex(1)
    panel.compare_combo.activated.emit(1)
    assert controller.compare_index == 0
    qtbot.waitUntil(lambda: controller.comparison is not None, timeout=20_000)
    assert controller.comparison.from_date == datetime(2018, 5, 31)
    panel.compare_combo.setCurrentIndex(0)
    panel.compare_combo.activated.emit(0)
    assert controller.compare_index is None


def test_the_tabs_show_the_date(shown):
    controller, panel = shown
    rows = panel.enclaves_tab.view.rows_model
    assert rows.rowCount() == len(controller.result.enclaves)
    controller.first()
    assert rows.rowCount() == len(controller.result.enclaves)


def test_an_event_that_is_clicked_goes_to_its_date(shown):
    controller, panel = shown
    panel.events_tab.dateActivated.emit(1)
    assert controller.index == 1


def test_other_choices_ask_for_another_analysis(shown):
    controller, panel = shown
    controller.set_choices(tolerance_m=200.0)
    assert not panel.status_part.isHidden()
    assert "changed since the analysis" in panel.status_label.text()
    controller.set_choices(tolerance_m=1000.0)
    assert panel.status_part.isHidden()


def test_busy_turns_the_button_into_cancel(shown):
    controller, panel = shown
    controller.set_choices(tolerance_m=200.0)
    panel.analyse_button.click()
    assert controller.is_busy
    assert panel.analyse_button.text() == "Cancel"
    assert not panel.progress_bar.isHidden()
    panel.analyse_button.click()
    assert not controller.is_busy
    assert panel.analyse_button.text() == "Analyse"


def test_a_removed_layer_empties_the_dock(shown):
    _, panel = shown
    QgsProject.instance().clear()
    assert panel.pages.currentWidget() is panel.empty_page
    assert panel.finding_label.text() == ""
    assert panel.slider._dates == ()
    assert panel.enclaves_tab.view.rows_model.rowCount() == 0


def test_other_colours_repaint_and_keep_the_date(shown):
    controller, panel = shown
    controller.first()
    panel.repaint_with({"Islamic State": "#010203"})
    assert panel.slider.index == 0
    assert panel.enclaves_tab.view.rows_model.rowCount() == len(controller.result.enclaves)


def test_more_opens_the_other_choices_and_an_analysis_closes_them(shown, qtbot):
    controller, panel = shown
    panel.more_button.click()
    assert panel.pages.currentWidget() is panel.more_page
    assert panel.choices_panel.isVisible()
    panel.choices_panel.use_unsaved.click()
    panel.analyse_button.click()
    assert panel.pages.currentWidget() is panel.shown_page
    assert controller.choices.use_unsaved
    assert controller.is_busy


CHANGES_THEME = """
import sys
sys.path.insert(0, sys.argv[1])
from qgis.testing import start_app
start_app(False)
from qgis.core import QgsApplication
from qgis.PyQt.QtWidgets import QApplication
from enclave_watch.ui.controller import DockController
from enclave_watch.ui.dock import DockPanel
panel = DockPanel(DockController())
panel.show()
for theme in ("Night Mapping", "default", "Night Mapping"):
    QApplication.processEvents()
    QgsApplication.setUITheme(theme)
print("LIVES", flush=True)
import os
os._exit(0)
"""


def test_it_outlives_a_change_of_theme(qgis_app):
    from qgis_env import BUILD

    done = subprocess.run(
        [sys.executable, "-c", CHANGES_THEME, str(BUILD / "plugins")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "LIVES" in done.stdout, done.returncode


# -- reach ---------------------------------------------------------------------------------------

CONTROLS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)


def own_controls(panel):
    """Every control that Qt did not make as a part of another."""
    return [
        widget
        for kind in CONTROLS
        for widget in panel.findChildren(kind)
        if not widget.objectName().startswith("qt_")
        and not isinstance(widget, QScrollBar)
        and not isinstance(widget.parent(), CONTROLS)
        and type(widget.parent()).__name__
        not in {"QTabBar", "QTableView", "QTableWidget", "RowsView", "_Pairs"}
        and "Corner" not in type(widget).__name__
    ]


def test_every_control_has_a_tooltip(shown):
    _, panel = shown
    controls = own_controls(panel)
    assert len(controls) > 40
    bare = [
        f"{type(each).__name__} {each.objectName()} in {type(each.parent()).__name__}"
        for each in controls
        if not each.toolTip() and each.isEnabled() and type(each.parent()).__name__ != "MatrixView"
    ]
    assert bare == []


def test_every_box_has_a_buddy_label_or_a_name(shown):
    _, panel = shown
    buddies = {label.buddy() for label in panel.findChildren(QLabel)}
    named = [each for each in own_controls(panel) if isinstance(each, QAbstractButton)]
    missing = [
        f"{type(each).__name__} {each.objectName()}"
        for each in own_controls(panel)
        if each not in buddies and each not in named and not each.accessibleName()
    ]
    assert missing == []


def test_tab_reaches_every_part(shown):
    _, panel = shown
    chain = []
    widget = panel.nextInFocusChain()
    while widget is not panel and len(chain) < 2000:
        chain.append(widget)
        widget = widget.nextInFocusChain()
    wanted = (
        panel.control_combo, panel.faction_combo, panel.date_combo, panel.more_button,
        panel.date_box, panel.first_button, panel.play_button, panel.speed_combo,
        panel.loop_button, panel.slider, panel.compare_combo, panel.export_button,
    )  # fmt: skip
    places = [chain.index(each) for each in wanted]
    assert places == sorted(places)
    assert all(each.focusPolicy() & Qt.FocusPolicy.TabFocus for each in wanted)


def test_a_narrow_dock_has_room_for_everything(shown, qtbot):
    _, panel = shown
    assert panel.minimumSizeHint().width() <= 320
    panel.resize(320, 760)
    QApplication.processEvents()
    assert panel.choice_line.direction() == QBoxLayout.Direction.TopToBottom
    for button in (panel.loop_button, panel.more_button, panel.export_button):
        right = button.mapTo(panel, button.rect().bottomRight()).x()
        assert right <= 320
        assert button.width() >= button.minimumSizeHint().width()
    for combo in (panel.faction_combo, panel.date_combo, panel.speed_combo):
        assert combo.width() >= combo.minimumSizeHint().width()
    panel.resize(700, 760)
    QApplication.processEvents()
    assert panel.choice_line.direction() == QBoxLayout.Direction.LeftToRight


def test_icons_are_turned_where_writing_runs_to_the_left(made, qgis_app):
    def picture():
        _, panel = made()
        return panel.last_button.icon().pixmap(32, 32).toImage().convertToFormat(5)

    straight = picture()
    QApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        turned = picture()
    finally:
        QApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert turned != straight
