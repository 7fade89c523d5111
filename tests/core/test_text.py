"""Figures in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from enclave_watch.core import text
from enclave_watch.core.model import Contact, Enclave, Front, NamedShare, Status


@pytest.fixture
def enclave() -> Enclave:
    return Enclave(
        date=None,
        faction="North",
        rank=1,
        main=True,
        geometry=None,
        area_km2=1670.0,
        area_err_km2=0.0,
        inside_km2=1670.0,
        share_faction_pct=80.0,
        share_country_pct=0.9,
        perimeter_km=200.0,
        parts=1,
        contacts=(Contact("Iraq", 85.04, None), Contact("Turkey", 3.16, None)),
        border_dist_km=None,
        border_nearest=None,
        fronts=(Front("South", 61.0, 61.4), Front("East", 0.1, 0.05)),
        status=Status.BORDER,
        enclosed_by=(),
        provinces=(NamedShare("Deir ez-Zor", 1620.0, 97.0), NamedShare("Homs", 50.0, 3.0)),
        places=("Hajin", "al-Shafa"),
        lon=40.0,
        lat=35.0,
    )


def test_border_contact_is_told_in_km_with_one_decimal(enclave):
    assert text.border_with_text(enclave) == "Iraq 85.0; Turkey 3.2"


def test_no_contact_is_an_empty_text(enclave):
    assert text.border_with_text(replace(enclave, contacts=())) == ""


def test_neighbours_are_told_in_whole_percent_and_never_as_a_false_zero(enclave):
    assert text.neighbours_text(enclave) == "South 61 %; East <1 %"


def test_provinces_places_and_enclosers_are_listed_in_their_order(enclave):
    besieged = replace(enclave, enclosed_by=("East", "South"))
    assert text.provinces_text(enclave) == "Deir ez-Zor 97 %; Homs 3 %"
    assert text.places_text(enclave) == "Hajin; al-Shafa"
    assert text.enclosed_by_text(besieged) == "East; South"


def test_contact_is_told_by_neighbour_with_one_decimal():
    assert (
        text.contacts_text({"Turkey": 1103.16, "Iraq": 85.04}) == "Turkey 1,103.2 km, Iraq 85.0 km"
    )


def _contacts(enclaves):
    return {contact.neighbour: contact.length_km for e in enclaves for contact in e.contacts}


def test_summary_has_one_line_a_faction_the_largest_first(enclave):
    small = replace(enclave, area_km2=30.0, rank=2, share_country_pct=0.0161, contacts=())
    other = replace(enclave, faction="South", area_km2=3705.0, share_country_pct=2.0, contacts=())
    assert text.summary_lines([enclave, small, other], "Syria", _contacts) == [
        "South: 3,705.0 km2, 2.0 % of Syria; 1 enclave; no border contact",
        (
            "North: 1,700.0 km2, 0.9 % of Syria; 2 enclaves, the largest 1,670.0 km2; "
            "border: Iraq 85.0 km, Turkey 3.2 km"
        ),
    ]


def test_summary_leaves_out_a_share_that_is_not_known(enclave):
    lines = text.summary_lines([replace(enclave, share_country_pct=None)], "", _contacts)
    assert lines == ["North: 1,670.0 km2; 1 enclave; border: Iraq 85.0 km, Turkey 3.2 km"]
