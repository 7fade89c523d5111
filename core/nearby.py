"""Which geometries of many lie within a distance of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Iterator

import numpy as np
import shapely
from shapely import Geometry, STRtree

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import Floats, Ints
    from .feedback import Feedback
    from .geodesy import Geodesy

__all__ = ["in_blocks", "meeting", "meeting_boxes", "pairs_within"]

_BLOCK = 1000
"""So many searches take a few milliseconds, during which no other thread of Python runs."""


def meeting(tree: STRtree, geometry: Geometry) -> Ints:
    """Return the numbers of what in a tree meets a geometry, in order.

    A tree that is asked so itself lets no other thread of Python run meanwhile, which takes long
    where the geometry is large.
    """
    near = np.sort(tree.query(geometry))
    if len(near) == 0:
        return near
    shapely.prepare(geometry)
    meets = shapely.intersects(geometry, tree.geometries[near])
    shapely.destroy_prepared(geometry)
    return np.asarray(near[meets])


def meeting_boxes(some: Floats, others: Floats) -> tuple[Ints, Ints]:
    """Return the pairs of boxes, by their numbers in two arrays of bounds, that meet."""
    found = [
        np.argwhere(
            (some[first : first + _BLOCK, None, 0] <= others[None, :, 2])
            & (some[first : first + _BLOCK, None, 2] >= others[None, :, 0])
            & (some[first : first + _BLOCK, None, 1] <= others[None, :, 3])
            & (some[first : first + _BLOCK, None, 3] >= others[None, :, 1])
        )
        + np.array([first, 0])
        for first in range(0, max(len(some), 1), _BLOCK)
    ]
    pairs = np.concatenate(found)
    return pairs[:, 0], pairs[:, 1]


def in_blocks(ask: Callable[..., Ints], *rows: npt.NDArray[Any]) -> Ints:
    """Return what a tree answers to many rows, asked block by block, shape (2, n).

    Parameters
    ----------
    ask : takes a block of each of `rows` and returns the pairs found, those of the block first
    """
    starts = range(0, max(len(rows[0]), 1), _BLOCK)
    return np.hstack(
        [
            ask(*(row[start : start + _BLOCK] for row in rows)) + np.array([[start], [0]])
            for start in starts
        ]
    )


def pairs_within(
    geometries: npt.NDArray[np.object_],
    distance_m: float,
    *,
    geodesy: Geodesy,
    feedback: Feedback,
) -> Iterator[tuple[int, int]]:
    """Yield the numbers of geometries that may be within `distance_m`, each pair once.

    None is missing; some may be a little farther apart.
    """
    bounds = shapely.bounds(geometries)
    margin = geodesy.reach_units(bounds) * distance_m
    boxes = shapely.box(*(bounds + margin[:, None] * np.array([-1, -1, 1, 1])).T)
    tree = STRtree(geometries)
    for one, box in enumerate(boxes):
        feedback.check()
        others = np.sort(tree.query(box))
        others = others[others > one]
        if len(others) == 0:
            continue
        # prepared for this one search, many outlines would fill the memory
        shapely.prepare(geometries[one])
        near = shapely.dwithin(geometries[one], geometries[others], margin[one])
        shapely.destroy_prepared(geometries[one])
        yield from ((one, other) for other in others[near].tolist())
