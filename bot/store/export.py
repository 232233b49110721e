"""A copy of one's own conversation, for the person: all that is kept of it, as JSON values.

Staff's private notes are theirs and left out, which the copy says. What else of a row is not told
is in `LEFT_OUT`, with the reason; a test holds the list against the tables.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.clinic import Clinic
from bot.conversation import Message, Session
from bot.sms.numbers import ending
from bot.store.conversations import Store
from bot.store.retention import DAY
from bot.store.tables import (
    consents,
    conversations,
    handoffs,
    phones,
    reminders,
    sheets,
    text_requests,
    texts,
    trackers,
)

LEFT_OUT = {
    "messages.client_id": "a page's own name for the message",
    "messages.state": "whether it was answered; the answer is there",
    "conversations.asking": "the pending question; it is among the messages",
    "conversations.disclosed_at": "when the bot last said what it is; that is among the messages",
    "trackers.updated_at": "the time of the last message",
    "handoffs.clinic": "told once for all",
    "handoffs.conversation_id": "told once for all",
    "handoffs.channel": "how this copy is asked for",
    "handoffs.language": "told once for all",
    "handoffs.step": "which question is open; it is among the messages",
    "handoffs.since": "the id of a message",
    "handoffs.staff_id": "an account; the name and role that were told are there",
    "handoffs.told": "how often the wait was explained; that is among the messages",
    "handoffs.lines_at": "when help lines were shown; they are among the messages",
    "handoffs.seen_at": "when staff last looked",
    "phones.id": "a name of ours for the phone",
    "phones.clinic": "told once for all",
    "phones.lookup": "a hash by which the number is found",
    "phones.conversation_id": "told once for all",
    "phones.asked": "the id of a message",
    "phones.more": "the rest of a message; it is among the messages",
    "consents.id": "a name of ours for the row",
    "consents.clinic": "told once for all",
    "consents.lookup": "a hash by which the number is found",
    "texts.id": "a name of ours for the text",
    "texts.phone_id": "a name of ours for the phone",
    "texts.conversation_id": "told once for all",
    "texts.message_id": "the id of a message in it",
    "texts.reply_to": "Twilio's name of a text of theirs",
    "texts.sid": "Twilio's name for it",
    "texts.tries": "how often it was tried",
    "texts.next_at": "when it would be tried again",
    "reminders.id": "a name of ours for the row",
    "reminders.conversation_id": "told once for all",
    "text_requests.id": "a name of ours for the row",
    "text_requests.conversation_id": "told once for all",
    "text_requests.clinic": "told once for all",
    "text_requests.lookup": "a hash by which the number is found",
    "text_requests.body": "ids of messages; they are among the messages",
    "sheets.id": "a name of ours for the row",
    "sheets.lookup": "a hash by which its link is found; the link is among the messages",
    "sheets.conversation_id": "told once for all",
    "sheets.clinic": "told once for all",
}
"""Columns of what is kept that a copy does not repeat, and why. `handoff_notes`, `handoff_reads`,
`deliveries` and `outside_ids` are staff's notes, and copies of what was shared on its way."""
_HANDOFF = (
    *("id", "kind", "state", "shares", "substance", "outcome", "ended_by"),
    *("staff_name", "staff_title"),
    *("asked_at", "waiting_at", "claimed_at", "active_at", "ended_at"),
)


_PHONE = ("number", "ours", "introduced_at", "created_at", "last_at")
_CONSENT = ("agreed", "how", "words", "at")
_TEXT = ("kind", "body", "segments", "state", "error", "at")
_REMINDER = ("kind", "timezone", "body", "state", "at", "agreed_at")
_REQUEST = ("number", "state", "at")
_SHEET = ("language", "body", "expires_at")
_TIMES = frozenset({"introduced_at", "created_at", "last_at", "at", "agreed_at", "expires_at"})


@dataclass(frozen=True)
class Record:
    """What the tables hold of a conversation besides its messages, opened."""

    channel: str
    began_at: float | None
    last_seen_at: float | None
    handoffs: Sequence[Mapping[str, Any]]
    answers: Mapping[str, Any]
    by_text: Mapping[str, Any] = field(default_factory=dict)
    """What the tables of texting hold: the phone, its consents, texts, reminders, requests."""
    sheets: Sequence[Mapping[str, Any]] = ()
    """The sheets for a visit that have a page, and until when."""


