"""ffmpeg, where it is found: a program that takes raw pictures and writes an MP4."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QProcess

from ...core.errors import FilmError
from ...core.i18n import tr

if TYPE_CHECKING:
    from pathlib import Path

    from qgis.PyQt.QtGui import QImage

__all__ = ["FfmpegPipe", "Timing", "even", "missing_for_mp4", "raw_pixels"]

# a QGIS that was not started from a terminal does not get the PATH of Homebrew and MacPorts
_FOLDERS = ("/usr/local/bin", "/opt/homebrew/bin", "/opt/local/bin")
# libx264 is the best of them; some systems leave it out for its patents
_ENCODERS = {
    "libx264": ("-preset", "veryfast", "-crf", "20"),
    "libopenh264": ("-b:v", "4M"),
    "h264_videotoolbox": ("-b:v", "4M"),
    "h264_mf": ("-b:v", "4M"),
}
_MOST_WAITING_BYTES = 16_000_000
_WAIT_MS = 60_000
_LOG_END = 600


@lru_cache(maxsize=1)
def _ffmpeg() -> str | None:
    path = os.pathsep.join([os.environ.get("PATH", ""), *_FOLDERS])
    return shutil.which("ffmpeg", path=path)


@lru_cache(maxsize=1)
def _encoder() -> str | None:
    """Return the best H.264 encoder that this ffmpeg has."""
    program = _ffmpeg()
    if program is None:
        return None
    process = QProcess()
    process.start(program, ["-hide_banner", "-encoders"])
    if not process.waitForFinished(_WAIT_MS):
        process.kill()
        return None
    known = bytes(process.readAllStandardOutput()).decode("utf-8", "replace").split()
    return next((name for name in _ENCODERS if name in known), None)


def missing_for_mp4() -> str | None:
    """Return what MP4 needs and is missing, and how to get it; None when all is there."""
    if _ffmpeg() is None:
        return tr(
            "An MP4 needs the program ffmpeg, which is not found. Install it (Debian, Ubuntu: "
            "sudo apt install ffmpeg; macOS: brew install ffmpeg; Windows: winget install ffmpeg) "
            "so that it is in PATH, and start QGIS again; or set FORMAT to gif, webp, png or html."
        )
    if _encoder() is None:
        return tr(
            "ffmpeg is at {path}, but it has no encoder for H.264 ({encoders}). Install a full "
            "build of ffmpeg, or set FORMAT to gif, webp, png or html."
        ).format(path=_ffmpeg(), encoders=", ".join(_ENCODERS))
    return None


def even(size_px: int) -> int:
    """Return the nearest smaller even size: H.264 halves the colours of a picture."""
    return size_px - size_px % 2


@dataclass(frozen=True)
class Timing:
    """When each picture of a film stands: all stops alike.

    Attributes
    ----------
    seconds : of a stop, of which it stands still for `still_seconds`
    fading : number of pictures between a stop and the next
    pictures : of the whole film, at `rate` a second
    """

    seconds: float
    still_seconds: float
    fading: int
    rate: int
    pictures: int

    def filters(self) -> str:
        """Return what makes a film of even time of pictures that are each given once.

        ffmpeg repeats them: through the pipe that would be gigabytes.
        """
        period = self.fading + 1
        place = f"mod(N,{period})"
        start = f"floor(N/{period})*{self.seconds:.6f}"
        within = f"gt({place},0)*({self.still_seconds:.6f}+({place}-1)/{self.rate})"
        return (
            f"settb=1/90000,setpts='round(({start}+{within})/TB)',fps={self.rate},"
            "tpad=stop=-1:stop_mode=clone"
        )


class FfmpegPipe:
    """An ffmpeg that is fed pictures one by one and writes an MP4; nothing else is stored.

    Parameters
    ----------
    path : of the file; whatever its name ends in, it is an MP4

    Raises
    ------
    FilmError
        When ffmpeg cannot be started, or stops; the text has what it said.
    """

    def __init__(self, path: Path, width_px: int, height_px: int, timing: Timing) -> None:
        encoder = str(_encoder())
        self._process = QProcess()
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        arguments = [
            "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
            "-f", "rawvideo", "-pixel_format", "bgr0",
            "-video_size", f"{width_px}x{height_px}", "-framerate", str(timing.rate),
            "-i", "pipe:0", "-an",
            "-vf", f"scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,{timing.filters()}",
            "-frames:v", str(timing.pictures),
            "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
            "-color_range", "tv",
            "-c:v", encoder, *_ENCODERS[encoder], "-movflags", "+faststart", "-f", "mp4", str(path),
        ]  # fmt: skip
        # -nostdin only keeps it from asking; the pictures come by pipe:0 all the same
        self._process.start(str(_ffmpeg()), arguments)
        if not self._process.waitForStarted(_WAIT_MS):
            raise FilmError(
                tr("ffmpeg cannot be started: {reason}").format(reason=self._process.errorString())
            )

    def write(self, image: QImage) -> None:
        """Add a picture; it stands as long as the timing says."""
        self._process.write(raw_pixels(image))
        while self._process.bytesToWrite() > _MOST_WAITING_BYTES:
            if not self._process.waitForBytesWritten(_WAIT_MS):
                raise self._failure()

    def close(self) -> None:
        """Let ffmpeg finish the file."""
        while self._process.bytesToWrite() > 0:
            if not self._process.waitForBytesWritten(_WAIT_MS):
                raise self._failure()
        self._process.closeWriteChannel()
        running = self._process.state() != QProcess.ProcessState.NotRunning
        if running and not self._process.waitForFinished(_WAIT_MS):
            raise self._failure()
        is_well = self._process.exitStatus() == QProcess.ExitStatus.NormalExit
        if not is_well or self._process.exitCode() != 0:
            raise self._failure()

    def give_up(self) -> None:
        """Stop ffmpeg, whatever it was about."""
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(_WAIT_MS)

    def _failure(self) -> FilmError:
        said = bytes(self._process.readAll()).decode("utf-8", "replace").strip()
        self.give_up()
        return FilmError(
            tr("ffmpeg stopped: {reason}").format(
                reason=said[-_LOG_END:] or self._process.errorString()
            )
        )


def raw_pixels(image: QImage) -> bytes:
    """Return the pixels of a picture of the format RGB32, in rows, as blue, green, red, nothing."""
    pointer = image.constBits()
    pointer.setsize(image.sizeInBytes())
    return bytes(pointer)
