"""The rows of a control layer: which of them can be used, and a plain account of the others."""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Iterable, Mapping

from .errors import EmptyLayerError
from .i18n import tr

if TYPE_CHECKING:
    from datetime import datetime

    from .feedback import Feedback
    from .model import ControlRow
    from .polygons import PolygonStore

__all__ = ["FieldNames", "HeldRow", "usable_rows"]

_IDS_SHOWN = 5
_FACTIONS_SHOWN = 8
_ROWS_BETWEEN_CHECKS = 200


@dataclass(frozen=True)
class FieldNames:
    """How the fields of a control layer are called, so that messages can name them."""

    faction: str = "faction"
    start: str = "date"
    end: str = "end"


@dataclass(frozen=True)
class HeldRow:
    """One usable row; `faction` is the alliance where there is one, `member` the name given.

    `numbers` are those of its polygons in the store.
    """

    faction: str
    member: str
    start: datetime | None
    end: datetime | None
    numbers: tuple[int, ...]


def usable_rows(
    rows: Iterable[ControlRow],
    store: PolygonStore,
    *,
    layer_name: str,
    alliances: Mapping[str, str],
    dated: bool,
    field_names: FieldNames,
    feedback: Feedback,
) -> list[HeldRow]:
    """Return the rows that hold ground, their polygons added to the store.

    The others are counted in warnings, with the reason and the first of their ids.

    Raises
    ------
    EmptyLayerError
        When no row can be used; its text says why.
    """
    held: list[HeldRow] = []
    skipped: dict[str, list[int]] = defaultdict(list)
    repaired: list[int] = []
    for count, row in enumerate(rows):
        if count % _ROWS_BETWEEN_CHECKS == 0:
            feedback.check()
        reason = _reason_to_skip(row, dated, field_names)
        if reason is None and row.wkb is not None and row.faction is not None:
            numbers = store.add(row.wkb)
            if numbers:
                if store.was_invalid(row.wkb):
                    repaired.append(row.feature_id)
                member = row.faction.strip()
                faction = alliances.get(member, member)
                held.append(HeldRow(faction, member, row.start, row.end, numbers))
                continue
            reason = tr("the geometry has no area")
        skipped[str(reason)].append(row.feature_id)
    _tell(skipped, repaired, layer_name, feedback)
    if not held:
        raise EmptyLayerError(_nothing_usable(skipped, layer_name))
    _warn_of_unknown(alliances, held, layer_name, feedback)
    return held


def _reason_to_skip(row: ControlRow, dated: bool, names: FieldNames) -> str | None:
    if row.wkb is None:
        return tr("the geometry is empty")
    if row.faction is None or not row.faction.strip():
        return tr('field "{}" is empty: no faction').format(names.faction)
    if dated and row.start is None:
        return tr('field "{}" is empty: no date').format(names.start)
    if row.end is not None and row.start is not None and row.end <= row.start:
        return tr('the end in field "{}" is not after the start in "{}"').format(
            names.end, names.start
        )
    return None


def _tell(
    skipped: Mapping[str, list[int]], repaired: list[int], layer_name: str, feedback: Feedback
) -> None:
    for reason, ids in skipped.items():
        feedback.warning(
            tr('Control layer "{}": {} (features skipped: {}; first ids: {}).').format(
                layer_name, reason, len(ids), _first(ids)
            )
        )
    if repaired:
        feedback.warning(
            tr('Control layer "{}": invalid polygons repaired: {} (first ids: {}).').format(
                layer_name, len(repaired), _first(repaired)
            )
        )


def _nothing_usable(skipped: Mapping[str, list[int]], layer_name: str) -> str:
    if not skipped:
        return tr(
            'Control layer "{}": no feature could be read. Check the layer and its filter.'
        ).format(layer_name)
    counts = sorted(skipped.items(), key=lambda item: -len(item[1]))
    reasons = "; ".join(
        tr("{} ({} of {} features)").format(
            reason, len(ids), sum(len(each) for each in skipped.values())
        )
        for reason, ids in counts
    )
    return tr(
        'Control layer "{}": no feature can be used: {}. '
        "Mend the layer, or give other fields; are start and end the right way round?"
    ).format(layer_name, reasons)


def _warn_of_unknown(
    alliances: Mapping[str, str], held: list[HeldRow], layer_name: str, feedback: Feedback
) -> None:
    members = sorted({row.member for row in held})
    for name in sorted(set(alliances) - set(members)):
        near = difflib.get_close_matches(name, members, n=1)
        if near:
            remedy = tr("Did you mean {}?").format(near[0])
        else:
            shown = ", ".join(members[:_FACTIONS_SHOWN])
            remedy = tr("Its factions are: {}.").format(
                shown + (", ..." if len(members) > _FACTIONS_SHOWN else "")
            )
        feedback.warning(
            tr('Alliances: control layer "{}" has no faction "{}". {}').format(
                layer_name, name, remedy
            )
        )


def _first(ids: list[int]) -> str:
    shown = ", ".join(str(number) for number in sorted(ids)[:_IDS_SHOWN])
    return shown + (", ..." if len(ids) > _IDS_SHOWN else "")
