"""A box to type a date into: whatever is typed, the snapshot that holds on it is shown."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Sequence

from qgis.PyQt.QtCore import QDateTime, QLocale, QSize, Qt, QTime, pyqtSignal
from qgis.PyQt.QtWidgets import QDateTimeEdit

from ..core.i18n import tr
from ..processing.convert import to_qdate
from .datetext import have_times

if TYPE_CHECKING:
    from qgis.PyQt.QtWidgets import QWidget

__all__ = ["DateBox"]


class DateBox(QDateTimeEdit):
    """Says which date was typed, and steps by real dates with the arrows up and down."""

    dateTyped = pyqtSignal(object)
    stepped = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # midnight is missing on some days of some countries: not in UTC
        self.setTimeSpec(Qt.TimeSpec.UTC)
        self.setKeyboardTracking(False)
        self.setToolTip(tr("Type a date: the last snapshot at or before it is shown"))
        self.setAccessibleName(tr("Date"))
        self._shown: datetime | None = None
        self.dateTimeChanged.connect(self._typed)

    def set_dates(self, dates: Sequence[datetime]) -> None:
        """Take dates between the first and the last of these."""
        self.setEnabled(bool(dates))
        self._shown = None
        if not dates:
            return
        locale = QLocale()
        short = QLocale.FormatType.ShortFormat
        day = locale.dateFormat(short)
        if "yyyy" not in day:
            day = day.replace("yy", "yyyy")
        with_times = have_times(dates)
        self.setDisplayFormat(f"{day} {locale.timeFormat(short)}" if with_times else day)
        self.setCalendarPopup(not with_times)
        self.blockSignals(True)
        self.setDateTimeRange(_in_utc(dates[0]), _in_utc(dates[-1]))
        self.blockSignals(False)

    def show_date(self, date: datetime) -> None:
        """Show the date of the snapshot that is shown."""
        self._shown = date
        self.blockSignals(True)
        self.setDateTime(_in_utc(date))
        self.blockSignals(False)

    def stepBy(self, steps: int) -> None:
        """Step from snapshot to snapshot, not from day to day."""
        self.stepped.emit(steps)

    def stepEnabled(self) -> QDateTimeEdit.StepEnabledFlag:
        """Allow both directions: the first and last snapshot stay where they are."""
        flags = QDateTimeEdit.StepEnabledFlag
        return flags.StepUpEnabled | flags.StepDownEnabled

    def minimumSizeHint(self) -> QSize:
        """Return the width of a date."""
        return self.sizeHint()

    def _typed(self, moment: QDateTime) -> None:
        day, clock = moment.date(), moment.time()
        self.dateTyped.emit(
            datetime(
                day.year(), day.month(), day.day(), clock.hour(), clock.minute(), clock.second()
            )
        )
        if self._shown is not None:
            # what was typed may lie between two snapshots
            self.show_date(self._shown)


def _in_utc(date: datetime) -> QDateTime:
    clock = QTime(date.hour, date.minute, date.second, date.microsecond // 1000)
    return QDateTime(to_qdate(date), clock, Qt.TimeSpec.UTC)
