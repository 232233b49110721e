"""A small edge that speaks the chat API for real, and can be told to misbehave.

It lives in a thread of its own. What it stores outlives `kill` and `start`, as a database would.
"""

from __future__ import annotations

import asyncio
import html
import itertools
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.widget.assets import load_assets
from bot.widget.serving import script_response

CONTENT = Path(__file__).resolve().parents[2] / "data" / "content"
POLICY = (
    "default-src 'none'; script-src 'self' http://127.0.0.1:*; style-src 'self'; "
    "connect-src 'self' http://127.0.0.1:*; img-src 'self' data:"
)
HELLO = "I am a computer program. I am not a person and not a clinician."
ANSWER = "Here is an answer."
LINES = [
    {"label": "Call 999", "href": "tel:999"},
    {"label": "Call 116 123", "href": "tel:116123"},
    {"label": "Text SHOUT to 85258", "href": "sms:85258?&body=SHOUT"},
]
"""Of a country that the widget's own words do not know."""
PROBLEM = "application/problem+json"
CLINIC: dict[str, Any] = {
    "key": "demo",
    "name": "Riverside Clinic",
    "colours": None,
    "languages": ["en", "es"],
    "greeting": {},
}

Message = dict[str, Any]


@dataclass
class FakeEdge:
    """``reply`` makes the bot's messages, without id, to what was said. ``allowed`` are the other
    origins that may show the chat, None meaning any; most of the rest are faults."""

    reply: Callable[[str], list[Message]] = lambda said: [{"kind": "answer", "text": ANSWER}]
    first: list[Message] = field(
        default_factory=lambda: [{"kind": "notice", "text": HELLO, "choices": ["Roles", "Costs"]}]
    )
    lines: list[dict[str, str]] = field(default_factory=lambda: list(LINES))
    refuse_sends: int = 0
    refuse_with: int = 503
    refuse_about: str = "messages"
    clinic: dict[str, Any] = field(default_factory=lambda: dict(CLINIC))
    allowed: tuple[str, ...] | None = None
    handoff: dict[str, Any] | None = None
    typed: list[bool] = field(default_factory=list)
    policy: str = POLICY
    host_style: str = ""
    streams_work: bool = True
    deaf_streams: bool = False
    chats: dict[str, list[Message]] = field(default_factory=dict)
    taken: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    stream_starts: list[str] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        self._ids = itertools.count(1)
        self._events: dict[str, list[str]] = {}
        self.assets = load_assets(CONTENT)
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # --- its life -----------------------------------------------------------------------------

    def start(self) -> None:
        config = uvicorn.Config(
            self._app(), port=self.port, log_level="critical", lifespan="off", ws="none"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.01)

    def kill(self) -> None:
        """At once, with every connection cut."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive()

    # --- what tests make it do ----------------------------------------------------------------

    def say(self, text: str, **more: Any) -> str:
        """A message to the only chat there is; its id."""
        (token,) = self.chats
        return self._add(token, {"kind": "text", "text": text, **more})

    def typing(self, on: bool, who: str = "bot") -> None:
        """Said to who listens, like the edge's own: nobody hears it later, so a page must be on."""
        (token,) = self.chats
        give_up = time.monotonic() + 10
        while not self.stream_starts:
            assert time.monotonic() < give_up, "no page listens"
            time.sleep(0.01)
        self._publish(token, "typing", {"on": on, "who": who})

    def hand_off(self, handoff: dict[str, Any] | None) -> None:
        """What becomes of the only chat's hand-off."""
        (token,) = self.chats
        self.handoff = handoff
        self._publish(token, "handoff", handoff)

    def close(self) -> None:
        """Erase the only chat, as an erasure from elsewhere does."""
        (token,) = self.chats
        self._publish(token, "closed", {})
        del self.chats[token]

    def texts(self) -> list[str]:
        """What persons wrote, as it was taken, in every chat."""
        return [m["text"] for chat in self.chats.values() for m in chat if m["from"] == "person"]

    # --- how it works -------------------------------------------------------------------------

    def _add(self, token: str, message: Message) -> str:
        id = f"{next(self._ids):012x}"
        offers = [{"id": f"{id}-{n}", "label": c} for n, c in enumerate(message.get("choices", []))]
        full = {"from": "bot", "cards": [], "at": 0.0, **message, "id": id, "choices": offers}
        self.chats[token].append(full)
        self._publish(token, "message", full)
        return id

    def _publish(self, token: str, event: str, data: Any) -> None:
        id = f"id: {data['id']}\n" if event == "message" else ""
        self._events[token].append(f"event: {event}\n{id}data: {json.dumps(data)}\n\n")

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/host", self._host),
                Route("/host.css", self._host_style),
                Route("/page.css", lambda _: Response(self.assets.style, media_type="text/css")),
                Route("/widget.js", self._script),
                Route("/chat/{clinic}", self._chat),
                Route("/chat.css", self._chat_style),
                Route("/api/chat/clinics/{key}", self._facts),
                Route("/api/chat/language", self._speak, methods=["POST"]),
                Route("/api/chat/typing", self._typing, methods=["POST"]),
                Route("/api/chat/handoff", self._end_handoff, methods=["DELETE"]),
                Route("/api/chat/export", self._export),
                Route("/api/chat/sessions", self._begin, methods=["POST"]),
                Route("/api/chat/messages", self._send, methods=["POST"]),
                Route("/api/chat/messages", self._read, methods=["GET"]),
                Route("/api/chat/events", self._stream, methods=["GET"]),
                Route("/api/chat/session", self._erase, methods=["DELETE"]),
            ],
            middleware=[
                Middleware(
                    CORSMiddleware,
                    allow_origins=["*"] if self.allowed is None else list(self.allowed),
                    allow_methods=["GET", "POST", "DELETE"],
                    allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
                    expose_headers=["Retry-After"],
                )
            ],
        )

    async def _page(self, request: Request) -> Response:
        page = self.assets.pages[request.query_params.get("language", "en")]
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": POLICY})

    async def _host(self, request: Request) -> Response:
        """Somebody's own page, as strict as ours, whose styles would spoil ours if they could.

        Query: ``edge`` (whose chat), ``lang``, and what to put on the tag, as ``data-…``.
        """
        asked = dict(request.query_params)
        tag_at, lang = asked.pop("edge", self.url), asked.pop("lang", "en")
        tag = {"data-clinic": "demo", **asked}
        given = " ".join(f'{name}="{html.escape(value)}"' for name, value in tag.items())
        page = (
            f'<!doctype html><html lang="{lang}"><head><title>A clinic</title>'
            f'<link rel="stylesheet" href="/page.css"><link rel="stylesheet" href="/host.css">'
            f"</head><body><main><h1>A clinic</h1>"
            f'<p><a href="#here">A link of the page</a></p></main>'
            f'<script src="{tag_at}/widget.js" {given} async></script></body></html>'
        )
        headers = {"Content-Security-Policy": self.policy}
        return Response(page, media_type="text/html", headers=headers)

    async def _host_style(self, _request: Request) -> Response:
        return Response(self.host_style, media_type="text/css")

    async def _chat_style(self, _request: Request) -> Response:
        return Response(self.assets.chat_style, media_type="text/css")

    async def _chat(self, request: Request) -> Response:
        language = request.query_params.get("language", "en")
        page = self.assets.chat(language, request.path_params["clinic"], self.clinic["name"])
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": POLICY})

    async def _facts(self, request: Request) -> Response:
        self.asked.append(("GET", "clinics"))
        if request.path_params["key"] != self.clinic["key"]:
            return _problem(404)
        return JSONResponse(self.clinic) if self._may(request) else _problem(403)

    def _may(self, request: Request) -> bool:
        origin = request.headers.get("origin", self.url)
        return self.allowed is None or origin in (*self.allowed, self.url)

    async def _script(self, request: Request) -> Response:
        return script_response(request, self.assets, {})

    async def _begin(self, request: Request) -> Response:
        self.asked.append(("POST", "sessions"))
        if not self._may(request):
            return _problem(403)
        if self._refuses("sessions"):
            return self._refusal()
        self.sessions.append(await request.json())
        token = f"token-{len(self.sessions)}"
        self.chats[token], self._events[token] = [], []
        for message in self.first:
            self._add(token, message)
        ends = "2030-01-01T00:00:00Z"
        made = {"token": token, "expires_at": ends, "lines": self.lines, "clinic": self.clinic}
        made["language"] = self.sessions[-1]["language"]
        return JSONResponse({**made, "messages": self.chats[token]}, 201)

    async def _send(self, request: Request) -> Response:
        self.asked.append(("POST", "messages"))
        token, body = self._token(request), await request.json()
        if token is None:
            return _problem(401)
        self.sent.append(body)
        if self._refuses("messages", body.get("text", "")):
            return self._refusal()
        key = (token, body["client_id"])
        if key not in self.taken:
            said = body.get("text") or self._label(token, body["choice"])
            self.taken[key] = self._add(token, {"from": "person", "kind": "text", "text": said})
            for message in self.reply(said):
                self._add(token, message)
        return JSONResponse({"id": self.taken[key]}, 202)

    def _label(self, token: str, choice: str) -> str:
        offers = (offer for message in self.chats[token] for offer in message["choices"])
        return next(offer["label"] for offer in offers if offer["id"] == choice)

    async def _read(self, request: Request) -> Response:
        self.asked.append(("GET", "messages"))
        token = self._token(request)
        if token is None:
            return _problem(401)
        after = request.query_params.get("after", "")
        found = [m for m in self.chats[token] if m["id"] > after]
        return JSONResponse({"messages": found, "handoff": self.handoff})

    async def _stream(self, request: Request) -> Response:
        self.asked.append(("GET", "events"))
        token = self._token(request)
        if token is None:
            return _problem(401)
        if not self.streams_work:
            return _problem(502)
        after = request.headers.get("last-event-id", "")
        live = self._live(token, after, len(self._events[token]))
        self.stream_starts.append(after)
        return StreamingResponse(live, media_type="text/event-stream")

    async def _live(self, token: str, after: str, seen: int) -> AsyncIterator[str]:
        events = self._events[token]
        yield "retry: 2000\n\n"
        for message in [m for m in self.chats[token] if m["id"] > after]:
            yield f"event: message\nid: {message['id']}\ndata: {json.dumps(message)}\n\n"
        server = self._server
        while not server.should_exit:
            for event in events[seen:]:
                if not self.deaf_streams:
                    yield event
            seen = len(events)
            await asyncio.sleep(0.02)

    async def _erase(self, request: Request) -> Response:
        self.asked.append(("DELETE", "session"))
        token = self._token(request)
        if token is None:
            return _problem(401)
        if self._refuses("session"):
            return self._refusal()
        del self.chats[token]
        return Response(status_code=204)

    async def _speak(self, request: Request) -> Response:
        self.asked.append(("POST", "language"))
        token, asked = self._token(request), await request.json()
        if token is None:
            return _problem(401)
        if self._refuses("language"):
            return self._refusal()
        lines = [{"label": f"{line['label']} ({asked['language']})", **line} for line in self.lines]
        return JSONResponse({"token": token, "language": asked["language"], "lines": lines})

    async def _typing(self, request: Request) -> Response:
        if self._token(request) is None:
            return _problem(401)
        self.typed.append((await request.json())["on"])
        return Response(status_code=204)

    async def _end_handoff(self, request: Request) -> Response:
        self.asked.append(("DELETE", "handoff"))
        if self._token(request) is None:
            return _problem(401)
        if self._refuses("handoff"):
            return self._refusal()
        self.hand_off(None)
        return Response(status_code=204)

    async def _export(self, request: Request) -> Response:
        token = self._token(request)
        if token is None:
            return _problem(401)
        if self._refuses("export"):
            return self._refusal()
        return JSONResponse({"messages": self.chats[token]})

    def _refuses(self, call: str, text: str = "") -> bool:
        """Faults are for one kind of call. As the edge's limits, they spare a word of danger."""
        if not self.refuse_sends or call != self.refuse_about or "danger" in text:
            return False
        self.refuse_sends -= 1
        return True

    def _refusal(self) -> Response:
        more = {"lines": self.lines} if self.refuse_with == 429 else {}
        return _problem(self.refuse_with, **more)

    def _token(self, request: Request) -> str | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return token if token in self.chats else None


def _problem(status: int, **more: Any) -> Response:
    body = {"type": "about:blank", "title": "fault", "status": status, "detail": "as told", **more}
    headers = {"Retry-After": "1"} if status == 429 else None
    return JSONResponse(body, status, headers, media_type=PROBLEM)
