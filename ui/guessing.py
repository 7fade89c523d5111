"""Guesses from a project: which layer is the control layer, and which of its fields is what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterable, Sequence

from qgis.core import QgsFeatureRequest, QgsMapLayer, QgsProject, QgsVectorLayer, QgsWkbTypes

from ..processing.convert import plain_value
from .choices import Choices

__all__ = ["fields_guessed", "guessed", "is_own", "likely_fields", "with_name_field"]

_MOST_LOOKED_THROUGH = 50_000
"""So many rows are read, without their geometry, in a moment."""

_OWN = "enclave_watch"
"""How the custom properties begin that mark a layer or group of the dock's own."""

_POLYGON = QgsWkbTypes.GeometryType.PolygonGeometry
_LINE = QgsWkbTypes.GeometryType.LineGeometry
_POINT = QgsWkbTypes.GeometryType.PointGeometry

# the likeliest first; an exact name is likelier than a part of one
_NAMES: dict[str, tuple[str, ...]] = {
    "faction_field": (
        "faction", "controller", "held_by", "control", "holder", "party", "actor", "side",
        "group", "belligerent", "status", "owner", "name",
    ),
    "date_field": (
        "date", "valid_from", "day", "snapshot", "start_date", "start", "from", "begin", "when",
        "time",
    ),
    "end_field": ("valid_to", "valid_until", "end_date", "date_to", "end", "until"),
    "country_field": ("name", "country", "admin", "name_en", "sovereignt", "name_long", "iso_a3"),
    "province_field": ("name", "province", "governorate", "adm1_en", "name_1", "oblast", "state",
                       "region", "name_en"),
    "place_field": ("name", "place", "town", "city", "name_en", "settlement"),
}  # fmt: skip
_FACTION_NAMES_ONLY = frozenset(_NAMES["faction_field"]) - {"status", "owner", "name", "group"}
_CONTROL_LAYERS = (
    "control", "front", "territor", "held", "faction", "enclave", "occupied", "deepstate",
)  # fmt: skip
_COUNTRY_LAYERS = ("countr", "admin_0", "admin0", "adm0", "border", "nations")
_PROVINCE_LAYERS = (
    "provinc", "governorate", "oblast", "admin_1", "admin1", "adm1", "states_prov",
)  # fmt: skip
_PLACE_LAYERS = ("place", "town", "cit", "settlement", "village", "populated")


def guessed(project: QgsProject) -> Choices:
    """Return the choices that a project suggests; those without a control layer where none does."""
    layers = [
        layer
        for layer in project.mapLayers().values()
        if isinstance(layer, QgsVectorLayer) and layer.isValid() and not is_own(project, layer)
    ]
    layers.sort(key=lambda layer: (layer.name().casefold(), layer.id()))
    control = _likeliest_control(layers)
    if control is None:
        return Choices()
    choices = replace(Choices(control=control.id()), **fields_guessed(control))
    others = [layer for layer in layers if layer is not control]
    for choice, names, kinds in (
        ("countries", _COUNTRY_LAYERS, (_POLYGON,)),
        ("provinces", _PROVINCE_LAYERS, (_POLYGON,)),
        ("places", _PLACE_LAYERS, (_POINT,)),
    ):
        for layer in others:
            found = with_name_field(choice, layer)
            if layer.geometryType() in kinds and _has_part(layer.name(), names) and all(found):
                choices = replace(choices, **{choice: found[0], _NAME_FIELDS[choice]: found[1]})
                others = [each for each in others if each is not layer]
                break
    return choices


_NAME_FIELDS = {
    "countries": "country_field",
    "provinces": "province_field",
    "places": "place_field",
}


def with_name_field(choice: str, layer: QgsVectorLayer) -> tuple[str, str]:
    """Return the id of a layer of countries, provinces or places, and its field of names."""
    likely = likely_fields(_NAME_FIELDS[choice], layer)
    return layer.id(), likely[0] if likely else ""


