"""The headline of a bulletin: the most important thing that happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bulletinfacts import (
    ContactLost,
    EnclaveEvent,
    EnclaveLost,
    Fact,
    GroundMoved,
    Headline,
    PresenceEnded,
)
from .bulletinnews import whole_km2

if TYPE_CHECKING:
    from .bulletinnews import News
    from .bulletinrows import Material, RowMaker

__all__ = ["headline_of"]

_LEAST_MOVE_KM2 = 0.1


def headline_of(material: Material, news: News, rows: RowMaker) -> Headline:
    """Return the headline of one faction, or that of the faction with the gravest one."""
    if material.faction is not None:
        return _of_faction(material, material.faction, news)
    candidates = [_of_faction(material, faction, news) for faction in material.factions]
    grave = ("all_lost", "largest_lost", "contact_lost", "presence_ended")
    found = [each for each in candidates if each.what in grave]
    if found:
        return min(found, key=lambda each: (grave.index(each.what), -_size(each), each.faction))
    for key, km2 in rows.moved_km2.items():
        if km2 >= _LEAST_MOVE_KM2:
            area = whole_km2(km2, rows.move_anchor(key))
            return Headline("moved", " + ".join(key[0]), area, " + ".join(key[1]))
    return Headline("same", "")


def _of_faction(material: Material, faction: str, news: News) -> Headline:
    holds = [
        any(each.faction == faction for each in analysis.enclaves) if analysis else False
        for analysis in (material.step.analysis_before, material.step.analysis)
    ]
    moved = news.moved(faction)
    if not any(holds):
        return Headline("nothing", faction)
    if not holds[1]:
        return _with_most_moved("all_lost", faction, moved, lost=True)
    if not holds[0]:
        return _with_most_moved("began", faction, moved, lost=False)
    facts = news.headline_facts(faction)
    grave = _grave(faction, facts)
    if grave is not None:
        return grave
    if moved is None:
        return _without_ground(faction, news)
    lost_km2, gained_km2 = (_value(each) for each in (moved.lost, moved.gained))
    is_loss = lost_km2 >= gained_km2
    return _with_most_moved("lost" if is_loss else "gained", faction, moved, lost=is_loss)


def _grave(faction: str, facts: list[Fact]) -> Headline | None:
    contacts = tuple(fact.border for fact in facts if isinstance(fact, ContactLost))
    provinces = tuple(fact.province for fact in facts if isinstance(fact, PresenceEnded))
    for fact in facts:
        if isinstance(fact, EnclaveLost) and fact.is_largest:
            taker = fact.takers[0].name if fact.takers else ""
            return Headline("largest_lost", faction, fact.area, taker, contacts)
    if contacts:
        return Headline("contact_lost", faction, contacts=contacts, provinces=provinces)
    if provinces:
        return Headline("presence_ended", faction, provinces=provinces)
    return None


def _without_ground(faction: str, news: News) -> Headline:
    """Return a headline where no ground was gained or lost, but something may have happened."""
    facts = news.headline_facts(faction)
    for fact in facts:
        if isinstance(fact, EnclaveEvent) and fact.what == "encircled" and fact.others:
            return Headline("encircled", faction, fact.area, " + ".join(fact.others))
    return Headline("steady" if facts else "same", faction)


def _with_most_moved(what: str, faction: str, moved: GroundMoved | None, *, lost: bool) -> Headline:
    """Return a headline with the ground that moved and, where all went one way, whose it is."""
    if moved is None:
        return Headline(what, faction)
    area, others = (moved.lost, moved.takers) if lost else (moved.gained, moved.givers)
    return Headline(what, faction, area, others[0].name if len(others) == 1 else "")


def _size(headline: Headline) -> float:
    figures = [headline.area, *(each.length for each in headline.contacts)]
    return max((_value(each) for each in figures), default=0.0)


def _value(figure: object) -> float:
    value = getattr(figure, "value", 0.0)
    return float(value) if isinstance(value, (int, float)) else 0.0
