"""How far pieces are from the border, from what is known of the arcs of their outlines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Tuple

import numpy as np

from .arctable import ranges
from .recent import Recent
from .roughly import RoughOutline, spare_m
from .segments import LONGEST_M

if TYPE_CHECKING:
    from .arctable import ArcTable
    from .arrays import Ints
    from .borders import Border

__all__ = ["ArcDistances"]


_Distance = Tuple[float, str]

_EDGES_A_RUN = 32


class ArcDistances:
    """Measures how far outlines are from the border by those of their arcs that may be nearest.

    How near an arc may be is found out once; outlines whose nearest arcs are the same are as far
    away.
    """

    def __init__(self, table: ArcTable, border: Border) -> None:
        self._table = table
        self._border = border
        self._least_m = np.full(table.count, np.nan)
        self._most_m = np.full(table.count, np.nan)
        self._known: Recent[bytes, _Distance] = Recent()

    def turn(self) -> None:
        """Begin another date: what the last two had no use for is forgotten."""
        self._known.turn()

    def nearest(self, arcs: Ints) -> _Distance:
        """Return the distance from an outline to the nearest border in km, and whose that is.

        Parameters
        ----------
        arcs : all of the outline
        """
        self._look(arcs[np.isnan(self._least_m[arcs])])
        best_m = float(self._most_m[arcs].min())
        near = arcs[self._least_m[arcs] <= best_m + spare_m(best_m, LONGEST_M)]
        near = np.unique(near)
        return self._known.once(
            near.tobytes(), lambda: self._border.nearest(self._outline(near, None))
        )

    def _look(self, new: Ints) -> None:
        """Find between which distances arcs are, roughly."""
        if len(new) == 0:
            return
        outline = self._outline(new, _EDGES_A_RUN)
        least, most = outline.reach_m(self._border.rough)
        edges = self._table.first[new + 1] - self._table.first[new] - 1
        of_arc = np.searchsorted(outline.first, np.cumsum(edges) - edges)
        self._least_m[new] = np.minimum.reduceat(least, of_arc)
        self._most_m[new] = np.minimum.reduceat(most, of_arc)

    def _outline(self, arcs: Ints, run: int | None) -> RoughOutline:
        table = self._table
        vertices, arc = ranges(table.first[arcs], table.first[arcs + 1])
        return RoughOutline.of_vertices(table.xy[vertices], arc, table.geodesy, run=run)
