"""Text made safe for HTML and for Markdown, whatever stands in the names of the data."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["HtmlWriter", "MarkdownWriter", "Writer", "one_line"]

# controls, and the signs that would close an isolate around a name or turn round what follows
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_MARKDOWN = re.compile(r"([\\`*_\[\]|~^$])")
# what begins a list, a heading or a link only where it stands
_AT_START = re.compile(r"^(\d*)([-+#=.)])")
_LINKS = re.compile(r"(?<=[a-z])(:(?=//)|\.(?=\w)|@)", re.IGNORECASE)
_FIRST_RTL = 0x0590
_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def one_line(name: str) -> str:
    """Return a name without line breaks, and without signs that turn the text after it around."""
    return _DIRECTIONS.sub("", _CONTROLS.sub(" ", name))


class Writer(ABC):
    """Writes for one format."""

    @abstractmethod
    def name(self, text: str) -> Markup:
        """Return a name of the data, apart from the direction of the text around it."""

    @abstractmethod
    def mark(self, anchor: str, number: int, digits: str, *, is_first: bool) -> Markup:
        """Return a mark that leads to a row."""

    @staticmethod
    def safe(text: str) -> Markup:
        """Return text that is safe already as what Jinja2 does not escape."""
        from markupsafe import Markup

        return Markup(text)  # noqa: S704 # nosec B704 - escaped by those who call

    def text(self, text: Any) -> Markup:
        """Return text of the program; what is safe already stays as it is."""
        return self.safe(text.__html__() if hasattr(text, "__html__") else escape(str(text)))


class HtmlWriter(Writer):
    """Writes HTML."""

    def name(self, text: str) -> Markup:
        """Return the name in an element that keeps its direction to itself."""
        return self.safe(f"<bdi>{escape(one_line(text))}</bdi>")

    def mark(self, anchor: str, number: int, digits: str, *, is_first: bool) -> Markup:
        """Return a link; the first to a row is where the row leads back to."""
        own = f' id="mark-{number}"' if is_first else ""
        return self.safe(
            f'<sup class="mark"><a{own} href="#{escape(anchor)}">[{escape(digits)}]</a></sup>'
        )


class MarkdownWriter(Writer):
    """Writes Markdown."""

    def name(self, text: str) -> Markup:
        """Return the name with all that Markdown or HTML would take for its own escaped."""
        plain = one_line(text)
        safe = _MARKDOWN.sub(r"\\\1", escape(plain, quote=False))
        safe = _LINKS.sub(r"\\\1", _AT_START.sub(r"\1\\\2", safe))
        # a name in letters of the other direction must not turn the sentence around
        if any(ord(letter) >= _FIRST_RTL for letter in plain):
            safe = f"{_ISOLATE}{safe}{_POP_ISOLATE}"
        return self.safe(safe)

    def mark(self, anchor: str, number: int, digits: str, *, is_first: bool) -> Markup:  # noqa: ARG002
        """Return the reference of a footnote."""
        return self.safe(f"[^{number}]")
