"""What a person's latest message says, as Rasa understood it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actions.corrections import said_not, taken_back
from actions.speech import any_of, unaccented, words

_FILLERS = words("fillers")  # around a bare answer: "it's Aetna please"
_NO_ANSWERS = frozenset({"condition"})  # what somebody may speak of, and never a reply to us
_SURE = 0.75  # confidence of an intent
_QUESTION = re.compile(
    rf"\?\s*$|^\W*{any_of('asks_first')}\b|"
    rf"(?:^\W*|[.!?;,]\s+|\b{any_of('joins')}\s+){any_of('asks_within')}\b|"
    rf"\b{any_of('asks_anywhere')}\b"
)


@dataclass(frozen=True)
class Entity:
    """Something named in a message. ``start`` and ``end`` are None when it came with a choice."""

    name: str
    value: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Topic:
    """A message of ours that may answer; the higher its score, the likelier."""

    id: str
    score: float


@dataclass(frozen=True)
class Heard:
    """The latest message. ``text`` is empty when a choice was taken."""

    intent: str
    text: str = ""
    entities: tuple[Entity, ...] = ()
    confidence: float = 1.0
    ranking: tuple[tuple[str, float], ...] = ()
    topics: tuple[Topic, ...] = ()  # the likeliest first
    negated: tuple[Entity, ...] = ()  # named to say that they are not meant; not in `entities`

    def values(self, *names: str) -> list[str]:
        """The values of these entities in the order they were said, each once."""
        found = [entity.value for entity in self.entities if entity.name in names]
        return list(dict.fromkeys(found))

    def without(self, *kept: str) -> str:
        """The text less its entities, except those ``kept``."""
        letters = list(self.text)
        for entity in self.entities:
            if entity.name not in kept and entity.start is not None and entity.end is not None:
                letters[entity.start : entity.end] = " " * (entity.end - entity.start)
        return "".join(letters)

    @property
    def bare(self) -> bool:
        """It names something, says little else and does not ask: an answer, whatever intent was
        guessed."""
        asked = "?" in self.text and self.intent.startswith(("ask_", "compare_", "who_", "first_"))
        answers = any(entity.name not in _NO_ANSWERS for entity in self.entities)
        if not self.text or not answers or asked:
            return False
        rest = re.findall(r"[^\W_]+", unaccented(self.without()).replace("'", ""))
        return all(word in _FILLERS for word in rest)

    @property
    def asks(self) -> bool:
        """It has the shape of a question."""
        return bool(_QUESTION.search(unaccented(self.text)))

    @property
    def unsure(self) -> bool:
        """A statement whose intent is little more than a guess: what it names counts for more."""
        return not self.asks and self.confidence < _SURE

    @property
    def words(self) -> int:
        return len(self.text.split())


def hear(message: Mapping[str, Any] | None) -> Heard:
    """Read a tracker's ``latest_message``. A value that is a list counts as several entities.

    A choice has no text; in Rasa's conversation tests its text is "/" and the intent.
    """
    message = message or {}
    intent = message.get("intent") or {}
    name = intent.get("name") or ""
    text = message.get("text") or ""
    found = _entities(message)
    negated = said_not(text, found)
    named = [one for one in found if one not in negated]
    gone = taken_back(text, named)
    return Heard(
        intent=name,
        text="" if name and text.startswith(f"/{name}") else text,
        entities=tuple(one for one in named if one not in gone),
        negated=tuple(negated),
        confidence=float(intent.get("confidence") or 0.0),
        ranking=tuple(
            (one["name"], float(one["confidence"])) for one in message.get("intent_ranking") or ()
        ),
        topics=tuple(Topic(one["id"], float(one["score"])) for one in message.get("topics") or ()),
    )


def _entities(message: Mapping[str, Any]) -> list[Entity]:
    """The entities, less those that are only a word of a role's or payer's name ("child
    psychiatrist", "military insurance"). The same thing by another name stays: "a sliding scale"
    is both a way to pay and a word to explain."""
    found = _all_entities(message)
    names = [entity for entity in found if entity.name in ("role", "payer")]
    return [one for one in found if not any(_is_word_of(one, name) for name in names)]


def _is_word_of(one: Entity, name: Entity) -> bool:
    if None in (one.start, one.end, name.start, name.end):
        return False
    inside = name.start <= one.start and one.end <= name.end  # type: ignore[operator]
    longer = (one.start, one.end) != (name.start, name.end)
    return inside and longer and one.value != name.value


def _all_entities(message: Mapping[str, Any]) -> list[Entity]:
    found = []
    for entity in message.get("entities") or ():
        given = entity.get("value")
        for value in given if isinstance(given, list) else [given]:
            found.append(
                Entity(entity["entity"], str(value), entity.get("start"), entity.get("end"))
            )
    return found
