"""What must not matter does not: order, cuts, the way rings run, and the CRS."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from enclave_watch.core.model import Parameters
from enclave_watch.tests.core.helpers.build import (
    FAR_AWAY,
    UTM,
    contacts_km,
    fronts_km,
    in_km,
    run,
)
from enclave_watch.tests.core.helpers.drawing import cut_up, reversed_rings, rotated_rings

# three factions, holes, a triple point, a border in the south and in the east, a gap of
# 20 m between A and B in the west, and a piece of A by itself in the hole of C
HELD = [
    ("A", "POLYGON((0 0.3, 20 0.3, 20 15, 12 18, 0 15, 0 0.3), (4 4, 8 4, 8 8, 4 8, 4 4))"),
    ("B", "POLYGON((4 4, 8 4, 8 8, 4 8, 4 4))"),
    ("B", "POLYGON((20 0.3, 40 0.3, 40 15, 20 15, 20 0.3))"),
    ("B", "POLYGON((-20 0.5, -0.02 0.5, -0.02 15, -20 15, -20 0.5))"),
    ("C", "POLYGON((0 15, 12 18, 20 15, 40 15, 40 40, 0 40, 0 15), (20 22, 30 22, 30 32, 20 32, 20 22))"),  # noqa: E501
    ("A", "POLYGON((20 22, 30 22, 30 32, 20 32, 20 22))"),
]  # fmt: skip
COUNTRIES = {
    "Home": "POLYGON((-60 0, 40.4 0, 40.4 60, -60 60, -60 0))",
    "South": "POLYGON((-60 -60, 60 -60, 60 0, -60 0, -60 -60))",
    "East": "POLYGON((40.4 0, 60 0, 60 60, 40.4 60, 40.4 0))",
}
PROVINCES = {
    "West": "POLYGON((-60 0, 10 0, 10 60, -60 60, -60 0))",
    "Rest": "POLYGON((10 0, 40.4 0, 40.4 60, 10 60, 10 0))",
}
PLACES = {"Town": "POINT(2 2)", "Village": "POINT(25 27)"}
CLEAN = [(faction, in_km(shape)) for faction, shape in HELD]

modest = settings(max_examples=12, derandomize=True, deadline=None)


def figures(held, *, crs=UTM, lay=in_km):
    """Return what must stay, exactly, and the numbers that may differ by rounding."""
    analysis = run(
        held,
        crs=crs,
        countries={name: lay(shape) for name, shape in COUNTRIES.items()},
        provinces={name: lay(shape) for name, shape in PROVINCES.items()},
        places={name: lay(shape) for name, shape in PLACES.items()},
        parameters=Parameters(),
    )
    words, numbers = [], []
    for each in analysis.enclaves:
        words.append(
            (
                each.faction, each.rank, each.main, each.status, each.enclosed_by, each.places,
                each.border_nearest, tuple(p.name for p in each.provinces),
                tuple(fronts_km(each)), tuple(contacts_km(each)),
            )
        )  # fmt: skip
        numbers += [
            each.area_km2, each.perimeter_km, each.inside_km2, each.share_faction_pct,
            each.share_country_pct, each.border_km, each.front_km, each.border_dist_km or 0.0,
            *(share.share_pct for share in each.provinces), *fronts_km(each).values(),
            *contacts_km(each).values(),
        ]  # fmt: skip
    return words, np.array(numbers)


@pytest.fixture(scope="module")
def clean():
    return figures(CLEAN)


def assert_same(found, clean, rel=1e-6):
    assert found[0] == clean[0]
    assert found[1] == pytest.approx(clean[1], rel=rel, abs=1e-9)


def test_the_scene_holds_what_the_properties_are_about(clean):
    statuses = [(row[0], row[3].value) for row in clean[0]]
    assert statuses == [
        ("A", "border"), ("A", "encircled"), ("B", "border"), ("B", "border"), ("B", "encircled"),
        ("C", "border"),
    ]  # fmt: skip


@modest
@given(st.permutations(range(len(CLEAN))))
def test_the_order_of_features_does_not_matter(clean, order):
    assert_same(figures([CLEAN[number] for number in order]), clean, rel=1e-12)


@modest
@given(st.lists(st.booleans(), min_size=len(CLEAN), max_size=len(CLEAN)))
def test_the_way_rings_run_does_not_matter(clean, turned):
    held = [
        (faction, reversed_rings(shape) if turn else shape)
        for (faction, shape), turn in zip(CLEAN, turned)
    ]
    assert_same(figures(held), clean)


@modest
@given(st.lists(st.integers(0, 7), min_size=len(CLEAN), max_size=len(CLEAN)))
def test_the_vertex_at_which_a_ring_starts_does_not_matter(clean, steps):
    held = [(faction, rotated_rings(shape, step)) for (faction, shape), step in zip(CLEAN, steps)]
    assert_same(figures(held), clean)


def a_line(middle_x, middle_y, angle):
    step = 100_000.0 * np.array([np.cos(angle), np.sin(angle)])
    middle = shapely.get_coordinates(in_km(f"POINT({middle_x} {middle_y})"))[0]
    return shapely.LineString([middle - step, middle + step])


@modest
@given(
    st.lists(
        st.tuples(st.floats(-15, 35), st.floats(3, 35), st.floats(0, 3.1)), min_size=1, max_size=4
    )
)
def test_cutting_polygons_up_does_not_matter(clean, cuts):
    lines = [a_line(*cut) for cut in cuts]
    held = [(faction, part) for faction, shape in CLEAN for part in cut_up(shape, lines)]
    assert len(held) > len(CLEAN)
    assert_same(figures(held), clean)


def test_uniting_all_that_a_faction_holds_does_not_matter(clean):
    united = [
        (faction, shapely.union_all([shape for name, shape in CLEAN if name == faction]))
        for faction in "ABC"
    ]
    assert_same(figures(united), clean)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32636", "EPSG:6933", "EPSG:3857"])
def test_the_crs_does_not_matter_on_outlines_with_short_edges(clean, crs):
    to = pyproj.Transformer.from_crs(UTM, crs, always_xy=True)

    def lay(shape):
        dense = shapely.segmentize(in_km(shape), 1000.0)
        return shapely.transform(dense, lambda xy: np.column_stack(to.transform(*xy.T)))

    assert_same(figures([(f, lay(s)) for f, s in CLEAN], crs=crs, lay=lay), clean, rel=1e-5)


@modest
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.integers(0, 5), st.integers(0, 5), st.booleans()),
        min_size=2,
        max_size=14,
        unique_by=lambda cell: cell[1:3],
    )
)
def test_on_any_board_areas_close_fronts_are_mutual_and_pieces_are_as_counted(cells):
    """Cells of a chessboard, some cut in two: the truth is counted on the board."""
    held = []
    for faction, x, y, is_cut in cells:
        if is_cut:
            held += [
                (faction, f"POLYGON(({x} {y}, {x + 1} {y}, {x + 1} {y + 1}, {x} {y}))"),
                (faction, f"POLYGON(({x} {y}, {x + 1} {y + 1}, {x} {y + 1}, {x} {y}))"),
            ]
        else:
            held.append(
                (faction, f"POLYGON(({x} {y}, {x + 1} {y}, {x + 1} {y + 1}, {x} {y + 1}, {x} {y}))")
            )
    found = run(held, countries={"Home": FAR_AWAY})
    owner = {(x, y): faction for faction, x, y, _ in cells}
    fronts: dict[tuple[str, str], float] = {}
    for enclave in found.enclaves:
        for name, km in fronts_km(enclave).items():
            fronts[enclave.faction, name] = fronts.get((enclave.faction, name), 0.0) + km
    for (a, b), km in fronts.items():
        assert km == pytest.approx(fronts[b, a], rel=1e-6)
        assert km == pytest.approx(edges_between(owner, a, b) / 0.9996, rel=1e-4)
    for faction in set(owner.values()):
        own = [each for each in found.enclaves if each.faction == faction]
        assert len(own) == pieces_on(owner, faction)
        area_km2 = sum(each.area_km2 for each in own)
        assert area_km2 == pytest.approx(list(owner.values()).count(faction) / 0.9996**2, rel=1e-4)


def edges_between(owner, a, b):
    return sum(
        owner.get((x + dx, y + dy)) == b
        for (x, y), faction in owner.items()
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))
        if faction == a
    )


def pieces_on(owner, faction):
    left = {cell for cell, name in owner.items() if name == faction}
    count = 0
    while left:
        count, front = count + 1, [left.pop()]
        while front:
            x, y = front.pop()
            near = {(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)} & left
            left -= near
            front += near
    return count
