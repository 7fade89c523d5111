"""`enclavewatch:auditcontrol`: what is wrong with a control layer, and a repaired copy."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessing,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)

from ...core.errors import EmptyLayerError
from ...core.feedback import Feedback
from ...core.i18n import tr
from .. import parameters as keys
from ..base import EnclaveWatchAlgorithm, Texts
from ..changestyles import style_table
from ..convert import crs_text
from ..definitions import distance_parameter, sink, with_help
from ..headlines import COUNT, SUMMARY, number_output, text_output
from ..help import field_entries
from ..inputs import Inputs, source_label
from ..output import ResultWriter, name_and_style_on_load
from .auditreader import AuditFields, read_audit_rows
from .columns import count_columns, problem_columns
from .fixed import FixedWriter
from .style import style_copy, style_problems

if TYPE_CHECKING:
    from qgis.core import QgsProcessingOutputDefinition, QgsProcessingParameterDefinition

    from ...core.audit import AuditRow, KindCount, Problem
    from ...core.series import Series
    from ..help import HelpEntry

__all__ = ["AuditControl"]

_KEYS = (
    keys.CONTROL,
    keys.FACTION_FIELD,
    keys.DATE_FIELD,
    keys.END_FIELD,
    keys.END_INCLUSIVE,
)
_SLIVER_WIDTH_M = 25.0
_JUMP_FACTOR = 10.0
_NO_GEOMETRY = QgsWkbTypes.Type.NoGeometry


class AuditControl(EnclaveWatchAlgorithm):
    """Tells what would make figures wrong, and repairs what can be without a decision."""

    NAME = "auditcontrol"
    GROUP = "data"
    SLIVER_WIDTH = "SLIVER_WIDTH"
    JUMP_FACTOR = "JUMP_FACTOR"
    TABLE = "TABLE"
    FIXED = "FIXED"
    ERRORS = "ERRORS"
    WARNINGS = "WARNINGS"
    NOTES = "NOTES"
    INVALID = "INVALID"
    OVERLAPS = "OVERLAPS"
    OVERLAP_KM2 = "OVERLAP_KM2"
    GAPS = "GAPS"
    SLIVERS = "SLIVERS"
    MISSING_COUNT = "MISSING_COUNT"
    MISSING = "MISSING"
    REDEFINITIONS = "REDEFINITIONS"
    REPAIRED = "REPAIRED"
    DROPPED = "DROPPED"

    def texts(self) -> Texts:
        """Return what the toolbox says of it."""
        return Texts(
            title=tr("Audit control layer"),
            summary=tr(
                "Everything that is wrong with a control layer: geometry, factions, dates, "
                "overlaps, gaps, slivers, missing days, sudden redefinitions; and a repaired copy."
            ),
            tags=tr(
                "audit,check,validity,topology,overlap,gap,sliver,repair,fix,missing,control,"
                "faction"
            ),
        )

    def help_fields(self) -> list[HelpEntry]:
        """Return the fields of the result."""
        return field_entries(problem_columns(has_times=False))

    def declared_parameters(self) -> Sequence[QgsProcessingParameterDefinition]:
        """Return what the user gives, results among it."""
        polygon = QgsProcessing.SourceType.TypeVectorPolygon
        table = QgsProcessing.SourceType.TypeVector
        jump_factor = QgsProcessingParameterNumber(
            self.JUMP_FACTOR,
            tr("Jump factor"),
            QgsProcessingParameterNumber.Type.Double,
            defaultValue=_JUMP_FACTOR,
            minValue=1.0,
        )
        return (
            *keys.make_parameters(_KEYS),
            distance_parameter(
                self.SLIVER_WIDTH,
                tr("Sliver width"),
                _SLIVER_WIDTH_M,
                tr("In metres. What is narrower than this on average is a sliver."),
            ),
            with_help(
                jump_factor,
                tr(
                    "A change of a faction's area so many times its usual one is a sudden "
                    "redefinition. The help has the whole rule."
                ),
                advanced=True,
            ),
            sink(keys.OUTPUT, tr("Problems"), polygon),
            sink(
                self.TABLE, tr("Table of problems by kind"), table, optional=True, by_default=False
            ),
            sink(self.FIXED, tr("Repaired copy"), polygon, optional=True, by_default=False),
        )

    def declared_outputs(self) -> Sequence[QgsProcessingOutputDefinition]:
        """Return the headline figures."""
        return (
            number_output(COUNT, tr("Number of problems")),
            number_output(self.ERRORS, tr("Number of errors")),
            number_output(self.WARNINGS, tr("Number of warnings")),
            number_output(self.NOTES, tr("Number of notes")),
            number_output(self.INVALID, tr("Number of invalid geometries")),
            number_output(self.OVERLAPS, tr("Number of overlaps between factions")),
            number_output(self.OVERLAP_KM2, tr("Area of all overlaps, each once (km2)")),
            number_output(self.GAPS, tr("Number of gaps")),
            number_output(self.SLIVERS, tr("Number of slivers")),
            number_output(self.MISSING_COUNT, tr("Number of missing days")),
            text_output(self.MISSING, tr("Missing days, by the usual step of the series")),
            number_output(self.REDEFINITIONS, tr("Number of sudden redefinitions")),
            number_output(self.REPAIRED, tr("Number of features repaired in the copy")),
            number_output(self.DROPPED, tr("Number of features left out of the copy")),
            text_output(SUMMARY, tr("The problems in words, one line a kind")),
        )

    def compute(self, inputs: Inputs, feedback: Feedback) -> dict[str, Any]:
        """Read, look, write."""
        from ...core.audit import counts_of, row_problems

        fixed = FixedWriter(inputs, self.FIXED) if inputs.has(self.FIXED) else None
        rows = _read(inputs, fixed, feedback)
        dated = inputs.has(keys.DATE_FIELD)
        today = datetime.now(timezone.utc).replace(tzinfo=None)
        problems = list(row_problems(rows, dated=dated, today=today, feedback=feedback))
        feedback.progress(0.2)
        problems += self._problems_of_series(inputs, rows, feedback)
        problems.sort(key=lambda each: (each.severity.value, each.kind.value, str(each.date)))
        counts = counts_of(problems)
        outputs = {keys.OUTPUT: self._written(inputs, problems, feedback)}
        if inputs.has(self.TABLE):
            outputs[self.TABLE] = self._table(inputs, counts, feedback)
        outputs.update(self._figures(counts))
        outputs.update({self.REPAIRED: 0, self.DROPPED: 0})
        if fixed is not None:
            fixed.close(feedback)
            _tell_unrepaired(counts, feedback)
            self._name_copy_on_load(inputs, fixed, rows)
            outputs[self.FIXED] = fixed.output_id
            outputs.update({self.REPAIRED: fixed.repaired, self.DROPPED: fixed.dropped})
        for line in outputs[SUMMARY].splitlines():
            feedback.info(line)
        return outputs

    def _problems_of_series(
        self, inputs: Inputs, rows: Sequence[AuditRow], feedback: Feedback
    ) -> list[Problem]:
        from ...core.auditground import ground_problems
        from ...core.auditjumps import missing_date_problems, redefinitions

        series = _series(inputs, rows, feedback)
        if series is None:
            return []
        width_m, factor = (
            inputs.algorithm.parameterAsDouble(inputs.values, key, inputs.context)
            for key in (self.SLIVER_WIDTH, self.JUMP_FACTOR)
        )
        found = ground_problems(series, sliver_width_m=width_m, feedback=feedback.part(0.2, 0.8))
        if not inputs.has(keys.END_FIELD):
            found += missing_date_problems(series)
        return found + redefinitions(series, jump_factor=factor, feedback=feedback)

    def _written(self, inputs: Inputs, problems: Sequence[Problem], feedback: Feedback) -> str:
        columns = problem_columns(has_times=_has_times(problems))
        source = inputs.source(keys.CONTROL)
        polygon = QgsWkbTypes.Type.MultiPolygon
        writer = ResultWriter(inputs, keys.OUTPUT, columns, polygon, source.sourceCrs())
        for problem in problems:
            writer.write(problem, problem.geometry)
        writer.close(feedback)
        name_and_style_on_load(
            inputs,
            keys.OUTPUT,
            writer,
            name=tr("Problems: {layer}").format(layer=source.sourceName()),
            columns=columns,
            style=style_problems,
            factions=(),
        )
        return writer.output_id

    def _table(self, inputs: Inputs, counts: Sequence[KindCount], feedback: Feedback) -> str:
        has_times = _has_times([problem for each in counts for problem in each.problems])
        columns = count_columns(has_times=has_times)
        nowhere = QgsCoordinateReferenceSystem()
        writer = ResultWriter(inputs, self.TABLE, columns, _NO_GEOMETRY, nowhere)
        for count in counts:
            writer.write(count, None)
        writer.close(feedback)
        name_and_style_on_load(
            inputs,
            self.TABLE,
            writer,
            name=tr("Counts of problems: {layer}").format(
                layer=inputs.source(keys.CONTROL).sourceName()
            ),
            columns=columns,
            style=style_table,
            factions=(),
        )
        return writer.output_id

    def _name_copy_on_load(
        self, inputs: Inputs, fixed: FixedWriter, rows: Sequence[AuditRow]
    ) -> None:
        faction_field = inputs.text(keys.FACTION_FIELD)
        date_field, end_field = inputs.text(keys.DATE_FIELD), inputs.text(keys.END_FIELD)
        inclusive = inputs.algorithm.parameterAsBool(
            inputs.values, keys.END_INCLUSIVE, inputs.context
        )
        name = inputs.source(keys.CONTROL).sourceName()
        name_and_style_on_load(
            inputs,
            self.FIXED,
            fixed,
            name=tr("Repaired: {layer}").format(layer=name),
            columns=(),
            style=lambda layer, factions: style_copy(
                layer,
                factions,
                faction_field=faction_field,
                date_field=date_field,
                end_field=end_field,
                end_inclusive=inclusive,
            ),
            factions=sorted({each.row.faction for each in rows if each.row.faction}),
        )

    def _figures(self, counts: Sequence[KindCount]) -> dict[str, Any]:
        from ...core.audit import Kind, Severity
        from ...core.dates import format_date

        of_kind = {each.kind: each for each in counts}

        def number(kind: Kind) -> int:
            return len(of_kind[kind].problems)

        def so_bad(severity: Severity) -> int:
            return sum(number(kind) for kind in Kind if kind.severity is severity)

        missing = of_kind[Kind.MISSING_DATE].problems
        return {
            COUNT: sum(number(kind) for kind in Kind),
            self.ERRORS: so_bad(Severity.ERROR),
            self.WARNINGS: so_bad(Severity.WARNING),
            self.NOTES: so_bad(Severity.NOTE),
            self.INVALID: number(Kind.INVALID_GEOMETRY),
            self.OVERLAPS: number(Kind.OVERLAP),
            self.OVERLAP_KM2: of_kind[Kind.OVERLAP].area_km2 or 0.0,
            self.GAPS: number(Kind.GAP),
            self.SLIVERS: number(Kind.SLIVER),
            self.MISSING_COUNT: len(missing),
            self.MISSING: "; ".join(format_date(problem.date) for problem in missing),
            self.REDEFINITIONS: number(Kind.REDEFINITION),
            SUMMARY: _summary(counts),
        }


class _Quiet(Feedback):
    """Lets a run be cancelled, and says nothing: what is skipped is a problem of its own here."""

    def __init__(self, feedback: Feedback) -> None:
        self._feedback = feedback

    def is_cancelled(self) -> bool:
        return self._feedback.is_cancelled()


def _read(inputs: Inputs, fixed: FixedWriter | None, feedback: Feedback) -> list[AuditRow]:
    source = inputs.source(keys.CONTROL)
    fields = AuditFields(
        inputs.text(keys.FACTION_FIELD),
        inputs.text(keys.DATE_FIELD),
        inputs.text(keys.END_FIELD),
        inputs.algorithm.parameterAsBool(inputs.values, keys.END_INCLUSIVE, inputs.context),
    )
    label = source_label(tr("Control layer"), source)
    rows = []
    for feature, row in read_audit_rows(source, fields, label, feedback):
        rows.append(row)
        if fixed is not None:
            fixed.write(feature, row)
    return rows


def _series(inputs: Inputs, rows: Sequence[AuditRow], feedback: Feedback) -> Series | None:
    """Return what is good of the layer as a series; None where nothing is."""
    from ...core.series import read_series

    source = inputs.source(keys.CONTROL)
    try:
        return read_series(
            (audited.row for audited in rows if audited.unread_date is None),
            layer_name=source.sourceName(),
            crs=crs_text(source.sourceCrs()),
            dated=inputs.has(keys.DATE_FIELD),
            end_field=inputs.has(keys.END_FIELD),
            feedback=_Quiet(feedback),
        )
    except EmptyLayerError as error:
        feedback.warning(str(error))
        return None


def _tell_unrepaired(counts: Sequence[KindCount], feedback: Feedback) -> None:
    left = [each for each in counts if each.problems and not each.kind.is_repairable]
    if left:
        feedback.info(
            tr("Not repaired in the copy, but left to you: {kinds}.").format(
                kinds="; ".join(f"{each.kind.value} {len(each.problems)}" for each in left)
            )
        )


def _has_times(problems: Sequence[Problem]) -> bool:
    from ...core.dates import format_date

    return any(" " in format_date(problem.date) for problem in problems)


def _summary(counts: Sequence[KindCount]) -> str:
    lines = [
        tr("{severity}, {kind}: {count}").format(
            severity=each.kind.severity.value, kind=each.kind.value, count=len(each.problems)
        )
        for each in counts
        if each.problems
    ]
    return "\n".join(lines) or tr("No problems found.")
