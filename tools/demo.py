"""The demo: runs algorithms on the sample by `qgis_process`, and says and shows what they found.

    make demo

Needs the standard library only; QGIS does the work in a profile of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from demo_report import lines, read_findings, story

from qgis_env import BUILD, ROOT, environment, run_algorithm

SAMPLE = ROOT / "resources" / "sample" / "syria_2018.gpkg"
FOLDER = BUILD / "demo"
FACTION = "Islamic State"
ALLY = "Jaysh Khalid ibn al-Walid"
INPUTS = {
    "CONTROL": f"{SAMPLE}|layername=control",
    "FACTION_FIELD": "faction",
    "DATE_FIELD": "date",
    "ALLIANCES": f"{ALLY}={FACTION}",
}
PLACES = {"PLACES": f"{SAMPLE}|layername=places", "PLACE_FIELD": "name"}
_MAP_TIMEOUT_S = 120


def main() -> int:
    """Run, report, and name the results."""
    enclaves, contact, history, events = (
        FOLDER / f"{name}.gpkg" for name in ("enclaves", "contact", "history", "events")
    )
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in (enclaves, contact, history, events):
        path.unlink(missing_ok=True)
    _say("Enclaves of each faction on each date (enclavewatch:enclaveareas) ...")
    run_algorithm("enclavewatch:enclaveareas", {**INPUTS, **PLACES, "OUTPUT": enclaves})
    _say("Their contact with the country's border (enclavewatch:bordercontact) ...")
    run_algorithm("enclavewatch:bordercontact", {**INPUTS, "OUTPUT": contact})
    _say("What became of them from date to date (enclavewatch:enclavehistory) ...")
    run_algorithm(
        "enclavewatch:enclavehistory",
        {**INPUTS, **PLACES, "OUTPUT": history, "EVENTS": events},
    )
    _say("The report, the film and the page (situationreport, exportanimation) ...")
    published = _publish()
    findings = read_findings(enclaves, contact, events, FACTION)
    _say("")
    _say(f"{ALLY} is counted with {FACTION}, as its ally.")
    for part in (story(findings), lines(findings)):
        _say("")
        for line in part:
            _say(line)
    picture = _draw(findings.before.date, findings.after.date)
    _say("")
    results = {
        "Enclaves": enclaves,
        "Contact": contact,
        "History": history,
        "Events": events,
        "Map": picture,
        **published,
    }
    for name, path in results.items():
        _say(f"{name + ':':<10}{path}")
    return 0


def _publish() -> dict[str, Path]:
    """Make the report, the film and the page, two at a time, and return where they are."""
    report, paper, text, film, page = (
        FOLDER / name
        for name in ("report.html", "report.pdf", "report.md", "film.mp4", "page.html")
    )
    given = {**INPUTS, **PLACES}
    runs = (
        (
            "enclavewatch:situationreport",
            {**given, "FACTION": FACTION, "OUTPUT": report, "PDF": paper, "TEXT": text},
        ),
        (
            "enclavewatch:exportanimation",
            {**given, "FORMAT": "mp4", "SECONDS": 2, "FADE": 0.5, "OUTPUT": film},
        ),
        ("enclavewatch:exportanimation", {**given, "FORMAT": "html", "OUTPUT": page}),
    )
    with ThreadPoolExecutor(max_workers=2) as pool:
        for _ in pool.map(lambda run: run_algorithm(*run), runs):
            continue
    return {"Report": report, "PDF": paper, "Text": text, "Film": film, "Page": page}


def _draw(*dates: str) -> Path:
    variables = environment()
    variables["PYTHONPATH"] = os.pathsep.join([str(BUILD / "plugins"), variables["PYTHONPATH"]])
    script = Path(__file__).with_name("demo_map.py")
    done = subprocess.run(
        ["/usr/bin/python3", str(script), str(FOLDER), FACTION, *dates],
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_MAP_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"The map could not be drawn:\n{done.stdout}\n{done.stderr}")
    return Path(done.stdout.strip().splitlines()[-1])


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
