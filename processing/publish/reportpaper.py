"""What of a report goes on paper: HTML as Qt's text documents know it, and maps."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Iterable, Mapping, Sequence

from qgis.PyQt.QtGui import QImage

from ...core.requirements import missing_for_charts
from .pdf import PaperReport
from .reportpage import chart_parts, method_lines, source_lines, tolerance_lines
from .reporttables import paper_matrix, paper_tables

if TYPE_CHECKING:
    from ...core.bulletintables import Tables
    from .bulletintext import Rendered
    from .maplayout import MapSheet
    from .reportdata import ReportData
    from .reportwords import Labels
    from .templates import Templates

__all__ = ["paper_report"]

_CHART = "chart.png"
_CHART_PX = (3000, 1050)
_CHART_DPI = 300.0
_CHART_SHOWN_PX = 3000 * 96 // 300  # pixels of HTML, of which there are 96 an inch


def paper_report(  # noqa: PLR0913 - all that a report has
    data: ReportData,
    labels: Labels,
    templates: Templates,
    tables: Tables,
    rendered: Rendered,
    sheets: Sequence[MapSheet],
    *,
    colors: Mapping[str, str],
    credit: str,
    credits_line: str,
) -> PaperReport:
    """Return the report as it is laid out on paper."""
    chart = _chart(data, labels, colors)
    parts = [
        _heading(labels["chart"]),
        _chart_html(data, labels, colors) if chart else _paragraph(labels["chart_missing"]),
    ]
    for name, title, html in paper_tables(tables, rendered.marks, labels, templates):
        parts += [_heading(title), html]
        if name == "transitions":
            parts += [f"<h3>{escape(labels['matrix'])}</h3>", paper_matrix(tables, labels)]
    parts += [
        _heading(labels["sources"]),
        _lines(source_lines(data, labels, credit)),
        _heading(labels["method"]),
        _lines(method_lines(labels)),
        _heading(labels["tolerances"]),
        _lines(tolerance_lines(data, labels)),
        _heading(labels["notes"]),
        _lines(data.notes or [labels["notes_none"]]),
    ]
    return PaperReport(
        text=_isolated(rendered.text),
        maps=sheets,
        tables=_directed("".join(parts), labels),
        pictures=[(_CHART, chart)] if chart else [],
        title=labels["title"],
        credits=credits_line,
        page_text=labels["page"],
        digits=labels.digits,
        is_rtl=labels.is_rtl,
    )


def _chart(data: ReportData, labels: Labels, colors: Mapping[str, str]) -> QImage | None:
    if missing_for_charts() is not None:
        return None
    from .charts import draw_chart

    width, height = _CHART_PX
    chart, look = chart_parts(data, labels, colors, font_pt=8.0)
    picture = draw_chart(chart, look, width_px=width, height_px=height, dpi=_CHART_DPI)
    image = QImage(picture.pixels, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return image.copy()  # which has pixels of its own


def _chart_html(data: ReportData, labels: Labels, colors: Mapping[str, str]) -> str:
    entries = "&nbsp;&nbsp; ".join(
        f'<span style="color: {colors[name]}">\u25a0</span> '
        f"\u2068{escape(labels.name(name))}\u2069 {labels.number(values[-1], 1)} {labels['km2']}"
        for name, values in data.areas.areas_km2.items()
        if data.faction in (None, name)
    )
    text = labels["chart_text"].format(labels.date(data.areas.dates[-1]))
    return (
        f'<p><img src="{_CHART}" width="{_CHART_SHOWN_PX}"></p><p>{entries}</p>{_paragraph(text)}'
    )


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _lines(lines: Iterable[str]) -> str:
    return "".join(_paragraph(f"\u2013 {line}") for line in lines)


def _directed(html: str, labels: Labels) -> str:
    return f'<div dir="{"rtl" if labels.is_rtl else "ltr"}">{html}</div>'


def _isolated(html: str) -> str:
    """Return HTML with signs in place of the element that keeps a name's direction to itself."""
    return html.replace("<bdi>", "\u2068").replace("</bdi>", "\u2069")
