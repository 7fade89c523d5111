"""`qgis_process` runs the algorithms: from the checkout, from a model, from the package."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsVectorLayer

import package
import qgis_env

MODEL = Path(__file__).parent / "data" / "encircled_centres.model3"
ALLIANCES = "Jaysh Khalid ibn al-Walid=Islamic State"


def features(path: Path) -> list[dict[str, Any]]:
    layer = QgsVectorLayer(str(path), "result", "ogr")
    assert layer.isValid(), path
    return [feature.attributeMap() for feature in layer.getFeatures()]


def iso(value: Any) -> str:
    return value.toString("yyyy-MM-dd")


def test_both_algorithms_are_listed(profile: dict[str, str]) -> None:
    listed = qgis_env.qgis_process(["list"], variables=profile).stdout
    assert "enclavewatch:enclaveareas" in listed
    assert "enclavewatch:bordercontact" in listed


@pytest.mark.parametrize(
    "algorithm", ["enclaveareas", "enclavehistory", "bordercontact", "bordercontactchanges"]
)
def test_help_tells_of_every_parameter(profile: dict[str, str], algorithm: str) -> None:
    text = qgis_env.qgis_process(["help", f"enclavewatch:{algorithm}"], variables=profile).stdout
    for key in ("CONTROL", "FACTION_FIELD", "DATE_FIELD", "TOLERANCE", "SNAP", "OUTPUT"):
        assert f"\n{key}:" in text


def test_enclave_areas_of_the_sample(profile: dict[str, str], control: str, tmp_path: Path) -> None:
    target = tmp_path / "enclaves.gpkg"
    results = qgis_env.run_algorithm(
        "enclavewatch:enclaveareas",
        {
            "CONTROL": control,
            "FACTION_FIELD": "faction",
            "DATE_FIELD": "date",
            "ALLIANCES": ALLIANCES,
            "OUTPUT": target,
        },
        variables=profile,
    )
    assert results["OUTPUT"] == str(target)
    assert results["DATES"] == 5
    assert iso_text(results["LAST_DATE"]) == "2018-08-05"
    enclaves = features(target)
    assert results["FEATURES"] == len(enclaves)
    last = [
        row
        for row in enclaves
        if row["faction"] == "Islamic State" and iso(row["date"]) == "2018-08-05"
    ]
    assert len(last) == 8
    assert sum(row["area_km2"] for row in last) == pytest.approx(3705.0, abs=0.1)
    largest = next(
        row
        for row in enclaves
        if row["faction"] == "Islamic State" and iso(row["date"]) == "2018-07-31" and row["main"]
    )
    assert largest["area_km2"] == pytest.approx(1670.0, abs=0.1)
    assert largest["border_with"].startswith("Iraq 8")


def test_border_contact_of_the_sample(
    profile: dict[str, str], control: str, tmp_path: Path
) -> None:
    target = tmp_path / "contact.gpkg"
    document = qgis_env.run_algorithm(
        "enclavewatch:bordercontact",
        {
            "CONTROL": control,
            "FACTION_FIELD": "faction",
            "DATE_FIELD": "date",
            "OUTPUT": target,
        },
        variables=profile,
        whole=True,
    )
    assert document["results"]["DATES"] == 5
    iraq = {
        iso(row["date"]): row["length_km"]
        for row in features(target)
        if row["faction"] == "Islamic State" and row["neighbour"] == "Iraq"
    }
    assert set(iraq) == {"2018-05-31", "2018-06-30", "2018-07-15", "2018-07-31"}
    assert iraq["2018-07-31"] == pytest.approx(85.0, abs=0.3)


def test_no_contact_with_a_tolerance_under_the_gap(
    profile: dict[str, str], control: str, tmp_path: Path
) -> None:
    target = tmp_path / "contact.gpkg"
    qgis_env.run_algorithm(
        "enclavewatch:bordercontact",
        {
            "CONTROL": control,
            "FACTION_FIELD": "faction",
            "DATE_FIELD": "date",
            "DATE": "2018-07-31",
            "TOLERANCE": 200,
            "OUTPUT": target,
        },
        variables=profile,
    )
    assert not [
        row
        for row in features(target)
        if row["faction"] == "Islamic State" and row["neighbour"] == "Iraq"
    ]


def test_a_folder_of_files_becomes_a_series(profile: dict[str, str], tmp_path: Path) -> None:
    square = '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}'
    feature = f'{{"type": "Feature", "properties": {{}}, "geometry": {square}}}'
    folder = tmp_path / "files"
    folder.mkdir()
    for day in ("05", "06", "07", "09"):
        (folder / f"SDF_201808{day}.geojson").write_text(feature, encoding="utf-8")
    results = qgis_env.run_algorithm(
        "enclavewatch:buildseries",
        {"FOLDER": folder, "OUTPUT": tmp_path / "series.gpkg"},
        variables=profile,
    )
    assert (results["DATES"], results["MISSING"]) == (4, "2018-08-08")
    rows = features(tmp_path / "series.gpkg")
    assert [iso(row["valid_to"]) for row in rows] == [
        "2018-08-06",
        "2018-08-07",
        "2018-08-09",
        "2018-08-10",
    ]
    assert {row["faction"] for row in rows} == {"SDF"}


def test_a_wrong_field_ends_with_a_message_that_names_it(
    profile: dict[str, str], control: str, tmp_path: Path
) -> None:
    with pytest.raises(qgis_env.QgisProcessError) as failure:
        qgis_env.run_algorithm(
            "enclavewatch:enclaveareas",
            {"CONTROL": control, "FACTION_FIELD": "party", "OUTPUT": tmp_path / "none.gpkg"},
            variables=profile,
        )
    assert "party" in str(failure.value)
    assert "faction" in str(failure.value)
    assert "Traceback" not in str(failure.value)


def test_a_model_chains_enclave_areas_with_native_algorithms(
    profile: dict[str, str], control: str, tmp_path: Path
) -> None:
    target = tmp_path / "centres.gpkg"
    largest_target = tmp_path / "largest.gpkg"
    document = qgis_env.run_algorithm(
        str(MODEL),
        {
            "control": control,
            "faction_field": "faction",
            "date_field": "date",
            "centres:centres": target,
            "largest:largest": largest_target,
        },
        variables=profile,
        whole=True,
    )
    centres = features(target)
    last = [
        row
        for row in centres
        if row["faction"] == "Islamic State" and iso(row["date"]) == "2018-08-05"
    ]
    assert {row["status"] for row in centres} == {"encircled"}
    assert max(row["area_km2"] for row in last) == pytest.approx(1619.5, abs=0.1)
    assert {row["enclosed_by"] for row in last if row["rank"] == 1} == {"Syrian government"}
    # the model finds it by the number output LARGEST_KM2
    largest = [row for row in features(largest_target) if iso(row["date"]) == "2018-08-05"]
    assert [row["faction"] for row in largest] == ["Syrian government"]
    assert set(document["results"]) >= {"centres:centres", "largest:largest"}


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """A plugin folder with nothing in it but what the package holds."""
    plugins = tmp_path / "plugins"
    with zipfile.ZipFile(package.make_package(tmp_path)) as file:
        file.extractall(plugins)
    return plugins


def test_the_package_works_in_an_empty_profile(
    unpacked: Path, control: str, tmp_path: Path
) -> None:
    variables = qgis_env.environment(profile=tmp_path / "profile", plugins=unpacked)
    results = qgis_env.run_algorithm(
        "enclavewatch:enclaveareas",
        {
            "CONTROL": control,
            "FACTION_FIELD": "faction",
            "DATE_FIELD": "date",
            "DATE": "2018-08-05",
            "OUTPUT": tmp_path / "enclaves.gpkg",
        },
        variables=variables,
    )
    assert results["DATES"] == 1
    assert len(features(tmp_path / "enclaves.gpkg")) == results["FEATURES"]


@pytest.mark.parametrize(
    ("module", "found"),
    [
        ("raise ModuleNotFoundError('No module named shapely')", "cannot be loaded"),
        ("__version__ = '1.8.5'", "1.8.5"),
    ],
    ids=["missing", "too old"],
)
def test_without_a_fitting_shapely_the_plugin_loads_and_says_what_to_do(
    control: str, tmp_path: Path, module: str, found: str
) -> None:
    # a module of that name in front of all others stands for a Python that has none, or an old one
    (tmp_path / "shadow" / "shapely").mkdir(parents=True)
    (tmp_path / "shadow" / "shapely" / "__init__.py").write_text(module, encoding="utf-8")
    variables = qgis_env.environment(profile=tmp_path / "profile")
    variables["PYTHONPATH"] = f"{tmp_path / 'shadow'}:{variables['PYTHONPATH']}"
    listed = qgis_env.qgis_process(["list"], variables=qgis_env.enable_plugin(variables))
    assert "enclavewatch:enclaveareas" in listed.stdout
    assert "Traceback" not in listed.stdout + listed.stderr
    with pytest.raises(qgis_env.QgisProcessError) as failure:
        qgis_env.run_algorithm(
            "enclavewatch:enclaveareas",
            {"CONTROL": control, "FACTION_FIELD": "faction", "OUTPUT": tmp_path / "none.gpkg"},
            variables=variables,
        )
    message = str(failure.value)
    assert "shapely" in message
    assert "pip install" in message
    assert found in message
    assert "Traceback" not in message


def iso_text(value: str) -> str:
    """Return the date at the start of an ISO text."""
    return str(value)[:10]


def test_history_and_contact_changes_of_the_sample(
    profile: dict[str, str], control: str, tmp_path: Path
) -> None:
    shared = {
        "CONTROL": control,
        "FACTION_FIELD": "faction",
        "DATE_FIELD": "date",
        "ALLIANCES": ALLIANCES,
    }
    events = tmp_path / "events.gpkg"
    history = qgis_env.run_algorithm(
        "enclavewatch:enclavehistory",
        {**shared, "OUTPUT": tmp_path / "history.gpkg", "EVENTS": events},
        variables=profile,
    )
    assert history["VANISHED"] == 4
    assert history["LARGEST_LOST"] == 1
    assert history["SUMMARY"].startswith("Islamic State lost its largest enclave, of 1,670.0 km2")
    assert len(features(events)) == history["EVENT_COUNT"]
    table = tmp_path / "table.gpkg"
    changes = qgis_env.run_algorithm(
        "enclavewatch:bordercontactchanges",
        {**shared, "OUTPUT": tmp_path / "changes.gpkg", "TABLE": table},
        variables=profile,
    )
    assert changes["LOST"] == 4
    flags = [row["flag"] for row in features(table) if row["level"] == "faction"]
    assert flags.count("lost") == 4


def test_workers_are_pythons_and_not_qgis(
    profile: dict[str, str], control: str, tmp_path: Path
) -> None:
    found = []
    for count in (1, 2):
        target = tmp_path / f"enclaves_{count}.gpkg"
        qgis_env.run_algorithm(
            "enclavewatch:enclaveareas",
            {
                "CONTROL": control,
                "FACTION_FIELD": "faction",
                "DATE_FIELD": "date",
                "WORKERS": count,
                "OUTPUT": target,
            },
            variables=profile,
        )
        found.append(features(target))
    log = qgis_env.qgis_process(
        [
            "run", "enclavewatch:enclaveareas", "--", f"CONTROL={control}",
            "FACTION_FIELD=faction", "DATE_FIELD=date", "WORKERS=2",
            f"OUTPUT={tmp_path / 'again.gpkg'}",
        ],
        variables=profile,
    )  # fmt: skip
    assert found[0]
    assert len(found[1]) == len(found[0])
    for one, other in zip(*found):
        # sums of lengths depend by their last digits on what is measured beside
        numbers = [name for name, value in one.items() if isinstance(value, float)]
        rest = {name: value for name, value in one.items() if name not in numbers}
        assert {name: other[name] for name in rest} == rest
        assert [other[name] for name in numbers] == pytest.approx(
            [one[name] for name in numbers], rel=1e-12
        )
    assert "Worker processes: 2." in log.stdout + log.stderr
