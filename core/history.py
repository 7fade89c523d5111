"""The enclaves of a series, each followed through time under an id that it keeps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Callable, Iterable, Iterator, Mapping, Sequence

import shapely

from .lineage import (
    Kind,
    Link,
    LinkRule,
    Relative,
    assigned_ids,
    ground_of,
    links_among,
    overlaps_km2,
)
from .occurrence import dated
from .takers import NOTHING_KM2, Holders, Share

if TYPE_CHECKING:
    from datetime import datetime

    from .feedback import Feedback
    from .geodesy import Geodesy
    from .memory import SeriesMemory
    from .model import Enclave
    from .timeline import SnapshotAnalysis

__all__ = ["LEAST_FOLLOWED_KM2", "Step", "TracedEnclave", "families", "trace"]

LEAST_FOLLOWED_KM2 = 1e-6
"""Under a square metre, as broken outlines leave it, there is no ground to follow."""

_SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True)
class TracedEnclave:
    """An enclave on one date, with its place in the lineage.

    Attributes
    ----------
    enclave_id : kept as long as the enclave goes on; no two of a series are the same
    lineage : how it follows from the date before; None on the first date
    parents : the largest overlap first; shares are of the area of this enclave
    predecessor : where it appeared: the enclave that vanished in this place before
    first_date, age_days : the first date with this id, and the days since then
    change_km2 : since the date before, when an enclave without its id was 0; None on the
        first date
    change_first_km2 : since its own first date
    gained_from : ground that its faction did not hold the date before, by who held it
    fate : what became of it by the next date; None on the last
    children : the largest overlap first; shares are of the area of this enclave
    lost_to : ground that its faction does not hold on the next date, by who holds it
    """

    enclave: Enclave
    enclave_id: int
    lineage: Kind | None
    parents: tuple[Relative, ...]
    predecessor: int | None
    first_date: datetime
    age_days: float
    change_km2: float | None
    change_first_km2: float
    gained_from: tuple[Share, ...] = ()
    fate: Kind | None = None
    children: tuple[Relative, ...] = ()
    lost_to: tuple[Share, ...] = ()

    @property
    def lost_km2(self) -> float:
        """Ground lost by the next date, in km2."""
        return sum(share.area_km2 for share in self.lost_to)


@dataclass(frozen=True)
class Step:
    """Two consecutive dates: the enclaves before, whose fate is known, and those after.

    `analysis_before` is None, and `before` empty, on the first date. The analyses also
    hold the enclaves that are too small to be followed.
    """

    analysis_before: SnapshotAnalysis | None
    analysis: SnapshotAnalysis
    before: tuple[TracedEnclave, ...]
    after: tuple[TracedEnclave, ...]


@dataclass(frozen=True)
class _Start:
    date: datetime
    area_km2: float


def trace(
    analyses: Iterable[SnapshotAnalysis],
    *,
    geodesy: Geodesy,
    rule: LinkRule,
    min_area_km2: float = 0.0,
    feedback: Feedback,
    memory: SeriesMemory | None = None,
) -> Iterator[Step]:
    """Follow the enclaves through the snapshots; yield one step a date.

    Parameters
    ----------
    analyses : of all dates, in order
    rule : what overlap makes parent and child
    min_area_km2 : smaller enclaves, and any under a square metre, are not followed; their
        ground still counts as held
    memory : that surveyed the analyses; overlaps that it knows are not measured again

    Raises
    ------
    DateError
        When the series has no dates.
    """
    tracer = _Tracer(geodesy, rule, min_area_km2, feedback, memory)
    for analysis in analyses:
        yield tracer.step(analysis)


def families(step: Step) -> list[tuple[tuple[TracedEnclave, ...], tuple[TracedEnclave, ...]]]:
    """Return the enclaves before and after that belong together by lineage, group by group.

    An enclave that vanished or appeared makes a group of its own.
    """
    root: dict[int, int] = {}

    def found(enclave_id: int) -> int:
        while root.setdefault(enclave_id, enclave_id) != enclave_id:
            enclave_id = root[enclave_id]
        return enclave_id

    for old in step.before:
        for child in old.children:
            low, high = sorted((found(old.enclave_id), found(child.enclave_id)))
            root[high] = low
    groups: dict[int, tuple[list[TracedEnclave], list[TracedEnclave]]] = defaultdict(
        lambda: ([], [])
    )
    for side, members in enumerate((step.before, step.after)):
        for member in members:
            groups[found(member.enclave_id)][side].append(member)
    return [(tuple(old), tuple(new)) for _, (old, new) in sorted(groups.items())]


class _Tracer:
    """Remembers what a lineage needs of the dates before the last."""

    def __init__(
        self,
        geodesy: Geodesy,
        rule: LinkRule,
        min_area_km2: float,
        feedback: Feedback,
        memory: SeriesMemory | None,
    ) -> None:
        self._memory = memory
        self._geodesy = geodesy
        self._rule = rule
        self._min_area_km2 = max(min_area_km2, LEAST_FOLLOWED_KM2)
        self._feedback = feedback
        self._next_id = 1
        self._starts: dict[int, _Start] = {}
        self._vanished: dict[str, list[TracedEnclave]] = defaultdict(list)
        self._analysis: SnapshotAnalysis | None = None
        self._traced: dict[int, TracedEnclave] = {}
        self._holders: Holders | None = None

    def step(self, analysis: SnapshotAnalysis) -> Step:
        """Take in the next date."""
        date = dated(analysis)
        earlier, old = self._analysis, self._traced
        before = earlier.enclaves if earlier is not None else ()
        after = analysis.enclaves
        overlaps = self._overlaps(earlier, analysis)
        links = links_among(
            overlaps, before, after, rule=self._rule, min_area_km2=self._min_area_km2
        )
        holders = Holders(after, self._geodesy, self._feedback)
        new = self._followed(analysis, date, links, overlaps)
        done = {
            number: self._with_fate(
                traced,
                number,
                links,
                overlaps,
                new,
                partial(self._shares, holders, analysis),
            )
            for number, traced in old.items()
        }
        for traced in done.values():
            if traced.fate is Kind.VANISHED:
                self._vanished[traced.enclave.faction].append(traced)
        self._analysis, self._traced, self._holders = analysis, new, holders
        return Step(earlier, analysis, tuple(done.values()), tuple(new.values()))

    def _overlaps(
        self, earlier: SnapshotAnalysis | None, analysis: SnapshotAnalysis
    ) -> dict[tuple[int, int], float]:
        if earlier is None:
            return {}

        def measured() -> dict[tuple[int, int], float]:
            return overlaps_km2(earlier.enclaves, analysis.enclaves, self._geodesy, self._feedback)

        if self._memory is None:
            return measured()
        return self._memory.of_pair("overlaps", earlier, analysis, measured)

    def _shares(
        self, holders: Holders, analysis: SnapshotAnalysis, enclave: Enclave
    ) -> tuple[Share, ...]:
        """Return who holds on the date of `analysis` what is an enclave on another."""
        ground, faction = enclave.geometry, enclave.faction
        if self._memory is None:
            return holders.shares(ground, faction)
        return self._memory.of_ground(
            ground, faction, analysis, lambda: holders.shares(ground, faction)
        )

    # ---- looking back -------------------------------------------------------------

    def _followed(
        self,
        analysis: SnapshotAnalysis,
        date: datetime,
        links: Sequence[Link],
        overlaps: dict[tuple[int, int], float],
    ) -> dict[int, TracedEnclave]:
        before = self._analysis.enclaves if self._analysis is not None else ()
        ids_before = {number: traced.enclave_id for number, traced in self._traced.items()}
        inherited = assigned_ids(links, before, ids_before)
        earlier_km2 = {each.enclave_id: each.enclave.area_km2 for each in self._traced.values()}
        of_child: dict[int, list[Link]] = defaultdict(list)
        for link in links:
            of_child[link.child].append(link)
        kept_km2: dict[int, float] = defaultdict(float)
        for (_, child), km2 in overlaps.items():
            kept_km2[child] += km2
        result = {}
        for number, enclave in enumerate(analysis.enclaves):
            if enclave.area_km2 < self._min_area_km2:
                continue
            self._feedback.check()
            own = of_child[number]
            parents = _relatives(
                [(ids_before[link.parent], link.overlap_km2) for link in own], enclave.area_km2
            )
            traced = self._traced_enclave(
                enclave,
                date,
                inherited.get(number),
                parents,
                self._lineage(own, links),
                earlier_km2,
            )
            lacks_km2 = enclave.area_km2 - kept_km2[number]
            if self._holders and self._analysis and lacks_km2 >= NOTHING_KM2:
                gained = self._shares(self._holders, self._analysis, enclave)
                traced = replace(traced, gained_from=gained)
            result[number] = traced
        return result

    def _lineage(self, own: Sequence[Link], links: Sequence[Link]) -> Kind | None:
        if self._analysis is None:
            return None
        if not own:
            return Kind.APPEARED
        if len(own) > 1:
            return Kind.MERGED
        siblings = [link for link in links if link.parent == own[0].parent]
        return Kind.SPLIT if len(siblings) > 1 else Kind.CONTINUED

    def _traced_enclave(
        self,
        enclave: Enclave,
        date: datetime,
        inherited: int | None,
        parents: tuple[Relative, ...],
        lineage: Kind | None,
        earlier_km2: Mapping[int, float],
    ) -> TracedEnclave:
        enclave_id = inherited
        if enclave_id is None:
            enclave_id = self._next_id
            self._next_id += 1
            self._starts[enclave_id] = _Start(date, enclave.area_km2)
        start = self._starts[enclave_id]
        return TracedEnclave(
            enclave=enclave,
            enclave_id=enclave_id,
            lineage=lineage,
            parents=parents,
            predecessor=self._predecessor(enclave) if lineage is Kind.APPEARED else None,
            first_date=start.date,
            age_days=(date - start.date).total_seconds() / _SECONDS_A_DAY,
            change_km2=None
            if self._analysis is None
            else enclave.area_km2 - earlier_km2.get(enclave_id, 0.0),
            change_first_km2=enclave.area_km2 - start.area_km2,
        )

    def _predecessor(self, enclave: Enclave) -> int | None:
        """Return the enclave that vanished where this one appeared; the last one of several."""
        best: tuple[float, int] | None = None
        for number, gone in enumerate(self._vanished[enclave.faction]):
            common = shapely.intersection(gone.enclave.geometry, enclave.geometry)
            overlap_km2 = float(self._geodesy.area_km2([ground_of(common)])[0])
            smaller_km2 = min(gone.enclave.area_km2, enclave.area_km2)
            if self._rule.holds(overlap_km2, smaller_km2):
                # equal to a hundredth of a km2 is equal: then the last one that vanished
                best = max(best or (-1.0, -1), (round(overlap_km2, 2), number))
        return None if best is None else self._vanished[enclave.faction][best[1]].enclave_id

    # ---- looking ahead ------------------------------------------------------------

    def _with_fate(
        self,
        traced: TracedEnclave,
        number: int,
        links: Sequence[Link],
        overlaps: dict[tuple[int, int], float],
        new: dict[int, TracedEnclave],
        shares: Callable[[Enclave], tuple[Share, ...]],
    ) -> TracedEnclave:
        self._feedback.check()
        own = [link for link in links if link.parent == number]
        area_km2 = traced.enclave.area_km2
        children = _relatives(
            [(new[link.child].enclave_id, link.overlap_km2) for link in own], area_km2
        )
        kept_km2 = sum(km2 for (parent, _), km2 in overlaps.items() if parent == number)
        lost: tuple[Share, ...] = ()
        if area_km2 - kept_km2 >= NOTHING_KM2:
            lost = shares(traced.enclave)
        return replace(traced, fate=_fate(own, links), children=children, lost_to=lost)


def _fate(own: Sequence[Link], links: Sequence[Link]) -> Kind:
    if not own:
        return Kind.VANISHED
    if len(own) > 1:
        return Kind.SPLIT
    mates = [link for link in links if link.child == own[0].child]
    return Kind.MERGED if len(mates) > 1 else Kind.CONTINUED


def _relatives(found: Sequence[tuple[int, float]], area_km2: float) -> tuple[Relative, ...]:
    relatives = (
        Relative(enclave_id, overlap_km2, 100.0 * overlap_km2 / area_km2)
        for enclave_id, overlap_km2 in found
    )
    return tuple(sorted(relatives, key=lambda each: (-each.overlap_km2, each.enclave_id)))
