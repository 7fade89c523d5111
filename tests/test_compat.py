"""What differs between versions of QGIS comes out the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from qgis.core import QgsFeature, QgsFields, QgsProjUtils, QgsVectorLayer
from qgis.PyQt.QtCore import QDate, QDateTime, QVariant

from enclave_watch.compat import FieldKind, ensure_proj_data, make_field

ROOT = Path(__file__).resolve().parent.parent

TYPES = {
    FieldKind.TEXT: "String",
    FieldKind.DOUBLE: "Double",
    FieldKind.INTEGER: "Int",
    FieldKind.BOOL: "Bool",
    FieldKind.DATE: "Date",
    FieldKind.DATETIME: "DateTime",
}
VALUES = {
    FieldKind.TEXT: "Hajin",
    FieldKind.DOUBLE: 1670.25,
    FieldKind.INTEGER: 8,
    FieldKind.BOOL: True,
    FieldKind.DATE: QDate(2018, 8, 5),
    FieldKind.DATETIME: QDateTime(2018, 8, 5, 12, 0, 0),
}


@pytest.mark.parametrize("kind", FieldKind)
def test_field_has_the_type_asked_for(kind: FieldKind) -> None:
    field = make_field("name", kind)
    assert field.name() == "name"
    assert field.type() == getattr(QVariant.Type, TYPES[kind])
    assert (field.length(), field.precision()) == (0, 0)


def test_field_has_the_length_and_precision_asked_for() -> None:
    field = make_field("area_km2", FieldKind.DOUBLE, 12, 3)
    assert (field.length(), field.precision()) == (12, 3)


def test_every_kind_keeps_its_value_in_a_layer() -> None:
    layer = QgsVectorLayer("NoGeometry", "values", "memory")
    layer.dataProvider().addAttributes([make_field(kind.name, kind) for kind in FieldKind])
    layer.updateFields()
    feature = QgsFeature(QgsFields(layer.fields()))
    feature.setAttributes([VALUES[kind] for kind in FieldKind])
    assert layer.dataProvider().addFeature(feature)
    kept = next(layer.getFeatures())
    assert [kept[kind.name] for kind in FieldKind] == [VALUES[kind] for kind in FieldKind]


def test_pyproj_has_its_data_after_ensure() -> None:
    import pyproj

    ensure_proj_data()
    area, _ = pyproj.Geod(ellps="WGS84").polygon_area_perimeter([0, 1, 1, 0], [0, 0, 1, 1])
    assert area == pytest.approx(12308778361, rel=1e-9)
    assert pyproj.CRS("EPSG:32637").name == "WGS 84 / UTM zone 37N"


def test_data_is_found_through_qgis_when_pyproj_does_not_find_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pyproj import datadir
    from pyproj.exceptions import DataDirError

    def lost() -> str:
        raise DataDirError("lost")

    found: list[str] = []
    monkeypatch.setattr(datadir, "get_data_dir", lost)
    monkeypatch.setattr(datadir, "set_data_dir", found.append)
    ensure_proj_data()
    assert len(found) == 1
    assert (Path(found[0]) / "proj.db").is_file()


def test_data_that_pyproj_finds_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from pyproj import datadir

    changed: list[str] = []
    monkeypatch.setattr(datadir, "get_data_dir", lambda: "anywhere")
    monkeypatch.setattr(datadir, "set_data_dir", changed.append)
    ensure_proj_data()
    assert changed == []


def test_nothing_is_set_when_qgis_has_no_data_either(monkeypatch: pytest.MonkeyPatch) -> None:
    from pyproj import datadir
    from pyproj.exceptions import DataDirError

    def lost() -> str:
        raise DataDirError("lost")

    changed: list[str] = []
    monkeypatch.setattr(datadir, "get_data_dir", lost)
    monkeypatch.setattr(datadir, "set_data_dir", changed.append)
    monkeypatch.setattr(QgsProjUtils, "searchPaths", staticmethod(list))
    ensure_proj_data()
    assert changed == []


def test_a_fresh_python_in_the_virtual_environment_is_mended_without_a_warning() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from enclave_watch.compat import ensure_proj_data\n"
        "ensure_proj_data()\n"
        "import pyproj; print(pyproj.CRS('EPSG:4326').name)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", program, str(ROOT / "build/plugins")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "WGS 84", done.stderr


def test_algorithms_run_again_and_again_in_the_threads_of_qt(sample: Path, tmp_path: Path) -> None:
    control = tmp_path / "control.gpkg"
    control.write_bytes(sample.read_bytes())
    done = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).with_name("run_in_threads.py")),
            str(ROOT / "build/plugins"),
            f"{control}|layername=control",
        ],
        env={**os.environ, "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path / "profile")},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line]
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(lines) == 5, done.stdout
    assert lines[-1] == "done"
    assert len(set(lines[:-1])) == 2, "each run gives the same"
