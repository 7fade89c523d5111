"""The cells of a bulletin's tables, in the words and digits of a language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Sequence

from ...core.languages import NO_BREAK
from ...core.model import SEA
from ...core.numerals import Unit, number_text

if TYPE_CHECKING:
    from ...core.bulletintables import Cell, Column, Part, Row, Tables
    from ...core.languages import Language
    from .markup import Writer
    from .templates import Templates

__all__ = ["CellWriter"]

# columns whose texts are words of the program
_WORDS = {"status", "flag", "kind"}
# columns in which nobody is somebody
_HOLDERS = {"from_faction", "to_faction"}


class CellWriter:
    """Writes cells; titles and words are those of the template `titles` of the language."""

    def __init__(self, templates: Templates, language: Language, writer: Writer) -> None:
        module: Any = templates.template(f"titles.{language.code}.j2").module
        self._tables: Mapping[str, str] = module.tables
        self._columns: Mapping[str, str] = module.columns
        self._words: Mapping[str, str] = module.words
        self._language = language
        self._writer = writer
        self._semicolon = "؛ " if language.is_rtl else "; "

    def table_title(self, name: str) -> str:
        """Return the title of a table."""
        return self._tables[name]

    def column_title(self, column: Column) -> str:
        """Return the title of a column."""
        return self._columns[column.name]

    def row(self, columns: Sequence[Column], row: Row) -> list[tuple[Any, bool]]:
        """Return the cells of a row, and of each whether it is a number."""
        return [
            (self._cell(column, row.cells[column.name]), column.unit is not None)
            for column in columns
        ]

    def line(self, tables: Tables, anchor: str) -> Any:
        """Return a row in one line: its table, and every cell with something in it."""
        table, row = tables.table_of(anchor), tables.row(anchor)
        texts = [
            self._writer.text(self.column_title(column)) + ": " + cell
            for column in table.columns
            for cell in [self._cell(column, row.cells[column.name])]
            if cell
        ]
        title = self._writer.text(self.table_title(table.name))
        return title + ". " + self._writer.safe(self._semicolon).join(texts)

    def _cell(self, column: Column, cell: Cell) -> Any:
        if cell is None or cell == ():
            return ""
        if column.name == "near":
            return self._near(cell)
        if isinstance(cell, tuple):
            return self._writer.safe(self._semicolon).join(
                self._part(each, column) for each in cell
            )
        if isinstance(cell, str):
            return self._word(column, cell)
        if isinstance(cell, (int, float)):
            return self._writer.text(self._number(cell, column))
        return self._writer.text(self._language.date_text(cell))

    def _near(self, cell: Any) -> Any:
        place, direction = cell
        before, _, after = self._words[direction].partition("{}")
        return self._writer.text(before) + self._writer.name(place) + after

    def _word(self, column: Column, cell: str) -> Any:
        if column.name in _WORDS:
            return self._writer.text(self._words.get(cell, cell))
        return self._name(cell) if cell or column.name in _HOLDERS else ""

    def _part(self, part: Part | str, column: Column) -> Any:
        if isinstance(part, str):
            return self._name(part)
        number = self._number(part.value, column)
        if column.unit is Unit.PERCENT:
            number = self._language.units[Unit.PERCENT].format(number)
        return self._name(part.name) + NO_BREAK + self._writer.text(number)

    def _name(self, name: str) -> Any:
        if name == SEA:
            return self._writer.text(self._words["sea"])
        return self._writer.name(name) if name else self._writer.text(self._words["nobody"])

    def _number(self, value: float, column: Column) -> str:
        text = number_text(value, column.decimals, self._language.numerals)
        # in a line from right to left the sign would point the other way
        is_turned = text.startswith("<") and self._language.is_rtl
        return self._language.below.format(text[1:]) if is_turned else text
