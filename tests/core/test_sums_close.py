"""Transitions in and out of a faction sum to its change of area, whatever the outlines are like."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate

from enclave_watch.core.changes import ChangeFinder, changes
from enclave_watch.core.churn import churn
from enclave_watch.core.model import ControlRow
from enclave_watch.core.series import read_series
from enclave_watch.tests.core.helpers.build import Log, in_km
from enclave_watch.tests.core.helpers.changing import dated_series, plain_matrix
from enclave_watch.tests.core.helpers.drawing import jittered
from enclave_watch.tests.core.helpers.geopackage import features

CLOSES_KM2 = 0.01
KM2 = 1e-6 / 0.9996**2

modest = settings(max_examples=40, derandomize=True, deadline=None)


class Truth:
    """Unions made here of all that a faction holds, whatever the engine makes of it."""

    def __init__(self, series):
        self._series = series
        self._ground = {}

    def ground(self, snapshot, faction):
        numbers = snapshot.holdings.get(faction, ())
        if numbers not in self._ground:
            polygons = [self._series.store.polygons[number] for number in numbers]
            united = shapely.union_all(polygons)
            self._ground[numbers] = united, self.km2(united)
        return self._ground[numbers]

    def km2(self, shape):
        return float(self._series.store.geodesy.area_km2([shape])[0])

    def assert_closes(self, before, after, step):
        """Hold gains less losses of each faction against its change of area."""
        for faction in {*before.holdings, *after.holdings}:
            moved = sum(each.change_of(faction) for each in step.transitions)
            truth = self.ground(after, faction)[1] - self.ground(before, faction)[1]
            assert moved == pytest.approx(truth, abs=CLOSES_KM2), faction


# a coarse lattice, so that edges are often shared, plus shifts that make gaps and overlaps
coordinate = st.integers(0, 6).map(float)
shift = st.sampled_from([0.0, 0.0, 0.0, 1e-9, 0.013, 0.4])


@st.composite
def a_box(draw):
    x, y = draw(coordinate), draw(coordinate)
    width, height = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    x, y = x + draw(shift), y + draw(shift)
    shape = in_km(shapely.box(x, y, x + width, y + height).wkt)
    if draw(st.booleans()):
        seed = draw(st.integers(0, 1000))
        shape = jittered(
            shape, by_m=draw(st.sampled_from([1e-6, 0.5, 20.0])), every_m=700.0, seed=seed
        )
        shape = shape if shapely.is_valid(shape) else shapely.buffer(shape, 0)
    if draw(st.booleans()):
        shape = rotate(shape, draw(st.floats(0, 90)))
    return shape


holding = st.tuples(st.sampled_from("ABC"), a_box())
snapshot = st.lists(holding, min_size=1, max_size=6)


@st.composite
def two_snapshots(draw):
    """Two snapshots that share some of their polygons, some of them under another faction."""
    before, after = draw(snapshot), draw(snapshot)
    kept = [each for each in before if draw(st.booleans())]
    taken = [(draw(st.sampled_from("ABC")), shape) for _, shape in before if draw(st.booleans())]
    return before, [*after, *kept, *taken]


def matrix(step):
    found = defaultdict(float)
    for each in step.transitions:
        found[each.before, each.after] += each.area_km2
    return found


@modest
@given(two_snapshots())
def test_on_any_partition_sums_close_and_the_plain_overlay_says_the_same(pair):
    log = Log()
    series = dated_series(*pair, feedback=log)
    (step,) = changes(series, feedback=log)
    Truth(series).assert_closes(*series.snapshots, step)
    assert log.warnings == []
    found, plain = matrix(step), plain_matrix(*pair)
    for key in {*found, *plain}:
        truth = plain[key].area * KM2 if key in plain else 0.0
        assert found.get(key, 0.0) == pytest.approx(truth, rel=1e-4, abs=0.001), key


@modest
@given(two_snapshots())
def test_transitions_do_not_overlap_and_run_backwards_the_same(pair):
    forth, back = (
        next(iter(changes(dated_series(*order), feedback=Log()))) for order in (pair, pair[::-1])
    )
    assert {key[::-1]: km2 for key, km2 in matrix(back).items()} == pytest.approx(
        matrix(forth), rel=1e-9, abs=1e-6
    )
    shapes = [each.geometry for each in forth.transitions]
    whole = shapely.union_all(shapes).area if shapes else 0.0
    assert whole == pytest.approx(sum(shape.area for shape in shapes), rel=1e-9, abs=1.0)


@modest
@given(two_snapshots(), st.randoms(use_true_random=False))
def test_the_order_of_features_does_not_matter(pair, random):
    shuffled = [random.sample(list(held), len(held)) for held in pair]
    one, two = (
        next(iter(changes(dated_series(*order), feedback=Log()))) for order in (pair, shuffled)
    )
    assert matrix(two) == pytest.approx(matrix(one), rel=1e-9, abs=1e-6)


@settings(max_examples=15, derandomize=True, deadline=None)
@given(st.lists(snapshot, min_size=3, max_size=4))
def test_the_churn_of_a_series_closes_against_its_ends(held):
    log = Log()
    series = dated_series(*held, feedback=log)
    if len(series.snapshots) == 1:
        return
    steps = list(changes(series, feedback=log))
    (ends,) = changes(series, ends_only=True, feedback=log)
    found = churn(steps, series.store.geodesy, log)
    gross = sum(each.area_km2 for step in steps for each in step.transitions)
    assert sum(each.area_km2 * each.times for each in found) == pytest.approx(gross, abs=0.01)
    net = sum(each.area_km2 for each in found if not each.returned)
    assert net == pytest.approx(ends.changed_km2 + ends.redraw_km2, abs=0.01)
    assert log.warnings == []


def all_pairs_close(series, pairs):
    log, truth = Log(), Truth(series)
    finder = ChangeFinder(series.store, feedback=log)
    for before, after in pairs:
        truth.assert_closes(before, after, finder.compare(before, after))
    assert log.warnings == []


def test_all_pairs_of_dates_in_syria_2018_close(sample):
    rows = [
        ControlRow(number, faction, wkb, datetime.fromisoformat(date))
        for number, wkb, (faction, date) in features(sample, "control", "faction", "date")
    ]
    series = read_series(rows, layer_name="control", crs="EPSG:4326", feedback=Log())
    assert len(series.snapshots) == 5
    all_pairs_close(series, [*combinations(series.snapshots, 2)])


@pytest.fixture(scope="module")
def deepstate(shared_data):
    folder = shared_data / "deepstate_2024"
    if not folder.is_dir():
        pytest.skip(f"no data at {folder}")
    rows = [
        ControlRow(
            number,
            "held",
            shapely.to_wkb(shapely.from_geojson(path.read_text())),
            datetime.strptime(path.stem[-8:], "%Y%m%d"),
        )
        for number, path in enumerate(sorted(folder.glob("*.geojson")))
    ]
    return read_series(rows, layer_name="days", crs="OGC:CRS84", feedback=Log())


def test_days_of_deepstate_2024_close_with_the_next_and_with_any_other(deepstate):
    days = deepstate.snapshots
    assert len(days) == 175
    # of all 15,225 pairs, which take eleven minutes, as many as a test has time for
    pairs = [*combinations(days, 2)]
    far = np.random.default_rng(2024).choice(len(pairs), 100, replace=False)
    chosen = [pairs[number] for number in far]
    all_pairs_close(deepstate, [*zip(days, days[1:]), (days[0], days[-1]), *chosen])


def test_ground_that_changed_hands_in_deepstate_2024_is_the_plain_difference(deepstate):
    truth, finder = Truth(deepstate), ChangeFinder(deepstate.store, feedback=Log())
    days = deepstate.snapshots
    for before, after in ((days[0], days[-1]), (days[40], days[41]), (days[30], days[120])):
        (one, _), (two, _) = (truth.ground(day, "held") for day in (before, after))
        step = finder.compare(before, after)
        for who, plain in (("before", one - two), ("after", two - one)):
            found = sum(t.area_km2 for t in step.transitions if getattr(t, who) == ("held",))
            assert found == pytest.approx(truth.km2(plain), abs=CLOSES_KM2)


def test_the_months_of_deepstate_2024_change_as_its_areas_do(deepstate, shared_data):
    import csv

    with (shared_data / "deepstate_2024" / "areas_km2.csv").open(newline="") as file:
        truth = {row["date"]: float(row["straight_edges_km2"]) for row in csv.DictReader(file)}
    by_date = {each.date.date().isoformat(): each for each in deepstate.snapshots}
    finder = ChangeFinder(deepstate.store, feedback=Log())
    firsts = [f"2024-{month:02}-01" for month in range(8, 13)]
    for one, two in zip(firsts, firsts[1:]):
        step = finder.compare(by_date[one], by_date[two])
        net = sum(each.change_of("held") for each in step.transitions)
        assert net == pytest.approx(truth[two] - truth[one], abs=0.01)


def test_historical_basemaps_close_after_their_repair(shared_data):
    folder = shared_data / "historical_basemaps"
    if not folder.is_dir():
        pytest.skip(f"no data at {folder}")
    rows = []
    for path in sorted(folder.glob("*.geojson")):
        year = datetime(int(path.stem[-4:]), 1, 1)
        for each in json.loads(path.read_text())["features"]:
            shape = shapely.from_geojson(json.dumps(each["geometry"])) if each["geometry"] else None
            wkb = None if shape is None else shapely.to_wkb(shape)
            rows.append(ControlRow(len(rows), each["properties"].get("NAME"), wkb, year))
    series = read_series(rows, layer_name="world", crs="EPSG:4326", feedback=Log())
    assert len(series.snapshots) == 6
    all_pairs_close(series, [*combinations(series.snapshots, 2)])
