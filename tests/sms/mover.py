"""Somebody at a page who wants the chat on their phone, and whoever has that phone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.conversation import Message
from bot.sms.moving import Moving
from bot.store.tables import conversations, messages, phones, text_requests
from tests.bot.edge import QUESTION, Edge, ids
from tests.sms.texter import Texter

NUMBER = "512 555 0123"
LIST = {
    "message": "visit.sheet",
    "slots": {"lines": [{"message": "visit.own_item", "slots": {"words": "Ask about cost"}}]},
}


class Mover:
    """``texter`` has the phone of `NUMBER`; ``heard`` is what the page was told last."""

    def __init__(self, texter: Texter) -> None:
        self.texter, self.edge = texter, texter.edge
        self.heard: list[Message] = []

    @property
    def moving(self) -> Moving:
        assert self.edge.turn.moving is not None
        return self.edge.turn.moving

    async def say(self, text: str) -> list[str | None]:
        """The ids of what the page is told."""
        self.heard = await self.edge.say(text)
        return ids(self.heard)

    async def tap(self, do: str) -> list[str | None]:
        """Tap what was offered last, by what the edge does then."""
        for message in reversed(self.heard):
            for n, offer in enumerate(message.offers):
                if offer.do == do:
                    self.heard = await self.edge.say(choice=f"{message.id}-{n}")
                    return ids(self.heard)
        raise AssertionError(f"{do} was not offered by {ids(self.heard)}")

    async def lists(self, *, form: bool = False) -> None:
        """A chat in which a list was made. ``form``: Rasa asks something besides."""
        self.edge.engine.drafts = [LIST, *([QUESTION] if form else [])]
        self.edge.engine.asking = QUESTION if form else None
        await self.edge.begin()
        await self.say("make me a list")

    async def asks(self, number: str = NUMBER, **kw: Any) -> list[str | None]:
        """All of the page's part."""
        await self.lists(**kw)
        await self.say("text me this list")
        return await self.say(number)

    async def moved(self, **kw: Any) -> str:
        """And the phone's; what it is given."""
        await self.asks(**kw)
        await self.texter.bring()
        return await self.texter.text("1")

    # --- what came of it ----------------------------------------------------------------------

    def states(self) -> list[str]:
        """Of the requests, oldest first."""
        return self._all(sa.select(text_requests.c.state).order_by(text_requests.c.id))

    def numbers_kept(self) -> int:
        held = text_requests.c.number.is_not(None)
        return len(self._all(sa.select(text_requests.c.id).where(held)))

    def channel(self) -> str:
        this = conversations.c.id == self.edge.session.conversation
        return str(self._all(sa.select(conversations.c.channel).where(this))[0])

    def unsent(self) -> int:
        return len(self._all(sa.select(messages.c.id).where(messages.c.state == "unsent")))

    def phones(self) -> list[str | None]:
        """The conversations that phones have."""
        return self._all(sa.select(phones.c.conversation_id).order_by(phones.c.id))

    def invites(self) -> int:
        return sum(row.kind == "invite" for row in self.texter.rows())

    def _all(self, query: Any) -> list[Any]:
        with self.edge.record.store.engine.connect() as connection:
            return list(connection.scalars(query))

    def at_rasa(self) -> str:
        """All that Rasa was ever asked."""
        return str(self.edge.engine.asked)


def another_process(edge: Edge) -> Edge:
    """A second one on the same database, with the same clock."""
    other = Edge(edge.url, clock=edge.clock)
    other.turn.clinics = edge.turn.clinics
    return other
