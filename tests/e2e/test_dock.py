"""The dock in the real QGIS window: clicked with the mouse, checked from inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

SCRIPT = Path(__file__).parent / "dock_script.py"

pytestmark = pytest.mark.timeout(210)


@pytest.fixture(scope="module")
def seen(in_window: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What the script in the window saw."""
    return in_window(SCRIPT, {})


def test_the_analysis_shows_what_the_last_date_says(seen: dict[str, Any]) -> None:
    shown = seen["analysed"]
    assert shown["date"].startswith("2018-08-05")
    assert "2018" in shown["large_date"]
    assert len(shown["islamic_state"]) == 8
    assert sum(shown["islamic_state"]) == pytest.approx(3705.0, abs=0.1)
    assert shown["finding"].startswith("Islamic State lost its largest enclave (1,670.0 km2)")
    assert "Iraq" in shown["finding"]


def test_the_lost_stretch_is_on_the_map_and_its_mark_on_the_slider(seen: dict[str, Any]) -> None:
    shown = seen["analysed"]
    assert max(shown["lost_km"]) == pytest.approx(84.8, abs=0.3)
    assert 4 in shown["red_marks"]
    assert shown["layers"]["Border contact lost and gained"] >= 1
    # a layer may hold what the map does not show
    assert shown["is_lost_stretch_drawn"]
    assert shown["layers"]["Enclaves"] == shown["rows"]


def test_the_window_lives_while_it_computes(seen: dict[str, Any]) -> None:
    # a window that waits for the analysis beats once
    assert seen["beats"] > 5


def test_a_step_back_shows_the_date_before(seen: dict[str, Any]) -> None:
    back = seen["back"]
    assert back["date"].startswith("2018-07-31")
    assert (back["slider"], back["temporal"]) == (3, 3)
    assert len(back["islamic_state"]) == 9


def test_the_slider_follows_mouse_and_keys(seen: dict[str, Any]) -> None:
    by_mouse, by_key = seen["scrubbed"]["mouse"], seen["scrubbed"]["key"]
    assert (by_mouse["index"], by_mouse["temporal"]) == (1, 1)
    assert by_mouse["date"].startswith("2018-06-30")
    assert (by_key["index"], by_key["slider"], by_key["temporal"]) == (0, 0, 0)


def test_play_goes_through_all_dates_and_stops(seen: dict[str, Any]) -> None:
    played = seen["played"]
    assert played["was_playing"]
    assert played["indices"] == [1, 2, 3, 4]
    assert played["after"]["temporal"] == 4
    assert not played["after"]["is_playing"]


def test_an_enclave_that_is_clicked_fills_the_map(seen: dict[str, Any]) -> None:
    assert seen["enclave"]["after_m"] < seen["enclave"]["before_m"] / 3


def test_frames_are_exported(seen: dict[str, Any]) -> None:
    assert seen["errors"] == []
    assert list(seen["frames"]) == [
        "2018-05-31.png",
        "2018-06-30.png",
        "2018-07-15.png",
        "2018-07-31.png",
        "2018-08-05.png",
    ]
    assert min(seen["frames"].values()) > 10_000


def test_only_good_news_is_told(seen: dict[str, Any]) -> None:
    new = [text for text in seen["messages"] if text not in seen["messages_before"]]
    assert [text for text in new if "pictures are in" not in text] == []


def test_closing_the_dock_leaves_map_and_temporal_controller_as_they_were(
    seen: dict[str, Any],
) -> None:
    assert seen["closed"] == {"layers": {}, "mode": seen["mode_before"]}


def test_unloading_while_it_plays_leaves_nothing(seen: dict[str, Any]) -> None:
    assert seen["unloaded"] == {"layers": {}, "docks": []}


def test_nothing_breaks_on_the_way_out(seen: dict[str, Any]) -> None:
    assert seen["status"] == 0, seen["log"][-3000:]
    assert "Traceback" not in seen["log"]
    assert "has been deleted" not in seen["log"]


def test_pictures_were_taken(seen: dict[str, Any]) -> None:
    assert len(seen["pictures"]) == 10
    assert all(Path(picture).stat().st_size > 10_000 for picture in seen["pictures"])
