"""How the engine tells its caller what it does, and hears that it should stop."""

from __future__ import annotations

from .errors import Cancelled
from .i18n import tr

__all__ = ["Feedback"]


class Feedback:
    """Says nothing and never stops; callers override what they can show.

    The engine calls `check` wherever it has worked for more than a moment, so that a
    cancelled run ends within a second.
    """

    def info(self, text: str) -> None:
        """Tell the user `text`, one plain line of the log."""

    def warning(self, text: str) -> None:
        """Tell the user `text`, which may make a figure other than expected."""

    def progress(self, fraction: float) -> None:
        """Show that `fraction`, 0 to 1, of the run is done."""

    def is_cancelled(self) -> bool:
        """Return whether the user asked to stop."""
        return False

    def check(self) -> None:
        """Raise `Cancelled` when the user asked to stop."""
        if self.is_cancelled():
            raise Cancelled(tr("Cancelled."))

    def part(self, start: float, end: float) -> Feedback:
        """Return a feedback whose 0 to 1 is `start` to `end` of this one."""
        return _Part(self, start, end)


class _Part(Feedback):
    def __init__(self, whole: Feedback, start: float, end: float) -> None:
        self._whole = whole
        self._start = start
        self._span = end - start

    def info(self, text: str) -> None:
        self._whole.info(text)

    def warning(self, text: str) -> None:
        self._whole.warning(text)

    def progress(self, fraction: float) -> None:
        self._whole.progress(self._start + self._span * fraction)

    def is_cancelled(self) -> bool:
        return self._whole.is_cancelled()
