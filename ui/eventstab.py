"""The tab with the events of all dates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Mapping

from qgis.PyQt.QtCore import QPointF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QIcon, QPainter, QPixmap, QPolygonF
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from ..core.dates import format_date
from ..core.i18n import tr
from ..core.occurrence import EventKind
from ..processing.palette import MARK_COLOR
from .exporting import ExportBar, Sheet, sheet_of
from .factionfilter import narrow_box
from .tables import RowsView, TableColumn
from .words import event_word

if TYPE_CHECKING:
    from ..core.occurrence import Event
    from .results import Analysis, Comparison, DateResult

__all__ = ["EventsTab"]


@dataclass(frozen=True)
class _Row:
    """An event, and the number of its date."""

    event: Event
    index: int
    searched: str


class EventsTab(QWidget):
    """What happened, through all dates; a click goes to the date."""

    enclaveActivated = pyqtSignal(object)
    dateActivated = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._analysis: Analysis | None = None
        self._numbers: dict[int, range] = {}
        self._kinds = narrow_box(self)
        self._kinds.setToolTip(tr("Show events of one kind only"))
        self._words = QLineEdit(self)
        self._words.setToolTip(
            tr("Show events whose text holds all of these words: a faction, a place, a province")
        )
        self._words.setPlaceholderText(tr("Faction, place \u2026"))
        self._words.setClearButtonEnabled(True)
        self.view = RowsView(_columns(), self, name="events")
        self.view.setAccessibleName(tr("Events"))
        self.view.setToolTip(tr("Click an event, or press Enter on it, to go to its date"))
        self.view.setWordWrap(True)
        height_px = 2 * self.view.fontMetrics().lineSpacing() + 6
        self.view.verticalHeader().setDefaultSectionSize(height_px)
        self._bar = ExportBar(
            self,
            copy_tip=tr("Copy the events shown, for a spreadsheet or a document"),
            export_tip=tr("Save the events shown as CSV, with all their figures"),
        )
        self._lay_out()
        self._kinds.currentIndexChanged.connect(self._apply_filter)
        self._words.textChanged.connect(self._apply_filter)
        self.view.rowOpened.connect(lambda row: self.dateActivated.emit(row.index))
        self.view.copyRequested.connect(self._copy_selected)
        self._bar.copyRequested.connect(
            lambda: self._bar.copy(_shown_sheet(self.view.proxy.shown_rows()))
        )
        self._bar.exportRequested.connect(lambda: self._bar.export(self.full_sheet()))

    def set_analysis(
        self,
        analysis: Analysis | None,
        colors: Mapping[str, str],  # noqa: ARG002 - all tabs are told the same
    ) -> None:
        """List the events of an analysis, or none."""
        self._analysis = analysis
        rows: list[_Row] = []
        self._numbers = {}
        for index, result in enumerate(analysis.results if analysis is not None else ()):
            first = len(rows)
            rows.extend(_Row(event, index, _searched(event)) for event in result.events)
            self._numbers[index] = range(first, len(rows))
        self._offer_kinds({row.event.kind for row in rows})
        self.view.rows_model.set_rows(rows)
        self._bar.set_enabled(bool(rows))
        self._bar.say("")

    def show_date(
        self,
        index: int,
        result: DateResult | None,  # noqa: ARG002 - all tabs are told the same
        comparison: Comparison | None,  # noqa: ARG002
    ) -> None:
        """Let the events of a date stand out, and bring them into view."""
        numbers = self._numbers.get(index, range(0))
        self.view.rows_model.mark(numbers)
        model, proxy = self.view.rows_model, self.view.proxy
        shown = [proxy.mapFromSource(model.index(number, 0)) for number in numbers]
        places = sorted((each for each in shown if each.isValid()), key=lambda each: each.row())
        for place in (*places[-1:], *places[:1]):
            # the first one last: of more than there is room for, it is the one that is seen
            self.view.scrollTo(place)

    def full_sheet(self) -> Sheet:
        """Return the events shown with all fields of `enclavehistory`'s table of events."""
        from ..processing.historyfields import event_columns

        dates = self._analysis.dates if self._analysis is not None else ()
        has_times = any((each.hour, each.minute, each.second) != (0, 0, 0) for each in dates)
        events = [row.event for row in self.view.proxy.shown_rows()]
        return sheet_of("events", event_columns(has_times=has_times), events)

    def _offer_kinds(self, kinds: set[EventKind]) -> None:
        kept = self._kinds.currentData()
        self._kinds.blockSignals(True)
        self._kinds.clear()
        self._kinds.addItem(tr("All events"), "")
        for kind in (kind for kind in EventKind if kind in kinds):
            self._kinds.addItem(_mark(kind is EventKind.CONTACT_LOST), event_word(kind), kind.value)
        self._kinds.setCurrentIndex(max(self._kinds.findData(kept), 0))
        self._kinds.blockSignals(False)
        self._apply_filter()

    def _apply_filter(self) -> None:
        kind = self._kinds.currentData()
        words = self._words.text().casefold().split()
        if not kind and not words:
            self.view.proxy.set_test(None)
            return
        self.view.proxy.set_test(
            lambda row: (
                (not kind or row.event.kind.value == kind)
                and all(word in row.searched for word in words)
            )
        )

    def _copy_selected(self) -> None:
        self._bar.copy(_shown_sheet(self.view.selected_rows() or self.view.proxy.shown_rows()))

    def _lay_out(self) -> None:
        label = QLabel(tr("Show"), self)
        label.setBuddy(self._kinds)
        with_label = QLabel(tr("with"), self)
        with_label.setBuddy(self._words)
        top = QHBoxLayout()
        for widget, stretch in ((label, 0), (self._kinds, 1), (with_label, 0), (self._words, 1)):
            top.addWidget(widget, stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._bar)


def _columns() -> tuple[TableColumn, ...]:
    return (
        TableColumn(
            tr("Date, event"),
            tr("The date by which it had happened, and what; red: border contact was lost"),
            lambda row: f"{format_date(row.event.date)}\n{event_word(row.event.kind)}",
            widest=f"{event_word(EventKind.CONTACT_GAINED)}M",  # and bold
            detail=_date_detail,
            icon=lambda row: _mark(row.event.kind is EventKind.CONTACT_LOST),
        ),
        TableColumn(tr("What happened"), tr("The event in a sentence"), lambda row: row.event.text),
    )


def _date_detail(row: _Row) -> str:
    return tr("Between {before} and {after}").format(
        before=format_date(row.event.date_before), after=format_date(row.event.date)
    )


def _searched(event: Event) -> str:
    return f"{event.text} {event.faction} {event.other} {event.where}".casefold()


def _shown_sheet(rows: list[_Row]) -> Sheet:
    return Sheet(
        "events",
        (tr("Date"), tr("Event"), tr("What happened")),
        tuple(
            (format_date(each.event.date), event_word(each.event.kind), each.event.text)
            for each in rows
        ),
    )


@lru_cache(maxsize=2)
def _mark(is_red: bool) -> Any:
    """Return the mark of an event: as above the slider, red for border contact lost."""
    pixmap = QPixmap(QSize(16, 16) * 3)
    pixmap.setDevicePixelRatio(3)
    pixmap.fill(QColor(0, 0, 0, 0))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(MARK_COLOR if is_red else "#8a8a8a"))
    painter.drawPolygon(QPolygonF([QPointF(3, 4), QPointF(13, 4), QPointF(8, 12.5)]))
    painter.end()
    return QIcon(pixmap)
