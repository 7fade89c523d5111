"""A series as a whole: what is kept between snapshots changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
import shapely

from enclave_watch.core.errors import Cancelled
from enclave_watch.core.model import Parameters
from enclave_watch.core.series import read_series
from enclave_watch.core.timeline import analyse
from enclave_watch.tests.core.helpers.build import UTM, Log, geography_of, rows_of

DATES = [datetime(2018, month, 1) for month in (5, 6, 7, 8)]
COUNTRIES = {
    "Home": "POLYGON((-60 0, 60 0, 60 60, -60 60, -60 0))",
    "South": "POLYGON((-60 -60, 60 -60, 60 0, -60 0, -60 -60))",
}
MIDDLE = "POLYGON((0 10, 10 10, 10 20, 0 20, 0 10))"
WEST = "POLYGON((-20 0.5, 5 0.5, 5 10, 0 10, 0 20, 5 20, 5 30, -20 30, -20 0.5))"
EAST = "POLYGON((5 0.5, 30 0.5, 30 30, 5 30, 5 20, 10 20, 10 10, 5 10, 5 0.5))"
# the same polygons in other hands, others around them, and one drawn anew
HELD = [
    [("A", MIDDLE), ("B", WEST), ("B", EAST)],
    [("A", MIDDLE), ("B", WEST), ("C", EAST)],
    [("A", MIDDLE), ("A", WEST), ("C", EAST)],
    [("A", MIDDLE), ("C", EAST), ("B", "POLYGON((-8 12, 2 12, 2 18, -8 18, -8 12))")],
]


def rows(numbers=range(4)):
    return [
        row
        for number in numbers
        for row in rows_of(HELD[number], start=DATES[number], first_id=10 * number)
    ]


def analysed(numbers=range(4), *, feedback=None, **choices):
    parameters, feedback = Parameters(**choices), feedback or Log()
    series = read_series(rows(numbers), layer_name="control", crs=UTM, feedback=feedback)
    geography = geography_of(series, countries=COUNTRIES, parameters=parameters)
    return list(analyse(series, geography, parameters, feedback))


def told(snapshot):
    """Return all that a snapshot says, geometry as bytes."""
    return [
        replace(
            enclave,
            geometry=shapely.to_wkb(shapely.normalize(enclave.geometry)),
            contacts=tuple(
                replace(each, geometry=shapely.to_wkb(each.geometry)) for each in enclave.contacts
            ),
        )
        for enclave in snapshot.enclaves
    ]


@pytest.mark.parametrize("choices", [{}, {"join_distance_m": 2000.0}, {"snap_m": 0.0}], ids=str)
def test_a_snapshot_alone_says_what_it_says_within_its_series(choices):
    whole = analysed(**choices)
    assert [snapshot.date for snapshot in whole] == DATES
    for number, snapshot in enumerate(whole):
        (alone,) = analysed([number], **choices)
        assert told(alone) == told(snapshot)
        assert alone.contested == snapshot.contested


def test_a_piece_whose_surroundings_change_has_new_fronts():
    first, second, third, fourth = (
        next(each for each in snapshot.enclaves if each.faction == "A") for snapshot in analysed()
    )
    assert first.enclosed_by == ("B",)
    assert set(second.enclosed_by) == {"B", "C"}
    assert third.border_km > 0
    assert {front.faction for front in fourth.fronts} == {"B", "C"}


def test_progress_goes_from_nothing_to_all_and_never_back():
    log = Log()
    analysed(feedback=log)
    assert log.fractions == sorted(log.fractions)
    assert log.fractions[-1] == pytest.approx(1.0)
    assert all(0.0 <= fraction <= 1.0 for fraction in log.fractions)
    assert len(log.fractions) > 8


@pytest.mark.parametrize("checks", [0, 3, 10, 20])
def test_a_cancelled_run_stops_where_it_is(checks):
    series = read_series(rows(), layer_name="control", crs=UTM, feedback=Log())
    geography = geography_of(series, countries=COUNTRIES)
    with pytest.raises(Cancelled):
        list(analyse(series, geography, Parameters(), Log(checks_left=checks)))


def test_each_date_is_told_in_the_log_with_its_total():
    log = Log()
    analysed(feedback=log)
    dated = [text for text in log.infos if text.startswith("2018-0") and "enclaves: " in text]
    assert [text[:10] for text in dated] == [date.date().isoformat() for date in DATES]
    assert any(text.startswith("2018-08-01: contested: A + B") for text in log.warnings)


def test_an_enclave_with_its_figures_is_frozen():
    enclave = analysed([0])[0].enclaves[0]
    with pytest.raises(AttributeError):
        enclave.area_km2 = 0.0
