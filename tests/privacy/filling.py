"""Tables with something in each, as the service would leave them."""

from __future__ import annotations

import itertools
import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversation import Ids, Message, Session
from bot.sheet.store import Sheets
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.sealed import SEALED, key_of
from bot.store.tables import metadata

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
NOW = 1_800_000_000.0
DAY = 86_400.0
_ids = itertools.count(1)


def new_id() -> str:
    return f"{next(_ids):032x}"


def session(clinic: str = "demo") -> Session:
    return Session(new_id(), clinic, "en")


def said(text: str, at: float, sender: str = "person") -> Message:
    return Message(id=f"{int(at * 1000):012x}{next(_ids):012x}", sender=sender, kind="text",
                   text=text, at=at)  # fmt: skip


def talk(store: Store, whose: Session, at: float = NOW, text: str = "hello there") -> Message:
    """The person says something at this time, and is answered."""
    message = said(text, at)
    store.accept(whose, message, new_id())
    answer = said("an answer", at, "bot")
    asking = {"message": "find.ask_place", "slots": {"heard": text}}
    store.answer(whose, message.id, [answer], asking=asking, disclosed=False, now=at)
    return message


def ask_for_a_person(
    store: Store, whose: Session, at: float = NOW, note: str = "please call", state: str = "waiting"
) -> str:
    """A hand-off with all that hangs on one: the private note of a member of staff, what they have
    read, a delivery, a name elsewhere. Also what Rasa keeps. The hand-off's id."""
    handoff, staff, seal = new_id(), new_id(), store.sealer.seal
    words = note.encode()
    of_handoff: dict[str, Any] = {"handoff_id": handoff}
    person = {"email": f"{staff}@example.org", "name": "Ana", "title": "nurse", "role": "staff"}
    rows: list[tuple[str, dict[str, Any]]] = [
        (
            "staff",
            {"id": staff, **person, "totp": seal(b"secret"), "totp_step": 0, "failures": 0}
            | {"created_at": at},
        ),
        (
            "handoffs",
            {"id": handoff, "conversation_id": whose.conversation, "clinic": whose.clinic}
            | {"channel": "web", "language": "en", "kind": "live", "state": state}
            | {"substance": False, "note": seal(words), "since": "0", "asked_at": at, "told": 0},
        ),
        (
            "handoff_notes",
            {"id": new_id(), **of_handoff, "staff_id": staff, "body": seal(words), "at": at},
        ),
        ("handoff_reads", {**of_handoff, "staff_id": staff, "message_id": "0"}),
        (
            "deliveries",
            {"id": new_id(), **of_handoff, "destination": "webhook", "event": "asked"}
            | {"body": seal(words), "state": "waiting", "tries": 0, "next_at": at, "at": at},
        ),
        ("outside_ids", {**of_handoff, "destination": "chatwoot", "value": handoff}),
        (
            "trackers",
            {"conversation_id": whose.conversation, "body": seal(words), "updated_at": at},
        ),
    ]
    with store.engine.begin() as connection:
        for table, values in rows:
            connection.execute(metadata.tables[table].insert().values(**values))
    return handoff


def by_text(
    store: Store, whose: Session, at: float = NOW, words: str = "see you at ten", clinic: str = ""
) -> str:
    """All that texting leaves of a conversation: its phone, a consent, a text each way,
    a reminder, a request from the web. The phone's lookup."""
    phone, lookup, seal = new_id(), f"{new_id()}{new_id()}", store.sealer.seal
    clinic, body = clinic or whose.clinic, seal(json.dumps({"message": words}).encode())
    number = seal(b"+15005550006")
    of_it: dict[str, Any] = {"conversation_id": whose.conversation, "at": at}
    rows: list[tuple[str, dict[str, Any]]] = [
        (
            "phones",
            {"id": phone, "clinic": clinic, "lookup": lookup, "number": number}
            | {"ours": "+15005550001", "conversation_id": whose.conversation}
            | {"more": seal(json.dumps([words]).encode()), "created_at": at, "last_at": at},
        ),
        (
            "consents",
            {"id": new_id(), "clinic": clinic, "lookup": lookup, "agreed": True}
            | {"how": "incoming", "words": "sms.first@2026-11-21", "at": at},
        ),
        ("texts_in", {"sid": f"SM{new_id()}", "phone_id": phone, "at": at}),
        (
            "texts",
            {"id": new_id(), "phone_id": phone, "kind": "reply", "body": body, "segments": 1}
            | {"state": "delivered", "tries": 1, "next_at": at, **of_it},
        ),
        (
            "reminders",
            {"id": new_id(), "kind": "visit", "timezone": "America/Chicago", "body": body}
            | {"state": "waiting", "agreed_at": at, **of_it},
        ),
        (
            "text_requests",
            {"id": new_id(), "clinic": clinic, "lookup": lookup, "number": number}
            | {"body": body, "state": "agreed", **of_it},
        ),
    ]
    with store.engine.begin() as connection:
        for table, values in rows:
            connection.execute(metadata.tables[table].insert().values(**values))
    return lookup


def a_sheet(
    store: Store, whose: Session, words: str = "what i want to say", until: float = NOW + 30 * DAY
) -> str:
    """The page of a sheet, with words of the person's. The token of its link."""
    line = {"text": words, "own": True}
    section = {"id": "matters", "title": "What matters", "lines": [line]}
    card = {"type": "sheet", "title": "My sheet", "language": "en", "sections": [section]}
    return Sheets(store.engine, store.sealer, Ids()).add(whose, card, NOW, until)


def of_conversations() -> dict[str, sa.Table]:
    """Every table whose rows belong to a conversation, by name: by a column of its id, or by a
    foreign key to a table that has one, which takes its rows along."""
    found: dict[str, sa.Table] = {"conversations": metadata.tables["conversations"]}
    while True:
        more = {
            table.name: table
            for table in metadata.sorted_tables
            if table.name not in found | {"erased": None}
            and (
                "conversation_id" in table.c
                or any(
                    key.column.table.name in found and key.ondelete == "CASCADE"
                    for key in table.foreign_keys
                )
            )
        }
        if not more:
            return found
        found |= more


def count(engine: Engine, *tables: str) -> dict[str, int]:
    """How many rows, by table; of all that belong to conversations when none is named."""
    with engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(metadata.tables[name]))
            for name in tables or of_conversations()
        }


def sealed_values(engine: Engine) -> list[tuple[str, str, bytes]]:
    """Column, row and bytes of everything that is sealed."""
    with engine.connect() as connection:
        return [
            (str(column), name, bytes(body))
            for column in SEALED
            for name, body in connection.execute(
                sa.select(key_of(column), column).where(column.is_not(None))
            )
        ]


def opened(engine: Engine, sealer: Sealer) -> list[bytes]:
    """All of it that the keys open."""
    return [sealer.open(body) for _, _, body in sealed_values(engine)]
