"""The rows of a date sum to the home country, on shapes of round numbers and on real data."""

from __future__ import annotations

from datetime import datetime

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from enclave_watch.core.errors import Cancelled
from enclave_watch.core.model import ControlRow, Parameters
from enclave_watch.core.series import read_series
from enclave_watch.core.summary import summarise
from enclave_watch.core.summarytext import lengths_text, row_lines
from enclave_watch.tests.core.helpers.build import UTM, Log, geography_of, in_km
from enclave_watch.tests.core.helpers.changing import dated_series, ground_by_holders
from enclave_watch.tests.core.helpers.geopackage import features, shapes, world_map
from enclave_watch.tests.core.test_sums_close import two_snapshots

# a square kilometre of the grid is this much ground
KM2 = 1 / 0.9996**2


def box(west, south, east, north):
    return shapely.box(west, south, east, north).wkt


COUNTRIES = {"Home": box(0, 0, 20, 10), "East": box(20, 0, 40, 10)}
PROVINCES = {"West": box(0, 0, 10, 10), "Middle": box(10, 0, 16, 10)}
BEFORE = [("A", box(0, 0, 8, 10)), ("B", box(8, 0, 16, 10))]
# A takes 2 x 10 from B and claims another 1 x 10; B goes 4 x 10 over the border
AFTER = [("A", box(0, 0, 11, 10)), ("B", box(10, 0, 24, 10))]


def summary(*snapshots, countries=COUNTRIES, provinces=PROVINCES, feedback=None, **choices):
    series = dated_series(*snapshots)
    geography = geography_of(series, countries=countries, provinces=provinces)
    return list(summarise(series, geography, Parameters(), feedback=feedback or Log(), **choices))


def by_name(rows):
    return {
        (row.faction, row.province) if row.province is not None else row.faction: row
        for row in rows
    }


def about(square_km):
    return pytest.approx(square_km * KM2, rel=5e-5, abs=1e-6)


def test_a_date_has_a_row_for_each_faction_contested_and_unassigned_ground():
    before, after = (by_name(rows) for rows in summary(BEFORE, AFTER))
    assert {name: row.km2 for name, row in before.items()} == {
        "A": about(80), "B": about(80), "unassigned": about(40),
    }  # fmt: skip
    assert {name: row.km2 for name, row in after.items()} == {
        "A": about(100), "B": about(90), "contested: A + B": about(10), "unassigned": about(0),
    }  # fmt: skip
    assert [row.kind for row in after.values()] == ["faction", "faction", "contested", "unassigned"]
    assert after["A"].share_pct == pytest.approx(50, rel=1e-5)


def test_all_ground_is_that_held_alone_contested_and_outside():
    row = by_name(summary(BEFORE, AFTER)[1])["B"]
    assert (row.area_km2, row.contested_km2, row.outside_km2) == (about(140), about(10), about(40))
    assert row.area_km2 == pytest.approx(row.km2 + row.contested_km2 + row.outside_km2)


def test_gains_and_losses_make_the_net_change_of_all_ground():
    before, after = (by_name(rows) for rows in summary(BEFORE, AFTER))
    assert (before["A"].gained_km2, before["A"].lost_km2, before["A"].net_km2) == (None, None, None)
    # of what B had, A takes 8 to 10 and shares 10 to 11
    assert (after["A"].gained_km2, after["A"].lost_km2) == (about(30), about(0))
    assert (after["B"].gained_km2, after["B"].lost_km2) == (about(80), about(20))
    for name in "AB":
        change = after[name].area_km2 - before[name].area_km2
        assert after[name].net_km2 == pytest.approx(change, abs=1e-6)
    # of the 80 that nobody held and B took, 40 lie in the home country
    free = after["unassigned"]
    assert (free.gained_km2, free.lost_km2) == (about(0), about(40))
    assert free.net_km2 == pytest.approx(free.km2 - before["unassigned"].km2, abs=1e-6)
    shared = after["contested: A + B"]
    assert (shared.gained_km2, shared.net_km2) == (about(10), about(10))


