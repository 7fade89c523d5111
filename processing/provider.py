"""The Processing provider `enclavewatch`: the list of algorithms."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

__all__ = ["EnclaveWatchProvider"]

_ROOT = Path(__file__).parent.parent
_ICON_FILE = _ROOT / "resources" / "icon.svg"


class EnclaveWatchProvider(QgsProcessingProvider):
    """Offers the algorithms of Enclave Watch, with or without the packages that they need."""

    def id(self) -> str:
        """Return the name that models and scripts hold: never to change."""
        return "enclavewatch"

    def name(self) -> str:
        """Return the name in the toolbox; a proper name, the same in every language."""
        return "Enclave Watch"

    def longName(self) -> str:
        """Return the name where there is room."""
        return self.name()

    def versionInfo(self) -> str:
        """Return the version, which Processing writes to the log of each run."""
        metadata = ConfigParser(interpolation=None)
        metadata.read(_ROOT / "metadata.txt", encoding="utf-8")
        return metadata.get("general", "version")

    def icon(self) -> QIcon:
        """Return the plugin's icon."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:
        """Return the path of the plugin's icon."""
        return str(_ICON_FILE)

    def loadAlgorithms(self) -> None:
        """Add one of each algorithm."""
        from .borders.bordercontact import BorderContact
        from .borders.bordercontactchanges import BorderContactChanges
        from .change.controlchanges import ControlChanges
        from .change.controlsummary import ControlSummary
        from .change.placeshistory import PlacesHistory
        from .data.auditcontrol import AuditControl
        from .data.buildseries import BuildSeries
        from .enclaves.enclaveareas import EnclaveAreas
        from .enclaves.enclavehistory import EnclaveHistory
        from .publish.exportanimation import ExportAnimation
        from .publish.situationreport import SituationReport

        for algorithm in (
            BuildSeries,
            AuditControl,
            EnclaveAreas,
            EnclaveHistory,
            BorderContact,
            BorderContactChanges,
            ControlChanges,
            ControlSummary,
            PlacesHistory,
            SituationReport,
            ExportAnimation,
        ):
            self.addAlgorithm(algorithm())
