"""What is wrong with outlines in the wild, made on purpose and always the same."""

from __future__ import annotations

from enum import Enum
from typing import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["Dirt", "soiled"]

Floats = npt.NDArray[np.float64]


class Dirt(str, Enum):
    """A way in which outlines are not a coverage; the value is its name on command lines."""

    JITTER = "jitter"
    """Each polygon's vertices lie up to 5 m off, apart from its neighbours'."""
    DROPPED = "dropped"
    """Half of the polygons lack a tenth of their vertices, which their neighbours have."""
    BOWTIES = "bowties"
    """One polygon in thirty crosses itself."""
    TJUNCTIONS = "tjunctions"
    """Half of the polygons have vertices in the middle of edges that their neighbours lack."""


_JITTER_DEG = 5.0 / 111_000.0 / np.sqrt(2.0)
_SOILED = 0.5
_DROPPED = 0.1
_CROSSED = 1 / 30
_CROSSED_VERTICES = 8
_ADDED = 0.1
_LEAST_VERTICES = 8


def soiled(ring: Floats, number: int, seed: int, kinds: Sequence[Dirt]) -> Floats:
    """Return a closed ring with the dirt asked for.

    Parameters
    ----------
    number : of the outline: another one is soiled otherwise
    """
    for kind in kinds:
        rng = np.random.default_rng([seed, number, list(Dirt).index(kind)])
        points = _MAKERS[kind](ring[:-1], rng)
        ring = np.concatenate([points, points[:1]])
    return ring


def _jitter(points: Floats, rng: np.random.Generator) -> Floats:
    moved: Floats = points + rng.uniform(-_JITTER_DEG, _JITTER_DEG, points.shape)
    return moved


def _drop(points: Floats, rng: np.random.Generator) -> Floats:
    kept = rng.random(len(points)) >= _DROPPED
    if rng.random() >= _SOILED or kept.sum() < _LEAST_VERTICES:
        return points
    return points[kept]


def _cross(points: Floats, rng: np.random.Generator) -> Floats:
    if rng.random() >= _CROSSED:
        return points
    crossed = points.copy()
    stretch = min(_CROSSED_VERTICES, len(points) // 2)
    first = int(rng.integers(0, len(points) - stretch))
    crossed[first : first + stretch] = points[first : first + stretch][::-1]
    return crossed


def _split(points: Floats, rng: np.random.Generator) -> Floats:
    if rng.random() >= _SOILED:
        return points
    where = np.flatnonzero(rng.random(len(points)) < _ADDED)
    middles = (points[where] + points[(where + 1) % len(points)]) / 2.0
    split: Floats = np.insert(points, where + 1, middles, axis=0)
    return split


_MAKERS = {
    Dirt.JITTER: _jitter,
    Dirt.DROPPED: _drop,
    Dirt.BOWTIES: _cross,
    Dirt.TJUNCTIONS: _split,
}
