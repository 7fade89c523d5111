"""What the page knows: a film as plain lists and texts, with its outlines simplified together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, List, Mapping, Sequence

import numpy as np

from ...core.dates import format_date
from ...core.i18n import tr
from .webcode import encoded, encoded_arcs

if TYPE_CHECKING:
    from shapely import Geometry

    from ...core.arrays import Floats
    from ...core.feedback import Feedback
    from ...core.occurrence import Event
    from ...core.simplification import Path, SharedOutlines
    from .filmdata import Film, FilmDate

__all__ = ["PageData", "page_data"]

PageData = Mapping[str, Any]

_EARTH_M = 6_378_137.0
# where Mercator's map ends
_MOST_LATITUDE = 85.05
_MOST_VERTICES = 400_000
# within one so long, the two ways of being straight differ by less than a metre
_LONGEST_EDGE_M = 5_000.0
_FINEST_SHARE = 1e-5
_COARSER = 2.0
_COARSEST_SHARE = 5e-3
# rounding takes up to 1.5 cells of the grid: with it, a line stays within the tolerance told
_SIMPLIFIED_SHARE = 0.7
_GRID_SHARE = 0.2
_PLACE_DIGITS = 5


def page_data(film: Film, feedback: Feedback) -> PageData:
    """Return all that the page's script is given.

    Figures are rounded to 0.001 and are those of the outlines as drawn, never as simplified.
    """
    shapes = _Shapes(film)
    ground = _ground(film, shapes)
    dates = []
    for number, date in enumerate(film.dates):
        feedback.check()
        feedback.progress(0.3 * number / len(film.dates))
        dates.append(_date(film, number, date, shapes))
    outlines, tolerance_m = _simplified(shapes.geometries, film, feedback.part(0.3, 0.9))
    shapes.tell_vanished(outlines, feedback)
    return {
        "title": film.texts.title,
        "credits": film.texts.credits,
        "language": film.texts.language,
        "home": list(film.geography.home_names),
        "seconds": film.seconds,
        "extent": _extent(film),
        "tolerance_m": tolerance_m,
        "outlines": {
            "cell": outlines.grid / _plane_scale(film),
            **encoded_arcs(outlines.arcs),
            "shapes": [_shape(each) for each in outlines.parts],
        },
        "ground": ground,
        "factions": [[name, film.colors[name]] for name in film.factions],
        "places": [[place.name, *_place(film, place.geometry)] for place in film.geography.places],
        "dates": dates,
    }


class _Shapes:
    """Numbers the outlines of a page: one seen before has its number already."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self._scale = _plane_scale(film)
        self._known: dict[bytes, int] = {}
        self._of_whole: dict[int, list[int]] = {}
        # a number stays that of one object only as long as that is kept
        self._wholes: list[Geometry] = []
        self.geometries: list[Geometry] = []

    def numbers(self, geometry: Geometry) -> list[int]:
        """Return the numbers of the parts of a geometry."""
        import shapely

        if id(geometry) not in self._of_whole:
            self._wholes.append(geometry)
            self._of_whole[id(geometry)] = [
                self._number(part) for part in shapely.get_parts(geometry)
            ]
        return self._of_whole[id(geometry)]

    def _number(self, part: Geometry) -> int:
        import shapely

        key = shapely.to_wkb(part)
        if key not in self._known:
            self._known[key] = len(self.geometries)
            # edges are straight in the layer's CRS, and mostly are not on Mercator's map
            (dense,) = self._film.geography.geodesy.segmentized([part], _LONGEST_EDGE_M)
            self.geometries.append(shapely.transform(dense, self._on_plane))
        return self._known[key]

    def _on_plane(self, xy: Floats) -> Floats:
        return _mercator(self._film.geography.geodesy.lonlat(xy)) * self._scale

    @staticmethod
    def tell_vanished(outlines: SharedOutlines, feedback: Feedback) -> None:
        """Say how many outlines are too small to be drawn; their figures are there all the same."""
        if outlines.vanished:
            feedback.info(
                tr(
                    "The page does not draw {count} outlines smaller than {metres:,.1f} m; they "
                    "count in its figures."
                ).format(count=outlines.vanished, metres=outlines.grid)
            )


def _simplified(
    geometries: Sequence[Geometry], film: Film, feedback: Feedback
) -> tuple[SharedOutlines, float]:
    """Return the outlines, as fine as a page can carry, and how far they may be off, in metres."""
    import shapely

    from ...core.simplification import simplified_together

    feedback.check()
    box = np.asarray(shapely.box(*film.extent).boundary.coords)
    across = np.ptp(_mercator(film.geography.geodesy.lonlat(box)), axis=0) * _plane_scale(film)
    width_m = max(float(across.max()), 1.0)
    tolerance_m = _round(width_m * _FINEST_SHARE)
    while True:
        outlines = simplified_together(
            geometries, tolerance=tolerance_m * _SIMPLIFIED_SHARE, grid=tolerance_m * _GRID_SHARE
        )
        feedback.check()
        vertices = sum(len(arc) for arc in outlines.arcs)
        if vertices <= _MOST_VERTICES or tolerance_m > _COARSEST_SHARE * width_m:
            break
        tolerance_m = _round(tolerance_m * _COARSER)
    feedback.info(
        tr(
            "Outlines on the page: {vertices:,} vertices, at most {metres:g} m from where they "
            "were drawn."
        ).format(vertices=vertices, metres=tolerance_m)
    )
    return outlines, tolerance_m


