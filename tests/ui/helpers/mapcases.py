"""An analysis of plain shapes, with figures as a test gives them, for what draws the dock's map."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Mapping, Sequence

import shapely

from enclave_watch.core.changes import Transition
from enclave_watch.core.contactchanges import Flag, StretchChange
from enclave_watch.core.history import TracedEnclave
from enclave_watch.core.model import Contact, Enclave, Status
from enclave_watch.core.timeline import SnapshotAnalysis
from enclave_watch.ui.results import Analysis, Comparison, DateResult, DrawnStretch

__all__ = ["COLORS", "DATES", "WGS84", "analysis_of", "circle", "comparison_of", "two_dates"]

WGS84 = (
    'GEOGCRS["WGS 84",DATUM["World Geodetic System 1984",'
    'ELLIPSOID["WGS 84",6378137,298.257223563]],'
    'CS[ellipsoidal,2],AXIS["longitude",east],AXIS["latitude",north],'
    'ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",4326]]'
)
DATES = (datetime(2020, 1, 1), datetime(2020, 2, 1), datetime(2020, 2, 4))
COLORS = {"Blue": "#0000ff", "Red": "#aa2200"}


def enclave_of(
    date: datetime, faction: str, rank: int, geometry: shapely.Geometry, contact: str = ""
) -> Enclave:
    """Return an enclave of so many km2 as its square degrees times 100."""
    area_km2 = 100.0 * geometry.area
    contacts = () if not contact else (Contact("East", 50.0, shapely.from_wkt(contact)),)
    middle = geometry.representative_point()
    return Enclave(
        date=date,
        faction=faction,
        rank=rank,
        main=rank == 1,
        geometry=geometry,
        area_km2=area_km2,
        area_err_km2=0.0,
        inside_km2=area_km2,
        share_faction_pct=100.0,
        share_country_pct=None,
        perimeter_km=40.0,
        parts=1,
        contacts=contacts,
        border_dist_km=None if contacts else 7.0,
        border_nearest=None if contacts else "East",
        fronts=(),
        status=Status.BORDER if contacts else Status.OPEN,
        enclosed_by=(),
        provinces=(),
        places=(),
        lon=middle.x,
        lat=middle.y,
    )


def traced_of(enclave: Enclave, number: int) -> TracedEnclave:
    """Return an enclave of which nothing else is known."""
    return TracedEnclave(
        enclave=enclave,
        enclave_id=number,
        lineage=None,
        parents=(),
        predecessor=None,
        first_date=enclave.date,
        age_days=0.0,
        change_km2=None,
        change_first_km2=0.0,
    )


def analysis_of(
    held: Mapping[datetime, Mapping[str, Sequence[shapely.Geometry]]],
    contacts: Mapping[tuple[datetime, str, int], str] | None = None,
) -> Analysis:
    """Return an analysis of what each faction holds on each date, every shape an enclave."""
    lines = contacts or {}
    results = []
    for date, of_factions in held.items():
        enclaves = [
            enclave_of(date, faction, rank, shape, lines.get((date, faction, rank), ""))
            for faction, shapes in of_factions.items()
            for rank, shape in enumerate(shapes, 1)
        ]
        results.append(
            DateResult(
                date=date,
                analysis=SnapshotAnalysis(date, tuple(enclaves), ()),
                enclaves=tuple(traced_of(each, number) for number, each in enumerate(enclaves, 1)),
                held={
                    faction: shapely.MultiPolygon(list(shapes))
                    for faction, shapes in of_factions.items()
                    if shapes
                },
                events=(),
                finding="",
                since=None,
            )
        )
    factions = tuple(sorted({faction for each in held.values() for faction in each}))
    return Analysis(
        layer_id="control",
        layer_name="control",
        crs_wkt=WGS84,
        factions=factions,
        results=tuple(results),
        areas_km2={
            faction: tuple(
                100.0 * sum(shape.area for shape in each.get(faction, ())) for each in held.values()
            )
            for faction in factions
        },
        home=("Land",),
        reference_km2=None,
        min_presence_km2=1.0,
        warnings=(),
    )


def comparison_of(
    from_date: datetime,
    to_date: datetime,
    changes: Sequence[tuple[str, str, str]],
    stretches: Sequence[tuple[str, str, str]] = (),
) -> Comparison:
    """Return changes `(from, to, WKT)` and stretches `(flag, faction, WKT)`."""
    transitions = [
        Transition((before,), (after,), shapely.from_wkt(wkt), 25.0, 20_000.0, is_redraw=False)
        for before, after, wkt in changes
    ]
    drawn = [
        DrawnStretch(
            StretchChange(
                from_date, to_date, Flag(flag), Flag(flag), faction, 1, "East", 50.0, (), geometry
            ),
            geometry,
        )
        for flag, faction, wkt in stretches
        for geometry in [shapely.from_wkt(wkt)]
    ]
    return Comparison(from_date, to_date, tuple(transitions), {}, (), tuple(drawn), {})


def circle(x: float, y: float, vertices: int, radius: float = 0.4) -> shapely.Geometry:
    """Return a polygon of so many vertices."""
    return shapely.Point(x, y).buffer(radius, quad_segs=max(vertices // 4, 1))


def two_dates() -> Analysis:
    """Red holds a strip of border on the first date, which Blue has on the second."""
    west, east = shapely.box(0.0, 0.0, 1.0, 1.0), shapely.box(1.5, 0.5, 2.0, 1.0)
    small = shapely.box(0.0, 1.5, 0.2, 1.7)
    found = analysis_of(
        {
            DATES[0]: {"Blue": [west], "Red": [east, small]},
            DATES[1]: {"Blue": [west, east], "Red": [small]},
        },
        {(DATES[0], "Red", 1): "LINESTRING(2 0.5, 2 1)"},
    )
    first, second = found.results
    since = comparison_of(
        DATES[0],
        DATES[1],
        [("Red", "Blue", east.wkt)],
        [("lost", "Red", "LINESTRING(2 0.5, 2 1)"), ("kept", "Blue", "LINESTRING(2 1, 2 1.2)")],
    )
    return replace(found, results=(first, replace(second, since=since)))
