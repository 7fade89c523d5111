"""The dock and the Temporal Controller at the same date, whichever is moved."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from qgis.core import (
    Qgis,
    QgsDateTimeRange,
    QgsExpression,
    QgsFeature,
    QgsFeatureRequest,
    QgsInterval,
    QgsProject,
    QgsTemporalNavigationObject,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsVectorLayerTemporalContext,
)
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QDate, QDateTime, QTime

from enclave_watch.processing.convert import to_qdatetime
from enclave_watch.ui.temporalsync import TemporalSync, ranges_of

DATES = [datetime(2018, 5, 31), datetime(2018, 6, 30), datetime(2018, 7, 15), datetime(2018, 8, 5)]
MODE = QgsTemporalNavigationObject.NavigationMode
DAY = QgsInterval(1, QgsUnitTypes.TemporalUnit.TemporalDays)


def moment(year, month, day) -> QDateTime:
    return QDateTime(QDate(year, month, day), QTime(0, 0))


def before(year, month, day) -> QDateTime:
    return moment(year, month, day).addMSecs(-1)


@pytest.fixture
def controller(qgis_app):
    return QgsTemporalNavigationObject()


@pytest.fixture
def sync(controller):
    QgsProject.instance().clear()
    made = TemporalSync(controller)
    made.set_dates(DATES)
    yield made
    made.release()


@pytest.fixture
def moves(sync):
    heard = []
    sync.moved.connect(heard.append)
    return heard


def test_a_snapshot_is_valid_until_the_next_and_the_last_for_a_day():
    spans = [(each.begin(), each.end()) for each in ranges_of(DATES)]
    assert spans == [
        (moment(2018, 5, 31), before(2018, 6, 30)),
        (moment(2018, 6, 30), before(2018, 7, 15)),
        (moment(2018, 7, 15), before(2018, 8, 5)),
        (moment(2018, 8, 5), before(2018, 8, 6)),
    ]


def test_the_last_snapshot_of_an_hourly_series_is_valid_for_an_hour():
    hours = [datetime(2018, 8, 5, 10), datetime(2018, 8, 5, 12), datetime(2018, 8, 5, 13)]
    last = ranges_of(hours)[-1]
    assert last.end() == to_qdatetime(hours[-1] + timedelta(hours=1)).addMSecs(-1)


def test_one_date_alone_is_valid_for_a_day():
    (only,) = ranges_of(DATES[:1])
    assert (only.begin(), only.end()) == (moment(2018, 5, 31), before(2018, 6, 1))


def test_no_moment_belongs_to_two_snapshots():
    for earlier, later in zip(ranges_of(DATES), ranges_of(DATES)[1:]):
        assert earlier.contains(earlier.begin())
        assert not earlier.contains(later.begin())


def test_the_controller_stops_at_the_real_dates(sync, controller):
    assert controller.navigationMode() == MODE.Animated
    assert controller.totalFrameCount() == 4
    starts = [controller.dateTimeRangeForFrameNumber(i).begin() for i in range(4)]
    assert starts == [to_qdatetime(date) for date in DATES]


def copied(moment):
    """Return a copy of a range: newer QGIS lends it only while the signal is sent."""
    return QgsDateTimeRange(moment.begin(), moment.end())


def test_new_dates_tell_of_no_move(sync, controller, moves):
    controller.setCurrentFrameNumber(3)
    moves.clear()
    sync.set_dates(DATES[:3])
    assert controller.totalFrameCount() == 3
    assert moves == []


def test_going_to_a_date_moves_the_controller_and_comes_back_to_nobody(sync, controller, moves):
    seen = []
    controller.updateTemporalRange.connect(lambda moment: seen.append(copied(moment)))
    sync.go_to(3)
    assert controller.currentFrameNumber() == 3
    assert [each.begin() for each in seen] == [moment(2018, 8, 5)]
    assert moves == []


def test_moving_the_controller_is_told(sync, controller, moves):
    controller.setCurrentFrameNumber(2)
    controller.next()
    controller.rewindToStart()
    assert moves == [2, 3, 0]


def test_answering_a_move_does_not_go_round_in_circles(sync, controller, moves):
    sync.moved.connect(sync.go_to)
    controller.setCurrentFrameNumber(1)
    assert moves == [1]
    assert controller.currentFrameNumber() == 1


def test_steps_of_another_length_are_followed_by_date(sync, controller, moves):
    controller.setFrameDuration(DAY)
    controller.setCurrentFrameNumber(29)  # 29 June
    assert moves[-1:] != [1]
    controller.setCurrentFrameNumber(30)  # 30 June
    assert moves[-1] == 1
    controller.setCurrentFrameNumber(46)  # a day after 15 July
    assert moves[-1] == 2


def test_with_steps_of_another_length_the_controller_goes_to_the_date(sync, controller):
    controller.setFrameDuration(DAY)
    sync.go_to(1)
    frame = controller.dateTimeRangeForFrameNumber(controller.currentFrameNumber())
    assert frame.begin() == moment(2018, 6, 30)


def test_a_cumulative_range_is_followed_by_its_end(sync, controller, moves):
    controller.setFrameDuration(DAY)
    controller.setTemporalRangeCumulative(True)
    controller.setCurrentFrameNumber(31)  # up to 2 July
    shown = controller.dateTimeRangeForFrameNumber(31)
    assert shown.begin() == moment(2018, 5, 31)
    assert moves[-1] == 1
    controller.setCurrentFrameNumber(46)  # up to 17 July
    assert moves[-1] == 2


def test_a_controller_that_the_user_switched_off_stays_off(controller):
    off = controller.navigationMode()
    sync = TemporalSync(controller)
    sync.set_dates(DATES)
    controller.setNavigationMode(off)
    moves, seen = [], []
    sync.moved.connect(moves.append)
    controller.updateTemporalRange.connect(lambda moment: seen.append(copied(moment)))
    sync.go_to(2)
    assert controller.navigationMode() == off
    assert moves == []
    assert seen == []
    sync.release()


def test_release_leaves_the_controller_as_it_was_found(controller):
    extents = QgsDateTimeRange(moment(2000, 1, 1), moment(2001, 1, 1))
    controller.setTemporalExtents(extents)
    controller.setFrameDuration(DAY)
    controller.setNavigationMode(MODE.Animated)
    controller.setCurrentFrameNumber(7)
    receivers = controller.receivers(controller.updateTemporalRange)
    sync = TemporalSync(controller)
    sync.set_dates(DATES)
    sync.go_to(2)
    sync.set_dates(DATES[:2])
    sync.release()
    assert controller.temporalExtents() == extents
    assert controller.frameDuration().days() == 1
    assert controller.navigationMode() == MODE.Animated
    assert controller.currentFrameNumber() == 7
    assert controller.availableTemporalRanges() == []
    assert controller.receivers(controller.updateTemporalRange) == receivers


def test_release_of_a_controller_that_was_off_switches_it_off(controller):
    off = controller.navigationMode()
    sync = TemporalSync(controller)
    sync.set_dates(DATES)
    assert controller.navigationMode() != off
    sync.release()
    assert controller.navigationMode() == off


def test_release_leaves_what_the_user_has_set_meanwhile(controller):
    sync = TemporalSync(controller)
    sync.set_dates(DATES)
    own = QgsDateTimeRange(moment(1999, 1, 1), moment(1999, 2, 1))
    controller.setTemporalExtents(own)
    controller.setFrameDuration(DAY)
    sync.release()
    assert controller.temporalExtents() == own
    assert controller.navigationMode() == MODE.Animated


def test_no_dates_give_the_controller_back(sync, controller, moves):
    sync.set_dates([])
    assert controller.navigationMode() != MODE.Animated
    sync.go_to(0)
    controller.setNavigationMode(MODE.Animated)
    assert moves == []


def test_a_controller_that_is_gone_is_no_error(qgis_app):
    controller = QgsTemporalNavigationObject()
    sync = TemporalSync(controller)
    sync.set_dates(DATES)
    sip.delete(controller)
    sync.go_to(1)
    sync.set_dates(DATES)
    sync.release()


def test_the_project_does_not_ask_to_be_saved(controller):
    QgsProject.instance().clear()
    QgsProject.instance().setDirty(False)
    sync = TemporalSync(controller)
    sync.set_dates(DATES)
    sync.go_to(2)
    sync.release()
    assert not QgsProject.instance().isDirty()


@pytest.mark.parametrize("index", range(4))
def test_layers_with_times_show_the_snapshot_of_the_date(sync, controller, index):
    """Rows are valid from their date until the next; the last, shown too, has no end."""
    layer = QgsVectorLayer("Point?field=start:date&field=stop:date", "others", "memory")
    features = []
    for start, end in zip(DATES, [*DATES[1:], None]):
        feature = QgsFeature(layer.fields())
        feature["start"] = QDate(start.year, start.month, start.day)
        feature["stop"] = QDate(end.year, end.month, end.day) if end else None
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    times = layer.temporalProperties()
    times.setIsActive(True)
    times.setMode(Qgis.VectorTemporalMode.FeatureDateTimeStartAndEndFromFields)
    times.setStartField("start")
    times.setEndField("stop")
    sync.go_to(index)
    context = QgsVectorLayerTemporalContext()
    context.setLayer(layer)
    shown = controller.dateTimeRangeForFrameNumber(controller.currentFrameNumber())
    layer.setSubsetString("")
    condition = times.createFilterString(context, shown)
    found = [f["start"] for f in layer.getFeatures(QgsFeatureRequest(QgsExpression(condition)))]
    assert found == [QDate(DATES[index].year, DATES[index].month, DATES[index].day)]


@pytest.mark.parametrize("act", ["add", "remove"])
def test_dates_that_the_panel_takes_away_with_new_layers_are_given_again(
    sync, controller, moves, qtbot, act
):
    project = QgsProject.instance()
    first = project.addMapLayer(QgsVectorLayer("Point?crs=EPSG:4326", "first", "memory"))
    sync.go_to(2)

    taken = []

    def as_the_panel_does(*_):
        taken.append(1)
        controller.setAvailableTemporalRanges([])

    project.layersAdded.connect(as_the_panel_does)
    project.layersRemoved.connect(as_the_panel_does)
    try:
        if act == "add":
            project.addMapLayer(QgsVectorLayer("Point?crs=EPSG:4326", "second", "memory"))
        else:
            project.removeMapLayer(first.id())
    finally:
        project.layersAdded.disconnect(as_the_panel_does)
        project.layersRemoved.disconnect(as_the_panel_does)
    assert taken
    qtbot.waitUntil(lambda: controller.availableTemporalRanges() == ranges_of(DATES), timeout=2000)
    assert controller.currentFrameNumber() == 2
    assert moves == []


def test_dates_that_the_panel_took_away_are_there_for_the_next_step(sync, controller):
    sync.go_to(2)
    controller.setAvailableTemporalRanges([])
    seen = []
    controller.updateTemporalRange.connect(lambda moment: seen.append(copied(moment)))
    sync.go_to(3)
    assert seen[-1] == ranges_of(DATES)[3]


def test_release_hears_the_project_no_more(controller):
    project = QgsProject.instance()

    def receivers():
        return project.receivers(project.layersAdded), project.receivers(project.layersRemoved)

    before = receivers()
    made = TemporalSync(controller)
    assert receivers() != before
    made.release()
    assert receivers() == before


def test_a_project_saved_meanwhile_keeps_its_own_times(controller, tmp_path):
    project = QgsProject.instance()
    project.clear()
    times = project.timeSettings()
    own = QgsDateTimeRange(moment(1999, 1, 1), moment(1999, 2, 1))
    times.setTemporalRange(own)
    times.setTimeStepUnit(QgsUnitTypes.TemporalUnit.TemporalDays)
    sync = TemporalSync(controller)
    sync.set_dates(DATES)
    irregular = QgsUnitTypes.TemporalUnit.TemporalIrregularStep
    times.setTemporalRange(controller.temporalExtents())  # as the panel does
    times.setTimeStepUnit(irregular)
    assert project.write(str(tmp_path / "saved.qgs"))
    assert times.timeStepUnit() == irregular
    assert times.temporalRange() == controller.temporalExtents()
    assert not project.isDirty()
    sync.release()
    saved = QgsProject()
    assert saved.read(str(tmp_path / "saved.qgs"))
    assert saved.timeSettings().temporalRange() == own
    assert saved.timeSettings().timeStepUnit() == QgsUnitTypes.TemporalUnit.TemporalDays


def test_another_project_is_not_given_the_times_of_the_one_before(sync, controller, moves):
    own = QgsDateTimeRange(moment(1999, 1, 1), moment(1999, 2, 1))
    QgsProject.instance().clear()
    QgsProject.instance().timeSettings().setTemporalRange(own)
    controller.setCurrentFrameNumber(2)
    sync.release()
    assert moves == []
    assert QgsProject.instance().timeSettings().temporalRange() == own
    assert controller.navigationMode() == MODE.Animated
