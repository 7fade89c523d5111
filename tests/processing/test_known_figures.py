"""The figures of the sample that were published, or that its shapes were drawn to."""

from __future__ import annotations

import pytest

from enclave_watch.processing.borders.bordercontact import BorderContact
from enclave_watch.processing.enclaves.enclaveareas import EnclaveAreas

ISLAMIC_STATE = "Islamic State"
ALLIANCE = "Jaysh Khalid ibn al-Walid=Islamic State"


@pytest.fixture
def enclaves_of(run, syria, sample):
    """Return a function that gives the enclaves of a faction on a date, the largest first."""

    def enclaves(date: str, faction: str = ISLAMIC_STATE, **parameters):
        places = f"{sample}|layername=places"
        result = run(EnclaveAreas, DATE=date, PLACES=places, **syria, **parameters)
        return [row for row in result.rows if row["faction"] == faction]

    return enclaves


def _total_km2(rows) -> float:
    return sum(row["area_km2"] for row in rows)


@pytest.mark.parametrize(
    ("date", "count", "area_km2"),
    [("2018-05-31", 10, 5913.5), ("2018-06-30", 9, 5375.0), ("2018-08-05", 8, 3705.0)],
)
def test_pieces_and_area_of_the_islamic_state(enclaves_of, date, count, area_km2):
    rows = enclaves_of(date)
    assert len(rows) == count
    assert _total_km2(rows) == pytest.approx(area_km2, abs=0.1)


def test_a_join_distance_of_a_kilometre_makes_one_enclave_of_the_two_in_the_east(enclaves_of):
    assert len(enclaves_of("2018-05-31", JOIN_DISTANCE=1000)) == 9
    assert len(enclaves_of("2018-05-31", JOIN_DISTANCE=690)) == 10


@pytest.mark.parametrize("date", ["2018-05-31", "2018-06-30", "2018-07-15", "2018-07-31"])
def test_the_largest_enclave_until_the_end_of_july(enclaves_of, date):
    largest = enclaves_of(date)[0]
    assert largest["area_km2"] == pytest.approx(1670.0, abs=0.1)
    assert largest["border_km"] == pytest.approx(85.0, abs=0.3)
    assert largest["border_with"].startswith("Iraq 8")
    # Natural Earth's spelling of Deir ez-Zor
    assert largest["provinces"] == "Dayr Az Zawr 100 %"
    assert largest["status"] == "border"
    assert largest["main"]


def test_the_contact_is_the_same_as_a_line_and_gone_with_the_enclave(run, syria):
    result = run(BorderContact, **syria)
    iraq = {
        row["date"].toString("yyyy-MM-dd"): row["length_km"]
        for row in result.rows
        if (row["faction"], row["neighbour"], row["rank"]) == (ISLAMIC_STATE, "Iraq", 1)
    }
    assert set(iraq) == {"2018-05-31", "2018-06-30", "2018-07-15", "2018-07-31"}
    assert all(length == pytest.approx(85.0, abs=0.3) for length in iraq.values())


def test_a_tolerance_of_200_m_finds_no_contact_of_an_edge_250_m_inside(enclaves_of):
    assert enclaves_of("2018-07-31", TOLERANCE=200)[0]["border_km"] == 0


def test_all_presence_in_al_hasakah_is_lost_in_june(enclaves_of):
    before, after = enclaves_of("2018-05-31"), enclaves_of("2018-06-30")
    assert [row["area_km2"] for row in before if "Hasaka" in row["provinces"]] == [
        pytest.approx(538.5, abs=0.1)
    ]
    # what is left there is a sliver of 0.09 km2, under the smallest presence
    assert not [row for row in after if "Hasaka" in row["provinces"]]
    any_presence = enclaves_of("2018-06-30", MIN_PRESENCE=0)
    assert [row for row in any_presence if "Hasaka" in row["provinces"]]


def test_the_ally_in_daraa_counts_with_the_islamic_state_and_is_gone_in_july(enclaves_of):
    for date in ("2018-05-31", "2018-06-30", "2018-07-15"):
        own = enclaves_of(date)
        allied = enclaves_of(date, ALLIANCES=ALLIANCE)
        assert _total_km2(allied) - _total_km2(own) == pytest.approx(250.0, abs=0.1)
        assert [row for row in allied if row["provinces"] == "Dar`a 100 %"]
    gone = enclaves_of("2018-07-31", ALLIANCES=ALLIANCE)
    assert not [row for row in gone if "Dar`a" in row["provinces"]]


def test_the_last_date(enclaves_of):
    rows = enclaves_of("2018-08-05")
    areas_km2 = [row["area_km2"] for row in rows]
    assert areas_km2 == pytest.approx(
        [1619.5, 760.0, 700.0, 340.0, 202.5, 42.0, 23.0, 18.0], abs=0.1
    )
    assert sum(row["share_country_pct"] for row in rows) == pytest.approx(1.99, abs=0.005)
    assert sum(row["border_km"] for row in rows) == 0
    assert (rows[0]["status"], rows[0]["enclosed_by"]) == ("encircled", "Syrian government")


def test_the_share_is_of_the_reference_area_where_one_is_given(enclaves_of):
    rows = enclaves_of("2018-08-05", REFERENCE_AREA=185_180)
    shares_pct = [row["share_country_pct"] for row in rows]
    assert sum(shares_pct) == pytest.approx(100 * 3705.0 / 185_180, abs=0.0001)


def test_the_hajin_enclave(enclaves_of):
    [hajin] = [row for row in enclaves_of("2018-08-05") if "Hajin" in row["places"]]
    assert set(hajin["places"].split("; ")) == {"Hajin", "al-Shafa", "al-Sousah", "al-Baghuz"}
    assert hajin["area_km2"] == pytest.approx(202.5, abs=0.1)
    assert hajin["border_dist_km"] == pytest.approx(4.2, abs=0.05)
    assert hajin["border_km"] == 0


def test_the_summary_says_the_model_sentence(run, syria):
    outputs = run(EnclaveAreas, **syria).outputs
    assert (
        "Islamic State: 3,705.0 km2, 2.0 % of Syria; 8 enclaves, the largest 1,619.5 km2; "
        "no border contact"
    ) in outputs["SUMMARY"].splitlines()
    summary = run(BorderContact, **syria).outputs["SUMMARY"]
    assert (
        "Islamic State: no border contact; the nearest enclave lies 4.2 km from Iraq"
    ) in summary.splitlines()
