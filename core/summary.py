"""One row a date and holder: how much, where, and what was gained and lost since the date before.

Ground held by one faction alone, contested ground and unassigned ground make up the home
country, so that the rows of a date sum to its area.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Iterable, Iterator, Mapping, Sequence

from .changes import ChangeFinder, warn_of_unassigned
from .crews import ALONE
from .extents import NOWHERE, Extent, ExtentFinder
from .ground import GroundMatcher
from .holders import CONTESTED, UNASSIGNED, Holders, holders_name
from .i18n import tr
from .moved import GroundLedger
from .stretches import BorderRuler
from .timeline import analyse

if TYPE_CHECKING:
    from datetime import datetime

    from .changes import Step
    from .crews import Workers
    from .feedback import Feedback
    from .geography import Geography
    from .model import Enclave, Parameters
    from .series import Series

__all__ = ["FACTION", "SummaryRow", "summarise"]

FACTION = "faction"
"""The kind of a row that is a faction's; the others are `contested` and `unassigned`."""

_LEAST_KM2 = 1e-6
_WORTH_SAYING_KM2 = 0.01


@dataclass(frozen=True)
class SummaryRow:
    """What one holder has on one date, in the whole home country or in one province.

    Attributes
    ----------
    faction : a faction, `contested: A + B` or `unassigned`
    kind : `faction`, `contested` or `unassigned`
    province : None: all; '': the ground in no province
    km2 : ground inside the home country that nobody else holds; sums to the home country
    share_pct : of the reference area, or of the province's own; None where that is not known
    area_km2 : all that it holds, with contested ground and ground outside; None: unassigned
    contested_km2 : of it, contested ground, inside the home country
    outside_km2 : of it, ground outside the home country; None in a province
    enclaves, largest_km2 : number of enclaves and size of the largest; in a province, of
        those with presence there, and of their ground there
    border_km : by neighbour, the longest first; border that two enclaves lie along counts once;
        empty in a province
    front_km : by faction, the longest first; empty in a province
    gained_km2, lost_km2 : since the date before, without redrawing; None on the first date
    redraw_km2 : what redrawing brought (above 0) or took
    holders : the factions that hold it
    """

    date: datetime | None
    faction: str
    kind: str
    province: str | None
    km2: float
    share_pct: float | None
    area_km2: float | None
    contested_km2: float
    outside_km2: float | None
    enclaves: int = 0
    largest_km2: float = 0.0
    border_km: tuple[tuple[str, float], ...] = ()
    front_km: tuple[tuple[str, float], ...] = ()
    gained_km2: float | None = None
    lost_km2: float | None = None
    redraw_km2: float | None = None
    holders: Holders = ()

    @property
    def net_km2(self) -> float | None:
        """Return the change since the date before, redrawing with it; None on the first date."""
        if self.gained_km2 is None or self.lost_km2 is None or self.redraw_km2 is None:
            return None
        return self.gained_km2 - self.lost_km2 + self.redraw_km2


@dataclass(frozen=True)
class _Move:
    """Ground that a step brought to some holders and took from others."""

    before: Holders
    after: Holders
    is_redraw: bool
    extent: Extent


def summarise(
    series: Series,
    geography: Geography,
    parameters: Parameters,
    *,
    min_width_m: float = 0.0,
    by_province: bool = False,
    workers: Workers = ALONE,
    feedback: Feedback,
) -> Iterator[tuple[SummaryRow, ...]]:
    """Yield the rows of each date: factions in alphabetical order, contested, unassigned.

    Parameters
    ----------
    min_width_m : changes narrower than this are redrawing
    by_province : one row a province, with a last one for ground in none, in place of one
    workers : who surveys; no figure depends on it

    Raises
    ------
    Cancelled
        When the feedback says so, within about a second.
    """
    ledger = GroundLedger(series.store, feedback)
    maker = _RowMaker(series, geography, parameters, by_province, ledger, feedback)
    moments = series.moments
    analyses = analyse(series, geography, parameters, feedback, workers=workers)
    finder = ChangeFinder(series.store, min_width_m=min_width_m, feedback=feedback, ledger=ledger)
    warn_of_unassigned(series, feedback)
    for index, moment in enumerate(moments):
        feedback.check()
        enclaves = next(analyses).enclaves if moment.holdings else ()
        moves = maker.moves(finder.compare(moments[index - 1], moment)) if index else None
        yield maker.rows(index, enclaves, moves)
    # the last words of the analysis: how much lies outside the home country
    for _ in analyses:
        pass


