"""The colours of letters around a widget that paints itself.

QGIS's dark themes are style sheets that colour labels, tables and boxes by their classes. The
palette of a widget of another class knows nothing of it, and would write dark on dark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.PyQt.QtGui import QColor, QPalette
from qgis.PyQt.QtWidgets import QLabel

if TYPE_CHECKING:
    from qgis.PyQt.QtWidgets import QWidget

__all__ = ["ground_of", "ink_of", "inked_palette"]

_PROBE = "ink_probe"
_LEAST_CONTRAST = 70  # of lightness, which is 0 to 255
_SOLID = 255
_LIGHT = QColor("#ffffff")
_DARK = QColor("#262626")


def ink_of(widget: QWidget, group: QPalette.ColorGroup = QPalette.ColorGroup.Active) -> QColor:
    """Return the colour in which a label inside the widget is written."""
    probe = widget.findChild(QLabel, _PROBE)
    if probe is None:
        probe = QLabel(widget)
        probe.setObjectName(_PROBE)
        probe.hide()
    probe.ensurePolished()
    return probe.palette().color(group, QPalette.ColorRole.WindowText)


def ground_of(widget: QWidget, role: QPalette.ColorRole) -> QColor:
    """Return the palette's colour for a ground where it suits the ink, else one that does."""
    ink, ground = ink_of(widget), widget.palette().color(role)
    is_solid = ground.alpha() == _SOLID  # style sheets make some see-through, black by name
    if is_solid and abs(ink.lightness() - ground.lightness()) >= _LEAST_CONTRAST:
        return ground
    return _LIGHT if ink.lightness() < _SOLID / 2 else _DARK


def inked_palette(widget: QWidget) -> QPalette:
    """Return the widget's palette with letters and grounds that suit each other."""
    palette = QPalette(widget.palette())
    palette.setColor(QPalette.ColorRole.WindowText, ink_of(widget))
    for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Base):
        palette.setColor(role, ground_of(widget, role))
    if not widget.isEnabled():
        group = QPalette.ColorGroup.Disabled
        palette.setColor(group, QPalette.ColorRole.WindowText, ink_of(widget, group))
    return palette
