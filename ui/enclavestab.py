"""The tab with the enclaves of a date."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Mapping

from qgis.PyQt.QtCore import QLocale, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from ..core.dates import format_date
from ..core.i18n import tr
from ..core.text import border_with_text, places_text, provinces_text
from .exporting import ExportBar, Sheet, sheet_of
from .factionfilter import FactionFilter
from .tables import RowsView, TableColumn, number_text, signed_text, swatch
from .words import neighbour_word, status_word

if TYPE_CHECKING:
    from qgis.PyQt.QtGui import QIcon

    from ..core.history import TracedEnclave
    from .results import Analysis, Comparison, DateResult

__all__ = ["EnclavesTab"]


class EnclavesTab(QWidget):
    """Which enclaves there are on a date, how large, how changed, and where they stand."""

    enclaveActivated = pyqtSignal(object)
    dateActivated = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._analysis: Analysis | None = None
        self._result: DateResult | None = None
        self._comparison: Comparison | None = None
        self._colors: Mapping[str, str] = {}
        self._filter = FactionFilter(self, tip=tr("Show the enclaves of one faction only"))
        self.view = RowsView(self._columns(), self, name="enclaves")
        self.view.setAccessibleName(tr("Enclaves"))
        self.view.setToolTip(tr("Click an enclave, or press Enter on it, to see it on the map"))
        self.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self._bar = ExportBar(
            self,
            copy_tip=tr("Copy the enclaves shown, for a spreadsheet or a document"),
            export_tip=tr("Save the enclaves shown as CSV, with all their figures"),
        )
        self._lay_out()
        self._filter.factionChanged.connect(self._apply_filter)
        self.view.rowOpened.connect(self.enclaveActivated)
        self.view.copyRequested.connect(self._copy_selected)
        self._bar.copyRequested.connect(lambda: self._bar.copy(self._shown_sheet(self._shown())))
        self._bar.exportRequested.connect(lambda: self._bar.export(self.full_sheet()))

    def set_analysis(self, analysis: Analysis | None, colors: Mapping[str, str]) -> None:
        """Take in an analysis, or that there is none; `show_date` shows something of it."""
        self._analysis, self._colors = analysis, dict(colors)
        self._filter.offer(analysis.factions if analysis is not None else (), colors)
        self._apply_filter()
        self.show_date(-1, None, None)

    def show_date(
        self,
        index: int,  # noqa: ARG002 - all tabs are told the same
        result: DateResult | None,
        comparison: Comparison | None,
    ) -> None:
        """Show the enclaves of a date; the selected ones stay selected where they still are."""
        selected = {traced.enclave_id for traced in self.view.selected_rows()}
        offset = self.view.verticalScrollBar().value()
        self._result, self._comparison = result, comparison
        self.view.rows_model.set_rows(result.enclaves if result is not None else ())
        if selected:
            self.view.select_where(lambda traced: traced.enclave_id in selected)
        self.view.verticalScrollBar().setValue(offset)
        self._bar.set_enabled(result is not None)
        self._bar.say("")

    def select(self, enclave_id: int) -> None:
        """Select an enclave, as when it was clicked on the map."""
        self.view.select_where(lambda traced: traced.enclave_id == enclave_id)

    def full_sheet(self) -> Sheet:
        """Return the enclaves shown with all fields of the algorithm `enclavehistory`.

        Beside them stand the date that is compared with and the change since.
        """
        from ..processing.fields import Column
        from ..processing.historyfields import HistoryRow, history_columns

        has_times = _has_times(self._analysis)
        columns = [
            column
            for column in history_columns(has_times=has_times)
            if not column.name.startswith("neck")
        ]
        at = [column.name for column in columns].index("area_km2") + 1
        kind = columns[at - 1].kind
        columns[at:at] = [
            replace(
                columns[0],
                name="compared_with",
                value=lambda _row: self._comparison and format_date(self._comparison.from_date),
            ),
            Column("change_compared_km2", kind, "", "", lambda row: self._change_km2(row.traced)),
        ]
        least_km2 = self._analysis.min_presence_km2 if self._analysis is not None else 0.0
        rows = [HistoryRow(traced, None, least_km2) for traced in self._shown()]
        return sheet_of(self._file_name(), columns, rows)

    # ---- what stands in the table ---------------------------------------------------

    def _columns(self) -> tuple[TableColumn, ...]:
        return (
            TableColumn(
                tr("Faction"),
                tr("Who holds the enclave; point at it for its number, provinces and places"),
                lambda traced: traced.enclave.faction,
                widest="M" * 10,
                detail=_enclave_detail,
                icon=self._swatch,
            ),
            TableColumn(
                tr("Area (km\u00b2)"),
                tr("Area on the ellipsoid, in km\u00b2"),
                lambda traced: traced.enclave.area_km2,
                number_text,
                widest=number_text(88888.8),
                is_number=True,
                detail=_area_detail,
            ),
            TableColumn(
                tr("Share (%)"),
                tr("Share of the country's area (or of the reference area), in per cent"),
                lambda traced: traced.enclave.share_country_pct,
                lambda value: number_text(value, 2),
                widest="88.88",
                is_number=True,
                detail=_share_detail,
            ),
            TableColumn(
                tr("Change (km\u00b2)"),
                tr("Change of area since the date compared with; a new enclave was 0 before"),
                self._change_km2,
                signed_text,
                widest=signed_text(-8888.8),
                is_number=True,
                detail=self._change_detail,
            ),
            TableColumn(
                tr("Border (km)"),
                tr("Length of the country's border along which the enclave lies, in km"),
                _border_km,
                number_text,
                widest="888.8",
                is_number=True,
                detail=_border_detail,
            ),
            TableColumn(
                tr("Status"),
                tr("Whether it has contact with a border, or who is all around it"),
                lambda traced: status_word(traced.enclave.status),
                widest=tr("at the border"),
                detail=_status_detail,
            ),
        )

    def _change_km2(self, traced: TracedEnclave) -> float | None:
        if self._comparison is None:
            return None
        return self._comparison.change_km2.get(traced.enclave_id)

    def _change_detail(self, traced: TracedEnclave) -> str:
        change_km2 = self._change_km2(traced)
        if self._comparison is None or change_km2 is None:
            return tr("There is no date to compare with.")
        return tr("{change} km\u00b2 since {date}").format(
            change=signed_text(change_km2, 2), date=format_date(self._comparison.from_date)
        )

    def _swatch(self, traced: TracedEnclave) -> QIcon:
        return swatch(self._colors.get(traced.enclave.faction, "#808080"))

    # ---- filter and export ------------------------------------------------------------

    def _apply_filter(self) -> None:
        faction = self._filter.faction
        self.view.proxy.set_test(
            (lambda traced: traced.enclave.faction == faction) if faction else None
        )

    def _shown(self) -> list[TracedEnclave]:
        return self.view.proxy.shown_rows()

    def _copy_selected(self) -> None:
        if self._result is not None:
            self._bar.copy(self._shown_sheet(self.view.selected_rows() or self._shown()))

    def _shown_sheet(self, rows: list[TracedEnclave]) -> Sheet:
        columns = self.view.rows_model.columns
        return Sheet(
            self._file_name(),
            tuple(column.title for column in columns),
            tuple(tuple(column.value(row) for column in columns) for row in rows),
        )

    def _file_name(self) -> str:
        date = format_date(self._result.date) if self._result is not None else ""
        return f"enclaves {date}".replace(":", "")

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        layout.addWidget(self._filter)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._bar)


def _has_times(analysis: Analysis | None) -> bool:
    dates = analysis.dates if analysis is not None else ()
    return any((date.hour, date.minute, date.second) != (0, 0, 0) for date in dates)


def _border_km(traced: TracedEnclave) -> float:
    return float(traced.enclave.border_km)


def _enclave_detail(traced: TracedEnclave) -> str:
    enclave = traced.enclave
    lines = [
        tr("{faction}, enclave {number}").format(faction=enclave.faction, number=traced.enclave_id)
    ]
    provinces, places = provinces_text(enclave), places_text(enclave)
    if provinces:
        lines.append(tr("Provinces: {}").format(provinces))
    if places:
        lines.append(tr("Places: {}").format(places))
    lines.append(
        tr("Since {date} ({days} days)").format(
            date=format_date(traced.first_date), days=QLocale().toString(round(traced.age_days))
        )
    )
    return "\n".join(lines)


def _area_detail(traced: TracedEnclave) -> str:
    enclave = traced.enclave
    return tr("{area} km\u00b2, {share} % of what {faction} holds").format(
        area=number_text(enclave.area_km2, 2),
        share=number_text(enclave.share_faction_pct),
        faction=enclave.faction,
    )


def _share_detail(traced: TracedEnclave) -> str:
    share_pct = traced.enclave.share_country_pct
    if share_pct is None:
        return tr("The area of the home country is not known.")
    return tr("{} % of the country").format(number_text(share_pct, 3))


def _border_detail(traced: TracedEnclave) -> str:
    enclave = traced.enclave
    if enclave.contacts:
        return border_with_text(enclave)
    if enclave.border_dist_km is None or enclave.border_nearest is None:
        return tr("No border contact")
    return tr("No border contact; {km} km to the nearest border, with {neighbour}").format(
        km=number_text(enclave.border_dist_km), neighbour=neighbour_word(enclave.border_nearest)
    )


def _status_detail(traced: TracedEnclave) -> Any:
    enclave = traced.enclave
    if not enclave.enclosed_by:
        return status_word(enclave.status)
    return tr("{status} by {factions}").format(
        status=status_word(enclave.status), factions=", ".join(enclave.enclosed_by)
    )
