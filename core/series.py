"""A control layer read into a series of snapshots, with a plain account of what was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Iterable, Mapping

import shapely

from .dates import format_date
from .errors import CrsError, DateError
from .geodesy import Geodesy
from .i18n import tr
from .model import Snapshot
from .polygons import PolygonStore
from .rows import FieldNames, usable_rows
from .snapshots import Gap, snapshots_by_date, snapshots_of_intervals

if TYPE_CHECKING:
    from .arrays import Floats
    from .feedback import Feedback
    from .model import ControlRow

__all__ = ["FieldNames", "Series", "read_series"]

# degrees; outlines drawn to the edge of the world may go over it by their last digits
_MOST_LATITUDE = 90.0 + 1e-6
_HALF_TURN = 180.0 + 1e-6


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


def read_series(  # noqa: PLR0913 - all but the first by name
    rows: Iterable[ControlRow],
    *,
    layer_name: str,
    crs: str,
    alliances: Mapping[str, str] | None = None,
    dated: bool = True,
    end_field: bool = False,
    field_names: FieldNames | None = None,
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
    field_names : of the layer, for texts
    date : keep only the snapshot valid on this date; of several on one day, the last
    from_date, to_date : keep only snapshots dated so, both days included

    Raises
    ------
    EmptyLayerError
        When nothing usable is in the layer.
    CrsError
        When its coordinates cannot be what its CRS says.
    DateError
        When no snapshot is left by the dates asked for.
    """
    store = PolygonStore(Geodesy(crs))
    held = usable_rows(
        rows,
        store,
        layer_name=layer_name,
        alliances=alliances or {},
        dated=dated,
        field_names=field_names or FieldNames(),
        feedback=feedback,
    )
    bounds = shapely.total_bounds(store.polygons)
    store.geodesy = Geodesy(crs, bounds.tolist())
    _refuse_off_the_earth(store.geodesy, bounds, layer_name, feedback)
    is_intervals = dated and end_field
    if is_intervals:
        snapshots, gaps = snapshots_of_intervals(held.holdings, feedback)
    else:
        snapshots, gaps = snapshots_by_date(held.holdings), []
    chosen = _chosen(snapshots, gaps, layer_name, date, from_date, to_date, feedback)
    unheld = _unheld_from(gaps, chosen, date, from_date, to_date)
    series = Series(layer_name, crs, tuple(chosen), store, unheld)
    _tell(series, held.count, feedback)
    return series


def _refuse_off_the_earth(
    geodesy: Geodesy, bounds: Floats, layer_name: str, feedback: Feedback
) -> None:
    """Refuse degrees that are none; they are metres, or x and y are the wrong way round."""
    if not geodesy.is_geographic:
        return
    west, south, east, north = bounds.tolist()
    if south < -_MOST_LATITUDE or north > _MOST_LATITUDE or max(-west, east) > 2 * _HALF_TURN:
        raise CrsError(
            tr(
                'Control layer "{}": its coordinates, {:g} to {:g} and {:g} to {:g}, are no '
                "degrees of longitude and latitude, as its coordinate reference system says. "
                "Set the true one, or put longitude first."
            ).format(layer_name, west, east, south, north)
        )
    if max(-west, east) > _HALF_TURN:
        feedback.warning(
            tr(
                'Control layer "{}" goes past 180 degrees of longitude, to {:g}: what lies beyond '
                "meets no country of a map that ends there. Cut it at the 180th meridian."
            ).format(layer_name, east if east > _HALF_TURN else west)
        )


def _chosen(
    snapshots: list[Snapshot],
    gaps: list[Gap],
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
        latest = _end_of_day(date)
        in_gap = any(start <= latest and (end is None or latest < end) for start, end in gaps)
        until = [] if in_gap else [pair for pair in dated if pair[0] <= latest]
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
    gaps: list[Gap],
    chosen: list[Snapshot],
    date: datetime | None,
    from_date: datetime | None,
    to_date: datetime | None,
) -> tuple[datetime, ...]:
    """Return where gaps among the chosen snapshots begin; none does after the last row's end."""
    if date is not None or not chosen:
        return ()
    return tuple(
        start
        for start, end in gaps
        if end is not None
        and (from_date is None or start >= from_date)
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
        tr(
            'Control layer "{}": {}. Features read: {}, distinct polygons: {}, factions: {}.'
        ).format(
            series.layer_name, span, row_count, len(series.store.polygons), len(series.factions)
        )
    )
