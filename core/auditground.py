"""Ground held twice, ground held by nobody in the midst of others, and slivers of either."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Iterable, Iterator

import numpy as np
import shapely
from shapely import Geometry, STRtree

from .audit import Kind, Problem
from .dates import format_date
from .i18n import tr
from .polygons import polygons_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from .feedback import Feedback
    from .model import Snapshot
    from .series import Series

__all__ = ["ground_problems"]

# what is left of two outlines that only touch, once coordinates are rounded
_NOTHING_KM2 = 1e-9
_SMALL_KM2 = 0.1


@dataclass(frozen=True)
class _Found:
    """Something on one snapshot, before it is known for how long."""

    what: str
    factions: tuple[str, ...]
    geometry: Geometry


def ground_problems(series: Series, *, sliver_width_m: float, feedback: Feedback) -> list[Problem]:
    """Return overlaps between factions, gaps and slivers, each once for all its dates.

    A gap is ground that nobody holds with held ground all around. An overlap, a gap or a
    single polygon that is narrower than `sliver_width_m` on average is a sliver.
    """
    finder = _Finder(series, sliver_width_m)
    known: dict[tuple[str, tuple[str, ...], bytes], Problem] = {}
    for number, snapshot in enumerate(series.snapshots):
        feedback.check()
        for found in finder.of_snapshot(snapshot):
            key = (found.what, found.factions, shapely.to_wkb(shapely.normalize(found.geometry)))
            before = known.get(key)
            if before is None:
                known[key] = Problem(
                    Kind.OVERLAP,
                    "",
                    date=snapshot.date,
                    last_date=snapshot.date,
                    factions=found.factions,
                    geometry=found.geometry,
                )
            else:
                known[key] = replace(before, last_date=snapshot.date, dates=before.dates + 1)
        feedback.progress((number + 1) / len(series.snapshots))
    return _measured([(key[0], each) for key, each in known.items()], series, sliver_width_m)


class _Finder:
    """Compares polygons of the series' store, each pair of them once."""

    def __init__(self, series: Series, sliver_width_m: float) -> None:
        self._store = series.store
        self._common: dict[tuple[int, int], list[Geometry]] = {}
        perimeters_km = self._store.geodesy.length_km(self._store.polygons)
        widths_m = 2000.0 * self._store.areas_km2() / perimeters_km
        self._narrow = set(np.flatnonzero(widths_m < sliver_width_m).tolist())

    def of_snapshot(self, snapshot: Snapshot) -> Iterator[_Found]:
        factions = [name for name, numbers in snapshot.holdings.items() for _ in numbers]
        numbers = [number for held in snapshot.holdings.values() for number in held]
        polygons = np.array([self._store.polygons[number] for number in numbers], dtype=object)
        for name, number, polygon in zip(factions, numbers, polygons):
            if number in self._narrow:
                yield _Found("polygon", (name,), polygon)
        yield from self._overlaps(factions, numbers, polygons)
        yield from _gaps(factions, polygons)

    def _overlaps(
        self, factions: list[str], numbers: list[int], polygons: npt.NDArray[np.object_]
    ) -> Iterator[_Found]:
        first, second = STRtree(polygons).query(polygons, predicate="intersects")
        pieces: dict[tuple[str, str], list[Geometry]] = {}
        for a, b in zip(first.tolist(), second.tolist()):
            if factions[a] < factions[b]:
                pair = (factions[a], factions[b])
                pieces.setdefault(pair, []).extend(self._common_of(numbers[a], numbers[b]))
        for pair, parts in pieces.items():
            # several polygons of one faction may lie on the same ground
            for whole in polygons_of(shapely.union_all(parts)) if parts else []:
                yield _Found("overlap", pair, whole)

    def _common_of(self, a: int, b: int) -> list[Geometry]:
        if (a, b) not in self._common:
            polygons = self._store.polygons
            self._common[a, b] = polygons_of(shapely.intersection(polygons[a], polygons[b]))
        return self._common[a, b]


def _gaps(factions: list[str], polygons: npt.NDArray[np.object_]) -> Iterator[_Found]:
    held = polygons_of(shapely.union_all(polygons))
    rings, shell = shapely.get_rings(held, return_index=True)
    is_hole = np.r_[False, shell[1:] == shell[:-1]] if len(rings) else np.zeros(0, dtype=bool)
    tree, held_tree = STRtree(polygons), STRtree(held)
    for hole in shapely.polygons(rings[is_hole]):
        # held ground can lie in the hole of another
        islands = [held[i] for i in held_tree.query(hole, predicate="contains").tolist()]
        for gap in polygons_of(shapely.difference(hole, shapely.union_all(islands))):
            touching = tree.query(gap, predicate="intersects").tolist()
            yield _Found("gap", tuple(sorted({factions[i] for i in touching})), gap)


def _measured(
    found: list[tuple[str, Problem]], series: Series, sliver_width_m: float
) -> list[Problem]:
    if not found:
        return []
    geometries = [problem.geometry for _, problem in found]
    areas = series.store.geodesy.area_km2(np.array(geometries, dtype=object))
    perimeters = series.store.geodesy.length_km(np.array(geometries, dtype=object))
    problems = []
    for (what, problem), area_km2, perimeter_km in zip(found, areas, perimeters):
        # a polygon without area is drawn all the same, and makes an enclave
        if what != "polygon" and area_km2 <= _NOTHING_KM2:
            continue
        width_m = 2000.0 * float(area_km2 / perimeter_km)
        is_narrow = width_m < sliver_width_m
        if is_narrow or what != "polygon":
            kind = Kind.SLIVER if is_narrow else Kind(what)
            measured = replace(problem, kind=kind, area_km2=float(area_km2), width_m=width_m)
            problems.append(replace(measured, text=_text(what, measured)))
    return problems


def _text(what: str, problem: Problem) -> str:
    names = _joined(problem.factions)
    texts = {
        "polygon": tr("{date}: a polygon of {names}, {size}, is {width} m wide on average").format,
        "overlap": tr("{date}: {names} hold the same {size}, {width} m wide on average").format,
        "gap": tr("{date}: nobody holds {size}, {width} m wide on average, among {names}").format,
    }
    text = texts[what](
        date=format_date(problem.date) or tr("Undated"),
        names=names,
        size=_size(problem.area_km2 or 0.0),
        width=_at_least_one(problem.width_m or 0.0),
    )
    if problem.dates == 1:
        return text + "."
    return tr("{text}; the same on {count} dates, to {last}.").format(
        text=text, count=problem.dates, last=format_date(problem.last_date)
    )


def _size(area_km2: float) -> str:
    if area_km2 < _SMALL_KM2:
        return tr("{size} m2").format(size=_at_least_one(area_km2 * 1e6))
    return tr("{size:,.2f} km2").format(size=area_km2)


def _at_least_one(number: float) -> str:
    """Return a whole number; one too small to show is `<1`, never a false zero."""
    return "<1" if number < 1.0 else f"{number:,.0f}"


def _joined(names: Iterable[str]) -> str:
    return tr(" and ").join(names)
