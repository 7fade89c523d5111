"""An analysis of the sample, as the dock makes it, and a place to show widgets."""

from __future__ import annotations

from datetime import datetime

import pytest
from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QLocale


@pytest.fixture(autouse=True)
def _english():
    """Numbers read the same on every machine."""
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    yield
    QLocale.setDefault(before)


def sample_analysis(sample):
    """Return the analysis of the sample, all of its dates."""
    from enclave_watch.core.feedback import Feedback
    from enclave_watch.core.memory import Memory
    from enclave_watch.ui.analysis import analysed
    from enclave_watch.ui.choices import Choices
    from enclave_watch.ui.sources import prepared

    project = QgsProject()
    layer = QgsVectorLayer(f"{sample}|layername=control", "control", "ogr")
    assert project.addMapLayer(layer) is layer
    choices = Choices(control=layer.id(), faction_field="faction", date_field="date")
    analysis, _ = analysed(prepared(choices, project), Memory(), Feedback())
    return analysis


@pytest.fixture(scope="session")
def syria(qgis_app, sample):
    """The sample, all of its dates."""
    return sample_analysis(sample)


@pytest.fixture(scope="session")
def colors(syria) -> dict[str, str]:
    """A colour for each faction of the sample."""
    from enclave_watch.processing.palette import faction_colors

    return faction_colors(syria.factions)


@pytest.fixture(scope="session")
def august(syria) -> int:
    """The number of the date 5 August 2018."""
    return syria.dates.index(datetime(2018, 8, 5))


@pytest.fixture
def placed(qtbot):
    """Return a function that shows a widget at the size of a dock, and waits until it stands."""
    kept = []  # pytest-qt holds weak references

    def place(widget, width: int = 420, height: int = 420):
        kept.append(widget)
        qtbot.addWidget(widget)
        widget.resize(width, height)
        widget.show()
        qtbot.waitExposed(widget)
        return widget

    yield place
    kept.clear()


@pytest.fixture
def group(qgis_iface):
    """The dock's layers on the map; let go of at the end."""
    from enclave_watch.ui.mapgroup import MapGroup

    made = MapGroup(qgis_iface)
    yield made
    made.release()
    made.deleteLater()
