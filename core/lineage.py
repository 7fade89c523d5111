"""How the enclaves of one snapshot follow from those of the one before: by overlap of ground.

Two enclaves of one faction on consecutive dates are parent and child when they share
enough ground: at least a share of the smaller of the two, and besides an absolute least
or half of the smaller. Slivers of overlap, as redrawing makes them, so make no parents,
and an enclave smaller than the least still follows from itself.

The kinds are those of Sadahiro and Umemura (2001) and of Robertson et al. (2007), as
docs/lineage.md lays out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Iterable, Mapping, Sequence

import numpy as np
import shapely
from shapely import Geometry, STRtree

from .polygons import polygons_of

if TYPE_CHECKING:
    from .feedback import Feedback
    from .geodesy import Geodesy
    from .model import Enclave

__all__ = [
    "Kind",
    "Link",
    "LinkRule",
    "Relative",
    "assigned_ids",
    "ground_of",
    "links_among",
    "overlaps_km2",
]


class Kind(str, Enum):
    """How an enclave follows from those before, or what became of it afterwards."""

    CONTINUED = "continued"
    SPLIT = "split"
    MERGED = "merged"
    APPEARED = "appeared"
    VANISHED = "vanished"


@dataclass(frozen=True)
class LinkRule:
    """When two enclaves share so much ground that one follows from the other.

    Attributes
    ----------
    min_share_pct : of the area of the smaller of the two
    min_km2 : an overlap smaller than this links only when it is half of the smaller one
    """

    min_share_pct: float = 10.0
    min_km2: float = 1.0

    def holds(self, overlap_km2: float, smaller_km2: float) -> bool:
        """Return whether an overlap makes parent and child."""
        if overlap_km2 <= 0 or overlap_km2 < self.min_share_pct / 100.0 * smaller_km2:
            return False
        return overlap_km2 >= self.min_km2 or overlap_km2 >= smaller_km2 / 2


@dataclass(frozen=True)
class Link:
    """A parent and a child, by their numbers in the two snapshots."""

    parent: int
    child: int
    overlap_km2: float


@dataclass(frozen=True)
class Relative:
    """A parent or child of an enclave; the share is of the area of that enclave itself."""

    enclave_id: int
    overlap_km2: float
    share_pct: float


def overlaps_km2(
    before: Sequence[Enclave], after: Sequence[Enclave], geodesy: Geodesy, feedback: Feedback
) -> dict[tuple[int, int], float]:
    """Return the ground that enclaves of one faction share on two dates, by their numbers."""
    found: dict[tuple[int, int], float] = {}
    if not before or not after:
        return found
    tree = STRtree([enclave.geometry for enclave in after])
    for one, old in enumerate(before):
        feedback.check()
        for two in np.sort(tree.query(old.geometry)).tolist():
            new = after[two]
            if new.faction != old.faction:
                continue
            # what did not change is the same object: pieces are put together once
            if new.geometry is old.geometry:
                found[one, two] = old.area_km2
                continue
            common = shapely.intersection(old.geometry, new.geometry)
            overlap_km2 = float(geodesy.area_km2([ground_of(common)])[0])
            if overlap_km2 > 0:
                found[one, two] = overlap_km2
    return found


def links_among(
    overlaps: Mapping[tuple[int, int], float],
    before: Sequence[Enclave],
    after: Sequence[Enclave],
    *,
    rule: LinkRule,
    min_area_km2: float,
) -> tuple[Link, ...]:
    """Return the parents and children among enclaves that are at least so large."""
    links = []
    for (one, two), overlap_km2 in sorted(overlaps.items()):
        smaller_km2 = min(before[one].area_km2, after[two].area_km2)
        if smaller_km2 >= min_area_km2 and rule.holds(overlap_km2, smaller_km2):
            links.append(Link(one, two, overlap_km2))
    return tuple(links)


def assigned_ids(
    links: Iterable[Link], before: Sequence[Enclave], ids_before: Mapping[int, int]
) -> dict[int, int]:
    """Return the id that each child inherits, by its number; the others are new.

    Each parent leaves its id to the child with the largest overlap, of equals the larger; a
    child that several leave theirs to keeps that of the largest of them.
    """
    heirs: dict[int, Link] = {}
    for link in links:
        best = heirs.get(link.parent)
        if best is None or _heir_key(link) < _heir_key(best):
            heirs[link.parent] = link
    offers: dict[int, list[Link]] = defaultdict(list)
    for link in heirs.values():
        offers[link.child].append(link)
    return {
        child: ids_before[min(several, key=lambda link: _parent_key(link, before)).parent]
        for child, several in offers.items()
    }


def ground_of(geometry: Geometry) -> Geometry:
    """Return only the polygons of what an overlay gives: lines and points hold no ground."""
    if shapely.get_type_id(geometry) in (
        shapely.GeometryType.POLYGON,
        shapely.GeometryType.MULTIPOLYGON,
    ):
        return geometry
    return shapely.MultiPolygon(polygons_of(geometry))


def _heir_key(link: Link) -> tuple[float, int]:
    # equal to a square metre is equal; enclaves of a faction are numbered by size
    return (-round(link.overlap_km2, 6), link.child)


def _parent_key(link: Link, before: Sequence[Enclave]) -> tuple[float, float, int]:
    return (-before[link.parent].area_km2, -link.overlap_km2, link.parent)
