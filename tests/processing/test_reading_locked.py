"""A file that gives QGIS nothing for a moment, as where another program locks it."""

from __future__ import annotations

import shutil
import sqlite3
import time

import pytest
from qgis.core import QgsVectorLayer

from enclave_watch.core.errors import ReadError
from enclave_watch.core.feedback import Feedback
from enclave_watch.processing.controlreader import ControlReader


class Stingy:
    """A layer that gives no features at first, and then all.

    Attributes
    ----------
    left : how often it still gives none
    """

    def __init__(self, layer, left):
        self._layer = layer
        self.left = left

    def getFeatures(self, request):
        if self.left:
            self.left -= 1
            return iter(())
        return self._layer.getFeatures(request)

    def __getattr__(self, name):
        return getattr(self._layer, name)


@pytest.fixture
def layer(sample, tmp_path):
    path = shutil.copy(sample, tmp_path)
    layer = QgsVectorLayer(f"{path}|layername=control", "control", "ogr")
    assert layer.isValid()
    return layer


@pytest.fixture
def pauses(monkeypatch):
    """How long was waited each time; the waiting itself is left out."""
    found = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def refuse(*_):
    raise sqlite3.OperationalError("database is locked")


def rows_of(source, layer):
    fields = {"faction_field": "faction", "date_field": "date"}
    reader = ControlReader(source, layer_name="control", layer=layer, **fields)
    return list(reader.rows(Feedback()))


def test_a_file_that_is_locked_for_a_moment_is_read_later(monkeypatch, layer, pauses):
    expected = rows_of(layer, layer)
    assert expected
    monkeypatch.setattr("enclave_watch.processing.controlreader.raw_chunks", refuse)
    assert rows_of(Stingy(layer, 2), layer) == expected
    assert pauses == [0.1, 0.5]


def test_a_file_that_stays_locked_is_an_error_that_says_so(monkeypatch, layer, pauses):
    monkeypatch.setattr("enclave_watch.processing.controlreader.raw_chunks", refuse)
    with pytest.raises(ReadError, match=r'"control": QGIS reads none of its rows.*lock'):
        rows_of(Stingy(layer, 9), layer)
    assert len(pauses) == 3


def test_a_layer_without_rows_is_not_waited_for(monkeypatch, layer, pauses):
    assert layer.setSubsetString("faction = 'nobody'")
    monkeypatch.setattr("enclave_watch.processing.controlreader.raw_chunks", refuse)
    assert rows_of(layer, layer) == []
    assert pauses == []
