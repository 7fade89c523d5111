"""Shapes on which the quick way could go wrong, drawn by hand; the truth is done in the head."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from enclave_watch.core.model import Parameters, Status
from enclave_watch.tests.core.helpers.bothways import assert_same, survey_both_ways
from enclave_watch.tests.core.helpers.build import (
    areas_km2,
    contacts_km,
    fronts_km,
    geography_of,
)
from enclave_watch.tests.core.helpers.changing import dated_series
from enclave_watch.tests.core.helpers.drawing import rotated_rings

# a metre of the grid is so many metres of ground
STRETCH = 1 / 0.9996


def polygon(*points: tuple[float, float]) -> str:
    """Return WKT of a ring of points in kilometres."""
    return "POLYGON((" + ", ".join(f"{x} {y}" for x, y in [*points, points[0]]) + "))"


def box(west: float, south: float, east: float, north: float) -> str:
    return polygon((west, south), (east, south), (east, north), (west, north))


def both(*dates, parameters=None, **geography):
    """Survey dates in both ways, hold one against the other, and return those of the quick one."""
    parameters = parameters or Parameters()
    series = dated_series(*dates)
    where = geography_of(series, parameters=parameters, **geography)
    found = survey_both_ways(series, where, parameters)
    assert found.plain_dates == ()
    assert_same(found)
    return found.quick


def of(analysis, faction):
    return [each for each in analysis.enclaves if each.faction == faction]


def test_a_faction_that_takes_the_place_of_another_is_the_one_across():
    one, two = box(0, 0, 1, 1), box(1, 0, 2, 1)
    found = both([("A", one), ("B", two)], [("A", one), ("C", two)])
    assert list(fronts_km(found[0].enclaves[0])) == ["B"]
    assert list(fronts_km(found[1].enclaves[0])) == ["C"]


def test_a_faction_that_takes_the_place_of_another_across_a_gap_is_the_one_across():
    one, two = box(0, 0, 1, 1), box(1.01, 0, 2, 1)
    found = both([("A", one), ("B", two)], [("A", one), ("C", two)])
    assert fronts_km(found[1].enclaves[0]) == {"C": pytest.approx(STRETCH, rel=1e-3)}


@pytest.mark.parametrize("size_km", [1.0, 0.9, 0.7, 0.5, 0.3])
def test_one_held_in_by_another_across_a_gap_all_around_is_open_nowhere(size_km):
    def ring(outer: tuple[float, ...], inner: tuple[float, ...]) -> str:
        return shapely.difference(shapely.box(*outer), shapely.box(*inner)).wkt

    around = ring((-2, -2, 3, 3), (-1, -1, 2, 2))
    between = ring((-1, -1, 2, 2), (0, 0, size_km, size_km))
    within = box(0.01, 0.01, size_km - 0.01, size_km - 0.01)
    (found,) = both([("C", around), ("A", between), ("B", within)])
    (held,) = of(found, "B")
    assert held.status is Status.ENCIRCLED
    assert fronts_km(held) == {"A": pytest.approx(4 * (size_km - 0.02) * STRETCH, rel=1e-3)}
    lengths_km = {
        "B": pytest.approx(4 * size_km * STRETCH, rel=1e-3),
        "C": pytest.approx(12 * STRETCH),
    }
    assert fronts_km(of(found, "A")[0]) == lengths_km


def test_a_faction_that_comes_shifts_nobody_elses_front():
    one, two, far = box(0, 0, 1, 1), box(1.01, 0, 2, 1), box(5, 5, 6, 6)
    found = both([("B", one), ("C", two)], [("B", one), ("C", two), ("A", far)])
    for analysis in found:
        assert list(fronts_km(of(analysis, "B")[0])) == ["C"]


def test_a_run_is_measured_anew_when_only_what_lies_behind_a_narrow_polygon_changes():
    # C lies along 100 m of A across 10 m of nobody's ground, and on behind a strip of B
    own = polygon((0, 0), (0, -1), (1, -1), (1, 0), (0.1, 0))
    narrow = polygon((0.1, 0), (1, 0), (1, 0.01), (0.4, 0.01), (0.15, 0.01), (0.1, 0.01))
    beyond = polygon((-0.2, 0.01), (0.1, 0.01), (0.15, 0.01), (0.15, 1), (-0.2, 1))
    behind = box(0.15, 0.01, 0.4, 1)
    before = [("A", own), ("B", narrow), ("C", beyond), ("C", behind)]
    after = [("A", own), ("B", narrow), ("C", beyond), ("D", behind)]
    found = both(before, after)
    # 250 m that face each other count as front; 150 m do not
    assert fronts_km(of(found[0], "A")[0])["C"] == pytest.approx(0.1 * STRETCH, rel=1e-3)
    assert list(fronts_km(of(found[1], "A")[0])) == ["B"]


def test_pieces_across_two_wedges_side_by_side_are_one():
    # 10 m apart along 400 m; each wedge is wider than the snap distance at its open end
    held = [
        ("A", polygon((-2, 0.04), (0, 0.04), (0.3, 0.01), (0.7, 0.01), (1, 0.03), (3, 0.03), (3, 2), (-2, 2))),  # noqa: E501
        ("B", polygon((0, 0.04), (0.3, 0.005), (0.7, 0.005), (1, 0), (3, 0), (3, 0.03), (1, 0.03), (0.7, 0.01), (0.3, 0.01))),  # noqa: E501
        ("C", polygon((-2, 0), (1, 0), (0.7, 0.005), (0.3, 0.005), (0, 0.04), (-2, 0.04))),
        ("A", polygon((-2, -2), (3, -2), (3, 0), (1, 0), (-2, 0))),
    ]  # fmt: skip
    (found,) = both(held)
    assert len(of(found, "A")) == 1


@pytest.mark.parametrize(("top", "pieces"), [(0.013, 1), (0.024, 1), (0.030, 2)])
def test_pieces_across_two_strips_with_a_slit_between_are_one(top, pieces):
    # the strips end 100 m before the pieces do, and are closed off there by D
    held = [
        ("A", polygon((0, top), (0.1, top), (2, top), (2.1, top), (2.1, 1), (0, 1))),
        ("A", polygon((0, 0), (0, -1), (2.1, -1), (2.1, 0), (2, 0), (0.1, 0))),
        ("B", polygon((0.1, 0), (2, 0), (2, 0.005), (0.1, 0.005))),
        ("C", polygon((0.1, 0.008), (2, 0.008), (2, top), (0.1, top))),
        ("D", polygon((0, 0), (0.1, 0), (0.1, 0.005), (0.1, 0.008), (0.1, top), (0, top))),
        ("D", polygon((2, 0), (2.1, 0), (2.1, top), (2, top), (2, 0.008), (2, 0.005))),
    ]
    (found,) = both(held)
    assert len(of(found, "A")) == pieces


def test_a_tiny_edge_between_cells_of_one_faction_is_part_of_the_fronts_around():
    tiny = 0.00005
    held = [
        ("A", polygon((0, 0), (1, 0), (1, 1 - tiny), (1, 1), (0, 1))),
        ("A", polygon((1, 1 - tiny), (2, 1 - tiny), (2, 2), (1, 2), (1, 1))),
        ("B", polygon((1, 0), (2, 0), (2, 1 - tiny), (1, 1 - tiny))),
        ("B", polygon((0, 1), (1, 1), (1, 2), (0, 2))),
    ]
    (found,) = both(held)
    assert len(of(found, "A")) == 2
    for enclave in of(found, "A"):
        assert fronts_km(enclave)["B"] == pytest.approx(enclave.perimeter_km / 2, abs=1e-5)


@pytest.mark.parametrize(("edge_m", "pieces"), [(0.09, 2), (0.11, 1), (50.0, 1)])
def test_an_edge_joins_if_it_is_no_point(edge_m, pieces):
    edge = edge_m / 1000
    held = [
        ("A", polygon((0, 0), (1, 0), (1, 1 - edge), (1, 1), (0, 1))),
        ("A", polygon((1, 1 - edge), (2, 1 - edge), (2, 2), (1, 2), (1, 1))),
    ]
    (found,) = both(held)
    assert len(found.enclaves) == pieces


def test_a_hole_narrower_than_half_of_a_large_snap_distance_is_no_perimeter():
    # twice the area by the perimeter is 115 m; no two of its edges run along each other
    hole = "(4 4, 4.2 4.3464, 4.4 4, 4 4)"
    held = [("A", f"POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), {hole})")]
    (with_it,) = both(held)
    (without,) = both(held, parameters=Parameters(snap_m=300.0))
    assert with_it.enclaves[0].perimeter_km == pytest.approx(41.2 * STRETCH, rel=1e-4)
    assert without.enclaves[0].perimeter_km == pytest.approx(40.0 * STRETCH, rel=1e-4)


def test_the_point_inside_does_not_depend_on_the_order_of_equal_parts():
    cells = [("A", box(x, 0, x + 1, 1)) for x in (0, 1.5, 3)]
    found = both(cells, cells[::-1], parameters=Parameters(join_distance_m=1000.0))
    assert {each.enclaves[0].parts for each in found} == {3}
    assert len({(each.enclaves[0].lon, each.enclaves[0].lat) for each in found}) == 1


def test_a_front_does_not_depend_on_where_a_ring_begins():
    # C is near A over the corner, where nobody's ground is 20 m wide; B has the rest of the edge
    ring = shapely.from_wkt(polygon((0, 0), (1.26, 0), (1000, 0), (1000, 900), (0, 900)))
    lengths = []
    for step in range(5):
        own = shapely.transform(
            rotated_rings(ring, step), lambda xy: xy + np.array([500_000, 3_900_000])
        )
        other = shapely.transform(
            shapely.from_wkt(polygon((1.26, 0), (1.26, -500), (1000, -500), (1000, 0))),
            lambda xy: xy + np.array([500_000, 3_900_000]),
        )
        (found,) = both([("A", own), ("B", other)])
        lengths.append(fronts_km(of(found, "A")[0])["B"])
    assert lengths == [pytest.approx(0.99874 * STRETCH, abs=1e-6)] * 5


def test_of_two_equally_near_neighbours_the_first_by_name_is_named():
    # the border of both runs into the corner that is nearest
    countries = {
        "Home": polygon((-50, -50), (10, -50), (10, 0), (50, 0), (50, 50), (-50, 50)),
        "Southland": box(10, -50, 50, 0),
    }
    west = {"Home": polygon((-50, -50), (10, -50), (10, 0), (50, 0), (50, 50), (-50, 50)),
            "South": polygon((10, -50), (30, -50), (10, 0)),
            "East": polygon((30, -50), (50, -50), (50, 0), (10, 0))}  # fmt: skip
    held = [("A", polygon((4, 4), (7, 4), (7, 7), (4, 7)))]
    (found,) = both(held, countries=west)
    assert found.enclaves[0].border_nearest == "East"
    (found,) = both([("A", box(4, 6, 9.5, 9))], countries=countries)
    assert found.enclaves[0].border_nearest == "Southland"


def test_a_ring_of_border_inside_an_enclave_is_no_contact_if_it_is_short():
    home = "MULTIPOLYGON(((-100 -100, 100 -100, 100 -50, -100 -50, -100 -100)), ((5 5, 5.1 5, 5.1 5.1, 5 5.1, 5 5)))"  # noqa: E501
    (found,) = both([("A", box(0, 0, 10, 10))], countries={"Home": home})
    assert found.enclaves[0].contacts == ()
    assert found.enclaves[0].border_dist_km == pytest.approx(4.9 * STRETCH, rel=1e-4)
    (found,) = both(
        [("A", box(0, 0, 10, 10))],
        countries={"Home": home},
        parameters=Parameters(min_contact_km=0.0),
    )
    assert contacts_km(found.enclaves[0]) == {"sea": pytest.approx(0.4 * STRETCH, rel=1e-4)}


def test_islands_in_lakes_in_islands_are_enclaves_of_their_own():
    rings = [box(-size, -size, size, size) for size in (5, 4, 3, 2, 1)]
    held = [
        (faction, shapely.difference(shapely.from_wkt(outer), shapely.from_wkt(inner)).wkt)
        for faction, outer, inner in zip("ABAB", rings, rings[1:])
    ] + [("A", rings[-1])]
    (found,) = both(held)
    assert areas_km2(of(found, "A")) == pytest.approx([36.03, 20.02, 4.003], rel=1e-3)
    assert [each.status for each in of(found, "A")] == [
        Status.OPEN, Status.ENCIRCLED, Status.ENCIRCLED,
    ]  # fmt: skip


def test_two_pieces_that_meet_in_two_points_around_a_lake_stay_two():
    # a C and its mirror image touch in two corners: what they enclose is no hole of either
    left = polygon((0, 0), (2, 0), (3, 1), (1, 1), (1, 3), (3, 3), (2, 4), (0, 4))
    right = polygon((6, 0), (6, 4), (4, 4), (3, 3), (5, 3), (5, 1), (3, 1), (4, 0))
    (found,) = both([("A", left), ("A", right)])
    assert len(found.enclaves) == 2
    (found,) = both([("A", left), ("A", right)], parameters=Parameters(join_distance_m=1.0))
    (enclave,) = found.enclaves
    assert enclave.parts == 2
    assert shapely.get_num_geometries(enclave.geometry) == 2
    assert shapely.get_num_interior_rings(shapely.get_parts(enclave.geometry)).tolist() == [0, 0]


def test_a_hole_that_touches_the_shell_in_a_corner_stays_a_hole():
    own = [
        polygon((0, 0), (3, 0), (2, 1), (1, 1), (0, 1)),
        polygon((0, 1), (1, 1), (1, 2), (0, 2)),
        polygon((0, 2), (1, 2), (2, 2), (3, 0), (3, 3), (0, 3)),
    ]
    (found,) = both([("A", each) for each in own])
    (enclave,) = found.enclaves
    assert shapely.is_valid(enclave.geometry)
