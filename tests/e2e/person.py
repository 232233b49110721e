"""Somebody who uses the chat over its public API, as the widget does."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.e2e.service import wait_until
from tests.e2e.words import id_of, label

WAITS = {"notice.starting", "notice.slow", "notice.down"}
"""What is said while the answer is still to come."""
SENT: list[str] = []
"""Every text that any person of the tests has sent: none of it may be found in a log."""
_count = itertools.count()


@dataclass(frozen=True)
class Heard:
    """What the bot said, oldest first."""

    messages: Sequence[dict[str, Any]]

    @property
    def ids(self) -> list[str]:
        return [id_of(message["text"]) for message in self.messages]

    @property
    def text(self) -> str:
        return "\n".join(message["text"] for message in self.messages)

    @property
    def cards(self) -> list[dict[str, Any]]:
        return [card for message in self.messages for card in message["cards"]]

    @property
    def providers(self) -> list[dict[str, Any]]:
        return [card for card in self.cards if card["type"] == "provider"]

    @property
    def choices(self) -> dict[str, str]:
        """Id by label, of everything that can be tapped."""
        return {c["label"]: c["id"] for message in self.messages for c in message["choices"]}


class Person:
    """One conversation. ``first`` is what the bot said at its start."""

    def __init__(self, base: str, language: str = "en", patience: float = 20) -> None:
        self.http = httpx.Client(base_url=base, timeout=15)
        self.patience = patience
        opened = self.http.post("/api/chat/sessions", json={"language": language})
        assert opened.status_code == 201, opened.text
        self.token = opened.json()["token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"
        self.first = self.last = Heard(opened.json()["messages"])

    def close(self) -> None:
        self.http.close()

    # --- saying -----------------------------------------------------------------------------

    def say(self, text: str) -> Heard:
        """Type a message, and wait for its answer."""
        return self.answer_to(self.send(text=text))

    def say_all(self, *texts: str) -> Heard:
        """One after the other; the answer to the last."""
        for text in texts:
            self.say(text)
        return self.last

    def tap(self, choice: str, language: str = "en") -> Heard:
        """Choose what the catalogue has under this id, of what was offered last."""
        return self.answer_to(self.send(choice=self.last.choices[label(choice, language)]))

    def send(self, client_id: str | None = None, **said: str) -> str:
        """Post a message without waiting; its id."""
        answer = self.post(client_id, **said)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def post(self, client_id: str | None = None, **said: str) -> httpx.Response:
        SENT.append(said.get("text", ""))
        body = {"client_id": client_id or f"test-{next(_count)}", **said}
        return self.http.post(
            "/api/chat/messages",
            content=json.dumps(body),  # ASCII: half an emoji is a text, too
            headers={"Content-Type": "application/json"},
        )

    def send_like_the_page(self, client_id: str, text: str) -> str:
        """With the same ``client_id``, again and again, until it is taken; its id."""

        def taken() -> str | None:
            try:
                answer = self.post(client_id, text=text)
            except httpx.TransportError:
                return None
            return str(answer.json()["id"]) if answer.status_code == 202 else None

        return wait_until(taken, 30, "the message to be taken", every=0.2)

    # --- hearing ----------------------------------------------------------------------------

    def answer_to(self, message: str) -> Heard:
        """What was said after this message of the person's, up to the next one of theirs."""
        self.last = wait_until(
            lambda: self._answered(message), self.patience, "an answer", every=0.01
        )
        return self.last

    def _answered(self, message: str) -> Heard | None:
        heard = Heard([m for m in self.history(message) if m["from"] == "bot"])
        return heard if any(i not in WAITS for i in heard.ids) else None

    def history(self, after: str = "") -> list[dict[str, Any]]:
        read = self.http.get("/api/chat/messages", params={"after": after})
        assert read.status_code == 200, read.text
        return list(read.json()["messages"])

    @contextmanager
    def listening(self) -> Iterator[Iterator[str]]:
        """The event stream, a line at a time, opened before the block is entered."""
        with self.http.stream("GET", "/api/chat/events", timeout=30) as events:
            assert events.status_code == 200
            lines = events.iter_lines()
            next(lines)
            yield lines

    def seconds_to_hear(self, text: str, wanted: str = "safety.") -> float:
        """From sending the text until the event stream says something whose id starts so."""
        with self.listening() as lines:
            began = time.monotonic()
            sending = threading.Thread(target=self.post, kwargs={"text": text})
            sending.start()
            words = iter(lines)
            found = next(line for line in words if line.startswith("data:") and _is(line, wanted))
            taken = time.monotonic() - began
            sending.join()
        assert found
        return taken


def _is(line: str, wanted: str) -> bool:
    event = json.loads(line.removeprefix("data:"))
    return event.get("from") == "bot" and id_of(event["text"]).startswith(wanted)
