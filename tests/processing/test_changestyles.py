"""How results about change look: filled by who gained, hatched by who lost."""

from __future__ import annotations

from collections import Counter

import pytest
from qgis.core import (
    QgsDateTimeRange,
    QgsFeature,
    QgsGeometry,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QSize, QTime
from qgis.PyQt.QtGui import QColor

from enclave_watch.processing import changestyles
from enclave_watch.processing.palette import FACTION_COLORS, faction_colors

FACTIONS = ["Alpha", "Bravo"]
TRANSITIONS = (
    ("Alpha", "Bravo", "change"),
    ("Bravo", "unassigned", "change"),
    ("Alpha", "contested: Alpha + Bravo", "change"),
    ("Alpha", "Bravo", "redraw"),
)


@pytest.fixture(autouse=True)
def _empty_project(qgis_app):
    QgsProject.instance().clear()
    yield
    QgsProject.instance().clear()


def _layer(fields: str, rows) -> QgsVectorLayer:
    """Return squares of 1 by 1 degree side by side from west to east."""
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:4326&{fields}", "changes", "memory")
    features = []
    for west, row in enumerate(rows):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(west, 0, west + 1, 1)))
        feature.setAttributes(list(row))
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    layer.updateExtents()
    return layer


@pytest.fixture
def changed():
    layer = _layer(
        "field=from_faction:string&field=to_faction:string&field=kind:string&field=to_date:date",
        [(*row, QDate(2020, 1, 1)) for row in TRANSITIONS],
    )
    changestyles.style_changes(layer, FACTIONS)
    return layer


def _seen(layer: QgsVectorLayer, square: int, count: int = 2) -> set[str]:
    """Return the colours that cover most of the inside of a square; the rest smooths edges."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(QgsRectangle(square + 0.1, 0.1, square + 0.9, 0.9))
    settings.setOutputSize(QSize(120, 120))
    settings.setBackgroundColor(QColor("#ffffff"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    pixels = Counter(image.pixelColor(x, y).name() for x in range(120) for y in range(120))
    return {_exact(name) for name, _ in pixels.most_common(count)}


def _exact(seen: str) -> str:
    """Return the colour that was meant: smoothed edges are off by a step or two."""

    def distance(name: str) -> int:
        one, two = QColor(name), QColor(seen)
        return max(
            abs(one.red() - two.red()), abs(one.green() - two.green()), abs(one.blue() - two.blue())
        )

    near = [name for name in (*FACTION_COLORS, "#c8c8c8", "#7a7a7a") if distance(name) <= 3]
    return near[0] if near else seen


def _midnight(day: int) -> QDateTime:
    return QDateTime(QDate(2020, 1, day), QTime(0, 0))


def test_a_change_is_filled_by_who_gained_and_hatched_by_who_lost(changed):
    colors = faction_colors(FACTIONS)
    assert _seen(changed, 0) == {colors["Bravo"], colors["Alpha"]}


def test_ground_of_nobody_or_of_several_has_a_grey_of_its_own(changed):
    colors = faction_colors(FACTIONS)
    (nobody,) = _seen(changed, 1) - {colors["Bravo"]}
    (several,) = _seen(changed, 2) - {colors["Alpha"]}
    assert nobody != several
    assert {nobody, several}.isdisjoint(colors.values())


def test_redrawing_is_not_filled(changed):
    assert _seen(changed, 3) == {"#ffffff"}


def test_a_change_is_shown_from_the_date_it_had_happened_by(changed):
    properties = changed.temporalProperties()
    assert properties.isActive()
    day = QgsDateTimeRange(_midnight(1), _midnight(2), True, False)
    assert properties.isVisibleInTemporalRange(day)
    assert "to_date" in properties.startExpression()


def test_churn_is_the_darker_the_more_often_ground_changed_hands():
    layer = _layer("field=times:int", [(0,), (1,), (2,), (4,), (20,)])
    changestyles.style_churn(layer, FACTIONS)
    [redrawn], *seen = ([*_seen(layer, square, 1)] for square in range(5))
    assert redrawn == "#ffffff"
    shades = [QColor(color).lightness() for [color] in seen]
    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) == 4


def test_a_place_has_the_colour_of_its_holder_and_its_name():
    layer = QgsVectorLayer(
        "Point?crs=EPSG:4326&field=place:string&field=faction:string&field=changes:int",
        "places",
        "memory",
    )
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromWkt("POINT(0.5 0.5)"))
    feature.setAttributes(["Mid", "Bravo", 9])
    assert layer.dataProvider().addFeatures([feature])[0]
    layer.updateExtents()
    changestyles.style_place_history(layer, FACTIONS)
    assert layer.labelsEnabled()
    assert layer.labeling().settings().fieldName == "place"
    layer.setLabelsEnabled(False)
    assert _seen(layer, 0) == {"#ffffff", faction_colors(FACTIONS)["Bravo"]}
