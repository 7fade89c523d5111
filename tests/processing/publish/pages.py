"""Pages read back: what the script in them is given, and the outlines that it draws."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Mapping

import numpy as np
import shapely

from enclave_watch.processing.publish.webcode import ALPHABET

__all__ = ["Page", "decoded"]

_EARTH_M = 6_378_137.0


def decoded(text: str) -> list[int]:
    """Return the numbers that `webcode.encoded` wrote; told here anew, digit by digit."""
    numbers, value, factor = [], 0, 1
    for letter in text:
        group = ALPHABET.index(letter)
        value += (group % 32) * factor
        factor *= 32
        if group < 32:
            numbers.append(value // 2 if value % 2 == 0 else -(value + 1) // 2)
            value, factor = 0, 1
    return numbers


class Page:
    """The data of a page that was written."""

    def __init__(self, text: str) -> None:
        self.text = text
        (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)
        self.data: Mapping[str, Any] = json.loads(found)
        self._arcs = self._read_arcs(self.data["outlines"])

    @classmethod
    def of(cls, path: Path | str) -> Page:
        """Return the page in a file."""
        return cls(Path(path).read_text(encoding="utf-8"))

    @property
    def factions(self) -> list[str]:
        """Return the factions in the order of their numbers."""
        return [name for name, _ in self.data["factions"]]

    def held(self, number: int) -> dict[str, shapely.Geometry]:
        """Return what each faction holds on a date, in longitude and latitude."""
        return {
            self.factions[index]: shapely.union_all([self.polygon(shape) for shape in shapes])
            for index, shapes in self.data["dates"][number]["held"]
        }

    def polygon(self, shape: int) -> shapely.Geometry:
        """Return one outline, in longitude and latitude."""
        ((shell, *holes),) = self.data["outlines"]["shapes"][shape]
        return shapely.Polygon(self._ring(shell), [self._ring(hole) for hole in holes])

    def _ring(self, text: str) -> np.ndarray:
        numbers = np.cumsum(decoded(text)).tolist()
        arcs = [self._arcs[i] if i >= 0 else self._arcs[~i][::-1] for i in numbers]
        for one, two in zip(arcs, [*arcs[1:], arcs[0]]):
            assert one[-1].tolist() == two[0].tolist(), "arcs that do not meet"
        return np.concatenate(arcs)

    @staticmethod
    def _read_arcs(outlines: Mapping[str, Any]) -> list[np.ndarray]:
        steps = np.array(decoded(outlines["steps"])).reshape(-1, 2)
        arcs, at, start = [], 0, np.zeros(2)
        for length in decoded(outlines["lengths"]):
            own = steps[at : at + length].copy()
            at += length
            own[0] = start = start + own[0]
            x, y = (np.cumsum(own, axis=0) * outlines["cell"] / _EARTH_M).T
            lat = 2 * np.arctan(np.exp(y)) - np.pi / 2
            arcs.append(np.degrees(np.column_stack([x, lat])))
        return arcs
