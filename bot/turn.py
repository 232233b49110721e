"""The one path that every message takes. Read this first.

    take ─ screen ─┬─ danger: answer at once, from memory (`bot/danger.py`), then keep
                   └─ keep ─ answer: route ─┬─ a hand-off: a person of the clinic has it
                                            ├─ a refusal, a fact about the bot
                                            └─ Rasa
                      … release ─ keep ─ send

A message that is taken is kept until it is answered, whatever dies meanwhile; one that can't be
kept is refused (`StoreDown`), so that the person's page still holds it. `Desk` calls `answer`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from bot import metrics
from bot.beside import left_over
from bot.conversation import Message, Said, Session
from bot.danger import AT_ONCE, Danger
from bot.engine.client import EngineClient, EngineDown, EngineRefused, Turned
from bot.handoff.handoff import Handoff
from bot.handoff.person import ANSWERS, CHILD, DENIED, NOT_UNDERSTOOD, kind_of
from bot.handoff.states import LASTING, State
from bot.hub import Closed, Speaking, Typing
from bot.language import Change, Choosing, told
from bot.out import Draft
from bot.sheet.desk import FORGET, LINK, SheetDesk
from bot.sms.reminder_desk import SET as SET_REMINDER
from bot.sms.reminder_desk import ReminderDesk
from bot.store.record import StoreDown
from bot.topics import opening
from guardrails.release import Offer
from guardrails.screen import Screener
from guardrails.types import DANGER, Context, Outcome, Screening

log = logging.getLogger(__name__)

AWAY = 7 * 24 * 3600
"""Seconds away after which the bot says again what it is (R2)."""
REMIND = 3 * 3600
"""Seconds of one conversation after which it says so again (R4)."""
SLOWER = 3
"""Times that somebody who texts waits longer before a slow engine is spoken of: no page is open."""
NOTICE_AGAIN = 600
"""Seconds after which somebody who texts is told again of what still does not work."""
LONGEST = 4_000
"""Characters of one message."""

FIRST: Draft = {"message": "disclosure.first"}
ONCE = frozenset({"bereaved.suicide"})
"""Said once in a conversation; the same again is Rasa's to answer."""


class UnknownChoice(Exception):
    """A choice that was never issued in this conversation."""


class TooLong(Exception):
    """A message of more than `LONGEST` characters, and not about danger."""


@dataclass(frozen=True)
class Reply:
    """What a turn says, and the pending question it leaves."""

    drafts: Sequence[Draft]
    asking: Draft | None
    by_engine: bool = False
    """Rasa's answer; not the edge's own, which nothing goes before."""


@dataclass(frozen=True)
class Case:
    """A kept message that is to be answered, and what is known when that begins."""

    session: Session
    person: Message
    screening: Screening
    handoff: Handoff | None
    asking: Draft | None
    left: str | None
    """What of it Rasa answers besides, after screening did."""

    @property
    def do(self) -> str | None:
        """What the edge is to do, when a choice of that kind was taken."""
        return self.person.offer.do if self.person.offer else None


