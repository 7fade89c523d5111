"""`enclavewatch:buildseries`: what it declares, what it refuses, what it gives."""

from __future__ import annotations

from datetime import datetime

import pytest
from qgis.core import (
    QgsDateTimeRange,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVectorLayerTemporalContext,
)
from qgis.PyQt.QtCore import QDateTime

from enclave_watch.processing.data.buildseries import BuildSeries
from enclave_watch.processing.output import _post_processors
from enclave_watch.tests.processing.data.seriesfiles import FIELDS, SQUARE, write

KEYS = {
    "LAYERS", "FOLDER", "RECURSIVE", "PATTERN", "FACTION", "FACTION_FIELD", "FACTION_EXPRESSION",
    "DATES_FROM", "DATE_FIELD", "DATE_EXPRESSION", "END_FIELD", "END_INCLUSIVE", "SAME_DAY",
    "LAST_END", "TARGET_CRS", "OUTPUT",
}  # fmt: skip
OUTPUTS = {
    "OUTPUT", "FEATURES", "DATES", "FIRST_DATE", "LAST_DATE", "FACTIONS", "MISSING_COUNT",
    "MISSING", "SKIPPED", "SKIPPED_SOURCES", "SUMMARY",
}  # fmt: skip


@pytest.fixture
def algorithm(qgis_app):
    return BuildSeries().create()


def test_it_declares_its_name_group_icon_and_help(algorithm):
    assert algorithm.name() == "buildseries"
    assert (algorithm.groupId(), algorithm.group()) == ("data", "Data")
    assert algorithm.svgIconPath().endswith("buildseries.svg")
    assert not algorithm.icon().isNull()
    assert "folder" in algorithm.tags()


def test_its_help_tells_of_every_parameter_output_and_field(algorithm):
    text = algorithm.shortHelpString()
    for name in OUTPUTS | set(FIELDS):
        assert f"<code>{name}</code>" in text, name
    for key in KEYS - {"OUTPUT"}:
        assert f"<code>{key}</code>: " in text, key
    assert "$" not in text


def test_parameters_and_outputs_have_the_keys_of_the_interface(algorithm):
    definitions = {each.name(): each for each in algorithm.parameterDefinitions()}
    assert set(definitions) == KEYS
    assert {each.name() for each in algorithm.outputDefinitions()} == OUTPUTS
    assert definitions["SAME_DAY"].options() == ["all", "first", "last"]
    assert definitions["DATES_FROM"].options() == ["auto", "name", "temporal"]
    assert all(each.help() for name, each in definitions.items() if name != "OUTPUT")


def test_a_loaded_result_is_styled_and_plays_in_time(qgis_app, make_layer):
    layers = [make_layer([(SQUARE, {})], name=f"SDF 2024-01-0{day}") for day in (1, 2)]
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    target = QgsProcessingOutputLayerDefinition("memory:", QgsProject.instance())
    algorithm = BuildSeries().create()
    feedback = QgsProcessingFeedback()
    outputs, done = algorithm.run(
        {"LAYERS": layers, "OUTPUT": target}, context, feedback, {}, False
    )
    assert done
    layer = context.getMapLayer(outputs["OUTPUT"])
    details = context.layerToLoadOnCompletionDetails(outputs["OUTPUT"])
    assert details.name == "Control, 2024-01-01 to 2024-01-02"
    _post_processors[outputs["OUTPUT"]].postProcessLayer(layer, context, feedback)
    properties = layer.temporalProperties()
    assert properties.isActive()
    assert [category.value() for category in layer.renderer().categories()] == ["SDF"]

    def shown(day: int) -> list[int]:
        moment = datetime(2024, 1, day)
        span = QgsDateTimeRange(
            QDateTime(moment), QDateTime(datetime(2024, 1, day + 1)), True, False
        )

        in_time = QgsVectorLayerTemporalContext()
        in_time.setLayer(layer)
        test = properties.createFilterString(in_time, span)
        return [feature.attributes()[1].day() for feature in layer.getFeatures(test)]

    assert [shown(day) for day in (1, 2, 3)] == [[1], [2], []]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "either layers (LAYERS) or a folder"),
        ({"FOLDER": "/nowhere/at/all"}, "no folder"),
        ({"FOLDER": ".", "PATTERN": "%d"}, "where the year is"),
        ({"FOLDER": ".", "FACTION": "A", "FACTION_FIELD": "b"}, "FACTION, FACTION_FIELD"),
        ({"FOLDER": ".", "PATTERN": "%Y", "DATE_FIELD": "b"}, "DATE_FIELD, PATTERN"),
        ({"FOLDER": ".", "END_FIELD": "b"}, "needs a date field"),
        ({"FOLDER": ".", "DATE_FIELD": "b", "DATES_FROM": "name"}, "leave it at auto"),
        ({"FOLDER": ".", "FACTION_EXPRESSION": "1 +"}, "FACTION_EXPRESSION"),
    ],
)
def test_what_cannot_work_is_refused_before_the_run(refusal, parameters, words):
    assert words in refusal(BuildSeries, **parameters)


def test_nothing_that_can_be_used_is_an_error(run, folder):
    write(folder / "SDF_20241101.geojson", "POINT(0 0)", None)
    write(folder / "SDF_20241102.geojson", SQUARE)
    with pytest.raises(QgsProcessingException, match="Nothing is left"):
        run(BuildSeries, FOLDER=str(folder), FACTION_EXPRESSION="NULL")


def test_a_cancelled_run_ends_without_result(run, folder, new_log):
    write(folder / "SDF_20241101.geojson", SQUARE)
    assert run(BuildSeries, FOLDER=str(folder), log=new_log(cancel_at=0)).outputs == {}
