"""Layers for the dock: those that the algorithms are tested with."""

from __future__ import annotations

from enclave_watch.tests.processing.conftest import (  # noqa: F401 - fixtures
    _empty_project,
    control,
    countries,
    made_up,
    make_layer,
    new_log,
    run,
    syria,
)
