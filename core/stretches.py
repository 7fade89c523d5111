"""Stretches of the home country's border, compared and measured on the border line itself.

The contacts of different enclaves and dates run on the same border line, yet overlays of
lines that lie upon each other are not to be trusted to the last digit. So each contact is
taken back to intervals along the line, and intervals are united, cut and compared. Lengths
are theirs, so that what was lost and what was kept sum to what there was.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Dict, Iterable, Sequence

import numpy as np
import shapely
from shapely import Geometry, STRtree

from .borders import Border
from .hashing import hashed_points
from .proximity import merged
from .roughly import RoughOutline

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import Floats, Ints
    from .borders import BorderLine
    from .geodesy import Geodesy
    from .geography import Geography
    from .model import Contact, Enclave

__all__ = [
    "LEAST_CONTACT_KM",
    "BorderRuler",
    "Stretch",
    "common_of",
    "difference_of",
    "length_km_of",
    "union_of",
    "without_crumbs",
]


Stretch = Dict[int, "Floats"]
"""Intervals along each part of a border line, in metres, (n, 2), in order and disjoint."""

LEAST_CONTACT_KM = 0.002
"""Contact shorter than two metres is none, whatever the shortest contact is set to."""

_CRUMB_M = 1.0
_SLACK_M = 0.01
_NOTHING_M = 1e-5


class BorderRuler:
    """Measures stretches of the border with each neighbour, and how far it is away."""

    def __init__(self, geography: Geography) -> None:
        self._lines = {line.neighbour: _Line(line, geography.geodesy) for line in geography.borders}
        self._geodesy = geography.geodesy
        self._rough: dict[int, tuple[Geometry, RoughOutline]] = {}
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
                lengths_km[neighbour] = length_km_of(self.stretch(enclaves, neighbour))
        return dict(sorted(lengths_km.items(), key=lambda item: (-item[1], item[0])))

    def geometry(self, stretch: Stretch, neighbour: str) -> Geometry:
        """Return a stretch as a MultiLineString on the border; empty without any length."""
        return self._lines[neighbour].geometry(stretch)

    def nearest_km(self, enclaves: Iterable[Enclave], neighbour: str) -> float | None:
        """Return how far the nearest of the enclaves is from the border; None without any."""
        border = self._lines[neighbour].border
        nearest_km: float | None = None
        least = [(border.least_km(self._outline(each)), each) for each in enclaves]
        for least_km, enclave in sorted(least, key=lambda pair: pair[0]):
            # none of the others can be nearer
            if nearest_km is not None and least_km > nearest_km:
                break
            distance_km = self._distance_km(enclave, neighbour)
            nearest_km = distance_km if nearest_km is None else min(nearest_km, distance_km)
        return nearest_km

    def _distance_km(self, enclave: Enclave, neighbour: str) -> float:
        # the geometry is kept with its distance, so that its id stays its own
        key = (id(enclave.geometry), neighbour)
        if key not in self._nearest:
            distance_km, _ = self._lines[neighbour].border.nearest(self._outline(enclave))
            self._nearest[key] = (enclave.geometry, distance_km)
        return self._nearest[key][1]

    def _outline(self, enclave: Enclave) -> RoughOutline:
        key = id(enclave.geometry)
        if key not in self._rough:
            outline = RoughOutline.of(enclave.geometry, self._geodesy)
            self._rough[key] = (enclave.geometry, outline)
        return self._rough[key][1]


class _Line:
    def __init__(self, line: BorderLine, geodesy: Geodesy) -> None:
        self.border = Border.of({line.neighbour: line.geometry}, geodesy)
        self._segments = self.border.segments
        self._parts = shapely.get_parts(line.geometry)
        self._tree = STRtree(self._parts)
        self._places = [self._places_of(part) for part in range(len(self._parts))]
        keys = _keys(self._segments.start, self._segments.end)
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self._known: dict[int, tuple[Contact, Stretch]] = {}
        self._by_bytes: dict[bytes, Stretch] = {}

    def stretch(self, contact: Contact) -> Stretch:
        if id(contact) not in self._known:
            # an enclave that changed elsewhere has the same contact as before
            key = blake2b(shapely.to_wkb(contact.geometry)).digest()
            if key not in self._by_bytes:
                self._by_bytes[key] = self._located(contact.geometry)
            self._known[id(contact)] = (contact, self._by_bytes[key])
        return self._known[id(contact)][1]

    def geometry(self, stretch: Stretch) -> Geometry:
        pieces = [
            shapely.linestrings(self._segments.cut(part, start, end))
            for part, rows in stretch.items()
            for start, end in rows.tolist()
        ]
        if not pieces:
            return shapely.MultiLineString()
        joined = shapely.line_merge(shapely.multilinestrings(pieces))
        return shapely.multilinestrings(shapely.get_parts(joined))

    def _places_of(self, part: int) -> tuple[Floats, Floats]:
        """Return places along a part, in units of the CRS and in metres."""
        own = self._segments.taken(self._segments.line == part)
        units = np.hypot(*(own.end - own.start).T)
        return (
            np.append(0.0, np.cumsum(units)),
            np.append(own.at_m, self._segments.line_length_m[part]),
        )

    def _located(self, geometry: Geometry) -> Stretch:
        """Return where a contact lies: most of its segments are segments of the border."""
        lines = shapely.get_parts(geometry)
        xy, line = shapely.get_coordinates(lines, return_index=True)
        together = line[1:] == line[:-1]
        keys = _keys(xy[:-1], xy[1:])[together]
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        is_whole = self._keys[at] == keys
        whole = self._order[at[is_whole]]
        cut = np.flatnonzero(together)[~is_whole]
        parts, rows = self._projected(xy[cut], xy[cut + 1])
        parts = np.concatenate([self._segments.line[whole], parts])
        start_m = self._segments.at_m[whole]
        rows = np.concatenate(
            [np.column_stack([start_m, start_m + self._segments.length_m[whole]]), rows]
        )
        return {int(part): merged(rows[parts == part], _SLACK_M) for part in np.unique(parts)}

    def _projected(self, start: Floats, end: Floats) -> tuple[Ints, Floats]:
        """Return on which parts segments lie that are within one of the border's, and where."""
        half = np.hypot(*(end - start).T) / 2
        middles = shapely.points((start + end) / 2)
        owner = self._tree.query_nearest(middles, all_matches=False)[1].astype(np.int64)
        at = shapely.line_locate_point(self._parts[owner], middles)
        rows = np.column_stack([at - half, at + half])
        for part in np.unique(owner):
            own = owner == part
            rows[own] = np.interp(rows[own], *self._places[part])
        return owner, rows


def _keys(start: Floats, end: Floats) -> npt.NDArray[np.uint64]:
    """Return a number for each segment, the same in both directions."""
    return hashed_points(start) + hashed_points(end)


def length_km_of(stretch: Stretch) -> float:
    """Return the ellipsoidal length of a stretch in km."""
    return sum(float((rows[:, 1] - rows[:, 0]).sum()) for rows in stretch.values()) / 1000.0


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
        some = high - low > _NOTHING_M
        rows = np.column_stack([low[some], high[some]])
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


def without_crumbs(stretch: Stretch) -> Stretch:
    """Leave out what is shorter than a metre: what drawing leaves between two dates."""
    kept = {part: rows[rows[:, 1] - rows[:, 0] > _CRUMB_M] for part, rows in stretch.items()}
    return {part: rows for part, rows in kept.items() if len(rows)}


def _none() -> Floats:
    return np.zeros((0, 2))
