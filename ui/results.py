"""What an analysis gives the dock: all dates, each ready to be shown, and comparisons of two."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Mapping

if TYPE_CHECKING:
    from datetime import datetime

    from shapely import Geometry

    from ..core.changes import Transition
    from ..core.contactchanges import ContactChange, StretchChange
    from ..core.history import TracedEnclave
    from ..core.occurrence import Event
    from ..core.timeline import SnapshotAnalysis

__all__ = ["Analysis", "Comparison", "DateResult", "DrawnStretch"]


@dataclass(frozen=True)
class DrawnStretch:
    """A stretch of border whose contact was lost, gained or kept, and where it runs."""

    change: StretchChange
    geometry: Geometry = field(repr=False)


@dataclass(frozen=True)
class Comparison:
    """What changed from one date to another.

    Attributes
    ----------
    transitions : the largest first, redrawing among them (`is_redraw`)
    matrix_km2 : by (from, to); redrawing is left out
    contacts : what became of border contact
    change_km2 : by number of the enclave on the later date: its area less that of the enclave
        with its number on the earlier one (0 where there was none)
    """

    from_date: datetime
    to_date: datetime
    transitions: tuple[Transition, ...]
    matrix_km2: Mapping[tuple[str, str], float]
    contacts: tuple[ContactChange, ...]
    stretches: tuple[DrawnStretch, ...]
    change_km2: Mapping[int, float]


@dataclass(frozen=True)
class DateResult:
    """All that is shown of one date.

    Attributes
    ----------
    enclaves : those of at least the least area, by faction and rank
    held : what each faction holds, as one geometry in the CRS of the control layer
    events : since the date before; empty on the first date
    finding : the date in one sentence (core/report.py)
    since : what changed since the date before; None on the first date
    """

    date: datetime
    analysis: SnapshotAnalysis = field(repr=False)
    enclaves: tuple[TracedEnclave, ...] = field(repr=False)
    held: Mapping[str, Geometry] = field(repr=False)
    events: tuple[Event, ...]
    finding: str
    since: Comparison | None = field(repr=False)


@dataclass(frozen=True)
class Analysis:
    """One analysis of a control layer: a result a date, in order.

    Attributes
    ----------
    crs_wkt : of all geometries in it
    areas_km2 : by faction, one a date
    home : names of the home country
    reference_km2 : what shares are of; None where that is not known
    min_presence_km2 : provinces with less of an enclave are not told
    warnings : what the engine warned of, each once
    """

    layer_id: str
    layer_name: str
    crs_wkt: str
    factions: tuple[str, ...]
    results: tuple[DateResult, ...] = field(repr=False)
    areas_km2: Mapping[str, tuple[float, ...]] = field(repr=False)
    home: tuple[str, ...]
    reference_km2: float | None
    min_presence_km2: float
    warnings: tuple[str, ...]

    @property
    def dates(self) -> tuple[datetime, ...]:
        """Return the real dates, in order."""
        return tuple(result.date for result in self.results)
