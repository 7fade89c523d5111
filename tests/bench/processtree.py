"""The memory of a process and of those that it started, workers among them, as Linux tells it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

__all__ = ["TreeWatch", "peak_mb"]

_PAUSE_S = 0.1


def peak_mb(pid: int | str = "self") -> float:
    """Return the most memory that a process had; its `ru_maxrss` begins with its parent's."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024.0
    raise RuntimeError("this system does not tell how much memory a process had")


class TreeWatch:
    """Looks now and then at the processes that this one started, and at those that they did.

    A context manager; it watches until its end.
    """

    def __init__(self) -> None:
        self._peaks_mb: dict[int, float] = {}
        self._end = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> TreeWatch:  # noqa: PYI034 - Python 3.9 has no name for it
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    @property
    def together_mb(self) -> float:
        """Return the most memory that each of them had, in all."""
        return sum(self._peaks_mb.values())

    def _watch(self) -> None:
        while not self._end.wait(_PAUSE_S):
            waiting = _children("self")
            while waiting:
                pid = waiting.pop()
                # it may have ended meanwhile, or have no memory any more
                with suppress(OSError, RuntimeError):
                    self._peaks_mb[pid] = peak_mb(pid)
                    waiting += _children(pid)


def _children(pid: int | str) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found
