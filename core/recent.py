"""What was found for the last two dates asked for: consecutive dates have most things in common."""

from __future__ import annotations

from typing import Callable, Dict, Generic, Hashable, TypeVar

__all__ = ["Recent"]

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


class Recent(Generic[Key, Found]):
    """Remembers what this date and the one before it had use for, and nothing older."""

    def __init__(self) -> None:
        self._now: Dict[Key, Found] = {}
        self._before: Dict[Key, Found] = {}

    def turn(self) -> None:
        """Begin another date."""
        self._before, self._now = self._now, {}

    def once(self, key: Key, compute: Callable[[], Found]) -> Found:
        """Return what is known under `key`; compute it where nothing is."""
        if key in self._now:
            return self._now[key]
        found = self._before[key] if key in self._before else compute()
        self._now[key] = found
        return found
