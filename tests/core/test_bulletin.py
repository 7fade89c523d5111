"""Bulletins of made-up shapes: each fact from what happened, each figure from its row."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest

from enclave_watch.core.bulletinfacts import (
    AreaLeft,
    ContactChanged,
    ContactLost,
    CountedWith,
    EnclaveEvent,
    EnclaveLost,
    EnclavesLeft,
    Figure,
    GroundMoved,
    MoreEvents,
    Moves,
    NoChange,
    NoPresence,
    PlacesTaken,
    PresenceBegan,
    PresenceEnded,
    Standings,
)
from enclave_watch.core.bulletintables import Part
from enclave_watch.core.model import Parameters
from enclave_watch.tests.core.helpers.bulletins import report_of
from enclave_watch.tests.core.helpers.histories import square

HOME = {"Home": square(-100, -100, 200), "East": square(100, -100, 50, 200)}
PROVINCES = {"Left": square(-100, -100, 100, 200), "Right": square(0, -100, 100, 200)}


def facts_of(report, kind):
    return [
        fact
        for paragraph in report.bulletin.paragraphs
        for fact in paragraph.facts
        if isinstance(fact, kind)
    ]


def only(report, kind):
    (fact,) = facts_of(report, kind)
    return fact


def figures_in(value):
    """Yield every figure of a value, however deep."""
    if isinstance(value, Figure):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from figures_in(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from figures_in(each)


def figures_of_cell(cell):
    """Return the values that a cell holds, one or several with names."""
    if isinstance(cell, tuple):
        return [part.value for part in cell if isinstance(part, Part)]
    if isinstance(cell, datetime):
        return [cell]
    return [float(cell)] if isinstance(cell, (int, float)) else []


def assert_every_figure_stands_in_its_row(report):
    figures = list(figures_in(report.bulletin))
    assert figures
    for figure in figures:
        cell = report.tables.row(figure.row).cells[figure.column]
        assert any(
            value == figure.value or value == pytest.approx(figure.value, abs=1e-6)
            for value in figures_of_cell(cell)
            if type(value) is type(figure.value)
        ), f"{figure} is not in {cell}"
    return figures


def test_a_lost_enclave_is_told_with_its_taker_border_places_and_what_is_left():
    report = report_of(
        [("A", square(80, 0, 20)), ("A", square(0, 0, 10)), ("B", square(-50, 0, 10))],
        [("B", square(80, 0, 20)), ("A", square(0, 0, 10)), ("B", square(-50, 0, 10))],
        faction="A", countries=HOME, provinces=PROVINCES,
        places={"Town": "POINT(90 10)", "Village": "POINT(5 25)"},
    )  # fmt: skip
    lost = only(report, EnclaveLost)
    assert lost.is_largest
    assert lost.is_whole
    assert lost.area.value == pytest.approx(400, rel=1e-3)
    assert lost.provinces == ("Right",)
    assert lost.places == ("Town",)
    assert [(each.neighbour, round(each.length.value)) for each in lost.contacts] == [("East", 20)]
    assert [each.name for each in lost.takers] == ["B"]
    contact = only(report, ContactLost)
    assert contact.border.length.value == pytest.approx(20, abs=0.1)
    assert contact.nearest.value == pytest.approx(90, abs=0.2)
    assert only(report, PlacesTaken).places == ("Town",)
    left = only(report, AreaLeft)
    assert (left.trend, left.enclaves.value) == ("shrank", 1)
    (line,) = only(report, EnclavesLeft).enclaves
    assert (line.near.place, line.near.direction) == ("Village", "s")
    assert report.bulletin.headline.what == "largest_lost"
    assert report.bulletin.headline.other == "B"
    # that A lost one enclave says what ground moved
    assert facts_of(report, GroundMoved) == []
    assert_every_figure_stands_in_its_row(report)


def test_presence_is_gone_since_the_first_date_without_it_after_which_it_never_came_back():
    both = [("A", square(-50, 0, 10)), ("A", square(50, 0, 10))]
    right = [("A", square(50, 0, 10))]
    report = report_of(both, right, both, right, right, faction="A", provinces=PROVINCES)
    (lost,) = only(report, NoPresence).provinces
    assert lost.province == "Left"
    assert lost.since.value == datetime(2020, 1, 4)
    assert lost.area.value == pytest.approx(100, rel=1e-3)
    (row,) = report.tables.named("presence").rows
    assert row.cells["last_date"] == datetime(2020, 1, 3)
    assert isinstance(facts_of(report, NoChange)[0], NoChange)
    assert report.bulletin.headline.what == "same"
    assert_every_figure_stands_in_its_row(report)


def test_a_sliver_that_is_no_presence_is_told_as_none_and_stands_in_the_table():
    report = report_of(
        [("A", square(-20, 0, 40, 10))], [("A", square(-0.05, 0, 20.05, 10))],
        faction="A", provinces=PROVINCES,
    )  # fmt: skip
    assert [each.province for each in only(report, NoPresence).provinces] == ["Left"]
    (row,) = report.tables.named("presence").rows
    assert row.cells["now_km2"] == pytest.approx(0.5, rel=1e-2)
    assert only(report, PresenceEnded).province == "Left"


def test_presence_that_begins_and_ground_that_is_gained_are_told():
    report = report_of(
        [("A", square(5, 0, 10)), ("B", square(-10, 0, 15, 10))],
        [("A", square(-10, 0, 25, 10))],
        faction="A", provinces=PROVINCES,
    )  # fmt: skip
    assert only(report, PresenceBegan).province == "Left"
    moved = only(report, GroundMoved)
    assert moved.lost is None
    assert [(each.name, round(each.area.value)) for each in moved.givers] == [("B", 150)]
    assert report.bulletin.headline.what == "gained"
    assert only(report, AreaLeft).trend == "grew"
    assert_every_figure_stands_in_its_row(report)


def test_a_faction_that_holds_nothing_any_more_is_told_so():
    report = report_of(
        [("A", square(0, 0, 10)), ("B", square(50, 0, 10))],
        [("B", square(0, 0, 10)), ("B", square(50, 0, 10))],
        faction="A",
    )  # fmt: skip
    assert report.bulletin.headline.what == "all_lost"
    assert report.bulletin.headline.other == "B"
    assert only(report, AreaLeft).trend == "gone"
    assert facts_of(report, EnclavesLeft) == []
    assert_every_figure_stands_in_its_row(report)


def test_a_faction_that_begins_has_no_area_before():
    report = report_of(
        [("B", square(50, 0, 10))], [("A", square(0, 0, 10)), ("B", square(50, 0, 10))],
        faction="A",
    )  # fmt: skip
    assert report.bulletin.headline.what == "began"
    left = only(report, AreaLeft)
    assert (left.trend, left.before) == ("began", None)
    assert [each.what for each in facts_of(report, EnclaveEvent)] == ["appeared"]
    assert_every_figure_stands_in_its_row(report)


def test_contact_that_shrinks_or_is_gained_is_told_with_both_lengths():
    report = report_of(
        [("A", square(80, 0, 20, 40)), ("B", square(0, 0, 10))],
        [("A", square(80, 0, 20, 15)), ("B", square(0, 0, 100, 10))],
        faction="A", countries=HOME,
    )  # fmt: skip
    change = only(report, ContactChanged)
    assert change.what == "shrunk"
    assert change.before.value == pytest.approx(40, abs=0.1)
    assert change.border.length.value == pytest.approx(15, abs=0.1)


def test_what_is_split_merged_and_encircled_is_told():
    ring = "POLYGON((-20 -20, 30 -20, 30 30, -20 30, -20 -20), (0 0, 10 0, 10 10, 0 10, 0 0))"
    report = report_of(
        [("A", square(0, 0, 10)), ("A", square(50, 0, 30, 10)), ("B", square(-20, -20, 5))],
        [("A", square(0, 0, 10)), ("A", square(50, 0, 10)), ("A", square(70, 0, 10)), ("B", ring)],
        faction="A",
    )  # fmt: skip
    assert sorted(each.what for each in facts_of(report, EnclaveEvent)) == ["encircled", "split"]
    back = report_of(
        [("A", square(50, 0, 10)), ("A", square(70, 0, 10)), ("A", square(0, 0, 10)), ("B", ring)],
        [("A", square(50, 0, 30, 10)), ("A", square(0, 0, 10)), ("B", square(-20, -20, 5))],
        faction="A",
    )  # fmt: skip
    assert sorted(each.what for each in facts_of(back, EnclaveEvent)) == ["merged", "relieved"]


def test_of_many_lost_enclaves_the_largest_are_told_and_the_rest_counted():
    many = [("A", square(10 * number, 0, 2 + 0.5 * number)) for number in range(8)]
    rest = ("A", square(-50, 0, 20))
    report = report_of([*many, rest], [rest], faction="A")
    told = facts_of(report, EnclaveLost)
    assert len(told) == 5
    assert [each.area.value for each in told] == sorted(
        (each.area.value for each in told), reverse=True
    )
    assert only(report, MoreEvents).count.value == 3
    assert_every_figure_stands_in_its_row(report)


def test_enclaves_too_small_to_be_followed_are_counted_and_not_sized():
    held = [("A", square(20 * number, 0, 1 + number)) for number in range(8)]
    report = report_of(held, held, faction="A", parameters=Parameters(min_area_km2=5.0))
    left = only(report, EnclavesLeft)
    assert len(left.enclaves) == 5
    assert (left.more.value, left.smallest) == (3, None)
    every = only(report_of(held, held, faction="A"), EnclavesLeft)
    assert [round(each.value) for each in (every.smallest, every.largest)] == [1, 9]


def test_an_enclave_with_a_place_in_it_is_told_however_small():
    held = [("A", square(20 * number, 0, 10 - number)) for number in range(8)]
    report = report_of(held, held, faction="A", places={"Hamlet": "POINT(141 1)"})
    lines = only(report, EnclavesLeft).enclaves
    assert [each.places for each in lines if each.places] == [("Hamlet",)]
    assert len(lines) == 6


def test_a_bulletin_of_all_tells_of_each_and_of_a_place_once():
    report = report_of(
        [("A", square(0, 0, 10)), ("A", square(40, 0, 5)), ("B", square(20, 0, 10))],
        [("B", square(0, 0, 10)), ("A", square(40, 0, 5)), ("B", square(20, 0, 10))],
        places={"Town": "POINT(5 5)"},
    )  # fmt: skip
    assert report.bulletin.faction == ""
    assert report.bulletin.headline.faction == "A"
    assert only(report, PlacesTaken).taker == "B"
    (move,) = only(report, Moves).moves
    assert (move.loser, move.taker) == ("A", "B")
    assert [each.faction for each in only(report, Standings).factions] == ["B", "A"]
    assert_every_figure_stands_in_its_row(report)


def test_nothing_is_told_to_have_changed_where_nothing_did():
    held = [("A", square(0, 0, 10))]
    report = report_of(held, held)
    assert report.bulletin.headline.what == "same"
    assert only(report, NoChange).faction == ""


def test_the_members_of_an_alliance_are_named():
    held = [("A", square(0, 0, 10)), ("M", square(40, 0, 5))]
    report = report_of(held, held, faction="A", alliances={"M": "A"})
    assert only(report, CountedWith).members == ("M",)


def test_ground_that_two_claim_is_told_as_both():
    report = report_of(
        [("A", square(0, 0, 10)), ("A", square(40, 0, 20))],
        [("B", square(0, 0, 10)), ("C", square(0, 0, 10)), ("A", square(40, 0, 20))],
        faction="A",
    )  # fmt: skip
    assert [each.name for each in only(report, EnclaveLost).takers] == ["B + C"]
    assert_every_figure_stands_in_its_row(report)


def test_anchors_are_unlike_each_other_and_hold_no_names():
    report = report_of(
        [("A<b>", square(0, 0, 10)), ("B b", square(20, 0, 10))],
        [("B b", square(0, 0, 10)), ("A<b>", square(20, 0, 10))],
        provinces={'L "x"': PROVINCES["Left"], "R": PROVINCES["Right"]},
    )  # fmt: skip
    anchors = [row.anchor for table in report.tables.tables for row in table.rows]
    assert len(set(anchors)) == len(anchors) > 5
    assert all(set(anchor) <= set("abcdefghijklmnopqrstuvwxyz0123456789-T") for anchor in anchors)
