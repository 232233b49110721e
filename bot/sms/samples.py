"""Values to measure a message with: what usually stands in its slots, and the longest that may.

By a slot's name where that says more than its type does. They are made up, and go to nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatch
from typing import Any, Literal

from guardrails.catalogue import Catalogue, Message

Size = Literal["typical", "longest"]
SIZES: tuple[Size, ...] = ("typical", "longest")

_NOON = {"message": "time.pm", "slots": {"clock": "12:30"}}
_TYPES: Mapping[str, tuple[Any, Any]] = {
    "count": (2, 120),
    "miles": (10, 100),
    "zip": ("78701", "78701"),
    "place": ("Austin, TX", "Rancho Santa Margarita, California"),
    "phone": ("5125550100", "5125550100"),
    "provider_name": (
        "Demo Community Clinic",
        "Demo County Community Mental Health and Recovery Services",
    ),
    "address": ("100 Demo Street", "10100 West Demo County Boulevard, Suite 1200"),
    "site": ("demo.example", "appointments.demo-community-clinic.example"),
    "first_name": ("Demo", "Community Support Coordinator"),
    "clock": ("9:00", "12:30"),
    "ending": ("00", "00"),
    "date": ("2026-12-01", "2026-09-21"),
    "year": ("2026", "2026"),
    "sheet_link": (
        f"https://care.example/s/{'A1b-' * 6}",
        f"https://chat.demo-community-clinic.example/s/{'A1b_' * 6}",
    ),
    "moment": ("2026-11-24T15:00", "2026-09-23T12:30"),
    "own_words": (
        "A question of mine",
        "A question of mine, in a whole sentence or two of my own.",
    ),
    "label": ("role.therapist", "role.psychiatric_nurse_practitioner"),
    "labels": (
        ["role.therapist"],
        ["role.psychiatric_nurse_practitioner", "payer.sliding_scale", "language.spanish"],
    ),
}
_NAMES: Mapping[str, tuple[Any, Any]] = {
    "total": (
        [{"message": "find.total", "slots": {"n": 4}}],
        [{"message": "find.total_at_least", "slots": {"n": 500}}],
    ),
    "when": (
        {"message": "time.today", "slots": {"clock": _NOON}},
        {"message": "time.on_day", "slots": {"day": "time.wed", "clock": _NOON}},
    ),
}
_FRAGMENTS: Mapping[str, str] = {
    "heard": "feelings.heard*",
    "off": "reminder.word_off",
    "next": "feelings.next.*",
    "sees": "handoff.sees_*",
}
"""Slots that hold one of several fragments: the longest of them counts."""
_SEARCH: Sequence[Any] = (
    {
        "message": "find.so_far.help_role",
        "slots": {"said": ["role.psychiatric_nurse_practitioner"]},
    },
    {"message": "find.so_far.place", "slots": {"place": "Rancho Santa Margarita, California"}},
    {"message": "find.so_far.payment", "slots": {"said": ["payer.sliding_scale"]}},
    {"message": "find.so_far.format.any"},
    {"message": "find.so_far.wishes", "slots": {"said": ["time.evening", "language.spanish"]}},
)
_VISIT: Sequence[Any] = (
    {"message": "visit.so_far.role", "slots": {"said": ["role.psychiatric_nurse_practitioner"]}},
    {"message": "visit.own_item", "slots": {"words": "A question of mine, in one sentence."}},
    {"message": "visit.own_item", "slots": {"words": "Another question of mine."}},
)
_LINES: Mapping[str, Sequence[Any]] = {"find": _SEARCH}


class NoSample(LookupError):
    """A slot that this file has no value for: names the slot."""


def slots_of(catalogue: Catalogue, message: Message, size: Size, language: str) -> dict[str, Any]:
    """Values for the slots of a message. Raises `NoSample`."""
    return {
        name: _value(catalogue, message, name, kind, size, language)
        for name, kind in message.slots.items()
        if kind not in ("emergency", "crisis_line", "route_line")
    }


def _value(
    catalogue: Catalogue, message: Message, name: str, kind: str, size: Size, language: str
) -> Any:
    place = SIZES.index(size)
    if kind == "fragment" and name in _FRAGMENTS:
        return _fragment(catalogue, _FRAGMENTS[name], size, language)
    if kind == "lines":
        lines = _LINES.get(message.id.partition(".")[0], _VISIT)
        return lines if size == "longest" else lines[:2]
    if name in _NAMES:
        return _NAMES[name][place]
    if kind in _TYPES:
        return _TYPES[kind][place]
    raise NoSample(f"{name} ({kind})")


def _fragment(catalogue: Catalogue, pattern: str, size: Size, language: str) -> str:
    def length(message: Message) -> int:
        words = message.short or message.words
        return len(words.get(language, words["en"]))

    known = [one for one in catalogue.messages.values() if fnmatch(one.id, pattern)]
    chosen: Callable[..., Message] = max if size == "longest" else min
    return chosen(known, key=length).id
