"""The one door through which the engine's texts reach a translator."""

from __future__ import annotations

from typing import Callable

__all__ = ["install_translator", "tr"]

_translator: Callable[[str], str] | None = None


def install_translator(translator: Callable[[str], str] | None) -> None:
    """Let `translator` turn every literal text of the engine into the user's language.

    None takes the translator away: texts then stay in English.
    """
    global _translator  # noqa: PLW0603 - one process speaks one language
    _translator = translator


def tr(text: str) -> str:
    """Return `text`, a literal with `{}` places still empty, in the user's language."""
    return text if _translator is None else _translator(text)
