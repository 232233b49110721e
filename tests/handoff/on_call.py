"""An on-call phone that answers by text, with no network: Twilio is a list of texts."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace

from bot.clinics import HandoffWay
from bot.handoff.courier import Courier
from bot.handoff.deliveries import Deliveries
from bot.handoff.elsewhere import WORDS
from bot.handoff.outside import Outside
from bot.handoff.phone import PhoneWay
from bot.sms.bridge import Bridge
from bot.sms.keywords import load_keywords
from bot.sms.values import Inbound
from bot.widget.assets import load_words
from tests.bot.edge import DATA, SUBSTANCES, Edge
from tests.sms.texter import FakeApi

PHONE, OURS = "+15005550011", "+15005550006"
WAY = HandoffWay(
    to="phone",
    phone=PHONE,
    phone_from=OURS,
    bridge=True,
    phone_name="Ana",
    phone_title="nurse",
)
LINK = "https://chat.example.org/staff"
_sids = itertools.count()


class OnCall:
    """The phone of the demo clinic's on-call nurse."""

    def __init__(self, edge: Edge, **clinic: object) -> None:
        edge.use_clinic(handoff=WAY, **clinic)
        self.edge, self.clinics = edge, edge.handoffs.clinics
        words = load_words(DATA / "content" / WORDS)
        queue = edge.steps.queue
        deliveries = Deliveries(queue.engine, queue.sealer, queue.ids)
        edge.steps.outbox = Outside(deliveries, self.clinics, SUBSTANCES, words, edge.clock)
        self.texter = FakeApi()
        way = PhoneWay(self.texter, edge.record, deliveries, words, LINK)
        self.courier = Courier(
            edge.record, deliveries, queue, self.clinics, {"phone": way}, edge.clock
        )
        self.bridge = Bridge(
            edge.handoffs, self.clinics, words, load_keywords(DATA / "content"), LINK
        )

    def text(self, body: str, **more: object) -> Inbound:
        return replace(Inbound(f"SM{next(_sids):032x}", PHONE, OURS, body), **more)

    async def replies(self, body: str, **more: object) -> list[str]:
        """What is answered to it."""
        return await self.bridge.take(self.text(body, **more), self.clinics["demo"])

    async def gets(self) -> list[str]:
        """The texts that came to it since."""
        before = len(self.texter.sent)
        while started := await self.courier.start():
            await asyncio.gather(*started)
        assert all((to, ours) == (PHONE, OURS) for to, ours, _ in self.texter.sent)
        return [body for _, _, body in self.texter.sent[before:]]
