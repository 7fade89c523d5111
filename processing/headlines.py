"""The headline figures of an algorithm: for models, for command lines, for the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence

from qgis.core import QgsProcessingOutputNumber, QgsProcessingOutputString

from ..core.i18n import tr

if TYPE_CHECKING:
    from ..core.feedback import Feedback
    from ..core.series import Series

__all__ = [
    "COUNT",
    "DATES",
    "FEATURES",
    "LAST_DATE",
    "SUMMARY",
    "layer_name",
    "number_output",
    "tell_summary",
    "text_output",
]

COUNT = "COUNT"
FEATURES = "FEATURES"
DATES = "DATES"
LAST_DATE = "LAST_DATE"
SUMMARY = "SUMMARY"

_SUMMARY_LINES_IN_LOG = 20


def number_output(name: str, text: str) -> QgsProcessingOutputNumber:
    """Return a number that models can use and command lines print."""
    return QgsProcessingOutputNumber(name, text)


def text_output(name: str, text: str) -> QgsProcessingOutputString:
    """Return a text that models can use and command lines print."""
    return QgsProcessingOutputString(name, text)


def layer_name(title: str, series: Series) -> str:
    """Return a name such as `Enclaves: fronts, 2018-05-31 to 2018-08-05`."""
    dates = _dates_text(series)
    if not dates:
        return tr("{title}: {layer}").format(title=title, layer=series.layer_name)
    return tr("{title}: {layer}, {dates}").format(title=title, layer=series.layer_name, dates=dates)


def _dates_text(series: Series) -> str:
    from ..core.dates import format_date

    dates = [format_date(snapshot.date) for snapshot in series.snapshots if snapshot.date]
    if len(dates) <= 1:
        return "".join(dates)
    return tr("{first} to {last}").format(first=dates[0], last=dates[-1])


def tell_summary(lines: Sequence[str], feedback: Feedback) -> None:
    """Write a summary to the log, as many lines of it as a reader wants there."""
    for line in lines[:_SUMMARY_LINES_IN_LOG]:
        feedback.info(line)
    more = len(lines) - _SUMMARY_LINES_IN_LOG
    if more > 0:
        feedback.info(tr("Further lines in SUMMARY: {count}.").format(count=more))
