"""The enclaves that vanished, to be found again where one appears."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import shapely

from .lineage import LinkRule, ground_of
from .nearby import meeting_boxes

if TYPE_CHECKING:
    from .arrays import Floats
    from .geodesy import Geodesy
    from .model import Enclave

__all__ = ["Vanished"]


class Vanished:
    """Remembers where enclaves of each faction vanished, under their ids."""

    def __init__(self, geodesy: Geodesy, rule: LinkRule) -> None:
        self._geodesy = geodesy
        self._rule = rule
        self._gone: dict[str, list[tuple[int, Enclave]]] = defaultdict(list)
        self._boxes: dict[str, Floats] = {}

    def add(self, enclave_id: int, enclave: Enclave) -> None:
        """Take in an enclave that vanished after those before."""
        self._gone[enclave.faction].append((enclave_id, enclave))

    def predecessor(self, enclave: Enclave) -> int | None:
        """Return the enclave that vanished where this one appeared; the last one of several."""
        gone = self._gone[enclave.faction]
        best: tuple[float, int] | None = None
        for number in self._near(enclave):
            old = gone[number][1]
            smaller_km2 = min(old.area_km2, enclave.area_km2)
            overlap_km2 = self._overlap_km2(old, enclave)
            if self._rule.holds(overlap_km2, smaller_km2):
                # equal to a hundredth of a km2 is equal: then the last one that vanished
                best = max(best or (-1.0, -1), (round(overlap_km2, 2), number))
        return None if best is None else gone[best[1]][0]

    def _near(self, enclave: Enclave) -> list[int]:
        gone = self._gone[enclave.faction]
        known = self._boxes.get(enclave.faction, np.zeros((0, 4)))
        if len(known) < len(gone):
            new = shapely.bounds([old.geometry for _, old in gone[len(known) :]])
            known = self._boxes[enclave.faction] = np.concatenate([known, new])
        box = np.array([shapely.bounds(enclave.geometry)])
        return [int(number) for number in meeting_boxes(known, box)[0]]

    def _overlap_km2(self, old: Enclave, enclave: Enclave) -> float:
        if old.geometry is enclave.geometry:
            return enclave.area_km2
        common = shapely.intersection(old.geometry, enclave.geometry)
        return float(self._geodesy.area_km2([ground_of(common)])[0])
