"""The dock's figures are those of the algorithms, to the last digit."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from qgis.core import QgsGeometry, QgsProject, QgsVectorLayer

from enclave_watch.core.enclaves import Surveyor
from enclave_watch.core.errors import EnclaveWatchError
from enclave_watch.core.feedback import Feedback
from enclave_watch.core.lineagetext import holders_text
from enclave_watch.core.memory import Memory
from enclave_watch.core.text import border_with_text, neighbours_text
from enclave_watch.processing.borders.bordercontactchanges import BorderContactChanges
from enclave_watch.processing.change.controlchanges import ControlChanges
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas
from enclave_watch.processing.enclaves.enclavehistory import EnclaveHistory
from enclave_watch.ui.analysis import analysed
from enclave_watch.ui.choices import Choices
from enclave_watch.ui.sources import prepared

ALLIES = "Jaysh Khalid ibn al-Walid=Islamic State"


def analysis_of(choices: Choices, memory: Memory | None = None):
    return analysed(prepared(choices, QgsProject.instance()), memory or Memory(), Feedback())


@pytest.fixture
def sample(sample, tmp_path):
    """A copy: QGIS writes to the very file that it only shows."""
    return Path(shutil.copy(sample, tmp_path))


@pytest.fixture
def sample_choices(sample, qgis_app) -> Choices:
    layers = []
    for name in ("control", "places"):
        layers.append(QgsVectorLayer(f"{sample}|layername={name}", name, "ogr"))
        QgsProject.instance().addMapLayer(layers[-1])
    return Choices(
        control=layers[0].id(),
        faction_field="faction",
        date_field="date",
        places=layers[1].id(),
        place_field="name",
        alliances=ALLIES,
        min_width_m=100.0,
    )


@pytest.fixture
def parameters(sample, sample_choices):
    return {
        "CONTROL": sample_choices.control,
        "FACTION_FIELD": "faction",
        "DATE_FIELD": "date",
        "PLACES": sample_choices.places,
        "ALLIANCES": ALLIES,
    }


def day(moment) -> str:
    return moment.date().isoformat()


def days(rows, name="date"):
    return [row[name].toString("yyyy-MM-dd") for row in rows]


def test_enclaves_have_the_figures_of_the_history(run, sample_choices, parameters):
    rows = run(EnclaveHistory, **parameters).rows
    analysis, _ = analysis_of(sample_choices)
    found = [
        (
            day(result.date), each.enclave_id, each.enclave.faction, each.enclave.rank,
            each.enclave.area_km2, each.change_km2, each.enclave.share_country_pct,
            each.enclave.border_km, border_with_text(each.enclave), each.enclave.status.value,
            each.fate and each.fate.value, holders_text(each.lost_to),
        )
        for result in analysis.results
        for each in result.enclaves
    ]  # fmt: skip
    expected = [
        (
            date, row["enclave_id"], row["faction"], row["rank"], row["area_km2"],
            plain(row["change_km2"]), row["share_country_pct"], row["border_km"],
            row["border_with"] or "", row["status"], plain(row["fate"]), row["lost_to"] or "",
        )
        for row, date in zip(rows, days(rows))
    ]  # fmt: skip
    assert found == expected


def plain(value):
    return None if value is None or str(value) == "NULL" else value


def test_areas_are_those_of_enclave_areas(run, sample_choices, parameters):
    rows = run(EnclaveAreas, **parameters).rows
    analysis, _ = analysis_of(sample_choices)
    of_enclaves = [
        (day(result.date), each.faction, each.area_km2, each.perimeter_km, neighbours_text(each))
        for result in analysis.results
        for each in result.analysis.enclaves
    ]
    assert of_enclaves == [
        (date, row["faction"], row["area_km2"], row["perimeter_km"], row["neighbours"] or "")
        for row, date in zip(rows, days(rows))
    ]
    summed: dict[tuple[str, str], float] = {}
    for row, date in zip(rows, days(rows)):
        summed[date, row["faction"]] = summed.get((date, row["faction"]), 0.0) + row["area_km2"]
    areas = {
        (day(date), faction): km2
        for faction, areas_km2 in analysis.areas_km2.items()
        for date, km2 in zip(analysis.dates, areas_km2)
        if km2
    }
    # newer Pythons round a sum at its end alone
    assert summed == pytest.approx(areas, rel=1e-14)


def transitions_of(comparison):
    return [
        (
            day(comparison.from_date), day(comparison.to_date), each.from_faction, each.to_faction,
            each.area_km2, each.kind,
        )
        for each in comparison.transitions
        if not each.is_rounding
    ]  # fmt: skip


def rows_of_changes(rows):
    return [
        (before, after, row["from_faction"], row["to_faction"], row["area_km2"], row["kind"])
        for row, before, after in zip(rows, days(rows, "from_date"), days(rows, "to_date"))
    ]


def test_steps_are_those_of_control_changes(run, sample_choices, parameters):
    rows = run(ControlChanges, MIN_WIDTH=100.0, **parameters).rows
    analysis, _ = analysis_of(sample_choices)
    found = [row for each in analysis.results[1:] for row in transitions_of(each.since)]
    assert found == rows_of_changes(rows)
    assert {kind for *_, kind in found} == {"change", "redraw"}


def test_a_far_comparison_is_that_of_the_ends(run, sample_choices, parameters):
    rows = run(ControlChanges, MIN_WIDTH=100.0, COMPARE="ends", **parameters).rows
    analysis, comparer = analysis_of(sample_choices)
    comparison = comparer.compare(0, 4, Feedback())
    assert transitions_of(comparison) == rows_of_changes(rows)
    first = {each.enclave_id: each.enclave.area_km2 for each in analysis.results[0].enclaves}
    for each in analysis.results[4].enclaves:
        changed = each.enclave.area_km2 - first.get(each.enclave_id, 0.0)
        assert comparison.change_km2[each.enclave_id] == changed
    assert comparer.known(0, 4) is comparison


def test_a_comparison_backwards_turns_everything_round(sample_choices):
    _, comparer = analysis_of(sample_choices)
    forth, back = comparer.compare(1, 4, Feedback()), comparer.compare(4, 1, Feedback())
    assert {(b, a): km2 for (a, b), km2 in forth.matrix_km2.items()} == pytest.approx(
        dict(back.matrix_km2)
    )
    lost = {each.change.length_km for each in forth.stretches if each.change.change == "lost"}
    gained = {each.change.length_km for each in back.stretches if each.change.change == "gained"}
    assert lost
    assert lost == gained


def test_contacts_are_those_of_border_contact_changes(run, sample_choices, parameters):
    result = run(BorderContactChanges, TABLE="memory:", **parameters)
    table = result.context.getMapLayer(result.outputs["TABLE"])
    names = table.fields().names()
    rows = [dict(zip(names, each.attributes())) for each in table.getFeatures()]
    analysis, _ = analysis_of(sample_choices)
    changes = [change for each in analysis.results[1:] for change in each.since.contacts]
    assert [
        (day(change.date), change.faction, change.neighbour, change.before_km, change.after_km)
        for change in changes
    ] == [
        (date, row["faction"], row["neighbour"], row["before_km"], row["after_km"])
        for row, date in zip(rows, days(rows))
    ]
    stretches = [each.change for result in analysis.results[1:] for each in result.since.stretches]
    assert [(each.change.value, each.length_km) for each in stretches] == [
        (row["change"], row["length_km"]) for row in result.rows
    ]


def test_what_is_held_is_the_ground_of_the_enclaves(sample_choices):
    analysis, _ = analysis_of(sample_choices)
    for result in analysis.results:
        assert set(result.held) == {each.faction for each in result.analysis.enclaves}
        for faction, ground in result.held.items():
            own = [e.geometry.area for e in result.analysis.enclaves if e.faction == faction]
            assert ground.area == pytest.approx(sum(own), rel=1e-12)


@pytest.fixture
def surveyed(monkeypatch):
    """The dates that are surveyed, as they are."""
    dates = []
    survey = Surveyor.survey

    def counted(self, snapshot, feedback):
        dates.append(snapshot.date.isoformat()[:10])
        return survey(self, snapshot, feedback)

    monkeypatch.setattr(Surveyor, "survey", counted)
    return dates


@pytest.fixture
def compared(monkeypatch):
    """The steps whose polygons are overlaid."""
    from enclave_watch.core.changes import ChangeFinder

    steps = []
    compare = ChangeFinder.compare

    def counted(self, before, after):
        steps.append((before.date.isoformat()[:10], after.date.isoformat()[:10]))
        return compare(self, before, after)

    monkeypatch.setattr(ChangeFinder, "compare", counted)
    return steps


@pytest.fixture
def editable(make_layer, countries):
    """A control layer of four days, on each of which Red holds as many squares more."""
    rows = [
        (square(x, 0.5), {"faction": "Red", "date": f"2020-01-0{day}"})
        for day in (1, 2, 3, 4)
        for x in range(day)
    ]
    rows += [
        (square(0, 1.5), {"faction": "Blue", "date": f"2020-01-0{day}"}) for day in range(1, 5)
    ]
    layer = make_layer(rows, "faction:string", "date:date", name="fronts")
    choices = Choices(
        control=layer.id(),
        faction_field="faction",
        date_field="date",
        countries=countries.id(),
        country_field="NAME",
        home="Land",
    )
    return layer, choices


def square(x: float, y: float) -> str:
    x = 0.1 + 0.4 * x
    return f"POLYGON(({x} {y},{x + 0.1} {y},{x + 0.1} {y + 0.1},{x} {y + 0.1},{x} {y}))"


def move_one(layer: QgsVectorLayer, date: str) -> None:
    found = [f for f in layer.getFeatures() if f["date"].toString("yyyy-MM-dd") == date]
    moved = QgsGeometry(found[0].geometry())
    moved.translate(0.05, 0.0)
    layer.changeGeometry(found[0].id(), moved)


def test_the_same_again_is_not_surveyed_again(editable, surveyed, compared):
    _, choices = editable
    memory = Memory()
    first, _ = analysis_of(choices, memory)
    assert surveyed == [f"2020-01-0{day}" for day in (1, 2, 3, 4)]
    surveyed.clear()
    compared.clear()
    again, _ = analysis_of(choices, memory)
    assert surveyed == compared == []
    assert figures(again) == figures(first)


def test_an_edit_of_one_date_costs_that_date_and_the_steps_beside_it(editable, surveyed, compared):
    layer, choices = editable
    memory = Memory()
    analysis_of(choices, memory)
    surveyed.clear()
    compared.clear()
    layer.startEditing()
    move_one(layer, "2020-01-02")
    assert layer.commitChanges()
    edited, _ = analysis_of(choices, memory)
    assert surveyed == ["2020-01-02"]
    assert compared == [("2020-01-01", "2020-01-02"), ("2020-01-02", "2020-01-03")]
    fresh, _ = analysis_of(choices)
    assert figures(edited) == figures(fresh)


@pytest.mark.parametrize(
    "change", [{"tolerance_m": 2000.0}, {"snap_m": 0.0}, {"home": "East"}, {"places": "some"}]
)
def test_other_parameters_survey_all_again(editable, make_layer, surveyed, change):
    _, choices = editable
    if "places" in change:
        place = make_layer(
            [("POINT(0.15 0.55)", {"name": "Town"})], "name:string", kind="Point", name="places"
        )
        change = {"places": place.id(), "place_field": "name"}
    memory = Memory()
    analysis_of(choices, memory)
    surveyed.clear()
    analysis_of(replace(choices, **change), memory)
    assert len(surveyed) == 4


def test_what_a_run_does_not_need_is_forgotten(editable, surveyed):
    _, choices = editable
    memory = Memory()
    analysis_of(choices, memory)
    analysis_of(replace(choices, snap_m=0.0), memory)
    surveyed.clear()
    analysis_of(choices, memory)
    assert len(surveyed) == 4


def figures(analysis):
    return [
        (
            result.date,
            [(e.enclave_id, e.enclave.faction, e.enclave.area_km2, e.change_km2, e.fate)
             for e in result.enclaves],
            [event.text for event in result.events],
            result.since and dict(result.since.matrix_km2),
            result.since and [(c.before_km, c.after_km, c.flag) for c in result.since.contacts],
            result.finding,
        )
        for result in analysis.results
    ]  # fmt: skip


def test_a_filter_of_the_layer_holds(sample, sample_choices):
    layer = QgsProject.instance().mapLayer(sample_choices.control)
    assert layer.setSubsetString("faction <> 'Islamic State' AND date >= '2018-07-01'")
    analysis, _ = analysis_of(sample_choices)
    assert [day(date) for date in analysis.dates] == ["2018-07-15", "2018-07-31", "2018-08-05"]
    assert "Syrian government" in analysis.factions
    own = [e for r in analysis.results for e in r.enclaves if e.enclave.faction == "Islamic State"]
    assert all(each.enclave.area_km2 < 300 for each in own)


@pytest.mark.parametrize("use_unsaved", [False, True])
def test_edits_count_when_they_are_saved_or_asked_for(editable, use_unsaved):
    layer, choices = editable
    before, _ = analysis_of(choices)
    layer.startEditing()
    layer.deleteFeatures(
        [f.id() for f in layer.getFeatures() if f["date"].toString("yyyy-MM-dd") == "2020-01-04"]
    )
    analysis, _ = analysis_of(replace(choices, use_unsaved=use_unsaved))
    assert len(analysis.dates) == (3 if use_unsaved else 4)
    if not use_unsaved:
        assert figures(analysis) == figures(before)
    assert layer.isModified()
    layer.rollBack()


def test_a_time_in_which_nobody_holds_anything_is_a_stop(make_layer, countries):
    rows = [
        (square(0, 0.5), {"faction": "Red", "start": "2020-01-01", "stop": "2020-01-03"}),
        (square(0, 0.5), {"faction": "Blue", "start": "2020-01-05", "stop": "2020-01-09"}),
    ]
    layer = make_layer(rows, "faction:string", "start:date", "stop:date", name="fronts")
    choices = Choices(
        control=layer.id(),
        faction_field="faction",
        date_field="start",
        end_field="stop",
        countries=countries.id(),
        country_field="NAME",
    )
    analysis, comparer = analysis_of(choices)
    assert [day(date) for date in analysis.dates] == ["2020-01-01", "2020-01-03", "2020-01-05"]
    empty = analysis.results[1]
    assert (empty.enclaves, empty.held) == ((), {})
    assert {event.kind.value for event in empty.events} == {"largest_lost", "vanished"}
    assert empty.finding == "Nobody holds anything from 2020-01-03 on."
    assert list(empty.since.matrix_km2) == [("Red", "unassigned")]
    assert list(analysis.results[2].since.matrix_km2) == [("unassigned", "Blue")]
    assert list(comparer.compare(0, 2, Feedback()).matrix_km2) == [("Red", "Blue")]
    assert comparer.compare(2, 1, Feedback()).change_km2 == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"date_field": ""}, "from date to date"),
        ({"faction_field": "nobody"}, 'no field "nobody"'),
        ({"home": "Atlantis"}, 'no country "Atlantis"'),
        ({"alliances": "nonsense"}, 'no table "nonsense"'),
        ({"control": ""}, "Choose a control layer"),
    ],
)
def test_what_the_user_can_mend_is_said(editable, change, words):
    _, choices = editable
    with pytest.raises(EnclaveWatchError, match=words):
        analysis_of(replace(choices, **change))
