"""Which of several enclaves a cell of moved ground is part of."""

from __future__ import annotations

import pytest
import shapely

from enclave_watch.core.kinship import _owner_of

# two brackets that lie in each other's boxes, and a square far away
BRACKETS = [
    shapely.from_wkt("POLYGON((0 0, 10 0, 10 1, 1 1, 1 10, 0 10, 0 0))"),
    shapely.from_wkt("POLYGON((9 2, 10 2, 10 10, 2 10, 2 9, 8 9, 9 9, 9 2))"),
    shapely.box(50, 50, 51, 51),
]
OWNERS = [7, 8, 9]


@pytest.mark.parametrize(
    ("x", "y", "around", "owner"),
    [
        (0.5, 5, [0, 1], 7),
        (9.5, 5, [0, 1], 8),
        (9.5, 5, [1, 0], 8),
        # the last one is the only one left
        (9.5, 5, [1], 8),
        (0.5, 5, [], None),
    ],
)
def test_a_cell_is_part_of_the_polygon_that_it_lies_in(x, y, around, owner):
    assert _owner_of(shapely.Point(x, y), around, OWNERS, BRACKETS) == owner
