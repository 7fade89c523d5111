"""How far pieces are from the border, from what is known of their polygons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Tuple

import shapely

from .roughly import RoughOutline

if TYPE_CHECKING:
    from shapely import Geometry

    from .borders import Border
    from .pieces import Piece
    from .polygons import PolygonStore

__all__ = ["BorderDistances"]

_Distance = Tuple[float, str]


@dataclass
class _Polygon:
    """What is known of a polygon: no nearer than this, and how far it is once it was measured."""

    least_km: float
    exact: _Distance | None = None


class BorderDistances:
    """Measures how far pieces are from the border; each polygon is measured once."""

    def __init__(self, store: PolygonStore, border: Border) -> None:
        self._store = store
        self._border = border
        self._known: dict[int, _Polygon] = {}

    def of(self, piece: Piece) -> _Distance:
        """Return the distance of a piece to the nearest border in km, and the neighbour there."""
        if piece.trimmed:
            return self._measured(piece.geometry)
        best: _Distance | None = None
        for number in sorted(piece.numbers, key=self._least_km):
            if best is not None and self._least_km(number) > best[0]:
                break
            exact = self._exact(number)
            best = exact if best is None else min(best, exact)
        if best is None:
            return self._measured(piece.geometry)
        return best

    def _least_km(self, number: int) -> float:
        if number not in self._known:
            rough = RoughOutline.of(self._store.polygons[number], self._store.geodesy)
            self._known[number] = _Polygon(self._border.least_km(rough))
        return self._known[number].least_km

    def _exact(self, number: int) -> _Distance:
        known = self._known[number]
        if known.exact is None:
            known.exact = self._measured(self._store.polygons[number])
        return known.exact

    def _measured(self, geometry: Geometry) -> _Distance:
        inner = shapely.point_on_surface(geometry)
        return self._border.nearest(RoughOutline.of(geometry, self._store.geodesy), inner)
