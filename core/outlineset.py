"""The outlines of several pieces laid out one after the other, to be measured at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Sequence

import numpy as np

if TYPE_CHECKING:
    from .arctable import ArcTable
    from .arrays import Bools, Floats, Ints
    from .outline import Outline

__all__ = ["OutlineSet"]


@dataclass(frozen=True)
class OutlineSet:
    """Outlines of which no two have an arc on the same side.

    What is found of one depends on no other.

    Attributes
    ----------
    outlines : in order
    arc, turned, ring, at_m : (u,), as those of an outline; rings are numbered through
    piece, ring_piece : (u,) and (r,), the place of its outline
    ring_length_m : (r,)
    first_ring : (k,), where the rings of each outline begin
    """

    table: ArcTable
    outlines: Sequence[Outline]
    arc: Ints
    turned: Bools
    ring: Ints
    at_m: Floats
    piece: Ints
    ring_piece: Ints
    ring_length_m: Floats
    first_ring: Ints

    @classmethod
    def of(cls, table: ArcTable, outlines: Sequence[Outline]) -> OutlineSet:
        """Lay out outlines, of which there is one at least."""
        places = np.arange(len(outlines))
        uses = [len(each.arc) for each in outlines]
        rings = np.array([len(each.ring_length_m) for each in outlines])
        first_ring = np.cumsum(rings) - rings
        return cls(
            table,
            outlines,
            np.concatenate([each.arc for each in outlines]),
            np.concatenate([each.turned for each in outlines]),
            np.concatenate([each.ring for each in outlines]) + np.repeat(first_ring, uses),
            np.concatenate([each.at_m for each in outlines]),
            np.repeat(places, uses),
            np.repeat(places, rings),
            np.concatenate([each.ring_length_m for each in outlines]),
            first_ring,
        )

    @cached_property
    def length_m(self) -> Floats:
        """Length of each arc in metres, shape (u,)."""
        return self.table.arc_length_m[self.arc]

    def place_of(self, segments: Ints, turned: Ints) -> tuple[Ints, Floats]:
        """Return the ring of segments of the table, and where on it they begin, in metres.

        Parameters
        ----------
        turned : 1 where the outline runs along the arc of the segment the other way, else 0
        """
        table = self.table
        arcs = table.arc_of[segments]
        use = self._use_at[turned, arcs]
        at_m = table.at_m[segments]
        back_m = table.arc_length_m[arcs] - at_m - table.length_m[segments]
        return self.ring[use], self.at_m[use] + np.where(turned == 1, back_m, at_m)

    @cached_property
    def _use_at(self) -> Ints:
        """The use of each arc there is, on its left and on its right side, (2, a)."""
        use = np.empty((2, self.table.count), dtype=np.int64)
        use[self.turned.astype(np.int64), self.arc] = np.arange(len(self.arc))
        return use
