"""Films of the made-up layers and of the sample, opened by other programs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from qgis.core import QgsProcessingContext, QgsProject

from enclave_watch.core.errors import FilmError
from enclave_watch.processing.publish import ffmpeg, filmwriters
from enclave_watch.processing.publish.exportanimation import ExportAnimation

SMALL = {"WIDTH": 480, "HEIGHT": 270}


@pytest.fixture
def film(qgis_app, new_log):
    """Return a function that runs the algorithm and gives its outputs and its log."""

    def make(log=None, **parameters):
        algorithm = ExportAnimation().create()
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        log = log or new_log()
        parameters = {**SMALL, **parameters}
        accepted, message = algorithm.checkParameterValues(parameters, context)
        assert accepted, message
        outputs, _ = algorithm.run(parameters, context, log, {}, False)
        return outputs, log

    return make


def probed(path: Path) -> dict[str, str]:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "json", str(path)],
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)["streams"][0]


def color(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """Return the colour at a place, from 0 to 1 across and down."""
    return image.convert("RGB").getpixel((int(x * image.width), int(y * image.height)))


def test_it_declares_what_the_design_says():
    algorithm = ExportAnimation().create()
    names = {each.name() for each in algorithm.parameterDefinitions()}
    assert names >= {
        "FORMAT", "WIDTH", "HEIGHT", "SECONDS", "FADE", "STEP", "EXTENT", "FOLLOW", "LAYERS",
        "OUTPUT",
    }  # fmt: skip
    assert algorithm.parameterDefinition("FORMAT").usesStaticStrings()
    assert algorithm.parameterDefinition("FORMAT").options() == [
        "mp4", "gif", "webp", "png", "html",
    ]  # fmt: skip


def test_an_mp4_of_the_sample_has_all_its_pictures(film, syria, tmp_path):
    path = tmp_path / "film.mp4"
    outputs, _ = film(**syria, FORMAT="mp4", WIDTH=481, HEIGHT=271, OUTPUT=str(path))
    stream = probed(path)
    assert (stream["codec_name"], stream["pix_fmt"]) == ("h264", "yuv420p")
    assert (stream["width"], stream["height"]) == (480, 270)
    # five dates, a second each, 25 pictures a second
    assert int(stream["nb_read_frames"]) == outputs["PICTURES"] == 125
    assert (outputs["DATES"], outputs["LAST_DATE"]) == (5, "2018-08-05")
    assert float(stream["duration"]) == pytest.approx(outputs["DURATION"]) == 5.0
    assert [each.name for each in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize(("ending", "rate"), [("gif", 10), ("webp", 20)])
def test_a_film_for_pages_has_all_its_pictures(film, syria, tmp_path, ending, rate):
    path = tmp_path / f"film.{ending}"
    outputs, _ = film(**syria, FORMAT=ending, OUTPUT=str(path), SECONDS=0.5, FADE=0.2)
    with Image.open(path) as image:
        assert image.size == (480, 270)
        # five dates, and four fades of 0.2 seconds
        assert image.n_frames == outputs["PICTURES"] == 5 + 4 * 0.2 * rate
        durations_ms = []
        for number in range(image.n_frames):
            image.seek(number)
            image.load()
            durations_ms.append(image.info["duration"])
        assert sum(durations_ms) == pytest.approx(2500, abs=1)
        assert image.info["loop"] == 0


def test_each_date_is_drawn_with_what_is_held_on_it(film, made_up, tmp_path):
    extent = "0,2,0,2 [EPSG:4326]"
    film(**made_up, FORMAT="png", OUTPUT=str(tmp_path / "all"), EXTENT=extent)
    names = sorted(each.name for each in (tmp_path / "all").iterdir())
    assert names == ["0001_2020-01-01.png", "0002_2020-02-01.png"]
    first, last = (Image.open(tmp_path / "all" / name) for name in names)
    # the eastern enclave, from 1.5 to 2 degrees, is there at first and land at last
    east = 0.35 + 0.75 * 0.5 * 270 / 480 / 1.12, 0.5 + 0.25 * 0.5 / 1.12
    assert color(last, *east) == (0xF4, 0xF2, 0xEE)
    assert color(first, *east) != color(last, *east)
    # the panel: another date, another figure, a cursor that has moved
    assert first.crop((336, 0, 480, 60)).tobytes() != last.crop((336, 0, 480, 60)).tobytes()
    assert first.crop((336, 150, 480, 260)).tobytes() != last.crop((336, 150, 480, 260)).tobytes()


def test_all_formats_show_the_last_snapshot_at_the_end(film, made_up, tmp_path):
    given = {**made_up, "SECONDS": 0.4, "FADE": 0.1}
    film(**made_up, FORMAT="png", OUTPUT=str(tmp_path / "png"))
    wanted = Image.open(tmp_path / "png" / "0002_2020-02-01.png").convert("L")
    last: dict[str, Image.Image] = {}
    for ending in ("gif", "webp"):
        film(**given, FORMAT=ending, OUTPUT=str(tmp_path / f"film.{ending}"))
        image = Image.open(tmp_path / f"film.{ending}")
        image.seek(image.n_frames - 1)
        last[ending] = image.convert("L")
    film(**given, FORMAT="mp4", OUTPUT=str(tmp_path / "film.mp4"))
    final = tmp_path / "last.png"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", tmp_path / "film.mp4", "-vf",
         "select=eq(n\\,19)", "-frames:v", "1", final],
        check=True,
    )  # fmt: skip
    last["mp4"] = Image.open(final).convert("L")
    for ending, image in last.items():
        differs = [abs(a - b) for a, b in zip(image.tobytes(), wanted.tobytes())]
        assert sum(differs) / len(differs) < 2.0, ending


def test_even_steps_end_on_the_last_date_and_say_what_they_pass_over(film, syria, tmp_path):
    outputs, _ = film(**syria, FORMAT="png", STEP="even", OUTPUT=str(tmp_path / "even"))
    names = sorted(each.name for each in (tmp_path / "even").iterdir())
    # 66 days in steps of 5, the shortest time between two dates, and the last date
    assert (len(names), names[-1]) == (outputs["PICTURES"], "0015_2018-08-05.png")
    _, log = film(**syria, FORMAT="png", STEP="even", STEP_DAYS=40, OUTPUT=str(tmp_path / "few"))
    assert any("passes over: 2 (first: 2018-07-15)" in line for line in log.warnings)


def test_the_map_follows_a_faction(film, syria, tmp_path):
    film(**syria, FORMAT="png", FOLLOW="Jaysh Khalid ibn al-Walid", OUTPUT=str(tmp_path / "close"))
    picture = Image.open(tmp_path / "close" / "0001_2018-05-31.png")
    # what is followed fills the middle: purple over land, more blue than green
    red, green, blue = color(picture, 0.35, 0.5)
    assert blue > green + 20
    assert red > 100


def test_other_layers_are_drawn_in_place_of_the_land(film, made_up, make_layer, tmp_path):
    below = make_layer([("POLYGON((-9 -9,9 -9,9 9,-9 9,-9 -9))", {})], name="below")
    symbol = below.renderer().symbol()
    symbol.setColor(symbol.color().fromRgb(255, 0, 0))
    film(**made_up, FORMAT="png", LAYERS=[below], OUTPUT=str(tmp_path / "layers"))
    assert color(Image.open(tmp_path / "layers" / "0001_2020-01-01.png"), 0.02, 0.95) == (255, 0, 0)


def test_a_dot_per_inch_follows_the_size(film, made_up, tmp_path):
    for size in ((480, 270), (1920, 1080), (270, 480)):
        folder = tmp_path / f"{size[0]}"
        film(**made_up, FORMAT="png", WIDTH=size[0], HEIGHT=size[1], OUTPUT=str(folder))
        assert Image.open(folder / "0001_2020-01-01.png").size == size


@pytest.mark.parametrize("name", [
    '<script>alert("1")</script>', "\u202eReds", "W" * 300, "\U0001f6a9 flag", "تنظيم", "$x$ {0}",
])  # fmt: skip
def test_any_name_is_drawn_as_text(film, make_layer, countries, tmp_path, name):
    square = "POLYGON((0.2 0.2,0.8 0.2,0.8 0.8,0.2 0.8,0.2 0.2))"
    rows = [(square, {"faction": name, "date": f"2020-0{month}-01"}) for month in (1, 2)]
    control = make_layer(rows, "faction:string(400)", "date:date", name=name[:50])
    outputs, _ = film(
        CONTROL=control, FACTION_FIELD="faction", DATE_FIELD="date", COUNTRIES=countries,
        FORMAT="png", LANGUAGE="ar", TITLE=name, FOLLOW=name, OUTPUT=str(tmp_path / "named"),
    )  # fmt: skip
    assert outputs["PICTURES"] == 2


@pytest.mark.parametrize("film_format", ["mp4", "gif", "webp", "png"])
def test_a_cancelled_run_leaves_no_half_file(film, syria, new_log, tmp_path, film_format):
    path = tmp_path / ("film" if film_format == "png" else f"film.{film_format}")
    if film_format != "png":
        path.write_bytes(b"from before")
    outputs, _ = film(log=new_log(cancel_at=60), **syria, FORMAT=film_format, OUTPUT=str(path))
    assert not outputs
    if film_format == "png":
        assert not list(tmp_path.iterdir())
    else:
        assert [each.name for each in tmp_path.iterdir()] == [path.name]
        assert path.read_bytes() == b"from before"


def test_a_failed_run_leaves_no_half_file(film, syria, tmp_path, monkeypatch):
    # as when the disk is full
    monkeypatch.setitem(ffmpeg._ENCODERS, "libx264", ("-preset", "no such preset"))
    with pytest.raises(Exception, match="ffmpeg stopped"):
        film(**syria, FORMAT="mp4", OUTPUT=str(tmp_path / "film.mp4"))
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    target = filmwriters.FilmTarget(blocked / "film.gif", 10, 10)
    with pytest.raises(FilmError, match="OUTPUT"), filmwriters._written_aside(target.path):
        pass


def test_missing_ffmpeg_is_said_before_the_work(refusal, made_up, monkeypatch, tmp_path):
    monkeypatch.setattr(ffmpeg, "_ffmpeg", lambda: None)
    given = {**made_up, "FORMAT": "mp4", "OUTPUT": str(tmp_path / "film.mp4")}
    assert "apt install ffmpeg" in refusal(ExportAnimation, **given)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"FADE": 2.0}, "FADE"),
        ({"SECONDS": 0.0, "FADE": 0.0}, "SECONDS"),
        ({"OUTPUT": "/tmp/film.gif"}, "FORMAT=gif"),  # noqa: S108
        ({"DATE_FIELD": None}, "DATE_FIELD"),
        ({"FOLLOW": "Red", "EXTENT": "0,1,0,1 [EPSG:4326]"}, "FOLLOW"),
    ],
)
def test_what_is_at_odds_is_refused(refusal, made_up, tmp_path, changes, said):
    given = {**made_up, "FORMAT": "mp4", "OUTPUT": str(tmp_path / "film.mp4"), **changes}
    assert said in refusal(ExportAnimation, **given)


def test_an_unknown_faction_is_named_with_those_there_are(film, made_up, tmp_path):
    with pytest.raises(Exception, match="Blue, Red"):
        film(**made_up, FORMAT="png", FOLLOW="Green", OUTPUT=str(tmp_path / "none"))
