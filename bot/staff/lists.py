"""The inbox as a value: who waits, whose chats are whose, and what of it is new to a member.

Where crisis lines were just shown comes first in its list; that is a fact about what happened, not
a judgement of the person. Otherwise who has waited longest comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.handoff.desk import Row
from bot.handoff.handoff import MESSAGE, Handoff
from bot.handoff.states import State

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


@dataclass(frozen=True)
class Lists:
    waiting: tuple[Row, ...]
    mine: tuple[Row, ...]
    others: tuple[Row, ...]
    left: tuple[Row, ...]
    """Messages left while the clinic was closed that nobody has taken."""
    ended: tuple[Handoff, ...]
    unnoticed: tuple[Handoff, ...] = ()
    """Whose person asked for no more texts, and whom nobody has looked at since."""

    @property
    def calling(self) -> int:
        """How many need somebody: what the page's title counts."""
        new = sum(row.unread for row in self.mine)
        return len(self.waiting) + len(self.left) + len(self.unnoticed) + new


def sorted_lists(
    rows: Sequence[Row],
    ended: Sequence[Handoff],
    staff_id: str,
    unnoticed: Sequence[Handoff] = (),
) -> Lists:
    rows = sorted(rows, key=_order)
    free = [row for row in rows if row.handoff.state is State.WAITING]
    taken = [row for row in rows if row.handoff.state is not State.WAITING]
    return Lists(
        waiting=tuple(row for row in free if row.handoff.kind != MESSAGE),
        mine=tuple(row for row in taken if row.handoff.staff_id == staff_id),
        others=tuple(row for row in taken if row.handoff.staff_id != staff_id),
        left=tuple(row for row in free if row.handoff.kind == MESSAGE),
        ended=tuple(one for one in ended if not one.unnoticed),
        unnoticed=tuple(unnoticed),
    )


def _order(row: Row) -> tuple[bool, float]:
    return not row.handoff.alerted, row.handoff.waiting_at or row.handoff.asked_at


def age(seconds: float) -> tuple[str, int]:
    """The key of the words for how long ago, and their number."""
    if seconds < MINUTE:
        return "age_now", 0
    if seconds < HOUR:
        return "age_minutes", int(seconds // MINUTE)
    if seconds < DAY:
        return "age_hours", int(seconds // HOUR)
    return "age_days", int(seconds // DAY)


def reference(handoff: Handoff) -> str:
    """What colleagues call a chat among themselves: it says nothing of the person."""
    return handoff.id[-4:].upper()
