"""Every snapshot of a series with its enclaves and their figures.

Algorithms and dock call this one module, so that no figure can differ between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Iterator, Sequence

from .crews import ALONE
from .dates import format_date
from .i18n import tr
from .model import Findings
from .pace import Pace
from .surveying import Job, surveying

if TYPE_CHECKING:
    from datetime import datetime

    from .crews import Crew, Workers
    from .feedback import Feedback
    from .geography import Geography
    from .memory import SeriesMemory
    from .model import Contested, Enclave, Parameters, Snapshot
    from .series import Series
    from .surveying import Surveys

__all__ = ["SnapshotAnalysis", "analyse"]

_WORTH_REPORTING_KM2 = 0.01
_WORTH_WARNING = 0.01


@dataclass(frozen=True)
class SnapshotAnalysis:
    """The enclaves of one date, ordered by faction and rank, and the ground held twice.

    `is_coverage` says that no two polygons of the snapshot lie over each other; False where that is
    not sure.
    """

    date: datetime | None
    enclaves: tuple[Enclave, ...]
    contested: tuple[Contested, ...]
    is_coverage: bool = False


def analyse(
    series: Series,
    geography: Geography,
    parameters: Parameters,
    feedback: Feedback,
    memory: SeriesMemory | None = None,
    *,
    with_gaps: bool = False,
    plain: bool = False,
    workers: Workers | Crew = ALONE,
) -> Iterator[SnapshotAnalysis]:
    """Yield the analysis of each snapshot, in order of date.

    Enclaves smaller than the least area are among them: they count in all sums, and it is
    the caller who leaves them out of what it shows. Dates that the memory knows are not
    surveyed again.

    Parameters
    ----------
    with_gaps : yield where nobody holds anything between two snapshots as well
    plain : measure all dates by unions, and none arc by arc: slower, the same figures
    workers : who surveys; no figure depends on it

    Raises
    ------
    Cancelled
        When the feedback says so, within about a second.
    RequirementError, WorkerError
        When workers cannot be had, or are lost for good.
    """
    snapshots = series.moments if with_gaps else series.snapshots
    wanted = [
        each for each in snapshots if each.holdings and (memory is None or not memory.knows(each))
    ]
    job = Job(series, geography, parameters, wanted, plain=plain)
    pace = Pace(feedback)
    with surveying(job, workers, pace) as surveys:
        yield from _analyses(snapshots, surveys, geography, memory, pace)
        if surveys.plain_dates and not plain:
            feedback.info(
                tr(
                    "Dates whose polygons overlap, or share edges not to the last digit, or where "
                    "that is not sure: {} of {}. They were measured by a slower way, to the "
                    "same end."
                ).format(surveys.plain_dates, len(snapshots))
            )


def _analyses(
    snapshots: Sequence[Snapshot],
    surveys: Surveys,
    geography: Geography,
    memory: SeriesMemory | None,
    feedback: Feedback,
) -> Iterator[SnapshotAnalysis]:
    count = len(snapshots)
    outside_km2 = held_km2 = 0.0
    for index, snapshot in enumerate(snapshots):
        part = feedback.part(index / count, (index + 1) / count)
        survey = partial(_surveyed, surveys, snapshot, part)
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
    if outside_km2 > _WORTH_WARNING * held_km2:
        feedback.warning(
            tr(
                "{:.1f} % of the ground held lies outside the home country ({}): it counts in "
                "areas and enclaves, not in shares and provinces."
            ).format(100 * outside_km2 / held_km2, ", ".join(geography.home_names))
        )


def _surveyed(surveys: Surveys, snapshot: Snapshot, feedback: Feedback) -> SnapshotAnalysis:
    found = surveys.survey(snapshot, feedback) if snapshot.holdings else Findings((), ())
    return SnapshotAnalysis(snapshot.date, *found)


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
