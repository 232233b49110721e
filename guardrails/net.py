"""The wider net: linear classifiers that may answer where no rule fired.

They learn in seconds from the examples in ``data/guardrails/<language>/examples``: which words and
runs of words tell messages of one outcome from all the others. For danger they ask the check-in
question, never more. They can only add an outcome, never take one away, and nothing of what they
compute leaves this module but the outcome.

A message is read in stretches, so that one line that matters counts the same in a long message.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from guardrails.examples import Example, load_examples
from guardrails.kept import Kept
from guardrails.normalise import BREAK, fold
from guardrails.rules import RULES, RuleBook
from guardrails.types import Outcome

Floats = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.intp]
STRETCH = 40
"""Words that are read together; stretches overlap by half."""
LETTERS = (3, 4, 5)
"""The lengths of the runs of letters that are features, a word's edges counted."""
_FOREIGN = 0.6
"""A message with no more known words than this share is in another language."""
_SEEN = 2
"""Examples a feature must be in."""
_STRENGTH = 10.0
"""Inverse of the regularisation; chosen by cross-validation on the examples."""

_TAUGHT_BY: dict[tuple[str, str | None], Outcome] = {
    ("danger", None): Outcome.CHECK_IN,
    ("denied", None): Outcome.CHECK_IN,
    ("clinical", "diagnosis"): Outcome.DIAGNOSIS,
    ("clinical", "medication"): Outcome.MEDICATION,
    ("manipulation", None): Outcome.MANIPULATION,
}


@dataclass(frozen=True)
class Net:
    """The classifiers of one language, one column of weights an outcome, in log-odds."""

    outcomes: tuple[Outcome, ...]
    index: Mapping[str, int]
    """The row of each feature."""
    weights: Floats
    bias: Floats
    thresholds: Mapping[Outcome, float]
    """Log-odds above which an outcome is added: ``data/guardrails/<language>/net.yml``."""

    def margins(self, line: str) -> dict[Outcome, float]:
        """How far above its threshold each outcome is at the message's likeliest stretch.

        `line` comes from the language's `Normaliser`; an empty or a foreign one has none.
        """
        found = word_features(line)
        known = sum(own[0] in self.index for own in found)
        if not self.outcomes or known <= len(found) * _FOREIGN:
            return {}
        first, last = np.array(list(stretches(len(found)))).T
        odds = self.bias + sum(
            self._sums(features, first, last) for features in (found, letter_features(found))
        )
        best = odds.max(axis=0)
        return {o: float(best[i]) - self.thresholds[o] for i, o in enumerate(self.outcomes)}

    def _sums(self, found: Sequence[Sequence[str]], first: Places, last: Places) -> Floats:
        """Each stretch's weights, evened out by how many features it has."""
        rows = [[self.index[f] for f in own if f in self.index] for own in found]
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.intp)
        sums = np.zeros((len(flat) + 1, len(self.outcomes)))
        np.cumsum(self.weights[flat], axis=0, out=sums[1:])
        row = np.cumsum([0, *map(len, rows)])
        count = np.cumsum([0, *map(len, found)])
        size = np.sqrt(np.maximum(count[last] - count[first], 1))[:, None]
        evened: Floats = (sums[row[last]] - sums[row[first]]) / size
        return evened


def outcome_of(example: Example) -> Outcome | None:
    """The outcome whose classifier an example teaches, as one of its own."""
    own = (example.wanted, example.kind)
    return _TAUGHT_BY.get(own, _TAUGHT_BY.get((example.wanted, None)))


