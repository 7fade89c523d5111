"""What the ways of answering are given, what they find, and how far they agree."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Iterable, Protocol

__all__ = ["LEAST_KM2", "TOLERANCE_M", "Agreement", "Case", "Findings", "Way", "agreement"]

TOLERANCE_M = 1_000.0
"""The contact tolerance that all ways take."""

LEAST_KM2 = 0.01
"""Smaller pieces, as rounding leaves them, count in sums and are not counted as enclaves."""


@dataclass(frozen=True)
class Case:
    """A control layer with the fields `faction` and `date`, in longitude and latitude."""

    name: str
    path: Path
    home: str
    layer: str = "control"

    @property
    def source(self) -> str:
        """Return the layer as QGIS names it."""
        return f"{self.path}|layername={self.layer}"


class Way(Protocol):
    """A way of answering."""

    def prepare(self, case: Case, folder: Path) -> None:
        """Load what has to be loaded once a session; not timed."""

    def run(self) -> None:
        """Answer; this is timed."""

    def findings(self) -> Findings:
        """Return what was found; not timed."""


@dataclass
class Findings:
    """The figures of a run, by keys such as `2020-01-02|Blue` or `2020-01-02|Blue|Green`.

    Attributes
    ----------
    area_km2, enclaves : by date and faction
    border_km : by date, faction and neighbour; summed over enclaves
    transition_km2 : by date, faction before and after; '' is unassigned
    """

    area_km2: dict[str, float] = field(default_factory=dict)
    enclaves: dict[str, int] = field(default_factory=dict)
    border_km: dict[str, float] = field(default_factory=dict)
    transition_km2: dict[str, float] = field(default_factory=dict)

    def add_enclave(self, date: str, faction: str, area_km2: float) -> None:
        """Count an enclave."""
        key = f"{date}|{faction}"
        _add(self.area_km2, key, area_km2)
        self.enclaves[key] = self.enclaves.get(key, 0) + int(area_km2 >= LEAST_KM2)

    def add_contact(self, date: str, faction: str, neighbour: str, length_km: float) -> None:
        """Count border contact of an enclave."""
        _add(self.border_km, f"{date}|{faction}|{neighbour}", length_km)

    def add_transition(self, date: str, before: str, after: str, area_km2: float) -> None:
        """Count ground that changed hands by this date."""
        if before != after:
            _add(self.transition_km2, f"{date}|{before}|{after}", area_km2)

    def as_json(self) -> dict[str, Any]:
        """Return plain dictionaries."""
        return asdict(self)


@dataclass(frozen=True)
class Agreement:
    """How far the findings of one way are from those of another.

    Attributes
    ----------
    area_km2 : the largest difference in the area of a faction on a date
    enclaves : the number of factions and dates whose number of enclaves differs, and of all
    transition_km2 : the largest difference in what went from one to another by a date
    border_pct : the difference in all border contact of all dates
    """

    area_km2: float
    enclaves: tuple[int, int]
    transition_km2: float | None
    border_pct: float

    def text(self) -> str:
        """Return it in a line."""
        different, all_of_them = self.enclaves
        transitions = (
            "" if self.transition_km2 is None else f", transitions {self.transition_km2:.3g} km2"
        )
        return (
            f"areas {self.area_km2:.2g} km2, enclaves {all_of_them - different} of {all_of_them}"
            f"{transitions}, border {self.border_pct:+.2g} %"
        )


def agreement(found: Findings, truth: Findings) -> Agreement:
    """Compare what one way found with what another did."""
    transitions = None
    if found.transition_km2 and truth.transition_km2:
        transitions = _furthest(found.transition_km2, truth.transition_km2)
    keys = _keys(found.enclaves, truth.enclaves)
    different = sum(found.enclaves.get(key, 0) != truth.enclaves.get(key, 0) for key in keys)
    border_km = sum(truth.border_km.values())
    return Agreement(
        _furthest(found.area_km2, truth.area_km2),
        (different, len(keys)),
        transitions,
        100.0 * (sum(found.border_km.values()) / border_km - 1.0) if border_km else 0.0,
    )


def _add(sums: dict[str, float], key: str, value: float) -> None:
    sums[key] = sums.get(key, 0.0) + value


def _furthest(found: dict[str, float], truth: dict[str, float]) -> float:
    return max(
        (abs(found.get(key, 0.0) - truth.get(key, 0.0)) for key in _keys(found, truth)),
        default=0.0,
    )


def _keys(*dictionaries: Iterable[str]) -> set[str]:
    return {key for each in dictionaries for key in each}
