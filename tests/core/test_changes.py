"""What changed hands between two snapshots, on shapes of round numbers."""

from __future__ import annotations

from datetime import datetime

import pytest
import shapely

from enclave_watch.core import overlay
from enclave_watch.core.changes import changes, matrix_km2
from enclave_watch.core.changetext import change_lines
from enclave_watch.core.churn import churn
from enclave_watch.core.errors import Cancelled, DateError, OverlayError
from enclave_watch.core.holders import holders_name, sorted_holders
from enclave_watch.core.model import ControlRow
from enclave_watch.core.series import read_series
from enclave_watch.tests.core.helpers.build import UTM, Log, in_km
from enclave_watch.tests.core.helpers.changing import FIRST_DAY, dated_series

# a square kilometre of the grid is this much ground
KM2 = 1 / 0.9996**2


def box(west, south, east, north):
    return shapely.box(west, south, east, north).wkt


LEFT, RIGHT = box(0, 0, 10, 10), box(10, 0, 20, 10)


def steps_of(*snapshots, **choices):
    return list(changes(dated_series(*snapshots), feedback=Log(), **choices))


def only_step(before, after, **choices):
    (step,) = steps_of(before, after, **choices)
    return step


def matrix_of(before, after, **choices):
    return matrix_km2(only_step(before, after, **choices).transitions)


def about(square_km):
    return pytest.approx(square_km * KM2, rel=1e-5)


class TestTransitions:
    """A partition of the ground that changed hands."""

    def test_ground_goes_from_who_held_it_to_who_holds_it(self):
        step = only_step(
            [("A", LEFT), ("B", RIGHT)], [("A", box(0, 0, 12, 10)), ("B", box(12, 0, 20, 10))]
        )
        assert (step.from_date, step.to_date) == (FIRST_DAY, datetime(2020, 1, 2))
        (transition,) = step.transitions
        assert (transition.from_faction, transition.to_faction) == ("B", "A")
        assert transition.area_km2 == about(20)
        assert transition.width_m == pytest.approx(2 * 20 / 24 * 1000 / 0.9996, rel=1e-5)
        assert transition.geometry.equals(in_km(box(10, 0, 12, 10)))
        assert step.changed_km2 == about(20)

    def test_ground_that_nobody_held_or_holds_is_unassigned(self):
        assert matrix_of([("A", LEFT)], [("B", RIGHT)]) == {
            ("A", "unassigned"): about(100),
            ("unassigned", "B"): about(100),
        }

    def test_ground_held_by_two_is_contested_and_given_to_neither(self):
        before = [("A", LEFT), ("B", RIGHT)]
        after = [("B", box(5, 0, 20, 10)), ("A", LEFT)]
        assert matrix_of(before, after) == {("A", "contested: A + B"): about(50)}
        assert matrix_of(after, before) == {("contested: A + B", "A"): about(50)}

    def test_ground_held_by_three_is_contested_by_all_of_them(self):
        found = matrix_of([("C", LEFT)], [("C", LEFT), ("A", LEFT), ("B", LEFT)])
        assert found == {("C", "contested: A + B + C"): about(100)}

    def test_a_contested_polygon_that_stays_is_no_change(self):
        held = [("A", LEFT), ("B", LEFT)]
        assert only_step(held, [*held, ("C", RIGHT)]).transitions == (
            only_step([("A", LEFT)], [("A", LEFT), ("C", RIGHT)]).transitions
        )

    def test_polygons_recut_without_change_give_nothing(self):
        halves = [("A", box(0, 0, 10, 3)), ("A", box(0, 3, 10, 10))]
        assert only_step([("A", LEFT)], halves).transitions == ()

    def test_ground_that_a_faction_holds_twice_counts_once(self):
        before = [("A", LEFT), ("A", box(5, 0, 15, 10))]
        assert matrix_of(before, [("B", LEFT)]) == {
            ("A", "B"): about(100),
            ("A", "unassigned"): about(50),
        }

    def test_an_unchanged_polygon_over_a_changed_one_keeps_its_ground(self):
        before = [("A", LEFT), ("A", box(5, 0, 15, 10))]
        assert matrix_of(before, [("A", box(5, 0, 15, 10))]) == {("A", "unassigned"): about(50)}

    def test_bits_that_only_touch_in_a_point_are_two(self):
        after = [("A", box(0, 0, 2, 2)), ("A", box(2, 2, 4, 4))]
        step = only_step(
            [("B", box(0, 0, 4, 4))], [("B", box(0, 2, 2, 4)), ("B", box(2, 0, 4, 2)), *after]
        )
        assert [each.area_km2 for each in step.transitions] == [about(4), about(4)]

    def test_a_ring_of_ground_keeps_its_hole(self):
        inner = box(4, 4, 6, 6)
        (transition,) = only_step(
            [("A", LEFT)],
            [("B", f"POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), {inner[9:]}"), ("A", inner)],
        ).transitions
        assert transition.area_km2 == about(96)
        assert len(transition.geometry.interiors) == 1

    def test_a_polygon_that_stays_is_not_overlaid(self, monkeypatch):
        laid = []

        def counted(polygons, *others):
            laid.append(len(polygons))
            return overlay.closing_overlay(polygons, *others)

        monkeypatch.setattr("enclave_watch.core.changes.closing_overlay", counted)
        many = [("B", box(20 + n, 0, 21 + n, 10)) for n in range(40)]
        assert matrix_of([("A", LEFT), *many], [("A", box(0, 0, 9, 10)), *many])
        assert laid == [2]


