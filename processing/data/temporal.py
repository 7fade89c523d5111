"""When a feature is valid by the temporal settings of its layer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Callable

from qgis.core import (
    Qgis,
    QgsExpression,
    QgsExpressionContext,
    QgsFeature,
    QgsInterval,
    QgsVectorLayer,
)

from ...core.dates import parse_date
from ...core.errors import DateError, FieldError
from ...core.i18n import tr
from ..convert import plain_value

__all__ = ["Validity", "has_temporal_settings", "validity_of"]

_Mode = Qgis.VectorTemporalMode


@dataclass(frozen=True)
class Validity:
    """From when to before when a feature is valid; `open_ended`: for ever, by its settings."""

    start: datetime | None
    end: datetime | None = None
    open_ended: bool = False


def has_temporal_settings(layer: QgsVectorLayer) -> bool:
    """Return whether the layer's temporal settings are on and say when its features are valid."""
    properties = layer.temporalProperties()
    return properties.isActive() and properties.mode() != _Mode.RedrawLayerOnly


def validity_of(
    layer: QgsVectorLayer, context: QgsExpressionContext, label: str
) -> Callable[[QgsFeature], Validity]:
    """Return what tells the validity of each feature, by the layer's temporal settings.

    Raises
    ------
    DateError
        When the settings are off.
    FieldError
        When they name a field that there is not.
    """
    if not has_temporal_settings(layer):
        raise DateError(
            tr(
                "{layer} has no temporal settings. Set them in its properties, under Temporal, or "
                "take dates from somewhere else (DATES_FROM)."
            ).format(layer=label)
        )
    properties = layer.temporalProperties()
    mode = properties.mode()
    if mode == _Mode.FixedTemporalRange:
        span = properties.fixedTemporalRange()
        fixed = _interval(span.begin(), span.end())
        return lambda _feature: fixed
    if mode == _Mode.FeatureDateTimeStartAndEndFromExpressions:
        start = _prepared(properties.startExpression(), context)
        end = _prepared(properties.endExpression(), context)
        return lambda feature: _interval(
            _evaluated(start, context, feature), _evaluated(end, context, feature)
        )
    start_index = _index(layer, properties.startField(), label)
    if mode == _Mode.FeatureDateTimeStartAndEndFromFields:
        end_index = _index(layer, properties.endField(), label)
        return lambda feature: _interval(feature[start_index], feature[end_index])
    if mode == _Mode.FeatureDateTimeStartAndDurationFromFields:
        duration_index = _index(layer, properties.durationField(), label)
        unit = properties.durationUnits()
        return lambda feature: _lasting(
            feature[start_index], QgsInterval(float(feature[duration_index] or 0), unit)
        )
    # an instant is when a snapshot was taken: it is valid until the next one
    return lambda feature: Validity(_moment(feature[start_index]))


def _interval(start: Any, end: Any) -> Validity:
    until = _moment(end)
    return Validity(_moment(start), until, open_ended=until is None)


def _lasting(start: Any, duration: QgsInterval) -> Validity:
    begin = _moment(start)
    if begin is None or duration.seconds() <= 0:
        return Validity(begin)
    return Validity(begin, begin + timedelta(seconds=duration.seconds()))


def _moment(value: Any) -> datetime | None:
    plain = plain_value(value)
    return None if plain is None or plain == "" else parse_date(plain)


def _prepared(text: str, context: QgsExpressionContext) -> QgsExpression:
    expression = QgsExpression(text)
    expression.prepare(context)
    return expression


def _evaluated(
    expression: QgsExpression, context: QgsExpressionContext, feature: QgsFeature
) -> Any:
    if not expression.expression():
        return None
    context.setFeature(feature)
    return expression.evaluate(context)


def _index(layer: QgsVectorLayer, name: str, label: str) -> int:
    index = layer.fields().lookupField(name)
    if index < 0:
        raise FieldError(
            tr(
                '{layer}: its temporal settings name the field "{field}", which it has not. Set '
                "them in its properties, under Temporal."
            ).format(layer=label, field=name)
        )
    return index
