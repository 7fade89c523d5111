"""A bulletin in words: the templates of a language filled in, every number with its mark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence

from ...core.i18n import tr
from ...core.languages import Language, language_of
from ...core.numerals import Rounding, Unit, number_text, rounded, written
from .bulletincells import CellWriter
from .markup import HtmlWriter, MarkdownWriter, Writer
from .templates import TemplateError, Templates
from .views import view_of

if TYPE_CHECKING:
    from pathlib import Path

    from ...core.bulletin import Report
    from ...core.bulletinfacts import Figure
    from .views import FactView, FigureView

__all__ = ["Rendered", "Words", "figure_text"]

_BLANKS = re.compile(r"[ \t\n]+")
# not h, which names of the Levant begin with aloud
_BEGINS_WITH_VOWEL = re.compile("(?:<[^>]*>|\\s)*[aeiouâéèêîô]", re.IGNORECASE)


@dataclass(frozen=True)
class Rendered:
    """A text, and the mark of each row that it refers to, by anchor, in the order of the marks."""

    text: str
    marks: Mapping[str, int]


class Words:
    """The words of one language, with the user's own templates if there are any.

    Parameters
    ----------
    language : `en`, `ar` or `fr`
    numerals : `latin`, `arabic`; '' for latin
    folder : of the user's own templates
    """

    def __init__(self, language: str, numerals: str = "", folder: Path | None = None) -> None:
        self.language = language_of(language, numerals)
        self._folder = folder

    def html(self, report: Report) -> Rendered:
        """Return the bulletin as a section of HTML; marks are links to the rows of its tables.

        Raises
        ------
        TemplateError
            When a template cannot be filled in.
        """
        return _Maker(report, self.language, HtmlWriter(), self._folder).bulletin("html")

    def markdown(self, report: Report) -> Rendered:
        """Return the bulletin as Markdown, with the rows that its marks refer to as footnotes.

        Raises
        ------
        TemplateError
            When a template cannot be filled in.
        """
        return _Maker(report, self.language, MarkdownWriter(), self._folder).bulletin("md")

    def tables_html(self, report: Report, marks: Mapping[str, int] | None = None) -> dict[str, str]:
        """Return each table that has rows as HTML, by its name, with the ids that marks lead to.

        Parameters
        ----------
        marks : of the bulletin; they stand before their rows and lead back to the text
        """
        return _Maker(report, self.language, HtmlWriter(), self._folder).tables(marks or {})


def figure_text(figure: Figure, language: Language, *, bare: bool = False) -> str:
    """Return a figure with its unit, as plain text.

    Parameters
    ----------
    bare : leave out the word that says that it is rounded
    """
    value: Any = figure.value
    if figure.unit is Unit.DATE:
        return language.date_text(value)
    told = rounded(value, figure.rounding)
    number = language.units[figure.unit].format(written(told, language.numerals).lstrip("<>"))
    if told.bound:
        return (language.below if told.bound == "<" else language.above).format(number)
    if figure.rounding is Rounding.ABOUT and not bare:
        return language.about.format(number)
    return number


class _Maker:
    """Fills in the templates for one text, and counts its marks."""

    def __init__(
        self, report: Report, language: Language, writer: Writer, folder: Path | None
    ) -> None:
        self._report = report
        self._language = language
        self._writer = writer
        self._templates = Templates(folder)
        self._marks: dict[str, int] = {}
        self._templates.environment.globals.update(
            tell=self._tell,
            listed=self._listed,
            counted=self._counted,
            de=self._de,
            number=self._number,
            source=self._source,
            lang=language.code,
            direction="rtl" if language.is_rtl else "ltr",
        )
        self._templates.environment.filters.update(bare=self._bare, no_mark=self._no_mark)

    def bulletin(self, suffix: str) -> Rendered:
        text = self._templates.render(
            f"bulletin.{self._language.code}.{suffix}.j2",
            bulletin=view_of(self._report.bulletin, self._writer.name, self._figure),
            marks=self._marks,
        )
        return Rendered(text, dict(self._marks))

    def tables(self, marks: Mapping[str, int]) -> dict[str, str]:
        cells = self._cells()
        return {
            table.name: self._templates.render(
                "table.html.j2",
                name=table.name,
                title=cells.table_title(table.name),
                columns=[
                    (cells.column_title(each), each.unit is not None) for each in table.columns
                ],
                rows=[
                    (row, marks.get(row.anchor), cells.row(table.columns, row))
                    for row in table.rows
                ],
            )
            for table in self._report.tables.tables
            if table.rows
        }

    # ---- what templates call --------------------------------------------------------

    def _tell(self, fact: FactView) -> Any:
        """Return the sentences of a fact, from the macro that bears its kind."""
        name = f"sentences.{self._language.code}.j2"
        macro = getattr(self._templates.template(name).module, fact.kind, None)
        if macro is None:
            raise TemplateError(
                tr('Template "{}": there is no macro "{}". Copy it from the plugin\'s own.').format(
                    name, fact.kind
                )
            )
        return self._one_line(macro(fact))

    def _listed(self, items: Sequence[Any], tell: Callable[[Any], Any] | None = None) -> Any:
        """Return items with commas between, and a word before the last."""
        told = [self._one_line(item if tell is None else tell(item)) for item in items]
        if len(told) <= 1:
            return told[0] if told else ""
        rest = self._writer.safe(self._language.comma).join(told[:-1])
        return rest + self._language.conjunction + told[-1]

    def _counted(self, figure: FigureView, **forms: str) -> Any:
        """Return a count with its noun: forms are `one`, `two`, `few`, `many`, `other`.

        A form without `{}` says the number in words.
        """
        form = forms.get(self._language.plural(int(figure.value)), forms["other"])
        if "{}" in form:
            before, _, after = form.partition("{}")
            return self._writer.text(before) + self._figure(figure.figure) + after
        return self._writer.text(form) + self._mark(figure.figure)

    def _de(self, value: Any) -> Any:
        """Return French `de` before something, without its vowel before another."""
        text = self._one_line(value)
        return self._writer.safe("d’" if _BEGINS_WITH_VOWEL.match(text) else "de ") + text

    def _number(self, value: float) -> Any:
        """Return a number that is no figure of the data, such as one of a rule, with all digits."""
        _, _, decimals = f"{float(value):.6f}".rstrip("0").partition(".")
        return self._writer.text(number_text(value, len(decimals), self._language.numerals))

    def _bare(self, figure: FigureView) -> Any:
        """Return a figure without the word that says that it is rounded."""
        return self._writer.text(
            figure_text(figure.figure, self._language, bare=True)
        ) + self._mark(figure.figure)

    def _no_mark(self, figure: FigureView) -> Any:
        """Return a figure without its mark, for a place where it is told again."""
        return self._writer.text(figure_text(figure.figure, self._language))

    def _source(self, anchor: str) -> Any:
        """Return a row of the tables in one line."""
        return self._cells().line(self._report.tables, anchor)

    # ---- helpers --------------------------------------------------------------------

    def _cells(self) -> CellWriter:
        return CellWriter(self._templates, self._language, self._writer)

    def _figure(self, figure: Figure) -> Any:
        return self._writer.text(figure_text(figure, self._language)) + self._mark(figure)

    def _mark(self, figure: Figure) -> Any:
        is_first = figure.row not in self._marks
        number = self._marks.setdefault(figure.row, len(self._marks) + 1)
        digits = number_text(float(number), 0, self._language.numerals)
        return self._writer.mark(figure.row, number, digits, is_first=is_first)

    def _one_line(self, text: Any) -> Any:
        return self._writer.safe(_BLANKS.sub(" ", str(self._writer.text(text))).strip())