class TestRedrawing:
    """Narrow transitions are drawn otherwise; they count all the same."""

    def test_a_strip_narrower_than_the_least_width_is_redrawing(self):
        before, after = [("A", LEFT)], [("A", box(0, 0, 10.1, 10))]
        # 0.1 by 10 km is 2 x 1 / 20.2 = 0.099 km wide
        for least_m, kind in ((98, "change"), (100, "redraw")):
            (transition,) = only_step(before, after, min_width_m=least_m).transitions
            assert transition.kind == kind
            assert not transition.is_rounding
        step = only_step(before, after, min_width_m=100)
        assert (step.changed_km2, step.redraw_km2) == (0, about(1))

    def test_what_digits_make_is_redrawing_even_where_all_is_change(self):
        # 10 km by 0.1 mm
        (transition,) = only_step([("A", LEFT)], [("A", box(0, 0, 10.0000001, 10))]).transitions
        assert transition.is_rounding
        assert transition.kind == "redraw"
        assert transition.area_km2 == pytest.approx(1e-6, rel=0.05)


class TestSeries:
    """Many snapshots: each with the next, or the ends alone; what came back."""

    THREE = (
        [("A", LEFT), ("B", RIGHT)],
        [("A", box(0, 0, 14, 10)), ("B", box(14, 0, 20, 10))],
        [("A", box(0, 0, 12, 10)), ("B", box(12, 0, 20, 10))],
    )

    def test_each_snapshot_is_compared_with_the_next(self):
        found = [matrix_km2(step.transitions) for step in steps_of(*self.THREE)]
        assert found == [{("B", "A"): about(40)}, {("A", "B"): about(20)}]

    def test_ends_alone_give_the_net(self):
        (step,) = steps_of(*self.THREE, ends_only=True)
        assert matrix_km2(step.transitions) == {("B", "A"): about(20)}
        assert (step.from_date, step.to_date) == (FIRST_DAY, datetime(2020, 1, 3))

    def test_churn_counts_how_often_ground_changed_hands(self):
        series = dated_series(*self.THREE)
        steps = list(changes(series, feedback=Log()))
        twice, once = churn(steps, series.store.geodesy, Log())
        assert (twice.times, twice.redraws, twice.returned) == (2, 0, True)
        assert (twice.first_faction, twice.last_faction) == ("B", "B")
        assert twice.geometry.equals(in_km(box(12, 0, 14, 10)))
        assert (once.times, once.returned, once.area_km2) == (1, False, about(20))
        assert (once.first_faction, once.last_faction) == ("B", "A")

    def test_ground_that_came_back_and_went_again_is_net_and_counts_three_times(self):
        # A, B, A, B in the middle, and A, B, A, A in the right half of the east
        middle, far = box(10, 0, 14, 10), box(14, 0, 20, 10)
        kept = [("A", LEFT)]
        series = dated_series(
            [*kept, ("A", middle), ("A", far)],
            [*kept, ("B", middle), ("B", far)],
            [*kept, ("A", middle), ("A", far)],
            [*kept, ("B", middle), ("A", far)],
        )
        steps = list(changes(series, feedback=Log()))
        assert [step.to_date.day for step in steps] == [2, 3, 4]
        assert [step.changed_km2 for step in steps] == [about(100), about(100), about(40)]
        thrice, twice = churn(steps, series.store.geodesy, Log())
        assert (thrice.times, thrice.area_km2, thrice.returned) == (3, about(40), False)
        assert (thrice.first_faction, thrice.last_faction) == ("A", "B")
        assert (twice.times, twice.area_km2, twice.returned) == (2, about(60), True)
        gross_km2 = sum(step.changed_km2 for step in steps)
        assert gross_km2 == pytest.approx(3 * thrice.area_km2 + 2 * twice.area_km2, rel=1e-9)

    def test_redrawing_is_told_apart_in_the_churn(self):
        series = dated_series(*self.THREE)
        # the steps are 2 x 40 / 28 and 2 x 20 / 24 km wide
        steps = list(changes(series, min_width_m=2000, feedback=Log()))
        found = churn(steps, series.store.geodesy, Log())
        assert sorted((each.times, each.redraws) for each in found) == [(1, 0), (1, 1)]

    def test_no_change_is_no_churn(self):
        series = dated_series([("A", LEFT)], [("A", LEFT)])
        assert churn(list(changes(series, feedback=Log())), series.store.geodesy, Log()) == ()

    def test_a_time_when_nobody_holds_anything_is_a_snapshot_of_its_own(self):
        wkb = shapely.to_wkb(in_km(LEFT))
        may, june, july, august = (datetime(2020, month, 1) for month in (5, 6, 7, 8))
        rows = [ControlRow(1, "A", wkb, may, june), ControlRow(2, "A", wkb, july, august)]
        log = Log()
        series = read_series(rows, layer_name="control", crs=UTM, end_field=True, feedback=log)
        # after the end of the last rows the record is over
        assert [each.date for each in series.moments] == [may, june, july]
        assert any("end on 2020-08-01" in line for line in log.infos)
        found = [
            (step.to_date, list(matrix_km2(step.transitions)))
            for step in changes(series, feedback=Log())
        ]
        assert found == [
            (june, [("A", "unassigned")]),
            (july, [("unassigned", "A")]),
        ]

    def test_a_gap_outside_the_dates_asked_for_is_no_snapshot(self):
        wkb = shapely.to_wkb(in_km(LEFT))
        may, june, july = (datetime(2020, month, 1) for month in (5, 6, 7))
        rows = [ControlRow(1, "A", wkb, may, june), ControlRow(2, "A", wkb, july)]
        series = read_series(
            rows, layer_name="control", crs=UTM, end_field=True, from_date=july, feedback=Log()
        )
        assert [each.date for each in series.moments] == [july]

    def test_a_gap_after_the_dates_asked_for_is_no_snapshot(self):
        wkb = shapely.to_wkb(in_km(LEFT))
        may, june, july = (datetime(2020, month, 1) for month in (5, 6, 7))
        rows = [ControlRow(1, "A", wkb, may, june), ControlRow(2, "A", wkb, july)]
        choices = {"layer_name": "control", "crs": UTM, "end_field": True, "feedback": Log()}
        assert [each.date for each in read_series(rows, to_date=may, **choices).moments] == [may]
        moments = read_series(rows, **choices).moments
        assert [each.date for each in moments] == [may, june, july]

    def test_one_snapshot_is_not_enough(self):
        with pytest.raises(DateError, match='"control" has only one snapshot'):
            steps_of([("A", LEFT)])

    def test_the_words_say_who_gained_and_lost_how_much(self):
        assert change_lines(steps_of(*self.THREE)) == [
            "A: gained 40.0 km2 (from B 40.0); lost 20.0 km2 (to B 20.0); net +20.0 km2",
            "B: gained 20.0 km2 (from A 20.0); lost 40.0 km2 (to A 40.0); net -20.0 km2",
        ]

    def test_the_words_leave_redrawing_out(self):
        # the second step is 2 x 20 / 24 km wide
        assert change_lines(steps_of(*self.THREE, min_width_m=2000)) == [
            "A: gained 40.0 km2 (from B 40.0); net +40.0 km2",
            "B: lost 40.0 km2 (to A 40.0); net -40.0 km2",
        ]

    def test_a_cancelled_run_stops(self):
        series = dated_series(*self.THREE)
        with pytest.raises(Cancelled):
            list(changes(series, feedback=Log(checks_left=1)))


