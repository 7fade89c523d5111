"""The layers that a series is built from: those given, or those in the files of a folder."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Sequence

from qgis.core import (
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsProviderRegistry,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
    QgsWkbTypes,
)

from ...core.errors import EmptyLayerError, ParameterError
from ...core.i18n import tr
from ...core.namepattern import fits
from .temporal import Validity, has_temporal_settings, validity_of

if TYPE_CHECKING:
    from qgis.core import (
        QgsCoordinateReferenceSystem,
        QgsFeature,
    )

    from ...core.feedback import Feedback

__all__ = ["OpenSource", "Source", "files_in", "sources_of_files", "sources_of_layers"]

_ENDINGS = (".geojson", ".json", ".shp", ".gpkg", ".kml", ".kmz")
# parts of a Shapefile, and what GDAL and QGIS write beside a file
_COMPANIONS = (
    ".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".qmd", ".qml", ".qpj", ".xml",
    ".gpkg-wal", ".gpkg-shm", ".gpkg-journal",
)  # fmt: skip


@dataclass(frozen=True)
class OpenSource:
    """A layer ready to be read, in whatever thread.

    `validity` gives a feature's dates by the layer's temporal settings; None: they are off.
    """

    features: QgsVectorLayerFeatureSource
    crs: QgsCoordinateReferenceSystem
    context: QgsExpressionContext
    validity: Callable[[QgsFeature], Validity] | None


@dataclass(frozen=True)
class Source:
    """A layer that has a name, and that can be opened.

    Attributes
    ----------
    name : what its date and its faction are read from
    label : what the results and messages call it
    path : the name with the folders before it, in the folder that was given
    layer : its own name, where it is one of several layers in a file
    open : gives None where it cannot be read
    has_times : whether its temporal settings are on
    """

    name: str
    label: str
    open: Callable[[], OpenSource | None] = field(repr=False)
    has_times: bool = False
    path: str = ""
    layer: str = ""


def sources_of_layers(layers: Sequence[QgsVectorLayer]) -> list[Source]:
    """Return sources of layers of the project. For the main thread."""
    return [_source_of_layer(layer) for layer in layers]


def files_in(folder: str, *, recursive: bool, wildcard: str | None = None) -> list[Path]:
    """Return the files in a folder that can hold polygons, in order of name.

    Parameters
    ----------
    wildcard : only files that it fits, such as `control_*.shp`

    Raises
    ------
    ParameterError
        When there is no such folder, or no such file in it.
    """
    root = Path(folder)
    if not root.is_dir():
        raise ParameterError(
            tr('Folder (FOLDER): there is no folder "{folder}".').format(folder=folder)
        )
    found = sorted(path for path in _files(root, recursive) if path.suffix.lower() in _ENDINGS)
    if not found:
        deeper = not recursive and any(
            path.suffix.lower() in _ENDINGS for path in _files(root, recursive=True)
        )
        raise ParameterError(
            tr('Folder (FOLDER) "{folder}" has no files that end in {endings}. {hint}').format(
                folder=folder,
                endings=", ".join(_ENDINGS),
                hint=tr("Its subfolders have: set RECURSIVE.") if deeper else "",
            )
        )
    chosen = [
        path
        for path in found
        if wildcard is None or fits(path.relative_to(root).as_posix(), wildcard)
    ]
    if not chosen:
        raise ParameterError(
            tr(
                'Pattern (PATTERN) "{pattern}" fits none of {count} files, such as "{name}".'
            ).format(pattern=wildcard, count=len(found), name=found[0].name)
        )
    return chosen


def sources_of_files(
    folder: str, *, recursive: bool, wildcard: str | None, feedback: Feedback
) -> tuple[list[Source], dict[str, str]]:
    """Return a source for each layer of the files of a folder.

    Also returned is, by name, why a file or a layer of one is none.
    """
    root = Path(folder)
    paths = files_in(folder, recursive=recursive, wildcard=wildcard)
    _tell_other_files(root, recursive, feedback)
    found: list[tuple[Path, list[Any]]] = []
    left_out: dict[str, str] = {}
    for path in paths:
        feedback.check()
        layers = QgsProviderRegistry.instance().querySublayers(str(path))
        label = path.relative_to(root).as_posix()
        fitting = [layer for layer in layers if _can_hold_polygons(layer)]
        if not fitting:
            left_out[label] = tr("no polygons") if layers else tr("cannot be opened")
        elif len(fitting) < len(layers):
            others = [layer.name() for layer in layers if layer not in fitting]
            left_out.update({f"{label}: {name}": tr("no polygons") for name in others})
        found.append((path, fitting))
    # a file with one layer alone is named as those of its kind that have several
    with_several = {path.suffix.lower() for path, fitting in found if len(fitting) > 1}
    sources = [
        _source_of_file(path, root, layer, several=path.suffix.lower() in with_several)
        for path, fitting in found
        for layer in fitting
    ]
    if not sources:
        raise EmptyLayerError(
            tr(
                'Folder (FOLDER) "{folder}": none of its {count} files can be opened and holds '
                "polygons."
            ).format(folder=folder, count=len(paths))
        )
    return sources, left_out


def _can_hold_polygons(details: Any) -> bool:
    """Return whether a layer holds polygons, or mixed geometry."""
    kinds = QgsWkbTypes.GeometryType
    is_mixed = details.wkbType() != QgsWkbTypes.Type.NoGeometry
    found = QgsWkbTypes.geometryType(details.wkbType())
    return found == kinds.PolygonGeometry or (is_mixed and found == kinds.UnknownGeometry)


def _files(root: Path, recursive: bool) -> list[Path]:
    found = root.rglob("*") if recursive else root.glob("*")
    return [path for path in found if path.is_file() and not path.name.startswith(".")]


def _tell_other_files(root: Path, recursive: bool, feedback: Feedback) -> None:
    endings = Counter(path.suffix.lower() for path in _files(root, recursive))
    others = {
        ending: count
        for ending, count in sorted(endings.items())
        if ending not in _ENDINGS and ending not in _COMPANIONS
    }
    if others:
        feedback.info(
            tr("Files of other kinds are not read: {kinds}.").format(
                kinds=", ".join(f"{count} {ending or '?'}" for ending, count in others.items())
            )
        )


def _source_of_layer(layer: QgsVectorLayer) -> Source:
    is_timed = has_temporal_settings(layer)
    context = _context(layer)
    label = tr('Layer "{name}"').format(name=layer.name())
    opened = OpenSource(
        QgsVectorLayerFeatureSource(layer),
        layer.crs(),
        context,
        validity_of(layer, context, label) if is_timed else None,
    )
    return Source(layer.name(), layer.name(), lambda: opened, is_timed, layer.name())


def _source_of_file(path: Path, root: Path, details: Any, *, several: bool) -> Source:
    uri, provider = details.uri(), details.providerKey()
    inside = path.relative_to(root)
    name, label, whole = path.stem, inside.as_posix(), inside.with_suffix("").as_posix()
    own = details.name() if several else ""
    if several:
        name, label, whole = f"{name} {own}", f"{label}: {own}", f"{whole} {own}"

    def open_file() -> OpenSource | None:
        layer = QgsVectorLayer(uri, name, provider)
        if not layer.isValid():
            return None
        return OpenSource(QgsVectorLayerFeatureSource(layer), layer.crs(), _context(layer), None)

    return Source(name, label, open_file, path=whole, layer=own)


def _context(layer: QgsVectorLayer) -> QgsExpressionContext:
    # scope by scope: a list of them would be freed twice, by Python and by QGIS
    context = QgsExpressionContext()
    context.appendScope(QgsExpressionContextUtils.globalScope())
    context.appendScope(QgsExpressionContextUtils.layerScope(layer))
    return context
