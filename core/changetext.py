"""What changed hands, in words."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Sequence

from .i18n import tr

if TYPE_CHECKING:
    from .changes import Step

__all__ = ["change_lines"]

_LEAST_KM2 = 0.05


def change_lines(steps: Sequence[Step]) -> list[str]:
    """Return one plain line a faction: what it gained from whom and lost to whom.

    Redrawing is left out. The faction with the greatest change comes first; ground that
    several hold is gained and lost by each of them.
    """
    gained: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    lost: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for each in (each for step in steps for each in step.transitions if not each.is_redraw):
        for faction in set(each.after) - set(each.before):
            gained[faction][each.from_faction] += each.area_km2
        for faction in set(each.before) - set(each.after):
            lost[faction][each.to_faction] += each.area_km2
    moved_km2 = {
        faction: sum(gained[faction].values()) + sum(lost[faction].values())
        for faction in sorted({*gained, *lost})
    }
    order = sorted(moved_km2, key=lambda faction: -moved_km2[faction])
    return [
        _line(faction, gained[faction], lost[faction])
        for faction in order
        if moved_km2[faction] >= _LEAST_KM2
    ]


def _line(faction: str, gained: dict[str, float], lost: dict[str, float]) -> str:
    parts = []
    if sum(gained.values()) >= _LEAST_KM2:
        parts.append(
            tr("gained {km2:,.1f} km2 ({whom})").format(
                km2=sum(gained.values()), whom=_shares(gained, tr("from {}"))
            )
        )
    if sum(lost.values()) >= _LEAST_KM2:
        parts.append(
            tr("lost {km2:,.1f} km2 ({whom})").format(
                km2=sum(lost.values()), whom=_shares(lost, tr("to {}"))
            )
        )
    # adding 0 takes the sign off a rounded nothing
    net_km2 = round(sum(gained.values()) - sum(lost.values()), 1) + 0.0
    net = tr("net {:+,.1f} km2").format(net_km2)
    return f"{faction}: {'; '.join([*parts, net])}"


def _shares(km2: dict[str, float], pattern: str) -> str:
    ordered = sorted(km2.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(
        f"{pattern.format(name)} {part:,.1f}" for name, part in ordered if part >= _LEAST_KM2
    )
