"""What Twilio does by itself with STOP, START and HELP: it blocks, it answers, and it says so.

https://help.twilio.com/articles/223134027 and the Advanced Opt-Out page: a text that is nothing but
one of these words, in any case. The text is posted to the service all the same.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, frozenset[str]] = {
    "STOP": frozenset(
        {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
    ),
    "START": frozenset({"START", "UNSTOP"}),
    "HELP": frozenset({"HELP", "INFO"}),
}


def kind_of(body: str) -> str | None:
    """STOP, START or HELP; None for anything else."""
    word = body.strip().upper()
    return next((kind for kind, words in WORDS.items() if word in words), None)


class Blocked:
    """The phones that a number of ours may not text."""

    def __init__(self) -> None:
        self._pairs: set[tuple[str, str]] = set()

    def take(self, kind: str, phone: str, ours: str) -> bool:
        """Take up the word; whether Twilio answers it: STOP once, START when it changes a thing."""
        pair = (phone, ours)
        was = pair in self._pairs
        if kind == "STOP":
            self._pairs.add(pair)
        elif kind == "START":
            self._pairs.discard(pair)
        return {"STOP": not was, "START": was, "HELP": True}[kind]

    def holds(self, phone: str, ours: str) -> bool:
        return (phone, ours) in self._pairs
