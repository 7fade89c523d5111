"""The version of the plugin, as `metadata.txt` has it."""

from __future__ import annotations

from configparser import ConfigParser
from functools import lru_cache
from pathlib import Path

__all__ = ["plugin_version"]

_METADATA = Path(__file__).parent.parent / "metadata.txt"


@lru_cache(maxsize=1)
def plugin_version() -> str:
    """Return the version; results of two that differ are not to be put together."""
    metadata = ConfigParser(interpolation=None)
    metadata.read(_METADATA, encoding="utf-8")
    return metadata.get("general", "version")
