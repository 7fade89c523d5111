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
        # keys can be long, and are hashed at each look
        try:
            return self._now[key]
        except KeyError:
            found = self._before[key] if key in self._before else compute()
        self._now[key] = found
        return found

    def has(self, key: Key) -> bool:
        """Return whether something is known under `key`."""
        return key in self._now or key in self._before

    def get(self, key: Key) -> Found:
        """Return what is known under `key`."""
        if key not in self._now:
            self._now[key] = self._before[key]
        return self._now[key]

    def keep(self, key: Key, found: Found) -> None:
        """Remember something."""
        self._now[key] = found
