"""Which polygons of a faction make one enclave, on edges drawn to the last digit."""

from __future__ import annotations

import pytest
import shapely

from enclave_watch.core.model import Parameters
from enclave_watch.tests.core.helpers.build import (
    UTM,
    Log,
    areas_km2,
    enclaves_of,
    in_km,
    one,
    run,
)
from enclave_watch.tests.core.helpers.truth import true_area_km2, true_length_km

EXACT = Parameters(snap_m=0.0)
SNAPS = pytest.mark.parametrize("snap_m", [0.0, 25.0])

LEFT = "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))"
RIGHT = "POLYGON((10 0, 20 0, 20 10, 10 10, 10 0))"
CORNER = "POLYGON((10 10, 20 10, 20 20, 10 20, 10 10))"


def area(shape):
    return true_area_km2(in_km(shape), UTM, step=500.0)


@SNAPS
def test_pieces_touching_in_a_point_are_two_enclaves(snap_m):
    found = run([("A", LEFT), ("A", CORNER)], parameters=Parameters(snap_m=snap_m))
    assert len(found.enclaves) == 2


@SNAPS
def test_pieces_sharing_an_edge_are_one_enclave(snap_m):
    enclave = one(run([("A", LEFT), ("A", RIGHT)], parameters=Parameters(snap_m=snap_m)), "A")
    assert enclave.area_km2 == pytest.approx(area(LEFT) + area(RIGHT), rel=1e-8)
    whole = "POLYGON((0 0, 20 0, 20 10, 0 10, 0 0))"
    assert enclave.perimeter_km == pytest.approx(
        true_length_km(in_km(whole), UTM, step=500.0), rel=1e-7
    )
    assert enclave.parts == 1


@SNAPS
def test_a_shared_edge_of_a_few_metres_joins_when_it_is_exact(snap_m):
    low = "POLYGON((10 9.99, 20 9.99, 20 0, 10 0, 10 9.99))"
    high = "POLYGON((0 9.98, 10 9.98, 10 20, 0 20, 0 9.98))"
    assert len(run([("A", low), ("A", high)], parameters=Parameters(snap_m=snap_m)).enclaves) == 1


@SNAPS
def test_a_tip_on_the_middle_of_an_edge_only_touches(snap_m):
    tip = "POLYGON((10 5, 15 0, 15 10, 10 5))"
    found = run([("A", LEFT), ("A", tip)], parameters=Parameters(snap_m=snap_m))
    assert len(found.enclaves) == 2


def test_a_chain_of_pieces_joined_by_edges_and_points_falls_apart_at_the_points():
    held = [("A", LEFT), ("A", RIGHT), ("A", "POLYGON((20 10, 30 10, 30 20, 20 20, 20 10))")]
    assert areas_km2(enclaves_of(run(held), "A")) == pytest.approx(
        [area(LEFT) + area(RIGHT), area(LEFT)], rel=1e-4
    )


@SNAPS
def test_a_hole_is_not_held_and_its_rim_is_perimeter(snap_m):
    ring = "POLYGON((0 0, 20 0, 20 20, 0 20, 0 0), (5 5, 5 15, 15 15, 15 5, 5 5))"
    enclave = one(run([("A", ring)], parameters=Parameters(snap_m=snap_m)), "A")
    assert enclave.area_km2 == pytest.approx(area(ring), rel=1e-8)
    assert enclave.area_km2 == pytest.approx(300 / 0.9996**2, rel=1e-5)
    assert enclave.perimeter_km == pytest.approx(120 / 0.9996, rel=1e-5)


@SNAPS
def test_an_enclave_inside_the_hole_of_another_of_its_faction_is_a_second_one(snap_m):
    ring = "POLYGON((0 0, 20 0, 20 20, 0 20, 0 0), (5 5, 15 5, 15 15, 5 15, 5 5))"
    island = "POLYGON((8 8, 12 8, 12 12, 8 12, 8 8))"
    found = run([("A", ring), ("A", island)], parameters=Parameters(snap_m=snap_m))
    assert areas_km2(found.enclaves) == pytest.approx([area(ring), area(island)], rel=1e-8)


