"""Messages written by us, each with the outcome wanted: what rules are measured on and the net
learns from.

They stand in ``data/guardrails/<language>/examples/<kind>.yml``, grouped by *voice*: who speaks,
or how it is written. Rules' own ``catches`` and ``passes`` are tests of one rule; these are not.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from guardrails.normalise import fold
from guardrails.plain_yaml import PlainLoader
from guardrails.rules import RULES, RuleError, load_yaml
from guardrails.types import DANGER, Outcome

CLINICAL = frozenset(
    {
        Outcome.DIAGNOSIS,
        Outcome.MEDICATION,
        Outcome.TREATMENT_ADVICE,
        Outcome.THERAPY_REQUEST,
    }
)
REFUSALS = CLINICAL | {Outcome.MANIPULATION, Outcome.IDENTITY}
NOTICED = DANGER | {Outcome.CHECK_IN}
WANTED = {
    "danger": NOTICED,
    "denied": NOTICED,
    "clinical": CLINICAL,
    "manipulation": REFUSALS,
    "identity": {Outcome.IDENTITY},
    "privacy": {Outcome.PRIVACY},
    "human": {Outcome.HUMAN},
    "opt_out": {Outcome.OPT_OUT},
    "minor": {Outcome.MINOR},
}
"""What counts as found, by what is wanted. All that is not here wants no interruption."""
QUIET = ("distress", "everyday", "education", "past", "bereaved")
"""What no rule of danger may interrupt."""
SAID = RULES.parent / "nlu"
"""Rasa's training files."""
_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\{[^}]*\}|\([^)]*\))")


@dataclass(frozen=True)
class Example:
    """One message; `wanted` is a key of `WANTED` or one of `QUIET`."""

    text: str
    language: str
    wanted: str
    kind: str
    voice: str

    @property
    def quiet(self) -> bool:
        return self.wanted in QUIET


def load_examples(folder: Path = RULES) -> list[Example]:
    """Every example of every language under `folder`, in file order. Raises RuleError."""
    return [
        example
        for path in sorted(folder.glob("*/examples/*.yml"))
        for example in read_examples(path, path.parent.parent.name)
    ]


def load_said(folder: Path, examples: Sequence[Example]) -> list[Example]:
    """What people say to the bot, from Rasa's training files in `folder`: nothing to interrupt.

    Those files mix languages: a phrase is of the language whose `examples` use its words most.
    """
    words: dict[str, Counter[str]] = {}
    for example in examples:
        words.setdefault(example.language, Counter()).update(fold(example.text).split())
    used = {spoken: sum(own.values()) for spoken, own in words.items()}
    said = []
    for path in sorted(folder.rglob("*.yml")):
        for item in yaml.load(path.read_text("utf-8"), PlainLoader).get("nlu", ()):  # noqa: S506
            for line in item.get("examples", "").splitlines() if "intent" in item else ():
                text = _ANNOTATION.sub(r"\1", line.strip().removeprefix("- "))
                fits = {
                    spoken: sum(math.log1p(1e6 * own[w] / used[spoken]) for w in fold(text).split())
                    for spoken, own in words.items()
                }
                spoken = max(fits, key=lambda one: fits[one])
                said.append(Example(text, spoken, "everyday", item["intent"], "plain"))
    return said


def read_examples(path: Path, language: str) -> Iterator[Example]:
    """The examples of one file. Raises RuleError when the file is malformed or repeats itself."""
    data = load_yaml(path, "examples.json")
    seen: set[str] = set()
    for voice, texts in data["messages"].items():
        for text in texts:
            if text in seen:
                raise RuleError(f"{path}: {voice}: is there twice: {text}")
            seen.add(text)
            yield Example(text, language, data["wanted"], data["kind"], voice)
