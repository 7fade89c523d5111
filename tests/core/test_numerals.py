"""Rounding: as the rules say, never to a false nothing or a false all."""

from __future__ import annotations

from datetime import datetime

import pytest

from enclave_watch.core.errors import ParameterError
from enclave_watch.core.languages import LANGUAGES, language_of
from enclave_watch.core.numerals import (
    ARABIC_INDIC,
    Numerals,
    Rounding,
    number_text,
    rounded,
    written,
)

EN = Numerals()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1670.02, "1,670"), (1619.5, "1,620"), (1615.0, "1,620"), (1614.9, "1,610"),
        (999.6, "1,000"), (999.4, "999"), (202.5, "203"), (84.8, "85"), (10.04, "10"),
        (9.96, "10"), (9.94, "9.9"), (4.25, "4.3"), (0.05, "0.1"), (0.049, "<0.1"), (0.0, "0"),
        (84_231.0, "84,230"),
    ],
)  # fmt: skip
def test_about_is_to_tens_from_a_thousand_on_and_to_tenths_below_ten(value, text):
    assert written(rounded(value, Rounding.ABOUT), EN) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(3704.96, "3,705"), (1234.5, "1,235"), (12.5, "13"), (9.95, "10"), (5.04, "5.0"), (0, "0")],
)
def test_sums_are_whole_from_ten_on(value, text):
    assert written(rounded(value, Rounding.WHOLE), EN) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.99, "2"), (1.4, "1"), (0.95, "1"), (0.94, "0.9"), (0.04, "<0.1"), (0.0, "0"),
        (99.4, "99"), (99.5, "99.5"), (99.94, "99.9"), (99.96, ">99.9"), (100.0, "100"),
    ],
)  # fmt: skip
def test_shares_never_read_nothing_or_all_when_they_are_not(value, text):
    assert written(rounded(value, Rounding.SHARE), EN) == text


def test_counts_are_exact():
    assert written(rounded(1234, Rounding.EXACT), EN) == "1,234"


def test_halves_go_up_and_not_to_the_even_digit():
    assert [written(rounded(v, Rounding.WHOLE), EN) for v in (12.5, 13.5)] == ["13", "14"]


def test_cells_show_what_is_too_small_as_less_than_their_last_digit():
    assert number_text(0.04, 1, EN) == "<0.1"
    assert number_text(0.05, 1, EN) == "0.1"
    assert number_text(0.004, 2, EN) == "<0.01"
    assert number_text(0.0, 1, EN) == "0.0"
    assert number_text(-1234.56, 1, EN) == "-1,234.6"


def test_each_language_has_its_own_signs_and_digits():
    assert number_text(1234567.5, 1, EN) == "1,234,567.5"
    french = number_text(1234567.5, 1, LANGUAGES["fr"].numerals)
    assert french == "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567,5"
    assert number_text(1234567.5, 1, ARABIC_INDIC) == "١٬٢٣٤٬٥٦٧٫٥"
    assert number_text(1234.5, 1, language_of("ar").numerals) == "1,234.5"
    assert number_text(1234.5, 1, language_of("ar", "arabic").numerals) == "١٬٢٣٤٫٥"


def test_dates_are_words_with_the_time_where_there_is_one():
    noon = datetime(2018, 8, 1, 12, 5)
    assert language_of("en").date_text(datetime(2018, 8, 5)) == "5 August 2018"
    assert language_of("en").date_text(noon) == "1 August 2018, 12:05"
    assert language_of("fr").date_text(datetime(2018, 8, 1)) == "1er août 2018"
    assert language_of("ar", "arabic").date_text(datetime(2018, 7, 31)) == "٣١ تموز/يوليو ٢٠١٨"


@pytest.mark.parametrize(
    ("number", "form"),
    [
        (0, "other"), (1, "one"), (2, "two"), (3, "few"), (10, "few"), (11, "many"),
        (99, "many"), (100, "other"), (102, "other"), (103, "few"), (111, "many"),
    ],
)  # fmt: skip
def test_arabic_counts_in_five_ways(number, form):
    assert language_of("ar").plural(number) == form


def test_nothing_is_singular_in_french_and_plural_in_english():
    assert language_of("fr").plural(0) == "one"
    assert language_of("en").plural(0) == "other"


def test_an_unknown_language_or_numeral_names_those_there_are():
    with pytest.raises(ParameterError, match="en, ar, fr"):
        language_of("de")
    with pytest.raises(ParameterError, match='"latin" or "arabic"'):
        language_of("ar", "roman")
