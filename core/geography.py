"""Where a conflict is: the home country with its border, its provinces and places."""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Sequence

import numpy as np
import shapely
from shapely import Geometry, STRtree

from .borders import Border, BorderLine, border_of_lines, border_of_polygons
from .errors import CountryError, HomeError
from .i18n import tr
from .model import NamedGeometry, Parameters
from .nearby import meeting
from .polygons import polygons_of, repaired

if TYPE_CHECKING:
    from .feedback import Feedback
    from .geodesy import Geodesy
    from .series import Series

__all__ = ["Geography", "build_geography", "near_names"]

_REFERENCE_OFF = 0.1
_WORTH_NAMING = 0.1

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True)
class Geography:
    """The surroundings of a series, in the CRS of its control layer.

    `home` is None, and `home_area_km2` with it, where only border lines were given.
    """

    home_names: tuple[str, ...]
    home: Geometry | None
    home_area_km2: float | None
    border: Border
    provinces: tuple[NamedGeometry, ...]
    places: tuple[NamedGeometry, ...]
    geodesy: Geodesy = field(repr=False)

    @property
    def borders(self) -> tuple[BorderLine, ...]:
        """The border, one line a neighbour."""
        return self.border.lines


def build_geography(  # noqa: PLR0913 - all but the first by name
    series: Series,
    *,
    countries: Sequence[NamedGeometry] = (),
    border_lines: Sequence[NamedGeometry] = (),
    provinces: Sequence[NamedGeometry] = (),
    places: Sequence[NamedGeometry] = (),
    home: Sequence[str] = (),
    countries_label: str = "",
    parameters: Parameters,
    feedback: Feedback,
) -> Geography:
    """Find the home country, its border with each neighbour, its provinces and places.

    Parameters
    ----------
    series : of the control layer; all geometries given are in its CRS
    countries : polygons; several of one name are one country
    border_lines : lines with the neighbour's name, in place of countries
    provinces, places : polygons and points; provinces outside the home country are left out
    home : names of the home country or countries; none: the country that holds most of
        the control layer's area
    countries_label : the name of the layer of countries, for texts

    Raises
    ------
    CountryError, HomeError, BorderError
        When the countries are of no use, the home is not among them, or has no border.
    """
    geodesy = series.store.geodesy
    if border_lines:
        border = border_of_lines(border_lines, geodesy)
        feedback.info(_border_text(border))
        if parameters.reference_area_km2 is None:
            feedback.info(
                tr("Border lines give no area of the home country: shares need a reference area.")
            )
        if home:
            feedback.info(
                tr(
                    "Border lines say where the border is; the home country {} is only a name."
                ).format(", ".join(home))
            )
        inside = tuple(_united(provinces, tr("Provinces"), feedback))
        return Geography(tuple(home), None, None, border, inside, tuple(places), geodesy)
    united = _united(countries, countries_label, feedback.part(0.0, 0.2))
    if not united:
        raise CountryError(
            tr("{}: no polygon with a name. Give another layer or name field.").format(
                countries_label
            )
        )
    names = _known(home, united, countries_label) if home else _guessed(series, united, feedback)
    own = [country for country in united if country.name in names]
    _refuse_cut(own, parameters, feedback)
    ground = shapely.union_all([country.geometry for country in own])
    area_km2 = float(geodesy.area_km2([ground])[0])
    _warn_of_reference(parameters.reference_area_km2, area_km2, feedback)
    feedback.progress(0.7)
    feedback.check()
    border = border_of_polygons(
        ground,
        [country for country in united if country.name not in names],
        geodesy=geodesy,
        snap_m=parameters.snap_m,
        tolerance_m=parameters.tolerance_m,
        feedback=feedback.part(0.7, 0.95),
    )
    feedback.info(
        tr("Home country: {}, {:,.0f} km2.").format(", ".join(names), area_km2)
        + " "
        + _border_text(border)
    )
    return Geography(
        tuple(names),
        ground,
        area_km2,
        border,
        tuple(_inside(_united(provinces, tr("Provinces"), feedback.part(0.95, 1.0)), ground)),
        tuple(places),
        geodesy,
    )


def near_names(name: str, known: Sequence[str]) -> list[str]:
    """Return up to three of the `known` names that `name` may have been meant for."""
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.5)
    within = [each for each in folded if name.casefold() in each or each in name.casefold()]
    return [folded[each] for each in dict.fromkeys([*close, *sorted(within)])][:3]


def _united(named: Sequence[NamedGeometry], label: str, feedback: Feedback) -> list[NamedGeometry]:
    """Return one valid geometry a name, in alphabetical order."""
    features: dict[str, list[Geometry]] = defaultdict(list)
    mended = []
    cut = {each.name for each in named if not each.is_whole}
    for index, each in enumerate(named):
        feedback.check()
        feedback.progress(index / len(named))
        geometry = each.geometry
        if not shapely.is_valid(geometry):
            geometry = repaired(geometry)
            mended.append(each.name)
        features[each.name].append(geometry)
    if mended:
        feedback.warning(
            tr("{}: invalid polygons repaired: {} (first: {}).").format(
                label, len(mended), ", ".join(mended[:5])
            )
        )
    united = []
    for name in sorted(features):
        feedback.check()
        whole = _one_geometry(features[name])
        if whole is not None:
            united.append(NamedGeometry(name, whole, is_whole=name not in cut))
    return united