class _RowMaker:
    def __init__(
        self,
        series: Series,
        geography: Geography,
        parameters: Parameters,
        by_province: bool,
        ledger: GroundLedger,
        feedback: Feedback,
    ) -> None:
        self._moments = series.moments
        self._geography = geography
        self._reference_km2 = parameters.reference_area_km2 or geography.home_area_km2
        matcher = GroundMatcher(series.store, geography, ledger.outlines)
        self._finder = ExtentFinder(series.store, matcher, feedback, ledger)
        self._home = self._home_extent(series, feedback)
        self._by_province = by_province
        self._ruler = BorderRuler(geography)

    def _home_extent(self, series: Series, feedback: Feedback) -> Extent | None:
        if self._geography.home_area_km2 is None:
            return None
        areas_km2 = series.store.geodesy.area_km2([p.geometry for p in self._geography.provinces])
        provinces: dict[str, float] = defaultdict(float)
        for province, area_km2 in zip(self._geography.provinces, areas_km2.tolist()):
            provinces[province.name] += area_km2
        home = Extent(self._geography.home_area_km2, self._geography.home_area_km2, provinces)
        if home.in_province("") < -_WORTH_SAYING_KM2:
            feedback.warning(
                tr(
                    "Provinces overlap: together they are {:,.2f} km2 larger than the home "
                    "country. Rows by province count that ground more than once."
                ).format(-home.in_province(""))
            )
        return home

    def moves(self, step: Step) -> list[_Move]:
        extents = self._finder.of_geometries(
            [each.geometry for each in step.transitions],
            [each.area_km2 for each in step.transitions],
        )
        return [
            _Move(each.before, each.after, each.is_redraw, extent)
            for each, extent in zip(step.transitions, extents)
        ]

    def rows(
        self, index: int, enclaves: Sequence[Enclave], moves: Sequence[_Move] | None
    ) -> tuple[SummaryRow, ...]:
        """Return the rows of one date; who lost all since the date before is among them."""
        moment = self._moments[index]
        held, contested = self._finder.held(moment), self._finder.contested(moment)
        before = self._moments[index - 1].holdings if index else {}
        found = [
            row
            for faction in sorted({*held, *before})
            for row in self._faction_rows(
                faction, held.get(faction, NOWHERE), contested, enclaves, moves
            )
        ]
        found += self._contested_rows(contested, moves)
        if self._home is not None:
            found += self._unassigned_rows(held, contested, moves)
        return tuple(replace(row, date=moment.date) for row in found)

    def _faction_rows(
        self,
        faction: str,
        held: Extent,
        contested: Mapping[Holders, Extent],
        enclaves: Sequence[Enclave],
        moves: Sequence[_Move] | None,
    ) -> list[SummaryRow]:
        shared = Extent.total((1.0, part) for names, part in contested.items() if faction in names)
        alone = Extent.total([(1.0, held), (-1.0, shared)])
        moved = (
            None
            if moves is None
            else [(move, (faction in move.after) - (faction in move.before)) for move in moves]
        )
        own = [enclave for enclave in enclaves if enclave.faction == faction]
        rows = []
        for province in self._provinces([held, *_extents(moved)]):
            row = self._row(faction, FACTION, province, alone.in_province(province), moved)
            area_km2 = held.in_province(province)
            outside_km2 = None
            if not province:
                outside_km2 = held.outside_km2
                area_km2 += outside_km2
            row = replace(
                row,
                area_km2=area_km2,
                contested_km2=shared.in_province(province),
                outside_km2=outside_km2,
                holders=(faction,),
            )
            rows.append(_with_enclaves(row, own, self._ruler))
        return rows

    def _contested_rows(
        self, contested: Mapping[Holders, Extent], moves: Sequence[_Move] | None
    ) -> list[SummaryRow]:
        moved_over = {
            holders
            for move in moves or ()
            for holders in (move.before, move.after)
            if len(holders) > 1
        }
        rows = []
        for holders in sorted({*contested, *moved_over}):
            extent = contested.get(holders, NOWHERE)
            moved = _moved_between(moves, holders)
            for province in self._provinces([extent, *_extents(moved)]):
                km2 = extent.in_province(province)
                row = self._row(holders_name(holders), CONTESTED, province, km2, moved)
                outside_km2 = None if province else extent.outside_km2
                area_km2 = km2 + (outside_km2 or 0.0)
                rows.append(
                    replace(
                        row,
                        area_km2=area_km2,
                        contested_km2=km2,
                        outside_km2=outside_km2,
                        holders=holders,
                    )
                )
        return rows

    def _unassigned_rows(
        self,
        held: Mapping[str, Extent],
        contested: Mapping[Holders, Extent],
        moves: Sequence[_Move] | None,
    ) -> list[SummaryRow]:
        if self._home is None:
            return []
        # ground that n hold is in n of them: taken away n - 1 times, it counts once
        covered = [
            *((-1.0, extent) for extent in held.values()),
            *((len(holders) - 1.0, extent) for holders, extent in contested.items()),
        ]
        free = Extent.total([(1.0, self._home), *covered])
        moved = _moved_between(moves, ())
        return [
            self._row(
                UNASSIGNED,
                UNASSIGNED,
                province,
                free.in_province(province),
                moved,
                inside_only=True,
            )
            for province in self._provinces([self._home])
        ]

    def _provinces(self, extents: Sequence[Extent]) -> list[str | None]:
        """Return the provinces to give rows of: those with any of the ground."""
        if not self._by_province:
            return [None]
        names = sorted(
            {name for each in extents for name, km2 in each.provinces_km2.items() if abs(km2) > 0}
        )
        rest = any(
            abs(each.in_province("")) > _LEAST_KM2 or abs(each.outside_km2) > _LEAST_KM2
            for each in extents
        )
        return [*names, ""] if rest or not names else [*names]

    def _row(
        self,
        faction: str,
        kind: str,
        province: str | None,
        km2: float,
        moved: Sequence[tuple[_Move, int]] | None,
        *,
        inside_only: bool = False,
    ) -> SummaryRow:
        if abs(km2) < _LEAST_KM2:
            # what sums and differences leave of nothing
            km2 = 0.0
        whole_km2 = self._reference_km2
        if province is not None:
            whole_km2 = None if self._home is None else self._home.in_province(province)
        row = SummaryRow(
            date=None,
            faction=faction,
            kind=kind,
            province=province,
            km2=km2,
            share_pct=100.0 * km2 / whole_km2 if whole_km2 and whole_km2 > _LEAST_KM2 else None,
            area_km2=None,
            contested_km2=0.0,
            outside_km2=None,
        )
        return row if moved is None else _with_moves(row, moved, inside_only=inside_only)


