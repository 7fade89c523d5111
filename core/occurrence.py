"""An event: something that happened between two snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from .errors import DateError
from .i18n import tr

if TYPE_CHECKING:
    from datetime import datetime

    from shapely import Geometry

    from .timeline import SnapshotAnalysis

__all__ = ["Event", "EventKind", "dated"]


class EventKind(str, Enum):
    """What can happen, in the order in which the events of one date are told."""

    LARGEST_LOST = "largest_lost"
    VANISHED = "vanished"
    CONTACT_LOST = "contact_lost"
    PRESENCE_ENDED = "presence_ended"
    ENCIRCLED = "encircled"
    SPLIT = "split"
    PLACE_TAKEN = "place_taken"
    APPEARED = "appeared"
    MERGED = "merged"
    CONTACT_GAINED = "contact_gained"
    PRESENCE_BEGAN = "presence_began"
    RELIEVED = "relieved"


@dataclass(frozen=True)
class Event:
    """Something that happened after one snapshot, and no later than the next.

    Attributes
    ----------
    faction : whom it happened to; '' where nobody held the place that was taken
    enclave_id : the enclave it happened to, if it happened to one
    other : who took the ground or place, lies along the border now, surrounds the enclave,
        or held the ground before; '' for nobody
    where : the neighbour, the province or the place
    km2, km : the figure of the event; None where it has none
    geometry : a point, in the CRS of the control layer
    """

    kind: EventKind
    date_before: datetime
    date: datetime
    faction: str
    enclave_id: int | None
    other: str
    where: str
    km2: float | None
    km: float | None
    text: str
    geometry: Geometry


def dated(analysis: SnapshotAnalysis | None) -> datetime:
    """Return the date of a snapshot.

    Raises
    ------
    DateError
        When it has none: nothing happens without dates.
    """
    if analysis is None or analysis.date is None:
        raise DateError(
            tr("Without dates there is no history. Give the date field of the control layer.")
        )
    return analysis.date
