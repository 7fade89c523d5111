"""What is missing is named, with the way to get it."""

from __future__ import annotations

import os
import sys
from types import ModuleType

import pytest

from enclave_watch.core import requirements


@pytest.fixture
def missing():
    requirements.missing_requirements.cache_clear()
    yield requirements.missing_requirements
    requirements.missing_requirements.cache_clear()


def named(name, version):
    module = ModuleType(name)
    module.__version__ = version
    return module


def test_nothing_is_missing_where_the_tests_run(missing):
    assert missing() is None


@pytest.mark.parametrize("name", ["shapely", "pyproj", "numpy"])
def test_a_package_that_is_not_there_is_named_with_its_remedy(missing, monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, None)
    text = missing()
    assert f"{name} " in text
    assert "cannot be loaded" in text
    assert "pip install" in text


@pytest.mark.parametrize(
    ("name", "version"), [("shapely", "1.8.5.post1"), ("pyproj", "3.1.0"), ("numpy", "1.19")]
)
def test_a_package_that_is_too_old_is_named_with_its_version(missing, monkeypatch, name, version):
    monkeypatch.setitem(sys.modules, name, named(name, version))
    assert f"(found {version})" in missing()


@pytest.mark.parametrize("version", ["2.0", "2.1rc1", "2.0.0b2", "10.0"])
def test_a_version_that_will_do_will_do(missing, monkeypatch, version):
    monkeypatch.setitem(sys.modules, "shapely", named("shapely", version))
    assert missing() is None


@pytest.mark.skipif(not hasattr(os, "RTLD_DEEPBIND"), reason="only Linux binds so")
def test_shapely_alone_is_bound_to_the_library_that_it_came_with(missing, monkeypatch):
    before = sys.getdlopenflags()
    deep = {}

    def imported(name):
        deep[name] = bool(sys.getdlopenflags() & os.RTLD_DEEPBIND)
        return named(name, "9.9")

    monkeypatch.delitem(sys.modules, "shapely")
    monkeypatch.setattr(requirements.importlib, "import_module", imported)
    assert missing() is None
    assert deep == {"numpy": False, "pyproj": False, "shapely": True}
    assert sys.getdlopenflags() == before


def test_a_package_that_breaks_on_loading_is_named_and_not_raised(missing, monkeypatch):
    def broken(name):
        if name == "shapely":
            raise OSError("libgeos_c.so.1: cannot open shared object file")
        return named(name, "9.9")

    monkeypatch.delitem(sys.modules, "shapely")
    monkeypatch.setattr(requirements.importlib, "import_module", broken)
    text = missing()
    assert "shapely 2.0 or newer (cannot be loaded: libgeos_c.so.1" in text
    assert '"shapely>=2.0"' in text
    assert "pyproj>=" not in text


def test_the_remedy_names_the_package_that_is_missing(missing, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyproj", named("pyproj", "2.6.1"))
    text = missing()
    assert '"pyproj>=3.2"' in text
    assert "shapely>=" not in text


def test_the_remedy_keeps_numpy_where_others_are_built_against_it(missing, monkeypatch):
    monkeypatch.setitem(sys.modules, "shapely", None)
    monkeypatch.setattr(sys.modules["numpy"], "__version__", "1.26.4")
    assert '"numpy<2"' in missing()
    missing.cache_clear()
    monkeypatch.setattr(sys.modules["numpy"], "__version__", "2.2.0")
    assert "numpy<2" not in missing()


@pytest.fixture
def missing_for_charts():
    requirements.missing_for_charts.cache_clear()
    yield requirements.missing_for_charts
    requirements.missing_for_charts.cache_clear()


def test_charts_need_matplotlib_and_say_how_to_get_it(missing_for_charts, missing, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    text = missing_for_charts()
    assert "matplotlib 3.3 or newer" in text
    assert 'pip install --user "matplotlib>=3.3"' in text
    # all else works without it
    assert missing() is None


def test_a_matplotlib_that_will_do_will_do(missing_for_charts, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", named("matplotlib", "3.6.3"))
    assert missing_for_charts() is None
