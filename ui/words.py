"""The words of the engine's own terms, for cells and lists: what the user reads for `contact_lost`.

Only values of enumerations are asked for, so that nothing here needs the packages of the engine.
"""

from __future__ import annotations

from ..core.holders import CONTESTED, UNASSIGNED
from ..core.i18n import tr
from ..core.model import SEA, Status
from ..core.occurrence import EventKind

__all__ = ["event_word", "flag_word", "holder_word", "neighbour_word", "status_word"]


def status_word(status: Status) -> str:
    """Return where an enclave stands, in a word."""
    return {
        Status.BORDER: tr("at the border"),
        Status.COAST: tr("at the coast"),
        Status.ENCIRCLED: tr("encircled"),
        Status.BESIEGED: tr("besieged"),
        Status.OPEN: tr("open"),
    }[status]


def event_word(kind: EventKind) -> str:
    """Return what happened, in two or three words."""
    return {
        EventKind.LARGEST_LOST: tr("Largest enclave lost"),
        EventKind.VANISHED: tr("Vanished"),
        EventKind.CONTACT_LOST: tr("Border contact lost"),
        EventKind.PRESENCE_ENDED: tr("Presence ended"),
        EventKind.ENCIRCLED: tr("Encircled"),
        EventKind.SPLIT: tr("Split"),
        EventKind.PLACE_TAKEN: tr("Place taken"),
        EventKind.APPEARED: tr("Appeared"),
        EventKind.MERGED: tr("Merged"),
        EventKind.CONTACT_GAINED: tr("Border contact gained"),
        EventKind.PRESENCE_BEGAN: tr("Presence began"),
        EventKind.RELIEVED: tr("Relieved"),
    }[kind]


def flag_word(flag: str) -> str:
    """Return what became of border contact, by the value of its flag."""
    return {
        "lost": tr("lost"),
        "gained": tr("gained"),
        "shrunk": tr("shrunk"),
        "grown": tr("grown"),
        "kept": tr("kept"),
        "none": tr("none"),
    }[flag]


def holder_word(name: str) -> str:
    """Return who holds ground: factions by their names, the rest in the user's language."""
    if name == UNASSIGNED:
        return tr("unassigned")
    if name.startswith(f"{CONTESTED}: "):
        return tr("contested: {}").format(name[len(CONTESTED) + 2 :])
    return name


def neighbour_word(name: str) -> str:
    """Return the name of a neighbour; the sea's is translated."""
    return tr("sea") if name == SEA else name
