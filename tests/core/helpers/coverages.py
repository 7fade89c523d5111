"""Made-up coverages with all that makes one hard: slits, corridors, islands, corners that touch.

Lines are drawn in metres, cut where they meet and made into cells, so that cells share their
edges to the last digit; then the cells are laid in a CRS and given to factions, date by date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Geometry, STRtree

from enclave_watch.tests.core.helpers.build import EAST_M, NORTH_M, UTM

__all__ = ["CRSS", "FACTIONS", "Scene", "Theatre", "laid", "scene", "theatre"]

Floats = npt.NDArray[np.float64]

CRSS = (UTM, "EPSG:4326")
FACTIONS = ("Amber", "Blue", "Crimson", "Green")

# the side of the square that all is drawn in
SIDE_M = 16_000.0
# narrower than the usual snap distance, and wider
_WIDTHS_M = (2.0, 6.0, 11.0, 19.0, 24.0, 40.0)
_TINY_M = 0.05
_METRES_A_DEGREE = 100_000.0


@dataclass(frozen=True)
class Scene:
    """What is held on each of some dates, in a CRS."""

    crs: str
    dates: tuple[tuple[tuple[str, Geometry], ...], ...]


@dataclass(frozen=True)
class Theatre:
    """What is around: countries with a border across the scene, provinces and places."""

    countries: dict[str, Geometry]
    provinces: dict[str, Geometry]
    places: dict[str, Geometry]


def laid(shape: Geometry, crs: str) -> Geometry:
    """Lay a shape drawn in metres around the origin in one of the CRSs."""
    if crs == UTM:
        return shapely.transform(shape, lambda xy: xy + np.array([EAST_M, NORTH_M]))
    return shapely.transform(shape, lambda xy: xy / _METRES_A_DEGREE + np.array([38.0, 35.0]))


def scene(seed: int, *, crs: str = UTM, dates: int = 3, size: int = 4) -> Scene:
    """Make up some dates; from one to the next cells change hands and edges are redrawn."""
    random = np.random.default_rng(seed)
    frame, extras = _Frame(random, size), _extras(random)
    centres = random.uniform(0, SIDE_M, (5, 2))
    noise = np.random.default_rng([seed, 1])
    merges = random.random() < 0.5
    away = str(random.choice(FACTIONS))
    found = []
    for day in range(dates):
        if day:
            frame.redraw(random)
        cells = _cells([*frame.lines(), *extras])
        if merges:
            cells = _some_united(cells, np.random.default_rng([seed, 2]))
        holders = _holders(cells, centres, noise.integers(0, 2**31) if day % 2 else seed)
        found.append(
            tuple(
                (holder, laid(cell, crs))
                for cell, holder in zip(cells, holders)
                # a faction that comes or goes
                if holder and not (day == 1 and holder == away)
            )
        )
    return Scene(crs, tuple(each for each in found if each))


def theatre(seed: int, crs: str) -> Theatre:
    """Draw a country whose border with two others, and the coast, crosses the scene."""
    random = np.random.default_rng([seed, 3])
    side, middle = SIDE_M, SIDE_M * random.uniform(0.4, 1.05)
    wild = random.choice([0.0, 300.0, 1500.0])
    border = _crooked((middle, -side), (middle, 2 * side), 60, wild, random)
    west, east = shapely.box(-side, -side, middle, 2 * side), None
    cut = shapely.get_parts(shapely.polygonize([shapely.union_all([west.exterior, border])]))
    big = shapely.box(-side, -side, 3 * side, 2 * side)
    halves = shapely.get_parts(shapely.polygonize([shapely.union_all([big.exterior, border])]))
    del cut, east
    home, abroad = sorted(halves[:2], key=lambda each: shapely.bounds(each)[0])[:2]
    # a lake of the sea and an islet of the country abroad
    coast = random.uniform(0.0, side, 2)
    lake = shapely.buffer(shapely.points(coast), 400.0, quad_segs=4)
    islet = shapely.buffer(shapely.points(side * 1.4, random.uniform(0, side)), 200.0, quad_segs=3)
    abroad = shapely.difference(abroad, islet)
    north, south = (
        shapely.intersection(abroad, shapely.box(-side, low, 3 * side, high))
        for low, high in ((side / 2, 2 * side), (-side, side / 2))
    )
    home = shapely.union(shapely.difference(home, lake), islet)
    countries = {"Home": home, "North": north, "South": south}
    if random.random() < 0.5:
        del countries["South"]
    provinces = {
        "Upper": shapely.box(-side, side * 0.55, 3 * side, 2 * side),
        "Lower": shapely.box(-side, -side, 3 * side, side * 0.55),
    }
    points = random.uniform(0, side, (5, 2))
    places = {f"Town {number}": shapely.points(xy) for number, xy in enumerate(points)}
    return Theatre(*({name: laid(each, crs) for name, each in shapes.items()}
                     for shapes in (countries, provinces, places)))  # fmt: skip


class _Frame:
    """The cells that all is cut from: a crooked grid or the like, edge by edge."""

    def __init__(self, random: np.random.Generator, size: int) -> None:
        kind = random.choice(["grid", "board", "voronoi"])
        self._wild_m = float(random.choice([0.0, 60.0, 250.0]))
        if kind == "voronoi":
            points = shapely.multipoints(random.uniform(0, SIDE_M, (size * size, 2)))
            square = shapely.box(0, 0, SIDE_M, SIDE_M)
            edges = shapely.voronoi_polygons(points, extend_to=square, only_edges=True)
            edges = shapely.intersection(edges, square)
            lines = shapely.get_parts(shapely.union_all([edges, square.exterior]))
            self._ends = [shapely.get_coordinates(line)[[0, -1]] for line in lines]
        else:
            at = np.linspace(0, SIDE_M, size + 1)
            nodes = np.stack(np.meshgrid(at, at, indexing="ij"), axis=-1)
            if kind == "grid":
                nodes += random.uniform(-0.15, 0.15, nodes.shape) * SIDE_M / size
            steps = [(nodes[:-1], nodes[1:]), (nodes[:, :-1], nodes[:, 1:])]
            self._ends = [
                np.array(pair)
                for one, two in steps
                for pair in zip(one.reshape(-1, 2), two.reshape(-1, 2))
            ]
        self._ends = [ends for ends in self._ends if (ends[0] != ends[1]).any()]
        self._drawn = [self._draw(ends, random) for ends in self._ends]

    def lines(self) -> list[Geometry]:
        """Return the edges."""
        return list(self._drawn)

    def redraw(self, random: np.random.Generator) -> None:
        """Draw a few edges anew."""
        for number in random.integers(0, max(len(self._ends), 1), 2 * bool(self._ends)).tolist():
            self._drawn[number] = self._draw(self._ends[number], random)

    def _draw(self, ends: Floats, random: np.random.Generator) -> Geometry:
        count = int(random.choice([1, 3, 12]))
        return _crooked(tuple(ends[0]), tuple(ends[1]), count, self._wild_m, random)


def _crooked(
    start: tuple[float, float],
    end: tuple[float, float],
    count: int,
    wild_m: float,
    random: np.random.Generator,
) -> Geometry:
    """Return a line of so many edges, up to `wild_m` beside the straight one."""
    a, b = np.array(start), np.array(end)
    share = np.linspace(0, 1, count + 1)
    across = np.array([a[1] - b[1], b[0] - a[0]]) / np.hypot(*(b - a))
    aside = random.uniform(-wild_m, wild_m, count + 1) * np.minimum(share, 1 - share) * 2
    return shapely.LineString(a + share[:, None] * (b - a) + aside[:, None] * across)


def _extras(random: np.random.Generator) -> list[Geometry]:
    """Return lines that make it hard."""
    makers = (_strip, _double_strip, _wedges, _islands, _board, _touching, _tiny, _comb)
    chosen = random.choice(len(makers), 4, replace=False)
    return [line for number in chosen for line in makers[number](random)]


def _placed(shape: Geometry, random: np.random.Generator) -> Geometry:
    """Turn a shape drawn around the origin and put it somewhere."""
    angle = float(random.choice([0.0, np.pi / 2, random.uniform(0, 2 * np.pi)]))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    at = random.uniform(0.15, 0.85, 2) * SIDE_M
    return shapely.transform(shape, lambda xy: xy @ turn.T + at)


def _outline(points: Sequence[tuple[float, float]], random: np.random.Generator) -> Geometry:
    return _placed(shapely.LinearRing(points), random)


def _strip(random: np.random.Generator) -> list[Geometry]:
    """A corridor, mostly narrower than the snap distance."""
    length, width = random.uniform(300, 9000), random.choice(_WIDTHS_M)
    return [_outline([(0, 0), (length, 0), (length, width), (0, width)], random)]


def _double_strip(random: np.random.Generator) -> list[Geometry]:
    """Up to three corridors side by side."""
    length, widths = random.uniform(300, 6000), random.choice(_WIDTHS_M, 3)
    at = np.concatenate([[0.0], np.cumsum(widths)])
    lines = [[(0, y), (length, y)] for y in at] + [[(x, 0), (x, at[-1])] for x in (0, length)]
    return [_placed(shapely.MultiLineString(lines), random)]


def _wedges(random: np.random.Generator) -> list[Geometry]:
    """Two narrow ones that taper side by side, the other way round each."""
    low = [(-2000, 40), (0, 40), (300, 5), (700, 5), (1000, 0), (3000, 0)]
    high = [(0, 40), (300, 10), (700, 10), (1000, 30), (3000, 30)]
    lines = [low, high, [(-2000, 0), (1000, 0)], [(-2000, 0), (-2000, 40)], [(3000, 0), (3000, 30)]]
    return [_placed(shapely.MultiLineString(lines), random)]


def _islands(random: np.random.Generator) -> list[Geometry]:
    """Islands in lakes in islands, with little between or much."""
    count, gap = int(random.integers(1, 4)), float(random.choice([8.0, 20.0, 300.0]))
    turn = np.linspace(0, 2 * np.pi, int(random.integers(5, 14)), endpoint=False)
    reach = 1200 * random.uniform(0.7, 1.0, len(turn))
    return [
        shapely.LinearRing(ring)
        for at in [random.uniform(0.2, 0.8, 2) * SIDE_M]
        for number in range(count)
        for ring in [at + (reach - gap * number)[:, None]
                     * np.column_stack([np.cos(turn), np.sin(turn)])]
    ]  # fmt: skip


def _board(random: np.random.Generator) -> list[Geometry]:
    """A small board, whose cells touch in corners."""
    at = np.arange(5) * float(random.choice([30.0, 150.0, 600.0]))
    lines = [[(x, 0), (x, at[-1])] for x in at] + [[(0, y), (at[-1], y)] for y in at]
    return [_placed(shapely.MultiLineString(lines), random)]


def _touching(random: np.random.Generator) -> list[Geometry]:
    """Rings that touch in points, themselves and each other."""
    size = float(random.choice([40.0, 700.0]))
    rings = [
        [(x, 0), (x + size, -size / 2), (x + 2 * size, 0), (x + size, size / 2), (x, 0)]
        for x in (0.0, 2 * size, 4 * size)
    ]
    around = [(0, 0), (3 * size, 2 * size), (6 * size, 0), (3 * size, -2 * size), (0, 0)]
    return [_placed(shapely.MultiLineString([*rings, around]), random)]


def _tiny(random: np.random.Generator) -> list[Geometry]:
    """Four cells that do not quite meet in a point: two of them have a tiny edge in common."""
    size, tiny = 800.0, float(random.choice([_TINY_M, 0.15, 3.0]))
    lines = [
        [(0, 0), (2 * size, 0), (2 * size, 2 * size), (0, 2 * size), (0, 0)],
        [(size, 0), (size, 2 * size)],
        [(0, size), (size, size)],
        [(size, size + tiny), (2 * size, size + tiny)],
    ]
    return [_placed(shapely.MultiLineString(lines), random)]


def _comb(random: np.random.Generator) -> list[Geometry]:
    """Slits into a cell, and the sharp corners that they leave."""
    width = float(random.choice(_WIDTHS_M))
    points: list[tuple[float, float]] = [(0, 0), (3000, 0), (3000, 900)]
    for x in (2400, 1500, 600):
        points += [(x + width, 900), (x, 100), (x - width, 900)]
    return [_outline([*points, (0, 900)], random)]


def _cells(lines: Sequence[Geometry]) -> list[Geometry]:
    """Return the faces between lines, each always written the same way."""
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(list(lines))]))
    faces = faces[shapely.area(faces) > 1e-3]
    return list(shapely.normalize(faces))


def _some_united(cells: list[Geometry], random: np.random.Generator) -> list[Geometry]:
    """Unite a few cells that share edges, so that there are larger polygons, and holes."""
    left = list(cells)
    for _ in range(4):
        at = random.uniform(0.1, 0.9, 2) * SIDE_M
        around = shapely.buffer(shapely.points(at), random.uniform(500, 4000))
        inside = [each for each in left if shapely.within(shapely.point_on_surface(each), around)]
        united = shapely.union_all(inside)
        left = [each for each in left if not any(each is one for one in inside)]
        left += list(shapely.normalize(shapely.get_parts(united)))
    return left


def _holders(cells: Sequence[Geometry], centres: Floats, seed: int) -> list[str]:
    """Give each cell to whoever's centre is nearest; some to anybody, some to nobody."""
    points = shapely.get_coordinates(shapely.point_on_surface(np.array(cells, dtype=object)))
    nearest = STRtree(shapely.points(centres)).nearest(shapely.points(points))
    found = []
    for (x, y), own in zip(points.tolist(), nearest.tolist()):
        # the same cell has the same luck whatever the others are
        luck = np.random.default_rng([abs(int(x * 10)), abs(int(y * 10)), int(seed)])
        chance = luck.random()
        if chance < 0.15:
            found.append("")
        elif chance < 0.45:
            found.append(str(luck.choice(FACTIONS)))
        else:
            found.append(FACTIONS[own % len(FACTIONS)])
    return found
