"""What was computed of dates, and of pairs of dates, kept by what they hold.

A series that is read again after an edit has new numbers for its polygons, so what is known of
it is kept by the polygons' bytes: a date that holds the same as before, measured by the same
parameters in the same surroundings, is never surveyed again.
"""

from __future__ import annotations

import hashlib
from dataclasses import astuple, replace
from typing import TYPE_CHECKING, Any, Callable, Hashable, Sequence, Tuple, TypeVar

import shapely

if TYPE_CHECKING:
    from .geography import Geography
    from .model import Enclave, NamedGeometry, Parameters, Snapshot
    from .series import Series
    from .timeline import SnapshotAnalysis

__all__ = ["Memory", "SeriesMemory"]

Found = TypeVar("Found")

_Known = Tuple["SnapshotAnalysis", Tuple[Tuple[bytes, ...], ...]]


class Memory:
    """Remembers from run to run; what a whole run did not ask for again is forgotten.

    One run at a time may use it.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}
        self._earlier: dict[Hashable, Any] = {}

    def begin(self) -> None:
        """Begin a run. One that is broken off forgets nothing."""
        self._earlier.update(self._known)
        self._known = {}

    def end(self) -> None:
        """End a run that went through: forget what it had no use for."""
        self._earlier = {}

    def knows(self, key: Hashable) -> bool:
        """Return whether `once` would compute nothing."""
        return key in self._known or key in self._earlier

    def once(self, key: Hashable, compute: Callable[[], Found]) -> Found:
        """Return what is known under `key`; compute it where nothing is."""
        if key not in self._known:
            if key in self._earlier:
                self._known[key] = self._earlier[key]
            else:
                self._known[key] = compute()
        found: Found = self._known[key]
        return found

    def of_series(
        self, series: Series, geography: Geography, parameters: Parameters
    ) -> SeriesMemory:
        """Return the memory of the dates of one series in its surroundings."""
        return SeriesMemory(self, series, geography, parameters)


class SeriesMemory:
    """What is known of the dates of a series, as it is read in this run."""

    def __init__(
        self, memory: Memory, series: Series, geography: Geography, parameters: Parameters
    ) -> None:
        self._memory = memory
        self._polygons = series.store.polygons
        self._digests: dict[int, bytes] = {}
        self._numbers: dict[bytes, int] = {}
        self._renumbered: dict[Hashable, SnapshotAnalysis] = {}
        self._seen: dict[int, Any] = {}
        self._keys: dict[int, Hashable] = {}
        self._base = (_surroundings(series, geography), astuple(parameters))

    def key_of(self, snapshot: Snapshot) -> Hashable:
        """Return what two snapshots have in common only if all their figures are the same."""
        whole = hashlib.blake2b(repr(snapshot.date).encode())
        for faction, numbers in snapshot.holdings.items():
            whole.update(repr((faction, len(numbers))).encode())
            for number in numbers:
                whole.update(self._digest(number))
        return (*self._base, whole.digest())

    def knows(self, snapshot: Snapshot) -> bool:
        """Return whether a snapshot need not be surveyed."""
        return self._memory.knows(("survey", self.key_of(snapshot)))

    def surveyed(
        self, snapshot: Snapshot, survey: Callable[[], SnapshotAnalysis]
    ) -> SnapshotAnalysis:
        """Return the analysis of a snapshot, surveyed only where it is not known."""
        key = self.key_of(snapshot)
        if key not in self._renumbered:
            known = self._memory.once(("survey", key), lambda: self._numberless(survey()))
            self._renumbered[key] = self._with_numbers(*known)
        analysis = self._renumbered[key]
        self._keys[id(analysis)] = key
        # enclaves that did not change are known by their geometry's being the same object
        self._seen.update((id(each.geometry), each.geometry) for each in analysis.enclaves)
        return analysis

    def of_pair(
        self,
        what: Hashable,
        before: SnapshotAnalysis,
        after: SnapshotAnalysis,
        compute: Callable[[], Found],
    ) -> Found:
        """Return something of two surveyed dates, computed only where it is not known."""
        keys = self._keys[id(before)], self._keys[id(after)]
        return self._memory.once(("pair", what, *keys), compute)

    def of_ground(
        self,
        ground: shapely.Geometry,
        faction: str,
        after: SnapshotAnalysis,
        compute: Callable[[], Found],
    ) -> Found:
        """Return something of the ground of an enclave on a surveyed date."""
        key = ("ground", id(ground), faction, self._keys[id(after)])
        # the ground is kept with it, so that its id stays its own
        return self._memory.once(key, lambda: (ground, compute()))[1]

    def of_snapshots(
        self, what: Hashable, before: Snapshot, after: Snapshot, compute: Callable[[], Found]
    ) -> Found:
        """Return something of two snapshots, computed only where it is not known."""
        keys = self.key_of(before), self.key_of(after)
        return self._memory.once(("snapshots", what, *keys), compute)

    def _numberless(self, analysis: SnapshotAnalysis) -> _Known:
        """Return an analysis to be kept, and its polygons by their bytes: numbers will change."""
        kept = self._interned(analysis)
        digests = tuple(
            tuple(self._digest(number) for number in each.polygons) for each in kept.enclaves
        )
        return kept, digests

    def _with_numbers(
        self, analysis: SnapshotAnalysis, digests: Sequence[Sequence[bytes]]
    ) -> SnapshotAnalysis:
        """Return an analysis whose enclaves have the numbers of their polygons in this series."""
        numbers = [tuple(sorted(self._numbers[each] for each in one)) for one in digests]
        pairs = list(zip(analysis.enclaves, numbers))
        if all(enclave.polygons == own for enclave, own in pairs):
            return analysis
        return replace(
            analysis, enclaves=tuple(replace(enclave, polygons=own) for enclave, own in pairs)
        )

    def _interned(self, analysis: SnapshotAnalysis) -> SnapshotAnalysis:
        return replace(
            analysis, enclaves=tuple(self._with_known(enclave) for enclave in analysis.enclaves)
        )

    def _with_known(self, enclave: Enclave) -> Enclave:
        geometry = enclave.geometry
        if id(geometry) in self._seen:
            return enclave
        known = self._memory.once(("geometry", shapely.to_wkb(geometry)), lambda: geometry)
        self._seen[id(known)] = known
        return enclave if known is geometry else replace(enclave, geometry=known)

    def _digest(self, number: int) -> bytes:
        if number not in self._digests:
            digest = hashlib.blake2b(shapely.to_wkb(self._polygons[number])).digest()
            self._digests[number] = digest
            self._numbers[digest] = number
        return self._digests[number]


def _surroundings(series: Series, geography: Geography) -> bytes:
    """Return what two geographies have in common only if they measure all things alike."""
    whole = hashlib.blake2b(series.crs.encode())
    if not series.store.geodesy.is_lonlat:
        # where the way to longitude and latitude is chosen by what is measured
        whole.update(shapely.total_bounds(series.store.polygons).tobytes())
    whole.update(repr((geography.home_names, geography.home_area_km2)).encode())
    if geography.home is not None:
        whole.update(shapely.to_wkb(geography.home))
    for line in geography.borders:
        whole.update(line.neighbour.encode() + shapely.to_wkb(line.geometry))
    for kind in (geography.provinces, geography.places):
        whole.update(repr(len(kind)).encode())
        for named in kind:
            whole.update(_bytes_of(named))
    return whole.digest()


def _bytes_of(named: NamedGeometry) -> bytes:
    return repr((named.name, named.is_whole)).encode() + bytes(shapely.to_wkb(named.geometry))
