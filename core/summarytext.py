"""The rows of a summary in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence

from .i18n import tr

if TYPE_CHECKING:
    from .summary import SummaryRow

__all__ = ["lengths_text", "row_lines"]

_LEAST_KM2 = 0.05


def lengths_text(lengths: Sequence[tuple[str, float]]) -> str:
    """Return lengths in km by name: `Iraq 85.0; Turkey 3.2`."""
    return "; ".join(f"{name} {km:.1f}" for name, km in lengths)


def row_lines(rows: Sequence[SummaryRow], home_label: str) -> list[str]:
    """Return one plain line a row of one date, the largest first.

    Parameters
    ----------
    home_label : what shares are of, for instance `Syria`; a row's province takes its place
    """
    shown = [
        row for row in rows if max(row.km2, row.area_km2 or 0.0, row.lost_km2 or 0.0) >= _LEAST_KM2
    ]
    ordered = sorted(shown, key=lambda row: (-row.km2, row.faction, row.province or ""))
    return [_line(row, home_label) for row in ordered]


def _line(row: SummaryRow, home_label: str) -> str:
    where = row.province or home_label
    text = tr("{faction}: {km2:,.1f} km2").format(faction=row.faction, km2=row.km2)
    if row.province == "":
        text = tr("{text} in no province").format(text=text)
    elif row.share_pct is not None:
        text = tr("{text}, {share:.1f} % of {where}").format(
            text=text, share=row.share_pct, where=where
        )
    for pattern, km2 in (
        (tr("contested {:,.1f}"), row.contested_km2 if row.kind == "faction" else 0.0),
        (tr("outside {:,.1f}"), row.outside_km2),
        (tr("gained {:,.1f}"), row.gained_km2),
        (tr("lost {:,.1f}"), row.lost_km2),
    ):
        if km2 is not None and km2 >= _LEAST_KM2:
            text += "; " + pattern.format(km2)
    return text
