"""The examples themselves: enough of them, each once, and none of the held-out ones."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.engine.cues import read_cues
from bot.engine.gazetteer import Gazetteer, fold, read_terms
from guardrails.catalogue import load_catalogue
from guardrails.plain_yaml import PlainLoader

ENOUGH = 45
QUESTIONS = 14  # of each answer: 8 in English and 6 in Spanish at least
# Answers that differ only in the name ("aetna", "i have cigna") are told from one another by it.
ALIKE_AT_MOST = 8
_UNHEARD = frozenset(["please", "pls", "plz", "the", "a", "an", "just", "ok", "okay", "so", "well"])


def examples(root: Path) -> Iterator[tuple[str, str]]:
    """What teaches the intents."""
    return ((intent, text) for intent, topic, text in _all(root) if not topic)


def questions(root: Path) -> Iterator[tuple[str, str]]:
    """What teaches the topics: questions that name the message which answers them."""
    return ((topic, text) for _, topic, text in _all(root) if topic)


def _all(root: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted((root / "data/nlu").rglob("*.yml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=PlainLoader)
        for block in content.get("nlu", []):
            intent, _, topic = block["intent"].partition("/")
            for line in block["examples"].splitlines():
                yield intent, topic, line.removeprefix("- ")


def held_out(root: Path) -> Iterator[tuple[str, str]]:
    groups = yaml.safe_load((root / "tests/nlu/heldout.yml").read_text(encoding="utf-8"))
    for intent, texts in groups.items():
        for text in texts:
            yield intent, text


def gist(text: str) -> str:
    """A message without case, accents, punctuation, and words that change nothing."""
    words = re.findall(r"[^\W_]+", fold(text).replace("'", "").replace("\u2019", ""))
    return " ".join(word for word in words if word not in _UNHEARD) or text


def test_every_intent_of_the_domain_has_enough_examples(root: Path) -> None:
    domain = yaml.safe_load((root / "data/domain/intents.yml").read_text(encoding="utf-8"))
    counted = Counter(intent for intent, _ in examples(root))
    wanted = set(domain["intents"]) - {"nlu_fallback"}
    assert set(counted) == wanted
    assert {intent: n for intent, n in counted.items() if n < ENOUGH} == {}


def test_no_example_is_there_twice(root: Path) -> None:
    seen = defaultdict(list)
    for intent, text in examples(root):
        seen[gist(text)].append((intent, text))
    assert [same for same in seen.values() if len(same) > 1] == []


def test_no_question_has_two_answers(root: Path) -> None:
    answers = defaultdict(set)
    for topic, text in questions(root):
        answers[gist(text)].add(topic)
    assert {text: found for text, found in answers.items() if len(found) > 1} == {}


def test_every_answer_that_can_be_tapped_has_questions_in_both_languages(root: Path) -> None:
    messages = load_catalogue(root / "data/content").messages.values()
    asked = Counter(topic for topic, _ in questions(root))
    labelled = {one.id for one in messages if one.label and not one.id.startswith("practice.")}
    assert set(asked) <= {one.id for one in messages if one.label}
    assert {one for one in labelled if asked[one] < QUESTIONS} == set()


def test_few_examples_differ_only_in_a_name(root: Path) -> None:
    gazetteer = Gazetteer(read_terms(root / "data/content/terms"))
    seen = defaultdict(list)
    for intent, text in examples(root):
        shape = text
        for one in reversed(gazetteer.find(text)):
            shape = f"{shape[: one.start]} {one.entity} {shape[one.end :]}"
        seen[intent, gist(shape)].append(text)
    assert [same for same in seen.values() if len(same) > ALIKE_AT_MOST] == []


def test_held_out_messages_are_not_taught(root: Path) -> None:
    taught = {gist(text) for _, text in examples(root)}
    assert [text for _, text in held_out(root) if gist(text) in taught] == []


def test_six_messages_of_every_intent_are_held_out(root: Path) -> None:
    counted = Counter(intent for intent, _ in held_out(root))
    assert set(counted) == {intent for intent, _ in examples(root)}
    assert min(counted.values()) >= 6


def test_the_cues_can_be_read(root: Path) -> None:
    assert read_cues(root / "data/nlu/cues.yml")


@pytest.mark.parametrize("mark", ["](", "[", "{"])
def test_no_example_has_markup_that_rasa_would_read(root: Path, mark: str) -> None:
    assert [text for _, text in examples(root) if mark in text] == []
