"""Dates that a series should have, and changes of area far outside of a faction's own past."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from .audit import Kind, Problem
from .cadence import missing_dates
from .dates import format_date
from .i18n import tr
from .polygons import polygons_of

if TYPE_CHECKING:
    from datetime import datetime

    from shapely import Geometry

    from .feedback import Feedback
    from .model import Snapshot
    from .series import Series

__all__ = ["FEWEST_STEPS", "SMALLEST_SHARE_PCT", "missing_date_problems", "redefinitions"]

FEWEST_STEPS = 5
"""So many steps from date to date a faction must have behind it before one can be sudden."""

SMALLEST_SHARE_PCT = 1.0
"""A change of less than this of the area before is none to speak of."""

_DAY_S = 86_400.0
_NO_CHANGE_KM2 = 1e-6


def missing_date_problems(series: Series) -> list[Problem]:
    """Return the dates that the usual step of a series would have and that are not there."""
    dates = [snapshot.date for snapshot in series.snapshots if snapshot.date is not None]
    days = {moment.replace(hour=0, minute=0, second=0, microsecond=0) for moment in dates}
    return [
        Problem(
            Kind.MISSING_DATE,
            tr("{date} is missing, by the usual step of the series.").format(
                date=format_date(moment)
            ),
            date=moment,
            last_date=moment,
        )
        for moment in missing_dates(days)
    ]


def redefinitions(series: Series, *, jump_factor: float, feedback: Feedback) -> list[Problem]:
    """Return changes of a faction's area far outside of its own past.

    A change between two snapshots is one when its km2 a day are more than `jump_factor` times
    the median of all the faction's changes before it, after at least `FEWEST_STEPS` steps, and
    when it is more than `SMALLEST_SHARE_PCT` of the area before. Steps without change are left
    out of the median: in a front that moves every third day it would be 0, and any move sudden.
    """
    snapshots = [each for each in series.snapshots if each.date is not None]
    ground = _Ground(series)
    problems: list[Problem] = []
    for faction in series.factions:
        feedback.check()
        problems += _of_faction(faction, snapshots, ground, jump_factor)
    return sorted(problems, key=lambda each: (str(each.date), each.factions))


def _of_faction(
    faction: str, snapshots: list[Snapshot], ground: _Ground, jump_factor: float
) -> list[Problem]:
    steps = 0
    rates: list[float] = []
    problems: list[Problem] = []
    held = False
    for before, after in zip(snapshots, snapshots[1:]):
        held = held or faction in before.holdings
        if not held or before.date is None or after.date is None:
            continue  # its past begins with its first ground
        area_before_km2 = ground.area_km2(before, faction)
        change_km2 = ground.area_km2(after, faction) - area_before_km2
        rate = abs(change_km2) / ((after.date - before.date).total_seconds() / _DAY_S)
        usual = float(np.median(rates)) if rates else 0.0
        if (
            steps >= FEWEST_STEPS
            and rate > jump_factor * usual
            and abs(change_km2) > SMALLEST_SHARE_PCT / 100.0 * area_before_km2
        ):
            text = tr(
                "{date}: the area of {faction} changes by {change:+,.1f} km2 since {before}, "
                "{rate:,.1f} km2 a day; {usual:,.1f} were usual."
            ).format(
                date=format_date(after.date),
                faction=faction,
                change=change_km2,
                before=format_date(before.date),
                rate=rate,
                usual=usual,
            )
            problems.append(
                _redefinition(
                    text, faction, after.date, change_km2, ground.changed(before, after, faction)
                )
            )
        steps += 1
        if abs(change_km2) > _NO_CHANGE_KM2:
            rates.append(rate)
    return problems


def _redefinition(
    text: str, faction: str, date: datetime, change_km2: float, geometry: Geometry | None
) -> Problem:
    return Problem(
        Kind.REDEFINITION,
        text,
        date=date,
        last_date=date,
        factions=(faction,),
        geometry=geometry,
        area_km2=change_km2,
    )


class _Ground:
    """The ground of a faction on a date, each set of polygons united and measured once."""

    def __init__(self, series: Series) -> None:
        self._store = series.store
        self._areas: dict[tuple[int, ...], float] = {}

    def area_km2(self, snapshot: Snapshot, faction: str) -> float:
        numbers = snapshot.holdings.get(faction, ())
        if numbers not in self._areas:
            whole = self._united(numbers)
            self._areas[numbers] = float(self._store.geodesy.area_km2([whole])[0])
        return self._areas[numbers]

    def changed(self, before: Snapshot, after: Snapshot, faction: str) -> Geometry | None:
        """Return the ground that was won or lost; None where there is none."""
        first, second = (self._united(each.holdings.get(faction, ())) for each in (before, after))
        parts = polygons_of(shapely.symmetric_difference(first, second))
        return shapely.multipolygons(parts) if parts else None

    def _united(self, numbers: tuple[int, ...]) -> Geometry:
        return shapely.union_all([self._store.polygons[number] for number in numbers])
