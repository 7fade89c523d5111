"""The chart: drawn beside the main thread, a cursor that costs nothing, pictures and figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, QPoint, Qt
from qgis.PyQt.QtGui import QColor, QGuiApplication, QImage, QPalette

from enclave_watch.processing.publish.charts import ChartData
from enclave_watch.ui.chart import ChartTab

pytest.importorskip("matplotlib")


@pytest.fixture
def tab(placed, syria, colors, qtbot):
    widget = placed(ChartTab())
    widget.set_analysis(syria, colors)
    qtbot.waitUntil(lambda: widget.view.has_picture, timeout=20_000)
    settled(widget, qtbot)
    return widget


def made_up(count, factions=("Red", "Blue")):
    dates = tuple(datetime(2024, 1, 1) + timedelta(days=number) for number in range(count))
    areas = {
        name: tuple(100.0 * (1 + place) + number for number in range(count))
        for place, name in enumerate(factions)
    }
    return SimpleNamespace(dates=dates, areas_km2=areas, results=dates, factions=factions)


def settled(tab, qtbot):
    qtbot.waitUntil(lambda: not tab._jobs and not tab.view._settling.isActive(), timeout=20_000)


def test_a_snapshot_is_valid_until_the_next_one():
    data = ChartData(
        (datetime(2024, 1, 1), datetime(2024, 1, 2), datetime(2024, 1, 6)), {"Red": (1.0, 2.0, 3.0)}
    )
    assert data.end == datetime(2024, 1, 7)
    assert data.place_of(1) == pytest.approx(1 / 6)
    assert [data.index_at(place) for place in (0, 0.1, 0.2, 0.8, 0.84, 1)] == [0, 0, 1, 1, 2, 2]
    assert data.index_at(0.8, slack=0.05) == 2


def test_a_series_of_one_date_has_a_width():
    data = ChartData((datetime(2024, 1, 1),), {"Red": (1.0,)})
    assert data.end == datetime(2024, 1, 2)
    assert data.index_at(0.7) == 0


def test_the_lines_have_the_colours_of_the_factions(tab, colors):
    image = tab.view.grab().toImage()
    found = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(tab.view.plot_room.height())
    }
    for faction in ("Syrian Democratic Forces", "Syrian government", "Islamic State"):
        assert colors[faction] in found


def test_a_click_sets_the_date_and_the_keys_step(tab, qtbot, syria):
    tab.show_date(0, None, None)
    x = round(tab.view.x_of(2)) + 2
    with qtbot.waitSignal(tab.dateActivated) as went:
        qtbot.mouseClick(tab.view, Qt.MouseButton.LeftButton, pos=QPoint(x, 60))
    assert went.args == [2]
    tab.show_date(2, None, None)
    for key, index in ((Qt.Key.Key_Left, 1), (Qt.Key.Key_Right, 3), (Qt.Key.Key_End, 4)):
        with qtbot.waitSignal(tab.dateActivated) as went:
            qtbot.keyClick(tab.view, key)
        assert went.args == [index]
    tab.show_date(len(syria.dates) - 1, None, None)
    with qtbot.assertNotEmitted(tab.dateActivated):
        qtbot.keyClick(tab.view, Qt.Key.Key_Right)


def test_the_cursor_stands_at_the_date_and_draws_no_new_picture(tab):
    before = tab.view._image
    tab.show_date(1, None, None)
    x = round(tab.view.x_of(1))
    color = tab.view.palette().color(QPalette.ColorRole.Highlight)
    middle = tab.view.plot_room.center().y()

    def is_cursor(place):
        seen = tab.view.grab().toImage().pixelColor(place, middle)
        return all(abs(a - b) < 60 for a, b in zip(seen.getRgb()[:3], color.getRgb()[:3]))

    assert any(is_cursor(place) for place in (x - 1, x, x + 1))
    tab.show_date(3, None, None)
    assert not any(is_cursor(place) for place in (x - 1, x, x + 1))
    assert tab.view._image is before
    assert not tab._jobs


def test_175_dates_are_drawn_once_and_stepped_through_without_drawing_again(placed, qtbot):
    tab = placed(ChartTab())
    analysis = made_up(175)
    tab.set_analysis(analysis, {"Red": "#aa0000", "Blue": "#0000aa"})
    qtbot.waitUntil(lambda: tab.view.has_picture, timeout=20_000)
    settled(tab, qtbot)
    picture = tab.view._image
    for index in range(0, 175, 5):
        tab.show_date(index, None, None)
        tab.view.grab()
        assert tab.view._image is picture
        assert not tab._jobs


def test_a_late_picture_never_takes_the_place_of_a_newer_one(tab, qtbot, colors, syria):
    tab.set_analysis(made_up(3), {})
    tab.set_analysis(None, {})
    qtbot.wait(300)
    assert not tab.view.has_picture
    tab.set_analysis(syria, colors)
    qtbot.waitUntil(lambda: tab.view.has_picture, timeout=20_000)
    assert tab.view.x_of(4) > tab.view.x_of(3)


def test_nothing_is_drawn_while_the_tab_is_hidden(qtbot, syria, colors):
    tab = ChartTab()
    qtbot.addWidget(tab)
    tab.set_analysis(syria, colors)
    assert not tab._jobs
    tab.show()
    qtbot.waitUntil(lambda: tab.view.has_picture, timeout=20_000)


def test_where_matplotlib_is_missing_the_tab_says_how_to_get_it(
    placed, syria, colors, qtbot, monkeypatch, tmp_path
):
    monkeypatch.setattr("enclave_watch.ui.chart.missing_for_charts", lambda: "pip install it")
    tab = placed(ChartTab())
    tab.set_analysis(syria, colors)
    qtbot.waitUntil(lambda: tab.message != "", timeout=5000)
    assert tab._message.isVisible()
    assert tab._message.text() == "pip install it"
    tab.show_date(2, None, None)
    tab._bar.copy_button.click()
    assert QGuiApplication.clipboard().text().startswith("date\t")
    tab.save(tmp_path / "areas.csv")
    assert (tmp_path / "areas.csv").is_file()


def test_png_svg_and_csv_are_written(tab, qtbot, tmp_path, syria):
    for ending in ("png", "svg", "csv"):
        tab.save(tmp_path / f"areas.{ending}")
        qtbot.waitUntil((tmp_path / f"areas.{ending}").is_file, timeout=20_000)
    assert QImage(str(tmp_path / "areas.png")).width() == 1800
    svg = (tmp_path / "areas.svg").read_text(encoding="utf-8")
    assert all(f">{name}</text>" in svg for name in syria.factions)
    lines = (tmp_path / "areas.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("date,Islamic State (km2),")
    assert lines[-1].startswith("2018-08-05,3705.")


def test_copy_gives_figures_and_a_picture(tab, qtbot):
    QGuiApplication.clipboard().setText("before")
    tab._bar.copy_button.click()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().mimeData().hasImage(), timeout=20_000)
    assert QGuiApplication.clipboard().text().startswith("date\t")


def test_names_that_matplotlib_takes_for_more_are_written_as_they_are(placed, qtbot, tmp_path):
    names = ("_hidden", "$x^2$ and $y$", "تنظيم الدولة", "=cmd()")
    tab = placed(ChartTab())
    tab.set_analysis(made_up(4, names), {})
    tab.save(tmp_path / "odd.svg")
    qtbot.waitUntil((tmp_path / "odd.svg").is_file, timeout=20_000)
    svg = (tmp_path / "odd.svg").read_text(encoding="utf-8").replace("\u200b", "")
    assert all(f">{name}</text>" in svg for name in names)
    assert tab.sheet().titles[1:] == tuple(f"{name} (km2)" for name in names)


def test_dark_colours_have_a_rim_on_a_dark_ground(placed, qtbot):
    tab = placed(ChartTab())
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Base, QColor("#202020"))
    palette.setColor(QPalette.ColorRole.Text, QColor("#ffffff"))
    tab.view.setPalette(palette)
    tab.set_analysis(made_up(4, ("Black",)), {"Black": "#222222"})
    qtbot.waitUntil(lambda: tab.view.has_picture, timeout=20_000)
    settled(tab, qtbot)
    image = tab.view._image
    left, right = int(tab.view._picture.left_px) + 3, int(tab.view._picture.right_px) - 3
    rows = range(int(tab.view._picture.top_px), int(tab.view._picture.bottom_px) - 3)
    column = [image.pixelColor((left + right) // 2, y).lightness() for y in rows]
    dark = [y for y, light in enumerate(column) if light < 40]
    assert max(column) > 110
    assert dark


def test_the_names_in_the_legend_all_fit_or_are_counted(placed, qtbot):
    tab = placed(ChartTab(), width=320, height=260)
    names = tuple(f"A faction with a long name {number}" for number in range(30))
    tab.set_analysis(made_up(4, names), {})
    qtbot.waitUntil(lambda: tab.view.has_picture, timeout=20_000)
    assert tab.view.plot_room.height() >= 90


def test_one_faction_has_a_scale_of_its_own(tab, qtbot, syria):
    everything = tab.view._image.copy()
    tab._filter.choose("Islamic State")
    qtbot.waitUntil(lambda: tab.view.has_picture, timeout=20_000)
    assert tab.view._image != everything
    assert tab.sheet().titles == ("date", "Islamic State (km2)")
    assert list(tab.view._colors) == ["Islamic State"]
    tab.set_analysis(syria, {})
    assert list(tab.view._colors) == ["Islamic State"]
    tab._filter.choose("")
    assert len(tab.sheet().titles) == 1 + len(syria.factions)


def test_two_exports_at_once_are_both_written(tab, qtbot, tmp_path):
    for name in ("a.png", "b.svg", "c.png"):
        tab.save(tmp_path / name)
    qtbot.waitUntil(lambda: len(list(tmp_path.glob("?.*"))) == 3, timeout=20_000)


def test_months_are_named_with_their_year():
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from enclave_watch.processing.publish.charts import ChartLook, _figure

    data = ChartData((datetime(2024, 1, 1), datetime(2024, 6, 1)), {"Red": (1.0, 2.0)})
    figure, axes = _figure(data, ChartLook({}), width_px=600, height_px=300, dpi=96.0)
    FigureCanvasAgg(figure).draw()
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert "2024-03" in labels


def test_a_tab_can_go_while_its_chart_is_drawn(qtbot, syria, colors):
    tab = ChartTab()
    tab.show()
    qtbot.waitExposed(tab)
    tab.set_analysis(syria, colors)
    assert tab._jobs
    job = tab._jobs["screen"].future
    sip.delete(tab)
    qtbot.waitUntil(job.done, timeout=20_000)
    qtbot.wait(50)


def test_500_steps_leave_no_objects_behind(tab, syria):
    def step(count):
        for number in range(count):
            index = number % len(syria.dates)
            tab.show_date(index, syria.results[index], syria.results[index].since)

    step(10)
    before = len(tab.findChildren(QObject)), len(tab._jobs)
    step(500)
    assert (len(tab.findChildren(QObject)), len(tab._jobs)) == before
