"""The figures that the Syrian Observatory for Human Rights published, through the engine."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyproj
import pytest
import shapely

from enclave_watch.core.alliances import parse_alliances
from enclave_watch.core.geography import build_geography
from enclave_watch.core.model import ControlRow, NamedGeometry, Parameters, Status
from enclave_watch.core.series import read_series
from enclave_watch.core.timeline import analyse
from enclave_watch.tests.core.helpers.build import Log, contacts_km
from enclave_watch.tests.core.helpers.geopackage import features, shapes, world_map

IS = "Islamic State"
MAY, JUNE, MID_JULY, JULY, AUGUST = (
    "2018-05-31", "2018-06-30", "2018-07-15", "2018-07-31", "2018-08-05",
)  # fmt: skip
NEIGHBOURS = ("Syria", "Iraq", "Turkey", "Jordan", "Lebanon", "Israel", "Palestine", "Cyprus")


@pytest.fixture(scope="module")
def rows(sample):
    return [
        ControlRow(number, faction, wkb, datetime.fromisoformat(date))
        for number, wkb, (faction, date) in features(sample, "control", "faction", "date")
    ]


@pytest.fixture(scope="module")
def crs(sample):
    import sqlite3

    with sqlite3.connect(sample) as base:
        (number,) = base.execute(
            "select srs_id from gpkg_geometry_columns where table_name = 'control'"
        ).fetchone()
    return f"EPSG:{number}"


@pytest.fixture(scope="module")
def surroundings(sample, crs):
    path = world_map()
    to = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)

    def moved(geometry):
        if pyproj.CRS(crs).is_geographic:
            return geometry
        dense = shapely.segmentize(geometry, 0.01)
        return shapely.transform(dense, lambda xy: np.column_stack(to.transform(*xy.T)))

    names = ", ".join(f"'{name}'" for name in NEIGHBOURS)
    return {
        "countries": [
            NamedGeometry(name, moved(shape))
            for name, shape in shapes(path, "countries", "NAME", f"NAME in ({names})")
        ],
        "provinces": [
            NamedGeometry(name, moved(shape))
            for name, shape in shapes(path, "states_provinces", "name", "admin = 'Syria'")
        ],
        "places": [NamedGeometry(name, shape) for name, shape in shapes(sample, "places", "name")],
    }


@pytest.fixture(scope="module")
def survey(rows, crs, surroundings):
    """Analyse all dates and keep each run, as several tests look at the same."""
    known = {}

    def surveyed(*, alliances="", **choices):
        key = (alliances, *sorted(choices.items()))
        if key not in known:
            log, parameters = Log(), Parameters(**choices)
            series = read_series(
                rows, layer_name="control", crs=crs, alliances=parse_alliances(alliances),
                feedback=log,
            )  # fmt: skip
            geography = build_geography(
                series, **surroundings, countries_label="world", parameters=parameters,
                feedback=log,
            )  # fmt: skip
            known[key] = {
                snapshot.date.date().isoformat(): snapshot
                for snapshot in analyse(series, geography, parameters, log)
            }
        return known[key]

    return surveyed


def of(snapshot, faction=IS):
    return [enclave for enclave in snapshot.enclaves if enclave.faction == faction]


def total_km2(enclaves):
    return sum(enclave.area_km2 for enclave in enclaves)


@pytest.mark.parametrize(
    ("date", "pieces", "km2"), [(MAY, 10, 5913.5), (JUNE, 9, 5375.0), (AUGUST, 8, 3705.0)]
)
def test_islamic_state_had_so_many_pieces_of_so_much_ground(survey, date, pieces, km2):
    enclaves = of(survey()[date])
    assert len(enclaves) == pieces
    assert total_km2(enclaves) == pytest.approx(km2, abs=0.1)


def test_a_join_distance_of_a_kilometre_makes_nine_pieces_in_may(survey):
    enclaves = of(survey(join_distance_m=1000.0)[MAY])
    assert len(enclaves) == 9
    assert total_km2(enclaves) == pytest.approx(5913.5, abs=0.1)
    assert len(of(survey(join_distance_m=690.0)[MAY])) == 10


@pytest.mark.parametrize("date", [MAY, JUNE, MID_JULY, JULY])
def test_the_largest_enclave_lay_along_85_km_of_the_border_with_iraq(survey, date):
    largest = of(survey()[date])[0]
    assert largest.main
    assert largest.area_km2 == pytest.approx(1670.0, abs=0.1)
    assert contacts_km(largest) == {"Iraq": pytest.approx(85.0, abs=0.3)}
    assert [(p.name, round(p.share_pct)) for p in largest.provinces] == [("Dayr Az Zawr", 100)]
    assert largest.status is Status.BORDER


def test_under_250_m_of_tolerance_there_is_no_contact(survey):
    assert of(survey(tolerance_m=200.0)[JULY])[0].contacts == ()
    largest = of(survey(tolerance_m=200.0)[JULY])[0]
    assert largest.border_dist_km == pytest.approx(0.25, abs=0.01)
    assert largest.border_nearest == "Iraq"


def test_contact_with_iraq_is_lost_in_august(survey):
    enclaves = of(survey()[AUGUST])
    assert all("Iraq" not in contacts_km(enclave) for enclave in enclaves)
    hajin = next(enclave for enclave in enclaves if "Hajin" in enclave.places)
    assert hajin.area_km2 == pytest.approx(202.5, abs=0.1)
    assert set(hajin.places) == {"Hajin", "al-Shafa", "al-Sousah", "al-Baghuz"}
    assert hajin.border_dist_km == pytest.approx(4.2, abs=0.05)
    assert hajin.border_nearest == "Iraq"
    assert min(enclave.border_dist_km for enclave in enclaves) == hajin.border_dist_km


def test_two_per_cent_of_syria_was_left(survey):
    own = of(survey()[AUGUST])
    assert sum(each.share_country_pct for each in own) == pytest.approx(1.99, abs=0.005)
    published = of(survey(reference_area_km2=185_180.0)[AUGUST])
    assert sum(each.share_country_pct for each in published) == pytest.approx(2.0, abs=0.005)


def test_the_pieces_of_august_have_the_published_areas(survey):
    published = [1619.5, 760.0, 700.0, 340.0, 202.5, 42.0, 23.0, 18.0]
    assert [each.area_km2 for each in of(survey()[AUGUST])] == pytest.approx(published, abs=0.1)


def test_the_largest_enclave_of_august_is_enclosed_by_the_government(survey):
    largest = of(survey()[AUGUST])[0]
    assert largest.status is Status.ENCIRCLED
    assert largest.enclosed_by == ("Syrian government",)
    assert largest.fronts[0].share_pct == pytest.approx(100.0, abs=0.5)


def test_all_presence_in_hasakah_was_lost_in_june(survey):
    def hasakah(date):
        return sum(
            share.area_km2
            for enclave in of(survey()[date])
            for share in enclave.provinces
            if share.name.startswith("Hasaka")
        )

    # all but a sliver of the southern enclave
    assert hasakah(MAY) == pytest.approx(538.5, abs=0.5)
    assert hasakah(JUNE) == 0.0


def test_the_alliance_lost_all_presence_in_daraa_in_july(survey):
    found = survey(alliances="Jaysh Khalid ibn al-Walid=Islamic State")

    def in_daraa(date):
        return [
            each.area_km2
            for each in of(found[date])
            if each.provinces and each.provinces[0].name == "Dar`a"
        ]

    assert in_daraa(MAY) == [pytest.approx(250.0, abs=0.1)]
    assert in_daraa(JULY) == []
    assert of(found[MAY], "Jaysh Khalid ibn al-Walid") == []


def test_shared_borders_have_the_known_lengths(rows, crs, surroundings):
    series = read_series(rows, layer_name="control", crs=crs, feedback=Log())
    geography = build_geography(
        series, **surroundings, countries_label="world", parameters=Parameters(), feedback=Log()
    )
    assert geography.home_names == ("Syria",)
    assert geography.home_area_km2 == pytest.approx(185_993, abs=1.0)
    lengths = {line.neighbour: line.length_km for line in geography.borders}
    for name, km in {
        "Iraq": 597.4, "Turkey": 768.0, "Jordan": 340.0, "Lebanon": 282.9, "Israel": 88.4,
    }.items():  # fmt: skip
        assert lengths[name] == pytest.approx(km, abs=0.1)
