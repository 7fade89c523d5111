"""How results look: what is drawn for which enclave, when, and what happens when it cannot be."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsApplication,
    QgsDateTimeRange,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProcessingFeedback,
    QgsProject,
    QgsReadWriteContext,
    QgsRectangle,
    QgsRenderContext,
    QgsTemporalUtils,
    QgsVectorLayer,
    QgsVectorLayerTemporalContext,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QSize, Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtXml import QDomDocument

from enclave_watch.processing import styling
from enclave_watch.processing.palette import FACTION_COLORS, MARK_COLOR, faction_colors

DATES = ("2018-05-31", "2018-06-30", "2018-08-05")
FIELDS = "field=date:{kind}&field=faction:string&field=rank:int&field=main:bool"
FACTIONS = ["Alpha", "Bravo"]


@pytest.fixture(autouse=True)
def _empty_project():
    QgsProject.instance().clear()
    yield
    QgsProject.instance().clear()


def _layer(kind: str = "date", dates=DATES, **attributes) -> QgsVectorLayer:
    """Return enclaves of 1 by 1 degree, one a date, side by side from west to east."""
    layer = QgsVectorLayer(
        f"Polygon?crs=EPSG:4326&{FIELDS.format(kind=kind)}&field=status:string&field=area_km2:double",
        "enclaves",
        "memory",
    )
    features = []
    for west, date in enumerate(dates):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(west, 0, west + 1, 1)))
        values = {"faction": "Alpha", "rank": 1, "main": True, "status": "border"}
        values.update(area_km2=12_345.6, date=_value(date, kind), **attributes)
        for name, value in values.items():
            feature[name] = value
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    layer.updateExtents()
    return layer


def _contact_layer() -> QgsVectorLayer:
    layer = QgsVectorLayer(
        f"LineString?crs=EPSG:4326&{FIELDS.format(kind='date')}"
        "&field=neighbour:string&field=length_km:double",
        "contact",
        "memory",
    )
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromWkt("LineString (0 0.5, 1 0.5)"))
    feature["date"] = QDate(2018, 5, 31)
    feature["faction"], feature["rank"], feature["main"] = "Alpha", 1, True
    feature["neighbour"], feature["length_km"] = "Iraq", 85.04
    assert layer.dataProvider().addFeatures([feature])[0]
    layer.updateExtents()
    return layer


def _value(date, kind):
    if date is None or kind == "string":
        return date
    if kind == "date":
        return QDate.fromString(date, Qt.DateFormat.ISODate)
    return QDateTime.fromString(date, Qt.DateFormat.ISODate)


def _symbols_of(layer: QgsVectorLayer) -> list[str]:
    """Return the legend labels of what is drawn for the layer's first feature."""
    context = QgsRenderContext()
    context.setExpressionContext(
        QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    )
    renderer = layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    feature = next(layer.getFeatures())
    context.expressionContext().setFeature(feature)
    keys = renderer.legendKeysForFeature(feature, context)
    labels = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
    renderer.stopRender(context)
    return sorted(labels[key] for key in keys if key in labels)  # the root rule has no label


def _shown(layer: QgsVectorLayer, begin: str, end: str) -> list[str]:
    context = QgsVectorLayerTemporalContext()
    context.setLayer(layer)
    moments = (QDateTime.fromString(text, Qt.DateFormat.ISODate) for text in (begin, end))
    interval = QgsDateTimeRange(*moments, True, False)
    filter_text = layer.temporalProperties().createFilterString(context, interval)
    request = QgsFeatureRequest().setFilterExpression(filter_text)
    found = layer.getFeatures(request)
    return [_text(feature["date"]) for feature in found]


def _text(value) -> str:
    return value if isinstance(value, str) else value.toString(Qt.DateFormat.ISODate)


def _image(layer: QgsVectorLayer):
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(QgsRectangle(0, 0, 1, 1))
    settings.setOutputSize(QSize(200, 200))
    settings.setBackgroundColor(QColor("#ffffff"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    assert job.errors() == []
    return job.renderedImage()


def _colors(image) -> set[str]:
    return {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }


def _blend(color: str, alpha: int) -> str:
    parts = [round(c * alpha / 255 + 255 - alpha) for c in QColor(color).getRgb()[:3]]
    return QColor(*parts).name()


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        ("border", []),
        ("coast", []),
        ("open", ["No border contact"]),
        ("encircled", ["Encircled by one faction"]),
        ("besieged", ["Besieged by several factions"]),
    ],
)
def test_an_enclave_has_its_faction_s_fill_and_the_mark_of_its_status(status, mark):
    layer = _layer(status=status)
    styling.style_enclaves(layer, FACTIONS)
    assert _symbols_of(layer) == sorted(["Alpha", *mark])


