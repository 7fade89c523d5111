"""The border of the home country: one line a neighbour, and the sea."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Mapping, Sequence

import numpy as np
import shapely
from shapely import Geometry

from .contact import contact_stretches, contact_stretches_of
from .errors import BorderError
from .frontage import NOBODY, SLIT, Frontage, frontage, slits
from .i18n import tr
from .model import SEA, Contact, NamedGeometry
from .nearest import nearest
from .proximity import EXACT_M, LEAST_RUN
from .roughly import RoughOutline, spare_m
from .segments import LONGEST_M, Segments

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import Floats
    from .feedback import Feedback
    from .geodesy import Geodesy

__all__ = ["Border", "BorderLine", "border_of_lines", "border_of_polygons"]


# many outlines are held against the border: balls around its runs should be small
_RUNS = 512
_KEPT_CONTACTS = 300
_KEPT_PARTS = 5_000


@dataclass(frozen=True)
class BorderLine:
    """The border with one neighbour.

    `geometry` is a LineString or MultiLineString; `length_km` is ellipsoidal.
    """

    neighbour: str
    geometry: Geometry
    length_km: float


@dataclass(frozen=True)
class Border:
    """The whole border of the home country, ready to be measured against enclaves."""

    lines: tuple[BorderLine, ...]
    geodesy: Geodesy
    segments: Segments = field(repr=False)
    _contacts: dict[tuple[Any, ...], Contact] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _parts: dict[tuple[int, float, float], Geometry] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, named: Mapping[str, Geometry], geodesy: Geodesy) -> Border:
        """Build the border from one geometry a neighbour, in alphabetical order, the sea last."""
        names = sorted(named, key=lambda name: (name == SEA, name))
        geometries = [named[name] for name in names]
        lengths = geodesy.length_km(geometries)
        lines = tuple(
            BorderLine(name, geometry, float(length))
            for name, geometry, length in zip(names, geometries, lengths)
        )
        return cls(lines, geodesy, Segments.of_lines(geometries, geodesy))

    def contacts(
        self, outlines: Sequence[Segments], polygons: Sequence[Geometry], *, tolerance_m: float
    ) -> list[tuple[Contact, ...]]:
        """Return the contact of each of some enclaves with each neighbour, the longest first."""
        if not polygons:
            return []
        bounds = shapely.bounds(np.array(polygons, dtype=object))
        margin = 1.1 * self.geodesy.reach_units(bounds) * max(tolerance_m, EXACT_M)
        around = shapely.box(*(bounds + margin[:, None] * np.array([-1, -1, 1, 1])).T)
        near = np.unique(self.segments.tree.query(around)[0]).tolist()
        stretches = contact_stretches_of(
            self.segments,
            [
                outlines[each].taken(outlines[each].within(self._bounds, margin[each]))
                for each in near
            ],
            [polygons[each] for each in near],
            tolerance_m=tolerance_m,
        )
        found: list[tuple[Contact, ...]] = [()] * len(polygons)
        for each, rows in zip(near, stretches):
            found[each] = self.along(rows)
        return found

    def along(self, stretches: Mapping[int, Floats]) -> tuple[Contact, ...]:
        """Return the contact with each neighbour, the longest first, from stretches of lines."""
        by_neighbour: dict[int, list[tuple[int, Floats]]] = {}
        for line, rows in stretches.items():
            by_neighbour.setdefault(self._owner_of_line[line], []).append((line, rows))
        found = [self._contact(number, own) for number, own in by_neighbour.items()]
        return tuple(
            sorted(
                (contact for contact in found if contact.length_km > 0),
                key=lambda contact: (-contact.length_km, contact.neighbour),
            )
        )

    def _contact(self, number: int, stretches: Sequence[tuple[int, Floats]]) -> Contact:
        """Return the contact with one neighbour; that of the dates before is still known."""
        key = (number, *((line, rows.tobytes()) for line, rows in stretches))
        contact = self._contacts.get(key)
        if contact is None:
            metres = sum(float((rows[:, 1] - rows[:, 0]).sum()) for _, rows in stretches)
            parts = [self._part(line, *row) for line, rows in stretches for row in rows.tolist()]
            contact = Contact(self.lines[number].neighbour, metres / 1000.0, _as_one(parts))
            _keep(self._contacts, key, contact, _KEPT_CONTACTS)
        return contact

    def _part(self, line: int, start_m: float, end_m: float) -> Geometry:
        key = (line, start_m, end_m)
        part = self._parts.get(key)
        if part is None:
            part = shapely.linestrings(self.segments.cut(line, start_m, end_m))
            _keep(self._parts, key, part, _KEPT_PARTS)
        return part

    @cached_property
    def _owner_of_line(self) -> dict[int, int]:
        return dict(zip(self.segments.line.tolist(), self.segments.owner.tolist()))

    def nearest(self, outline: RoughOutline) -> tuple[float, str]:
        """Return the distance from an outline to the nearest border in km, and whose it is."""
        distance_m, edges = nearest(outline, self.rough, self.geodesy)
        # of several equally near the first
        owner = int(self.segments.owner[edges[0]])
        return distance_m / 1000.0, self.lines[owner].neighbour

    def least_km(self, outline: RoughOutline) -> float:
        """Return a distance that the outline is not nearer by; a rough one, quickly found."""
        middle, radius = outline.ball()
        away = np.linalg.norm(self.rough.middles - middle, axis=1) - self.rough.radii - radius
        nearest_m = max(float(away.min()), 0.0)
        return max(nearest_m - spare_m(nearest_m, LONGEST_M), 0.0) / 1000.0

    @cached_property
    def rough(self) -> RoughOutline:
        """The border as straight lines, by which near is told from far."""
        own = self.segments
        return RoughOutline.of_edges(own.start, own.end, own.line, self.geodesy, runs=_RUNS)

    @cached_property
    def _bounds(self) -> Floats:
        return np.asarray(shapely.total_bounds([line.geometry for line in self.lines]))


def border_of_lines(lines: Sequence[NamedGeometry], geodesy: Geodesy) -> Border:
    """Build the border from lines that the user drew, each with its neighbour's name.

    Raises
    ------
    BorderError
        When there is no line with any length.
    """
    named: dict[str, list[Geometry]] = {}
    for line in lines:
        named.setdefault(line.name, []).extend(shapely.get_parts(line.geometry))
    joined = {name: shapely.line_merge(shapely.union_all(parts)) for name, parts in named.items()}
    usable = {name: line for name, line in joined.items() if shapely.length(line) > 0}
    if not usable:
        raise BorderError(
            tr(
                "The layer of border lines has no line with any length. "
                "Give a layer of border lines, or polygons of countries."
            )
        )
    return Border.of(usable, geodesy)


def border_of_polygons(
    home: Geometry,
    others: Sequence[NamedGeometry],
    *,
    geodesy: Geodesy,
    snap_m: float,
    tolerance_m: float,
    feedback: Feedback,
) -> Border:
    """Build the border of `home` from the outlines of the countries around it.

    Edges need not match to the last digit: within `snap_m` they are shared. What lies
    along no other country is the sea; where another country is within `tolerance_m` of
    such a stretch all the same, a warning says so.

    Raises
    ------
    BorderError
        When the home country has no outline.
    """
    outline = Segments.of_polygons([home], geodesy)
    if len(outline) == 0:
        raise BorderError(
            tr(
                "The home country has no border: its polygon is empty. "
                "Give another countries layer, or set another home country."
            )
        )
    reach = float(geodesy.reach_units(shapely.bounds(home)[None, :])[0])
    bounds, margin = shapely.bounds(home), reach * max(tolerance_m, snap_m, EXACT_M)
    # equally near neighbours share a point only, but their order must not matter
    ordered = sorted(others, key=lambda country: country.name)
    boxes = shapely.bounds([country.geometry for country in ordered]).reshape(-1, 4)
    segments = []
    for index, country in enumerate(ordered):
        feedback.check()
        feedback.progress(0.5 * index / len(ordered))
        if not _boxes_meet(bounds, boxes[index], margin):
            segments.append(outline.none())
            continue
        whole = Segments.of_polygons([country.geometry], geodesy)
        segments.append(whole.taken(whole.within(bounds, margin)))
    result = frontage(outline, segments, snap_m=snap_m, within=slits(outline, snap_m))
    result = _without_crumbs(result, outline, LEAST_RUN * max(snap_m, EXACT_M))
    named = {}
    for number, name in [*enumerate(country.name for country in ordered), (NOBODY, SEA)]:
        pieces = [
            shapely.linestrings(outline.cut(*stretch)) for stretch in result.stretches(number)
        ]
        if pieces:
            named[name] = _as_one(pieces)
    _warn_of_gaps(named, ordered, segments, geodesy, tolerance_m, feedback)
    return Border.of(named, geodesy)


def _without_crumbs(result: Frontage, outline: Segments, crumb_m: float) -> Frontage:
    """Give short stretches that lie along nobody to the neighbour before or after them.

    They come from outlines not drawn to the metre, and would make a sea on dry land.
    """
    other = result.other.copy()
    length = result.length_m
    for index in np.flatnonzero((other == NOBODY) & (length < crumb_m)):
        line = result.line[index]
        mates = np.flatnonzero(result.line == line)
        place = int(np.searchsorted(mates, index))
        ends = [mates[place - 1], mates[(place + 1) % len(mates)]]
        if not outline.line_closed[line]:
            ends = [mate for mate in ends if abs(mate - index) == 1]
        known = [int(other[mate]) for mate in ends if other[mate] not in (NOBODY, SLIT)]
        if len(known) == len(ends) > 1:
            other[index] = known[0]
    return Frontage(result.line, result.start_m, result.end_m, other)


def _warn_of_gaps(
    named: Mapping[str, Geometry],
    others: Sequence[NamedGeometry],
    segments: Sequence[Segments],
    geodesy: Geodesy,
    tolerance_m: float,
    feedback: Feedback,
) -> None:
    if SEA not in named or tolerance_m <= 0:
        return
    sea = Segments.of_lines([named[SEA]], geodesy)
    bounds = shapely.bounds(named[SEA])
    margin = 1.1 * tolerance_m * float(geodesy.reach_units(bounds[None, :])[0])
    for country, outline in zip(others, segments):
        feedback.check()
        if not _boxes_meet(bounds, shapely.bounds(country.geometry), margin):
            continue
        rows = contact_stretches(sea, outline, country.geometry, tolerance_m=tolerance_m)
        length_km = sum(float((each[:, 1] - each[:, 0]).sum()) for each in rows.values()) / 1000
        if length_km >= 1.0:
            feedback.warning(
                tr(
                    "{:.1f} km of the home country's border lie within {:,.0f} m of {} without "
                    "meeting it and count as sea. Where no sea is, mend the countries so that they "
                    "meet, or give border lines in place of countries."
                ).format(length_km, tolerance_m, country.name)
            )


def _boxes_meet(one: Floats, two: Floats, margin: float) -> bool:
    """Return whether two boxes are within a margin, in CRS units; an empty one meets none."""
    return bool((one[:2] <= two[2:] + margin).all() and (two[:2] <= one[2:] + margin).all())


def _keep(known: dict[Any, Any], key: Any, found: Any, most: int) -> None:
    """Remember something, and forget what is known once there would be more than `most`."""
    if len(known) >= most:
        known.clear()
    known[key] = found


def _as_one(lines: Sequence[Geometry] | npt.NDArray[np.object_]) -> Geometry:
    """Return lines as one geometry, joined where they meet."""
    if len(lines) == 1:
        return lines[0]
    return shapely.line_merge(shapely.multilinestrings(list(lines)))
