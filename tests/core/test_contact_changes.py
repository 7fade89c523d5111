"""Border contact lost, gained and kept, on a border that is a straight line of 100 km."""

from __future__ import annotations

import pytest
import shapely

from enclave_watch.core.contactchanges import (
    Flag,
    Level,
    changed_stretches,
    contact_changes,
    flag_of,
)
from enclave_watch.core.contacttext import alongs_text, change_text
from enclave_watch.core.feedback import Feedback
from enclave_watch.core.model import Parameters
from enclave_watch.core.stretches import length_km_of
from enclave_watch.tests.core.helpers.build import contacts_km, in_km
from enclave_watch.tests.core.helpers.histories import history_of, square

# Home is 100 by 100 km, with Land beyond its eastern edge and sea around the rest
COUNTRIES = {"Home": square(0, 0, 100), "Land": square(100, 0, 100)}
INLAND = ("Blue", square(30, 40, 10))
# a metre of the grid is so many metres of ground: 100 km from the central meridian
KM = 1 / 0.99972
EDGE = "LINESTRING(100 0, 100 100)"


def compared(before, after, **parameters):
    chosen = Parameters(**parameters)
    history = history_of(before, after, countries=COUNTRIES, parameters=chosen)
    least_km = chosen.min_contact_km
    changes = list(
        contact_changes(history.last, history.ruler, least_km=least_km, feedback=Feedback())
    )
    stretches = list(
        changed_stretches(history.last, history.ruler, least_km=least_km, feedback=Feedback())
    )
    return changes, stretches


def of_faction(changes, faction="Red", neighbour="Land"):
    (found,) = [
        each
        for each in changes
        if (each.level, each.faction, each.neighbour) == (Level.FACTION, faction, neighbour)
    ]
    return found


def of_enclaves(changes, faction="Red", neighbour="Land"):
    return [
        each
        for each in changes
        if (each.level, each.faction, each.neighbour) == (Level.ENCLAVE, faction, neighbour)
    ]


def red(y, height, width=20):
    """Ground along the border from `y` on."""
    return ("Red", square(100 - width, y, width, height))


@pytest.mark.parametrize(
    ("before_km", "after_km", "flag"),
    [
        (0, 0, Flag.NONE),
        (85, 0, Flag.LOST),
        (0, 85, Flag.GAINED),
        (85, 84, Flag.SHRUNK),
        (85, 84.1, Flag.KEPT),
        (85, 85.9, Flag.KEPT),
        (85, 86, Flag.GROWN),
    ],
)
def test_flags_follow_from_lengths(before_km, after_km, flag):
    assert flag_of(before_km, after_km, 1.0) is flag


def test_without_a_least_change_any_change_is_one():
    assert flag_of(85, 85, 0.0) is Flag.KEPT
    assert flag_of(85, 85.01, 0.0) is Flag.GROWN


def test_nothing_comes_of_the_first_date():
    history = history_of([red(10, 30)], countries=COUNTRIES)
    arguments = {"least_km": 1.0, "feedback": Feedback()}
    assert list(contact_changes(history.last, history.ruler, **arguments)) == []
    assert list(changed_stretches(history.last, history.ruler, **arguments)) == []


def test_contact_is_lost_to_who_lies_there_now():
    changes, stretches = compared(
        [red(10, 30), INLAND],
        [("Red", square(80, 10, 10, 30)), ("Blue", square(90, 10, 10, 20)), INLAND],
    )
    change = of_faction(changes)
    assert change.flag is Flag.LOST
    assert change.before_km == change.lost_km == pytest.approx(30 * KM, abs=0.005)
    assert (change.after_km, change.gained_km) == (0, 0)
    assert change.border_dist_km == pytest.approx(10 * KM, abs=0.01)
    assert alongs_text(change.now_along) == "Blue 20.0; unassigned 10.0"
    assert [(along.name, along.length_km) for along in change.held_by] == [
        ("2", pytest.approx(30 * KM, abs=0.005))
    ]
    assert change_text(change) == (
        "Red lost contact with Land: 30.0 km of border before, none now. Its nearest enclave is "
        "10.0 km away from there. Now along that border: Blue 20.0; unassigned 10.0 (km)."
    )
    (lost,) = [each for each in stretches if each.faction == "Red"]
    assert (lost.change, lost.flag, lost.enclave_id) == (Flag.LOST, Flag.LOST, 2)
    expected = in_km("LINESTRING(100 10, 100 40)")
    assert shapely.hausdorff_distance(lost.geometry, expected) < 1.0
    assert of_faction(changes, "Blue").flag is Flag.GAINED


