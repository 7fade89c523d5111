"""Running algorithms without a window, and layers of round numbers to run them on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
)


class Log(QgsProcessingFeedback):
    """Remembers what an algorithm says, and can press cancel."""

    def __init__(self, cancel_at: float | None = None) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.warnings: list[str] = []
        self.errors: list[str] = []
        self.steps: list[float] = []
        self._cancel_at = cancel_at
        self.progressChanged.connect(self._moved)
        if cancel_at == 0:
            self.cancel()

    def _moved(self, progress: float) -> None:
        self.steps.append(progress)
        if self._cancel_at is not None and progress >= self._cancel_at:
            self.cancel()

    def pushInfo(self, info: str) -> None:
        self.lines.append(info)

    def pushWarning(self, warning: str) -> None:
        self.warnings.append(warning)

    def reportError(self, error: str, *_fatal: bool) -> None:
        self.errors.append(error)


@dataclass
class Run:
    """What one run gave."""

    outputs: dict[str, Any]
    layer: QgsVectorLayer | None
    log: Log
    context: QgsProcessingContext = field(repr=False)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return the attributes of the result by name."""
        names = self.layer.fields().names()
        return [dict(zip(names, each.attributes())) for each in self.layer.getFeatures()]


@pytest.fixture(autouse=True)
def _empty_project(qgis_app):
    QgsProject.instance().clear()
    yield
    QgsProject.instance().clear()


@pytest.fixture
def run(qgis_app):
    """Return a function that runs an algorithm class on parameters."""

    def run_algorithm(
        kind: type,
        *,
        log: Log | None = None,
        context: QgsProcessingContext | None = None,
        **parameters: Any,
    ) -> Run:
        algorithm = kind().create()
        if context is None:
            context = QgsProcessingContext()
            context.setProject(QgsProject.instance())
        log = log or Log()
        parameters.setdefault("OUTPUT", "memory:")
        accepted, message = algorithm.checkParameterValues(parameters, context)
        assert accepted, message
        outputs, _ = algorithm.run(parameters, context, log, {}, False)
        layer = context.getMapLayer(outputs["OUTPUT"]) if "OUTPUT" in outputs else None
        if layer is None and "OUTPUT" in outputs:
            layer = QgsVectorLayer(outputs["OUTPUT"], "result", "ogr")
        return Run(outputs, layer, log, context)

    return run_algorithm


@pytest.fixture
def refusal(qgis_app):
    """Return a function that gives the message with which an algorithm refuses parameters."""

    def refuse(kind: type, **parameters: Any) -> str:
        algorithm = kind().create()
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        parameters.setdefault("OUTPUT", "memory:")
        accepted, message = algorithm.checkParameterValues(parameters, context)
        assert not accepted
        return message

    return refuse


@pytest.fixture
def make_layer(qgis_app):
    """Return a function that makes a memory layer in the project.

    Rows are `(wkt or None, {field: value})`; fields are `name:type`.
    """

    def make(
        rows: Iterable[tuple[str | None, Mapping[str, Any]]],
        *fields: str,
        kind: str = "Polygon",
        crs: str | None = "EPSG:4326",
        name: str = "layer",
    ) -> QgsVectorLayer:
        parts = [f"crs={crs}"] if crs else []
        parts += [f"field={each}" for each in fields]
        layer = QgsVectorLayer(f"{kind}?{'&'.join(parts)}", name, "memory")
        layer.setCrs(QgsCoordinateReferenceSystem(crs or ""))
        assert layer.isValid()
        features = []
        for wkt, values in rows:
            feature = QgsFeature(layer.fields())
            if wkt is not None:
                feature.setGeometry(QgsGeometry.fromWkt(wkt))
            for key, value in values.items():
                feature[key] = value
            features.append(feature)
        assert layer.dataProvider().addFeatures(features)[0]
        layer.updateExtents()
        QgsProject.instance().addMapLayer(layer, addToLegend=False)
        return layer

    return make


@pytest.fixture
def countries(make_layer):
    """Land, 2 by 2 degrees, with East beyond its eastern edge and sea all around."""
    return make_layer(
        [
            ("POLYGON((0 0,2 0,2 2,0 2,0 0))", {"NAME": "Land"}),
            ("POLYGON((2 0,4 0,4 2,2 2,2 0))", {"NAME": "East"}),
        ],
        "NAME:string",
        name="countries",
    )


@pytest.fixture
def control(make_layer):
    """Two dates of Land.

    Red holds half a degree of the border with East until 2020-02-01, and a small enclave within
    what Blue holds; Blue holds the rest of a square.
    """
    hole = "(0.4 0.4,0.6 0.4,0.6 0.6,0.4 0.6,0.4 0.4)"
    blue = f"POLYGON((0.2 0.2,0.8 0.2,0.8 0.8,0.2 0.8,0.2 0.2),{hole})"
    rows = []
    for date in ("2020-01-01", "2020-02-01"):
        rows.append((blue, {"faction": "Blue", "date": date}))
        rows.append((f"POLYGON({hole})", {"faction": "Red", "date": date}))
    rows.append(
        (
            "POLYGON((1.5 0.5,2 0.5,2 1,1.5 1,1.5 0.5))",
            {"faction": "Red", "date": "2020-01-01"},
        )
    )
    return make_layer(rows, "faction:string", "date:date", name="fronts")


@pytest.fixture
def made_up(control, countries) -> dict[str, Any]:
    """Return the parameters of a run on the made-up layers."""
    return {
        "CONTROL": control,
        "FACTION_FIELD": "faction",
        "DATE_FIELD": "date",
        "COUNTRIES": countries,
    }


@pytest.fixture(scope="session")
def syria(sample) -> dict[str, Any]:
    """Return the parameters of a run on the sample."""
    return {
        "CONTROL": f"{sample}|layername=control",
        "FACTION_FIELD": "faction",
        "DATE_FIELD": "date",
    }


@pytest.fixture(scope="session")
def new_log():
    """Return the class that remembers what a run says."""
    return Log
