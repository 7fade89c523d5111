"""A control layer read into a series of snapshots, with a plain account of what was read."""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Iterable, Mapping, Optional, Tuple

import shapely

from .dates import format_date
from .errors import DateError, EmptyLayerError
from .geodesy import Geodesy
from .i18n import tr
from .model import ControlRow, Snapshot
from .polygons import PolygonStore

if TYPE_CHECKING:
    from .feedback import Feedback

__all__ = ["Series", "read_series"]

_IDS_SHOWN = 5
_ROWS_BETWEEN_CHECKS = 200


_Gap = Tuple[datetime, Optional[datetime]]


@dataclass(frozen=True)
class Series:
    """The snapshots of a control layer in order of date, and their distinct polygons.

    `crs` is the layer's coordinate reference system as WKT; `unheld_from` the dates from which
    nobody holds anything, until the next snapshot.
    """

    layer_name: str
    crs: str
    snapshots: tuple[Snapshot, ...]
    store: PolygonStore = field(repr=False)
    unheld_from: tuple[datetime, ...] = ()

    @property
    def moments(self) -> tuple[Snapshot, ...]:
        """The snapshots and, where nobody holds anything between two or after them, empty ones."""
        unheld = (Snapshot(date, {}) for date in self.unheld_from)
        return tuple(sorted((*self.snapshots, *unheld), key=lambda each: each.date or datetime.min))

    @property
    def factions(self) -> tuple[str, ...]:
        """All factions of all snapshots, in alphabetical order."""
        return tuple(sorted({name for each in self.snapshots for name in each.holdings}))

    @property
    def has_times(self) -> bool:
        """Whether any snapshot, or gap between two, is dated to the time of day."""
        return any(" " in format_date(each.date) for each in self.moments)


@dataclass(frozen=True)
class _Held:
    """One usable row; `faction` is the alliance where there is one, `member` the name given."""

    faction: str
    member: str
    start: datetime | None
    end: datetime | None
    numbers: tuple[int, ...]


def read_series(  # noqa: PLR0913 - all but the first by name
    rows: Iterable[ControlRow],
    *,
    layer_name: str,
    crs: str,
    alliances: Mapping[str, str] | None = None,
    dated: bool = True,
    end_field: bool = False,
    date: datetime | None = None,
    from_date: datetime | None = None,
    to_date: datetime | None = None,
    feedback: Feedback,
) -> Series:
    """Read the rows of a control layer into a series of snapshots.

    Parameters
    ----------
    rows : as they stand in the layer
    layer_name, crs : of the layer, for texts and for measuring
    alliances : the alliance that a faction is counted as
    dated : whether rows have a date; False makes one undated snapshot of all
    end_field : rows are intervals from `start` to before `end`; None ends never. A
        snapshot is then taken at each date on which something changes
    date : keep only the snapshot valid on this date
    from_date, to_date : keep only snapshots dated so, both days included

    Raises
    ------
    EmptyLayerError
        When nothing usable is in the layer.
    DateError
        When no snapshot is left by the dates asked for.
    """
    store = PolygonStore(Geodesy(crs))
    held = _usable(rows, store, layer_name, alliances or {}, dated, feedback)
    _warn_of_unknown(alliances or {}, held, layer_name, feedback)
    if not held:
        raise EmptyLayerError(
            tr(
                'Control layer "{}": no feature has a polygon, a faction and a date. '
                "Check the layer, its filter and the fields given."
            ).format(layer_name)
        )
    store.geodesy = Geodesy(crs, shapely.total_bounds(store.polygons).tolist())
    is_intervals = dated and end_field
    snapshots, gaps = _intervals(held, feedback) if is_intervals else (_by_date(held), [])
    chosen = _chosen(snapshots, gaps, layer_name, date, from_date, to_date, feedback)
    unheld = _unheld_from(gaps, chosen, date, from_date, to_date)
    series = Series(layer_name, crs, tuple(chosen), store, unheld)
    _tell(series, len(held), feedback)
    return series


def _usable(
    rows: Iterable[ControlRow],
    store: PolygonStore,
    layer_name: str,
    alliances: Mapping[str, str],
    dated: bool,
    feedback: Feedback,
) -> list[_Held]:
    held: list[_Held] = []
    skipped: dict[str, list[int]] = defaultdict(list)
    repaired: list[int] = []
    for count, row in enumerate(rows):
        if count % _ROWS_BETWEEN_CHECKS == 0:
            feedback.check()
        reason = _reason_to_skip(row, dated)
        if reason is None and row.wkb is not None and row.faction is not None:
            numbers = store.add(row.wkb)
            if store.was_invalid(row.wkb):
                repaired.append(row.feature_id)
            if numbers:
                member = row.faction.strip()
                faction = alliances.get(member, member)
                held.append(_Held(faction, member, row.start, row.end, numbers))
                continue
            reason = tr("no area")
        skipped[str(reason)].append(row.feature_id)
    for reason, ids in skipped.items():
        feedback.warning(
            tr('Control layer "{}": {} features skipped, {} (first ids: {}).').format(
                layer_name, len(ids), reason, _first(ids)
            )
        )
    if repaired:
        feedback.warning(
            tr('Control layer "{}": {} invalid polygons repaired (first ids: {}).').format(
                layer_name, len(repaired), _first(repaired)
            )
        )
    return held


