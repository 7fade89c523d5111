"""Results written to PostGIS are those of a GeoPackage, and what cannot be written is told."""

from __future__ import annotations

import datetime as dt

import pytest
from qgis.core import (
    QgsDataSourceUri,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)

from enclave_watch.processing.borders.bordercontact import BorderContact
from enclave_watch.processing.borders.bordercontactchanges import BorderContactChanges
from enclave_watch.processing.change.controlchanges import ControlChanges
from enclave_watch.processing.change.controlsummary import ControlSummary
from enclave_watch.processing.change.placeshistory import PlacesHistory
from enclave_watch.processing.data.auditcontrol import AuditControl
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas
from enclave_watch.processing.enclaves.enclavehistory import EnclaveHistory

TABLE = '"front"."control"'
FIELDS = {"FACTION_FIELD": "faction", "DATE_FIELD": "date"}
LINE, POINT, POLYGON = "MULTILINESTRING", "MULTIPOINT", "MULTIPOLYGON"
# the algorithm, and the geometry type of each of its outputs
RESULTS = [
    (EnclaveAreas, {"OUTPUT": POLYGON}),
    (EnclaveHistory, {"OUTPUT": POLYGON, "EVENTS": POINT}),
    (BorderContact, {"OUTPUT": LINE}),
    (BorderContactChanges, {"OUTPUT": LINE, "TABLE": ""}),
    (ControlChanges, {"OUTPUT": POLYGON, "MATRIX": "", "CHURN": POLYGON}),
    (ControlSummary, {"OUTPUT": ""}),
    (AuditControl, {"OUTPUT": POLYGON, "TABLE": "", "FIXED": POLYGON}),
]


@pytest.fixture(autouse=True)
def _schema(made):
    """The schema that is written to is gone after each test."""


@pytest.fixture
def read_back(front, destination):
    """Return a function that opens a table which a run has written."""

    def read(table, column="geom"):
        layer = QgsVectorLayer(
            destination(table, column).replace("postgres://", ""), table, "postgres"
        )
        assert layer.isValid()
        return layer

    return read


@pytest.fixture
def geometry_type_of(front):
    """Return a function that gives a table's geometry type and system, or an empty text."""

    def read(table):
        found = front.rows(
            "SELECT type, srid FROM geometry_columns "
            f"WHERE f_table_schema = 'made' AND f_table_name = '{table}'"
        )
        return found[0] if found else ""

    return read


@pytest.mark.parametrize(("kind", "outputs"), RESULTS)
def test_results_in_tables_are_those_of_a_geopackage(
    run, layer_of, destination, read_back, geometry_type_of, content, tmp_path, kind, outputs
):
    tables = {key: destination(key.lower(), "geom" if of else "") for key, of in outputs.items()}
    in_tables = run(kind, CONTROL=layer_of(TABLE), **FIELDS, **tables)
    files = {key: str(tmp_path / f"{key}.gpkg") for key in outputs}
    in_files = run(kind, CONTROL=layer_of(TABLE), **FIELDS, **files)
    for key, value in in_files.outputs.items():
        assert in_tables.outputs[key] == (tables[key] if key in outputs else value)
    for key, geometry_type in outputs.items():
        expected = content(QgsVectorLayer(files[key], key, "ogr"))
        found = content(read_back(key.lower(), "geom" if geometry_type else ""))
        if key == "FIXED":
            # a GeoPackage adds a key of its own to the table's
            expected = [(_without(fields, "id"), geometry) for fields, geometry in expected]
        assert expected
        # a table has no order of its own
        assert sorted(found, key=str) == sorted(expected, key=str)
        assert geometry_type_of(key.lower()) == (geometry_type and (geometry_type, 4326))


def _without(fields, name):
    return {key: value for key, value in fields.items() if key != name}


@pytest.mark.parametrize("prefix", ["postgres:", "postgis:", "postgres://"])
def test_the_server_itself_has_the_published_figures(run, front, layer_of, destination, prefix):
    target = destination("enclaves").replace("postgres://", prefix)
    run(EnclaveAreas, CONTROL=layer_of(TABLE), OUTPUT=target, **FIELDS)
    rows = front.rows(
        "SELECT area_km2, main, rank, ST_Area(geom::geography) / 1e6 FROM made.enclaves "
        "WHERE faction = 'Islamic State' AND date = '2018-08-05' ORDER BY rank"
    )
    held = [1619.5, 760.0, 700.0, 340.0, 202.5, 42.0, 23.0, 18.0]
    assert [row[0] for row in rows] == pytest.approx(held, abs=0.1)
    # edges as geodesics in PostGIS, as drawn in ours
    assert [row[3] for row in rows] == pytest.approx(held, abs=0.2)
    assert [row[1:3] for row in rows] == [(True, 1), *((False, rank) for rank in range(2, 9))]


