"""The phone's side of a web chat that goes on by text: what is texted back to our one question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bot.conversation import Session
from bot.sms.consent import How
from bot.sms.moves import Moves
from bot.sms.requests import DAY, Request, Requests
from guardrails.screen import Screener
from guardrails.types import Context

if TYPE_CHECKING:
    from bot.out import Draft, Out

T = TypeVar("T")

ONE, YES = "text_me_one", "text_me_yes"
"""What the rules of `data/guardrails/*/text_me.yml` read in an answer to `CONFIRM`."""
CONFIRM = "text_me.confirm"


class Agreements(Protocol):
    """Who may be texted (bot/sms/consent.py)."""

    def record(
        self, clinic: str, lookup: str, agreed: bool, how: str, words: str, now: float
    ) -> Any: ...

    def latest(self, clinic: str, lookup: str) -> Any: ...


@dataclass
class Confirming:
    """``out`` is the turn."""

    out: Out
    screener: Screener
    requests: Requests
    moves: Moves
    consents: Agreements

    async def confirmed(self, clinic: str, lookup: str, body: str) -> str | None:
        """The conversation that goes on there from now on, when this text says yes to that.

        None: the text is about something else. Raises `StoreDown`.
        """
        since = self.out.now() - DAY
        request = await self._call(self.requests.waiting, clinic, lookup, since)
        if request is None:
            return None
        says = await self._call(self.consents.latest, clinic, lookup)
        if says and not says.agreed:
            await self._call(self.requests.refuse, clinic, lookup)
            return None
        kept = await self.out.record.load(request.conversation)
        if kept is None or not await self._says_yes(request, body, kept.session.language):
            return None
        return await self._agreed(request, kept.session, kept.asking)

    async def _says_yes(self, request: Request, body: str, language: str) -> bool:
        """A "1" answers what was numbered last; a "yes" answers nothing but the last text."""
        rule = self.screener.screen(body, language, Context(asked=CONFIRM)).rule
        mine = (request.clinic, request.lookup or "")
        if rule == ONE:
            return not await self._call(self.moves.numbered_since, *mine, request.at)
        return rule == YES and await self._call(self.moves.invited_last, *mine)

    async def _agreed(self, request: Request, session: Session, asking: Draft | None) -> str | None:
        """The consent is kept first: without it nothing would ever be sent there."""
        lookup = request.lookup or ""
        reviewed = self.out.releaser.catalogue.messages[CONFIRM].reviewed_on
        shown, now = f"{CONFIRM}@{reviewed}", self.out.now()
        await self._call(
            self.consents.record, request.clinic, lookup, True, How.WEB_AGREED, shown, now
        )
        going_on = {"message": "text_me.going_on", "slots": {"ending": request.ending}}
        (notice,) = self.out.release(session, [going_on])
        last = await self.out.record.last_from_bot(session.conversation)
        asked = asking is not None and last is not None and last.message == asking.get("message")
        also: Sequence[str] = [last.id] if asked and last else []
        store = self.out.record.store
        moved = await self._call(self.moves.to_phone, store, request, also, notice, now)
        if not moved:
            return None
        self.out.send(session, [notice])
        return request.conversation

    async def _call(self, work: Callable[..., T], *args: Any) -> T:
        return await self.out.record.call(work, *args)
