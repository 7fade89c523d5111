"""`enclavewatch:situationreport`: a bulletin of two dates with maps, tables and a chart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Sequence

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
)

from ...core.i18n import tr
from .. import parametergroups as groups
from .. import parameters as keys
from ..base import EnclaveWatchAlgorithm, Texts
from ..definitions import text_parameter, with_help
from ..headlines import COUNT, LAST_DATE, SUMMARY, number_output, tell_summary, text_output
from ..historyparameters import min_overlap_parameter
from ..inputs import Inputs
from ..workerparameters import worker_parameters
from .reportwords import language_parameter, numerals_parameter

if TYPE_CHECKING:
    from qgis.core import (
        QgsProcessingContext,
        QgsProcessingOutputDefinition,
        QgsProcessingParameterDefinition,
    )

    from ...core.feedback import Feedback
    from ..help import HelpEntry
    from .reportdata import ReportData
    from .reportmaker import Made

__all__ = ["SituationReport"]

_KEYS = (*groups.ENCLAVES, keys.MIN_WIDTH, keys.POSITION_ERROR)


class SituationReport(EnclaveWatchAlgorithm):
    """Tells two dates in words, with maps, tables and a chart: as a page, on paper, as text."""

    NAME = "situationreport"
    GROUP = "publish"
    LEAVES_CIRCLES = True
    FACTION = "FACTION"
    LANGUAGE = "LANGUAGE"
    NUMERALS = "NUMERALS"
    TEMPLATES = "TEMPLATES"
    CREDITS = "CREDITS"
    GRATICULE = "GRATICULE"
    PDF = "PDF"
    TEXT = "TEXT"
    MAPS = "MAPS"
    DATE_BEFORE = "DATE_BEFORE"
    HEADLINE = "HEADLINE"
    AREA_BEFORE_KM2 = "AREA_BEFORE_KM2"
    TOTAL_KM2 = "TOTAL_KM2"
    CHANGED_KM2 = "CHANGED_KM2"
    EVENT_COUNT = "EVENT_COUNT"
    PAGES = "PAGES"

    def texts(self) -> Texts:
        """Return what the toolbox says of it."""
        return Texts(
            title=tr("Situation report"),
            summary=tr(
                "A bulletin of two dates for one faction or all, with maps of before and after, "
                "tables, a chart and the method: as one HTML file, a PDF and plain text, in "
                "English, Arabic or French."
            ),
            tags=tr(
                "report,bulletin,publish,pdf,html,markdown,map,print,arabic,situation,summary,"
                "faction,conflict,enclave"
            ),
        )

    def flags(self) -> QgsProcessingAlgorithm.Flag:
        """Return that it runs on the main thread.

        Maps and pages are QGIS's layouts, which are scenes of Qt's: those are entered in a list
        of the application that no lock guards, so that no other thread may make one.
        """
        return super().flags() | QgsProcessingAlgorithm.Flag.FlagNoThreading

    def declared_parameters(self) -> Sequence[QgsProcessingParameterDefinition]:
        """Return what the user gives, results among it."""
        faction = text_parameter(
            self.FACTION,
            tr("Faction or alliance"),
            tr("Whom the report is about. Left empty, all of them."),
        )
        templates = with_help(
            QgsProcessingParameterFile(
                self.TEMPLATES,
                tr("Folder of templates"),
                QgsProcessingParameterFile.Behavior.Folder,
                optional=True,
            ),
            tr(
                "A folder with changed copies of the templates that come with the plugin, in "
                "resources/templates; those that are not in it are the plugin's."
            ),
            advanced=True,
        )
        credit = text_parameter(
            self.CREDITS,
            tr("Credits"),
            tr("Where the data is from, as maps and pages name it. Left empty, the layer's name."),
        )
        graticule = with_help(
            QgsProcessingParameterBoolean(self.GRATICULE, tr("Graticule"), defaultValue=False),
            tr("Draw lines of longitude and latitude on the maps."),
            advanced=True,
        )
        chosen = {each.name(): each for each in keys.make_parameters(_KEYS)}
        chosen[keys.FROM_DATE].setHelp(
            tr("The first of the two dates. Left empty, the one before the second.")
        )
        chosen[keys.TO_DATE].setHelp(tr("The second of the two dates. Left empty, the last one."))
        return (
            *chosen.values(),
            faction,
            language_parameter(self.LANGUAGE),
            numerals_parameter(self.NUMERALS),
            credit,
            templates,
            graticule,
            min_overlap_parameter(),
            *worker_parameters(),
            *self._results(),
        )

    def _results(self) -> Sequence[QgsProcessingParameterDefinition]:
        def file(key: str, label: str, kinds: str) -> QgsProcessingParameterDefinition:
            return QgsProcessingParameterFileDestination(
                key,
                label,
                kinds,
                None,
                optional=key != keys.OUTPUT,
                createByDefault=key == keys.OUTPUT,
            )

        return (
            file(keys.OUTPUT, tr("Report"), tr("HTML files (*.html)")),
            file(self.PDF, tr("Report on A4"), tr("PDF files (*.pdf)")),
            file(self.TEXT, tr("Text of the bulletin"), tr("Markdown files (*.md)")),
            QgsProcessingParameterFolderDestination(
                self.MAPS,
                tr("Folder for the maps, A3 at 300 dpi and for the web"),
                None,
                optional=True,
                createByDefault=False,
            ),
        )

    def declared_outputs(self) -> Sequence[QgsProcessingOutputDefinition]:
        """Return the headline figures."""
        return (
            text_output(self.HEADLINE, tr("The headline")),
            text_output(self.DATE_BEFORE, tr("First date")),
            text_output(LAST_DATE, tr("Second date")),
            number_output(COUNT, tr("Number of enclaves on the second date")),
            number_output(self.AREA_BEFORE_KM2, tr("Area held on the first date (km2)")),
            number_output(self.TOTAL_KM2, tr("Area held on the second date (km2)")),
            number_output(self.CHANGED_KM2, tr("Ground that changed hands between them (km2)")),
            number_output(self.EVENT_COUNT, tr("Number of events between them")),
            number_output(self.PAGES, tr("Number of pages of the PDF; 0 without one")),
            text_output(SUMMARY, tr("The bulletin as plain text")),
        )

    def help_fields(self) -> list[HelpEntry]:
        """Return nothing: the result is no layer."""
        return []

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Refuse a control layer without dates: a report compares two."""
        accepted, message = super().checkParameterValues(parameters, context)
        inputs = Inputs(self, parameters, context)
        if accepted and inputs.has(keys.CONTROL) and not inputs.has(keys.DATE_FIELD):
            return False, tr(
                "A report compares two dates. Give the date field of the control layer "
                "(DATE_FIELD)."
            )
        return accepted, message

    def compute(self, inputs: Inputs, feedback: Feedback) -> dict[str, Any]:
        """Read, tell, draw, write."""
        from .reportdata import read_report
        from .reportmaker import Choices, make_report

        data = read_report(inputs, feedback.part(0.0, 0.7))
        choices = Choices(
            language=self._word(inputs, self.LANGUAGE),
            numerals=self._word(inputs, self.NUMERALS),
            templates=self._path(inputs, self.TEMPLATES),
            credit=inputs.text(self.CREDITS) or "",
            has_graticule=self.parameterAsBool(inputs.values, self.GRATICULE, inputs.context),
            page=Path(self.parameterAsFileOutput(inputs.values, keys.OUTPUT, inputs.context)),
            pdf=self._file(inputs, self.PDF),
            text=self._file(inputs, self.TEXT),
            maps=self._folder(inputs),
        )
        made = make_report(data, choices, inputs, feedback.part(0.7, 1.0))
        outputs = self._figures(data, made)
        tell_summary(outputs[SUMMARY].splitlines(), feedback)
        files = {
            keys.OUTPUT: choices.page,
            self.PDF: choices.pdf,
            self.TEXT: choices.text,
            self.MAPS: choices.maps,
        }
        return {**{key: str(path) for key, path in files.items() if path}, **outputs}

    def _figures(self, data: ReportData, made: Made) -> dict[str, Any]:
        from ...core.dates import format_date

        before, after = (
            [each for each in enclaves if data.faction in (None, each.faction)]
            for enclaves in data.enclaves
        )
        return {
            self.HEADLINE: made.headline,
            self.DATE_BEFORE: format_date(data.before),
            LAST_DATE: format_date(data.after),
            COUNT: len(after),
            self.AREA_BEFORE_KM2: sum(each.area_km2 for each in before),
            self.TOTAL_KM2: sum(each.area_km2 for each in after),
            self.CHANGED_KM2: data.transitions.changed_km2,
            self.EVENT_COUNT: len(data.events),
            self.PAGES: made.pages,
            SUMMARY: made.text,
        }

    def _word(self, inputs: Inputs, key: str) -> str:
        return str(self.parameterAsEnumString(inputs.values, key, inputs.context))

    def _path(self, inputs: Inputs, key: str) -> Path | None:
        return Path(inputs.text(key) or "") if inputs.has(key) else None

    def _file(self, inputs: Inputs, key: str) -> Path | None:
        if not inputs.has(key):
            return None
        return Path(self.parameterAsFileOutput(inputs.values, key, inputs.context))

    def _folder(self, inputs: Inputs) -> Path | None:
        if not inputs.has(self.MAPS):
            return None
        return Path(self.parameterAsString(inputs.values, self.MAPS, inputs.context))
