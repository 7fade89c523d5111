"""How enclaves follow from each other, on shapes whose overlaps can be done in the head."""

from __future__ import annotations

from datetime import datetime

import pytest

from enclave_watch.core.errors import DateError
from enclave_watch.core.feedback import Feedback
from enclave_watch.core.history import families, trace
from enclave_watch.core.lineage import Kind, LinkRule
from enclave_watch.core.model import Parameters
from enclave_watch.core.series import read_series
from enclave_watch.core.timeline import analyse
from enclave_watch.tests.core.helpers.build import UTM, Log, geography_of, rows_of, series_of
from enclave_watch.tests.core.helpers.histories import by_id, followed, history_of, square

# a square metre of the grid is 1 / 0.9996 squared of ground
GROUND = 1.0008


def reds(*shapes):
    return [("Red", shape) for shape in shapes]


def one(traced):
    (only,) = traced
    return only


def test_on_the_first_date_nothing_is_said_of_before():
    first = one(history_of(reds(square(0, 0, 10))).last.after)
    assert first.enclave_id == 1
    assert first.lineage is None
    assert first.change_km2 is None
    assert (first.age_days, first.change_first_km2) == (0, 0)
    assert first.fate is None


def test_an_enclave_that_stays_is_continued():
    step = history_of(reds(square(0, 0, 10)), reds(square(0, 0, 10))).last
    old, new = one(step.before), one(step.after)
    assert (old.fate, new.lineage) == (Kind.CONTINUED, Kind.CONTINUED)
    assert old.enclave_id == new.enclave_id == 1
    assert new.change_km2 == 0
    assert new.age_days == 1
    assert old.lost_to == new.gained_from == ()


def test_an_enclave_that_grows_keeps_its_id():
    history = history_of(
        reds(square(0, 0, 10)), reds(square(0, 0, 12, 10)), reds(square(0, 0, 15, 10))
    )
    new = one(history.last.after)
    assert (new.enclave_id, new.lineage) == (1, Kind.CONTINUED)
    assert new.change_km2 == pytest.approx(30 * GROUND, abs=0.01)
    assert new.change_first_km2 == pytest.approx(50 * GROUND, abs=0.01)
    assert new.age_days == 2
    assert [(s.factions, s.area_km2) for s in new.gained_from] == [
        ((), pytest.approx(30 * GROUND, abs=0.01))
    ]
    assert one(new.parents).share_pct == pytest.approx(80, abs=0.01)


def test_an_enclave_that_shrinks_keeps_its_id_and_names_the_taker():
    step = history_of(
        [("Red", square(0, 0, 10)), ("Blue", square(10, 0, 5, 10))],
        [("Red", square(0, 0, 4, 10)), ("Blue", square(8, 0, 7, 10))],
    ).last
    old = next(each for each in step.before if each.enclave.faction == "Red")
    new = next(each for each in step.after if each.enclave.faction == "Red")
    assert (old.fate, new.enclave_id) == (Kind.CONTINUED, old.enclave_id)
    assert new.change_km2 == pytest.approx(-60 * GROUND, abs=0.01)
    assert [(share.label, share.area_km2) for share in old.lost_to] == [
        ("unassigned", pytest.approx(40 * GROUND, abs=0.01)),
        ("Blue", pytest.approx(20 * GROUND, abs=0.01)),
    ]
    assert old.lost_km2 == pytest.approx(60 * GROUND, abs=0.01)
    assert one(old.children).share_pct == pytest.approx(40, abs=0.01)


def test_of_two_halves_the_larger_keeps_the_id():
    step = history_of(
        reds(square(0, 0, 30, 10)), reds(square(0, 0, 10), square(11, 0, 19, 10))
    ).last
    old, new = one(step.before), by_id(step.after)
    assert old.fate is Kind.SPLIT
    assert [child.enclave_id for child in old.children] == [1, 2]
    shares = [child.share_pct for child in old.children]
    assert shares == pytest.approx([190 / 3, 100 / 3], abs=0.01)
    assert new[1].enclave.area_km2 == pytest.approx(190 * GROUND, abs=0.05)
    assert {each.lineage for each in step.after} == {Kind.SPLIT}
    # what is new was nothing before, so that changes sum
    assert new[2].change_km2 == pytest.approx(100 * GROUND, abs=0.05)
    assert new[1].change_km2 == pytest.approx(-110 * GROUND, abs=0.05)


def test_the_id_goes_with_the_ground_and_not_with_the_size():
    # the right heir is larger, but more of the old ground is in the left one
    step = history_of(
        reds(square(0, 0, 30, 10)),
        reds(square(0, 0, 18, 10), square(20, -20, 10, 60)),
    ).last
    new = by_id(step.after)
    assert new[1].enclave.area_km2 == pytest.approx(180 * GROUND, abs=0.05)
    assert new[2].enclave.area_km2 == pytest.approx(600 * GROUND, abs=0.2)


