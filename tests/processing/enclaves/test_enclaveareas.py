"""`enclavewatch:enclaveareas`: what it declares, what it takes, what it gives."""

from __future__ import annotations

import pytest
from pyproj import Geod
from qgis.core import (
    NULL,
    QgsFeatureRequest,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingParameterDefinition,
    QgsProject,
    QgsWkbTypes,
)
from shapely import box, segmentize

from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas

FIELDS = [
    "date", "faction", "rank", "area_km2", "area_err_km2", "inside_km2", "share_faction_pct",
    "share_country_pct", "perimeter_km", "parts", "main", "border_km", "border_with",
    "border_dist_km", "border_nearest", "front_km", "neighbours", "status", "enclosed_by",
    "provinces", "places", "lon", "lat",
]  # fmt: skip
DEFAULTS = {
    "COUNTRY_FIELD": "NAME",
    "PROVINCE_FIELD": "name",
    "PLACE_FIELD": "name",
    "END_INCLUSIVE": False,
    "SNAP": 25,
    "JOIN_DISTANCE": 0,
    "TOLERANCE": 1000,
    "MIN_CONTACT": 1,
    "MIN_PRESENCE": 1,
    "MIN_AREA": 0,
    "POSITION_ERROR": 0,
    "WORKERS": 0,
    "SCHEDULER": "",
}
KEYS = {
    "WORKERS", "SCHEDULER",
    "CONTROL", "FACTION_FIELD", "DATE_FIELD", "END_FIELD", "END_INCLUSIVE", "DATE", "FROM_DATE",
    "TO_DATE", "ALLIANCES", "COUNTRIES", "COUNTRY_FIELD", "HOME", "PROVINCES", "PROVINCE_FIELD",
    "PLACES", "PLACE_FIELD", "SNAP", "JOIN_DISTANCE", "TOLERANCE", "MIN_CONTACT", "MIN_PRESENCE",
    "MIN_AREA", "REFERENCE_AREA", "POSITION_ERROR", "OUTPUT",
}  # fmt: skip


@pytest.fixture
def algorithm(qgis_app):
    return EnclaveAreas().create()


def test_it_declares_its_name_group_icon_and_help(algorithm):
    assert algorithm.name() == "enclaveareas"
    assert (algorithm.groupId(), algorithm.group()) == ("enclaves", "Enclaves")
    assert not algorithm.icon().isNull()
    assert "pocket" in algorithm.tags()
    assert algorithm.helpUrl().startswith("https://")
    assert algorithm.canExecute() == (True, "")


def test_its_help_tells_of_every_parameter_output_and_field(algorithm):
    text = algorithm.shortHelpString()
    outputs = {output.name() for output in algorithm.outputDefinitions()}
    for name in outputs | set(FIELDS):
        assert f"</b>, <code>{name}</code>" in text, name
    for key in KEYS - {"OUTPUT"}:
        assert f"</b>, <code>{key}</code>: " in text, key
    assert "<b>Reference area (km2)</b>, <code>REFERENCE_AREA</code>: " in text
    assert "<b>Date</b>, <code>date</code>: date of the snapshot; " in text
    assert "<b>Last date</b>, <code>LAST_DATE</code></li>" in text
    assert "\n" not in text
    assert "$" not in text


def test_parameters_have_the_keys_and_defaults_of_the_interface(algorithm):
    definitions = {each.name(): each for each in algorithm.parameterDefinitions()}
    assert set(definitions) == KEYS
    defaults = {name: definitions[name].defaultValue() for name in DEFAULTS}
    assert defaults == DEFAULTS


def test_only_the_control_layer_must_be_given(algorithm):
    optional = QgsProcessingParameterDefinition.Flag.FlagOptional
    needed = [
        each.name()
        for each in algorithm.parameterDefinitions()
        if not each.flags() & optional and each.defaultValue() is None and each.name() != "OUTPUT"
    ]
    assert needed == ["CONTROL"]


def test_every_parameter_has_a_help_of_its_own(algorithm):
    helpless = [
        each.name()
        for each in algorithm.parameterDefinitions()
        if not each.help() and each.name() != "OUTPUT"
    ]
    assert helpless == []


