"""`enclavewatch:enclavehistory`: what it declares, what it takes, what it gives."""

from __future__ import annotations

import pytest
from pyproj import Geod
from qgis.core import NULL, QgsProcessingContext, QgsProject, QgsVectorLayer, QgsWkbTypes
from shapely import box, segmentize

from enclave_watch.processing.enclaves.enclavehistory import EnclaveHistory
from enclave_watch.processing.historystyling import style_events
from enclave_watch.processing.styling import styled

FIELDS = [
    "date", "faction", "enclave_id", "first_date", "age_days", "lineage", "parents", "predecessor",
    "change_km2", "change_first_km2", "gained_from", "fate", "children", "lost_km2", "lost_to",
    "area_km2", "rank", "main", "share_faction_pct", "share_country_pct", "perimeter_km",
    "border_km", "border_with", "border_dist_km", "front_km", "neighbours", "status",
    "enclosed_by", "places", "lon", "lat", "provinces", "neck_m", "neck_sides", "neck_lon",
    "neck_lat",
]  # fmt: skip
EVENT_FIELDS = [
    "date", "date_before", "kind", "faction", "enclave_id", "other", "where", "km2", "km", "text",
]  # fmt: skip
KEYS = {
    "WORKERS", "SCHEDULER",
    "CONTROL", "FACTION_FIELD", "DATE_FIELD", "END_FIELD", "END_INCLUSIVE", "FROM_DATE", "TO_DATE",
    "ALLIANCES", "COUNTRIES", "COUNTRY_FIELD", "HOME", "PROVINCES", "PROVINCE_FIELD", "PLACES",
    "PLACE_FIELD", "SNAP", "JOIN_DISTANCE", "TOLERANCE", "MIN_CONTACT", "MIN_PRESENCE", "MIN_AREA",
    "REFERENCE_AREA", "MIN_OVERLAP", "NECK_WIDTH", "NECK_AREA", "OUTPUT", "EVENTS",
}  # fmt: skip
OUTPUTS = {
    "OUTPUT", "EVENTS", "COUNT", "ENCLAVES", "EVENT_COUNT", "APPEARED", "VANISHED", "SPLIT",
    "MERGED", "CONTACT_LOST", "LARGEST_LOST", "NARROWEST_NECK_M", "DATES", "LAST_DATE", "FEATURES",
    "SUMMARY",
}  # fmt: skip
ALLIANCE = "Jaysh Khalid ibn al-Walid=Islamic State"


@pytest.fixture
def algorithm(qgis_app):
    return EnclaveHistory().create()


@pytest.fixture
def followed(run):
    """Return a function that runs with events, and gives the run and the events' rows."""

    def follow(**parameters):
        result = run(EnclaveHistory, EVENTS="memory:", **parameters)
        layer = result.context.getMapLayer(result.outputs["EVENTS"])
        names = layer.fields().names()
        assert names == EVENT_FIELDS
        assert layer.wkbType() == QgsWkbTypes.Type.MultiPoint
        return result, [dict(zip(names, each.attributes())) for each in layer.getFeatures()]

    return follow


def _area_km2(*corners):
    dense = segmentize(box(*corners), 0.0005)
    return abs(Geod(ellps="WGS84").geometry_area_perimeter(dense)[0]) / 1e6


def test_it_declares_its_name_group_icon_and_help(algorithm):
    assert algorithm.name() == "enclavehistory"
    assert (algorithm.groupId(), algorithm.group()) == ("enclaves", "Enclaves")
    assert not algorithm.icon().isNull()
    assert algorithm.svgIconPath().endswith("enclavehistory.svg")
    text = algorithm.shortHelpString()
    for name in OUTPUTS | set(FIELDS):
        assert f"<code>{name}</code>" in text, name
    for name in EVENT_FIELDS:
        assert f"<code>EVENTS: {name}</code>" in text, name
    for key in KEYS - {"OUTPUT", "EVENTS"}:
        assert f"<code>{key}</code>: " in text, key
    assert "$" not in text


def test_parameters_and_outputs_have_the_keys_of_the_interface(algorithm):
    definitions = {each.name(): each for each in algorithm.parameterDefinitions()}
    assert set(definitions) == KEYS
    assert {each.name() for each in algorithm.outputDefinitions()} == OUTPUTS
    assert definitions["MIN_OVERLAP"].defaultValue() == 10
    assert definitions["NECK_WIDTH"].defaultValue() == 0
    assert definitions["NECK_AREA"].defaultValue() == 10
    assert all(each.help() for key, each in definitions.items() if key not in OUTPUTS)


def test_a_layer_without_dates_is_refused(refusal, made_up):
    del made_up["DATE_FIELD"]
    assert "DATE_FIELD" in refusal(EnclaveHistory, **made_up)


