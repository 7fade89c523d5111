"""What a film shows when."""

from __future__ import annotations

from datetime import datetime

import pytest

from enclave_watch.core.errors import ParameterError
from enclave_watch.processing.publish.filmplan import Shot, even_stops, real_stops, shots_of

DATES = (datetime(2018, 1, 1), datetime(2018, 1, 3), datetime(2018, 1, 8))


def test_each_real_date_is_a_stop():
    assert [(each.index, each.moment) for each in real_stops(DATES)] == list(enumerate(DATES))


def test_even_steps_pass_over_no_date_and_end_on_the_last():
    stops = even_stops(DATES)
    days = [each.moment.day for each in stops]
    # every second day, and the last date, which none of these is
    assert days == [1, 3, 5, 7, 8]
    assert [each.index for each in stops] == [0, 1, 1, 1, 2]


def test_given_steps_may_pass_over_a_date():
    assert [(each.moment.day, each.index) for each in even_stops(DATES, 5.0)] == [
        (1, 0),
        (6, 1),
        (8, 2),
    ]


def test_one_date_is_one_stop():
    assert len(even_stops(DATES[:1])) == 1


@pytest.mark.parametrize("step_days", [0.0, 0.0001])
def test_steps_without_end_are_refused(step_days):
    with pytest.raises(ParameterError, match="STEP_DAYS"):
        even_stops(DATES, step_days)


def test_a_film_takes_its_seconds_a_date_with_and_without_fades():
    for fade_seconds in (0.0, 0.3):
        shots = list(shots_of(3, seconds=1.0, fade_seconds=fade_seconds, pictures_a_second=10))
        assert sum(shot.seconds for shot in shots) == pytest.approx(3.0)
        # nothing comes after the last date to fade into
        assert shots[-1] == Shot(2, 0.0, 1.0)


def test_a_fade_goes_over_step_by_step():
    shots = list(shots_of(2, seconds=1.0, fade_seconds=0.3, pictures_a_second=10))
    assert [(shot.stop, shot.weight) for shot in shots] == [
        (0, 0.0),
        (0, 0.25),
        (0, 0.5),
        (0, 0.75),
        (1, 0.0),
    ]
    assert shots[0].seconds == pytest.approx(0.7)