def test_columns_have_the_types_of_what_they_hold(run, front, layer_of, destination):
    run(
        EnclaveHistory,
        CONTROL=layer_of(TABLE),
        OUTPUT=destination("history"),
        EVENTS=destination("events"),
        **FIELDS,
    )
    types = dict(
        front.rows(
            "SELECT column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'made' AND table_name = 'history'"
        )
    )
    assert types["date"] == types["first_date"] == "date"
    assert types["main"] == "boolean"
    assert types["enclave_id"] == types["rank"] == "integer"
    assert types["area_km2"] == "double precision"
    assert types["neighbours"] == "character varying"
    assert front.rows("SELECT DISTINCT date FROM made.history ORDER BY 1")[-1] == (
        dt.date(2018, 8, 5),
    )


def test_dates_with_a_time_of_day_stay_so(run, front, made, layer_of, destination):
    made(
        "CREATE TABLE made.control AS SELECT id, faction, date + time '18:30' AS date, geom "
        "FROM front.control"
    )
    run(
        EnclaveAreas,
        CONTROL=layer_of('"made"."control"'),
        OUTPUT=destination("enclaves"),
        **FIELDS,
    )
    assert front.rows("SELECT max(date), pg_typeof(max(date))::text FROM made.enclaves") == [
        (dt.datetime(2018, 8, 5, 18, 30), "timestamp without time zone")
    ]


def test_a_repaired_copy_keeps_big_numbers_booleans_and_dates(
    run, front, made, layer_of, destination
):
    made(
        "CREATE TABLE made.control (id bigint PRIMARY KEY, faction text, date date, "
        "checked boolean, source bigint, geom geometry(Polygon, 4326))",
        "INSERT INTO made.control VALUES (1, 'Red', '2018-08-05', true, 9007199254740993, "
        "'SRID=4326;POLYGON((38 35, 39 36, 39 35, 38 36, 38 35))'), "
        "(2, 'Blue', '2018-08-05', NULL, NULL, ST_MakeEnvelope(39, 35, 40, 36, 4326))",
    )
    run(
        AuditControl,
        CONTROL=layer_of('"made"."control"'),
        OUTPUT=destination("problems"),
        FIXED=destination("fixed"),
        **FIELDS,
    )
    day = dt.date(2018, 8, 5)
    assert front.rows(
        "SELECT faction, date, checked, source, ST_IsValid(geom) FROM made.fixed ORDER BY source"
    ) == [("Red", day, True, 9007199254740993, True), ("Blue", day, None, None, True)]


def test_results_are_in_the_control_layers_own_system(
    run, made, layer_of, destination, geometry_type_of
):
    made(
        "CREATE TABLE made.control AS SELECT id, faction, date, "
        "ST_Transform(geom, 32637)::geometry(MultiPolygon, 32637) AS geom FROM front.control"
    )
    run(
        EnclaveAreas,
        CONTROL=layer_of('"made"."control"'),
        OUTPUT=destination("enclaves"),
        **FIELDS,
    )
    assert geometry_type_of("enclaves") == (POLYGON, 32637)


def test_places_are_read_from_and_written_to_tables(run, front, made, layer_of, destination):
    made(
        "CREATE TABLE made.places (id serial PRIMARY KEY, name text, geom geometry(Point, 4326))",
        "INSERT INTO made.places (name, geom) VALUES "
        "('Hajin', ST_SetSRID(ST_MakePoint(40.83, 34.69), 4326))",
    )
    run(
        PlacesHistory,
        CONTROL=layer_of(TABLE),
        PLACES=layer_of('"made"."places"'),
        PLACE_FIELD="name",
        OUTPUT=destination("history"),
        TABLE=destination("holders", ""),
        **FIELDS,
    )
    assert front.rows("SELECT count(*) FROM made.history") == [(1,)]
    assert front.rows("SELECT DISTINCT place FROM made.holders") == [("Hajin",)]


def test_a_loaded_result_of_postgis_is_styled_and_headed(front, layer_of, destination, new_log):
    from qgis.core import QgsProcessingContext

    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    target = QgsProcessingOutputLayerDefinition(destination("enclaves"), QgsProject.instance())
    parameters = {"CONTROL": layer_of(TABLE), "OUTPUT": target, **FIELDS}
    _, accepted = EnclaveAreas().create().run(parameters, context, new_log())
    assert accepted
    [(layer_id, details)] = context.layersToLoadOnCompletion().items()
    layer = QgsProcessingUtils.mapLayerFromString(layer_id, context)
    details.postProcessor().postProcessLayer(layer, context, new_log())
    assert layer.providerType() == "postgres"
    assert layer.attributeDisplayName(layer.fields().lookupField("area_km2")) == "Area (km2)"
    assert layer.renderer().type() in {"RuleRenderer", "categorizedSymbol"}
    assert details.name == "Enclaves: control, 2018-05-31 to 2018-08-05"


def test_a_table_that_is_there_is_replaced(run, front, made, layer_of, destination):
    made("CREATE TABLE made.enclaves (note text)", "INSERT INTO made.enclaves VALUES ('old')")
    run(EnclaveAreas, CONTROL=layer_of(TABLE), OUTPUT=destination("enclaves"), **FIELDS)
    assert front.rows("SELECT count(*), count(DISTINCT date) FROM made.enclaves") == [(82, 5)]