def stretches(words: int) -> Iterator[tuple[int, int]]:
    """The first word of each stretch, and the one after its last."""
    for start in range(0, max(words - STRETCH // 2, 1), STRETCH // 2):
        yield start, min(start + STRETCH, words)


def word_features(line: str) -> list[list[str]]:
    """For each word: itself, it and the next, and it and the one after that, in its sentence."""
    found: list[list[str]] = []
    before = BREAK
    words = ["0" if word.isdigit() else word for word in line.split()]
    nexts = [*words[1:], BREAK]
    for word, after, later in zip(words, nexts, [*nexts[1:], BREAK], strict=False):
        if word != BREAK:
            own = [word, f"{word} {after}"]
            if before == BREAK:
                own.append(f". {word}")
            if BREAK not in (after, later):
                own.append(f"{word} _ {later}")
            found.append(own)
        before = word
    return found


def letter_features(found: Sequence[Sequence[str]]) -> list[list[str]]:
    """For each word of `word_features`, the runs of letters in it: what misspellings share."""
    known: dict[str, list[str]] = {}
    for own in found:
        if own[0] not in known:
            word = f"<{own[0]}>"
            known[own[0]] = [
                f"~{word[at : at + size]}" for size in LETTERS for at in range(len(word) - size + 1)
            ]
    return [known[own[0]] for own in found]


def learn(
    lines: Sequence[str],
    outcomes: Sequence[Outcome | None],
    thresholds: Mapping[Outcome, float],
) -> Net:
    """A net from normalised messages and the outcome of each, for the outcomes of `thresholds`."""
    from scipy.sparse import csr_matrix

    blocks = []
    for line in lines:
        found = word_features(line)
        blocks.append(
            [[f for own in block for f in own] for block in (found, letter_features(found))]
        )
    seen = Counter(feature for both in blocks for feature in set(chain(*both)))
    index = {f: i for i, f in enumerate(sorted(f for f, n in seen.items() if n >= _SEEN))}
    values: list[float] = []
    columns: list[int] = []
    rows = [0]
    for both in blocks:
        for block in both:
            known = [index[f] for f in block if f in index]
            columns.extend(known)
            values.extend([1 / math.sqrt(len(block) or 1)] * len(known))
        rows.append(len(columns))
    table = csr_matrix((values, columns, rows), shape=(len(blocks), len(index)))
    table.sum_duplicates()
    taught = tuple(outcome for outcome in thresholds if outcome in outcomes)
    fitted = [_column(table, [o is outcome for o in outcomes]) for outcome in taught]
    weights = np.array([weights for weights, _ in fitted], dtype=np.float32).T
    return Net(taught, index, weights, np.array([bias for _, bias in fitted]), thresholds)


def _column(table: Any, wanted: Sequence[bool]) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=_STRENGTH, class_weight="balanced", solver="liblinear", random_state=0
    )
    model.fit(table, wanted)
    return model.coef_[0], float(model.intercept_[0])


def teach(book: RuleBook, examples: Iterable[Example]) -> Net:
    """The net of one language."""
    own = [e for e in examples if e.language == book.language]
    lines = [book.normalise(fold(e.text)) for e in own]
    return learn(lines, [outcome_of(e) for e in own], book.thresholds)


def load_nets(books: Iterable[RuleBook], cache: Path, folder: Path = RULES) -> dict[str, Net]:
    """The nets, from `cache` when nothing they learn from has changed, else learnt and kept there.

    A language without examples or without a `net.yml` has none.
    """
    nets = {}
    for book in books:
        if not book.thresholds:
            continue
        sources = sorted((folder / book.language).rglob("*.yml"))
        kept = Kept(cache, f"net-{book.language}", sources)
        if net := _read(kept.read(), book.thresholds):
            nets[book.language] = net
        elif examples := [e for e in load_examples(folder) if e.language == book.language]:
            nets[book.language] = teach(book, examples)
            kept.keep(_written(nets[book.language]))
    return nets


def _read(saved: bytes | None, thresholds: Mapping[Outcome, float]) -> Net | None:
    if saved is None:
        return None
    try:
        with np.load(BytesIO(saved)) as parts:
            names = str(parts["names"]).split("\n")
            outcomes = tuple(Outcome(name) for name in parts["outcomes"])
            index = {name: row for row, name in enumerate(names)}
            return Net(outcomes, index, parts["weights"], parts["bias"], thresholds)
    except (OSError, ValueError, KeyError, BadZipFile):
        return None


def _written(net: Net) -> bytes:
    file = BytesIO()
    np.savez(
        file,
        names="\n".join(net.index),
        outcomes=[str(outcome) for outcome in net.outcomes],
        weights=net.weights,
        bias=net.bias,
    )
    return file.getvalue()
