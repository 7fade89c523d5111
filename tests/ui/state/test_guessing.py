"""What is guessed from a project, and what its file holds of the dock."""

from __future__ import annotations

from dataclasses import replace

import pytest
from qgis.core import QgsProject

from enclave_watch.ui.choices import Choices
from enclave_watch.ui.guessing import fields_guessed, guessed
from enclave_watch.ui.projectsettings import SCOPE, read_choices, write_choices

SQUARE = "POLYGON((0 0,1 0,1 1,0 1,0 0))"


def project() -> QgsProject:
    return QgsProject.instance()


def test_an_empty_project_suggests_nothing(qgis_app):
    assert guessed(project()) == Choices()


def test_the_layer_with_factions_and_dates_is_the_control_layer(make_layer):
    make_layer([(SQUARE, {})], "name:string", "built:date", name="control houses")
    made = make_layer([(SQUARE, {})], "faction:string", "valid_from:date", "valid_to:date")
    make_layer([(SQUARE, {})], "faction:string", name="control")
    make_layer([], "faction:string", "date:date", kind="Point", name="control points")
    choices = guessed(project())
    assert choices.control == made.id()
    assert (choices.faction_field, choices.date_field) == ("faction", "valid_from")
    assert choices.end_field == "valid_to"


def test_layers_around_it_are_found_by_their_names(make_layer):
    make_layer([(SQUARE, {})], "faction:string", "date:date", name="fronts")
    countries = make_layer([(SQUARE, {})], "NAME:string", name="ne_countries")
    provinces = make_layer([(SQUARE, {})], "oblast:string", name="Oblasts")
    make_layer([(SQUARE, {})], "height:double", name="cities drawn")
    towns = make_layer([], "name:string", kind="Point", name="Towns")
    choices = guessed(project())
    assert (choices.countries, choices.country_field) == (countries.id(), "NAME")
    assert (choices.provinces, choices.province_field) == (provinces.id(), "oblast")
    assert (choices.places, choices.place_field) == (towns.id(), "name")


def test_layers_of_the_docks_own_are_never_chosen(make_layer):
    layer = make_layer([(SQUARE, {})], "faction:string", "date:date")
    group = project().layerTreeRoot().addGroup("Enclave Watch")
    group.setCustomProperty("enclave_watch/group", True)
    group.addLayer(layer)
    assert guessed(project()).control == ""


def test_numbers_are_no_dates_and_no_names(make_layer):
    layer = make_layer([], "faction:int", "date:double", "holder:string", "day:string")
    assert fields_guessed(layer) == {
        "faction_field": "holder", "date_field": "day", "end_field": "",
    }  # fmt: skip


def test_choices_are_read_as_they_were_written(qgis_app):
    chosen = replace(Choices(), control="a", reference_area_km2=5.0, use_unsaved=True, home="Côte")
    assert read_choices(project()) is None
    write_choices(project(), chosen)
    assert read_choices(project()) == chosen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("nonsense", None),
        ("[1]", None),
        ('{"snap_m": "wide", "use_unsaved": 1, "home": 3, "newer": 1}', Choices()),
        ('{"snap_m": 5, "reference_area_km2": null}', Choices(snap_m=5)),
    ],
)
def test_what_is_not_understood_keeps_its_default(qgis_app, text, expected):
    project().writeEntry(SCOPE, "/dock/choices", text)
    assert read_choices(project()) == expected


def test_the_same_choices_leave_the_project_as_it_is(qgis_app):
    write_choices(project(), Choices(home="Land"))
    project().setDirty(False)
    write_choices(project(), Choices(home="Land"))
    assert not project().isDirty()


@pytest.mark.parametrize(
    ("ends", "field"),
    [
        # each row ends with the next date: the ends say nothing more
        (("2020-01-05", "2020-01-05", "2020-01-09"), ""),
        # one row goes on beyond the next date, ends before it, or never ends
        (("2020-01-05", "2020-01-07", "2020-01-09"), "valid_to"),
        (("2020-01-05", "2020-01-03", "2020-01-09"), "valid_to"),
        (("2020-01-05", None, "2020-01-09"), "valid_to"),
    ],
)
def test_ends_that_only_repeat_the_next_date_are_left_out(make_layer, ends, field):
    starts = ("2020-01-01", "2020-01-01", "2020-01-05")
    rows = [
        (SQUARE, {"faction": "A", "valid_from": start, "valid_to": end})
        for start, end in zip(starts, ends)
    ]
    layer = make_layer(rows, "faction:string", "valid_from:date", "valid_to:date")
    assert fields_guessed(layer)["end_field"] == field
