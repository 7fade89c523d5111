"""Numbers of 64 bits by which points are found again, to the last digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import Floats

    Hashes = npt.NDArray[np.uint64]

__all__ = ["hashed_points"]


# the constants of splitmix64 (Steele, Lea and Flood 2014, Fast splittable random generators)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_GAMMA = np.uint64(0x9E3779B97F4A7C15)


def hashed_points(xy: Floats) -> Hashes:
    """Return a number for each point, (n,), of points (n, 2); equal where the points are.

    That two points have the same by chance is next to impossible, and not impossible: callers
    check what they make of it.
    """
    # a zero has two ways to be written
    bits = np.ascontiguousarray(xy + 0.0).view(np.uint64)
    return _mixed(_mixed(bits[:, 0]) + bits[:, 1] * _GAMMA)


def _mixed(bits: Hashes) -> Hashes:
    bits = (bits ^ (bits >> np.uint64(30))) * _MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * _MIX_2
    return np.asarray(bits ^ (bits >> np.uint64(31)))