def test_the_fill_lets_a_base_map_show_and_the_marks_are_red():
    plain, encircled = _layer(dates=DATES[:1]), _layer(dates=DATES[:1], status="encircled")
    for layer in (plain, encircled):
        styling.style_enclaves(layer, FACTIONS)
        layer.setLabelsEnabled(False)
    seen = _colors(_image(plain))
    color = faction_colors(FACTIONS)["Alpha"]
    assert color not in seen
    near = QColor(_blend(color, 140))
    assert any(
        max(abs(a - b) for a, b in zip(QColor(name).getRgb(), near.getRgb())) <= 2 for name in seen
    )
    assert MARK_COLOR not in seen
    assert MARK_COLOR in _colors(_image(encircled))


def test_a_quote_in_a_faction_s_name_does_no_harm():
    layer = _layer(faction="Sons of 'Iraq' \"B\"")
    styling.style_enclaves(layer, ["Sons of 'Iraq' \"B\"", "Alpha"])
    assert _symbols_of(layer) == ["Sons of 'Iraq' \"B\""]


def test_labels_give_area_and_length():
    enclaves, contact = _layer(dates=DATES[:1]), _contact_layer()
    styling.style_enclaves(enclaves, FACTIONS)
    styling.style_contacts(contact, FACTIONS)
    assert _label(enclaves).replace(",", "") == "12346 km\u00b2"
    assert _label(contact) == "Iraq 85.0 km"
    for layer in (enclaves, contact):
        assert layer.labelsEnabled()
        text = layer.labeling().settings().format()
        assert text.buffer().enabled()
        # one that Linux has, one that Windows and macOS have
        assert {"DejaVu Sans", "Arial"} <= set(text.families())


def _label(layer: QgsVectorLayer) -> str:
    expression = QgsExpression(layer.labeling().settings().fieldName)
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(next(layer.getFeatures()))
    value = expression.evaluate(context)
    assert not expression.hasEvalError(), expression.evalErrorString()
    return value


def test_a_contact_line_is_in_its_faction_s_colour_in_a_dark_casing():
    layer = _contact_layer()
    styling.style_contacts(layer, FACTIONS)
    layer.setLabelsEnabled(False)
    seen = _colors(_image(layer))
    assert faction_colors(FACTIONS)["Alpha"] in seen
    assert "#1a1a1a" in seen
    assert _symbols_of(layer) == ["Alpha"]


@pytest.mark.parametrize("kind", ["date", "datetime", "string"])
def test_a_snapshot_is_shown_from_its_date_until_the_next_one(kind):
    layer = _layer(kind)
    styling.style_enclaves(layer, FACTIONS)
    assert layer.temporalProperties().isActive()
    for begin, end, expected in [
        ("2018-05-31", "2018-06-01", "2018-05-31"),
        ("2018-06-29", "2018-06-30", "2018-05-31"),
        ("2018-06-30", "2018-07-01", "2018-06-30"),
        ("2018-06-30", "2018-08-05", "2018-06-30"),
        ("2018-08-05", "2018-08-06", "2018-08-05"),
    ]:
        assert [text[:10] for text in _shown(layer, begin, end)] == [expected]
    assert _shown(layer, "2018-05-30", "2018-05-31") == []


def test_the_last_snapshot_is_within_the_project_s_time():
    layer = _layer()
    styling.style_enclaves(layer, FACTIONS)
    assert QgsProject.instance().addMapLayer(layer)
    whole = QgsTemporalUtils.calculateTemporalRangeForProject(QgsProject.instance())
    assert whole.begin().date() == QDate(2018, 5, 31)
    assert whole.end().date() == QDate(2018, 8, 6)


