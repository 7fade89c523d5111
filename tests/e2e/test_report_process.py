"""`qgis_process` writes a situation report without a screen."""

from __future__ import annotations

import re
from pathlib import Path

import qgis_env

ALLIANCES = "Jaysh Khalid ibn al-Walid=Islamic State"


def test_the_help_tells_of_every_parameter(profile: dict[str, str]) -> None:
    done = qgis_env.qgis_process(["help", "enclavewatch:situationreport"], variables=profile)
    for key in ("FACTION", "LANGUAGE", "NUMERALS", "CREDITS", "TEMPLATES", "PDF", "TEXT", "MAPS"):
        assert f"\n{key}:" in done.stdout


def test_a_report_of_the_sample_in_arabic(
    profile: dict[str, str], control: str, tmp_path: Path
) -> None:
    paths = {
        "OUTPUT": tmp_path / "report.html",
        "PDF": tmp_path / "report.pdf",
        "TEXT": tmp_path / "report.md",
        "MAPS": tmp_path / "maps",
    }
    results = qgis_env.run_algorithm(
        "enclavewatch:situationreport",
        {
            "CONTROL": control,
            "FACTION_FIELD": "faction",
            "DATE_FIELD": "date",
            "ALLIANCES": ALLIANCES,
            "FACTION": "Islamic State",
            "LANGUAGE": "ar",
            "NUMERALS": "arabic",
            **paths,
        },
        variables=profile,
    )
    assert {key: results[key] for key in paths} == {key: str(path) for key, path in paths.items()}
    assert results["LAST_DATE"] == "2018-08-05"
    assert "١٬٦٧٠" in results["HEADLINE"]
    assert 'dir="rtl"' in paths["OUTPUT"].read_text(encoding="utf-8")
    pages = re.findall(rb"/Type\s*/Page\b", paths["PDF"].read_bytes())
    assert len(pages) == results["PAGES"]
    assert len(list(paths["MAPS"].iterdir())) == 4
