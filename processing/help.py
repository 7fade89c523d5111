"""The help of an algorithm: its text in resources/help, and its own declarations."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

from qgis.core import QgsProcessingAlgorithm, QgsProcessingDestinationParameter

from ..core.i18n import tr

__all__ = ["help_html", "output_texts"]

_HELP = Path(__file__).parent.parent / "resources" / "help"


def help_html(algorithm: QgsProcessingAlgorithm, fields: dict[str, str]) -> str:
    """Return the help as HTML without line breaks, which QGIS would make paragraphs of.

    Parameters
    ----------
    fields : name -> meaning of the fields of the main output
    """
    text = (_HELP / f"{algorithm.name()}.html").read_text(encoding="utf-8")
    filled = Template(text).substitute(
        parameters=_entries(_parameter_texts(algorithm)),
        outputs=_entries(output_texts(algorithm)),
        fields=_entries(fields),
    )
    return " ".join(line.strip() for line in filled.splitlines() if line.strip())


def output_texts(algorithm: QgsProcessingAlgorithm) -> dict[str, str]:
    """Return name -> description of the outputs."""
    return {output.name(): output.description() for output in algorithm.outputDefinitions()}


def _parameter_texts(algorithm: QgsProcessingAlgorithm) -> dict[str, str]:
    """Return label and key -> help, of what the user gives."""
    return {
        tr("{label} ({key})").format(
            label=definition.description(), key=definition.name()
        ): definition.help()
        for definition in algorithm.parameterDefinitions()
        if not isinstance(definition, QgsProcessingDestinationParameter)
    }


def _entries(texts: dict[str, str]) -> str:
    items = (f"<li><b>{escape(name)}</b>: {escape(text)}</li>" for name, text in texts.items())
    return f"<ul>{''.join(items)}</ul>"