def read(store: Store, conversation: str) -> Record:
    """Blocking; raises ``SQLAlchemyError`` and `Unsealable`."""
    this = handoffs.c.conversation_id == conversation
    with store.engine.connect() as connection:
        row = connection.execute(
            sa.select(conversations).where(conversations.c.id == conversation)
        ).one_or_none()
        asked = connection.execute(sa.select(handoffs).where(this).order_by(handoffs.c.asked_at))
        shared = [_handoff(store, each) for each in asked.mappings()]
        memory = connection.scalar(
            sa.select(trackers.c.body).where(trackers.c.conversation_id == conversation)
        )
        by_text = _by_text(store, connection, conversation)
        pages = _rows(
            store, connection, sheets, sheets.c.conversation_id == conversation, sheets.c.id, _SHEET
        )
    return Record(
        channel=row.channel if row else "web",
        by_text=by_text,
        sheets=pages,
        began_at=row.created_at if row else None,
        last_seen_at=row.last_seen_at if row else None,
        handoffs=shared,
        answers=_answers(store.sealer.open(memory)) if memory else {},
    )


def _handoff(store: Store, row: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: row[name] for name in _HANDOFF}
    told |= {name: _when(row[name]) for name in _HANDOFF if name.endswith("_at")}
    return {**told, "note": store.sealer.open(row["note"]).decode() if row["note"] else None}


def _by_text(store: Store, connection: Connection, conversation: str) -> dict[str, Any]:
    """Without numbers: of each its last two digits, by which its owner knows it."""

    def rows(table: sa.Table, where: Any, by: Any, *names: str) -> list[dict[str, Any]]:
        return _rows(store, connection, table, where, by, names)

    mine = phones.c.conversation_id == conversation
    numbers = sa.select(phones.c.clinic, phones.c.lookup).where(mine)
    theirs = sa.tuple_(consents.c.clinic, consents.c.lookup).in_(numbers)
    of_phones = sa.select(phones.c.id).where(mine)
    sent = (texts.c.conversation_id == conversation) | texts.c.phone_id.in_(of_phones)
    asked, later = text_requests.c, reminders.c
    return {
        "phones": rows(phones, mine, phones.c.id, *_PHONE),
        "consents": rows(consents, theirs, consents.c.id, *_CONSENT),
        "texts": rows(texts, sent, texts.c.id, *_TEXT),
        "reminders": rows(reminders, later.conversation_id == conversation, later.id, *_REMINDER),
        "requests": rows(text_requests, asked.conversation_id == conversation, asked.id, *_REQUEST),
    }


def _rows(
    store: Store,
    connection: Connection,
    table: sa.Table,
    where: Any,
    by: Any,
    names: Sequence[str],
) -> list[dict[str, Any]]:
    """These columns of the table's rows, opened."""
    found = connection.execute(sa.select(table).where(where).order_by(by)).mappings()
    return [{name: _told(store, name, row[name]) for name in names} for row in found]


def _told(store: Store, name: str, value: Any) -> Any:
    if name == "number":
        return f"…{ending(store.sealer.open(value).decode())}" if value else None
    if name == "body":
        return store.sealer.open(value).decode()
    return _when(value) if name in _TIMES else value


def _answers(memory: bytes) -> dict[str, Any]:
    """The slots that Rasa keeps (`bot/engine/snapshot.py`): what forms were told, the last of each.

    Slots of Rasa's own say nothing of the person.
    """
    kept: dict[str, Any] = {}
    for event in json.loads(zlib.decompress(memory))["events"]:
        if event.get("event") in ("reset_slots", "restart"):
            kept = {}
        elif event.get("event") == "slot":
            kept[event["name"]] = event["value"]
    own = {"requested_slot", "session_started_metadata"}
    return {name: value for name, value in kept.items() if value is not None and name not in own}


def export(
    session: Session,
    clinic: Clinic,
    messages: Sequence[Message],
    record: Record,
    words: Mapping[str, str],
    now: float,
) -> dict[str, Any]:
    """The copy. ``messages`` oldest first; ``words`` of data/content/export.yml, in the language
    of the session; ``now`` in unix seconds. Times in it are ISO 8601, UTC."""
    last = max([*(message.at for message in messages), record.last_seen_at or 0, 0])
    due = last + clinic.retention_days * DAY if clinic.retention_days and last else None
    return {
        "what_this_is": words["what_this_is"],
        "made_at": _when(now),
        "conversation": session.conversation,
        "clinic": {"key": clinic.key, "name": clinic.name},
        "language": session.language,
        "channel": record.channel,
        "began_at": _when(record.began_at),
        "last_seen_at": _when(record.last_seen_at),
        "deleted_on": _when(due),
        "deleted": words["deleted_on_a_day" if clinic.retention_days else "deleted_at_the_end"],
        "messages": [_message(message) for message in messages],
        "handoffs": list(record.handoffs),
        "answers": dict(record.answers),
        "by_text": dict(record.by_text),
        "sheets": list(record.sheets),
        "also_kept": [words[key] for key in sorted(words) if key.startswith("also_kept_")],
    }


def _message(message: Message) -> dict[str, Any]:
    return {**message.public(), "at": _when(message.at)}


def _when(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")
