"""Tables larger than one answer of the server, and connections that are lost on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from qgis.core import QgsProcessingException

from enclave_watch.processing.data.auditcontrol import AuditControl
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas

FIELDS = {"FACTION_FIELD": "faction", "DATE_FIELD": "date", "HOME": "Syria"}
SCRIPT = Path(__file__).with_name("read_in_a_process.py")
FETCH = 2000  # rows that QGIS asks for at a time
FEW, MANY = 10_000, 200_000
# bytes: all of the large table would take over 100 MB
MOST_GROWTH = 20_000_000

SQUARES = """
    INSERT INTO {table} (faction, date, geom)
    SELECT 'F' || (x + y) % 3, day,
        ST_MakeEnvelope(37 + x * 0.02, 34 + y * 0.02, 37.01 + x * 0.02, 34.01 + y * 0.02, 4326)
    FROM generate_series(0, {side} - 1) x, generate_series(0, {side} - 1) y,
        unnest('{days}'::date[]) day ORDER BY day
"""
# many edges, as fronts have: 1.6 kB a row
CIRCLES = """
    INSERT INTO {table} (faction, date, geom)
    SELECT 'F' || number % 3, date '2018-01-01' + number % 365,
        ST_Buffer(ST_SetSRID(ST_MakePoint(37 + number % 3, 34), 4326), 0.1, 25)
    FROM generate_series(1, {count}) number
"""
END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND datname = current_database()"
)


@pytest.fixture
def make_table(made):
    """Return a function that makes a control layer in the schema `made`."""

    def make(table, rows, **values):
        made(*_table("made", table, rows, **values))

    return make


@pytest.fixture(scope="module")
def large(front):
    """The tables `few` and `many` in the schema `large`; all of them are read, none is written."""
    front.run("CREATE SCHEMA large")
    for table, count in (("few", FEW), ("many", MANY)):
        front.run(*_table("large", table, CIRCLES, count=count), f"ANALYZE large.{table}")
    yield
    front.run("DROP SCHEMA large CASCADE")


def _table(schema, table, rows, **values):
    """Return the statements that make a control layer."""
    return (
        (
            f"CREATE TABLE {schema}.{table} (id serial PRIMARY KEY, faction text, date date, "
            "geom geometry(Polygon, 4326))"
        ),
        rows.format(table=f"{schema}.{table}", **values),
        f"CREATE INDEX ON {schema}.{table} (date)",
    )


@pytest.fixture
def cut_when(front, new_log):
    """Return a function that makes a log which ends all connections once it hears some words."""

    class Cutting(new_log):
        def __init__(self, words, *statements):
            super().__init__()
            self.words, self.statements, self.has_cut = words, statements, False

        def pushInfo(self, info):
            super().pushInfo(info)
            if self.words in info and not self.has_cut:
                self.has_cut = True
                front.run(*self.statements, END_OTHERS)

    return Cutting


def read_in_a_process(uri):
    """Read a layer, as algorithms do, in a process of its own: rows, and bytes at the most."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), uri.replace("postgres://", "")],
        capture_output=True, text=True, check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_large_table_is_read_through_a_cursor_in_memory_that_does_not_grow(
    front, large, layer_of
):
    small = read_in_a_process(layer_of('"large"."few"'))
    with front.asked() as statements:
        whole = read_in_a_process(layer_of('"large"."many"'))
    assert (small["rows"], whole["rows"]) == (FEW, MANY)
    assert front.rows("SELECT sum(ST_MemSize(geom)) FROM large.many")[0][0] > 5 * MOST_GROWTH
    assert whole["most_bytes"] - small["most_bytes"] < MOST_GROWTH
    [declared] = [each for each in statements if "DECLARE" in each and '"large"."many"' in each]
    assert "CURSOR FOR SELECT" in declared
    fetched = [each for each in statements if each.startswith(f"FETCH FORWARD {FETCH}")]
    assert len(fetched) >= MANY / FETCH


def test_only_the_columns_that_are_needed_are_asked_for(run, front, made, layer_of):
    made("CREATE TABLE made.wide AS SELECT *, repeat('x', 1000) AS note FROM front.control")
    with front.asked() as statements:
        run(EnclaveAreas, CONTROL=layer_of('"made"."wide"'), **FIELDS)
    reading = [each for each in statements if "CURSOR FOR" in each and '"made"."wide"' in each]
    assert reading
    assert not [each for each in reading if "note" in each]


