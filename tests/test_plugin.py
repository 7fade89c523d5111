"""The life of the plugin: loaded, unloaded and loaded again, it leaves nothing behind."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import pytest
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction, QDockWidget, QToolBar, QWidget

import enclave_watch
from enclave_watch import plugin as plugin_module
from enclave_watch.core import i18n
from enclave_watch.plugin import EnclaveWatchPlugin

PROVIDER = "enclavewatch"
ALGORITHMS = {
    "enclavewatch:auditcontrol",
    "enclavewatch:bordercontact",
    "enclavewatch:bordercontactchanges",
    "enclavewatch:buildseries",
    "enclavewatch:controlchanges",
    "enclavewatch:controlsummary",
    "enclavewatch:exportanimation",
    "enclavewatch:enclaveareas",
    "enclavewatch:enclavehistory",
    "enclavewatch:placeshistory",
    "enclavewatch:situationreport",
}


@dataclass(frozen=True)
class Traces:
    """Everything that a plugin could leave behind in QGIS."""

    providers: tuple[str, ...]
    algorithms: int
    receivers: tuple[int, ...]
    widgets: tuple[int, ...]


def traces(window: QWidget) -> Traces:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    registry = QgsApplication.processingRegistry()
    project = QgsProject.instance()
    signals: list[tuple[QObject, Any]] = [
        (registry, registry.providerAdded),
        (registry, registry.providerRemoved),
        (project, project.readProject),
        (project, project.writeProject),
        (project, project.cleared),
        (project, project.layersAdded),
        (project, project.layersWillBeRemoved),
    ]
    return Traces(
        providers=tuple(sorted(provider.id() for provider in registry.providers())),
        algorithms=len(registry.algorithms()),
        receivers=tuple(sender.receivers(signal) for sender, signal in signals),
        widgets=tuple(
            len(window.findChildren(kind)) for kind in (QAction, QDockWidget, QToolBar, QWidget)
        ),
    )


@pytest.fixture
def plugin(qgis_processing: None) -> Iterator[EnclaveWatchPlugin]:
    made = enclave_watch.classFactory(None)
    yield made
    made.unload()


def registered_algorithms() -> set[str]:
    provider = QgsApplication.processingRegistry().providerById(PROVIDER)
    return set() if provider is None else {algorithm.id() for algorithm in provider.algorithms()}


def test_processing_alone_registers_the_algorithms(plugin: EnclaveWatchPlugin) -> None:
    plugin.initProcessing()
    assert registered_algorithms() == ALGORITHMS


def test_the_provider_tells_the_version_that_logs_of_runs_show(plugin: EnclaveWatchPlugin) -> None:
    plugin.initProcessing()
    metadata = Path(enclave_watch.__file__).with_name("metadata.txt")
    (line,) = [
        line
        for line in metadata.read_text(encoding="utf-8").splitlines()
        if line.startswith("version=")
    ]
    provider = QgsApplication.processingRegistry().providerById("enclavewatch")
    assert line == f"version={provider.versionInfo()}"


def test_the_window_does_not_register_them_twice(plugin: EnclaveWatchPlugin) -> None:
    plugin.initProcessing()
    provider = QgsApplication.processingRegistry().providerById(PROVIDER)
    plugin.initGui()
    assert QgsApplication.processingRegistry().providerById(PROVIDER) is provider
    assert registered_algorithms() == ALGORITHMS


def test_the_python_half_of_the_provider_stays_alive(plugin: EnclaveWatchPlugin) -> None:
    import gc

    plugin.initProcessing()
    gc.collect()
    provider = QgsApplication.processingRegistry().providerById(PROVIDER)
    assert provider.name() == "Enclave Watch"
    assert type(provider).__name__ == "EnclaveWatchProvider"


@pytest.mark.parametrize("with_window", [False, True])
def test_load_unload_and_load_again_leaves_nothing(
    qgis_processing: None, qgis_iface: Any, qgis_parent: QWidget, with_window: bool
) -> None:
    before = traces(qgis_parent)
    for _ in range(3):
        plugin = enclave_watch.classFactory(qgis_iface if with_window else None)
        if with_window:
            plugin.initGui()
        else:
            plugin.initProcessing()
        assert registered_algorithms() == ALGORITHMS
        assert traces(qgis_parent) != before
        plugin.unload()
        assert traces(qgis_parent) == before


def test_the_window_gets_a_closed_dock_and_a_button(qgis_processing: None, qgis_iface: Any) -> None:
    plugin = enclave_watch.classFactory(qgis_iface)
    try:
        plugin.initGui()
        plugin.initGui()
        docks = qgis_iface.mainWindow().findChildren(QDockWidget, "EnclaveWatchDock")
        assert len(docks) == 1
        assert docks[0].isHidden()
        assert not docks[0].toggleViewAction().icon().isNull()
    finally:
        plugin.unload()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert qgis_iface.mainWindow().findChildren(QDockWidget, "EnclaveWatchDock") == []


def test_without_a_window_there_is_no_dock(plugin: EnclaveWatchPlugin) -> None:
    plugin.initGui()
    assert plugin._session is None


def test_unload_deletes_the_provider(plugin: EnclaveWatchPlugin) -> None:
    plugin.initProcessing()
    provider = QgsApplication.processingRegistry().providerById(PROVIDER)
    plugin.unload()
    assert sip.isdeleted(provider)
    assert plugin._provider is None


def test_unload_without_load_and_twice_is_harmless(plugin: EnclaveWatchPlugin) -> None:
    plugin.unload()
    plugin.initProcessing()
    plugin.unload()
    plugin.unload()
    assert registered_algorithms() == set()


def test_icon_is_there_and_drawn(plugin: EnclaveWatchPlugin) -> None:
    plugin.initProcessing()
    provider = QgsApplication.processingRegistry().providerById(PROVIDER)
    icon: QIcon = provider.icon()
    assert not icon.isNull()
    assert Path(provider.svgIconPath()).is_file()
    image = icon.pixmap(16, 16).toImage()
    assert image.width() == 16
    assert any(image.pixelColor(x, y).alpha() for x in range(16) for y in range(16))


# -- translations -----------------------------------------------------------------------------


def elf_hash(text: bytes) -> int:
    """Return the hash by which Qt finds a message in a .qm file (that of ELF symbol tables)."""
    value = 0
    for byte in text:
        value = (value << 4) + byte
        high = value & 0xF0000000
        if high:
            value ^= high >> 24
        value &= ~high & 0xFFFFFFFF
    return value or 1


def qm_file(context: str, source: str, translation: str) -> bytes:
    """Return a compiled translation of one text, laid out as Qt's QTranslator reads it."""

    def block(tag: int, data: bytes) -> bytes:
        return struct.pack(">BI", tag, len(data)) + data

    message = (
        block(0x03, translation.encode("utf-16-be"))
        + block(0x06, source.encode())
        + block(0x07, context.encode())
        + b"\x01"
    )
    magic = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
    return (
        magic + block(0x42, struct.pack(">II", elf_hash(source.encode()), 0)) + block(0x69, message)
    )