def _round(metres: float) -> float:
    """Return a number with one digit that is not 0, so that it can be told."""
    return float(f"{metres:.0e}")


def _ground(film: Film, shapes: _Shapes) -> dict[str, Any]:
    geography = film.geography
    return {
        "home": shapes.numbers(geography.home) if geography.home is not None else [],
        "provinces": [[each.name, shapes.numbers(each.geometry)] for each in geography.provinces],
        "borders": [[each.neighbour, shapes.numbers(each.geometry)] for each in geography.borders],
    }


def _date(film: Film, number: int, date: FilmDate, shapes: _Shapes) -> dict[str, Any]:
    from ...core.events import told_once

    index = {name: place for place, name in enumerate(film.factions)}
    before = film.dates[number - 1].areas_km2 if number else None
    shown = sorted({*date.areas_km2, *(before or ())}, key=index.__getitem__)
    return {
        "date": format_date(date.date),
        "at": (date.date - film.dates[0].date).total_seconds(),
        "held": [[index[name], shapes.numbers(whole)] for name, whole in date.held.items()],
        "rows": [[index[name], *_row(date, before, name)] for name in shown],
        "contacts": [
            [
                index[each.faction],
                each.neighbour,
                _number(each.length_km),
                shapes.numbers(each.geometry),
            ]
            for each in date.contacts
            if each.geometry is not None and not each.geometry.is_empty
        ],
        "events": [_event(film, index, event) for event in told_once(date.events)],
    }


def _row(date: FilmDate, before: Mapping[str, float] | None, faction: str) -> list[Any]:
    """Return area, share, change, enclaves, the largest, and border by neighbour."""
    own = [each for each in date.analysis.enclaves if each.faction == faction]
    shares = [each.share_country_pct for each in own]
    area_km2 = date.areas_km2.get(faction, 0.0)
    known = [share for share in shares if share is not None]
    return [
        _number(area_km2),
        _number(sum(known)) if len(known) == len(shares) else None,
        None if before is None else _number(area_km2 - before.get(faction, 0.0)),
        len(own),
        _number(max((each.area_km2 for each in own), default=0.0)),
        [
            [each.neighbour, _number(each.length_km)]
            for each in date.contacts
            if each.faction == faction
        ],
    ]


def _event(film: Film, index: Mapping[str, int], event: Event) -> list[Any]:
    return [
        event.kind.value,
        # '' and who is no faction of the layer have no colour
        index.get(event.faction, -1),
        event.faction,
        event.other,
        event.where,
        _number(event.km2),
        _number(event.km),
        *_place(film, event.geometry),
    ]


def _number(value: float | None) -> float | None:
    # adding 0 turns -0.0 into 0.0
    return None if value is None else round(float(value), 3) + 0.0


def _place(film: Film, point: Geometry) -> list[float]:
    """Return latitude and longitude, rounded to a metre."""
    import shapely

    if point.is_empty:
        return []
    lon, lat = film.geography.geodesy.lonlat(shapely.get_coordinates(point)[:1])[0].tolist()
    return [round(lat, _PLACE_DIGITS), round(lon, _PLACE_DIGITS)]


def _extent(film: Film) -> list[list[float]]:
    import shapely

    # edges of the box may bulge where the layer's plane is not that of longitude and latitude
    box = shapely.segmentize(shapely.box(*film.extent), max(np.ptp(film.extent[::2]), 1e-9) / 16)
    lonlat = film.geography.geodesy.lonlat(shapely.get_coordinates(box))
    (west, south), (east, north) = lonlat.min(axis=0).tolist(), lonlat.max(axis=0).tolist()
    return [
        [round(max(south, -_MOST_LATITUDE), _PLACE_DIGITS), round(west, _PLACE_DIGITS)],
        [round(min(north, _MOST_LATITUDE), _PLACE_DIGITS), round(east, _PLACE_DIGITS)],
    ]


def _plane_scale(film: Film) -> float:
    """Return what makes units of Mercator's plane metres in the middle of the extent."""
    (south, _), (north, _) = _extent(film)
    return max(float(np.cos(np.radians((south + north) / 2))), 0.05)


def _mercator(lonlat: Floats) -> Floats:
    lon = np.radians(lonlat[:, 0])
    lat = np.radians(np.clip(lonlat[:, 1], -_MOST_LATITUDE, _MOST_LATITUDE))
    return _EARTH_M * np.column_stack([lon, np.log(np.tan(np.pi / 4 + lat / 2))])


def _shape(parts: Iterable[Iterable[Path]]) -> List[List[str]]:
    return [[encoded(np.diff(np.array(path), prepend=0)) for path in part] for part in parts]
