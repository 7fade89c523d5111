"""Patterns of dates in names, as users write them."""

from __future__ import annotations

import pytest

from enclave_watch.core.errors import ParameterError
from enclave_watch.core.namepattern import compile_pattern, read_by_pattern


@pytest.mark.parametrize(
    ("pattern", "name", "moment"),
    [
        ("%d_%m_%Y", "a_01_11_2024", "2024-11-01T00:00:00"),
        ("%m_%d_%Y", "a_01_11_2024", "2024-01-11T00:00:00"),
        ("%Y%m%d", "x20241101y", "2024-11-01T00:00:00"),
        ("%y_%m_%d", "24_11_01", "2024-11-01T00:00:00"),
        ("%y%m%d", "990203", "1999-02-03T00:00:00"),
        ("_%Y%m%d", "20200101_20241101", "2024-11-01T00:00:00"),
        ("v*_%Y%m%d", "V12_20241101", "2024-11-01T00:00:00"),
        ("%d %B %Y", "5 august 2018", "2018-08-05T00:00:00"),
        ("%Y-%j", "2024-060", "2024-02-29T00:00:00"),
        ("%Y%m%d_%H%M", "20241101_1230", "2024-11-01T12:30:00"),
        ("%s", "1730419200", "2024-11-01T00:00:00"),
        ("100%%_%Y", "100%_1914", "1914-01-01T00:00:00"),
        (r"(?P<year>\d{4})w(?P<month>\d\d)", "2024w11", "2024-11-01T00:00:00"),
    ],
)
def test_a_pattern_reads_a_date(pattern, name, moment):
    (found,) = read_by_pattern([name], pattern)
    assert found is not None
    assert found.moment.isoformat() == moment


def test_names_that_do_not_fit_have_none():
    names = ["control_20241101", "countries", "control_20240231", "control_2024110"]
    found = read_by_pattern(names, "%Y%m%d")
    assert [each is not None for each in found] == [True, False, False, False]


def test_the_text_of_a_pattern_is_no_part_of_the_date():
    (found,) = read_by_pattern(["control_20241101_v2"], "control_%Y%m%d_v2")
    assert found is not None
    assert (found.start, found.end) == (8, 16)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("%d.%m", "where the year is"),
        ("control", "where the year is"),
        ("%Y%Q", "%Q is unknown"),
        ("%Y %Y", "cannot be understood"),
        (r"(?P<year>\d{4}", "cannot be understood"),
        (r"(?P<year>\d{4})(?P<week>\d)", "groups named"),
    ],
)
def test_a_pattern_that_is_none_is_refused(pattern, why):
    with pytest.raises(ParameterError, match="PATTERN") as refused:
        compile_pattern(pattern)
    assert why in str(refused.value)
