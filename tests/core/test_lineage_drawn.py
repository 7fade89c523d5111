"""The same lineage however the ground is drawn: cut up, in any order, with any snap distance."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from enclave_watch.core.model import Parameters
from enclave_watch.tests.core.helpers.build import in_km
from enclave_watch.tests.core.helpers.drawing import cut_up, jittered, rotated_rings
from enclave_watch.tests.core.helpers.histories import history_of, square

BLUE_FAR = ("Blue", square(90, 90, 5))


def red(*places):
    return [("Red", square(*place)) for place in places]


# what is held on each date; of Red, at the last step: (id, fate) before and
# (id, lineage, parents, predecessor) after. Blue, where it is, has the first number
CASES = {
    "continue": (
        [red((0, 0, 10)), red((0, 0, 10))],
        [(1, "continued")], [(1, "continued", (1,), None)],
    ),
    "grow": (
        [red((0, 0, 10)), red((0, 0, 16, 10))],
        [(1, "continued")], [(1, "continued", (1,), None)],
    ),
    "shrink": (
        [red((0, 0, 16, 10)), red((0, 0, 2, 10))],
        [(1, "continued")], [(1, "continued", (1,), None)],
    ),
    "split in two": (
        [red((0, 0, 30, 10)), red((0, 0, 10), (12, 0, 18, 10))],
        [(1, "split")], [(1, "split", (1,), None), (2, "split", (1,), None)],
    ),
    "split in three": (
        [red((0, 0, 30, 10)), red((0, 0, 8, 10), (10, 0, 12, 10), (24, 0, 6, 10))],
        [(1, "split")],
        [(1, "split", (1,), None), (2, "split", (1,), None), (3, "split", (1,), None)],
    ),
    "merge": (
        [red((0, 0, 5), (10, 0, 10)), red((0, 0, 20, 10))],
        [(1, "merged"), (2, "merged")], [(1, "merged", (1, 2), None)],
    ),
    "split and merge at once": (
        [red((0, 0, 30, 10), (40, 0, 10)), red((0, 0, 18, 10), (20, 0, 30, 10))],
        [(1, "split"), (2, "merged")],
        [(1, "split", (1,), None), (2, "merged", (1, 2), None)],
    ),
    "swap": (
        [
            [("Red", square(0, 0, 10)), ("Blue", square(20, 0, 10))],
            [("Blue", square(0, 0, 10)), ("Red", square(20, 0, 10))],
        ],
        [(2, "vanished")], [(4, "appeared", (), None)],
    ),
    "vanish to two takers": (
        [
            [*red((0, 0, 10)), BLUE_FAR],
            [("Blue", square(0, 0, 6, 10)), ("Green", square(6, 0, 4, 10)), BLUE_FAR],
        ],
        [(2, "vanished")], [],
    ),
    "reappear later": (
        [[*red((0, 0, 10)), BLUE_FAR], [BLUE_FAR], [*red((2, 0, 10)), BLUE_FAR]],
        [], [(3, "appeared", (), 2)],
    ),
    "come to touch": (
        [red((0, 0, 10), (14, 14, 8)), red((0, 0, 10), (10, 10, 9))],
        [(1, "continued"), (2, "continued")],
        [(1, "continued", (1,), None), (2, "continued", (2,), None)],
    ),
    "one vanishes as another appears beside it": (
        [red((0, 0, 10), (40, 0, 9)), red((12, 0, 8, 10), (40, 0, 9))],
        [(1, "vanished"), (2, "continued")],
        [(2, "continued", (2,), None), (3, "appeared", (), None)],
    ),
}  # fmt: skip


def found(dates, **parameters):
    history = history_of(*dates, parameters=Parameters(**parameters))
    step = history.last
    before = [(e.enclave_id, e.fate.value) for e in step.before if e.enclave.faction == "Red"]
    after = [
        (
            e.enclave_id,
            e.lineage.value,
            tuple(sorted(parent.enclave_id for parent in e.parents)),
            e.predecessor,
        )
        for e in step.after
        if e.enclave.faction == "Red"
    ]
    return sorted(before), sorted(after)


def in_tiles(held, seed):
    """Cut all polygons along two lines across, and give rings and features another order."""
    order = np.random.default_rng(seed)
    lines = [
        in_km(f"LINESTRING(-50 {y}, 150 {y + tilt})")
        for y, tilt in ((order.uniform(1, 8), 0.7), (order.uniform(1, 8), -0.9))
    ]
    parts = [
        (faction, rotated_rings(part, int(order.integers(4))))
        for faction, shape in held
        for part in cut_up(in_km(shape), lines)
    ]
    order.shuffle(parts)
    return parts


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("snap_m", [0.0, 25.0, 200.0])
def test_lineage_is_what_is_seen(case, snap_m):
    dates, before, after = CASES[case]
    assert found(dates, snap_m=snap_m) == (before, after)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", range(3))
def test_lineage_does_not_depend_on_how_the_ground_is_cut_up_and_ordered(case, seed):
    dates, before, after = CASES[case]
    cut = [in_tiles(held, 10 * seed + number) for number, held in enumerate(dates)]
    assert found(cut) == (before, after)


@pytest.mark.parametrize("case", CASES)
def test_lineage_does_not_depend_on_jitter(case):
    dates, before, after = CASES[case]
    drawn = [
        [
            (faction, jittered(in_km(shape), by_m=5.0, every_m=900.0, seed=7 * day + number))
            for number, (faction, shape) in enumerate(held)
        ]
        for day, held in enumerate(dates)
    ]
    assert found(drawn) == (before, after)


@pytest.mark.parametrize("case", [name for name in CASES if name != "come to touch"])
def test_a_join_distance_under_all_gaps_changes_nothing(case):
    dates, before, after = CASES[case]
    assert found(dates, join_distance_m=1500.0) == (before, after)


def test_a_join_distance_makes_one_of_what_it_spans():
    # the gap of 2 km is no split, and pieces that touch are one
    dates, _, _ = CASES["split in two"]
    assert found(dates, join_distance_m=2100.0)[0] == [(1, "continued")]
    dates, _, _ = CASES["come to touch"]
    assert found(dates, join_distance_m=1.0)[0] == [(1, "merged"), (2, "merged")]


def test_a_join_distance_that_parts_no_more_is_a_split():
    # 1 km apart they are one enclave of two parts, 3 km apart they are two
    dates = [red((0, 0, 10), (11, 0, 8, 10)), red((0, 0, 10), (13, 0, 6, 10))]
    before, after = found(dates, join_distance_m=1500.0)
    assert before == [(1, "split")]
    assert [each[:2] for each in after] == [(1, "split"), (2, "split")]


def test_cut_up_ground_is_all_there():
    whole = in_km(square(0, 0, 30, 10))
    parts = [part for _, part in in_tiles([("Red", square(0, 0, 30, 10))], 1)]
    assert len(parts) > 2
    assert shapely.area(shapely.union_all(parts)) == pytest.approx(whole.area, rel=1e-12)
