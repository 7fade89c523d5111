"""The page of a report: one HTML file with everything inside, which needs no network."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable, Mapping, Sequence

from ...core.requirements import missing_for_charts

if TYPE_CHECKING:
    from markupsafe import Markup

    from .charts import ChartData, ChartLook
    from .reportdata import ReportData
    from .reportwords import Labels

__all__ = [
    "Chart",
    "LegendEntry",
    "Picture",
    "ReportPage",
    "chart_of",
    "chart_parts",
    "method_lines",
    "source_lines",
    "tolerance_lines",
]

_CHART_PX = (900, 380)


@dataclass(frozen=True)
class LegendEntry:
    """A line of the chart: whose it is, in which colour, and where it ends."""

    name: str
    color: str
    figure: str


@dataclass(frozen=True)
class Picture:
    """A picture with what it shows; `source` holds the picture itself."""

    source: str = field(repr=False)
    text: str

    @classmethod
    def of_png(cls, png: bytes, text: str) -> Picture:
        """Return a picture that is written into the page."""
        return cls(_data_uri(png, "image/png"), text)


@dataclass(frozen=True)
class Chart:
    """The chart of areas; its legend is the page's, which shapes every script."""

    source: str = field(repr=False)
    text: str
    legend: tuple[LegendEntry, ...]


@dataclass(frozen=True)
class ReportPage:
    """What the template of the page fills in: marked-up parts, and plain text.

    `chart` is None where matplotlib is missing; `tables` by name.
    """

    title: str
    bulletin: Markup = field(repr=False)
    maps: Sequence[Picture]
    chart: Chart | None
    tables: Mapping[str, Markup] = field(repr=False)
    titles: Mapping[str, str]
    matrix: Markup = field(repr=False)
    sources: Sequence[str]
    method: Sequence[str]
    tolerances: Sequence[str]
    notes: Sequence[str]
    credits: str


def chart_parts(
    data: ReportData, labels: Labels, colors: Mapping[str, str], font_pt: float
) -> tuple[ChartData, ChartLook]:
    """Return what the chart shows, of whom the report is about, and how it looks."""
    from .charts import ChartData, ChartLook

    areas_km2 = {
        name: values
        for name, values in data.areas.areas_km2.items()
        if data.faction in (None, name)
    }
    look = ChartLook(
        colors=colors,
        number=labels.number,
        date=labels.digits,
        font_pt=font_pt,
        # matplotlib joins no Arabic letters; the words below the chart name the unit
        unit="" if labels.is_rtl else labels["km2"],
    )
    return ChartData(data.areas.dates, areas_km2), look


def chart_of(data: ReportData, labels: Labels, colors: Mapping[str, str]) -> Chart | None:
    """Return the chart of area over time; None where matplotlib is missing."""
    if missing_for_charts() is not None:
        return None
    from .charts import svg_chart

    chart, look = chart_parts(data, labels, colors, font_pt=11.0)
    svg = svg_chart(chart, look, width_px=_CHART_PX[0], height_px=_CHART_PX[1], with_legend=False)
    legend = tuple(
        LegendEntry(name, colors[name], f"{labels.number(values[-1], 1)} {labels['km2']}")
        for name, values in chart.areas_km2.items()
    )
    text = labels["chart_text"].format(labels.date(chart.dates[-1]))
    return Chart(_data_uri(svg, "image/svg+xml"), text, legend)


def source_lines(data: ReportData, labels: Labels, credit: str) -> list[str]:
    """Return where the figures come from."""
    lines = [credit] if credit else []
    for each in data.sources:
        role = labels[f"source.{each.role}"]
        name = each.name if each.is_users else labels["source.world"]
        text = labels["source_text"].format(name, each.crs, labels.number(each.features))
        lines.append(f"{role}: {text}")
    lines += [
        labels["alliance"].format(member, alliance)
        for member, alliance in sorted(data.alliances.items())
    ]
    return lines


def method_lines(labels: Labels) -> list[str]:
    """Return how the figures are made, in plain labels."""
    kinds = ("area", "enclave", "contact", "change", "maps")
    return [labels.digits(labels[f"method.{each}"]) for each in kinds]


def tolerance_lines(data: ReportData, labels: Labels) -> list[str]:
    """Return the choices that the figures depend on."""
    chosen = data.survey.parameters
    number: Callable[[float], str] = labels.measure
    lines = [
        labels["tolerance.snap"].format(number(chosen.snap_m)),
        labels["tolerance.contact"].format(
            number(chosen.tolerance_m), number(chosen.min_contact_km)
        ),
        labels["tolerance.presence"].format(number(chosen.min_presence_km2)),
    ]
    if chosen.join_distance_m > 0:
        lines.append(labels["tolerance.join"].format(number(chosen.join_distance_m)))
    if chosen.min_area_km2 > 0:
        lines.append(labels["tolerance.min_area"].format(number(chosen.min_area_km2)))
    if data.min_width_m > 0:
        redrawn = labels.number(data.transitions.redraw_km2, 2)
        lines.append(labels["tolerance.width"].format(number(data.min_width_m), redrawn))
    if chosen.position_error_m > 0:
        lines.append(labels["tolerance.position"].format(number(chosen.position_error_m)))
    whole_km2 = chosen.reference_area_km2 or data.survey.geography.home_area_km2
    if whole_km2:
        given = "given" if chosen.reference_area_km2 else "home"
        lines.append(
            labels["tolerance.reference"].format(
                labels.number(whole_km2, 1), labels[f"tolerance.reference_{given}"]
            )
        )
    return lines


def _data_uri(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
