"""Rows with start and end: each algorithm takes a date where something changes, and none else."""

from __future__ import annotations

import pytest

from enclave_watch.processing.borders.bordercontactchanges import BorderContactChanges
from enclave_watch.processing.change.controlsummary import ControlSummary
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas
from enclave_watch.processing.enclaves.enclavehistory import EnclaveHistory

FIELDS = ("faction:string", "start:date", "end:date")
READ_BY = {"FACTION_FIELD": "faction", "DATE_FIELD": "start", "END_FIELD": "end"}
WEST, EAST = "POLYGON((0 0,1 0,1 1,0 1,0 0))", "POLYGON((1 0,2 0,2 1,1 1,1 0))"


def held(faction, start, end):
    return {"faction": faction, "start": start, "end": end}


def dates_of(result, field="date"):
    return sorted({row[field].toString("yyyy-MM-dd") for row in result.rows})


@pytest.mark.parametrize("algorithm", [EnclaveAreas, EnclaveHistory, ControlSummary])
@pytest.mark.parametrize(("inclusive", "last"), [(False, "2020-01-10"), (True, "2020-01-11")])
def test_dates_are_those_on_which_something_changes(
    run, make_layer, countries, algorithm, inclusive, last
):
    control = make_layer(
        [
            # the second overlaps the first by a day, and never ends
            (WEST, held("A", "2020-01-01", "2020-01-10")),
            (EAST, held("B", "2020-01-09", None)),
            # the same ground again, for a time: nothing changes where that begins or ends
            (EAST, held("B", "2020-01-20", "2020-02-01")),
            # one row cut in two, whether the end day counts or not
            (EAST, held("B", "2020-02-10", "2020-03-01")),
            (EAST, held("B", "2020-03-01", "2020-03-20")),
        ],
        *FIELDS,
    )
    result = run(
        algorithm, CONTROL=control, COUNTRIES=countries, END_INCLUSIVE=inclusive, **READ_BY
    )
    assert dates_of(result) == ["2020-01-01", "2020-01-09", last]


@pytest.fixture
def with_a_gap(make_layer, countries):
    """Red holds ground in January and from March on, and nobody anything in between."""
    control = make_layer(
        [
            (WEST, held("Red", "2020-01-01", "2020-02-01")),
            (WEST, held("Red", "2020-03-01", None)),
        ],
        *FIELDS,
    )
    return {"CONTROL": control, "COUNTRIES": countries, **READ_BY}


def test_enclaves_end_where_nobody_holds_anything(run, with_a_gap):
    result = run(EnclaveHistory, EVENTS="memory:", **with_a_gap)
    assert result.outputs["DATES"] == 3
    assert [(row["enclave_id"], row["fate"], row["predecessor"]) for row in result.rows] == [
        (1, "vanished", None), (2, None, 1),
    ]  # fmt: skip
    events = result.context.getMapLayer(result.outputs["EVENTS"])
    dated = {(row["kind"], row["date"].toString("yyyy-MM-dd")) for row in events.getFeatures()}
    assert {("vanished", "2020-02-01"), ("appeared", "2020-03-01")} <= dated


def test_contact_is_lost_where_nobody_holds_anything(run, with_a_gap):
    result = run(BorderContactChanges, **with_a_gap)
    assert (result.outputs["DATES"], result.outputs["LOST"]) == (3, result.outputs["GAINED"])
    assert result.outputs["LOST"] > 0
    assert {(row["change"], row["date"].toString("yyyy-MM-dd")) for row in result.rows} == {
        ("lost", "2020-02-01"), ("gained", "2020-03-01"),
    }  # fmt: skip
