"""Runs QGIS's programs on this checkout: their environment, `qgis_process`, the plugin switched on.

Needs the standard library only, so that any Python can import it. `make install` prepares what
it points at: the link `build/plugins/enclave_watch` and the virtual environment `build/venv`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Mapping, Sequence

__all__ = [
    "BUILD",
    "PLUGIN",
    "ROOT",
    "QgisProcessError",
    "enable_plugin",
    "environment",
    "qgis_process",
    "qgis_process_command",
    "run_algorithm",
]

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
PLUGIN = "enclave_watch"

_INHERITED_PREFIXES = ("QGIS_", "PYTHON", "VIRTUAL_ENV")
_ENABLE_TIMEOUT_S = 120


class QgisProcessError(RuntimeError):
    """`qgis_process` failed; the text holds its command, exit status and log."""


def environment(
    *,
    profile: Path = BUILD / "profile",
    plugins: Path = BUILD / "plugins",
    display: str | None = None,
) -> dict[str, str]:
    """Return the environment variables in which a QGIS program finds the plugin.

    Parameters
    ----------
    profile : folder of the profiles that QGIS uses in place of the user's own
    plugins : folder that holds the folder (or link) `enclave_watch`
    display : X display such as ":99"; None draws nothing on any screen

    Notes
    -----
    The system's own PROJ data is left to QGIS: the plugin has to find it by itself.
    """
    runtime = BUILD / "xdg"
    runtime.mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    profile.mkdir(parents=True, exist_ok=True)
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_INHERITED_PREFIXES)
    }
    variables.update(
        QGIS_PLUGINPATH=str(plugins),
        QGIS_CUSTOM_CONFIG_PATH=str(profile),
        XDG_RUNTIME_DIR=str(runtime),
        PYTHONPATH=os.pathsep.join(str(path) for path in _site_packages()),
        PYTHONPYCACHEPREFIX=str(BUILD / "pycache"),
        # the Python inside QGIS takes its home from the first python3 of PATH, which may be another
        PATH=os.pathsep.join(["/usr/bin", "/bin", os.environ.get("PATH", "")]),
    )
    if display is None:
        variables["QT_QPA_PLATFORM"] = "offscreen"
    else:
        variables["DISPLAY"] = display
        variables["QT_QPA_PLATFORM"] = "xcb"
    return variables


def qgis_process_command() -> str:
    """Return the path of the `qgis_process` to call.

    Debian 12's wrapper passes an option that the program does not know, so the program
    behind the wrapper is preferred.
    """
    for name in ("qgis_process.bin", "qgis_process"):
        found = shutil.which(name)
        if found:
            return found
    raise QgisProcessError("qgis_process is not installed. Run `make install`.")


def qgis_process(
    arguments: Sequence[str],
    *,
    variables: Mapping[str, str] | None = None,
    timeout_s: float = 300,
) -> subprocess.CompletedProcess[str]:
    """Run `qgis_process` with `arguments`; raise `QgisProcessError` unless it succeeds."""
    command = [qgis_process_command(), *arguments]
    try:
        done = subprocess.run(
            command,
            env=dict(variables or environment()),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise QgisProcessError(f"{command} took more than {timeout_s:g} s") from error
    if done.returncode != 0:
        raise QgisProcessError(
            f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
    return done


def enable_plugin(variables: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Switch the plugin on in the profile of `variables`, unless it is on; return `variables`."""
    variables = variables or environment()
    stamp = Path(variables["QGIS_CUSTOM_CONFIG_PATH"]) / f".{PLUGIN}-is-enabled"
    if not stamp.exists():
        command = ["plugins", "enable", PLUGIN]
        try:
            qgis_process(command, variables=variables, timeout_s=_ENABLE_TIMEOUT_S)
        except QgisProcessError as error:
            if "already enabled" not in str(error):
                raise
        stamp.touch()
    return variables


def run_algorithm(
    algorithm: str,
    parameters: Mapping[str, Any],
    *,
    options: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
    timeout_s: float = 300,
    whole: bool = False,
) -> dict[str, Any]:
    """Run one algorithm by `qgis_process` and return its results by output name.

    Parameters
    ----------
    algorithm : id, or the path of a model
    parameters : values by parameter name; a list gives the parameter several times, None
        leaves it out
    options : more options of `qgis_process run`, for example `--ellipsoid=EPSG:7030`
    variables : an environment as made by `environment`
    whole : return everything that `qgis_process` says in JSON, the log and inputs included

    Raises
    ------
    QgisProcessError : with the log, when the run fails
    """
    variables = enable_plugin(variables)
    given = [
        f"{name}={_as_argument(item)}"
        for name, value in parameters.items()
        if value is not None
        for item in (value if isinstance(value, (list, tuple)) else [value])
    ]
    done = qgis_process(
        ["--json", "run", algorithm, *options, "--", *given],
        variables=variables,
        timeout_s=timeout_s,
    )
    document = _first_json(done.stdout)
    if "results" not in document:
        raise QgisProcessError(f"{algorithm} gave no results\n{done.stdout}\n{done.stderr}")
    return document if whole else document["results"]


def _as_argument(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _first_json(text: str) -> dict[str, Any]:
    # plugins and libraries print what they like before the document
    start = text.find("{\n")
    try:
        document = json.JSONDecoder().raw_decode(text[start:])[0] if start >= 0 else None
    except json.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        raise QgisProcessError(f"qgis_process printed no JSON:\n{text}")
    return document


def _site_packages() -> list[Path]:
    return sorted((BUILD / "venv").glob("lib/python3*/site-packages"))
