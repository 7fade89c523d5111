"""Areas, lengths and distances on the WGS84 ellipsoid, of geometry as it is drawn.

Edges are straight in the coordinate reference system (CRS) of the layer, as overlays and
the map take them; so the parts of a polygon always sum to the whole. Area is the integral
of the authalic area function along the outline (Green's theorem; the function: Snyder,
*Map Projections: A Working Manual*, USGS 1987, eq. 3-12), length the integral of the line
element, both by Gauss-Lobatto quadrature on each edge (Abramowitz and Stegun, 25.4.32).
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable, Sequence

import numpy as np
import pyproj
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup
from shapely import Geometry

from .errors import CrsError
from .i18n import tr

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import Floats

__all__ = ["Geodesy", "most_units_per_metre", "transformed"]


_WGS84 = pyproj.Geod(ellps="WGS84")
_A_M = float(_WGS84.a)
_E2 = float(_WGS84.es)
_E = float(np.sqrt(_E2))

# five Gauss-Lobatto nodes and weights on 0..1, exact for polynomials up to degree seven
_NODES = np.array([0.0, 0.5 - np.sqrt(3 / 28), 0.5, 0.5 + np.sqrt(3 / 28), 1.0])
_WEIGHTS = np.array([9.0, 49.0, 64.0, 49.0, 9.0]) / 180.0


def _differentiation_matrix(nodes: Floats) -> Floats:
    """Return D with (D @ f(nodes)) = f'(nodes) for polynomials (Trefethen 2000, ch. 6)."""
    gaps = nodes[:, None] - nodes[None, :] + np.eye(len(nodes))
    weights = gaps.prod(axis=1)
    matrix = weights[:, None] / (weights[None, :] * gaps)
    return np.asarray(matrix - np.diag(matrix.sum(axis=1)))


_DERIVATIVE = _differentiation_matrix(_NODES)

_LONGEST_EDGE_M = 100_000.0
_EDGES_AT_ONCE = 50_000


