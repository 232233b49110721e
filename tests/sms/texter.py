"""Somebody who texts, on an edge without a network: what comes back in the answer, and later."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from bot.clinic import Texts
from bot.conversation import Message
from bot.limits import ChatLimits
from bot.settings import load_settings
from bot.sms.setup import Sms, open_sms
from bot.sms.values import Inbound
from bot.store.tables import texts
from tests.bot.edge import CLINICS, DATA, KEY, Edge

OURS, THEIRS = "+15125550101", "+15125550123"
_SIDS = itertools.count(1)


@dataclass
class FakeApi:
    """Twilio, as far as the sender sees it."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    async def send(self, to: str, ours: str, body: str, text: str) -> tuple[str, str]:
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append((to, ours, body))
        return f"SM{len(self.sent):032x}", "queued"

    async def find(
        self, to: str, ours: str, body: str, since: float, but: Collection[str]
    ) -> tuple[str, str] | None:
        return None


class Texter:
    def __init__(self, edge: Edge, folder: Any, **env: str) -> None:
        self.edge = edge
        edge.use_clinic(texts=Texts((OURS,)))
        settings = load_settings({"CARENAV_ENCRYPTION_KEYS": KEY, **env}, folder)
        limits = ChatLimits(edge.turn, settings)
        self.api = FakeApi()
        self.sms: Sms = open_sms(
            edge.desk,
            edge.turn.clinics,
            limits,
            settings,
            DATA / "content",
        )
        assert self.sms.sender is not None
        self.sms.sender.api = self.api
        self.texting = self.sms.texting

    def break_database(self) -> None:
        self.edge.break_database()
        self._use()

    def mend_database(self) -> None:
        self.edge.mend_database()
        self._use()

    def _use(self) -> None:
        store, parts = self.edge.record.store, self.texting
        parts.outbox = replace(parts.outbox, engine=store.engine)
        parts.book = replace(parts.book, engine=store.engine, store=store, outbox=parts.outbox)
        parts.consents = replace(parts.consents, engine=store.engine)
        parts.postman.book = parts.book
        assert self.sms.sender is not None
        self.sms.sender.outbox = parts.outbox
        moving = self.edge.turn.moving
        assert moving is not None
        moving.consents = parts.consents
        moving.moves = replace(moving.moves, engine=store.engine)
        moving.requests = replace(moving.requests, engine=store.engine, outgoing=parts.outbox)

    def inbound(self, body: str, *, sid: str | None = None, **other: Any) -> Inbound:
        made = sid or f"SM{next(_SIDS):032d}"
        return replace(Inbound(made, THEIRS, OURS, body), **other)

    async def text(self, body: str, **other: Any) -> str:
        """The words of the answer, "" for none."""
        given = await self.texting.take(self.inbound(body, **other))
        assert len(given) <= 1
        return given[0][0] if given else ""

    async def bring(self) -> list[str]:
        """What comes by itself, outside of any answer; the clock stands still meanwhile."""
        before = len(self.api.sent)
        assert self.sms.sender is not None
        for _ in range(20):
            await self.edge.settle()
            await self.edge.settle_kept()
            posted = await self.sms.postman.round()
            for task in (sending := await self.sms.sender.start()):
                await task
            if not posted and not sending:
                break
        return [body for _, _, body in self.api.sent[before:]]

    async def said(self) -> list[Message]:
        """All that was said in their conversation."""
        lookup = self.texting.lookup.of(THEIRS)
        found = self.sms.texting.book.of("demo", lookup)
        assert found is not None
        assert found[1] is not None
        return await self.edge.record.after(found[1].conversation, "")

    def rows(self) -> list[Any]:
        with self.edge.record.store.engine.connect() as connection:
            return list(connection.execute(sa.select(texts).order_by(texts.c.id)))


__all__ = ["CLINICS", "OURS", "THEIRS", "FakeApi", "Texter"]
