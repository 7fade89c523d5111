"""On any coverage the quick way finds what the plain way does, to the millimetre.

The seed makes up all of a scene; when one fails, `scene(seed)` draws it again.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from enclave_watch.core.model import Parameters
from enclave_watch.tests.core.helpers.bothways import (
    assert_same,
    differences,
    survey_both_ways,
    surveyed,
)
from enclave_watch.tests.core.helpers.build import geography_of
from enclave_watch.tests.core.helpers.changing import dated_series
from enclave_watch.tests.core.helpers.coverages import CRSS, scene, theatre

# seeds cannot be made simpler, so nothing is lost without shrinking
few, fewer = (
    settings(
        max_examples=count,
        derandomize=True,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
    )
    for count in (12, 4)
)

seeds = st.integers(0, 100_000)
parameters = st.builds(
    Parameters,
    snap_m=st.sampled_from([25.0, 25.0, 0.0, 5.0, 200.0]),
    join_distance_m=st.sampled_from([0.0, 0.0, 10.0, 400.0, 2000.0]),
    tolerance_m=st.sampled_from([1000.0, 1000.0, 0.0, 100.0]),
    min_contact_km=st.sampled_from([1.0, 0.0]),
    position_error_m=st.just(50.0),
)


def read(dates, seed, crs, chosen):
    """Return the series of some dates and the theatre around."""
    series = dated_series(*dates, crs=crs)
    around = theatre(seed, crs)
    where = geography_of(
        series,
        countries=around.countries,
        provinces=around.provinces,
        places=around.places,
        parameters=chosen,
    )
    return series, where


@few
@given(seeds, st.sampled_from(CRSS), parameters)
@example(11, CRSS[1], Parameters(join_distance_m=400.0))
@example(28, CRSS[0], Parameters(tolerance_m=100.0))
@example(64, CRSS[0], Parameters(tolerance_m=100.0))
@example(131, CRSS[1], Parameters(snap_m=200.0, join_distance_m=10.0))
@example(244, CRSS[0], Parameters(join_distance_m=400.0))
@example(156, CRSS[0], Parameters())
def test_every_figure_is_that_of_the_plain_way(seed, crs, chosen):
    dates = scene(seed, crs=crs).dates
    found = survey_both_ways(*read(dates, seed, crs, chosen), chosen)
    assert_same(found)
    # where the snap distance is small enough for all to be sure
    assert found.plain_dates == ()


@fewer
@given(seeds, st.sampled_from(CRSS), st.randoms(use_true_random=False))
def test_the_order_of_features_does_not_matter(seed, crs, random):
    dates = scene(seed, crs=crs).dates
    shuffled = [random.sample(list(held), len(held)) for held in dates]
    chosen = Parameters()
    one, two = (surveyed(*read(each, seed, crs, chosen), chosen)[0] for each in (dates, shuffled))
    for before, after in zip(one, two):
        assert differences(_unnumbered(before), _unnumbered(after)) == []


@fewer
@given(seeds, st.sampled_from(CRSS), parameters)
def test_a_date_alone_is_the_same_as_among_others(seed, crs, chosen):
    dates = scene(seed, crs=crs).dates
    together, _ = surveyed(*read(dates, seed, crs, chosen), chosen)
    backwards, _ = surveyed(*read(dates[::-1], seed, crs, chosen), chosen)
    for number, held in enumerate(dates):
        (alone,), _ = surveyed(*read([held], seed, crs, chosen), chosen)
        for other in (together[number], backwards[len(dates) - 1 - number]):
            assert differences(_unnumbered(alone), _unnumbered(other)) == []


def test_scenes_hold_what_they_are_about():
    """What is drawn has sharp corners, narrow cells, points that touch and holes, on each CRS."""
    widths, rings, tips = [], 0, 0
    for seed in range(12):
        for crs in CRSS:
            for held in scene(seed, crs=crs).dates:
                scale = 1.0 if crs == CRSS[0] else 100_000.0
                for _, cell in held:
                    widths.append(2 * cell.area * scale**2 / (cell.length * scale))
                    rings += len(cell.interiors)
                    tips += _sharp_corners(cell)
    assert np.count_nonzero(np.array(widths) < 25) > 50
    assert rings > 20
    assert tips > 50


def _sharp_corners(cell) -> int:
    """Count the corners of less than 10 degrees."""
    xy = np.array(cell.exterior.coords)[:-1]
    before, after = np.roll(xy, 1, axis=0) - xy, np.roll(xy, -1, axis=0) - xy
    along = (before * after).sum(axis=1)
    return int((along > np.cos(np.radians(10)) * np.hypot(*before.T) * np.hypot(*after.T)).sum())


def _unnumbered(analysis):
    """Return an analysis as of no date, without the numbers of polygons in the store."""
    enclaves = tuple(replace(each, date=None, polygons=()) for each in analysis.enclaves)
    return replace(analysis, date=None, enclaves=enclaves)


@pytest.mark.parametrize("crs", CRSS)
def test_edges_longer_than_some_kilometres_are_no_trouble(crs):
    # five large cells, hardly crooked: edges of 10 km and more
    for seed in (3, 4):
        dates = scene(seed, crs=crs, size=1).dates
        found = survey_both_ways(*read(dates, seed, crs, Parameters()), Parameters())
        assert_same(found)