def test_a_result_does_not_replace_what_is_read(refusal, front, made, layer_of, destination):
    made("CREATE TABLE made.control AS SELECT * FROM front.control")
    message = refusal(
        EnclaveAreas,
        CONTROL=layer_of('"made"."control"'),
        OUTPUT=destination("control"),
        **FIELDS,
    )
    assert message == (
        'Enclaves (OUTPUT) would replace the table "made"."control" of the database "watch" at '
        f"127.0.0.1:{front.port}, which is read as Control layer (CONTROL). Give the result "
        "another table."
    )
    assert front.rows("SELECT count(*) FROM made.control") == [(82,)]


def test_geometry_is_not_lost_for_want_of_a_column(refusal, layer_of, destination):
    shared = {"CONTROL": layer_of(TABLE), **FIELDS}
    assert "would be lost. Name one behind the table: (geom)." in refusal(
        EnclaveAreas, OUTPUT=destination("enclaves", ""), **shared
    )
    assert "have no geometry. Leave (geom) out." in refusal(
        ControlSummary, OUTPUT=destination("summary"), **shared
    )


@pytest.fixture
def viewer(front):
    """A user who may read, and write nowhere."""
    front.run(
        "CREATE ROLE viewer LOGIN PASSWORD 'open sesame'",
        "GRANT USAGE ON SCHEMA front, made TO viewer",
        "GRANT SELECT ON ALL TABLES IN SCHEMA front TO viewer",
    )
    yield "viewer"
    front.run("DROP OWNED BY viewer", "DROP ROLE viewer")


@pytest.mark.parametrize(
    ("table", "reason"),
    [("enclaves", "permission denied for schema made"), ("kept", "must be owner of table kept")],
)
def test_a_table_that_may_not_be_written_is_named_with_the_reason(
    run, front, made, viewer, layer_of, destination, table, reason
):
    made("CREATE TABLE made.kept AS SELECT 1 AS one")
    with pytest.raises(QgsProcessingException) as failure:
        run(
            EnclaveAreas,
            CONTROL=layer_of(TABLE),
            OUTPUT=destination(table, user=viewer),
            **FIELDS,
        )
    assert str(failure.value) == (
        f'Result OUTPUT cannot be written to the table "made"."{table}" of the database "watch" '
        f"at 127.0.0.1:{front.port}: {reason}. Check that the server answers, that the schema "
        'exists, and that the user "viewer" may create tables there; a table to be replaced has '
        "to belong to the same user."
    )
    assert front.rows("SELECT one FROM made.kept") == [(1,)]


def test_who_may_read_can_run(run, viewer, front, layer_of):
    control = layer_of(TABLE).replace("user='watch'", f"user='{viewer}'")
    assert run(EnclaveAreas, CONTROL=control, **FIELDS).outputs["DATES"] == 5


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            "dbname='watch' host=127.0.0.1 port=1 user='watch' password='geheim'",
            "Connection refused",
        ),
        ("service='nowhere' password='geheim'", 'definition of service "nowhere" not found'),
    ],
)
def test_a_server_that_does_not_answer_is_told_without_the_password(
    run, refusal, layer_of, given, reason
):
    uri = f'postgres://{given} table="made"."enclaves" (geom)'
    with pytest.raises(QgsProcessingException, match=r"Result OUTPUT cannot be written") as failure:
        run(EnclaveAreas, CONTROL=layer_of(TABLE), OUTPUT=uri, **FIELDS)
    message = refusal(EnclaveAreas, CONTROL=uri, **FIELDS)
    assert message.startswith('Control layer (CONTROL): the table "made"."enclaves" of the ')
    for text in (str(failure.value), message):
        assert reason in text
        assert "geheim" not in text


def test_the_identity_of_a_table_is_not_its_spelling(front):
    from enclave_watch.processing.databases import table_of

    short = table_of("postgis:dbname='a' host=h table=\"t\" (g)")
    long = table_of(
        "postgres://dbname='a' host=h port=5432 user='u' key='k' table=\"public\".\"t\" (x)"
    )
    assert short.is_same(long)
    assert not short.is_same(table_of("postgres:dbname='b' host=h table=\"t\" (g)"))
    assert not short.is_same(table_of('postgres:dbname=\'a\' host=h table="s"."t" (g)'))
    assert table_of("postgres.gpkg") is None
    assert table_of("memory:") is None
    assert table_of(None) is None
    assert isinstance(short.uri, QgsDataSourceUri)


def test_a_table_that_others_stand_on_is_kept(run, front, made, layer_of, destination):
    made(
        "CREATE TABLE made.enclaves AS SELECT 1 AS one", "CREATE VIEW made.v AS TABLE made.enclaves"
    )
    with pytest.raises(QgsProcessingException, match="because other objects depend on it"):
        run(EnclaveAreas, CONTROL=layer_of(TABLE), OUTPUT=destination("enclaves"), **FIELDS)
    assert front.rows("SELECT one FROM made.v") == [(1,)]
