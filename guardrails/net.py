"""The wider net: linear classifiers that may answer where no rule fired.

They learn in seconds from the examples in ``data/guardrails/<language>/examples``: which words and
runs of words tell messages of one outcome from all the others. For danger they ask the check-in
question, never more. They can only add an outcome, never take one away, and nothing of what they
compute leaves this module but the outcome.

A message is read in stretches, so that one line that matters counts the same in a long message.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardrails.examples import Example, load_examples
from guardrails.normalise import BREAK, fold
from guardrails.rules import RULES, RuleBook
from guardrails.types import Outcome

STRETCH = 40
"""Words that are read together; stretches overlap by half."""
RUN = 2
"""The longest run of words that is one feature."""
_SEEN = 2
"""Examples a feature must be in."""
_STRENGTH = 10.0
"""Inverse of the regularisation; chosen by cross-validation on the examples."""
_SMALLEST = 0.01
"""Weights nearer to nought than this are dropped."""

THRESHOLDS = {
    Outcome.CHECK_IN: 2.5,
    Outcome.IDENTITY: 1.5,
    Outcome.HUMAN: 1.5,
    Outcome.MEDICATION: 1.5,
    Outcome.DIAGNOSIS: 1.5,
    Outcome.TREATMENT_ADVICE: 1.5,
    Outcome.THERAPY_REQUEST: 1.5,
    Outcome.MANIPULATION: 1.5,
}
"""The outcomes a net may add, and the log-odds above which it does; chosen by cross-validation
on the examples, so that few of those that want no interruption get one."""
_CLINICAL = {
    "diagnosis": Outcome.DIAGNOSIS,
    "medication": Outcome.MEDICATION,
    "treatment": Outcome.TREATMENT_ADVICE,
    "therapy": Outcome.THERAPY_REQUEST,
}
_OTHERS = {
    "danger": Outcome.CHECK_IN,
    "denied": Outcome.CHECK_IN,
    "identity": Outcome.IDENTITY,
    "human": Outcome.HUMAN,
    "manipulation": Outcome.MANIPULATION,
}


@dataclass(frozen=True)
class Head:
    """The classifier of one outcome: weights of features, in log-odds."""

    bias: float
    weights: Mapping[str, float]

    def odds(self, found: Iterable[str], count: int) -> float:
        known = sum(self.weights.get(feature, 0.0) for feature in found)
        return self.bias + known / math.sqrt(count or 1)


@dataclass(frozen=True)
class Net:
    """The classifiers of one language, by outcome."""

    heads: Mapping[Outcome, Head]

    def danger(self, line: str) -> bool:
        """Whether to ask the check-in question. `line` comes from the language's `Normaliser`."""
        return self.margins(line, [Outcome.CHECK_IN])[Outcome.CHECK_IN] > 0

    def other(self, line: str) -> Outcome | None:
        """The likeliest other outcome, when one is likely enough."""
        margins = self.margins(line, [o for o in THRESHOLDS if o is not Outcome.CHECK_IN])
        outcome = max(margins, key=lambda o: margins[o])
        return outcome if margins[outcome] > 0 else None

    def margins(self, line: str, outcomes: Iterable[Outcome]) -> dict[Outcome, float]:
        """How far above its threshold each outcome is, in log-odds, at the message's height."""
        found = [features(words) for words in stretches(line)]
        return {
            outcome: max((head.odds(one, len(one)) for one in found), default=-math.inf)
            - THRESHOLDS[outcome]
            for outcome in outcomes
            if (head := self.heads.get(outcome))
        } or dict.fromkeys(outcomes, -math.inf)


def outcome_of(example: Example) -> Outcome | None:
    """The outcome whose classifier an example teaches, as one of its own."""
    if example.wanted == "clinical":
        return _CLINICAL.get(example.kind, Outcome.TREATMENT_ADVICE)
    return _OTHERS.get(example.wanted)


