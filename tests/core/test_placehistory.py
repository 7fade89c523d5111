"""Who held each place from when to when."""

from __future__ import annotations

from datetime import datetime

import pytest
import shapely

from enclave_watch.core.errors import Cancelled
from enclave_watch.core.model import ControlRow
from enclave_watch.core.placehistory import history_lines, place_histories
from enclave_watch.core.series import read_series
from enclave_watch.tests.core.helpers.build import UTM, Log, in_km, named, series_of
from enclave_watch.tests.core.helpers.changing import dated_series

ONE, TWO, THREE, FOUR = (datetime(2020, 1, day) for day in (1, 2, 3, 4))
PLACES = {
    "Town": "POINT(5 5)",
    "Edge": "POINT(10 5)",
    "Far": "POINT(500 500)",
    "Twins": "MULTIPOINT((1 1), (2 2))",
}


def box(west, south, east, north):
    return shapely.box(west, south, east, north).wkt


LEFT, RIGHT = box(0, 0, 10, 10), box(10, 0, 20, 10)


def spells(history):
    return [(each.faction, each.start, each.end, each.days) for each in history.spells]


def histories(*snapshots, feedback=None):
    series = dated_series(*snapshots)
    found = place_histories(series, named(PLACES), feedback or Log())
    assert [each.name for each in found] == list(PLACES)
    assert [each.number for each in found] == [1, 2, 3, 4]
    return {each.name: each for each in found}


def test_a_spell_runs_until_the_first_date_that_shows_another_holder():
    town = histories([("A", LEFT)], [("A", LEFT)], [("B", LEFT)], [("A", LEFT)])["Town"]
    assert spells(town) == [
        ("A", ONE, THREE, 2.0),
        ("B", THREE, FOUR, 1.0),
        ("A", FOUR, None, 0.0),
    ]
    assert town.changes == 2
    assert (town.now.faction, town.before.faction) == ("A", "B")


def test_a_place_that_never_changes_hands_has_one_spell_to_the_last_date():
    found = histories([("A", LEFT)], [("A", LEFT), ("B", RIGHT)], [("A", LEFT)])
    assert spells(found["Town"]) == [("A", ONE, None, 2.0)]
    assert found["Town"].before is None
    assert spells(found["Far"]) == [("unassigned", ONE, None, 2.0)]
    assert found["Far"].changes == 0


def test_a_place_of_two_or_on_the_line_between_is_contested():
    found = histories([("A", LEFT), ("B", box(4, 4, 6, 6)), ("B", RIGHT)])
    assert found["Town"].now.faction == "contested: A + B"
    assert found["Edge"].now.faction == "contested: A + B"


def test_a_place_on_the_line_between_polygons_of_one_faction_is_its():
    assert histories([("A", LEFT), ("A", RIGHT)])["Edge"].now.faction == "A"


def test_while_nobody_holds_anything_a_place_is_unassigned():
    wkb = shapely.to_wkb(in_km(LEFT))
    rows = [ControlRow(1, "A", wkb, ONE, TWO), ControlRow(2, "A", wkb, FOUR)]
    series = read_series(rows, layer_name="control", crs=UTM, end_field=True, feedback=Log())
    (town,) = place_histories(series, named({"Town": "POINT(5 5)"}), Log())
    assert spells(town) == [
        ("A", ONE, TWO, 1.0),
        ("unassigned", TWO, FOUR, 2.0),
        ("A", FOUR, None, 0.0),
    ]


def test_an_undated_layer_tells_the_holder_and_no_days():
    (town,) = place_histories(series_of([("A", LEFT)]), named({"Town": "POINT(5 5)"}), Log())
    assert spells(town) == [("A", None, None, None)]


def test_the_words_tell_of_places_that_changed_hands():
    found = histories([("A", LEFT)], [("B", LEFT)])
    assert history_lines(list(found.values())) == [
        "Town: A until 2020-01-02; B since 2020-01-02",
        "Edge: A until 2020-01-02; B since 2020-01-02",
        "Twins: A until 2020-01-02; B since 2020-01-02",
    ]


def test_a_cancelled_run_stops():
    with pytest.raises(Cancelled):
        histories([("A", LEFT)], [("B", LEFT)], feedback=Log(checks_left=1))
