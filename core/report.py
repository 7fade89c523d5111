"""The finding of a date: one sentence with the most important thing that is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Sequence

from .dates import format_date
from .i18n import tr
from .occurrence import EventKind
from .sentences import kilometres, square_kilometres
from .takers import NOTHING_KM2

if TYPE_CHECKING:
    from datetime import datetime

    from .changes import Transition
    from .holders import Holders
    from .model import Enclave
    from .occurrence import Event

__all__ = ["finding_of_first", "finding_of_step", "nobody_holds"]

_MOST_LISTED = 3


def finding_of_first(enclaves: Sequence[Enclave], home_names: Sequence[str] = ()) -> str:
    """Return who holds most on a date that nothing is known before.

    Parameters
    ----------
    enclaves : all of the date
    home_names : what their shares are of
    """
    if not enclaves:
        return tr("Nobody holds anything.")
    areas_km2: dict[str, float] = {}
    for enclave in enclaves:
        areas_km2[enclave.faction] = areas_km2.get(enclave.faction, 0.0) + enclave.area_km2
    faction = min(areas_km2, key=lambda name: (-areas_km2[name], name))
    shares_pct = [each.share_country_pct for each in enclaves if each.faction == faction]
    known_pct = [share for share in shares_pct if share is not None]
    area = square_kilometres(areas_km2[faction])
    if not home_names or len(known_pct) < len(shares_pct):
        return tr("{faction} holds most: {area}.").format(faction=faction, area=area)
    return tr("{faction} holds most: {area}, {share:.1f} % of {country}.").format(
        faction=faction, area=area, share=sum(known_pct), country=_and(home_names)
    )


def finding_of_step(
    events: Sequence[Event], transitions: Iterable[Transition], date_before: datetime | None
) -> str:
    """Return the most important thing that happened since the date before.

    In this order: a largest enclave that was lost, border contact that was lost, presence that
    ended, each the largest of its kind and told with what else of these its faction lost; else
    who gained most from whom.

    Parameters
    ----------
    events, transitions : of the step that ends on the date
    """
    for kind, tell in (
        (EventKind.LARGEST_LOST, _largest_lost),
        (EventKind.CONTACT_LOST, _contact_lost),
        (EventKind.PRESENCE_ENDED, _presence_ended),
    ):
        found = [event for event in events if event.kind is kind]
        if found:
            worst = min(found, key=lambda event: (-_figure(event), event.faction, event.where))
            return tell(worst, [event for event in events if event.faction == worst.faction])
    return _largest_change(transitions, date_before)


def nobody_holds(date: datetime) -> str:
    """Return the finding of a date from which nobody holds anything."""
    return tr("Nobody holds anything from {date} on.").format(date=format_date(date))


def _largest_lost(event: Event, events: Sequence[Event]) -> str:
    values = {
        "faction": event.faction,
        "area": square_kilometres(event.km2 or 0.0),
        "taker": event.other,
        "contacts": _contacts(events),
    }
    if event.other and values["contacts"]:
        text = tr(
            "{faction} lost its largest enclave ({area}) to {taker}, and its contact with "
            "{contacts}."
        )
    elif event.other:
        text = tr("{faction} lost its largest enclave ({area}) to {taker}.")
    elif values["contacts"]:
        text = tr("{faction} lost its largest enclave ({area}), and its contact with {contacts}.")
    else:
        text = tr("{faction} lost its largest enclave ({area}).")
    return text.format(**values)


def _contact_lost(event: Event, events: Sequence[Event]) -> str:
    provinces = _provinces(events)
    if provinces:
        text = tr("{faction} lost its contact with {contacts}, and all presence in {provinces}.")
    else:
        text = tr("{faction} lost its contact with {contacts}.")
    return text.format(faction=event.faction, contacts=_contacts(events), provinces=provinces)


def _presence_ended(event: Event, events: Sequence[Event]) -> str:
    return tr("{faction} lost all presence in {provinces}.").format(
        faction=event.faction, provinces=_provinces(events)
    )


def _contacts(events: Sequence[Event]) -> str:
    """Return the neighbours that contact was lost with: `Iraq (85.0 km before)`."""
    lost = [event for event in events if event.kind is EventKind.CONTACT_LOST]
    return _listed(
        tr("{neighbour} ({length} before)").format(
            neighbour=event.where, length=kilometres(event.km or 0.0)
        )
        for event in sorted(lost, key=lambda event: (-_figure(event), event.where))
    )


def _provinces(events: Sequence[Event]) -> str:
    ended = [event for event in events if event.kind is EventKind.PRESENCE_ENDED]
    return _listed(
        tr("{province} ({area} before)").format(
            province=event.where, area=square_kilometres(event.km2 or 0.0)
        )
        for event in sorted(ended, key=lambda event: (-_figure(event), event.where))
    )


def _largest_change(transitions: Iterable[Transition], date_before: datetime | None) -> str:
    sums_km2: dict[tuple[Holders, Holders], float] = {}
    for each in transitions:
        if not each.is_redraw:
            key = each.before, each.after
            sums_km2[key] = sums_km2.get(key, 0.0) + each.area_km2
    if sum(sums_km2.values()) < NOTHING_KM2:
        return tr("No change since {date}.").format(date=format_date(date_before))
    # ground that went from one faction to another says more than as much that the layer gave to
    # none, which may be held by whoever the layer does not draw
    before, after = min(sums_km2, key=lambda key: (-sums_km2[key], not all(key), key))
    area = square_kilometres(sums_km2[before, after])
    if not before:
        return tr("The largest change: {gainer} gained {area} that was unassigned.").format(
            gainer=_holders(after), area=area
        )
    if not after:
        return tr("The largest change: {loser} lost {area} that is unassigned now.").format(
            loser=_holders(before), area=area
        )
    if set(before) < set(after):
        return tr("The largest change: {area} held by {before} became contested: {after}.").format(
            before=_holders(before), after=_holders(after), area=area
        )
    if set(after) < set(before):
        return tr(
            "The largest change: {after} now holds alone {area} that was contested: {before}."
        ).format(after=_holders(after), area=area, before=_holders(before))
    return tr("The largest change: {gainer} gained {area} from {loser}.").format(
        gainer=_holders(after), area=area, loser=_holders(before)
    )


def _holders(holders: Holders) -> str:
    return " + ".join(holders)


def _figure(event: Event) -> float:
    return event.km2 or event.km or 0.0


def _listed(parts: Iterable[str]) -> str:
    """Return the first few parts with "and" before the last, and how many more there are."""
    found = list(parts)
    if len(found) > _MOST_LISTED:
        more = tr("{count} more").format(count=len(found) - _MOST_LISTED + 1)
        found = [*found[: _MOST_LISTED - 1], more]
    return _and(found)


def _and(parts: Sequence[str]) -> str:
    if len(parts) <= 1:
        return "".join(parts)
    return tr("{} and {}").format(", ".join(parts[:-1]), parts[-1])
