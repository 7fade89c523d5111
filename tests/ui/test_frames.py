"""Frames: one PNG a date, of what the map shows then, and all of them or none."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from qgis.core import Qgis, QgsFeature, QgsGeometry, QgsProject, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import QLocale, QSize, QTimer
from qgis.PyQt.QtGui import QColor, QImage

from enclave_watch.ui.frames import (
    date_text,
    draw_date,
    existing_frames,
    export_frames,
    frame_name,
)
from enclave_watch.ui.temporalsync import ranges_of

DATES = [datetime(2018, 5, 31), datetime(2018, 6, 30), datetime(2018, 8, 5)]
COLORS = ["#ff0000", "#00ff00", "#0000ff"]
SIZE = QSize(320, 200)


@pytest.fixture
def canvas(qgis_iface):
    QgsProject.instance().clear()
    layer = QgsVectorLayer("Polygon?crs=EPSG:4326", "ground", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(0, 0, 20, 10)))
    layer.dataProvider().addFeatures([feature])
    layer.updateExtents()
    QgsProject.instance().addMapLayer(layer)
    canvas = qgis_iface.mapCanvas()
    canvas.setLayers([layer])
    canvas.setExtent(QgsRectangle(5, 3, 9, 6))
    canvas.setCanvasColor(QColor("#ffffff"))
    yield canvas
    canvas.setLayers([])
    QgsProject.instance().clear()


@pytest.fixture
def show(canvas):
    """Give the ground another colour on each date."""

    def show_date(index):
        canvas.layers()[0].renderer().symbol().setColor(QColor(COLORS[index]))

    return show_date


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "frames"


def finished(qtbot, export) -> list[Path]:
    with qtbot.waitSignal(export.finished, timeout=20_000) as heard:
        pass
    return heard.args[0]


def test_each_date_has_a_file_of_its_name_with_what_the_map_showed(canvas, show, folder, qtbot):
    written = finished(qtbot, export_frames(canvas, DATES, folder, show, size=SIZE))
    assert [path.name for path in written] == ["2018-05-31.png", "2018-06-30.png", "2018-08-05.png"]
    assert sorted(folder.iterdir()) == written
    for path, color in zip(written, COLORS):
        image = QImage(str(path))
        assert image.size() == SIZE
        assert image.pixelColor(160, 20) == QColor(color)


def test_the_date_stands_in_the_corner(canvas, show, folder, qtbot):
    (first, *_) = finished(qtbot, export_frames(canvas, DATES, folder, show, size=SIZE))
    image = QImage(str(first))
    corner = {image.pixelColor(x, y).name() for x in range(100) for y in range(170, image.height())}
    assert {"#111111", "#ffffff"} <= corner
    assert {image.pixelColor(x, 100).name() for x in range(320)} == {COLORS[0]}


def test_without_a_size_the_frames_are_as_large_as_the_map(canvas, show, folder, qtbot):
    (first, *_) = finished(qtbot, export_frames(canvas, DATES, folder, show))
    assert QImage(str(first)).size() == canvas.mapSettings().outputSize()


def test_other_layers_of_the_project_are_drawn_at_the_date(canvas, show, folder, qtbot):
    layer = canvas.layers()[0]
    times = layer.temporalProperties()
    times.setIsActive(True)
    times.setMode(Qgis.VectorTemporalMode.FixedTemporalRange)
    times.setFixedTemporalRange(ranges_of(DATES)[1])
    written = finished(qtbot, export_frames(canvas, DATES, folder, show, size=SIZE))
    seen = [QImage(str(path)).pixelColor(160, 20).name() for path in written]
    assert seen == ["#ffffff", COLORS[1], "#ffffff"]


def test_progress_goes_up_to_the_whole(canvas, show, folder, qtbot):
    export = export_frames(canvas, DATES, folder, show, size=SIZE)
    steps = []
    export.progressChanged.connect(steps.append)
    finished(qtbot, export)
    assert steps == pytest.approx([100 / 3, 200 / 3, 100])
    assert export.is_over


def test_the_window_lives_between_frames(canvas, show, folder, qtbot):
    export = export_frames(canvas, DATES, folder, show, size=SIZE)
    assert not export.is_over
    finished(qtbot, export)


@pytest.mark.parametrize("frames_before", [0, 1, 2])
def test_a_cancel_leaves_no_file(canvas, show, folder, qtbot, frames_before):
    export = export_frames(canvas, DATES, folder, show, size=SIZE)
    reasons = []
    export.failed.connect(reasons.append)
    export.finished.connect(lambda _paths: reasons.append("finished"))
    if frames_before:
        done = []
        export.progressChanged.connect(
            lambda _percent: (done.append(1), len(done) == frames_before and export.cancel())
        )
        qtbot.waitUntil(lambda: export.is_over, timeout=20_000)
    else:
        export.cancel()
    export.cancel()
    qtbot.wait(200)
    assert reasons == [""]
    assert not folder.exists()


def test_another_project_ends_it(canvas, show, folder, qtbot):
    receivers = QgsProject.instance().receivers(QgsProject.instance().cleared)
    export = export_frames(canvas, DATES, folder, show, size=SIZE)
    QgsProject.instance().clear()
    assert export.is_over
    qtbot.wait(200)
    assert not folder.exists()
    assert QgsProject.instance().receivers(QgsProject.instance().cleared) == receivers


def test_a_cancel_while_a_frame_is_drawn_waits_for_nothing(canvas, show, folder, qtbot):
    def cancel_in_a_moment(index):
        show(index)
        QTimer.singleShot(0, export.cancel)

    export = export_frames(canvas, DATES, folder, cancel_in_a_moment, size=QSize(3000, 2000))
    qtbot.waitUntil(lambda: export.is_over, timeout=20_000)
    qtbot.wait(300)
    assert not folder.exists()


def test_files_of_the_user_stay(canvas, show, folder, qtbot):
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    export = export_frames(canvas, DATES, folder, show, size=SIZE)
    export.cancel()
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_a_folder_that_cannot_be_written_is_said(canvas, show, tmp_path, qtbot):
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    export = export_frames(canvas, DATES, blocked / "frames", show, size=SIZE)
    with qtbot.waitSignal(export.failed, timeout=2000) as heard:
        pass
    (reason,) = heard.args
    assert str(blocked) in reason
    assert "another folder" in reason


def test_a_date_that_cannot_be_shown_ends_it_without_a_file(canvas, folder, qtbot):
    def fail(index):
        if index == 1:
            raise ValueError("no such date")

    export = export_frames(canvas, DATES, folder, fail, size=SIZE)
    with qtbot.waitSignal(export.failed, timeout=20_000) as heard:
        pass
    assert heard.args == ["no such date"]
    assert not folder.exists()


def test_what_would_be_replaced_is_known_before(folder):
    folder.mkdir()
    (folder / "2018-06-30.png").write_bytes(b"")
    assert existing_frames(DATES, folder) == [folder / "2018-06-30.png"]


def test_a_time_of_day_is_part_of_the_name():
    assert frame_name(datetime(2018, 8, 5, 12, 30)) == "2018-08-05_12-30-00.png"


def test_the_date_is_written_as_the_locale_does():
    before = QLocale()
    try:
        QLocale.setDefault(QLocale("en_GB"))
        assert date_text(DATES[2]).endswith("5 August 2018")
        QLocale.setDefault(QLocale("fr_FR"))
        assert "août 2018" in date_text(DATES[2])
        assert "12:30" in date_text(datetime(2018, 8, 5, 12, 30))
    finally:
        QLocale.setDefault(before)


@pytest.mark.parametrize("ground", ["#000000", "#ffffff"])
def test_the_date_can_be_read_on_any_ground(ground):
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    image.fill(QColor(ground))
    draw_date(image, "5 August 2018")
    seen = {image.pixelColor(x, y).name() for x in range(400) for y in range(250, 300)}
    assert {"#111111", "#ffffff"} <= seen
