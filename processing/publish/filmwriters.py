"""Films on disk: MP4, GIF, WebP and a folder of PNG; none of them is there until it is whole."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Sequence, Tuple

from qgis.PyQt.QtGui import QImage

from ...core.errors import FilmError
from ...core.i18n import tr
from .ffmpeg import FfmpegPipe, Timing, raw_pixels
from .filmplan import Shot
from .gif import GifWriter, common_palette

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["FRAME_RATES", "FilmTarget", "write_gif", "write_mp4", "write_png", "write_webp"]

Shots = Iterator[Tuple[QImage, Shot]]

FRAME_RATES = {"mp4": 25, "webp": 20, "gif": 10, "png": 1}
"""Pictures a second; in a GIF, a WebP and a folder a picture that stands still is there once."""

_PART = ".enclave-watch-part-"
_WEBP_QUALITY = 82
_WEBP_METHOD = 2


@dataclass(frozen=True)
class FilmTarget:
    """Where a film goes, and the size of its pictures."""

    path: Path
    width_px: int
    height_px: int


def write_mp4(target: FilmTarget, shots: Shots, plan: Sequence[Shot]) -> int:
    """Write an MP4 by ffmpeg; return how many pictures it has.

    Parameters
    ----------
    plan : the shots to come: ffmpeg is told before when each of them stands
    """
    rate = FRAME_RATES["mp4"]
    first = [shot for shot in plan if shot.stop == 0]
    timing = Timing(
        seconds=sum(shot.seconds for shot in first),
        still_seconds=first[0].seconds,
        fading=len(first) - 1,
        rate=rate,
        pictures=max(round(sum(shot.seconds for shot in plan) * rate), 1),
    )
    with _written_aside(target.path) as part:
        pipe = FfmpegPipe(part, target.width_px, target.height_px, timing)
        try:
            for image, _ in shots:
                pipe.write(image)
            pipe.close()
        finally:
            pipe.give_up()
    return timing.pictures


def write_gif(target: FilmTarget, shots: Shots, samples: Sequence[QImage]) -> int:
    """Write a GIF; return how many pictures it has.

    Parameters
    ----------
    samples : pictures that have the colours of the whole film between them
    """
    palette = common_palette([_rgb(sample) for sample in samples])
    with _written_aside(target.path) as part, part.open("wb") as file:
        writer = GifWriter(file, palette, target.width_px, target.height_px)
        for image, shot in shots:
            writer.add(_rgb(image), shot.seconds)
        writer.close()
    return writer.count


def write_webp(target: FilmTarget, shots: Shots, plan: Sequence[Shot]) -> int:
    """Write a WebP by Pillow; return how many pictures it has.

    Parameters
    ----------
    plan : the shots to come: Pillow wants to know before how many there are, and how long they take
    """
    ends = [round(1000 * sum(shot.seconds for shot in plan[:end])) for end in range(len(plan) + 1)]
    durations_ms = [later - earlier for earlier, later in zip(ends, ends[1:])]
    first = _rgb(next(shots)[0])
    rest = [_Reel(len(plan) - 1, shots)] if len(plan) > 1 else []
    with _written_aside(target.path) as part:
        first.save(
            part,
            format="WEBP",
            save_all=True,
            append_images=rest,
            duration=durations_ms,
            loop=0,
            quality=_WEBP_QUALITY,
            method=_WEBP_METHOD,
        )
    return len(plan)


def write_png(target: FilmTarget, shots: Shots, names: Sequence[str]) -> int:
    """Write each stop into a folder, which is made where it is not there; return their number.

    Parameters
    ----------
    names : of the files, one a stop
    """
    folder = target.path
    parent = folder if folder.is_dir() else folder.parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        parts = Path(tempfile.mkdtemp(prefix=_PART, dir=parent))
    except OSError as error:
        raise _cannot_write(folder, error) from error
    try:
        for image, shot in shots:
            if not image.save(str(parts / names[shot.stop]), "PNG"):
                raise _cannot_write(folder, tr("the disk may be full"))
        folder.mkdir(exist_ok=True)
        for name in names:
            (parts / name).replace(folder / name)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    finally:
        shutil.rmtree(parts, ignore_errors=True)
    return len(names)


@contextmanager
def _written_aside(path: Path) -> Iterator[Path]:
    """Give a file to write; it takes the place of `path` once it is whole, or else is gone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # in the same folder, so that the finished file is moved and not copied
        folder = Path(tempfile.mkdtemp(prefix=_PART, dir=path.parent))
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        part = folder / f"film{path.suffix}"
        yield part
        part.replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cannot_write(path: Path, reason: object) -> FilmError:
    return FilmError(
        tr("{path} cannot be written: {reason}. Choose another folder or name (OUTPUT).").format(
            path=path, reason=reason
        )
    )


def _rgb(image: QImage) -> Image.Image:
    from PIL import Image

    size = image.width(), image.height()
    return Image.frombuffer("RGB", size, raw_pixels(image), "raw", "BGRX", 0, 1)


class _Reel:
    """What Pillow takes for an animation, and asks for one picture after the other.

    Given a list of pictures, it would hold all of them before it writes the first.
    """

    is_animated = True

    def __init__(self, count: int, shots: Shots) -> None:
        self.n_frames = count
        self._shots = shots
        self._image: Image.Image | None = None

    def seek(self, frame: int) -> None:  # noqa: ARG002 - they are asked for in order
        self._image = _rgb(next(self._shots)[0])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._image, name)