def test_one_enclave_splits_in_three():
    step = history_of(
        reds(square(0, 0, 30, 10)),
        reds(square(0, 0, 8, 10), square(10, 0, 12, 10), square(23, 0, 7, 10)),
    ).last
    assert len(one(step.before).children) == 3
    assert one(step.before).fate is Kind.SPLIT
    assert sorted(by_id(step.after)) == [1, 2, 3]
    assert by_id(step.after)[1].enclave.area_km2 == pytest.approx(120 * GROUND, abs=0.05)


def test_a_merger_keeps_the_id_of_the_largest_parent():
    step = history_of(reds(square(0, 0, 5), square(10, 0, 10)), reds(square(0, 0, 20, 10))).last
    old, new = by_id(step.before), one(step.after)
    assert old[1].enclave.area_km2 > old[2].enclave.area_km2
    assert new.enclave_id == 1
    assert new.lineage is Kind.MERGED
    assert [(each.enclave_id, each.share_pct) for each in new.parents] == [
        (1, pytest.approx(50, abs=0.01)),
        (2, pytest.approx(12.5, abs=0.01)),
    ]
    assert {each.fate for each in step.before} == {Kind.MERGED}


@pytest.mark.parametrize("side", [-1, 1])
def test_of_equal_halves_the_larger_heir_keeps_the_id(side):
    # both have 90 km2 of the old ground; one has 50 km2 more beside it
    more = square(10, 0, 5, 10) if side > 0 else square(-15, 0, 5, 10)
    halves = [square(-10, 0, 9, 10), square(1, 0, 9, 10)]
    step = history_of(reds(square(-10, 0, 20, 10)), reds(*halves, more)).last
    assert by_id(step.after)[1].enclave.area_km2 == pytest.approx(140 * GROUND, abs=0.05)


def test_a_merger_keeps_the_id_of_the_largest_parent_and_not_of_the_largest_share():
    # of 300 km2 a third goes on, of 150 km2 all
    step = history_of(
        reds(square(0, 0, 30, 10), square(30, 20, 15, 10)),
        reds("POLYGON((20 0,45 0,45 30,30 30,30 10,20 10,20 0))"),
    ).last
    new = one(step.after)
    assert {each.fate for each in step.before} == {Kind.MERGED}
    assert new.enclave_id == 1
    assert [each.enclave_id for each in new.parents] == [2, 1]


def test_an_enclave_splits_and_part_of_it_merges_at_once():
    step = history_of(
        reds(square(0, 0, 30, 10), square(40, 0, 10)),
        reds(square(0, 0, 18, 10), square(20, 0, 30, 10)),
    ).last
    old, new = by_id(step.before), by_id(step.after)
    assert old[1].fate is Kind.SPLIT
    assert old[2].fate is Kind.MERGED
    assert new[1].enclave.area_km2 == pytest.approx(180 * GROUND, abs=0.05)
    assert new[1].lineage is Kind.SPLIT
    # the heir that did not get the id of the split one keeps that of the other parent
    assert new[2].enclave.area_km2 == pytest.approx(300 * GROUND, abs=0.1)
    assert new[2].lineage is Kind.MERGED
    assert {each.enclave_id for each in new[2].parents} == {1, 2}


def test_two_factions_that_swap_their_ground_follow_from_nobody():
    step = history_of(
        [("Red", square(0, 0, 10)), ("Blue", square(20, 0, 10))],
        [("Blue", square(0, 0, 10)), ("Red", square(20, 0, 10))],
    ).last
    assert {each.fate for each in step.before} == {Kind.VANISHED}
    assert {each.lineage for each in step.after} == {Kind.APPEARED}
    assert sorted(each.enclave_id for each in step.after) == [3, 4]
    lost = {each.enclave.faction: [s.label for s in each.lost_to] for each in step.before}
    assert lost == {"Red": ["Blue"], "Blue": ["Red"]}


def test_an_enclave_vanishes_to_two_takers():
    step = history_of(
        [("Red", square(0, 0, 10)), ("Blue", square(50, 0, 1)), ("Green", square(60, 0, 1))],
        [("Blue", square(0, 0, 7, 10)), ("Green", square(7, 0, 3, 10))],
    ).last
    red = next(each for each in step.before if each.enclave.faction == "Red")
    assert red.fate is Kind.VANISHED
    assert [(share.label, share.area_km2) for share in red.lost_to] == [
        ("Blue", pytest.approx(70 * GROUND, abs=0.05)),
        ("Green", pytest.approx(30 * GROUND, abs=0.05)),
    ]


