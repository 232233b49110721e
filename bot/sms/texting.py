"""A text comes in: whose it is, what it means, and what goes back in the answer to it.

    take ─ the same text again? ─ the on-call phone? ─ STOP, START, HELP ─ MORE ─ a choice, or words
                                                         └─ Desk, Turn: screened, kept, answered

What a text says about danger is answered out of memory, in the answer to it, whatever is dead.
Anything else is answered there too when it is ready within `READY`; else the sender brings it.
One person's texts are taken one after another.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

from bot import metrics
from bot.clinics import Clinic
from bot.conversation import Message, Said, Session
from bot.danger import AT_ONCE
from bot.desk import Desk
from bot.hub import Event
from bot.limits import ChatLimits
from bot.sms.answers import Words as AnswerWords
from bot.sms.answers import read_answer
from bot.sms.book import Book, Given
from bot.sms.bridge import Bridge
from bot.sms.consent import Consents, How, words_of
from bot.sms.keywords import Keyword, Keywords
from bot.sms.language import language_of
from bot.sms.moving import Moving
from bot.sms.numbers import Lookup
from bot.sms.outbox import Outbox
from bot.sms.postman import FIRST, Postman
from bot.sms.values import Inbound, Phone
from bot.store.conversations import Erased
from bot.store.record import Record, StoreDown
from bot.turn import UnknownChoice
from guardrails.types import DANGER

log = logging.getLogger(__name__)

READY = 8.0
"""Seconds in which an answer goes back with the response; Twilio waits for 15."""
PATIENCE = 4.0
"""Seconds that the database has to say whose a text is; then it is asked for again, or, about
danger, answered out of memory."""
AGAIN = 600.0
"""Seconds in which the same text again gets the same answer; after that it is a replay."""
MOST = 2_000
"""Answers remembered, for when the database is away."""


class Replayed(Exception):
    """A text that was taken long ago: Twilio does not send it now."""


@dataclass
class Texting:
    """``words`` are those by which an answer is read (data/content/sms/answers.yml)."""

    desk: Desk
    book: Book
    outbox: Outbox
    postman: Postman
    consents: Consents
    keywords: Keywords
    lookup: Lookup
    clinics: Mapping[str, Clinic]
    limits: ChatLimits
    words: AnswerWords
    moving: Moving
    dropped_out: Callable[[str], Awaitable[object]]
    """Ends the hand-off of a conversation whose person wants no more texts."""
    bridge: Bridge | None
    """Answers on-call phones."""
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _given: OrderedDict[str, tuple[float, list[Given]]] = field(default_factory=OrderedDict)
    _homeless: dict[tuple[str, str], Session] = field(default_factory=dict)
    """Conversations that began while the database was away."""

    @property
    def record(self) -> Record:
        return self.desk.turn.record

    def now(self) -> float:
        return self.desk.turn.now()

    # --- the way of a text --------------------------------------------------------------------

    async def take(self, text: Inbound) -> list[Given]:
        """The texts that are the answer, most often one; [] when there is none, or not yet.

        Raises `Replayed`, and `StoreDown` when the text could not be kept: it must come again.
        """
        until = asyncio.get_running_loop().time() + READY
        theirs = self.bridge.is_theirs(text) if self.bridge else None
        clinic = theirs or self.clinic_of(text)
        if clinic is None:
            log.warning("a text came to a number that no clinic has")
            return []
        lookup = self.lookup.of(text.sender)
        async with self._lock(f"{clinic.key} {lookup}"):
            taken_at = await self._taken_at(text.sid)
            if taken_at is not None:
                return await self._same_again(clinic, text, taken_at)
            if theirs and self.bridge:
                given = [(body, "") for body in await self.bridge.take(text, theirs)]
                return await self._took(text.sid, None, given)
            metrics.MESSAGES.labels("sms").inc()
            whose = await self._whose(clinic, lookup, text)
            begun = await self._begun(clinic, whose, text)
        given = begun if isinstance(begun, list) else await self._finish(begun, text, until)
        return await self._took(text.sid, whose.phone.id, given)

    def clinic_of(self, text: Inbound) -> Clinic | None:
        """Whose number or messaging service it came to."""
        for clinic in self.clinics.values():
            texts = clinic.texts
            if texts and (text.to in texts.numbers or (text.service or "-") == texts.service):
                return clinic
        return None

    def _lock(self, name: str) -> asyncio.Lock:
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        return lock

    def not_taken(self, text: Inbound) -> list[Given]:
        """For a text that can't be kept: that it wasn't, and who can be reached. Out of memory."""
        clinic = self.clinic_of(text)
        if clinic is None:
            return []
        session = Session("", clinic.key, self._language(clinic, text), "sms")
        return self.postman.spoken(session, "sms.not_taken")

    def _language(self, clinic: Clinic, text: Inbound) -> str:
        """That of the number, at first."""
        own = clinic.texts.languages.get(text.to) if clinic.texts else None
        return language_of(text.body, own or clinic.languages[0], clinic.languages, first=True)

    # --- the same text again ------------------------------------------------------------------

    async def _taken_at(self, sid: str) -> float | None:
        if sid in self._given:
            return self._given[sid][0]
        with suppress(StoreDown):
            return await self.record.call(self.book.seen, sid, limit=0.5)
        return None

    async def _same_again(self, clinic: Clinic, text: Inbound, taken_at: float) -> list[Given]:
        """The same answer, less what Twilio has by now."""
        if self.now() - taken_at > AGAIN:
            raise Replayed
        remembered = self._given.get(text.sid, (0.0, []))[1]
        if remembered and not any(row for _, row in remembered):
            return remembered
        try:
            return await self.record.call(self.outbox.given, text.sid, limit=2)
        except StoreDown:
            session = Session("", clinic.key, self._language(clinic, text), "sms")
            if remembered or not self._is_danger(session, text.body):
                return remembered
            return self._lines(session, text.body)

    async def _danger_again(self, session: Session, sid: str, body: str) -> list[Given]:
        """It was taken before a crash: what it was given then, or, where nobody can say what that
        was, the lines anew."""
        with suppress(StoreDown):
            if given := await self.record.call(self.outbox.given, sid, limit=1):
                return given
        return self._lines(session, body)

    def _lines(self, session: Session, body: str) -> list[Given]:
        """The crisis reply to these words, out of memory."""
        turn = self.desk.turn
        screening = turn.screener.screen(body, session.language)
        reply = [{"message": screening.reply}]
        return self.postman.unkept(session, turn.release(session, reply, screening.language))

    async def _took(self, sid: str, phone: str | None, given: list[Given]) -> list[Given]:
        self._given[sid] = (self.now(), given)
        while len(self._given) > MOST:
            self._given.popitem(last=False)
        with suppress(StoreDown):
            await self.record.call(self.book.took, sid, phone, self.now(), limit=2)
        return given

    # --- whose it is --------------------------------------------------------------------------

    async def _whose(self, clinic: Clinic, lookup: str, text: Inbound) -> _Whose:
        """With the database away it is a conversation in memory, which is kept when it is back."""
        key = (clinic.key, lookup)
        ours = text.service or text.to
        new = self._homeless.get(key) or Session(
            secrets.token_hex(16), clinic.key, self._language(clinic, text), "sms"
        )
        call, book = self.record.call, self.book
        try:
            found = await call(book.of, clinic.key, lookup, limit=PATIENCE)
            if found is None or found[1] is None:
                await call(book.open, new, lookup, text.sender, ours, self.now(), limit=PATIENCE)
                found = await call(book.of, clinic.key, lookup, limit=PATIENCE)
            else:
                await call(book.came, found[0].id, ours, self.now(), limit=PATIENCE)
            if found is None or found[1] is None:
                raise StoreDown
            consent = await call(self.consents.latest, clinic.key, lookup, limit=PATIENCE)
        except StoreDown:
            self._homeless[key] = new
            now = self.now()
            blank = Phone("", clinic.key, lookup, text.sender, ours, None, None, None, (), now)
            return _Whose(blank, new, agreed=None)
        self._homeless.pop(key, None)
        return _Whose(found[0], found[1], agreed=consent.agreed if consent else None)

    # --- what it means ------------------------------------------------------------------------

    async def _begun(self, clinic: Clinic, whose: _Whose, text: Inbound) -> list[Given] | _Begun:
        """The answer, or what is under way."""
        keyword = self.keywords.of(text.body, text.opt_out)
        if keyword in (Keyword.STOP, Keyword.START):
            return await self._stop_or_start(whose, keyword, text)
        if self._is_danger(whose.session, text.body):  # nothing that could take time comes before
            begun = await self._turn(whose, Said(text.sid, text=text.body), text)
            if isinstance(begun, list) or not begun.again:
                return begun
            return await self._danger_again(whose.session, text.sid, text.body)
        silent = whose.agreed is False and keyword is not Keyword.HELP
        if silent and not await self._is_urgent(whose.session, text):
            return []
        if whose.agreed is None:
            with suppress(StoreDown):
                words = words_of(self.desk.turn.releaser.catalogue)
                agree = self.consents.agree_first
                await self.record.call(agree, clinic.key, whose.phone.lookup, words, self.now())
        if keyword is Keyword.HELP:
            return await self._help(whose, text)
        if not whose.phone.id and not await self._is_urgent(whose.session, text):
            raise StoreDown  # no phone hangs on it: the answer would reach nobody
        if keyword is None and await self._moved(clinic, whose.phone, text):
            whose = await self._whose(clinic, whose.phone.lookup, text)
            return await self.postman.give(whose.phone, whose.session, text.sid)
        if keyword is Keyword.MORE and whose.phone.more:
            return await self.record.call(
                self.book.more, whose.phone, whose.session, text.sid, self.now()
            )
        if not text.body.strip():
            return await self.postman.say(whose.phone, whose.session, "sms.no_words", text.sid)
        whose = await self._in_their_language(clinic, whose, keyword, text)
        if keyword in (Keyword.SPANISH, Keyword.ENGLISH):
            return await self.postman.say(whose.phone, whose.session, FIRST, text.sid)
        return await self._turn(whose, await self._said(whose, text), text)

    async def _is_urgent(self, session: Session, text: Inbound) -> bool:
        said = Said(text.sid, text=text.body or " ")
        turn = self.desk.turn
        person = await turn.person_message(session, said)
        return (await turn.screen(session, person)).outcome in AT_ONCE

    async def _in_their_language(
        self, clinic: Clinic, whose: _Whose, keyword: Keyword | None, text: Inbound
    ) -> _Whose:
        asked = {Keyword.SPANISH: "es", Keyword.ENGLISH: "en"}.get(keyword or Keyword.MORE)
        spoken = whose.session.language
        heard = asked or language_of(text.body, spoken, clinic.languages)
        if heard == spoken or heard not in clinic.languages:
            return whose
        try:
            session = await self.desk.turn.speak(whose.session, heard)
        except StoreDown:
            session = replace(whose.session, language=heard)
        return replace(whose, session=session)

    async def _turn(self, whose: _Whose, said: Said, text: Inbound) -> list[Given] | _Begun:
        """As any other message, from here on."""
        session = whose.session
        if await self.limits.may_text(session, said):
            metrics.TOO_MANY.inc()
            return []
        hub = self.desk.turn.hub
        with (
            hub.listening(session.conversation) as heard,
            self.postman.answering(session.conversation),
        ):
            try:
                message, answering = await self.desk.take_up(session, said)
            except UnknownChoice:
                said = Said(text.sid, text=text.body)
                message, answering = await self.desk.take_up(session, said)
            own, at_once = _after_own(_heard(heard), message)
        if at_once:
            return await self.postman.in_danger(whose.phone, session, at_once, text.sid)
        return _Begun(whose, message, answering, again=not own)

    async def _said(self, whose: _Whose, text: Inbound) -> Said:
        """A number of the last list, or its words, is that choice; anything else is only text."""
        asked = whose.phone.asked
        if asked is None:
            return Said(text.sid, text=text.body)
        try:
            message = await self.record.find(whose.session.conversation, asked)
        except StoreDown:
            message = None
        offers = message.offers if message else ()
        by_place = not (message and message.cards)
        n = read_answer(text.body, offers, whose.session.language, self.words, by_place=by_place)
        if n is None:
            return Said(text.sid, text=text.body)
        return Said(text.sid, choice=f"{asked}-{n}")

    def _is_danger(self, session: Session, body: str) -> bool:
        """Out of memory. Words that mean danger are no choice and no word of ours."""
        turn = self.desk.turn
        heard = turn.care.of(session.conversation).context(None)
        return turn.screener.screen(body, session.language, heard).outcome in DANGER

    async def _finish(self, begun: _Begun, text: Inbound, until: float) -> list[Given]:
        """Wait for the answer as long as the response may; [] when it comes later."""
        session, phone = begun.whose.session, begun.whose.phone
        with (
            self.desk.turn.hub.listening(session.conversation) as heard,
            self.postman.answering(session.conversation),
        ):
            left = max(0.0, until - asyncio.get_running_loop().time())
            await asyncio.wait({begun.answering}, timeout=left)
            if session.conversation in self.desk.turn.closed:
                gone = [one for one in _heard(heard) if one.sender == "bot"]
                return self.postman.unkept(session, gone) if gone else []
            with suppress(StoreDown, Erased):
                before = await self._before(begun, text.sid) if begun.again else []
                return (
                    before
                    or await self.postman.give(phone, session, text.sid)
                    or await self._before(begun, text.sid)
                )
        return []

    async def _before(self, begun: _Begun, sid: str) -> list[Given]:
        """What this text was given before a crash, when it comes again after it."""
        if given := await self.record.call(self.outbox.given, sid):
            return given
        session = begun.whose.session
        after = await self.record.after(session.conversation, begun.message)
        lines: list[Message] = []
        for message in after:
            if message.sender != "bot" or message.kind != "safety":
                break
            lines.append(message)
        return self.postman.unkept(session, lines) if lines and begun.again else []

    # --- wanting texts, or no more ------------------------------------------------------------

    async def _stop_or_start(self, whose: _Whose, keyword: Keyword, text: Inbound) -> list[Given]:
        """Twilio has answered where it says so (``OptOutType``)."""
        phone, session = whose.phone, whose.session
        if keyword is Keyword.START:
            await self._record(phone, True, How.START)
            if text.opt_out:
                return []
            return await self.postman.say(phone, session, "sms.opted_in", text.sid)
        await self.opt_out(phone, How.STOP_TWILIO if text.opt_out else How.STOP_WORD)
        if text.opt_out or whose.agreed is False:
            return []
        return await self.postman.say(phone, session, "sms.opted_out", text.sid)

    async def opt_out(self, phone: Phone, how: str) -> None:
        """From now on not one text. Raises `StoreDown`."""
        await self._record(phone, False, how)
        await self.record.call(self.outbox.drop_all, phone.clinic, phone.lookup)
        if phone.conversation is None:
            return
        unsent = await self.record.call(self.book.unsent, phone.conversation)
        await self.record.call(self.book.let_go, [message.id for message in unsent])
        await self.dropped_out(phone.conversation)

    async def opted_out(self, session: Session) -> None:
        """In words of their own; the one confirmation is the turn's answer. `StoreDown`."""
        found = await self.record.call(self.book.of_conversation, session.conversation)
        if found is not None:
            await self.opt_out(found[0], How.STOP_PLAIN)

    async def refused(self, clinic: str, lookup: str, _code: str) -> None:
        """Twilio told the sender that they have opted out. `StoreDown`."""
        if await self.record.call(self.consents.opted_out, clinic, lookup):
            return
        found = await self.record.call(self.book.of, clinic, lookup)
        if found is not None:
            await self.opt_out(found[0], How.ERROR_21610)

    async def _record(self, phone: Phone, agreed: bool, how: str) -> None:
        words = words_of(self.desk.turn.releaser.catalogue)
        await self.record.call(
            self.consents.record, phone.clinic, phone.lookup, agreed, how, words, self.now()
        )

    async def _help(self, whose: _Whose, text: Inbound) -> list[Given]:
        """What this is and who can be reached. Whoever has the conversation reads it too."""
        session, turn = whose.session, self.desk.turn
        person = await turn.person_message(session, Said(text.sid, text=text.body or "-"))
        turn.hub.publish(session.conversation, person)
        await turn.record.keep_sent(session, [person], text.sid)
        if text.opt_out:
            return []
        try:
            return await self.postman.say(whose.phone, session, "sms.help", text.sid)
        except StoreDown:
            return self.postman.spoken(session, "sms.help")

    async def _moved(self, clinic: Clinic, phone: Phone, text: Inbound) -> bool:
        """Whether it is the yes that a web chat waits for; then that chat is this phone's now."""
        with suppress(StoreDown):
            return await self.moving.confirmed(clinic.key, phone.lookup, text.body) is not None
        return False


@dataclass(frozen=True)
class _Whose:
    """``agreed``: to be texted; None when nothing is known of that."""

    phone: Phone
    session: Session
    agreed: bool | None


@dataclass(frozen=True)
class _Begun:
    """A message of theirs that is being answered. ``again``: it had been taken before a crash."""

    whose: _Whose
    message: str
    answering: asyncio.Task[None]
    again: bool


def _heard(queue: asyncio.Queue[Event]) -> list[Message]:
    events = [queue.get_nowait() for _ in range(queue.qsize())]
    return [event for event in events if isinstance(event, Message)]


def _after_own(heard: list[Message], own: str) -> tuple[bool, list[Message]]:
    """Whether their message was just taken, and the crisis reply that was sent with it."""
    ids = [message.id for message in heard]
    if own not in ids:
        return False, []
    after = heard[ids.index(own) + 1 :]
    replies = [message for message in after if message.sender == "bot"]
    return True, replies if replies and replies[0].kind == "safety" else []
