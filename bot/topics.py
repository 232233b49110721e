"""What a clinic's page is about, offered first when a chat is opened on it ("Ask about this page").

A topic is a term of data/content/terms (`psychiatrist`, `cost_term.copay`) that we have an answer
for, or one of the menu (`cost`, `first_visit`). Of the page only its path is looked at, and
nothing of it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.clinic import Clinic
from guardrails.catalogue import Catalogue

TOPIC = re.compile(r"[a-z][a-z0-9_]{0,39}(?:\.[a-z0-9_]{1,40})?")
_ANSWERS = {
    "role": "role",
    "need": "who_for",
    "cost_term": "cost",
    "approach": "approach",
    "right": "rights",
}
"""Kind of term → how the ids of its answers begin. A choice `page.<kind>` asks for one."""

Choice = str | Mapping[str, Any]
"""As a draft has it: an id, or an id with the entities that go with it."""


def opening(
    catalogue: Catalogue, clinic: Clinic, topic: object = None, page: object = None
) -> list[Choice]:
    """The choices of the first message, the topic's before its own; its own alone when nothing is
    known of the topic or page. Both may be anything: they come from outside."""
    known = topic if isinstance(topic, str) else topic_of(clinic, page)
    usual: list[Choice] = list(catalogue.messages["disclosure.first"].choices)
    first = _choice(catalogue, known) if known and TOPIC.fullmatch(known) else None
    return usual if first is None else [first, *(one for one in usual if one != first)]


def topic_of(clinic: Clinic, page: object) -> str | None:
    """What the clinic's file says that a page is about, by its address or path."""
    if not isinstance(page, str) or not page or not clinic.pages:
        return None
    try:
        path = urlsplit(page).path
    except ValueError:
        return None
    return clinic.pages.get(path) or clinic.pages.get(path.rstrip("/") or "/")


def is_topic(catalogue: Catalogue, topic: str) -> bool:
    return _choice(catalogue, topic) is not None


def _choice(catalogue: Catalogue, topic: str) -> Choice | None:
    if f"menu.{topic}" in catalogue.choices:
        return f"menu.{topic}"
    kind, dot, name = topic.rpartition(".")
    for each in [kind] if dot else _ANSWERS:
        term = f"{each}.{name}"
        if term in catalogue.terms and f"{_ANSWERS.get(each)}.{name}" in catalogue.messages:
            return {"choice": f"page.{each}", "entities": {each: name}}
    return None
