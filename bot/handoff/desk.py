"""The other end: what staff, or a clinic's own inbox, do with a hand-off.

Whoever calls has been let in already, and has the right to this clinic's hand-offs (`bot/staff`,
the signed webhooks). Raises `StoreDown` when the database does not answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.clinics import Clinic
from bot.conversation import Message, Session
from bot.handoff import told
from bot.handoff.handoff import OUTCOMES, Answerer, Handoff, Note
from bot.handoff.queue import Queue
from bot.handoff.states import LASTING, State
from bot.handoff.steps import Steps
from bot.handoff.told import Draft
from bot.handoff.transcript import consented
from bot.hub import Typing
from bot.sms.values import OptedOut
from bot.store.record import Record
from guardrails.substances import Substances

FASTER = 4
"""Times that words are tried again because another step came between."""
LONGEST = 4_000
"""Characters of one message of staff."""
LONGEST_TEXT = 1_500
"""The same where it goes out as a text: Twilio takes 1,600, and their name comes before it."""


def longest(handoff: Handoff) -> int:
    """Characters that one message of staff may have in this hand-off."""
    return LONGEST_TEXT if handoff.by_text else LONGEST


class Gone(Exception):
    """No such hand-off: the person erased the chat, or its days are over."""


class _SaidBefore(Exception):
    """The same click came twice at once: the other one is kept."""


class NotAllowed(Exception):
    """Not a step of the state it is in, or somebody was faster. ``now`` is how it is."""

    def __init__(self, now: Handoff) -> None:
        super().__init__(f"the hand-off is {now.state}")
        self.now = now


@dataclass(frozen=True)
class Row:
    """A line of the inbox. ``last_*`` tell of the newest message of the person or of staff."""

    handoff: Handoff
    ahead: int
    last_message_id: str
    last_at: float
    last_from: str
    unread: bool


class Telling(Protocol):
    """What the desk needs of a turn: drafts as messages, and the form's pending question."""

    def release(self, session: Session, drafts: Sequence[Draft]) -> list[Message]: ...

    def next_id(self) -> str: ...


class Reach(Protocol):
    """Whether the person of a conversation by text may be texted (`bot/sms/reach.py`)."""

    def may_text(self, conversation: str) -> bool: ...


