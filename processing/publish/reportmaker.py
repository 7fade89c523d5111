"""Makes the files of a report: text, maps, page and paper. For the main thread only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Mapping, Sequence

from qgis.core import Qgis, QgsCoordinateTransform, QgsProject, QgsRectangle

from ...core.bulletin import Material, bulletin_of
from ...core.errors import EnclaveWatchError
from ...core.i18n import tr
from .. import parameters as keys
from ..palette import faction_colors
from ..provider import EnclaveWatchProvider
from ..styling import stored_faction_colors
from .bulletintext import Words
from .mapimages import PRINT_DPI, WEB_DPI, map_png
from .maplayout import MapSheet
from .maps import MapWords, extent_of, make_map_layers, map_crs
from .pdf import write_pdf
from .reportpage import (
    Picture,
    ReportPage,
    chart_of,
    method_lines,
    source_lines,
    tolerance_lines,
)
from .reportpaper import paper_report
from .reporttables import matrix_html
from .reportwords import Labels, labels_of
from .templates import Templates

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from ...core.bulletin import Report
    from ...core.feedback import Feedback
    from ...core.model import Enclave
    from ..inputs import Inputs
    from .bulletintext import Rendered
    from .reportdata import ReportData

__all__ = ["Choices", "Made", "make_report"]

_FOOTNOTE = re.compile(r"\[\^\d+\]")
_ESCAPED = re.compile(r"\\(.)")
_NO_ISOLATES = {0x2068: None, 0x2069: None}
_PAGE_TEMPLATE = "report.html.j2"


class FileError(EnclaveWatchError):
    """A file of the report cannot be written."""


@dataclass(frozen=True)
class Choices:
    """What the user chose of a report's looks, and where it goes; None: not wanted."""

    language: str
    numerals: str
    templates: Path | None
    credit: str
    has_graticule: bool
    page: Path
    pdf: Path | None
    text: Path | None
    maps: Path | None


@dataclass(frozen=True)
class Made:
    """What was made: the headline and the text without marks, and the pages of the PDF."""

    headline: str
    text: str = field(repr=False)
    pages: int


def make_report(data: ReportData, choices: Choices, inputs: Inputs, feedback: Feedback) -> Made:
    """Write all files that the user wants; none before all of them could be made.

    Raises
    ------
    TemplateError, RequirementError, FileError, PdfError
        When a template cannot be filled in, jinja2 is missing, or a file cannot be written.
    """
    return _Maker(data, choices, inputs).made(feedback)


