"""How far pieces are from the border, from what is known of the arcs of their outlines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Tuple

import numpy as np
import numpy.typing as npt
import shapely

from .model import SEA
from .roughly import RoughOutline

if TYPE_CHECKING:
    from .arctable import ArcTable
    from .borders import Border

__all__ = ["ArcDistances"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_Distance = Tuple[float, str]

_EQUALLY_NEAR_KM = 1e-6

# so many vertices of an arc are looked at
_LOOKS = 5


class ArcDistances:
    """Measures how far outlines are from the border; each arc is measured once, if at all."""

    def __init__(self, table: ArcTable, border: Border) -> None:
        self._table = table
        self._border = border
        self._least_km = np.full(table.count, np.nan)
        self._most_km = np.full(table.count, np.nan)
        self._exact: dict[int, _Distance] = {}

    def nearest(self, arcs: Ints) -> _Distance:
        """Return the distance from an outline to the nearest border in km, and whose that is.

        Parameters
        ----------
        arcs : all of the outline, which does not meet the border
        """
        self._look(arcs)
        least_km = self._least_km[arcs]
        near = arcs[least_km <= self._most_km[arcs].min() + _EQUALLY_NEAR_KM]
        near = near[np.argsort(self._least_km[near], kind="stable")]
        found: list[_Distance] = []
        best_km = np.inf
        for arc in near.tolist():
            if self._least_km[arc] > best_km + _EQUALLY_NEAR_KM:
                break
            found.append(self._measured(arc))
            best_km = min(best_km, found[-1][0])
        # of several equally near the first, as in the plain way
        alike = [name for km, name in found if km <= best_km + _EQUALLY_NEAR_KM]
        return best_km, min(alike, key=lambda name: (name == SEA, name))

    def _look(self, arcs: Ints) -> None:
        """Find between which distances arcs are, roughly, where that is not known."""
        new = arcs[np.isnan(self._least_km[arcs])]
        if len(new) == 0:
            return
        table = self._table
        # a few vertices stand for an arc; no other is farther from the nearest of them than this
        low, high = table.first[new], table.first[new + 1] - 1
        length_km = table.arc_length_m[new] / 1000.0
        least, most = np.full(len(new), np.inf), np.full(len(new), np.inf)
        before_km, reach_km = np.zeros(len(new)), np.zeros(len(new))
        for share in np.linspace(0.0, 1.0, _LOOKS):
            vertex = low + np.rint(share * (high - low)).astype(np.int64)
            at_km = np.where(vertex == high, length_km, table.at_m[vertex] / 1000.0)
            away_km = self._border.roughly_km(table.xy[vertex])
            least = np.minimum(least, away_km[0])
            most = np.minimum(most, away_km[1])
            reach_km = np.maximum(reach_km, (at_km - before_km) / 2.0)
            before_km = at_km
        self._least_km[new] = np.maximum(least - reach_km, 0.0)
        self._most_km[new] = most

    def _measured(self, arc: int) -> _Distance:
        if arc not in self._exact:
            line = self._table.lines[arc]
            rough = RoughOutline.of(line, self._border.geodesy)
            self._exact[arc] = self._border.nearest(rough, shapely.get_point(line, 0))
        return self._exact[arc]
