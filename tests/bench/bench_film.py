"""How fast a film is made, measured against QGIS's own export of frames in the same run.

Run with `make bench`; `make test` leaves it out, since it takes minutes.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsDateTimeRange,
    QgsInterval,
    QgsMapSettings,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsTemporalUtils,
    QgsUnitTypes,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QSize, QTime

from enclave_watch.processing.data.buildseries import BuildSeries
from enclave_watch.processing.publish import filmdata
from enclave_watch.processing.publish.exportanimation import ExportAnimation
from enclave_watch.processing.styling import set_snapshot_times, style_control

pytestmark = pytest.mark.timeout(900)

SIZE = (1280, 720)
DATES = 175
MOST_TIMES_SLOWER = 2.0
MOST_GROWTH_MB = 60.0


@pytest.fixture(scope="module")
def series(qgis_app, shared_data, tmp_path_factory) -> Path:
    folder = shared_data / "deepstate_2024"
    if not folder.is_dir():
        pytest.skip(f"no data at {folder}")
    target = tmp_path_factory.mktemp("series") / "series.gpkg"
    context = QgsProcessingContext()
    algorithm = BuildSeries().create()
    given = {"FOLDER": str(folder), "OUTPUT": str(target)}
    _, is_well = algorithm.run(given, context, QgsProcessingFeedback(), {}, False)
    assert is_well
    return target


def film_of(series: Path, target: Path, **changes) -> dict:
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    given = {
        "CONTROL": str(series), "FACTION_FIELD": "faction", "DATE_FIELD": "valid_from",
        "HOME": "Ukraine", "WIDTH": SIZE[0], "HEIGHT": SIZE[1], "OUTPUT": str(target), **changes,
    }  # fmt: skip
    algorithm = ExportAnimation().create()
    accepted, message = algorithm.checkParameterValues(given, context)
    assert accepted, message
    outputs, is_well = algorithm.run(given, context, QgsProcessingFeedback(), {}, False)
    assert is_well
    return outputs


def frames_by_qgis(series: Path, folder: Path) -> int:
    """Let QGIS export the same dates: the same polygons on its world map, day by day."""
    world = Path(QgsApplication.pkgDataPath()) / "resources" / "data" / "world_map.gpkg"
    layer = QgsVectorLayer(str(series), "series", "ogr")
    countries = QgsVectorLayer(f"{world}|layername=countries", "countries", "ogr")
    style_control(layer, "faction", ["deepstatemap_data"], "valid_from")
    set_snapshot_times(layer, "valid_from")
    settings = QgsMapSettings()
    settings.setLayers([layer, countries])
    settings.setDestinationCrs(layer.crs())
    settings.setOutputSize(QSize(*SIZE))
    settings.setExtent(layer.extent())
    begin, end = (QDateTime(QDate(*day), QTime(0, 0)) for day in ((2024, 7, 8), (2024, 12, 30)))
    animation = QgsTemporalUtils.AnimationExportSettings()
    animation.animationRange = QgsDateTimeRange(begin, end)
    animation.frameDuration = QgsInterval(1, QgsUnitTypes.TemporalUnit.TemporalDays)
    animation.outputDirectory = str(folder)
    animation.fileNameTemplate = "####.png"
    result = QgsTemporalUtils.exportAnimation(settings, animation)
    assert result[0] if isinstance(result, tuple) else result
    return len(list(folder.glob("*.png")))


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000.0


def test_frames_beside_those_of_qgis(series, tmp_path, monkeypatch):
    reading = []

    def timed(*given):
        began = time.monotonic()
        dates = filmdata_read(*given)
        reading.append(time.monotonic() - began)
        return dates

    filmdata_read = filmdata.read_film_dates
    monkeypatch.setattr(filmdata, "read_film_dates", timed)
    began = time.monotonic()
    outputs = film_of(series, tmp_path / "ours", FORMAT="png")
    whole = time.monotonic() - began
    assert outputs["PICTURES"] == DATES
    (tmp_path / "theirs").mkdir()
    began = time.monotonic()
    count = frames_by_qgis(series, tmp_path / "theirs")
    theirs = (time.monotonic() - began) * DATES / count
    frames = whole - reading[0]
    print(
        f"\n{DATES} frames: {frames:.1f} s, and {reading[0]:.1f} s of measuring before; "
        f"by QGIS alone {theirs:.1f} s: frames {frames / theirs:.2f}, all {whole / theirs:.2f}"
    )
    assert frames < MOST_TIMES_SLOWER * theirs


def test_a_film_of_half_a_year(series, tmp_path):
    began = time.monotonic()
    outputs = film_of(series, tmp_path / "film.mp4", FORMAT="mp4")
    seconds = time.monotonic() - began
    print(f"\nMP4 of {DATES} dates, measuring and fades included: {seconds:.1f} s")
    assert outputs["DATES"] == DATES


def test_memory_does_not_grow_with_frames(series, tmp_path):
    film_of(series, tmp_path / "short", FORMAT="png", STEP="even", STEP_DAYS=60)
    before_mb = peak_mb()
    outputs = film_of(series, tmp_path / "film.gif", FORMAT="gif", STEP="even", FADE=0.5)
    print(f"\n{outputs['PICTURES']} more pictures: peak memory {peak_mb() - before_mb:+.0f} MB")
    assert outputs["PICTURES"] > 1000
    assert peak_mb() - before_mb < MOST_GROWTH_MB
