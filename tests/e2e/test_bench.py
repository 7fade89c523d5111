"""The engine beside QGIS's own algorithms on a made-up conflict: the same figures."""

from __future__ import annotations

from enclave_watch.tests.bench.conflictfile import parse_size, write_conflict
from enclave_watch.tests.bench.conflicts import make_conflict
from enclave_watch.tests.bench.measuring import measure
from enclave_watch.tests.bench.ways import Case, agreement


def test_the_engine_finds_what_the_chain_of_native_algorithms_finds(tmp_path):
    path = tmp_path / "conflict.gpkg"
    write_conflict(make_conflict(parse_size("4x40x4000"), flips=3, moves=2), path)
    case = Case("made up", path, "Syria")
    engine, native = (
        measure(case, way, runs=1, timeout_s=200, compare=True).findings
        for way in ("engine", "native")
    )

    assert len(engine.enclaves) == len(native.enclaves) >= 4 * 4
    assert sum(engine.enclaves.values()) > 4 * 8
    assert len(engine.transition_km2) >= 3 * 2
    assert sum(engine.border_km.values()) > 4 * 1_500
    agreed = agreement(native, engine)
    # of some 175,000 km2; a few edges are long, and QGIS takes edges for geodesics
    assert agreed.area_km2 < 0.05
    assert agreed.enclaves[0] == 0
    assert agreed.transition_km2 < 0.05
    # a border clipped by a buffer overshoots at both ends of each stretch
    assert 0 <= agreed.border_pct < 5
