"""Stretches of the home country's border, compared and measured on the border line itself.

The contacts of different enclaves and dates run on the same border line, yet overlays of
lines that lie upon each other are not to be trusted to the last digit. So each contact is
taken back to intervals along the line, and intervals are united, cut and compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Geometry, STRtree

from .borders import Border
from .proximity import merged

if TYPE_CHECKING:
    from .borders import BorderLine
    from .geodesy import Geodesy
    from .geography import Geography
    from .model import Contact, Enclave

__all__ = ["LEAST_CONTACT_KM", "BorderRuler", "Stretch", "common_of", "difference_of", "union_of"]

Floats = npt.NDArray[np.float64]

Stretch = Dict[int, Floats]
"""Intervals along each part of a border line, in units of the CRS, (n, 2), in order."""

LEAST_CONTACT_KM = 0.002
"""Contact shorter than two metres is none, whatever the shortest contact is set to."""

_SLACK_M = 0.01
_CRUMB_M = 1.0
"""A shorter rest of a comparison is what drawing and digits leave."""


class BorderRuler:
    """Measures stretches of the border with each neighbour, and how far it is away."""

    def __init__(self, geography: Geography) -> None:
        self._geodesy = geography.geodesy
        self._lines = {line.neighbour: _Line(line, geography.geodesy) for line in geography.borders}
        self._nearest: dict[tuple[int, str], tuple[Geometry, float]] = {}

    @property
    def neighbours(self) -> tuple[str, ...]:
        """Return all neighbours that there is a border with, the sea last."""
        return tuple(self._lines)

    def stretch(self, enclaves: Iterable[Enclave], neighbour: str) -> Stretch:
        """Return along what of the border with `neighbour` any of the enclaves lies."""
        line = self._lines[neighbour]
        result: Stretch = {}
        for enclave in enclaves:
            for contact in enclave.contacts:
                if contact.neighbour == neighbour and contact.length_km >= LEAST_CONTACT_KM:
                    result = union_of(result, line.stretch(contact))
        return result

    def lengths_km(self, enclaves: Sequence[Enclave]) -> dict[str, float]:
        """Return the contact of enclaves together in km by neighbour, the longest first.

        Border that several of them lie along counts once.
        """
        lengths_km: dict[str, float] = {}
        for neighbour in self._lines:
            own = [c for each in enclaves for c in each.contacts if c.neighbour == neighbour]
            if len(own) == 1:
                lengths_km[neighbour] = own[0].length_km
            elif own:
                lengths_km[neighbour] = self.length_km(self.stretch(enclaves, neighbour), neighbour)
        return dict(sorted(lengths_km.items(), key=lambda item: (-item[1], item[0])))

    def geometry(self, stretch: Stretch, neighbour: str) -> Geometry:
        """Return a stretch as a MultiLineString on the border; empty without any length."""
        return self._lines[neighbour].geometry(stretch)

    def length_km(self, stretch: Stretch, neighbour: str) -> float:
        """Return the ellipsoidal length of a stretch in km."""
        geometry = self.geometry(stretch, neighbour)
        return 0.0 if geometry.is_empty else float(self._geodesy.length_km([geometry])[0])

    def nearest_km(self, enclaves: Iterable[Enclave], neighbour: str) -> float | None:
        """Return how far the nearest of the enclaves is from the border; None without any."""
        return min((self._distance_km(each, neighbour) for each in enclaves), default=None)

    def _distance_km(self, enclave: Enclave, neighbour: str) -> float:
        # the geometry is kept with its distance, so that its id stays its own
        key = (id(enclave.geometry), neighbour)
        if key not in self._nearest:
            inner = shapely.point_on_surface(enclave.geometry)
            distance_km, _ = self._lines[neighbour].border.nearest(enclave.geometry, inner)
            self._nearest[key] = (enclave.geometry, distance_km)
        return self._nearest[key][1]


class _Line:
    def __init__(self, line: BorderLine, geodesy: Geodesy) -> None:
        self.border = Border.of({line.neighbour: line.geometry}, geodesy)
        self._parts = shapely.get_parts(line.geometry)
        self._vertices = [shapely.get_coordinates(part) for part in self._parts]
        # how far along its part each vertex lies
        self._at = [
            np.append(0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))) for xy in self._vertices
        ]
        self._tree = STRtree(self._parts)
        bounds = shapely.bounds(line.geometry)[None, :]
        units_per_m = float(geodesy.reach_units(bounds)[0])
        self._slack = _SLACK_M * units_per_m
        self._crumb = _CRUMB_M * units_per_m
        self._known: dict[int, tuple[Contact, Stretch]] = {}

    def stretch(self, contact: Contact) -> Stretch:
        if id(contact) not in self._known:
            self._known[id(contact)] = (contact, self._located(contact.geometry))
        return self._known[id(contact)][1]

    def geometry(self, stretch: Stretch) -> Geometry:
        pieces = [
            shapely.linestrings(self._cut(part, start, end))
            for part, rows in stretch.items()
            for start, end in rows.tolist()
            if end - start > self._crumb
        ]
        if not pieces:
            return shapely.MultiLineString()
        joined = shapely.line_merge(shapely.multilinestrings(pieces))
        return shapely.multilinestrings(shapely.get_parts(joined))

    def _cut(self, part: int, start: float, end: float) -> Floats:
        """Return the vertices of what lies between two places along a part, shape (k, 2)."""
        at, xy = self._at[part], self._vertices[part]
        ends = np.column_stack([np.interp([start, end], at, xy[:, axis]) for axis in (0, 1)])
        between = (at > start + self._slack) & (at < end - self._slack)
        return np.vstack([ends[:1], xy[between], ends[1:]])

    def _located(self, geometry: Geometry) -> Stretch:
        """Return where a contact lies: each of its segments is within one of the border's."""
        lines = shapely.get_parts(geometry)
        xy, line = shapely.get_coordinates(lines, return_index=True)
        together = line[1:] == line[:-1]
        start, end = xy[:-1][together], xy[1:][together]
        half = np.hypot(*(end - start).T) / 2
        middles = shapely.points((start + end) / 2)
        owner = self._tree.query_nearest(middles, all_matches=False)[1]
        at = shapely.line_locate_point(self._parts[owner], middles)
        rows = np.column_stack([at - half, at + half])
        return {int(part): merged(rows[owner == part], self._slack) for part in np.unique(owner)}


def union_of(one: Stretch, two: Stretch) -> Stretch:
    """Return what either covers."""
    return {
        part: merged(np.concatenate([one.get(part, _none()), two.get(part, _none())]), 0.0)
        for part in sorted({*one, *two})
    }


def common_of(one: Stretch, two: Stretch) -> Stretch:
    """Return what both cover."""
    result = {}
    for part in sorted(one.keys() & two.keys()):
        low = np.maximum(one[part][:, None, 0], two[part][None, :, 0])
        high = np.minimum(one[part][:, None, 1], two[part][None, :, 1])
        rows = np.column_stack([low[high > low], high[high > low]])
        if len(rows):
            result[part] = merged(rows, 0.0)
    return result


def difference_of(one: Stretch, two: Stretch) -> Stretch:
    """Return what the first covers and the second does not."""
    result = {}
    for part, rows in one.items():
        others = two.get(part, _none())
        # what lies between the others, as far as the first reaches
        gaps = np.column_stack([np.append(-np.inf, others[:, 1]), np.append(others[:, 0], np.inf)])
        rest = common_of({part: rows}, {part: gaps})
        if rest:
            result[part] = rest[part]
    return result


def _none() -> Floats:
    return np.zeros((0, 2))
