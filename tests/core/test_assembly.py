"""Rows of many sources put in order: ends, days with several snapshots, missing days."""

from __future__ import annotations

from datetime import datetime

import pytest
from shapely import box

from enclave_watch.core.assembly import GatheredRow, SameDay, assemble
from enclave_watch.core.errors import DateError
from enclave_watch.tests.core.helpers.build import Log


def row(start: str, source: str, faction: str = "Red", end: str | None = None, **more):
    until = datetime.fromisoformat(end) if end else None
    begin = datetime.fromisoformat(start)
    return GatheredRow(faction, begin, source, box(0, 0, 1, 1), until, **more)


def spans(series) -> list[tuple[str, str, str]]:
    return [
        (each.source, each.start.isoformat(), each.end.isoformat() if each.end else "open")
        for each in series.rows
    ]


def test_a_snapshot_ends_when_the_next_one_begins_and_the_last_after_a_usual_step():
    rows = [row("2024-01-05", "c"), row("2024-01-01", "a"), row("2024-01-03", "b")]
    series = assemble(rows, feedback=Log())
    assert spans(series) == [
        ("a", "2024-01-01T00:00:00", "2024-01-03T00:00:00"),
        ("b", "2024-01-03T00:00:00", "2024-01-05T00:00:00"),
        ("c", "2024-01-05T00:00:00", "2024-01-07T00:00:00"),
    ]


def test_the_end_of_the_last_can_be_given():
    rows = [row("2024-01-01", "a")]
    series = assemble(rows, last_end=datetime(2024, 2, 1), feedback=Log())
    assert spans(series) == [("a", "2024-01-01T00:00:00", "2024-02-01T00:00:00")]
    with pytest.raises(DateError, match="LAST_END, 2024-01-01"):
        assemble(rows, last_end=datetime(2024, 1, 1), feedback=Log())


def test_ends_of_the_sources_own_are_kept_and_nothing_is_missing_then():
    rows = [
        row("2024-01-01", "a", end="2024-01-10"),
        row("2024-01-02", "a", open_ended=True),
        row("2024-01-03", "a", end="2024-01-04"),
        row("2024-01-09", "a", end="2024-01-10"),
    ]
    series = assemble(rows, feedback=Log())
    assert [each[2] for each in spans(series)] == [
        "2024-01-10T00:00:00",
        "open",
        "2024-01-04T00:00:00",
        "2024-01-10T00:00:00",
    ]
    assert series.missing == ()


def test_missing_days_are_told():
    log = Log()
    rows = [row(f"2024-01-0{day}", str(day)) for day in (1, 2, 3, 5)]
    series = assemble(rows, feedback=log)
    assert series.missing == (datetime(2024, 1, 4),)
    assert log.warnings == ["1 dates are missing, by the usual step of the series: 2024-01-04."]


def test_days_are_missing_from_a_series_with_times_of_day_too():
    rows = [
        row(f"2024-01-0{day}T{hour:02}:30:00", f"{day}") for day, hour in
        ((1, 8), (2, 9), (3, 7), (5, 8))
    ]  # fmt: skip
    assert assemble(rows, feedback=Log()).missing == (datetime(2024, 1, 4),)


def test_two_sources_of_one_faction_and_date_are_kept_and_told():
    log = Log()
    rows = [row("2024-01-01", "a"), row("2024-01-01", "b"), row("2024-01-01", "c", "Blue")]
    series = assemble(rows, feedback=log)
    assert len(series.rows) == 3
    assert len(log.warnings) == 1
    assert '2024-01-01: "Red" is in 2 sources' in log.warnings[0]
    assert "a, b" in log.warnings[0]


@pytest.mark.parametrize(("same_day", "kept"), [(SameDay.FIRST, "early"), (SameDay.LAST, "late")])
def test_one_a_day_can_be_kept_of_each_faction(same_day, kept):
    log = Log()
    rows = [
        row("2024-01-01T08:00:00", "early"),
        row("2024-01-01T20:00:00", "late"),
        row("2024-01-01T09:00:00", "blue", "Blue"),
        row("2024-01-02T09:00:00", "next"),
    ]
    series = assemble(rows, same_day=same_day, feedback=log)
    assert spans(series) == [
        ("blue", "2024-01-01T00:00:00", "2024-01-02T00:00:00"),
        (kept, "2024-01-01T00:00:00", "2024-01-02T00:00:00"),
        ("next", "2024-01-02T00:00:00", "2024-01-03T00:00:00"),
    ]
    left_out = {"early": "late", "late": "early"}[kept]
    assert log.warnings == [
        f"1 snapshots left out, others of the same day and faction count: {left_out}."
    ]


def test_several_times_of_one_day_are_kept_and_told():
    log = Log()
    rows = [row("2024-01-01T08:00:00", "early"), row("2024-01-01T20:00:00", "late")]
    assert len(assemble(rows, feedback=log).dates) == 2
    assert "1 days have several snapshots" in log.warnings[0]
