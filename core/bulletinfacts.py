"""What a bulletin may say: facts without words, each number of them with the row it came from.

The words are the templates': a fact's `kind` is the name of the macro that tells it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from datetime import datetime

    from .numerals import Rounding, Unit

__all__ = [
    "AlongBorder",
    "AreaLeft",
    "Bulletin",
    "ContactChanged",
    "ContactLeft",
    "ContactLost",
    "CountedWith",
    "EnclaveEvent",
    "EnclaveLine",
    "EnclaveLost",
    "EnclavesLeft",
    "Fact",
    "Figure",
    "GroundMoved",
    "Headline",
    "Holder",
    "MoreEvents",
    "Move",
    "Moves",
    "Near",
    "NoChange",
    "NoPresence",
    "Paragraph",
    "PlacesTaken",
    "PresenceBegan",
    "PresenceEnded",
    "ProvinceSince",
    "Standing",
    "Standings",
]


@dataclass(frozen=True)
class Figure:
    """One number or date of the text: its value, how it is rounded, and where it stands.

    Attributes
    ----------
    value : not rounded; a date-time for unit DATE
    row : the anchor of a row of the bulletin's tables
    column : that of the row which has the value
    """

    value: float | datetime
    unit: Unit
    rounding: Rounding
    row: str
    column: str


@dataclass(frozen=True)
class Holder:
    """A faction, or '' for nobody, and how much ground it has of something."""

    name: str
    area: Figure


@dataclass(frozen=True)
class AlongBorder:
    """So much of the border with a neighbour; `is_sea` where that is the sea."""

    neighbour: str
    length: Figure
    is_sea: bool


@dataclass(frozen=True)
class Near:
    """Where an enclave lies as seen from the nearest place: `n`, `ne`, ... `nw` of it."""

    place: str
    direction: str


@dataclass(frozen=True)
class Fact:
    """Something that one sentence, or a few, tell."""

    kind: ClassVar[str] = ""


@dataclass(frozen=True)
class Headline(Fact):
    """The most important thing that happened.

    Attributes
    ----------
    what : `largest_lost`, `contact_lost`, `presence_ended`, `all_lost`, `lost`, `gained`, `moved`,
        `encircled`, `steady` (no ground gained or lost), `same`, `began` (held nothing before)
        or `nothing`
    faction : whom it happened to, '' where it is about all of them
    area : of the enclave lost, or of the ground lost, gained or moved
    other : who took it or had it; '' for nobody
    contacts : contact that was lost
    provinces : those in which presence ended
    """

    kind: ClassVar[str] = "headline"
    what: str
    faction: str
    area: Figure | None = None
    other: str = ""
    contacts: tuple[AlongBorder, ...] = ()
    provinces: tuple[str, ...] = ()


@dataclass(frozen=True)
class EnclaveLost(Fact):
    """An enclave of the date before of which nothing, or nearly nothing, is left.

    Attributes
    ----------
    provinces, places : those it lay in, and that lay in it
    contacts : the border it lay along
    takers : who has the ground, the largest share first
    is_whole : whether the first of them has practically all of it
    kept : what the faction still holds of that ground
    """

    kind: ClassVar[str] = "enclave_lost"
    faction: str
    is_largest: bool
    area: Figure
    provinces: tuple[str, ...]
    places: tuple[str, ...]
    contacts: tuple[AlongBorder, ...]
    takers: tuple[Holder, ...]
    is_whole: bool
    kept: Figure | None


@dataclass(frozen=True)
class EnclaveEvent(Fact):
    """Something else that happened to an enclave.

    Attributes
    ----------
    what : `encircled`, `relieved`, `split`, `merged` or `appeared`
    others : who surrounds it, or had the ground before
    """

    kind: ClassVar[str] = "enclave_event"
    what: str
    faction: str
    area: Figure
    provinces: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class MoreEvents(Fact):
    """So many events of one sort that are not told one by one."""

    kind: ClassVar[str] = "more_events"
    what: str
    faction: str
    count: Figure


@dataclass(frozen=True)
class ContactLost(Fact):
    """Contact with a neighbour that is no more; `nearest`: how far its nearest enclave is."""

    kind: ClassVar[str] = "contact_lost"
    faction: str
    border: AlongBorder
    nearest: Figure | None


@dataclass(frozen=True)
class ContactChanged(Fact):
    """Contact that was `gained`, or has `shrunk` or `grown`; `before` is None where gained."""

    kind: ClassVar[str] = "contact_changed"
    what: str
    faction: str
    border: AlongBorder
    before: Figure | None


@dataclass(frozen=True)
class PresenceEnded(Fact):
    """A province in which a faction holds nothing any more."""

    kind: ClassVar[str] = "presence_ended"
    faction: str
    province: str
    area: Figure
    other: str


@dataclass(frozen=True)
class PresenceBegan(Fact):
    """A province in which a faction holds ground now and did not before."""

    kind: ClassVar[str] = "presence_began"
    faction: str
    province: str
    area: Figure


@dataclass(frozen=True)
class PlacesTaken(Fact):
    """Places that one faction took from another, or from nobody ('')."""

    kind: ClassVar[str] = "places_taken"
    taker: str
    loser: str
    places: tuple[str, ...]


@dataclass(frozen=True)
class GroundMoved(Fact):
    """What a faction lost and gained, to and from whom; None where it did not."""

    kind: ClassVar[str] = "ground_moved"
    faction: str
    lost: Figure | None
    takers: tuple[Holder, ...]
    gained: Figure | None
    givers: tuple[Holder, ...]


@dataclass(frozen=True)
class Move:
    """Ground that went from one faction to another; '' for nobody."""

    loser: str
    taker: str
    area: Figure


@dataclass(frozen=True)
class Moves(Fact):
    """The largest changes between any two factions, the largest first."""

    kind: ClassVar[str] = "moves"
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class AreaLeft(Fact):
    """What a faction held and holds.

    Attributes
    ----------
    trend : `shrank`, `grew` or `same`, of the figures as they are told; `began` or `gone` where
        it held nothing on one of the dates
    before : None where it began
    share : of the reference area; None where that is not known
    outside : ground that is no part of the share; None where it is next to nothing
    home : what the share is of
    """

    kind: ClassVar[str] = "area_left"
    faction: str
    trend: str
    before: Figure | None
    after: Figure
    share: Figure | None
    outside: Figure | None
    home: str
    enclaves: Figure


@dataclass(frozen=True)
class EnclaveLine:
    """One enclave of the later date; `status` is that of the table."""

    area: Figure
    provinces: tuple[str, ...]
    places: tuple[str, ...]
    near: Near | None
    status: str
    enclosed_by: tuple[str, ...]
    contacts: tuple[AlongBorder, ...]


@dataclass(frozen=True)
class EnclavesLeft(Fact):
    """The enclaves of the later date by size; `more` others lie between two sizes."""

    kind: ClassVar[str] = "enclaves_left"
    faction: str
    enclaves: tuple[EnclaveLine, ...]
    more: Figure | None
    smallest: Figure | None
    largest: Figure | None


@dataclass(frozen=True)
class ContactLeft(Fact):
    """The border along which a faction still lies, the longest first; none: nowhere."""

    kind: ClassVar[str] = "contact_left"
    faction: str
    contacts: tuple[AlongBorder, ...]


@dataclass(frozen=True)
class ProvinceSince:
    """A province without presence: the first date without it, and what was held before."""

    province: str
    since: Figure
    area: Figure


@dataclass(frozen=True)
class NoPresence(Fact):
    """Provinces that a faction once held ground in and does not now, the last lost first."""

    kind: ClassVar[str] = "no_presence"
    faction: str
    provinces: tuple[ProvinceSince, ...]


@dataclass(frozen=True)
class Standing:
    """What one faction holds on the later date."""

    faction: str
    area: Figure
    share: Figure | None
    outside: Figure | None
    enclaves: Figure
    contacts: tuple[AlongBorder, ...]


@dataclass(frozen=True)
class Standings(Fact):
    """What each faction holds on the later date, the largest first."""

    kind: ClassVar[str] = "standings"
    home: str
    factions: tuple[Standing, ...]


@dataclass(frozen=True)
class CountedWith(Fact):
    """Factions that are counted as part of an alliance."""

    kind: ClassVar[str] = "counted_with"
    faction: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class NoChange(Fact):
    """Nothing happened to a faction, or '' for all of them."""

    kind: ClassVar[str] = "no_change"
    faction: str


@dataclass(frozen=True)
class Paragraph:
    """Facts that are told together; `topic` is `news`, `ground`, `left` or `note`."""

    topic: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Bulletin:
    """The facts of two dates, and the dates themselves.

    Attributes
    ----------
    faction : the one that it is about; '' for all
    home : the home country, as texts name it; '' where it is not known
    min_presence_km2 : less ground of a faction in a province is no presence
    """

    faction: str
    home: str
    layer: str
    from_date: Figure
    to_date: Figure
    min_presence_km2: float
    headline: Headline
    paragraphs: tuple[Paragraph, ...]
