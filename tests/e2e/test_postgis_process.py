"""`qgis_process` reads the control layer from PostGIS and writes its results there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Iterator

import pytest
from qgis.core import Qgis

import qgis_env
from enclave_watch.tests.core.helpers.geopackage import features
from enclave_watch.tests.postgisserver import DATABASE, USER, Server

MODEL = Path(__file__).parent / "data" / "encircled_centres.model3"
FIRST_WITH_PLAIN_OPTIONS = 32400
FIELDS = {"FACTION_FIELD": "faction", "DATE_FIELD": "date"}
LAST_DAY = dt.date(2018, 8, 5)


@pytest.fixture(scope="module")
def conflict(postgis: Server, sample: Path) -> Iterator[Server]:
    """The server with the sample in the schema `conflict`."""
    postgis.run(
        "CREATE SCHEMA conflict",
        "CREATE TABLE conflict.control (id serial PRIMARY KEY, faction text, date date, "
        "geom geometry(MultiPolygon, 4326))",
        "CREATE VIEW conflict.july AS SELECT * FROM conflict.control WHERE date >= '2018-07-31'",
    )
    with postgis.cursor() as cursor:
        for _, wkb, (faction, date) in features(sample, "control", "faction", "date"):
            cursor.execute(
                "INSERT INTO conflict.control (faction, date, geom) "
                "VALUES (%s, %s, ST_GeomFromWKB(%s, 4326))",
                (faction, date, wkb),
            )
    yield postgis
    postgis.run("DROP SCHEMA conflict CASCADE")


@pytest.fixture
def service(conflict: Server, profile: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment in which the server is known as the service `enclaves`."""
    path = tmp_path / "services.conf"
    path.write_text(
        f"[enclaves]\nhost=127.0.0.1\nport={conflict.port}\ndbname={DATABASE}\nuser={USER}\n",
        encoding="utf-8",
    )
    return {**profile, "PGSERVICEFILE": str(path)}


def table(server: Server, name: str, column: str = "(geom)", more: str = "") -> str:
    return f'postgres://{server.connection()} {more} table="conflict"."{name}" {column}'


def test_results_go_from_tables_to_tables(conflict: Server, profile: dict[str, str]) -> None:
    results = qgis_env.run_algorithm(
        "enclavewatch:enclavehistory",
        {
            "CONTROL": table(conflict, "control"),
            **FIELDS,
            "OUTPUT": table(conflict, "history"),
            "EVENTS": table(conflict, "events"),
        },
        variables=profile,
    )
    assert results["DATES"] == 5
    held = conflict.rows(
        "SELECT count(*), sum(area_km2), max(date) FROM conflict.history "
        "WHERE faction = 'Islamic State' AND date = '2018-08-05'"
    )
    assert held == [(8, pytest.approx(3705.0, abs=0.1), LAST_DAY)]
    assert conflict.rows("SELECT count(*) FROM conflict.events") == [(results["EVENT_COUNT"],)]


def test_a_view_by_a_service_file(conflict: Server, service: dict[str, str]) -> None:
    results = qgis_env.run_algorithm(
        "enclavewatch:controlchanges",
        {
            "CONTROL": "postgres://service='enclaves' key='id' table=\"conflict\".\"july\" (geom)",
            **FIELDS,
            "OUTPUT": 'postgres://service=\'enclaves\' table="conflict"."changes" (geom)',
            "MATRIX": 'postgres://service=\'enclaves\' table="conflict"."matrix"',
        },
        variables=service,
    )
    assert results["DATES"] == 2
    [taken] = conflict.rows(
        "SELECT from_date, to_date, km2 FROM conflict.matrix "
        "WHERE from_faction = 'Islamic State' AND to_faction = 'Syrian Democratic Forces'"
    )
    assert taken == (dt.date(2018, 7, 31), LAST_DAY, pytest.approx(1670.0, abs=0.1))


@pytest.mark.skipif(
    Qgis.QGIS_VERSION_INT < FIRST_WITH_PLAIN_OPTIONS, reason="older ones take -- KEY=value only"
)
def test_the_other_form_of_call(conflict: Server, profile: dict[str, str]) -> None:
    given: dict[str, Any] = {
        "CONTROL": table(conflict, "july", more="key='id'"),
        **FIELDS,
        "OUTPUT": table(conflict, "summary", ""),
    }
    qgis_env.qgis_process(
        [
            "run",
            "enclavewatch:controlsummary",
            *(f"--{key}={value}" for key, value in given.items()),
        ],
        variables=profile,
    )
    [(km2,)] = conflict.rows(
        "SELECT km2 FROM conflict.summary WHERE faction = 'Islamic State' AND date = '2018-08-05'"
    )
    assert km2 == pytest.approx(3705.0, abs=0.1)


def test_a_model_reads_and_writes_tables(conflict: Server, profile: dict[str, str]) -> None:
    qgis_env.run_algorithm(
        str(MODEL),
        {
            "control": table(conflict, "control"),
            "faction_field": "faction",
            "date_field": "date",
            "centres:centres": table(conflict, "centres"),
            "largest:largest": table(conflict, "largest"),
        },
        variables=profile,
    )
    assert conflict.rows(
        "SELECT max(area_km2) FROM conflict.centres "
        "WHERE faction = 'Islamic State' AND date = '2018-08-05'"
    ) == [(pytest.approx(1619.5, abs=0.1),)]
    assert conflict.rows(
        "SELECT DISTINCT faction FROM conflict.largest WHERE date = '2018-08-05'"
    ) == [("Syrian government",)]


def test_a_password_is_in_no_error(conflict: Server, profile: dict[str, str]) -> None:
    nowhere = "dbname='x' host=127.0.0.1 port=1 user='u' password='geheim' table=\"t\" (geom)"
    for key in ("CONTROL", "OUTPUT"):
        given = {"CONTROL": table(conflict, "control"), "OUTPUT": "TEMPORARY_OUTPUT", **FIELDS}
        with pytest.raises(qgis_env.QgisProcessError) as failure:
            qgis_env.run_algorithm(
                "enclavewatch:enclaveareas",
                {**given, key: f"postgres://{nowhere}"},
                variables=profile,
            )
        # what the program says; the command itself, and its echo of the inputs, hold what was given
        error = str(failure.value).rpartition("ended with")[2]
        assert "Connection refused" in error
        lines = [line for line in error.splitlines() if "cannot be" in line]
        assert lines
        assert not [line for line in lines if "geheim" in line]
