"""Screening: what a message asks of us, before anything else sees it.

Words are matched to resources; nothing is inferred about a person, scored or kept. The rules
of every language always run, because people switch language under strain.
"""

from __future__ import annotations

import json
import pickle
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guardrails.encodings import unwrapped
from guardrails.kept import CACHE, Kept
from guardrails.line import Line
from guardrails.normalise import fold
from guardrails.pattern import Pattern
from guardrails.rules import RULES, Rule, RuleBook, RuleError, load_rulebook
from guardrails.types import Context, Outcome, Screening

if TYPE_CHECKING:
    from guardrails.net import Net

_UNASKED = Context()

# First match wins. Danger outranks everything, the quickest to kill first. Then an answer to our
# own question, check_in, and a path of its own (grief after suicide). Then what people are owed
# by law, soonest-binding first: no more texts (TCPA), a child (COPPA; that path erases too),
# privacy, and what we are, which must be said whenever asked (Utah 13-72a-203). Then a person,
# who can answer the rest; the clinical refusals, which point to someone who can answer; and
# manipulation last, so that a real question wrapped in role-play gets the refusal that helps.
_ORDER = {outcome: rank for rank, outcome in enumerate(Outcome)}
_CHECK_IN_RANK = _ORDER[Outcome.CHECK_IN]
_ANSWER_RANK = _CHECK_IN_RANK - 0.5
_PATH_RANK = _CHECK_IN_RANK + 0.5
_ENOUGH = 2
"""Different weak signals, of one message or of several, that ask the check-in question."""
CHECK_IN_REPLY = "check_in.ask"
_FOREIGN = 0.6
"""A message with no more known words than this share is in a language that no net has learnt."""
_ADDED_UP, _NET = "signals_add_up", "wider_net"
_SPOILT = (pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError, ValueError)


@dataclass(frozen=True)
class _Entry:
    """One pattern of one rule, ready to try."""

    rank: float
    order: int
    rule: Rule
    pattern: Pattern
    language: str


class Screener:
    """Holds the compiled rules; safe to share between threads. Build it with load_screener.

    `nets` widen the rules, by language; they can be put in place later.
    """

    def __init__(self, books: Sequence[RuleBook], nets: Mapping[str, Net] | None = None) -> None:
        self._books = tuple(books)
        self.nets: Mapping[str, Net] = nets or {}
        self.questions = frozenset(q for book in books for rule in book.rules for q in rule.asked)
        """The messages of ours that change how an answer is read."""
        self._by_word: dict[str, dict[str, list[_Entry]]] = {}
        self._always: dict[str, list[_Entry]] = {}
        for book in books:
            self._by_word[book.language] = defaultdict(list)
            self._always[book.language] = []
            for order, rule in enumerate(book.rules):
                for pattern in rule.patterns:
                    self._add(_Entry(_rank(rule), order, rule, pattern, book.language))

    def screen(self, text: str, language: str = "en", context: Context = _UNASKED) -> Screening:
        """Never raises, whatever the text. `language` breaks ties between languages."""
        folded = fold(unwrapped(text))
        books = sorted(self._books, key=lambda b: b.language != language)
        normalised = {book.language: book.normalise(folded) for book in books}
        lines = {b.language: Line(normalised[b.language], b.stems) for b in books}
        entries = [
            (entry, lines[book.language])
            for book in books
            for entry in self._candidates(book.language, lines[book.language], context)
        ]
        entries.sort(
            key=lambda found: (found[0].rank, found[0].language != language, found[0].order)
        )
        strong = [found for found in entries if not found[0].rule.weak]
        first = next((entry for entry, line in strong if _fires(entry, line)), None)
        if first and first.rank <= _PATH_RANK:
            return _found(first)
        signals = _signals(entries)
        enough = 1 if context.careful else _ENOUGH
        if signals and len(signals | context.signals) >= enough:
            return Screening(Outcome.CHECK_IN, _ADDED_UP, CHECK_IN_REPLY, language, signals)
        if spoken := self._caught(normalised):
            return Screening(Outcome.CHECK_IN, _NET, CHECK_IN_REPLY, spoken, signals)
        if first:
            return _found(first, signals)
        return Screening(Outcome.NONE, None, None, language, signals)

    def _caught(self, normalised: Mapping[str, str]) -> str | None:
        """The language of a message that its net would ask about: the one that knows most words."""
        known = {spoken: net.known(normalised[spoken]) for spoken, net in self.nets.items()}
        spoken = max(known, key=lambda language: known[language], default=None)
        if spoken is None or known[spoken] <= _FOREIGN:
            return None
        return spoken if self.nets[spoken].margin(normalised[spoken]) > 0 else None

    @property
    def books(self) -> tuple[RuleBook, ...]:
        """The rules that were loaded, one book a language."""
        return self._books

    def _add(self, entry: _Entry) -> None:
        if entry.pattern.anchor is None:
            self._always[entry.language].append(entry)
            return
        for word in entry.pattern.anchor.words:
            self._by_word[entry.language][word].append(entry)

    def _candidates(self, language: str, line: Line, context: Context) -> Iterator[_Entry]:
        by_word = self._by_word[language]
        said = by_word.keys() & line.vocabulary
        found = {id(entry): entry for word in said for entry in by_word[word]}
        for entry in (*found.values(), *self._always[language]):
            rule, also = entry.rule, entry.pattern.also
            if also and also.isdisjoint(line.vocabulary):
                continue
            if not (rule.asked or rule.once) or _applies(rule, context):
                yield entry


