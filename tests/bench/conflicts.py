"""Made-up conflicts: control layers of any size, the same from the same seed, without QGIS.

A country is cut into cells along fractal fronts. On each date some cells go to another
faction, and at a few places the front itself moves; all other polygons keep their bytes. What
is drawn is a valid coverage, unless it is asked for with dirt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely

from enclave_watch.tests.bench.conflictmesh import Mesh, cut_into_cells
from enclave_watch.tests.bench.dirt import Dirt, soiled

__all__ = ["FACTIONS", "SIZES", "Conflict", "Interval", "Row", "Size", "make_conflict"]

Floats = npt.NDArray[np.float64]

FACTIONS = ("Amber", "Blue", "Crimson", "Green", "Violet", "White")


@dataclass(frozen=True)
class Size:
    """Number of dates, polygons a date and (about) vertices a date."""

    dates: int
    polygons: int
    vertices: int


SIZES: Mapping[str, Size] = {
    "small": Size(12, 69, 10_000),
    "medium": Size(100, 295, 52_000),
    "large": Size(365, 1_035, 267_000),
}


@dataclass(frozen=True)
class Row:
    """A polygon that a faction holds on one date."""

    faction: str
    wkb: bytes = field(repr=False)
    date: date


@dataclass(frozen=True)
class Interval:
    """A polygon that a faction holds from one date until before another; None: until the end."""

    faction: str
    wkb: bytes = field(repr=False)
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Conflict:
    """A series: the distinct outlines, and who holds which of them on each date.

    Attributes
    ----------
    outlines : WKB of the distinct polygons, in longitude and latitude
    held : for each date the faction and the number of the outline of each polygon
    """

    dates: tuple[date, ...]
    outlines: tuple[bytes, ...] = field(repr=False)
    held: tuple[tuple[tuple[str, int], ...], ...] = field(repr=False)

    def rows(self) -> Iterator[Row]:
        """Yield one row a polygon and date, in order of date."""
        for day, polygons in zip(self.dates, self.held):
            for faction, number in polygons:
                yield Row(faction, self.outlines[number], day)

    def intervals(self) -> Iterator[Interval]:
        """Yield the same series as one row for each time that a faction holds an outline."""
        since: dict[tuple[str, int], date] = {}
        for day, polygons in zip(self.dates, self.held):
            now = set(polygons)
            for key in [key for key in since if key not in now]:
                yield Interval(key[0], self.outlines[key[1]], since.pop(key), day)
            for key in polygons:
                since.setdefault(key, day)
        for (faction, number), start in since.items():
            yield Interval(faction, self.outlines[number], start, None)


def make_conflict(
    size: Size,
    *,
    seed: int = 1,
    flips: int | None = None,
    moves: int | None = None,
    factions: int = 5,
    unassigned: float = 0.06,
    first: date = date(2020, 1, 1),
    dirt: Sequence[Dirt] = (),
) -> Conflict:
    """Make up a conflict.

    Parameters
    ----------
    flips : cells that change hands from one date to the next; None: 1 in 100
    moves : places where the front moves; each redraws two polygons; None: 1 in 100 cells
    unassigned : share of the cells that nobody holds
    dirt : what is wrong with the outlines
    """
    spare = max(1, round(size.polygons * unassigned))
    cells = size.polygons + spare
    mesh = cut_into_cells(cells, round(size.vertices * cells / size.polygons), seed)
    drawing = _Drawing(mesh)
    war = _War(mesh, min(factions, len(FACTIONS)), spare, seed)
    one_in_100 = max(1, round(size.polygons / 100))
    flips = one_in_100 if flips is None else flips
    moves = one_in_100 if moves is None else moves
    held = [war.held(drawing)]
    for _ in range(size.dates - 1):
        for _ in range(flips):
            war.flip()
        war.move(drawing, moves)
        held.append(war.held(drawing))
    outlines = [soiled(ring, number, seed, dirt) for number, ring in enumerate(drawing.rings)]
    return Conflict(
        tuple(first + timedelta(days=number) for number in range(size.dates)),
        tuple(shapely.to_wkb(_polygons(outlines)).tolist()),
        tuple(held),
    )


class _Drawing:
    """The outlines of all cells, as they are now and as they were."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._versions = [0] * len(mesh.edges)
        self._fronts = [mesh.front(edge, 0, 1.0) for edge in range(len(mesh.edges))]
        self.rings: list[Floats] = self._first_rings()
        self.number_of = list(range(len(mesh.rings)))

    def _first_rings(self) -> list[Floats]:
        """Draw all cells, with flatter fronts where two would cross."""
        heights = np.ones(len(self._fronts))
        rings = [self._ring(cell) for cell in range(len(self._mesh.rings))]
        crossed = _crossed(rings)
        while len(crossed):
            flatter = {edge for cell in crossed for edge, _ in self._mesh.rings[cell]}
            for edge in flatter:
                heights[edge] *= 0.5
                self._fronts[edge] = self._mesh.front(edge, 0, float(heights[edge]))
            touched = {int(cell) for edge in flatter for cell in self._mesh.sides[edge]} - {-1}
            for cell in touched:
                rings[cell] = self._ring(cell)
            crossed = _crossed(rings)
        return rings

    def _ring(self, cell: int) -> Floats:
        parts = []
        for edge, forwards in self._mesh.rings[cell]:
            points = self._fronts[edge]
            if not forwards:
                end = self._mesh.nodes[self._mesh.edges[edge, 1]]
                points = np.concatenate([end[None], points[:0:-1]])
            parts.append(points)
        parts.append(parts[0][:1])
        return np.concatenate(parts)

    def move(self, edge: int) -> bool:
        """Draw an edge anew, and the cells on its two sides; False where no try fits."""
        cells = [int(cell) for cell in self._mesh.sides[edge]]
        before = self._fronts[edge]
        self._versions[edge] += 1
        for height in (1.0, 0.5, 0.25):
            self._fronts[edge] = self._mesh.front(edge, self._versions[edge], height)
            rings = [self._ring(cell) for cell in cells]
            if not len(_crossed(rings)):
                for cell, ring in zip(cells, rings):
                    self.number_of[cell] = len(self.rings)
                    self.rings.append(ring)
                return True
        self._fronts[edge] = before
        return False


