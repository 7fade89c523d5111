"""Presence in provinces, places and the ground by the border, on shapes told in a sentence."""

from __future__ import annotations

import pytest
import shapely

from enclave_watch.core.model import Parameters
from enclave_watch.tests.core.helpers.histories import history_of, kinds, square

GROUND = 1.0008
HERE = {"provinces": {"West": square(-300, -300, 300, 600), "East": square(0, -300, 300, 600)}}
# Home is 100 by 100 km, with Land beyond its eastern edge and sea around the rest
BORDER = {
    "countries": {"Home": square(0, 0, 100), "Land": square(100, 0, 100)},
}
FAR = ("Blue", square(250, 250, 5))


def one(events, kind):
    (event,) = [event for event in events if event.kind.value == kind]
    return event


def test_presence_ends_under_the_least_and_a_sliver_is_swallowed():
    def story(left_km, least_km2=1.0):
        return history_of(
            [("Red", square(-20, 0, 40, 10)), FAR],
            [("Red", square(-20, 0, 20 + left_km, 10)), FAR],
            parameters=Parameters(min_presence_km2=least_km2),
            **HERE,
        ).events()

    event = one(story(0.09), "presence_ended")
    # nobody took it, and what Red itself still holds there is no taker
    assert (event.faction, event.where, event.other) == ("Red", "East", "")
    assert event.km2 == pytest.approx(200 * GROUND, abs=0.2)
    assert event.text == (
        "Red lost all presence in East: 200.2 km2 before. "
        "What is left, 0.9 km2, is under the 1 km2 of a presence."
    )
    assert kinds(story(0.11)) == []
    assert kinds(story(0.09, least_km2=0.5)) == []


def test_presence_is_of_all_enclaves_together():
    # three pieces of 0.64 km2, none of them a presence by itself
    bits = [("Red", square(x, 0, 0.8)) for x in (5, 10, 15)]
    west = ("Red", square(-20, 0, 10))
    events = history_of([west, FAR], [west, *bits, FAR], **HERE).events()
    event = one(events, "presence_began")
    assert event.where == "East"
    assert event.km2 == pytest.approx(3 * 0.64 * GROUND, abs=0.01)
    assert shapely.get_x(event.geometry) > 500_000


def test_presence_goes_on_when_it_only_moves():
    events = history_of(
        [("Red", square(5, 0, 10)), FAR], [("Red", square(40, 0, 10)), FAR], **HERE
    ).events()
    assert not [kind for kind in kinds(events) if kind.startswith("presence")]


def test_a_place_is_taken_from_another_or_from_nobody():
    places = {"Town": "POINT(5 5)", "Village": "POINT(25 5)", "Left": "POINT(45 5)"}
    events = history_of(
        [("Red", square(0, 0, 10)), ("Red", square(40, 0, 10)), FAR],
        [("Blue", square(0, 0, 10)), ("Blue", square(20, 0, 10)), FAR],
        places=places,
    ).events()
    taken = [event for event in events if event.kind.value == "place_taken"]
    assert [(event.faction, event.other, event.where) for event in taken] == [
        ("", "Blue", "Village"),
        ("Red", "Blue", "Town"),
    ]
    assert [event.text for event in taken] == [
        "Blue took Village, which was unassigned.",
        "Blue took Town from Red.",
    ]
    assert [event.enclave_id for event in taken] == [None, 2]


def taken(history, number=-1):
    return [
        (event.faction, event.other, event.text)
        for event in history.events(number)
        if event.kind.value == "place_taken"
    ]


def test_a_place_that_a_second_faction_claims_is_taken_once_the_first_is_gone():
    both = [("Red", square(0, 0, 10)), ("Blue", square(0, 0, 10))]
    places = {"Town": "POINT(5 5)"}
    history = history_of(both[:1], both, both[1:], places=places)
    assert taken(history, 1) == []
    assert taken(history, 2) == [
        ("Red", "Blue", "Blue took Town, which Red claimed as well before.")
    ]


