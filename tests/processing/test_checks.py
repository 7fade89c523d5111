"""Bad input: each is refused before the run, in words that name the culprit and the remedy."""

from __future__ import annotations

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingException
from qgis.PyQt.QtCore import QDate, QDateTime

from enclave_watch.processing import worldmap
from enclave_watch.processing.borders.bordercontact import BorderContact
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas

SQUARE = "POLYGON((0 0,1 0,1 1,0 1,0 0))"

pytestmark = pytest.mark.parametrize("algorithm", [EnclaveAreas, BorderContact])


def test_a_wrong_field_is_named_with_those_that_exist(refusal, made_up, algorithm):
    made_up["FACTION_FIELD"] = "party"
    assert refusal(algorithm, **made_up) == (
        'Control layer "fronts" has no field "party". Its fields are: faction, date.'
    )


@pytest.mark.parametrize("key", ["DATE_FIELD", "END_FIELD"])
def test_a_wrong_date_field_is_named(refusal, made_up, algorithm, key):
    made_up[key] = "day"
    assert 'has no field "day"' in refusal(algorithm, **made_up)


def test_a_wrong_country_field_is_named(refusal, made_up, algorithm):
    assert refusal(algorithm, COUNTRY_FIELD="country", **made_up) == (
        'Countries layer "countries" has no field "country". Its fields are: NAME.'
    )


def test_a_field_of_numbers_is_no_date_field(refusal, make_layer, countries, algorithm):
    control = make_layer([(SQUARE, {"year": 3})], "year:int", name="fronts")
    message = refusal(algorithm, CONTROL=control, DATE_FIELD="year", COUNTRIES=countries)
    assert 'field "year" holds integer values, not dates' in message


def test_a_text_field_without_any_date_is_no_date_field(refusal, make_layer, countries, algorithm):
    rows = [(SQUARE, {"day": "yesterday"}), (SQUARE, {"day": None})]
    control = make_layer(rows, "day:string", name="fronts")
    message = refusal(algorithm, CONTROL=control, DATE_FIELD="day", COUNTRIES=countries)
    assert 'field "day" holds "yesterday", which is not a date' in message


def test_an_end_needs_a_start(refusal, made_up, algorithm):
    made_up["END_FIELD"] = made_up.pop("DATE_FIELD")
    assert "(END_FIELD) needs a date field (DATE_FIELD)" in refusal(algorithm, **made_up)


def test_an_empty_layer_is_refused(refusal, make_layer, countries, algorithm):
    message = refusal(algorithm, CONTROL=make_layer([], name="void"), COUNTRIES=countries)
    assert message.startswith('Control layer "void" has no features.')


@pytest.mark.parametrize(("kind", "found"), [("LineString", "lines"), ("Point", "points")])
def test_other_geometry_than_polygons_is_refused(
    refusal, make_layer, countries, algorithm, kind, found
):
    control = make_layer([(None, {})], kind=kind, name="roads")
    message = refusal(algorithm, CONTROL=control, COUNTRIES=countries)
    assert message == (
        f'Control layer "roads" holds {found}, not polygons. Choose a layer of polygons.'
    )


def test_a_table_is_refused(refusal, make_layer, countries, algorithm):
    control = make_layer([(None, {})], kind="None", crs=None, name="list")
    message = refusal(algorithm, CONTROL=control, COUNTRIES=countries)
    assert 'Control layer "list" holds rows without geometry, not polygons.' in message


def test_a_layer_without_crs_is_refused(refusal, make_layer, countries, algorithm):
    control = make_layer([(SQUARE, {})], crs="", name="fronts")
    message = refusal(algorithm, CONTROL=control, COUNTRIES=countries)
    assert message.startswith('Control layer "fronts" has no coordinate reference system')


def test_countries_without_crs_are_refused(refusal, control, make_layer, algorithm):
    lost = make_layer([(SQUARE, {"NAME": "A"})], "NAME:string", crs="", name="lost")
    message = refusal(algorithm, CONTROL=control, COUNTRIES=lost)
    assert message.startswith('Countries layer "lost" has no coordinate reference system')


@pytest.mark.parametrize("kind", ["Polygon", "LineString"])
def test_countries_without_features_are_refused(refusal, control, make_layer, algorithm, kind):
    void = make_layer([], "NAME:string", kind=kind, name="void")
    message = refusal(algorithm, CONTROL=control, COUNTRIES=void)
    assert message.startswith('Countries layer "void" has no features.')


def test_countries_that_are_points_are_refused(refusal, control, make_layer, algorithm):
    points = make_layer([("POINT(0 0)", {"NAME": "A"})], "NAME:string", kind="Point")
    message = refusal(algorithm, CONTROL=control, COUNTRIES=points)
    assert "holds points, not polygons or lines" in message


def test_an_unknown_home_is_told_with_near_names(refusal, made_up, algorithm):
    message = refusal(algorithm, HOME="Lnad", **made_up)
    assert message == (
        'Countries layer "countries": there is no country "Lnad" in field "NAME". '
        "Did you mean Land?"
    )


def test_an_unknown_home_in_the_world_map_is_told_with_near_names(refusal, control, algorithm):
    message = refusal(algorithm, CONTROL=control, HOME="Syria; Irak")
    assert message.startswith(
        'World map of QGIS, countries: there is no country "Irak" in field "NAME". Did you mean '
    )
    assert "Iraq" in message


@pytest.mark.parametrize("key", ["SNAP", "JOIN_DISTANCE", "TOLERANCE", "MIN_CONTACT", "MIN_AREA"])
def test_negative_numbers_are_refused_by_name(refusal, made_up, algorithm, key):
    message = refusal(algorithm, **{key: -3}, **made_up)
    assert f"({key}) is -3. Give 0 or more." in message


