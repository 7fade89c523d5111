"""The slider of the dates: where they stand, what the user does with it, and what it tells."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from qgis.PyQt.QtCore import QEvent, QLocale, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QColor, QHelpEvent, QPalette, QWheelEvent
from qgis.PyQt.QtWidgets import QApplication, QToolTip

from enclave_watch.processing.palette import MARK_COLOR
from enclave_watch.ui.timeslider import Mark, TimeSlider
from enclave_watch.ui.timesliderscale import TimeScale, long_date, short_date, spread

DATES = tuple(datetime(2018, 7, day) for day in (1, 2, 11, 21, 31))
LOST = Mark("Red lost <contact> with Iraq", is_red=True)
TAKEN = Mark("Blue took a town")


@pytest.fixture
def slider(placed):
    widget = placed(TimeSlider(), 320, 60)
    widget.set_stops(DATES, {1: [TAKEN], 3: [TAKEN, LOST]})
    widget.set_index(2)
    return widget


@pytest.fixture
def told(slider):
    dates = []
    slider.moved.connect(dates.append)
    return dates


def key(qtbot, widget, name):
    qtbot.keyClick(widget, getattr(Qt.Key, f"Key_{name}"))


def at(slider, index):
    return QPoint(round(slider.x_of(index)), slider.height() // 2)


def wheel(slider, *, y=0, x=0):
    point = QPointF(slider.rect().center())
    event = QWheelEvent(
        point,
        QPointF(slider.mapToGlobal(point.toPoint())),
        QPoint(),
        QPoint(x, y),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(slider, event)


def colors_of(slider):
    image = slider.grab().toImage()
    return {
        image.pixelColor(x, y).name(): x
        for x in range(image.width())
        for y in range(image.height())
    }


def many(count=175):
    return tuple(datetime(2024, 1, 1) + timedelta(days=2 * number) for number in range(count))


def test_dates_are_spaced_by_time_not_by_number():
    scale = TimeScale(DATES)
    assert [scale.place_of(index) for index in range(5)] == pytest.approx(
        [0, 1 / 30, 10 / 30, 20 / 30, 1]
    )
    assert [scale.nearest(place) for place in (0, 0.016, 0.018, 0.4, 0.6, 2)] == [0, 0, 1, 2, 3, 4]


def test_one_date_stands_in_the_middle_and_none_nowhere():
    assert TimeScale(DATES[:1]).place_of(0) == 0.5
    assert TimeScale(()).nearest(0.5) == -1


def test_of_stops_without_room_the_first_in_the_list_is_drawn():
    assert spread([(9, 50.0), (0, 0.0), (1, 2.0), (8, 48.0), (2, 3.0)], 3.0) == [9, 0, 2]


def test_the_stops_stand_where_they_are_clicked(slider, qtbot, told):
    for index in (4, 0, 1, 3):
        qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=at(slider, index))
        qtbot.waitUntil(lambda index=index: told[-1:] == [index])
    assert told == [4, 0, 1, 3]


def test_a_click_between_two_dates_goes_to_the_nearer_one(slider, qtbot, told):
    x = round(0.7 * slider.x_of(3) + 0.3 * slider.x_of(4))
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(x, slider.height() // 2))
    qtbot.waitUntil(lambda: told == [3])


def test_other_buttons_go_nowhere(slider, qtbot, told):
    qtbot.mouseClick(slider, Qt.MouseButton.RightButton, pos=at(slider, 4))
    qtbot.wait(20)
    assert not told
    assert slider.index == 2


def test_a_drag_shows_each_date_and_tells_only_the_latest(slider, qtbot, told):
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=at(slider, 2))
    shown = []
    for index in (3, 4, 1, 0):
        slider.mouseMoveEvent(_move(slider, at(slider, index)))
        shown.append(slider.index)
    assert shown == [3, 4, 1, 0]
    assert not told
    qtbot.waitUntil(lambda: bool(told))
    assert told == [0]


def _move(slider, pos, buttons=Qt.MouseButton.LeftButton):
    from qgis.PyQt.QtGui import QMouseEvent

    return QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(pos),
        QPointF(slider.mapToGlobal(pos)),
        Qt.MouseButton.NoButton,
        buttons,
        Qt.KeyboardModifier.NoModifier,
    )


def test_the_mouse_passing_by_moves_nothing(slider):
    slider.mouseMoveEvent(_move(slider, at(slider, 4), Qt.MouseButton.NoButton))
    assert slider.index == 2


def test_being_set_tells_nobody(slider, qtbot, told):
    slider.set_index(4)
    qtbot.wait(20)
    assert slider.index == 4
    assert not told


def test_what_the_user_asked_for_is_told_even_while_it_plays(slider, qtbot, told):
    key(qtbot, slider, "End")
    slider.set_index(3)
    qtbot.waitUntil(lambda: told == [4])
    assert slider.index == 4
    slider.set_index(3)
    assert slider.index == 3


def test_other_stops_drop_what_was_asked_for_the_ones_before(slider, qtbot, told):
    key(qtbot, slider, "End")
    slider.set_stops(DATES[:2], {})
    qtbot.wait(20)
    assert not told
    assert slider.index == -1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Right", 3),
        ("Up", 3),
        ("Left", 1),
        ("Down", 1),
        ("Home", 0),
        ("End", 4),
        ("PageUp", 3),
        ("PageDown", 1),
    ],
)
def test_keys_step(slider, qtbot, told, name, expected):
    key(qtbot, slider, name)
    qtbot.waitUntil(lambda: told == [expected])


def test_a_page_is_a_tenth_of_many_dates(slider, qtbot):
    slider.set_stops(many(), {})
    slider.set_index(100)
    key(qtbot, slider, "PageUp")
    assert slider.index == 117
    key(qtbot, slider, "PageDown")
    assert slider.index == 100


def test_steps_end_at_the_ends(slider, qtbot, told):
    slider.set_index(4)
    key(qtbot, slider, "Right")
    key(qtbot, slider, "PageUp")
    qtbot.wait(20)
    assert slider.index == 4
    assert not told


def test_the_space_bar_plays(slider, qtbot, told):
    with qtbot.waitSignal(slider.toggled):
        key(qtbot, slider, "Space")
    assert not told


def test_other_keys_are_left_to_the_window(slider):
    from qgis.PyQt.QtGui import QKeyEvent

    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier)
    slider.keyPressEvent(event)
    assert not event.isAccepted()


def test_whole_steps_of_the_wheel_count(slider):
    wheel(slider, y=60)
    assert slider.index == 2
    wheel(slider, y=60)
    assert slider.index == 3
    wheel(slider, y=-240)
    assert slider.index == 1
    wheel(slider, x=-120)
    assert slider.index == 2


def test_without_dates_nothing_happens(slider, qtbot, told):
    slider.set_stops((), {})
    for name in ("Right", "Home", "End", "PageUp"):
        key(qtbot, slider, name)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    wheel(slider, y=120)
    slider.set_index(3)
    qtbot.wait(20)
    assert not told
    assert slider.index == -1
    slider.grab()


def test_a_red_mark_stands_above_the_date_of_the_loss(slider):
    found = colors_of(slider)
    assert abs(found[MARK_COLOR] - slider.x_of(3)) < slider.fontMetrics().height()
    slider.set_stops(DATES, {1: [TAKEN]})
    assert MARK_COLOR not in colors_of(slider)


def test_a_red_mark_among_many_others_is_seen(slider):
    marks = {index: [Mark("x", is_red=index == 101)] for index in range(1, 175)}
    slider.set_stops(many(), marks)
    assert abs(colors_of(slider)[MARK_COLOR] - slider.x_of(101)) < slider.fontMetrics().height()


def test_ticks_of_many_dates_are_thinned_and_keep_both_ends(slider):
    slider.set_stops(many(), {})
    ticks = slider._placed().ticks
    assert {0, 174} <= set(ticks)
    xs = [slider.x_of(index) for index in ticks]
    assert 40 < len(ticks) < 100
    assert min(after - before for before, after in zip(xs, xs[1:])) >= 4.0
    slider.resize(1600, 60)
    assert len(slider._placed().ticks) == 175


def test_dates_below_the_line_do_not_overlap_and_stay_inside(slider):
    for width in (160, 320, 700):
        slider.resize(width, 60)
        rooms = [room for room, _ in slider._placed().labels]
        assert rooms
        assert all(room.left() >= 0 and room.right() <= width for room in rooms)
        assert not any(
            one.intersects(other) for one in rooms for other in rooms if one is not other
        )
    assert len(rooms) > 2


def test_the_tip_says_the_date_in_the_users_form_and_what_happened(slider):
    event = QHelpEvent(QEvent.Type.ToolTip, at(slider, 3), slider.mapToGlobal(at(slider, 3)))
    QApplication.sendEvent(slider, event)
    text = QToolTip.text()
    QToolTip.hideText()
    assert "July 21, 2018" in text
    assert "Red lost &lt;contact&gt; with Iraq" in text
    assert text.index("Red lost") < text.index("Blue took")
    assert text.count(MARK_COLOR) == 1


def test_among_the_marks_the_red_one_nearby_is_meant(slider):
    slider.set_stops(many(), {100: [TAKEN], 101: [LOST]})
    position = QPoint(round(slider.x_of(100)), 5)
    assert slider._pointed_at(position) == 101
    assert slider._pointed_at(QPoint(position.x(), 40)) == 100


def test_a_date_with_very_many_events_says_how_many_more(slider):
    slider.set_stops(DATES, {1: [TAKEN] * 30 + [LOST]})
    lines = slider._lines(1)
    assert len(lines) == 13
    assert lines[0] == LOST.text
    assert lines[-1] == "and 19 more"


def test_dates_are_written_in_the_form_of_the_locale():
    moment = datetime(2018, 8, 5)
    assert long_date(moment) == "Sunday, August 5, 2018"
    assert short_date(moment) == "8/5/18"
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    assert long_date(moment) == "Sonntag, 5. August 2018"
    assert long_date(datetime(2018, 8, 5, 14, 30)) == "Sonntag, 5. August 2018 14:30"


def test_with_no_date_left_nothing_is_told_any_more(slider, qtbot, told):
    key(qtbot, slider, "Right")
    slider.set_index(-1)
    qtbot.wait(20)
    assert not told
    assert slider.index == -1


def test_screen_readers_hear_the_date_and_what_happened(slider, qtbot):
    assert slider.accessibleName() == "Date"
    key(qtbot, slider, "Right")
    assert slider.accessibleDescription() == (
        f"Saturday, July 21, 2018, 4 of 5\n{LOST.text}\n{TAKEN.text}"
    )
    slider.set_index(-1)
    assert slider.accessibleDescription() == "No date is shown"


def test_from_right_to_left_time_runs_to_the_left(slider, qtbot, told):
    right = slider.x_of(4)
    slider.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert slider.x_of(0) == pytest.approx(right)
    assert slider.index_at(0) == 4
    key(qtbot, slider, "Left")
    assert slider.index == 3
    key(qtbot, slider, "Right")
    assert slider.index == 2
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=at(slider, 1))
    qtbot.waitUntil(lambda: told[-1:] == [1])


def test_the_colours_are_those_of_the_theme(slider):
    palette = QPalette(slider.palette())
    palette.setColor(QPalette.ColorRole.Highlight, QColor("#00ff00"))
    slider.setPalette(palette)
    assert "#00ff00" in colors_of(slider)


def test_the_focus_is_seen_and_tab_reaches_it(slider, qtbot):
    corner = QPoint(0, slider.height() - 1)
    highlight = slider.palette().color(QPalette.ColorRole.Highlight).name()
    slider.clearFocus()
    assert slider.grab().toImage().pixelColor(corner).name() != highlight
    slider.activateWindow()
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(slider.hasFocus)
    assert slider.grab().toImage().pixelColor(corner).name() == highlight
    assert slider.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_it_fits_a_narrow_dock(slider):
    assert slider.minimumSizeHint().width() <= 300
    assert slider.toolTip()
