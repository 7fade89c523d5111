"""The tab with what changed between two dates: on the ground, and along the border."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from ..core.contacttext import alongs_text, ids_text
from ..core.dates import format_date
from ..core.i18n import tr
from ..processing.palette import MARK_COLOR
from .exporting import ExportBar, Sheet, sheet_of
from .matrix import MatrixView
from .tables import RowsView, TableColumn, number_text, signed_text, swatch
from .words import flag_word, neighbour_word

if TYPE_CHECKING:
    from qgis.PyQt.QtGui import QIcon

    from ..core.contactchanges import ContactChange
    from .results import Analysis, Comparison, DateResult

__all__ = ["ChangesTab"]

_SHOWN = ("lost", "gained", "shrunk", "grown", "kept")
"""The flags of what is shown, the first ones first."""


class ChangesTab(QWidget):
    """A matrix of who took how much from whom, and a table of what became of border contact."""

    enclaveActivated = pyqtSignal(object)
    dateActivated = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparison: Comparison | None = None
        self._colors: Mapping[str, str] = {}
        self._has_times = False
        self._heading = QLabel(self)
        self._heading.setWordWrap(True)
        self.matrix_view = MatrixView(self)
        self.matrix_view.setAccessibleName(tr("Ground that changed hands, in km\u00b2"))
        self.matrix_bar = ExportBar(
            self,
            copy_tip=tr("Copy the matrix, for a spreadsheet or a document"),
            export_tip=tr("Save the matrix as CSV, one line for each pair, redrawing apart"),
        )
        self.contacts_view = RowsView(self._columns(), self, name="contacts")
        self.contacts_view.setAccessibleName(tr("Changes of border contact"))
        self.contacts_bar = ExportBar(
            self,
            copy_tip=tr("Copy the changes of border contact, for a spreadsheet or a document"),
            export_tip=tr(
                "Save the changes of border contact shown as CSV, with all their figures"
            ),
        )
        self._contacts_heading = QLabel(tr("Border contact"), self)
        self._contacts_heading.setBuddy(self.contacts_view)
        self._heading.setBuddy(self.matrix_view)
        self._each = QCheckBox(tr("Each enclave"), self)
        self._each.setToolTip(
            tr("Show the border contact of each enclave, in place of that of whole factions")
        )
        self._lay_out()
        self._connect()

    def set_analysis(self, analysis: Analysis | None, colors: Mapping[str, str]) -> None:
        """Take in an analysis, or that there is none; `show_date` shows something of it."""
        self._colors = dict(colors)
        dates = analysis.dates if analysis is not None else ()
        self._has_times = any((each.hour, each.minute, each.second) != (0, 0, 0) for each in dates)
        self.show_date(-1, None, None)

    def show_date(
        self,
        index: int,  # noqa: ARG002 - all tabs are told the same
        result: DateResult | None,
        comparison: Comparison | None,
    ) -> None:
        """Show what changed from the date compared with to this one."""
        self._comparison = comparison
        self.matrix_view.show_changes(comparison, self._colors)
        self._show_contacts()
        self._heading.setText(self._summary(result))
        for bar in (self.matrix_bar, self.contacts_bar):
            bar.set_enabled(comparison is not None)
            bar.say("")

    def matrix_sheet(self) -> Sheet:
        """Return the matrix with the fields of `controlchanges`: one row for each pair."""
        from ..core.changes import Step
        from ..processing.changefields import matrix_columns, matrix_rows

        compared = self._comparison
        rows = (
            matrix_rows(Step(compared.from_date, compared.to_date, compared.transitions))
            if compared is not None
            else []
        )
        columns = matrix_columns(has_times=self._has_times)
        return sheet_of(self._file_name("changes"), columns, rows)

    def contacts_sheet(self) -> Sheet:
        """Return the contacts shown with the fields of `bordercontactchanges`' table."""
        from ..processing.contactfields import change_columns

        columns = change_columns(has_times=self._has_times)
        rows = self.contacts_view.proxy.shown_rows()
        return sheet_of(self._file_name("border contact"), columns, rows)

    def _summary(self, result: DateResult | None) -> str:
        compared = self._comparison
        if compared is None:
            return tr("There is no earlier date to compare with.") if result is not None else ""
        text = tr("{before} to {after}: {changed} km\u00b2 changed hands").format(
            before=format_date(compared.from_date),
            after=format_date(compared.to_date),
            changed=number_text(self.matrix_view.matrix.total_km2),
        )
        redrawn_km2 = sum(each.area_km2 for each in compared.transitions if each.is_redraw)
        if redrawn_km2 > 0:
            text += tr("; {} km\u00b2 were only redrawn and are left out").format(
                number_text(redrawn_km2)
            )
        return text

    def _show_contacts(self) -> None:
        level = "enclave" if self._each.isChecked() else "faction"
        contacts = self._comparison.contacts if self._comparison is not None else ()
        shown = [
            each for each in contacts if each.level.value == level and each.flag.value in _SHOWN
        ]
        shown.sort(key=lambda each: _SHOWN.index(each.flag.value))
        self.contacts_view.rows_model.set_rows(shown)

    def _columns(self) -> tuple[TableColumn, ...]:
        km = {"text": number_text, "widest": "888.8", "is_number": True}
        return (
            TableColumn(
                tr("Faction"),
                tr("Whose contact: a faction, an alliance, or one of its enclaves"),
                _whose,
                widest="M" * 9,
                detail=_whose_detail,
                icon=self._swatch,
            ),
            TableColumn(
                tr("Border with"),
                tr("The country on the other side of the border, or the sea"),
                lambda change: neighbour_word(change.neighbour),
                widest="M" * 5,
            ),
            TableColumn(
                tr("Result"),
                tr("lost, gained, shrunk, grown or kept; red where it was lost"),
                lambda change: flag_word(change.flag.value),
                icon=lambda change: swatch(MARK_COLOR) if change.flag.value == "lost" else None,
                detail=_flag_detail,
            ),
            TableColumn(
                tr("Before (km)"),
                tr("Length of contact on the earlier date, in km"),
                lambda change: change.before_km,
                detail=lambda change: _with_alongs(change.before_km, change.held_by),
                **km,
            ),
            TableColumn(
                tr("After (km)"),
                tr("Length of contact on the later date, in km"),
                lambda change: change.after_km,
                detail=_after_detail,
                **km,
            ),
            TableColumn(
                tr("Change (km)"),
                tr("After less before, in km"),
                lambda change: change.after_km - change.before_km,
                signed_text,
                widest=signed_text(-888.8),
                is_number=True,
            ),
        )

    def _swatch(self, change: ContactChange) -> QIcon:
        return swatch(self._colors.get(change.faction, "#808080"))

    def _copy_matrix(self) -> None:
        if self._comparison is not None:
            titles, rows = self.matrix_view.matrix.table()
            self.matrix_bar.copy(Sheet(self._file_name("changes"), titles, rows))

    def _copy_contacts(self, rows: list[Any]) -> None:
        columns = self.contacts_view.rows_model.columns
        self.contacts_bar.copy(
            Sheet(
                self._file_name("border contact"),
                tuple(column.title for column in columns),
                tuple(tuple(column.value(row) for column in columns) for row in rows),
            )
        )

    def _file_name(self, what: str) -> str:
        if self._comparison is None:
            return what
        dates = (format_date(self._comparison.from_date), format_date(self._comparison.to_date))
        return f"{what} {dates[0]} {dates[1]}".replace(":", "")

    def _connect(self) -> None:
        self._each.toggled.connect(lambda _on: self._show_contacts())
        self.matrix_view.copyRequested.connect(self._copy_matrix)
        self.matrix_bar.copyRequested.connect(self._copy_matrix)
        self.matrix_bar.exportRequested.connect(lambda: self.matrix_bar.export(self.matrix_sheet()))
        self.contacts_view.copyRequested.connect(
            lambda: self._copy_contacts(
                self.contacts_view.selected_rows() or self.contacts_view.proxy.shown_rows()
            )
        )
        self.contacts_bar.copyRequested.connect(
            lambda: self._copy_contacts(self.contacts_view.proxy.shown_rows())
        )
        self.contacts_bar.exportRequested.connect(
            lambda: self.contacts_bar.export(self.contacts_sheet())
        )

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._contacts_heading, 1)
        top.addWidget(self._each)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.setChildrenCollapsible(False)
        for parts in (
            (self._heading, self.matrix_view, self.matrix_bar),
            (top, self.contacts_view, self.contacts_bar),
        ):
            half = QWidget(splitter)
            layout = QVBoxLayout(half)
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(4)
            for part in parts:
                if isinstance(part, QHBoxLayout):
                    layout.addLayout(part)
                else:
                    layout.addWidget(part)
            splitter.addWidget(half)
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(splitter)


