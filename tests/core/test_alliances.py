"""Factions that are counted as one."""

from __future__ import annotations

import pytest

from enclave_watch.core.alliances import alliances_of_pairs, parse_alliances
from enclave_watch.core.errors import AllianceError


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("", {}),
        ("A=B", {"A": "B"}),
        (" A = B ; C=D; ", {"A": "B", "C": "D"}),
        ("A=B\nC=D", {"A": "B", "C": "D"}),
        ("Jaysh Khalid ibn al-Walid=Islamic State",
         {"Jaysh Khalid ibn al-Walid": "Islamic State"}),
        ("A=B; A=B", {"A": "B"}),
        ("A=B; B=C", {"A": "C", "B": "C"}),
        ("A=A", {"A": "A"}),
    ],
)  # fmt: skip
def test_text_is_read_into_the_alliance_of_each_member(text, table):
    assert parse_alliances(text) == table


@pytest.mark.parametrize("text", ["A", "A=", "=B", "A=B; C", "A:B"])
def test_a_part_of_another_form_is_refused_with_an_example(text):
    with pytest.raises(AllianceError, match="faction=alliance"):
        parse_alliances(text)


def test_a_member_of_two_alliances_is_refused():
    with pytest.raises(AllianceError, match='"A" is given to both "B" and "C"'):
        parse_alliances("A=B; A=C")


def test_a_circle_is_refused():
    with pytest.raises(AllianceError, match="leads back to itself"):
        alliances_of_pairs([("A", "B"), ("B", "C"), ("C", "A")])
