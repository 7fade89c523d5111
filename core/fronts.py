"""The front lines of a snapshot: whom each piece's perimeter faces, and where it is open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Mapping, Sequence, Tuple

import numpy as np
import shapely
from shapely import Geometry, MultiLineString

from .frontage import NOBODY, SLIT, Frontage
from .frontsearch import Holder, search
from .groups import portions
from .model import Contested
from .nearby import meeting_boxes
from .pieces import Piece
from .proximity import EXACT_M, LEAST_RUN
from .recent import Recent
from .segments import Segments

if TYPE_CHECKING:
    from .arrays import Bools, Floats
    from .feedback import Feedback
    from .polygons import PolygonStore

__all__ = ["SEGMENTS_AT_ONCE", "FrontFinder", "Perimeter", "open_lengths_m", "perimeter_of"]

_OPEN_SHARE = 0.01
"""Perimeter shares are good to a hundredth; less than that may be left open by drawing."""

_DIGEST_BYTES = 16

SEGMENTS_AT_ONCE = 20_000
"""Searches of so many segments end soon enough for who cancels."""

_Held = Tuple[str, Piece]
_Neighbours = Tuple[_Held, ...]
_Around = Tuple[Tuple[str, bytes], ...]


@dataclass(frozen=True)
class Perimeter:
    """The perimeter of a piece and what it faces.

    Attributes
    ----------
    length_m : all rings, without slits
    fronts_m : front line by faction, in metres
    is_closed : whether no opening is left that is wider than the drawing is exact
    """

    length_m: float
    fronts_m: Mapping[str, float]
    is_closed: bool


class FrontFinder:
    """Finds fronts, and remembers them as long as a piece and those around it stay."""

    def __init__(self, store: PolygonStore, *, snap_m: float, feedback: Feedback) -> None:
        self._store = store
        self._geodesy = store.geodesy
        self._snap_m = max(snap_m, EXACT_M)
        self._feedback = feedback
        self._outlines: Recent[Piece, Segments] = Recent()
        self._perimeters: Recent[tuple[Piece, _Neighbours], Perimeter] = Recent()
        self._overlaps: Recent[tuple[Piece, Piece], float] = Recent()
        self._boxes: Recent[Piece, tuple[Floats, float]] = Recent()
        self._digests: Recent[tuple[Piece, Piece], bytes] = Recent()
        self._frontages: Recent[tuple[Piece, _Around], Frontage] = Recent()

    def turn(self) -> None:
        """Begin another date: what the last two had no use for is forgotten."""
        for each in (
            self._outlines,
            self._perimeters,
            self._overlaps,
            self._boxes,
            self._digests,
            self._frontages,
        ):
            each.turn()

    def outline(self, piece: Piece) -> Segments:
        """Return the outline of a piece as segments, the inside on the left."""
        return self._outlines.once(
            piece, lambda: Segments.of_polygons([piece.geometry], self._geodesy)
        )

    def neighbours(
        self, pieces: Sequence[tuple[str, Piece]], feedback: Feedback
    ) -> tuple[list[_Neighbours], tuple[Contested, ...]]:
        """Return the pieces of other factions that may be near each piece, and ground held twice.

        Where their boxes are near they may be: to look closer takes as long as to look for ground
        that they have in common, and for what of their outlines is near.
        """
        near: list[list[int]] = [[] for _ in pieces]
        contested: dict[tuple[str, str], float] = defaultdict(float)
        pairs = self._pairs_of_boxes(pieces)
        for place, (one, two) in enumerate(pairs):
            feedback.check()
            feedback.progress(place / len(pairs))
            near[one].append(two)
            near[two].append(one)
            overlap_km2 = self._overlap_km2(pieces[one][1], pieces[two][1])
            if overlap_km2 > 0:
                first, second = sorted((pieces[one][0], pieces[two][0]))
                contested[first, second] += overlap_km2
        by_name = [
            sorted(others, key=lambda index: (pieces[index][0], pieces[index][1].numbers))
            for others in near
        ]
        neighbours = [tuple(pieces[index] for index in others) for others in by_name]
        self._learn(pieces, neighbours)
        return (
            neighbours,
            tuple(Contested(pair, km2) for pair, km2 in sorted(contested.items())),
        )

    def _pairs_of_boxes(self, pieces: Sequence[_Held]) -> list[tuple[int, int]]:
        """Return the pairs of pieces of two factions whose boxes are within the snap distance."""
        boxes = shapely.bounds(np.array([piece.geometry for _, piece in pieces], dtype=object))
        margin = self._geodesy.reach_units(boxes) * self._snap_m
        around = boxes + margin[:, None] * np.array([-1, -1, 1, 1])
        return [
            (one, two)
            for one, two in zip(*(each.tolist() for each in meeting_boxes(around, boxes)))
            if one < two and pieces[one][0] != pieces[two][0]
        ]

    def perimeter(self, piece: Piece, neighbours: _Neighbours) -> Perimeter:
        """Return the perimeter of a piece among its `neighbours`, which were found before."""
        return self._perimeters.once((piece, neighbours), lambda: self._measured(piece, neighbours))

    def _measured(self, piece: Piece, neighbours: _Neighbours) -> Perimeter:
        outline = self.outline(piece)
        factions = _factions(neighbours)
        result = self._frontages.get(self._key(piece, neighbours))
        length_m = float(outline.length_m.sum()) - result.total_m(SLIT)
        fronts_m = {name: result.total_m(number) for number, name in enumerate(factions)}
        open_m = self._open_m(result, outline, piece, neighbours, fronts_m)
        return perimeter_of(length_m, fronts_m, open_m, self._snap_m)

    def _learn(self, pieces: Sequence[_Held], neighbours: Sequence[_Neighbours]) -> None:
        """Find what lies across the outlines of pieces, some at a time, where that is not known."""
        asked = [
            (held, near)
            for held, near in zip(pieces, neighbours)
            if not self._perimeters.has((held[1], near))
            and not self._frontages.has(self._key(held[1], near))
        ]
        sizes = (len(self.outline(piece)) for (_, piece), _ in asked)
        for some in portions(sizes, SEGMENTS_AT_ONCE):
            self._feedback.check()
            self._search([asked[each] for each in some])

    def _search(self, asked: Sequence[tuple[_Held, _Neighbours]]) -> None:
        around: dict[_Held, Bools] = {}
        for (_, piece), near in asked:
            for held in near:
                inside = self._is_near(piece, held[1])
                around[held] = around[held] | inside if held in around else inside
        whole = [held for held, _ in asked]
        rest = [held for held in around if held not in set(whole)]
        names = sorted({name for name, _ in [*whole, *rest]})
        holders = [Holder(names.index(name), self.outline(piece), True) for name, piece in whole]
        for name, piece in rest:
            part = self.outline(piece).taken(around[name, piece])
            holders.append(Holder(names.index(name), part, False))
        for ((_, piece), near), found in zip(asked, search(holders, self._snap_m)):
            own = [names.index(name) for name in _factions(near)]
            self._frontages.keep(self._key(piece, near), _renumbered(found, own))

    def _key(self, piece: Piece, neighbours: _Neighbours) -> tuple[Piece, _Around]:
        """Return by what to know whom a piece faces.

        Most changes to a large neighbour are far away, and change nothing.
        """
        return piece, tuple((name, self._digest(piece, other)) for name, other in neighbours)

    def _digest(self, piece: Piece, other: Piece) -> bytes:
        """Return by what to know the outline of another piece as far as it may be near a piece."""
        return self._digests.once((piece, other), lambda: self._digest_of(piece, other))

    def _digest_of(self, piece: Piece, other: Piece) -> bytes:
        near, outline = self._is_near(piece, other), self.outline(other)
        digest = blake2b(outline.start[near].tobytes(), digest_size=_DIGEST_BYTES)
        digest.update(outline.end[near].tobytes())
        return digest.digest()

    def _is_near(self, piece: Piece, other: Piece) -> Bools:
        """Return which segments of the outline of another piece may be near a piece."""
        bounds, margin = self._boxes.once(piece, lambda: self._box(piece))
        return self.outline(other).within(bounds, margin)

    def _box(self, piece: Piece) -> tuple[Floats, float]:
        bounds = np.asarray(shapely.bounds(piece.geometry))
        return bounds, float(self._geodesy.reach_units(bounds[None, :])[0]) * self._snap_m * 1.1

    def _open_m(
        self,
        result: Frontage,
        outline: Segments,
        piece: Piece,
        neighbours: _Neighbours,
        fronts_m: dict[str, float],
    ) -> list[float]:
        """Return the lengths of what faces nobody; what runs over others' ground is front.

        That happens where two factions claim the same ground: there is no outline of the
        other across, but its ground is.
        """
        open_rows = result.stretches(NOBODY)
        claimed = [
            (name, other)
            for name, other in neighbours
            if self._overlap_km2(piece, other) * 1e6 > self._snap_m**2
        ]
        if not claimed or not open_rows:
            return open_lengths_m(open_rows, outline.line_length_m)
        lines = MultiLineString([outline.cut(*row) for row in open_rows])
        for name in sorted({name for name, _ in claimed}):
            ground = shapely.union_all([other.geometry for each, other in claimed if each == name])
            over = _lines(shapely.intersection(lines, ground))
            fronts_m[name] += float(self._geodesy.length_km(over).sum()) * 1000.0
            lines = MultiLineString(_lines(shapely.difference(lines, ground)))
        merged = shapely.get_parts(shapely.line_merge(lines))
        return (self._geodesy.length_km(merged) * 1000.0).tolist() if len(merged) else []

    def _overlap_km2(self, one: Piece, two: Piece) -> float:
        key = (one, two) if one.numbers <= two.numbers else (two, one)
        return self._overlaps.once(key, lambda: self._common_km2(*key))

    def _common_km2(self, one: Piece, two: Piece) -> float:
        a, b = one.geometry, two.geometry
        if one.is_polygon and two.is_polygon:
            overlap = self._store.overlap(one.numbers[0], two.numbers[0])
        else:
            overlap = bool(shapely.relate_pattern(a, b, "T********"))
        return float(self._geodesy.area_km2([shapely.intersection(a, b)])[0]) if overlap else 0.0


def _factions(neighbours: _Neighbours) -> list[str]:
    return sorted({faction for faction, _ in neighbours})


def _renumbered(result: Frontage, own: Sequence[int]) -> Frontage:
    """Return what lies across an outline with places in `own` in place of the numbers there."""
    place = {number: index for index, number in enumerate(own)}
    other = [each if each < 0 else place.get(each, NOBODY) for each in result.other.tolist()]
    return replace(result, other=np.array(other, dtype=np.int64))


def _lines(geometry: Geometry) -> list[Geometry]:
    """Return the lines of a geometry of any kind that have any length."""
    return [
        part
        for part in shapely.get_parts(geometry)
        if shapely.get_dimensions(part) == 1 and part.length > 0
    ]


def perimeter_of(
    length_m: float, fronts_m: Mapping[str, float], open_m: Sequence[float], snap_m: float
) -> Perimeter:
    """Return the perimeter of a piece from its length, its fronts and its openings."""
    return Perimeter(
        length_m=length_m,
        # less than that is left by rounding, and would make one encircled besieged
        fronts_m={name: metres for name, metres in fronts_m.items() if metres > EXACT_M},
        is_closed=sum(open_m) <= _OPEN_SHARE * length_m
        and max(open_m, default=0.0) < LEAST_RUN * snap_m,
    )


def open_lengths_m(rows: Sequence[Sequence[float]], ring_length_m: Floats) -> list[float]:
    """Return the lengths of stretches of rings; two that meet at the seam of a ring are one."""
    lengths: dict[tuple[int, float], float] = {}
    for ring, start, end in rows:
        lengths[int(ring), start] = end - start
    for ring, start, end in rows:
        line = int(ring)
        at_seam = end >= ring_length_m[line] - EXACT_M
        if at_seam and start > 0 and (line, 0.0) in lengths:
            lengths[line, start] += lengths.pop((line, 0.0))
    return list(lengths.values())
