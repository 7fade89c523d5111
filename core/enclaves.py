"""The enclaves of a snapshot, each measured in full."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, Sequence

import shapely

from .fronts import SEGMENTS_AT_ONCE, FrontFinder, Perimeter
from .ground import Ground, GroundMatcher
from .groups import portions
from .model import (
    SEA,
    Contact,
    Enclave,
    Findings,
    Front,
    NamedShare,
    Parameters,
    Snapshot,
    Status,
)
from .nearby import meeting_boxes
from .pieces import Piece, PieceFinder
from .recent import Recent
from .roughly import RoughOutline

if TYPE_CHECKING:
    from shapely import Geometry

    from .arcsurvey import ArcSurvey
    from .borders import Border
    from .feedback import Feedback
    from .geography import Geography
    from .polygons import PolygonStore

__all__ = ["Surveyor"]

# to look for overlaps among so few polygons takes no time that unions would not save
_FEW_POLYGONS = 50


@dataclass(frozen=True)
class _Site:
    """What does not depend on who is around: measured once for each distinct piece."""

    area_km2: float
    ground: Ground
    lon: float
    lat: float
    contacts: tuple[Contact, ...]
    border_dist_km: float | None
    border_nearest: str | None


class PieceRuler(Protocol):
    """A way to measure pieces."""

    def area_km2(self, piece: Piece) -> float:
        """Return the area of a piece in km2."""

    def contacts(self, piece: Piece) -> tuple[Contact, ...]:
        """Return the border contact of a piece, the longest first."""

    def border_distance(self, piece: Piece) -> tuple[float, str]:
        """Return the distance to the nearest border in km, and the neighbour behind it."""


class _PlainRuler:
    """Measures pieces by their geometry, once it has learnt them."""

    def __init__(
        self, border: Border, fronts: FrontFinder, matcher: GroundMatcher, tolerance_m: float
    ) -> None:
        self._border = border
        self._fronts = fronts
        self._matcher = matcher
        self._tolerance_m = tolerance_m
        self._areas_km2: dict[Piece, float] = {}
        self._contacts: dict[Piece, tuple[Contact, ...]] = {}

    def learn(self, pieces: Sequence[Piece], feedback: Feedback) -> None:
        """Measure several pieces at once, which is quicker than one by one."""
        areas_km2 = self._border.geodesy.area_km2([piece.geometry for piece in pieces])
        self._areas_km2 = dict(zip(pieces, areas_km2.tolist()))
        self._matcher.learn(list(self._areas_km2.items()))
        self._contacts = {}
        outlines = [self._fronts.outline(piece) for piece in pieces]
        for some in portions(map(len, outlines), SEGMENTS_AT_ONCE):
            feedback.check()
            own = [pieces[each] for each in some]
            contacts = self._border.contacts(
                [outlines[each] for each in some],
                [piece.geometry for piece in own],
                tolerance_m=self._tolerance_m,
            )
            self._contacts.update(zip(own, contacts))

    def area_km2(self, piece: Piece) -> float:
        return self._areas_km2[piece]

    def contacts(self, piece: Piece) -> tuple[Contact, ...]:
        return self._contacts[piece]

    def border_distance(self, piece: Piece) -> tuple[float, str]:
        return self._border.nearest(RoughOutline.of(piece.geometry, self._border.geodesy))


class Surveyor:
    """Measures the enclaves of snapshots; what stays between snapshots is kept.

    Snapshots whose polygons share edges to the last digit, without overlaps, are measured arc by
    arc; all others, and all with `plain`, by unions and by what is near: the figures are the same.

    Attributes
    ----------
    plain_dates : how many snapshots were measured by unions so far
    """

    def __init__(
        self,
        store: PolygonStore,
        geography: Geography,
        parameters: Parameters,
        feedback: Feedback,
        *,
        plain: bool = False,
    ) -> None:
        self._geodesy = store.geodesy
        self._geography = geography
        self._parameters = parameters
        self._feedback = feedback
        self._finder = PieceFinder(
            store,
            snap_m=parameters.snap_m,
            join_distance_m=parameters.join_distance_m,
            feedback=feedback,
        )
        self._fronts = FrontFinder(store, snap_m=parameters.snap_m, feedback=feedback)
        self._matcher = GroundMatcher(store, geography, feedback=feedback)
        self._plain = _PlainRuler(
            geography.border, self._fronts, self._matcher, parameters.tolerance_m
        )
        self._store = store
        self._is_plain = plain
        self._arcs: ArcSurvey | None = None
        self._sites: Recent[Piece, _Site] = Recent()
        self._reference_km2 = parameters.reference_area_km2 or geography.home_area_km2
        self.plain_dates = 0

    def survey(self, snapshot: Snapshot, feedback: Feedback) -> Findings:
        """Return what is found on the date of a snapshot."""
        self._turn()
        arcs = self._arcs_for(snapshot)
        found = None if arcs is None else arcs.found(snapshot, feedback)
        if arcs is None or found is None:
            self.plain_dates += 1
            return self._surveyed_plainly(snapshot, feedback)
        self._matcher.match([number for each in found for number in each.piece.numbers])
        enclaves: dict[str, list[Enclave]] = {}
        for each in found:
            feedback.check()
            measured = partial(self._measured, each.piece, arcs)
            site = self._sites.once(each.piece, measured)
            enclave = self._enclave(snapshot, each.faction, each.piece, site, each.perimeter)
            enclaves.setdefault(each.faction, []).append(enclave)
        return Findings(_by_faction(enclaves), (), is_coverage=True)

    def _turn(self) -> None:
        self._finder.turn()
        self._fronts.turn()
        self._sites.turn()
        if self._arcs is not None:
            self._arcs.turn()

    def _arcs_for(self, snapshot: Snapshot) -> ArcSurvey | None:
        """Return what surveys coverages; None for a snapshot that is none for sure."""
        numbers = [number for each in snapshot.holdings.values() for number in each]
        if self._is_plain or (len(numbers) <= _FEW_POLYGONS and self._any_overlap(numbers)):
            return None
        if self._arcs is None:
            # many modules, which no small series has use for whose polygons overlap
            from .arcsurvey import ArcSurvey

            self._arcs = ArcSurvey(
                self._store,
                self._geography.border,
                self._parameters,
                self._finder,
                self._feedback,
            )
        return self._arcs

    def _any_overlap(self, numbers: Sequence[int]) -> bool:
        boxes = shapely.bounds([self._store.polygons[number] for number in numbers])
        return any(
            numbers[one] == numbers[two] or self._store.overlap(numbers[one], numbers[two])
            for one, two in zip(*(each.tolist() for each in meeting_boxes(boxes, boxes)))
            if one < two
        )

    def _surveyed_plainly(self, snapshot: Snapshot, feedback: Feedback) -> Findings:
        pieces = []
        for index, (faction, numbers) in enumerate(snapshot.holdings.items()):
            pieces += [(faction, piece) for piece in self._finder.pieces(numbers)]
            feedback.progress(0.15 * index / len(snapshot.holdings))
        neighbours, contested = self._fronts.neighbours(pieces, feedback.part(0.15, 0.3))
        new = [piece for _, piece in pieces if not self._sites.has(piece)]
        self._plain.learn(new, feedback)
        found: dict[str, list[Enclave]] = {}
        for index, (faction, piece) in enumerate(pieces):
            feedback.check()
            feedback.progress(0.3 + 0.7 * index / len(pieces))
            perimeter = self._fronts.perimeter(piece, neighbours[index])
            measured = partial(self._measured, piece, self._plain)
            site = self._sites.once(piece, measured)
            enclave = self._enclave(snapshot, faction, piece, site, perimeter)
            found.setdefault(faction, []).append(enclave)
        return Findings(_by_faction(found), contested)

    def _measured(self, piece: Piece, ruler: PieceRuler) -> _Site:
        area_km2 = ruler.area_km2(piece)
        inner = shapely.point_on_surface(_in_order(piece.geometry))
        lon, lat = self._geodesy.lonlat(shapely.get_coordinates(inner))[0]
        contacts = tuple(
            contact
            for contact in ruler.contacts(piece)
            if contact.length_km >= self._parameters.min_contact_km
        )
        self._feedback.check()
        distance_km, nearest = (None, None) if contacts else ruler.border_distance(piece)
        return _Site(
            area_km2=area_km2,
            ground=self._matcher.of_piece(piece, area_km2),
            lon=float(lon),
            lat=float(lat),
            contacts=contacts,
            border_dist_km=distance_km,
            border_nearest=nearest,
        )

    def _enclave(
        self,
        snapshot: Snapshot,
        faction: str,
        piece: Piece,
        site: _Site,
        perimeter: Perimeter,
    ) -> Enclave:
        fronts = sorted(
            (
                Front(name, metres / 1000.0, 100.0 * metres / perimeter.length_m)
                for name, metres in perimeter.fronts_m.items()
            ),
            # to the millimetre: what is equally long must not be in any order
            key=lambda front: (-round(front.length_km, 6), front.faction),
        )
        status = _status(site.contacts, perimeter)
        inside_km2 = site.ground.inside_km2
        counted_km2 = site.area_km2 if inside_km2 is None else inside_km2
        reference = self._reference_km2
        is_enclosed = status in (Status.ENCIRCLED, Status.BESIEGED)
        return Enclave(
            date=snapshot.date,
            faction=faction,
            rank=0,
            main=False,
            geometry=piece.geometry,
            area_km2=site.area_km2,
            area_err_km2=perimeter.length_m * self._parameters.position_error_m / 1e6,
            inside_km2=inside_km2,
            share_faction_pct=0.0,
            share_country_pct=None if not reference else 100.0 * counted_km2 / reference,
            perimeter_km=perimeter.length_m / 1000.0,
            parts=piece.parts,
            contacts=site.contacts,
            border_dist_km=site.border_dist_km,
            border_nearest=site.border_nearest,
            fronts=tuple(fronts),
            status=status,
            enclosed_by=tuple(front.faction for front in fronts) if is_enclosed else (),
            provinces=self._provinces(site.ground),
            places=site.ground.places,
            lon=site.lon,
            lat=site.lat,
            polygons=() if piece.trimmed else piece.numbers,
        )

    def _provinces(self, ground: Ground) -> tuple[NamedShare, ...]:
        """Return the provinces with presence; the largest share is told in any case."""
        whole_km2 = (
            sum(ground.provinces_km2.values()) if ground.inside_km2 is None else ground.inside_km2
        )
        shares = sorted(
            (
                NamedShare(name, km2, 100.0 * km2 / whole_km2 if whole_km2 else 0.0)
                for name, km2 in ground.provinces_km2.items()
            ),
            key=lambda share: (-share.area_km2, share.name),
        )
        least_km2 = self._parameters.min_presence_km2
        return tuple(
            share for index, share in enumerate(shares) if index == 0 or share.area_km2 >= least_km2
        )


def _in_order(geometry: Geometry) -> Geometry:
    """Return several parts in an order that depends on nothing but where they lie."""
    several = shapely.get_num_geometries(geometry) > 1
    return shapely.normalize(geometry) if several else geometry


def _by_faction(found: dict[str, list[Enclave]]) -> tuple[Enclave, ...]:
    return tuple(enclave for name in sorted(found) for enclave in _ranked(found[name]))


def _ranked(enclaves: list[Enclave]) -> list[Enclave]:
    """Return the enclaves of one faction numbered by size; equal ones by where they lie."""
    total_km2 = sum(enclave.area_km2 for enclave in enclaves)
    ordered = sorted(enclaves, key=lambda each: (-each.area_km2, each.lon, each.lat))
    return [
        replace(
            enclave,
            rank=index + 1,
            main=index == 0,
            share_faction_pct=100.0 * enclave.area_km2 / total_km2 if total_km2 else 0.0,
        )
        for index, enclave in enumerate(ordered)
    ]


def _status(contacts: tuple[Contact, ...], perimeter: Perimeter) -> Status:
    if any(contact.neighbour != SEA for contact in contacts):
        return Status.BORDER
    if contacts:
        return Status.COAST
    if perimeter.is_closed and len(perimeter.fronts_m) == 1:
        return Status.ENCIRCLED
    if perimeter.is_closed and perimeter.fronts_m:
        return Status.BESIEGED
    return Status.OPEN
