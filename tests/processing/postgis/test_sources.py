"""A control layer in PostGIS gives the figures that the same one in a GeoPackage gives."""

from __future__ import annotations

import math

import pytest
from qgis.core import QgsProject, QgsVectorLayer

from enclave_watch.processing.borders.bordercontact import BorderContact
from enclave_watch.processing.change.controlchanges import ControlChanges
from enclave_watch.processing.change.controlsummary import ControlSummary
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas
from enclave_watch.processing.enclaves.enclavehistory import EnclaveHistory

TABLE = '"front"."control"'
FIELDS = {"FACTION_FIELD": "faction", "DATE_FIELD": "date"}
JULY_ON = "2018-07-31"
ALGORITHMS = [
    (EnclaveAreas, ()),
    (EnclaveHistory, ("EVENTS",)),
    (BorderContact, ()),
    (ControlChanges, ("MATRIX", "CHURN")),
    (ControlSummary, ()),
]


@pytest.fixture
def results(run, content):
    """Return a function that gives the figures and the features of all outputs of a run."""

    def of(kind, control, outputs=(), **more):
        more = {**FIELDS, **dict.fromkeys(outputs, "memory:"), **more}
        done = run(kind, CONTROL=control, **more)
        layers = {key: done.context.getMapLayer(done.outputs[key]) for key in ("OUTPUT", *outputs)}
        figures = {key: value for key, value in done.outputs.items() if key not in layers}
        return figures, {key: content(layer) for key, layer in layers.items()}

    return of


@pytest.fixture
def areas(run):
    """Return a function that gives what the Islamic State holds on the last date, in km2."""

    def of(control, **more):
        rows = run(EnclaveAreas, **{**FIELDS, "CONTROL": control, **more}).rows
        return [row["area_km2"] for row in rows if _is_last(row)]

    return of


def _is_last(row):
    return row["faction"] == "Islamic State" and row["date"].toString("yyyy-MM-dd") == "2018-08-05"


# as the sample's figures were published
LAST_KM2 = [1619.5, 760.0, 700.0, 340.0, 202.5, 42.0, 23.0, 18.0]


@pytest.mark.parametrize(("kind", "outputs"), ALGORITHMS)
def test_a_table_gives_the_figures_of_the_geopackage(results, syria, layer_of, kind, outputs):
    expected = results(kind, syria["CONTROL"], outputs)
    assert all(expected[1].values())
    assert results(kind, layer_of(TABLE), outputs) == expected


def test_published_figures_come_out_of_a_table(run, layer_of):
    rows = run(EnclaveAreas, CONTROL=layer_of(TABLE), **FIELDS).rows
    assert [row["area_km2"] for row in rows if _is_last(row)] == pytest.approx(LAST_KM2, abs=0.1)
    [july] = [
        row
        for row in rows
        if (row["faction"], row["rank"]) == ("Islamic State", 1)
        and row["date"].toString("yyyy-MM-dd") == "2018-07-31"
    ]
    assert july["border_km"] == pytest.approx(85.0, abs=0.3)


def test_a_table_in_another_order_gives_the_same_figures(results, made, layer_of):
    made("CREATE TABLE made.control AS SELECT * FROM front.control ORDER BY md5(id::text)")
    kind, outputs = EnclaveHistory, ("EVENTS",)
    figures, found = results(kind, layer_of('"made"."control"'), outputs)
    expected_figures, expected = results(kind, layer_of(TABLE), outputs)
    assert figures == expected_figures
    for key, rows in expected.items():
        assert sorted(map(_rounded, found[key])) == sorted(map(_rounded, rows))


def _rounded(feature):
    # which vertex of an enclave comes first, and so the last digits of sums, follow from the order
    fields, _ = feature
    return str([round(each, 6) if isinstance(each, float) else each for each in fields.values()])


@pytest.mark.parametrize(
    ("relation", "more", "where"),
    [
        (TABLE, "key='id'", "\"date\" >= '2018-07-31'"),
        (TABLE, "", "date >= '2018-07-31'"),
        ('"made"."recent"', "key='id'", ""),
        ('"made"."kept"', "key='id'", ""),
        ("\"(SELECT * FROM front.control WHERE date >= '2018-07-31')\"", "key='id'", ""),
        ('"made"."without_key"', "", ""),
    ],
    ids=["filter", "filter, no key", "view", "materialised view", "query", "table without key"],
)
def test_a_part_of_a_table_gives_the_figures_of_that_part(
    results, syria, made, layer_of, relation, more, where
):
    recent = "AS SELECT * FROM front.control WHERE date >= '2018-07-31'"
    made(
        f"CREATE VIEW made.recent {recent}",
        f"CREATE MATERIALIZED VIEW made.kept {recent}",
        f"CREATE TABLE made.without_key {recent}",
    )
    found = results(ControlChanges, layer_of(relation, more, where=where), ("MATRIX",))
    assert found == results(ControlChanges, syria["CONTROL"], ("MATRIX",), FROM_DATE=JULY_ON)


