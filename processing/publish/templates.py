"""Jinja2 templates that users may copy and change: kept in a sandbox, their errors with a line."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.errors import EnclaveWatchError, RequirementError
from ...core.i18n import tr

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import SandboxedEnvironment

__all__ = ["TEMPLATES", "TemplateError", "Templates", "template_names"]

TEMPLATES = Path(__file__).parents[2] / "resources" / "templates"
"""The folder of the plugin's own templates, which a user may copy."""

_SUFFIX = ".j2"


class TemplateError(EnclaveWatchError):
    """A template cannot be read or filled in."""


@dataclass(frozen=True)
class _Place:
    name: str
    line: int | None = None


def template_names() -> tuple[str, ...]:
    """Return the names of the templates that a folder of the user's may replace."""
    return tuple(sorted(path.name for path in TEMPLATES.glob(f"*{_SUFFIX}")))


class Templates:
    """The templates of one run: those of the user's folder, and the plugin's for the rest.

    Parameters
    ----------
    folder : may hold any number of changed copies under their own names; None: none

    Raises
    ------
    RequirementError
        When Jinja2 is missing.
    TemplateError
        When the folder does not exist or holds no template.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folders = [TEMPLATES] if folder is None else [_checked(folder), TEMPLATES]
        self.environment = _environment(self._folders)

    def render(self, name: str, /, **values: Any) -> str:
        """Return a template filled in.

        Raises
        ------
        TemplateError
            When it cannot be; the text names template and line.
        """
        try:
            return self.environment.get_template(name).render(**values)
        except EnclaveWatchError:
            raise
        # a template may call anything that it is given, and that may fail in any way
        except Exception as error:
            raise self._named(error, name) from error

    def template(self, name: str) -> Template:
        """Return a template, for its macros.

        Raises
        ------
        TemplateError
            When it cannot be read.
        """
        try:
            return self.environment.get_template(name)
        except Exception as error:
            raise self._named(error, name) from error

    def _named(self, error: Exception, name: str) -> TemplateError:
        from jinja2 import TemplateNotFound

        place = self._place(error, name)
        if isinstance(error, TemplateNotFound):
            reason = tr('there is no template "{}"').format(error.name)
        elif isinstance(error, UnicodeDecodeError):
            reason = tr("it is not text in UTF-8; save it as UTF-8")
        else:
            reason = str(getattr(error, "message", None) or error) or type(error).__name__
        text = (
            tr('Template "{name}": {reason}. Mend it, or take it out of the folder.')
            if place.line is None
            else tr(
                'Template "{name}", line {line}: {reason}. Mend it, or take it out of the folder.'
            )
        )
        return TemplateError(
            text.format(name=place.name, line=place.line, reason=reason.strip().rstrip("."))
        )

    def _place(self, error: Exception, name: str) -> _Place:
        """Return the template and line that an error came from."""
        line = getattr(error, "lineno", None)
        if isinstance(line, int):
            return _Place(str(getattr(error, "name", None) or name), line)
        # the frames of a template bear its own file and lines
        found = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename.endswith(_SUFFIX) and Path(frame.filename).parent in self._folders
        ]
        return _Place(Path(found[-1].filename).name, found[-1].lineno) if found else _Place(name)


def _checked(folder: Path) -> Path:
    names = template_names()
    if not folder.is_dir():
        raise TemplateError(
            tr('TEMPLATES: there is no folder "{}". Give another, or leave it empty.').format(
                folder
            )
        )
    if not any((folder / name).is_file() for name in names):
        raise TemplateError(
            tr(
                'TEMPLATES: folder "{}" holds none of the templates ({}). Copy those to change '
                "from {} and keep their names."
            ).format(folder, ", ".join(names), TEMPLATES)
        )
    return folder


def _environment(folders: list[Path]) -> SandboxedEnvironment:
    try:
        from jinja2 import FileSystemLoader, StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError as error:
        raise RequirementError(
            tr(
                "Reports need the Python package jinja2, which this QGIS does not have. Install it "
                "into the Python of QGIS, for example with: python3 -m pip install --user "
                '"jinja2>=3.0" (on Windows in the OSGeo4W Shell), then start QGIS again.'
            )
        ) from error
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        # in Markdown as well: it takes HTML for HTML
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
