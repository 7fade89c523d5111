"""Shapes and runs for the tests of the engine.

Shapes are literal WKT in kilometres, laid around (500 000, 3 900 000) of UTM zone 37: on
its central meridian, where a metre of the grid is 1 / 0.9996 metres of ground.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Iterable, Mapping, Sequence, Union

import numpy as np
import shapely
from shapely import Geometry

from enclave_watch.core.feedback import Feedback
from enclave_watch.core.geography import Geography, build_geography
from enclave_watch.core.model import ControlRow, Enclave, NamedGeometry, Parameters
from enclave_watch.core.series import Series, read_series
from enclave_watch.core.timeline import SnapshotAnalysis, analyse

__all__ = [
    "EAST_M",
    "FAR_AWAY",
    "NORTH_M",
    "UTM",
    "Log",
    "Shapes",
    "areas_km2",
    "contacts_km",
    "enclaves_of",
    "fronts_km",
    "geography_of",
    "in_km",
    "named",
    "one",
    "rows_of",
    "run",
    "series_of",
    "shares_pct",
]

UTM = "EPSG:32637"
EAST_M = 500_000.0
NORTH_M = 3_900_000.0

Shapes = Union[str, Geometry]
"""WKT in kilometres, or a geometry already laid in the CRS."""


@dataclass
class Log(Feedback):
    """Keeps what the engine says, and stops it where a test wants it stopped."""

    infos: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    fractions: list[float] = field(default_factory=list)
    checks_left: float = float("inf")

    def info(self, text: str) -> None:
        self.infos.append(text)

    def warning(self, text: str) -> None:
        self.warnings.append(text)

    def progress(self, fraction: float) -> None:
        self.fractions.append(fraction)

    def is_cancelled(self) -> bool:
        self.checks_left -= 1
        return self.checks_left < 0


def in_km(shape: Shapes) -> Geometry:
    """Lay WKT in kilometres around the middle of the zone; geometries stay as they are."""
    if not isinstance(shape, str):
        return shape
    return shapely.transform(
        shapely.from_wkt(shape), lambda xy: xy * 1000.0 + np.array([EAST_M, NORTH_M])
    )


def named(shapes: Mapping[str, Shapes]) -> list[NamedGeometry]:
    """Give each shape its name."""
    return [NamedGeometry(name, in_km(shape)) for name, shape in shapes.items()]


# a home country whose border no test shape comes near
FAR_AWAY = "POLYGON((-300 -300, 300 -300, 300 300, -300 300, -300 -300))"


def rows_of(
    held: Sequence[tuple[str, Shapes]],
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    first_id: int = 0,
) -> list[ControlRow]:
    """Make rows of a control layer, all of one date."""
    return [
        ControlRow(first_id + number, faction, shapely.to_wkb(in_km(shape)), start, end)
        for number, (faction, shape) in enumerate(held)
    ]


def series_of(
    held: Sequence[tuple[str, Shapes]], *, crs: str = UTM, feedback: Feedback | None = None
) -> Series:
    """Read what is held into an undated series."""
    return read_series(
        rows_of(held), layer_name="control", crs=crs, dated=False, feedback=feedback or Feedback()
    )


def geography_of(
    series: Series,
    *,
    countries: Mapping[str, Shapes] | None = None,
    border_lines: Mapping[str, Shapes] | None = None,
    provinces: Mapping[str, Shapes] | None = None,
    places: Mapping[str, Shapes] | None = None,
    home: Sequence[str] = ("Home",),
    parameters: Parameters | None = None,
    feedback: Feedback | None = None,
) -> Geography:
    """Build the geography; without countries and lines, one whose border is far away."""
    if countries is None and border_lines is None:
        countries = {"Home": FAR_AWAY}
    return build_geography(
        series,
        countries=named(countries or {}),
        border_lines=named(border_lines or {}),
        provinces=named(provinces or {}),
        places=named(places or {}),
        home=home,
        countries_label="countries",
        parameters=parameters or Parameters(),
        feedback=feedback or Feedback(),
    )


def run(
    held: Sequence[tuple[str, Shapes]],
    *,
    crs: str = UTM,
    parameters: Parameters | None = None,
    feedback: Feedback | None = None,
    **geography: object,
) -> SnapshotAnalysis:
    """Analyse one undated snapshot of what is held."""
    parameters, feedback = parameters or Parameters(), feedback or Feedback()
    series = series_of(held, crs=crs, feedback=feedback)
    where = geography_of(
        series,
        parameters=parameters,
        feedback=feedback,
        **geography,  # type: ignore[arg-type]
    )
    (analysis,) = analyse(series, where, parameters, feedback)
    return analysis


def enclaves_of(analysis: SnapshotAnalysis, faction: str) -> list[Enclave]:
    """Return the enclaves of one faction, by rank."""
    return [enclave for enclave in analysis.enclaves if enclave.faction == faction]


def one(analysis: SnapshotAnalysis, faction: str) -> Enclave:
    """Return the only enclave of a faction."""
    (enclave,) = enclaves_of(analysis, faction)
    return enclave


def fronts_km(enclave: Enclave) -> dict[str, float]:
    """Return front line by faction, in km."""
    return {front.faction: front.length_km for front in enclave.fronts}


def shares_pct(enclave: Enclave) -> dict[str, float]:
    """Return front line by faction, in per cent of the perimeter."""
    return {front.faction: front.share_pct for front in enclave.fronts}


def contacts_km(enclave: Enclave) -> dict[str, float]:
    """Return border contact by neighbour, in km."""
    return {contact.neighbour: contact.length_km for contact in enclave.contacts}


def areas_km2(enclaves: Iterable[Enclave]) -> list[float]:
    """Return the areas of enclaves in their order."""
    return [enclave.area_km2 for enclave in enclaves]
