"""Every snapshot of a series with its enclaves and their figures.

Algorithms and dock call this one module, so that no figure can differ between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Iterator

from .dates import format_date
from .enclaves import Surveyor
from .i18n import tr

if TYPE_CHECKING:
    from datetime import datetime

    from .feedback import Feedback
    from .geography import Geography
    from .memory import SeriesMemory
    from .model import Contested, Enclave, Parameters, Snapshot
    from .series import Series

__all__ = ["SnapshotAnalysis", "analyse"]

_WORTH_REPORTING_KM2 = 0.01
_WORTH_WARNING = 0.01


@dataclass(frozen=True)
class SnapshotAnalysis:
    """The enclaves of one date, ordered by faction and rank, and the ground held twice."""

    date: datetime | None
    enclaves: tuple[Enclave, ...]
    contested: tuple[Contested, ...]


def analyse(
    series: Series,
    geography: Geography,
    parameters: Parameters,
    feedback: Feedback,
    memory: SeriesMemory | None = None,
    *,
    with_gaps: bool = False,
    plain: bool = False,
) -> Iterator[SnapshotAnalysis]:
    """Yield the analysis of each snapshot, in order of date.

    Enclaves smaller than the least area are among them: they count in all sums, and it is
    the caller who leaves them out of what it shows. Dates that the memory knows are not
    surveyed again.

    Parameters
    ----------
    with_gaps : yield where nobody holds anything between two snapshots as well
    plain : measure all dates by unions, and none arc by arc: slower, the same figures

    Raises
    ------
    Cancelled
        When the feedback says so, within about a second.
    """
    surveyor = Surveyor(series.store, geography, parameters, feedback, plain=plain)
    snapshots = series.moments if with_gaps else series.snapshots
    count = len(snapshots)
    outside_km2 = held_km2 = 0.0
    for index, snapshot in enumerate(snapshots):
        part = feedback.part(index / count, (index + 1) / count)
        survey = partial(_surveyed, surveyor, snapshot, part)
        analysis = survey() if memory is None else memory.surveyed(snapshot, survey)
        enclaves = analysis.enclaves
        _tell(analysis, feedback)
        held_km2 += sum(enclave.area_km2 for enclave in enclaves)
        outside_km2 += sum(
            enclave.area_km2 - enclave.inside_km2
            for enclave in enclaves
            if enclave.inside_km2 is not None
        )
        part.progress(1.0)
        yield analysis
    if surveyor.plain_dates and not plain:
        feedback.info(
            tr(
                "Dates whose polygons overlap, or share edges that are not the same to the last "
                "digit: {} of {}. They were measured by a slower way, to the same end."
            ).format(surveyor.plain_dates, count)
        )
    if outside_km2 > _WORTH_WARNING * held_km2:
        feedback.warning(
            tr(
                "{:.1f} % of the ground held lies outside the home country ({}): it counts in "
                "areas and enclaves, not in shares and provinces."
            ).format(100 * outside_km2 / held_km2, ", ".join(geography.home_names))
        )


def _surveyed(surveyor: Surveyor, snapshot: Snapshot, feedback: Feedback) -> SnapshotAnalysis:
    enclaves, contested = surveyor.survey(snapshot, feedback) if snapshot.holdings else ((), ())
    return SnapshotAnalysis(snapshot.date, enclaves, contested)


def _tell(analysis: SnapshotAnalysis, feedback: Feedback) -> None:
    date = format_date(analysis.date)
    prefix = f"{date}: " if date else ""
    feedback.info(
        prefix
        + tr("enclaves: {}, factions: {}, area held: {:,.1f} km2.").format(
            len(analysis.enclaves),
            len({enclave.faction for enclave in analysis.enclaves}),
            sum(enclave.area_km2 for enclave in analysis.enclaves),
        )
    )
    for contested in analysis.contested:
        if contested.area_km2 >= _WORTH_REPORTING_KM2:
            feedback.warning(
                prefix
                + tr("contested: {}, {:,.2f} km2 held by both and counted in both.").format(
                    " + ".join(contested.factions), contested.area_km2
                )
            )
