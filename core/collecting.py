"""Python's collector of circles, kept from walking through all that the engine makes."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import Iterator

__all__ = ["no_collections"]


@contextmanager
def no_collections() -> Iterator[None]:
    """Let no circles be collected meanwhile.

    A full collection walks through all objects of QGIS's Python, and holds it for a quarter of a
    second and more. Results of the engine hold no circles, so they need no collector to be let go
    of.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
