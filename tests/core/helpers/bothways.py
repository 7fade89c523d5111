"""Series surveyed in both ways: by arcs where that is sure, and by unions; and what differs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Geometry

from enclave_watch.core.enclaves import Surveyor
from enclave_watch.core.feedback import Feedback
from enclave_watch.core.geography import Geography
from enclave_watch.core.model import Contact, Enclave, Parameters
from enclave_watch.core.series import Series
from enclave_watch.core.timeline import SnapshotAnalysis

__all__ = ["BothWays", "assert_same", "differences", "survey_both_ways", "surveyed"]

# lengths in km; a millimetre
_LENGTH_KM = 1e-6
# a square metre
_AREA_KM2 = 1e-6
_SHARE_PCT = 1e-4
_PLACE_DEG = 1e-9


@dataclass(frozen=True)
class BothWays:
    """The dates of a series, surveyed arc by arc and by unions.

    `plain_dates` : those that the quick way left to the slow one
    """

    quick: tuple[SnapshotAnalysis, ...]
    plain: tuple[SnapshotAnalysis, ...]
    plain_dates: tuple[int, ...]

    @property
    def differences(self) -> list[str]:
        """Return what is not the same on any date."""
        return [
            f"date {number}: {each}"
            for number, pair in enumerate(zip(self.quick, self.plain))
            for each in differences(*pair)
        ]


def survey_both_ways(series: Series, geography: Geography, parameters: Parameters) -> BothWays:
    """Survey all snapshots of a series in both ways."""
    quick, plain_dates = surveyed(series, geography, parameters)
    plain, _ = surveyed(series, geography, parameters, plain=True)
    return BothWays(quick, plain, plain_dates)


def surveyed(
    series: Series, geography: Geography, parameters: Parameters, *, plain: bool = False
) -> tuple[tuple[SnapshotAnalysis, ...], tuple[int, ...]]:
    """Survey all snapshots of a series in one way; also return which were measured by unions."""
    surveyor = Surveyor(series.store, geography, parameters, Feedback(), plain=plain)
    found, by_unions = [], []
    for number, snapshot in enumerate(series.snapshots):
        before = surveyor.plain_dates
        found.append(SnapshotAnalysis(snapshot.date, *surveyor.survey(snapshot, Feedback())))
        if surveyor.plain_dates > before:
            by_unions.append(number)
    return tuple(found), tuple(by_unions)


def assert_same(found: BothWays) -> None:
    """Fail, and say where, if the two ways differ in anything."""
    assert found.differences == []


def differences(quick: SnapshotAnalysis, plain: SnapshotAnalysis) -> list[str]:
    """Return in words what differs between two analyses of one date."""
    if [_name(each) for each in quick.enclaves] != [_name(each) for each in plain.enclaves]:
        names = [[(*_name(e), round(e.area_km2, 6)) for e in w.enclaves] for w in (quick, plain)]
        return [f"enclaves {names[0]} != {names[1]}"]
    found = [
        f"{_name(one)}: {each}"
        for one, two in zip(quick.enclaves, plain.enclaves)
        for each in _differences(one, two)
    ]
    if _contested(quick) != _contested(plain):
        found.append(f"contested {quick.contested} != {plain.contested}")
    return found


def _differences(one: Enclave, two: Enclave) -> list[str]:
    words = [
        (name, getattr(one, name), getattr(two, name))
        for name in ("date", "main", "parts", "status", "enclosed_by", "places", "border_nearest",
                     "polygons")
    ]  # fmt: skip
    words += [
        ("provinces", [p.name for p in one.provinces], [p.name for p in two.provinces]),
        ("fronts", [f.faction for f in one.fronts], [f.faction for f in two.fronts]),
        ("contacts", [c.neighbour for c in one.contacts], [c.neighbour for c in two.contacts]),
    ]
    found = [f"{name} {a} != {b}" for name, a, b in words if a != b]
    if not found:
        found = [
            f"{name} {a} != {b}"
            for (name, a, slack), (_, b, _) in zip(_numbers(one), _numbers(two))
            if (a is None) != (b is None) or (a is not None and not abs(a - b) <= slack)
        ]
    if not shapely.is_valid(one.geometry):
        found.append(f"not valid: {shapely.is_valid_reason(one.geometry)}")
    if not shapely.equals(one.geometry, two.geometry):
        found.append(f"geometry {one.geometry.wkt[:300]} != {two.geometry.wkt[:300]}")
    if _parts(one.geometry) != _parts(two.geometry):
        found.append(f"parts and rings {_parts(one.geometry)} != {_parts(two.geometry)}")
    for a, b in zip(one.contacts, two.contacts):
        if not _is_same_line(a, b):
            found.append(f"contact with {a.neighbour} {a.geometry.wkt} != {b.geometry.wkt}")
    return found


def _numbers(enclave: Enclave) -> list[tuple[str, float | None, float]]:
    """Return each figure with its name and how far it may be off."""
    found = [
        ("area_km2", enclave.area_km2, _AREA_KM2),
        ("area_err_km2", enclave.area_err_km2, _AREA_KM2),
        ("inside_km2", enclave.inside_km2, _AREA_KM2),
        ("share_faction_pct", enclave.share_faction_pct, _SHARE_PCT),
        ("share_country_pct", enclave.share_country_pct, _SHARE_PCT),
        ("perimeter_km", enclave.perimeter_km, _LENGTH_KM),
        # where an edge runs along the border far away, any place on it may be the nearest
        (
            "border_dist_km",
            enclave.border_dist_km,
            _LENGTH_KM + 1e-7 * (enclave.border_dist_km or 0),
        ),
        ("lon", enclave.lon, _PLACE_DEG),
        ("lat", enclave.lat, _PLACE_DEG),
    ]
    for front in enclave.fronts:
        found.append((f"front with {front.faction}", front.length_km, _LENGTH_KM))
        # a share of a small perimeter is as exact as that
        slack = 100.0 * _LENGTH_KM / enclave.perimeter_km
        found.append((f"share of {front.faction}", front.share_pct, slack))
    found += [
        (f"contact with {each.neighbour}", each.length_km, _LENGTH_KM) for each in enclave.contacts
    ]
    for share in enclave.provinces:
        found.append((f"ground in {share.name}", share.area_km2, _AREA_KM2))
        found.append((f"share in {share.name}", share.share_pct, _SHARE_PCT))
    return found


def _name(enclave: Enclave) -> tuple[str, int]:
    return enclave.faction, enclave.rank


def _parts(geometry: Geometry) -> list[int]:
    """Return the number of rings of each part."""
    parts = shapely.get_parts(geometry)
    return sorted((shapely.get_num_interior_rings(parts) + 1).tolist())


def _contested(analysis: SnapshotAnalysis) -> list[tuple[tuple[str, str], float]]:
    return [(each.factions, round(each.area_km2, 9)) for each in analysis.contested]


def _is_same_line(one: Contact, two: Contact) -> bool:
    """Return whether the stretches of two contacts are the same to a millimetre or so."""
    parts = [shapely.get_parts(each.geometry) for each in (one, two)]
    if len(parts[0]) != len(parts[1]):
        return False
    bounds = np.asarray(shapely.bounds(two.geometry))
    # a millimetre, in metres or in degrees
    slack = 1e-8 if np.abs(bounds).max() <= 360 else 1e-3
    return bool(shapely.hausdorff_distance(one.geometry, two.geometry) <= slack)
