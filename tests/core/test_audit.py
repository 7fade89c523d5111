"""What is wrong with a control layer, on literal shapes in kilometres."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import shapely

from enclave_watch.core.audit import (
    AuditRow,
    Fault,
    Kind,
    Severity,
    advice,
    counts_of,
    mended,
    row_problems,
)
from enclave_watch.core.auditground import ground_problems
from enclave_watch.core.auditjumps import missing_date_problems, redefinitions
from enclave_watch.core.model import ControlRow
from enclave_watch.core.series import read_series
from enclave_watch.tests.core.helpers.build import UTM, Log, in_km, rows_of, series_of

TODAY = datetime(2026, 1, 1)
FIRST = datetime(2024, 1, 1)
# a square kilometre of the grid, on the ground
KM2 = 1.0 / 0.9996**2


def of_row(*, dated=True, fault=None, unread=None, **row):
    values = {
        "feature_id": 7,
        "faction": "Red",
        "wkb": shapely.to_wkb(shapely.box(0, 0, 1, 1)),
        "start": FIRST,
    }
    audited = AuditRow(ControlRow(**{**values, **row}), fault, unread)
    return list(row_problems([audited], dated=dated, today=TODAY, feedback=Log()))


def series_on(dates, shapes_of):
    rows = [row for date in dates for row in rows_of(shapes_of(date), start=date)]
    return read_series(rows, layer_name="control", crs=UTM, feedback=Log())


def in_series(series, width_m=25.0):
    return ground_problems(series, sliver_width_m=width_m, feedback=Log())


def test_a_good_row_has_no_problem():
    assert of_row() == []
    assert of_row(end=FIRST + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("row", "kind", "words"),
    [
        ({"wkb": None, "fault": Fault.NULL}, Kind.NULL_GEOMETRY, "no geometry"),
        ({"wkb": None, "fault": Fault.EMPTY}, Kind.EMPTY_GEOMETRY, "empty"),
        ({"wkb": None, "fault": Fault.NOT_POLYGON}, Kind.NOT_POLYGON, "no polygon"),
        ({"faction": None}, Kind.NULL_FACTION, "Feature 7 (2024-01-01) has no faction."),
        ({"faction": "  "}, Kind.NULL_FACTION, "no faction"),
        ({"start": None}, Kind.NULL_DATE, "Feature 7 (Red) has no date."),
        ({"start": None, "unread": "2018-02-31"}, Kind.IMPOSSIBLE_DATE, '"2018-02-31"'),
        ({"end": FIRST}, Kind.IMPOSSIBLE_DATE, "end that is not after its start"),
        ({"start": datetime(2026, 1, 3)}, Kind.IMPOSSIBLE_DATE, "future"),
        ({"start": datetime(18, 8, 5)}, Kind.IMPOSSIBLE_DATE, "before the year 1000"),
    ],
)
def test_each_fault_of_a_row_is_an_error_of_its_kind(row, kind, words):
    (problem,) = of_row(**row)
    assert (problem.kind, problem.severity) == (kind, Severity.ERROR)
    assert problem.feature_ids == (7,)
    assert words in problem.text


def test_a_row_can_have_several_problems():
    found = of_row(wkb=None, fault=Fault.NULL, faction=None, start=None)
    assert [each.kind for each in found] == [
        Kind.NULL_GEOMETRY,
        Kind.NULL_FACTION,
        Kind.NULL_DATE,
    ]


def test_an_undated_layer_lacks_no_dates():
    assert of_row(start=None, dated=False) == []


def test_an_invalid_geometry_says_why_and_shows_the_ground():
    bow_tie = shapely.from_wkt("POLYGON((0 0, 2 2, 2 0, 0 2, 0 0))")
    (problem,) = of_row(wkb=shapely.to_wkb(bow_tie))
    assert problem.kind is Kind.INVALID_GEOMETRY
    assert "Self-intersection" in problem.text
    assert problem.geometry.area == 2.0


@pytest.mark.parametrize(
    ("drawn", "area"),
    [
        ("POLYGON((0 0, 1 0, 1 1, 0 1, 0 0))", 1.0),
        ("POLYGON((0 0, 2 2, 2 0, 0 2, 0 0))", 2.0),
        # parts that overlap are held, and no hole
        ("MULTIPOLYGON(((0 0,2 0,2 1,0 1,0 0)),((1 0,3 0,3 1,1 1,1 0)))", 3.0),
        # a hole that leaves its shell takes ground away, and adds none
        ("POLYGON((0 0,2 0,2 2,0 2,0 0),(1 1,3 1,3 3,1 3,1 1))", 3.0),
        ("GEOMETRYCOLLECTION(POINT(5 5), POLYGON((0 0, 1 0, 1 1, 0 1, 0 0)))", 1.0),
    ],
)
def test_what_is_mended_keeps_its_ground(drawn, area):
    whole = mended(shapely.from_wkt(drawn))
    assert shapely.is_valid(whole)
    assert whole.area == area


@pytest.mark.parametrize("drawn", ["POLYGON((0 0, 1 1, 0 0, 0 0))", "POINT(0 0)"])
def test_what_has_no_area_cannot_be_mended(drawn):
    assert mended(shapely.from_wkt(drawn)) is None


def test_ground_of_two_factions_is_an_overlap():
    series = series_of(
        [
            ("Red", "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))"),
            ("Blue", "POLYGON((8 0, 18 0, 18 10, 8 10, 8 0))"),
            ("Green", "POLYGON((18 0, 20 0, 20 10, 18 10, 18 0))"),
        ]
    )
    (problem,) = in_series(series)
    assert (problem.kind, problem.severity) == (Kind.OVERLAP, Severity.WARNING)
    assert problem.factions == ("Blue", "Red")
    assert problem.area_km2 == pytest.approx(20 * KM2, rel=1e-5)
    # 2 x 20 km2 / 24 km
    assert problem.width_m == pytest.approx(2000 * 20 / 24 / 0.9996, rel=1e-5)
    assert problem.geometry.equals(in_km("POLYGON((8 0, 10 0, 10 10, 8 10, 8 0))"))


def test_ground_that_one_faction_holds_twice_is_no_overlap():
    square = "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))"
    other = "POLYGON((5 0, 15 0, 15 10, 5 10, 5 0))"
    assert in_series(series_of([("Red", square), ("Red", other)])) == []


def test_a_narrow_overlap_is_a_sliver():
    series = series_of(
        [
            ("Red", "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))"),
            ("Blue", "POLYGON((9.99 0, 20 0, 20 10, 9.99 10, 9.99 0))"),
        ]
    )
    assert [each.kind for each in in_series(series, 25.0)] == [Kind.SLIVER]
    assert [each.kind for each in in_series(series, 9.0)] == [Kind.OVERLAP]


def test_a_narrow_polygon_is_a_sliver():
    series = series_of([("Red", "POLYGON((0 0, 10 0, 10 0.02, 0 0.02, 0 0))")])
    (problem,) = in_series(series)
    assert problem.kind is Kind.SLIVER
    assert problem.area_km2 == pytest.approx(0.2 * KM2, rel=1e-4)
    assert "a polygon of Red, 0.20 km2, is 20 m wide on average" in problem.text


def test_a_polygon_without_area_is_told_of_as_a_sliver():
    # a hundred kilometres long, with only the last digit to part its edges
    hair = shapely.from_wkt(
        "POLYGON((37.805710229705696 32.7187558364904, 38.77528626354115 33.16590867963963,"
        " 37.805710229705625 32.71875583649037, 37.805710229705696 32.7187558364904))"
    )
    assert shapely.is_valid(hair)
    (problem,) = in_series(series_of([("Red", hair)], crs="EPSG:4326"))
    assert (problem.kind, problem.factions) == (Kind.SLIVER, ("Red",))
    assert problem.area_km2 < 1e-9
    assert "a polygon of Red, <1 m2, is <1 m wide on average" in problem.text


def test_polygons_that_share_an_edge_have_no_overlap():
    left, right = "POLYGON((0 0, 1 0, 1 1, 0 1, 0 0))", "POLYGON((1 0, 2 0, 2 1, 1 1, 1 0))"
    assert in_series(series_of([("Red", left), ("Blue", right)])) == []


def test_ground_of_nobody_among_others_is_a_gap():
    # four bars around a square of 2 by 2 km, and an island in the midst of it
    series = series_of(
        [
            ("Red", "POLYGON((0 0, 10 0, 10 4, 0 4, 0 0))"),
            ("Red", "POLYGON((0 6, 10 6, 10 10, 0 10, 0 6))"),
            ("Blue", "POLYGON((0 4, 4 4, 4 6, 0 6, 0 4))"),
            ("Blue", "POLYGON((6 4, 10 4, 10 6, 6 6, 6 4))"),
            ("Green", "POLYGON((4.5 4.5, 5.5 4.5, 5.5 5.5, 4.5 5.5, 4.5 4.5))"),
        ]
    )
    (problem,) = in_series(series)
    assert (problem.kind, problem.severity) == (Kind.GAP, Severity.NOTE)
    assert problem.factions == ("Blue", "Green", "Red")
    assert problem.area_km2 == pytest.approx(3 * KM2, rel=1e-5)


def test_a_bay_is_no_gap():
    series = series_of([("Red", "POLYGON((0 0, 10 0, 10 10, 6 10, 6 2, 4 2, 4 10, 0 10, 0 0))")])
    assert in_series(series) == []


def test_the_same_on_several_dates_is_one_problem():
    def shapes(date):
        edge = 8 if date < datetime(2024, 1, 3) else 9
        return [
            ("Red", "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))"),
            ("Blue", f"POLYGON(({edge} 0, 18 0, 18 10, {edge} 10, {edge} 0))"),
        ]

    found = in_series(series_on([FIRST + timedelta(days=day) for day in range(3)], shapes))
    assert [(each.date.day, each.last_date.day, each.dates) for each in found] == [
        (1, 2, 2),
        (3, 3, 1),
    ]
    assert "the same on 2 dates, to 2024-01-02" in found[0].text


def test_missing_dates_are_problems_without_a_place():
    dates = [FIRST + timedelta(days=day) for day in (0, 1, 2, 4)]
    series = series_on(dates, lambda _: [("Red", "POLYGON((0 0, 1 0, 1 1, 0 1, 0 0))")])
    (problem,) = missing_date_problems(series)
    assert (problem.kind, problem.date) == (Kind.MISSING_DATE, datetime(2024, 1, 4))
    assert problem.geometry is None


def wide(width_of_day):
    """Return shapes of Red: bars of 100 km, so many wide on a day."""

    def shapes(date):
        width = width_of_day[(date - FIRST).days]
        return [("Red", f"POLYGON((0 0, 100 0, 100 {width}, 0 {width}, 0 0))")]

    return shapes


def jumps(widths, *, factor=10.0):
    dates = [FIRST + timedelta(days=day) for day in widths]
    series = series_on(dates, wide(widths))
    return redefinitions(series, jump_factor=factor, feedback=Log())


# 10 km2 a day, on 1,000 km2
SLOW = {day: 10 + day / 10 for day in range(6)}


def test_a_change_far_outside_of_its_own_past_is_a_redefinition():
    (problem,) = jumps({**SLOW, 6: 12.0})
    assert (problem.kind, problem.severity) == (Kind.REDEFINITION, Severity.WARNING)
    assert problem.date == datetime(2024, 1, 7)
    # 12 km less 10.5 km, along 100 km
    assert problem.area_km2 == pytest.approx(150 * KM2, rel=1e-4)
    assert problem.geometry.equals(in_km("POLYGON((0 10.5, 100 10.5, 100 12, 0 12, 0 10.5))"))


def test_a_loss_is_one_as_well():
    (problem,) = jumps({**SLOW, 6: 9.0})
    assert problem.area_km2 == pytest.approx(-150 * KM2, rel=1e-4)


@pytest.mark.parametrize(
    "widths",
    [
        {**SLOW, 6: 11.4},  # nine times the usual change
        {day: 10 + day for day in range(12)},  # always fast
        {**{day: width for day, width in SLOW.items() if day < 5}, 5: 12.0},  # four changes before
        {**dict.fromkeys(range(6), 10.0), 6: 10.05},  # half a per cent
        {**SLOW, 21: 12.5},  # twenty times as much, in sixteen days
        {day: 10 + 0.2 * (day // 3) for day in range(12)},  # two per cent every third day
    ],
)
def test_what_is_usual_small_or_without_a_past_is_none(widths):
    assert jumps(widths) == []


def test_after_a_past_without_change_any_change_over_a_hundredth_is_one():
    (problem,) = jumps({**dict.fromkeys(range(6), 10.0), 6: 10.2, 7: 10.4, 8: 10.6})
    assert problem.date == datetime(2024, 1, 7)
    assert "20.0 km2 a day; 0.0 were usual" in problem.text


def test_one_redefinition_does_not_hide_the_next():
    found = jumps({**SLOW, 6: 12.0, 7: 12.1, 8: 13.6})
    assert [each.date.day for each in found] == [7, 9]


def test_the_factor_decides():
    assert len(jumps({**SLOW, 6: 11.4}, factor=8.0)) == 1


def test_every_kind_says_what_to_do_in_words_of_its_own():
    texts = {kind: advice(kind) for kind in Kind}
    assert all(text.endswith(".") for text in texts.values())
    # a geometry that is null and one that is empty want the same
    assert len(set(texts.values())) == len(Kind) - 1
    (problem,) = of_row(faction=None)
    assert problem.sentence == (
        "Feature 7 (2024-01-01) has no faction. It counts in no figure: fill in who holds it, or "
        "delete it."
    )


def test_counts_tell_of_every_kind():
    found = of_row(faction=None)
    counts = {each.kind: each for each in counts_of(found)}
    assert list(counts) == list(Kind)
    assert len(counts[Kind.NULL_FACTION].problems) == 1
    assert counts[Kind.NULL_FACTION].first_date == FIRST
    assert counts[Kind.OVERLAP].problems == ()
    assert counts[Kind.OVERLAP].area_km2 is None
