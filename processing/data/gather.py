"""Features of many layers, read into rows of one control layer."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping

from qgis.core import QgsExpression, QgsFeature, QgsFeatureRequest, QgsWkbTypes

from ...core.assembly import GatheredRow
from ...core.dates import parse_date
from ...core.errors import DateError
from ...core.i18n import tr
from ..convert import crs_text, field_index, plain_value, polygon_wkb
from .temporal import Validity

if TYPE_CHECKING:
    from qgis.core import QgsCoordinateReferenceSystem
    from shapely import Geometry

    from ...core.feedback import Feedback
    from .sources import OpenSource, Source

__all__ = ["Gatherer", "Rules"]

_SHOWN = 5
_ROWS_BETWEEN_CHECKS = 100


@dataclass(frozen=True)
class Rules:
    """Where faction and dates of a feature come from; the first that is given counts.

    `dates` and `names` are those of each source's name, by its label; `end_field` goes with
    either way to take the date from the features.
    """

    faction: str | None = None
    faction_expression: str | None = None
    faction_field: str | None = None
    date_expression: str | None = None
    date_field: str | None = None
    end_field: str | None = None
    end_inclusive: bool = False
    dates: Mapping[str, datetime] | None = None
    names: Mapping[str, str] | None = None

    @property
    def faction_is_name(self) -> bool:
        """Return whether a source's name is the faction's."""
        return not (self.faction or self.faction_expression or self.faction_field)


class Gatherer:
    """Reads source after source, and remembers what it left out.

    Parameters
    ----------
    crs : of the result; None: that of the first source that has one
    """

    def __init__(self, rules: Rules, crs: QgsCoordinateReferenceSystem | None) -> None:
        self.crs = crs
        self.rows: list[GatheredRow] = []
        self.skipped_sources: dict[str, str] = {}
        self._rules = rules
        self._skipped: dict[str, Counter[str]] = defaultdict(Counter)
        self._notes: dict[str, Counter[str]] = defaultdict(Counter)
        self._moved: Counter[str] = Counter()
        self._known: dict[bytes, Geometry | None] = {}

    @property
    def skipped_count(self) -> int:
        """Return how many features were left out."""
        return sum(sum(each.values()) for each in self._skipped.values())

    def read(self, source: Source, feedback: Feedback) -> None:
        """Add the polygons of a source, or remember why there are none.

        Raises
        ------
        FieldError : if it lacks a field that was asked for
        """
        opened = source.open()
        if opened is None:
            self.skipped_sources[source.label] = tr("cannot be opened")
            return
        if not opened.crs.isValid():
            self.skipped_sources[source.label] = tr("no coordinate reference system")
            return
        found = [row for row in self._rows(source, opened, feedback) if row is not None]
        if not found:
            self.skipped_sources[source.label] = tr("nothing in it that can be used")
            return
        self.crs = self.crs or opened.crs
        self.rows += self._brought_over(found, opened.crs, source.label)

    def report(self, feedback: Feedback) -> None:
        """Tell what was left out, and what was changed."""
        for reason in sorted(set(self.skipped_sources.values())):
            labels = [label for label, why in self.skipped_sources.items() if why == reason]
            feedback.warning(
                tr("{count} sources left out, {reason}: {labels}.").format(
                    count=len(labels), reason=reason, labels=_named(labels)
                )
            )
        for tell, table, text in (
            (feedback.warning, self._skipped, tr("{count} features skipped, {what} ({labels}).")),
            (feedback.info, self._notes, tr("{count} features {what} ({labels}).")),
        ):
            for what, counts in sorted(table.items()):
                tell(
                    text.format(
                        count=sum(counts.values()), what=what, labels=_named(sorted(counts))
                    )
                )
        if self._moved and self.crs is not None:
            feedback.warning(
                tr("{count} sources brought to {crs}: {sources}.").format(
                    count=len(self._moved),
                    crs=self.crs.userFriendlyIdentifier(),
                    sources=_named(sorted(self._moved)),
                )
            )

    # ---- one source -----------------------------------------------------------------

    def _rows(
        self, source: Source, opened: OpenSource, feedback: Feedback
    ) -> Iterator[GatheredRow | None]:
        faction_of = self._faction_reader(source, opened)
        validity_of = self._validity_reader(source, opened)
        request = QgsFeatureRequest()
        request.setInvalidGeometryCheck(QgsFeatureRequest.InvalidGeometryCheck.GeometryNoCheck)
        for number, feature in enumerate(opened.features.getFeatures(request)):
            if number % _ROWS_BETWEEN_CHECKS == 0:
                feedback.check()
            yield self._row(feature, source.label, faction_of, validity_of)

    def _row(
        self,
        feature: QgsFeature,
        label: str,
        faction_of: Callable[[QgsFeature], str | None],
        validity_of: Callable[[QgsFeature], Validity],
    ) -> GatheredRow | None:
        geometry = self._polygons(feature, label)
        if geometry is None:
            return None
        faction = faction_of(feature)
        if faction is None:
            return self._skip(tr("no faction"), label)
        try:
            validity = validity_of(feature)
        except DateError:
            return self._skip(tr("a date that cannot be read"), label)
        if validity.start is None:
            return self._skip(tr("no date"), label)
        if validity.end is not None and validity.end <= validity.start:
            return self._skip(tr("an end that is not after the start"), label)
        return GatheredRow(
            faction, validity.start, label, geometry, validity.end, validity.open_ended
        )

    def _polygons(self, feature: QgsFeature, label: str) -> Geometry | None:
        """Return the flat polygons of a feature; the same object for the same bytes."""
        import shapely

        geometry = feature.geometry()
        if geometry.isNull() or geometry.isEmpty():
            return self._skip(tr("no geometry"), label)
        wkb = polygon_wkb(geometry)
        if wkb is None:
            return self._skip(tr("not polygons"), label)
        if QgsWkbTypes.hasZ(geometry.wkbType()) or QgsWkbTypes.hasM(geometry.wkbType()):
            self._notes[tr("had heights or measures, which are dropped")][label] += 1
        flat = QgsWkbTypes.flatType(geometry.wkbType())
        if flat == QgsWkbTypes.Type.GeometryCollection:
            self._notes[tr("are collections, of which the polygons are taken")][label] += 1
        if wkb not in self._known:
            self._known[wkb] = shapely.from_wkb(wkb, on_invalid="ignore")
        polygons = self._known[wkb]
        if polygons is None:
            return self._skip(tr("an outline that is none"), label)
        return polygons

    def _skip(self, reason: str, label: str) -> None:
        self._skipped[reason][label] += 1

    def _faction_reader(
        self, source: Source, opened: OpenSource
    ) -> Callable[[QgsFeature], str | None]:
        rules = self._rules
        if rules.faction_expression:
            evaluate = self._evaluator(rules.faction_expression, opened)
            return lambda feature: _text(evaluate(feature))
        if rules.faction_field:
            index = field_index(opened.features, rules.faction_field, _called(source))
            return lambda feature: _text(feature[index])
        constant = rules.faction or (rules.names or {}).get(source.label, source.name)
        return lambda _feature: _text(constant)

    def _validity_reader(
        self, source: Source, opened: OpenSource
    ) -> Callable[[QgsFeature], Validity]:
        rules = self._rules
        if rules.dates is not None:
            named = Validity(rules.dates[source.label])
            return lambda _feature: named
        if not (rules.date_expression or rules.date_field):
            if opened.validity is None:
                raise DateError(
                    tr(
                        "{source} has no temporal settings. Give layers that have, or take dates "
                        "from somewhere else (DATES_FROM)."
                    ).format(source=_called(source))
                )
            return opened.validity
        if rules.date_expression:
            start_of = self._evaluator(rules.date_expression, opened)
        else:
            start_of = _attribute(opened, rules.date_field, source)
        if not rules.end_field:
            return lambda feature: Validity(_moment(start_of(feature)))
        end_of = _attribute(opened, rules.end_field, source)
        return lambda feature: self._interval(start_of(feature), end_of(feature))

    def _interval(self, start: Any, end: Any) -> Validity:
        until = _moment(end)
        if until is not None and self._rules.end_inclusive:
            until = datetime.combine(until.date(), time.min) + timedelta(days=1)
        return Validity(_moment(start), until, open_ended=until is None)

    def _evaluator(self, text: str, opened: OpenSource) -> Callable[[QgsFeature], Any]:
        expression = QgsExpression(text)
        opened.context.setFields(opened.features.fields())
        expression.prepare(opened.context)

        def evaluate(feature: QgsFeature) -> Any:
            opened.context.setFeature(feature)
            value = expression.evaluate(opened.context)
            return None if expression.hasEvalError() else value

        return evaluate

    def _brought_over(
        self, rows: list[GatheredRow], crs: QgsCoordinateReferenceSystem, label: str
    ) -> list[GatheredRow]:
        from ...core.reproject import reproject

        if crs == self.crs:
            return rows
        geometries = [row.geometry for row in rows]
        moved = reproject(geometries, crs_text(crs), crs_text(self.crs))
        if any(new is not old for new, old in zip(moved, geometries)):
            self._moved[label] += 1
        brought = []
        for row, geometry in zip(rows, moved):
            if geometry is None:
                self._skip(tr("no place in the coordinate reference system of the result"), label)
            else:
                brought.append(replace(row, geometry=geometry))
        return brought


def _attribute(opened: OpenSource, name: str, source: Source) -> Callable[[QgsFeature], Any]:
    index = field_index(opened.features, name, _called(source))
    return lambda feature: feature[index]


def _called(source: Source) -> str:
    return tr('Source "{label}"').format(label=source.label)


def _moment(value: Any) -> datetime | None:
    plain = plain_value(value)
    if plain is None or (isinstance(plain, str) and not plain.strip()):
        return None
    return parse_date(plain)


def _text(value: Any) -> str | None:
    plain = plain_value(value)
    return None if plain is None else str(plain).strip() or None


def _named(names: list[str]) -> str:
    more = tr(" and {count} more").format(count=len(names) - _SHOWN) if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
