"""What is on a printed map, and in its legend."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import shapely
from pyproj import Geod
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsGeometry,
    QgsRectangle,
)

from enclave_watch.core.model import NamedGeometry
from enclave_watch.processing.publish.maps import (
    MapWords,
    extent_of,
    make_map_layers,
    map_crs,
    plain,
)

WGS84 = QgsCoordinateReferenceSystem("EPSG:4326")
WORDS = MapWords(
    "Places", "Border", "Contact", sea="sea", km="km", km2="km\u00b2",
    number=lambda value, decimals: f"{value:,.{decimals}f}",
)  # fmt: skip


def enclave(faction: str, west: float, area_km2: float) -> Any:
    return SimpleNamespace(
        faction=faction, geometry=shapely.box(west, 0, west + 1, 1), area_km2=area_km2
    )


@pytest.fixture
def layers(qgis_app):
    geography = SimpleNamespace(
        home=shapely.box(0, 0, 9, 1),
        borders=[],
        provinces=[],
        places=[
            NamedGeometry("Near", shapely.Point(0.5, 0.5)),
            NamedGeometry("Far", shapely.Point(8.5, 0.5)),
        ],
    )
    ruler = SimpleNamespace(lengths_km=lambda _own: {})
    return make_map_layers(
        [enclave("Small", 0, 5.0), enclave("Large [% 1 %]", 1, 2000.0), enclave("Far", 8, 9.0)],
        geography,
        ruler,
        crs=WGS84,
        shown=QgsRectangle(0, 0, 3, 1),
        colors={"Small": "#112233", "Large [% 1 %]": "#445566", "Far": "#778899"},
        labelled=lambda each: each.faction == "Small",
        along_border=lambda _each: True,
        words=WORDS,
    )


def test_the_legend_has_only_who_is_on_the_map_the_largest_first(layers) -> None:
    held = layers.told[0]
    categories = held.renderer().categories()
    assert [each.value() for each in categories] == ["Large [% 1 %]", "Small"]
    assert categories[0].label() == "Large [\u200b% 1 %]"
    assert categories[1].symbol().color().name() == "#112233"


def test_only_enclaves_told_of_bear_their_area(layers) -> None:
    labels = {each["faction"]: each["label"] for each in layers.told[0].getFeatures()}
    assert labels == {"Small": "5.0 km\u00b2", "Large [% 1 %]": ""}


def test_places_elsewhere_are_left_out(layers) -> None:
    (places,) = [each for each in layers.told if each.name() == "Places"]
    assert [each["name"] for each in places.getFeatures()] == ["Near"]


def test_names_are_one_line_without_expressions_or_turned_letters() -> None:
    assert plain("a\n b\u202e[%c%]") == "a b[\u200b%c%]"
    assert plain("x" * 100, 10) == "x" * 9 + "\u2026"


def test_maps_keep_areas(qgis_app) -> None:
    crs = map_crs(WGS84, QgsRectangle(35, 32, 42, 37))
    to_map = QgsCoordinateTransform(WGS84, crs, QgsCoordinateTransformContext())
    drawn = QgsGeometry.fromRect(QgsRectangle(41, 36, 42, 37)).densifyByCount(50)
    drawn.transform(to_map)
    # of pyproj's Geod on the same ring, densified
    ring = shapely.segmentize(shapely.box(41, 36, 42, 37), 0.02)
    true_m2 = abs(Geod(ellps="WGS84").geometry_area_perimeter(ring)[0])
    assert drawn.area() == pytest.approx(true_m2, rel=1e-4)


def test_there_is_some_ground_around_what_is_shown(qgis_app) -> None:
    crs = map_crs(WGS84, QgsRectangle(41, 36, 42, 37))
    shown = extent_of([shapely.box(41, 36, 42, 37)], WGS84, crs)
    assert 1.1 * 90_000 < shown.width() < 1.5 * 90_000
    speck = extent_of([shapely.Point(41.5, 36.5).buffer(1e-4)], WGS84, crs)
    assert speck.width() >= 19_999
