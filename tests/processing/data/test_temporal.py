"""Dates by the temporal settings of a layer, in every mode that QGIS has."""

from __future__ import annotations

import pytest
from qgis.core import (
    Qgis,
    QgsDateTimeRange,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QDateTime

from enclave_watch.core.errors import DateError, FieldError
from enclave_watch.processing.data.temporal import has_temporal_settings, validity_of

SQUARE = "POLYGON((0 0,1 0,1 1,0 1,0 0))"
MODES = Qgis.VectorTemporalMode


@pytest.fixture
def layer(make_layer):
    made = make_layer(
        [(SQUARE, {"a": "2024-01-01", "b": "2024-01-05", "n": 3}), (SQUARE, {"a": "2024-01-02"})],
        "a:date", "b:date", "n:int",
    )  # fmt: skip
    made.temporalProperties().setIsActive(True)
    return made


def spans(layer):
    context = QgsExpressionContext()
    context.appendScope(QgsExpressionContextUtils.layerScope(layer))
    tell = validity_of(layer, context, "Layer")
    found = [tell(feature) for feature in layer.getFeatures()]
    return [
        (
            each.start and each.start.date().isoformat(),
            each.end and each.end.date().isoformat(),
            each.open_ended,
        )
        for each in found
    ]


def test_a_fixed_range_is_of_all_features(layer):
    properties = layer.temporalProperties()
    properties.setMode(MODES.FixedTemporalRange)
    properties.setFixedTemporalRange(
        QgsDateTimeRange(QDateTime(2024, 3, 1, 0, 0), QDateTime(2024, 4, 1, 0, 0))
    )
    assert spans(layer) == [("2024-03-01", "2024-04-01", False)] * 2


def test_an_instant_is_valid_until_the_next_snapshot(layer):
    properties = layer.temporalProperties()
    properties.setMode(MODES.FeatureDateTimeInstantFromField)
    properties.setStartField("a")
    assert spans(layer) == [("2024-01-01", None, False), ("2024-01-02", None, False)]


def test_start_and_end_come_from_fields_and_a_missing_end_is_open(layer):
    properties = layer.temporalProperties()
    properties.setMode(MODES.FeatureDateTimeStartAndEndFromFields)
    properties.setStartField("a")
    properties.setEndField("b")
    assert spans(layer) == [("2024-01-01", "2024-01-05", False), ("2024-01-02", None, True)]


def test_a_duration_is_added_in_its_unit(layer):
    properties = layer.temporalProperties()
    properties.setMode(MODES.FeatureDateTimeStartAndDurationFromFields)
    properties.setStartField("a")
    properties.setDurationField("n")
    properties.setDurationUnits(QgsUnitTypes.TemporalUnit.TemporalWeeks)
    assert spans(layer) == [("2024-01-01", "2024-01-22", False), ("2024-01-02", None, False)]


def test_start_and_end_come_from_expressions(layer):
    properties = layer.temporalProperties()
    properties.setMode(MODES.FeatureDateTimeStartAndEndFromExpressions)
    properties.setStartExpression("\"a\" - to_interval('1 day')")
    properties.setEndExpression('"b"')
    assert spans(layer) == [("2023-12-31", "2024-01-05", False), ("2024-01-01", None, True)]


def test_settings_that_are_off_or_only_redraw_tell_nothing(layer):
    layer.temporalProperties().setMode(MODES.RedrawLayerOnly)
    assert not has_temporal_settings(layer)
    layer.temporalProperties().setIsActive(False)
    with pytest.raises(DateError, match="no temporal settings"):
        spans(layer)


def test_a_field_that_is_gone_is_named(layer):
    properties = layer.temporalProperties()
    properties.setMode(MODES.FeatureDateTimeInstantFromField)
    properties.setStartField("gone")
    with pytest.raises(FieldError, match='"gone"'):
        spans(layer)
