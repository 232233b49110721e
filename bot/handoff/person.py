"""The person's side of a hand-off: what asking, answering, waiting and leaving do.

    asks ─▶ what may be shown? ─▶ (a note) ─▶ (words on alcohol or drugs?) ─▶ waiting
    out of hours ─▶ a message ─▶ (words on alcohol or drugs?) ─▶ waiting in the message box

`Turn` asks here first; None means that this message is the bot's to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.clinics import Clinic
from bot.conversation import Message, Session
from bot.handoff import told
from bot.handoff.handoff import LIVE, MESSAGE, Handoff
from bot.handoff.states import LASTING, State
from bot.handoff.steps import Steps
from bot.handoff.told import Draft
from guardrails.substances import Substances
from guardrails.types import Outcome, Screening

SHARES, NOTE, SUBSTANCE = "shares", "note", "substance"
SHARE_CHAT, SHARE_NOTE, NO = "handoff.share_chat", "handoff.share_note", "handoff.no"
INCLUDE, LEAVE_OUT = "handoff.include", "handoff.leave_out"
STOP, LEAVE_MESSAGE, KEEP = "handoff.stop", "handoff.leave_message", "handoff.keep"
ANSWERS = {
    "handoff_share_chat": SHARE_CHAT,
    "handoff_share_note": SHARE_NOTE,
    "handoff_no": NO,
    "handoff_include": INCLUDE,
    "handoff_leave_out": LEAVE_OUT,
    "handoff_stop": STOP,
}
"""What the rules of `data/guardrails/*/handoff.yml` read in a typed answer, as a choice."""
THE_BOTS = frozenset({Outcome.PRIVACY, Outcome.IDENTITY, Outcome.OPT_OUT, Outcome.MINOR})
"""What the bot answers whatever is asked or waited for: rights, and what it is."""
NOT_UNDERSTOOD = frozenset({"fallback", "scope"})
KIND_WORDS = frozenset({"feelings", "smalltalk", "bereaved"})
"""How the ids of the bot's answers begin after which a question about consent comes again."""
ERASES = "privacy.erase"
CHILD = "minor.child"
TEEN = "minor.teen"
DENIED = "check_in.denied"
LONGEST_NOTE = 2_000  # characters
FASTER = 4
"""Times that a step is tried again because somebody else's came between."""


