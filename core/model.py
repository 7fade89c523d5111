"""What the modules of the engine hand to each other: frozen, and with units in the names.

Geometries are shapely's, two-dimensional, in the coordinate reference system of the
control layer. Areas and lengths are those of the WGS84 ellipsoid.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Mapping, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from shapely import Geometry

__all__ = [
    "SEA",
    "Contact",
    "Contested",
    "ControlRow",
    "Enclave",
    "Findings",
    "Front",
    "NamedGeometry",
    "NamedShare",
    "Parameters",
    "Snapshot",
    "Status",
]

SEA = "sea"
"""The neighbour of a home country wherever no other country is."""


@dataclass(frozen=True)
class Parameters:
    """The choices of one run, in the units of the shared parameters of the algorithms."""

    snap_m: float = 25.0
    join_distance_m: float = 0.0
    tolerance_m: float = 1000.0
    min_contact_km: float = 1.0
    min_presence_km2: float = 1.0
    min_area_km2: float = 0.0
    position_error_m: float = 0.0
    reference_area_km2: float | None = None
    """None: the home country's own area."""


class ControlRow(NamedTuple):
    """One feature of a control layer as it was read; a tuple, since there are very many.

    `start` None: undated. `end` None: no end field, or open-ended; otherwise the first
    moment at which the row no longer counts.
    """

    feature_id: int
    faction: str | None
    wkb: bytes | None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class NamedGeometry:
    """A country, province, border line or place: its name and its geometry.

    `is_whole` is False where the CRS has no room for all of it.
    """

    name: str
    geometry: Geometry
    is_whole: bool = True


@dataclass(frozen=True)
class Snapshot:
    """Everything held on one date: the ids of the polygons of each faction.

    The ids are those of the series' polygon store; `date` is None in an undated series.
    """

    date: datetime | None
    holdings: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class NamedShare:
    """So much of an enclave lies in the province `name`."""

    name: str
    area_km2: float
    share_pct: float


@dataclass(frozen=True)
class Front:
    """So much of an enclave's perimeter is front line with `faction`."""

    faction: str
    length_km: float
    share_pct: float


@dataclass(frozen=True)
class Contact:
    """The stretch of the border with `neighbour` along which an enclave lies.

    `geometry` is a LineString or MultiLineString that runs on the border line.
    """

    neighbour: str
    length_km: float
    geometry: Geometry


@dataclass(frozen=True)
class Contested:
    """Ground that two factions both hold on one date, counted in the enclaves of both."""

    factions: tuple[str, str]
    area_km2: float


class Status(str, Enum):
    """Where an enclave stands: what its perimeter meets."""

    BORDER = "border"
    COAST = "coast"
    ENCIRCLED = "encircled"
    BESIEGED = "besieged"
    OPEN = "open"


@dataclass(frozen=True)
class Enclave:
    """One connected piece of what a faction holds in a snapshot, with all its figures.

    Attributes
    ----------
    geometry : Polygon or MultiPolygon, in the control layer's CRS
    rank : 1 is the largest of its faction and date
    main : whether it is its faction's main area
    area_err_km2 : perimeter times the positional error
    inside_km2 : area inside the home country; None without home polygons
    share_faction_pct : of the area of all the faction's enclaves of that date
    share_country_pct : of the reference area; None where that is not known
    perimeter_km : all rings, without slits narrower than the snap distance
    parts : number of pieces that the join distance made one
    contacts : border contact, the longest first
    border_dist_km : to the nearest border; None when there is contact
    border_nearest : the neighbour behind that border; None when there is contact
    fronts : front line by faction, the longest first
    enclosed_by : the factions around an encircled or besieged enclave
    provinces : the largest share first
    places : names of the places inside, in alphabetical order
    lon, lat : a point inside, in degrees of WGS84
    polygons : the numbers of the store's polygons whose union it is; empty where it is not
        just their union, because a nick was given to another enclave
    """

    date: datetime | None
    faction: str
    rank: int
    main: bool
    geometry: Geometry
    area_km2: float
    area_err_km2: float
    inside_km2: float | None
    share_faction_pct: float
    share_country_pct: float | None
    perimeter_km: float
    parts: int
    contacts: tuple[Contact, ...]
    border_dist_km: float | None
    border_nearest: str | None
    fronts: tuple[Front, ...]
    status: Status
    enclosed_by: tuple[str, ...]
    provinces: tuple[NamedShare, ...]
    places: tuple[str, ...]
    lon: float
    lat: float
    polygons: tuple[int, ...] = field(default=(), compare=False, repr=False)

    @property
    def border_km(self) -> float:
        """Border contact with all neighbours, the sea among them, in km."""
        return sum(contact.length_km for contact in self.contacts)

    @property
    def front_km(self) -> float:
        """Front line with all other factions, in km."""
        return sum(front.length_km for front in self.fronts)


class Findings(NamedTuple):
    """What a survey finds on one date.

    Attributes
    ----------
    enclaves : by faction and rank
    contested : ground held twice
    is_coverage : whether the polygons are known to lie over no other; False where that is not sure
    """

    enclaves: tuple[Enclave, ...]
    contested: tuple[Contested, ...]
    is_coverage: bool = False
