"""Where `buildseries` takes dates and factions from, and what can be wrong with that."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from qgis.core import QgsExpression, QgsVectorLayer

from ...core.errors import DateError, FactionError, ParameterError
from ...core.i18n import tr
from .. import parameters as keys
from ..inputs import Inputs, read_moment
from . import seriesparameters as own
from .gather import Rules
from .sources import files_in

if TYPE_CHECKING:
    from typing import Sequence

    from ...core.feedback import Feedback
    from ...core.namepattern import DateInName
    from .sources import Source

__all__ = ["check_series_inputs", "chosen_by", "rules_for", "wildcard_of"]

_FEW_FACTIONS = 3


def check_series_inputs(inputs: Inputs) -> list[QgsVectorLayer]:
    """Return the layers given, none with a folder. For the main thread.

    Raises
    ------
    EnclaveWatchError : the first thing that is wrong with what the user gave
    """
    from ...core.namepattern import compile_pattern

    wildcard = wildcard_of(inputs)
    if inputs.has(own.LAYERS) == inputs.has(own.FOLDER):
        raise ParameterError(tr("Give either layers (LAYERS) or a folder (FOLDER)."))
    _check_one_of(inputs, (own.FACTION, keys.FACTION_FIELD, own.FACTION_EXPRESSION))
    dates_by = (keys.DATE_FIELD, own.DATE_EXPRESSION)
    _check_one_of(inputs, dates_by if wildcard else (*dates_by, own.PATTERN))
    is_from_features = inputs.has(keys.DATE_FIELD) or inputs.has(own.DATE_EXPRESSION)
    if inputs.has(keys.END_FIELD) and not is_from_features:
        raise ParameterError(
            tr(
                "An end date field (END_FIELD) needs a date field (DATE_FIELD) or expression "
                "(DATE_EXPRESSION) too, which says when a polygon begins to count."
            )
        )
    if is_from_features and own.choice(inputs, own.DATES_FROM) != "auto":
        raise ParameterError(
            tr("DATES_FROM goes with no date field and no date expression: leave it at auto.")
        )
    if inputs.has(own.PATTERN) and wildcard is None:
        compile_pattern(inputs.text(own.PATTERN) or "")
    for key in (own.FACTION_EXPRESSION, own.DATE_EXPRESSION):
        _check_expression(inputs, key)
    read_moment(inputs, own.LAST_END)
    if inputs.has(own.FOLDER):
        recursive = inputs.algorithm.parameterAsBool(inputs.values, own.RECURSIVE, inputs.context)
        files_in(inputs.text(own.FOLDER) or "", recursive=recursive, wildcard=wildcard)
        return []
    return _layers(inputs)


def wildcard_of(inputs: Inputs) -> str | None:
    """Return the pattern, where it only chooses files."""
    from ...core.namepattern import is_wildcard

    pattern = inputs.text(own.PATTERN)
    return pattern if pattern and is_wildcard(pattern) else None


def chosen_by(wildcard: str | None, sources: Sequence[Source]) -> list[Source]:
    """Return the layers whose names a wildcard fits; without one, all.

    Raises
    ------
    ParameterError : if it fits none
    """
    from ...core.namepattern import fits

    chosen = [each for each in sources if wildcard is None or fits(each.name, wildcard)]
    if not chosen:
        raise ParameterError(
            tr(
                'Pattern (PATTERN) "{pattern}" fits none of {count} layers, such as "{name}".'
            ).format(pattern=wildcard, count=len(sources), name=sources[0].name)
        )
    return chosen


def rules_for(
    inputs: Inputs, sources: Sequence[Source], feedback: Feedback
) -> tuple[list[Source], Rules]:
    """Return the sources that have a date, and where faction and dates of each come from.

    Raises
    ------
    DateError : if dates cannot be told from names
    FactionError : if a name says nothing but its date
    """
    rules = Rules(
        faction=inputs.text(own.FACTION),
        faction_expression=inputs.text(own.FACTION_EXPRESSION),
        faction_field=inputs.text(keys.FACTION_FIELD),
        date_expression=inputs.text(own.DATE_EXPRESSION),
        date_field=inputs.text(keys.DATE_FIELD),
        end_field=inputs.text(keys.END_FIELD),
        end_inclusive=inputs.algorithm.parameterAsBool(
            inputs.values, keys.END_INCLUSIVE, inputs.context
        ),
    )
    if rules.date_expression or rules.date_field:
        return list(sources), rules
    if _is_temporal(inputs, sources):
        feedback.info(tr("Dates: the temporal settings of the layers."))
        return list(sources), rules
    names, dates = _dates_of_names(inputs, sources, feedback)
    kept = [source for source, date in zip(sources, dates) if date is not None]
    rules = replace(
        rules,
        dates={s.label: date.moment for s, date in zip(sources, dates) if date is not None},
    )
    if rules.faction_is_name:
        rules = replace(rules, names=_factions_of_names(sources, names, dates, feedback))
    return kept, rules


def _is_temporal(inputs: Inputs, sources: Sequence[Source]) -> bool:
    wanted = own.choice(inputs, own.DATES_FROM)
    has_pattern = inputs.has(own.PATTERN) and wildcard_of(inputs) is None
    if wanted == "temporal" and has_pattern:
        raise ParameterError(
            tr("A PATTERN goes with dates from names, not with DATES_FROM=temporal.")
        )
    if wanted == "auto" and not has_pattern:
        return all(source.has_times for source in sources)
    return wanted == "temporal"


def _dates_of_names(
    inputs: Inputs, sources: Sequence[Source], feedback: Feedback
) -> tuple[Sequence[str], list[DateInName | None]]:
    """Return what was read, names or paths, and the date in each."""
    from ...core.dates import format_date
    from ...core.filenames import read_names
    from ...core.namepattern import read_by_pattern

    names: Sequence[str] = [source.name for source in sources]
    paths = [source.path for source in sources]
    pattern = inputs.text(own.PATTERN)
    dates: list[DateInName | None]
    if pattern and wildcard_of(inputs) is None:
        names = paths if "/" in pattern else names
        dates = read_by_pattern(names, pattern)
        if not any(dates):
            raise DateError(
                tr(
                    'Pattern (PATTERN) "{pattern}" gives no date in any of {count} names, such as '
                    '"{name}".'
                ).format(pattern=pattern, count=len(names), name=names[0])
            )
    else:
        today = datetime.now(timezone.utc).replace(tzinfo=None)
        found = read_names(names, today=today, paths=paths)
        pattern, names, dates = found.pattern, found.names, list(found.dates)
    name, date = next((n, d) for n, d in zip(names, dates) if d is not None)
    feedback.info(
        tr('Dates: the names, read as {pattern} ("{name}" is {date}).').format(
            pattern=pattern, name=name, date=format_date(date.moment)
        )
    )
    return names, dates


def _factions_of_names(
    sources: Sequence[Source],
    read: Sequence[str],
    dates: Sequence[DateInName | None],
    feedback: Feedback,
) -> dict[str, str]:
    from ...core.filenames import without_date

    names = {}
    for source, name, date in zip(sources, read, dates):
        if date is None:
            continue
        # the date of a file with a layer for each faction is in the file's name
        is_of_file = source.layer and date.end <= len(name) - len(source.layer)
        names[source.label] = source.layer if is_of_file else without_date(name, date)
    nameless = [label for label, name in names.items() if not name]
    if nameless:
        raise FactionError(
            tr(
                'Source "{label}" has nothing but a date in its name, so who holds the ground is '
                "not known. Give FACTION, or a faction field or expression."
            ).format(label=nameless[0])
        )
    factions = sorted(set(names.values()))
    tell = feedback.warning if len(names) == len(factions) > _FEW_FACTIONS else feedback.info
    tell(
        tr("Factions: the names without their dates, {count} in all, such as {name}.").format(
            count=len(factions), name=factions[0]
        )
    )
    return names


def _check_one_of(inputs: Inputs, several: Sequence[str]) -> None:
    given = [key for key in several if inputs.has(key)]
    if len(given) > 1:
        raise ParameterError(tr("Give only one of {keys}.").format(keys=", ".join(given)))


def _check_expression(inputs: Inputs, key: str) -> None:
    if not inputs.has(key):
        return
    expression = QgsExpression(inputs.text(key))
    if expression.hasParserError():
        label = inputs.algorithm.parameterDefinition(key).description()
        raise ParameterError(
            tr("{label} ({key}) cannot be understood: {reason}").format(
                label=label, key=key, reason=expression.parserErrorString()
            )
        )


def _layers(inputs: Inputs) -> list[QgsVectorLayer]:
    found = inputs.algorithm.parameterAsLayerList(inputs.values, own.LAYERS, inputs.context)
    given = inputs.values.get(own.LAYERS)
    if isinstance(given, (list, tuple)) and len(found) < len(given):
        raise ParameterError(
            tr("Layers (LAYERS): {missing} of the {count} given cannot be opened: {names}.").format(
                missing=len(given) - len(found), count=len(given), names=", ".join(map(str, given))
            )
        )
    layers = [layer for layer in found if isinstance(layer, QgsVectorLayer)]
    if not layers:
        raise ParameterError(tr("Layers (LAYERS): none of those given is a vector layer."))
    return layers
