"""The state of the dock: what is chosen, what is known of it, and which date is shown.

It has no widgets: the dock calls it and shows what it says.
"""

from __future__ import annotations

import bisect
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from .analyst import Analyst
from .choices import Choices
from .compared import Compared
from .guessing import fields_guessed, guessed, with_name_field
from .player import Player
from .problems import problem_of
from .projectsettings import read_choices, write_choices
from .projectwatch import ProjectWatch
from .sources import LAYERS

if TYPE_CHECKING:
    from datetime import datetime

    from .comparing import Comparer
    from .results import Analysis, Comparison, DateResult

__all__ = ["DockController"]

_NAME_FIELDS = {
    "countries": "country_field",
    "provinces": "province_field",
    "places": "place_field",
}


class DockController(QObject):
    """Holds what the dock shows; every change is told by a signal.

    After an analysis these come in order: `analysisChanged`; in the next turn of the event loop, so
    that none takes long, `indexChanged` (the same date as before where it still exists, else the
    last) and `comparisonChanged`. `progressChanged` is in per cent.
    """

    choicesChanged = pyqtSignal()
    analysisChanged = pyqtSignal()
    indexChanged = pyqtSignal(int)
    comparisonChanged = pyqtSignal()
    busyChanged = pyqtSignal(bool)
    progressChanged = pyqtSignal(float)
    playingChanged = pyqtSignal(bool)
    playbackChanged = pyqtSignal()
    failed = pyqtSignal(str)
    outdated = pyqtSignal()

    def __init__(self, parent: QObject | None = None, project: QgsProject | None = None) -> None:
        super().__init__(parent)
        self._project = project or QgsProject.instance()
        self._choices = Choices()
        self._is_chosen = False
        self._analysed: Choices | None = None
        self._is_edited = False
        self._analysis: Analysis | None = None
        self._comparer: Comparer | None = None
        self._index = -1
        self._compare_index: int | None = None
        self._compared = Compared(self)
        self._compared.found.connect(self._on_compared)
        self._showing = QTimer(self)
        self._showing.setSingleShot(True)
        self._showing.setInterval(0)
        self._showing.timeout.connect(self._show)
        self._analyst = Analyst(self._project, self)
        self._analyst.busyChanged.connect(self.busyChanged)
        self._analyst.progressChanged.connect(self.progressChanged)
        self._analyst.analysed.connect(self._on_analysed)
        self._analyst.failed.connect(self._on_failed)
        self._player = Player(self._advance, self)
        self._player.playingChanged.connect(self.playingChanged)
        self._player.playbackChanged.connect(self.playbackChanged)
        self._watch = ProjectWatch(self._project, self)
        self._watch.opened.connect(self._on_opened)
        self._watch.layersAdded.connect(self._on_added)
        self._watch.layersGone.connect(self._on_gone)
        self._watch.looksChanged.connect(self._on_looks)
        self._watch.edited.connect(self._on_edited)
        self._choose_from_project()

    # ---- what it holds ------------------------------------------------------------

    @property
    def choices(self) -> Choices:
        """Return what is chosen."""
        return self._choices

    @property
    def analysis(self) -> Analysis | None:
        """Return the last analysis; None before the first, and without a control layer."""
        return self._analysis

    @property
    def index(self) -> int:
        """Return which date is shown; -1 is none."""
        return self._index

    @property
    def result(self) -> DateResult | None:
        """Return all that is shown of the date."""
        if self._analysis is None or self._index < 0:
            return None
        return self._analysis.results[self._index]

    @property
    def comparison(self) -> Comparison | None:
        """Return the current date compared with `compare_index`; None until that is known."""
        return self._compared.comparison

    @property
    def compare_index(self) -> int | None:
        """Return which date the current one is compared with; None is the one before."""
        return self._compare_index

    @property
    def is_busy(self) -> bool:
        """Return whether an analysis is on its way."""
        return self._analyst.is_busy

    @property
    def is_comparing(self) -> bool:
        """Return whether the comparison is on its way."""
        return self._compared.is_busy

    @property
    def is_playing(self) -> bool:
        """Return whether dates follow each other by themselves."""
        return self._player.is_playing

    @property
    def seconds_a_date(self) -> float:
        """Return how long each date is shown at least while it plays."""
        return self._player.seconds_a_date

    @property
    def is_looping(self) -> bool:
        """Return whether the first date follows the last while it plays."""
        return self._player.is_looping

    @property
    def needs_analysis(self) -> bool:
        """Return whether choices or layers are newer than the analysis."""
        return self._is_edited or self._analysed != self._choices

    @property
    def problem(self) -> str:
        """Return why there can be no analysis; '' when there can."""
        return problem_of(self._choices, self._project)

    # ---- choosing -----------------------------------------------------------------

    def set_choices(self, **changes: Any) -> None:
        """Change choices, and put them into the project.

        With another layer its fields are guessed, unless they are given too.
        """
        layer = self._project.mapLayer(changes.get("control", ""))
        if isinstance(layer, QgsVectorLayer) and layer.id() != self._choices.control:
            changes = {**fields_guessed(layer), **changes}
        for choice, field in _NAME_FIELDS.items():
            layer = self._project.mapLayer(changes.get(choice, ""))
            if isinstance(layer, QgsVectorLayer) and layer.id() != getattr(self._choices, choice):
                changes = {field: with_name_field(choice, layer)[1], **changes}
        choices = replace(self._choices, **changes)
        if choices != self._choices:
            self._is_chosen = True
            write_choices(self._project, choices)
            self._take(choices)

    def _take(self, choices: Choices) -> None:
        changed = choices != self._choices
        self._choices = choices
        self._watch.watch(
            [getattr(choices, name) for name in LAYERS if getattr(choices, name)],
            unsaved=choices.use_unsaved,
        )
        if changed:
            self.choicesChanged.emit()

    def _choose_from_project(self) -> None:
        stored = read_choices(self._project)
        if stored is not None:
            stored = self._without_missing(stored)
        self._is_chosen = stored is not None and bool(stored.control)
        self._take(stored if stored and stored.control else guessed(self._project))

    def _without_missing(self, choices: Choices) -> Choices:
        gone = {name: "" for name in LAYERS if not self._has_layer(getattr(choices, name))}
        return replace(choices, **gone)

    def _has_layer(self, layer_id: str) -> bool:
        return isinstance(self._project.mapLayer(layer_id), QgsVectorLayer)

    # ---- analysing ----------------------------------------------------------------

    def analyse(self) -> None:
        """Begin an analysis in the background; one that is on its way is given up."""
        problem = self.problem
        if problem:
            self.failed.emit(problem)
            return
        self._is_edited = False
        self._analyst.analyse(self._choices)

    def cancel(self) -> None:
        """Give up the analysis that is on its way."""
        self._analyst.cancel()

    def _on_failed(self, error: str) -> None:
        self._is_edited = True
        if error:
            self.failed.emit(error)

    def _on_analysed(self, choices: Choices, analysis: Analysis, comparer: Comparer) -> None:
        old, index, compared = self._analysis, self._index, self._compare_index
        self._analysed = choices
        self._compared.forget()
        self._analysis, self._comparer = analysis, comparer
        self._index = len(analysis.results) - 1
        self._compare_index = None
        if old is not None and old.layer_id == analysis.layer_id:
            dates = {date: number for number, date in enumerate(analysis.dates)}
            self._index = dates.get(old.dates[index], self._index)
            if compared is not None:
                self._compare_index = dates.get(old.dates[compared])
        self.analysisChanged.emit()
        self._showing.start()

    def _drop_analysis(self) -> None:
        self.pause()
        self.cancel()
        self._analysed = None
        if self._analysis is not None:
            self._analysis = self._comparer = None
            self._index, self._compare_index = -1, None
            self._showing.stop()
            self._compared.forget()
            self.analysisChanged.emit()
            self.indexChanged.emit(-1)
            self.comparisonChanged.emit()

    # ---- stepping -----------------------------------------------------------------

    def go_to(self, index: int) -> None:
        """Show a date; the first or last one where there is none so far."""
        if self._analysis is None:
            return
        index = min(max(index, 0), len(self._analysis.results) - 1)
        if index != self._index:
            self._index = index
            self._show()

    def go_to_date(self, date: datetime) -> None:
        """Show what holds on a date: the nearest at or before it, else the first."""
        if self._analysis is not None:
            self.go_to(bisect.bisect_right(self._analysis.dates, date) - 1)

    def first(self) -> None:
        """Show the first date."""
        self.go_to(0)

    def back(self) -> None:
        """Show the date before."""
        self.go_to(self._index - 1)

    def forward(self) -> None:
        """Show the next date."""
        self.go_to(self._index + 1)

    def last(self) -> None:
        """Show the last date."""
        if self._analysis is not None:
            self.go_to(len(self._analysis.results) - 1)

    def _show(self) -> None:
        self._showing.stop()
        self._find_comparison()
        self.indexChanged.emit(self._index)
        self.comparisonChanged.emit()

    # ---- comparing ----------------------------------------------------------------

    def set_compare(self, index: int | None) -> None:
        """Compare each date with this one; None: with the one before."""
        if self._analysis is None or index == self._compare_index:
            return
        if index is not None and not 0 <= index < len(self._analysis.results):
            return
        self._compare_index = index
        self._find_comparison()
        self.comparisonChanged.emit()

    def _find_comparison(self) -> None:
        self._compared.find(self._comparer, self.result, self._compare_index, self._index)

    def _on_compared(self, error: str) -> None:
        if error:
            self.failed.emit(error)
        self.comparisonChanged.emit()

    # ---- playing ------------------------------------------------------------------

    def play(self) -> None:
        """Show date after date; from the first on where the last is shown."""
        if self._analysis is None or self._player.is_playing:
            return
        if self._index == len(self._analysis.results) - 1:
            self.first()
        self._player.play()

    def pause(self) -> None:
        """Stay at the date that is shown."""
        self._player.pause()

    def toggle_play(self) -> None:
        """Play, or pause."""
        if self._player.is_playing:
            self.pause()
        else:
            self.play()

    def set_seconds_a_date(self, seconds: float) -> None:
        """Set how long each date is shown at least."""
        self._player.set_seconds_a_date(seconds)

    def set_loop(self, loops: bool) -> None:
        """Set whether the first date follows the last."""
        self._player.set_loop(loops)

    def set_map_drawing(self, is_drawing: bool) -> None:
        """Say whether the map is being drawn: playing waits for it."""
        self._player.set_map_drawing(is_drawing)

    def _advance(self) -> bool:
        if self._analysis is None:
            return False
        count = len(self._analysis.results)
        if self._index + 1 < count:
            self.forward()
        elif self._player.is_looping and count > 1:
            self.first()
        else:
            return False
        return True

    # ---- following the project ----------------------------------------------------

    def close(self) -> None:
        """Stop all that goes on, and let go of the project. It is of no use afterwards."""
        self._player.pause()
        self._showing.stop()
        self._compared.forget()
        self._analyst.close()
        self._watch.close()
        self._analysis = self._comparer = None
        self._index = -1

    def _on_opened(self) -> None:
        self._analyst.forget()
        self._drop_analysis()
        self._is_edited = False
        self._choose_from_project()

    def _on_added(self) -> None:
        if not self._choices.control or not (self._is_chosen or self._analysis or self.is_busy):
            self._take(guessed(self._project))
        # lists of layers and the problem may be others now
        self.choicesChanged.emit()

    def _on_gone(self, layer_ids: list[str]) -> None:
        gone = {name: "" for name in LAYERS if getattr(self._choices, name) in layer_ids}
        if not gone:
            return
        if "control" in gone:
            self._drop_analysis()
            self._is_chosen = False
        self._take(replace(self._choices, **gone))
        if "control" not in gone:
            self._on_edited()

    def _on_looks(self) -> None:
        self.choicesChanged.emit()

    def _on_edited(self) -> None:
        self._is_edited = True
        self.outdated.emit()
        if self._analysis is not None and not self.problem:
            self.analyse()
