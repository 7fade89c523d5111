"""Whole numbers written as text, so short that a page can carry years of outlines.

The way of VLQ: a number is cut into groups of five bits, the least first; each group is one of
64 letters that mean nothing to HTML, JSON or JavaScript; the sixth bit says that more follow.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Sequence

import numpy as np

if TYPE_CHECKING:
    from ...core.arrays import Ints


__all__ = ["ALPHABET", "encoded", "encoded_arcs"]

ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"

_LETTERS = np.frombuffer(ALPHABET.encode("ascii"), dtype=np.uint8)
_BITS = 5
_MORE = 1 << _BITS


def encoded(numbers: Ints) -> str:
    """Return whole numbers as text; the nearer to 0, the shorter."""
    values = np.asarray(numbers, dtype=np.int64)
    # 0, -1, 1, -2, 2 ... become 0, 1, 2, 3, 4 ...
    rest = np.where(values < 0, -2 * values - 1, 2 * values)
    columns = []
    while True:
        following = rest >> _BITS
        columns.append(np.where(following > 0, (rest & (_MORE - 1)) | _MORE, rest & (_MORE - 1)))
        if not following.any():
            break
        rest = following
    groups = np.stack(columns, axis=1)
    # a number ends with its first group after which nothing follows
    goes_on = np.cumprod(groups >= _MORE, axis=1).astype(bool)
    used = np.column_stack([np.ones(len(groups), dtype=bool), goes_on[:, :-1]])
    return bytes(_LETTERS[groups[used]]).decode("ascii")


def encoded_arcs(arcs: Sequence[Ints]) -> dict[str, str]:
    """Return arcs as text: how many vertices each has, and the steps from vertex to vertex.

    The first step of an arc leads there from the first vertex of the one before.
    """
    lengths = np.array([len(arc) for arc in arcs], dtype=np.int64)
    if len(arcs) == 0:
        return {"lengths": "", "steps": ""}
    xy = np.concatenate(list(arcs))
    begin = np.cumsum(lengths) - lengths
    steps = np.diff(xy, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    starts = xy[begin]
    steps[begin] = np.diff(starts, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return {"lengths": encoded(lengths), "steps": encoded(steps.ravel())}
