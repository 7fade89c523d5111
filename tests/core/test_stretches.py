"""Where a contact lies on the border line, whichever way it runs and wherever it is cut."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from enclave_watch.core.model import Contact
from enclave_watch.core.stretches import BorderRuler, length_km_of
from enclave_watch.tests.core.helpers.build import geography_of, in_km, series_of
from enclave_watch.tests.core.helpers.histories import square

# a kilometre of the grid is this much ground
KM = 1 / 0.9996

BORDER = "LINESTRING(20 0, 20 3, 21 4, 20 5, 20 10, 20 12)"


@pytest.fixture
def ruler():
    series = series_of([("Red", square(0, 0, 10))])
    return BorderRuler(geography_of(series, border_lines={"East": BORDER}))


def stretch_of(ruler, *lines):
    geometry = shapely.multilinestrings([in_km(line) for line in lines])
    contact = Contact("East", 1.0, geometry)
    return ruler.stretch([SimpleNamespace(contacts=(contact,))], "East")


@pytest.mark.parametrize(
    "line",
    [
        "LINESTRING(20 1, 20 3, 21 4, 20 5, 20 6)",
        "LINESTRING(20 6, 20 5, 21 4, 20 3, 20 1)",
        "LINESTRING(20 1, 20 2, 20 3, 20.5 3.5, 21 4, 20 5, 20 6)",
    ],
)
def test_a_contact_lies_on_the_border_whichever_way_it_is_drawn(ruler, line):
    (rows,) = stretch_of(ruler, line).values()
    # the bulge is two diagonals long
    ends_km = np.array([[1, 6 - 2 + 2 * np.sqrt(2)]]) * KM
    assert rows / 1000 == pytest.approx(ends_km, rel=1e-4)


def test_contacts_apart_are_two_stretches(ruler):
    (rows,) = stretch_of(
        ruler, "LINESTRING(20 10, 20 12)", "LINESTRING(20 0, 20 3, 20.5 3.5)"
    ).values()
    assert len(rows) == 2
    stretch = stretch_of(ruler, "LINESTRING(20 10, 20 12)", "LINESTRING(20 3, 20 0)")
    assert length_km_of(stretch) == pytest.approx(5 * KM, rel=1e-4)


def test_an_enclave_that_changed_elsewhere_has_the_very_stretch(ruler):
    line = "LINESTRING(20 1, 20 3, 21 4)"
    one, two = (stretch_of(ruler, line) for _ in range(2))
    assert {part: rows.tolist() for part, rows in one.items()} == {
        part: rows.tolist() for part, rows in two.items()
    }
