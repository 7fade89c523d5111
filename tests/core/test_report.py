"""The finding of a date: the most important thing, with figures found in the events."""

from __future__ import annotations

from datetime import datetime

import pytest
import shapely

from enclave_watch.core.changes import Transition
from enclave_watch.core.occurrence import Event, EventKind
from enclave_watch.core.report import finding_of_first, finding_of_step, nobody_holds
from enclave_watch.tests.core.helpers.histories import history_of, square

BEFORE, DATE = datetime(2018, 7, 31), datetime(2018, 8, 5)


def event(kind: EventKind, faction="Red", other="", where="", km2=None, km=None) -> Event:
    point = shapely.Point(0, 0)
    return Event(kind, BEFORE, DATE, faction, 1, other, where, km2, km, "", point)


def lost(km2=1670.0, faction="Red", other="Blue") -> Event:
    return event(EventKind.LARGEST_LOST, faction, other, "North", km2=km2)


def contact(where="Iraq", km=85.0, faction="Red") -> Event:
    return event(EventKind.CONTACT_LOST, faction, "Blue", where, km=km)


def presence(where="North", km2=538.5, faction="Red") -> Event:
    return event(EventKind.PRESENCE_ENDED, faction, "Blue", where, km2=km2)


def moved(before, after, km2, *, is_redraw=False) -> Transition:
    return Transition(before, after, shapely.Polygon(), km2, 100.0, is_redraw)


def finding(*events: Event, transitions=()) -> str:
    return finding_of_step(events, transitions, BEFORE)


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ([lost()], "Red lost its largest enclave (1,670.0 km2) to Blue."),
        ([lost(other="")], "Red lost its largest enclave (1,670.0 km2)."),
        (
            [lost(), contact()],
            (
                "Red lost its largest enclave (1,670.0 km2) to Blue, and its contact with Iraq "
                "(85.0 km before)."
            ),
        ),
        (
            [lost(other=""), contact()],
            (
                "Red lost its largest enclave (1,670.0 km2), and its contact with Iraq "
                "(85.0 km before)."
            ),
        ),
        # another's contact is not told with it
        (
            [lost(), contact(faction="Green")],
            "Red lost its largest enclave (1,670.0 km2) to Blue.",
        ),
        # the larger of two
        (
            [lost(km2=2.0), lost(km2=3.0, faction="Green")],
            "Green lost its largest enclave (3.0 km2) to Blue.",
        ),
        (
            [contact(), contact("Turkey", 90.25)],
            "Red lost its contact with Turkey (90.2 km before) and Iraq (85.0 km before).",
        ),
        (
            [contact(), presence()],
            (
                "Red lost its contact with Iraq (85.0 km before), and all presence in North "
                "(538.5 km2 before)."
            ),
        ),
        ([presence()], "Red lost all presence in North (538.5 km2 before)."),
        (
            [presence(name, km2) for name, km2 in zip("ABCDE", (5, 4, 3, 2, 0.01))],
            "Red lost all presence in A (5.0 km2 before), B (4.0 km2 before) and 3 more.",
        ),
    ],
)
def test_the_gravest_event_is_told(events, text):
    assert finding(*events, transitions=[moved(("Red",), ("Blue",), 9999.0)]) == text
    assert finding(*reversed(events)) == text


@pytest.mark.parametrize(
    ("transitions", "text"),
    [
        (
            [moved(("Red",), ("Blue",), 2.0), moved(("Red",), ("Blue",), 3.0),
             moved(("Blue",), ("Red",), 4.0)],
            "The largest change: Blue gained 5.0 km2 from Red.",
        ),
        (
            [moved((), ("Blue",), 5.0)],
            "The largest change: Blue gained 5.0 km2 that was unassigned.",
        ),
        (
            [moved(("Red",), (), 5.0)],
            "The largest change: Red lost 5.0 km2 that is unassigned now.",
        ),
        (
            [moved(("Red",), ("Blue", "Red"), 5.0)],
            "The largest change: 5.0 km2 held by Red became contested: Blue + Red.",
        ),
        (
            [moved(("Blue", "Red"), ("Blue",), 5.0)],
            "The largest change: Blue now holds alone 5.0 km2 that was contested: Blue + Red.",
        ),
        ([moved(("Red",), ("Blue",), 5.0, is_redraw=True)], "No change since 2018-07-31."),
        ([moved(("Red",), ("Blue",), 0.0004)], "No change since 2018-07-31."),
        ([], "No change since 2018-07-31."),
    ],
)  # fmt: skip
def test_without_grave_events_the_largest_change_is_told(transitions, text):
    assert finding(event(EventKind.MERGED), transitions=transitions) == text


def test_the_first_date_tells_who_holds_most():
    history = history_of(
        [("Red", square(0, 0, 3)), ("Blue", square(4, 0, 2)), ("Blue", square(7, 0, 3.2))],
        countries={"Home": square(0, -10, 20)},
    )
    enclaves = history.last.analysis.enclaves
    assert finding_of_first(enclaves) == "Blue holds most: 14.3 km2."
    assert finding_of_first(enclaves, ["Land"]) == "Blue holds most: 14.3 km2, 3.6 % of Land."
    assert finding_of_first(()) == "Nobody holds anything."


def test_a_date_from_which_nobody_holds_anything():
    assert nobody_holds(DATE) == "Nobody holds anything from 2018-08-05 on."