def _one_geometry(valid: Sequence[Geometry]) -> Geometry | None:
    """Return the ground of valid geometries of any kind; None where they have none."""
    parts = [part for geometry in valid for part in polygons_of(geometry)]
    if not parts:
        return None
    if len(valid) == 1 and shapely.get_type_id(valid[0]) in _POLYGONAL:
        # they have nothing in common, and a union takes long for many islands
        return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return shapely.union_all(parts)


def _warn_of_reference(reference_km2: float | None, area_km2: float, feedback: Feedback) -> None:
    """Warn of a reference area that shares can hardly be meant to be of."""
    if reference_km2 and abs(reference_km2 - area_km2) > _REFERENCE_OFF * area_km2:
        feedback.warning(
            tr(
                "The reference area is {reference:,.0f} km2, and the home country {home:,.0f} km2: "
                "shares are of the former. Is it in km2, and of this country?"
            ).format(reference=reference_km2, home=area_km2)
        )


def _refuse_cut(own: list[NamedGeometry], parameters: Parameters, feedback: Feedback) -> None:
    """Refuse a home country that is not whole: its area and border would be of a part."""
    cut = [country.name for country in own if not country.is_whole]
    if not cut:
        return
    text = tr(
        "The coordinate reference system of the control layer has no room for all of {}: its area "
        "and its far borders are not known. Reproject the control layer, for example to EPSG:4326"
    ).format(", ".join(cut))
    if parameters.reference_area_km2 is None:
        raise HomeError(text + tr(", or give a reference area."))
    feedback.warning(text + ".")


def _known(home: Sequence[str], countries: list[NamedGeometry], label: str) -> list[str]:
    """Return the names as the layer has them; capitals may differ."""
    by_fold = {country.name.casefold(): country.name for country in countries}
    found = []
    for name in home:
        match = by_fold.get(name.strip().casefold())
        if match is None:
            known = [country.name for country in countries]
            near = near_names(name, known)
            raise HomeError(
                tr('Home country "{}" is not in: {}. {}').format(
                    name,
                    label,
                    tr("Near names: {}.").format(", ".join(near))
                    if near
                    else tr("It has for example: {}.").format(", ".join(known[:5])),
                )
            )
        found.append(match)
    return sorted(set(found))


def _guessed(series: Series, countries: list[NamedGeometry], feedback: Feedback) -> list[str]:
    """Return the country that holds most of what is held on the first and the last date."""
    numbers = sorted(
        {
            number
            for snapshot in (series.snapshots[0], series.snapshots[-1])
            for held in snapshot.holdings.values()
            for number in held
        }
    )
    total_km2 = float(series.store.areas_km2()[numbers].sum())
    held_km2 = _held_by_country(series, numbers, countries, feedback)
    if not held_km2:
        raise HomeError(
            tr(
                "No country lies under the control layer, so the home country cannot be guessed. "
                "Check the coordinate reference systems, or give the home country and its layer."
            )
        )
    best = max(sorted(held_km2), key=lambda name: held_km2[name])
    feedback.info(
        tr("Home country not given: taken to be {}, which holds {:.0f} % of the ground.").format(
            best, 100 * held_km2[best] / total_km2
        )
    )
    if held_km2[best] < _WORTH_NAMING * total_km2:
        feedback.warning(
            tr(
                "Hardly any of the ground lies in {}: check the coordinate reference system of the "
                "control layer, or give the home country."
            ).format(best)
        )
    for name in sorted(held_km2, key=lambda each: -held_km2[each]):
        if name != best and held_km2[name] > _WORTH_NAMING * total_km2:
            feedback.warning(
                tr(
                    "{:.0f} % of the ground lies in {}, not in {}. If it is a home country too, "
                    'set the home country to "{}; {}"; where a border is disputed, give a layer of '
                    "countries that draws it as you see it."
                ).format(100 * held_km2[name] / total_km2, name, best, best, name)
            )
    return [best]


def _held_by_country(
    series: Series, numbers: list[int], countries: list[NamedGeometry], feedback: Feedback
) -> dict[str, float]:
    held_km2: dict[str, float] = defaultdict(float)
    polygons = np.array([series.store.polygons[number] for number in numbers], dtype=object)
    areas_km2 = series.store.areas_km2()[numbers]
    tree = STRtree(polygons)
    for index, country in enumerate(countries):
        feedback.check()
        feedback.progress(0.2 + 0.5 * index / len(countries))
        shapely.prepare(country.geometry)
        touched = meeting(tree, country.geometry)
        within = shapely.contains_properly(country.geometry, polygons[touched])
        held = float(areas_km2[touched[within]].sum())
        for polygon in polygons[touched[~within]]:
            feedback.check()
            common = shapely.intersection(polygon, country.geometry)
            held += float(series.store.geodesy.area_km2([common])[0])
        if held > 0:
            held_km2[country.name] = held
    return held_km2


def _inside(provinces: list[NamedGeometry], ground: Geometry) -> list[NamedGeometry]:
    """Return what of the provinces lies in the home country; foreign ones only touch it."""
    shapely.prepare(ground)
    result = []
    for province in provinces:
        if not shapely.intersects(ground, province.geometry):
            continue
        if shapely.contains_properly(ground, province.geometry):
            result.append(province)
            continue
        common = polygons_of(shapely.intersection(province.geometry, ground))
        if common:
            result.append(NamedGeometry(province.name, shapely.union_all(common)))
    return result


def _border_text(border: Border) -> str:
    lengths = "; ".join(f"{line.neighbour} {line.length_km:,.1f} km" for line in border.lines)
    return tr("Border: {}.").format(lengths)
