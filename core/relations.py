"""What the enclaves of two consecutive dates have of each other's ground, each pair told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .kinship import Kin, KinFinder
from .lineage import overlaps_km2
from .takers import Holders, Share

if TYPE_CHECKING:
    from .feedback import Feedback
    from .geodesy import Geodesy
    from .memory import SeriesMemory
    from .moved import MovedGround
    from .polygons import PolygonStore
    from .timeline import SnapshotAnalysis

__all__ = ["Relations"]


class Relations:
    """Compares each date with the one before.

    What changed is looked at alone where that is sure (kinship.py), and whole enclaves are
    overlaid elsewhere.

    Parameters
    ----------
    store : of the polygons of the enclaves; None: whole enclaves are overlaid
    memory : that surveyed the analyses; what it knows is not measured again
    """

    def __init__(
        self,
        geodesy: Geodesy,
        feedback: Feedback,
        *,
        store: PolygonStore | None = None,
        memory: SeriesMemory | None = None,
    ) -> None:
        self._geodesy = geodesy
        self._feedback = feedback
        self._memory = memory
        self._finder = None if store is None else KinFinder(store, feedback)
        self._before: SnapshotAnalysis | None = None
        self._after: SnapshotAnalysis | None = None
        self._kin: Kin | None = None
        self._holders: dict[int, Holders] = {}

    def go_on_to(self, analysis: SnapshotAnalysis) -> None:
        """Compare this date with the one that was the last until now."""
        self._before, self._after = self._after, analysis
        self._holders.clear()
        self._kin = None
        if self._before is not None and self._finder is not None:
            self._kin = self._finder.kin(
                self._before.enclaves,
                analysis.enclaves,
                was_coverage=self._before.is_coverage,
                is_coverage=analysis.is_coverage,
            )

    @property
    def moved(self) -> tuple[MovedGround, ...] | None:
        """Return the ground that changed hands; None where that is not known."""
        return None if self._kin is None else self._kin.moved

    def overlaps(self) -> dict[tuple[int, int], float]:
        """Return the ground that enclaves of one faction share, in km2 by their numbers."""
        before, after = self._before, self._after
        if before is None or after is None:
            return {}
        if self._kin is not None:
            return dict(self._kin.overlaps_km2)

        def measured() -> dict[tuple[int, int], float]:
            return overlaps_km2(before.enclaves, after.enclaves, self._geodesy, self._feedback)

        if self._memory is None:
            return measured()
        return self._memory.of_pair("overlaps", before, after, measured)

    def lost(self, number: int) -> tuple[Share, ...]:
        """Return who holds now what an enclave before had; the largest share first."""
        if self._kin is not None:
            return self._kin.lost.get(number, ())
        return self._shares(self._before, number, self._after)

    def gained(self, number: int) -> tuple[Share, ...]:
        """Return who held before what an enclave has now; the largest share first."""
        if self._kin is not None:
            return self._kin.gained.get(number, ())
        return self._shares(self._after, number, self._before)

    def _shares(
        self, own: SnapshotAnalysis | None, number: int, other: SnapshotAnalysis | None
    ) -> tuple[Share, ...]:
        if own is None or other is None:
            return ()
        enclave = own.enclaves[number]
        ground, faction = enclave.geometry, enclave.faction

        def measured() -> tuple[Share, ...]:
            key = id(other)
            if key not in self._holders:
                self._holders[key] = Holders(other.enclaves, self._geodesy, self._feedback)
            return self._holders[key].shares(ground, faction)

        if self._memory is None:
            return measured()
        return self._memory.of_ground(ground, faction, other, measured)
