"""Rows of a control layer become snapshots; nothing is dropped in silence."""

from __future__ import annotations

from datetime import datetime

import pytest
import shapely

from enclave_watch.core.errors import Cancelled, CrsError, DateError, EmptyLayerError
from enclave_watch.core.model import ControlRow
from enclave_watch.core.series import read_series
from enclave_watch.tests.core.helpers.build import UTM, Log, in_km

SQUARE = shapely.to_wkb(in_km("POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))"))
OTHER = shapely.to_wkb(in_km("POLYGON((20 0, 30 0, 30 10, 20 10, 20 0))"))
BOW = shapely.to_wkb(in_km("POLYGON((0 0, 10 10, 10 0, 0 10, 0 0))"))
MAY, JUNE, JULY, AUGUST = (datetime(2018, month, 1) for month in (5, 6, 7, 8))


def read(rows, *, feedback=None, **choices):
    choices = {"layer_name": "control", "crs": UTM, **choices}
    return read_series(rows, feedback=feedback or Log(), **choices)


def row(number, faction="A", wkb=SQUARE, start=MAY, end=None):
    return ControlRow(number, faction, wkb, start, end)


def dates(series):
    return [snapshot.date for snapshot in series.snapshots]


class TestDates:
    """One snapshot a date."""

    def test_rows_of_one_date_are_one_snapshot_in_order_of_date(self):
        series = read([row(1, start=JULY), row(2, start=MAY), row(3, "B", OTHER, start=MAY)])
        assert dates(series) == [MAY, JULY]
        assert list(series.snapshots[0].holdings) == ["A", "B"]
        assert series.factions == ("A", "B")
        assert not series.has_times

    def test_without_a_date_field_there_is_one_undated_snapshot_of_all(self):
        series = read([row(1, start=None), row(2, "B", start=None)], dated=False)
        assert dates(series) == [None]

    def test_times_of_day_make_snapshots_of_their_own(self):
        series = read([row(1, start=datetime(2018, 5, 1, 6)), row(2, start=MAY)])
        assert len(dates(series)) == 2
        assert series.has_times

    def test_a_polygon_seen_before_is_kept_once(self):
        series = read([row(1), row(2, start=JUNE), row(3, "B", OTHER)])
        assert len(series.store.polygons) == 2
        assert series.snapshots[0].holdings["A"] == series.snapshots[1].holdings["A"]

    def test_alliances_count_a_member_as_the_alliance(self):
        series = read([row(1), row(2, "B", OTHER)], alliances={"B": "A"})
        assert series.factions == ("A",)
        assert len(series.snapshots[0].holdings["A"]) == 2


class TestIntervals:
    """Rows with an end: a snapshot at each date on which something changes."""

    def test_a_snapshot_is_taken_where_something_begins_or_ends(self):
        rows = [row(1, start=MAY, end=JULY), row(2, "B", OTHER, start=JUNE, end=None)]
        series = read(rows, end_field=True)
        assert dates(series) == [MAY, JUNE, JULY]
        assert [sorted(snapshot.holdings) for snapshot in series.snapshots] == [
            ["A"],
            ["A", "B"],
            ["B"],
        ]

    def test_the_end_is_exclusive(self):
        rows = [row(1, start=MAY, end=JUNE), row(2, "B", OTHER, start=JUNE, end=JULY)]
        holdings = [list(each.holdings) for each in read(rows, end_field=True).snapshots]
        assert holdings == [["A"], ["B"]]

    def test_a_row_cut_in_two_changes_nothing(self):
        rows = [row(1, start=MAY, end=JUNE), row(2, start=JUNE, end=None)]
        assert dates(read(rows, end_field=True)) == [MAY]

    def test_overlapping_intervals_of_one_ground_count_once(self):
        rows = [row(1, start=MAY, end=JULY), row(2, start=JUNE, end=AUGUST)]
        series = read(rows, end_field=True)
        assert dates(series) == [MAY]
        assert len(series.snapshots[0].holdings["A"]) == 1

    def test_an_end_that_is_not_after_the_start_is_skipped_and_counted(self):
        log = Log()
        rows = [row(1), row(2, start=JUNE, end=MAY), row(3, start=JUNE, end=JUNE)]
        assert dates(read(rows, end_field=True, feedback=log)) == [MAY]
        assert any(
            'field "end" is not after the start in "date" (features skipped: 2; first ids: 2, 3)'
            in text
            for text in log.warnings
        )

    def test_a_time_in_which_nobody_holds_anything_is_told(self):
        log = Log()
        rows = [row(1, start=MAY, end=JUNE), row(2, start=JULY)]
        assert dates(read(rows, end_field=True, feedback=log)) == [MAY, JULY]
        assert any("from 2018-06-01 to before 2018-07-01" in text for text in log.warnings)

    def test_a_date_in_which_nobody_holds_anything_has_no_snapshot(self):
        rows = [row(1, start=MAY, end=JUNE), row(2, start=JULY)]
        with pytest.raises(DateError):
            read(rows, end_field=True, date=datetime(2018, 6, 15))

    def test_a_date_after_the_last_end_has_no_snapshot(self):
        with pytest.raises(DateError):
            read([row(1, start=MAY, end=JUNE)], end_field=True, date=AUGUST)


