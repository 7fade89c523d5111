"""`enclavewatch:buildseries` on layers: where faction and dates come from."""

from __future__ import annotations

import pytest
from qgis.core import (
    Qgis,
    QgsDateTimeRange,
)
from qgis.PyQt.QtCore import QDateTime

from enclave_watch.processing.data.buildseries import BuildSeries
from enclave_watch.tests.processing.data.seriesfiles import SQUARE, spans


def test_layers_give_faction_and_dates_by_fields(run, make_layer):
    first = make_layer(
        [
            (SQUARE, {"who": "A", "day": "2024-01-01", "until": "2024-01-05"}),
            (SQUARE, {"who": "B", "day": "2024-01-02", "until": None}),
            (SQUARE, {"who": None, "day": "2024-01-02", "until": None}),
            (SQUARE, {"who": "C", "day": "soon", "until": None}),
            (SQUARE, {"who": "C", "day": "2024-01-03", "until": "2024-01-02"}),
        ],
        "who:string", "day:string", "until:string",
        name="first",
    )  # fmt: skip
    result = run(
        BuildSeries, LAYERS=[first], FACTION_FIELD="who", DATE_FIELD="day", END_FIELD="until",
        END_INCLUSIVE=True,
    )  # fmt: skip
    assert spans(result) == [("A", "2024-01-01", "2024-01-06"), ("B", "2024-01-02", "")]
    assert result.outputs["SKIPPED"] == 3
    warnings = "\n".join(result.log.warnings)
    for reason in ("no faction", "a date that cannot be read", "an end that is not after"):
        assert f"1 features skipped, {reason}" in warnings


def test_layers_give_faction_and_dates_by_expressions(run, make_layer):
    layers = [
        make_layer([(SQUARE, {"d": day})], "d:int", name=f"sdf {day}")
        for day in (20240805, 20240806)
    ]
    result = run(
        BuildSeries,
        LAYERS=layers,
        FACTION_EXPRESSION="upper(left(@layer_name, 3))",
        DATE_EXPRESSION="to_date(to_string(\"d\"), 'yyyyMMdd')",
    )
    assert spans(result) == [
        ("SDF", "2024-08-05", "2024-08-06"),
        ("SDF", "2024-08-06", "2024-08-07"),
    ]


def test_layers_give_dates_by_their_temporal_settings(run, make_layer):
    fixed = make_layer([(SQUARE, {})], name="SDF")
    fixed.temporalProperties().setIsActive(True)
    fixed.temporalProperties().setFixedTemporalRange(
        QgsDateTimeRange(QDateTime(2024, 1, 1, 0, 0), QDateTime(2024, 1, 3, 0, 0))
    )
    fields = make_layer([(SQUARE, {"a": "2024-01-02"})], "a:date", name="ISIS")
    properties = fields.temporalProperties()
    properties.setIsActive(True)
    properties.setMode(Qgis.VectorTemporalMode.FeatureDateTimeInstantFromField)
    properties.setStartField("a")
    result = run(BuildSeries, LAYERS=[fixed, fields])
    assert spans(result) == [
        ("SDF", "2024-01-01", "2024-01-03"),
        ("ISIS", "2024-01-02", "2024-01-03"),
    ]
    assert "Dates: the temporal settings of the layers." in result.log.lines


def test_sources_in_other_reference_systems_are_brought_to_the_first(run, make_layer):
    first = make_layer([(SQUARE, {})], name="SDF 2024-01-01")
    # a degree along the equator, as spherical Mercator has it
    edge = 111319.49079327358
    second = make_layer(
        [(f"POLYGON((0 0,{edge} 0,{edge} {edge},0 {edge},0 0))", {})],
        crs="EPSG:3857",
        name="SDF 2024-01-02",
    )
    result = run(BuildSeries, LAYERS=[first, second])
    assert result.layer.crs().authid() == "EPSG:4326"
    box_of_second = list(result.layer.getFeatures())[1].geometry().boundingBox()
    assert box_of_second.xMaximum() == pytest.approx(1.0, abs=1e-9)
    assert box_of_second.yMaximum() == pytest.approx(0.99995, abs=1e-5)
    assert any("1 sources brought to EPSG:4326" in line for line in result.log.warnings)
    metres = run(BuildSeries, LAYERS=[first, second], TARGET_CRS="EPSG:3857")
    assert metres.layer.crs().authid() == "EPSG:3857"


def test_a_source_without_reference_system_is_left_out_and_named(run, make_layer):
    layers = [
        make_layer([(SQUARE, {})], name="SDF 2024-01-01"),
        make_layer([(SQUARE, {})], name="SDF 2024-01-02", crs=None),
    ]
    result = run(BuildSeries, LAYERS=layers)
    assert result.outputs["DATES"] == 1
    assert "1 sources left out, no coordinate reference system: SDF 2024-01-02." in (
        result.log.warnings
    )


def test_times_of_day_are_kept_or_one_a_day_is(run, make_layer):
    # 8:00 and 20:00 of 1 November 2024
    layers = [make_layer([(SQUARE, {})], name=f"SDF {at}") for at in (1730448000, 1730491200)]
    both = run(BuildSeries, LAYERS=layers)
    assert spans(both, "yyyy-MM-dd HH") == [
        ("SDF", "2024-11-01 08", "2024-11-01 20"),
        ("SDF", "2024-11-01 20", "2024-11-02 08"),
    ]
    last = run(BuildSeries, LAYERS=layers, SAME_DAY="last", LAST_END="2024-12-01")
    assert spans(last) == [("SDF", "2024-11-01", "2024-12-01")]
    assert last.rows[0]["source"] == "SDF 1730491200"
