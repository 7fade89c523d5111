"""What tests of workers have in common: they give the series, and compare with a run alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from enclave_watch.core.crews import ExecutorCrew
from enclave_watch.tests.core.helpers.sharing import analysed


@pytest.fixture(scope="module")
def alone(series):
    """The analyses of a module's series by no worker."""
    return analysed(series)


@pytest.fixture
def threads():
    """Three workers in threads."""
    with ThreadPoolExecutor(3) as executor:
        yield ExecutorCrew(executor, 3)