def _whose(change: ContactChange) -> str:
    if change.enclave_id is None:
        return change.faction
    return tr("{faction}, enclave {number}").format(
        faction=change.faction, number=change.enclave_id
    )


def _whose_detail(change: ContactChange) -> str:
    lines = [_whose(change)]
    if change.ids_before:
        lines.append(tr("Enclaves before: {}").format(ids_text(change.ids_before)))
    if change.ids_after:
        lines.append(tr("Enclaves after: {}").format(ids_text(change.ids_after)))
    return "\n".join(lines)


def _with_alongs(length_km: float, alongs: Any) -> str:
    text = tr("{} km").format(number_text(length_km, 2))
    if alongs:
        text += "\n" + tr("Held by (enclave, km): {}").format(alongs_text(alongs))
    return text


def _after_detail(change: ContactChange) -> str:
    text = tr("{} km").format(number_text(change.after_km, 2))
    if change.border_dist_km is not None:
        text += "\n" + tr("The nearest enclave is {} km from that border").format(
            number_text(change.border_dist_km)
        )
    return text


def _flag_detail(change: ContactChange) -> str:
    lines = [flag_word(change.flag.value)]
    if change.lost_km > 0:
        lines.append(tr("Lost: {} km").format(number_text(change.lost_km)))
    if change.gained_km > 0:
        lines.append(tr("Gained: {} km").format(number_text(change.gained_km)))
    if change.now_along:
        lines.append(
            tr("Now along the border that was lost (km): {}").format(alongs_text(change.now_along))
        )
    return "\n".join(lines)
