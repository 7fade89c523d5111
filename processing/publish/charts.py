"""The chart of area by faction over time, drawn by matplotlib; without Qt, for any one thread.

The dock, the report and the film draw the same one. On the screen and in a PNG the legend is left
to Qt, which shapes every script; matplotlib writes the letters of Arabic apart and in the wrong
order. In an SVG the names are text, and it is the program that opens it which shapes them.
"""

from __future__ import annotations

import io
import math
import warnings
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Callable, Mapping, Sequence

__all__ = ["ChartData", "ChartLook", "ChartPicture", "draw_chart", "svg_chart"]

_LINE_PT = 2.0
_DOTS_UP_TO = 40
_LEAST_CONTRAST = 1.7
_LABEL_WIDTH = 0.62  # of the size of the letters: digits and signs of the font
_ROOM_ABOVE = 1.05
_FONT_KEY = "svg.fonttype"


@dataclass(frozen=True)
class ChartData:
    """What each faction holds, one figure a date; the factions in the order of the legend."""

    dates: tuple[datetime, ...]
    areas_km2: Mapping[str, tuple[float, ...]]

    @property
    def end(self) -> datetime:
        """Return until when the last date is shown: as long as the shortest step, a day at most."""
        steps = [later - earlier for earlier, later in zip(self.dates, self.dates[1:])]
        return self.dates[-1] + min([timedelta(days=1), *steps])

    def place_of(self, index: int) -> float:
        """Return where a date is between the first and the end, 0 to 1."""
        return (self.dates[index] - self.dates[0]) / (self.end - self.dates[0])

    def index_at(self, place: float, slack: float = 0.0) -> int:
        """Return the date that is shown at a place, 0 to 1.

        A snapshot is valid until the next one; but a place within `slack` of a date is that date.
        """
        places = [self.place_of(index) for index in range(len(self.dates))]
        nearest = min(range(len(places)), key=lambda index: abs(places[index] - place))
        if abs(places[nearest] - place) <= slack:
            return nearest
        return max((index for index, each in enumerate(places) if each <= place), default=0)


@dataclass(frozen=True)
class ChartLook:
    """Colours as `#rrggbb`, and how numbers read.

    `number` is given a value and how many decimals, `date` a date as the axis has it; both are
    called in the thread that draws. `unit` stands over the axis.
    """

    colors: Mapping[str, str]
    text: str = "#000000"
    ground: str = "#ffffff"
    grid: str = "#d0d0d0"
    font_pt: float = 8.0
    number: Callable[[float, int], str] = "{:,.{}f}".format
    date: Callable[[str], str] = str
    unit: str = "km\u00b2"


@dataclass(frozen=True)
class ChartPicture:
    """A drawn chart: rows of pixels (RGBA), and where in it the axes are, in pixels."""

    pixels: bytes = field(repr=False)
    width_px: int
    height_px: int
    left_px: float
    right_px: float
    top_px: float
    bottom_px: float


def draw_chart(
    data: ChartData, look: ChartLook, *, width_px: int, height_px: int, dpi: float
) -> ChartPicture:
    """Draw the chart without a legend.

    Parameters
    ----------
    dpi : pixels an inch, which make a point of a letter larger or smaller
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure, axes = _figure(data, look, width_px=width_px, height_px=height_px, dpi=dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    box = axes.get_position()
    return ChartPicture(
        pixels=bytes(canvas.buffer_rgba()),
        width_px=width_px,
        height_px=height_px,
        left_px=box.x0 * width_px,
        right_px=box.x1 * width_px,
        top_px=(1 - box.y1) * height_px,
        bottom_px=(1 - box.y0) * height_px,
    )


def svg_chart(
    data: ChartData, look: ChartLook, *, width_px: int, height_px: int, with_legend: bool = True
) -> bytes:
    """Return the chart as SVG, in which all text is text."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    dpi = 72.0
    columns = max(1, min(3, len(data.areas_km2)))
    rows = math.ceil(len(data.areas_km2) / columns)
    legend_px = (rows * 1.6 + 1.0) * look.font_pt * dpi / 72.0 if with_legend else 0.0
    figure, axes = _figure(
        data, look, width_px=width_px, height_px=height_px, dpi=dpi, below_px=legend_px
    )
    handles = [line for line in axes.lines if not str(line.get_label()).startswith("_")]
    if with_legend:
        figure.legend(
            handles=handles, loc="lower center", ncol=columns, frameon=False, fontsize=look.font_pt
        )
    target = io.BytesIO()
    kept = mpl.rcParams[_FONT_KEY]
    with warnings.catch_warnings():
        # of signs that matplotlib's font lacks: it is not matplotlib that will draw them
        warnings.simplefilter("ignore", UserWarning)
        mpl.rcParams[_FONT_KEY] = "none"
        try:
            FigureCanvasSVG(figure).print_svg(target, metadata={"Date": None})
        finally:
            mpl.rcParams[_FONT_KEY] = kept
    return target.getvalue()