def test_contact_that_shrinks_keeps_one_stretch_and_loses_another():
    changes, stretches = compared([red(10, 30)], [red(10, 12)])
    change = of_faction(changes)
    assert change.flag is Flag.SHRUNK
    assert change.border_dist_km is None
    assert (change.before_km, change.after_km) == pytest.approx((30 * KM, 12 * KM), abs=0.005)
    found = {each.change: each for each in stretches}
    assert set(found) == {Flag.LOST, Flag.KEPT}
    assert found[Flag.LOST].length_km == pytest.approx(18 * KM, abs=0.005)
    assert found[Flag.KEPT].length_km == pytest.approx(12 * KM, abs=0.005)
    assert found[Flag.KEPT].now_along[0].name == "Red"
    expected = in_km("LINESTRING(100 22, 100 40)")
    assert shapely.hausdorff_distance(found[Flag.LOST].geometry, expected) < 1.0


def test_contact_that_moves_is_kept_in_length_but_lost_and_gained_in_place():
    changes, stretches = compared([red(10, 30)], [red(20, 30)])
    change = of_faction(changes)
    assert change.flag is Flag.KEPT
    assert change.lost_km == pytest.approx(10 * KM, abs=0.005)
    assert change.gained_km == pytest.approx(10 * KM, abs=0.005)
    lengths = {each.change: each.length_km for each in stretches}
    assert lengths == {
        Flag.LOST: pytest.approx(10 * KM, abs=0.005),
        Flag.GAINED: pytest.approx(10 * KM, abs=0.005),
        Flag.KEPT: pytest.approx(20 * KM, abs=0.005),
    }


def test_lost_and_kept_are_what_there_was_and_gained_and_kept_what_there_is():
    changes, stretches = compared(
        [red(3, 17), red(31, 22), INLAND], [red(12, 30), red(60, 5), INLAND]
    )
    for change in changes:
        assert change.lost_km + change.kept_km == pytest.approx(change.before_km, abs=1e-9)
        assert change.gained_km + change.kept_km == pytest.approx(change.after_km, abs=1e-9)
    # from 12 to 20 and from 31 to 42
    change = of_faction(changes)
    assert change.kept_km == pytest.approx(19 * KM, abs=0.01)
    for flag, length_km in (
        (Flag.LOST, change.lost_km),
        (Flag.GAINED, change.gained_km),
        (Flag.KEPT, change.kept_km),
    ):
        shown_km = [each.length_km for each in stretches if each.change is flag]
        assert sum(shown_km) == pytest.approx(length_km, abs=1e-9)


def test_an_end_drawn_half_a_metre_off_is_counted_and_not_drawn():
    changes, stretches = compared([red(10, 30)], [red(10, 29.9995)])
    change = of_faction(changes)
    assert change.flag is Flag.KEPT
    assert change.lost_km == pytest.approx(0.0005, abs=1e-6)
    assert change.lost_km + change.kept_km == pytest.approx(change.before_km, abs=1e-9)
    assert change.now_along == ()
    assert [each.change for each in stretches] == [Flag.KEPT]


def test_a_stretch_that_an_enclave_lost_may_be_along_another_of_its_faction():
    # the strip on the border goes; behind it, within the tolerance, Red stays
    strip, behind = ("Red", square(99.7, 10, 0.3, 30)), ("Red", square(90, 10, 9.4, 30))
    changes, _ = compared([strip, behind], [behind])
    lost = next(each for each in of_enclaves(changes) if each.flag is Flag.LOST)
    assert alongs_text(lost.now_along) == "Red 30.0"
    assert of_faction(changes).flag is Flag.KEPT


def test_who_else_lies_along_a_stretch_that_is_kept_is_told():
    # Blue comes to lie behind Red's strip, within the tolerance
    strip, behind = ("Red", square(99.7, 10, 0.3, 30)), ("Blue", square(90, 10, 9.4, 20))
    _, stretches = compared([strip], [strip, behind])
    kept = next(each for each in stretches if each.change is Flag.KEPT)
    assert alongs_text(kept.now_along) == "Red 30.0; Blue 20.0"