def test_it_gives_each_enclave_on_each_date_with_its_place_in_the_lineage(run, made_up):
    result = run(EnclaveHistory, **made_up)
    assert result.layer.fields().names() == FIELDS
    assert result.layer.wkbType() == QgsWkbTypes.Type.MultiPolygon
    found = [
        (
            row["date"].toString("yyyy-MM-dd"), row["faction"], row["enclave_id"], row["age_days"],
            row["lineage"], row["fate"],
        )
        for row in result.rows
    ]  # fmt: skip
    assert found == [
        ("2020-01-01", "Blue", 1, 0, NULL, "continued"),
        ("2020-01-01", "Red", 2, 0, NULL, "vanished"),
        ("2020-01-01", "Red", 3, 0, NULL, "continued"),
        ("2020-02-01", "Blue", 1, 31, "continued", NULL),
        ("2020-02-01", "Red", 3, 31, "continued", NULL),
    ]


def test_ground_lost_has_the_area_that_the_ellipsoid_gives(run, made_up):
    row = run(EnclaveHistory, **made_up).rows[1]
    expected = _area_km2(1.5, 0.5, 2, 1)
    assert row["lost_km2"] == pytest.approx(expected, rel=1e-6)
    assert row["lost_to"] == f"unassigned {expected:,.1f}"


def test_events_come_beside_it_each_with_its_sentence(followed, made_up):
    _, events = followed(**made_up)
    assert [(event["kind"], event["faction"], event["where"]) for event in events] == [
        ("largest_lost", "Red", ""),
        ("vanished", "Red", ""),
        ("contact_lost", "Red", "East"),
    ]
    contact = events[2]
    assert contact["date"].toString("yyyy-MM-dd") == "2020-02-01"
    assert contact["date_before"].toString("yyyy-MM-dd") == "2020-01-01"
    assert contact["km"] == pytest.approx(
        Geod(ellps="WGS84").line_length([2, 2], [0.5, 1.0]) / 1e3, abs=0.002
    )
    assert contact["km2"] == NULL
    assert contact["text"].startswith("Red lost contact with East: 55.3 km of border before")


def test_events_may_be_left_out(run, made_up):
    outputs = run(EnclaveHistory, **made_up).outputs
    assert "EVENTS" not in outputs
    assert outputs["EVENT_COUNT"] == 3


def test_headline_figures_count_what_happened(run, made_up):
    outputs = run(EnclaveHistory, **made_up).outputs
    figures = {
        "COUNT": 2, "ENCLAVES": 3, "EVENT_COUNT": 3, "APPEARED": 0, "VANISHED": 1, "SPLIT": 0,
        "MERGED": 0, "CONTACT_LOST": 1, "LARGEST_LOST": 1, "NARROWEST_NECK_M": -1, "DATES": 2,
        "LAST_DATE": "2020-02-01", "FEATURES": 5,
    }  # fmt: skip
    assert {name: outputs[name] for name in figures} == figures
    # the largest enclave vanished: two events, of which the summary tells one
    assert len(outputs["SUMMARY"].splitlines()) == 2


def test_a_single_date_has_enclaves_and_a_warning_but_no_events(run, made_up):
    result = run(EnclaveHistory, TO_DATE="2020-01-01", **made_up)
    assert result.outputs["EVENT_COUNT"] == 0
    assert len(result.rows) == 3
    assert any("only one snapshot" in warning for warning in result.log.warnings)


def test_a_neck_is_told_where_it_is_looked_for(run, make_layer, countries):
    # two squares of 0.2 degrees, and a bridge between them 0.01 degrees wide
    shape = (
        "POLYGON((0.2 0.2,0.4 0.2,0.4 0.295,0.45 0.295,0.45 0.2,0.65 0.2,0.65 0.4,0.45 0.4,"
        "0.45 0.305,0.4 0.305,0.4 0.4,0.2 0.4,0.2 0.2))"
    )
    control = make_layer([(shape, {"date": "2020-01-01"})], "date:string")
    asked = {"CONTROL": control, "DATE_FIELD": "date", "COUNTRIES": countries}
    [plain] = run(EnclaveHistory, **asked).rows
    assert plain["neck_m"] == plain["neck_sides"] == NULL
    result = run(EnclaveHistory, NECK_WIDTH=2000, **asked)
    [row] = result.rows
    across_m = Geod(ellps="WGS84").line_length([0.4, 0.4], [0.295, 0.305])
    assert row["neck_m"] == pytest.approx(across_m, rel=0.01)
    assert result.outputs["NARROWEST_NECK_M"] == row["neck_m"]
    assert 0.4 < row["neck_lon"] < 0.45
    assert 0.295 < row["neck_lat"] < 0.305
    side = _area_km2(0.2, 0.2, 0.4, 0.4)
    larger, smaller = (float(text) for text in row["neck_sides"].split("; "))
    assert larger == pytest.approx(side, rel=0.01)
    assert smaller == pytest.approx(side, rel=0.01)
    assert run(EnclaveHistory, NECK_WIDTH=2000, NECK_AREA=1000, **asked).rows[0]["neck_m"] == NULL


