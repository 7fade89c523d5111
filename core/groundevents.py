"""Presence in provinces that began or ended, and places that changed hands."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING, Iterator, Sequence

import numpy as np
import shapely
from shapely import Geometry, STRtree

from . import sentences
from .lineage import ground_of
from .nearby import meeting, meeting_boxes
from .occurrence import Event, EventKind, dated
from .takers import Holders

if TYPE_CHECKING:
    from .feedback import Feedback
    from .geography import Geography
    from .history import Step, TracedEnclave
    from .model import Enclave

__all__ = ["place_events", "presence_events"]

_LAST_DIGITS = 1e-10


def presence_events(
    step: Step, geography: Geography, min_presence_km2: float, feedback: Feedback
) -> Iterator[Event]:
    """Yield the provinces in which a faction came to hold ground, or lost all of it.

    All ground of the faction in the province counts, that of enclaves too small to be
    followed as well.
    """
    before = _held_km2(step.analysis_before.enclaves if step.analysis_before else ())
    after = _held_km2(step.analysis.enclaves)
    shapes = {province.name: province.geometry for province in geography.provinces}
    # with no least at all, ground of any size is presence
    least_km2 = max(min_presence_km2, 1e-6)
    for faction, province in sorted(before.keys() | after.keys()):
        feedback.check()
        old_km2, new_km2 = (held.get((faction, province), 0.0) for held in (before, after))
        if (old_km2 >= least_km2) == (new_km2 >= least_km2):
            continue
        has_ended = old_km2 > new_km2
        traced, analysis = (
            (step.before, step.analysis_before) if has_ended else (step.after, step.analysis)
        )
        own = [each for each in analysis.enclaves if each.faction == faction] if analysis else []
        most = max(own, key=lambda enclave: _within_km2(enclave, province))
        owner = _traced(traced, most)
        yield Event(
            kind=EventKind.PRESENCE_ENDED if has_ended else EventKind.PRESENCE_BEGAN,
            date_before=dated(step.analysis_before),
            date=dated(step.analysis),
            faction=faction,
            enclave_id=None if owner is None else owner.enclave_id,
            other=_taker(step, geography, own, shapes[province], feedback) if has_ended else "",
            where=province,
            km2=old_km2 if has_ended else new_km2,
            km=None,
            text=sentences.presence_ended_text(
                faction, province, old_km2, new_km2, min_presence_km2
            )
            if has_ended
            else sentences.presence_began_text(faction, province, new_km2),
            geometry=_point_within(most.geometry, shapes[province]),
        )


def place_events(step: Step, geography: Geography, feedback: Feedback) -> Iterator[Event]:
    """Yield the places that one faction lost and another holds, or nobody held before.

    A place that a second faction claims is not lost yet: it is when the first is there no
    more, whether the second claimed it before or not.
    """
    if not geography.places:
        return
    before = step.analysis_before.enclaves if step.analysis_before is not None else ()
    numbers = _on_moved_ground(step, geography)
    old_holders = _holders(before, geography, numbers, feedback)
    new_holders = _holders(step.analysis.enclaves, geography, numbers, feedback)
    for number in numbers:
        place = geography.places[number]
        old = {enclave.faction: enclave for enclave in old_holders[number]}
        new = {enclave.faction for enclave in new_holders[number]}
        losers = sorted(old.keys() - new) if old else [""]
        for loser, taker in product(losers, sorted(new - old.keys()) or sorted(new)):
            owner = _traced(step.before, old[loser]) if loser else None
            yield Event(
                kind=EventKind.PLACE_TAKEN,
                date_before=dated(step.analysis_before),
                date=dated(step.analysis),
                faction=loser,
                enclave_id=None if owner is None else owner.enclave_id,
                other=taker,
                where=place.name,
                km2=None,
                km=None,
                text=sentences.place_taken_text(place.name, taker, loser, was_claimed=taker in old),
                geometry=shapely.point_on_surface(place.geometry),
            )


def _held_km2(enclaves: Sequence[Enclave]) -> dict[tuple[str, str], float]:
    held: dict[tuple[str, str], float] = defaultdict(float)
    for enclave in enclaves:
        for share in enclave.provinces:
            held[enclave.faction, share.name] += share.area_km2
    return dict(held)


def _within_km2(enclave: Enclave, province: str) -> float:
    return sum(share.area_km2 for share in enclave.provinces if share.name == province)


def _traced(traced: Sequence[TracedEnclave], enclave: Enclave) -> TracedEnclave | None:
    """Return the traced enclave that `enclave` is; None for one too small to be followed."""
    return next((each for each in traced if each.enclave is enclave), None)


def _taker(
    step: Step,
    geography: Geography,
    lost: Sequence[Enclave],
    province: Geometry,
    feedback: Feedback,
) -> str:
    """Return who holds most of the ground in a province that enclaves had; '' for nobody."""
    grounds = [ground_of(shapely.intersection(each.geometry, province)) for each in lost]
    holders = Holders(step.analysis.enclaves, geography.geodesy, feedback)
    shares = holders.shares(shapely.union_all(grounds), lost[0].faction)
    return next((share.label for share in shares if share.factions), "")


def _point_within(geometry: Geometry, province: Geometry) -> Geometry:
    inside = ground_of(shapely.intersection(geometry, province))
    return shapely.point_on_surface(geometry if inside.is_empty else inside)


def _on_moved_ground(step: Step, geography: Geography) -> list[int]:
    """Return the places that may have changed hands: all, where it is not known what moved."""
    if step.moved is None:
        return list(range(len(geography.places)))
    if not step.moved:
        return []
    places = np.array([place.geometry for place in geography.places], dtype=object)
    moved = np.array([each.geometry for each in step.moved], dtype=object)
    bounds = shapely.bounds(moved)
    # outlines may have been bent by their last digits where they were cut
    reach = _LAST_DIGITS * float(np.abs(bounds).max())
    one, two = meeting_boxes(shapely.bounds(places), bounds + reach * np.array([-1, -1, 1, 1]))
    on_it = shapely.dwithin(places[one], moved[two], reach)
    return [int(number) for number in np.unique(one[on_it])]


def _holders(
    enclaves: Sequence[Enclave], geography: Geography, numbers: Sequence[int], feedback: Feedback
) -> dict[int, list[Enclave]]:
    """Return the enclaves that each of some places lies in."""
    holders: dict[int, list[Enclave]] = {number: [] for number in numbers}
    if not numbers:
        return holders
    points = STRtree([geography.places[number].geometry for number in numbers])
    for enclave in enclaves:
        feedback.check()
        for place in meeting(points, enclave.geometry).tolist():
            holders[numbers[place]].append(enclave)
    return holders
