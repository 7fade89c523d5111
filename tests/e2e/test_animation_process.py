"""`qgis_process` makes films without a screen."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PIL import Image

import qgis_env


@pytest.mark.parametrize("film_format", ["mp4", "gif", "webp", "png"])
def test_a_film_of_the_sample_without_a_screen(
    profile: dict[str, str], control: str, tmp_path: Path, film_format: str
) -> None:
    target = tmp_path / ("film" if film_format == "png" else f"film.{film_format}")
    results = qgis_env.run_algorithm(
        "enclavewatch:exportanimation",
        {
            "CONTROL": control,
            "FACTION_FIELD": "faction",
            "DATE_FIELD": "date",
            "FORMAT": film_format,
            "WIDTH": 640,
            "HEIGHT": 360,
            "FADE": 0,
            "OUTPUT": target,
        },
        variables=profile,
    )
    assert (results["DATES"], results["LAST_DATE"]) == (5, "2018-08-05")
    assert results["PICTURES"] == (125 if film_format == "mp4" else 5)
    if film_format == "png":
        with Image.open(target / "0005_2018-08-05.png") as image:
            assert image.size == (640, 360)
    elif film_format == "mp4":
        subprocess.run(["ffprobe", "-v", "error", target], check=True)
    else:
        with Image.open(target) as image:
            assert image.n_frames == 5
