"""Snapshots on their way to a worker, the survey there, and its results on their way back.

A worker needs shapely, pyproj and numpy, and this package; no QGIS.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Sequence

import numpy as np
import pyproj
import shapely

from . import errors
from .borders import Border
from .enclaves import Surveyor
from .errors import EnclaveWatchError, WorkerError
from .feedback import Feedback
from .geodesy import Geodesy
from .geography import Geography
from .i18n import tr
from .model import Findings, Snapshot
from .polygons import PolygonStore
from .requirements import find_proj_data
from .sealing import from_bytes, to_bytes
from .version import plugin_version

if TYPE_CHECKING:
    from shapely import Geometry

    from .model import Enclave, Parameters
    from .series import Series

__all__ = [
    "Answer",
    "Remark",
    "Stop",
    "Surveyed",
    "Unpacker",
    "libraries",
    "pack_dates",
    "pack_surroundings",
    "survey_parcel",
]


@dataclass(frozen=True)
class Remark:
    """A line that a worker would have written to the log."""

    text: str
    is_warning: bool


@dataclass(frozen=True)
class Surveyed:
    """What a worker found on one date, as a surveyor would, and what it said meanwhile."""

    found: Findings
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class Answer:
    """What a worker found on its dates, in order; fewer than it was asked when it failed.

    `plain_dates` is how many of them were measured by unions, `libraries` what measured, and
    `error` what the engine raised on the date after the last one.
    """

    dates: tuple[Surveyed, ...]
    plain_dates: int
    libraries: str
    error: Exception | None = None


class Stop:
    """Tells workers of this very process that nobody waits for them; elsewhere it is never set."""

    def __init__(self) -> None:
        self.is_set = False

    def __reduce__(self) -> tuple[type[Stop], tuple[()]]:
        return Stop, ()


@lru_cache(maxsize=1)
def libraries() -> str:
    """Return the versions of all that measures: others may round the last digit otherwise."""
    return (
        f"shapely {shapely.__version__}, GEOS {shapely.geos_version_string}, "
        f"pyproj {pyproj.__version__}, PROJ {pyproj.proj_version_str}, numpy {np.__version__}"
    )


def pack_surroundings(
    series: Series, geography: Geography, parameters: Parameters, *, plain: bool = False
) -> bytes:
    """Return all that the dates of a series have in common, as bytes.

    `plain` says that they are all to be measured by unions.
    """
    return to_bytes(
        (
            series.crs,
            shapely.total_bounds(series.store.polygons).tolist(),
            geography.home_names,
            geography.home,
            geography.home_area_km2,
            tuple((line.neighbour, line.geometry) for line in geography.borders),
            geography.provinces,
            geography.places,
            parameters,
            plain,
        )
    )


def pack_dates(series: Series, snapshots: Sequence[Snapshot]) -> bytes:
    """Return snapshots as bytes: each distinct polygon of theirs once, with its number."""
    numbers = sorted(
        {number for each in snapshots for held in each.holdings.values() for number in held}
    )
    # numbers keep their order: what is put together in order of number is so everywhere
    place = {number: index for index, number in enumerate(numbers)}
    polygons = [series.store.polygons[number] for number in numbers]
    dates = [
        (
            each.date,
            [(faction, [place[n] for n in held]) for faction, held in each.holdings.items()],
        )
        for each in snapshots
    ]
    return to_bytes((numbers, polygons, dates))


def survey_parcel(version: str, surroundings: bytes, dates: bytes, stop: Stop) -> bytes:
    """Return the enclaves of packed snapshots, packed: the task of a worker.

    Errors come back packed as well: whatever else is raised, the worker itself failed.

    Parameters
    ----------
    version : of the plugin that packed them
    """
    if version != plugin_version():
        text = tr(
            "A worker has Enclave Watch {theirs}, and this is {ours}: results of two versions are "
            "not put together. Install {ours} on the machine of the worker, and start it again."
        ).format(theirs=plugin_version(), ours=version)
        return _packed([], [], {}, 0, WorkerError(text))
    find_proj_data()
    numbers, polygons, held = from_bytes(dates)
    geography, parameters, plain = _unpacked_surroundings(surroundings)
    store = PolygonStore(geography.geodesy)
    store.polygons.extend(polygons)
    known = {id(polygon): number for polygon, number in zip(store.polygons, numbers)}
    notes = _Notes(stop)
    surveyor = Surveyor(store, geography, parameters, notes, plain=plain)
    found: list[tuple[Findings, Any]] = []
    for date, holdings in held:
        snapshot = Snapshot(date, {faction: tuple(places) for faction, places in holdings})
        try:
            surveyed = surveyor.survey(snapshot, notes)
        except Exception as error:  # noqa: BLE001 - it is raised again where the run is
            return _packed(found, numbers, known, surveyor.plain_dates, error)
        found.append((surveyed, notes.taken()))
    return _packed(found, numbers, known, surveyor.plain_dates, None)


class Unpacker:
    """Reads answers of workers, in order, into the geometries and numbers of their series.

    Geometries with the same rings on consecutive dates are the same object, whichever worker they
    are from, as they are where one surveyor does all dates.
    """

    def __init__(self, series: Series) -> None:
        self._polygons = series.store.polygons
        self._last: dict[tuple[bytes, int], list[Geometry]] = {}

    def take_for_last(self, enclaves: Sequence[Enclave]) -> None:
        """Let the next answer have the geometries of enclaves of the date before it."""
        self._last = {}
        for enclave in enclaves:
            for geometry in (enclave.geometry, *(each.geometry for each in enclave.contacts)):
                self._last.setdefault(_likeness(geometry), []).append(geometry)

    def answer(self, data: bytes) -> Answer:
        """Return what a worker found."""
        dates, plain_dates, theirs, error = from_bytes(data, self._polygons, self._interned)
        if dates:
            enclaves, *_ = dates[-1]
            self.take_for_last(enclaves)
        return Answer(
            tuple(
                Surveyed(Findings(*found), tuple(Remark(*each) for each in remarks))
                for *found, remarks in dates
            ),
            plain_dates,
            theirs,
            None if error is None else _error(*error),
        )

    def _interned(self, geometry: Geometry) -> Geometry:
        alike = self._last.get(_likeness(geometry), ())
        return next((each for each in alike if _are_same(each, geometry)), geometry)


def _likeness(geometry: Geometry) -> tuple[bytes, int]:
    """Return what tells most geometries apart at little cost."""
    return shapely.bounds(geometry).tobytes(), int(shapely.get_num_coordinates(geometry))


def _are_same(one: Geometry, two: Geometry) -> bool:
    """Return whether geometries are the same, but for where the rings of polygons begin.

    That depends on what else there was where they were put together.
    """
    if one.geom_type.endswith("Polygon"):
        one, two = shapely.normalize(one), shapely.normalize(two)
    return bool(shapely.equals_exact(one, two))


class _Notes(Feedback):
    """Keeps what the engine says, to be told where the run is."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._lines: list[tuple[str, bool]] = []

    def info(self, text: str) -> None:
        self._lines.append((text, False))

    def warning(self, text: str) -> None:
        self._lines.append((text, True))

    def is_cancelled(self) -> bool:
        return self._stop.is_set

    def taken(self) -> list[tuple[str, bool]]:
        """Return what was said since this was asked before."""
        lines, self._lines = self._lines, []
        return lines


