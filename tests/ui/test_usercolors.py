"""Colours of factions: the user's own first, and the project is only read."""

from __future__ import annotations

import json

import pytest
from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsProject,
    QgsRendererCategory,
    QgsVectorLayer,
)

from enclave_watch.processing.palette import FACTION_COLORS, faction_colors
from enclave_watch.ui.usercolors import colors_of

FACTIONS = ["Blue", "Red"]


@pytest.fixture(autouse=True)
def _empty_project(qgis_app):
    QgsProject.instance().clear()
    yield
    QgsProject.instance().clear()


def layer_with(categories, attribute="faction") -> QgsVectorLayer:
    layer = QgsVectorLayer("Polygon?field=faction:string&field=side:string", "control", "memory")
    made = [
        QgsRendererCategory(value, QgsFillSymbol.createSimple({"color": color}), str(value))
        for value, color in categories
    ]
    layer.setRenderer(QgsCategorizedSymbolRenderer(attribute, made))
    return layer


@pytest.mark.parametrize("attribute", ["faction", '"faction"', ' "faction" '])
def test_a_category_gives_its_colour(attribute):
    layer = layer_with([("Blue", "#010203"), ("Red", "#040506")], attribute)
    assert colors_of(layer, "faction", FACTIONS) == {"Blue": "#010203", "Red": "#040506"}


def test_a_colour_loses_its_opacity():
    layer = layer_with([("Blue", "1,2,3,40")])
    assert colors_of(layer, "faction", ["Blue"]) == {"Blue": "#010203"}


def test_categories_of_another_field_say_nothing():
    layer = layer_with([("Blue", "#010203")], "side")
    assert colors_of(layer, "faction", FACTIONS) == faction_colors(FACTIONS)


def test_a_category_of_several_values_gives_each_its_colour():
    layer = layer_with([(["Blue", "Red"], "#010203"), ("", "#999999")])
    assert colors_of(layer, "faction", FACTIONS) == {"Blue": "#010203", "Red": "#010203"}


def test_factions_without_a_category_keep_away_from_the_users_colours():
    taken = faction_colors(["Red"])["Red"]
    layer = layer_with([("Blue", taken)])
    found = colors_of(layer, "faction", FACTIONS)
    assert found["Blue"] == taken
    assert found["Red"] != taken
    assert found["Red"] in FACTION_COLORS


@pytest.mark.parametrize("layer", [None, "single"])
def test_without_categories_the_colours_are_those_of_results(layer):
    made = layer and QgsVectorLayer("Polygon?field=faction:string", "control", "memory")
    assert colors_of(made, "faction", FACTIONS) == faction_colors(FACTIONS)


def test_a_colour_that_the_project_keeps_is_taken():
    kept = json.dumps({"Blue": "#123456"})
    QgsProject.instance().writeEntry("enclave_watch", "faction_colors", kept)
    assert colors_of(None, "", ["Blue"]) == {"Blue": "#123456"}


def test_the_category_of_all_others_takes_no_colour_away():
    wished = faction_colors(["Red"])["Red"]
    layer = layer_with([("Blue", "#010203"), ("", wished)])
    assert colors_of(layer, "faction", FACTIONS) == {"Blue": "#010203", "Red": wished}


def test_nothing_is_written_to_the_project():
    QgsProject.instance().setDirty(False)
    colors_of(layer_with([("Blue", "#010203")]), "faction", FACTIONS)
    assert not QgsProject.instance().isDirty()
    assert QgsProject.instance().readEntry("enclave_watch", "faction_colors", "")[0] == ""
