"""The enclaves of a series, each followed through time under an id that it keeps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Iterable, Iterator, Mapping, Sequence

from .lineage import Kind, Link, LinkRule, Relative, assigned_ids, links_among
from .occurrence import dated
from .relations import Relations
from .takers import NOTHING_KM2, Share
from .vanished import Vanished

if TYPE_CHECKING:
    from datetime import datetime

    from .feedback import Feedback
    from .geodesy import Geodesy
    from .memory import SeriesMemory
    from .model import Enclave
    from .moved import MovedGround
    from .polygons import PolygonStore
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
    hold the enclaves that are too small to be followed. `moved` is the ground that changed hands;
    None where that is not known.
    """

    analysis_before: SnapshotAnalysis | None
    analysis: SnapshotAnalysis
    before: tuple[TracedEnclave, ...]
    after: tuple[TracedEnclave, ...]
    moved: tuple[MovedGround, ...] | None = field(default=None, repr=False)


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
    store: PolygonStore | None = None,
) -> Iterator[Step]:
    """Follow the enclaves through the snapshots; yield one step a date.

    Parameters
    ----------
    analyses : of all dates, in order
    rule : what overlap makes parent and child
    min_area_km2 : smaller enclaves, and any under a square metre, are not followed; their
        ground still counts as held
    memory : that surveyed the analyses; overlaps that it knows are not measured again
    store : of the polygons of the analyses; with it only those that changed are looked at

    Raises
    ------
    DateError
        When the series has no dates.
    """
    relations = Relations(geodesy, feedback, store=store, memory=memory)
    tracer = _Tracer(relations, Vanished(geodesy, rule), rule, min_area_km2, feedback)
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
        relations: Relations,
        vanished: Vanished,
        rule: LinkRule,
        min_area_km2: float,
        feedback: Feedback,
    ) -> None:
        self._relations = relations
        self._vanished = vanished
        self._rule = rule
        self._min_area_km2 = max(min_area_km2, LEAST_FOLLOWED_KM2)
        self._feedback = feedback
        self._next_id = 1
        self._starts: dict[int, _Start] = {}
        self._analysis: SnapshotAnalysis | None = None
        self._traced: dict[int, TracedEnclave] = {}

    def step(self, analysis: SnapshotAnalysis) -> Step:
        """Take in the next date."""
        date = dated(analysis)
        earlier, old = self._analysis, self._traced
        before = earlier.enclaves if earlier is not None else ()
        after = analysis.enclaves
        self._relations.go_on_to(analysis)
        overlaps = self._relations.overlaps()
        links = links_among(
            overlaps, before, after, rule=self._rule, min_area_km2=self._min_area_km2
        )
        ties = _Ties(links, overlaps)
        new = self._followed(analysis, date, ties)
        done = {
            number: self._with_fate(traced, number, ties, new) for number, traced in old.items()
        }
        for traced in done.values():
            if traced.fate is Kind.VANISHED:
                self._vanished.add(traced.enclave_id, traced.enclave)
        self._analysis, self._traced = analysis, new
        moved = self._relations.moved
        return Step(earlier, analysis, tuple(done.values()), tuple(new.values()), moved)

    # ---- looking back -------------------------------------------------------------

    def _followed(
        self,
        analysis: SnapshotAnalysis,
        date: datetime,
        ties: _Ties,
    ) -> dict[int, TracedEnclave]:
        before = self._analysis.enclaves if self._analysis is not None else ()
        ids_before = {number: traced.enclave_id for number, traced in self._traced.items()}
        inherited = assigned_ids(ties.links, before, ids_before)
        earlier_km2 = {each.enclave_id: each.enclave.area_km2 for each in self._traced.values()}
        result = {}
        for number, enclave in enumerate(analysis.enclaves):
            if enclave.area_km2 < self._min_area_km2:
                continue
            self._feedback.check()
            own = ties.of_child[number]
            parents = _relatives(
                [(ids_before[link.parent], link.overlap_km2) for link in own], enclave.area_km2
            )
            traced = self._traced_enclave(
                enclave,
                date,
                inherited.get(number),
                parents,
                self._lineage(own, ties),
                earlier_km2,
            )
            lacks_km2 = enclave.area_km2 - ties.kept_after_km2[number]
            if self._analysis and lacks_km2 >= NOTHING_KM2:
                traced = replace(traced, gained_from=self._relations.gained(number))
            result[number] = traced
        return result

    def _lineage(self, own: Sequence[Link], ties: _Ties) -> Kind | None:
        if self._analysis is None:
            return None
        if not own:
            return Kind.APPEARED
        if len(own) > 1:
            return Kind.MERGED
        return Kind.SPLIT if len(ties.of_parent[own[0].parent]) > 1 else Kind.CONTINUED

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
            predecessor=self._vanished.predecessor(enclave) if lineage is Kind.APPEARED else None,
            first_date=start.date,
            age_days=(date - start.date).total_seconds() / _SECONDS_A_DAY,
            change_km2=None
            if self._analysis is None
            else enclave.area_km2 - earlier_km2.get(enclave_id, 0.0),
            change_first_km2=enclave.area_km2 - start.area_km2,
        )

    # ---- looking ahead ------------------------------------------------------------

    def _with_fate(
        self,
        traced: TracedEnclave,
        number: int,
        ties: _Ties,
        new: dict[int, TracedEnclave],
    ) -> TracedEnclave:
        self._feedback.check()
        own = ties.of_parent[number]
        area_km2 = traced.enclave.area_km2
        children = _relatives(
            [(new[link.child].enclave_id, link.overlap_km2) for link in own], area_km2
        )
        lost: tuple[Share, ...] = ()
        if area_km2 - ties.kept_before_km2[number] >= NOTHING_KM2:
            lost = self._relations.lost(number)
        return replace(traced, fate=_fate(own, ties), children=children, lost_to=lost)


class _Ties:
    """What enclaves of two dates have to do with each other, by their numbers."""

    def __init__(
        self, links: Sequence[Link], overlaps_km2: Mapping[tuple[int, int], float]
    ) -> None:
        self.links = links
        self.of_parent: dict[int, list[Link]] = defaultdict(list)
        self.of_child: dict[int, list[Link]] = defaultdict(list)
        for link in links:
            self.of_parent[link.parent].append(link)
            self.of_child[link.child].append(link)
        self.kept_before_km2: dict[int, float] = defaultdict(float)
        self.kept_after_km2: dict[int, float] = defaultdict(float)
        for (one, two), km2 in overlaps_km2.items():
            self.kept_before_km2[one] += km2
            self.kept_after_km2[two] += km2


def _fate(own: Sequence[Link], ties: _Ties) -> Kind:
    if not own:
        return Kind.VANISHED
    if len(own) > 1:
        return Kind.SPLIT
    return Kind.MERGED if len(ties.of_child[own[0].child]) > 1 else Kind.CONTINUED


def _relatives(found: Sequence[tuple[int, float]], area_km2: float) -> tuple[Relative, ...]:
    relatives = (
        Relative(enclave_id, overlap_km2, 100.0 * overlap_km2 / area_km2)
        for enclave_id, overlap_km2 in found
    )
    return tuple(sorted(relatives, key=lambda each: (-each.overlap_km2, each.enclave_id)))
