"""How far a run is that is ahead in one of its parts."""

from __future__ import annotations

from .feedback import Feedback

__all__ = ["Pace"]


class Pace(Feedback):
    """Shows how far a run is whose dates are surveyed ahead of what is made of them.

    Its progress is that of what is made of the dates; half of what is shown is the survey's.
    """

    def __init__(self, feedback: Feedback) -> None:
        self._feedback = feedback
        self._ahead = self._made = 0.0

    def info(self, text: str) -> None:
        """Pass a plain line on."""
        self._feedback.info(text)

    def warning(self, text: str) -> None:
        """Pass a warning on."""
        self._feedback.warning(text)

    def progress(self, fraction: float) -> None:
        """Show that so much has been made of the dates."""
        self._made = max(self._made, fraction)
        self._feedback.progress((self._made + max(self._made, self._ahead)) / 2)

    def surveyed(self, fraction: float) -> None:
        """Show that so much has been surveyed."""
        self._ahead = max(self._ahead, fraction)
        self.progress(self._made)

    def is_cancelled(self) -> bool:
        """Return whether the user asked to stop."""
        return self._feedback.is_cancelled()
