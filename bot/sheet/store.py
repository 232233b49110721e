"""Sheets that have a page, kept. Of the link only a hash: who reads the tables can open none.

Blocking: the edge calls it from threads. Raises ``sqlalchemy.exc.SQLAlchemyError`` when the
database does not answer.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversation import Ids, Message, Session
from bot.store.crypto import Sealer
from bot.store.database import scrub
from bot.store.tables import messages, sheets
from guardrails.sheets import SHEET

TOKEN_BYTES = 18
"""144 random bits: a link can't be guessed."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{24}")
MOST = 5
"""Pages of one conversation; the oldest makes place."""
_LOOKED_THROUGH = 400
"""Messages of a conversation, from the newest, in which a sheet is looked for."""


@dataclass(frozen=True)
class Sheet:
    """One sheet. ``card`` is as `guardrails.sheets.sheet_card` made it; ``expires_at`` in unix
    seconds."""

    card: Mapping[str, Any]
    clinic: str
    language: str
    expires_at: float


@dataclass(frozen=True)
class Sheets:
    engine: Engine
    sealer: Sealer
    ids: Ids

    def newest_card(self, conversation: str) -> Mapping[str, Any] | None:
        """The sheet that the conversation was shown last."""
        this = (messages.c.conversation_id == conversation) & (messages.c.sender == "bot")
        query = sa.select(messages.c.body).where(this).order_by(messages.c.id.desc())
        with self.engine.connect() as connection:
            for body in connection.scalars(query.limit(_LOOKED_THROUGH)):
                message = Message.from_dict(json.loads(self.sealer.open(body)))
                for card in message.cards:
                    if card.get("type") == SHEET:
                        return card
        return None

    def add(self, session: Session, card: Mapping[str, Any], now: float, expires_at: float) -> str:
        """Give the sheet a page; the token of its link, which is kept nowhere in the tables.

        Raises ``IntegrityError`` when the conversation was erased meanwhile.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        this = sheets.c.conversation_id == session.conversation
        newest = sa.select(sheets.c.id).where(this).order_by(sheets.c.id.desc()).limit(MOST)
        with self.engine.begin() as connection:
            connection.execute(
                sheets.insert().values(
                    id=self.ids.next(now),
                    lookup=_lookup(token),
                    body=self.sealer.seal(json.dumps(card, ensure_ascii=False).encode()),
                    conversation_id=session.conversation,
                    clinic=session.clinic,
                    language=card.get("language") or session.language,
                    expires_at=expires_at,
                )
            )
            kept = list(connection.scalars(newest))
            connection.execute(sheets.delete().where(this & sheets.c.id.not_in(kept)))
        return token

    def find(self, token: str, now: float) -> Sheet | None:
        """None: there is none, no longer, or that is no token."""
        if not TOKEN.fullmatch(token):
            return None
        query = sa.select(sheets).where(_open(token, now))
        with self.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return Sheet(
            json.loads(self.sealer.open(row.body)), row.clinic, row.language, row.expires_at
        )

    def forget(self, token: str, now: float) -> bool:
        """Delete the page of this link; whether there was one that could be opened."""
        if not TOKEN.fullmatch(token):
            return False
        return self._delete(_open(token, now)) > 0

    def forget_all(self, conversation: str) -> int:
        """Delete the pages of a conversation; how many there were."""
        return self._delete(sheets.c.conversation_id == conversation)

    def _delete(self, which: Any) -> int:
        with self.engine.begin() as connection:
            gone = int(connection.execute(sheets.delete().where(which)).rowcount)
        if gone:
            scrub(self.engine)
        return gone


def _open(token: str, now: float) -> Any:
    return (sheets.c.lookup == _lookup(token)) & (sheets.c.expires_at > now)


def _lookup(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