def test_snapshots_of_one_day_are_told_apart_by_the_hour():
    layer = _layer("datetime", ("2018-08-05T06:00:00", "2018-08-05T18:30:00"))
    styling.style_enclaves(layer, FACTIONS)
    assert _shown(layer, "2018-08-05T17:00:00", "2018-08-05T18:00:00") == ["2018-08-05T06:00:00"]
    assert _shown(layer, "2018-08-05T18:30:00", "2018-08-05T19:00:00") == ["2018-08-05T18:30:00"]


def test_an_undated_layer_has_no_times():
    layer = _layer(dates=(None,))
    styling.style_enclaves(layer, FACTIONS)
    assert not layer.temporalProperties().isActive()


def test_a_style_outlives_the_project_file():
    layer = _layer(status="besieged")
    styling.style_enclaves(layer, FACTIONS)
    document = QDomDocument("qgis")
    context = QgsReadWriteContext()
    error = layer.exportNamedStyle(document, context)
    assert not error
    copy = _layer(status="besieged")
    ok, message = copy.importNamedStyle(document)
    assert ok, message
    assert _symbols_of(copy) == ["Alpha", "Besieged by several factions"]
    assert copy.labeling().settings().fieldName == layer.labeling().settings().fieldName


def test_colours_once_given_are_kept_in_the_project():
    first = styling.project_faction_colors(["Islamic State"])
    QgsProject.instance().writeEntry(
        "enclave_watch", "faction_colors", '{"Islamic State": "#012345"}'
    )
    again = styling.project_faction_colors(["Islamic State", "Syrian government"])
    assert again["Islamic State"] == "#012345" != first["Islamic State"]
    text, found = QgsProject.instance().readEntry("enclave_watch", "faction_colors")
    assert found
    assert "Syrian government" in text


def test_names_of_any_script_and_sign_are_kept():
    names = ["\u062f\u0627\u0639\u0634", 'a/b "c" <d>&', "\u0421\u0438\u043b\u044b"]
    colors = styling.project_faction_colors(names)
    assert styling.project_faction_colors(reversed(names)) == colors
    assert set(colors.values()) <= set(FACTION_COLORS)


def test_colours_survive_saving_and_opening(tmp_path):
    names = ["\u062f\u0627\u0639\u0634", 'a/b "c" <d>&']
    colors = styling.project_faction_colors(names)
    path = str(tmp_path / "p.qgz")
    assert QgsProject.instance().write(path)
    QgsProject.instance().clear()
    assert QgsProject.instance().read(path)
    stored = styling.project_faction_colors(["Newcomer"])
    assert styling.project_faction_colors(names) == colors
    assert stored["Newcomer"] not in colors.values()


@pytest.mark.parametrize("rubbish", ["not json", "[1, 2]", '{"Alpha": "no colour"}', ""])
def test_a_damaged_entry_is_as_none(rubbish):
    QgsProject.instance().writeEntry("enclave_watch", "faction_colors", rubbish)
    assert styling.project_faction_colors(FACTIONS) == faction_colors(FACTIONS)


def test_two_layers_of_a_project_agree_whatever_comes_first():
    contact, enclaves = _contact_layer(), _layer()
    styling.style_contacts(contact, ["Bravo", "Alpha"])
    styling.style_enclaves(enclaves, ["Alpha", "Bravo", "Charlie"])
    label = {r.label(): r.symbol() for r in enclaves.renderer().rootRule().children()}
    for category in contact.renderer().categories():
        line = category.symbol().symbolLayer(2).color().name()
        fill = label[category.value()].color()
        assert (fill.red(), fill.green(), fill.blue()) == QColor(line).getRgb()[:3]


def test_what_goes_wrong_is_told_and_raises_nothing():
    def broken(layer, factions):
        raise KeyError("no such thing")

    logged = []
    log = QgsApplication.messageLog()

    def note(*message):
        logged.append(message)

    log.messageReceived.connect(note)
    feedback = QgsProcessingFeedback()
    assert styling.styled(broken, _layer(), FACTIONS, feedback) is False
    assert 'Layer "enclaves" could not be styled: KeyError' in feedback.textLog()
    log.messageReceived.disconnect(note)
    assert [text for text, tag, *_ in logged if tag == "Enclave Watch" and "no such" in text]


def test_styled_says_that_all_went_well():
    layer = _layer()
    assert styling.styled(styling.style_enclaves, layer, FACTIONS) is True
    assert "Alpha" in _symbols_of(layer)
