"""What is told by what moved is what whole overlays tell, on boards of crooked cells."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from itertools import combinations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from enclave_watch.core.changes import ChangeFinder, matrix_km2
from enclave_watch.core.enclaves import Surveyor
from enclave_watch.core.extents import ExtentFinder
from enclave_watch.core.feedback import Feedback
from enclave_watch.core.ground import GroundMatcher
from enclave_watch.core.history import trace
from enclave_watch.core.kinship import KinFinder
from enclave_watch.core.lineage import LinkRule, overlaps_km2
from enclave_watch.core.memory import Memory
from enclave_watch.core.model import ControlRow, Parameters
from enclave_watch.core.moved import GroundLedger
from enclave_watch.core.series import read_series
from enclave_watch.core.takers import NOTHING_KM2, Holders
from enclave_watch.core.timeline import analyse
from enclave_watch.tests.core.helpers.boards import Board, crooked_ring, edited
from enclave_watch.tests.core.helpers.build import geography_of, in_km
from enclave_watch.tests.core.helpers.changing import dated_series
from enclave_watch.tests.core.helpers.histories import square

_NOISE_KM2 = 1e-5

modest = settings(max_examples=15, derandomize=True, deadline=None)


def board_series(seed, *, dates=4, size=5, changes=3):
    board = Board(size, seed)
    snapshots = []
    for _ in range(dates):
        snapshots.append(board.held())
        board.change(changes)
    return dated_series(*snapshots)


def is_close(found, plain):
    """Compare tables of areas.

    In a projected layer ten square metres are what the last digits of the way to the ellipsoid come
    to, summed along thousands of edges.
    """
    keys = {key for each in (found, plain) for key, km2 in each.items() if km2 > _NOISE_KM2}
    for key in keys:
        assert found.get(key, 0.0) == pytest.approx(plain.get(key, 0.0), abs=_NOISE_KM2), key


def overlapping_pairs(series, holdings):
    numbers = sorted({number for held in holdings.values() for number in held})
    polygons = series.store.polygons
    return {
        (one, two)
        for one, two in combinations(numbers, 2)
        if shapely.relate_pattern(polygons[one], polygons[two], "T********")
    }


class TestTransitions:
    """The same ground moves as when whole polygons are overlaid."""

    @modest
    @given(st.integers(0, 10_000))
    def test_transitions_are_those_of_a_plain_overlay(self, seed):
        series = board_series(seed)
        finder = ChangeFinder(series.store, feedback=Feedback())
        for before, after in zip(series.snapshots, series.snapshots[1:]):
            found = finder.compare(before, after)
            plain = finder.compare_plainly(before, after)
            is_close(matrix_km2(found.transitions), matrix_km2(plain.transitions))
            shown = [
                [(each.before, each.after) for each in step.transitions if each.area_km2 > 1e-4]
                for step in (found, plain)
            ]
            assert sorted(shown[0]) == sorted(shown[1])

    def test_the_short_way_is_taken_on_a_board(self):
        series = board_series(3, dates=12)
        ledger = GroundLedger(series.store, Feedback())
        ways = [
            ledger.moved(before.holdings, after.holdings) is not None
            for before, after in zip(series.snapshots, series.snapshots[1:])
        ]
        assert all(ways)

    def test_ground_that_two_claim_is_left_to_a_plain_overlay(self):
        shape = shapely.segmentize(in_km(square(0, 0, 10)), 500.0)
        series = dated_series([("Red", shape)], [("Red", shape), ("Blue", shape)])
        before, after = (each.holdings for each in series.snapshots)
        ledger = GroundLedger(series.store, Feedback())
        assert ledger.moved(before, after) is None
        assert ledger.is_any_claimed_twice
        assert ledger.moved(after, before) is None

    def test_ground_that_comes_to_lie_over_what_stays_is_left_to_a_plain_overlay(self):
        stays = shapely.segmentize(in_km(square(10, 0, 10)), 500.0)
        first = shapely.segmentize(in_km(square(0, 0, 10)), 500.0)
        second = shapely.segmentize(
            in_km("POLYGON((0 0, 10 0, 10 4, 11 4, 11 5, 10 5, 10 10, 0 10, 0 0))"), 500.0
        )
        series = dated_series([("Red", first), ("Blue", stays)], [("Red", second), ("Blue", stays)])
        ledger = GroundLedger(series.store, Feedback())
        assert ledger.moved(*(each.holdings for each in series.snapshots)) is None
        assert len(ledger.overlaps(series.snapshots[1].holdings)) == 1


class TestOverlaps:
    """Which polygons lie over each other is known in every snapshot."""

    @modest
    @given(st.integers(0, 10_000), st.lists(st.integers(0, 4), min_size=1, max_size=8))
    def test_in_any_order_of_snapshots_the_pairs_are_the_same(self, seed, order):
        board = Board(4, seed)
        spread = [
            shapely.buffer(board.random.choice(board.held() or [("", shapely.Point())])[1], 200.0)
            if board.held()
            else None
            for _ in range(5)
        ]
        snapshots = []
        for extra in spread:
            held = board.held()
            if extra is not None and extra.area > 0 and board.random.random() < 0.6:
                held.append(("Red", shapely.segmentize(extra, 500.0)))
            snapshots.append(held or [("Red", in_km(square(90, 90, 1)))])
            board.change(3)
        series = dated_series(*snapshots)
        ledger = GroundLedger(series.store, Feedback())
        for place in order:
            holdings = series.snapshots[place % len(series.snapshots)].holdings
            assert ledger.overlaps(holdings) == overlapping_pairs(series, holdings)


def analyses_of(series, geography=None):
    where = geography or geography_of(series, home=("Home",))
    return list(analyse(series, where, Parameters(), Feedback()))


def plain_shares(enclaves, other, geodesy):
    holders = Holders(other, geodesy, Feedback())
    found = {}
    for number, enclave in enumerate(enclaves):
        shares = holders.shares(enclave.geometry, enclave.faction)
        if shares:
            found[number] = shares
    return found


def flat(shares):
    return {
        (number, share.factions): share.area_km2
        for number, several in shares.items()
        for share in several
        # what is hardly told may be told by one and not by the other
        if share.area_km2 > 1.01 * NOTHING_KM2
    }


class TestKinship:
    """What enclaves share, lose and gain is what overlays of whole enclaves tell."""

    @modest
    @given(st.integers(0, 10_000))
    def test_overlaps_and_takers_are_those_of_whole_enclaves(self, seed):
        series = board_series(seed)
        geodesy = series.store.geodesy
        analyses = analyses_of(series)
        finder = KinFinder(series.store, Feedback())
        known = 0
        for one, two in zip(analyses, analyses[1:]):
            kin = finder.kin(one.enclaves, two.enclaves)
            if kin is None:
                continue
            known += 1
            is_close(
                kin.overlaps_km2, overlaps_km2(one.enclaves, two.enclaves, geodesy, Feedback())
            )
            is_close(flat(kin.lost), flat(plain_shares(one.enclaves, two.enclaves, geodesy)))
            is_close(flat(kin.gained), flat(plain_shares(two.enclaves, one.enclaves, geodesy)))
        assert known > 0

    def test_without_polygons_there_is_no_short_way_unless_nothing_near_changed(self):
        from dataclasses import replace

        series = dated_series(
            [("Red", square(0, 0, 10)), ("Blue", square(50, 0, 10))],
            [("Red", square(0, 0, 10)), ("Red", square(50, 0, 10))],
        )
        one, two = (list(each.enclaves) for each in analyses_of(series))
        finder = KinFinder(series.store, Feedback())
        bare = [
            [replace(e, polygons=()) if e.lon < 39.3 else e for e in each] for each in (one, two)
        ]
        kin = finder.kin(*bare)
        assert kin is not None
        assert sorted(kin.overlaps_km2.values()) == [pytest.approx(100 / 0.9996**2, rel=1e-5)]
        bare = [[replace(e, polygons=()) for e in each] for each in (one, two)]
        assert finder.kin(*bare) is None


def figures_of(steps):
    """Return all figures of a history, rounded to 100 square metres."""

    def told(traced):
        return (
            traced.enclave_id, traced.lineage, traced.fate, traced.predecessor,
            [(each.enclave_id, round(each.overlap_km2, 4)) for each in traced.parents],
            [(each.enclave_id, round(each.overlap_km2, 4)) for each in traced.children],
            [(each.factions, round(each.area_km2, 4)) for each in traced.gained_from],
            [(each.factions, round(each.area_km2, 4)) for each in traced.lost_to],
        )  # fmt: skip

    return [[[told(each) for each in side] for side in (step.before, step.after)] for step in steps]


def assert_same_history(analyses, store):
    def followed(**choices):
        return list(
            trace(analyses, geodesy=store.geodesy, rule=LinkRule(), feedback=Feedback(), **choices)
        )

    short, plain = followed(store=store), followed()
    assert figures_of(short) == figures_of(plain)
    return short


def test_a_history_is_the_same_by_the_short_way():
    series = board_series(11, dates=8)
    steps = assert_same_history(analyses_of(series), series.store)
    assert all(step.moved is not None for step in steps[1:])


def test_the_history_of_published_outlines_is_the_same_by_the_short_way(shared_data):
    folder = shared_data / "deepstate_2024"
    if not folder.is_dir():
        pytest.skip(f"no data at {folder}")
    rows = []
    for number, path in enumerate(sorted(folder.glob("*.geojson"))[90:115]):
        day = datetime.strptime(path.stem.rsplit("_", 1)[1], "%Y%m%d")
        wkb = shapely.to_wkb(shapely.from_geojson(path.read_text()))
        rows.append(ControlRow(number, "held", wkb, day))
    series = read_series(rows, layer_name="c", crs="OGC:CRS84", feedback=Feedback())
    geography = geography_of(series, countries={"Home": shapely.box(0, 30, 60, 70)})
    steps = assert_same_history(analyses_of(series, geography), series.store)
    assert sum(step.moved is not None for step in steps) > 20
    finder = ChangeFinder(series.store, feedback=Feedback())
    for before, after in zip(series.snapshots, series.snapshots[1:]):
        found, plain = finder.compare(before, after), finder.compare_plainly(before, after)
        is_close(matrix_km2(found.transitions), matrix_km2(plain.transitions))


class TestExtents:
    """What a faction holds does not depend on the dates before."""

    @modest
    @given(st.integers(0, 10_000))
    def test_sums_are_the_same_wherever_the_series_starts(self, seed):
        series = board_series(seed, dates=5)
        geography = geography_of(
            series,
            countries={"Home": square(-5, -5, 48.3)},
            provinces={"West": square(-5, -5, 20.3, 48.3), "East": square(15.3, -5, 28, 48.3)},
        )

        def finder():
            matcher = GroundMatcher(series.store, geography)
            return ExtentFinder(series.store, matcher, Feedback())

        carried = finder()
        for snapshot in series.snapshots:
            found = carried.held(snapshot)
            assert found == finder().held(snapshot)
            for faction, numbers in snapshot.holdings.items():
                polygons = [series.store.polygons[number] for number in numbers]
                area_km2 = series.store.geodesy.area_km2([shapely.union_all(polygons)])[0]
                assert found[faction].area_km2 == pytest.approx(area_km2, abs=_NOISE_KM2)

    @modest
    @given(
        st.integers(0, 3),
        st.lists(
            st.lists(
                st.tuples(st.floats(0, 1), st.integers(1, 40), st.floats(-0.2, 0.2)), max_size=3
            ),
            min_size=1,
            max_size=4,
        ),
    )
    def test_a_large_polygon_is_matched_by_what_it_does_not_share(self, seed, edits):
        shapes = [crooked_ring(1500, seed)]
        for places in edits:
            shapes.append(edited(shapes[-1], places))
        if not all(shape.is_valid for shape in shapes):
            return
        series = dated_series(*([("Red", shape)] for shape in shapes))
        geography = geography_of(
            series,
            countries={"Home": square(-22, -40, 80)},
            provinces={"West": square(-22, -40, 22.3, 80), "East": square(0.3, -40, 57.7, 80)},
            places={str(n): f"POINT({-24 + 1.9 * n} {18 - 1.4 * n})" for n in range(26)},
        )
        matcher, plain = (GroundMatcher(series.store, geography) for _ in range(2))
        areas_km2 = series.store.areas_km2()
        for number, polygon in enumerate(series.store.polygons):
            (found,) = matcher.of_polygons([number])
            truth = plain.of_geometry(polygon, float(areas_km2[number]))
            assert found.inside_km2 == pytest.approx(truth.inside_km2, abs=_NOISE_KM2)
            is_close(found.provinces_km2, truth.provinces_km2)
            assert found.places == truth.places


def test_what_a_memory_gives_has_the_numbers_of_the_series_at_hand(monkeypatch):
    board = Board(4, 5)
    held = [board.held()]
    board.change(3)
    held.append(board.held())
    memory = Memory()

    def surveyed(series):
        geography = geography_of(series)
        memory.begin()
        known = memory.of_series(series, geography, Parameters())
        found = list(analyse(series, geography, Parameters(), Feedback(), known))
        memory.end()
        return found

    surveyed(dated_series(*held))
    dates = []
    survey = Surveyor.survey
    monkeypatch.setattr(
        Surveyor, "survey", lambda *given: dates.append(given[1].date.day) or survey(*given)
    )
    # read again with another polygon in front of all, inside the same bounds
    again = dated_series([("Red", square(1, 1, 1)), *held[0]], held[1])
    first, second = surveyed(again)
    assert dates == [1]
    for enclave in (*first.enclaves, *second.enclaves):
        polygons = [again.store.polygons[number] for number in enclave.polygons]
        assert shapely.equals(shapely.union_all(polygons), enclave.geometry)
    by_faction = defaultdict(set)
    for enclave in second.enclaves:
        by_faction[enclave.faction].update(enclave.polygons)
    assert by_faction == {
        faction: set(numbers) for faction, numbers in again.snapshots[1].holdings.items()
    }
