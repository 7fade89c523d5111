"""The real QGIS window on a virtual screen: run from the toolbox, results on the canvas."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

SCRIPT = Path(__file__).parent / "window_script.py"

pytestmark = pytest.mark.timeout(210)


@pytest.fixture(scope="module")
def seen(in_window: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What the script in the window saw."""
    return in_window(
        SCRIPT,
        {
            "control_source": "|layername=control",
            "parameters": {
                "FACTION_FIELD": "faction",
                "DATE_FIELD": "date",
                "ALLIANCES": "Jaysh Khalid ibn al-Walid=Islamic State",
            },
        },
    )


def only_layer(run: dict[str, Any]) -> dict[str, Any]:
    assert run["ok"], run
    assert len(run["layers"]) == 1, run["layers"]
    return run["layers"][0]


def test_the_plugin_starts_with_the_window(seen: dict[str, Any]) -> None:
    assert seen["life"]["started"]
    assert "enclavewatch" in seen["life"]["loaded"]["providers"]


def test_unload_leaves_nothing_in_the_window(seen: dict[str, Any]) -> None:
    first, second = (turn["unloaded"] for turn in seen["life"]["again"])
    assert "enclavewatch" not in first["providers"]
    assert first["modules"] == []
    assert not [name for name in first["named"] if "enclave" in name.lower()]
    assert second == first


def test_a_second_load_is_like_the_first(seen: dict[str, Any]) -> None:
    loaded = seen["life"]["loaded"]
    for turn in seen["life"]["again"]:
        assert {**turn["loaded"], "modules": []} == {**loaded, "modules": []}
        assert "enclave_watch.plugin" in turn["loaded"]["modules"]


def test_enclaves_are_loaded_styled_and_named(seen: dict[str, Any]) -> None:
    layer = only_layer(seen["enclaves"])
    assert layer["valid"]
    assert layer["name"].startswith("Enclaves")
    assert "2018-08-05" in layer["name"]
    assert layer["features"] == int(seen["enclaves"]["results"]["FEATURES"])
    assert layer["renderer"] not in {"singleSymbol", "nullSymbol"}
    assert layer["labels"]
    assert layer["temporal"]
    assert "Islamic State" in " ".join(str(text) for text in layer["legend"])


def test_contacts_are_loaded_styled_and_named(seen: dict[str, Any]) -> None:
    layer = only_layer(seen["contact"])
    assert layer["valid"]
    assert "contact" in layer["name"].lower()
    assert layer["features"] == int(seen["contact"]["results"]["FEATURES"])
    assert layer["renderer"] not in {"singleSymbol", "nullSymbol"}
    assert layer["temporal"]


def by_beginning(run: dict[str, Any], beginning: str) -> dict[str, Any]:
    assert run["ok"], run
    (found,) = [layer for layer in run["layers"] if layer["name"].startswith(beginning)]
    return dict(found)


def test_changes_show_who_gained_and_who_lost(seen: dict[str, Any]) -> None:
    changes, churn = (by_beginning(seen["changes"], name) for name in ("Changes", "Churn"))
    assert changes["features"] == int(seen["changes"]["results"]["FEATURES"])
    assert changes["temporal"]
    legend = " ".join(str(text) for text in changes["legend"])
    assert "Gained by Syrian Democratic Forces" in legend
    assert "Lost by Islamic State" in legend
    assert "Changed hands once" in churn["legend"]


def test_contact_changes_show_what_was_lost_with_a_table(seen: dict[str, Any]) -> None:
    run = seen["contact_changes"]
    lines, table = (by_beginning(run, name) for name in ("Border contact changes", "Table"))
    assert lines["features"] == int(run["results"]["FEATURES"])
    assert lines["temporal"]
    assert lines["legend"] == ["Contact kept", "Contact gained", "Contact lost"]
    assert table["renderer"] is None
    assert table["aliases"]["kept_km"] == "Kept (km)"


@pytest.mark.parametrize("run", ["enclaves", "contact"])
def test_attributes_have_aliases_with_units(seen: dict[str, Any], run: str) -> None:
    aliases = only_layer(seen[run])["aliases"]
    own = {name: alias for name, alias in aliases.items() if name != "fid"}
    assert all(own.values()), own
    assert "km" in own["area_km2"]


def test_results_are_drawn_on_the_canvas(seen: dict[str, Any]) -> None:
    on_canvas = seen["map"]["on_canvas"]
    for run in ("enclaves", "contact"):
        layer = only_layer(seen[run])
        assert layer["visible"]
        assert layer["id"] in on_canvas
    assert seen["map"]["colors"] > 20


def test_no_error_is_shown(seen: dict[str, Any]) -> None:
    assert [text for text in seen["messages"] if text not in seen["messages_before"]] == []


def test_pictures_were_taken(seen: dict[str, Any]) -> None:
    pictures = [seen["map"]["picture"], seen["table"]["picture"]]
    pictures += seen["enclaves"]["pictures"] + seen["contact"]["pictures"]
    assert all(Path(picture).stat().st_size > 10_000 for picture in pictures)