# of each thread: what GEOS prepares is not for two of them at a time
_last = threading.local()


def _unpacked_surroundings(surroundings: bytes) -> tuple[Geography, Parameters, bool]:
    """Return geography, parameters and `plain`; those of the parcel before are kept."""
    if getattr(_last, "surroundings", None) != surroundings:
        crs, bounds, names, home, area_km2, lines, provinces, places, *choices = from_bytes(
            surroundings
        )
        geodesy = Geodesy(crs, bounds)
        border = Border.of(dict(lines), geodesy)
        geography = Geography(names, home, area_km2, border, provinces, places, geodesy)
        _last.unpacked = (geography, *choices)
        _last.surroundings = surroundings
    unpacked: tuple[Geography, Parameters, bool] = _last.unpacked
    return unpacked


def _packed(
    found: Sequence[tuple[Findings, Any]],
    numbers: Sequence[int],
    known: dict[int, int],
    plain_dates: int,
    error: Exception | None,
) -> bytes:
    """Return results in which polygons bear the numbers that they have where the run is."""
    dates = [
        (
            tuple(
                replace(each, polygons=tuple(numbers[place] for place in each.polygons))
                for each in surveyed.enclaves
            ),
            surveyed.contested,
            surveyed.is_coverage,
            remarks,
        )
        for surveyed, remarks in found
    ]
    cause = None if error is None else (type(error).__name__, str(error))
    return to_bytes((dates, plain_dates, libraries(), cause), known)


def _error(name: str, text: str) -> Exception:
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, EnclaveWatchError):
        return kind(text)
    return RuntimeError(f"{name}: {text}")
