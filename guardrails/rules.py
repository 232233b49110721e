"""Loads one language's rules from YAML: words.yml, spelling.yml, passes.yml and the rule files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from guardrails.normalise import Normaliser, Spelling, fold
from guardrails.pattern import Pattern, PatternError, PatternReader
from guardrails.plain_yaml import PlainLoader
from guardrails.types import Outcome

RULES = Path(__file__).parents[1] / "data" / "guardrails"
SCHEMAS = Path(__file__).parent / "schemas"
SUBSTANCES = "substances.yml"
_NOT_RULES = {"words.yml", "spelling.yml", "passes.yml", "net.yml", SUBSTANCES}


class RuleError(ValueError):
    """A rule file that can't be used: names the file, the rule, and what is wrong."""


@dataclass(frozen=True)
class Rule:
    """One rule. `asked` limits it to answers to those messages; `source` is its file's name.

    A `weak` rule does nothing alone: two different ones in a conversation ask the check-in
    question. A rule for `once` fires once in a conversation; one that asks the check-in question
    also rests when another rule has asked it. A rule about us leaves a message that has a pattern
    `of_care` and none `of_us`: who reads the notes of a clinic is a question of care.
    """

    id: str
    outcome: Outcome
    reply: str | None
    asked: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    catches: tuple[str, ...]
    passes: tuple[str, ...]
    source: str
    weak: bool = False
    once: bool = False
    of_care: tuple[Pattern, ...] = ()
    of_us: tuple[Pattern, ...] = ()


@dataclass(frozen=True)
class RuleBook:
    """All the rules of one language, its normaliser, and the messages nothing may catch."""

    language: str
    normalise: Normaliser
    rules: tuple[Rule, ...]
    passes: tuple[str, ...]
    threshold: float | None = None
    """Of the language's net: the log-odds of danger above which it asks."""
    stems: frozenset[str] = frozenset()
    """The word beginnings that patterns look for, as "kill*"."""


def load_yaml(path: Path, schema: str) -> Any:
    """Reads a YAML file and checks it against a schema of ours. Raises RuleError."""
    try:
        data = yaml.load(path.read_text("utf-8"), Loader=PlainLoader)  # noqa: S506 (a safe loader)
    except OSError as error:
        raise RuleError(f"{path}: can't be read ({error.strerror}); restore the file") from error
    except yaml.YAMLError as error:
        raise RuleError(f"{path}: is not valid YAML: {error}") from error
    checker = jsonschema.Draft202012Validator(json.loads((SCHEMAS / schema).read_text("utf-8")))
    problem = jsonschema.exceptions.best_match(checker.iter_errors(data))
    if problem:
        where = " > ".join(map(str, problem.absolute_path)) or "the file"
        raise RuleError(f"{path}: {where}: {problem.message}")
    return data


def load_rulebook(folder: Path) -> RuleBook:
    """Loads the rules of the language that the folder is named after. Raises RuleError."""
    lists = load_yaml(folder / "words.yml", "words.json")
    spelling = Spelling(**load_yaml(folder / "spelling.yml", "spelling.json"))
    passes = load_yaml(folder / "passes.yml", "passes.json")
    files = {
        path: load_yaml(path, "rules.json")
        for path in sorted(folder.glob("*.yml"))
        if path.name not in _NOT_RULES
    }
    if not files:
        raise RuleError(f"{folder}: has no rule file; add one or remove the folder")
    seen: dict[str, Path] = {}
    for path, data in files.items():
        for name in data["rules"]:
            if name in seen:
                raise RuleError(f"{path}: {name}: is also in {seen[name].name}; rename one")
            seen[name] = path
    reader = PatternReader(lists, Normaliser(spelling, ()).expand, _weights(files.values()))
    rules = [rule for path, data in files.items() for rule in _rules(path, data, reader)]
    return RuleBook(
        folder.name,
        Normaliser(spelling, {word.rstrip("*") for word in reader.vocabulary}),
        tuple(rules),
        tuple(text for texts in passes.values() for text in texts),
        _threshold(folder / "net.yml"),
        frozenset(word for word in reader.vocabulary if word.endswith("*")),
    )


def _threshold(path: Path) -> float | None:
    return float(load_yaml(path, "net.json")["threshold"]) if path.exists() else None


def _rules(path: Path, data: dict[str, Any], reader: PatternReader) -> Iterable[Rule]:
    try:
        of_care, of_us = (
            tuple(reader.read(text) for text in data.get(key, ())) for key in ("of_care", "of_us")
        )
    except PatternError as error:
        raise RuleError(f"{path}: {error}") from error
    for name, rule in data["rules"].items():
        outcome = rule.get("outcome") or data.get("outcome")
        if outcome is None:
            raise RuleError(f"{path}: {name}: has no outcome; give one to the rule or the file")
        try:
            patterns = tuple(reader.read(text) for text in rule["patterns"])
            shared = [*data.get("unless", []), *rule.get("unless", [])]
            unless = tuple(reader.read(text) for text in shared)
        except PatternError as error:
            raise RuleError(f"{path}: {name}: {error}") from error
        yield Rule(
            id=name,
            outcome=Outcome(outcome),
            reply=rule.get("reply") or default_reply(Outcome(outcome)),
            asked=tuple(rule.get("asked", ())),
            patterns=patterns,
            unless=unless,
            catches=tuple(rule["catches"]),
            passes=tuple(rule["passes"]),
            source=path.name,
            weak=data.get("weak", False),
            once=rule.get("once", False),
            of_care=of_care,
            of_us=of_us,
        )


def default_reply(outcome: Outcome) -> str | None:
    """The message that an outcome gets when its rule names none."""
    own = {
        Outcome.NONE: None,
        Outcome.CHECK_IN: "check_in.ask",
        Outcome.OPT_OUT: "opt_out.done",
        Outcome.MINOR: "minor.teen",
        Outcome.PRIVACY: "privacy.who",
        Outcome.HUMAN: "human.now",
        Outcome.IDENTITY: "identity.what",
    }
    if outcome in own:
        return own[outcome]
    danger = list(Outcome).index(outcome) < list(Outcome).index(Outcome.CHECK_IN)
    return f"{'safety' if danger else 'refusal'}.{outcome}"


def _weights(files: Iterable[dict[str, Any]]) -> Callable[[str], float]:
    """How common a word or a stem is in the rules' own examples: a rare one makes a good anchor."""
    seen = Counter(
        word
        for data in files
        for rule in data["rules"].values()
        for text in (*rule["catches"], *rule["passes"])
        for word in fold(text).replace("'", "").split()
    )
    stems: Counter[str] = Counter()
    for word, count in seen.items():
        for end in range(1, len(word) + 1):
            stems[f"{word[:end]}*"] += count
    return lambda word: 1.0 + (stems[word] if word.endswith("*") else seen[word])
