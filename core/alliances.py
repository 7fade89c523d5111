"""Alliances: factions that are counted as one."""

from __future__ import annotations

from typing import Iterable, Mapping

from .errors import AllianceError
from .i18n import tr

__all__ = ["alliances_of_pairs", "parse_alliances"]


def parse_alliances(text: str) -> dict[str, str]:
    """Read ``A=B; C=D``: faction A is counted as B, C as D; line breaks part them too.

    Raises
    ------
    AllianceError
        When a part is not of this form, or a faction is given to two alliances.
    """
    pairs = []
    for part in text.replace("\n", ";").split(";"):
        if not part.strip():
            continue
        member, mark, alliance = (piece.strip() for piece in part.partition("="))
        if not (member and mark and alliance):
            raise AllianceError(
                tr(
                    'Alliances: "{}" is not of the form "faction=alliance". '
                    'Write for example "Jaysh Khalid ibn al-Walid=Islamic State; A=B".'
                ).format(part.strip())
            )
        pairs.append((member, alliance))
    return alliances_of_pairs(pairs)


def alliances_of_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the alliance of each member, followed to its end where alliances chain.

    Raises
    ------
    AllianceError
        When a faction is given to two alliances, or alliances run in a circle.
    """
    table: dict[str, str] = {}
    for member, alliance in pairs:
        if table.get(member, alliance) != alliance:
            raise AllianceError(
                tr('Alliances: "{}" is given to both "{}" and "{}". Keep one of them.').format(
                    member, table[member], alliance
                )
            )
        table[member] = alliance
    return {member: _followed(member, table) for member in table}


def _followed(member: str, table: Mapping[str, str]) -> str:
    seen = {member}
    alliance = table[member]
    while alliance in table and table[alliance] != alliance:
        if alliance in seen:
            raise AllianceError(
                tr('Alliances: "{}" leads back to itself. Take one of its lines out.').format(
                    member
                )
            )
        seen.add(alliance)
        alliance = table[alliance]
    return alliance
