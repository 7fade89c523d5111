"""What the demo says: plain lines, every figure of them read from the results."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Sequence

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Findings", "Snapshot", "lines", "read_findings", "story"]

HOME = "Syria"


@dataclass(frozen=True)
class Snapshot:
    """What one faction holds on one date: rows of the results, the largest enclave first.

    `contact_km` is by neighbour, as `bordercontact` gives it; `events` are the sentences of
    `enclavehistory` on what happened to the faction since the date before, in its order.
    """

    date: str
    enclaves: Sequence[dict[str, Any]]
    contact_km: dict[str, float]
    events: Sequence[str]

    @property
    def area_km2(self) -> float:
        """Area of all its enclaves."""
        return sum(row["area_km2"] for row in self.enclaves)

    @property
    def share_country_pct(self) -> float:
        """Share of the home country."""
        return sum(row["share_country_pct"] for row in self.enclaves)


@dataclass(frozen=True)
class Findings:
    """A faction on all dates, two or more, in order of date."""

    faction: str
    snapshots: Sequence[Snapshot]

    @property
    def before(self) -> Snapshot:
        """The last date but one on which it held ground."""
        return self._held[-2]

    @property
    def after(self) -> Snapshot:
        """The last date on which it held ground."""
        return self._held[-1]

    @property
    def _held(self) -> Sequence[Snapshot]:
        return [snapshot for snapshot in self.snapshots if snapshot.enclaves]


def read_findings(enclaves: Path, contact: Path, events: Path, faction: str) -> Findings:
    """Read all dates of `faction` from the results of the three algorithms."""
    held = _rows(enclaves, faction, "rank")
    stretches = _rows(contact, faction, "rank")
    happened = _told_once(_rows(events, faction, "rowid"))
    dates_held = {str(row["date"]) for row in held}
    if len(dates_held) <= 1:
        raise ValueError(f"{enclaves} has {len(dates_held)} dates of {faction}, not two or more")
    dates = sorted(dates_held | {str(row["date"]) for row in happened})
    return Findings(faction, [_snapshot(date, held, stretches, happened) for date in dates])


def story(findings: Findings) -> list[str]:
    """Return what the faction held on each date, and the sentence of each event by then."""
    told = [f"{findings.faction} from date to date, and what happened by each:"]
    for snapshot in findings.snapshots:
        told.append(
            f"{snapshot.date}  {snapshot.area_km2:,.1f} km2 in {_counted(snapshot.enclaves)}"
        )
        told.extend(f"  {text}" for text in snapshot.events)
    return told


def lines(findings: Findings) -> list[str]:
    """Return what was found on the last two dates, one plain line each."""
    before, after = findings.before, findings.after
    largest, faction = before.enclaves[0], findings.faction
    of_largest = f"{largest['area_km2']:,.0f} km2 ({largest['provinces']})"
    left = f"{after.area_km2:,.0f} km2, {after.share_country_pct:.0f} % of {HOME}"
    return [
        f"On {before.date} the largest enclave of {faction}, {of_largest},",
        f"  lies along the border: {_lengths(before.contact_km)}.",
        f"On {after.date} {faction} holds {left}, in {_counted(after.enclaves)}:",
        *(f"  {_enclave(row)}" for row in after.enclaves),
        *(_lost(neighbour, km, after) for neighbour, km in before.contact_km.items()),
    ]


def _rows(path: Path, faction: str, order: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        (table,) = database.execute(
            "SELECT table_name FROM gpkg_contents WHERE data_type = 'features'"
        ).fetchone()
        rows = database.execute(
            f'SELECT * FROM "{table}" WHERE faction = ? ORDER BY date, {order}',  # noqa: S608 # nosec B608
            (faction,),
        )
        return [dict(row) for row in rows]


def _told_once(happened: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out `vanished` where `largest_lost` tells the same loss."""
    largest = {
        (row["date"], row["enclave_id"]) for row in happened if row["kind"] == "largest_lost"
    }
    return [
        row
        for row in happened
        if row["kind"] != "vanished" or (row["date"], row["enclave_id"]) not in largest
    ]


def _snapshot(
    date: str,
    held: Sequence[dict[str, Any]],
    stretches: Sequence[dict[str, Any]],
    happened: Sequence[dict[str, Any]],
) -> Snapshot:
    contact_km: dict[str, float] = {}
    for row in stretches:
        if row["date"] == date:
            neighbour = row["neighbour"]
            contact_km[neighbour] = contact_km.get(neighbour, 0.0) + row["length_km"]
    return Snapshot(
        date,
        [row for row in held if row["date"] == date],
        contact_km,
        [row["text"] for row in happened if row["date"] == date],
    )


def _enclave(row: dict[str, Any]) -> str:
    status = f"{row['status']} by {row['enclosed_by']}" if row["enclosed_by"] else row["status"]
    places = f"; {row['places']}" if row["places"] else ""
    return f"{row['area_km2']:>8,.1f} km2  {status}; {row['provinces']}{places}"


def _counted(enclaves: Sequence[dict[str, Any]]) -> str:
    return "1 enclave" if len(enclaves) == 1 else f"{len(enclaves)} enclaves"


def _lengths(contact_km: dict[str, float]) -> str:
    if not contact_km:
        return "nowhere"
    return "; ".join(f"{km:.0f} km with {neighbour}" for neighbour, km in contact_km.items())


def _lost(neighbour: str, before_km: float, after: Snapshot) -> str:
    if neighbour in after.contact_km:
        now_km = after.contact_km[neighbour]
        return f"Contact with {neighbour}: {before_km:.0f} km before, {now_km:.0f} now."
    apart = [row for row in after.enclaves if row["border_dist_km"] is not None]
    nearest = min(apart, key=lambda row: row["border_dist_km"], default=None)
    told = f"Contact with {neighbour} is gone: {before_km:.0f} km before, 0 now."
    if nearest is None:
        return told
    return (
        f"{told}\n  The nearest enclave left, {nearest['area_km2']:,.1f} km2 "
        f"({nearest['places'] or nearest['provinces']}), lies {nearest['border_dist_km']:.1f} km "
        f"from the border with {nearest['border_nearest']}."
    )
