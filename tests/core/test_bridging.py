"""Stretches bridged over feet, of many lines at once."""

from __future__ import annotations

import numpy as np
import pytest

from enclave_watch.core.bridging import bridged_in_groups


def _bridged(feet, near, *, length_m=100.0, closed=False):
    """Return the stretches of a line between two others that nothing is near."""
    rows, close = (np.array(each, dtype=float).reshape(-1, 2) for each in (feet, near))
    found = bridged_in_groups(
        rows,
        np.full(len(rows), 1),
        close,
        np.full(len(close), 1),
        length_m=np.array([10.0, length_m, 10.0]),
        closed=np.array([True, closed, True]),
    )
    assert (found.group == 1).all()
    return found.stretches.tolist(), found.of_foot.tolist()


def test_a_gap_between_feet_is_bridged_where_the_line_stays_near():
    feet = [[10, 20], [30, 40], [60, 70]]
    assert _bridged(feet, [[5, 45], [55, 75]]) == ([[10, 40], [60, 70]], [0, 0, 1])


def test_the_order_of_feet_does_not_matter():
    feet = [[60, 70], [30, 40], [10, 20]]
    assert _bridged(feet, [[5, 45]]) == ([[10, 40], [60, 70]], [1, 0, 0])


def test_a_stretch_runs_on_over_the_seam_of_a_ring():
    feet = [[0, 10], [90, 100]]
    assert _bridged(feet, feet, closed=True) == ([[90, 110]], [0, 0])
    assert _bridged(feet, feet) == ([[0, 10], [90, 100]], [0, 1])


def test_a_ring_that_is_near_all_around_is_one_stretch():
    assert _bridged([[20, 30]], [[0, 100]], closed=True) == ([[0, 100]], [0])


def test_what_is_near_without_a_foot_is_no_stretch():
    assert _bridged([], [[0, 50]]) == ([], [])


def test_many_lines_at_once_give_what_each_gives_alone():
    rng = np.random.default_rng(1)
    for _ in range(300):
        lengths_m, closed = rng.uniform(5, 50, 4), rng.random(4) < 0.6
        feet, near, expected = [], [], []
        for line, length_m in enumerate(lengths_m.tolist()):
            start = rng.uniform(0, length_m, 5)
            start[rng.random(5) < 0.2] = 0.0
            both = np.column_stack([start, np.minimum(start * 1.2 + 1, length_m)])
            own = both[: rng.integers(0, 4)]
            feet += [(line, *each) for each in own.tolist()]
            near += [(line, *each) for each in both.tolist()]
            alone, _ = _bridged(own, both, length_m=length_m, closed=bool(closed[line]))
            expected += [(line, *each) for each in alone]
        rows, close = np.array(feet).reshape(-1, 3), np.array(near)
        found = bridged_in_groups(
            rows[:, 1:],
            rows[:, 0].astype(int),
            close[:, 1:],
            close[:, 0].astype(int),
            length_m=lengths_m,
            closed=closed,
        )
        given = np.column_stack([found.group, found.stretches]).tolist()
        assert sorted(map(tuple, given)) == sorted(expected)


@pytest.mark.parametrize(
    ("feet", "expected"),
    [
        ([[5, 15], [50, 60]], [[5, 15], [50, 60]]),
        ([[50, 60], [90, 95]], [[50, 60], [90, 95]]),
    ],
)
def test_a_stretch_with_all_its_feet_on_one_side_of_the_seam_ends_at_them(feet, expected):
    near = [[0, 20], [45, 65], [80, 100]]
    assert _bridged(feet, near, closed=True)[0] == expected
