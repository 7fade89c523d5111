"""One self-contained HTML page of a film: map, slider, table, chart and events in step."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Mapping

from ...core.errors import EnclaveWatchError
from ...core.i18n import tr

if TYPE_CHECKING:
    from ...core.feedback import Feedback
    from .filmdata import Film
    from .webdata import PageData

__all__ = ["PageError", "page_html", "write_page"]

_WEB = Path(__file__).parents[2] / "resources" / "web"
_LEAFLET = _WEB / "vendor" / "leaflet"
_LANGUAGES = ("en", "ar", "fr")
_RIGHT_TO_LEFT = "ar"
_SLOT = re.compile(r"\{\{([a-z_]+)\}\}")
# rules for pictures that the page has no use for: it must not ask for any file
_PICTURE = re.compile(r"^\s*(?:background-image|behavior):\s*url\([^)]*\);\s*$", re.MULTILINE)
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


class PageError(EnclaveWatchError):
    """The page cannot be written where it should be."""


def write_page(path: Path | str, film: Film, feedback: Feedback) -> None:
    """Write the page of a film; what was at `path` stays until the new page is whole.

    Raises
    ------
    PageError
        When the file cannot be written.
    Cancelled
        When the feedback says so; nothing is left behind.
    """
    from .webdata import page_data

    target = Path(path)
    text = page_html(page_data(film, feedback.part(0.0, 0.9)))
    feedback.check()
    try:
        _replace(target, text.encode("utf-8", "replace"))
    except OSError as error:
        raise PageError(
            tr("The page cannot be written: {reason}. Give another output file: {path}").format(
                reason=error.strerror or error, path=target
            )
        ) from error
    feedback.info(tr("Page: {size:,.1f} MB.").format(size=target.stat().st_size / 1e6))
    feedback.progress(1.0)


def page_html(data: PageData) -> str:
    """Return the page: nothing that a name may hold is ever more than text in it."""
    strings = json.loads((_WEB / "strings.json").read_text(encoding="utf-8"))
    language = data["language"] if data["language"] in _LANGUAGES else _LANGUAGES[0]
    style = _PICTURE.sub("", _read(_LEAFLET / "leaflet.css")) + _read(_WEB / "page.css")
    scripts = [
        _licence_comment() + _SOURCE_MAP.sub("", _read(_LEAFLET / "leaflet.js")),
        _read(_WEB / "outlines.js")
        + _read(_WEB / "words.js")
        + _read(_WEB / "chart.js")
        + _read(_WEB / "map.js")
        + _read(_WEB / "page.js"),
    ]
    return _filled(
        _read(_WEB / "page.html"),
        {
            "language": language,
            "direction": "rtl" if language == _RIGHT_TO_LEFT else "ltr",
            "policy": _policy(style, scripts),
            "title": html.escape(data["title"]),
            "no_script": html.escape(strings[language]["no_script"]),
            "style": style,
            "leaflet": scripts[0],
            "script": scripts[1],
            "data": _safe_json(data),
            "strings": _safe_json(strings),
            "leaflet_licence": html.escape(_read(_LEAFLET / "LICENSE")),
        },
    )


def _policy(style: str, scripts: list[str]) -> str:
    """Return a content security policy: this style, these scripts, no network whatever."""
    sources = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {sources}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _filled(template: str, values: Mapping[str, str]) -> str:
    # in one go: what is filled in is not looked at again, whatever it says
    return _SLOT.sub(lambda slot: values[slot.group(1)], template)


def _safe_json(value: object) -> str:
    """Return JSON that cannot end the script element that it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    # half of a pair of surrogates cannot be written as UTF-8
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _licence_comment() -> str:
    return "/*!\n" + _read(_LEAFLET / "LICENSE").replace("*/", "* /") + "*/\n"


def _read(path: Path) -> str:
    # what a browser hashes has no carriage returns, wherever the plugin was unpacked
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")


def _replace(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".page-", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # mkstemp lets nobody else read: a page is to be passed on
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
