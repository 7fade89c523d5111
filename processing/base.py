"""What all algorithms of Enclave Watch have in common."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping, Sequence

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
)
from qgis.PyQt.QtGui import QIcon

from ..compat import ensure_proj_data, keep_proj_context
from ..core.collecting import no_collections
from ..core.errors import Cancelled, EnclaveWatchError
from ..core.feedback import Feedback
from ..core.i18n import tr
from .alliances import read_alliances
from .checks import problem_with
from .help import HelpEntry, help_html
from .inputs import Inputs

if TYPE_CHECKING:
    from qgis.core import QgsProcessingOutputDefinition, QgsProcessingParameterDefinition

__all__ = ["EnclaveWatchAlgorithm", "ProcessingLog", "Texts"]

_RESOURCES = Path(__file__).parent.parent / "resources"
_HELP_URL = "https://github.com/enclave-watch/enclave-watch/blob/main/docs/method.md"


@dataclass(frozen=True)
class Texts:
    """What the toolbox says of an algorithm.

    Attributes
    ----------
    summary : one line of what it gives
    tags : what the toolbox's search finds it by, with commas between
    """

    title: str
    summary: str
    tags: str


class ProcessingLog(Feedback):
    """Lets the engine speak to the log, the progress bar and the cancel button of Processing."""

    def __init__(self, feedback: QgsProcessingFeedback) -> None:
        self._feedback = feedback

    def info(self, text: str) -> None:
        """Write a plain line."""
        self._feedback.pushInfo(text)

    def warning(self, text: str) -> None:
        """Write a line that stands out."""
        self._feedback.pushWarning(text)

    def progress(self, fraction: float) -> None:
        """Move the progress bar to `fraction`, 0 to 1."""
        self._feedback.setProgress(100.0 * fraction)

    def is_cancelled(self) -> bool:
        """Return whether the user pressed cancel."""
        return bool(self._feedback.isCanceled())


class EnclaveWatchAlgorithm(QgsProcessingAlgorithm):
    """Checks and reads its inputs, speaks to the log, and turns errors into plain words.

    A subclass says what it is and takes, and does its work in `compute`.
    """

    NAME: str
    """What models and scripts hold: never to change."""
    GROUP: str
    """The id of its group."""
    LEAVES_CIRCLES = False
    """Whether it works with figures or pages, whose objects hold each other."""

    def __init__(self) -> None:
        super().__init__()
        self._alliances: Mapping[str, str] = {}

    @abstractmethod
    def texts(self) -> Texts:
        """Return what the toolbox says of it."""

    @abstractmethod
    def declared_parameters(self) -> Sequence[QgsProcessingParameterDefinition]:
        """Return what the user gives, results among it."""

    @abstractmethod
    def declared_outputs(self) -> Sequence[QgsProcessingOutputDefinition]:
        """Return the headline figures."""

    @abstractmethod
    def compute(self, inputs: Inputs, feedback: Feedback) -> dict[str, Any]:
        """Do the work in a worker thread and return the outputs.

        Raises
        ------
        EnclaveWatchError : what the user can mend
        """

    @abstractmethod
    def help_fields(self) -> list[HelpEntry]:
        """Return the fields of the main output, for the help."""

    def name(self) -> str:
        """Return the name that models and scripts hold."""
        return self.NAME

    def groupId(self) -> str:
        """Return the group's id."""
        return self.GROUP

    def displayName(self) -> str:
        """Return the name in the toolbox."""
        return self.texts().title

    def group(self) -> str:
        """Return the group in the toolbox."""
        return _group_titles()[self.GROUP]

    def tags(self) -> list[str]:
        """Return what the toolbox's search finds it by."""
        return self.texts().tags.split(",")

    def shortDescription(self) -> str:
        """Return one line of what it gives."""
        return self.texts().summary

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Declare parameters and outputs."""
        for parameter in self.declared_parameters():
            self.addParameter(parameter)
        for output in self.declared_outputs():
            self.addOutput(output)

    def createInstance(self) -> EnclaveWatchAlgorithm:
        """Return a fresh one: each run has its own."""
        return type(self)()

    def icon(self) -> QIcon:
        """Return the algorithm's icon."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:
        """Return the path of the algorithm's icon, or else of the plugin's."""
        own = _RESOURCES / "icons" / f"{self.name()}.svg"
        return str(own if own.is_file() else _RESOURCES / "icon.svg")

    def helpUrl(self) -> str:
        """Return where the method is described in full."""
        return _HELP_URL

    def shortHelpString(self) -> str:
        """Return the help: what the algorithm does, its parameters, outputs and fields."""
        return help_html(self, self.help_fields())

    def canExecute(self) -> tuple[bool, str]:
        """Return whether the packages of the engine are there, and otherwise what to install."""
        from ..core.requirements import missing_requirements

        message = missing_requirements()
        return message is None, message or ""

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Return whether the run can succeed as far as that is known before, and why not."""
        if self.canExecute()[0]:
            message = problem_with(Inputs(self, parameters, context))
            if message is not None:
                return False, message
        return super().checkParameterValues(parameters, context)

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,  # noqa: ARG002 - QGIS's signature
    ) -> bool:
        """Check again, since models do not, and read what only the main thread may."""
        ready, message = self.canExecute()
        if not ready:
            raise QgsProcessingException(message)
        ensure_proj_data()
        problem = problem_with(Inputs(self, parameters, context))
        if problem is not None:
            raise QgsProcessingException(problem)
        self._alliances = read_alliances(Inputs(self, parameters, context))
        return True

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Run, in a worker thread."""
        keep_proj_context()
        inputs = Inputs(self, parameters, context, self._alliances)
        try:
            with nullcontext() if self.LEAVES_CIRCLES else no_collections():
                return self.compute(inputs, ProcessingLog(feedback))
        except Cancelled:
            return {}
        except EnclaveWatchError as error:
            problem = str(error)
        # not from the error: QGIS never lets go of what it is told of here, and with the error's
        # frames would keep layers that it closes too late, after its own end
        raise QgsProcessingException(problem)


def _group_titles() -> dict[str, str]:
    return {
        "data": tr("Data"),
        "enclaves": tr("Enclaves"),
        "borders": tr("Borders"),
        "change": tr("Change"),
        "publish": tr("Publish"),
    }
