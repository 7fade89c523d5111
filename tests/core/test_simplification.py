"""Outlines simplified together: neighbours stay neighbours, and what is small stays itself."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import shapely

from enclave_watch.core.simplification import SharedOutlines, simplified_together

# two squares whose common side wiggles by 3; as digitised twice, each with vertices of its own
WIGGLE = [(100, 0), (103, 20), (97, 40), (103, 60), (97, 80), (100, 100)]
LEFT = shapely.Polygon([(0, 0), *WIGGLE, (0, 100)])
RIGHT = shapely.Polygon([(200, 0), (200, 100), *WIGGLE[::-1]])


def ground(outlines: SharedOutlines, *numbers: int) -> shapely.Geometry:
    return shapely.union_all([outlines.polygon(number) for number in numbers])


def drawn(outlines: SharedOutlines) -> int:
    return sum(len(arc) for arc in outlines.arcs)


def test_a_shared_side_is_kept_once_and_simplified_once() -> None:
    outlines = simplified_together([LEFT, RIGHT], tolerance=5, grid=1)
    assert len(outlines.arcs) == 3
    assert outlines.polygon(0).equals(shapely.box(0, 0, 100, 100))
    assert outlines.polygon(1).equals(shapely.box(100, 0, 200, 100))


def test_no_gap_opens_where_one_neighbour_has_vertices_that_the_other_lacks() -> None:
    three = [
        shapely.box(0, 0, 100, 100),
        shapely.Polygon([(100, 0), (180, 3), (200, 0), (200, 50), (100, 50)]),
        shapely.Polygon([(100, 50), (200, 50), (200, 100), (100, 100)]),
    ]
    outlines = simplified_together(three, tolerance=5, grid=1)
    together = ground(outlines, 0, 1, 2)
    assert shapely.get_num_geometries(together) == 1
    assert shapely.get_num_interior_rings(shapely.get_geometry(together, 0)) == 0
    for one, two in itertools.combinations(range(3), 2):
        assert outlines.polygon(one).intersection(outlines.polygon(two)).area == 0


def test_an_outline_that_did_not_change_between_two_dates_is_the_same_line_on_both() -> None:
    later = shapely.Polygon([*shapely.get_coordinates(LEFT)[:-2].tolist(), (40, 130), (0, 100)])
    outlines = simplified_together([LEFT, RIGHT, later], tolerance=5, grid=1)
    side = set(outlines.parts[1][0][0])
    assert {~arc for arc in side} & set(outlines.parts[0][0][0])
    assert {~arc for arc in side} & set(outlines.parts[2][0][0])


def test_a_hole_and_what_lies_in_it_are_one_line() -> None:
    ring = shapely.Point(500, 500).buffer(100, quad_segs=64)
    around = shapely.box(0, 0, 1000, 1000).difference(ring)
    outlines = simplified_together([around, ring], tolerance=3, grid=0.1)
    assert outlines.polygon(0).intersection(outlines.polygon(1)).area == 0
    assert ground(outlines, 0, 1).area == pytest.approx(1_000_000)
    assert drawn(outlines) < 40


def test_a_hole_that_the_grid_cannot_hold_is_counted() -> None:
    outlines = simplified_together(
        [shapely.box(0, 0, 100, 100).difference(shapely.box(50, 50, 50.1, 50.1))],
        tolerance=5,
        grid=1,
    )
    assert outlines.vanished == 1
    assert outlines.polygon(0).equals(shapely.box(0, 0, 100, 100))


def test_a_small_enclave_keeps_its_shape_under_a_large_tolerance() -> None:
    small = shapely.Point(0, 0).buffer(10, quad_segs=32)
    outlines = simplified_together([small, shapely.box(1000, 0, 9000, 8000)], tolerance=500, grid=1)
    assert outlines.polygon(0).area == pytest.approx(small.area, rel=0.1)
    assert outlines.vanished == 0


def test_what_sticks_out_of_an_enclave_by_over_a_twentieth_of_its_width_stays() -> None:
    tower = [(2000, 2000), (1100, 2000), (1000, 2120), (900, 2000), (0, 2000)]
    enclave = shapely.Polygon([(0, 0), (2000, 0), *tower])
    outlines = simplified_together([enclave], tolerance=500, grid=1)
    assert outlines.polygon(0).equals(enclave)


def test_what_the_grid_cannot_hold_is_counted() -> None:
    speck = shapely.box(0, 0, 0.1, 0.1)
    outlines = simplified_together([speck, LEFT], tolerance=5, grid=1)
    assert outlines.vanished == 1
    assert outlines.parts[0] == ()


def test_lines_that_did_not_cross_do_not_cross_afterwards() -> None:
    # alone, the roof would become the flat line that the mast stands through
    roof = shapely.LineString([(0, 0), (50, 8), (100, 0)])
    mast = shapely.LineString([(50, -5), (50, 6)])
    alone = simplified_together([roof], tolerance=10, grid=0.5)
    assert len(alone.arcs[0]) == 2
    outlines = simplified_together([roof, mast], tolerance=10, grid=0.5)
    lines = [shapely.LineString(outlines.vertices(part[0][0]) * 0.5) for part in outlines.parts]
    assert not lines[0].crosses(lines[1])


def test_a_line_along_a_ring_is_made_of_the_ring_s_arcs() -> None:
    stretch = shapely.LineString([(100, 30), (100, 70)])
    outlines = simplified_together([shapely.box(0, 0, 100, 100), stretch], tolerance=5, grid=1)
    (arc,) = outlines.parts[1][0][0]
    assert {arc, ~arc} & set(outlines.parts[0][0][0])


def test_nothing_gives_nothing() -> None:
    outlines = simplified_together([], tolerance=5, grid=1)
    assert outlines.arcs == ()
    assert outlines.parts == ()


@pytest.mark.parametrize("tolerance", [50.0, 500.0])
def test_a_year_of_deepstate_keeps_its_lines_within_the_tolerance(
    shared_data: Path, tolerance: float
) -> None:
    files = sorted((shared_data / "deepstate_2024").glob("*.geojson"))[::25]
    polygons = {
        shapely.to_wkb(part): part
        for file in files
        for whole in shapely.get_parts(shapely.from_geojson(file.read_text(encoding="utf-8")))
        for part in shapely.get_parts(whole)
    }
    metres = [
        shapely.transform(each, lambda xy: xy * [111_320 * np.cos(np.radians(48)), 111_320])
        for each in polygons.values()
    ]
    grid = 2.0
    outlines = simplified_together(metres, tolerance=tolerance, grid=grid)
    assert outlines.vanished == 0
    assert drawn(outlines) < shapely.get_num_coordinates(metres).sum() / 4
    for number, original in enumerate(metres):
        simplified = outlines.polygon(number)
        # half a cell's diagonal for rounding, once more for vertices taken in from neighbours
        reach = tolerance + 1.5 * grid
        assert simplified.boundary.hausdorff_distance(original.boundary) <= reach
        assert simplified.area == pytest.approx(original.area, rel=0.1)