def test_it_gives_the_enclaves_of_each_date(run, made_up):
    result = run(EnclaveAreas, **made_up)
    assert result.layer.fields().names() == FIELDS
    assert result.layer.wkbType() == QgsWkbTypes.Type.MultiPolygon
    assert result.layer.crs().authid() == "EPSG:4326"
    found = [
        (row["date"].toString("yyyy-MM-dd"), row["faction"], row["rank"], row["status"])
        for row in result.rows
    ]
    assert found == [
        ("2020-01-01", "Blue", 1, "open"),
        ("2020-01-01", "Red", 1, "border"),
        ("2020-01-01", "Red", 2, "encircled"),
        ("2020-02-01", "Blue", 1, "open"),
        ("2020-02-01", "Red", 1, "encircled"),
    ]


def test_figures_of_an_enclave_are_those_of_the_ellipsoid(run, made_up):
    row = run(EnclaveAreas, DATE="2020-01-01", POSITION_ERROR=100, **made_up).rows[1]
    dense = segmentize(box(1.5, 0.5, 2, 1), 0.0005)
    area_m2, perimeter_m = Geod(ellps="WGS84").geometry_area_perimeter(dense)
    assert row["area_km2"] == pytest.approx(area_m2 / 1e6, rel=1e-8)
    assert row["perimeter_km"] == pytest.approx(perimeter_m / 1e3, rel=1e-6)
    assert row["area_err_km2"] == pytest.approx(row["perimeter_km"] * 0.1, rel=1e-9)
    assert row["border_km"] == pytest.approx(55.288, abs=0.002)
    assert row["border_with"] == "East 55.3"
    assert row["border_dist_km"] == NULL
    assert (row["parts"], row["main"]) == (1, True)


def test_an_encircled_enclave_names_who_encloses_it(run, made_up):
    row = run(EnclaveAreas, DATE="2020-02-01", **made_up).rows[1]
    assert row["enclosed_by"] == "Blue"
    assert row["neighbours"] == "Blue 100 %"
    assert row["front_km"] == pytest.approx(row["perimeter_km"], rel=1e-6)
    assert 0.4 < row["lon"] < 0.6
    assert 0.4 < row["lat"] < 0.6


def test_headline_figures_are_of_the_last_date(run, made_up):
    result = run(EnclaveAreas, **made_up)
    last = [row for row in result.rows if row["date"].month() == 2]
    outputs = result.outputs
    assert outputs["COUNT"] == 2
    assert outputs["FEATURES"] == 5
    assert outputs["DATES"] == 2
    assert outputs["LAST_DATE"] == "2020-02-01"
    assert outputs["TOTAL_KM2"] == pytest.approx(sum(row["area_km2"] for row in last))
    assert outputs["LARGEST_FACTION"] == "Blue"
    assert outputs["LARGEST_KM2"] == pytest.approx(max(row["area_km2"] for row in last))
    assert outputs["SUMMARY"].splitlines()[0].startswith("Blue: ")
    assert "of Land" in outputs["SUMMARY"]


def test_small_enclaves_are_left_out_of_features_and_not_of_sums(run, made_up):
    whole = run(EnclaveAreas, **made_up)
    result = run(EnclaveAreas, MIN_AREA=1000, **made_up)
    assert [row["faction"] for row in result.rows] == ["Blue", "Red", "Blue"]
    assert result.outputs["COUNT"] == whole.outputs["COUNT"]
    assert result.outputs["TOTAL_KM2"] == whole.outputs["TOTAL_KM2"]
    assert "2020-02-01: enclaves under 1000 km2, left out of the features: 1." in result.log.lines


def test_alliances_are_counted_as_one_faction(run, made_up):
    result = run(EnclaveAreas, ALLIANCES="Red=Blue", DATE="2020-02-01", **made_up)
    assert [(row["faction"], row["status"]) for row in result.rows] == [("Blue", "open")]


def test_a_misspelt_member_of_an_alliance_is_told(run, made_up):
    result = run(EnclaveAreas, ALLIANCES="Redd=Blue; Red=Blue", **made_up)
    assert any("Redd" in line and "Red?" in line for line in result.log.warnings)


