"""An edge without a network: the real turn, store and content; a fake engine, and our clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.app import DATA
from bot.clinics import load_clinics
from bot.conversation import Ids, Message, Said, Session
from bot.counting import Counts
from bot.desk import Desk
from bot.engine.client import EngineDown, Turned
from bot.handoff.desk import HandoffDesk
from bot.handoff.person import Reception
from bot.handoff.queue import Queue
from bot.handoff.steps import Steps
from bot.handoff.watch import Watch
from bot.hub import Hub
from bot.sms.reminder_desk import ReminderDesk
from bot.sms.reminders import Reminders
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.record import Record
from bot.turn import Turn
from guardrails.catalogue import load_catalogue
from guardrails.helplines import load_helplines
from guardrails.release import Releaser
from guardrails.screen import load_screener
from guardrails.substances import load_substances

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
CATALOGUE = load_catalogue(DATA / "content")
HELPLINES = load_helplines(DATA / "content" / "helplines.yml", date.today())
SCREENER = load_screener(DATA / "guardrails", cache=None)
SUBSTANCES = load_substances(DATA / "guardrails")
CLINICS = load_clinics(DATA / "clinics")
QUESTION = {"message": "find.ask_place"}


@dataclass
class FakeEngine:
    """Rasa's place: says what the test put there, may be down or slow, and remembers its turns."""

    drafts: list[dict[str, Any]] = field(default_factory=lambda: [{"message": "about.can_do"}])
    asking: dict[str, Any] | None = None
    up: bool = True
    gate: asyncio.Event | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    async def turn(self, **asked: Any) -> Turned:
        if not self.up:
            raise EngineDown("down")
        self.asked.append(asked)
        if self.gate:
            await self.gate.wait()
        return Turned(tuple(self.drafts), self.asking)

    async def forget(self, conversation: str) -> None:
        self.forgotten.append(conversation)

    async def ready(self) -> bool:
        return self.up

    async def aclose(self) -> None:
        return None


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


class Edge:
    """One process of the edge on a database of its own."""

    def __init__(self, url: str, *, patience: float = 5.0, clock: Clock | None = None) -> None:
        self.url = url
        self.engine = FakeEngine()
        self.clock = clock or Clock()
        self.record = Record(Store(open_engine(url), Sealer([KEY])))
        self.counts = Counts(open_engine(url), CLINICS, self.clock)
        hub, ids = Hub(), Ids()
        queue = Queue(self.record.store.engine, self.record.store.sealer, ids)
        self.steps = Steps(queue, self.record, hub, self.clock, self.counts)
        self.turn = Turn(
            screener=SCREENER,
            releaser=Releaser(CATALOGUE, HELPLINES),
            clinics=CLINICS,
            record=self.record,
            engine=self.engine,  # type: ignore[arg-type]
            hub=hub,
            counts=self.counts,
            reception=Reception(self.steps, CLINICS, SUBSTANCES, self.clock),
            now=self.clock,
            patience=patience,
            ids=ids,
            reminders=ReminderDesk(
                Reminders(self.record.store.engine, self.record.store.sealer, ids),
                self.record,
                CLINICS,
                CATALOGUE,
            ),
        )
        self.handoffs = HandoffDesk(self.steps, self.turn, CLINICS, SUBSTANCES, self.clock)
        self.watch = Watch(self.handoffs, CLINICS, self.clock)
        self.desk = Desk(self.turn, self.watch, self.counts)
        self.session = Session("c" * 32, "demo", "en")
        self._n = 0

    def use_clinic(self, **changed: Any) -> None:
        """The demo clinic, with some of it changed."""
        clinics = {"demo": replace(CLINICS["demo"], **changed)}
        self.turn.clinics = self.watch.clinics = self.turn.reception.clinics = clinics
        self.handoffs.clinics = clinics

    @classmethod
    def fresh(cls, folder: Path, **kw: Any) -> Edge:
        url = f"sqlite:///{folder / 'edge.db'}"
        upgrade(url)
        return cls(url, **kw)

    async def begin(self) -> list[Message]:
        return await self.turn.begin(self.session)

    async def say(self, text: str | None = None, *, choice: str | None = None) -> list[Message]:
        """Say one thing and wait until the edge has done what it can; what the bot said since."""
        self._n += 1
        with self.turn.hub.listening(self.session.conversation) as queue:
            await self.desk.take(self.session, Said(f"m{self._n}-{id(self)}", text, choice))
            await self.settle()
            heard = []
            while not queue.empty():
                heard.append(queue.get_nowait())
        return [m for m in heard if isinstance(m, Message) and m.sender == "bot"]

    async def settle(self) -> None:
        while self.desk._tasks:
            await asyncio.gather(*self.desk._tasks, return_exceptions=True)

    async def settle_kept(self) -> None:
        """Until what was sent first has been kept."""
        while self.turn.keeping:
            await asyncio.gather(*self.turn.keeping)

    async def kept(self) -> list[Message]:
        return await self.record.after(self.session.conversation, "")

    def break_database(self) -> None:
        self.record.store.engine.dispose()
        self._use(open_engine("sqlite:////nowhere/at/all.db"))

    def mend_database(self) -> None:
        self._use(open_engine(self.url))

    def _use(self, engine: sa.engine.Engine) -> None:
        self.record.store = Store(engine, Sealer([KEY]))
        self.steps.queue = Queue(engine, Sealer([KEY]), self.turn.ids)


def ids(messages: list[Message]) -> list[str | None]:
    return [message.message for message in messages]