def test_the_smallest_overlap_decides_what_follows_from_what(run, make_layer, countries):
    # a fifth of the ground is the same
    control = make_layer(
        [
            ("POLYGON((0.2 0.2,0.7 0.2,0.7 0.4,0.2 0.4,0.2 0.2))", {"date": "2020-01-01"}),
            ("POLYGON((0.6 0.2,1.1 0.2,1.1 0.4,0.6 0.4,0.6 0.2))", {"date": "2020-02-01"}),
        ],
        "date:string",
    )
    asked = {"CONTROL": control, "DATE_FIELD": "date", "COUNTRIES": countries}
    lax, strict = (run(EnclaveHistory, MIN_OVERLAP=share, **asked).rows for share in (19, 21))
    assert [row["lineage"] for row in lax] == [NULL, "continued"]
    assert [row["lineage"] for row in strict] == [NULL, "appeared"]
    assert lax[1]["parents"] == "1: 20 %"


def test_a_time_in_which_nobody_holds_anything_is_told(run, make_layer, countries):
    shape = "POLYGON((0.2 0.2,0.7 0.2,0.7 0.4,0.2 0.4,0.2 0.2))"
    control = make_layer(
        [
            (shape, {"start": "2020-01-01", "end": "2020-02-01"}),
            (shape, {"start": "2020-03-01", "end": "2020-04-01"}),
        ],
        "start:string",
        "end:string",
    )
    result = run(
        EnclaveHistory, CONTROL=control, DATE_FIELD="start", END_FIELD="end", COUNTRIES=countries
    )
    assert [(row["enclave_id"], row["fate"], row["predecessor"]) for row in result.rows] == [
        (1, "vanished", NULL),
        (2, NULL, 1),
    ]
    assert (result.outputs["VANISHED"], result.outputs["APPEARED"]) == (1, 1)
    # what ends with the last rows is the record
    assert (result.outputs["LAST_DATE"], result.outputs["COUNT"]) == ("2020-03-01", 1)


def test_the_sample_tells_the_story_of_the_summer(followed, syria, sample):
    result, events = followed(
        ALLIANCES=ALLIANCE, PLACES=f"{sample}|layername=places", PLACE_FIELD="name", **syria
    )
    own = [
        (event["date"].toString("yyyy-MM-dd"), event["kind"], event["other"], event["where"])
        for event in events
        if event["faction"] == "Islamic State"
    ]
    assert own == [
        ("2018-06-30", "vanished", "Syrian Democratic Forces", "Hasaka (Al Haksa)"),
        ("2018-06-30", "presence_ended", "Syrian Democratic Forces", "Hasaka (Al Haksa)"),
        ("2018-07-31", "vanished", "Syrian government", "Dar`a"),
        ("2018-07-31", "contact_lost", "Syrian government", "Jordan"),
        ("2018-07-31", "presence_ended", "Syrian government", "Dar`a"),
        ("2018-07-31", "place_taken", "Syrian government", "Saham al-Jawlan"),
        ("2018-08-05", "largest_lost", "Syrian Democratic Forces", "Dayr Az Zawr"),
        ("2018-08-05", "vanished", "Syrian Democratic Forces", "Dayr Az Zawr"),
        ("2018-08-05", "contact_lost", "Syrian Democratic Forces", "Iraq"),
    ]
    assert result.outputs["SUMMARY"].splitlines()[0] == (
        "Islamic State lost its largest enclave, of 1,670.0 km2 in Dayr Az Zawr. "
        "The ground is now held by: Syrian Democratic Forces 1,670.0 (km2)."
    )
    rows = [row for row in result.rows if row["fate"] == "vanished"]
    assert [row["enclave_id"] for row in rows if row["faction"] == "Islamic State"] == [5, 7, 1]


def test_results_are_loaded_with_their_styles_and_names(qgis_app, made_up, new_log):
    algorithm = EnclaveHistory().create()
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    outputs, good = algorithm.run(
        {**made_up, "OUTPUT": "memory:", "EVENTS": "memory:"}, context, new_log(), {}, False
    )
    assert good
    events = context.getMapLayer(outputs["EVENTS"])
    assert styled(style_events, events, ["Red"])
    assert events.renderer().type() == "categorizedSymbol"
    seen = {category.value() for category in events.renderer().categories()}
    assert {"vanished", "contact_lost", "largest_lost"} <= seen
    assert events.temporalProperties().isActive()


def test_results_are_written_to_files(run, made_up, tmp_path):
    path = tmp_path / "history.gpkg"
    result = run(
        EnclaveHistory, **{**made_up, "OUTPUT": str(path), "EVENTS": str(tmp_path / "events.gpkg")}
    )
    assert result.layer.featureCount() == 5
    events = QgsVectorLayer(result.outputs["EVENTS"], "events", "ogr")
    assert events.featureCount() == 3
    assert "where" in events.fields().names()


def test_it_stops_when_cancelled(run, made_up, new_log):
    algorithm = EnclaveHistory().create()
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    outputs, _ = algorithm.run(
        {**made_up, "OUTPUT": "memory:"}, context, new_log(cancel_at=0), {}, False
    )
    assert "EVENT_COUNT" not in outputs