class Geodesy:
    """Measures what is drawn in one coordinate reference system.

    Parameters
    ----------
    crs : anything pyproj understands; WKT, or text such as ``EPSG:4326``
    bounds : least x, least y, most x and most y of what is measured, if known: where
        several ways lead from a datum to WGS84, the best one for there is taken, and one
        for all points, so that no edge has a step in it

    Raises
    ------
    CrsError
        When `crs` is not a horizontal coordinate reference system on the Earth.
    """

    def __init__(self, crs: str, bounds: Sequence[float] | None = None) -> None:
        try:
            self._crs = pyproj.CRS.from_user_input(crs)
            self._to_lonlat = _way_to_lonlat(self._crs, bounds)
        except ProjError as error:
            raise CrsError(
                tr(
                    "The coordinate reference system {} cannot be measured in: {}. "
                    "Give the layer one with a place on the Earth."
                ).format(crs[:60], error)
            ) from error
        self._is_lonlat = _is_wgs84_degrees(self._crs)
        self._unit_m = 111_320.0 if self._crs.is_geographic else self._axis_unit_m()

    def _axis_unit_m(self) -> float:
        axes = self._crs.axis_info
        return float(axes[0].unit_conversion_factor) if axes else 1.0

    @property
    def is_geographic(self) -> bool:
        """Whether coordinates are degrees of longitude and latitude."""
        return bool(self._crs.is_geographic)

    @property
    def is_lonlat(self) -> bool:
        """Whether coordinates are degrees of WGS84: then no way leads there that could differ."""
        return self._is_lonlat

    # ---- places -------------------------------------------------------------------

    def lonlat(self, xy: Floats) -> Floats:
        """Return longitude and latitude in degrees of the points `xy`, shape (n, 2)."""
        if self._is_lonlat:
            return xy
        return transformed(self._to_lonlat.transform, xy)

    def metres_per_unit(self, xy: Floats) -> Floats:
        """Return how the plane lies on the ground at the points `xy`.

        Shape (n, 2, 2): the matrix that turns a small step in the CRS into metres east
        and north. Exact on the spot; 0.1 % off some 5 km away in the middle latitudes.
        """
        if self._is_lonlat:
            lat = np.radians(np.clip(xy[:, 1], -89.0, 89.0))
            meridian, vertical = _radii_m(np.sin(lat))
            matrix = np.zeros((len(xy), 2, 2))
            matrix[:, 0, 0] = np.radians(vertical * np.cos(lat))
            matrix[:, 1, 1] = np.radians(meridian)
            return matrix
        step = 10.0 / self._unit_m
        columns = []
        for shift in (np.array([step, 0.0]), np.array([0.0, step])):
            before, after = self.lonlat(xy - shift), self.lonlat(xy + shift)
            lat = np.radians((before[:, 1] + after[:, 1]) / 2)
            meridian, vertical = _radii_m(np.sin(lat))
            turn = _shortest_turn(np.radians(after[:, 0] - before[:, 0]))
            east = turn * vertical * np.cos(lat)
            north = np.radians(after[:, 1] - before[:, 1]) * meridian
            columns.append(np.column_stack([east, north]) / (2 * step))
        return np.stack(columns, axis=2)

    def reach_units(self, bounds: Floats) -> Floats:
        """Return the units of the CRS that a metre takes at most in each box, shape (n,).

        `bounds` has the shape (n, 4): least x, least y, most x, most y.
        """
        corners = bounds[:, [0, 1, 0, 3, 2, 1, 2, 3]].reshape(-1, 2)
        units = most_units_per_metre(self.metres_per_unit(corners)).reshape(-1, 4)
        return np.asarray(units.max(axis=1) * 1.01)

    # ---- figures ------------------------------------------------------------------

    def area_km2(self, geometries: Sequence[Geometry] | npt.NDArray[np.object_]) -> Floats:
        """Return the ellipsoidal area of each polygon or multipolygon, in km2.

        Holes count as holes however their rings run. Anything without area is 0.
        """
        geometries = np.asarray(geometries, dtype=object)
        polygons, owner = shapely.get_parts(geometries, return_index=True)
        rings, polygon = shapely.get_rings(polygons, return_index=True)
        if len(rings) == 0:
            return np.zeros(len(geometries))
        is_shell = np.r_[True, polygon[1:] != polygon[:-1]]
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        edge = ring[1:] == ring[:-1]
        swept = _by_blocks(self._edge_areas_km2, xy[:-1][edge], xy[1:][edge])
        ring_area = np.abs(np.bincount(ring[:-1][edge], swept, len(rings)))
        signed = np.where(is_shell, ring_area, -ring_area)
        return _sums(owner[polygon], signed, len(geometries))

    def length_km(self, geometries: Sequence[Geometry] | npt.NDArray[np.object_]) -> Floats:
        """Return the ellipsoidal length of each line, or of all rings of a polygon, in km."""
        geometries = np.asarray(geometries, dtype=object)
        lines, owner = shapely.get_parts(shapely.boundary(geometries), return_index=True)
        is_line = shapely.get_dimensions(geometries) == 1
        if is_line.any():
            parts, part_owner = shapely.get_parts(geometries[is_line], return_index=True)
            keep = ~is_line[owner]
            lines = np.concatenate([lines[keep], parts])
            owner = np.concatenate([owner[keep], np.flatnonzero(is_line)[part_owner]])
        xy, line = shapely.get_coordinates(lines, return_index=True)
        edge = line[1:] == line[:-1]
        lengths = self.edge_lengths_m(xy[:-1][edge], xy[1:][edge])
        return _sums(owner[line[:-1][edge]], lengths, len(geometries)) / 1000.0

    def edge_lengths_m(self, start: Floats, end: Floats) -> Floats:
        """Return the ellipsoidal length in metres of straight edges, ends of shape (n, 2)."""
        return _by_blocks(self._edge_lengths_m, start, end)

    def _edge_lengths_m(self, start: Floats, end: Floats) -> Floats:
        start, end, whole = self._subdivided(start, end)
        _lam, phi, dlam, dphi = self._along(start, end)
        meridian, vertical = _radii_m(np.sin(phi))
        speed = np.hypot(meridian * dphi, vertical * np.cos(phi) * dlam)
        return _sums(whole, _dotted(speed, _WEIGHTS), whole[-1] + 1 if len(whole) else 0)

    def apart_m(self, xy: Floats, others: Floats) -> Floats:
        """Return the geodesic distances in metres of points from others, each from one."""
        one, two = self.lonlat(xy), self.lonlat(others)
        return np.asarray(_WGS84.inv(*one.T, *two.T)[2])

    def in_space(self, xy: Floats) -> Floats:
        """Return the places of points on the ellipsoid in metres from its centre, shape (n, 3)."""
        lam, phi = np.radians(self.lonlat(xy)).T
        normal_m = _A_M / np.sqrt(1.0 - _E2 * np.sin(phi) ** 2)
        around_m = normal_m * np.cos(phi)
        return np.column_stack(
            [
                around_m * np.cos(lam),
                around_m * np.sin(lam),
                (1.0 - _E2) * normal_m * np.sin(phi),
            ]
        )

    def segmentized(
        self, geometries: Sequence[Geometry] | npt.NDArray[np.object_], longest_m: float
    ) -> npt.NDArray[np.object_]:
        """Return the geometries with vertices added on edges longer than `longest_m`.

        The outline stays where it is. The length is that of the middle of the CRS, to
        some per cent: good for keeping edges short, not for measuring.
        """
        array = np.asarray(geometries, dtype=object)
        return np.asarray(shapely.segmentize(array, longest_m / self._unit_m), dtype=object)

    # ---- quadrature ---------------------------------------------------------------

    def _subdivided(self, start: Floats, end: Floats) -> tuple[Floats, Floats, npt.NDArray[Any]]:
        """Cut edges so short that five nodes carry them; return the index of the whole."""
        step = end - start
        reach = np.hypot(step[:, 0], step[:, 1]) * self._unit_m
        pieces = np.maximum(1, np.ceil(reach / _LONGEST_EDGE_M)).astype(np.int64)
        whole = np.repeat(np.arange(len(start)), pieces)
        if len(whole) == len(start):
            return start, end, whole
        number = np.arange(len(whole)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        share = (number / pieces[whole])[:, None]
        next_share = ((number + 1) / pieces[whole])[:, None]
        return start[whole] + share * step[whole], start[whole] + next_share * step[whole], whole

    def _along(self, start: Floats, end: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return lon, lat and their derivatives along edges, in radians, shape (n, 5)."""
        step = end - start
        if self._is_lonlat:
            phi = np.radians(start[:, 1, None] + step[:, 1, None] * _NODES)
            lam = np.radians(start[:, 0, None] + step[:, 0, None] * _NODES)
            dlam = np.broadcast_to(np.radians(step[:, 0, None]), phi.shape)
            dphi = np.broadcast_to(np.radians(step[:, 1, None]), phi.shape)
            return lam, phi, dlam, dphi
        nodes = start[:, None, :] + step[:, None, :] * _NODES[None, :, None]
        lonlat = np.radians(self.lonlat(nodes.reshape(-1, 2))).reshape(-1, len(_NODES), 2)
        if not np.isfinite(lonlat).all():
            raise CrsError(
                tr(
                    "Some coordinates lie outside the area where {} is defined. "
                    "Set the layer's true coordinate reference system, or reproject it."
                ).format(self._crs.name)
            )
        first = lonlat[:, :1, 0]
        lam = first + _shortest_turn(lonlat[:, :, 0] - first)
        phi = lonlat[:, :, 1]
        return lam, phi, _dotted(lam, _DERIVATIVE), _dotted(phi, _DERIVATIVE)

    def _edge_areas_km2(self, start: Floats, end: Floats) -> Floats:
        """Return the area between each edge and the equator, signed by its direction."""
        start, end, whole = self._subdivided(start, end)
        _, phi, dlam, _ = self._along(start, end)
        swept = _dotted(_authalic_km2(np.sin(phi)) * dlam, _WEIGHTS)
        return _sums(whole, swept, whole[-1] + 1 if len(whole) else 0)


def _by_blocks(measure: Callable[[Floats, Floats], Floats], start: Floats, end: Floats) -> Floats:
    """Return what edges measure, some at a time: all nodes of many would take much memory."""
    firsts = range(0, max(len(start), 1), _EDGES_AT_ONCE)
    blocks = [slice(first, first + _EDGES_AT_ONCE) for first in firsts]
    return np.concatenate([measure(start[block], end[block]) for block in blocks])


def transformed(function: Callable[[Floats, Floats], tuple[Any, Any]], xy: Floats) -> Floats:
    """Return points, shape (n, 2), taken through one of pyproj's functions of x and y."""
    # pyproj takes arrays of one for single numbers, which numpy is about to forbid
    some = np.repeat(xy, 2, axis=0) if len(xy) == 1 else xy
    return np.column_stack(function(some[:, 0], some[:, 1]))[: len(xy)]


def most_units_per_metre(metric: Floats) -> Floats:
    """Return the units that a metre takes at most in any direction, for (n, 2, 2) metrics."""
    # the smaller singular value; numpy's own way takes each of the small matrices for a large one
    (a, b), (c, d) = metric[:, 0].T, metric[:, 1].T
    longest = (np.hypot(a + d, b - c) + np.hypot(a - d, b + c)) / 2
    shortest = np.abs(a * d - b * c) / np.maximum(longest, 1e-9)
    return np.asarray(1.0 / np.maximum(shortest, 1e-9))


def _dotted(nodes: Floats, factors: Floats) -> Floats:
    """Return nodes, shape (n, 5), times one row of factors, or each of several.

    A product of matrices would round a row otherwise in other company: what an edge measures
    must not depend on what is measured with it.
    """
    return np.asarray(np.einsum("ij,...j->i...", nodes, factors))


def _sums(group: npt.NDArray[Any], values: Floats, count: int) -> Floats:
    return np.bincount(group, values, count).astype(np.float64)


def _way_to_lonlat(crs: pyproj.CRS, bounds: Sequence[float] | None) -> pyproj.Transformer:
    """Return the one operation that serves best around `bounds`; without, PROJ's choice."""
    default = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    if bounds is None or not np.isfinite(bounds).all():
        return default
    degrees = default.transform_bounds(*bounds)
    if not np.isfinite(degrees).all():
        return default
    with warnings.catch_warnings():
        # a grid that is not installed: the next best way is taken
        warnings.simplefilter("ignore", UserWarning)
        group = TransformerGroup(
            crs, "EPSG:4326", always_xy=True, area_of_interest=AreaOfInterest(*degrees)
        )
    return group.transformers[0] if group.transformers else default


@lru_cache(maxsize=1)
def _wgs84() -> pyproj.CRS:
    return pyproj.CRS.from_epsg(4326)


def _is_wgs84_degrees(crs: pyproj.CRS) -> bool:
    if not crs.is_geographic or crs.is_bound:
        return False
    return bool(crs.equals(_wgs84(), ignore_axis_order=True)) or crs.to_authority() in {
        ("EPSG", "4326"),
        ("OGC", "CRS84"),
    }


def _authalic_km2(sine: Floats) -> Floats:
    """Return the area between equator and latitude, a radian wide, in km2."""
    q = (1 - _E2) * (sine / (1 - _E2 * sine**2) + np.arctanh(_E * sine) / _E)
    return np.asarray(q * (_A_M**2 / 2 / 1e6))


def _radii_m(sine: Floats) -> tuple[Floats, Floats]:
    """Return the radii of curvature along the meridian and across it, in metres."""
    w = np.sqrt(1 - _E2 * sine**2)
    return _A_M * (1 - _E2) / w**3, _A_M / w


def _shortest_turn(angle: Floats) -> Floats:
    """Return angles in radians brought to -pi..pi: the way across the antimeridian."""
    return np.asarray((angle + np.pi) % (2 * np.pi) - np.pi)
