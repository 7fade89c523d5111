"""Letters can be read under the style sheets of QGIS's dark themes, which leave palettes alone."""

from __future__ import annotations

import pytest
from qgis.PyQt.QtGui import QColor, QPalette
from qgis.PyQt.QtWidgets import QWidget

from enclave_watch.ui.inks import ground_of, ink_of, inked_palette

DARK_THEME = "QWidget { background: transparent } QLabel { color: #b1b1b1 }"


@pytest.fixture
def painted(placed):
    """A widget that paints itself, within a window that can wear a style sheet."""
    window = placed(QWidget())
    return window, QWidget(window)


def test_without_a_style_sheet_it_is_the_palette(painted):
    _, widget = painted
    palette = widget.palette()
    assert ink_of(widget) == palette.color(QPalette.ColorRole.WindowText)
    assert ground_of(widget, QPalette.ColorRole.Base) == palette.color(QPalette.ColorRole.Base)


def test_a_dark_style_sheet_gives_light_letters_on_a_dark_ground(painted):
    window, widget = painted
    ink_of(widget)
    window.setStyleSheet(DARK_THEME)
    assert ink_of(widget) == QColor("#b1b1b1")
    for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Base):
        ground = ground_of(widget, role)
        assert ground.alpha() == 255
        assert ground.lightness() < 60
    assert inked_palette(widget).color(QPalette.ColorRole.WindowText) == QColor("#b1b1b1")


def test_asking_again_makes_nothing_new(painted):
    _, widget = painted
    ink_of(widget)
    count = len(widget.children())
    ink_of(widget)
    assert len(widget.children()) == count