@dataclass
class HandoffDesk:
    steps: Steps
    turn: Telling
    clinics: Mapping[str, Clinic]
    substances: Substances
    now: Callable[[], float]
    reach: Reach | None = None
    """None where nobody is texted."""

    @property
    def queue(self) -> Queue:
        return self.steps.queue

    @property
    def record(self) -> Record:
        return self.steps.record

    # --- reading ------------------------------------------------------------------------------

    async def get(self, handoff: str) -> Handoff:
        """Raises `Gone`."""
        found = await self.record.call(self.queue.get, handoff)
        if found is None:
            raise Gone(handoff)
        return found

    async def inbox(
        self,
        clinics: Sequence[str],
        *,
        states: Sequence[State] = tuple(LASTING),
        staff: str | None = None,
        reader: str | None = None,
    ) -> list[Row]:
        """What lasts, longest waiting first. ``reader`` is whose unread marks are wanted."""
        found = await self.record.call(self.queue.inbox, clinics, states=states, staff=staff)
        return await self._rows(found, reader)

    async def ended(self, clinics: Sequence[str], limit: int = 50) -> list[Row]:
        """What is over, newest first."""
        return await self._rows(await self.record.call(self.queue.ended, clinics, limit), None)

    async def _rows(self, found: Sequence[Handoff], reader: str | None) -> list[Row]:
        record = self.record
        said = await record.call(record.store.last_said, [one.conversation for one in found])
        ids = [one.id for one in found]
        read = await record.call(self.queue.reads, reader, ids) if reader else {}
        waiting = [one for one in found if one.live and one.state is State.WAITING]
        rows = []
        for one in found:
            last, sender, at = said.get(one.conversation, ("", "person", one.asked_at))
            first = one.waiting_at or 0.0
            ahead = sum(
                other.clinic == one.clinic and (other.waiting_at or 0.0) < first
                for other in waiting
            )
            unread = sender == "person" and last > read.get(one.id, "")
            rows.append(Row(one, ahead, last, at, sender, unread and bool(reader)))
        return rows

    async def transcript(self, handoff: Handoff) -> list[Message]:
        """What the person agreed to show, oldest first (`consented`)."""
        kept = await self.record.call(self.record.store.after, handoff.conversation)
        return consented(handoff, kept, self.substances)

    async def notes(self, handoff: Handoff) -> list[Note]:
        return await self.record.call(self.queue.notes, handoff.id)

    async def unnoticed(self, clinics: Sequence[str]) -> list[Handoff]:
        """Whose person asked for no more texts, and whom nobody has looked at since."""
        return await self.record.call(self.queue.unnoticed, clinics)

    async def reaches(self, handoff: Handoff) -> bool:
        """Whether what is said in it can get to the person at all."""
        if not handoff.by_text or self.reach is None:
            return True
        return await self.record.call(self.reach.may_text, handoff.conversation)

    # --- taking it ----------------------------------------------------------------------------

    async def claim(self, handoff: str, by: Answerer) -> Handoff:
        """It is theirs, and the person is told who is there. Raises `NotAllowed`, `Gone`."""
        now = await self.get(handoff)
        if now.state is not State.WAITING:
            raise NotAllowed(now)
        return await self._hand_to(now, by)

    async def transfer(self, handoff: str, by: Answerer, to: Answerer | None) -> Handoff:
        """To a colleague, or back in line at its old place. Raises `NotAllowed`, `Gone`."""
        now = await self._own(handoff, by)
        if to is not None:
            return await self._hand_to(now, to)
        return await self.release(now)

    async def release(self, now: Handoff, *, event: str | None = "handoff.waiting") -> Handoff:
        """Back in line, where it was. ``event`` tells others of it. Raises `NotAllowed`."""
        messages = await self.tell(now, [told.RELEASED])
        return await self._must(
            now,
            self.steps.move(
                now,
                State.WAITING,
                event=event,
                say=messages,
                waiting_at=now.waiting_at,
                staff_id=None,
                staff_name=None,
                staff_title=None,
            ),
        )

    async def _hand_to(self, now: Handoff, to: Answerer) -> Handoff:
        joined = told.joined(to, now.shares, self.clinics[now.clinic])
        messages = await self.tell(now, [joined])
        return await self._must(
            now,
            self.steps.move(
                now,
                State.CLAIMED,
                say=messages,
                told=0,
                staff_id=to.id,
                staff_name=to.name,
                staff_title=to.title,
            ),
        )

    # --- talking ------------------------------------------------------------------------------

    async def say(self, handoff: str, by: Answerer, words: str, client_id: str) -> Message:
        """Their words to the person, as they wrote them. The same ``client_id``: the same message.

        Raises `NotAllowed`, `Gone`, ``ValueError`` on no words or more than `longest`, and
        `OptedOut` when the person wants no more texts.
        """
        words = words.replace("\0", "").strip()
        now = await self.get(handoff)
        if not words or len(words) > longest(now):
            raise ValueError(f"words: 1 to {longest(now)} characters")
        key = "s." + hashlib.sha256(f"{handoff} {client_id}".encode()).hexdigest()[:40]
        if said := await self._said_before(now, key):
            return said
        if now.dropped_out or not await self.reaches(now):
            raise OptedOut
        message = Message(
            id=self.turn.next_id(),
            sender="staff",
            kind="text",
            text=words,
            at=self.now(),
            author=by.author,
        )

        def keep(connection: Connection, after: Handoff) -> None:
            try:
                self.record.store.insert_said(connection, after.conversation, message, key)
            except IntegrityError:
                raise _SaidBefore from None

        for _ in range(FASTER):  # the clock, or another message of theirs, may come between
            now = await self._own(handoff, by)
            try:
                after = await self._speak(now, keep)
            except _SaidBefore:
                return await self._said_before(now, key) or message
            if after is not None:
                self.steps.hub.publish(now.conversation, message)
                return message
            if said := await self._said_before(now, key):
                return said
        raise NotAllowed(await self.get(handoff))

    async def _speak(
        self, now: Handoff, keep: Callable[[Connection, Handoff], None]
    ) -> Handoff | None:
        if now.state is State.ACTIVE:
            return await self.steps.change(now, also=keep, told=0)
        after = await self.steps.move(now, State.ACTIVE, also=keep)
        if after is not None and now.live:
            waited = self.now() - (now.waiting_at or self.now())
            self.steps.counts.answered(now.clinic, waited)
        return after

    async def _said_before(self, now: Handoff, key: str) -> Message | None:
        store = self.record.store
        known = await self.record.call(store.known, now.conversation, key)
        return await self.record.call(store.find, now.conversation, known) if known else None

    async def typing(self, handoff: str, on: bool) -> None:
        """Shown to the person while a member of staff has the hand-off."""
        now = await self.get(handoff)
        if now.state in (State.CLAIMED, State.ACTIVE):
            self.steps.hub.publish(now.conversation, Typing(on, "staff"))

    async def note(self, handoff: str, by: Answerer, words: str) -> None:
        """A private note; the person never sees it. Raises `Gone`, ``ValueError``."""
        now = await self.get(handoff)
        words = words.replace("\0", "").strip()
        if by.id is None or not words or len(words) > LONGEST:
            raise ValueError(f"a note: 1 to {LONGEST} characters, of a member of staff")
        await self.record.call(self.queue.add_note, now.id, by.id, words, self.now())
        self.steps.changed(now)

    async def seen(self, handoff: str, by: Answerer, message: str) -> None:
        """They have read up to this message. An alert is looked at with it. Raises `Gone`."""
        now = await self.get(handoff)
        if by.id is not None and message:
            await self.record.call(self.queue.read, now.id, by.id, message)
        if now.alerted or now.unnoticed:
            await self.record.call(self.queue.looked, now.id, self.now())
        self.steps.changed(now)

    # --- ending -------------------------------------------------------------------------------

    async def end(self, handoff: str, by: Answerer, outcome: str) -> Handoff:
        """The talk is over; the bot takes up the form where it was. Raises `NotAllowed`, `Gone`."""
        if outcome not in OUTCOMES:
            raise ValueError(f"outcome: one of {', '.join(OUTCOMES)}")
        now = await self._own(handoff, by)
        drafts: list[Mapping[str, Any]] = [told.ended_by_staff(by, self.clinics[now.clinic])]
        if asking := await self.record.asking(now.conversation):
            drafts.append(asking)
        return await self.close(now, State.ENDED, "handoff.ended", drafts, "staff", outcome)

    async def close(
        self,
        now: Handoff,
        to: State,
        event: str,
        drafts: Sequence[Any],
        by: str,
        outcome: str | None = None,
    ) -> Handoff:
        """End it in one of the three ways, and tell the person. Raises `NotAllowed`."""
        messages = await self.tell(now, drafts)
        after = await self._must(
            now,
            self.steps.move(now, to, event=event, say=messages, ended_by=by, outcome=outcome),
        )
        self.steps.counts.add(now.clinic, f"handoff.{to}")
        return after

    # --- parts --------------------------------------------------------------------------------

    async def _own(self, handoff: str, by: Answerer) -> Handoff:
        """The hand-off, if this one has it."""
        now = await self.get(handoff)
        if now.state not in (State.CLAIMED, State.ACTIVE):
            raise NotAllowed(now)
        if (now.staff_id, now.staff_name) != (by.id, by.name) and (
            by.id is None or now.staff_id != by.id
        ):
            raise NotAllowed(now)
        return now

    async def _must(self, now: Handoff, step: Awaitable[Handoff | None]) -> Handoff:
        after = await step
        if after is None:
            raise NotAllowed(await self.get(now.id))
        return after

    async def tell(self, now: Handoff, drafts: Sequence[Any]) -> list[Message]:
        """Drafts for the person as messages; none for somebody who wants no more texts."""
        if not await self.reaches(now):
            return []
        session = Session(now.conversation, now.clinic, now.language, now.channel)
        return self.turn.release(session, drafts)
