"""The bytes sent for the page and the chat, built once from the files here and `data/content`."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from guardrails.catalogue import LANGUAGES, WHOLE, read_content

HERE = Path(__file__).resolve().parent
PARTS = (
    *("keeping", "words", "calls", "stream", "delivery", "glossary", "messages", "log", "help"),
    *("unread", "handoff", "transcript", "writing", "acts", "menu", "leaving", "paper"),
)
"""The files that go into ``widget.js``, each of functions that its rest calls."""
WORDS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["reviewed_on", "words"],
    "additionalProperties": False,
    "properties": {
        "reviewed_on": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "words": {
            "type": "object",
            "propertyNames": {"pattern": "^[a-z][a-z_]*$"},
            "additionalProperties": {
                "type": "object",
                "required": list(WHOLE),
                "additionalProperties": False,
                "properties": {key: {"type": "string", "minLength": 1} for key in LANGUAGES},
            },
        },
    },
}


@dataclass(frozen=True)
class Words:
    """The words of one file: by language, then by key. ``reviewed_on`` is an ISO date."""

    reviewed_on: str
    by_language: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Assets:
    """What is served: ``/`` (by language), the chat alone, their style sheets, ``/widget.js``.

    ``zipped`` is the script as gzip, ``etag`` the name of its very bytes, quoted as in HTTP.
    """

    pages: Mapping[str, bytes]
    style: bytes
    chat_style: bytes
    script: bytes
    zipped: bytes
    etag: str
    page_words: Words

    def chat(self, language: str, clinic: str, name: str, topic: str | None = None) -> bytes:
        """The page that is nothing but a clinic's chat; ``topic`` is what to begin with."""
        known = language if language in LANGUAGES else LANGUAGES[0]
        about = {"clinic": clinic, "name": name, "topic": topic}
        return _render("chat.html", self.page_words, known, **about)


def load_assets(content: Path) -> Assets:
    """Build all of it from ``content``, the folder of words. Raises `CatalogueError`."""
    page_words = load_words(content / "page.yml")
    script = widget_js(load_words(content / "widget.yml"))
    return Assets(
        pages={language: _render("page.html", page_words, language) for language in LANGUAGES},
        style=_squeeze(_file("page.css")).encode("utf-8"),
        chat_style=_squeeze(_file("chat.css")).encode("utf-8"),
        script=script,
        zipped=gzip.compress(script, 9, mtime=0),
        etag=f'"{hashlib.sha256(script).hexdigest()[:32]}"',
        page_words=page_words,
    )


def load_words(path: Path) -> Words:
    """Read ``widget.yml`` or ``page.yml``. Raises `CatalogueError`."""
    content = read_content(path, WORDS_SCHEMA)
    words: dict[str, dict[str, str]] = content["words"]
    return Words(
        reviewed_on=content["reviewed_on"],
        by_language={
            language: {key: texts.get(language, texts["en"]) for key, texts in words.items()}
            for language in LANGUAGES
        },
    )


def widget_js(words: Words) -> bytes:
    """The chat's script, with its parts, the words of every language and the style sheet inside."""
    script = _file("widget.js")
    served = {"words": words.by_language, "css": _squeeze(_file("widget.css"))}
    parts = {
        "/*SERVED*/ null": json.dumps(served, separators=(",", ":"), ensure_ascii=False),
        "/*PARTS*/": "".join(_file(f"{name}.js") for name in PARTS),
    }
    for mark, part in parts.items():
        head, found, tail = script.partition(mark)
        if not found:
            raise ValueError(f"widget.js has lost its mark {mark}: put it back")
        script = head + part + tail
    return _lean(script).encode("utf-8")


def _render(template: str, words: Words, language: str, **more: str | None) -> bytes:
    strict = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    said = {"words": words.by_language[language], "reviewed_on": words.reviewed_on}
    page = strict.from_string(_file(template)).render(**said, language=language, **more)
    return page.encode("utf-8")


def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _squeeze(css: str) -> str:
    """Without comments and what only a reader needs. A sheet must not have these in a string."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*|(:)\s+|\s+", _closer, bare).strip()


def _closer(found: re.Match[str]) -> str:
    return found[1] or found[2] or " "


def _lean(script: str) -> str:
    """Without indents and comments, which stand alone on a line or after ``;``, ``,`` or ``{``.

    A script must not break a string over lines, nor have what looks like such a comment in one.
    """
    lines = (re.sub(r"(?<=[;,{])\s+// .*", "", line).strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
