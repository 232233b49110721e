"""docs/embedding.md tells of what there is, and of nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import bot.widget
from bot.clinic import Clinic
from bot.clinic_schema import SCHEMA
from bot.embed import embed
from bot.handoff.hours import hours_from
from bot.settings import PROJECT
from bot.topics import is_topic
from tests.bot.edge import CATALOGUE

TEXT = (PROJECT / "docs" / "embedding.md").read_text("utf-8")
ELM = Clinic("elm", "Care guide", "US", ("en",), (), 30)


def rows(heading: str) -> list[list[str]]:
    """The names in the first column of the first table after a heading."""
    after = TEXT.split(heading, 1)[1]
    table = re.search(r"\n\|.*\n\|[-|]+\n((?:\|.*\n)+)", after)
    assert table
    return [re.findall(r"`([^`]+)`", row.split("|")[1]) for row in table[1].splitlines()]


def settings(schema: dict[str, Any], where: str = "") -> Iterator[str]:
    for name, of in schema["properties"].items():
        if "properties" in of:
            yield from settings(of, f"{where}{name}.")
        else:
            yield where + name


def test_every_setting_is_told_and_no_other() -> None:
    known = set(settings(SCHEMA)) - {"hours"}
    known |= {f"hours.{name}" for name in hours_from({"timezone": "UTC", "weekly": {}}).document()}
    told = [name for row in rows("## The settings") for name in row]
    assert sorted(told) == sorted(known)


def test_every_attribute_of_the_tag_is_one_that_the_chat_reads() -> None:
    widget = Path(bot.widget.__file__).parent
    script = "".join(path.read_text("utf-8") for path in widget.glob("*.js"))
    told = {name for row in rows("The script tag takes attributes") for name in row}
    assert told <= set(re.findall(r"data-[a-z]+", script))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_what_the_docs_paste_is_what_the_command_prints() -> None:
    parts = embed(ELM, "https://chat.example.org/")
    assert parts.script in TEXT
    assert f'href="{parts.link}"' in TEXT
    tags = Tags()
    tags.feed(parts.iframe)
    ((tag, attributes),) = tags.found
    assert (tag, attributes["src"], attributes["title"]) == ("iframe", parts.link, "Care guide")
    assert f'<iframe src="{parts.link}" title="Care guide"' in TEXT


def test_every_topic_that_the_docs_name_has_an_answer() -> None:
    told = TEXT.split("A **topic** is", 1)[1].split("One that we don't know", 1)[0]
    names = [name for name in re.findall(r"`([^`]+)`", told) if "/" not in name]
    assert len(names) > 6
    assert [name for name in names if not is_topic(CATALOGUE, name)] == []


def test_the_docs_name_the_headers_that_are_sent() -> None:
    security = (PROJECT / "bot" / "security.py").read_text("utf-8")
    for header in ("frame-ancestors", "Cross-Origin-Resource-Policy"):
        assert header in TEXT
        assert header in security