class TestDatesAskedFor:
    """DATE, FROM and TO."""

    ROWS = (row(1, start=MAY), row(2, start=JUNE), row(3, start=JULY))

    def test_the_snapshot_valid_on_a_date_is_the_last_until_then(self):
        log = Log()
        series = read(self.ROWS, date=datetime(2018, 6, 20), feedback=log)
        assert dates(series) == [JUNE]
        assert any("2018-06-20: the snapshot of 2018-06-01 is valid" in text for text in log.infos)
        assert dates(read(self.ROWS, date=JULY)) == [JULY]

    def test_a_date_before_the_first_is_refused_with_the_span(self):
        with pytest.raises(DateError, match="its first is 2018-05-01, its last 2018-07-01"):
            read(self.ROWS, date=datetime(2018, 4, 30))

    def test_from_and_to_are_both_included(self):
        assert dates(read(self.ROWS, from_date=JUNE)) == [JUNE, JULY]
        assert dates(read(self.ROWS, to_date=JUNE)) == [MAY, JUNE]
        assert dates(read(self.ROWS, from_date=JUNE, to_date=JUNE)) == [JUNE]

    def test_to_includes_all_of_its_day(self):
        rows = [row(1, start=datetime(2018, 6, 1, 18))]
        assert len(dates(read(rows, to_date=JUNE))) == 1

    def test_nothing_between_from_and_to_is_refused(self):
        with pytest.raises(DateError):
            read(self.ROWS, from_date=datetime(2018, 6, 2), to_date=datetime(2018, 6, 30))

    def test_dates_asked_of_an_undated_series_are_refused_with_the_remedy(self):
        with pytest.raises(DateError, match="Give its date field"):
            read([row(1, start=None)], dated=False, date=MAY)


