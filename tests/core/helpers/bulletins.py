"""Bulletins for the tests: the engine's own functions put together as a report does."""

from __future__ import annotations

from datetime import datetime
from typing import Mapping, Sequence

from enclave_watch.core.alliances import parse_alliances
from enclave_watch.core.bulletin import Material, Report, bulletin_of
from enclave_watch.core.changes import ChangeFinder
from enclave_watch.core.contactchanges import contact_changes
from enclave_watch.core.events import events_of, told_once
from enclave_watch.core.feedback import Feedback
from enclave_watch.core.geography import Geography, build_geography
from enclave_watch.core.history import trace
from enclave_watch.core.lineage import LinkRule
from enclave_watch.core.model import ControlRow, NamedGeometry, Parameters
from enclave_watch.core.series import Series, read_series
from enclave_watch.core.stretches import BorderRuler
from enclave_watch.core.summary import summarise
from enclave_watch.core.timeline import analyse
from enclave_watch.tests.core.helpers.build import UTM, Shapes, geography_of, rows_of
from enclave_watch.tests.core.helpers.geopackage import features, shapes, world_map

__all__ = ["JAYSH_WITH_IS", "material_of", "report_of", "syria_report", "syria_rows"]

JAYSH_WITH_IS = "Jaysh Khalid ibn al-Walid=Islamic State"
_NAMES = "'Syria', 'Iraq', 'Turkey', 'Jordan', 'Lebanon', 'Israel', 'Palestine', 'Cyprus'"


def material_of(
    series: Series,
    geography: Geography,
    *,
    faction: str | None = None,
    alliances: Mapping[str, str] | None = None,
    parameters: Parameters | None = None,
) -> Material:
    """Put together all that a bulletin of the last two dates is made of."""
    parameters, log = parameters or Parameters(), Feedback()
    ruler = BorderRuler(geography)
    every = Parameters(min_presence_km2=0.0)
    analyses = tuple(analyse(series, geography, every, log, with_gaps=True))
    step = list(
        trace(
            analyses,
            geodesy=series.store.geodesy,
            rule=LinkRule(),
            min_area_km2=parameters.min_area_km2,
            feedback=log,
        )
    )[-1]
    least_km2 = parameters.min_presence_km2
    found = events_of(step, geography, ruler, min_presence_km2=least_km2, feedback=log)
    summary = list(summarise(series, geography, parameters, feedback=log))
    return Material(
        faction=faction,
        step=step,
        analyses=analyses,
        events=told_once(found),
        contacts=tuple(contact_changes(step, ruler, least_km=1.0, feedback=log)),
        transitions=ChangeFinder(series.store, feedback=log).compare(*series.moments[-2:]),
        summary=(summary[-2], summary[-1]),
        geography=geography,
        layer_name=series.layer_name,
        min_presence_km2=least_km2,
        alliances=alliances or {},
    )


def report_of(
    *dates: Sequence[tuple[str, Shapes]],
    faction: str | None = None,
    alliances: Mapping[str, str] | None = None,
    parameters: Parameters | None = None,
    **geography: Mapping[str, Shapes],
) -> Report:
    """Return the bulletin of what is held on consecutive days, from 1 January 2020 on."""
    rows = [
        row
        for day, held in enumerate(dates, 1)
        for row in rows_of(held, start=datetime(2020, 1, day), first_id=100 * day)
    ]
    series = read_series(
        rows, layer_name="control", crs=UTM, alliances=alliances, feedback=Feedback()
    )
    where = geography_of(series, **geography)
    return bulletin_of(
        material_of(series, where, faction=faction, alliances=alliances, parameters=parameters)
    )


def syria_rows(sample) -> list[ControlRow]:
    """Return the rows of the sample's control layer."""
    return [
        ControlRow(number, faction, wkb, datetime.fromisoformat(date))
        for number, wkb, (faction, date) in features(sample, "control", "faction", "date")
    ]


def syria_report(
    rows: Sequence[ControlRow], sample, *, faction: str | None, alliances: str = JAYSH_WITH_IS
) -> Report:
    """Return the bulletin of the summer of 2018, up to the last of `rows`."""
    world, log, table = world_map(), Feedback(), parse_alliances(alliances)
    series = read_series(rows, layer_name="control", crs="EPSG:4326", alliances=table, feedback=log)

    def named(path, layer, name, where="1"):
        return [NamedGeometry(*each) for each in shapes(path, layer, name, where)]

    geography = build_geography(
        series,
        countries=named(world, "countries", "NAME", f"NAME in ({_NAMES})"),
        provinces=named(world, "states_provinces", "name", "admin = 'Syria'"),
        places=named(sample, "places", "name"),
        countries_label="world",
        parameters=Parameters(),
        feedback=log,
    )
    return bulletin_of(material_of(series, geography, faction=faction, alliances=table))
