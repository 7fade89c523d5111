"""What happened between two dates, on shapes whose story can be told in a sentence."""

from __future__ import annotations

from datetime import datetime

import pytest
import shapely

from enclave_watch.core.events import told_once
from enclave_watch.core.model import Parameters
from enclave_watch.core.occurrence import EventKind
from enclave_watch.tests.core.helpers.build import in_km
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


def test_nothing_happens_on_the_first_date_nor_when_nothing_changes():
    held = [("Red", square(0, 0, 10)), FAR]
    history = history_of(held, held)
    assert history.events(0) == []
    assert history.events(1) == []


def test_an_enclave_vanishes_with_its_area_its_taker_and_its_place():
    history = history_of(
        [("Red", square(1, 0, 20)), ("Red", square(51, 0, 10)), FAR],
        [("Red", square(1, 0, 20)), ("Blue", square(51, 0, 10)), FAR],
        **HERE,
    )
    events = history.events()
    assert kinds(events) == ["vanished", "appeared"]
    event = one(events, "vanished")
    assert (event.faction, event.enclave_id, event.other, event.where) == ("Red", 3, "Blue", "East")
    assert (event.date_before, event.date) == (datetime(2020, 1, 1), datetime(2020, 1, 2))
    assert event.km2 == pytest.approx(100 * GROUND, abs=0.1)
    assert event.km is None
    assert event.text == (
        "The enclave of Red in East, 100.1 km2 before, vanished. "
        "The ground is now held by: Blue 100.1 (km2)."
    )
    assert shapely.contains(in_km(square(51, 0, 10)), event.geometry)


def test_ground_that_nobody_took_has_no_other_side():
    event = one(history_of([("Red", square(1, 0, 10)), FAR], [FAR], **HERE).events(), "vanished")
    assert event.other == ""
    assert "unassigned 100.1" in event.text


def test_one_that_reappears_names_its_predecessor_and_who_held_the_ground():
    history = history_of(
        [("Red", square(1, 0, 10)), FAR],
        [("Green", square(1, 0, 10)), FAR],
        [("Red", square(1, 0, 10)), FAR],
    )
    event = one([e for e in history.events() if e.faction == "Red"], "appeared")
    assert event.other == "Green"
    assert event.text == (
        "Red holds a new enclave of 100.1 km2. The ground was held by: Green 100.1 (km2). "
        "It lies where enclave 2 vanished."
    )


def test_the_largest_enclave_is_lost_when_less_than_a_tenth_is_left():
    def story(left_km):
        return history_of(
            [("Red", square(0, 0, 10)), ("Red", square(50, 0, 5)), FAR],
            [("Red", square(0, 0, left_km, 10)), ("Red", square(50, 0, 5)), FAR],
        ).events()

    event = one(story(0.9), "largest_lost")
    assert event.km2 == pytest.approx(100 * GROUND, abs=0.1)
    assert "It still holds 9.0 km2 of that ground." in event.text
    assert story(1.1) == []


def test_a_largest_enclave_that_vanishes_is_one_loss_told_in_two_ways():
    events = history_of(
        [("Red", square(0, 0, 10)), ("Red", square(50, 0, 5)), FAR],
        [("Blue", square(0, 0, 10)), ("Red", square(50, 0, 5)), FAR],
    ).events()
    own = [event for event in events if event.faction == "Red"]
    assert kinds(own) == ["largest_lost", "vanished"]
    assert {(each.enclave_id, each.other, each.km2) for each in own} == {
        (own[0].enclave_id, "Blue", own[0].km2)
    }
    assert own[1].text.startswith("The largest enclave of Red, 100.1 km2 before, vanished.")
    assert kinds(told_once(events)) == ["largest_lost", "appeared"]


def test_a_text_leaves_out_no_other_enclave_that_vanished():
    events = history_of(
        [("Red", square(0, 0, 10)), ("Red", square(50, 0, 5)), ("Red", square(70, 0, 6)), FAR],
        [("Red", square(70, 0, 6)), FAR],
    ).events()
    assert kinds(events) == ["largest_lost", "vanished", "vanished"]
    (largest, other) = told_once(events)
    assert (largest.kind, other.kind) == (EventKind.LARGEST_LOST, EventKind.VANISHED)
    assert other.km2 == pytest.approx(25 * GROUND, abs=0.1)