def stretches(line: str) -> Iterator[list[str]]:
    """The words of a message, `STRETCH` at a time; what is shorter is one stretch."""
    words = line.split()
    last = max(len(words) - STRETCH // 2, 1)
    for start in range(0, last, STRETCH // 2):
        yield words[start : start + STRETCH]


def features(words: Sequence[str]) -> set[str]:
    """The runs of up to `RUN` words within a sentence, and pairs with one word between."""
    found: set[str] = set()
    sentence: list[str] = []
    for word in [*words, BREAK]:
        if word == BREAK:
            _runs(["^", *sentence, "$"] if sentence else [], found)
            sentence = []
        else:
            sentence.append("0" if word.isdigit() else word)
    found -= {"^", "$"}
    return found


def _runs(sentence: Sequence[str], found: set[str]) -> None:
    for at, word in enumerate(sentence):
        found.add(word)
        for end in range(at + 2, min(at + RUN, len(sentence)) + 1):
            found.add(" ".join(sentence[at:end]))
        if at + 2 < len(sentence):
            found.add(f"{word} _ {sentence[at + 2]}")


def learn(lines: Sequence[str], outcomes: Sequence[Outcome | None]) -> Net:
    """A net from normalised messages and the outcome of each."""
    from scipy.sparse import csr_matrix

    found = [sorted(features(line.split())) for line in lines]
    seen = Counter(feature for one in found for feature in one)
    index = {f: i for i, f in enumerate(sorted(f for f, n in seen.items() if n >= _SEEN))}
    values: list[float] = []
    columns: list[int] = []
    rows = [0]
    for one in found:
        known = [index[f] for f in one if f in index]
        columns.extend(known)
        values.extend([1 / math.sqrt(len(one) or 1)] * len(known))
        rows.append(len(columns))
    table = csr_matrix((values, columns, rows), shape=(len(found), len(index)))
    return Net(
        {
            outcome: _head(table, [o is outcome for o in outcomes], list(index))
            for outcome in THRESHOLDS
            if outcome in outcomes
        }
    )


def _head(table: Any, wanted: Sequence[bool], names: Sequence[str]) -> Head:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=_STRENGTH, class_weight="balanced", solver="liblinear", random_state=0
    )
    model.fit(table, wanted)
    weights = {n: round(float(w), 3) for n, w in zip(names, model.coef_[0], strict=True)}
    kept = {n: w for n, w in weights.items() if abs(w) >= _SMALLEST}
    return Head(float(model.intercept_[0]), kept)


def teach(book: RuleBook, examples: Iterable[Example]) -> Net:
    """The net of one language."""
    own = [e for e in examples if e.language == book.language]
    return learn([book.normalise(fold(e.text)) for e in own], [outcome_of(e) for e in own])


def load_nets(books: Iterable[RuleBook], cache: Path, folder: Path = RULES) -> dict[str, Net]:
    """The nets, from `cache` when nothing they learn from has changed, else learnt and kept there.

    A language without examples has no net. A cache that can't be written is done without.
    """
    nets = {}
    for book in books:
        kept = cache / f"net-{book.language}-{_fingerprint(folder, book.language)}.json"
        if net := _read(kept):
            nets[book.language] = net
        elif examples := [e for e in load_examples(folder) if e.language == book.language]:
            nets[book.language] = teach(book, examples)
            _keep(kept, nets[book.language])
    return nets


def _fingerprint(folder: Path, language: str) -> str:
    code = sorted(Path(__file__).parent.glob("*.py"))
    sources = [*code, *sorted((folder / language).rglob("*.yml"))]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def _read(kept: Path) -> Net | None:
    try:
        heads = json.loads(kept.read_text("utf-8"))
        return Net({Outcome(name): Head(*head) for name, head in heads.items()})
    except (OSError, ValueError, TypeError):
        return None


def _keep(kept: Path, net: Net) -> None:
    text = json.dumps({str(o): [head.bias, dict(head.weights)] for o, head in net.heads.items()})
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(".part")
        draft.write_text(text, "utf-8")
        draft.replace(kept)
    except OSError:
        return
    for old in kept.parent.glob(f"{kept.name.rpartition('-')[0]}-*.json"):
        if old != kept:
            old.unlink(missing_ok=True)
