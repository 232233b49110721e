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

ENOUGH = 45
# Answers that differ only in the name ("aetna", "i have cigna") are told from one another by it.
ALIKE_AT_MOST = 8
_UNHEARD = frozenset(["please", "pls", "plz", "the", "a", "an", "just", "ok", "okay", "so", "well"])


def examples(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((root / "data/nlu").rglob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            for line in block["examples"].splitlines():
                yield block["intent"].split("/")[0], line.removeprefix("- ")


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