def _figure(
    data: ChartData,
    look: ChartLook,
    *,
    width_px: int,
    height_px: int,
    dpi: float,
    below_px: float = 0.0,
) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_px / dpi, height_px / dpi), dpi=dpi, facecolor=look.ground)
    axes = figure.add_subplot(facecolor=look.ground)
    top_km2 = _ROOM_ABOVE * max((max(areas) for areas in data.areas_km2.values()), default=0.0)
    top_km2 = top_km2 or 1.0
    em_px = look.font_pt * dpi / 72.0
    decimals = 0 if top_km2 >= 10 else 2  # noqa: PLR2004 - then whole numbers stand on the axis
    left_px = _LABEL_WIDTH * em_px * len(look.number(top_km2, decimals)) + 1.2 * em_px
    right_px = width_px - 1.8 * em_px
    figure.subplots_adjust(
        left=left_px / width_px,
        right=max(right_px, left_px + 1) / width_px,
        top=1 - min(2.0 * em_px / height_px, 0.4),
        bottom=min((2.4 * em_px + below_px) / height_px, 0.55),
    )
    _draw_lines(axes, data, look)
    axes.set_xlim(data.dates[0], data.end)
    axes.set_ylim(0.0, top_km2)
    _draw_axes(axes, look, decimals=decimals, room_em=(right_px - left_px) / em_px)
    return figure, axes


def _draw_lines(axes: Any, data: ChartData, look: ChartLook) -> None:
    from matplotlib.patheffects import Normal, Stroke

    times = [*data.dates, data.end]
    used: dict[str, int] = {}
    for faction, areas in data.areas_km2.items():
        color = look.colors.get(faction, "#808080")
        again = used[color] = used.get(color, 0) + 1
        (line,) = axes.plot(
            times,
            [*areas, areas[-1]],
            drawstyle="steps-post",
            color=color,
            linewidth=_LINE_PT,
            # more factions than colours: the second of a colour is dashed
            linestyle="-" if again == 1 else "--",
            label=_label(faction),
            solid_joinstyle="miter",
        )
        if len(data.dates) <= _DOTS_UP_TO:
            axes.plot(
                data.dates, areas, "o", color=color, markersize=4, markeredgecolor=look.ground,
                markeredgewidth=0.5, label="_dots",
                clip_on=False, zorder=3,
            )  # fmt: skip
        if _contrast(color, look.ground) < _LEAST_CONTRAST:
            rim = Stroke(linewidth=_LINE_PT + 1.6, foreground=look.text, alpha=0.85)
            line.set_path_effects([rim, Normal()])


def _label(faction: str) -> str:
    # matplotlib leaves labels with a line below at their beginning out of legends, and takes
    # what stands between two dollars for a formula
    shown = faction.replace("$", r"\$")
    return f"\u200b{shown}" if shown.startswith("_") else shown


def _draw_axes(axes: Any, look: ChartLook, *, decimals: int, room_em: float) -> None:
    from matplotlib.dates import AutoDateFormatter, AutoDateLocator
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    # a date takes about six letters' width and wants as much room again
    locator = AutoDateLocator(minticks=2, maxticks=int(max(3, min(9, room_em / 9))))
    formatter = AutoDateFormatter(locator)
    formatter.scaled = {
        365.0: "%Y",
        31.0: "%Y-%m",
        7.0: "%Y-%m-%d",
        1 / 24: "%m-%d %H:%M",
        1 / 1440: "%H:%M",
        1 / 86400: "%H:%M:%S",
    }
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda day, place: look.date(formatter(day, place)))
    )
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda km2, _place: look.number(km2, decimals)))
    axes.set_title(look.unit, loc="left", fontsize=look.font_pt, color=look.text, pad=4)
    axes.tick_params(labelsize=look.font_pt, colors=look.text, length=3)
    axes.grid(visible=True, color=look.grid, linewidth=0.6)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side in {"left", "bottom"})
        spine.set_color(look.text)


def _contrast(one: str, two: str) -> float:
    """Return the contrast of two colours, 1 to 21, by the rule of WCAG 2."""
    bright, dark = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[start : start + 2], 16) / 255.0 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]  # noqa: PLR2004
    return _weighted(linear)


def _weighted(rgb: Sequence[float]) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]
