"""Who has the ground now that an enclave held, and who had the ground before that it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Sequence

import shapely
from shapely import Geometry, STRtree

from .i18n import tr
from .lineage import ground_of

if TYPE_CHECKING:
    from .feedback import Feedback
    from .geodesy import Geodesy
    from .model import Enclave

__all__ = ["NOTHING_KM2", "Holders", "Share"]

NOTHING_KM2 = 0.001
"""Less than a tenth of a hectare is what arithmetic leaves when an edge is cut."""


@dataclass(frozen=True)
class Share:
    """So much ground, and the factions that hold it: none, one, or several that claim it."""

    factions: tuple[str, ...]
    area_km2: float

    @property
    def label(self) -> str:
        """Return who holds it, in words."""
        if not self.factions:
            return tr("unassigned")
        if len(self.factions) == 1:
            return self.factions[0]
        return tr("contested: {}").format(" + ".join(self.factions))


class Holders:
    """The enclaves of one date, ready to be asked who holds a piece of ground."""

    def __init__(self, enclaves: Sequence[Enclave], geodesy: Geodesy, feedback: Feedback) -> None:
        self._enclaves = enclaves
        self._geodesy = geodesy
        self._feedback = feedback
        self._tree = STRtree([enclave.geometry for enclave in enclaves])

    def shares(self, ground: Geometry, faction: str) -> tuple[Share, ...]:
        """Return who holds what of `ground` that `faction` does not; the largest share first.

        The shares sum to the ground without what the faction itself holds: what nobody
        holds is a share too, and what several claim is theirs together.
        """
        near = [self._enclaves[index] for index in sorted(self._tree.query(ground).tolist())]
        own = [enclave.geometry for enclave in near if enclave.faction == faction]
        rest = _without(ground, own)
        cells: dict[tuple[str, ...], list[Geometry]] = {(): [rest]}
        for name in sorted({each.faction for each in near} - {faction}):
            self._feedback.check()
            held = shapely.union_all([each.geometry for each in near if each.faction == name])
            cells = _cut(cells, held, name)
        shares = [
            Share(factions, float(self._geodesy.area_km2(parts).sum()))
            for factions, parts in cells.items()
        ]
        kept = [share for share in shares if share.area_km2 >= NOTHING_KM2]
        return tuple(sorted(kept, key=lambda share: (-share.area_km2, share.factions)))


def _without(ground: Geometry, taken: Sequence[Geometry]) -> Geometry:
    if not taken:
        return ground
    return ground_of(shapely.difference(ground, shapely.union_all(taken)))


def _cut(
    cells: dict[tuple[str, ...], list[Geometry]], held: Geometry, name: str
) -> dict[tuple[str, ...], list[Geometry]]:
    """Return the cells, each cut into what is inside `held` and what is not."""
    result: dict[tuple[str, ...], list[Geometry]] = {}
    for factions, parts in cells.items():
        for part in parts:
            inside = ground_of(shapely.intersection(part, held))
            if inside.is_empty:
                result.setdefault(factions, []).append(part)
                continue
            result.setdefault((*factions, name), []).append(inside)
            outside = ground_of(shapely.difference(part, held))
            if not outside.is_empty:
                result.setdefault(factions, []).append(outside)
    return result