@dataclass(kw_only=True)
class Turn(Danger):
    screener: Screener
    engine: EngineClient
    patience: float
    """Seconds before a slow engine is spoken of."""
    reminders: ReminderDesk | None = None
    """None: nobody is reminded of anything."""
    sheets: SheetDesk | None = None
    """None: no sheet has a page."""
    closed: set[str] = field(default_factory=set)
    """Conversations erased by this process."""
    opted_out: Callable[[Session], Awaitable[None]] | None = None
    """Somebody who texts wants no more of it (`bot/sms/texting.py`)."""
    choosing: Choosing = field(default_factory=Choosing)
    """Which language a web chat goes on in."""
    engine_seen: bool = False
    """The engine has answered since this process started."""

    @cached_property
    def of_children(self) -> frozenset[str]:
        """The rules that hear a child under 13."""
        rules = (rule for book in self.screener.books for rule in book.rules)
        return frozenset(rule.id for rule in rules if rule.reply == CHILD)

    # --- a conversation begins ------------------------------------------------------------

    async def begin(
        self, session: Session, topic: object = None, page: object = None
    ) -> list[Message]:
        """The first message says what this is (R1). It needs nothing but memory.

        ``topic`` and ``page`` say what the page is about (`bot/topics.py`); neither is kept.
        """
        clinic = self.clinics[session.clinic]
        choices = opening(self.releaser.catalogue, clinic, topic, page)
        draft = {**FIRST, "slots": {"clinic": clinic.name}, "choices": choices}
        first = self.release(session, [draft])
        await self.record.keep_sent(session, first)
        self.count(session, "conversations")
        return first

    def lines(self, session: Session) -> list[dict[str, str]]:
        """What a page keeps in view: the lines of the clinic's country, emergency first."""
        country = self.clinics[session.clinic].country
        return self.releaser.helplines.strip(country, session.language)

    # --- a message comes in ---------------------------------------------------------------

    async def take(self, session: Session, said: Said) -> str:
        """Take a message and return its id; the same ``client_id`` again gives the same id.

        Raises `StoreDown`, `UnknownChoice`, `TooLong`, and the store's ``Erased``.
        """
        if known := await self.record.known(session.conversation, said.client_id):
            return known
        person = await self.person_message(session, said)
        screening = await self.screen(session, person)
        metrics.OUTCOMES.labels(str(screening.outcome)).inc()
        if screening.outcome in AT_ONCE:
            crisis = await self.at_once_drafts(session, screening)
            self.care.note(session.conversation, person.id, screening)
            replies = self.release(session, crisis, screening.language)
            await self.answer_at_once(session, [person, *replies], screening, said.client_id)
            return person.id
        if len(person.text) > LONGEST:
            raise TooLong
        kept = await self.record.call(self.record.store.accept, session, person, said.client_id)
        if kept == person.id:
            self.care.note(session.conversation, person.id, screening)
            self.hub.publish(session.conversation, person)
        return kept

    async def person_message(self, session: Session, said: Said) -> Message:
        """What the person said, as a message; a choice is looked up among those we issued."""
        offer = await self.issued(session, said.choice) if said.choice is not None else None
        return Message(
            id=self.ids.next(self.now()),
            sender="person",
            kind="text",
            text=offer.label if offer else said.text or "",
            at=self.now(),
            offer=offer,
        )

    async def issued(self, session: Session, choice: str) -> Offer:
        message_id, _, _ = choice.rpartition("-")
        message = await self.record.find(session.conversation, message_id)
        offer = message.offer_of(choice) if message else None
        if offer is None:
            raise UnknownChoice
        return offer

    async def screen(self, session: Session, person: Message) -> Screening:
        """Typed text is screened; a choice is ours, and only its own answer can be of danger."""
        if person.offer:
            reply = {"danger": "safety.suicide_self_harm", "safe": DENIED}
            asks = {"danger": Outcome.SUICIDE_SELF_HARM, "human": Outcome.HUMAN}
            do = person.offer.do or ""
            return Screening(asks.get(do, Outcome.NONE), "choice", reply.get(do), session.language)
        heard = self.care.of(session.conversation)
        first_look = self.screener.screen(person.text, session.language, heard.context(None))
        if first_look.outcome in DANGER:
            return first_look
        last = await self.record.last_from_bot(session.conversation)
        found = first_look
        if last and last.message in self.screener.questions:
            asked = heard.context(last.message)
            found = self.screener.screen(person.text, session.language, asked)
        said_before = found.reply in ONCE and found.rule in heard.fired
        return replace(found, reply=None) if said_before else found

    # --- everything else: kept first, then answered -----------------------------------------

    async def answer(self, session: Session, person: Message, *, engine_up: bool = True) -> None:
        """Answer a kept message, once.

        Raises `StoreDown`, `EngineDown` when it must wait, `EngineRefused` when waiting is no use.
        """
        if person.offer and person.offer.do == "erase":
            return await self.erase(session)
        kept = await self.record.load(session.conversation)
        if kept is None:
            return None
        change = await self.language_heard(session, person, kept.asking)
        before, session = session, await self.in_language(session, change)
        try:
            if change and change.asked:
                reply = Reply([self.now_in(before), *filter(None, [kept.asking])], kept.asking)
            else:
                reply = await self.route(session, person, kept.asking, engine_up)
        except EngineRefused:
            raise
        except EngineDown:
            metrics.ENGINE_DOWN.inc()
            await self.notify(
                session, person, "notice.down" if self.engine_seen else "notice.starting"
            )
            raise
        if change and not change.asked and session != before:
            comfort = 1 if reply.drafts and reply.drafts[0].get("message") in ONCE else 0
            if reply.by_engine or comfort:
                drafts = [*reply.drafts[:comfort], self.now_in(before), *reply.drafts[comfort:]]
                reply = replace(reply, drafts=drafts)
        away = person.at - kept.last_seen_at > AWAY
        due = bool(reply.drafts) and (away or person.at - kept.disclosed_at >= REMIND)
        return await self.close(session, person, reply, disclose=due)

    async def close(
        self, session: Session, person: Message, reply: Reply, *, disclose: bool = False
    ) -> None:
        """Keep the reply and send it, unless the message has been answered meanwhile."""
        drafts = [{"message": "disclosure.again"}] * disclose + list(reply.drafts)
        replies = self.release(session, drafts)
        first_time = await self.record.call(
            self.record.store.answer,
            session,
            person.id,
            replies,
            asking=reply.asking,
            disclosed=disclose,
            now=self.now(),
        )
        if first_time:
            self.send(session, replies)
        elif session.conversation in self.closed:  # erased while Rasa was at work: once more
            await self.record.call(self.record.store.erase, session.conversation, self.now())

    async def route(
        self, session: Session, person: Message, asking: Draft | None, engine_up: bool
    ) -> Reply:
        """Who answers: the edge itself (then the pending question comes back), or Rasa."""
        handoff = await self.reception.open_of(session.conversation)
        known = self.care.screened(session.conversation, person.id)
        screening = known or await self.screen(session, person)
        alone = engine_up and not handoff and not asking
        said, language = person.text, session.language
        left = left_over(said, language, screening, self.screener) if alone else None
        case = Case(session, person, screening, handoff, asking, left)
        answers = (
            *(self.at_their_word, self.by_people, self.by_text),
            *(self.by_sheet, self.by_screening),
        )
        for answer in answers:
            if (reply := await answer(case)) is not None:
                return reply
        if not engine_up:
            raise EngineDown("known to be down")
        turned = await self.ask_engine(session, person, left)
        if handoff and (instead := self.reception.instead(handoff, turned.drafts)):
            return Reply(instead, turned.asking)
        drafts: list[Draft] = []
        for draft in turned.drafts:
            drafts += await self.done(session, draft)
        if left:
            answers_it = (one for one in drafts if kind_of(one) not in NOT_UNDERSTOOD)
            drafts = [{"message": screening.reply}, *answers_it]
        return Reply(drafts, turned.asking, by_engine=True)

    async def at_their_word(self, case: Case) -> Reply | None:
        """Going on where they were, no more texts, no reminder, no page of a sheet: whatever else
        goes on."""
        if case.do == "resume":
            pending = await self.pending(case)
            return Reply(pending or [{"message": "resume.nothing"}], case.asking)
        by_text = case.session.channel == "sms"
        if case.screening.outcome is Outcome.OPT_OUT and by_text and self.opted_out:
            await self.opted_out(case.session)
            done: Draft = {"message": case.screening.reply, "choices": []}
            return Reply([done], case.asking)
        off = await self.reminders.heard_off(case.session, case.person) if self.reminders else None
        if off is None and case.do == FORGET and self.sheets:
            off = await self.sheets.asked(case.session, FORGET, self.now())
        if off is None:
            return None
        if case.handoff and case.handoff.state in LASTING:  # one voice: it is done, and quietly
            return Reply([], case.asking)
        return Reply([*off, *await self.pending(case)], case.asking)

    async def by_people(self, case: Case) -> Reply | None:
        """A hand-off: what it makes the bot say, which may be nothing at all."""
        if case.handoff:
            screening = self.as_answer(case)
            said = await self.reception.heard(case.session, case.person, screening, case.handoff)
        elif case.do and case.do.startswith("handoff."):
            said = await self.reception.tapped_late(case.session, case.do)
        else:
            return None
        if said is None:
            return None
        place = await self.and_place(case.session, said, case.handoff, case.asking)
        return Reply(place, case.asking)

    async def by_text(self, case: Case) -> Reply | None:
        """A chat that is to go on by text. Before Rasa, which must not see a phone number."""
        if self.moving is None:
            return None
        child = self.is_child(case.session)
        heard = await self.moving.heard(case.session, case.person, case.screening, child=child)
        if heard is None:
            return None
        pending = await self.pending(case) if heard.over else []
        return Reply([*heard.drafts, *pending], case.asking)

    async def by_sheet(self, case: Case) -> Reply | None:
        """A page for the sheet, or none any more. Nothing is kept for a child."""
        if self.sheets is None or case.screening.reply:
            return None
        if self.is_child(case.session):
            return Reply([{"message": CHILD}], case.asking) if case.do == LINK else None
        said = await self.sheets.heard(case.session, case.person, self.now())
        return Reply([*said, *await self.pending(case)], case.asking) if said else None

    async def by_screening(self, case: Case) -> Reply | None:
        """What screening answers: a person is wanted, a child, a "no", a refusal, a fact."""
        session, reply = case.session, case.screening.reply
        if case.screening.outcome is Outcome.HUMAN:
            return Reply(await self.human(session, await self.pending(case)), case.asking)
        if reply == CHILD:
            await self.engine.forget(session.conversation)  # stop collecting (R10, COPPA)
            return Reply([{"message": reply}], None)
        if reply is None or case.left:
            return None
        draft = self.denied(session) if reply == DENIED else {"message": reply}
        return Reply([draft, *await self.pending(case)], case.asking)

    async def done(self, session: Session, draft: Draft) -> Sequence[Draft]:
        """A draft of the dialogue; where it asks the edge to do something, what came of that."""
        wanted = draft.get("message")
        if wanted == "human.now":  # only the edge knows who is there
            return await self.human(session, [])
        if wanted == SET_REMINDER and self.reminders:
            return await self.reminders.agreed(session, draft, self.now())
        if wanted in (LINK, FORGET) and self.sheets and not self.is_child(session):
            return await self.sheets.asked(session, str(wanted), self.now()) or [draft]
        return [draft]

    async def pending(self, case: Case) -> list[Draft]:
        """What comes again after an interruption: where the line stands, else the question about
        consent, else for a phone's number, else the form's."""
        handoff = case.handoff
        if handoff and handoff.live and handoff.state in LASTING:
            waits = handoff.state is State.WAITING
            return list(await self.reception.where(handoff)) if waits else []
        question = self.reception.question(handoff) if handoff else None
        question = question or await self.number_asked(case.session) or case.asking
        return [question] if question else []

    def is_child(self, session: Session) -> bool:
        """Somebody under 13 spoke here (R10, COPPA)."""
        return not self.care.of(session.conversation).fired.isdisjoint(self.of_children)

    def as_answer(self, case: Case) -> Screening:
        """What was typed, read as an answer to what is asked about the hand-off, whatever was said
        since: a consent that was asked for stays asked for."""
        handoff, screening = case.handoff, case.screening
        if handoff is None or case.person.offer or screening.rule is not None:
            return screening
        question = self.reception.question(handoff)
        waits = handoff.live and handoff.state is State.WAITING
        if not (question or waits):
            return screening
        asked = Context(asked=str(question["message"]) if question else "handoff.waiting")
        read = self.screener.screen(case.person.text, case.session.language, asked)
        return read if read.rule in ANSWERS else screening

    async def and_place(
        self,
        session: Session,
        drafts: list[Draft],
        before: Handoff | None,
        asking: Draft | None,
    ) -> list[Draft]:
        """When a hand-off is over the form goes on where it was."""
        over = before and await self.reception.open_of(session.conversation) is None
        return [*drafts, asking] if over and asking and drafts else drafts

    async def human(self, session: Session, pending: Sequence[Draft]) -> list[Draft]:
        """A person is asked for: the way to one, or else their numbers and the pending question."""
        child = self.is_child(session)
        wanted = await self.reception.wanted(session, child=child)
        offered = self.clinics[session.clinic].handoff is not None and not child
        return list(wanted) if offered else [*wanted, *pending]

    async def ask_engine(
        self, session: Session, person: Message, left: str | None = None
    ) -> Turned:
        """Rasa's answer: to what is ``left`` of the message, where something is. When it is slow
        the person is told so, and it is still waited for."""
        offer, clinic = person.offer, self.clinics[session.clinic]
        turn = self.engine.turn(
            conversation=session.conversation,
            message_id=person.id,
            language=session.language,
            clinic=session.clinic,
            providers=clinic.providers,
            provider_source=clinic.provider_source,
            text=None if offer else left or person.text,
            intent=("restart" if offer.do == "restart" else offer.intent) if offer else None,
            entities=offer.entities if offer else {},
            situation=await self.situation(session, person),
        )
        asked = asyncio.ensure_future(turn)
        self.hub.publish(session.conversation, Typing(True))
        try:
            patience = self.patience * (SLOWER if session.channel == "sms" else 1)
            done, _ = await asyncio.wait({asked}, timeout=patience)
            if not done:
                metrics.ENGINE_SLOW.inc()
                await self.notify(session, person, "notice.slow")
            turned = await asked
        finally:
            asked.cancel()
            self.hub.publish(session.conversation, Typing(False))
        self.engine_seen = True
        return turned

    async def situation(self, session: Session, person: Message) -> Mapping[str, str]:
        """What the dialogue must know of a text besides its words."""
        if self.reminders is None or session.channel != "sms":
            return {}
        return await self.reminders.situation(session, person)

    async def notify(self, session: Session, person: Message, notice: str) -> None:
        """Say what is not working, once for a message of theirs; by text, once in a while."""
        last = await self.record.last_from_bot(session.conversation)
        told = last is not None and (last.message or "").startswith("notice.")
        if last and told and last.id > person.id:
            return
        if last and told and session.channel == "sms" and self.now() - last.at < NOTICE_AGAIN:
            return
        await self.tell(session, [{"message": notice}])

    async def give_up(self, session: Session, person: Message) -> None:
        """Close a message that can't be answered, and say so. Raises `StoreDown`."""
        metrics.WITHHELD.inc()
        asking = await self.record.asking(session.conversation)
        await self.close(session, person, Reply([{"message": "notice.withheld"}], asking))

    # --- the person's own ---------------------------------------------------------------------

    def typing(self, session: Session, on: bool) -> None:
        """Shown to staff who have the conversation open."""
        self.hub.publish(session.conversation, Typing(on, "person"))

    async def leave(self, session: Session) -> None:
        """Stop waiting for a person, or end the talk with one. `StoreDown`."""
        handoff = await self.reception.open_of(session.conversation)
        if handoff is None:
            return
        drafts = await self.reception.leave(session, handoff)
        asking = await self.record.asking(session.conversation)
        await self.tell(session, await self.and_place(session, drafts, handoff, asking))

    async def language_heard(
        self, session: Session, person: Message, asking: Draft | None
    ) -> Change | None:
        """The language that the chat is to go on in. Nothing while a person of the clinic has it
        (one voice)."""
        offered = self.clinics[session.clinic].languages
        change = self.choosing.heard(session, person, offered, asking=asking is not None)
        if change is None:
            return None
        handoff = await self.reception.open_of(session.conversation)
        return None if handoff and handoff.state in LASTING else change

    async def in_language(self, session: Session, change: Change | None) -> Session:
        """The session from here on; its page is told."""
        if change is None or change.to == session.language:
            return session
        speaking = await self.speak(session, change.to)
        self.hub.publish(session.conversation, Speaking(change.to))
        return speaking

    def now_in(self, before: Session) -> Draft:
        return told(before.language, self.releaser.catalogue.choices)

    async def speak(self, session: Session, language: str) -> Session:
        """The same conversation in another language of the clinic's. `StoreDown`."""
        store = self.record.store
        await self.record.call(store.speak, session.conversation, language)
        return replace(session, language=language)

    # --- erasing ------------------------------------------------------------------------------

    async def erase(self, session: Session) -> None:
        """Everything of the conversation goes, Rasa's memory of it too.

        Raises `StoreDown`; then it is not erased, and the person can ask again.
        """
        self.record.forget(session.conversation)
        self.closed.add(session.conversation)
        try:
            handoff = await self.reception.open_of(session.conversation)
            await self.record.call(self.record.store.erase, session.conversation, self.now())
        except StoreDown:
            self.closed.discard(session.conversation)
            raise
        self.record.forget(session.conversation)  # what came while the database was at it
        self.care.forget(session.conversation)
        if handoff:
            self.reception.steps.changed(handoff)
        self.count(session, "erased")
        gone = self.release(session, [{"message": "privacy.erased"}])
        self.send(session, gone)
        self.hub.publish(session.conversation, Closed())


__all__ = ["EngineDown", "StoreDown", "TooLong", "Turn", "UnknownChoice"]
