"""The figures of an enclave and of a date in words, for table cells and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Mapping, Sequence

from .i18n import tr

if TYPE_CHECKING:
    from .model import Enclave

__all__ = [
    "border_with_text",
    "contacts_text",
    "enclosed_by_text",
    "neighbours_text",
    "places_text",
    "provinces_text",
    "summary_lines",
]

_SEPARATOR = "; "

ContactLengths = Callable[[Sequence["Enclave"]], Mapping[str, float]]


def border_with_text(enclave: Enclave) -> str:
    """Return the border contact of an enclave in km: `Iraq 85.0; Turkey 3.2`."""
    return _SEPARATOR.join(
        f"{contact.neighbour} {contact.length_km:.1f}" for contact in enclave.contacts
    )


def neighbours_text(enclave: Enclave) -> str:
    """Return whom an enclave's perimeter faces: `Syrian government 61 %; ...`."""
    return _SEPARATOR.join(
        f"{front.faction} {_percent(front.share_pct)}" for front in enclave.fronts
    )


def provinces_text(enclave: Enclave) -> str:
    """Return the provinces that an enclave lies in: `Deir ez-Zor 97 %; Homs 3 %`."""
    return _SEPARATOR.join(
        f"{share.name} {_percent(share.share_pct)}" for share in enclave.provinces
    )


def places_text(enclave: Enclave) -> str:
    """Return the names of the places inside an enclave."""
    return _SEPARATOR.join(enclave.places)


def enclosed_by_text(enclave: Enclave) -> str:
    """Return the factions around an encircled or besieged enclave."""
    return _SEPARATOR.join(enclave.enclosed_by)


def contacts_text(lengths_km: Mapping[str, float]) -> str:
    """Return border contact by neighbour in words: `Iraq 85.0 km, Turkey 3.2 km`."""
    return ", ".join(f"{neighbour} {km:,.1f} km" for neighbour, km in lengths_km.items())


def summary_lines(
    enclaves: Sequence[Enclave], home_label: str, lengths_km: ContactLengths
) -> list[str]:
    """Return one plain line a faction: its ground on one date, the largest faction first.

    Parameters
    ----------
    enclaves : all enclaves of one date
    home_label : what shares are of, for instance `Syria`
    lengths_km : gives the border contact of enclaves together, by neighbour
    """
    factions: dict[str, list[Enclave]] = {}
    for enclave in enclaves:
        factions.setdefault(enclave.faction, []).append(enclave)
    areas_km2 = {faction: sum(e.area_km2 for e in own) for faction, own in factions.items()}
    largest_first = sorted(factions, key=lambda faction: (-areas_km2[faction], faction))
    return [
        _summary_line(faction, factions[faction], home_label, lengths_km(factions[faction]))
        for faction in largest_first
    ]


def _summary_line(
    faction: str, enclaves: Sequence[Enclave], home_label: str, lengths_km: Mapping[str, float]
) -> str:
    area_km2 = sum(enclave.area_km2 for enclave in enclaves)
    shares_pct = [e.share_country_pct for e in enclaves if e.share_country_pct is not None]
    share = ""
    if len(shares_pct) == len(enclaves):
        share = tr(", {share} of {country}").format(
            share=_percent(sum(shares_pct), digits=1), country=home_label
        )
    largest_km2 = max(enclave.area_km2 for enclave in enclaves)
    if len(enclaves) == 1:
        pieces = tr("1 enclave")
    else:
        pieces = tr("{count} enclaves, the largest {largest:,.1f} km2").format(
            count=len(enclaves), largest=largest_km2
        )
    contacts = contacts_text(lengths_km)
    border = (
        tr("border: {contacts}").format(contacts=contacts) if contacts else tr("no border contact")
    )
    return tr("{faction}: {area:,.1f} km2{share}; {pieces}; {border}").format(
        faction=faction, area=area_km2, share=share, pieces=pieces, border=border
    )


def _percent(share_pct: float, *, digits: int = 0) -> str:
    """Return a share; one too small to show is `<1 %`, never a false zero."""
    smallest = 10.0**-digits
    if 0.0 < share_pct < smallest / 2.0:
        return f"<{smallest:.{digits}f} %"
    return f"{share_pct:.{digits}f} %"
