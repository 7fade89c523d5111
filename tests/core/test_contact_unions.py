"""Intervals along many border lines, united at once."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from enclave_watch.core import contact
from enclave_watch.core.proximity import merged


def test_intervals_of_many_lines_are_merged_each_line_by_itself():
    rng = np.random.default_rng(3)
    for _ in range(200):
        lengths_m = rng.uniform(1.0, 1000.0, 5) * rng.choice([1.0, 0.01], 5)
        rows = []
        for line in rng.integers(0, 5, 12).tolist():
            low = rng.uniform(0, lengths_m[line], 2)
            rows.append((line, np.column_stack([low, low + rng.uniform(0, lengths_m[line], 2)])))
        rows.append((0, np.zeros((0, 2))))
        expected = {}
        for line, length_m in enumerate(lengths_m.tolist()):
            own = [each for number, each in rows if number == line and len(each)]
            if own and (np.concatenate(own)[:, 1] <= length_m).all():
                expected[line] = merged(np.concatenate(own)).tolist()
        found = contact._unions(SimpleNamespace(line_length_m=lengths_m), rows)
        assert sorted(found) == sorted({line for line, each in rows if len(each)})
        assert {line: found[line].tolist() for line in expected} == expected


def test_a_stretch_over_the_seam_is_merged_with_what_is_at_the_start_of_the_ring():
    ring = SimpleNamespace(line_length_m=np.array([100.0, 10.0]))
    rows = [(0, np.array([[90.0, 105.0], [40.0, 50.0]])), (1, np.array([[1.0, 2.0], [4.0, 5.0]]))]
    found = contact._unions(ring, [*rows, (0, np.array([[3.0, 8.0]]))])
    assert found[0].tolist() == [[40.0, 50.0], [90.0, 108.0]]
    assert found[1].tolist() == [[1.0, 2.0], [4.0, 5.0]]
