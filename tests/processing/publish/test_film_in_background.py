"""Films made as the toolbox makes them: in a worker thread, with layers of the project below."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
)

from enclave_watch.processing.publish.exportanimation import ExportAnimation


@pytest.mark.parametrize("film_format", ["mp4", "gif", "webp", "png"])
def test_a_film_made_in_a_worker_thread_is_the_same(
    qtbot, made_up, make_layer, tmp_path, film_format
):
    below = make_layer([("POLYGON((-9 -9,9 -9,9 9,-9 9,-9 -9))", {})], name="below")
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    ending = "" if film_format == "png" else f".{film_format}"
    given = {
        **made_up, "LAYERS": [below], "FORMAT": film_format, "WIDTH": 480, "HEIGHT": 270,
        "SECONDS": 0.4, "FADE": 0.2,
    }  # fmt: skip
    feedback = QgsProcessingFeedback()
    here = {**given, "OUTPUT": str(tmp_path / f"here{ending}")}
    expected, _ = ExportAnimation().create().run(here, context, feedback, {}, False)
    there = {**given, "OUTPUT": str(tmp_path / f"there{ending}")}
    task = QgsProcessingAlgRunnerTask(ExportAnimation().create(), there, context, feedback)
    with qtbot.waitSignal(task.executed, timeout=60_000) as executed:
        QgsApplication.taskManager().addTask(task)
    is_well, outputs = executed.args
    assert is_well
    assert outputs["PICTURES"] == expected["PICTURES"]
    if film_format == "png":
        name = "0001_2020-01-01.png"
        one, other = (Image.open(tmp_path / folder / name) for folder in ("here", "there"))
        assert ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None