class _Maker:
    def __init__(self, data: ReportData, choices: Choices, inputs: Inputs) -> None:
        self._data = data
        self._choices = choices
        self._labels = labels_of(choices.language, choices.numerals)
        self._words = Words(choices.language, choices.numerals, choices.templates)
        self._templates = Templates(choices.templates)
        self._crs = inputs.source(keys.CONTROL).sourceCrs()
        project = inputs.context.project() or QgsProject.instance()
        self._colors = faction_colors(data.survey.series.factions, stored_faction_colors(project))

    def made(self, feedback: Feedback) -> Made:
        """Make all, then write all."""
        report = bulletin_of(_material(self._data))
        markdown = self._words.markdown(report).text
        rendered = self._words.html(report)
        feedback.progress(0.1)
        feedback.check()
        sheets = self._sheets()
        pictures = [(sheet, map_png(sheet, WEB_DPI)) for sheet in sheets]
        feedback.progress(0.4)
        feedback.check()
        page = self._page(report, rendered, pictures)
        feedback.progress(0.6)
        feedback.check()
        _write(self._choices.page, page.encode("utf-8"))
        if self._choices.text is not None:
            _write(self._choices.text, markdown.encode("utf-8"))
        if self._choices.maps is not None:
            self._write_maps(pictures)
        feedback.progress(0.8)
        return Made(
            headline=_plain(markdown.splitlines()[0].lstrip("# ")),
            text=_plain(markdown.split("\n[^1]:")[0]).strip(),
            pages=self._write_pdf(report, rendered, sheets),
        )

    # ---- maps -----------------------------------------------------------------------

    def _sheets(self) -> list[MapSheet]:
        """Return the map before and the map after, of the same ground."""
        data = self._data
        own = [each for side in data.enclaves for each in side if self._is_told(each)]
        shapes = [each.geometry for each in own] or [data.survey.geography.home]
        shapes = [each for each in shapes if each is not None]
        if not shapes:
            return []
        import shapely

        bounds = QgsRectangle(*shapely.total_bounds(shapes).tolist())
        crs = map_crs(self._crs, bounds)
        extent = extent_of(shapes, self._crs, crs)
        return [
            self._sheet(date, enclaves, crs, extent)
            for date, enclaves in zip((data.before, data.after), data.enclaves)
        ]

    def _sheet(
        self, date: datetime, enclaves: Sequence[Enclave], crs: object, extent: QgsRectangle
    ) -> MapSheet:
        labels, data = self._labels, self._data
        transform = QgsCoordinateTransform(crs, self._crs, QgsProject().transformContext())
        layers = make_map_layers(
            enclaves,
            data.survey.geography,
            data.survey.ruler,
            crs=self._crs,
            shown=transform.transformBoundingBox(extent),
            colors=self._colors,
            labelled=self._is_told,
            # with all factions, nearly the whole border would be marked
            along_border=lambda each: each.faction == data.faction,
            words=_map_words(labels),
        )
        return MapSheet(
            title=self._map_title,
            date=labels.date(date),
            credits=self._credits,
            layers=layers,
            crs=crs,
            extent=extent,
            kilometres=labels["km"],
            digits=labels.digits,
            is_rtl=labels.is_rtl,
            has_graticule=self._choices.has_graticule,
        )

    def _is_told(self, enclave: Enclave) -> bool:
        return self._data.faction in (None, enclave.faction)

    @property
    def _map_title(self) -> str:
        if self._data.faction is None:
            return self._labels["map_title"]
        return self._labels["map_title_of"].format(self._labels.name(self._data.faction))

    def _write_maps(self, pictures: Sequence[tuple[MapSheet, bytes]]) -> None:
        folder = self._choices.maps
        if folder is None:
            return
        dates = (self._data.before, self._data.after)
        for date, (sheet, web) in zip(dates, pictures):
            name = (
                f"map_{date:%Y-%m-%d}"
                if date.time().isoformat() == "00:00:00"
                else f"map_{date:%Y-%m-%dT%H%M%S}"
            )
            _write(folder / f"{name}.png", map_png(sheet, PRINT_DPI))
            _write(folder / f"{name}_web.png", web)

    # ---- texts ----------------------------------------------------------------------

    @property
    def _credit(self) -> str:
        layer = self._data.survey.series.layer_name
        return self._labels["data_credit"].format(self._choices.credit or layer)

    @property
    def _credits(self) -> str:
        version = self._labels["version"].format(
            EnclaveWatchProvider().versionInfo(), Qgis.version()
        )
        return f"{self._credit}. {version}"

    def _page(
        self, report: Report, rendered: Rendered, pictures: Sequence[tuple[MapSheet, bytes]]
    ) -> str:
        from markupsafe import Markup

        labels, data = self._labels, self._data
        tables = self._words.tables_html(report, rendered.marks)
        page = ReportPage(
            title=f"{labels['title']}: {labels.date(data.before)} \u2013 {labels.date(data.after)}",
            bulletin=Markup(rendered.text),  # noqa: S704 # nosec B704
            maps=[Picture.of_png(png, f"{sheet.title}, {sheet.date}") for sheet, png in pictures],
            chart=chart_of(data, labels, self._colors),
            tables={name: Markup(html) for name, html in tables.items()},  # noqa: S704 # nosec B704
            titles=self._titles(),
            matrix=Markup(matrix_html(report.tables, labels)),  # noqa: S704 # nosec B704
            sources=source_lines(data, labels, self._choices.credit),
            method=method_lines(labels),
            tolerances=tolerance_lines(data, labels),
            notes=data.notes,
            credits=self._credits,
        )
        return self._templates.render(_PAGE_TEMPLATE, page=page, labels=labels)

    def _titles(self) -> Mapping[str, str]:
        module = self._templates.template(f"titles.{self._labels.language.code}.j2").module
        titles: Mapping[str, str] = module.tables  # type: ignore[attr-defined]
        return titles

    def _write_pdf(self, report: Report, rendered: Rendered, sheets: Sequence[MapSheet]) -> int:
        path = self._choices.pdf
        if path is None:
            return 0
        paper = paper_report(
            self._data,
            self._labels,
            self._templates,
            report.tables,
            rendered,
            sheets,
            colors=self._colors,
            credit=self._choices.credit,
            credits_line=self._credits,
        )
        _make_folder(path)
        return write_pdf(paper, path)


def _material(data: ReportData) -> Material:
    return Material(
        faction=data.faction,
        step=data.step,
        analyses=data.analyses,
        events=data.events,
        contacts=data.contacts,
        transitions=data.transitions,
        summary=data.summary,
        geography=data.survey.geography,
        layer_name=data.survey.series.layer_name,
        min_presence_km2=data.survey.parameters.min_presence_km2,
        alliances=data.alliances,
    )


def _map_words(labels: Labels) -> MapWords:
    return MapWords(
        places=labels["places"],
        home=labels["home_border"],
        contact=labels["contact_line"],
        sea=labels["sea"],
        km=labels["km"],
        km2=labels["km2"],
        number=labels.number,
    )


def _plain(markdown: str) -> str:
    """Return a bulletin without its marks, and without what Markdown needs around names."""
    text = unescape(_ESCAPED.sub(r"\1", _FOOTNOTE.sub("", markdown)))
    return text.translate(_NO_ISOLATES)


def _write(path: Path, content: bytes) -> None:
    """Write a file whole: where that fails, none is left."""
    _make_folder(path)
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise FileError(_cannot_write(path, error)) from error


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(_cannot_write(path, error)) from error


def _cannot_write(path: Path, error: OSError) -> str:
    return tr("{path} cannot be written: {reason}. Choose another place.").format(
        path=path, reason=error.strerror or error
    )
