"""The story of the summer of 2018, event by event, as the Observatory published it."""

from __future__ import annotations

from datetime import datetime

import pytest
import shapely

from enclave_watch.core.alliances import parse_alliances
from enclave_watch.core.events import events_of
from enclave_watch.core.feedback import Feedback
from enclave_watch.core.geography import build_geography
from enclave_watch.core.history import trace
from enclave_watch.core.lineage import Kind, LinkRule
from enclave_watch.core.model import ControlRow, NamedGeometry, Parameters
from enclave_watch.core.series import read_series
from enclave_watch.core.stretches import BorderRuler
from enclave_watch.core.timeline import analyse
from enclave_watch.tests.core.helpers.geopackage import features, shapes, world_map

IS, SDF = "Islamic State", "Syrian Democratic Forces"
JAYSH, GOVERNMENT = "Jaysh Khalid ibn al-Walid", "Syrian government"
OPPOSITION = "Opposition and Turkey"
NAMES = "'Syria', 'Iraq', 'Turkey', 'Jordan', 'Lebanon', 'Israel', 'Palestine', 'Cyprus'"


@pytest.fixture(scope="module")
def story(sample):
    """Steps and events by date; Jaysh Khalid is counted with the Islamic State."""
    return told_by_date(sample, parse_alliances(f"{JAYSH}={IS}"))


def told_by_date(sample, alliances):
    """Return each date's step and events."""
    rows = [
        ControlRow(number, faction, wkb, datetime.fromisoformat(date))
        for number, wkb, (faction, date) in features(sample, "control", "faction", "date")
    ]
    world, log = world_map(), Feedback()
    series = read_series(
        rows, layer_name="control", crs="EPSG:4326",
        alliances=alliances, feedback=log,
    )  # fmt: skip

    def named(path, layer, name, where="1"):
        return [NamedGeometry(*each) for each in shapes(path, layer, name, where)]

    geography = build_geography(
        series,
        countries=named(world, "countries", "NAME", f"NAME in ({NAMES})"),
        provinces=named(world, "states_provinces", "name", "admin = 'Syria'"),
        places=named(sample, "places", "name"),
        countries_label="world", parameters=Parameters(), feedback=log,
    )  # fmt: skip
    ruler = BorderRuler(geography)
    steps = trace(
        analyse(series, geography, Parameters(min_presence_km2=0.0), log),
        geodesy=series.store.geodesy, rule=LinkRule(), feedback=log,
    )  # fmt: skip
    return {
        step.analysis.date.date().isoformat(): (
            step,
            events_of(step, geography, ruler, min_presence_km2=1.0, feedback=log),
        )
        for step in steps
    }


def told(story, date, faction=IS):
    _, events = story[date]
    return [
        (event.kind.value, event.other, event.where) for event in events if event.faction == faction
    ]


def test_nothing_is_told_of_the_first_date(story):
    assert story["2018-05-31"][1] == ()


def test_in_june_southern_hasakah_is_lost_and_nothing_else_happens(story):
    assert told(story, "2018-06-30") == [
        ("vanished", SDF, "Hasaka (Al Haksa)"),
        ("presence_ended", SDF, "Hasaka (Al Haksa)"),
    ]
    _, events = story["2018-06-30"]
    assert {event.faction for event in events} == {IS}
    vanished, ended = events
    assert vanished.km2 == pytest.approx(538.5, abs=0.1)
    # with it, the sliver along the province line is swallowed
    assert ended.km2 == pytest.approx(538.5 + 0.09, abs=0.05)


def test_until_mid_july_only_the_south_west_changes(story):
    assert told(story, "2018-07-15") == []
    assert {event.faction for event in story["2018-07-15"][1]} == {
        "Opposition and Turkey", "Syrian government",
    }  # fmt: skip
    assert told(story, "2018-07-15", "Syrian government") == [("merged", "", "Homs (Hims)")]


def test_by_the_end_of_july_presence_in_daraa_is_ended(story):
    assert told(story, "2018-07-31") == [
        ("vanished", "Syrian government", "Dar`a"),
        ("contact_lost", "Syrian government", "Jordan"),
        ("presence_ended", "Syrian government", "Dar`a"),
        ("place_taken", "Syrian government", "Saham al-Jawlan"),
    ]
    assert len(story["2018-07-31"][1]) == 4
    assert story["2018-07-31"][1][0].km2 == pytest.approx(250.0, abs=0.1)


