"""How well screening does: what it finds of what it should, and whom it interrupts in vain.

Our own examples are judged out of fold: the net that judges a message never learnt from it.
A set from elsewhere is judged by the net as it is used. Without nets only the rules are judged.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from guardrails.examples import CLINICAL, NOTICED, QUIET, WANTED, Example
from guardrails.net import teach
from guardrails.screen import Screener
from guardrails.types import DANGER, Outcome, Screening

FOLDS = 5


class SetError(ValueError):
    """A set of messages that can't be read: names the file, the line and the mend."""


@dataclass(frozen=True)
class Judged:
    """One message, what screening made of it, and how long that took in milliseconds."""

    example: Example
    screening: Screening
    ms: float

    @property
    def right(self) -> bool:
        """Found when it should be, left alone when it should be; a past danger may go anywhere."""
        wanted = self.example.wanted
        outcome = self.screening.outcome
        if wanted in WANTED:
            return outcome in WANTED[wanted]
        if wanted == "education":
            return outcome not in NOTICED | CLINICAL
        return outcome not in NOTICED


@dataclass(frozen=True)
class Tally:
    """The counts of one group of messages."""

    count: int
    right: int
    danger: int
    check_in: int
    refused: int
    none: int

    def share(self, what: str) -> float:
        return float(getattr(self, what)) / self.count if self.count else 0.0


def judge(screener: Screener, examples: Iterable[Example]) -> list[Judged]:
    """Each message screened alone, timed."""
    found = []
    for example in examples:
        began = time.perf_counter()
        screening = screener.screen(example.text, example.language)
        found.append(Judged(example, screening, (time.perf_counter() - began) * 1000))
    return found


def judge_out_of_fold(screener: Screener, examples: Sequence[Example]) -> list[Judged]:
    """Each message judged with nets that learnt from the other folds only, in order."""
    judged: list[Judged | None] = [None] * len(examples)
    for fold in range(FOLDS):
        others = [e for i, e in enumerate(examples) if i % FOLDS != fold]
        nets = {book.language: teach(book, others) for book in screener.books}
        own = [i for i in range(len(examples)) if i % FOLDS == fold]
        blind = Screener(screener.books, nets)
        for i, one in zip(own, judge(blind, [examples[i] for i in own]), strict=True):
            judged[i] = one
    return [one for one in judged if one is not None]


def tally(judged: Iterable[Judged]) -> Tally:
    all_of_them = list(judged)
    outcomes = Counter(one.screening.outcome for one in all_of_them)
    count = len(all_of_them)
    danger = sum(outcomes[o] for o in DANGER)
    none = outcomes[Outcome.NONE]
    check_in = outcomes[Outcome.CHECK_IN]
    right = sum(one.right for one in all_of_them)
    return Tally(count, right, danger, check_in, count - danger - check_in - none, none)


def grouped(
    judged: Iterable[Judged], key: Callable[[Example], str | None]
) -> dict[str, list[Judged]]:
    """The messages by a name of theirs, in the order of the names; None is left out."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        name = key(one.example)
        if name is not None:
            groups.setdefault(name, []).append(one)
    return dict(sorted(groups.items()))


@dataclass(frozen=True)
class Slice:
    """How one voice fares: recall of danger and false alarms among what is quiet."""

    voice: str
    dangers: int
    recall: float
    quiets: int
    alarms: float


def slices(judged: Sequence[Judged]) -> list[Slice]:
    """The fairness table: every voice of every language, as "en teen"."""
    found = []
    for voice, own in grouped(judged, lambda e: f"{e.language} {e.voice}").items():
        dangers = [one for one in own if one.example.wanted == "danger"]
        quiets = [one for one in own if one.example.wanted in ("distress", "everyday")]
        found.append(
            Slice(
                voice,
                len(dangers),
                tally(dangers).share("right"),
                len(quiets),
                1 - tally(quiets).share("right") if quiets else 0.0,
            )
        )
    return found


def times(judged: Iterable[Judged]) -> dict[str, float]:
    """Milliseconds a message: the median, the 99th of a hundred, the slowest."""
    ms = sorted(one.ms for one in judged) or [0.0]
    return {"median": ms[len(ms) // 2], "p99": ms[int(len(ms) * 0.99)], "slowest": ms[-1]}


def wrong(judged: Iterable[Judged]) -> list[Judged]:
    """What was missed or interrupted in vain; danger taken for nothing comes first."""
    rank = {"danger": 0, "distress": 1, "everyday": 1}
    missed = [one for one in judged if not one.right]
    return sorted(missed, key=lambda one: rank.get(one.example.wanted, 2))


def read_set(path: Path) -> list[Example]:
    """JSON lines: `{"id", "text", "wanted" or "label"[, "lang"][, "source"]}`. Raises SetError."""
    found = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SetError(f"{path}: can't be read ({error}); give a file of JSON lines") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            found.append(_row(path, number, line))
    return found


def _row(path: Path, number: int, line: str) -> Example:
    try:
        row = json.loads(line)
        text, wanted = row["text"], row.get("wanted") or row["label"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        need = 'one object a line with "text" and "wanted"'
        raise SetError(f"{path}: line {number}: is not {need}") from error
    if not isinstance(text, str):
        raise SetError(f'{path}: line {number}: "text" must be a string')
    source = str(row.get("source", path.stem))
    return Example(text, str(row.get("lang", "en")), str(wanted), source, "set")


KNOWN = frozenset({*WANTED, *QUIET})