def _applies(rule: Rule, context: Context) -> bool:
    asked_before = context.checked and rule.outcome is Outcome.CHECK_IN
    if rule.once and (rule.id in context.fired or asked_before):
        return False
    return not rule.asked or context.asked in rule.asked


def _found(entry: _Entry, signals: frozenset[str] = frozenset()) -> Screening:
    rule = entry.rule
    return Screening(rule.outcome, rule.id, rule.reply, entry.language, signals)


def _signals(entries: Iterable[tuple[_Entry, Line]]) -> frozenset[str]:
    """The weak rules that fire. Rules of two languages for one thing share its name."""
    heard: set[str] = set()
    for entry, line in entries:
        if entry.rule.weak and entry.rule.id not in heard and _fires(entry, line):
            heard.add(entry.rule.id)
    return frozenset(heard)


def _rank(rule: Rule) -> float:
    if rule.outcome is Outcome.NONE:
        return _ANSWER_RANK if rule.asked else _PATH_RANK
    return _ORDER[rule.outcome]


def _fires(entry: _Entry, line: Line) -> bool:
    """Whether a match of the pattern stands clear of the rule's exceptions."""
    if not entry.pattern.found(line) or _elsewhere(entry.rule, line):
        return False
    excused = 0
    for exception in entry.rule.unless:
        excused |= _covered(exception, line)
    return not excused or any(
        not excused & _between(start, ends & -ends) for start, ends in entry.pattern.spans(line)
    )


def _elsewhere(rule: Rule, line: Line) -> bool:
    """Whether a rule about us meets a message that names care, and nothing of us."""
    named = any(pattern.found(line) for pattern in rule.of_care)
    return named and not any(pattern.found(line) for pattern in rule.of_us)


def _covered(pattern: Pattern, line: Line) -> int:
    """The words that an exception stands on, at its longest."""
    covered: int | None = line.memo.get(id(pattern))
    if covered is None:
        covered = 0
        for start, ends in pattern.spans(line):
            covered |= _between(start, 1 << (ends.bit_length() - 1))
        line.memo[id(pattern)] = covered
    return covered


def _between(start: int, end: int) -> int:
    return (end - 1) & ~(start - 1)


