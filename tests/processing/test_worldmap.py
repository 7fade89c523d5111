"""The world map that QGIS ships, where no countries are given."""

from __future__ import annotations

from dataclasses import replace

import pytest
from qgis.core import QgsRectangle

from enclave_watch.core.errors import WorldMapError
from enclave_watch.core.feedback import Feedback
from enclave_watch.processing import worldmap
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas
from enclave_watch.processing.inputs import NamedSource, read_countries_around
from enclave_watch.processing.reach import in_reach


@pytest.mark.parametrize(
    ("name", "field"),
    [
        (worldmap.WORLD_COUNTRIES, worldmap.WORLD_COUNTRY_FIELD),
        (worldmap.WORLD_PROVINCES, worldmap.WORLD_PROVINCE_FIELD),
    ],
)
def test_qgis_ships_the_layers_with_their_name_fields(qgis_app, name, field):
    layer = worldmap.world_layer(name)
    assert layer.featureCount() > 200
    assert field in layer.fields().names()
    assert layer.crs().isGeographic()


def test_a_map_without_the_layer_is_as_good_as_none(qgis_app, monkeypatch, sample):
    monkeypatch.setattr(worldmap, "world_map_file", lambda: sample)
    with pytest.raises(WorldMapError, match="COUNTRIES"):
        worldmap.world_layer(worldmap.WORLD_COUNTRIES)


def test_the_log_does_not_tell_of_the_nameless_features_of_the_map(run, syria):
    log = run(EnclaveAreas, DATE="2018-08-05", **syria).log
    said = [line for line in (*log.lines, *log.warnings) if "World map" in line]
    assert said
    assert not [line for line in said if "skipped" in line]


def test_with_countries_of_ones_own_provinces_still_come_from_the_map(run, make_layer, syria):
    home = make_layer(
        [("POLYGON((35 32,43 32,43 38,35 38,35 32))", {"NAME": "Home"})], "NAME:string"
    )
    result = run(EnclaveAreas, COUNTRIES=home, DATE="2018-08-05", **syria)
    assert any("Dayr Az Zawr" in row["provinces"] for row in result.rows)


def test_without_the_map_provinces_are_left_out_and_the_log_says_so(
    run, made_up, monkeypatch, tmp_path
):
    monkeypatch.setattr(worldmap, "world_map_file", lambda: tmp_path / "none.gpkg")
    result = run(EnclaveAreas, **made_up)
    assert {row["provinces"] for row in result.rows} == {""}
    assert any(line.startswith("Provinces are left out.") for line in result.log.warnings)


@pytest.mark.parametrize("home", [(), ("syria",), ("Syria", "Lebanon"), ("Fiji",)])
@pytest.mark.parametrize(
    "box",
    [
        (38.5, 34.0, 40.0, 35.5),  # inside Syria
        (35.9, 32.3, 36.5, 36.9),  # over the borders with Turkey, Lebanon and Jordan
        (178.0, -18.0, 179.0, -17.0),  # Fiji, on both sides of the antimeridian
        (-100.0, 40.0, -99.0, 41.0),  # the United States, with islands all over the world
        (-30.0, 20.0, -29.0, 21.0),  # sea
    ],
)
def test_reading_only_countries_near_by_finds_all_that_are_in_reach(qgis_app, box, home):
    layer = worldmap.world_layer(worldmap.WORLD_COUNTRIES)
    countries = NamedSource(layer, worldmap.WORLD_COUNTRY_FIELD, "World map", is_users=False)
    everything = replace(countries, is_users=True)
    around = QgsRectangle(*box)

    def names(source):
        named = read_countries_around(source, around, home, Feedback())
        return sorted(name for name, _ in in_reach(named, around, home, layer.crs())), len(named)

    near, read = names(countries)
    of_all, all_read = names(everything)
    assert near == of_all
    if not home and box[0] > 0:
        assert read < all_read / 2


def test_the_names_of_the_countries_are_those_that_qgis_reads():
    layer = worldmap.world_layer(worldmap.WORLD_COUNTRIES)
    index = layer.fields().indexOf(worldmap.WORLD_COUNTRY_FIELD)
    names = worldmap.world_country_names()
    assert set(names) == {str(each).strip() for each in layer.uniqueValues(index) if each}
    assert names == sorted(set(names))
    assert "Syria" in names
