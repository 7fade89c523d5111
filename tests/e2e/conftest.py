"""The real programs, each in a profile of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from qgis.core import Qgis

import qgis_env

SCREENSHOTS = qgis_env.BUILD / "screenshots"
PATIENCE_S = 150
STOP_S = 10


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a fresh profile in which the plugin is switched on."""
    variables = qgis_env.environment(profile=tmp_path_factory.mktemp("profile"))
    qgis_env.enable_plugin(variables)
    return variables


@pytest.fixture(scope="session")
def sample_copy(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample's folder: opening a GeoPackage may touch it."""
    return Path(shutil.copytree(sample.parent, tmp_path_factory.mktemp("sample") / "sample"))


@pytest.fixture(scope="session")
def control(sample_copy: Path) -> str:
    """The control layer of the sample, as `qgis_process` takes it."""
    return f"{sample_copy / 'syria_2018.gpkg'}|layername=control"


@contextmanager
def running(command: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program, and end it at the end whatever happens."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(STOP_S)


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """A virtual screen of its own; Xvfb takes the first number that is free."""
    reading, writing = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        "1600x1000x24",
        "-nolisten",
        "tcp",
    ]
    with running(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        assert number, "Xvfb does not start"
        yield f":{number}"


def photograph(screen: str, target: Path) -> None:
    """Take a picture from outside, for whoever has to find out why QGIS is stuck."""
    subprocess.run(
        ["import", "-display", screen, "-window", "root", str(target)],
        stdin=subprocess.DEVNULL,
        timeout=STOP_S,
        check=False,
    )


@pytest.fixture(scope="session")
def in_window(
    request: pytest.FixtureRequest, sample: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., dict[str, Any]]:
    """Return a function that runs a script in QGIS's window, with the sample open.

    The script finds its job as JSON in the file that ENCLAVE_WATCH_JOB names, writes what it saw
    to the file that `seen` of it names, and ends QGIS.
    """
    if not (shutil.which("Xvfb") and shutil.which("qgis")):
        pytest.skip("needs the programs qgis and Xvfb, which `make install` brings")
    screen = request.getfixturevalue("screen")

    def run(script: Path, job: dict[str, Any]) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp(script.stem)
        copy = shutil.copytree(sample.parent, folder / "sample")
        profile = folder / "profile"
        qgis_env.enable_plugin(qgis_env.environment(profile=profile))
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        whole = {
            "seen": str(folder / "seen.json"),
            "folder": str(folder),
            "screenshots": str(SCREENSHOTS),
            "version": Qgis.QGIS_VERSION.split("-")[0],
            **job,
        }
        (folder / "job.json").write_text(json.dumps(whole), encoding="utf-8")
        variables = qgis_env.environment(profile=profile, display=screen)
        variables["ENCLAVE_WATCH_JOB"] = str(folder / "job.json")
        command = ["/usr/bin/qgis", "--nologo", "--noversioncheck", "--code", str(script)]
        command.append(str(copy / "syria_2018.qgz"))
        log = qgis_env.BUILD / f"{script.stem}.log"
        with (
            log.open("wb") as output,
            running(command, env=variables, stdout=output, stderr=subprocess.STDOUT) as process,
        ):
            try:
                status = process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                photograph(screen, SCREENSHOTS / f"{whole['version']}-{script.stem}-stuck.png")
                pytest.fail(f"QGIS does not end\n{log.read_text(errors='replace')[-4000:]}")
        said = log.read_text(errors="replace")
        assert Path(whole["seen"]).is_file(), said[-4000:]
        noted: dict[str, Any] = json.loads(Path(whole["seen"]).read_text(encoding="utf-8"))
        assert "error" not in noted, noted["error"]
        return {**noted, "status": status, "log": said}

    return run
