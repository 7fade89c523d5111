"""The help of an algorithm: its text in resources/help, and its own declarations."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Iterable

from qgis.core import QgsProcessingAlgorithm, QgsProcessingDestinationParameter

if TYPE_CHECKING:
    from .fields import Column

__all__ = ["HelpEntry", "field_entries", "help_html"]

_HELP = Path(__file__).parent.parent / "resources" / "help"


@dataclass(frozen=True)
class HelpEntry:
    """A line of the help.

    Attributes
    ----------
    key : what models, scripts and command lines call the thing
    label : what the dialog or the attribute table calls it
    text : what it is; empty where the label says all
    """

    key: str
    label: str
    text: str = ""


def field_entries(columns: Iterable[Column]) -> list[HelpEntry]:
    """Return a line of the help for each field of a result."""
    return [HelpEntry(column.name, column.alias, column.meaning) for column in columns]


def help_html(algorithm: QgsProcessingAlgorithm, fields: Iterable[HelpEntry]) -> str:
    """Return the help as HTML without line breaks, which QGIS would make paragraphs of.

    Parameters
    ----------
    fields : those of the main output
    """
    text = (_HELP / f"{algorithm.name()}.html").read_text(encoding="utf-8")
    filled = Template(text).substitute(
        parameters=_list(_parameters(algorithm)),
        outputs=_list(_outputs(algorithm)),
        fields=_list(fields),
    )
    return " ".join(line.strip() for line in filled.splitlines() if line.strip())


def _parameters(algorithm: QgsProcessingAlgorithm) -> list[HelpEntry]:
    """Return what the user gives."""
    return [
        HelpEntry(definition.name(), definition.description(), definition.help())
        for definition in algorithm.parameterDefinitions()
        if not isinstance(definition, QgsProcessingDestinationParameter)
    ]


def _outputs(algorithm: QgsProcessingAlgorithm) -> list[HelpEntry]:
    return [
        HelpEntry(output.name(), output.description()) for output in algorithm.outputDefinitions()
    ]


def _list(entries: Iterable[HelpEntry]) -> str:
    return f"<ul>{''.join(_item(entry) for entry in entries)}</ul>"


def _item(entry: HelpEntry) -> str:
    text = f": {escape(entry.text)}" if entry.text else ""
    return f"<li><b>{escape(entry.label)}</b>, <code>{escape(entry.key)}</code>{text}</li>"
