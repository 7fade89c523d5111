"""The sentences that tell events: all of them here, so that a translator finds them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence

from .i18n import tr
from .lineagetext import holders_text

if TYPE_CHECKING:
    from .takers import Share

__all__ = [
    "appeared_text",
    "contact_gained_text",
    "contact_lost_text",
    "encircled_text",
    "kilometres",
    "largest_lost_text",
    "merged_text",
    "place_taken_text",
    "presence_began_text",
    "presence_ended_text",
    "relieved_text",
    "split_text",
    "square_kilometres",
    "vanished_text",
]

_LEAST_TOLD = 0.05


def square_kilometres(area_km2: float) -> str:
    """Return an area such as `1,670.0 km2`; one too small to show is `<0.1 km2`."""
    return tr("{} km2").format(_number(area_km2))


def kilometres(length_km: float) -> str:
    """Return a length such as `85.0 km`; one too small to show is `<0.1 km`."""
    return tr("{} km").format(_number(length_km))


def appeared_text(
    faction: str, area_km2: float, where: str, held_before: Sequence[Share], predecessor: int | None
) -> str:
    """Tell of an enclave that follows from none."""
    text = tr("{faction} holds a new enclave of {area}{where}.").format(
        faction=faction, area=square_kilometres(area_km2), where=_in(where)
    )
    if held_before:
        text += " " + tr("The ground was held by: {holders} (km2).").format(
            holders=holders_text(_worth_telling(held_before))
        )
    if predecessor is not None:
        text += " " + tr("It lies where enclave {number} vanished.").format(number=predecessor)
    return text


def vanished_text(
    faction: str,
    area_km2: float,
    where: str,
    lost_to: Sequence[Share],
    kept_km2: float,
    *,
    was_largest: bool,
) -> str:
    """Tell of an enclave that nothing follows from; the faction may hold bits of its ground."""
    # the loss of a largest enclave has a sentence of its own: this one must not read as another
    text = (
        tr("The largest enclave of {faction}{where}, {area} before, vanished.")
        if was_largest
        else tr("The enclave of {faction}{where}, {area} before, vanished.")
    ).format(faction=faction, area=square_kilometres(area_km2), where=_in(where))
    return text + _now_held(lost_to) + _still_held(kept_km2)


def largest_lost_text(
    faction: str, area_km2: float, where: str, lost_to: Sequence[Share], kept_km2: float
) -> str:
    """Tell that a faction lost its main area."""
    text = tr("{faction} lost its largest enclave, of {area}{where}.").format(
        faction=faction, area=square_kilometres(area_km2), where=_in(where)
    )
    return text + _now_held(lost_to) + _still_held(kept_km2)


def split_text(faction: str, area_km2: float, where: str, heirs_km2: Sequence[float]) -> str:
    """Tell of an enclave that fell apart."""
    return tr(
        "The enclave of {faction}{where}, {area} before, split into {count}: {parts}."
    ).format(
        faction=faction,
        where=_in(where),
        area=square_kilometres(area_km2),
        count=len(heirs_km2),
        parts=_and([square_kilometres(km2) for km2 in heirs_km2]),
    )


def merged_text(faction: str, area_km2: float, where: str, parents_km2: Sequence[float]) -> str:
    """Tell of enclaves that grew together."""
    return tr("{count} enclaves of {faction} ({parts}) merged into one of {area}{where}.").format(
        count=len(parents_km2),
        faction=faction,
        parts=_and([square_kilometres(km2) for km2 in parents_km2]),
        area=square_kilometres(area_km2),
        where=_in(where),
    )


def contact_lost_text(
    faction: str, neighbour: str, before_km: float, nearest_km: float | None
) -> str:
    """Tell that a faction lies along a border no more."""
    text = tr(
        "{faction} lost contact with {neighbour}: {before} of border before, none now."
    ).format(faction=faction, neighbour=neighbour, before=kilometres(before_km))
    if nearest_km is not None:
        text += " " + tr("Its nearest enclave is {distance} away from there.").format(
            distance=kilometres(nearest_km)
        )
    return text


def contact_gained_text(faction: str, neighbour: str, after_km: float) -> str:
    """Tell that a faction lies along a border that it did not before."""
    return tr("{faction} gained contact with {neighbour}, along {length} of border.").format(
        faction=faction, neighbour=neighbour, length=kilometres(after_km)
    )


def encircled_text(faction: str, area_km2: float, where: str, by: Sequence[str]) -> str:
    """Tell that an enclave was cut off."""
    return tr("The enclave of {faction}{where}, {area}, was encircled by {others}.").format(
        faction=faction, where=_in(where), area=square_kilometres(area_km2), others=_and(by)
    )


def relieved_text(
    faction: str, area_km2: float, where: str, by: Sequence[str], *, is_part: bool
) -> str:
    """Tell that an enclave is cut off no more, or that a part of it is not."""
    text = (
        tr(
            "Part of the enclave of {faction}{where}, {area} before, is no longer encircled by "
            "{others}."
        )
        if is_part
        else tr(
            "The enclave of {faction}{where}, {area} before, is no longer encircled by {others}."
        )
    )
    return text.format(
        faction=faction, where=_in(where), area=square_kilometres(area_km2), others=_and(by)
    )


def presence_began_text(faction: str, province: str, after_km2: float) -> str:
    """Tell that a faction holds ground in a province where it held none."""
    return tr("{faction} now holds ground in {province}: {area}.").format(
        faction=faction, province=province, area=square_kilometres(after_km2)
    )


def presence_ended_text(
    faction: str, province: str, before_km2: float, after_km2: float, least_km2: float
) -> str:
    """Tell that a faction holds no ground in a province any more."""
    text = tr("{faction} lost all presence in {province}: {area} before.").format(
        faction=faction, province=province, area=square_kilometres(before_km2)
    )
    if after_km2 > 0:
        text += " " + tr("What is left, {area}, is under the {least:g} km2 of a presence.").format(
            area=square_kilometres(after_km2), least=least_km2
        )
    return text


def place_taken_text(place: str, taker: str, loser: str, *, was_claimed: bool) -> str:
    """Tell that a place changed hands; `was_claimed`: the taker held it before as well."""
    if not loser:
        return tr("{taker} took {place}, which was unassigned.").format(taker=taker, place=place)
    if was_claimed:
        return tr("{taker} took {place}, which {loser} claimed as well before.").format(
            taker=taker, place=place, loser=loser
        )
    return tr("{taker} took {place} from {loser}.").format(taker=taker, place=place, loser=loser)


def _now_held(lost_to: Sequence[Share]) -> str:
    if not lost_to:
        return ""
    return " " + tr("The ground is now held by: {holders} (km2).").format(
        holders=holders_text(_worth_telling(lost_to))
    )


def _still_held(kept_km2: float) -> str:
    if kept_km2 <= 0:
        return ""
    return " " + tr("It still holds {area} of that ground.").format(
        area=square_kilometres(kept_km2)
    )


def _worth_telling(shares: Sequence[Share]) -> Sequence[Share]:
    """Leave out of a sentence what rounds to nothing beside the rest; the fields have it."""
    large = [share for share in shares if share.area_km2 >= _LEAST_TOLD]
    return large or shares


def _in(where: str) -> str:
    return tr(" in {}").format(where) if where else ""


def _and(parts: Sequence[str]) -> str:
    if len(parts) <= 1:
        return "".join(parts)
    return tr("{} and {}").format(", ".join(parts[:-1]), parts[-1])


def _number(value: float) -> str:
    return "<0.1" if 0.0 < value < _LEAST_TOLD else f"{value:,.1f}"