def test_a_filter_set_on_a_layer_counts_and_is_left_to_the_server(results, front, syria, layer_of):
    layer = QgsVectorLayer(layer_of(TABLE).replace("postgres://", ""), "control", "postgres")
    assert layer.setSubsetString("\"date\" >= '2018-07-31'")
    QgsProject.instance().addMapLayer(layer, addToLegend=False)
    with front.asked() as statements:
        found = results(EnclaveAreas, layer)
    assert found == results(EnclaveAreas, syria["CONTROL"], FROM_DATE=JULY_ON)
    reading = [each for each in statements if "DECLARE" in each and "front" in each]
    assert reading
    assert all("WHERE" in each and "\"date\" >= '2018-07-31'" in each for each in reading), reading


@pytest.mark.parametrize(
    "column",
    ["date::timestamp", "(date::timestamp AT TIME ZONE 'UTC')", "date::text", "date::varchar(10)"],
    ids=["timestamp", "timestamptz", "text", "varchar"],
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Damascus", "America/New_York"])
def test_dates_of_every_type_are_the_same_days_in_every_time_zone(
    run, front, made, layer_of, column, zone
):
    made(
        f"CREATE TABLE made.control AS SELECT id, faction, {column} AS date, geom "
        "FROM front.control"
    )
    front.run(f"ALTER ROLE watch SET timezone = '{zone}'")
    try:
        done = run(EnclaveAreas, CONTROL=layer_of('"made"."control"'), **FIELDS)
    finally:
        front.run("ALTER ROLE watch RESET timezone")
    assert {str(row["date"].toString("yyyy-MM-dd")) for row in done.rows} == {
        "2018-05-31", "2018-06-30", "2018-07-15", "2018-07-31", "2018-08-05",
    }  # fmt: skip
    assert done.outputs["DATES"] == 5


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("geom", "geometry(MultiPolygon, 4326)"),
        ("ST_Force3D(geom)", "geometry(MultiPolygonZ, 4326)"),
        ("ST_Force4D(geom)", "geometry(MultiPolygonZM, 4326)"),
        ("ST_ForceCurve(geom)", "geometry(MultiSurface, 4326)"),
        ("geom", "geometry(Geometry, 4326)"),
        ("ST_Transform(geom, 32637)", "geometry(MultiPolygon, 32637)"),
        ("geom", "geography(MultiPolygon, 4326)"),
    ],
    ids=["plain", "Z", "ZM", "curves", "any kind", "UTM 37 N", "geography"],
)
def test_geometry_of_every_type_gives_the_published_areas(areas, made, layer_of, expression, kind):
    made(
        f"CREATE TABLE made.control AS SELECT id, faction, date, ({expression})::{kind} AS geom "
        "FROM front.control"
    )
    assert areas(layer_of('"made"."control"')) == pytest.approx(LAST_KM2, abs=0.1)


def test_a_column_of_unknown_geometry_is_read_as_the_user_says(areas, made, layer_of):
    made("CREATE TABLE made.control AS SELECT id, faction, date, geom::geometry FROM front.control")
    control = layer_of('"made"."control"', "key='id' srid=4326 type=MultiPolygon")
    assert areas(control) == pytest.approx(LAST_KM2, abs=0.1)


def test_a_circle_of_curves_has_the_area_of_a_circle(run, made, layer_of):
    arc = (
        "CIRCULARSTRING(490000 3900000,500000 3910000,510000 3900000,500000 3890000,490000 3900000)"
    )
    made(
        "CREATE TABLE made.control (id int PRIMARY KEY, faction text, "
        "geom geometry(CurvePolygon, 32637))",
        f"INSERT INTO made.control VALUES (1, 'Red', 'SRID=32637;CURVEPOLYGON({arc})')",
    )
    control = layer_of('"made"."control"')
    [row] = run(EnclaveAreas, CONTROL=control, FACTION_FIELD="faction", HOME="Syria").rows
    # the map's scale on the meridian in the middle of its zone is 0.9996
    assert row["area_km2"] == pytest.approx(math.pi * 10**2 / 0.9996**2, abs=0.05)


