"""The states of a hand-off, and the only steps between them.

asked ──▶ waiting ──▶ claimed ──▶ active ──▶ ended
  │          │ ▲         │ ▲         │
  │          │ └─────────┤ └─────────┘   released, or handed to somebody else
  ▼          ▼           ▼
withdrawn  withdrawn   withdrawn          the person changed their mind
           unanswered                     nobody came
"""

from __future__ import annotations

from enum import Enum


class State(str, Enum):
    ASKED = "asked"
    """The person wants somebody and is being asked what may be shown."""
    WAITING = "waiting"
    CLAIMED = "claimed"
    """A member of staff took it and has not written yet."""
    ACTIVE = "active"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    UNANSWERED = "unanswered"

    def __str__(self) -> str:
        return self.value


OPEN = frozenset({State.ASKED, State.WAITING, State.CLAIMED, State.ACTIVE})
LASTING = OPEN - {State.ASKED}
"""The person has asked and agreed; it lasts until one of the two ends it or nobody came."""

BEFORE: dict[State, frozenset[State]] = {
    State.ASKED: frozenset(),
    State.WAITING: frozenset({State.ASKED, State.CLAIMED, State.ACTIVE}),
    State.CLAIMED: frozenset({State.WAITING, State.CLAIMED, State.ACTIVE}),
    State.ACTIVE: frozenset({State.CLAIMED}),
    State.ENDED: frozenset({State.CLAIMED, State.ACTIVE}),
    State.WITHDRAWN: frozenset({State.ASKED, State.WAITING, State.CLAIMED}),
    State.UNANSWERED: frozenset({State.WAITING}),
}
"""From which states each may be reached. Claimed to claimed is a transfer."""