def test_a_table_of_alliances_serves_as_well_as_text(run, made_up, make_layer):
    table = make_layer(
        [(None, {"id": 1, "faction": "Red", "alliance": "Blue"})],
        "id:int", "note:string", "faction:string", "alliance:string",
        kind="None", crs=None, name="friends = allies",
    )  # fmt: skip
    for given in (table.id(), table.name(), table):
        result = run(EnclaveAreas, ALLIANCES=given, DATE="2020-02-01", **made_up)
        assert {row["faction"] for row in result.rows} == {"Blue"}


def test_provinces_and_places_are_those_given(run, made_up, make_layer):
    provinces = make_layer(
        [
            ("POLYGON((0 0,0.5 0,0.5 2,0 2,0 0))", {"name": "West"}),
            ("POLYGON((0.5 0,2 0,2 2,0.5 2,0.5 0))", {"name": "Centre"}),
        ],
        "name:string",
        name="provinces",
    )
    places = make_layer(
        [("POINT(0.5 0.5)", {"town": "Mid"}), ("POINT(3 1)", {"town": "Abroad"})],
        "town:string", kind="Point", name="towns",
    )  # fmt: skip
    result = run(
        EnclaveAreas, PROVINCES=provinces, PLACES=places, PLACE_FIELD="town",
        DATE="2020-02-01", **made_up,
    )  # fmt: skip
    red = result.rows[1]
    assert red["provinces"] == "Centre 50 %; West 50 %"
    assert red["places"] == "Mid"


def test_a_layer_without_faction_field_is_held_by_one_bearing_its_name(run, control, countries):
    result = run(EnclaveAreas, CONTROL=control, COUNTRIES=countries)
    assert {row["faction"] for row in result.rows} == {"fronts"}
    assert {row["date"] for row in result.rows} == {NULL}
    assert result.outputs["LAST_DATE"] == ""


def test_dates_with_a_time_of_day_keep_it(run, make_layer, countries):
    square = "POLYGON((0 0,1 0,1 1,0 1,0 0))"
    control = make_layer(
        [(square, {"at": "2020-01-01T06:00:00"}), (square, {"at": "2020-01-01T18:30:00"})],
        "at:datetime",
    )
    rows = run(EnclaveAreas, CONTROL=control, DATE_FIELD="at", COUNTRIES=countries).rows
    times = [row["date"].toString("yyyy-MM-dd HH:mm") for row in rows]
    assert times == ["2020-01-01 06:00", "2020-01-01 18:30"]


@pytest.mark.parametrize(("inclusive", "last"), [(False, "2020-01-10"), (True, "2020-01-11")])
def test_rows_with_an_end_are_intervals(run, make_layer, countries, inclusive, last):
    control = make_layer(
        [
            ("POLYGON((0 0,1 0,1 1,0 1,0 0))", {"faction": "A", "start": "2020-01-01"}),
            (
                "POLYGON((1 1,2 1,2 2,1 2,1 1))",
                {"faction": "B", "start": "2020-01-01", "end": "2020-01-10"},
            ),
        ],
        "faction:string", "start:date", "end:string",
    )  # fmt: skip
    result = run(
        EnclaveAreas, CONTROL=control, FACTION_FIELD="faction", DATE_FIELD="start",
        END_FIELD="end", END_INCLUSIVE=inclusive, COUNTRIES=countries,
    )  # fmt: skip
    found = [(row["date"].toString("yyyy-MM-dd"), row["faction"]) for row in result.rows]
    assert found == [("2020-01-01", "A"), ("2020-01-01", "B"), (last, "A")]


def test_progress_goes_from_nothing_to_all_and_never_back(run, made_up):
    steps = run(EnclaveAreas, **made_up).log.steps
    assert steps == sorted(steps)
    assert steps[0] < 15
    assert steps[-1] == pytest.approx(100)
    assert [step for step in steps if 10 < step < 20]
    assert len(steps) > 5


@pytest.mark.parametrize("cancel_at", [0, 5, 15, 40])
def test_a_cancelled_run_ends_quietly_with_nothing(run, made_up, new_log, cancel_at):
    result = run(EnclaveAreas, log=new_log(cancel_at), **made_up)
    assert result.outputs == {}


