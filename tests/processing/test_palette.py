"""Colours of factions: stable, and told apart by colour-blind eyes."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from pathlib import Path

import pytest

from enclave_watch.processing import palette
from enclave_watch.processing.palette import FACTION_COLORS, MARK_COLOR, faction_colors

LEAST_DISTANCE = 16.0  # CIEDE2000; about seven times what an eye sees side by side
SYRIA = [
    "Islamic State",
    "Jaysh Khalid ibn al-Walid",
    "Opposition and Turkey",
    "Syrian Democratic Forces",
    "Syrian government",
    "US-led Coalition (al-Tanf)",
]

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color
# vision deficiency", 2009, table of severity 1.0; for linear RGB
SIGHT = {
    "full": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
SRGB_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
WHITE = (0.95047, 1.0, 1.08883)


def _times(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector)) for row in matrix]


def _linear(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def _lab(linear):
    clipped = [min(1.0, max(0.0, c)) for c in linear]
    ratios = [v / w for v, w in zip(_times(SRGB_TO_XYZ, clipped), WHITE)]
    x, y, z = (r ** (1 / 3) if r > 216 / 24389 else (24389 / 27 * r + 16) / 116 for r in ratios)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _hue_difference(hue_1, hue_2):
    turn = hue_2 - hue_1
    return turn - 360 if turn > 180 else turn + 360 if turn < -180 else turn


def _mean_hue(hue_1, hue_2):
    if abs(hue_1 - hue_2) <= 180:
        return (hue_1 + hue_2) / 2
    return (hue_1 + hue_2 + (360 if hue_1 + hue_2 < 360 else -360)) / 2


def _ciede2000(lab_1, lab_2):
    """Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", 2005."""
    (l_1, a_1, b_1), (l_2, a_2, b_2) = lab_1, lab_2
    mean = (math.hypot(a_1, b_1) + math.hypot(a_2, b_2)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(mean**7 / (mean**7 + 25**7))
    chroma_1, chroma_2 = math.hypot(a_1 * stretch, b_1), math.hypot(a_2 * stretch, b_2)
    hue_1 = math.degrees(math.atan2(b_1, a_1 * stretch)) % 360
    hue_2 = math.degrees(math.atan2(b_2, a_2 * stretch)) % 360
    turn = _hue_difference(hue_1, hue_2)
    hue = 2 * math.sqrt(chroma_1 * chroma_2) * math.sin(math.radians(turn / 2))
    l_m, c_m, h_m = (l_1 + l_2) / 2, (chroma_1 + chroma_2) / 2, _mean_hue(hue_1, hue_2)
    weight = (
        1
        - 0.17 * math.cos(math.radians(h_m - 30))
        + 0.24 * math.cos(math.radians(2 * h_m))
        + 0.32 * math.cos(math.radians(3 * h_m + 6))
        - 0.20 * math.cos(math.radians(4 * h_m - 63))
    )
    light = (l_2 - l_1) / (1 + 0.015 * (l_m - 50) ** 2 / math.sqrt(20 + (l_m - 50) ** 2))
    chroma = (chroma_2 - chroma_1) / (1 + 0.045 * c_m)
    hue /= 1 + 0.015 * c_m * weight
    rotation = math.radians(60 * math.exp(-(((h_m - 275) / 25) ** 2)))
    cross = -math.sin(rotation) * 2 * math.sqrt(c_m**7 / (c_m**7 + 25**7))
    return math.sqrt(light**2 + chroma**2 + hue**2 + cross * chroma * hue)


def _distance(color_1, color_2, sight):
    seen = [_lab(_times(SIGHT[sight], _linear(color))) for color in (color_1, color_2)]
    return _ciede2000(*seen)


def test_the_colour_distance_is_that_of_the_published_test_pairs():
    pairs = [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ]
    for first, second, published in pairs:
        assert _ciede2000(first, second) == pytest.approx(published, abs=1e-4)


def test_the_simulation_sees_red_and_green_fall_together():
    assert _distance("#a05000", "#607000", "full") > 20
    assert _distance("#a05000", "#607000", "deuteranopia") < 10


@pytest.mark.parametrize("sight", SIGHT)
def test_the_first_eight_colours_are_told_apart(sight):
    near = {
        (first, second): round(_distance(first, second, sight), 1)
        for first, second in itertools.combinations(FACTION_COLORS[:8], 2)
        if _distance(first, second, sight) < LEAST_DISTANCE
    }
    assert near == {}


@pytest.mark.parametrize("sight", SIGHT)
def test_all_colours_differ_and_stand_off_from_white_paper(sight):
    assert len(set(FACTION_COLORS)) == len(FACTION_COLORS) >= 12
    for first, second in itertools.combinations(FACTION_COLORS, 2):
        assert _distance(first, second, sight) > 5
    for color in FACTION_COLORS:
        assert _distance(color, "#ffffff", sight) > 10


def test_red_is_kept_for_marks():
    for color in FACTION_COLORS:
        assert _distance(color, MARK_COLOR, "full") > 20


def test_the_factions_of_the_sample_have_six_of_the_first_eight_colours():
    assert len(set(faction_colors(SYRIA).values()) & set(FACTION_COLORS[:8])) == 6


def test_order_and_repetition_change_nothing():
    colors = faction_colors(SYRIA)
    assert faction_colors([*reversed(SYRIA), *SYRIA]) == colors
    assert list(colors) == sorted(SYRIA)


def test_a_faction_has_its_colour_whoever_else_is_there():
    alone = {name: faction_colors([name])[name] for name in SYRIA}
    assert faction_colors(SYRIA) == alone


def test_another_python_gives_the_same_colours():
    # hash() would not: it is salted by PYTHONHASHSEED
    script = (
        "import importlib.util as u, sys; s = u.spec_from_file_location('p', sys.argv[1]);"
        "m = u.module_from_spec(s); s.loader.exec_module(m);"
        "print(m.faction_colors(['Islamic State', 'Syrian government']))"
    )
    for seed in ("1", "2"):
        shown = subprocess.run(
            [sys.executable, "-c", script, str(Path(palette.__file__))],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        assert shown.strip() == str(faction_colors(["Islamic State", "Syrian government"]))


def test_names_that_ask_for_one_colour_get_different_ones():
    names = [f"brigade {number}" for number in range(len(FACTION_COLORS))]
    assert len(set(faction_colors(names).values())) == len(FACTION_COLORS)


def test_eight_factions_never_need_the_weaker_colours():
    names = [f"brigade {number}" for number in range(8)]
    assert set(faction_colors(names).values()) == set(FACTION_COLORS[:8])


def test_more_factions_than_colours_share_some():
    names = [f"country {number}" for number in range(200)]
    colors = faction_colors(names)
    assert len(colors) == 200
    assert set(colors.values()) == set(FACTION_COLORS)


def test_colours_given_before_are_kept_and_avoided():
    wish = faction_colors(["Islamic State"])["Islamic State"]
    colors = faction_colors(["Islamic State", "Syrian government"], {"Someone": wish})
    assert colors["Islamic State"] != wish
    assert "Someone" not in colors
    taken = {"Islamic State": "#123456"}
    assert faction_colors(["Islamic State"], taken)["Islamic State"] == "#123456"


def test_colours_given_elsewhere_are_used_again_when_all_are_taken():
    taken = {f"country {number}": color for number, color in enumerate(FACTION_COLORS)}
    colors = faction_colors(["a", "b", "c"], taken)
    assert len(set(colors.values())) == 3
