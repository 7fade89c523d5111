"""Any two dates of an analysis compared, by the functions that the algorithms call."""

from __future__ import annotations

from dataclasses import astuple, replace
from threading import Lock
from typing import TYPE_CHECKING, Sequence

from ..core.feedback import Feedback
from .results import Comparison, DrawnStretch

if TYPE_CHECKING:
    from datetime import datetime

    from ..core.changes import Step as ChangeStep
    from ..core.contactchanges import ContactChange
    from ..core.history import Step, TracedEnclave
    from ..core.lineage import LinkRule, Relative
    from ..core.memory import SeriesMemory
    from ..processing.histories import Survey
    from .results import DateResult

__all__ = ["Comparer"]


class _Relay(Feedback):
    """Lets those who took it for good hear the feedback of the moment."""

    def __init__(self) -> None:
        self.target = Feedback()

    def info(self, text: str) -> None:
        self.target.info(text)

    def warning(self, text: str) -> None:
        self.target.warning(text)

    def is_cancelled(self) -> bool:
        return self.target.is_cancelled()


class Comparer:
    """Compares dates of one analysis.

    While the analysis goes on it is that run's alone; from `settle` on any thread may use it.

    Parameters
    ----------
    min_width_m : what is narrower on average is redrawing, not change
    memory : what is known from earlier runs; not used any more once the analysis is done
    """

    def __init__(
        self, survey: Survey, rule: LinkRule, min_width_m: float, memory: SeriesMemory
    ) -> None:
        from ..core.changes import ChangeFinder
        from ..core.ground import GroundMatcher

        store = survey.series.store
        self._survey = survey
        self._rule = rule
        self._memory: SeriesMemory | None = memory
        self._what = (rule, min_width_m, *astuple(survey.parameters))
        self._feedback = _Relay()
        self._finder = ChangeFinder(store, min_width_m=min_width_m, feedback=self._feedback)
        self._matcher = GroundMatcher(store, survey.geography)
        self._snapshots = {each.date: each for each in survey.series.moments}
        self._results: Sequence[DateResult] = ()
        self._known: dict[tuple[int, int], Comparison] = {}
        self._lock = Lock()

    def settle(self, results: Sequence[DateResult]) -> None:
        """Take the dates of the analysis, now that it is done."""
        self._results = results
        self._memory = None

    def known(self, from_index: int, to_index: int) -> Comparison | None:
        """Return a comparison that was made before."""
        if to_index == from_index + 1:
            return self._results[to_index].since
        return self._known.get((from_index, to_index))

    def compare(self, from_index: int, to_index: int, feedback: Feedback) -> Comparison:
        """Return what changed from one date to another, be it an earlier one."""
        # one at a time, since the finder learns from each
        with self._lock:
            feedback.check()
            found = self.known(from_index, to_index)
            if found is None:
                old, new = self._results[from_index], self._results[to_index]
                change = self.changes(old.date, new.date, feedback)
                feedback.progress(0.5)
                step = _far_step(self._survey, self._rule, old, new, feedback)
                found = self.comparison(change, step, feedback)
                self._known[from_index, to_index] = found
            return found

    def changes(self, before: datetime, after: datetime, feedback: Feedback) -> ChangeStep:
        """Return the ground that changed hands from one moment to another, and where it lies."""
        from ..core.changes import located

        one, two = self._snapshots[before], self._snapshots[after]
        self._feedback.target = feedback

        def compared() -> ChangeStep:
            least_km2 = self._survey.parameters.min_presence_km2
            return located(self._finder.compare(one, two), self._matcher, least_km2)

        if self._memory is None:
            return compared()
        return self._memory.of_snapshots(("changes", self._what), one, two, compared)

    def comparison(self, change: ChangeStep, step: Step, feedback: Feedback) -> Comparison:
        """Return what changed of ground, of border contact and of enclaves."""
        from ..core.changes import matrix_km2

        contacts, stretches = self._contacts(step, feedback)
        return Comparison(
            from_date=change.from_date,
            to_date=change.to_date,
            transitions=change.transitions,
            matrix_km2=matrix_km2([each for each in change.transitions if not each.is_redraw]),
            contacts=contacts,
            stretches=stretches,
            change_km2=_change_km2(step),
        )

    def _contacts(
        self, step: Step, feedback: Feedback
    ) -> tuple[tuple[ContactChange, ...], tuple[DrawnStretch, ...]]:
        from ..core.contactchanges import changed_stretches, contact_changes

        ruler, least_km = self._survey.ruler, self._survey.parameters.min_contact_km

        def found() -> tuple[tuple[ContactChange, ...], tuple[DrawnStretch, ...]]:
            changes = contact_changes(step, ruler, least_km=least_km, feedback=feedback)
            stretches = changed_stretches(step, ruler, least_km=least_km, feedback=feedback)
            return tuple(changes), tuple(DrawnStretch(each, each.geometry) for each in stretches)

        if self._memory is None or step.analysis_before is None:
            return found()
        ids = tuple(tuple(each.enclave_id for each in side) for side in (step.before, step.after))
        what = ("contacts", self._what, ids)
        return self._memory.of_pair(what, step.analysis_before, step.analysis, found)


def _change_km2(step: Step) -> dict[int, float]:
    before_km2 = {each.enclave_id: each.enclave.area_km2 for each in step.before}
    return {
        each.enclave_id: each.enclave.area_km2 - before_km2.get(each.enclave_id, 0.0)
        for each in step.after
    }


def _far_step(
    survey: Survey, rule: LinkRule, old: DateResult, new: DateResult, feedback: Feedback
) -> Step:
    """Return a step between two dates that need not follow each other.

    The lineage is that of the two dates alone, told with the ids of the whole series.
    """
    from ..core.history import trace

    _, step = trace(
        [old.analysis, new.analysis],
        geodesy=survey.series.store.geodesy,
        rule=rule,
        min_area_km2=survey.parameters.min_area_km2,
        feedback=feedback,
    )
    ids_before, ids_after = _ids(step.before, old), _ids(step.after, new)
    return replace(
        step,
        before=tuple(
            replace(
                each,
                enclave_id=ids_before[each.enclave_id],
                children=_renumbered(each.children, ids_after),
            )
            for each in step.before
        ),
        after=tuple(
            replace(
                each,
                enclave_id=ids_after[each.enclave_id],
                parents=_renumbered(each.parents, ids_before),
            )
            for each in step.after
        ),
    )


def _ids(traced: Sequence[TracedEnclave], result: DateResult) -> dict[int, int]:
    """Return the ids of the series by those of a step."""
    of_series = {id(each.enclave): each.enclave_id for each in result.enclaves}
    return {each.enclave_id: of_series[id(each.enclave)] for each in traced}


def _renumbered(relatives: Sequence[Relative], ids: dict[int, int]) -> tuple[Relative, ...]:
    return tuple(replace(each, enclave_id=ids[each.enclave_id]) for each in relatives)
