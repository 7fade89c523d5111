"""Dates in names: read where one reading alone fits them all, and otherwise not at all."""

from __future__ import annotations

from datetime import datetime

import pytest

from enclave_watch.core.errors import DateError
from enclave_watch.core.filenames import read_names, without_date

TODAY = datetime(2026, 1, 1, 12)


def read(*names: str) -> list[str]:
    return [each.moment.isoformat() for each in read_names(names, today=TODAY).dates]


def days(*names: str) -> list[str]:
    return [text.replace("T00:00:00", "") for text in read(*names)]


def refusal(*names: str) -> str:
    with pytest.raises(DateError) as refused:
        read_names(names, today=TODAY)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("deepstatemap_data_20241101", "2024-11-01"),
        ("control 2024-11-01", "2024-11-01"),
        ("control.2024.1.5", "2024-01-05"),
        ("2024_11_01_v2", "2024-11-01"),
        ("2024_11_01_02", "2024-11-01"),
        ("31_12_2024", "2024-12-31"),
        ("12-31-2024", "2024-12-31"),
        ("31122024", "2024-12-31"),
        ("fronts_24_11_30", "2024-11-30"),
        ("991231", "1999-12-31"),
        ("map_1730419200", "2024-11-01"),
        ("map_1730419200000", "2024-11-01"),
        ("5 August 2018", "2018-08-05"),
        ("syria-05aug2018-final", "2018-08-05"),
        ("August 5, 2018", "2018-08-05"),
        ("2018-Aug-05", "2018-08-05"),
        ("5 août 2018", "2018-08-05"),
        ("5 серпня 2018", "2018-08-05"),
        ("5 آب 2018", "2018-08-05"),
        ("15 تشرين الأول 2018", "2018-10-15"),
        ("Sept_2018", "2018-09-01"),
        ("2018-08", "2018-08-01"),
        ("201811", "2018-11-01"),
        ("world_1914", "1914-01-01"),
        ("map 2018 - 20180805", "2018-08-05"),
    ],
)
def test_a_date_is_found_by_itself(name, day):
    assert days(name) == [day]


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("20241101T1230", "2024-11-01T12:30:00"),
        ("2024-11-01T12-30-15Z", "2024-11-01T12:30:15"),
        ("2024-11-01_12-30", "2024-11-01T12:30:00"),
        ("20241101_123015", "2024-11-01T12:30:15"),
        ("20241101123015", "2024-11-01T12:30:15"),
        ("1730464215", "2024-11-01T12:30:15"),
        # ten digits that are no seconds: they would lie in 2034
        ("2024110112", "2024-11-01T12:00:00"),
    ],
)
def test_a_time_of_day_is_found_too(name, moment):
    assert read(name) == [moment]


def test_four_digits_after_a_date_are_a_number_and_no_time():
    assert days("20241101_0001", "20241101_0002") == ["2024-11-01", "2024-11-01"]


def test_day_and_month_are_told_apart_by_the_other_names():
    assert days("a_01_11_2024", "a_13_11_2024") == ["2024-11-01", "2024-11-13"]
    assert days("a_01_11_2024", "a_01_13_2024") == ["2024-01-11", "2024-01-13"]


def test_a_day_that_could_be_a_month_is_not_guessed():
    message = refusal("a_01_11_2024", "a_02_11_2024")
    assert "in 2 ways" in message
    assert '%d_%m_%Y (in "a_01_11_2024": 2024-11-01)' in message
    assert '%m_%d_%Y (in "a_01_11_2024": 2024-01-11)' in message
    assert "PATTERN" in message


def test_day_and_month_that_are_equal_leave_no_doubt():
    assert days("a_11_11_2024", "a_12_12_2024") == ["2024-11-11", "2024-12-12"]


def test_two_digits_that_could_be_year_or_day_are_not_guessed():
    message = refusal("24_11_01", "24_11_02")
    assert "%y_%m_%d" in message
    assert "%d_%m_%y" in message


def test_a_reading_that_puts_a_name_in_the_future_goes_last():
    # the other way, the second would be 24 November 2028
    assert days("24_11_01", "24_11_28") == ["2024-11-01", "2024-11-28"]
    assert days("forecast_20300101") == ["2030-01-01"]


def test_six_digits_that_could_be_month_or_day_are_not_guessed():
    message = refusal("201011", "201012")
    assert "%Y%m (" in message
    assert "%y%m%d (" in message


def test_two_dates_in_each_name_are_not_guessed():
    message = refusal("20241101_20241103", "20241102_20241104")
    assert "2024-11-01" in message
    assert "2024-11-03" in message


def test_a_full_date_that_never_changes_does_not_beat_one_that_does():
    assert "in 2 ways" in refusal("made 20240101 year 1914", "made 20240101 year 1920")


@pytest.mark.parametrize("odd", ["c_2018-08-32", "countries", "c_2018"])
def test_one_name_that_does_not_fit_is_named(odd):
    message = refusal("c_2018-08-05", odd, "c_2018-08-06")
    assert "%Y-%m-%d fits 2 of 3" in message
    assert f'"{odd}"' in message


def test_no_date_at_all_says_what_to_do():
    message = refusal("fronts", "fronts_v2")
    assert '"fronts", "fronts_v2"' in message
    assert "DATE_FIELD" in message


@pytest.mark.parametrize("number", ["map_1080", "build_99999999", "20241301", "12345678901"])
def test_numbers_that_are_no_dates_are_none(number):
    assert "No date was found" in refusal(number)


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("deepstatemap_data_20240708", "deepstatemap_data"),
        ("20240708 SDF", "SDF"),
        ("control_20240708_v2", "control_v2"),
        ("SDF (5 August 2018)", "SDF"),
        ("20240708", ""),
    ],
)
def test_what_a_name_says_beside_its_date(name, rest):
    (date,) = read_names([name], today=TODAY).dates
    assert without_date(name, date) == rest
