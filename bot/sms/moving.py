"""A web chat goes on by text: "text me this list".

    on the page   text me this ─▶ which number? ─▶ one text goes there, to be confirmed
    on the phone  1 ─▶ the chat is there from now on; the page says so and can go on too

The number is read here and goes no further: not to Rasa, not to a log. What the page says is the
same for a number that gets our text, one that wants no texts of ours and one that had enough of
them, so that nobody can find out about another's phone. `Turn` asks `heard`, `Texting` asks
`confirmed`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.clinics import Clinic
from bot.conversation import Message, Session
from bot.handoff.person import CHILD
from bot.out import Draft, Out
from bot.sms.confirming import CONFIRM, Agreements, Confirming
from bot.sms.moves import Moves
from bot.sms.numbers import Lookup, ending
from bot.sms.requests import ASKED, MOST_NUMBERS, Number, Outgoing, Request, Requests
from bot.sms.segments import plain
from bot.sms.typed_number import Typed, read_number
from guardrails.screen import Screener
from guardrails.types import Outcome, Screening

TEXT_ME, NO, STOP = "text_me", "text_me.no", "text_me.stop"
ASKS = {"text_me": TEXT_ME, "text_me_no": NO}
"""What the rules of `data/guardrails/*/text_me.yml` read in typed words, as a choice."""
LISTS = ("find.results.", "find.more", "visit.sheet", "visit.print")
"""How the ids of what may be wanted on a phone begin, whole or in part."""
OPEN_FOR = 3600.0
"""Seconds in which a number that is typed is taken for an answer."""
GOES_ON = frozenset({Outcome.HUMAN, Outcome.OPT_OUT})
"""What is no interruption of a question but something else that is wanted."""


class Heard(NamedTuple):
    """What is said. ``over``: nothing is asked here any more, and a form goes on where it was."""

    drafts: list[Draft]
    over: bool


@dataclass
class Moving(Confirming):
    """The page's side. ``ready``: there is a way to send texts. ``wake`` is called once a text
    waits to be sent."""

    lookup: Lookup
    ready: bool = True
    wake: Callable[[], None] = lambda: None

    # --- what is offered ----------------------------------------------------------------------

    def offered(self, session: Session, draft: Draft) -> Draft:
        """The draft, with the choice to have it texted where that makes sense and can be done."""
        message = self.out.releaser.catalogue.messages.get(str(draft.get("message")))
        on_page = session.channel == "web" and self._can_text(session)
        if not on_page or message is None or not message.id.startswith(LISTS):
            return draft
        given = draft.get("choices")
        choices = message.choices if given is None else given
        if not isinstance(choices, (list, tuple)):
            return draft  # `release` withholds it
        return {**draft, "choices": [*choices, TEXT_ME]}

    def _can_text(self, session: Session) -> bool:
        return self.ready and self._clinic(session).texts is not None

    def _clinic(self, session: Session) -> Clinic:
        return self.out.clinics[session.clinic]

    # --- on the page --------------------------------------------------------------------------

    async def question(self, session: Session) -> Draft | None:
        """What is being asked here. `StoreDown`."""
        if not self._can_text(session):
            return None
        request = await self._call(self.requests.newest, session.conversation)
        return self._ask_number(session) if self._asks(request) else None

    async def heard(
        self, session: Session, person: Message, screening: Screening, *, child: bool
    ) -> Heard | None:
        """None: the message is not about this. ``child``: somebody under 13, whom we ask nothing.

        Raises `StoreDown`.
        """
        do = person.offer.do if person.offer else ASKS.get(screening.rule or "")
        if not self._can_text(session):
            refused = do == TEXT_ME and session.channel == "web"
            return Heard([{"message": "text_me.not_here"}], True) if refused else None
        request = await self._call(self.requests.newest, session.conversation)
        if request and request.said == person.id:  # answered, and the answer was not kept
            return self._again(session, request)
        if session.channel == "sms":
            return await self._on_phone(session, do)
        if do == STOP:
            return Heard([{"message": "text_me.stopped"}], True)
        typed = None if person.offer or screening.reply else self._read(session, person.text)
        if typed and typed.number and self._wants(session, typed):
            do = TEXT_ME
        if child and do == TEXT_ME:
            return Heard([{"message": CHILD}], True)
        if do == TEXT_ME:
            return await self._wanted(session, person, typed)
        return await self._answered(session, person, screening, do, typed, request)

    def _wants(self, session: Session, typed: Typed) -> bool:
        """Whether the words beside a number ask for a text to it."""
        return self.screener.screen(typed.rest, session.language).rule == TEXT_ME

    async def _wanted(self, session: Session, person: Message, typed: Typed | None) -> Heard:
        listed = await self._listed(session)
        if typed and typed.number:
            return await self._send(session, typed.number, listed, person.id)
        await self._call(self.requests.ask, session, listed, person.id, self.out.now())
        return Heard([self._ask_number(session)], False)

    async def _answered(
        self,
        session: Session,
        person: Message,
        screening: Screening,
        do: str | None,
        typed: Typed | None,
        request: Request | None,
    ) -> Heard | None:
        """What is said while the number is asked for, and for a while after."""
        if request is None or self.out.now() - request.at > OPEN_FOR:
            return None
        asks = request.state == ASKED
        if typed and typed.number and (asks or typed.alone):
            return await self._send(session, typed.number, request.messages, person.id)
        if not asks:
            return None
        if do == NO:
            await self._call(self.requests.drop, session.conversation, person.id)
            return Heard([{"message": "text_me.dropped"}], True)
        if typed and typed.tried and await self._was_asked(session):
            message = "text_me.cannot" if typed.cannot else "text_me.ask_again"
            return Heard([{"message": message}], False)
        interrupts = screening.reply and screening.reply != CHILD
        if not interrupts or screening.outcome in GOES_ON:
            await self._call(self.requests.drop, session.conversation)
        return None

    async def _was_asked(self, session: Session) -> bool:
        """Digits may be another question's answer: a ZIP code, once a form has gone on."""
        last = await self.out.record.last_from_bot(session.conversation)
        return last is not None and (last.message or "").startswith(TEXT_ME)

    async def _send(self, session: Session, e164: str, messages: Sequence[str], said: str) -> Heard:
        clinic, now = self._clinic(session), self.out.now()
        ours = clinic.texts.ours if clinic.texts else ""
        number = Number(e164, self.lookup.of(e164), ours)
        named = await self._call(self.requests.numbers, session.conversation)
        if number.lookup not in named and len(named) >= MOST_NUMBERS:
            await self._call(self.requests.drop, session.conversation, said)
            return Heard([{"message": "text_me.enough"}], True)
        says = await self._call(self.consents.latest, session.clinic, number.lookup)
        text = None if says and not says.agreed else self._confirm(session)
        if await self._call(self.requests.send, session, number, text, messages, said, now):
            self.wake()
        return Heard([_telling("text_me.sent", ending(e164))], True)

    def _confirm(self, session: Session) -> str:
        """The words for the phone."""
        clinic = self._clinic(session)
        draft = {"message": CONFIRM, "slots": {"clinic": clinic.name}}
        release = self.out.releaser.release
        return plain(release(draft, session.language, clinic.country, short=True).text)

    def _again(self, session: Session, request: Request) -> Heard:
        """The answer to a message that was acted on before its answer could be kept."""
        if request.state == ASKED:
            return Heard([self._ask_number(session)], False)
        if request.ending and request.lookup:
            return Heard([_telling("text_me.sent", request.ending)], True)
        return Heard([{"message": "text_me.dropped"}], True)

    async def _listed(self, session: Session) -> list[str]:
        """What is to be texted: the newest list, else what was said last."""
        kept = await self.out.record.after(session.conversation, "")
        said = [message for message in kept if message.sender == "bot"]
        lists = [message for message in said if (message.message or "").startswith(LISTS)]
        return [message.id for message in (lists or said)[-1:]]

    def _read(self, session: Session, text: str) -> Typed:
        typed = read_number(text, self._clinic(session).country)
        ours = {n for c in self.out.clinics.values() if c.texts for n in c.texts.numbers}
        return Typed(None, typed.rest, True, cannot=True) if typed.number in ours else typed

    def _asks(self, request: Request | None) -> bool:
        if request is None or request.state != ASKED:
            return False
        return self.out.now() - request.at <= OPEN_FOR

    def _ask_number(self, session: Session) -> Draft:
        slots = {"clinic": self._clinic(session).name}
        return {"message": "text_me.ask_number", "slots": slots}

    # --- once it is on a phone ----------------------------------------------------------------

    async def _on_phone(self, session: Session, do: str | None) -> Heard | None:
        """Said on the page of a chat that goes on by text, or on the phone itself.

        Where the phone wants no texts any more the chat is the page's alone again.
        """
        phone = await self._call(self.moves.phone_of, session.conversation)
        if phone is None or do not in (STOP, TEXT_ME):
            return None
        says = await self._call(self.consents.latest, session.clinic, phone[0])
        if do == TEXT_ME and says and says.agreed:
            return Heard([_telling("text_me.already", ending(phone[1]))], True)
        await self._call(self.moves.to_page, session.conversation)
        return Heard([{"message": "text_me.stopped"}], True)


def open_moving(
    turn: Out, screener: Screener, outgoing: Outgoing, consents: Agreements, lookup: Lookup
) -> Moving:
    """Put together, and in its place in the turn."""
    store = turn.record.store
    requests = Requests(store.engine, store.sealer, turn.ids, outgoing)
    moves = Moves(store.engine, store.sealer)
    turn.moving = Moving(turn, screener, requests, moves, consents, lookup)
    return turn.moving


def _telling(message: str, last_two: str) -> Draft:
    return {"message": message, "slots": {"ending": last_two}}
