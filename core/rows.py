"""The rows of a control layer: which of them can be used, and a plain account of the others."""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Iterable, Iterator, Mapping, Optional, Tuple

from .errors import EmptyLayerError
from .i18n import tr

if TYPE_CHECKING:
    from .feedback import Feedback
    from .model import ControlRow
    from .polygons import PolygonStore

__all__ = ["FieldNames", "HeldRows", "Holding", "usable_rows"]

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
class Holding:
    """What a faction holds from `start` until `end`: all rows that say the same of these.

    `faction` is the alliance where there is one. `numbers` are those of its polygons in the
    store, one as often as there are rows with it.
    """

    faction: str
    start: datetime | None
    end: datetime | None
    numbers: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class HeldRows:
    """The usable rows of a layer, by what they hold, and how many they are."""

    holdings: list[Holding]
    count: int


def usable_rows(
    rows: Iterable[ControlRow],
    store: PolygonStore,
    *,
    layer_name: str,
    alliances: Mapping[str, str],
    dated: bool,
    field_names: FieldNames,
    feedback: Feedback,
) -> HeldRows:
    """Return the rows that hold ground, their polygons added to the store.

    The others are counted in warnings, with the reason and the first of their ids.

    Raises
    ------
    EmptyLayerError
        When no row can be used; its text says why.
    """
    sorter = _Sorter(alliances, field_names, dated=dated)
    skipped: dict[str, list[int]] = defaultdict(list)
    repaired: list[int] = []
    held_count = 0
    no_geometry, no_area = tr("the geometry is empty"), tr("the geometry has no area")
    for count, (feature_id, faction, wkb, start, end) in enumerate(rows):
        if count % _ROWS_BETWEEN_CHECKS == 0:
            feedback.check()
        if wkb is None:
            skipped[no_geometry].append(feature_id)
            continue
        holding = sorter.holding(faction, start, end)
        if isinstance(holding, str):
            skipped[holding].append(feature_id)
            continue
        stored = store.stored(wkb)
        if not stored.numbers:
            skipped[no_area].append(feature_id)
            continue
        if stored.was_invalid:
            repaired.append(feature_id)
        holding.numbers.extend(stored.numbers)
        held_count += 1
    _tell(skipped, repaired, layer_name, feedback)
    if not held_count:
        raise EmptyLayerError(_nothing_usable(skipped, layer_name))
    _warn_of_unknown(alliances, sorter.members, layer_name, feedback)
    return HeldRows(sorter.holdings, held_count)


_Said = Tuple[Optional[str], Optional[datetime], Optional[datetime]]


class _Sorter:
    """Knows for each faction, start and end what its rows hold, or why they hold nothing."""

    def __init__(self, alliances: Mapping[str, str], names: FieldNames, *, dated: bool) -> None:
        self._alliances = alliances
        self._names = names
        self._dated = dated
        self._known: dict[_Said, Holding | str] = {}

    def holding(
        self, faction: str | None, start: datetime | None, end: datetime | None
    ) -> Holding | str:
        """Return where the polygons of such a row belong, or the reason to skip it."""
        said = (faction, start, end)
        known = self._known.get(said)
        if known is None:
            reason = _reason_to_skip(faction, start, end, self._dated, self._names)
            member = (faction or "").strip()
            known = reason or Holding(self._alliances.get(member, member), start, end)
            self._known[said] = known
        return known

    @property
    def holdings(self) -> list[Holding]:
        """All that is held, in the order in which it was first seen."""
        return [each for _, each in self._held()]

    @property
    def members(self) -> list[str]:
        """The factions that hold anything, as their rows name them, in alphabetical order."""
        return sorted({(said[0] or "").strip() for said, _ in self._held()})

    def _held(self) -> Iterator[tuple[_Said, Holding]]:
        for said, known in self._known.items():
            if isinstance(known, Holding) and known.numbers:
                yield said, known


def _reason_to_skip(
    faction: str | None,
    start: datetime | None,
    end: datetime | None,
    dated: bool,
    names: FieldNames,
) -> str | None:
    if faction is None or not faction.strip():
        return tr('field "{}" is empty: no faction').format(names.faction)
    if dated and start is None:
        return tr('field "{}" is empty: no date').format(names.start)
    if end is not None and start is not None and end <= start:
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
    alliances: Mapping[str, str], members: list[str], layer_name: str, feedback: Feedback
) -> None:
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
