"""From what was said to what is texted: unsent messages become one text, with who we are before the
first of all. What answers a text goes back in the answer to it; the rest goes by the sender."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from bot.conversation import Message, Session
from bot.out import Out
from bot.rounds import rounds
from bot.sms.book import Book, Given, Letter
from bot.sms.links import Links
from bot.sms.render import Renderer
from bot.sms.segments import plain
from bot.sms.values import Phone

LOOK = 0.5
"""Seconds between looks at what has yet to become a text."""
MOMENT = 0.5
"""Seconds that an answer about danger waits to be kept; it goes out all the same."""
FIRST = "sms.first"
INTRODUCE = frozenset({FIRST, "sms.help", "sms.opted_in"})
"""Messages that say themselves what this is."""
OPT_OUT = frozenset({"opt_out.done", "sms.opted_out"})
"""The one text that may go to somebody who wants no more."""
_KINDS = {"reminder": "reminder"}
"""Kinds of texts by the first word of a message's id; any other is a reply."""


@dataclass
class Postman:
    """``wake`` tells the sender that the outbox has something new."""

    out: Out
    book: Book
    renderer: Renderer
    links: Links
    wake: Callable[[], None] = lambda: None
    _answering: Counter[str] = field(default_factory=Counter)

    # --- in the answer to a text --------------------------------------------------------------

    @contextmanager
    def answering(self, conversation: str) -> Iterator[None]:
        """What becomes ready within the block is left for the answer to a text of theirs."""
        self._answering[conversation] += 1
        try:
            yield
        finally:
            self._answering[conversation] -= 1
            if not self._answering[conversation]:
                del self._answering[conversation]

    async def give(self, phone: Phone, session: Session, sid: str) -> list[Given]:
        """What is unsent, as the answer to that text of theirs. `StoreDown`."""
        record = self.out.record
        unsent = await record.call(self.book.unsent, session.conversation)
        if not unsent:
            return []
        letter = self.letter(phone, session, unsent)
        return await record.call(self.book.post, phone, session, letter, self.out.now(), sid)

    async def say(self, phone: Phone, session: Session, draft: str, sid: str) -> list[Given]:
        """A message of ours that needs no turn, as the answer to that text. `StoreDown`."""
        slots = {"clinic": self.out.clinics[session.clinic].name}
        new = self.out.release(session, [{"message": draft, "slots": slots}])
        letter = self.letter(phone, session, [], new)
        record = self.out.record
        return await record.call(self.book.post, phone, session, letter, self.out.now(), sid)

    async def in_danger(
        self, phone: Phone, session: Session, said: Sequence[Message], sid: str
    ) -> list[Given]:
        """A crisis reply: out of memory, and kept if that takes no more than a moment."""
        letter = Letter(self.renderer.render(said, session.language), "reply")
        keeping = asyncio.ensure_future(
            self.out.record.call(self.book.post, phone, session, letter, self.out.now(), sid)
        )
        keeping.add_done_callback(lambda task: task.cancelled() or task.exception())
        done, _ = await asyncio.wait({keeping}, timeout=MOMENT)
        kept = keeping.result() if done and keeping.exception() is None else []
        return kept or self.unkept(session, said)

    def unkept(self, session: Session, said: Sequence[Message]) -> list[Given]:
        """As a text that no row tells of."""
        return [(self.renderer.render(said, session.language).parts[0], "")]

    def spoken(self, session: Session, draft: str) -> list[Given]:
        """A message of ours, out of memory."""
        slots = {"clinic": self.out.clinics[session.clinic].name}
        return self.unkept(session, self.out.release(session, [{"message": draft, "slots": slots}]))

    def letter(
        self,
        phone: Phone,
        session: Session,
        unsent: Sequence[Message],
        new: Sequence[Message] = (),
    ) -> Letter:
        """The unsent messages and the new ones as one text; who we are comes before the first."""
        said = [*unsent, *new]
        kind = _kind(said)
        rendered = self.renderer.render(said, session.language, self._link(session))
        first: list[Message] = []
        safety = all(message.kind == "safety" for message in said)
        if phone.introduced_at is None and not safety and kind != "opt_out":
            first = self._introduction(session, before=said[0])
            rendered = replace(rendered, parts=_after(first, rendered.parts))
        return Letter(
            rendered=rendered,
            kind=kind,
            done=tuple(message.id for message in unsent),
            new=(*first, *new),
            introduces=bool(first) or said[0].message in INTRODUCE,
            whole=kind == "staff",
        )

    def _link(self, session: Session) -> Callable[[Message], str]:
        """Where a list of this conversation can be opened."""
        return lambda message: self.links.address(session.conversation, message.id)

    def _introduction(self, session: Session, before: Message) -> list[Message]:
        if before.message in INTRODUCE:
            return []
        slots = {"clinic": self.out.clinics[session.clinic].name}
        first = self.out.release(session, [{"message": FIRST, "slots": slots}])
        return [replace(one, id=_just_before(before.id)) for one in first]

    # --- by the sender ------------------------------------------------------------------------

    async def run(self) -> None:
        """For as long as the process lives: what nobody waits for goes to the outbox."""
        await rounds(self.round, LOOK, "a round of the postman")

    async def round(self) -> int:
        """How many conversations had something to be texted. Raises `StoreDown`."""
        posted = 0
        for conversation in await self.out.record.call(self.book.waiting):
            if conversation not in self._answering:
                posted += await self._post(conversation)
        if posted:
            self.wake()
        return posted

    async def _post(self, conversation: str) -> bool:
        record = self.out.record
        found = await record.call(self.book.of_conversation, conversation)
        unsent = await record.call(self.book.unsent, conversation)
        if not unsent or conversation in self._answering:
            return False
        phone, session = found or (None, None)
        if phone is None or session is None:
            await record.call(self.book.let_go, [message.id for message in unsent])
            return False
        letter = self.letter(phone, session, unsent)
        return bool(await record.call(self.book.post, phone, session, letter, self.out.now(), None))


def _after(first: Sequence[Message], parts: Sequence[str]) -> tuple[str, ...]:
    """The introduction over the first part, which stays as long as it may be."""
    words = plain("\n\n".join(message.text.strip() for message in first))
    head = "\n\n".join(filter(None, [words, *parts[:1]]))
    return (head, *parts[1:])


def _just_before(message: str) -> str:
    """An id that sorts before this one and after all that were made before it (`Ids`)."""
    return f"{message[:-8]}0000{secrets.token_hex(2)}"


def _kind(said: Sequence[Message]) -> str:
    ids = {message.message or "" for message in said}
    if ids & OPT_OUT:
        return "opt_out"
    if any(message.sender == "staff" for message in said):
        return "staff"
    kinds = {_KINDS.get(id.partition(".")[0], "reply") for id in ids}
    return kinds.pop() if len(kinds) == 1 else "reply"