@dataclass
class Reception:
    steps: Steps
    clinics: Mapping[str, Clinic]
    substances: Substances
    now: Callable[[], float]

    # --- reading ------------------------------------------------------------------------------

    async def open_of(self, conversation: str, limit: float = 6.0) -> Handoff | None:
        """The open hand-off, if any. Raises `StoreDown`."""
        record = self.steps.record
        return await record.call(self.steps.queue.open_of, conversation, limit=limit)

    async def status(self, conversation: str) -> dict[str, Any] | None:
        """What the person's page shows of it. Raises `StoreDown`."""
        handoff = await self.open_of(conversation)
        if handoff is None:
            return None
        waits = handoff.live and handoff.state is State.WAITING
        return handoff.public(await self._ahead(handoff) if waits else None)

    def question(self, handoff: Handoff) -> Draft | None:
        """What the person is being asked, so that an interruption does not lose it."""
        if handoff.state is not State.ASKED:
            return None
        if handoff.step == SHARES:
            return told.ask(self.clinics[handoff.clinic])
        if handoff.step == SUBSTANCE:
            return told.ASK_SUBSTANCE
        return told.ASK_NOTE if handoff.live else self._ask_message(handoff.clinic)

    def instead(self, handoff: Handoff, drafts: Sequence[Draft]) -> list[Draft] | None:
        """What is said in place of the bot's answer, or with it, while a consent is asked for.

        Not understood: the question once more, in other words. A kind word: it, and the question.
        None: they have gone on to something else, and the answer stands alone.
        """
        question = self.question(handoff)
        if question is None or handoff.step == NOTE or not drafts:
            return None
        kinds = {kind_of(draft) for draft in drafts}
        if kinds <= NOT_UNDERSTOOD:
            return [told.ASK_AGAIN if handoff.step == SHARES else question]
        return [*drafts, question] if kinds <= KIND_WORDS else None

    # --- asking for a person ------------------------------------------------------------------

    async def wanted(self, session: Session, *, child: bool = False) -> list[Draft]:
        """A person was asked for. A child under 13 gets numbers only (R10, COPPA)."""
        clinic = self.clinics[session.clinic]
        if clinic.handoff is None or child:
            return [told.only_numbers(clinic)]
        going_on = await self.open_of(session.conversation)
        if going_on and (going_on.live or not self._is_open(clinic)):
            return await self._again(going_on)
        return await (self._ask_live if self._is_open(clinic) else self._ask_later)(session)

    async def tapped_late(self, session: Session, do: str) -> list[Draft]:
        """A choice of a hand-off that is over, or that was never begun."""
        if do in (STOP, NO, KEEP):
            return [told.NOTHING, told.numbers(self.clinics[session.clinic])]
        if do == LEAVE_MESSAGE and self.clinics[session.clinic].handoff:
            return await self._ask_later(session)
        return await self.wanted(session)

    async def _ask_live(self, session: Session) -> list[Draft]:
        await self._ask(session, LIVE, SHARES)
        return [told.ask(self.clinics[session.clinic])]

    async def _ask_later(self, session: Session) -> list[Draft]:
        """Nobody is here: the message box, and who can be reached now."""
        await self._ask(session, MESSAGE, NOTE)
        clinic = self.clinics[session.clinic]
        return [told.numbers(clinic), self._ask_message(clinic.key)]

    async def _ask(self, session: Session, kind: str, step: str) -> None:
        record, queue = self.steps.record, self.steps.queue
        await record.call(queue.ask, session, kind, step, self.now(), session.channel)
        self.steps.counts.add(session.clinic, "handoff.asked")

    def _ask_message(self, key: str) -> Draft:
        clinic = self.clinics[key]
        hours, way, now = clinic.hours, clinic.handoff, self.now()
        open_now = hours is None or hours.is_open(now)
        opens = None if hours is None or open_now else hours.opens_at(now)
        return told.ask_message(clinic, opens, now, way.reply_hours if way else 24)

    def _is_open(self, clinic: Clinic) -> bool:
        return clinic.hours is None or clinic.hours.is_open(self.now())

    async def _again(self, handoff: Handoff) -> list[Draft]:
        """A person is asked for once more: where it stands."""
        clinic = self.clinics[handoff.clinic]
        if question := self.question(handoff):
            return [question]
        if handoff.kind == MESSAGE:
            way = clinic.handoff
            kept = told.message_kept(clinic, way.reply_hours if way else 24)
            return [kept, told.numbers(clinic)]
        stands = await self.where(handoff)
        return [*stands, told.numbers(clinic)] if handoff.state is State.WAITING else stands

    async def where(self, handoff: Handoff) -> list[Draft]:
        """Where a live hand-off stands that lasts: how many are ahead, or who is there."""
        clinic = self.clinics[handoff.clinic]
        if handoff.state is State.WAITING:
            return [told.waiting(clinic, await self._ahead(handoff))]
        return [told.with_you(handoff, clinic)]

    # --- while it lasts -----------------------------------------------------------------------

    async def heard(
        self, session: Session, person: Message, screening: Screening, handoff: Handoff
    ) -> list[Draft] | None:
        """What a message does to the open hand-off, and what the bot says: [] is nothing at all.

        None: the bot answers as if there were no hand-off. Raises `StoreDown`.
        """
        do = person.offer.do if person.offer else ANSWERS.get(screening.rule or "")
        if screening.reply == CHILD and handoff.state in (State.ASKED, State.WAITING):
            await self.steps.move(handoff, State.WITHDRAWN, ended_by="person")
            return None
        if do in (STOP, NO):
            return await self.leave(session, handoff)
        if handoff.state is State.ASKED:
            return await self._answered(session, person, screening, handoff, do)
        if do and do.startswith("handoff."):  # of a question that is answered already
            return await self._again(handoff)
        if handoff.state is State.WAITING:
            return await self._while_waiting(session, person, screening, handoff)
        if screening.reply == ERASES:
            return None
        await self._pass_on(handoff, person)
        return []

    async def _while_waiting(
        self, session: Session, person: Message, screening: Screening, handoff: Handoff
    ) -> list[Draft] | None:
        the_bots = screening.outcome in THE_BOTS or screening.reply == DENIED
        if not handoff.live or (the_bots and screening.reply):
            return None
        if screening.outcome is Outcome.HUMAN:
            return await self._again(handoff)
        await self._pass_on(handoff, person)
        last = await self.steps.record.last_from_bot(session.conversation)
        said = last is not None and last.message == told.YOU_WAIT["message"]
        return [] if said else [told.YOU_WAIT]

    async def _pass_on(self, handoff: Handoff, person: Message) -> None:
        """It is staff's to read: their pages hear of it, and so does a clinic's own inbox."""
        now: Handoff | None = handoff
        for _ in range(FASTER):
            if now is None or now.state not in LASTING:
                return
            if await self.steps.change(now, event="handoff.message", message=person):
                return
            now = await self.steps.record.call(self.steps.queue.get, handoff.id)

    # --- the answers to what is asked ---------------------------------------------------------

    async def _answered(
        self,
        session: Session,
        person: Message,
        screening: Screening,
        handoff: Handoff,
        do: str | None,
    ) -> list[Draft] | None:
        if handoff.step == SHARES and do == SHARE_CHAT:
            return await self._agreed(session, handoff, shares="chat", note=None)
        if handoff.step == SHARES and do == SHARE_NOTE:
            await self.steps.change(handoff, step=NOTE, shares="note")
            return [told.ASK_NOTE]
        if handoff.step == SUBSTANCE and do in (INCLUDE, LEAVE_OUT):
            if do == LEAVE_OUT and not handoff.live:
                await self.steps.change(handoff, step=NOTE, note=None)
                return [told.ASK_NOTE_WITHOUT]
            return await self._wait(handoff, do == INCLUDE, handoff.shares, handoff.note)
        if do and do.startswith("handoff."):
            return [one for one in (self.question(handoff),) if one]
        theirs = person.offer is None and screening.outcome not in THE_BOTS
        if handoff.step == NOTE and theirs and await self._was_asked(session):
            note = person.text.strip()[:LONGEST_NOTE]
            return await self._agreed(session, handoff, shares="note", note=note)
        return None

    async def _was_asked(self, session: Session) -> bool:
        """Only an answer to our question is a note: they may have gone on to something else."""
        last = await self.steps.record.last_from_bot(session.conversation)
        return last is not None and (last.message or "").startswith(told.ASKS_FOR_WORDS)

    async def _agreed(
        self, session: Session, handoff: Handoff, *, shares: str, note: str | None
    ) -> list[Draft]:
        """What may be shown is known; words on alcohol or drugs are asked about apart (R13)."""
        if await self._about_substances(session, shares, note):
            await self.steps.change(handoff, step=SUBSTANCE, shares=shares, note=note)
            return [told.ASK_SUBSTANCE]
        return await self._wait(handoff, False, shares, note)

    async def _about_substances(self, session: Session, shares: str, note: str | None) -> bool:
        if shares == "note":
            return self.substances.mentioned(note or "")
        record = self.steps.record
        kept = await record.call(record.store.after, session.conversation)
        return any(self.substances.mentioned(message.text) for message in kept)

    async def _wait(
        self, handoff: Handoff, substance: bool, shares: str | None, note: str | None
    ) -> list[Draft]:
        """In line. A note whose words may not go along is not kept: staff see that one was left."""
        held_back = not substance and self.substances.mentioned(note or "")
        after = await self.steps.move(
            handoff,
            State.WAITING,
            event="handoff.waiting",
            shares=shares,
            substance=substance,
            note=None if held_back else note,
            since=self.steps.queue.ids.next(self.now()),
        )
        if after is None:
            return []
        counts, clinic = self.steps.counts, self.clinics[handoff.clinic]
        if handoff.kind == MESSAGE:
            counts.add(handoff.clinic, "handoff.message_left")
            return await self._again(after)
        counts.add(handoff.clinic, "handoff.waiting")
        return [told.waiting(clinic, await self._ahead(after)), told.numbers(clinic)]

    # --- leaving ------------------------------------------------------------------------------

    async def leave(self, session: Session, handoff: Handoff) -> list[Draft]:
        """The person ends it, or never began: nothing more of theirs is shown."""
        clinic = self.clinics[session.clinic]
        talked = handoff.state is State.ACTIVE
        to = State.ENDED if talked else State.WITHDRAWN
        event = "handoff.ended" if talked else "handoff.withdrawn"
        asked = handoff.state is State.ASKED
        after = await self.steps.move(
            handoff, to, event=None if asked else event, ended_by="person"
        )
        if after is None:
            return []
        self.steps.counts.add(clinic.key, f"handoff.{to}")
        if talked:
            return [told.ended_by_person(handoff, clinic)]
        return [told.WITHDRAWN, told.numbers(clinic)]

    async def lines_shown(self, session: Session) -> Handoff | None:
        """A crisis reply went out: whoever is at the other end hears of it at once."""
        handoff = await self.open_of(session.conversation, limit=2)
        if handoff is None or handoff.state not in LASTING:
            return handoff
        await self.steps.record.call(self.steps.queue.lines_shown, handoff.id, self.now())
        await self.steps.change(handoff, event="handoff.lines_shown")
        self.steps.changed(handoff, alert=True)
        return handoff

    async def _ahead(self, handoff: Handoff) -> int:
        return await self.steps.record.call(self.steps.queue.ahead, handoff)


def kind_of(draft: Draft) -> str:
    """What kind of message a draft is: how its id begins."""
    return str(draft.get("message")).partition(".")[0]