def test_an_enclave_that_falls_under_the_least_area_says_what_is_left():
    event = one(
        history_of(
            [("Red", square(0, 0, 3, 2)), ("Red", square(50, 0, 9)), FAR],
            [("Red", square(0, 0, 2, 2)), ("Red", square(50, 0, 9)), FAR],
            parameters=Parameters(min_area_km2=5.0),
        ).events(),
        "vanished",
    )
    assert event.text == (
        "The enclave of Red, 6.0 km2 before, vanished. The ground is now held by: "
        "unassigned 2.0 (km2). It still holds 4.0 km2 of that ground."
    )


def test_the_loss_of_another_enclave_is_not_that_of_the_largest():
    events = history_of(
        [("Red", square(0, 0, 10)), ("Red", square(50, 0, 5)), FAR],
        [("Red", square(0, 0, 10)), FAR],
    ).events()
    assert kinds(events) == ["vanished"]


def test_a_largest_enclave_that_splits_is_not_lost():
    events = history_of(
        [("Red", square(0, 0, 30, 10)), FAR],
        [("Red", square(0, 0, 14, 10)), ("Red", square(16, 0, 14, 10)), FAR],
    ).events()
    assert kinds(events) == ["split"]
    assert events[0].text == (
        "The enclave of Red, 300.2 km2 before, split into 2: 140.1 km2 and 140.1 km2."
    )


def test_a_merger_names_the_parts():
    events = history_of(
        [("Red", square(0, 0, 10)), ("Red", square(20, 0, 5)), FAR],
        [("Red", square(0, 0, 25, 10)), FAR],
    ).events()
    assert kinds(events) == ["merged"]
    assert events[0].text == (
        "2 enclaves of Red (100.1 km2 and 25.0 km2) merged into one of 250.2 km2."
    )


def test_split_and_merger_at_once_are_two_events():
    events = history_of(
        [("Red", square(0, 0, 30, 10)), ("Red", square(40, 0, 10)), FAR],
        [("Red", square(0, 0, 18, 10)), ("Red", square(20, 0, 30, 10)), FAR],
    ).events()
    assert kinds(events) == ["split", "merged"]


def test_contact_is_lost_and_gained_by_the_faction():
    history = history_of(
        [("Red", square(80, 10, 20, 30)), ("Blue", square(50, 10, 30))],
        [
            ("Red", square(80, 10, 10, 30)),
            ("Blue", square(50, 10, 30)),
            ("Blue", square(90, 10, 10, 30)),
        ],
        **BORDER,
    )  # fmt: skip
    events = [event for event in history.events() if event.kind.value.startswith("contact")]
    assert kinds(events) == ["contact_lost", "contact_gained"]
    lost, gained = events
    assert (lost.faction, lost.where, lost.other) == ("Red", "Land", "Blue")
    assert lost.km == pytest.approx(30 / 0.9996, abs=0.05)
    assert "Its nearest enclave is 10.0 km away from there." in lost.text
    assert shapely.distance(lost.geometry, in_km("LINESTRING(100 10, 100 40)")) < 1e-6
    assert (gained.faction, gained.km) == ("Blue", pytest.approx(30 / 0.9996, abs=0.05))


def test_contact_is_kept_as_long_as_one_enclave_has_any():
    events = history_of(
        [("Red", square(80, 10, 20)), ("Red", square(80, 60, 20))], [("Red", square(80, 60, 20))],
        **BORDER,
    ).events()  # fmt: skip
    assert "contact_lost" not in kinds(events)


def test_contact_of_a_faction_that_is_gone_has_no_nearest_enclave():
    events = history_of(
        [("Red", square(80, 10, 20)), ("Blue", square(40, 40, 9))],
        [("Blue", square(40, 40, 9))],
        **BORDER,
    ).events()
    assert "nearest" not in one(events, "contact_lost").text


