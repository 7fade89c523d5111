"""A GIF written picture by picture, with one palette for all of it.

Pillow makes the palette and packs the pixels. Its own writer of animations keeps all pictures in
memory until the last, and gives each its own palette, so that the ground would change its colour.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, Sequence

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["GifWriter", "common_palette"]

_COLORS = 256
_HUNDREDTHS = 100.0
_LEAST_HUNDREDTHS = 2  # browsers take less for a mistake, and show the picture for longer
_FULL_TABLE = 0b1111_0111  # a palette of 256 colours for all pictures
_FOREVER = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
_END = b";"


def common_palette(samples: Sequence[Image.Image]) -> Image.Image:
    """Return a picture whose palette fits all of the samples."""
    from PIL import Image

    width, height = samples[0].size
    together = Image.new("RGB", (width, height * len(samples)))
    for number, sample in enumerate(samples):
        together.paste(sample, (0, number * height))
    return together.quantize(_COLORS, method=Image.Quantize.MEDIANCUT)


class GifWriter:
    """Writes a GIF that plays for ever; only what differs from the picture before is stored."""

    def __init__(self, file: BinaryIO, palette: Image.Image, width_px: int, height_px: int) -> None:
        self.count = 0
        self._file = file
        self._palette = palette
        self._shown: Image.Image | None = None
        self._seconds = 0.0
        self._hundredths = 0
        colors = bytes(palette.getpalette() or ())[: 3 * _COLORS].ljust(3 * _COLORS, b"\0")
        file.write(b"GIF89a" + struct.pack("<HHBBB", width_px, height_px, _FULL_TABLE, 0, 0))
        file.write(colors + _FOREVER)

    def add(self, image: Image.Image, seconds: float) -> None:
        """Add a picture of the mode RGB that stands for so long."""
        from PIL import GifImagePlugin, Image

        packed = image.quantize(palette=self._palette, dither=Image.Dither.NONE)
        left, top, right, bottom = self._changed(packed)
        # from the sum: else what is cut off each time would add up
        self._seconds += seconds
        duration = max(round(self._seconds * _HUNDREDTHS) - self._hundredths, _LEAST_HUNDREDTHS)
        self._hundredths += duration
        part = packed.crop((left, top, right, bottom))
        for piece in GifImagePlugin.getdata(part, (left, top), duration=10 * duration):
            self._file.write(piece)
        self._shown = packed
        self.count += 1

    def close(self) -> None:
        """Write the end of the GIF; the file is the caller's to close."""
        self._file.write(_END)

    def _changed(self, packed: Image.Image) -> tuple[int, int, int, int]:
        """Return the box of what differs from what is shown; a pixel where nothing does."""
        from PIL import ImageChops

        if self._shown is None:
            return (0, 0, *packed.size)
        # compared as numbers of colours: of pictures with palettes Pillow tells no difference
        box = ImageChops.difference(_numbers(self._shown), _numbers(packed)).getbbox()
        return box or (0, 0, 1, 1)


def _numbers(packed: Image.Image) -> Image.Image:
    from PIL import Image

    return Image.frombytes("L", packed.size, packed.tobytes())
