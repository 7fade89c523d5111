"""Batches of features that QGIS's PostgreSQL provider writes without taking nulls for zeros."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Sequence

from .convert import plain_value

if TYPE_CHECKING:
    from qgis.core import QgsFeature

__all__ = ["BATCH_SIZE", "safe_batches"]

BATCH_SIZE = 200
"""As many as QGIS itself sends at a time."""


def safe_batches(features: Sequence[QgsFeature]) -> Iterator[Sequence[QgsFeature]]:
    """Yield the features in their order, parted where one batch would change their values.

    The provider writes a column whose values are all equal as one value for the whole batch, and
    holds a null equal to 0, to false and to an empty text: a column of such would all become the
    first of them. One row with any other value in it keeps a column safe.
    """
    rows = [[_kind(value) for value in feature.attributes()] for feature in features]
    yield from (features[start:stop] for start, stop in _safe_parts(rows, 0, len(rows)))


def _safe_parts(
    rows: Sequence[Sequence[str | None]], start: int, stop: int
) -> Iterator[tuple[int, int]]:
    cut = _first_change(rows, start, stop)
    if cut is None:
        yield start, stop
        return
    yield from _safe_parts(rows, start, cut)
    yield from _safe_parts(rows, cut, stop)


def _first_change(rows: Sequence[Sequence[str | None]], start: int, stop: int) -> int | None:
    """Return the first row at which a column of nulls and zeros alone changes; None for none."""
    columns = [column for column in zip(*rows[start:stop]) if None not in column]
    cuts = [column.index(other) for column in columns for other in set(column) - {column[0]}]
    return start + min(cuts) if cuts else None


def _kind(value: Any) -> str | None:
    """Return `null` or `zero`; None for any other value."""
    plain = plain_value(value)
    if plain is None:
        return "null"
    return None if plain else "zero"
