"""The wider net: a linear classifier that may ask the check-in question where no rule fired.

It learns from the examples in ``data/guardrails/<language>/examples`` in seconds, which words and
runs of words tell messages that want a crisis reply from all the others. It can only add a
question, never take an outcome away; nothing of what it computes leaves this module but a yes.

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

from guardrails.examples import Example, load_examples
from guardrails.normalise import BREAK, fold
from guardrails.rules import RULES, RuleBook

STRETCH = 40
"""Words that are read together; stretches overlap by half."""
RUN = 3
"""The longest run of words that is one feature."""
_SEEN = 2
"""Examples a feature must be in."""
_STRENGTH = 30.0
"""Inverse of the regularisation; chosen by cross-validation on the examples."""
THRESHOLD = 1.0
"""Log-odds above which the question is asked; chosen by cross-validation on the examples."""


@dataclass(frozen=True)
class Net:
    """Weights of features, in log-odds."""

    bias: float
    weights: Mapping[str, float]
    threshold: float = THRESHOLD

    def catches(self, line: str) -> bool:
        """`line` is a message as the language's `Normaliser` gives it."""
        return any(self.odds(words) > self.threshold for words in stretches(line))

    def odds(self, words: Sequence[str]) -> float:
        known = 0.0
        count = 0
        for feature in features(words):
            count += 1
            known += self.weights.get(feature, 0.0)
        return self.bias + known / math.sqrt(count or 1)


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


def learn(lines: Sequence[str], danger: Sequence[bool], threshold: float = THRESHOLD) -> Net:
    """A net from normalised messages and whether each wants to be noticed."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

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
    model = LogisticRegression(
        C=_STRENGTH, class_weight="balanced", solver="liblinear", random_state=0
    )
    model.fit(table, list(danger))
    weights = {f: round(float(model.coef_[0][i]), 4) for f, i in index.items()}
    return Net(float(model.intercept_[0]), {f: w for f, w in weights.items() if w}, threshold)


def wants_notice(example: Example) -> bool:
    return example.wanted in ("danger", "denied")


def teach(book: RuleBook, examples: Iterable[Example]) -> Net:
    """The net of one language."""
    own = [e for e in examples if e.language == book.language]
    return learn([book.normalise(fold(e.text)) for e in own], [wants_notice(e) for e in own])


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
        return Net(**json.loads(kept.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _keep(kept: Path, net: Net) -> None:
    text = json.dumps({"bias": net.bias, "weights": dict(net.weights), "threshold": net.threshold})
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
