"""What templates get of a bulletin: its facts, with every text and number safe to be written."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Callable

from ...core.bulletinfacts import Figure

if TYPE_CHECKING:
    from ...core.numerals import Unit

__all__ = ["FactView", "FigureView", "view_of"]

# words of the program, which templates compare, and not names of the data
_WORDS = {"what", "trend", "status", "direction", "topic"}


class FigureView:
    """A figure for a template: written, it is rounded, with its unit and its mark.

    Attributes
    ----------
    value : not rounded, for conditions
    """

    def __init__(self, figure: Figure, write: Callable[[Figure], str]) -> None:
        self.figure = figure
        self.value: Any = figure.value
        self.unit: Unit = figure.unit
        self._write = write

    def __html__(self) -> str:
        """Return it as Jinja2 writes it."""
        return self._write(self.figure)

    def __str__(self) -> str:
        return self._write(self.figure)


class FactView:
    """A fact for a template: its fields by their names."""

    def __init__(self, fact: Any, view: Callable[[Any], Any]) -> None:
        self.kind = getattr(fact, "kind", "")
        for field in fields(fact):
            own = getattr(fact, field.name)
            setattr(self, field.name, own if field.name in _WORDS else view(own))


def view_of(value: Any, name: Callable[[str], Any], write: Callable[[Figure], str]) -> Any:
    """Return what a template gets of a value.

    Parameters
    ----------
    name : makes a name of the data safe
    write : writes a figure
    """

    def view(each: Any) -> Any:
        return view_of(each, name, write)

    if isinstance(value, Figure):
        return FigureView(value, write)
    if isinstance(value, str):
        return name(value) if value else ""
    if is_dataclass(value):
        return FactView(value, view)
    return [view(each) for each in value] if isinstance(value, tuple) else value