def test_a_date_filter_lets_the_server_use_an_index(run, front, large, layer_of):
    where = "\"date\" = '2018-02-01'"
    with front.asked() as statements:
        done = run(EnclaveAreas, CONTROL=layer_of('"large"."many"', where=where), **FIELDS)
    assert done.outputs["DATES"] == 1
    [declared] = [each for each in statements if "CURSOR FOR" in each and '"large"."many"' in each]
    select = declared.partition("CURSOR FOR ")[2]
    plan = "\n".join(line for (line,) in front.rows(f"EXPLAIN {select}"))
    assert "many_date_idx" in plan


@pytest.mark.parametrize("kind", [EnclaveAreas, AuditControl])
def test_a_connection_lost_while_reading_is_an_error_and_no_short_result(
    run, front, make_table, layer_of, new_log, kind
):
    make_table("squares", SQUARES, side=50, days="{2018-01-01,2018-02-01,2018-03-01,2018-04-01}")

    class Cutting(new_log):
        def isCanceled(self):
            # asked between rows: the second answer of the server is on its way by then
            self.asked = getattr(self, "asked", 0) + 1
            if self.asked == 30:
                front.run(END_OTHERS)
            return super().isCanceled()

    with pytest.raises(QgsProcessingException) as failure:
        run(kind, CONTROL=layer_of('"made"."squares"'), log=Cutting(), **FIELDS)
    assert 'Control layer "squares": ' in str(failure.value)
    assert "of its features were read, not all" in str(failure.value)


def test_a_connection_that_comes_back_while_writing_loses_nothing(
    run, front, make_table, layer_of, destination, cut_when
):
    make_table("squares", SQUARES, side=20, days="{2018-01-01,2018-02-01,2018-03-01}")
    log = cut_when("2018-02-01: ")
    done = run(
        EnclaveAreas,
        CONTROL=layer_of('"made"."squares"'),
        OUTPUT=destination("enclaves"),
        log=log,
        **FIELDS,
    )
    assert log.has_cut
    assert done.outputs["FEATURES"] == 1200
    assert front.rows("SELECT date::text, count(*) FROM made.enclaves GROUP BY 1 ORDER BY 1") == [
        (day, 400) for day in ("2018-01-01", "2018-02-01", "2018-03-01")
    ]


@pytest.fixture
def writer(front, made):
    """A user who may write, until the role is told otherwise."""
    front.run(
        "CREATE ROLE writer LOGIN",
        "GRANT USAGE, CREATE ON SCHEMA made TO writer",
        "GRANT CREATE ON SCHEMA public TO writer",
    )
    yield "writer"
    front.run("DROP OWNED BY writer", "DROP ROLE writer")


@pytest.mark.parametrize(("side", "written"), [(20, 400), (5, 0)], ids=["half way", "at the end"])
def test_a_connection_that_stays_lost_while_writing_is_told(
    run, front, make_table, writer, layer_of, destination, cut_when, side, written
):
    make_table("squares", SQUARES, side=side, days="{2018-01-01,2018-02-01}")
    log = cut_when("2018-02-01: ", "ALTER ROLE writer NOLOGIN")
    with pytest.raises(QgsProcessingException) as failure:
        run(
            EnclaveAreas,
            CONTROL=layer_of('"made"."squares"'),
            OUTPUT=destination("enclaves", user=writer),
            log=log,
            **FIELDS,
        )
    assert str(failure.value).startswith(
        'Result OUTPUT cannot be written to the table "made"."enclaves" of the database "watch" '
        f"at 127.0.0.1:{front.port}: "
    )
    assert str(failure.value).endswith(
        "It holds a part of its rows, or none. Check the connection and run again, which "
        "replaces it, or drop it."
    )
    assert front.rows("SELECT count(*) FROM made.enclaves") == [(written,)]


def test_a_run_that_is_cancelled_tells_of_the_table_that_it_leaves(
    run, front, make_table, layer_of, destination, new_log
):
    make_table("squares", SQUARES, side=20, days="{2018-01-01,2018-02-01}")
    log = new_log(cancel_at=60)
    run(
        EnclaveAreas,
        CONTROL=layer_of('"made"."squares"'),
        OUTPUT=destination("enclaves"),
        log=log,
        **FIELDS,
    )
    [told] = [line for line in log.warnings if "ended early" in line]
    assert told == (
        'The run ended early: the table "made"."enclaves" of the database "watch" at '
        f"127.0.0.1:{front.port} (OUTPUT) holds a part of its rows, or none. Run again, which "
        "replaces it, or drop it."
    )