def fields_guessed(layer: QgsVectorLayer) -> dict[str, Any]:
    """Return the fields of a control layer: of the faction, the date, and the end of a row."""
    result = {}
    for choice in ("faction_field", "date_field", "end_field"):
        likely = likely_fields(choice, layer)
        result[choice] = likely[0] if likely else ""
    if not result["date_field"] or _ends_say_nothing(layer, result):
        result["end_field"] = ""
    return result


def _ends_say_nothing(layer: QgsVectorLayer, names: dict[str, str]) -> bool:
    """Return whether each row just ends with the next date, as in layers made by `buildseries`.

    Then the dates alone say as much, and those on which nothing changed are stops too.
    """
    indexes = [layer.fields().lookupField(names[name]) for name in ("date_field", "end_field")]
    if -1 in indexes or layer.featureCount() > _MOST_LOOKED_THROUGH:
        return False
    request = QgsFeatureRequest()
    request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setSubsetOfAttributes(indexes)
    rows = {
        tuple(plain_value(feature[index]) for index in indexes)
        for feature in layer.getFeatures(request)
    }
    if any(value is None for row in rows for value in row):
        return False
    starts = sorted({start for start, _ in rows}, key=str)
    following = dict(zip(starts, starts[1:]))
    return len(starts) > 1 and all(
        end == following[start] for start, end in rows if start in following
    )


def likely_fields(choice: str, layer: QgsVectorLayer) -> list[str]:
    """Return the fields that are likely to be what `choice` names, the likeliest first."""
    scored = []
    for position, field in enumerate(layer.fields()):
        name = field.name().casefold()
        is_date = field.isDateOrTime()
        if choice in ("date_field", "end_field"):
            score = _score(name, _NAMES[choice])
            if score is None and is_date and choice == "date_field":
                score = len(_NAMES[choice])
            # text may be a date; a number is none
            if score is None or not (is_date or _is_text(field)):
                continue
            if choice == "date_field" and _score(name, _NAMES["end_field"], exact=True) is not None:
                continue
            score += 0 if is_date else 100
        else:
            score = _score(name, _NAMES[choice])
            if score is None or not _is_text(field):
                continue
        scored.append((score, position, field.name()))
    return [name for _, _, name in sorted(scored)]


def is_own(project: QgsProject, layer: QgsMapLayer) -> bool:
    """Return whether a layer is one of those that the dock itself draws."""
    node: Any = project.layerTreeRoot().findLayer(layer.id())
    marked = list(layer.customPropertyKeys())
    while node is not None:
        marked += node.customProperties()
        node = node.parent()
    return any(key.startswith(_OWN) for key in marked)


def _likeliest_control(layers: Sequence[QgsVectorLayer]) -> QgsVectorLayer | None:
    best: tuple[int, QgsVectorLayer] | None = None
    for layer in layers:
        if layer.geometryType() != _POLYGON:
            continue
        score = _control_score(layer)
        if score > 0 and (best is None or score > best[0]):
            best = score, layer
    return None if best is None else best[1]


def _control_score(layer: QgsVectorLayer) -> int:
    """Return how likely a layer is the control layer; 0 where it is not."""
    faction = likely_fields("faction_field", layer)
    date = likely_fields("date_field", layer)
    names_faction = bool(faction) and _has_part(faction[0], _FACTION_NAMES_ONLY)
    is_called_so = _has_part(layer.name(), _CONTROL_LAYERS)
    if not date:
        # without dates there is nothing to step through, whatever it is called
        return 1 if names_faction or is_called_so else 0
    return 2 + 4 * names_faction + 2 * is_called_so + bool(faction)


def _is_text(field: Any) -> bool:
    return not field.isNumeric() and not field.isDateOrTime()


def _has_part(text: str, parts: Iterable[str]) -> bool:
    folded = text.casefold()
    return any(part in folded for part in parts)


def _score(name: str, wanted: Sequence[str], *, exact: bool = False) -> int | None:
    """Return how far back in `wanted` the name stands, one that only contains it behind all."""
    if name in wanted:
        return wanted.index(name)
    if exact:
        return None
    for place, part in enumerate(wanted):
        if len(part) > 3 and part in name:  # noqa: PLR2004 - "to" or "day" is in many words
            return 20 + place
    return None