def test_a_place_that_goes_to_two_at_once_is_taken_by_both():
    history = history_of(
        [("Red", square(0, 0, 10))],
        [("Blue", square(0, 0, 10)), ("Green", square(0, 0, 10))],
        places={"Town": "POINT(5 5)"},
    )
    assert [each[:2] for each in taken(history)] == [("Red", "Blue"), ("Red", "Green")]


def test_of_three_claims_one_may_pass_on_and_the_others_stay():
    town = square(0, 0, 10)
    history = history_of(
        [("Red", town), ("Blue", town)], [("Blue", town), ("Green", town)],
        places={"Town": "POINT(5 5)"},
    )  # fmt: skip
    assert taken(history) == [("Red", "Green", "Green took Town from Red.")]


def test_a_place_left_to_nobody_or_held_on_is_not_taken():
    red = ("Red", square(0, 0, 10))
    places = {"Town": "POINT(5 5)", "Far": "POINT(90 90)"}
    history = history_of([red, FAR], [FAR], [red, FAR], [red, FAR], places=places)
    assert taken(history, 1) == taken(history, 3) == []
    assert taken(history, 2) == [("", "Red", "Red took Town, which was unassigned.")]


def test_presence_and_contact_are_lost_to_who_took_them_there():
    # Green takes 1,600 km2 in the west, Blue the 200 km2 in the east along the border
    history = history_of(
        [("Red", square(0, 10, 100, 20)), FAR],
        [("Red", square(0, 10, 5, 20)), ("Green", square(5, 10, 80, 20)),
         ("Blue", square(85, 10, 15, 20)), FAR],
        provinces={"West": square(0, 0, 80, 100), "East": square(80, 0, 20, 100)},
        **BORDER,
    )  # fmt: skip
    events = [event for event in history.events() if event.faction == "Red"]
    assert one(events, "largest_lost").other == "Green"
    ended, contact = one(events, "presence_ended"), one(events, "contact_lost")
    assert (ended.where, ended.other) == ("East", "Blue")
    assert (contact.where, contact.other) == ("Land", "Blue")
    assert contact.text.endswith("Now along that border: Blue 20.0 (km).")


def test_presence_and_contact_of_small_enclaves_name_their_takers_too():
    history = history_of(
        [("Red", square(0, 40, 20)), ("Red", square(98, 10, 2)), FAR],
        [("Red", square(0, 40, 20)), ("Blue", square(97, 9, 3, 4)), FAR],
        parameters=Parameters(min_area_km2=5.0),
        provinces={"West": square(0, 0, 80, 100), "East": square(80, 0, 20, 100)},
        **BORDER,
    )
    events = [event for event in history.events() if event.faction == "Red"]
    assert [(each.kind.value, each.enclave_id, each.other) for each in events] == [
        ("contact_lost", None, "Blue"),
        ("presence_ended", None, "Blue"),
    ]


def test_contact_that_is_left_to_nobody_has_no_other_side():
    event = one(
        history_of(
            [("Red", square(80, 10, 20)), ("Blue", square(40, 10, 40, 20))],
            [("Blue", square(40, 10, 50, 20))],
            **BORDER,
        ).events(),
        "contact_lost",
    )
    assert event.other == ""
    assert event.text.endswith("Now along that border: unassigned 20.0 (km).")


def test_small_enclaves_do_not_make_events_but_hold_contact_and_presence():
    history = history_of(
        [("Red", square(90, 10, 10)), ("Blue", square(0, 0, 50))],
        [("Red", square(98, 10, 2)), ("Blue", square(0, 0, 50))],
        parameters=Parameters(min_area_km2=5.0),
        provinces={"East": square(50, 0, 50, 100)},
        **BORDER,
    )
    assert kinds(history.events()) == ["largest_lost", "vanished"]