def test_a_small_share_is_told_as_well():
    step = history_of(
        [("Red", square(0, 0, 10))],
        [("Red", square(0.05, 0, 9.95, 10)), ("Blue", square(-1, 0, 1.01, 10))],
    ).last
    old = next(each for each in step.before if each.enclave.faction == "Red")
    assert [(share.label, share.area_km2) for share in old.lost_to] == [
        ("unassigned", pytest.approx(0.4 * GROUND, abs=0.001)),
        ("Blue", pytest.approx(0.1 * GROUND, abs=0.001)),
    ]


def test_ground_that_two_takers_claim_is_contested_and_counted_once():
    step = history_of(
        [("Red", square(0, 0, 10))],
        [("Blue", square(0, 0, 6, 10)), ("Green", square(4, 0, 4, 10))],
    ).last
    red = one(step.before)
    assert {share.label: share.area_km2 for share in red.lost_to} == {
        "Blue": pytest.approx(40 * GROUND, abs=0.05),
        "contested: Blue + Green": pytest.approx(20 * GROUND, abs=0.05),
        "Green": pytest.approx(20 * GROUND, abs=0.05),
        "unassigned": pytest.approx(20 * GROUND, abs=0.05),
    }
    assert red.lost_km2 == pytest.approx(red.enclave.area_km2, abs=0.001)


def test_an_enclave_that_reappears_is_new_and_names_its_predecessor():
    here, elsewhere = square(0, 0, 10), ("Blue", square(90, 0, 1))
    history = history_of([*reds(here), elsewhere], [elsewhere], [*reds(here), elsewhere])
    back = next(each for each in history.last.after if each.enclave.faction == "Red")
    assert back.lineage is Kind.APPEARED
    assert back.enclave_id == 3
    assert by_id(history.steps[0].after)[back.predecessor].enclave.faction == "Red"
    assert back.age_days == 0


def test_of_several_predecessors_the_last_is_named():
    here, elsewhere = square(0, 0, 10), ("Blue", square(90, 0, 1))
    history = history_of(
        [*reds(here), elsewhere], [elsewhere], [*reds(here), elsewhere], [elsewhere],
        [*reds(here), elsewhere],
    )  # fmt: skip
    red = [
        next((each for each in step.after if each.enclave.faction == "Red"), None)
        for step in history.steps
    ]
    assert red[4].predecessor == red[2].enclave_id
    assert red[2].predecessor == red[0].enclave_id


def test_one_that_appears_elsewhere_has_no_predecessor():
    elsewhere = ("Blue", square(90, 0, 1))
    history = history_of(
        [*reds(square(0, 0, 10)), elsewhere], [elsewhere], [*reds(square(20, 0, 10)), elsewhere]
    )
    back = next(each for each in history.last.after if each.enclave.faction == "Red")
    assert back.predecessor is None


def test_the_place_of_another_faction_is_no_predecessor():
    history = history_of(
        [("Red", square(0, 0, 10)), ("Blue", square(90, 0, 1))],
        [("Blue", square(90, 0, 1))],
        [("Blue", square(0, 0, 10)), ("Blue", square(90, 0, 1))],
    )
    assert [each.predecessor for each in history.last.after] == [None, None]


def test_enclaves_that_only_come_to_touch_stay_two():
    step = history_of(
        reds(square(0, 0, 10), square(11, 11, 10)), reds(square(0, 0, 10), square(10, 10, 11))
    ).last
    assert {each.lineage for each in step.after} == {Kind.CONTINUED}
    assert sorted(by_id(step.after)) == [1, 2]


def test_a_sliver_of_overlap_makes_no_parent():
    # 1 of 100 km2 is shared, as when a line is drawn anew
    history = history_of(
        reds(square(0, 0, 10)), reds(square(9.9, 0, 10)), rule=LinkRule(min_km2=0.5)
    )
    assert one(history.last.after).lineage is Kind.APPEARED
    linked = history_of(
        reds(square(0, 0, 10)), reds(square(8.9, 0, 10)), rule=LinkRule(min_km2=0.5)
    )
    assert one(linked.last.after).lineage is Kind.CONTINUED


@pytest.mark.parametrize(
    ("overlap_km2", "smaller_km2", "holds"),
    [
        (0.0, 5.0, False),
        (9.9, 100.0, False),  # under a tenth of the smaller
        (10.0, 100.0, True),
        (0.9, 5.0, False),  # a fifth of it, yet under the absolute least
        (1.0, 5.0, True),
        (0.05, 0.1, True),  # so small itself that half of it is enough
        (0.049, 0.1, False),
    ],
)
def test_an_overlap_makes_parents_from_a_share_and_a_least_area_on(overlap_km2, smaller_km2, holds):
    assert LinkRule().holds(overlap_km2, smaller_km2) is holds