def test_redrawing_is_in_the_net_change_and_in_no_gain():
    # the strips are 2 x 20 / 24, 2 x 10 / 22 and 2 x 80 / 36 km wide
    before, after = (by_name(rows) for rows in summary(BEFORE, AFTER, min_width_m=2000))
    assert (after["A"].gained_km2, after["A"].redraw_km2) == (0, about(30))
    assert (after["B"].gained_km2, after["B"].redraw_km2) == (about(80), about(-20))
    assert after["B"].net_km2 == pytest.approx(after["B"].area_km2 - before["B"].area_km2, abs=1e-6)


def test_enclaves_borders_and_fronts_are_those_of_the_date():
    after = by_name(summary(BEFORE, AFTER)[1])
    assert (after["A"].enclaves, after["A"].largest_km2) == (1, about(110))
    assert dict(after["B"].border_km)["East"] == pytest.approx(10 / 0.9996, rel=0.01)
    assert dict(after["A"].front_km) == {"B": pytest.approx(12 / 0.9996, rel=0.02)}
    assert lengths_text((("B", 10.04), ("C", 2.0))) == "B 10.0; C 2.0"


def test_provinces_and_what_lies_in_none_sum_to_the_country():
    after = by_name(summary(BEFORE, AFTER, by_province=True)[1])
    assert {name: row.km2 for name, row in after.items() if row.km2 > 1e-6} == {
        ("A", "West"): about(100),
        ("B", "Middle"): about(50),
        ("B", ""): about(40),
        ("contested: A + B", "Middle"): about(10),
    }
    rest = after["B", ""]
    assert (rest.outside_km2, rest.area_km2) == (about(40), about(80))
    assert after["B", "Middle"].outside_km2 is None
    assert after["B", "Middle"].share_pct == pytest.approx(100 * 50 / 60, rel=1e-5)
    # B lost 8 to 10 in the west, and gained 16 to 24 in no province
    assert (after["B", "West"].km2, after["B", "West"].lost_km2) == (about(0), about(20))
    assert rest.gained_km2 == about(80)
    assert (after["A", "Middle"].enclaves, after["A", "Middle"].largest_km2) == (1, about(10))
    assert after["A", "West"].border_km == ()


def test_a_faction_that_lost_all_has_a_last_row():
    rows = summary(BEFORE, [("A", box(0, 0, 16, 10))], [("A", box(0, 0, 16, 10))])
    gone = by_name(rows[1])["B"]
    assert (gone.km2, gone.lost_km2, gone.enclaves) == (0, about(80), 0)
    assert "B" not in by_name(rows[2])


def test_an_undated_layer_has_one_date_and_no_change():
    rows = summary(BEFORE)
    assert len(rows) == 1
    assert {row.gained_km2 for row in rows[0]} == {None}


def test_while_nobody_holds_anything_all_is_unassigned():
    wkb = shapely.to_wkb(in_km(box(0, 0, 10, 10)))
    may, june, july = (datetime(2020, month, 1) for month in (5, 6, 7))
    series = read_series(
        [ControlRow(1, "A", wkb, may, june), ControlRow(2, "A", wkb, july)],
        layer_name="control", crs=UTM, end_field=True, feedback=Log(),
    )  # fmt: skip
    geography = geography_of(series, countries=COUNTRIES)
    rows = list(summarise(series, geography, Parameters(), feedback=Log()))
    assert [{row.faction: row.km2 for row in each} for each in rows] == [
        {"A": about(100), "unassigned": about(100)},
        {"A": 0, "unassigned": about(200)},
        {"A": about(100), "unassigned": about(100)},
    ]


def test_border_lines_give_no_unassigned_ground_and_no_shares():
    series = dated_series(BEFORE, AFTER)
    geography = geography_of(series, border_lines={"East": "LINESTRING(20 0, 20 10)"})
    rows = [by_name(each) for each in summarise(series, geography, Parameters(), feedback=Log())]
    assert set(rows[1]) == {"A", "B", "contested: A + B"}
    assert (rows[1]["B"].km2, rows[1]["B"].outside_km2) == (about(130), about(0))
    assert rows[1]["B"].share_pct is None


def test_provinces_that_overlap_are_warned_of():
    log = Log()
    provinces = {"West": box(0, 0, 12, 10), "East": box(8, 0, 20, 10)}
    summary(BEFORE, provinces=provinces, feedback=log)
    assert any("Provinces overlap: together they are 40.03 km2" in each for each in log.warnings)


