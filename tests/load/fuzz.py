"""Screening under random, mutated and pattern-aware messages: exceptions, and what is slow.

    python -m tests.load.fuzz [COUNT] [SEED]

Four kinds in turn: people's messages mutated as people and tricksters do; words of the rules in
any order; text that nearly matches one rule, over and over, to 4,000 characters (the worst case
for a regular expression); and any characters at all. A line a kind is printed, and the slowest.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from guardrails.examples import load_examples
from guardrails.pattern import Either, Fixed, Maybe, Node, Row, Words
from guardrails.screen import Screener, load_screener

LONGEST = 4_000
_INVISIBLE = "\u200b\u200d\u2060\ufeff\u00ad\u0301\u202e"
_ALIKE = str.maketrans("aeiokcps", "аеіоксрѕ")
_LEET = str.maketrans("aeiost", "431057")


def mutated(text: str, dice: random.Random) -> str:
    """One to four of the ways in which a message gets written differently."""
    ways: list[Callable[[str], str]] = [
        str.upper,
        lambda t: t.translate(_LEET),
        lambda t: t.translate(_ALIKE),
        lambda t: " ".join(t),
        lambda t: t.replace(" ", ""),
        lambda t: t.replace(" ", dice.choice(["  ", ".", "\n", "-", "\u00a0", "_"])),
        lambda t: dice.choice(_INVISIBLE).join(t),
        lambda t: t + t[-1:] * dice.randrange(60),
        lambda t: t[::-1],
        lambda t: t[: dice.randrange(len(t) + 1)],
        lambda t: t * dice.randrange(1, 20),
        lambda t: "".join(dice.sample(t, len(t))),
    ]
    for way in dice.sample(ways, dice.randrange(1, 5)):
        text = way(text)[:LONGEST]
    return text


def near_match(part: Node, dice: random.Random) -> str:
    """Words that match a pattern, less the last one or two."""
    words = _written(part, dice)
    return " ".join(words[: max(1, len(words) - dice.randrange(3))])


def _written(part: Node, dice: random.Random) -> list[str]:
    if isinstance(part, Row):
        return [word for one in part.parts for word in _written(one, dice)]
    if isinstance(part, Either):
        return _written(dice.choice(part.parts), dice)
    if isinstance(part, Maybe):
        return _written(part.part, dice) if dice.random() < 0.5 else []
    if isinstance(part, Fixed):
        return ["oh"] * {"_": 1, "...": dice.randrange(5)}.get(part.sign, 0)
    return [dice.choice(sorted(part.words)).rstrip("*")] if isinstance(part, Words) else []


@dataclass
class Found:
    """What a kind of message did: how many, how slow (ms), how many exceptions."""

    ms: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    slowest: tuple[float, int, str] = (0.0, 0, "")


def messages(screener: Screener, seed: int) -> Iterator[tuple[str, str]]:
    """Kind and message, for ever; the same for the same seed."""
    dice = random.Random(seed)
    texts = [e.text for e in load_examples()]
    patterns = [p for book in screener.books for rule in book.rules for p in rule.patterns]
    words = sorted({word for text in texts for word in text.lower().split()})
    while True:
        yield "mutated", mutated(dice.choice(texts), dice)
        yield "words", " ".join(dice.choices(words, k=dice.randrange(1, 90)))
        pattern = dice.choice(patterns)
        size = dice.choice([60, 300, LONGEST])
        near = near_match(pattern.root, dice)
        yield "near", (f"{near} " * (size // (len(near) + 1) + 1))[:size]
        size = dice.choice([20, 300, LONGEST]) if dice.random() < 0.1 else 40
        yield "any", "".join(chr(dice.randrange(dice.choice([127, 0x110000]))) for _ in range(size))


def fuzz(screener: Screener, count: int, seed: int = 0) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for number, (kind, text) in enumerate(messages(screener, seed)):
        if number >= count:
            break
        own = found.setdefault(kind, Found())
        began = time.process_time()  # of this process alone, however busy the machine
        try:
            screener.screen(text)
        except Exception as error:  # the point of it
            own.faults.append(f"{type(error).__name__}: {text[:80]!r}")
        took = (time.process_time() - began) * 1000
        own.ms.append(took)
        own.slowest = max(own.slowest, (took, len(text), text[:60]))
    return found


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    found = fuzz(load_screener(), count, seed)
    write = sys.stdout.write
    for kind, own in found.items():
        ms = sorted(own.ms)
        write(
            f"{kind:8} {len(ms):8,} messages  {len(own.faults)} exceptions"
            f"  median {ms[len(ms) // 2]:.2f} ms  p99 {ms[int(len(ms) * 0.99)]:.2f} ms"
            f"  slowest {own.slowest[0]:.1f} ms"
            f" ({own.slowest[1]} characters: {own.slowest[2]!r})\n"
        )
        write("".join(f"  {fault}\n" for fault in own.faults[:10]))
    return int(any(own.faults for own in found.values()))


if __name__ == "__main__":
    sys.exit(main())
