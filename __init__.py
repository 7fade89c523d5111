"""Enclave Watch: each faction's enclaves, their true areas and their border contact."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from .plugin import EnclaveWatchPlugin

__all__ = ["classFactory"]


def classFactory(iface: QgisInterface | None) -> EnclaveWatchPlugin:  # noqa: N802 - QGIS names it
    """Make the plugin; `iface` is None where there is no window, as in `qgis_process`."""
    from .plugin import EnclaveWatchPlugin

    return EnclaveWatchPlugin(iface)