@pytest.mark.parametrize(
    "check", ["GeometryNoCheck", "GeometrySkipInvalid", "GeometryAbortOnInvalid"]
)
def test_invalid_polygons_are_repaired_whatever_the_setting_of_processing(
    run, make_layer, countries, check
):
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    context.setInvalidGeometryCheck(getattr(QgsFeatureRequest.InvalidGeometryCheck, check))
    bow_tie = make_layer([("POLYGON((0 0,1 1,1 0,0 1,0 0))", {})], name="fronts")
    result = run(EnclaveAreas, CONTROL=bow_tie, COUNTRIES=countries, context=context)
    # two triangles that touch in a point
    assert result.outputs["COUNT"] == 2
    assert any("invalid polygons repaired: 1" in line for line in result.log.warnings)


def test_the_log_tells_what_was_read_and_found(run, made_up):
    text = "\n".join(run(EnclaveAreas, **made_up).log.lines)
    assert 'Control layer "fronts": 2 snapshots, 2020-01-01 to 2020-02-01. Features read: 5' in text
    assert 'Countries layer "countries": countries read: 2' in text
    assert "Home country not given: taken to be Land" in text
    assert "2020-02-01: enclaves: 2, factions: 2" in text


def test_fields_left_empty_are_told_where_they_change_the_figures(run, made_up):
    left_empty = {
        key: value for key, value in made_up.items() if key not in {"FACTION_FIELD", "DATE_FIELD"}
    }
    text = "\n".join(run(EnclaveAreas, **left_empty).log.warnings)
    assert 'No faction field is given: all of the control layer is held by one faction, "' in text
    assert "No date field is given, though the control layer has" in text
    assert "field is given" not in "\n".join(run(EnclaveAreas, **made_up).log.warnings)


def test_a_control_layer_far_from_all_countries_is_blamed_and_not_they(run, make_layer, countries):
    far = make_layer([("POLYGON((-120 -60,-119 -60,-119 -59,-120 -60))", {})], name="fronts")
    with pytest.raises(QgsProcessingException, match="no country lies near the control layer"):
        run(EnclaveAreas, CONTROL=far, COUNTRIES=countries)


def test_places_that_are_polygons_are_refused(refusal, made_up, make_layer):
    areas = make_layer(
        [("POLYGON((0 0,1 0,1 1,0 1,0 0))", {"name": "A"})], "name:string", name="areas"
    )
    message = refusal(EnclaveAreas, PLACES=areas, **made_up)
    assert message == 'Places layer "areas" holds polygons, not points. Choose a layer of points.'


def test_places_that_lie_far_from_the_control_layer_are_counted_in_the_log(
    run, made_up, make_layer
):
    places = make_layer(
        [("POINT(0.5 0.5)", {"name": "Near"}), ("POINT(100 60)", {"name": "Far"})],
        "name:string", kind="Point", name="towns",
    )  # fmt: skip
    told = (
        'Places layer "towns": features read: 1 of 2. The others lie far from the control layer, '
        "or have no name or geometry."
    )
    assert told in run(EnclaveAreas, PLACES=places, **made_up).log.lines
    places.dataProvider().deleteFeatures([2])
    assert not [
        line for line in run(EnclaveAreas, PLACES=places, **made_up).log.lines if "towns" in line
    ]


def test_enclaves_too_small_to_be_meant_are_told_of(run, make_layer, countries):
    # a square of some 55 m, a hair of no width, and one that is large
    control = make_layer(
        [
            ("POLYGON((0.1 0.1,0.1005 0.1,0.1005 0.1005,0.1 0.1005,0.1 0.1))", {"who": "Dot"}),
            ("POLYGON((1 1,1.5 1.1,1.2 1.04,1 1))", {"who": "Hair"}),
            ("POLYGON((0.5 0.5,0.6 0.5,0.6 0.6,0.5 0.6,0.5 0.5))", {"who": "Large"}),
        ],
        "who:string",
    )  # fmt: skip
    given = {"CONTROL": control, "FACTION_FIELD": "who", "COUNTRIES": countries}
    told = (
        "Undated: enclaves under a hectare: 2, under a square metre: 1 (Dot, Hair). They count as "
        "enclaves; MIN_AREA leaves them out of the features."
    )
    assert told in run(EnclaveAreas, **given).log.lines
    assert not [
        line
        for line in run(EnclaveAreas, MIN_AREA=0.01, **given).log.lines
        if "under a hectare" in line
    ]
