"""The on-call phone answers by text: it takes a person by a reply, and from then on its texts are
staff's words in their conversation, by web or by text. Neither ever sees the other's number.

    TAKE ─ who has waited longest is theirs; what was agreed to is shown
    words ─ go to the person          DONE ─ the talk is over          PASS ─ back in line

What the person writes comes back through the outbox (`bot/handoff/phone.py`). Whom the phone has is
what the hand-offs say: nothing else is remembered, so any process may take the next text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.clinics import Clinic
from bot.conversation import Message
from bot.handoff.desk import Gone, HandoffDesk, NotAllowed, longest
from bot.handoff.handoff import MESSAGE, Answerer, Handoff
from bot.handoff.phone import number, pieces, said_to
from bot.handoff.states import State
from bot.sms.keywords import Keyword, Keywords
from bot.sms.segments import plain
from bot.sms.values import Inbound, OptedOut
from bot.widget.assets import Words
from guardrails.normalise import fold

PIECE = 600
"""Characters of one text of what was said before."""
PIECES = 4
"""Texts of what was said before, at most: the newest of it."""
_BOT = 100  # characters that are shown of what the bot said
_OURS = ("handoff.", "human.")
"""How the ids of messages begin that tell of the hand-off itself."""
_WORD = re.compile(r"[^\W_]+")
FASTER = 8
"""People who may be taken by others, one after another, while this phone takes one."""


@dataclass(frozen=True)
class Bridge:
    """``clinics`` may change while it runs. ``staff_url`` is where the inbox is."""

    desk: HandoffDesk
    clinics: Mapping[str, Clinic]
    words: Words
    keywords: Keywords
    staff_url: str

    def is_theirs(self, text: Inbound) -> Clinic | None:
        """The clinic whose on-call phone wrote this, to the number that texts it."""
        for clinic in self.clinics.values():
            way = clinic.handoff
            if way is None or not way.bridge:
                continue
            pair = (number(way.phone, clinic.country), number(way.phone_from, clinic.country))
            if pair == (text.sender, text.to):
                return clinic
        return None

    async def take(self, text: Inbound, clinic: Clinic) -> list[str]:
        """What is answered to the on-call phone, as texts. Raises `StoreDown`."""
        return await _Reply(self, clinic, text).answer()


@dataclass(frozen=True)
class _Reply:
    """One text of the on-call phone."""

    bridge: Bridge
    clinic: Clinic
    text: Inbound

    async def answer(self) -> list[str]:
        try:
            return await self._answer()
        except (NotAllowed, Gone) as fault:
            now = fault.now if isinstance(fault, NotAllowed) else None
            if now is not None and now.dropped_out:
                return [self._say("bridge_unreached")]
            return [self._say("bridge_nobody"), *await self._next()]

    async def _answer(self) -> list[str]:
        keyword = self.bridge.keywords.of(self.text.body, self.text.opt_out)
        if keyword is Keyword.STOP:
            return await self._stopped()
        if keyword in (Keyword.HELP, Keyword.START):
            return [] if self.text.opt_out else [self._say("bridge_help")]
        return await self._do(self._command())

    async def _do(self, command: str | None) -> list[str]:
        if command == "take":
            return await self._take()
        held = await self.held()
        if held is None:
            return [self._say("bridge_nobody"), *await self._next()]
        if command == "done":
            return await self._done(held)
        if command == "pass":
            await self.desk.release(held, event=None)
            return [self._say("bridge_passed"), *await self._next()]
        return await self._pass_on(held)

    def _command(self) -> str | None:
        """A text that is nothing but one of the words, in any language; 1 takes, too."""
        bare = " ".join(_WORD.findall(fold(self.text.body)))
        for words in self.bridge.words.by_language.values():
            for name in ("take", "done", "pass"):
                if bare == fold(words[f"command_{name}"]):
                    return name
        return "take" if bare == "1" else None

    # --- taking somebody ----------------------------------------------------------------------

    async def _take(self) -> list[str]:
        """Who waits is read before whom the phone has: of two TAKEs at once both then try for the
        same person, and whoever is late finds that the phone has one."""
        for _ in range(FASTER):
            line = await self._line()
            held = await self.held()
            if held is not None and held.state is State.CLAIMED:
                return await self._taken(held)  # the answer to the first TAKE may have been lost
            if held is not None:
                return [self._say("bridge_have")]
            if not line:
                break
            try:
                return await self._taken(await self.desk.claim(line[0].id, self._answerer()))
            except (NotAllowed, Gone):
                continue  # somebody was faster, or they have left
        return [self._say("bridge_none")]

    async def _line(self) -> list[Handoff]:
        """Who waits, longest first; messages that were left come after people."""
        call, queue = self.desk.record.call, self.desk.queue
        found = await call(queue.inbox, [self.clinic.key], states=[State.WAITING])
        return sorted(found, key=lambda one: (one.kind == MESSAGE, one.waiting_at or 0.0))

    async def held(self) -> Handoff | None:
        """Whom the phone has: it holds one at a time, and no account of staff does."""
        call, queue = self.desk.record.call, self.desk.queue
        states = [State.CLAIMED, State.ACTIVE]
        found = await call(queue.inbox, [self.clinic.key], states=states)
        own = [one for one in found if one.staff_id is None]
        return min(own, key=lambda one: one.claimed_at or 0.0, default=None)

    def _answerer(self) -> Answerer:
        way = self.clinic.handoff
        name, title = (way.phone_name, way.phone_title) if way else (None, None)
        return Answerer(None, name or "", title or "")

    async def _taken(self, handoff: Handoff) -> list[str]:
        """That it is theirs, and what the person agreed to show (R13)."""
        lines = self._shown(handoff, await self.desk.transcript(handoff))
        found = pieces("\n".join(lines), PIECE) or [""]
        head = [self._words["agreed_chat" if handoff.shares == "chat" else "agreed_note"]]
        if any(map(self.desk.substances.mentioned, lines)) or handoff.substance:
            head.insert(0, self.bridge.words.by_language["en"]["part_two_notice"])
        if len(found) > PIECES:
            head.append(self._say("bridge_earlier"))
        found = found[-PIECES:]
        found[0] = plain("\n".join([*head, found[0]])).strip()
        if len(found) > 1:  # Twilio keeps no order among the texts of one answer
            found = [f"({n}/{len(found)}) {piece}" for n, piece in enumerate(found, 1)]
        return [self._say("bridge_taken"), *found]

    def _shown(self, handoff: Handoff, messages: Sequence[Message]) -> list[str]:
        words = self._words
        lines = []
        if handoff.shares != "chat":
            lines.append(handoff.note or words["bridge_note_out"])
        for message in messages:
            if not (message.message or "").startswith(_OURS):
                said = message.text if message.sender == "person" else _short(message.text)
                lines.append(f"{words[message.sender]}: {said or words['left_out']}")
        return lines

    # --- while they have somebody -------------------------------------------------------------

    async def _pass_on(self, held: Handoff) -> list[str]:
        said = self.text.body.replace("\0", "").strip()
        send = next((s for s in self._sends() if said.casefold().startswith(s.casefold())), None)
        if send is not None:
            said = said[len(send) :].strip()
        if not said or len(said) > longest(held):
            return [self._say("bridge_no_words", n=longest(held))]
        if send is None and self._contacts(said):
            return [self._say("bridge_contact")]
        by = _holder(held)
        try:
            await self.desk.say(held.id, by, said, f"bridge {self.text.sid}")
        except OptedOut:
            return [self._say("bridge_unreached")]
        return [self._say("bridge_no_words", n=longest(held))] if self.text.media else []

    def _sends(self) -> list[str]:
        return [words["command_send"] for words in self.bridge.words.by_language.values()]

    def _contacts(self, said: str) -> bool:
        from bot.staff.contact import contacts  # not at the top: it reads phone numbers

        public = [self.clinic.phone] if self.clinic.phone else []
        return bool(contacts(said, self.clinic.country, public))

    async def _done(self, held: Handoff) -> list[str]:
        if held.state is State.CLAIMED:  # nobody has been told a thing
            return [self._say("bridge_unsaid")]
        await self.desk.end(held.id, _holder(held), "answered")
        return [self._say("bridge_done"), *await self._next()]

    async def _stopped(self) -> list[str]:
        """The phone wants no more texts: nobody it has may wait for it. The carrier answers."""
        held = await self.held()
        if held is not None:
            await self.desk.release(held)
        return []

    async def _next(self) -> list[str]:
        n = len(await self._line())
        return [self._say("bridge_next", n=n)] if n else []

    # --- parts --------------------------------------------------------------------------------

    @property
    def desk(self) -> HandoffDesk:
        return self.bridge.desk

    @property
    def _words(self) -> Mapping[str, str]:
        return self.bridge.words.by_language[self.clinic.languages[0]]

    def _say(self, key: str, **slots: object) -> str:
        return said_to(self._words, key, link=self.bridge.staff_url, **slots)


def _holder(handoff: Handoff) -> Answerer:
    """As it was taken, whatever the clinic's file says by now."""
    return Answerer(None, handoff.staff_name or "", handoff.staff_title or "")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _BOT else f"{line[:_BOT].rsplit(' ', 1)[0]} ..."
