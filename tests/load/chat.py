"""One conversation at full speed: over our chat API, or over stock Rasa's REST channel."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.e2e.person import WAITS
from tests.e2e.words import id_of

_count = itertools.count()


@dataclass
class OurChat:
    """Posts a message, and hears the answer on the event stream, as the page does."""

    http: httpx.AsyncClient
    _heard: asyncio.Queue[tuple[float, dict[str, Any]]] = field(default_factory=asyncio.Queue)
    _listening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        opened = await self.http.post("/api/chat/sessions", json={"language": "en"})
        opened.raise_for_status()
        self.headers = {"Authorization": f"Bearer {opened.json()['token']}"}
        connected = asyncio.Event()
        self._listening = asyncio.create_task(self._listen(connected))
        await connected.wait()

    async def _listen(self, connected: asyncio.Event) -> None:
        async with self.http.stream("GET", "/api/chat/events", headers=self.headers) as events:
            async for line in events.aiter_lines():
                connected.set()
                if line.startswith("data:"):
                    arrived = time.perf_counter()
                    event = json.loads(line.removeprefix("data:"))
                    if event.get("from") == "bot":
                        self._heard.put_nowait((arrived, event))

    async def turn(self, text: str) -> float:
        """Seconds from sending the message to the first message of its answer."""
        began = time.perf_counter()
        posted = await self.http.post(
            "/api/chat/messages",
            json={"client_id": f"bench-{next(_count)}", "text": text},
            headers=self.headers,
        )
        posted.raise_for_status()
        mine = posted.json()["id"]
        while True:
            arrived, event = await asyncio.wait_for(self._heard.get(), 60)
            if event["id"] > mine and id_of(event["text"]) not in WAITS:
                return arrived - began

    async def close(self) -> None:
        if self._listening:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)


@dataclass
class StockChat:
    """Posts a message to Rasa's own REST channel, which answers in the same response."""

    http: httpx.AsyncClient
    sender: str = field(default_factory=lambda: f"bench-{next(_count)}")

    async def turn(self, text: str) -> float:
        began = time.perf_counter()
        answer = await self.http.post(
            "/webhooks/rest/webhook", json={"sender": self.sender, "message": text}
        )
        taken = time.perf_counter() - began
        if not answer.json():
            raise RuntimeError(f"stock Rasa said nothing to {text!r}: {answer.status_code}")
        return taken
