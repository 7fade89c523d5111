"""The results of an algorithm: declared, written, then named and styled where QGIS loads them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Iterator, Sequence

from . import parameters as keys
from .headlines import layer_name
from .output import ResultWriter, StyleFunction, name_and_style_on_load

if TYPE_CHECKING:
    from ..core.feedback import Feedback
    from ..core.series import Series
    from .fields import Column
    from .inputs import Inputs

__all__ = ["Result", "writing"]


@dataclass(frozen=True)
class Result:
    """One output that a run writes, in the control layer's CRS.

    Attributes
    ----------
    wkb_type : of its layer; that without geometry for a table
    title : what it is, for the name of its layer
    """

    key: str
    columns: Sequence[Column]
    wkb_type: int
    title: str
    style: StyleFunction


@contextmanager
def writing(
    inputs: Inputs, result: Result, series: Series, feedback: Feedback
) -> Iterator[ResultWriter]:
    """Give what writes the rows of a result; it is closed, named and styled when all went well."""
    crs = inputs.source(keys.CONTROL).sourceCrs()
    writer = ResultWriter(inputs, result.key, result.columns, result.wkb_type, crs)
    try:
        yield writer
        writer.close(feedback)
    except Exception:
        writer.tell_incomplete(feedback)
        raise
    name_and_style_on_load(
        inputs,
        result.key,
        writer,
        name=layer_name(result.title, series),
        columns=result.columns,
        style=result.style,
        factions=series.factions,
    )
