"""How often ground changed hands in a series, and what of it came back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Sequence, Tuple

import shapely
from shapely import Geometry

from .holders import Holders, holders_name
from .i18n import tr
from .overlay import closing_overlay, robust_union, widths_m
from .proximity import EXACT_M

if TYPE_CHECKING:
    from .changes import Step, Transition
    from .feedback import Feedback
    from .geodesy import Geodesy
    from .overlay import Cells

__all__ = ["Churn", "churn"]

_WORTH_SAYING_KM2 = 0.01

_History = Tuple[int, int, Holders, Holders]
"""How often ground changed hands and was redrawn, who held it first and who last."""


@dataclass(frozen=True)
class Churn:
    """Connected ground that has the same history in a series.

    Attributes
    ----------
    geometry : Polygon
    width_m : twice the area by the perimeter
    times : how often it changed hands
    redraws : how often it was only drawn otherwise
    first, last : who held it on the first and on the last date
    """

    geometry: Geometry = field(repr=False)
    area_km2: float
    width_m: float
    times: int
    redraws: int
    first: Holders
    last: Holders

    @property
    def first_faction(self) -> str:
        """Return who held it on the first date, as results name them."""
        return holders_name(self.first)

    @property
    def last_faction(self) -> str:
        """Return who holds it on the last date, as results name them."""
        return holders_name(self.last)

    @property
    def is_rounding(self) -> bool:
        """Return whether digits and not drawing made it: it counts in sums and is not shown."""
        return self.width_m < EXACT_M

    @property
    def returned(self) -> bool:
        """Return whether who held it first holds it again: it flickered."""
        return self.first == self.last


def churn(steps: Sequence[Step], geodesy: Geodesy, feedback: Feedback) -> tuple[Churn, ...]:
    """Return the ground that changed hands at all, most often first.

    Parameters
    ----------
    steps : of one series, in order of date, each beginning where the one before ends

    What digits and not drawing made is left out.
    """
    transitions = [each for step in steps for each in step.transitions if not each.is_rounding]
    if not transitions:
        return ()
    gross_km2 = sum(each.area_km2 for each in transitions)

    def measured(cells: Cells) -> tuple[tuple[Churn, ...], float]:
        found = _united(cells, transitions, geodesy, feedback)
        counted_km2 = sum(each.area_km2 * (each.times + each.redraws) for each in found)
        return found, abs(counted_km2 - gross_km2)

    shapes = [each.geometry for each in transitions]
    best, off_km2, _ = closing_overlay(shapes, geodesy, measured)
    if off_km2 > _WORTH_SAYING_KM2:
        feedback.warning(
            tr(
                "What changed hands several times misses the sum of all changes by {:,.3f} km2. "
                "The outlines cannot be overlaid exactly; repair the control layer."
            ).format(off_km2)
        )
    return tuple(
        sorted(best, key=lambda each: (-each.times, -each.area_km2, each.first, each.last))
    )


def _united(
    cells: Cells, transitions: Sequence[Transition], geodesy: Geodesy, feedback: Feedback
) -> tuple[Churn, ...]:
    parts: dict[_History, list[Geometry]] = defaultdict(list)
    for cell, members in zip(cells.geometries, cells.members):
        if members:
            # transitions are in order of date, and so are their places
            parts[_history([transitions[place] for place in members])].append(cell)
    result = []
    for history in sorted(parts):
        feedback.check()
        same = parts[history]
        united = shapely.get_parts(same[0] if len(same) == 1 else robust_union(same, geodesy))
        measured = zip(
            united, geodesy.area_km2(united).tolist(), widths_m(united, geodesy).tolist()
        )
        result += [
            Churn(shape, area_km2, width_m, *history) for shape, area_km2, width_m in measured
        ]
    return tuple(result)


def _history(transitions: Sequence[Transition]) -> _History:
    redraws = sum(each.is_redraw for each in transitions)
    times = len(transitions) - redraws
    return times, redraws, transitions[0].before, transitions[-1].after
