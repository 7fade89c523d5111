"""A country cut into cells whose shared edges are fractal fronts, the same to the last bit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

__all__ = ["COUNTRY", "Mesh", "cut_into_cells"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# within 3 km of Syria's border on Natural Earth's map (public domain), which QGIS ships
COUNTRY = Polygon(
    [
        (37.49, 32.69), (36.82, 32.32), (36.69, 32.32), (36.37, 32.39), (36.18, 32.53),
        (36.07, 32.52), (36.00, 32.66), (35.76, 32.74), (35.89, 32.94), (35.85, 33.10),
        (35.81, 33.11), (35.83, 33.19), (35.77, 33.27), (35.80, 33.31), (35.76, 33.33),
        (35.92, 33.46), (35.93, 33.53), (36.04, 33.57), (36.03, 33.60), (35.92, 33.64),
        (35.95, 33.71), (36.05, 33.82), (36.14, 33.85), (36.36, 33.82), (36.37, 33.86),
        (36.27, 33.91), (36.29, 33.95), (36.39, 34.04), (36.48, 34.05), (36.60, 34.20),
        (36.56, 34.26), (36.58, 34.30), (36.52, 34.35), (36.53, 34.42), (36.43, 34.49),
        (36.32, 34.51), (36.44, 34.63), (36.37, 34.63), (36.31, 34.69), (36.26, 34.63),
        (35.97, 34.65), (35.87, 34.92), (35.90, 35.02), (35.89, 35.11), (35.96, 35.20),
        (35.92, 35.29), (35.92, 35.42), (35.82, 35.51), (35.77, 35.50), (35.78, 35.54),
        (35.72, 35.58), (35.78, 35.61), (35.77, 35.67), (35.84, 35.75), (35.80, 35.85),
        (35.87, 35.85), (35.91, 35.92), (35.98, 35.93), (36.00, 35.87), (36.16, 35.82),
        (36.20, 35.95), (36.27, 35.96), (36.30, 36.00), (36.36, 35.99), (36.37, 36.23),
        (36.45, 36.20), (36.48, 36.23), (36.66, 36.23), (36.65, 36.31), (36.58, 36.33),
        (36.59, 36.37), (36.53, 36.48), (36.64, 36.83), (36.96, 36.75), (37.05, 36.62),
        (37.10, 36.65), (37.24, 36.66), (37.45, 36.63), (37.65, 36.73), (37.82, 36.76),
        (38.19, 36.91), (38.29, 36.90), (38.53, 36.83), (38.73, 36.69), (39.03, 36.70),
        (39.19, 36.66), (39.77, 36.74), (40.71, 37.10), (40.90, 37.12), (41.20, 37.06),
        (41.48, 37.08), (42.05, 37.20), (42.21, 37.32), (42.22, 37.29), (42.29, 37.29),
        (42.35, 37.24), (42.34, 37.17), (42.38, 37.06), (41.82, 36.60), (41.41, 36.53),
        (41.28, 36.35), (41.24, 36.08), (41.36, 35.79), (41.36, 35.62), (41.25, 35.46),
        (41.19, 35.16), (41.20, 34.79), (40.97, 34.40), (40.69, 34.33), (38.77, 33.37),
    ]
)  # fmt: skip

_RELAXATIONS = 2
_MODES = 96
# of a front's wave number: steeper is smoother; 1.3 is a fractal dimension of 1.2
_STEEPNESS = 1.3
_HEIGHT = 0.09
_OUTER_HEIGHT_DEG = 0.002


@dataclass(frozen=True)
class Mesh:
    """Cells with straight edges, and how each edge is drawn.

    Attributes
    ----------
    nodes : longitude and latitude, in degrees
    edges : numbers of the two nodes of each edge
    sides : numbers of the cells left and right of each edge; -1 is abroad
    rings : of each cell, the numbers of its edges in order, and whether each runs forwards
    segments : how many straight pieces each edge is drawn with
    """

    seed: int
    nodes: Floats
    edges: Integers
    sides: Integers
    rings: tuple[tuple[tuple[int, bool], ...], ...]
    segments: Integers

    def front(self, edge: int, version: int, height: float) -> Floats:
        """Draw an edge: the points from its first node up to before its second one.

        Parameters
        ----------
        version : another draws another front between the same two nodes
        height : 1: as wild as fronts are; 0: straight
        """
        start, end = self.nodes[self.edges[edge]]
        count = int(self.segments[edge])
        rng = np.random.default_rng([self.seed, edge, version])
        spread = rng.uniform(-0.3, 0.3, count) if count > 1 else np.zeros(1)
        along = (np.arange(count) + spread) / count
        along[0] = 0.0
        waves = np.arange(1, min(count, _MODES) + 1)
        heights = rng.normal(size=len(waves)) * waves**-_STEEPNESS
        swing = heights @ np.sin(np.pi * np.outer(waves, along))
        straight = end - start
        length = float(np.hypot(*straight))
        unit = _HEIGHT
        if self.sides[edge].min() < 0:
            unit = min(unit, _OUTER_HEIGHT_DEG / length)
        across = np.array([-straight[1], straight[0]]) * unit * height
        points: Floats = start + np.outer(along, straight) + np.outer(swing, across)
        points[0] = start
        return points


def cut_into_cells(cells: int, vertices: int, seed: int, country: Polygon = COUNTRY) -> Mesh:
    """Cut a country into cells of about one size.

    Parameters
    ----------
    cells : how many, exactly
    vertices : about how many the rings of all cells have together
    """
    rng = np.random.default_rng([seed, cells])
    pieces = _pieces(cells, rng, country)
    coordinates = [shapely.get_coordinates(piece)[:-1] for piece in pieces]
    nodes, numbers = np.unique(np.concatenate(coordinates), axis=0, return_inverse=True)
    edges: dict[tuple[int, int], int] = {}
    sides: list[list[int]] = []
    rings = []
    start = 0
    for cell, ring in enumerate(coordinates):
        along = numbers.reshape(-1)[start : start + len(ring)].tolist()
        start += len(ring)
        signed = []
        for first, second in zip(along, [*along[1:], along[0]]):
            key = (min(first, second), max(first, second))
            edge = edges.setdefault(key, len(edges))
            if edge == len(sides):
                sides.append([-1, -1])
            forwards = first == key[0]
            sides[edge][0 if forwards else 1] = cell
            signed.append((edge, forwards))
        rings.append(tuple(signed))
    pairs = np.array(list(edges), dtype=np.int64)
    return Mesh(
        seed,
        nodes,
        pairs,
        np.array(sides, dtype=np.int64),
        tuple(rings),
        _segments(nodes, pairs, np.array(sides), vertices),
    )


def _segments(nodes: Floats, edges: Integers, sides: Integers, vertices: int) -> Integers:
    """Share the vertices out among the edges by length."""
    lengths = np.hypot(*(nodes[edges[:, 1]] - nodes[edges[:, 0]]).T)
    rings = (sides >= 0).sum(axis=1)
    step = (lengths * rings).sum() / vertices
    counts = np.ones(len(edges), dtype=np.int64)
    for _ in range(8):  # an edge has one segment at least, so that a few rounds are needed
        counts = np.maximum(1, np.rint(lengths / step)).astype(np.int64)
        step *= float((counts * rings).sum()) / vertices
    return counts


def _pieces(cells: int, rng: np.random.Generator, country: Polygon) -> list[Polygon]:
    points = _points_inside(cells, rng, country)
    for _ in range(_RELAXATIONS):
        cut = shapely.intersection(_voronoi(points, country), country)
        # of a cell in two pieces the middle may lie outside
        points = shapely.point_on_surface(cut)
        middles = shapely.centroid(cut)
        inside = shapely.contains(country, middles)
        points[inside] = middles[inside]
    shapely.prepare(country)
    edges = shapely.voronoi_polygons(
        shapely.multipoints(points), extend_to=country, only_edges=True
    )
    noded = shapely.union_all([edges, country.exterior])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    faces = faces[shapely.contains(country, shapely.point_on_surface(faces))]
    return _one_a_point(list(faces), points)


def _points_inside(
    count: int, rng: np.random.Generator, country: Polygon
) -> npt.NDArray[np.object_]:
    west, south, east, north = country.bounds
    drawn = shapely.points(rng.uniform((west, south), (east, north), (4 * count + 40, 2)))
    return drawn[shapely.contains(country, drawn)][:count]


def _voronoi(points: npt.NDArray[np.object_], country: Polygon) -> npt.NDArray[np.object_]:
    """Return the Voronoi cells in the order of their points."""
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=country)
    )
    which, where = shapely.STRtree(cells).query(points, predicate="within")
    ordered = np.empty(len(points), dtype=object)
    ordered[which] = cells[where]
    return ordered


def _one_a_point(faces: list[Polygon], points: npt.NDArray[np.object_]) -> list[Polygon]:
    """Give what a bay of the outline cut off to the neighbour with the longest edge to it."""
    _, owned = shapely.STRtree(faces).query(points, predicate="within")
    owners = set(owned.tolist())
    kept = {number: faces[number] for number in sorted(owners)}
    left = [faces[number] for number in range(len(faces)) if number not in owners]
    while left:
        orphan = left.pop(0)
        lengths = {
            number: shapely.length(shapely.intersection(orphan.boundary, face.boundary))
            for number, face in kept.items()
            if orphan.intersects(face)
        }
        best = max(lengths, key=lambda number: lengths[number], default=None)
        if best is None or lengths[best] == 0.0:
            left.append(orphan)
            continue
        kept[best] = shapely.union(kept[best], orphan)
    return list(kept.values())
