"""Outlines taken apart into arcs: what several outlines have in common is one arc.

The idea is TopoJSON's (Bostock, 2012): a vertex is a junction where not all outlines that
pass through it go the same way; outlines are cut there, and equal pieces kept once. All of
it is done on whole numbers, so that equal is equal, and on arrays of all outlines at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Sequence

import numpy as np
import shapely
from shapely import Geometry, STRtree

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import Bools, Floats, Ints

__all__ = ["ArcSet", "Outlines", "arcs_between_junctions", "cut_into_arcs", "outlines_of"]


# a vertex so near an edge, in cells of the grid, lies on it: rounding moved it by up to 0.71
_ON_EDGE_CELLS = 0.75


@dataclass(frozen=True)
class Outlines:
    """Rings and lines on a grid of whole numbers, one after the other.

    Attributes
    ----------
    xy : (n, 2); a ring's last vertex is not its first again
    path : (n,), the number of the ring or line of each vertex, counting up from 0
    closed : (k,), whether a path is a ring
    geometry, part : (k,), the geometry of a path and the part of it; a part's shell comes first
    vanished : how many paths are too small for the grid, and left out
    """

    xy: Ints
    path: Ints
    closed: Bools
    geometry: Ints
    part: Ints
    vanished: int


@dataclass(frozen=True)
class ArcSet:
    """Every arc once, and how paths are made of them.

    Attributes
    ----------
    xy, arc : (n, 2) and (n,), the vertices of all arcs and the number of the arc of each
    count : how many arcs there are
    path, used, turned : (m,), the path of each use of an arc, in the order in which the path
        runs; the arc used; and whether it runs backwards
    """

    xy: npt.NDArray[Any]
    arc: Ints
    count: int
    path: Ints
    used: Ints
    turned: Bools


def outlines_of(geometries: Sequence[Geometry], grid: float) -> Outlines:
    """Round polygons and lines to whole multiples of `grid`; vertices that fall together are one.

    Rings of fewer than three and lines of fewer than two vertices on the grid are left out.
    """
    if len(geometries) == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return Outlines(nothing.reshape(0, 2), nothing, nothing == 1, nothing, nothing, 0)
    parts, geometry = shapely.get_parts(np.asarray(geometries, dtype=object), return_index=True)
    is_area = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 - areas have two
    rings, ring_part = shapely.get_rings(parts[is_area], return_index=True)
    lines = np.concatenate([rings, parts[~is_area]])
    part = np.concatenate([np.flatnonzero(is_area)[ring_part], np.flatnonzero(~is_area)])
    closed = np.arange(len(lines)) < len(rings)
    order = np.argsort(part, kind="stable")
    lines, part, closed = lines[order], part[order], closed[order]
    real, path = shapely.get_coordinates(lines, return_index=True)
    xy = np.rint(real / grid).astype(np.int64)
    follows = np.r_[False, (path[1:] == path[:-1]) & (xy[1:] == xy[:-1]).all(axis=1)]
    xy, path = xy[~follows], path[~follows]
    # the vertex that closes a ring
    last = np.r_[path[1:] != path[:-1], True] & closed[path]
    length = np.bincount(path, minlength=len(lines))
    xy, path = xy[~last], path[~last]
    kept = np.where(closed, length - 1 >= 3, length >= 2)  # noqa: PLR2004 - a triangle, a line
    number = np.cumsum(kept) - 1
    inside = kept[path]
    return Outlines(
        xy[inside],
        number[path[inside]],
        closed[kept],
        geometry[part[kept]],
        part[kept],
        int((~kept).sum()),
    )


def cut_into_arcs(outlines: Outlines) -> ArcSet:
    """Cut outlines where they part from each other and keep equal pieces once.

    A vertex that lies on the edge of another outline becomes a vertex of that too, so that
    neighbours are cut at the same points however each of them was digitised.
    """
    vertices, ids = np.unique(outlines.xy, axis=0, return_inverse=True)
    ids, path = _with_vertices_on_edges(vertices, ids.reshape(-1), outlines)
    return arcs_between_junctions(vertices, ids, path, outlines.closed)


def arcs_between_junctions(
    vertices: npt.NDArray[Any], ids: Ints, path: Ints, closed: Bools
) -> ArcSet:
    """Cut paths at the vertices where they part from each other; keep equal pieces once.

    Parameters
    ----------
    vertices : (k, 2), each once
    ids, path : (n,), the vertices of all paths in the order in which they run, by their numbers,
        and the path of each; no vertex twice in a row, and a ring's first not again at its end
    closed : whether each path is a ring
    """
    previous, following, is_end = _neighbours(ids, path, closed)
    junction = _junctions(ids, previous, following, is_end)
    return _arcs(vertices, ids, path, closed, junction)


def _with_vertices_on_edges(vertices: Ints, ids: Ints, outlines: Outlines) -> tuple[Ints, Ints]:
    position = np.arange(len(ids))
    start, end = _edges(outlines.path, outlines.closed)
    low, high = np.minimum(ids[start], ids[end]), np.maximum(ids[start], ids[end])
    unique, edge = np.unique(np.stack([low, high], axis=1), axis=0, return_inverse=True)
    edge = edge.reshape(-1)
    owner, vertex, share = _on_edges(vertices, unique)
    if len(owner) == 0:
        return ids, outlines.path
    # every use of an edge takes in every vertex that lies on it
    order = np.argsort(owner, kind="stable")
    owner, vertex, share = owner[order], vertex[order], share[order]
    first = np.asarray(np.searchsorted(owner, edge), dtype=np.int64)
    times = np.searchsorted(owner, edge, side="right") - first
    use = np.repeat(np.arange(len(edge)), times)
    offset = np.arange(len(use)) - np.repeat(np.cumsum(times) - times, times)
    taken = first[use] + offset
    forwards = ids[start[use]] == low[use]
    at = start[use] + np.where(forwards, share[taken], 1.0 - share[taken])
    where = np.concatenate([position.astype(np.float64), at])
    order = np.argsort(where, kind="stable")
    new_ids = np.concatenate([ids, vertex[taken]])[order]
    return new_ids, np.concatenate([outlines.path, outlines.path[start[use]]])[order]


def _edges(path: Ints, closed: Bools) -> tuple[Ints, Ints]:
    """Return the first and second vertex of each edge, those that close rings included."""
    position = np.arange(len(path))
    last = np.r_[path[1:] != path[:-1], True]
    first_of = np.searchsorted(path, path)
    end = np.where(last, first_of, position + 1)
    real = ~last | closed[path]
    return position[real], end[real]


def _on_edges(vertices: Ints, edges: Ints) -> tuple[Ints, Ints, Floats]:
    """Return edges and vertices that lie inside them, and how far along, from 0 to 1."""
    a, b = vertices[edges[:, 0]], vertices[edges[:, 1]]
    tree = STRtree(shapely.linestrings(np.stack([a, b], axis=1).astype(np.float64)))
    reach = _ON_EDGE_CELLS
    boxes = shapely.box(
        vertices[:, 0] - reach,
        vertices[:, 1] - reach,
        vertices[:, 0] + reach,
        vertices[:, 1] + reach,
    )
    vertex, edge = tree.query(boxes, predicate="intersects")
    other = (edges[edge] != vertex[:, None]).all(axis=1)
    vertex, edge = vertex[other], edge[other]
    along, to = (b[edge] - a[edge]).astype(np.float64), (vertices[vertex] - a[edge]).astype(float)
    length2 = (along**2).sum(axis=1)
    share = (along * to).sum(axis=1) / length2
    away = np.abs(along[:, 0] * to[:, 1] - along[:, 1] * to[:, 0]) / np.sqrt(length2)
    on = (share > 0) & (share < 1) & (away <= reach)
    return edge[on], vertex[on], share[on]


def _neighbours(ids: Ints, path: Ints, closed: Bools) -> tuple[Ints, Ints, Bools]:
    """Return the vertices before and after each, and whether it is the end of a line."""
    first = np.r_[True, path[1:] != path[:-1]]
    last = np.r_[first[1:], True]
    begin = np.searchsorted(path, path)
    finish = np.searchsorted(path, path, side="right") - 1
    position = np.arange(len(ids))
    previous = ids[np.where(first, finish, position - 1)]
    following = ids[np.where(last, begin, position + 1)]
    return previous, following, (first | last) & ~closed[path]


def _junctions(ids: Ints, previous: Ints, following: Ints, is_end: Bools) -> Bools:
    """Return, by position, whether outlines part at its vertex."""
    count = int(ids.max()) + 1
    low, high = np.minimum(previous, following), np.maximum(previous, following)
    # any one of the ways through a vertex: where all are the same, none differs from it
    one = np.zeros(count, dtype=np.int64)
    one[ids] = np.arange(len(ids))
    differs = (low != low[one[ids]]) | (high != high[one[ids]])
    parts = np.zeros(count, dtype=bool)
    parts[ids[differs]] = True
    parts[ids[is_end]] = True
    # there and back again: an arc that began here would be its own reverse
    parts[ids[previous == following]] = True
    return np.asarray(parts[ids])


def _arcs(
    vertices: npt.NDArray[Any],
    ids: Ints,
    path: Ints,
    closed: Bools,
    junction: Bools,
) -> ArcSet:
    """Cut at junctions; a ring without any is cut at its first vertex in the order of numbers."""
    begin = np.searchsorted(path, np.arange(len(closed)))
    finish = np.searchsorted(path, np.arange(len(closed)), side="right")
    chains: list[Ints] = []
    owners: list[int] = []
    for number, (low, high) in enumerate(zip(begin.tolist(), finish.tolist())):
        own = ids[low:high]
        cuts = np.flatnonzero(junction[low:high])
        if closed[number]:
            if len(cuts) == 0:
                cuts = np.array([own.argmin()])
            own = np.roll(own, -cuts[0])
            own = np.append(own, own[0])
            cuts = np.append(cuts - cuts[0], len(own) - 1)
        chains.extend(own[a : b + 1] for a, b in zip(cuts[:-1].tolist(), cuts[1:].tolist()))
        owners.extend([number] * (len(cuts) - 1))
    numbers, turned, kept = _equal_once(chains)
    lengths = np.array([len(chains[each]) for each in kept], dtype=np.int64)
    flat = np.concatenate([chains[each] for each in kept])
    return ArcSet(
        vertices[flat],
        np.repeat(np.arange(len(kept)), lengths),
        len(kept),
        np.array(owners, dtype=np.int64),
        numbers,
        turned,
    )


def _equal_once(chains: list[Ints]) -> tuple[Ints, Bools, list[int]]:
    """Return the arc that each chain is, whether it runs backwards, and a chain for each arc.

    Between junctions there is but one way: the first step of a chain says which it is.
    """
    known: dict[tuple[Any, ...], int] = {}
    kept: list[int] = []
    numbers, turned = [], []
    for index, chain in enumerate(chains):
        there = (int(chain[0]), int(chain[1]))
        back = (int(chain[-1]), int(chain[-2]))
        key = min(there, back)
        if key not in known:
            known[key] = len(kept)
            kept.append(index)
        number = known[key]
        first = chains[kept[number]]
        numbers.append(number)
        turned.append((int(first[0]), int(first[1])) != there)
    return np.array(numbers, dtype=np.int64), np.array(turned, dtype=np.bool_), kept