def test_an_enclave_is_encircled_and_relieved():
    ring = "POLYGON((-10 -10, 20 -10, 20 20, -10 20, -10 -10), (0 0, 10 0, 10 10, 0 10, 0 0))"
    open_ring = "POLYGON((-10 -10, 20 -10, 20 0, -10 0, -10 -10))"
    red = ("Red", square(0, 0, 10))
    history = history_of(
        [red, ("Blue", open_ring)], [red, ("Blue", ring)], [red, ("Blue", open_ring)]
    )
    cut_off, relieved = history.events(1), history.events(2)
    assert kinds(cut_off) == ["encircled"]
    assert (cut_off[0].faction, cut_off[0].other) == ("Red", "Blue")
    assert cut_off[0].text == "The enclave of Red, 100.1 km2, was encircled by Blue."
    assert kinds(relieved) == ["relieved"]
    assert relieved[0].other == "Blue"


# Blue around 50 by 10 km, and with an opening in the east
RING = "POLYGON((-10 -10, 60 -10, 60 20, -10 20, -10 -10), (0 0, 50 0, 50 10, 0 10, 0 0))"
OPEN_RING = "POLYGON((-10 -10, 60 -10, 60 0, 0 0, 0 10, 60 10, 60 20, -10 20, -10 -10))"


def test_a_pocket_that_joins_a_large_area_is_relieved_and_not_the_area():
    pocket, area = ("Red", square(0, 0, 50, 10)), ("Red", square(70, -50, 100))
    history = history_of(
        [pocket, area, ("Blue", RING)],
        [pocket, ("Red", square(50, 0, 20, 10)), area, ("Blue", OPEN_RING)],
    )
    event = one(history.events(), "relieved")
    assert event.text == ("The enclave of Red, 500.4 km2 before, is no longer encircled by Blue.")
    assert event.km2 == pytest.approx(500 * GROUND, abs=0.1)


def test_a_part_that_is_split_off_may_be_encircled_or_relieved_by_itself():
    # a wall of Blue at 20 to 25 km parts the west, walled in, from the open east
    whole = ("Red", square(0, 0, 50, 10))
    parts = [("Red", square(0, 0, 20, 10)), ("Red", square(25, 0, 25, 10))]
    wall = ("Blue", square(20, 0, 5, 10))
    cut = history_of([whole, ("Blue", OPEN_RING)], [*parts, wall, ("Blue", OPEN_RING)]).events()
    assert [event.kind.value for event in cut if event.faction == "Red"] == ["encircled", "split"]
    assert one(cut, "encircled").km2 == pytest.approx(200 * GROUND, abs=0.1)
    freed = history_of([whole, ("Blue", RING)], [*parts, wall, ("Blue", OPEN_RING)]).events()
    assert [event.kind.value for event in freed if event.faction == "Red"] == ["split", "relieved"]
    assert one(freed, "relieved").text == (
        "Part of the enclave of Red, 500.4 km2 before, is no longer encircled by Blue."
    )
    closed = history_of([whole, ("Blue", RING)], [*parts, wall, ("Blue", RING)]).events()
    assert [event.kind.value for event in closed if event.faction == "Red"] == ["split"]


def test_an_encircled_enclave_that_vanishes_is_not_relieved():
    events = history_of(
        [("Red", square(0, 0, 50, 10)), ("Blue", RING)], [("Blue", square(-10, -10, 70, 30))]
    ).events()
    assert "relieved" not in kinds(events)


def test_an_enclave_that_another_besieger_surrounds_stays_encircled():
    red = ("Red", square(0, 0, 50, 10))
    events = history_of([red, ("Blue", RING)], [red, ("Green", RING)]).events()
    assert not {"encircled", "relieved"} & set(kinds(events))


def test_one_that_appears_surrounded_was_not_encircled():
    ring = "POLYGON((-10 -10, 20 -10, 20 20, -10 20, -10 -10), (0 0, 10 0, 10 10, 0 10, 0 0))"
    events = history_of(
        [("Blue", square(-10, -10, 30))], [("Blue", ring), ("Red", square(0, 0, 10))]
    ).events()
    assert kinds(events) == ["appeared"]
