"""What can go wrong, by name, in words that a user can act on."""

from __future__ import annotations

__all__ = [
    "AllianceError",
    "BorderError",
    "Cancelled",
    "CountryError",
    "CrsError",
    "DateError",
    "EmptyLayerError",
    "EnclaveWatchError",
    "FactionError",
    "FieldError",
    "FilmError",
    "GeometryTypeError",
    "HomeError",
    "OverlayError",
    "ParameterError",
    "ReadError",
    "RequirementError",
    "WorkerError",
    "WorldMapError",
    "WriteError",
]


class EnclaveWatchError(Exception):
    """Anything that the user can mend; its text names the culprit and the remedy."""


class AllianceError(EnclaveWatchError):
    """The table or text of alliances cannot be read."""


class BorderError(EnclaveWatchError):
    """The home country has no border line to measure contact on."""


class Cancelled(EnclaveWatchError):  # noqa: N818 - not a failure: the user asked for it
    """The user asked to stop."""


class CountryError(EnclaveWatchError):
    """The countries, provinces or border lines cannot be used."""


class CrsError(EnclaveWatchError):
    """A layer has no coordinate reference system, or one that cannot be measured in."""


class DateError(EnclaveWatchError):
    """A date is missing, cannot be read, or lies outside the series."""


class EmptyLayerError(EnclaveWatchError):
    """A layer has nothing in it that can be used."""


class FactionError(EnclaveWatchError):
    """A faction is missing."""


class FieldError(EnclaveWatchError):
    """A field does not exist, or is of a type that cannot serve."""


class FilmError(EnclaveWatchError):
    """The pictures of a film cannot be written."""


class GeometryTypeError(EnclaveWatchError):
    """A layer holds other geometry than it should."""


class HomeError(EnclaveWatchError):
    """The home country is not among the countries, or cannot be guessed."""


class OverlayError(EnclaveWatchError):
    """Polygons cannot be laid over each other, however coarse the grid."""


class ParameterError(EnclaveWatchError):
    """A number is outside its range, or two parameters contradict each other."""


class ReadError(EnclaveWatchError):
    """A layer cannot be read, or not to its end."""


class RequirementError(EnclaveWatchError):
    """A Python package is missing or too old."""


class WorkerError(EnclaveWatchError):
    """Workers cannot be started, are lost, or do not fit the run."""


class WorldMapError(EnclaveWatchError):
    """QGIS's world map is not where it should be."""


class WriteError(EnclaveWatchError):
    """A result cannot be written."""
