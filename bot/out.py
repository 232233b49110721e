"""What goes out: drafts become words here or are withheld, then they are counted and sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot import metrics
from bot.clinics import Clinic
from bot.conversation import Ids, Message, Session, bot_message
from bot.handoff.steps import Counter
from bot.hub import Hub
from bot.store.record import Record
from guardrails.release import Releaser, Withheld

if TYPE_CHECKING:
    from bot.sms.moving import Moving

log = logging.getLogger(__name__)

Draft = Mapping[str, Any]
COUNTED = {"refusal": "refusals", "fallback": "fallbacks"}
"""Counters by the first word of a message's id; replies with crisis lines are counted too (R18)."""


@dataclass(kw_only=True)
class Out:
    releaser: Releaser
    clinics: Mapping[str, Clinic]
    record: Record
    hub: Hub
    counts: Counter
    now: Callable[[], float]
    ids: Ids = field(default_factory=Ids)
    moving: Moving | None = None
    """How a web chat goes on by text; put in place once there is a turn."""

    def release(
        self, session: Session, drafts: Sequence[Draft], language: str | None = None
    ) -> list[Message]:
        """Drafts as messages; what may not go out is replaced by a safe message, and counted."""
        return [self._released(session, draft, language or session.language) for draft in drafts]

    def _released(self, session: Session, draft: Draft, language: str) -> Message:
        country, short = self.clinics[session.clinic].country, session.channel == "sms"
        draft = self.moving.offered(session, draft) if self.moving else draft
        try:
            released = self.releaser.release(draft, language, country, short=short)
            metrics.WITHHELD.inc(released.withheld)
        except Withheld as why:
            metrics.WITHHELD.inc()
            log.error("withheld: %s", why)
            withheld = {"message": "notice.withheld"}
            released = self.releaser.release(withheld, language, country, short=short)
        return bot_message(released, self.ids.next(self.now()), self.now())

    def send(self, session: Session, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.sender == "bot":
                metrics.REPLIES.labels(message.kind).inc()
                self.count_reply(session, message)
            self.hub.publish(session.conversation, message)

    async def tell(self, session: Session, drafts: Sequence[Draft]) -> None:
        """Say something that no message of theirs asked for."""
        messages = self.release(session, drafts)
        self.send(session, messages)
        await self.record.keep_sent(session, messages)

    def next_id(self) -> str:
        return self.ids.next(self.now())

    def count(self, session: Session, name: str) -> None:
        self.counts.add(session.clinic, name)

    def count_reply(self, session: Session, message: Message) -> None:
        if message.kind == "safety":
            self.count(session, "crisis.referrals")
        elif name := COUNTED.get((message.message or "").split(".")[0]):
            self.count(session, name)
