"""Algorithms that give, for every snapshot of a control layer, something about its enclaves."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable, Iterator

from ..core.i18n import tr
from . import parameters as keys
from .base import EnclaveWatchAlgorithm
from .controlseries import read_series_of
from .headlines import DATES, FEATURES, LAST_DATE, SUMMARY, tell_summary
from .help import HelpEntry, field_entries
from .inputs import Inputs, engine_parameters, read_geography
from .results import Result, writing
from .workerparameters import workers_of

if TYPE_CHECKING:
    from ..core.feedback import Feedback
    from ..core.geography import Geography
    from ..core.model import Enclave
    from ..core.series import Series
    from ..core.timeline import SnapshotAnalysis
    from .fields import Column
    from .help import HelpEntry
    from .output import ResultWriter, StyleFunction

__all__ = [
    "Finding",
    "SnapshotAlgorithm",
]

_HECTARE_KM2 = 0.01
_SQUARE_METRE_KM2 = 1e-6


@dataclass(frozen=True)
class Finding:
    """What a run has to go on once all is read: the same for every snapshot."""

    series: Series
    geography: Geography
    min_area_km2: float

    def shown(self, enclaves: Iterable[Enclave]) -> list[Enclave]:
        """Return the enclaves that are large enough to become features."""
        return [enclave for enclave in enclaves if enclave.area_km2 >= self.min_area_km2]

    @property
    def home_label(self) -> str:
        """Return the home country's names, as a text."""
        names = ", ".join(self.geography.home_names)
        return names or tr("the reference area")


class SnapshotAlgorithm(EnclaveWatchAlgorithm):
    """Reads, analyses snapshot by snapshot, and writes each one's rows as soon as it is done."""

    @abstractmethod
    def columns(self, *, has_times: bool) -> tuple[Column, ...]:
        """Return the fields of the result."""

    @abstractmethod
    def wkb_type(self) -> int:
        """Return the geometry type of the result."""

    @abstractmethod
    def rows(self, analysis: SnapshotAnalysis, finding: Finding) -> Iterator[tuple[Any, Any]]:
        """Yield the rows of one snapshot, each with its shapely geometry."""

    @abstractmethod
    def figures(self, last: SnapshotAnalysis, finding: Finding) -> dict[str, Any]:
        """Return the headline figures of the last snapshot."""

    @abstractmethod
    def layer_title(self) -> str:
        """Return what the result is, for the name of its layer."""

    @abstractmethod
    def style(self) -> StyleFunction:
        """Return the function that styles the result."""

    def help_fields(self) -> list[HelpEntry]:
        """Return the fields of the result."""
        return field_entries(self.columns(has_times=False))

    def compute(self, inputs: Inputs, feedback: Feedback) -> dict[str, Any]:
        """Read, analyse, write."""
        from ..core.timeline import analyse

        parameters = engine_parameters(inputs)
        series = read_series_of(inputs, feedback.part(0.0, 0.1))
        geography = read_geography(inputs, series, parameters, feedback.part(0.1, 0.2))
        finding = Finding(series, geography, parameters.min_area_km2)
        columns = self.columns(has_times=series.has_times)
        result = Result(keys.OUTPUT, columns, self.wkb_type(), self.layer_title(), self.style())
        last = None
        with writing(inputs, result, series, feedback) as writer:
            for last in analyse(
                series,
                geography,
                parameters,
                feedback.part(0.2, 1.0),
                workers=workers_of(inputs),
            ):
                self._write_snapshot(last, finding, writer, feedback)
        outputs = _run_figures(writer, series)
        if last is not None:
            outputs.update(self.figures(last, finding))
            tell_summary(outputs[SUMMARY].splitlines(), feedback)
        return {keys.OUTPUT: writer.output_id, **outputs}

    def _write_snapshot(
        self,
        analysis: SnapshotAnalysis,
        finding: Finding,
        writer: ResultWriter,
        feedback: Feedback,
    ) -> None:
        for row, geometry in self.rows(analysis, finding):
            feedback.check()
            writer.write(row, geometry)
        _tell_left_out(analysis, finding, feedback)
        _tell_specks(analysis, finding, feedback)


def _run_figures(writer: ResultWriter, series: Series) -> dict[str, Any]:
    from ..core.dates import format_date

    last_date = series.snapshots[-1].date if series.snapshots else None
    return {
        FEATURES: writer.count,
        DATES: len(series.snapshots),
        LAST_DATE: format_date(last_date),
        SUMMARY: "",
    }


def _tell_left_out(analysis: SnapshotAnalysis, finding: Finding, feedback: Feedback) -> None:
    from ..core.dates import format_date

    left_out = len(analysis.enclaves) - len(finding.shown(analysis.enclaves))
    if left_out:
        feedback.info(
            tr("{date}: enclaves under {least:g} km2, left out of the features: {count}.").format(
                date=format_date(analysis.date) or tr("Undated"),
                count=left_out,
                least=finding.min_area_km2,
            )
        )


def _tell_specks(analysis: SnapshotAnalysis, finding: Finding, feedback: Feedback) -> None:
    """Tell of enclaves so small that their area reads 0.00 km2: drawing or digits made them."""
    from ..core.dates import format_date

    shown = finding.shown(analysis.enclaves)
    specks = [each for each in shown if each.area_km2 < _HECTARE_KM2]
    if specks:
        feedback.info(
            tr(
                "{date}: enclaves under a hectare: {count}, under a square metre: {dust} "
                "({factions}). They count as enclaves; MIN_AREA leaves them out of the features."
            ).format(
                date=format_date(analysis.date) or tr("Undated"),
                count=len(specks),
                dust=sum(each.area_km2 < _SQUARE_METRE_KM2 for each in specks),
                factions=", ".join(sorted({each.faction for each in specks})),
            )
        )
