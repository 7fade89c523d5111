"""A copy of a control layer with its geometry repaired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsFeature, QgsWkbTypes

from ...core.i18n import tr
from .. import parameters as keys
from ..convert import to_qgs_geometry
from ..destinations import OutputSink

if TYPE_CHECKING:
    from shapely import Geometry

    from ...core.audit import AuditRow
    from ...core.feedback import Feedback
    from ..inputs import Inputs

__all__ = ["FixedWriter"]


class FixedWriter:
    """Writes each feature with all its attributes and, where it must be, new geometry.

    Attributes
    ----------
    repaired, dropped : how many features were changed, or have no polygons left
    """

    def __init__(self, inputs: Inputs, key: str) -> None:
        source = inputs.source(keys.CONTROL)
        self._fields = source.fields()
        self._sink = OutputSink(
            inputs, key, self._fields, QgsWkbTypes.Type.MultiPolygon, source.sourceCrs()
        )
        self.output_id = self._sink.output_id
        self.repaired = 0
        self.dropped = 0

    def write(self, feature: QgsFeature, row: AuditRow) -> None:
        """Write one feature, or count it where nothing is left of it."""
        geometry = self._mended(row)
        if geometry is None:
            self.dropped += 1
            return
        copy = QgsFeature(self._fields)
        copy.setAttributes(feature.attributes())
        copy.setGeometry(to_qgs_geometry(geometry))
        self._sink.add(copy)

    def close(self, feedback: Feedback) -> None:
        """Write what is still in memory, and tell what was done."""
        self._sink.close()
        feedback.info(
            tr(
                "Repaired copy: {repaired} geometries made valid, {dropped} features without "
                "polygons left out."
            ).format(repaired=self.repaired, dropped=self.dropped)
        )

    def _mended(self, row: AuditRow) -> Geometry | None:
        import shapely

        from ...core.audit import mended

        if row.row.wkb is None:
            return None
        drawn = shapely.from_wkb(row.row.wkb, on_invalid="ignore")
        whole = None if drawn is None else mended(drawn)
        if whole is not None and whole is not drawn:
            self.repaired += 1
        return whole
