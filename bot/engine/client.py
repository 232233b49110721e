"""Calling Rasa from the edge: one turn, one erasure, one question whether it is ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

Draft = dict[str, Any]

_LIMIT = 60.0  # seconds; the turn gives up long before
_CONNECT = 5.0
_KEPT_OPEN = 60.0  # seconds; less than the 75 after which Rasa's server hangs up
_READY_WAIT = 5.0


class EngineDown(Exception):
    """Rasa or its action server is away, or did not take the turn. Nothing of it was kept there."""


class EngineRefused(EngineDown):
    """Trying again will not help: the model lacks the intent or an entity."""


@dataclass(frozen=True)
class Turned:
    """What a turn gave. ``asking``: the question that a form waits on, if one does."""

    drafts: tuple[Draft, ...]
    asking: Draft | None


class EngineClient:
    """Keeps its connections open; safe to share between tasks of one event loop."""

    def __init__(
        self, port: int, token: str, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}/webhooks/edge",
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(_LIMIT, connect=_CONNECT),
            limits=httpx.Limits(keepalive_expiry=_KEPT_OPEN),
            transport=transport,
            trust_env=False,
        )

    async def turn(
        self,
        *,
        conversation: str,
        message_id: str,
        language: str,
        clinic: str,
        providers: str = "all",
        provider_source: str | None = None,
        text: str | None = None,
        intent: str | None = None,
        entities: Mapping[str, Any] | None = None,
        situation: Mapping[str, str] | None = None,
    ) -> Turned:
        """Give ``text``, or ``intent`` and ``entities``; ``providers`` and ``provider_source`` are
        the clinic's (`bot.clinic.Clinic`), ``situation`` the person's: of a text, what
        actions/from_edge.py reads. The same ``message_id`` again is answered
        with the same drafts. Raises ``EngineDown``."""
        said = {"text": text} if intent is None else {"intent": intent, "entities": entities or {}}
        body = {
            "conversation": conversation,
            "message_id": message_id,
            "language": language,
            "clinic": clinic,
            "providers": providers,
            **({"provider_source": provider_source} if provider_source else {}),
            **(situation or {}),
            **said,
        }
        response = await self._send("POST", "/turn", json=body)
        given = response.json()
        return Turned(tuple(given["drafts"]), given["asking"])

    async def forget(self, conversation: str) -> None:
        """Erase what Rasa keeps of the conversation. Raises ``EngineDown``."""
        await self._send("DELETE", f"/conversations/{conversation}")

    async def ready(self) -> bool:
        """Whether Rasa has its model and its action server answers."""
        try:
            await self._send("GET", "/ready", timeout=_READY_WAIT)
        except EngineDown:
            return False
        return True

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = await self._http.request(method, path, **options)
        except httpx.HTTPError as fault:
            raise EngineDown(type(fault).__name__) from None
        if response.status_code == 422:
            raise EngineRefused(response.json()["error"])
        if not response.is_success:
            raise EngineDown(f"status {response.status_code}")
        return response
