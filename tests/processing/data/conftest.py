"""What the tests of this group share."""

from __future__ import annotations

import pytest


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "files"
    made.mkdir()
    return made
