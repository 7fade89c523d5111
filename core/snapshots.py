"""What is held over time, as snapshots: one a date, or one for each date that changes anything."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Iterable, NamedTuple, Optional, Sequence, Tuple

from .dates import format_date
from .i18n import tr
from .model import Snapshot

if TYPE_CHECKING:
    from .feedback import Feedback
    from .rows import Holding

__all__ = ["Gap", "snapshots_by_date", "snapshots_of_intervals"]

Gap = Tuple[datetime, Optional[datetime]]
"""From when nobody holds anything, and until when; None: to the end of the record."""


def snapshots_by_date(holdings: Iterable[Holding]) -> list[Snapshot]:
    """Return a snapshot for each date that is the start of a holding, in order."""
    by_date: dict[datetime | None, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for each in holdings:
        by_date[each.start][each.faction].update(each.numbers)
    shared: dict[tuple[int, ...], tuple[int, ...]] = {}
    snapshots = []
    for moment in sorted(by_date, key=lambda each: each or datetime.min):
        held = by_date.pop(moment)
        sorted_numbers = {name: tuple(sorted(held[name])) for name in sorted(held)}
        # factions that hold the same on many dates hold the same tuple
        same = {name: shared.setdefault(each, each) for name, each in sorted_numbers.items()}
        snapshots.append(Snapshot(moment, same))
    return snapshots


def snapshots_of_intervals(
    holdings: Sequence[Holding], feedback: Feedback
) -> tuple[list[Snapshot], list[Gap]]:
    """Return a snapshot for each date on which something changes, and none else.

    Also returned are the gaps in which nobody holds anything; the last may never end.
    """
    snapshots: list[Snapshot] = []
    gaps: list[Gap] = []
    unheld_since: datetime | None = None
    ground = _Ground()
    for moment, changes in _changes(holdings):
        feedback.check()
        ground.change(changes)
        held = ground.held()
        if not held:
            unheld_since = unheld_since or moment
            continue
        if unheld_since or not snapshots or held != snapshots[-1].holdings:
            snapshots.append(Snapshot(moment, held))
        if unheld_since:
            gaps.append((unheld_since, moment))
            feedback.warning(
                tr("Nobody holds anything from {} to before {}: no snapshot there.").format(
                    format_date(unheld_since), format_date(moment)
                )
            )
            unheld_since = None
    if unheld_since:
        gaps.append((unheld_since, None))
        feedback.info(
            tr(
                "The last rows end on {}: that is taken for the end of the record, not for a loss."
            ).format(format_date(unheld_since))
        )
    return snapshots, gaps


class _Change(NamedTuple):
    """A holding that begins, by `step` 1, or ends, by -1."""

    holding: Holding
    step: int


def _changes(holdings: Sequence[Holding]) -> list[tuple[datetime, list[_Change]]]:
    """Return, in order of date, what begins and ends on each."""
    by_moment: dict[datetime, list[_Change]] = defaultdict(list)
    for each in holdings:
        if each.start is not None:
            by_moment[each.start].append(_Change(each, 1))
            if each.end is not None:
                by_moment[each.end].append(_Change(each, -1))
    return sorted(by_moment.items(), key=lambda item: item[0])


class _Ground:
    """Who holds what at one moment of a sweep through time, by how many holdings of each."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[int]] = defaultdict(Counter)
        self._numbers: dict[str, tuple[int, ...]] = {}

    def change(self, changes: Iterable[_Change]) -> None:
        """Let holdings begin and end; what no faction of theirs holds stays as it is."""
        touched = set()
        for holding, step in changes:
            touched.add(holding.faction)
            counts = self._counts[holding.faction]
            for number in holding.numbers:
                counts[number] += step
                if not counts[number]:
                    del counts[number]
        for faction in touched:
            self._numbers[faction] = tuple(sorted(self._counts[faction]))

    def held(self) -> dict[str, tuple[int, ...]]:
        """Return the polygons of each faction that holds any."""
        return {name: self._numbers[name] for name in sorted(self._numbers) if self._numbers[name]}