@pytest.mark.parametrize("text", ["5 August", "2018-13-01"])
@pytest.mark.parametrize("key", ["DATE", "FROM_DATE", "TO_DATE"])
def test_what_is_no_date_is_refused_with_the_way_to_write_one(
    refusal, made_up, algorithm, key, text
):
    message = refusal(algorithm, **{key: text}, **made_up)
    assert text in message
    assert "2018-08-05" in message


def test_one_date_and_a_range_contradict_each_other(refusal, made_up, algorithm):
    message = refusal(algorithm, DATE="2020-01-01", TO_DATE="2020-02-01", **made_up)
    assert "either one date (DATE) or a range" in message


def test_a_range_that_runs_backwards_is_refused(refusal, made_up, algorithm):
    message = refusal(algorithm, FROM_DATE=QDate(2020, 2, 1), TO_DATE=QDate(2020, 1, 1), **made_up)
    assert message == ("From date (FROM_DATE, 2020-02-01) is after to date (TO_DATE, 2020-01-01).")


def test_a_date_on_an_undated_layer_is_refused(refusal, made_up, algorithm):
    del made_up["DATE_FIELD"]
    assert "DATE needs a date field" in refusal(algorithm, DATE="2020-01-01", **made_up)


@pytest.mark.parametrize("text", ["Red", "Red=", "Red=Blue; x"])
def test_alliances_that_cannot_be_read_are_refused(refusal, made_up, algorithm, text):
    assert "Alliances" in refusal(algorithm, ALLIANCES=text, **made_up)


def test_a_table_of_alliances_with_one_field_is_refused(refusal, made_up, make_layer, algorithm):
    make_layer([], "faction:string", kind="None", crs=None, name="friends")
    message = refusal(algorithm, ALLIANCES="friends", **made_up)
    assert message.startswith('Alliance table "friends" needs two text fields')


def test_without_the_world_map_countries_are_asked_for(
    refusal, run, made_up, control, algorithm, monkeypatch, tmp_path
):
    monkeypatch.setattr(worldmap, "world_map_file", lambda: tmp_path / "world_map.gpkg")
    message = refusal(algorithm, CONTROL=control)
    assert str(tmp_path) in message
    assert "(COUNTRIES)" in message
    # and are enough to go on with
    assert run(algorithm, **made_up).outputs["DATES"] == 2


def test_missing_packages_are_told_and_nothing_breaks(made_up, algorithm, monkeypatch, new_log):
    from enclave_watch.core import requirements

    monkeypatch.setattr(requirements, "missing_requirements", lambda: "get shapely")
    fresh = algorithm().create()
    assert fresh.canExecute() == (False, "get shapely")
    made_up.update(FACTION_FIELD="party", OUTPUT="memory:")
    context, log = QgsProcessingContext(), new_log()
    assert fresh.checkParameterValues(made_up, context)[0]
    assert fresh.run(made_up, context, log, {}, False) == ({}, False)
    assert log.errors == ["get shapely"]


def test_a_missing_control_layer_is_refused(refusal, algorithm):
    assert refusal(algorithm)
    assert refusal(algorithm, CONTROL="/nowhere/fronts.gpkg")


def test_dates_outside_the_series_end_the_run_with_its_span(run, made_up, algorithm):
    with pytest.raises(QgsProcessingException, match=r"2020-01-01.*2020-02-01"):
        run(algorithm, DATE="2019-12-31", **made_up)


@pytest.mark.parametrize(
    "date", ["2020-02-01", QDate(2020, 2, 1), QDateTime(2020, 2, 1, 0, 0), "2020-02-01T00:00:00"]
)
def test_a_date_may_be_text_or_a_date_of_qt(run, made_up, algorithm, date):
    outputs = run(algorithm, DATE=date, **made_up).outputs
    assert (outputs["DATES"], outputs["LAST_DATE"]) == (1, "2020-02-01")


def test_a_result_that_cannot_be_written_ends_the_run(run, made_up, algorithm, tmp_path):
    made_up["OUTPUT"] = str(tmp_path / "no" / "such" / "folder" / "x.gpkg")
    with pytest.raises(QgsProcessingException, match="such"):
        run(algorithm, **made_up)


def test_rows_without_geometry_faction_or_date_are_skipped_and_counted(
    run, make_layer, countries, algorithm
):
    good = {"faction": "A", "day": "2020-01-01"}
    square = f"GEOMETRYCOLLECTION({SQUARE})"
    control = make_layer(
        [
            (square, good),
            (None, good),
            (square, {"day": "2020-01-01"}),
            (square, {"faction": "A"}),
            (square, {"faction": "A", "day": "soon"}),
            ("GEOMETRYCOLLECTION(LINESTRING(0 0,1 1))", good),
        ],
        "faction:string", "day:string", kind="GeometryCollection", name="fronts",
    )  # fmt: skip
    run_ = run(
        algorithm, CONTROL=control, FACTION_FIELD="faction", DATE_FIELD="day", COUNTRIES=countries
    )
    text = "\n".join(run_.log.warnings)
    assert run_.outputs["DATES"] == 1
    assert "the geometry is empty (features skipped: 1; first ids: 2)" in text
    assert 'field "faction" is empty: no faction (features skipped: 1; first ids: 3)' in text
    assert "no date (features skipped: 1; first ids: 4)" in text
    assert "cannot be read as a date, skipped: 1 (first ids: 5)." in text
    assert 'The first holds "soon"' in text
    assert "features that are not polygons, skipped: 1 (first ids: 6)." in text
