"""The quick way to pieces, perimeters and border contact, for snapshots that are coverages.

Every distinct polygon is taken apart into arcs once; dates are then sums over arcs, and geometry
is looked at only where it is new. Its figures are those of the plain way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .arccontact import ArcContacts
from .arcdistance import ArcDistances
from .arcfronts import ArcFronts
from .arcpieces import ArcPieces
from .arctable import ArcTable
from .coverage import CoverageFinder
from .neararcs import NearArcs
from .nearpolygons import NearPolygons
from .proximity import EXACT_M

if TYPE_CHECKING:
    from .borders import Border
    from .feedback import Feedback
    from .fronts import Perimeter
    from .model import Contact, Parameters, Snapshot
    from .pieces import Piece, PieceFinder
    from .polygons import PolygonStore

__all__ = ["ArcSurvey", "FoundPiece"]


@dataclass(frozen=True)
class FoundPiece:
    """A piece of what a faction holds, and its perimeter."""

    faction: str
    piece: Piece
    perimeter: Perimeter


class ArcSurvey:
    """Surveys coverages; what consecutive dates have in common is done once."""

    def __init__(
        self,
        store: PolygonStore,
        border: Border,
        parameters: Parameters,
        finder: PieceFinder,
        feedback: Feedback,
    ) -> None:
        snap_m = max(parameters.snap_m, EXACT_M)
        self._store = store
        self._table = ArcTable.of(store.polygons, store.geodesy)
        near = NearArcs(self._table, snap_m)
        self._coverages = CoverageFinder(self._table, store.polygons, near, feedback)
        near_polygons = NearPolygons(self._table, snap_m)
        self._pieces = ArcPieces(self._table, finder, near_polygons, parameters.join_distance_m)
        self._fronts = ArcFronts(self._table, near, self._pieces, snap_m=snap_m, feedback=feedback)
        self._distances = ArcDistances(self._table, border)
        self._contacts = ArcContacts(self._table, border, store, parameters.tolerance_m)

    def turn(self) -> None:
        """Begin another date: what the last two had no use for is forgotten."""
        for each in (self._pieces, self._fronts, self._distances, self._contacts):
            each.turn()

    def found(self, snapshot: Snapshot, feedback: Feedback) -> list[FoundPiece] | None:
        """Return the pieces of a snapshot; None where it is no coverage, or that is unsure."""
        coverage = self._coverages.of(snapshot)
        if coverage is None:
            return None
        feedback.progress(0.3)
        found = self._pieces.of(coverage)
        feedback.progress(0.6)
        self._contacts.ask(np.flatnonzero(coverage.is_free | coverage.is_shared))
        perimeters = self._fronts.perimeters(coverage, found)
        self._contacts.learn(
            [(each.numbers, self._pieces.outline(each.numbers)) for each in found.pieces]
        )
        return [
            FoundPiece(coverage.factions[faction], piece, perimeter)
            for faction, piece, perimeter in zip(found.faction.tolist(), found.pieces, perimeters)
        ]

    def contacts(self, piece: Piece) -> tuple[Contact, ...]:
        """Return the border contact of a piece that was found."""
        return self._contacts.contacts(piece.numbers, self._pieces.outline(piece.numbers))

    def area_km2(self, piece: Piece) -> float:
        """Return the area of a piece that was found: its polygons have no ground in common."""
        return float(self._store.areas_km2()[list(piece.numbers)].sum())

    def border_distance(self, piece: Piece) -> tuple[float, str]:
        """Return the distance of a piece that was found to the nearest border, and whose it is."""
        return self._distances.nearest(self._pieces.outline(piece.numbers).arc)
