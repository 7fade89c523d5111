"""Changes of border contact in words, for table cells and the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable

from .i18n import tr
from .sentences import contact_gained_text, contact_lost_text, kilometres

if TYPE_CHECKING:
    from .contactchanges import Along, ContactChange

__all__ = ["alongs_text", "change_text", "ids_text"]

_SMALLEST_SHOWN_KM = 0.05


def alongs_text(alongs: Iterable[Along]) -> str:
    """Return who lies along a stretch, in km: `Syrian Democratic Forces 84.8; unassigned 1.2`."""
    return "; ".join(
        f"{along.name or tr('unassigned')} {_number(along.length_km)}" for along in alongs
    )


def ids_text(ids: Iterable[int]) -> str:
    """Return the numbers of enclaves: `1; 4`."""
    return "; ".join(str(number) for number in ids)


def change_text(change: ContactChange) -> str:
    """Return what became of a faction's contact, in a sentence."""
    # with shapely behind it, which may be missing when texts are loaded
    from .contactchanges import Flag

    if change.flag is Flag.LOST:
        text = contact_lost_text(
            change.faction, change.neighbour, change.before_km, change.border_dist_km
        )
        if change.now_along:
            text += " " + tr("Now along that border: {} (km).").format(
                alongs_text(change.now_along)
            )
        return text
    if change.flag is Flag.GAINED:
        return contact_gained_text(change.faction, change.neighbour, change.after_km)
    return tr("{faction}, contact with {neighbour}: {before} before, {after} now.").format(
        faction=change.faction,
        neighbour=change.neighbour,
        before=kilometres(change.before_km),
        after=kilometres(change.after_km),
    )


def _number(length_km: float) -> str:
    return "<0.1" if length_km < _SMALLEST_SHOWN_KM else f"{length_km:,.1f}"
