"""How well screening does: what it finds of what it should, and whom it interrupts in vain.

Our own examples are judged out of fold: the net that judges a message never learnt from it.
A set from elsewhere is judged by the net as it is used. Without nets only the rules are judged.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from guardrails.examples import CLINICAL, NOTICED, QUIET, SAID, WANTED, Example, load_said
from guardrails.net import teach
from guardrails.screen import Screener
from guardrails.types import DANGER, Outcome, Screening

FOLDS = 3
BEHIND = 0.05
"""How far a voice may be behind the whole of its language before it is pointed out."""
KNOWN = frozenset({*WANTED, *QUIET})
"""What we can say of an example whether screening was right about it."""


@dataclass(frozen=True)
class Judged:
    """One message, what screening made of it, and how long that took in milliseconds."""

    example: Example
    screening: Screening
    ms: float

    @property
    def right(self) -> bool:
        """Found when it should be, left alone when it should be. Never wrong when unknown."""
        wanted = self.example.wanted
        outcome = self.screening.outcome
        if wanted in WANTED:
            return outcome in WANTED[wanted]
        if wanted == "education":
            return outcome not in NOTICED | CLINICAL
        return outcome not in NOTICED or wanted not in KNOWN


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
    said = load_said(SAID, examples)
    for fold in range(FOLDS):
        others = [e for i, e in enumerate(examples) if i % FOLDS != fold]
        spoken = {e.language for e in others}
        nets = {
            b.language: teach(b, [*others, *said])
            for b in screener.books
            if b.language in spoken and b.threshold is not None
        }
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
    """How one voice fares: recall of danger and false alarms among what is quiet.

    `behind` names what is more than `BEHIND` worse than in the whole of its language.
    """

    voice: str
    dangers: int
    recall: float | None
    quiets: int
    alarms: float | None
    behind: tuple[str, ...] = ()


def slices(judged: Sequence[Judged]) -> list[Slice]:
    """The fairness table: every voice of every language, as "en teen", after its language."""
    found = []
    for language, spoken in grouped(judged, lambda e: e.language).items():
        whole = _slice(f"{language} (whole)", spoken)
        voices = grouped(spoken, lambda e: f"{e.language} {e.voice}")
        found += [whole, *(_compared(_slice(voice, own), whole) for voice, own in voices.items())]
    return found


def _slice(voice: str, own: Sequence[Judged]) -> Slice:
    dangers = tally(one for one in own if one.example.wanted == "danger")
    quiets = tally(one for one in own if one.example.wanted in ("distress", "everyday"))
    return Slice(
        voice,
        dangers.count,
        dangers.share("right") if dangers.count else None,
        quiets.count,
        1 - quiets.share("right") if quiets.count else None,
    )


def _compared(own: Slice, whole: Slice) -> Slice:
    sides = {"recall": (own.recall, whole.recall), "false alarms": (whole.alarms, own.alarms)}
    behind = (
        name
        for name, (less, more) in sides.items()
        if less is not None and more is not None and more - less > BEHIND
    )
    return replace(own, behind=tuple(behind))


def times(judged: Iterable[Judged]) -> dict[str, float]:
    """Milliseconds a message: the median, the 99th of a hundred, the slowest."""
    ms = sorted(one.ms for one in judged) or [0.0]
    return {"median": ms[len(ms) // 2], "p99": ms[int(len(ms) * 0.99)], "slowest": ms[-1]}


def misses(judged: Iterable[Judged]) -> list[Judged]:
    """Danger that nothing was seen in, in turns of its kinds, so that the first are of many."""
    return _in_turns(
        one
        for one in judged
        if one.example.wanted == "danger" and one.screening.outcome is Outcome.NONE
    )


def alarms(judged: Iterable[Judged]) -> list[Judged]:
    """What is quiet and was interrupted, taken for danger first, in turns of its kinds."""
    vain = [one for one in judged if one.example.quiet and not one.right]
    return sorted(_in_turns(vain), key=lambda one: one.screening.outcome not in DANGER)


def _in_turns(judged: Iterable[Judged]) -> list[Judged]:
    kinds = grouped(judged, lambda e: f"{e.language} {e.kind}").values()
    return [one for turn in zip_longest(*kinds) for one in turn if one]


@dataclass(frozen=True)
class Measured:
    """All that a report is made of. The `bare` are by the rules alone, empty without nets."""

    own: Sequence[Judged]
    sets: Sequence[Judged]
    held_out: Sequence[Judged]
    bare_own: Sequence[Judged] = ()
    bare_sets: Sequence[Judged] = ()


def measure(
    screener: Screener,
    own: Sequence[Example],
    sets: Sequence[Example] = (),
    held_out: Sequence[Example] = (),
) -> Measured:
    """Judges everything with the rules and nets of `screener`, `own` out of fold."""
    others = judge(screener, sets), judge(screener, held_out)
    if not screener.nets:
        return Measured(judge(screener, own), *others)
    bare = Screener(screener.books)
    return Measured(judge_out_of_fold(screener, own), *others, judge(bare, own), judge(bare, sets))