def test_a_hole_filled_to_its_rim_is_one_enclave_without_a_hole():
    ring = "POLYGON((0 0, 20 0, 20 20, 0 20, 0 0), (5 5, 15 5, 15 15, 5 15, 5 5))"
    core = "POLYGON((5 5, 15 5, 15 15, 5 15, 5 5))"
    enclave = one(run([("A", ring), ("A", core)]), "A")
    assert enclave.perimeter_km == pytest.approx(80 / 0.9996, rel=1e-5)


@SNAPS
def test_ground_that_a_faction_drew_twice_counts_once(snap_m):
    log = Log()
    shifted = "POLYGON((5 0, 15 0, 15 10, 5 10, 5 0))"
    found = run([("A", LEFT), ("A", shifted)], parameters=Parameters(snap_m=snap_m), feedback=log)
    enclave = one(found, "A")
    union = "POLYGON((0 0, 15 0, 15 10, 0 10, 0 0))"
    assert enclave.area_km2 == pytest.approx(area(union), rel=1e-8)
    assert enclave.share_faction_pct == pytest.approx(100.0)
    assert found.contested == ()


def test_a_polygon_drawn_twice_is_one_enclave_of_its_own_area():
    turned = "POLYGON((10 0, 10 10, 0 10, 0 0, 10 0))"
    enclave = one(run([("A", LEFT), ("A", LEFT), ("A", turned)]), "A")
    assert enclave.area_km2 == pytest.approx(area(LEFT), rel=1e-8)
    assert enclave.perimeter_km == pytest.approx(40 / 0.9996, rel=1e-5)


def test_a_polygon_inside_another_of_its_faction_adds_nothing():
    inner = "POLYGON((2 2, 4 2, 4 4, 2 4, 2 2))"
    enclave = one(run([("A", LEFT), ("A", inner)]), "A")
    assert enclave.area_km2 == pytest.approx(area(LEFT), rel=1e-8)
    assert enclave.perimeter_km == pytest.approx(40 / 0.9996, rel=1e-5)


@pytest.mark.parametrize("corner_km", [5.0, 0.0, -0.01])
@SNAPS
def test_a_speck_inside_another_polygon_of_its_faction_adds_nothing(snap_m, corner_km):
    """In the middle, in a corner, and half across the corner: 20 m, under the snap distance."""
    low, high = corner_km, corner_km + 0.02
    speck = f"POLYGON(({low} {low}, {high} {low}, {high} {high}, {low} {high}, {low} {low}))"
    found = run([("A", LEFT), ("A", speck)], parameters=Parameters(snap_m=snap_m))
    union = shapely.union_all([in_km(LEFT), in_km(speck)])
    assert sum(areas_km2(found.enclaves)) == pytest.approx(
        true_area_km2(union, UTM, step=500.0), rel=1e-8
    )
    assert found.enclaves[0].perimeter_km == pytest.approx(40 / 0.9996, rel=2e-3)


@SNAPS
def test_a_strait_of_100_m_parts_two_pieces(snap_m):
    across = "POLYGON((10.1 0, 20 0, 20 10, 10.1 10, 10.1 0))"
    found = run([("A", LEFT), ("A", across)], parameters=Parameters(snap_m=snap_m))
    assert len(found.enclaves) == 2


@pytest.mark.parametrize(("distance_m", "count"), [(99.0, 2), (101.0, 1)])
def test_the_join_distance_joins_what_lies_just_within_it(distance_m, count):
    across = "POLYGON((10.1 0, 20 0, 20 10, 10.1 10, 10.1 0))"
    found = run([("A", LEFT), ("A", across)], parameters=Parameters(join_distance_m=distance_m))
    assert len(found.enclaves) == count
    assert found.enclaves[0].parts == 3 - count


def test_the_join_distance_joins_corners_too_and_counts_the_parts():
    held = [("A", LEFT), ("A", CORNER), ("A", "POLYGON((20.3 20.4, 30 20.4, 30 30, 20.3 20.4))")]
    apart = run(held, parameters=Parameters(join_distance_m=499.0))
    assert sorted(enclave.parts for enclave in apart.enclaves) == [1, 2]
    whole = one(run(held, parameters=Parameters(join_distance_m=502.0)), "A")
    assert whole.parts == 3
    assert whole.area_km2 == pytest.approx(sum(area(shape) for _, shape in held), rel=1e-8)