def _moved_between(
    moves: Sequence[_Move] | None, holders: Holders
) -> list[tuple[_Move, int]] | None:
    """Return moves with 1 where they lead to just these holders, -1 where from, else 0."""
    if moves is None:
        return None
    return [(move, (move.after == holders) - (move.before == holders)) for move in moves]


def _extents(moved: Iterable[tuple[_Move, int]] | None) -> list[Extent]:
    return [move.extent for move, sign in moved or () if sign]


def _with_moves(
    row: SummaryRow, moved: Sequence[tuple[_Move, int]], *, inside_only: bool
) -> SummaryRow:
    gained_km2 = lost_km2 = redraw_km2 = 0.0
    for move, sign in moved:
        km2 = move.extent.in_province(row.province)
        if not row.province and not inside_only:
            km2 += move.extent.outside_km2
        if move.is_redraw:
            redraw_km2 += sign * km2
        elif sign > 0:
            gained_km2 += km2
        elif sign < 0:
            lost_km2 += km2
    return replace(row, gained_km2=gained_km2, lost_km2=lost_km2, redraw_km2=redraw_km2)


def _with_enclaves(row: SummaryRow, enclaves: Sequence[Enclave], ruler: BorderRuler) -> SummaryRow:
    if row.province is None:
        return replace(
            row,
            enclaves=len(enclaves),
            largest_km2=max((each.area_km2 for each in enclaves), default=0.0),
            border_km=tuple(ruler.lengths_km(enclaves).items()),
            front_km=_longest_first(
                (front.faction, front.length_km) for e in enclaves for front in e.fronts
            ),
        )
    there = [
        share.area_km2 for e in enclaves for share in e.provinces if share.name == row.province
    ]
    return replace(row, enclaves=len(there), largest_km2=max(there, default=0.0))


def _longest_first(lengths: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    sums: dict[str, float] = defaultdict(float)
    for name, km in lengths:
        sums[name] += km
    return tuple(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