def _reason_to_skip(row: ControlRow, dated: bool) -> str | None:
    if row.wkb is None:
        return tr("no geometry")
    if row.faction is None or not row.faction.strip():
        return tr("no faction")
    if dated and row.start is None:
        return tr("no date, or one that cannot be read")
    if row.end is not None and row.start is not None and row.end <= row.start:
        return tr("an end that is not after the start")
    return None


def _warn_of_unknown(
    alliances: Mapping[str, str], held: list[_Held], layer_name: str, feedback: Feedback
) -> None:
    members = {row.member for row in held}
    for name in sorted(set(alliances) - members):
        near = difflib.get_close_matches(name, sorted(members), n=1)
        feedback.warning(
            tr('Alliances: control layer "{}" has no faction "{}". {}').format(
                layer_name, name, tr("Did you mean {}?").format(near[0]) if near else ""
            )
        )


def _first(ids: list[int]) -> str:
    shown = ", ".join(str(number) for number in sorted(ids)[:_IDS_SHOWN])
    return shown + (", ..." if len(ids) > _IDS_SHOWN else "")


def _by_date(held: list[_Held]) -> list[Snapshot]:
    by_date: dict[datetime | None, list[_Held]] = defaultdict(list)
    for row in held:
        by_date[row.start].append(row)
    dates = sorted(by_date, key=lambda moment: moment or datetime.min)
    return [_snapshot(moment, by_date[moment]) for moment in dates]


def _intervals(held: list[_Held], feedback: Feedback) -> tuple[list[Snapshot], list[_Gap]]:
    """Return a snapshot for each date on which something changes, and none else.

    Also returned are the gaps in which nobody holds anything; the last may never end.
    """
    moments = {row.start for row in held} | {row.end for row in held}
    snapshots: list[Snapshot] = []
    gaps: list[_Gap] = []
    unheld_since: datetime | None = None
    for moment in sorted(each for each in moments if each is not None):
        feedback.check()
        valid = [row for row in held if _is_valid_at(row, moment)]
        snapshot = _snapshot(moment, valid)
        if not valid:
            unheld_since = unheld_since or moment
            continue
        if unheld_since or not snapshots or snapshot.holdings != snapshots[-1].holdings:
            snapshots.append(snapshot)
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
    return snapshots, gaps


def _is_valid_at(row: _Held, moment: datetime) -> bool:
    return row.start is not None and row.start <= moment and (row.end is None or moment < row.end)


def _snapshot(moment: datetime | None, rows: list[_Held]) -> Snapshot:
    numbers: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        numbers[row.faction].update(row.numbers)
    return Snapshot(moment, {name: tuple(sorted(numbers[name])) for name in sorted(numbers)})


def _chosen(
    snapshots: list[Snapshot],
    gaps: list[_Gap],
    layer_name: str,
    date: datetime | None,
    from_date: datetime | None,
    to_date: datetime | None,
    feedback: Feedback,
) -> list[Snapshot]:
    if date is None and from_date is None and to_date is None:
        return snapshots
    if snapshots[0].date is None:
        raise DateError(
            tr('Control layer "{}" is read without dates. Give its date field as well.').format(
                layer_name
            )
        )
    dated = [(each.date, each) for each in snapshots if each.date is not None]
    if date is not None:
        in_gap = any(start <= date and (end is None or date < end) for start, end in gaps)
        until = [] if in_gap else [pair for pair in dated if pair[0] <= date]
        chosen = [each for _, each in until[-1:]]
        if until and until[-1][0] != date:
            feedback.info(
                tr("{}: the snapshot of {} is valid.").format(
                    format_date(date), format_date(until[-1][0])
                )
            )
    else:
        chosen = [
            each
            for moment, each in dated
            if (from_date is None or moment >= from_date)
            and (to_date is None or moment <= _end_of_day(to_date))
        ]
    if not chosen:
        raise DateError(
            tr(
                'Control layer "{}" has no snapshot for the dates asked for: '
                "its first is {}, its last {}."
            ).format(layer_name, format_date(dated[0][0]), format_date(dated[-1][0]))
        )
    return chosen


def _unheld_from(
    gaps: list[_Gap],
    chosen: list[Snapshot],
    date: datetime | None,
    from_date: datetime | None,
    to_date: datetime | None,
) -> tuple[datetime, ...]:
    """Return where gaps among the chosen snapshots begin."""
    if date is not None or not chosen:
        return ()
    return tuple(
        start
        for start, _ in gaps
        if (from_date is None or start >= from_date)
        and (to_date is None or start <= _end_of_day(to_date))
    )


def _end_of_day(moment: datetime) -> datetime:
    if format_date(moment) == moment.date().isoformat():
        return moment.replace(hour=23, minute=59, second=59, microsecond=999999)
    return moment


def _tell(series: Series, row_count: int, feedback: Feedback) -> None:
    first, last = series.snapshots[0].date, series.snapshots[-1].date
    if first is None:
        span = tr("one snapshot without date")
    elif len(series.snapshots) == 1:
        span = tr("one snapshot, {}").format(format_date(first))
    else:
        span = tr("{} snapshots, {} to {}").format(
            len(series.snapshots), format_date(first), format_date(last)
        )
    feedback.info(
        tr('Control layer "{}": {} features read, {} distinct polygons; {}; {} factions.').format(
            series.layer_name, row_count, len(series.store.polygons), span, len(series.factions)
        )
    )