def test_the_words_tell_the_largest_first():
    assert row_lines(summary(BEFORE, AFTER)[1], "Home") == [
        "A: 100.1 km2, 50.0 % of Home; contested 10.0; gained 30.0",
        "B: 90.1 km2, 45.0 % of Home; contested 10.0; outside 40.0; gained 80.1; lost 20.0",
        "contested: A + B: 10.0 km2, 5.0 % of Home; gained 10.0",
        "unassigned: 0.0 km2, 0.0 % of Home; lost 40.0",
    ]


def test_who_has_and_lost_next_to_nothing_is_not_told_of():
    speck = [("C", box(17, 0, 17.1, 0.1))]
    lines = row_lines(summary([*BEFORE, *speck], BEFORE)[1], "Home")
    assert [line.split(":")[0] for line in lines] == ["A", "B", "unassigned"]


def test_a_cancelled_run_stops():
    with pytest.raises(Cancelled):
        summary(BEFORE, AFTER, feedback=Log(checks_left=3))


@settings(max_examples=20, derandomize=True, deadline=None)
@given(two_snapshots(), st.booleans())
def test_on_any_partition_each_date_sums_to_the_country(pair, by_province):
    """The truth of each row is a plain overlay; the country is smaller than what is held."""
    home, west = in_km(box(0, 0, 8, 6)), in_km(box(-20, 0, 3, 6))
    countries = {"Home": home, "East": box(8, 0, 40, 10)}
    log = Log()
    rows_of_dates = summary(
        *pair, countries=countries, provinces={"West": west}, by_province=by_province, feedback=log
    )
    for held, rows in zip(pair, rows_of_dates):
        assert sum(row.km2 for row in rows) == pytest.approx(48 * KM2, rel=1e-4)
        found = {}
        for row in rows:
            found[row.faction] = found.get(row.faction, 0.0) + row.km2
        grounds = ground_by_holders(held)
        for holders, ground in grounds.items():
            name = holders[0] if len(holders) == 1 else f"contested: {' + '.join(holders)}"
            truth = shapely.intersection(ground, home).area * 1e-6 * KM2
            assert found.get(name, 0.0) == pytest.approx(truth, rel=1e-4, abs=0.001), name
        all_held = shapely.union_all(list(grounds.values()))
        free = shapely.difference(home, all_held).area * 1e-6 * KM2
        assert found["unassigned"] == pytest.approx(free, rel=1e-4, abs=0.001)


@pytest.mark.parametrize("by_province", [False, True])
def test_each_date_of_syria_2018_sums_to_syria(sample, by_province):
    rows = [
        ControlRow(number, faction, wkb, datetime.fromisoformat(date))
        for number, wkb, (faction, date) in features(sample, "control", "faction", "date")
    ]
    series = read_series(rows, layer_name="control", crs="EPSG:4326", feedback=Log())
    path = world_map()
    names = "'Syria', 'Iraq', 'Turkey', 'Jordan', 'Lebanon', 'Israel'"
    geography = geography_of(
        series,
        countries=dict(shapes(path, "countries", "NAME", f"NAME in ({names})")),
        provinces=dict(shapes(path, "states_provinces", "name", "admin = 'Syria'")),
        home=["Syria"],
    )
    found = list(
        summarise(series, geography, Parameters(), by_province=by_province, feedback=Log())
    )
    assert len(found) == 5
    for each in found:
        assert sum(row.km2 for row in each) == pytest.approx(185_993, abs=1)
        assert sum(row.km2 for row in each) == pytest.approx(geography.home_area_km2, abs=0.01)
    # held here against a union of its own: what nobody holds on the last date
    held = [series.store.polygons[n] for own in series.snapshots[-1].holdings.values() for n in own]
    free = shapely.difference(geography.home, shapely.union_all(held))
    truth = float(series.store.geodesy.area_km2([free])[0])
    last = sum(row.km2 for row in found[-1] if row.kind == "unassigned")
    assert last == pytest.approx(truth, abs=0.01)


def test_border_that_two_enclaves_of_a_faction_lie_along_counts_once():
    strips = [("A", box(19.8, 2, 20, 8)), ("A", box(19.2, 2, 19.7, 8))]
    (row,) = (row for row in summary(strips)[0] if row.faction == "A")
    assert row.enclaves == 2
    assert dict(row.border_km) == {"East": pytest.approx(6, rel=1e-3)}