def test_rows_without_geometry_faction_or_date_are_skipped_and_told(run, made, layer_of):
    made(
        "CREATE TABLE made.control (LIKE front.control INCLUDING ALL)",
        "INSERT INTO made.control SELECT * FROM front.control",
        "INSERT INTO made.control (id, faction, date, geom) VALUES "
        "(101, 'Islamic State', '2018-08-05', NULL), "
        "(102, NULL, '2018-08-05', (SELECT geom FROM front.control LIMIT 1)), "
        "(103, 'Islamic State', NULL, (SELECT geom FROM front.control LIMIT 1))",
    )
    done = run(EnclaveAreas, CONTROL=layer_of('"made"."control"'), **FIELDS)
    held = [row["area_km2"] for row in done.rows if _is_last(row)]
    assert held == pytest.approx(LAST_KM2, abs=0.1)
    told = "\n".join(done.log.warnings)
    for feature_id in ("101", "102", "103"):
        assert feature_id in told


def test_alliances_may_be_a_table_of_the_server(run, refusal, made, front, layer_of):
    made(
        "CREATE TABLE made.allies (id serial PRIMARY KEY, faction text, alliance text)",
        "INSERT INTO made.allies (faction, alliance) "
        "VALUES ('Jaysh Khalid ibn al-Walid', 'Islamic State')",
    )
    shared = {"CONTROL": layer_of(TABLE), **FIELDS, "DATE": "2018-06-30"}
    allies = f'postgres://{front.connection()} table="made"."allies"'
    rows = run(EnclaveAreas, ALLIANCES=allies, **shared).rows
    held = sum(row["area_km2"] for row in rows if row["faction"] == "Islamic State")
    assert held == pytest.approx(5375.0 + 250.0, abs=0.2)
    message = refusal(EnclaveAreas, ALLIANCES=allies.replace("allies", "friends"), **shared)
    assert message.startswith('Alliances (ALLIANCES): the table "made"."friends" of the database')
    assert 'relation "made.friends" does not exist' in message


@pytest.mark.parametrize("key", ["CONTROL", "COUNTRIES", "PLACES"])
@pytest.mark.parametrize(
    ("relation", "more", "column", "reason"),
    [
        ('"front"."since"', "", "geom", "No key field for view/query given"),
        ('"front"."absent"', "key='id'", "geom", 'relation "front.absent" does not exist'),
        (TABLE, "key='id'", "outline", 'column "outline" of relation "control" does not exist'),
        (
            '"(SELECT wrong FROM front.control)"',
            "key='id'",
            "geom",
            'column "wrong" does not exist',
        ),
    ],
)
def test_a_table_that_cannot_be_read_is_told_with_the_servers_reason(
    refusal, front, layer_of, key, relation, more, column, reason
):
    front.run("CREATE OR REPLACE VIEW front.since AS SELECT * FROM front.control")
    given = {"CONTROL": layer_of(TABLE), **FIELDS, key: layer_of(relation, more, column=column)}
    message = refusal(EnclaveAreas, **given)
    assert f"({key}): the table {relation} of the database " in message
    assert f"cannot be read: {reason}" in message
    assert ("such as key='id'" in message) == (more == "")


def test_the_dock_reads_a_table_too(front, layer_of):
    from enclave_watch.core.feedback import Feedback
    from enclave_watch.core.memory import Memory
    from enclave_watch.ui.analysis import analysed
    from enclave_watch.ui.choices import Choices
    from enclave_watch.ui.sources import prepared

    layer = QgsVectorLayer(layer_of(TABLE).replace("postgres://", ""), "control", "postgres")
    assert QgsProject.instance().addMapLayer(layer) is layer
    choices = Choices(control=layer.id(), faction_field="faction", date_field="date")
    analysis, _ = analysed(prepared(choices, QgsProject.instance()), Memory(), Feedback())
    assert len(analysis.factions) == 6


def test_a_layer_is_opened_few_times(run, front, layer_of):
    with front.asked() as statements:
        run(EnclaveAreas, CONTROL=layer_of(TABLE), **FIELDS)
    # QGIS's own checks and ours, before the run and again in it
    assert sum("pg_is_in_recovery" in each for each in statements) <= 6
