"""The states of a text on its way out, and which may follow which.

Ours come first: ``given`` (in the answer to a text of theirs), ``waiting``, ``sending`` (claimed,
or tried with an unknown end), ``dropped``. From the moment that Twilio has it (the row has a sid)
the words are Twilio's, and only go forward: callbacks come late, twice and in any order.
"""

from __future__ import annotations

GIVEN, WAITING, SENDING, DROPPED, FAILED = "given", "waiting", "sending", "dropped", "failed"

_RANKS = {
    "accepted": 1,
    "scheduled": 1,
    "queued": 2,
    "sending": 3,
    "sent": 4,
    "partially_delivered": 5,
    "delivered": 6,
    "undelivered": 6,
    "failed": 6,
    "canceled": 6,
    "read": 7,
}
"""Twilio's own words (MessageStatus). The same rank never replaces the same rank: the first of
``delivered`` and ``failed`` stays. Only what was delivered is read."""
FINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "read"})
"""Nothing of it is to be sent again, and its words are not kept."""


def is_status(word: str) -> bool:
    """Whether Twilio says so of a text that goes out."""
    return word in _RANKS


def before(word: str) -> frozenset[str]:
    """Twilio's words that this one may follow."""
    if word == "read":
        return frozenset(_RANKS) - {"read", "undelivered", "failed", "canceled"}
    return frozenset(earlier for earlier, rank in _RANKS.items() if rank < _RANKS[word])
