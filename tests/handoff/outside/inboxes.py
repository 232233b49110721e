"""The world outside, for tests: an HTTP server that misbehaves as told, a clinic's own webhook
receiver, and a Chatwoot that knows its documented API and refuses anything else."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import time_machine
from standardwebhooks import Webhook

TAKEN_BUT_SILENT = "taken but silent"
"""The request is done, and its answer is lost."""
RESET = "reset"
GARBAGE = "garbage"
HANG = "hang"


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Server:
    """Serves ``handle``. ``moods`` are used up first, one a request: a misbehaviour or an answer."""

    handle: Callable[[Asked], Answer]
    moods: list[str | Answer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Server]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await _read(reader)
            self.asked.append(asked)
            mood = self.moods.pop(0) if self.moods else None
            answer = mood if isinstance(mood, Answer) else None
            if mood in (None, TAKEN_BUT_SILENT):
                answer = self.handle(asked)
            if mood == HANG:
                await asyncio.sleep(30)
            if mood == GARBAGE:
                writer.write(b"\x00\x01 what? \r\n\r\n")
            elif mood in (None,) or isinstance(mood, Answer):
                assert answer is not None
                writer.write(_written(answer))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, body)


def _written(answer: Answer) -> bytes:
    body = b"" if answer.body is None else json.dumps(answer.body).encode()
    lines = [f"HTTP/1.1 {answer.status} Said", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Receiver:
    """A clinic's own program: checks signatures with the official library, and knows each id."""

    secret: str
    now: Callable[[], float] = time.time
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    doubles: int = 0

    def __call__(self, asked: Asked) -> Answer:
        with time_machine.travel(self.now(), tick=False):
            Webhook(self.secret).verify(asked.body, asked.headers)
        id = asked.headers["webhook-id"]
        self.doubles += id in self.taken
        self.taken.setdefault(id, asked.json)
        return Answer(204)

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.taken.values()]


class Wrong(Exception):
    """A request that Chatwoot's documentation knows nothing of."""


@dataclass
class Chatwoot:
    """An inbox of the API channel, by Chatwoot's client API: contacts, conversations, messages."""

    inbox: str = "inboxIdentifier7"
    contacts: dict[str, str] = field(default_factory=dict)
    conversations: dict[int, dict[str, Any]] = field(default_factory=dict)
    typing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(41, 10_000)))

    def __call__(self, asked: Asked) -> Answer:
        base = f"/public/api/v1/inboxes/{self.inbox}/contacts"
        match = re.fullmatch(
            re.escape(base) + r"(?:/([\w-]+)/conversations(?:/(\d+)/(\w+))?)?", asked.path
        )
        if not match:
            self.wrong.append(f"{asked.method} {asked.path}")
            return Answer(404, {"error": "Resource could not be found"})
        source, number, what = match.groups()
        try:
            return self._do(asked, source, number and int(number), what)
        except Wrong as why:
            self.wrong.append(f"{asked.method} {asked.path}: {why}")
            return Answer(422, {"error": str(why)})

    def _do(self, asked: Asked, source: str, number: int | None, what: str | None) -> Answer:
        sent = asked.json if asked.body else {}
        if asked.method == "POST" and asked.headers.get("content-type") != "application/json":
            raise Wrong("not JSON")
        if source is None:
            return self._contact(asked.method, sent)
        if source not in self.contacts:
            return Answer(404, {"error": "no such contact"})
        if number is None:
            return self._conversation(asked.method, source, sent)
        conversation = self.conversations.get(number)
        if conversation is None or conversation["source"] != source:
            return Answer(404, {"error": "no such conversation"})
        return self._within(asked.method, conversation, what, sent)

    def _contact(self, method: str, sent: dict[str, Any]) -> Answer:
        known = {"source_id", "name", "email", "phone_number", "identifier", "identifier_hash"}
        if method != "POST" or not set(sent) <= known:
            raise Wrong("contact")
        source = sent.get("source_id") or f"uuid-{next(self._numbers)}"
        self.contacts.setdefault(source, sent.get("name", ""))
        body = {"id": next(self._numbers), "source_id": source, "name": sent.get("name")}
        return Answer(200, {**body, "email": None, "pubsub_token": "p"})

    def _conversation(self, method: str, source: str, sent: dict[str, Any]) -> Answer:
        if method == "GET":
            own = [n for n, c in self.conversations.items() if c["source"] == source]
            return Answer(200, [{"id": n, "inbox_id": 7, "messages": []} for n in own])
        if method != "POST" or not set(sent) <= {"custom_attributes"}:
            raise Wrong("conversation")
        number = next(self._numbers)
        self.conversations[number] = {"source": source, "status": "open", "messages": []}
        return Answer(200, {"id": number, "inbox_id": 7, "status": "open", "messages": []})

    def _within(
        self, method: str, conversation: dict[str, Any], what: str | None, sent: dict[str, Any]
    ) -> Answer:
        messages = conversation["messages"]
        if what == "messages" and method == "GET":
            return Answer(200, messages[-20:])
        if method != "POST":
            raise Wrong("method")
        if what == "messages":
            if not sent.get("content") or not set(sent) <= {"content", "echo_id"}:
                raise Wrong("message")
            made = {"id": next(self._numbers), "content": sent["content"], "message_type": 0}
            conversation["status"] = "open"  # what a contact says opens it again
            messages.append({**made, "content_type": "text", "created_at": 1})
            return Answer(200, messages[-1])
        if what == "toggle_status":
            conversation["status"] = "resolved"
            return Answer(200, {"status": "resolved"})
        if what == "toggle_typing" and sent.get("typing_status") in ("on", "off"):
            self.typing.append(sent["typing_status"])
            return Answer(200)
        raise Wrong(str(what))

    # --- what a test asks of it ---------------------------------------------------------------

    def only(self) -> dict[str, Any]:
        (conversation,) = self.conversations.values()
        return conversation

    def texts(self) -> list[str]:
        return [message["content"] for message in self.only()["messages"]]

    def event(self, name: str, **more: Any) -> dict[str, Any]:
        """The body of one of Chatwoot's webhooks, as `Message#webhook_data` and others make it."""
        (number,) = self.conversations
        conversation = {
            "id": number,
            "inbox_id": 7,
            "status": self.only()["status"],
            "contact_inbox": {"id": 3, "inbox_id": 7, "source_id": self.only()["source"]},
            "messages": self.only()["messages"][-1:],
        }
        account = {"id": 1, "name": "Clinic"}
        agent = {"id": 2, "name": "Sam Example", "email": "sam@clinic.example", "type": "user"}
        if name == "conversation_status_changed":
            return {**conversation, "event": name, "changed_attributes": [], **more}
        if name.startswith("conversation_typing"):
            body = {"user": agent, "conversation": conversation, "is_private": False}
            return {"event": name, **body, **more}
        return {
            "event": name,
            "id": next(self._numbers),
            "content": "Hello",
            "content_type": "text",
            "content_attributes": {},
            "message_type": "outgoing",
            "private": False,
            "source_id": None,
            "sender": agent,
            "account": account,
            "inbox": {"id": 7, "name": "Care Navigator"},
            "conversation": conversation,
            **more,
        }
