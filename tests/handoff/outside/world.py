"""A clinic whose hand-offs go elsewhere: the real queue, steps, desk, outbox and courier on a
database of their own; our clock. The turn is not needed: a test says what a person would have."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from starlette.applications import Starlette

from bot.app import DATA
from bot.channels.outside import OutsideChannel
from bot.channels.problems import Problem, problem_response
from bot.clinics import Clinic, HandoffWay
from bot.conversation import Ids, Message, Session
from bot.counting import Counts
from bot.handoff.courier import Courier, Way
from bot.handoff.deliveries import Deliveries
from bot.handoff.desk import HandoffDesk
from bot.handoff.handoff import LIVE, Handoff
from bot.handoff.outside import Outside
from bot.handoff.posting import Poster
from bot.handoff.queue import Queue
from bot.handoff.states import State
from bot.handoff.steps import Steps
from bot.handoff.ways import make_ways
from bot.hub import Hub
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.record import Record
from bot.widget.assets import load_words
from guardrails.substances import load_substances

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
OLDER = "whsec_" + "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXpBQkNERUY="
CHATWOOT_SECRET = "chatwoot-signs-with-this"
NAMED = {
    "NORTH_WEBHOOK": SECRET,
    "NORTH_CHATWOOT": CHATWOOT_SECRET,
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "t" * 32,
}
WORDS = load_words(DATA / "content" / "staff" / "destinations.yml")
SUBSTANCES = load_substances(DATA / "guardrails")
START = 1_790_000_000.0


def clinic(to: str, url: str = "http://127.0.0.1:1", **more: Any) -> Clinic:
    way = HandoffWay(
        to=to,
        webhook_url=f"{url}/hook",
        webhook_secret_env="NORTH_WEBHOOK",
        chatwoot_url=url,
        chatwoot_inbox="inboxIdentifier7",
        chatwoot_secret_env="NORTH_CHATWOOT",
        phone="5125550100",
        phone_from="+15005550006",
    )
    made = Clinic(
        key="north",
        name="North Clinic",
        country="US",
        languages=("en", "es"),
        origins=(),
        retention_days=30,
        handoff=way,
    )
    return replace(made, **more)


@dataclass
class Teller:
    """In the turn's place: drafts as messages that name themselves."""

    ids: Ids
    now: Any

    def release(self, _session: Session, drafts: Sequence[Any]) -> list[Message]:
        return [
            Message(self.next_id(), "bot", "notice", f"[{draft['message']}]", self.now())
            for draft in drafts
        ]

    def next_id(self) -> str:
        return self.ids.next(self.now())


@dataclass
class World:
    url: str
    clinic: Clinic
    at: float = START
    ids: Ids = field(default_factory=Ids)
    acknowledged: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        sealer = Sealer([KEY])
        engine = open_engine(self.url)
        self.clinics = {self.clinic.key: self.clinic}
        self.record = Record(Store(engine, sealer))
        self.queue = Queue(engine, sealer, self.ids)
        self.deliveries = Deliveries(engine, sealer, self.ids)
        self.outside = Outside(self.deliveries, self.clinics, SUBSTANCES, WORDS, self.now)
        self.hub = Hub()
        self.steps = Steps(
            self.queue,
            self.record,
            self.hub,
            self.now,
            Counts(engine, self.clinics, self.now),
            outbox=self.outside,
        )
        self.teller = Teller(self.ids, self.now)
        self.desk = HandoffDesk(self.steps, self.teller, self.clinics, SUBSTANCES, self.now)
        self.poster = Poster(self.now)
        self.ways: dict[str, Way] = make_ways(
            self.outside,
            self.record,
            self.poster,
            NAMED,
            "k" * 32,
            "https://chat.example.org/staff",
        )
        self.courier = self.new_courier()

        self.closed_unread: list[str] = []

        async def closed(handoff: Handoff) -> None:
            self.closed_unread.append(handoff.id)

        self.channel = OutsideChannel(
            self.desk, self.deliveries, self.clinics, NAMED, WORDS, self.now, closed
        )
        app = Starlette(
            routes=self.channel.routes(), exception_handlers={Problem: problem_response}
        )
        transport = httpx.ASGITransport(app)
        self.edge = httpx.AsyncClient(transport=transport, base_url="http://edge")

    def new_courier(self) -> Courier:
        """Another process of the edge on the same database."""

        async def acknowledged(handoff: Handoff) -> None:
            self.acknowledged.append(handoff.id)

        async def failed(handoff: Handoff) -> None:
            self.failed.append(handoff.id)

        return Courier(
            self.record,
            self.deliveries,
            self.queue,
            self.clinics,
            self.ways,
            self.now,
            on_acknowledged=acknowledged,
            on_failed=failed,
            spread=lambda: 1.0,
        )

    def now(self) -> float:
        self.at += 0.002
        return self.at

    # --- what people do -----------------------------------------------------------------------

    async def says(self, text: str, conversation: str = "c" * 32) -> Message:
        session = Session(conversation, self.clinic.key, "en")
        said = Message(self.teller.next_id(), "person", "text", text, self.now())
        await self.record.call(self.record.store.add, session, [said], said.id)
        return said

    async def waits(self, conversation: str = "c" * 32, **values: Any) -> Handoff:
        """Somebody asks for a person and agrees to show the chat, unless told otherwise."""
        session = Session(conversation, self.clinic.key, "en")
        if await self.record.load(conversation) is None:
            await self.says("Who can help me sleep?", conversation)
        kind = values.pop("kind", LIVE)
        asked = await self.record.call(self.queue.ask, session, kind, "shares", self.now(), "web")
        agreed = {"shares": "chat", "note": None, "substance": False, **values}
        after = await self.steps.move(
            asked, State.WAITING, event="handoff.waiting", since=self.ids.next(self.now()), **agreed
        )
        assert after is not None
        return after

    async def tells(self, handoff: Handoff, text: str) -> Message:
        """Something more while it lasts."""
        said = await self.says(text, handoff.conversation)
        now = await self.desk.get(handoff.id)
        assert await self.steps.change(now, event="handoff.message", message=said)
        return said

    async def leaves(self, handoff: Handoff) -> None:
        now = await self.desk.get(handoff.id)
        await self.steps.move(now, State.WITHDRAWN, event="handoff.withdrawn", ended_by="person")

    async def reads(self, conversation: str = "c" * 32) -> list[tuple[str, str]]:
        """What is in the conversation, as the person sees it: who, and the words."""
        kept = await self.record.call(self.record.store.after, conversation)
        return [(m.author or m.sender, m.text) for m in kept]

    # --- the courier's rounds -----------------------------------------------------------------

    async def round(self, courier: Courier | None = None) -> int:
        """One look at what is due, to its end; how many set out."""
        started = await (courier or self.courier).start()
        await asyncio.gather(*started)
        return len(started)

    async def rounds(self, most: int = 50) -> None:
        """Until nothing is due now."""
        for _ in range(most):
            if not await self.round():
                return
        raise AssertionError("never done")

    async def later(self, seconds: float) -> None:
        self.at += seconds
        await self.rounds()

    async def close(self) -> None:
        await self.poster.close()
        await self.edge.aclose()
