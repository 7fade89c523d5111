"""How the panel in the dock looks: its texts, and how its lines break where it is narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsApplication, QgsFieldProxyModel
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QFontMetrics
from qgis.PyQt.QtWidgets import QBoxLayout, QLayout, QToolButton

from ..compat import layer_filters
from ..core.i18n import tr
from .layercombo import let_shrink

if TYPE_CHECKING:
    from .dock import DockPanel

__all__ = ["break_lines", "dress", "enlarge_date"]

_LARGE = 1.5
"""How much larger the date is written than all else."""

_DATE_LETTERS = 14
_LETTERS_OF_FIELD = 3


def dress(panel: DockPanel) -> None:
    """Give the widgets of the form their texts, filters and manners."""
    _write_texts(panel)
    # how narrow it may be says `minimumSizeHint`: the lines break before
    panel.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    panel.control_combo.setFilters(layer_filters("PolygonLayer"))
    panel.control_combo.setAllowEmptyLayer(True)
    panel.faction_combo.setAllowEmptyFieldName(True)
    panel.date_combo.setAllowEmptyFieldName(True)
    fields = QgsFieldProxyModel.Filter
    panel.faction_combo.setFilters(fields.String | fields.Int | fields.LongLong)
    panel.date_combo.setFilters(fields.Date | fields.DateTime | fields.String)
    for combo in (panel.control_combo, panel.compare_combo):
        let_shrink(combo)
    for combo in (panel.faction_combo, panel.date_combo):
        let_shrink(combo, _LETTERS_OF_FIELD)
    panel.more_button.setCheckable(True)
    panel.more_button.setIcon(QgsApplication.getThemeIcon("mActionOptions.svg"))
    panel.progress_bar.setRange(0, 100)
    panel.progress_bar.setTextVisible(False)
    panel.progress_bar.setMaximumWidth(panel.fontMetrics().horizontalAdvance("0" * 10))
    enlarge_date(panel)
    panel.large_date_label.setWordWrap(True)  # long names of months, narrow docks
    selectable = (
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    for label in (panel.finding_label, panel.empty_label, panel.status_label):
        label.setTextInteractionFlags(selectable)
        label.setTextFormat(Qt.TextFormat.PlainText)
    panel.export_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    panel.export_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    panel.export_button.setIcon(QgsApplication.getThemeIcon("mActionSharingExport.svg"))
    panel.count_label.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)


def enlarge_date(panel: DockPanel) -> None:
    """Write the date larger than all else."""
    font = panel.font()
    font.setPointSizeF(font.pointSizeF() * _LARGE)
    font.setBold(True)
    panel.large_date_label.setFont(font)


def break_lines(panel: DockPanel) -> None:
    """Lay out in one line what has room in one; shorten what has none in two."""
    metrics = QFontMetrics(panel.large_date_label.font())
    date_width = metrics.horizontalAdvance(panel.large_date_label.text() or "0" * _DATE_LETTERS)
    date_width += panel.date_box.sizeHint().width()
    margins = panel.layout().contentsMargins()
    room = panel.width() - margins.left() - margins.right()
    parts = (panel.fields_part, panel.transport_part)
    _be_brief(panel, is_brief=False)
    _be_brief(panel, is_brief=max(part.minimumSizeHint().width() for part in parts) > room)
    room -= panel.fontMetrics().height()
    direction = QBoxLayout.Direction
    for line, needed in (
        (
            panel.choice_line,
            panel.control_part.sizeHint().width() + panel.fields_part.sizeHint().width(),
        ),
        (panel.date_line, date_width + panel.transport_part.sizeHint().width()),
    ):
        wanted = direction.LeftToRight if room >= needed else direction.TopToBottom
        if line.direction() != wanted:
            line.setDirection(wanted)


def _be_brief(panel: DockPanel, *, is_brief: bool) -> None:
    style = Qt.ToolButtonStyle
    panel.more_button.setToolButtonStyle(
        style.ToolButtonIconOnly if is_brief else style.ToolButtonTextOnly
    )
    panel.speed_label.setVisible(not is_brief)
    for part in (panel.fields_part, panel.transport_part):
        part.layout().invalidate()


def _write_texts(panel: DockPanel) -> None:
    for label, text in (
        (panel.control_label, tr("&Control")),
        (panel.faction_label, tr("&faction")),
        (panel.date_label, tr("&date")),
        (panel.compare_label, tr("Compare &with")),
    ):
        label.setText(text)
    panel.more_button.setText(tr("More"))
    panel.analyse_button.setText(tr("Analyse"))
    panel.sample_button.setText(tr("Open the sample"))
    panel.export_button.setText(tr("Export"))
    for widget, tip in (
        (panel.control_combo, tr("Polygons that say which faction held what, and when")),
        (panel.faction_combo, tr("Field with the name of the faction")),
        (panel.date_combo, tr("Field with the date of each polygon")),
        (panel.more_button, tr("Countries, provinces, places, alliances and distances")),
        (panel.sample_button, tr("Open a copy of the sample, Syria in the summer of 2018")),
        (panel.finding_label, tr("What this date says in one sentence")),
        (panel.compare_combo, tr("The date that changes are counted from")),
        (panel.export_button, tr("Take what is shown out of QGIS")),
        (panel.progress_bar, tr("How far the analysis is")),
    ):
        widget.setToolTip(tip)
        widget.setAccessibleName(tip)
    panel.tabs.setAccessibleName(tr("Tables and chart"))