@pytest.fixture
def arabic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "enclave_watch_ar.qm").write_bytes(qm_file("EnclaveWatch", "Cancelled.", "أُلغي."))
    monkeypatch.setattr(plugin_module, "I18N_FOLDER", tmp_path)
    monkeypatch.setattr(QgsApplication, "locale", staticmethod(lambda: "ar_SY"))


def test_texts_of_the_engine_are_translated_while_loaded(
    arabic: None, plugin: EnclaveWatchPlugin
) -> None:
    assert i18n.tr("Cancelled.") == "Cancelled."
    plugin.initProcessing()
    assert i18n.tr("Cancelled.") == "أُلغي."
    assert i18n.tr("Not in the file.") == "Not in the file."
    plugin.unload()
    assert i18n.tr("Cancelled.") == "Cancelled."
    assert QCoreApplication.translate("EnclaveWatch", "Cancelled.") == "Cancelled."


def test_a_locale_without_a_file_leaves_texts_in_english(
    arabic: None, plugin: EnclaveWatchPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QgsApplication, "locale", staticmethod(lambda: "de_DE"))
    plugin.initProcessing()
    assert i18n.tr("Cancelled.") == "Cancelled."


def test_unload_takes_the_engines_translator_away(plugin: EnclaveWatchPlugin) -> None:
    plugin.initProcessing()
    assert i18n._translator is not None
    plugin.unload()
    assert i18n._translator is None