def test_in_august_the_largest_enclave_and_contact_with_iraq_are_lost(story):
    assert told(story, "2018-08-05") == [
        ("largest_lost", SDF, "Dayr Az Zawr"),
        ("vanished", SDF, "Dayr Az Zawr"),
        ("contact_lost", SDF, "Iraq"),
    ]
    step, events = story["2018-08-05"]
    assert len(events) == 3
    largest, vanished, contact = events
    assert largest.km2 == vanished.km2 == pytest.approx(1670.0, abs=0.1)
    assert contact.km == pytest.approx(85.0, abs=0.3)
    assert "4.2 km away" in contact.text
    (gone,) = [each for each in step.before if each.fate is Kind.VANISHED]
    assert gone.lost_to[0].label == SDF
    assert gone.lost_to[0].area_km2 == pytest.approx(1670.0, abs=0.1)
    assert gone.enclave_id == largest.enclave_id == 1


def test_takers_are_those_of_a_plain_overlay(story):
    step, _ = story["2018-08-05"]
    (gone,) = [each for each in step.before if each.fate is Kind.VANISHED]
    sdf = shapely.union_all([e.geometry for e in step.analysis.enclaves if e.faction == SDF])
    share = shapely.area(shapely.intersection(gone.enclave.geometry, sdf))
    whole = shapely.area(gone.enclave.geometry)
    assert gone.lost_to[0].area_km2 / gone.enclave.area_km2 == pytest.approx(
        share / whole, abs=1e-5
    )


def test_the_enclaves_that_are_left_are_as_old_as_the_series(story):
    step, _ = story["2018-08-05"]
    own = [each for each in step.after if each.enclave.faction == IS]
    assert len(own) == 8
    assert {each.age_days for each in own} == {66.0}
    assert all(abs(each.change_first_km2) < 0.1 for each in own)


def test_every_event_is_told_and_none_besides(sample):
    found = [
        (date, event.kind.value, event.faction, event.other, event.where)
        for date, (_, events) in told_by_date(sample, {}).items()
        for event in events
    ]
    june, mid_july, july, august = "2018-06-30", "2018-07-15", "2018-07-31", "2018-08-05"
    south = ("As Suwayda'", "Dar`a", "Quneitra", "Rif Dimashq", "UNDOF")
    assert found == [
        (june, "vanished", IS, SDF, "Hasaka (Al Haksa)"),
        (june, "presence_ended", IS, SDF, "Hasaka (Al Haksa)"),
        (mid_july, "vanished", OPPOSITION, GOVERNMENT, "Dar`a"),
        (mid_july, "contact_lost", OPPOSITION, GOVERNMENT, "Israel"),
        (mid_july, "contact_lost", OPPOSITION, GOVERNMENT, "Jordan"),
        *((mid_july, "presence_ended", OPPOSITION, GOVERNMENT, province) for province in south),
        (mid_july, "place_taken", OPPOSITION, GOVERNMENT, "Daraa"),
        (mid_july, "merged", GOVERNMENT, "", "Homs (Hims)"),
        (july, "largest_lost", JAYSH, GOVERNMENT, "Dar`a"),
        (july, "vanished", JAYSH, GOVERNMENT, "Dar`a"),
        (july, "contact_lost", JAYSH, GOVERNMENT, "Jordan"),
        (july, "presence_ended", JAYSH, GOVERNMENT, "Dar`a"),
        (july, "place_taken", JAYSH, GOVERNMENT, "Saham al-Jawlan"),
        (august, "largest_lost", IS, SDF, "Dayr Az Zawr"),
        (august, "vanished", IS, SDF, "Dayr Az Zawr"),
        (august, "contact_lost", IS, SDF, "Iraq"),
    ]


def test_lineage_is_that_of_a_plain_overlay(story):
    for step, _ in story.values():
        for old in step.before:
            ground = old.enclave.geometry
            own = [e for e in step.after if e.enclave.faction == old.enclave.faction]
            heirs = {
                each.enclave_id
                for each in own
                # on the plane, where areas are in degrees: shares are the same to a per cent
                if shapely.intersection(ground, each.enclave.geometry).area
                > 0.1 * min(ground.area, each.enclave.geometry.area)
            }
            assert {child.enclave_id for child in old.children} == heirs
            assert (old.fate is Kind.VANISHED) == (not heirs)
