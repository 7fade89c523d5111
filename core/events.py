"""What happened between two dates, found in the lineage, on the border and on the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator, Sequence

import shapely

from . import sentences
from .contactchanges import Flag, faction_contact
from .contacttext import change_text
from .groundevents import place_events, presence_events
from .lineage import Kind
from .model import Status
from .occurrence import Event, EventKind, dated
from .stretches import LEAST_CONTACT_KM
from .takers import NOTHING_KM2

if TYPE_CHECKING:
    from .feedback import Feedback
    from .geography import Geography
    from .history import Step, TracedEnclave
    from .model import Enclave
    from .stretches import BorderRuler, Stretch
    from .takers import Share

__all__ = ["LARGEST_KEPT_PCT", "events_of", "told_once"]

LARGEST_KEPT_PCT = 10.0
"""A main area is lost when its faction still holds less than this share of it."""

_ORDER = {kind: number for number, kind in enumerate(EventKind)}
_CUT_OFF = (Status.ENCIRCLED, Status.BESIEGED)


def events_of(
    step: Step,
    geography: Geography,
    ruler: BorderRuler,
    *,
    min_presence_km2: float,
    feedback: Feedback,
) -> tuple[Event, ...]:
    """Return what happened between the two dates of a step; nothing on the first date.

    Parameters
    ----------
    step : its enclaves must list every province that they have ground in
    ruler : of the same geography
    min_presence_km2 : less ground of a faction in a province is no presence
    """
    if step.analysis_before is None:
        return ()
    found = [
        *_lineage_events(step),
        *_encircled_events(step),
        *_relieved_events(step),
        *_contact_events(step, ruler, feedback),
        *presence_events(step, geography, min_presence_km2, feedback),
        *place_events(step, geography, feedback),
    ]
    return tuple(
        sorted(
            found,
            key=lambda event: (
                _ORDER[event.kind],
                event.faction,
                event.where,
                event.enclave_id or 0,
                event.other,
            ),
        )
    )


def told_once(events: Sequence[Event]) -> tuple[Event, ...]:
    """Return the events without the second of two that tell one loss.

    When a main area vanishes there are both `largest_lost` and `vanished`, as either may be
    looked for; a text that lists events needs the first alone.
    """
    largest = {event.enclave_id for event in events if event.kind is EventKind.LARGEST_LOST}
    return tuple(
        event
        for event in events
        if event.kind is not EventKind.VANISHED or event.enclave_id not in largest
    )


def _lineage_events(step: Step) -> Iterator[Event]:
    before = {traced.enclave_id: traced for traced in step.before}
    after = {traced.enclave_id: traced for traced in step.after}
    for old in step.before:
        enclave = old.enclave
        kept_km2 = max(enclave.area_km2 - old.lost_km2, 0.0)
        if enclave.main and kept_km2 < LARGEST_KEPT_PCT / 100.0 * enclave.area_km2:
            text = sentences.largest_lost_text(
                enclave.faction, enclave.area_km2, _where(enclave), old.lost_to, _shown(kept_km2)
            )
            yield _of(step, EventKind.LARGEST_LOST, old, text, _first(old.lost_to))
        if old.fate is Kind.VANISHED:
            text = sentences.vanished_text(
                enclave.faction,
                enclave.area_km2,
                _where(enclave),
                old.lost_to,
                _shown(kept_km2),
                was_largest=enclave.main,
            )
            yield _of(step, EventKind.VANISHED, old, text, _first(old.lost_to))
        if old.fate is Kind.SPLIT:
            heirs_km2 = [after[child.enclave_id].enclave.area_km2 for child in old.children]
            text = sentences.split_text(
                enclave.faction,
                enclave.area_km2,
                _where(enclave),
                sorted(heirs_km2, reverse=True),
            )
            yield _of(step, EventKind.SPLIT, old, text, _first(old.lost_to))
    for new in step.after:
        enclave = new.enclave
        if new.lineage is Kind.APPEARED:
            text = sentences.appeared_text(
                enclave.faction, enclave.area_km2, _where(enclave), new.gained_from, new.predecessor
            )
            yield _of(step, EventKind.APPEARED, new, text, _first(new.gained_from))
        if new.lineage is Kind.MERGED:
            parents_km2 = [before[parent.enclave_id].enclave.area_km2 for parent in new.parents]
            text = sentences.merged_text(
                enclave.faction,
                enclave.area_km2,
                _where(enclave),
                sorted(parents_km2, reverse=True),
            )
            yield _of(step, EventKind.MERGED, new, text, "")


def _encircled_events(step: Step) -> Iterator[Event]:
    before = {traced.enclave_id: traced.enclave for traced in step.before}
    for new in step.after:
        enclave = new.enclave
        if enclave.status in _CUT_OFF and any(
            before[parent.enclave_id].status not in _CUT_OFF for parent in new.parents
        ):
            text = sentences.encircled_text(
                enclave.faction, enclave.area_km2, _where(enclave), enclave.enclosed_by
            )
            yield _of(step, EventKind.ENCIRCLED, new, text, "; ".join(enclave.enclosed_by))


def _relieved_events(step: Step) -> Iterator[Event]:
    """Yield enclaves that were cut off, and of which something goes on that is not."""
    after = {traced.enclave_id: traced.enclave for traced in step.after}
    for old in step.before:
        enclave = old.enclave
        still = [after[child.enclave_id].status in _CUT_OFF for child in old.children]
        if enclave.status in _CUT_OFF and not all(still):
            text = sentences.relieved_text(
                enclave.faction,
                enclave.area_km2,
                _where(enclave),
                enclave.enclosed_by,
                is_part=any(still),
            )
            yield _of(step, EventKind.RELIEVED, old, text, "; ".join(enclave.enclosed_by))


def _contact_events(step: Step, ruler: BorderRuler, feedback: Feedback) -> Iterator[Event]:
    before = step.analysis_before.enclaves if step.analysis_before is not None else ()
    after = step.analysis.enclaves
    had, have = _in_contact(before), _in_contact(after)
    for kind, flag, pairs, enclaves, traced in (
        (EventKind.CONTACT_LOST, Flag.LOST, had - have, before, step.before),
        (EventKind.CONTACT_GAINED, Flag.GAINED, have - had, after, step.after),
    ):
        for faction, neighbour in sorted(pairs):
            feedback.check()
            change = faction_contact(step, ruler, faction, neighbour)
            if change.flag is not flag:  # nothing but crumbs
                continue
            stretch = ruler.stretch(_of_faction(enclaves, faction), neighbour)
            along = _along(traced, faction, neighbour)
            yield Event(
                kind=kind,
                date_before=change.date_before,
                date=change.date,
                faction=faction,
                enclave_id=None if along is None else along.enclave_id,
                other=next((other.name for other in change.now_along if other.name), ""),
                where=neighbour,
                km2=None,
                km=change.before_km if kind is EventKind.CONTACT_LOST else change.after_km,
                text=change_text(change),
                geometry=_middle(ruler, stretch, neighbour),
            )


def _in_contact(enclaves: Sequence[Enclave]) -> set[tuple[str, str]]:
    """Return the factions with the neighbours that they have contact with."""
    return {
        (enclave.faction, contact.neighbour)
        for enclave in enclaves
        for contact in enclave.contacts
        if contact.length_km >= LEAST_CONTACT_KM
    }


def _of_faction(enclaves: Sequence[Enclave], faction: str) -> list[Enclave]:
    return [enclave for enclave in enclaves if enclave.faction == faction]


def _along(traced: Sequence[TracedEnclave], faction: str, neighbour: str) -> TracedEnclave | None:
    """Return the enclave with the longest contact; None when only small ones have any."""
    lengths = [
        (contact.length_km, -each.enclave_id, each)
        for each in traced
        if each.enclave.faction == faction
        for contact in each.enclave.contacts
        if contact.neighbour == neighbour
    ]
    return max(lengths)[2] if lengths else None


def _middle(ruler: BorderRuler, stretch: Stretch, neighbour: str) -> shapely.Geometry:
    lines = shapely.get_parts(ruler.geometry(stretch, neighbour))
    longest = lines[shapely.length(lines).argmax()]
    return shapely.line_interpolate_point(longest, 0.5, normalized=True)


def _of(step: Step, kind: EventKind, traced: TracedEnclave, text: str, other: str) -> Event:
    return Event(
        kind=kind,
        date_before=dated(step.analysis_before),
        date=dated(step.analysis),
        faction=traced.enclave.faction,
        enclave_id=traced.enclave_id,
        other=other,
        where=_where(traced.enclave),
        km2=traced.enclave.area_km2,
        km=None,
        text=text,
        geometry=shapely.point_on_surface(traced.enclave.geometry),
    )


def _where(enclave: Enclave) -> str:
    """Return the province that most of an enclave lies in."""
    return enclave.provinces[0].name if enclave.provinces else ""


def _first(shares: Sequence[Share]) -> str:
    """Return who has the largest share, nobody left aside."""
    return next((share.label for share in shares if share.factions), "")


def _shown(area_km2: float) -> float:
    return area_km2 if area_km2 >= NOTHING_KM2 else 0.0
