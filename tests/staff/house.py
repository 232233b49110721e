"""A house with a front door and an office: people who chat, staff who answer, one database.

The real turn, store, hand-off desk and staff pages in one process; only Rasa is a fake, and the
clock is ours. ``House.person()`` is somebody in the chat, ``House.member()`` a member of staff
whose browser has no screen, and `Served` is the house for real browsers.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from bot.conversation import Message, Said, Session
from bot.handoff.handoff import Handoff
from bot.security import SecurityHeaders
from bot.staff import answering, pages
from bot.staff.accounts import Account, Person
from bot.staff.guard import COOKIE
from bot.staff.office import Office
from bot.staff.sessions import csrf_token
from bot.staff.site import open_site
from bot.store.migrate import upgrade
from tests.bot.edge import CLINICS, DATA, HELPLINES, KEY, Clock, Edge

HTTPS = "https://chat.example.org"
_names = itertools.cycle(("Ana", "Ben", "Cleo", "Dora"))


class House:
    def __init__(self, url: str, public_url: str = HTTPS, clock: Clock | None = None) -> None:
        self.edge = Edge(url, clock=clock)
        self.public_url = public_url
        self.staff = open_site(
            self.edge.record,
            CLINICS,
            DATA / "content",
            public_url=public_url,
            secret=KEY,
            now=self.edge.clock,
        )
        self.office = Office(
            self.staff,
            self.edge.handoffs,
            CLINICS,
            HELPLINES,
            self.edge.turn.hub,
            self.edge.clock,
        )
        self.app = Starlette(
            routes=[*answering.routes(self.office), *pages.routes()],
            middleware=[Middleware(SecurityHeaders, https=public_url.startswith("https:"))],
        )
        self.staff.install(self.app)
        self._made = 0

    @classmethod
    def fresh(cls, folder: Path, **kw: Any) -> House:
        url = f"sqlite:///{folder / 'house.db'}"
        upgrade(url)
        return cls(url, **kw)

    # --- people ---

    async def person(self, language: str = "en", clinic: str = "demo") -> Chatter:
        self._made += 1
        chatter = Chatter(self, Session(f"{self._made:032x}", clinic, language))
        await self.edge.turn.begin(chatter.session)
        return chatter

    async def waiting(self, note: str | None = None, language: str = "en") -> Chatter:
        """Somebody who asked for a person and agreed: to the whole chat, or to ``note`` only."""
        chatter = await self.person(language)
        await chatter.asks(note)
        return chatter

    # --- staff ---

    def account(
        self, role: str = "staff", clinics: Sequence[str] = ("demo",), name: str | None = None
    ) -> Account:
        self._made += 1
        account = self.staff.accounts.add(
            Person(
                f"{role}{self._made}@clinic.example.org",
                name or next(_names),
                "care coordinator",
                role,
                frozenset(clinics),
            ),
            self.edge.clock(),
        )
        self.staff.accounts.set_password(account.id, "not a hash, so no password fits")
        return self.staff.accounts.named(account.id)

    def session(self, account: Account) -> str:
        """A cookie's value with which this member is signed in."""
        return self.staff.sessions.open(account.id, self.edge.clock())

    def member(self, role: str = "staff", clinics: Sequence[str] = ("demo",), **kw: Any) -> Browser:
        return Browser(self, self.account(role, clinics, **kw))

    def actions(self, but: Sequence[str] = ()) -> list[tuple[str, str, str]]:
        """The audit log, less these actions: actor, action, subject; oldest first."""
        rows = self.staff.audit.entries()
        return [(row.actor, row.action, row.subject) for row in rows if row.action not in but]


class Chatter:
    """Somebody in the chat. ``handoff`` is their newest hand-off."""

    def __init__(self, house: House, session: Session) -> None:
        self.house, self.session = house, session
        self._said = itertools.count()

    async def say(self, text: str | None = None, choice: str | None = None) -> list[Message]:
        """Say one thing, or tap; what the bot and staff said since, oldest first."""
        edge = self.house.edge
        before = await self.heard()
        client = f"{self.session.conversation[-6:]}-{next(self._said)}"
        await edge.desk.take(self.session, Said(client, text, choice))
        await edge.settle()
        return (await self.heard())[len(before) :]

    async def tap(self, do: str) -> list[Message]:
        """Tap the newest choice that does this."""
        for message in reversed(await self.heard()):
            for n, offer in enumerate(message.offers):
                if offer.do == do:
                    return await self.say(choice=f"{message.id}-{n}")
        raise AssertionError(f"nothing offers {do}")

    async def asks(self, note: str | None = None) -> None:
        spanish = self.session.language == "es"
        await self.say("quiero hablar con una persona" if spanish else "I want to talk to a person")
        if note is None:
            await self.tap("handoff.share_chat")
        else:
            await self.tap("handoff.share_note")
            await self.say(note)

    async def heard(self) -> list[Message]:
        kept = await self.house.edge.record.after(self.session.conversation, "")
        return [message for message in kept if message.sender != "person"]

    async def erases(self) -> None:
        await self.house.edge.desk.erase(self.session)

    @property
    def handoff(self) -> Handoff:
        return self.house.edge.steps.queue.of(self.session.conversation)[-1]

    @property
    def id(self) -> str:
        return self.handoff.id


class Browser:
    """A member's browser: sends what a page of ours would, and as htmx where it posts."""

    def __init__(self, house: House, account: Account) -> None:
        self.house, self.account = house, account
        self.token = house.session(account)
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(house.app),
            base_url=house.public_url,
            cookies={house.staff.cookie(COOKIE): self.token},
        )

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(
            path, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    async def post(self, path: str, **form: str) -> httpx.Response:
        headers = {
            "Origin": self.house.public_url,
            "HX-Request": "true",
            "X-CSRF-Token": csrf_token(self.token),
        }
        return await self.http.post(path, data=form, headers=headers)

    async def does(self, chatter: Chatter, action: str, **form: str) -> httpx.Response:
        return await self.post(f"/staff/h/{chatter.id}/{action}", **form)

    async def says(
        self, chatter: Chatter, words: str, client_id: str = "", **form: str
    ) -> httpx.Response:
        made = client_id or f"c{abs(hash(words))}"
        return await self.does(chatter, "say", words=words, client_id=made, **form)

    async def sees(self, chatter: Chatter) -> str:
        """The text of the conversation's page."""
        return text_of((await self.get(f"/staff/h/{chatter.id}")).text)

    async def inbox(self) -> str:
        return (await self.get("/staff/inbox")).text


def text_of(html: str) -> str:
    """What a page says, tags left out."""
    import html as entities

    bare = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(entities.unescape(bare).split())


class Served:
    """The house on a port of this machine. ``do`` runs a coroutine in its loop."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        upgrade(self._database)
        self.start()

    @property
    def _database(self) -> str:
        return f"sqlite:///{self.folder / 'house.db'}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """A new process, as far as anybody can tell: only the database is what it was."""
        self.house = House(self._database, self.url, time.time)  # type: ignore[arg-type]
        config = uvicorn.Config(
            self.house.app, port=self.port, log_level="critical", lifespan="off", ws="none"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.01)

    def _run(self) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            await self._server.serve()

        asyncio.run(serve())

    def kill(self) -> None:
        """At once, with every connection cut."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive()

    def do(self, coroutine: Any, limit: float = 20) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(limit)

    def cookie(self, account: Account) -> dict[str, Any]:
        name = self.house.staff.cookie(COOKIE)
        return {"name": name, "value": self.house.session(account), "url": self.url}
