"""`enclavewatch:bordercontact`: lines along the border, one an enclave, neighbour and date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Sequence

from qgis.core import QgsProcessing, QgsWkbTypes

from ...core.i18n import tr
from ...core.text import contacts_text
from .. import parametergroups as groups
from .. import parameters as keys
from ..base import Texts
from ..definitions import sink
from ..fields import BorderStretch, Column, contact_columns
from ..headlines import COUNT, DATES, FEATURES, LAST_DATE, SUMMARY, number_output, text_output
from ..snapshots import Finding, SnapshotAlgorithm
from ..workerparameters import worker_parameters

if TYPE_CHECKING:
    from qgis.core import QgsProcessingOutputDefinition, QgsProcessingParameterDefinition

    from ...core.model import Enclave
    from ...core.stretches import BorderRuler
    from ...core.timeline import SnapshotAnalysis
    from ..output import StyleFunction

__all__ = ["BorderContact"]

_KEYS = (*groups.SERIES, *groups.CONTACT, keys.DATE, keys.MIN_AREA)


class BorderContact(SnapshotAlgorithm):
    """Gives the stretches of the home country's border along which enclaves lie."""

    NAME = "bordercontact"
    GROUP = "borders"
    TOTAL_KM = "TOTAL_KM"
    LONGEST_KM = "LONGEST_KM"

    def texts(self) -> Texts:
        """Return what the toolbox says of it."""
        return Texts(
            title=tr("Border contact"),
            summary=tr(
                "The stretches of the home country's border along which each enclave lies on each "
                "date, with their length, measured along the border."
            ),
            tags=tr(
                "border,contact,frontier,neighbour,neighbor,coast,length,"
                "enclave,control,faction,conflict"
            ),
        )

    def declared_parameters(self) -> Sequence[QgsProcessingParameterDefinition]:
        """Return what the user gives, results among it."""
        return (
            *keys.make_parameters(_KEYS),
            *worker_parameters(),
            sink(keys.OUTPUT, tr("Border contact"), QgsProcessing.SourceType.TypeVectorLine),
        )

    def declared_outputs(self) -> Sequence[QgsProcessingOutputDefinition]:
        """Return the headline figures."""
        return (
            number_output(COUNT, tr("Number of stretches on the last date")),
            number_output(self.TOTAL_KM, tr("Length of all stretches on the last date (km)")),
            number_output(self.LONGEST_KM, tr("Length of the longest one on the last date (km)")),
            number_output(DATES, tr("Number of dates")),
            text_output(LAST_DATE, tr("Last date")),
            number_output(FEATURES, tr("Number of features written, of all dates")),
            text_output(SUMMARY, tr("The last date in words, one line a faction")),
        )

    def columns(self, *, has_times: bool) -> tuple[Column, ...]:
        """Return the fields of the result."""
        return contact_columns(has_times=has_times)

    def wkb_type(self) -> int:
        """Return the geometry type of the result."""
        return QgsWkbTypes.Type.MultiLineString

    def rows(self, analysis: SnapshotAnalysis, finding: Finding) -> Iterator[tuple[Any, Any]]:
        """Yield each contact of the enclaves that are large enough to be shown."""
        totals_km: dict[str, float] = {}
        for border in finding.geography.borders:
            totals_km[border.neighbour] = totals_km.get(border.neighbour, 0.0) + border.length_km
        for enclave in finding.shown(analysis.enclaves):
            for contact in enclave.contacts:
                stretch = BorderStretch(enclave, contact, totals_km.get(contact.neighbour, 0.0))
                yield stretch, contact.geometry

    def figures(self, last: SnapshotAnalysis, finding: Finding) -> dict[str, Any]:
        """Return the headline figures; small enclaves count in all of them."""
        from ...core.stretches import BorderRuler

        lengths_km = [contact.length_km for e in last.enclaves for contact in e.contacts]
        return {
            COUNT: len(lengths_km),
            self.TOTAL_KM: sum(lengths_km),
            self.LONGEST_KM: max(lengths_km, default=0.0),
            SUMMARY: "\n".join(_faction_lines(last.enclaves, BorderRuler(finding.geography))),
        }

    def layer_title(self) -> str:
        """Return what the result is, for the name of its layer."""
        return tr("Border contact")

    def style(self) -> StyleFunction:
        """Return the function that styles the result."""
        from ..styling import style_contacts

        return style_contacts


def _faction_lines(enclaves: tuple[Enclave, ...], ruler: BorderRuler) -> list[str]:
    """Return one line a faction, by name: its contact, or how far the nearest border is."""
    lines = []
    for faction in sorted({enclave.faction for enclave in enclaves}):
        own = [enclave for enclave in enclaves if enclave.faction == faction]
        lines.append(f"{faction}: {contacts_text(ruler.lengths_km(own)) or _no_contact(own)}")
    return lines


def _no_contact(enclaves: list[Enclave]) -> str:
    away = [enclave for enclave in enclaves if enclave.border_dist_km is not None]
    if not away:
        return tr("no border contact")
    nearest = min(away, key=lambda enclave: enclave.border_dist_km)
    return tr(
        "no border contact; the nearest enclave lies {distance:,.1f} km from {country}"
    ).format(distance=nearest.border_dist_km, country=nearest.border_nearest)
