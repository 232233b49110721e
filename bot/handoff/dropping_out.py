"""The person asked for no more texts: what that does to a hand-off by text.

Nothing of ours may reach them from here on, so nobody waits and nobody talks any more. Staff must
see it: somebody may have wanted help and typed END, which every carrier reads as "no more texts".
A message that they left stays: the answer to it may be a call.
"""

from __future__ import annotations

from bot.handoff.handoff import MESSAGE, NO_TEXTS, Handoff
from bot.handoff.states import OPEN, State
from bot.handoff.steps import Steps

FASTER = 8
"""Times that a step is tried again because somebody else's came between."""


async def dropped_out(steps: Steps, conversation: str) -> None:
    """End the hand-offs that are open. Tells the person nothing. Raises `StoreDown`."""
    for handoff in await steps.record.call(steps.queue.of, conversation):
        await _drop(steps, handoff)


async def _drop(steps: Steps, handoff: Handoff) -> None:
    now: Handoff | None = handoff
    for _ in range(FASTER):
        if now is None or now.state not in OPEN:
            return
        if now.kind == MESSAGE and now.state in (State.WAITING, State.CLAIMED):
            steps.changed(now)  # its page says that a text would not reach them
            return
        if await _end(steps, now):
            return
        now = await steps.record.call(steps.queue.get, handoff.id)


async def _end(steps: Steps, now: Handoff) -> bool:
    talked = now.state is State.ACTIVE
    to = State.ENDED if talked else State.WITHDRAWN
    event = "handoff.ended" if talked else "handoff.withdrawn"
    told = None if now.state is State.ASKED else event
    after = await steps.move(now, to, event=told, ended_by="person", outcome=NO_TEXTS)
    if after is not None:
        steps.counts.add(now.clinic, f"handoff.{to}")
    return after is not None