def test_smaller_enclaves_are_not_followed_but_hold_their_ground():
    step = history_of(
        reds(square(0, 0, 10)),
        reds(square(0, 0, 8, 10), square(9, 0, 1, 1)),
        parameters=Parameters(min_area_km2=5.0),
    ).last
    assert one(step.before).fate is Kind.CONTINUED
    assert len(step.analysis.enclaves) == 2
    assert one(step.after).enclave_id == 1
    # 20 km2 are gone but for the small enclave that is not followed
    assert one(step.before).lost_km2 == pytest.approx(19 * GROUND, abs=0.01)


def test_what_has_hardly_any_ground_is_not_followed():
    # a tenth of a square metre, as broken outlines leave it
    crumb, grown = square(50, 0, 1e-4, 1e-3), square(50, 0, 1e-4, 2e-3)
    step = history_of(reds(square(0, 0, 10), crumb), reds(square(0, 0, 10), grown)).last
    assert len(step.analysis.enclaves) == 2
    assert [each.enclave_id for each in step.before] == [1]
    assert [each.enclave_id for each in step.after] == [1]


def test_changes_and_what_ceased_sum_to_the_change_of_the_faction():
    history = history_of(
        reds(square(0, 0, 30, 10), square(40, 0, 10), square(60, 0, 5)),
        reds(square(0, 0, 18, 10), square(20, 0, 30, 10), square(0, 30, 7)),
    )
    step = history.last
    ceased = by_id(step.before).keys() - by_id(step.after).keys()
    change_km2 = sum(each.change_km2 for each in step.after) - sum(
        by_id(step.before)[number].enclave.area_km2 for number in ceased
    )
    totals = [sum(e.area_km2 for e in a.enclaves) for a in (step.analysis_before, step.analysis)]
    assert change_km2 == pytest.approx(totals[1] - totals[0], abs=1e-9)
    gained = sum(share.area_km2 for each in step.after for share in each.gained_from)
    lost = sum(each.lost_km2 for each in step.before)
    assert gained - lost == pytest.approx(totals[1] - totals[0], abs=1e-6)


def test_families_hold_together_what_lineage_joins():
    step = history_of(
        reds(square(0, 0, 30, 10), square(40, 0, 10), square(60, 0, 5), square(80, 0, 5)),
        reds(square(0, 0, 18, 10), square(20, 0, 30, 10), square(80, 0, 5), square(0, 50, 9)),
    ).last
    found = {
        (tuple(e.enclave_id for e in old), tuple(sorted(e.enclave_id for e in new)))
        for old, new in families(step)
    }
    old = by_id(step.before)
    vanished = next(number for number in old if old[number].fate is Kind.VANISHED)
    stayed = next(number for number in old if old[number].fate is Kind.CONTINUED)
    assert found == {((1, 2), (1, 2)), ((vanished,), ()), ((stayed,), (stayed,)), ((), (5,))}


def test_without_dates_there_is_no_history():
    series = series_of(reds(square(0, 0, 10)))
    geography = geography_of(series)
    analyses = analyse(series, geography, Parameters(), Feedback())
    with pytest.raises(DateError, match="date field"):
        list(trace(analyses, geodesy=series.store.geodesy, rule=LinkRule(), feedback=Feedback()))


def intervals(*rows, feedback=None):
    """Red rows from one day of January 2020 to before another; None ends never."""
    rows = [
        row
        for number, (shape, start, end) in enumerate(rows)
        for row in rows_of(
            reds(shape),
            start=datetime(2020, 1, start),
            end=None if end is None else datetime(2020, 1, end),
            first_id=number,
        )
    ]
    return read_series(
        rows, layer_name="c", crs=UTM, end_field=True, feedback=feedback or Feedback()
    )


def test_a_time_in_which_nobody_holds_anything_ends_enclaves():
    history = followed(intervals((square(0, 0, 10), 1, 5), (square(0, 0, 10), 9, None)))
    assert [step.analysis.date.day for step in history.steps] == [1, 5, 9]
    assert one(history.steps[1].before).fate is Kind.VANISHED
    assert [event.kind.value for event in history.events(1)][:2] == ["largest_lost", "vanished"]
    back = one(history.last.after)
    assert (back.lineage, back.enclave_id, back.predecessor) == (Kind.APPEARED, 2, 1)


def test_the_end_of_the_last_rows_is_no_loss():
    log = Log()
    series = intervals((square(0, 0, 10), 1, 5), (square(0, 0, 12), 5, 9), feedback=log)
    history = followed(series)
    assert [step.analysis.date.day for step in history.steps] == [1, 5]
    assert any("2020-01-09" in text and "end of the record" in text for text in log.infos)


def test_rows_that_end_while_others_go_on_are_a_loss():
    history = followed(intervals((square(0, 0, 10), 1, 5), (square(50, 0, 10), 1, None)))
    assert [step.analysis.date.day for step in history.steps] == [1, 5]
    assert sorted(each.fate.value for each in history.last.before) == ["continued", "vanished"]
