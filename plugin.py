"""The life of the plugin: what is registered when it starts, and taken away when it ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from .core.i18n import install_translator
from .processing.provider import EnclaveWatchProvider

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from .ui.session import DockSession

__all__ = ["EnclaveWatchPlugin"]

I18N_FOLDER = Path(__file__).parent / "i18n"


class EnclaveWatchPlugin:
    """Registers the Processing provider, the translator and the dock, and takes them away again.

    Parameters
    ----------
    iface : None where there is no window
    """

    def __init__(self, iface: QgisInterface | None) -> None:
        self._iface = iface
        self._provider: EnclaveWatchProvider | None = None
        self._translator: QTranslator | None = None
        self._session: DockSession | None = None

    def initProcessing(self) -> None:
        """Register the algorithms: all that `qgis_process` asks for."""
        if self._provider is not None:
            return
        self._install_translator()
        provider = EnclaveWatchProvider()
        if QgsApplication.processingRegistry().addProvider(provider):
            # QGIS owns the provider, but only this reference keeps its Python half alive
            self._provider = provider

    def initGui(self) -> None:
        """Register the algorithms in a QGIS with a window, and put the dock there."""
        self.initProcessing()
        if self._iface is not None and self._session is None:
            from .ui.session import DockSession

            self._session = DockSession(self._iface)

    def unload(self) -> None:
        """Take away everything that was registered."""
        if self._session is not None:
            self._session.close()
            self._session = None
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
        self._remove_translator()

    def _install_translator(self) -> None:
        install_translator(_translate)
        file = _translation_file(QgsApplication.locale())
        if file is None:
            return
        translator = QTranslator()
        if translator.load(str(file)):
            QCoreApplication.installTranslator(translator)
            self._translator = translator

    def _remove_translator(self) -> None:
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None
        install_translator(None)


def _translate(text: str) -> str:
    return QCoreApplication.translate("EnclaveWatch", text)


def _translation_file(locale: str) -> Path | None:
    """Return the translation into `locale` ("ar_SY"), else into its language ("ar"), else None."""
    names = dict.fromkeys([locale, locale.partition("_")[0]])
    files = (I18N_FOLDER / f"enclave_watch_{name}.qm" for name in names)
    return next((file for file in files if file.is_file()), None)
