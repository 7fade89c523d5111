"""Countries brought into the CRS of a control layer that cannot draw the whole world."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsGeometry,
    QgsRectangle,
)
from shapely import Point, box, intersection_all

from enclave_watch.core.errors import CrsError
from enclave_watch.core.feedback import Feedback
from enclave_watch.processing.borders.bordercontact import BorderContact
from enclave_watch.processing.reach import bring_over, in_reach, surroundings

DEGREES = QgsCoordinateReferenceSystem("EPSG:4326")
UTM_36 = QgsCoordinateReferenceSystem("EPSG:32636")


class Told(Feedback):
    def __init__(self):
        self.lines = []

    def info(self, text):
        self.lines.append(text)


@pytest.mark.parametrize("crs", ["EPSG:32636", "EPSG:3857", "EPSG:28406"])
def test_the_border_with_a_country_across_half_the_world_is_whole(run, make_layer, crs):
    # round Sumy, which is in Ukraine at the border with Russia
    degrees = "POLYGON((33 51,35 51,35 52,33 52,33 51))"
    transform = QgsCoordinateTransform(
        DEGREES, QgsCoordinateReferenceSystem(crs), QgsCoordinateTransformContext()
    )
    square = QgsGeometry.fromWkt(degrees)
    assert square.transform(transform) == 0
    layers = [
        make_layer([(degrees, {})], name="sumy"),
        make_layer([(square.asWkt(), {})], crs=crs, name="sumy"),
    ]
    totals_km = []
    for control in layers:
        result = run(BorderContact, CONTROL=control, HOME="Ukraine")
        [row] = [row for row in result.rows if row["neighbour"] == "Russia"]
        totals_km.append(row["border_total_km"])
    # 1,643.5 km, or 1,498.8 km on the newer map that has no border between them at Crimea
    assert totals_km[0] in (pytest.approx(1643.5, abs=0.1), pytest.approx(1498.8, abs=0.1))
    assert totals_km[1] == pytest.approx(totals_km[0], rel=1e-5)


def test_surroundings_have_a_margin_of_a_tenth_and_50_km():
    around = surroundings(QgsRectangle(10, 10, 20, 14), DEGREES, DEGREES, "Control layer")
    margin = 1.0 + 50_000 / 111_195
    assert around.xMinimum() == pytest.approx(10 - margin)
    assert around.yMaximum() == pytest.approx(14 + margin)


def test_surroundings_in_metres_have_the_margin_in_metres():
    around = surroundings(QgsRectangle(0, 0, 1000, 1000), UTM_36, UTM_36, "Control layer")
    assert around.xMinimum() == pytest.approx(-50_100, abs=1)


def test_an_extent_that_cannot_be_brought_over_names_the_layer():
    nowhere = QgsRectangle(1e30, 1e30, 1e31, 1e31)
    with pytest.raises(CrsError, match='Control layer "x": its extent cannot be brought'):
        surroundings(nowhere, UTM_36, DEGREES, 'Control layer "x"')


def test_in_reach_are_the_countries_that_meet_the_layer_and_all_around_them():
    named = [
        ("Land", box(0, 0, 10, 10)),
        ("Beyond its far side", box(10, 0, 20, 10)),
        ("Across a narrow sea", box(0, 10.3, 10, 20)),
        ("Far", box(30, 30, 40, 40)),
    ]
    found = in_reach(named, QgsRectangle(1, 1, 2, 2), [], DEGREES)
    assert [name for name, _ in found] == [
        "Land", "Beyond its far side", "Across a narrow sea",
    ]  # fmt: skip


def test_a_named_home_is_in_reach_however_far_it_is():
    named = [("Here", box(0, 0, 1, 1)), ("Far", box(30, 30, 40, 40)), ("Next", box(40, 30, 41, 40))]
    found = in_reach(named, QgsRectangle(0, 0, 1, 1), ["FAR"], DEGREES)
    assert [name for name, _ in found] == ["Here", "Far", "Next"]


def test_what_does_not_fit_is_cut_to_the_surroundings_of_what_does():
    told = Told()
    # the projection has no place for what lies 90 degrees from its middle, at the equator
    named = [("Home", box(32, 0, 34, 2)), ("Giant", box(34, 0, 125, 2))]
    moved = bring_over(named, DEGREES, UTM_36, QgsRectangle(32.5, 0.5, 33, 1), told)
    assert [(each.name, each.is_whole) for each in moved] == [("Home", True), ("Giant", False)]
    # the cut is two reaches, 100 km, beyond the home country
    west, _, east, _ = moved[1].geometry.bounds
    assert east - west == pytest.approx(100_000, rel=0.01)
    border = intersection_all([each.geometry for each in moved])
    assert border.length == pytest.approx(221_100, rel=1e-3)
    assert any("Cut to the surroundings" in line and "Giant" in line for line in told.lines)


def test_what_cannot_be_drawn_at_all_is_left_out_and_told():
    told = Told()
    named = [("Home", box(32, 0, 34, 2)), ("A quarter of the world away", box(121, 0, 125, 1))]
    moved = bring_over(named, DEGREES, UTM_36, QgsRectangle(32, 0, 33, 1), told)
    assert [each.name for each in moved] == ["Home"]
    assert any(line.startswith("Left out") and "A quarter" in line for line in told.lines)


def test_nothing_moves_within_one_crs():
    moved = bring_over([("P", Point(1, 2))], DEGREES, DEGREES, QgsRectangle(), Feedback())
    assert moved[0].geometry.equals(Point(1, 2))
