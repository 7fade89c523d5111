"""Histories for the tests: what is held on each date, followed through time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Mapping, Sequence

from enclave_watch.core.events import events_of
from enclave_watch.core.feedback import Feedback
from enclave_watch.core.history import Step, TracedEnclave, trace
from enclave_watch.core.lineage import LinkRule
from enclave_watch.core.model import Parameters
from enclave_watch.core.occurrence import Event
from enclave_watch.core.series import Series, read_series
from enclave_watch.core.stretches import BorderRuler
from enclave_watch.core.timeline import analyse
from enclave_watch.tests.core.helpers.build import UTM, Shapes, geography_of, rows_of

__all__ = ["History", "by_id", "followed", "history_of", "kinds", "square"]


class History:
    """The steps of a history, its geography and its events."""

    def __init__(self, steps, geography, ruler, min_presence_km2) -> None:
        self.steps: list[Step] = steps
        self.geography = geography
        self.ruler: BorderRuler = ruler
        self._min_presence_km2 = min_presence_km2

    @property
    def last(self) -> Step:
        """Return the last step."""
        return self.steps[-1]

    def events(self, number: int = -1) -> list[Event]:
        """Return the events of one step."""
        return list(
            events_of(
                self.steps[number],
                self.geography,
                self.ruler,
                min_presence_km2=self._min_presence_km2,
                feedback=Feedback(),
            )
        )


def history_of(
    *dates: Sequence[tuple[str, Shapes]],
    parameters: Parameters | None = None,
    rule: LinkRule | None = None,
    **geography: Mapping[str, Shapes],
) -> History:
    """Follow what is held on consecutive days, from 1 January 2020 on."""
    rows = [
        row
        for day, held in enumerate(dates, 1)
        for row in rows_of(held, start=datetime(2020, 1, day), first_id=100 * day)
    ]
    series = read_series(rows, layer_name="control", crs=UTM, feedback=Feedback())
    return followed(series, parameters=parameters, rule=rule, **geography)


def followed(
    series: Series,
    *,
    parameters: Parameters | None = None,
    rule: LinkRule | None = None,
    feedback: Feedback | None = None,
    **geography: Mapping[str, Shapes],
) -> History:
    """Follow the enclaves of a series."""
    parameters, feedback = parameters or Parameters(), feedback or Feedback()
    where = geography_of(series, parameters=parameters, **geography)
    all_provinces = replace(parameters, min_presence_km2=0.0)
    steps = trace(
        analyse(series, where, all_provinces, feedback, with_gaps=True),
        geodesy=series.store.geodesy,
        rule=rule or LinkRule(min_km2=parameters.min_presence_km2),
        min_area_km2=parameters.min_area_km2,
        feedback=Feedback(),
    )
    return History(list(steps), where, BorderRuler(where), parameters.min_presence_km2)


def square(x: float, y: float, width: float, height: float | None = None) -> str:
    """Return the WKT of a rectangle by its lower left corner and its size, in km."""
    height = width if height is None else height
    return (
        f"POLYGON(({x} {y}, {x + width} {y}, {x + width} {y + height}, {x} {y + height}, {x} {y}))"
    )


def by_id(traced: Sequence[TracedEnclave]) -> dict[int, TracedEnclave]:
    """Return traced enclaves by their id."""
    found = {each.enclave_id: each for each in traced}
    assert len(found) == len(traced), "an id was given twice"
    return found


def kinds(events: Sequence[Event]) -> list[str]:
    """Return the kinds of events in their order."""
    return [event.kind.value for event in events]