def _polygons(rings: Sequence[Floats]) -> npt.NDArray[np.object_]:
    indices = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    return shapely.polygons(shapely.linearrings(np.concatenate(rings), indices=indices))


def _crossed(rings: Sequence[Floats]) -> npt.NDArray[np.int64]:
    return np.flatnonzero(~shapely.is_valid(_polygons(rings)))


class _War:
    """Who holds which cell."""

    def __init__(self, mesh: Mesh, factions: int, spare: int, seed: int) -> None:
        self._mesh = mesh
        self._rng = np.random.default_rng([seed, factions, spare])
        inner = mesh.sides.min(axis=1) >= 0
        self._inner = np.flatnonzero(inner)
        self._pairs = mesh.sides[inner]
        self.holders = self._first_holders(factions, spare)

    def _first_holders(self, factions: int, spare: int) -> npt.NDArray[np.int64]:
        """Give each cell to the nearest of a few centres, one in twelve to anybody."""
        middles = np.array(
            [
                self._mesh.nodes[self._mesh.edges[[edge for edge, _ in ring], 0]].mean(axis=0)
                for ring in self._mesh.rings
            ]
        )
        centres = middles[self._rng.choice(len(middles), min(2 * factions, len(middles)), False)]
        nearest = np.hypot(*(middles[:, None] - centres[None]).transpose(2, 0, 1)).argmin(axis=1)
        holders: npt.NDArray[np.int64] = nearest % factions
        islands = self._rng.random(len(holders)) < 1 / 12
        holders[islands] = self._rng.integers(0, factions, int(islands.sum()))
        holders[self._rng.choice(len(holders), spare, False)] = -1
        return holders

    def held(self, drawing: _Drawing) -> tuple[tuple[str, int], ...]:
        """Return the faction and outline of each cell that is held."""
        return tuple(
            (FACTIONS[holder], number)
            for holder, number in zip(self.holders.tolist(), drawing.number_of)
            if holder >= 0
        )

    def flip(self) -> None:
        """Let a cell at the front go to the faction across it, or trade places with nobody's."""
        holders = self.holders[self._pairs]
        fronts = np.flatnonzero(holders[:, 0] != holders[:, 1])
        pair = self._pairs[self._rng.choice(fronts)]
        winner, loser = self._rng.permutation(pair)
        if self.holders[winner] < 0:
            winner, loser = loser, winner
        if self.holders[loser] < 0:
            # as many cells stay unassigned: another one falls to nobody
            self.holders[self._rng.choice(np.flatnonzero(self.holders >= 0))] = -1
        self.holders[loser] = max(self.holders[winner], 0)

    def move(self, drawing: _Drawing, moves: int) -> None:
        """Redraw so many fronts."""
        holders = self.holders[self._pairs]
        fronts = self._inner[(holders[:, 0] != holders[:, 1]) & (holders.min(axis=1) >= 0)]
        left = moves
        for edge in self._rng.permutation(fronts):
            if left == 0:
                return
            left -= drawing.move(int(edge))
