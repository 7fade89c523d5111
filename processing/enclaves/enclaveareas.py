"""`enclavewatch:enclaveareas`: polygons, one an enclave and date, with all figures of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Sequence

from qgis.core import QgsProcessing, QgsWkbTypes

from ...core.i18n import tr
from ...core.text import summary_lines
from .. import parametergroups as groups
from .. import parameters as keys
from ..base import Texts
from ..definitions import sink
from ..fields import Column, enclave_columns
from ..headlines import COUNT, DATES, FEATURES, LAST_DATE, SUMMARY, number_output, text_output
from ..snapshots import Finding, SnapshotAlgorithm
from ..workerparameters import worker_parameters

if TYPE_CHECKING:
    from qgis.core import QgsProcessingOutputDefinition, QgsProcessingParameterDefinition

    from ...core.timeline import SnapshotAnalysis
    from ..output import StyleFunction

__all__ = ["EnclaveAreas"]

_KEYS = (*groups.ENCLAVES, keys.DATE, keys.POSITION_ERROR)


class EnclaveAreas(SnapshotAlgorithm):
    """Gives each faction's enclaves on each date, with their areas, borders and neighbours."""

    NAME = "enclaveareas"
    GROUP = "enclaves"
    TOTAL_KM2 = "TOTAL_KM2"
    LARGEST_KM2 = "LARGEST_KM2"
    LARGEST_FACTION = "LARGEST_FACTION"

    def texts(self) -> Texts:
        """Return what the toolbox says of it."""
        return Texts(
            title=tr("Enclave areas"),
            summary=tr(
                "Each faction's connected pieces of ground on each date, with area, perimeter, "
                "share, border contact, neighbours, status, provinces and places."
            ),
            tags=tr(
                "enclave,pocket,area,control,territory,faction,conflict,"
                "encircled,besieged,border,snapshot"
            ),
        )

    def declared_parameters(self) -> Sequence[QgsProcessingParameterDefinition]:
        """Return what the user gives, results among it."""
        return (
            *keys.make_parameters(_KEYS),
            *worker_parameters(),
            sink(keys.OUTPUT, tr("Enclaves"), QgsProcessing.SourceType.TypeVectorPolygon),
        )

    def declared_outputs(self) -> Sequence[QgsProcessingOutputDefinition]:
        """Return the headline figures."""
        return (
            number_output(COUNT, tr("Number of enclaves on the last date")),
            number_output(self.TOTAL_KM2, tr("Area of all enclaves on the last date (km2)")),
            number_output(self.LARGEST_KM2, tr("Area of the largest one on the last date (km2)")),
            text_output(self.LARGEST_FACTION, tr("Faction that holds the largest one")),
            number_output(DATES, tr("Number of dates")),
            text_output(LAST_DATE, tr("Last date")),
            number_output(FEATURES, tr("Number of features written, of all dates")),
            text_output(SUMMARY, tr("The last date in words, one line a faction")),
        )

    def columns(self, *, has_times: bool) -> tuple[Column, ...]:
        """Return the fields of the result."""
        return enclave_columns(has_times=has_times)

    def wkb_type(self) -> int:
        """Return the geometry type of the result."""
        return QgsWkbTypes.Type.MultiPolygon

    def rows(self, analysis: SnapshotAnalysis, finding: Finding) -> Iterator[tuple[Any, Any]]:
        """Yield each enclave that is large enough to be shown."""
        for enclave in finding.shown(analysis.enclaves):
            yield enclave, enclave.geometry

    def figures(self, last: SnapshotAnalysis, finding: Finding) -> dict[str, Any]:
        """Return the headline figures; small enclaves count in all of them."""
        from ...core.stretches import BorderRuler

        ruler = BorderRuler(finding.geography)
        lines = summary_lines(last.enclaves, finding.home_label, ruler.lengths_km)
        biggest = max(last.enclaves, key=lambda enclave: enclave.area_km2, default=None)
        return {
            COUNT: len(last.enclaves),
            self.TOTAL_KM2: sum(enclave.area_km2 for enclave in last.enclaves),
            self.LARGEST_KM2: biggest.area_km2 if biggest else 0.0,
            self.LARGEST_FACTION: biggest.faction if biggest else "",
            SUMMARY: "\n".join(lines),
        }

    def layer_title(self) -> str:
        """Return what the result is, for the name of its layer."""
        return tr("Enclaves")

    def style(self) -> StyleFunction:
        """Return the function that styles the result."""
        from ..styling import style_enclaves

        return style_enclaves
