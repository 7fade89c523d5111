"""Tables of a report beside those of its page: as a layout's paper has them, and a matrix."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Mapping, Sequence

from .bulletincells import CellWriter
from .markup import HtmlWriter, one_line

if TYPE_CHECKING:
    from markupsafe import Markup

    from ...core.bulletintables import Column, Table, Tables
    from .reportwords import Labels
    from .templates import Templates

__all__ = ["matrix_html", "paper_matrix", "paper_tables"]

_ISOLATE, _END = "\u2068", "\u2069"
_HEAD = ' bgcolor="#eeeae2"'


class _PaperWriter(HtmlWriter):
    """Writes names between signs that keep their direction to themselves.

    Qt's text documents know those, but not the element that HTML has for it.
    """

    def name(self, text: str) -> Markup:
        return self.safe(f"{_ISOLATE}{escape(one_line(text))}{_END}")


def paper_tables(
    tables: Tables, marks: Mapping[str, int], labels: Labels, templates: Templates
) -> list[tuple[str, str, str]]:
    """Return name, title and HTML of each table with rows, as Qt's text documents lay it out.

    They set columns from left to right whatever the language, so the order is turned here; heads
    are repeated on each page.

    Parameters
    ----------
    marks : of the text, by the anchor of the row; they stand before their rows
    """
    cells = CellWriter(templates, labels.language, _PaperWriter())
    return [
        (table.name, cells.table_title(table.name), _paper_table(table, marks, cells, labels))
        for table in tables.tables
        if table.rows
    ]


def _paper_table(table: Table, marks: Mapping[str, int], cells: CellWriter, labels: Labels) -> str:
    columns = _filled(table)
    heads = [_cell(escape(cells.column_title(each)), labels, is_head=True) for each in columns]
    rows = [
        [_cell(_mark(marks.get(row.anchor), labels), labels)]
        + [
            _cell(text, labels, is_number=isinstance(row.cells[column.name], (int, float)))
            for column, (text, _) in zip(columns, cells.row(columns, row))
        ]
        for row in table.rows
    ]
    return _on_paper([_cell("", labels, is_head=True), *heads], rows, labels)


def _mark(number: int | None, labels: Labels) -> str:
    return "" if number is None else f"[{labels.number(number)}]"


def _filled(table: Table) -> list[Column]:
    """Return the columns that any row has something in; on paper there is no room for others."""
    return [
        column
        for column in table.columns
        if any(row.cells[column.name] not in (None, "", ()) for row in table.rows)
    ]


def matrix_html(tables: Tables, labels: Labels) -> str:
    """Return who lost how much to whom, losers down and takers across; '' where nothing moved."""
    losers, takers, figures = _matrix(tables, labels)
    if not figures:
        return ""
    head = "".join(f'<th scope="col"><bdi>{_name(each, labels)}</bdi></th>' for each in takers)
    body = "".join(
        f'<tr><th scope="row"><bdi>{_name(loser, labels)}</bdi></th>'
        + "".join(f'<td class="number">{figures.get((loser, each), "")}</td>' for each in takers)
        + "</tr>\n"
        for loser in losers
    )
    return (
        '<div class="scroll" tabindex="0"><table>\n'
        f"<thead><tr><td></td>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>"
    )


def paper_matrix(tables: Tables, labels: Labels) -> str:
    """Return the same as Qt's text documents can lay it out."""
    losers, takers, figures = _matrix(tables, labels)
    if not figures:
        return ""
    heads = [_cell("", labels, is_head=True)]
    heads += [_cell(_isolated(each, labels), labels, is_head=True) for each in takers]
    rows = [
        [_cell(_isolated(loser, labels), labels, is_head=True)]
        + [_cell(figures.get((loser, each), ""), labels, is_number=True) for each in takers]
        for loser in losers
    ]
    return _on_paper(heads, rows, labels)


def _matrix(
    tables: Tables, labels: Labels
) -> tuple[list[str], list[str], dict[tuple[str, str], str]]:
    figures: dict[tuple[str, str], str] = {}
    for row in tables.named("transitions").rows:
        pair: Any = (row.cells["from_faction"] or "", row.cells["to_faction"] or "")
        area_km2: Any = row.cells["area_km2"]
        figures[pair] = escape(labels.number(area_km2, 1))
    losers, takers = (
        sorted({pair[side] for pair in figures}, key=lambda name: (not name, name))
        for side in (0, 1)
    )
    return losers, takers, figures


def _name(name: str, labels: Labels) -> str:
    return escape(labels.name(name))


def _isolated(name: str, labels: Labels) -> str:
    return f"{_ISOLATE}{_name(name, labels)}{_END}"


def _cell(text: str, labels: Labels, *, is_head: bool = False, is_number: bool = False) -> str:
    kind, ground = ("th", _HEAD) if is_head else ("td", "")
    side = "right" if is_number or labels.is_rtl else "left"
    return f'<{kind} align="{side}"{ground}>{text}</{kind}>'


def _on_paper(heads: Sequence[str], rows: Sequence[Sequence[str]], labels: Labels) -> str:
    step = -1 if labels.is_rtl else 1
    head = "".join(heads[::step])
    body = "".join(f"<tr>{''.join(row[::step])}</tr>" for row in rows)
    return (
        '<table width="100%" border="1" cellspacing="0" cellpadding="4" '
        'style="border-collapse: collapse; border-color: #c9c4ba">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
