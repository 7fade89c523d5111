"""What QGIS makes of results: their names, headings and styles once loaded."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsFields,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVectorLayer,
)

from enclave_watch.compat import FieldKind, make_field
from enclave_watch.processing import output
from enclave_watch.processing.borders.bordercontact import BorderContact
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas
from enclave_watch.processing.fields import cut_names, to_fields

CASES = [
    (EnclaveAreas, "Enclaves: fronts, 2020-01-01 to 2020-02-01"),
    (BorderContact, "Border contact: fronts, 2020-01-01 to 2020-02-01"),
]


@pytest.fixture
def loaded(made_up, new_log):
    """Return a function that runs an algorithm and loads its result as QGIS does."""

    def load(kind, path="memory:", name="", **more):
        context, log = QgsProcessingContext(), new_log()
        context.setProject(QgsProject.instance())
        definition = QgsProcessingOutputLayerDefinition(path, QgsProject.instance())
        definition.destinationName = name
        parameters = {**made_up, "OUTPUT": definition, **more}
        outputs, accepted = kind().create().run(parameters, context, log)
        assert accepted, log.errors
        [(layer_id, details)] = context.layersToLoadOnCompletion().items()
        assert layer_id == outputs["OUTPUT"]
        layer = context.takeResultLayer(layer_id) or QgsVectorLayer(layer_id, "x", "ogr")
        layer.setName(details.name)
        details.postProcessor().postProcessLayer(layer, context, log)
        return layer, log

    return load


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_loaded_result_is_named_headed_and_styled(loaded, kind, name):
    layer, log = loaded(kind)
    assert layer.name() == name
    assert log.errors == log.warnings == []
    aliases = {layer.fields().at(i).name(): layer.attributeAlias(i) for i in layer.attributeList()}
    assert aliases["area_km2"] == "Area (km2)"
    assert all(aliases.values())
    assert layer.renderer().type() in {"RuleRenderer", "categorizedSymbol"}
    assert layer.temporalProperties().isActive()


def test_headings_and_texts_have_the_width_that_they_need(loaded):
    layer, _ = loaded(EnclaveAreas)
    table = layer.attributeTableConfig()
    widths = {column.name: column.width for column in table.columns() if column.name}
    headings = {field.name(): field.alias() for field in layer.fields()}
    assert widths.keys() == headings.keys()
    assert all(widths[name] >= 8 * len(heading) for name, heading in headings.items())
    (longest,) = {max(len(row["neighbours"]) for row in layer.getFeatures())}
    assert widths["neighbours"] == 8 * min(max(longest, len(headings["neighbours"]) + 2, 13), 45)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_result_in_a_file_is_loaded_the_same_way(loaded, kind, name, tmp_path):
    layer, _ = loaded(kind, path=str(tmp_path / "result.gpkg"))
    assert layer.isValid()
    assert layer.name() == name
    assert layer.attributeDisplayName(layer.fields().lookupField("area_km2")) == "Area (km2)"
    assert next(layer.getFeatures())["date"].toString("yyyy-MM-dd") == "2020-01-01"


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_shapefile_cuts_names_and_keeps_its_headings(loaded, kind, name, tmp_path):
    layer, _ = loaded(kind, path=str(tmp_path / "result.shp"))
    assert layer.name() == name
    headings = [column.alias for column in kind().columns(has_times=False)]
    names = [column.name for column in kind().columns(has_times=False)]
    fields = layer.fields()
    assert fields.count() == len(headings)
    assert [field.name() for field in fields] == [name[:10] for name in names]
    assert [layer.attributeAlias(index) for index in layer.attributeList()] == headings
    longest = fields.lookupField("share_fact" if kind is EnclaveAreas else "border_tot")
    assert layer.editorWidgetSetup(longest).config()["Precision"] == 1


@pytest.mark.parametrize(
    ("kind", "cut"),
    [
        (EnclaveAreas, "area_err_km2 to area_err_k"),
        (BorderContact, "border_total_km to border_tot"),
    ],
)
def test_the_log_says_that_a_shapefile_cuts_names(run, made_up, kind, cut, tmp_path):
    shapefile = run(kind, OUTPUT=str(tmp_path / "result.shp"), **made_up)
    [warning] = shapefile.log.warnings
    assert warning == (
        f"result.shp: this format cuts the names of fields, for example {cut}. "
        "A GeoPackage keeps them."
    )
    for suffix in ("gpkg", "geojson", "csv", "fgb"):
        kept = run(kind, OUTPUT=str(tmp_path / f"result.{suffix}"), **made_up)
        assert kept.log.warnings == []


def test_a_field_of_another_name_in_its_place_is_no_cut_one():
    columns = EnclaveAreas().columns(has_times=False)
    fields = to_fields(columns)
    assert cut_names(fields, columns) == {}
    changed = QgsFields()
    for number in range(fields.count()):
        changed.append(make_field(f"x{number}", FieldKind.TEXT))
    assert cut_names(changed, columns) == {}
    assert cut_names(QgsFields(), columns) == {}


def test_the_attribute_table_shows_decimals_and_the_layer_keeps_them_all(loaded):
    layer, _ = loaded(EnclaveAreas)
    index = layer.fields().lookupField("area_km2")
    setup = layer.editorWidgetSetup(index)
    assert (setup.type(), setup.config()["Precision"]) == ("Range", 1)
    value = next(layer.getFeatures())["area_km2"]
    assert value != round(value, 1)


def test_a_name_that_a_model_gives_is_kept(loaded):
    layer, _ = loaded(EnclaveAreas, name="Ground held")
    assert layer.name() == "Ground held"


def test_an_undated_result_is_named_by_its_layer_alone(loaded, made_up):
    del made_up["DATE_FIELD"]
    assert loaded(EnclaveAreas)[0].name() == "Enclaves: fronts"


def test_a_single_date_is_named_once(loaded):
    assert loaded(EnclaveAreas, DATE="2020-02-01")[0].name() == "Enclaves: fronts, 2020-02-01"


def test_post_processors_are_let_go_of_once_they_have_run(loaded):
    loaded(EnclaveAreas)
    loaded(EnclaveAreas)
    loaded(BorderContact)
    assert len(output._post_processors) == 1


def test_a_result_that_is_not_loaded_keeps_nothing_behind(run, made_up):
    output._post_processors.clear()
    run(EnclaveAreas, **made_up)
    assert output._post_processors == {}


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp", "csv", "fgb"])
def test_results_can_be_written_to_common_formats(run, made_up, tmp_path, suffix):
    path = tmp_path / f"result.{suffix}"
    result = run(EnclaveAreas, OUTPUT=str(path), **made_up)
    assert result.layer.featureCount() == 5
    [row] = [row for row in result.rows if float(row["border_km"]) > 1]
    assert float(row["area_km2"]) == pytest.approx(3077.3, abs=1)


class _FullDisk:
    """A sink that takes nothing, or takes it and then cannot write it."""

    def __init__(self, takes: bool) -> None:
        self._takes = takes

    def addFeature(self, _feature, _flags) -> bool:
        return self._takes

    def flushBuffer(self) -> bool:
        return not self._takes

    def lastError(self) -> str:
        return "disk full"


@pytest.mark.parametrize("takes", [False, True])
def test_a_write_that_fails_is_an_error(run, made_up, monkeypatch, takes):
    def sink(self, *_arguments):
        return _FullDisk(takes), "/somewhere/result.gpkg"

    monkeypatch.setattr(EnclaveAreas, "parameterAsSink", sink, raising=False)
    with pytest.raises(QgsProcessingException, match=r"/somewhere/result\.gpkg: disk full"):
        run(EnclaveAreas, **made_up)