def load_screener(
    folder: Path = RULES, cache: Path | None = CACHE, *, nets: bool = True
) -> Screener:
    """Loads every language under `folder`. Raises RuleError, which names the file and the rule.

    `cache` is where what was read and learnt is kept: learning takes seconds. None reads the rules
    alone, and keeps nothing; without `nets` they can be put in place later.
    """
    languages = sorted(path for path in folder.glob("*") if path.is_dir())
    if not languages:
        raise RuleError(f"{folder}: has no language folder; add one such as {folder / 'en'}")
    if cache is None:
        return Screener(_read(languages))
    books = _books(languages, cache)
    if not nets:
        return Screener(books)
    from guardrails.net import load_nets  # what it needs takes a moment, and rules can do without

    return Screener(books, load_nets(books, cache, folder))


def _books(languages: Sequence[Path], cache: Path) -> list[RuleBook]:
    """The rules as read last time, while nothing of theirs has changed."""
    sources = [path for language in languages for path in sorted(language.glob("*.yml"))]
    kept = Kept(cache, "rules", sources)
    if saved := kept.read():
        with suppress(*_SPOILT):
            return list(pickle.loads(saved))  # noqa: S301 - our own, as a .pyc is
    books = _read(languages)
    kept.keep(pickle.dumps(books, pickle.HIGHEST_PROTOCOL))
    return books


def _read(languages: Sequence[Path]) -> list[RuleBook]:
    return [load_rulebook(path) for path in languages]


def check_examples(folder: Path = RULES) -> list[str]:
    """One line for each example of the rules that doesn't hold. Raises RuleError.

    The rules are tried without the net, which must not be needed for them to hold.
    """
    screener = load_screener(folder, cache=None)
    failures: list[str] = []
    for book in screener.books:
        for rule in book.rules:
            failures.extend(_failed(screener, book, rule))
        for text in book.passes:
            found = screener.screen(text, book.language)
            if found.outcome is not Outcome.NONE:
                got = f"{found.outcome} ({found.language}.{found.rule})"
                failures.append(f"{book.language}/passes.yml: must pass, gives {got}: {text}")
    return failures


def _failed(screener: Screener, book: RuleBook, rule: Rule) -> Iterator[str]:
    where = f"{book.language}/{rule.source}: {rule.id}"
    alone = Screener([replace(book, rules=(rule,), passes=())])
    context = Context(rule.asked[0] if rule.asked else None)
    for text in rule.catches:
        found = screener.screen(text, book.language, context)
        if not _caught(alone.screen(text, book.language, context), rule):
            yield f"{where}: does not catch: {text}"
        elif found.outcome is not rule.outcome and not rule.weak:
            yield f"{where}: outranked by {found.language}.{found.rule}: {text}"
    for text in rule.passes:
        if _caught(alone.screen(text, book.language, context), rule):
            yield f"{where}: must not catch: {text}"


def _caught(found: Screening, rule: Rule) -> bool:
    return rule.id in found.signals if rule.weak else found.rule is not None


@cache
def _default() -> Screener:
    return load_screener()


def screen_lines(lines: Iterable[str], screener: Screener | None = None) -> Iterator[str]:
    """JSON lines `{"id","text"[,"lang"]}` in, `{"id","outcome","rule","ms"}` out, in order.

    A line that can't be used gives `{"line","error"}` in its place, with its id when it has one.
    Blank lines are skipped. `ms` is milliseconds.
    """
    chosen = screener or _default()
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield json.dumps(_screen_line(chosen, number, line), ensure_ascii=False)


def _screen_line(screener: Screener, number: int, line: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"line": number, "error": f"is not JSON ({error}); write one object a line"}
    if not isinstance(row, dict):
        return {"line": number, "error": 'is not an object; write {"id": …, "text": …}'}
    known = {"id": row["id"]} if "id" in row else {}
    if "id" not in row or not isinstance(row.get("text"), str):
        return {**known, "line": number, "error": 'needs an "id" and a "text" that is a string'}
    if not isinstance(row.get("lang", "en"), str):
        return {**known, "line": number, "error": '"lang" must be a string such as "en"'}
    began = time.perf_counter()
    found = screener.screen(row["text"], row.get("lang", "en"))
    took = round((time.perf_counter() - began) * 1000, 3)
    return {**known, "outcome": str(found.outcome), "rule": found.rule, "ms": took}
