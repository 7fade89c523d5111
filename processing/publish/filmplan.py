"""What a film shows when: the stops, and the pictures between them. Plain Python."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Iterator, Sequence

from ...core.errors import ParameterError
from ...core.i18n import tr

__all__ = ["MOST_STOPS", "Shot", "Stop", "even_stops", "fade_pictures", "real_stops", "shots_of"]

MOST_STOPS = 5000
"""More even steps than this are a slip: at a second each they play for over an hour."""


@dataclass(frozen=True)
class Stop:
    """A moment that the film shows.

    Attributes
    ----------
    index : of the snapshot that is valid then, among all dates
    moment : what the film says is shown; later than the snapshot's date at an even step
    """

    index: int
    moment: datetime


@dataclass(frozen=True)
class Shot:
    """One picture and how long it stands.

    Attributes
    ----------
    stop : number of the stop that is shown
    weight : how far the picture has gone over to the next stop: 0 not at all, 1 wholly
    """

    stop: int
    weight: float
    seconds: float


def real_stops(dates: Sequence[datetime]) -> tuple[Stop, ...]:
    """Return a stop at each real date."""
    return tuple(Stop(index, date) for index, date in enumerate(dates))


def even_stops(dates: Sequence[datetime], step_days: float | None = None) -> tuple[Stop, ...]:
    """Return stops as far apart as each other, and a last one at the last date in any case.

    Parameters
    ----------
    step_days : None: the shortest time between two dates, so that none is passed over

    Raises
    ------
    ParameterError
        When there would be more stops than anybody watches.
    """
    if len(dates) == 1:
        return real_stops(dates)
    shortest = min(later - earlier for earlier, later in zip(dates, dates[1:]))
    step = shortest if step_days is None else timedelta(days=step_days)
    span = dates[-1] - dates[0]
    if step <= timedelta(0) or span / step > MOST_STOPS:
        raise ParameterError(
            tr(
                "Even steps of {step:g} days make more than {most:,} stops between {first} and "
                "{last}. Give longer steps (STEP_DAYS), or STEP=dates."
            ).format(
                step=step / timedelta(days=1),
                most=MOST_STOPS,
                first=dates[0].date().isoformat(),
                last=dates[-1].date().isoformat(),
            )
        )
    moments = [dates[0] + step * number for number in range(int(span / step) + 1)]
    if moments[-1] != dates[-1]:
        moments.append(dates[-1])
    return tuple(Stop(bisect_right(dates, moment) - 1, moment) for moment in moments)


def fade_pictures(fade_seconds: float, pictures_a_second: float) -> int:
    """Return how many pictures a fade has."""
    return round(fade_seconds * pictures_a_second)


def shots_of(
    count: int, *, seconds: float, fade_seconds: float, pictures_a_second: float
) -> Iterator[Shot]:
    """Yield the pictures of a film of `count` stops, each of which takes `seconds` in all.

    A stop stands still, then fades to the next one; the last one stands for all of its time.

    Parameters
    ----------
    fade_seconds : less than `seconds`
    pictures_a_second : of fades
    """
    fading = fade_pictures(fade_seconds, pictures_a_second)
    still_seconds = seconds - fading / pictures_a_second
    for stop in range(count):
        if stop == count - 1:
            yield Shot(stop, 0.0, seconds)
            return
        yield Shot(stop, 0.0, still_seconds)
        for number in range(1, fading + 1):
            yield Shot(stop, number / (fading + 1), 1.0 / pictures_a_second)