def test_a_faction_keeps_contact_when_one_of_its_enclaves_loses_it():
    changes, _ = compared([red(10, 20), red(50, 20)], [red(50, 20), INLAND])
    assert of_faction(changes).flag is Flag.SHRUNK
    flags = {each.ids_before: each.flag for each in of_enclaves(changes)}
    assert sorted(flag.value for flag in flags.values()) == ["kept", "lost"]
    lost = next(each for each in of_enclaves(changes) if each.flag is Flag.LOST)
    # the enclave is gone, and has no distance
    assert lost.border_dist_km is None


def test_enclaves_that_merge_lose_nothing():
    changes, _ = compared([red(10, 20), red(40, 20)], [red(10, 50)])
    (merged,) = of_enclaves(changes)
    assert merged.flag is Flag.GROWN
    assert merged.lost_km == 0
    assert (len(merged.ids_before), len(merged.ids_after)) == (2, 1)
    assert (merged.before_km, merged.after_km) == pytest.approx((40 * KM, 50 * KM), abs=0.01)


def test_an_enclave_that_splits_is_compared_with_all_its_heirs():
    changes, _ = compared([red(10, 50)], [red(10, 20), red(40, 20)])
    (split,) = of_enclaves(changes)
    assert split.flag is Flag.SHRUNK
    assert (split.lost_km, split.gained_km) == (pytest.approx(10 * KM, abs=0.005), 0)


def test_border_that_two_enclaves_lie_along_counts_once():
    # the second lies 0.6 km inside, behind a strip that is not its own
    strip, behind = ("Red", square(99.7, 10, 0.3, 30)), ("Red", square(90, 10, 9.4, 30))
    history = history_of([strip, behind], [INLAND], countries=COUNTRIES)
    enclaves = history.steps[0].analysis.enclaves
    assert [contacts_km(each)["Land"] for each in enclaves] == pytest.approx(
        [30 * KM] * 2, abs=0.01
    )
    changes, stretches = compared([strip, behind], [INLAND])
    assert of_faction(changes).before_km == pytest.approx(30 * KM, abs=0.01)
    lost_km = [each.length_km for each in stretches if each.change is Flag.LOST]
    assert sum(lost_km) == pytest.approx(30 * KM, abs=0.01)


def test_a_faction_without_contact_has_the_distance_to_each_border():
    changes, _ = compared([INLAND], [INLAND])
    land = of_faction(changes, "Blue")
    assert land.flag is Flag.NONE
    assert land.border_dist_km == pytest.approx(60 * KM, abs=0.05)
    assert of_faction(changes, "Blue", "sea").border_dist_km == pytest.approx(30 * KM, abs=0.05)
    assert of_enclaves(changes, "Blue") == []


def test_contact_shorter_than_the_shortest_is_none():
    changes, _ = compared([red(10, 30)], [red(10, 0.9)])
    assert of_faction(changes).flag is Flag.LOST
    changes, _ = compared([red(10, 30)], [red(10, 0.9)], min_contact_km=0.5)
    assert of_faction(changes).flag is Flag.SHRUNK


def test_without_any_shortest_contact_a_crumb_of_it_does_no_harm():
    changes, stretches = compared([red(10, 30)], [red(10, 0.001)], min_contact_km=0.0)
    assert of_faction(changes).flag is Flag.LOST
    assert sum(each.length_km for each in stretches) == pytest.approx(30 * KM, abs=0.01)


def test_on_an_island_contact_runs_over_the_seam_of_the_coast():
    # all the border is sea, and Red holds the corner where the ring begins and ends
    island = {"Home": square(0, 0, 100)}
    corner, rest = ("Red", square(0, 0, 10)), ("Red", square(0, 0, 10, 4))
    history = history_of([corner], [rest], countries=island)
    (change,) = [
        each
        for each in contact_changes(history.last, history.ruler, least_km=1.0, feedback=Feedback())
        if each.level is Level.FACTION
    ]
    assert change.before_km == pytest.approx(20 * KM, abs=0.02)
    assert change.after_km == pytest.approx(14 * KM, abs=1.02)
    assert change.before_km - change.lost_km == pytest.approx(change.after_km, abs=0.001)


def test_stretches_of_the_ruler_have_the_length_of_the_contact():
    history = history_of(
        [red(3, 17), red(31, 22), ("Red", square(0, 0, 10)), ("Red", square(40, 90, 10))],
        countries=COUNTRIES,
    )
    for enclave in history.last.analysis.enclaves:
        for contact in enclave.contacts:
            stretch = history.ruler.stretch([enclave], contact.neighbour)
            length_km = length_km_of(stretch)
            assert length_km == pytest.approx(contact.length_km, abs=0.001)
