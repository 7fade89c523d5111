"""A series whose dates workers share, and all that is to be the same with them and without."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Iterable, Sequence

import pytest
import shapely

from enclave_watch.core.crews import ALONE
from enclave_watch.core.geography import Geography
from enclave_watch.core.model import Parameters
from enclave_watch.core.series import Series, read_series
from enclave_watch.core.timeline import SnapshotAnalysis, analyse
from enclave_watch.tests.core.helpers.build import UTM, Log, geography_of, rows_of

__all__ = [
    "MOVING_FRONT",
    "Held",
    "a_series",
    "analysed",
    "assert_same",
    "everything",
    "geometries_kept",
    "numbers",
    "parcels_of",
    "where",
]

Held = Sequence[tuple[str, int, int]]
"""Faction, x and y of the cells that are held on one date."""

MOVING_FRONT: list[Held] = [
    [("A" if x < 2 + number % 4 else "B", x, y) for x in range(6) for y in range(4)]
    for number in range(24)
]

COUNTRIES = {
    "Home": "POLYGON((-10 0.2, 60 0.2, 60 60, -10 60, -10 0.2))",
    "South": "POLYGON((-10 -60, 60 -60, 60 0.2, -10 0.2, -10 -60))",
}
PROVINCES = {
    "West": "POLYGON((-10 0, 3.3 0, 3.3 60, -10 60, -10 0))",
    "East": "POLYGON((3.3 0, 60 0, 60 60, 3.3 60, 3.3 0))",
}
PLACES = {"Town": "POINT(1.5 1.5)", "Village": "POINT(4.5 3.5)"}
FIRST = datetime(2018, 5, 1)


def a_series(dates: Iterable[Held], log: Log | None = None) -> Series:
    """Return a series of daily snapshots; each cell is a square of a kilometre, or a bit more."""
    rows = [
        row
        for number, held in enumerate(dates)
        for row in rows_of(
            [(faction, _cell(faction, x, y)) for faction, x, y in held],
            start=FIRST + timedelta(days=number),
            first_id=100 * number,
        )
    ]
    return read_series(rows, layer_name="control", crs=UTM, feedback=log or Log())


def _cell(faction: str, x: int, y: int) -> str:
    # those of C are drawn 10 m larger: their corners overlap, and their neighbours' edges
    more = 0.01 if faction == "C" else 0.0
    a, b, c, d = x - more, x + 1 + more, y - more, y + 1 + more
    return f"POLYGON(({a} {c}, {b} {c}, {b} {d}, {a} {d}, {a} {c}))"


def where(series: Series) -> Geography:
    return geography_of(series, countries=COUNTRIES, provinces=PROVINCES, places=PLACES)


def analysed(
    series: Series,
    workers=ALONE,
    log: Log | None = None,
    memory=None,
    parameters: Parameters | None = None,
    **options: object,
) -> list[SnapshotAnalysis]:
    geography = where(series)
    parameters = parameters or Parameters(min_contact_km=0.1, position_error_m=10.0)
    known = None if memory is None else memory.of_series(series, geography, parameters)
    return list(
        analyse(series, geography, parameters, log or Log(), known, workers=workers, **options)
    )


def everything(analyses: Iterable[SnapshotAnalysis]) -> list[object]:
    """Return all that analyses say in words, geometry as bytes and polygons by number.

    Factions around an enclave are in alphabetical order: of fronts as long as each other, the last
    digit decides which comes first. Rings begin where they begin when put in order.
    """
    return [
        (
            analysis.date,
            [each.factions for each in analysis.contested],
            [
                (
                    each.faction, each.rank, each.main, _in_order(each.geometry), each.parts,
                    [(contact.neighbour, _in_order(contact.geometry)) for contact in each.contacts],
                    each.border_nearest, sorted(front.faction for front in each.fronts),
                    each.status, sorted(each.enclosed_by),
                    [province.name for province in each.provinces], each.places, each.polygons,
                )
                for each in analysis.enclaves
            ],
        )
        for analysis in analyses
    ]  # fmt: skip


def _in_order(geometry: shapely.Geometry) -> bytes:
    return shapely.to_wkb(shapely.normalize(geometry))


def numbers(analyses: Iterable[SnapshotAnalysis]) -> list[float]:
    """Return all numbers that analyses give."""
    found: list[float | None] = []
    for analysis in analyses:
        found += [each.area_km2 for each in analysis.contested]
        for each in analysis.enclaves:
            found += [
                each.area_km2, each.area_err_km2, each.inside_km2, each.share_faction_pct,
                each.share_country_pct, each.perimeter_km, each.border_dist_km, each.lon, each.lat,
            ]  # fmt: skip
            found += [contact.length_km for contact in each.contacts]
            for front in sorted(each.fronts, key=lambda front: front.faction):
                found += [front.length_km, front.share_pct]
            for province in each.provinces:
                found += [province.area_km2, province.share_pct]
    return [-1.0 if number is None else number for number in found]


def assert_same(
    found: Sequence[SnapshotAnalysis], expected: Sequence[SnapshotAnalysis], rel: float = 1e-10
) -> None:
    """Hold that analyses say the same.

    Numbers may differ by their last digits: they are sums over arcs, and where arcs end depends on
    all polygons that are looked at.
    """
    assert everything(found) == everything(expected)
    assert numbers(found) == pytest.approx(numbers(expected), rel=rel, abs=0.0)


def geometries_kept(analyses: Sequence[SnapshotAnalysis]) -> list[set[bytes]]:
    """Return for each date but the first the enclaves whose geometry is that of the date before."""
    kept = []
    for before, after in zip(analyses, analyses[1:]):
        known = {id(each.geometry) for each in before.enclaves}
        kept.append(
            {_in_order(each.geometry) for each in after.enclaves if id(each.geometry) in known}
        )
    return kept


def parcels_of(size):
    """Return what cuts dates into parcels of so many, but for the last."""
    return lambda count, _workers: [min(size, count - begin) for begin in range(0, count, size)]
