"""Results as bytes: what a run and its workers send each other.

They are pickles of few kinds of things only, in which each distinct geometry lies once as WKB.
Reading one makes those things and nothing else, so that bytes from another machine run no code.
"""

from __future__ import annotations

import builtins
import io
import pickle  # nosec B403
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping

import numpy as np
import shapely
from shapely import Geometry

from . import model
from .errors import WorkerError
from .i18n import tr

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["from_bytes", "to_bytes"]

_PROTOCOL = 5
_KNOWN: dict[str, Any] = {
    **{
        name: getattr(model, name)
        for name in model.__all__
        if isinstance(getattr(model, name), type)
    },
    **{kind.__name__: kind for kind in (datetime, timedelta, timezone)},
    **{name: getattr(builtins, name) for name in ("bool", "int", "float")},
}
_SHAPES = tuple(
    getattr(shapely, name)
    for name in (
        "Point", "LineString", "LinearRing", "Polygon",
        "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection",
    )
)  # fmt: skip
_PLAIN = {np.float64: float, np.int64: int, np.bool_: bool}


def to_bytes(value: object, numbers: Mapping[int, int] | None = None) -> bytes:
    """Return a value of plain things, of those of the model, and of geometries, as bytes.

    Parameters
    ----------
    numbers : by the `id` of a geometry the number under which who reads the bytes has it
        already: it does not travel
    """
    stream = io.BytesIO()
    sealer = _Sealer(stream, numbers or {})
    sealer.dump(value)
    # one call for all of them
    shapes = shapely.to_wkb(np.array(sealer.shapes, dtype=object)).tolist()
    return pickle.dumps((shapes, stream.getvalue()), _PROTOCOL)


def from_bytes(
    data: bytes,
    polygons: list[Geometry] | None = None,
    interned: Callable[[Geometry], Geometry] | None = None,
) -> Any:
    """Return what `to_bytes` was given.

    Parameters
    ----------
    polygons : what `numbers` counted
    interned : takes a geometry, and returns the one to take for it

    Raises
    ------
    WorkerError
        When the bytes hold anything else.
    """
    try:
        wkbs, inner = _Opener(io.BytesIO(data), {}).load()
        shapes: Iterable[Geometry] = shapely.from_wkb(np.array(wkbs, dtype=object))
        if interned is not None:
            shapes = map(interned, shapes)
        return _Opener(
            io.BytesIO(inner),
            {"_shape": list(shapes).__getitem__, "_polygon": (polygons or []).__getitem__},
        ).load()
    except (pickle.UnpicklingError, EOFError, ValueError, IndexError, TypeError) as error:
        raise WorkerError(
            tr("What a worker was sent, or sent back, cannot be read: {}.").format(error)
        ) from error


class _Sealer(pickle.Pickler):
    """Writes each geometry as its place in a list of all of them."""

    def __init__(self, stream: io.BytesIO, numbers: Mapping[int, int]) -> None:
        super().__init__(stream, _PROTOCOL)
        self.shapes: list[Geometry] = []
        self._numbers = numbers
        self._places: dict[int, int] = {}
        # a table is asked about these kinds only, where `persistent_id` would be about all things
        self.dispatch_table: dict[type, Callable[[Any], Any]] = {
            **dict.fromkeys(_SHAPES, self._written),
            **dict.fromkeys(_PLAIN, _as_plain),
            # some versions of Python would look it up by name, for which the reader knows no way
            model.Status: lambda status: (model.Status, (status.value,)),
        }

    def _written(self, shape: Geometry) -> tuple[Any, tuple[int]]:
        number = self._numbers.get(id(shape))
        if number is not None:
            return _polygon, (number,)
        if id(shape) not in self._places:
            self._places[id(shape)] = len(self.shapes)
            self.shapes.append(shape)
        return _shape, (self._places[id(shape)],)


class _Opener(pickle.Unpickler):
    """Makes what it knows by name, and refuses all else."""

    def __init__(self, stream: io.BytesIO, places: Mapping[str, Callable[[int], Geometry]]) -> None:
        super().__init__(stream)
        self._known = {**_KNOWN, **places}

    def find_class(self, _module: str, name: str) -> Any:
        """Return what a name stands for, of the few that are known."""
        if name not in self._known:
            raise pickle.UnpicklingError(name)
        return self._known[name]


def _as_plain(number: npt.NDArray[Any]) -> tuple[Any, tuple[Any]]:
    plain = _PLAIN[type(number)]  # type: ignore[index]
    return plain, (plain(number),)


def _shape(place: int) -> Geometry:
    raise NotImplementedError  # stands for a geometry of the list


def _polygon(number: int) -> Geometry:
    raise NotImplementedError  # stands for a geometry that the reader has
