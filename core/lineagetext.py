"""Lineage in words, for table cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable

if TYPE_CHECKING:
    from .lineage import Relative
    from .model import NamedShare
    from .takers import Share

__all__ = ["holders_text", "presence_text", "relatives_text"]

_SMALLEST_SHOWN_KM2 = 0.05
_SMALLEST_SHOWN_PCT = 0.5


def holders_text(shares: Iterable[Share]) -> str:
    """Return shares as `Syrian Democratic Forces 1,670.0; unassigned 2.1`, in km2."""
    return "; ".join(f"{share.label} {_number(share.area_km2)}" for share in shares)


def _number(area_km2: float) -> str:
    return "<0.1" if area_km2 < _SMALLEST_SHOWN_KM2 else f"{area_km2:,.1f}"


def relatives_text(relatives: Iterable[Relative]) -> str:
    """Return parents or children by id, with their share of the enclave: `3: 85 %; 4: 15 %`."""
    return "; ".join(f"{each.enclave_id}: {_percent(each.share_pct)}" for each in relatives)


def presence_text(provinces: Iterable[NamedShare], min_presence_km2: float) -> str:
    """Return the provinces with presence; the largest share is told in any case."""
    return "; ".join(
        f"{share.name} {_percent(share.share_pct)}"
        for index, share in enumerate(provinces)
        if index == 0 or share.area_km2 >= min_presence_km2
    )


def _percent(share_pct: float) -> str:
    return "<1 %" if 0.0 < share_pct < _SMALLEST_SHOWN_PCT else f"{share_pct:.0f} %"
