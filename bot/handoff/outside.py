"""What a clinic's own inbox is told of a hand-off: allow-listed fields, and what was consented to.

An event is put together when it happens, in the transaction of the change, and kept as it is sent:
{"type", "timestamp", "data"}. `docs/hand-off.md` shows each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.clinics import Clinic
from bot.conversation import Message
from bot.handoff import phone
from bot.handoff.deliveries import FIRST, Deliveries
from bot.handoff.handoff import Handoff
from bot.handoff.transcript import LEFT_OUT, consented
from bot.store.tables import messages
from bot.widget.assets import Words
from guardrails.substances import Substances

WEBHOOK, CHATWOOT, PHONE = "webhook", "chatwoot", "phone"
LINES_SHOWN = "handoff.lines_shown"


@dataclass(frozen=True)
class Outside:
    """The outbox that a hand-off's steps put events into (`bot/handoff/steps.py`)."""

    deliveries: Deliveries
    clinics: Mapping[str, Clinic]
    substances: Substances
    words: Words
    now: Callable[[], float]

    def put(
        self, connection: Connection, handoff: Handoff, event: str, message: Message | None
    ) -> None:
        """Keep the event for the clinic's own inbox, if it has one that wants it."""
        clinic = self.clinics.get(handoff.clinic)
        way = clinic.handoff if clinic else None
        if way is None or way.to not in (WEBHOOK, CHATWOOT, PHONE):
            return
        if way.to == PHONE and not phone.is_worth_a_text(event, handoff, way):
            return
        with_words = way.to != PHONE or phone.has_it(handoff, way)
        said = [message] if message else []
        if event in (FIRST, LINES_SHOWN) and with_words:
            said = self._transcript(connection, handoff)
        now = self.now()
        body = {
            "type": event,
            "timestamp": _iso(now),
            "data": self._data(handoff, event, said) if with_words else self._facts(handoff),
        }
        self.deliveries.put(handoff, way.to, event, body, now, connection)

    def _transcript(self, connection: Connection, handoff: Handoff) -> list[Message]:
        """What was consented to, as this transaction sees it."""
        own = messages.c.conversation_id == handoff.conversation
        query = sa.select(messages.c.body).where(own).order_by(messages.c.id)
        sealer = self.deliveries.sealer
        kept = [
            Message.from_dict(json.loads(sealer.open(body))) for body in connection.scalars(query)
        ]
        return consented(handoff, kept, self.substances)

    def _facts(self, handoff: Handoff) -> dict[str, Any]:
        return {
            "handoff": handoff.id,
            "clinic": handoff.clinic,
            "kind": handoff.kind,
            "state": str(handoff.state),
        }

    def _data(self, handoff: Handoff, event: str, said: Sequence[Message]) -> dict[str, Any]:
        data = {
            **self._facts(handoff),
            "channel": handoff.channel,
            "language": handoff.language,
            "waiting_since": _iso(handoff.waiting_at) if handoff.waiting_at else None,
        }
        if event == FIRST:
            data["again"] = handoff.claimed_at is not None
            data["shares"] = handoff.shares
            data["note"] = handoff.note
            data["messages"] = [_shown(message) for message in said]
        elif event == "handoff.message" and said:
            data["message"] = _shown(said[0])
        elif event == LINES_SHOWN:  # no event of its own tells of what they wrote
            theirs = [message for message in said if message.sender == "person"]
            data["message"] = _shown(theirs[-1]) if theirs else None
        elif event == "handoff.ended":
            data["ended_by"] = handoff.ended_by
            data["outcome"] = handoff.outcome
        elif event == "handoff.withdrawn":
            data["outcome"] = handoff.outcome
        if notice := self._notice(handoff, data):
            data["notice"] = notice
        return data

    def _notice(self, handoff: Handoff, data: Mapping[str, Any]) -> str | None:
        """The statement that goes with words about alcohol or drugs (42 CFR 2.32)."""
        texts = [str(message["text"]) for message in data.get("messages", ())]
        texts += [str(data.get("note") or ""), str((data.get("message") or {}).get("text", ""))]
        if not any(texts):
            return None
        if handoff.substance or any(map(self.substances.mentioned, texts)):
            return self.words.by_language["en"]["part_two_notice"]
        return None


def _shown(message: Message) -> dict[str, Any]:
    """A message as they get it. One that the person did not agree to show has no text."""
    return {
        "id": message.id,
        "from": message.sender,
        "text": message.text,
        "left_out": message.kind == LEFT_OUT,
        "at": _iso(message.at),
    }


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="seconds")
