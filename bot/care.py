"""What a conversation has shown that asks for care, in this process's memory and nowhere else.

Names of weak signals and of crisis replies: no score, no label, nothing stored. A process that
starts anew knows nothing of it; then the next signal begins a new count, and a crisis message
gets the whole crisis reply again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace

from guardrails.types import DANGER, Context, Outcome, Screening

MOST = 20_000
"""Conversations remembered; past that the one longest silent is forgotten."""


@dataclass(frozen=True)
class Heard:
    """`signals` since the last check-in question; `replies` are the crisis replies, newest last.

    `told` is the crisis reply that the last message was given: what a "no" would answer, even
    when a form's question or the people to reach were named after it.
    """

    signals: frozenset[str] = frozenset()
    fired: frozenset[str] = frozenset()
    checked: bool = False
    replies: tuple[str, ...] = ()
    told: str | None = None

    def context(self, asked: str | None) -> Context:
        return Context(
            asked=self.told or asked,
            signals=self.signals,
            fired=self.fired,
            checked=self.checked,
            careful=bool(self.replies),
        )


@dataclass
class Care:
    _heard: OrderedDict[str, Heard] = field(default_factory=OrderedDict)
    _screened: OrderedDict[tuple[str, str], Screening] = field(default_factory=OrderedDict)

    def of(self, conversation: str) -> Heard:
        return self._heard.get(conversation, Heard())

    def screened(self, conversation: str, message: str) -> Screening | None:
        """What a message's screening gave when it came, before it counted itself."""
        return self._screened.get((conversation, message))

    def note(self, conversation: str, message: str, screening: Screening) -> None:
        """Remember what a message's screening leaves for the messages after it."""
        self._screened[conversation, message] = screening
        before = self.of(conversation)
        fired = before.fired | ({screening.rule} if screening.rule else set())
        now = replace(before, fired=fired, signals=before.signals | screening.signals)
        if screening.outcome is not Outcome.HUMAN:
            now = replace(now, told=None)
        if screening.outcome is Outcome.CHECK_IN:
            now = replace(now, signals=frozenset(), checked=True)
        elif screening.outcome in DANGER and screening.reply:
            told = screening.reply
            others = tuple(reply for reply in before.replies if reply != told)
            now = replace(now, replies=(*others, told), told=told)
        if now != Heard():
            self._heard[conversation] = now
            self._heard.move_to_end(conversation)
        while len(self._heard) > MOST:
            self._heard.popitem(last=False)
        while len(self._screened) > MOST:
            self._screened.popitem(last=False)

    def forget(self, conversation: str) -> None:
        self._heard.pop(conversation, None)
        for key in [key for key in self._screened if key[0] == conversation]:
            del self._screened[key]