class TestWhatCannotBeUsed:
    """Skipped or repaired, and counted with the first ids."""

    def test_null_geometry_faction_and_date_are_skipped_and_counted(self):
        log = Log()
        rows = [row(1), row(2, wkb=None), row(3, faction=None), row(4, "  "), row(5, start=None)]
        series = read(rows, feedback=log)
        assert len(series.snapshots) == 1
        assert len(log.warnings) == 3
        for text in (
            "the geometry is empty (features skipped: 1; first ids: 2)",
            'field "faction" is empty: no faction (features skipped: 2; first ids: 3, 4)',
            'field "date" is empty: no date (features skipped: 1; first ids: 5)',
        ):
            assert any(text in warning for warning in log.warnings)

    def test_a_geometry_without_area_is_skipped_and_counted(self):
        log = Log()
        flat = in_km("POLYGON((0 0, 10 0, 5 0, 0 0))")
        line = in_km("LINESTRING(0 0, 10 0)")
        empty = shapely.Polygon()
        rows = [row(1)] + [
            row(number, wkb=shapely.to_wkb(shape))
            for number, shape in enumerate((flat, line, empty), start=2)
        ]
        read(rows, feedback=log)
        assert ["no area (features skipped: 3; first ids: 2, 3, 4)" in w for w in log.warnings] == [
            True
        ]

    def test_bytes_that_are_no_geometry_are_skipped_and_counted(self):
        log = Log()
        read([row(1), row(2, wkb=b"no geometry")], feedback=log)
        assert any("features skipped: 1;" in text for text in log.warnings)

    def test_coordinates_that_are_no_numbers_are_skipped_and_counted(self):
        log = Log()
        broken = shapely.Polygon([(0, 0), (float("nan"), 0), (1, 1), (0, 0)])
        endless = shapely.Polygon([(0, 0), (float("inf"), 0), (1, 1), (0, 0)])
        rows = [row(1), row(2, wkb=shapely.to_wkb(broken)), row(3, wkb=shapely.to_wkb(endless))]
        series = read(rows, feedback=log)
        assert any("features skipped: 2;" in text for text in log.warnings)
        assert len(series.store.polygons) == 1

    def test_repaired_polygons_are_counted_by_feature(self):
        log = Log()
        rows = [row(1), row(7, wkb=BOW), row(9, wkb=BOW, start=JUNE)]
        read(rows, feedback=log)
        assert any("invalid polygons repaired: 2 (first ids: 7, 9)" in w for w in log.warnings)

    def test_of_many_only_the_first_ids_are_named(self):
        log = Log()
        read([row(1), *(row(number, wkb=None) for number in range(10, 20))], feedback=log)
        assert any(
            "features skipped: 10; first ids: 10, 11, 12, 13, 14, ..." in text
            for text in log.warnings
        )

    def test_a_layer_with_nothing_usable_is_refused_by_name(self):
        for rows in ([], [row(1, wkb=None)], [row(1, faction=None)]):
            with pytest.raises(EmptyLayerError, match='"control"'):
                read(rows)

    def test_what_was_read_is_told(self):
        log = Log()
        read([row(1), row(2, "B", OTHER), row(3, start=JUNE)], feedback=log)
        (text,) = log.infos
        assert (
            "2 snapshots, 2018-05-01 to 2018-06-01. Features read: 3, distinct polygons: 2" in text
        )
        assert "factions: 2" in text

    def test_a_crs_that_is_not_on_the_earth_is_refused(self):
        local = 'LOCAL_CS["plan",UNIT["metre",1]]'
        with pytest.raises(CrsError):
            read([row(1)], crs=local)

    def test_a_cancelled_reading_stops(self):
        with pytest.raises(Cancelled):
            read([row(1)], feedback=Log(checks_left=0))


def test_a_day_asked_for_has_the_last_of_its_snapshots():
    rows = [row(1, start=datetime(2018, 8, 5, hour)) for hour in (6, 18)]
    series = read(rows, date=datetime(2018, 8, 5))
    assert [each.date for each in series.snapshots] == [datetime(2018, 8, 5, 18)]
    series = read(rows, date=datetime(2018, 8, 5, 12))
    assert [each.date for each in series.snapshots] == [datetime(2018, 8, 5, 6)]


class TestDegreesThatAreNone:
    """Metres under the name of degrees would give figures of some other place."""

    def read(self, wkt, log):
        rows = [ControlRow(1, "A", shapely.to_wkb(shapely.from_wkt(wkt)))]
        return read_series(rows, layer_name="control", crs="EPSG:4326", dated=False, feedback=log)

    @pytest.mark.parametrize(
        "wkt",
        [
            "POLYGON((38 35, 39 35, 39 136, 38 35))",
            "POLYGON((500000 3900000, 510000 3900000, 510000 3910000, 500000 3900000))",
        ],
    )
    def test_they_are_refused(self, wkt):
        with pytest.raises(CrsError, match=r'"control".*no degrees of longitude and latitude'):
            self.read(wkt, Log())

    def test_past_the_antimeridian_they_are_told(self):
        log = Log()
        self.read("POLYGON((179 -17, 181 -17, 181 -16, 179 -17))", log)
        assert any("past 180 degrees of longitude, to 181" in text for text in log.warnings)

    def test_the_whole_world_is_fine(self):
        log = Log()
        self.read("POLYGON((-180 -90, 180 -90, 180 90, -180 90, -180 -90))", log)
        assert log.warnings == []


def test_an_empty_layer_says_why_nothing_can_be_used():
    rows = [row(1, faction=None), row(2, faction=None), row(3, wkb=None)]
    with pytest.raises(
        EmptyLayerError, match=r'"faction" is empty: no faction \(2 of 3 features\)'
    ):
        read(rows)


def test_a_member_of_an_alliance_that_is_not_there_is_told():
    log = Log()
    read([row(1), row(2, "Blue")], alliances={"Bleu": "A", "Qqq": "A"}, feedback=log)
    assert any('no faction "Bleu". Did you mean Blue?' in text for text in log.warnings)
    assert any('no faction "Qqq". Its factions are: A, Blue.' in text for text in log.warnings)