def test_the_join_distance_reaches_over_the_ground_of_another_faction():
    strip = "POLYGON((10 0, 10.5 0, 10.5 10, 10 10, 10 0))"
    across = "POLYGON((10.5 0, 20 0, 20 10, 10.5 10, 10.5 0))"
    found = run(
        [("A", LEFT), ("B", strip), ("A", across)], parameters=Parameters(join_distance_m=600.0)
    )
    assert one(found, "A").parts == 2
    assert one(found, "B").parts == 1


@SNAPS
def test_the_parts_of_one_multipolygon_are_enclaves_of_their_own(snap_m):
    both = (
        "MULTIPOLYGON(((0 0, 10 0, 10 10, 0 10, 0 0)), "
        "((30 0, 35 0, 35 5, 30 5, 30 0), (31 1, 31 2, 32 2, 32 1, 31 1)))"
    )
    found = run([("A", both)], parameters=Parameters(snap_m=snap_m))
    parts = shapely.get_parts(in_km(both))
    assert areas_km2(found.enclaves) == pytest.approx([area(part) for part in parts], rel=1e-8)


def test_the_parts_of_a_collection_and_heights_make_no_difference():
    flat = one(run([("A", LEFT)]), "A")
    high = shapely.force_3d(in_km(LEFT), 500.0)
    collection = shapely.GeometryCollection([high, shapely.Point(0, 0)])
    for shape in (high, collection):
        assert one(run([("A", shape)]), "A").area_km2 == flat.area_km2


class TestInvalidPolygonsKeepTheirGround:
    """What a repair must not lose."""

    def test_a_bow_tie_keeps_both_its_wings(self):
        log = Log()
        bow = "POLYGON((0 0, 10 10, 10 0, 0 10, 0 0))"
        found = run([("A", bow)], feedback=log)
        # the wings meet in a point
        assert areas_km2(found.enclaves) == pytest.approx([25 / 0.9996**2] * 2, rel=1e-4)
        assert any("invalid polygons repaired: 1 (first ids: 0)" in text for text in log.warnings)

    def test_parts_that_overlap_are_held_and_counted_once(self):
        both = "MULTIPOLYGON(((0 0, 10 0, 10 10, 0 10, 0 0)), ((5 0, 15 0, 15 10, 5 10, 5 0)))"
        assert one(run([("A", both)]), "A").area_km2 == pytest.approx(150 / 0.9996**2, rel=1e-4)

    def test_a_part_inside_another_is_no_hole(self):
        both = "MULTIPOLYGON(((0 0, 10 0, 10 10, 0 10, 0 0)), ((2 2, 4 2, 4 4, 2 4, 2 2)))"
        assert one(run([("A", both)]), "A").area_km2 == pytest.approx(100 / 0.9996**2, rel=1e-4)

    def test_a_hole_outside_its_shell_takes_no_ground_and_gives_none(self):
        stray = "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), (20 20, 22 20, 22 22, 20 22, 20 20))"
        assert one(run([("A", stray)]), "A").area_km2 == pytest.approx(100 / 0.9996**2, rel=1e-4)

    def test_a_hole_that_crosses_its_shell_takes_only_what_is_inside(self):
        half = "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), (8 2, 12 2, 12 4, 8 4, 8 2))"
        assert one(run([("A", half)]), "A").area_km2 == pytest.approx(96 / 0.9996**2, rel=1e-4)

    def test_holes_that_overlap_are_taken_once(self):
        holes = (
            "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), (2 2, 5 2, 5 4, 2 4, 2 2), "
            "(4 2, 7 2, 7 4, 4 4, 4 2))"
        )
        assert one(run([("A", holes)]), "A").area_km2 == pytest.approx(90 / 0.9996**2, rel=1e-4)

    def test_a_spike_is_cut_off_and_a_vertex_drawn_twice_is_nothing(self):
        spike = "POLYGON((0 0, 10 0, 10 0, 10 10, 10 15, 10 10, 0 10, 0 0))"
        enclave = one(run([("A", spike)]), "A")
        assert enclave.area_km2 == pytest.approx(100 / 0.9996**2, rel=1e-4)
        assert enclave.perimeter_km == pytest.approx(40 / 0.9996, rel=2e-3)
