"""Putting things into groups: by connection, and by a common key."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Iterable, Iterator

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import Ints

__all__ = ["Groups", "components", "grouped", "portions"]


class Groups:
    """Disjoint sets of numbers that grow together (union-find with path halving)."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._parent = {number: number for number in numbers}

    def root(self, number: int) -> int:
        """Return the number that stands for the group of `number`."""
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def same(self, a: int, b: int) -> bool:
        """Return whether two numbers are in one group."""
        return self.root(a) == self.root(b)

    def join(self, a: int, b: int) -> None:
        """Make the groups of two numbers one."""
        low, high = sorted((self.root(a), self.root(b)))
        self._parent[high] = low

    def members(self) -> Iterator[tuple[int, ...]]:
        """Yield each group, its numbers in order."""
        found: dict[int, list[int]] = defaultdict(list)
        for number in sorted(self._parent):
            found[self.root(number)].append(number)
        yield from (tuple(numbers) for numbers in found.values())


def grouped(key: npt.NDArray[Any]) -> Iterator[Ints]:
    """Yield the indices of equal values of `key`, in the order of the values."""
    if len(key) == 0:
        return
    order = np.argsort(key, kind="stable")
    breaks = np.flatnonzero(np.diff(key[order])) + 1
    yield from np.split(order, breaks)


def components(count: int, one: Ints, two: Ints) -> Ints:
    """Return a label for each of the numbers below `count`: the least one connected with it.

    Parameters
    ----------
    one, two : the ends of each connection
    """
    label = np.arange(count)
    while True:
        least = np.minimum(label[one], label[two])
        nearer = label.copy()
        np.minimum.at(nearer, label[one], least)
        np.minimum.at(nearer, label[two], least)
        while not np.array_equal(nearer, nearer[nearer]):
            nearer = nearer[nearer]
        if np.array_equal(nearer, label):
            return label
        label = nearer


def portions(sizes: Iterable[int], most: int) -> Iterator[list[int]]:
    """Yield the places of things, some at a time: as many as come to `most` with their sizes."""
    some: list[int] = []
    total = 0
    for place, size in enumerate(sizes):
        some.append(place)
        total += size
        if total >= most:
            yield some
            some, total = [], 0
    if some:
        yield some
