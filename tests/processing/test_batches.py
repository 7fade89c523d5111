"""Batches for a provider that holds nulls equal to zeros."""

from __future__ import annotations

import pytest
from qgis.core import NULL, QgsFeature

from enclave_watch.processing.batches import safe_batches


def batches(*rows):
    features = []
    for row in rows:
        feature = QgsFeature()
        feature.setAttributes(list(row))
        features.append(feature)
    return [[each.attributes() for each in batch] for batch in safe_batches(features)]


@pytest.mark.parametrize("zero", [0, 0.0, False, ""])
@pytest.mark.parametrize("null", [None, NULL])
def test_a_column_of_nulls_and_zeros_alone_is_parted(null, zero):
    parts = batches(["a", null], ["b", null], ["c", zero], ["d", null])
    assert [[row[0] for row in part] for part in parts] == [["a", "b"], ["c"], ["d"]]


def test_one_other_value_keeps_a_column_together():
    assert len(batches([None], [0.0], [0.5])) == 1


def test_all_null_and_all_zero_columns_stay_together():
    assert len(batches([None, 0.0], [None, 0.0])) == 1


def test_a_column_that_parting_leaves_unsafe_is_parted_too():
    # the second column is safe as long as the row with 7 is in its batch
    parts = batches([None, None], [None, 0], [0, 7])
    assert [len(part) for part in parts] == [1, 1, 1]


def test_nothing_gives_no_batch_with_features():
    assert [part for part in batches() if part] == []