class TestNames:
    """How results call who holds ground."""

    def test_holders_have_one_name_whatever_their_order(self):
        assert holders_name(sorted_holders(["B", "A", "B"])) == "contested: A + B"
        assert holders_name(("B", "A")) == "contested: A + B"
        assert holders_name(("A",)) == "A"
        assert holders_name(()) == "unassigned"

    def test_a_faction_called_as_ground_of_nobody_is_warned_of(self):
        log = Log()
        series = dated_series([("unassigned", LEFT)], [("A", LEFT)])
        list(changes(series, feedback=log))
        assert any("cannot be told apart" in line for line in log.warnings)


class TestFailingOverlays:
    """What floating-point overlay cannot do is tried on a grid, and what fails is told."""

    BEFORE, AFTER = [("A", LEFT)], [("A", box(0, 0, 9, 10))]

    def overlaid(self, monkeypatch, union):
        log = Log()
        monkeypatch.setattr("enclave_watch.core.overlay.shapely.union_all", union)
        series = dated_series(self.BEFORE, self.AFTER)
        return next(iter(changes(series, feedback=log))), log

    def test_a_grid_is_taken_where_floating_point_fails(self, monkeypatch):
        real = shapely.union_all

        def fails_without_grid(geometries, grid_size=None, **_):
            if grid_size is None:
                raise shapely.errors.GEOSException("TopologyException: side location conflict")
            return real(geometries, grid_size=grid_size)

        step, log = self.overlaid(monkeypatch, fails_without_grid)
        assert step.changed_km2 == about(10)
        assert any("on a grid of 1e-06 m" in line for line in log.infos)
        assert log.warnings == []

    def test_a_grid_is_taken_where_sums_do_not_close(self, monkeypatch):
        real = shapely.union_all

        def loses_ground_without_grid(geometries, grid_size=None, **_):
            united = real(geometries, grid_size=grid_size)
            return shapely.Point() if grid_size is None else united

        step, log = self.overlaid(monkeypatch, loses_ground_without_grid)
        assert step.changed_km2 == about(10)
        assert log.warnings == []

    def test_where_no_grid_closes_the_warning_says_by_how_much(self, monkeypatch):
        step, log = self.overlaid(monkeypatch, lambda *_, **__: shapely.Point())
        assert step.transitions == ()
        (line,) = log.warnings
        assert "2020-01-01 to 2020-01-02" in line
        assert "by 10.008 km2" in line

    def test_where_no_grid_works_there_is_an_error_and_no_figure(self, monkeypatch):
        def fails(*_, **__):
            raise shapely.errors.GEOSException("TopologyException")

        with pytest.raises(OverlayError, match="Repair the layer"):
            self.overlaid(monkeypatch, fails)
